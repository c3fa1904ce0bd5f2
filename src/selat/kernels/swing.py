"""Ships at anchor swing about it, bow to the stream: anchor and radius from positions and headings."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from selat.kernels._jit import bare
from selat.kernels.geodesy import metres, wrap
from selat.kernels.ring import NONE, Ring, first, place

_RAD = math.pi / 180.0
_SLOW = 15  #: 0.1 kn: no ship at anchor swings faster; such positions are of before she lay there


class Swing(NamedTuple):
    """Arrays by contact asked for; see :class:`selat.tracks.features.Swings`."""

    n: Any
    lat: Any
    lon: Any
    radius: Any
    rest: Any
    spread: Any


def _swing(ring: Ring, slots: Any, since: int, until: int, out: Swing) -> None:
    """Least squares of p = c - r h over [since, until] ns: positions p of ships that lie, unit vectors h of the headings.

    With means taken off, r = -sum(p h) / sum(h h); nothing is iterated.
    """
    length = ring.rows.shape[1]
    for k in range(slots.size):
        s = slots[k]
        begin, n = first(ring, s, since, until)
        out.lat[k] = out.lon[k] = out.radius[k] = out.rest[k] = out.spread[k] = math.nan
        m, px, py, hx, hy, pp, ph = 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        if n == 0:
            out.n[k] = 0
            continue
        lat0, lon0 = ring.rows[s, begin]["lat"], ring.rows[s, begin]["lon"]
        my, mx = metres(lat0 * 1e-7)
        at = begin
        for _ in range(n):
            row = ring.rows[s, at]
            at = at + 1 if at + 1 < length else 0
            if row["heading"] == NONE or (row["sog"] != NONE and row["sog"] > _SLOW):
                continue
            y, x = place(row, lat0, lon0, my * 1e-7, mx * 1e-7, 0.0)
            sin, cos = math.sin(row["heading"] * _RAD), math.cos(row["heading"] * _RAD)
            m += 1
            px += x
            py += y
            hx += sin
            hy += cos
            pp += x * x + y * y
            ph += x * sin + y * cos
        out.n[k] = m
        if m == 0:
            continue
        hh = m - (hx * hx + hy * hy) / m
        pp -= (px * px + py * py) / m
        ph -= (px * hx + py * hy) / m
        out.spread[k] = math.sqrt(max(hh, 0.0) / m) / _RAD
        if m < 4 or hh / m < 3e-4:  # a degree: the noise of headings alone
            out.rest[k] = math.sqrt(max(pp, 0.0) / m)
            continue
        r = -ph / hh
        out.radius[k] = r
        out.rest[k] = math.sqrt(max(pp - ph * ph / hh, 0.0) / m)
        out.lat[k] = lat0 * 1e-7 + (py + r * hy) / m / my
        out.lon[k] = wrap(lon0 * 1e-7 + (px + r * hx) / m / mx)


swing = bare(_swing)
