"""One file, one rule: text, parameters with units, step, golden example."""
