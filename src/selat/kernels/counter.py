"""Random numbers by counter: the same for a particle and a step, whoever computes them, when and in what order.

Philox4x32-10 (J. K. Salmon and others, Parallel random numbers: as easy as 1, 2, 3; SC11, 2011): ten rounds that turn
a counter of four 32-bit words and a key of two into four random words. Normal numbers by the inverse of the normal
distribution (M. J. Wichura, algorithm AS 241, Applied Statistics 37, 1988, its single precision part: error 1e-7),
one word each; 32 bits reach 6.2 standard deviations.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import inline, jit

Array = NDArray[Any]
_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_FOUR = np.uint64(4)
_SCALE = 2.0**-32


def _philox(c0: Any, c1: Any, c2: Any, c3: Any, key: Any) -> tuple[Any, Any, Any, Any]:
    """Four words of 32 bits, in uint64, of a counter (four such words) and a key of 64 bits."""
    k0, k1 = key & _LOW, key >> _HALF
    for _ in range(10):
        a, b = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (b >> _HALF) ^ c1 ^ k0, b & _LOW, (a >> _HALF) ^ c3 ^ k1, a & _LOW
        k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    return c0, c1, c2, c3


philox = inline(_philox)


def _uniform(word: Any) -> float:
    """A word as a number between 0 and 1, both excluded."""
    return (float(word) + 0.5) * _SCALE


uniform = inline(_uniform)


CENTRAL = 0.425  #: from a half, within which :func:`central` holds


def _central(q: float) -> float:
    """The inverse of the normal distribution where ``q``, the probability less a half, is within :data:`CENTRAL`."""
    r = 0.180625 - q * q
    top = ((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179
    return q * top / (((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1.0)


central = inline(_central)


def _normal(word: Any) -> float:
    """A word as a number of the standard normal distribution (AS 241, PPND7)."""
    p = (float(word) + 0.5) * _SCALE
    q = p - 0.5
    if abs(q) <= CENTRAL:
        return central(q)
    r = math.sqrt(-math.log(min(p, 1.0 - p)))
    if r <= 5.0:
        r -= 1.6
        top = ((0.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777
        x = top / ((0.12021132975 * r + 0.73700164250) * r + 1.0)
    else:
        r -= 5.0
        top = ((0.017337203997 * r + 0.42868294337) * r + 3.0812263860) * r + 6.6579051150
        x = top / ((0.012258202635 * r + 0.24197894225) * r + 1.0)
    return x if q > 0.0 else -x


normal = inline(_normal)


def _fill(key: Any, stream: Any, first: Any, gaussian: bool, out: Array) -> None:
    for i in range(out.shape[0]):
        who = np.uint64(first) + np.uint64(i)
        for j in range(0, out.shape[1], 4):
            four = philox(np.uint64(j) // _FOUR, who & _LOW, who >> _HALF, np.uint64(stream), np.uint64(key))
            for m in range(min(4, out.shape[1] - j)):
                out[i, j + m] = normal(four[m]) if gaussian else uniform(four[m])


_fill_jit = jit(_fill)


def draw(key: int, stream: int, first: int, count: int, numbers: int, *, gaussian: bool = True) -> Array:
    """(count, numbers) numbers of particles ``first``, ``first + 1``, ...: standard normal, or uniform in 0 to 1.

    ``key`` is the seed (64 bits), ``stream`` (32 bits) tells different uses apart. A particle's numbers depend on these
    and its own number alone.
    """
    out = np.empty((count, numbers))
    _fill_jit(np.uint64(key & (2**64 - 1)), np.uint64(stream), np.uint64(first), gaussian, out)
    return out
