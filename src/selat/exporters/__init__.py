"""One file, one format to hand over."""
