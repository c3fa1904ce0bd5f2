"""Points in a polygon, exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import jit

Array = NDArray[Any]


def _points_in_ring(lon: Array, lat: Array, ring: Array) -> Array:
    """Even-odd rule, boundary included: True for points inside the ring or exactly on one of its edges or corners.

    ``lon``, ``lat`` (n,), ``ring`` (m, 2) of (lon, lat) without repeating the first corner; all in one unit. Edges are
    straight in longitude and latitude (plate carree), as GeoJSON has them (RFC 7946, 3.1.1); a ring does not cross
    the antimeridian. With int64 in steps of 1e-7 degree every test is exact: the products stay below 2^63.
    With float64 a point is on an edge only where the two products are equal as numbers.
    """
    n, m = len(lon), len(ring)
    out = np.zeros(n, np.bool_)
    west, east, south, north = ring[0, 0], ring[0, 0], ring[0, 1], ring[0, 1]
    for k in range(1, m):
        west, east = min(west, ring[k, 0]), max(east, ring[k, 0])
        south, north = min(south, ring[k, 1]), max(north, ring[k, 1])
    for i in range(n):
        x, y = lon[i], lat[i]
        if not (west <= x <= east and south <= y <= north):
            continue
        inside = False
        j = m - 1
        for k in range(m):
            ax, ay, bx, by = ring[j, 0], ring[j, 1], ring[k, 0], ring[k, 1]
            j = k
            if max(ay, by) < y or min(ay, by) > y:
                continue
            left = (bx - ax) * (y - ay)
            right = (x - ax) * (by - ay)
            if left == right and min(ax, bx) <= x <= max(ax, bx):
                inside = True
                break
            # half-open in latitude, so that a corner counts for one of its two edges
            if (ay > y) != (by > y) and ((right < left) == (by > ay)):
                inside = not inside
        out[i] = inside
    return out


points_in_ring = jit(_points_in_ring)


def _points_on_ring(lon: Array, lat: Array, ring: Array) -> Array:
    """True for points exactly on an edge or corner of a ring, as :func:`points_in_ring` takes them."""
    n, m = len(lon), len(ring)
    out = np.zeros(n, np.bool_)
    for i in range(n):
        x, y = lon[i], lat[i]
        j = m - 1
        for k in range(m):
            ax, ay, bx, by = ring[j, 0], ring[j, 1], ring[k, 0], ring[k, 1]
            j = k
            if max(ay, by) < y or min(ay, by) > y or max(ax, bx) < x or min(ax, bx) > x:
                continue
            if (bx - ax) * (y - ay) == (x - ax) * (by - ay):
                out[i] = True
                break
    return out


points_on_ring = jit(_points_on_ring)
