"""Memory that was freed goes back to the machine: a watch runs for weeks beside other programs."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

import pyarrow as pa

_ARENA_MAX, _MMAP_THRESHOLD = -8, -3  #: of mallopt(3), glibc
HEAPS = 2
LARGE = 4 << 20  #: bytes


def _libc() -> Any:
    """The GNU C library; None elsewhere, where the allocator does this by itself or cannot."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        found = ctypes.CDLL(None)
        found.malloc_trim, found.mallopt  # noqa: B018 (another C library has neither)
    except (OSError, AttributeError):
        return None
    return found


_glibc = _libc()


def spare() -> None:
    """Few heaps, and memory of its own for whatever is large: to be called before threads begin.

    Else every thread gets a heap, and what is large goes to the heaps too once something as large was freed, where what
    lies behind it keeps it: a fifth of the memory of a watch (bench/watch.py).
    """
    if _glibc is not None:
        _glibc.mallopt(_ARENA_MAX, HEAPS)
        _glibc.mallopt(_MMAP_THRESHOLD, LARGE)


def give_back() -> None:
    """Give back what Arrow and NumPy have freed: some 40 MB after half an hour of rows was merged."""
    pa.default_memory_pool().release_unused()
    if _glibc is not None:
        _glibc.malloc_trim(0)
