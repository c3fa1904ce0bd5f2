"""What we observe: one file, one format."""
