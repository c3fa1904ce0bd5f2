"""What we believe moved."""
