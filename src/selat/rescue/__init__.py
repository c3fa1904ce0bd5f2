"""Search and rescue: case, drift, probability, plan, patterns."""
