"""Where it lies: journal, history, state."""
