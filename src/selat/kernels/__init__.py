"""Numbers on arrays: NumPy and Numba only; no I/O, no clock, no strings beyond bytes."""
