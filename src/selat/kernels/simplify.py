"""Fewer points for the same track: top-down time ratio (TD-TR).

Meratnia and de By, EDBT 2004: Douglas-Peucker's splitting, with the distance of each point from where the straight line
would have the ship *at that time*. So what is left out is bounded in place and time: at every time of a point, the
simplified track is within the tolerance of it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from selat.kernels._jit import jit
from selat.kernels.geodesy import metres


def _keep(time: Any, lat: Any, lon: Any, begin: Any, most: float, out: Any) -> None:
    """Mark the points to keep in ``out`` (bool): of stretches that begin at the indices ``begin``, within ``most`` m.

    ``time`` (ns) ascending within a stretch, ``lat``, ``lon`` (deg; longitudes may pass 180); first and last are kept.
    """
    n = time.size
    stack = np.empty((n + 2, 2), np.int64)
    north, east = np.empty(n), np.empty(n)
    last, my, mx = math.inf, 0.0, 0.0
    for i in range(n):
        if abs(lat[i] - last) > 0.02:  # 2e-5 of the length of a degree at 60 degrees
            last = lat[i]
            my, mx = metres(last)
        north[i], east[i] = my, mx
        out[i] = False
    for s in range(begin.size):
        a = begin[s]
        b = (begin[s + 1] if s + 1 < begin.size else n) - 1
        if b < a:
            continue
        out[a] = out[b] = True
        top = 0
        stack[0, 0], stack[0, 1] = a, b
        while top >= 0:
            i, j = stack[top, 0], stack[top, 1]
            top -= 1
            if j - i < 2:
                continue
            t0 = time[i]
            span = float(time[j] - t0)
            slope = 1.0 / span if span > 0.0 else 0.0
            y0, x0 = lat[i], lon[i]
            vy, vx = (lat[j] - y0) * slope, (lon[j] - x0) * slope
            far, at = most * most, -1
            for k in range(i + 1, j):
                t = float(time[k] - t0)
                dy = (lat[k] - y0 - vy * t) * north[k]
                dx = (lon[k] - x0 - vx * t) * east[k]
                d = dx * dx + dy * dy
                if d > far:
                    far, at = d, k
            if at >= 0:
                out[at] = True
                stack[top + 1, 0], stack[top + 1, 1] = i, at
                stack[top + 2, 0], stack[top + 2, 1] = at, j
                top += 2


keep = jit(_keep)
