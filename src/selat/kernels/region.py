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


def _first_crossing(ring: Array) -> tuple[int, int]:
    """Numbers of the first two edges of a ring that meet where they should not; (-1, -1) where it is simple.

    Edge ``k`` runs from corner ``k`` to the next. Neighbours may share their corner only, others nothing at all.
    """
    m = len(ring)
    for i in range(m):
        ax, ay, bx, by = ring[i, 0], ring[i, 1], ring[(i + 1) % m, 0], ring[(i + 1) % m, 1]
        for j in range(i + 1, m):
            cx, cy, dx, dy = ring[j, 0], ring[j, 1], ring[(j + 1) % m, 0], ring[(j + 1) % m, 1]
            if (
                max(cx, dx) < min(ax, bx)
                or min(cx, dx) > max(ax, bx)
                or max(cy, dy) < min(ay, by)
                or min(cy, dy) > max(ay, by)
            ):
                continue
            s1 = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
            s2 = (bx - ax) * (dy - ay) - (by - ay) * (dx - ax)
            s3 = (dx - cx) * (ay - cy) - (dy - cy) * (ax - cx)
            s4 = (dx - cx) * (by - cy) - (dy - cy) * (bx - cx)
            if j == i + 1 or (i == 0 and j == m - 1):
                # neighbours: only a fold back along the same line is wrong
                if s1 == 0.0 and s2 == 0.0 and s3 == 0.0 and s4 == 0.0 and m > 2:
                    back = (bx - ax) * (dx - cx) + (by - ay) * (dy - cy) < 0.0
                    if back:
                        return i, j
                continue
            ends = (s1 > 0.0) != (s2 > 0.0) or s1 == 0.0 or s2 == 0.0
            if ends and ((s3 > 0.0) != (s4 > 0.0) or s3 == 0.0 or s4 == 0.0):
                return i, j
    return -1, -1


first_crossing = jit(_first_crossing)
