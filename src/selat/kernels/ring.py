"""Rings: the last positions of each contact, in the stored integers, and what can be said of a stretch of them."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from selat.kernels._jit import U, bare, fused, i64, inline
from selat.kernels.geodesy import metres, wrap
from selat.model.units import KNOT

NONE = 65535  #: sentinel of speed, course and heading (uint16)
_SLOW = 10  #: 0.1 kn: below that a course over ground is noise
_HALF = 1_800_000_000  #: 180 degrees in steps of 1e-7
_RAD = math.pi / 180.0


#: One position, 32 bytes, in the stored layout of reports; records, since a contact's positions are read together
POSITION = np.dtype([
    ("time", "i8"), ("seq", "i8"), ("lat", "i4"), ("lon", "i4"), ("sog", "u2"), ("cog", "u2"), ("heading", "u2"),
    ("status", "u2"),
])  # fmt: skip


class Ring(NamedTuple):
    """Rows (contacts, length) of :data:`POSITION`, and how many were ever written of each contact.

    Entry ``k`` lies at ``k % length``; ``time`` ns, ``lat``, ``lon`` 1e-7 deg, ``sog`` 0.1 kn, ``cog`` 0.1 deg.
    """

    rows: Any
    n: Any


class Stretch(NamedTuple):
    """What :func:`stretch` finds, arrays by contact asked for; see :class:`selat.tracks.features.Features`."""

    n: Any
    span: Any
    net: Any
    gross: Any
    mean: Any
    least: Any
    most: Any
    turned: Any
    turn_std: Any
    crab: Any
    across: Any
    lat: Any
    lon: Any
    radius: Any


def _push(ring: Ring, s: int, every: int, time: int) -> Any:
    """The row for a position at ``time`` (ns), which becomes the head of contact ``s``'s ring.

    The head is always the last position; it is moved on once it is ``every`` ns after the one before it, so that those
    kept are at least so far apart.
    """
    length = ring.rows.shape[1]
    at = (ring.n[s] - 1) % length
    if ring.n[s] < 2 or ring.rows[s, at]["time"] - ring.rows[s, (at - 1) % length]["time"] >= every:
        at = ring.n[s] % length
        ring.n[s] += 1
    return ring.rows[s, at]


push = inline(_push)


def _first(ring: Ring, s: int, since: int, until: int) -> tuple[int, int]:
    """Where the entries of contact ``s`` in [since, until] ns begin in its ring, and how many there are."""
    length = ring.rows.shape[1]
    left = min(ring.n[s], i64(length))
    at = (ring.n[s] - 1) % length
    while left > 0 and ring.rows[s, at]["time"] > until:
        at = at - 1 if at > 0 else length - 1
        left -= 1
    count = 0
    while count < left and ring.rows[s, at]["time"] >= since:
        at = at - 1 if at > 0 else length - 1
        count += 1
    return (at + 1 if at + 1 < length else 0), count


first = fused(_first)


def _place(row: Any, lat0: int, lon0: int, my: float, mx: float, fall: float) -> tuple[float, float]:
    """North and east (m) of a position from (lat0, lon0); metres in a step of 1e-7 deg, and how fast those fall."""
    dlat, dlon = i64(row["lat"]) - lat0, i64(row["lon"]) - lon0
    dlon = dlon - 2 * _HALF if dlon > _HALF else dlon + 2 * _HALF if dlon < -_HALF else dlon
    return dlat * my, dlon * (mx + fall * dlat)


place = inline(_place)


def _along(ring: Ring, s: int, begin: int, n: int, out: Stretch, k: int) -> None:
    """One stretch. Positions lie in a plane about the first one; steps of 1e-7 deg, 0.1 kn and 0.1 deg add up exactly."""
    length = U(ring.rows.shape[1])
    at = U(begin)
    lat0, lon0 = i64(ring.rows[U(s), at]["lat"]), i64(ring.rows[U(s), at]["lon"])
    my, mx = metres(lat0 * 1e-7)
    # Metres in a degree of longitude shrink as the ship leaves the latitude: second order is below 1 m in 50 km.
    fall = -0.5e-14 * mx * math.tan(lat0 * (1e-7 * _RAD)) * _RAD
    my *= 1e-7
    mx *= 1e-7
    x = y = sum_x = sum_y = gross = 0.0
    least, most, total, weight = i64(NONE), i64(-1), i64(0), i64(0)
    v0, t0, c0 = i64(-1), i64(0), i64(-1)
    turns, swept, plain, square = i64(0), i64(0), i64(0), i64(0)
    both, crab, across = i64(0), i64(0), i64(0)
    for _ in range(n):
        row = ring.rows[U(s), at]
        at = at + U(1) if at + U(1) < length else U(0)
        ny, nx = place(row, lat0, lon0, my, mx, fall)
        gross += math.sqrt((nx - x) * (nx - x) + (ny - y) * (ny - y))
        x, y = nx, ny
        sum_x += x
        sum_y += y
        v, c, h, t = i64(row["sog"]), i64(row["cog"]), i64(row["heading"]), row["time"]
        if v == NONE:
            v0 = i64(-1)
            continue
        least, most = min(least, v), max(most, v)
        if v0 >= 0:
            total += (v + v0) * (t - t0)
            weight += t - t0
        v0, t0 = v, t
        if c == NONE or v < _SLOW:
            continue
        if c0 >= 0:
            turn = c - c0
            turn = turn - 3600 if turn >= 1800 else turn + 3600 if turn < -1800 else turn
            turns += 1
            swept += abs(turn)
            plain += turn
            square += turn * turn
        c0 = c
        if h != NONE:
            off = abs(c - 10 * h)
            off = min(off, 3600 - off)
            both += 1
            crab += off
            across += min(off, 1800 - off)
    cx, cy = sum_x / n, sum_y / n
    far = 0.0
    at = U(begin)
    for _ in range(n):
        ny, nx = place(ring.rows[U(s), at], lat0, lon0, my, mx, fall)
        at = at + U(1) if at + U(1) < length else U(0)
        far = max(far, (nx - cx) * (nx - cx) + (ny - cy) * (ny - cy))
    out.net[k], out.gross[k], out.radius[k] = math.sqrt(x * x + y * y), gross, math.sqrt(far)
    out.lat[k] = (lat0 + cy / my) * 1e-7
    out.lon[k] = wrap((lon0 + cx / (mx + fall * (cy / my))) * 1e-7)
    if most < 0:
        pace = gross / out.span[k] if out.span[k] > 0.0 else math.nan
        out.mean[k] = out.least[k] = out.most[k] = pace
    else:
        out.least[k], out.most[k] = least * (0.1 * KNOT), most * (0.1 * KNOT)
        out.mean[k] = (total / weight if weight > 0 else float(least + most)) * (0.05 * KNOT)
    out.turned[k] = swept * 0.1
    out.turn_std[k] = math.sqrt(max(0.0, square / turns - (plain / turns) ** 2)) * 0.1 if turns else math.nan
    out.crab[k] = crab / both * 0.1 if both else math.nan
    out.across[k] = across / both * 0.1 if both else math.nan


along = fused(_along)


def _stretch(near: Ring, far: Ring, slots: Any, since: int, until: int, reach: int, out: Stretch) -> None:
    """Fill ``out`` for contacts ``slots`` over [since, until] ns; from the ring ``near`` where that is within ``reach``."""
    for k in range(slots.size):
        s = slots[k]
        ring = near if until - since <= reach else far
        begin, n = first(ring, s, since, until)
        out.n[k] = n
        if n == 0:
            out.span[k] = out.net[k] = out.gross[k] = out.turned[k] = 0.0
            out.mean[k] = out.least[k] = out.most[k] = out.turn_std[k] = math.nan
            out.crab[k] = out.across[k] = out.lat[k] = out.lon[k] = out.radius[k] = math.nan
            continue
        length = ring.rows.shape[1]
        last = begin + n - 1
        out.span[k] = (
            ring.rows[s, last if last < length else last - length]["time"] - ring.rows[s, begin]["time"]
        ) * 1e-9
        along(ring, s, begin, n, out, k)


stretch = bare(_stretch)

__all__ = ["NONE", "Ring", "Stretch", "first", "push", "stretch"]
