"""Plain numbers out of the bytes of a field, eight bytes at a time."""

from __future__ import annotations

import numpy as np

from selat.kernels._jit import U, fused, i64
from selat.kernels._swar import ctz64, load64
from selat.model.columns import Array

SLOW = -(2**63) + 3  #: no quantity has it: try the long way
_TENS = np.array([10**k for k in range(12)], dtype=np.int64)
_DOTS, _ZEROS = U(0x2E2E2E2E2E2E2E2E), U(0x3030303030303030)
_ONES, _TOPS, _HALF = U(0x0101010101010101), U(0x8080808080808080), U(0xF0F0F0F0F0F0F0F0)


def _digits(w: np.uint64) -> int:
    """Eight digits, the first in the lowest byte, as a number; negative when one is none."""
    if ((w & _HALF) | (((w + U(0x0606060606060606)) & _HALF) >> U(4))) != U(0x3333333333333333):
        return -1
    w = ((w & U(0x0F0F0F0F0F0F0F0F)) * U(2561)) >> U(8)
    w = ((w & U(0x00FF00FF00FF00FF)) * U(6553601)) >> U(16)
    return i64(((w & U(0x0000FFFF0000FFFF)) * U(42949672960001)) >> U(32))


digits8 = fused(_digits)


def _quick(buf: Array, s: int, e: int, places: int) -> int:
    """A field as :func:`selat.kernels.csvnum.scaled` reads it: up to 11 digits and a point, eight bytes at a time from
    the end, without a branch a digit.

    :data:`SLOW` for all that is not so simple, and for the first bytes of ``buf``, before which nothing may be read.
    """
    negative = buf[U(s)] == 45
    n = e - s - negative
    if n < 1 or n > 11 or e < 16:
        return SLOW
    low, high = load64(buf, e - 8), _ZEROS
    if n <= 8:
        shift = U(64 - 8 * n)
        low = (low >> shift) << shift
    else:
        shift = U(128 - 8 * n)
        high = (load64(buf, e - 16) >> shift) << shift
    x = low ^ _DOTS
    x = (x - _ONES) & ~x & _TOPS  # the lowest bit set is that of the first point
    left = places
    if x != U(0):
        at = ctz64(x) >> 3
        left -= 7 - at
        n -= 1
        if left < 0 or n == 0:
            return SLOW
        below = U(8 * at)
        low = (((low >> below) >> U(8)) << below << U(8)) | ((low & ((U(1) << below) - U(1))) << U(8))
        if n >= 8:
            low |= high >> U(56)
            high <<= U(8)
    if n <= 8:
        v = digits8(low | ((_ZEROS >> U(4 * n)) >> U(4 * n)))
    else:
        v = digits8(low)
        first = digits8(high | (_ZEROS >> U(8 * n - 64)))
        v = i64(-1) if first < 0 else v + first * 100_000_000 * (v >= 0)
    if v < 0 or places > 8:
        return SLOW
    v *= _TENS[left]
    return -v if negative else v


quick = fused(_quick)
