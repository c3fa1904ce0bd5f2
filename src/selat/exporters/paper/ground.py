"""The ground of maps: the projection, and land cut to the paper.

Mercator on a sphere, in degrees: shapes are true, and one scale holds near a latitude.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from selat.model.columns import Array

Box = tuple[float, float, float, float]  #: west, south, east, north, degrees
Line = list[tuple[float, float]]
LEAST = 0.35  #: points closer than this on the paper are one
CUT = 0.008  #: degrees from a box in which an edge is its cut


@dataclass(frozen=True, slots=True)
class Land:
    """Rings of land, (m, 2) lon and lat in degrees, and the boxes that cut them: an edge on a box is no coast."""

    rings: tuple[Array, ...] = ()
    boxes: tuple[Box, ...] = ()


def mercator(lat: float) -> float:
    """North of the equator on the paper, degrees."""
    return math.degrees(math.asinh(math.tan(math.radians(max(-85.0, min(85.0, lat))))))


def mercators(lat: Array) -> Array:
    """The same for arrays."""
    out: Array = np.degrees(np.arcsinh(np.tan(np.radians(np.clip(lat, -85.0, 85.0)))))
    return out


def latitude(y: float) -> float:
    """Back from :func:`mercator`."""
    return math.degrees(math.atan(math.sinh(math.radians(y))))


def apart(x: Array, y: Array, least: float = LEAST) -> Array:
    """Indices of points that lie apart by a third of a point, by their cell of that size; ends are kept."""
    cell = np.floor(x / least).astype(np.int64) * 1_000_003 + np.floor(y / least).astype(np.int64)
    keep = np.r_[True, cell[1:] != cell[:-1]]
    keep[-1] = True
    return np.flatnonzero(keep)


def thinned(points: Line, least: float = LEAST) -> Line:
    """Without points closer than ``least`` to the one before; ends are kept."""
    out = points[:1]
    for k, p in enumerate(points[1:], 1):
        if math.hypot(p[0] - out[-1][0], p[1] - out[-1][1]) >= least or k == len(points) - 1:
            out.append(p)
    return out


def clipped(x: Array, y: Array, width: float, height: float, room: float) -> Line:
    """A ring inside the paper and a margin (I. Sutherland, G. Hodgman, Communications of the ACM 17 (1974) 32)."""
    points = list(zip(x.tolist(), y.tolist(), strict=True))
    for axis, limit, sign in ((0, -room, 1), (0, width + room, -1), (1, -room, 1), (1, height + room, -1)):
        out: Line = []
        for k, b in enumerate(points):
            a = points[k - 1]
            within_a, within_b = sign * (a[axis] - limit) >= 0, sign * (b[axis] - limit) >= 0
            if within_a != within_b:
                t = (limit - a[axis]) / (b[axis] - a[axis])
                out.append((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
            if within_b:
                out.append(b)
        points = out
        if not points:
            break
    return points


def coasts(ring: Array, x: Array, y: Array, boxes: Sequence[Box], width: float, height: float) -> list[Line]:
    """The ring as lines, without edges that lie on a box and without what is off the paper."""
    closed = np.r_[np.arange(len(x)), 0]
    keep = closed[np.r_[apart(x, y), len(x)]] if len(x) > 2 else closed
    cx, cy, place = x[keep], y[keep], ring[keep]
    off = (np.maximum(cx[1:], cx[:-1]) < -5) | (np.minimum(cx[1:], cx[:-1]) > width + 5)
    off |= (np.maximum(cy[1:], cy[:-1]) < -5) | (np.minimum(cy[1:], cy[:-1]) > height + 5)
    for w, s, e, n in boxes:
        for column, limits in ((0, (w, e)), (1, (s, n))):
            for limit in limits:
                near = np.abs(place[:, column] - limit) < CUT
                off |= near[1:] & near[:-1]
    out, line = [], [(float(cx[0]), float(cy[0]))]
    for k in range(1, len(cx)):
        if off[k - 1]:
            if len(line) > 1:
                out.append(line)
            line = []
        line.append((float(cx[k]), float(cy[k])))
    if len(line) > 1:
        out.append(line)
    return out
