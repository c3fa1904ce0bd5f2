"""The nearest of many fixed places, exactly: sorted by latitude, looked at outwards from the place itself."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import jit
from selat.kernels.geodesy import inverse_one, near

Array = NDArray[Any]
_LEAST = 110_500.0  # metres in a degree of latitude, at the least, over a few degrees (WGS 84: 110,574 at the equator)


def _nearest(lats: Array, lons: Array, lat: Array, lon: Array) -> tuple[Array, Array]:
    """(index, metres) of the nearest of (``lats``, ``lons``), latitudes ascending; -1 and NaN for unknown places.

    The nearest is found by :func:`near` (off by up to 0.6 % beyond 50 km), its distance is exact.
    """
    n, m = len(lat), len(lats)
    index, away = np.full(n, -1, np.int64), np.full(n, np.nan)
    for i in range(n):
        y, x = lat[i], lon[i]
        if math.isnan(y) or math.isnan(x) or m == 0:
            continue
        up = int(np.searchsorted(lats, y))
        down = up - 1
        best, at = math.inf, -1
        while down >= 0 or up < m:
            # 0.99: a bound must hold on the mean sphere of `near` too
            go_up = up < m and (lats[up] - y) * _LEAST * 0.99 < best
            go_down = down >= 0 and (y - lats[down]) * _LEAST * 0.99 < best
            if not go_up and not go_down:
                break
            if go_up:
                d = near(y, x, lats[up], lons[up])
                if d < best:
                    best, at = d, up
                up += 1
            if go_down:
                d = near(y, x, lats[down], lons[down])
                if d < best:
                    best, at = d, down
                down -= 1
        index[i] = at
        exact = inverse_one(y, x, lats[at], lons[at])[0]
        away[i] = best if math.isnan(exact) else exact
    return index, away


nearest = jit(_nearest)
