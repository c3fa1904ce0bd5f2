"""Chances of hearing nothing, when losses come together."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import jit
from selat.kernels.flat import flat

Floats = NDArray[np.float64]


def _none_of(a: Floats, b: Floats, n: Floats, out: Floats) -> None:
    """Beta-binomial probability of no success in ``n`` (any real number >= 0): B(a, b + n) / B(a, b)."""
    for i in range(a.size):
        x = math.lgamma(b[i] + n[i]) - math.lgamma(b[i]) + math.lgamma(a[i] + b[i]) - math.lgamma(a[i] + b[i] + n[i])
        out[i] = min(1.0, math.exp(x))


_none_of_jit = jit(_none_of)


def none_of(a: Any, b: Any, n: Any) -> Floats:
    """Chance that none of ``n`` messages is heard, where the chance of one is Beta(a, b) and the same for all of them.

    Arrays of one shape. A chance that differs from ship to ship (and stays with the ship) makes long silences far more
    likely than the binomial would have it: (a + b) -> infinity gives (1 - p)^n back. See Skellam, JRSS B 10 (1948).
    """
    arrays, shape = flat(a, b, n)
    out = np.empty(arrays[0].size)
    _none_of_jit(*arrays, out)
    return out.reshape(shape)
