"""Two ships: closest point of approach, of one pair and of all pairs of a sea.

All pairs within a radius are found by strips: ships are sorted into rows of latitude one radius high and by longitude
within a row; a ship looks along its own row and the next one only. That is exact, knows the antimeridian, and needs no
memory but the order.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import inline, jit
from selat.kernels.geodesy import E2, A, metres, wrap

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Pairs = tuple[Ints, Ints, Floats, Floats, Floats]
_RAD = math.pi / 180.0


def _cpa(x: float, y: float, vx: float, vy: float) -> tuple[float, float]:
    """Time to and distance at the closest point of approach: (s, m).

    ``x, y``: the other's position from us, metres; ``vx, vy``: its velocity relative to ours, metres a second.
    Negative time: it is past. Without relative motion the time is 0 and the distance the present one.
    """
    v2 = vx * vx + vy * vy
    if v2 < 1e-12:
        return 0.0, math.hypot(x, y)
    t = -(x * vx + y * vy) / v2
    return t, math.hypot(x + vx * t, y + vy * t)


cpa = inline(_cpa)


def _closest(x: float, y: float, vx: float, vy: float, horizon: float) -> tuple[float, float]:
    """Time (s) and distance (m) of the closest approach within 0 to ``horizon`` seconds."""
    t, _ = cpa(x, y, vx, vy)
    t = min(max(t, 0.0), horizon)
    return t, math.hypot(x + vx * t, y + vy * t)


closest = inline(_closest)


def _domain(
    x: float, y: float, vx: float, vy: float, course: float, ahead: float, beam: float, horizon: float
) -> float:
    """Least size of the ship's ellipse that the other touches within ``horizon`` s: below 1 it enters the domain.

    The ship heads ``course`` (deg); semi-axes ``ahead`` and ``beam`` (m). Other: as in :func:`cpa`.
    """
    s, c = math.sin(course * _RAD), math.cos(course * _RAD)
    return closest(
        (x * c - y * s) / beam, (x * s + y * c) / ahead, (vx * c - vy * s) / beam, (vx * s + vy * c) / ahead, horizon
    )[1]


domain = inline(_domain)


def _strips(lat: Floats, lon: Floats, radius: float) -> tuple[Ints, Ints, Ints]:
    """Order of the points by strip and longitude; first row of the order of each strip; strip numbers in use.

    Strips are ``radius`` high, measured with the shortest degree of latitude (at the equator).
    """
    height = radius / (A * (1.0 - E2) * _RAD)
    row = np.floor((lat + 90.0) / height).astype(np.int64)
    by_lon = np.argsort(lon)
    order = by_lon[np.argsort(row[by_lon], kind="mergesort")]
    n = lat.size
    used = 0
    for k in range(n):
        if k == 0 or row[order[k]] != row[order[k - 1]]:
            used += 1
    start = np.empty(used + 1, np.int64)
    number = np.empty(used, np.int64)
    used = 0
    for k in range(n):
        if k == 0 or row[order[k]] != row[order[k - 1]]:
            start[used] = k
            number[used] = row[order[k]]
            used += 1
    start[used] = n
    return order, start, number


strips = jit(_strips)


def _first(a: Any, lo: int, hi: int, value: Any) -> int:
    """Index of the first of the sorted ``a[lo:hi]`` that is not below ``value``."""
    while lo < hi:
        mid = (lo + hi) >> 1
        if a[mid] < value:
            lo = mid + 1
        else:
            hi = mid
    return lo


first = inline(_first)


def _grown(a: Any, size: int) -> Any:
    b = np.empty(size, a.dtype)
    b[: a.size] = a
    return b


grown = inline(_grown)


def _pairs(lat: Floats, lon: Floats, vx: Floats, vy: Floats, radius: float, horizon: float, limit: float) -> Pairs:
    """Pairs (i, j, time s, distance m, range m) within ``radius`` that come closer than ``limit`` within ``horizon`` s.

    Arrays of n ships: degrees, metres a second. No NaN. ``horizon`` 0 with ``limit`` = ``radius`` gives all neighbours.
    The radii are those of the pair's mid-latitude: the mean of both ends', corrected for the curvature of the cosine
    (second order; what is left is below 0.1 mm at 6 nm).
    """
    n = lat.size
    order, start, number = strips(lat, lon, radius)
    y, x = np.empty(n), np.empty(n)
    my, mx = np.empty(n), np.empty(n)
    u, w = np.empty(n), np.empty(n)
    for k in range(n):
        i = order[k]
        y[k], x[k], u[k], w[k] = lat[i], lon[i], vx[i], vy[i]
        my[k], mx[k] = metres(lat[i])
    size, found = 1024, 0
    oi, oj = np.empty(size, np.int64), np.empty(size, np.int64)
    ot, od, orr = np.empty(size), np.empty(size), np.empty(size)
    r2, d2 = radius * radius, limit * limit
    for s in range(number.size):
        for step in range(2):
            if step == 1 and (s + 1 >= number.size or number[s + 1] != number[s] + 1):
                continue
            lo, hi = start[s + step], start[s + step + 1]
            narrow = min(mx[start[s]], mx[start[s + 1] - 1])
            for k in range(start[s], start[s + 1]):
                narrow = min(narrow, mx[k])
            for k in range(lo, hi):
                narrow = min(narrow, mx[k])
            # All around the pole the window is the whole circle.
            reach = min(180.0, 1.001 * radius / max(narrow, 1e-9))
            for k in range(start[s], start[s + 1]):
                for turn in range(3):
                    shift = 360.0 * (turn - 1)
                    low, high = x[k] - reach + shift, x[k] + reach + shift
                    if turn != 1 and (high < -180.0 or low > 180.0):
                        continue
                    begin = first(x, lo, hi, low)
                    for m in range(begin, hi):
                        if x[m] > high:
                            break
                        if step == 0 and m <= k:
                            continue
                        dy = y[m] - y[k]
                        bend = 1.0 + dy * dy * (_RAD * _RAD / 8.0)
                        ex = (x[m] - x[k] - shift) * 0.5 * (mx[k] + mx[m]) * bend
                        ny = dy * 0.5 * (my[k] + my[m])
                        away = ex * ex + ny * ny
                        ru, rw = u[m] - u[k], w[m] - w[k]
                        v2 = ru * ru + rw * rw
                        run, cross = ex * ru + ny * rw, ex * rw - ny * ru
                        # No division for the many that pass wide (the line's distance from us is cross / speed), and
                        # one branch only, which is nearly always taken: twice as fast.
                        wide = ((run < 0.0) & (cross * cross > d2 * v2)) | ((run >= 0.0) & (away > d2))
                        if wide | (away > r2):
                            continue
                        t = min(-run / v2, horizon) if run < 0.0 and v2 > 1e-12 else 0.0
                        cx, cy = ex + ru * t, ny + rw * t
                        c2 = cx * cx + cy * cy
                        if c2 > d2:
                            continue
                        if found == size:
                            size *= 2
                            oi, oj = grown(oi, size), grown(oj, size)
                            ot, od, orr = grown(ot, size), grown(od, size), grown(orr, size)
                        oi[found], oj[found] = order[k], order[m]
                        ot[found], od[found], orr[found] = t, math.sqrt(c2), math.sqrt(away)
                        found += 1
    return oi[:found], oj[:found], ot[:found], od[:found], orr[:found]


_pairs_jit = jit(_pairs)


def pairs(lat: Any, lon: Any, vx: Any, vy: Any, radius: float, horizon: float, limit: float) -> Pairs:
    """All pairs within ``radius`` m that come closer than ``limit`` m within ``horizon`` s: (i, j, t, d, range), i < j.

    Arrays of equal length, degrees and metres a second; ships without position or velocity (NaN) make no pair.
    Pairs come sorted by (i, j), so the answer does not depend on how the ships are stored along the strips.
    """
    arrays = [np.ascontiguousarray(a, dtype=np.float64) for a in (lat, lon, vx, vy)]
    good = np.flatnonzero(np.isfinite(arrays[0] + arrays[1] + arrays[2] + arrays[3]))
    lat_, lon_, vx_, vy_ = (a[good] for a in arrays)
    if good.size == 0:
        none = np.zeros(0, np.int64)
        return none, none, np.zeros(0), np.zeros(0), np.zeros(0)
    i, j, t, d, r = _pairs_jit(lat_, (lon_ + 180.0) % 360.0 - 180.0, vx_, vy_, radius, horizon, limit)
    i, j = good[i], good[j]
    i, j = np.minimum(i, j), np.maximum(i, j)
    order = np.lexsort((j, i))
    return i[order], j[order], t[order], d[order], r[order]


def velocity(sog: Any, cog: Any) -> tuple[Floats, Floats]:
    """East and north (m/s) of speed (m/s) and course (deg)."""
    c = np.radians(np.asarray(cog, dtype=np.float64))
    s = np.asarray(sog, dtype=np.float64)
    return s * np.sin(c), s * np.cos(c)


__all__ = ["Pairs", "closest", "cpa", "domain", "pairs", "velocity", "wrap"]
