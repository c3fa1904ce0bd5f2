"""Where in a declared lane a place is: direction, distance to the middle, way from the beginning."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import jit
from selat.kernels.geodesy import metres

Array = NDArray[Any]


def _place(
    lat: Array, lon: Array, zone: Array, area: Array, given: Array, edges: Array, first: Array
) -> tuple[Array, Array, Array]:  # fmt: skip
    """(direction deg, m to starboard of the middle, m from the beginning) of places in their zones.

    Area: ``given`` is the direction; the middle lies half-way between the edges abreast, the beginning at the corner that
    lies farthest back. Line: the direction is that of the nearest part, whose middle it is.
    """
    n = len(lat)
    direction, cross, along = np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan)
    for i in range(n):
        y, x, z = lat[i], lon[i], zone[i]
        my, mx = metres(y)
        if area[i]:
            ux, uy = math.sin(math.radians(given[i])), math.cos(math.radians(given[i]))
            left, right, back = -math.inf, math.inf, math.inf
            for e in range(first[z], first[z + 1]):
                ax, ay = (edges[e, 0] - x) * mx, (edges[e, 1] - y) * my
                bx, by = (edges[e, 2] - x) * mx, (edges[e, 3] - y) * my
                fa, fb = ax * ux + ay * uy, bx * ux + by * uy  # ahead
                back = min(back, fa)
                if (fa > 0.0) == (fb > 0.0):
                    continue
                t = fa / (fa - fb)
                side = (ax + t * (bx - ax)) * uy - (ay + t * (by - ay)) * ux  # to starboard
                if side >= 0.0:
                    right = min(right, side)
                if side <= 0.0:
                    left = max(left, side)
            direction[i] = given[i]
            if left > -math.inf and right < math.inf:
                cross[i] = -0.5 * (left + right)
            along[i] = -back
            continue
        best, way = math.inf, 0.0
        for e in range(first[z], first[z + 1]):
            ax, ay = (edges[e, 0] - x) * mx, (edges[e, 1] - y) * my
            dx, dy = (edges[e, 2] - edges[e, 0]) * mx, (edges[e, 3] - edges[e, 1]) * my
            length = math.hypot(dx, dy)
            if length <= 0.0:
                continue
            t = min(max(-(ax * dx + ay * dy) / (length * length), 0.0), 1.0)
            d = math.hypot(ax + t * dx, ay + t * dy)
            if d < best:
                best = d
                direction[i] = math.degrees(math.atan2(dx, dy)) % 360.0
                cross[i] = (dx * ay - dy * ax) / length  # the line seen from here; starboard of it is positive
                along[i] = way + t * length
            way += length
    return direction, cross, along


place = jit(_place)
