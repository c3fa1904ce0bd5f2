"""What is believed of each contact beyond its segment: smoothed velocity, last facts, a ring of the track."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from selat.kernels._jit import inline, jit
from selat.kernels.segments import ACCEPTED, OPENED, Rows, Traced


class Belief(NamedTuple):
    """What is believed of each contact beyond its segment's end; arrays by slot."""

    vx: Any
    vy: Any
    heading: Any
    status: Any
    kind: Any
    msg_type: Any
    flags: Any
    station: Any
    seq: Any
    received: Any
    version: Any
    lost: Any
    ring_time: Any
    ring_lat: Any
    ring_lon: Any
    ring_n: Any


class Told(NamedTuple):
    """The other stored columns of the rows."""

    heading: Any
    nav_status: Any
    kind: Any
    flags: Any
    station: Any
    received: Any


def _smooth(b: Belief, s: int, sog: float, cog: float, seconds: float, tau: float) -> None:
    """Exponential mean of the velocity over ``tau`` seconds; starts anew after a silence of ten times that."""
    if math.isnan(sog) or (math.isnan(cog) and sog > 0.3):
        b.vx[s], b.vy[s] = math.nan, math.nan
        return
    angle = 0.0 if math.isnan(cog) else cog * math.pi / 180.0
    u, v = sog * math.sin(angle), sog * math.cos(angle)
    if math.isnan(b.vx[s]) or seconds > 10.0 * tau or seconds < 0.0:
        b.vx[s], b.vy[s] = u, v
        return
    share = 1.0 - math.exp(-max(seconds, 0.5) / tau)
    b.vx[s] += share * (u - b.vx[s])
    b.vy[s] += share * (v - b.vy[s])


smooth = inline(_smooth)


def _believe(r: Rows, told: Told, out: Traced, b: Belief, version: int, tau: float, every: int) -> None:
    """Take the rows' other facts over into the contacts, and remember every ``every`` ns of the track in the ring."""
    length = b.ring_time.shape[1]
    for i in range(r.mmsi.size):
        s = out.slot[i]
        if s < 0:
            continue
        b.version[s] = version
        b.received[s] = max(b.received[s], told.received[i])
        if b.kind[s] == 0 or r.msg_type[i] != 27:
            b.kind[s] = told.kind[i]
        verdict = out.verdict[i]
        if verdict == OPENED:
            b.vx[s], b.vy[s] = math.nan, math.nan
            b.ring_n[s] = 0
        if verdict < ACCEPTED:
            continue
        b.lost[s] = False
        newest = (b.ring_n[s] - 1) % length
        # The ring holds the last position at its head; it is moved on once the head is old enough to be kept.
        seconds = 0.0 if b.ring_n[s] == 0 else (r.time[i] - b.ring_time[s, newest]) * 1e-9
        smooth(b, s, r.sog[i], r.cog[i], seconds, tau)
        if b.ring_n[s] < 2 or b.ring_time[s, newest] - b.ring_time[s, (newest - 1) % length] >= every:
            newest = b.ring_n[s] % length
            b.ring_n[s] += 1
        b.ring_time[s, newest], b.ring_lat[s, newest], b.ring_lon[s, newest] = r.time[i], r.lat[i], r.lon[i]
        b.heading[s], b.status[s], b.msg_type[s] = told.heading[i], told.nav_status[i], r.msg_type[i]
        b.flags[s], b.station[s], b.seq[s] = told.flags[i], told.station[i], r.seq[i]


believe = jit(_believe)
