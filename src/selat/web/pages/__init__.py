"""One file, the data of one page."""
