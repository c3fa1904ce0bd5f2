"""JIT by assignment, not by decorator: ``distance = jit(_distance)``.

Coverage and mutation testing then see the plain function. ``NUMBA_DISABLE_JIT=1`` turns compilation off
(not for the kernels of AIS sentences, whose records plain NumPy lacks),
``NUMBA_BOUNDSCHECK=1`` makes an index out of bounds an error instead of silent damage.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

from selat.kernels._cache import folder

F = TypeVar("F", bound=Callable[..., Any])

_FREE = not numba.config.CACHE_DIR  # NUMBA_CACHE_DIR, where it is set, holds all modules

i64: Any = np.int64  # a literal in a call would make another version of the function called
U: Any = np.uint64  # an index of this type is not tested for being negative


def _compile(function: F, **options: Any) -> F:
    """Compile; Numba asks for the folder of the machine code when it is handed the function."""
    njit: Any = numba.njit  # its types do not know _nrt
    if _FREE:
        numba.config.CACHE_DIR = folder(function.__module__)
    return cast(F, njit(cache=True, nogil=True, error_model="numpy", **options)(function))


def jit(function: F) -> F:
    """Compile for arrays: cached on disk, without the interpreter lock."""
    return _compile(function)


def inline(function: F) -> F:
    """Compile a small function that is called from other kernels, which LLVM always inlines:
    a call between kernels hands over every array as seven numbers."""
    return _compile(function, forceinline=True)


def bare(function: F) -> F:
    """As :func:`jit` for kernels that make no array: without reference counts, which cost an atomic operation for
    every array at every call and return of a function that LLVM did not inline (2 to 4 times here, measured).
    """
    return _compile(function, _nrt=False)


def fused(function: F) -> F:
    """As :func:`bare` for a function with one caller or a short body: becomes part of its caller.

    A call passes seven machine words for each array; LLVM does not inline what it thinks others call too.
    """
    return _compile(function, inline="always", _nrt=False)
