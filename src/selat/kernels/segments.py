"""Which hull sent this report: each report of an MMSI joins one of its segments, or opens a new one.

One MMSI may be used by several hulls. A segment is a chain of positions that one hull can have sailed. The gates are
those that Global Fishing Watch publishes for its segmenter (discrepancy of dead reckoning within hypot(hours, 0.25 h) x
25 kn, best score exp(-a^2) / hours, at most 20 open segments); the code is our own, and differs: positions whose time
is exact are given 0.05 h instead of 0.25 h, and any step that a fast craft can sail (60 kn, within half an hour) is
allowed.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from selat.kernels._jit import bare, inline, jit
from selat.kernels.geodesy import delta, near, offset
from selat.kernels.sequence import pace

NO_TIME = -(2**63)

# Verdicts on a report.
IGNORED = 0  #: time of the future or none: nothing was changed
HEARD = 1  #: no position: only the time at which the sender was heard
COARSE = 2  #: a type 27 position while a fresh one was known: only heard
STALE = 3  #: belongs to the segment, but is older than its last position
ACCEPTED = 4  #: the segment's new last position
OPENED = 5  #: the first position of a new segment

MARK_FUTURE = 2  #: marks of selat.tracks.reorder from here on are not used


class Gate(NamedTuple):
    """What one hull can have sailed: metres, seconds, metres a second."""

    speed: float
    pad: float
    pad_exact: float
    dash: float
    dash_pad: float
    dash_time: float
    aircraft: float
    fresh: float
    idle: float
    most: int
    slack: float
    jitter: float
    near: float
    near_speed: float
    near_share: float
    near_time: float
    near_late: float
    other_class: float


class Heads(NamedTuple):
    """End of each segment; arrays by slot."""

    who: Any
    ordinal: Any
    next: Any
    time: Any
    lat: Any
    lon: Any
    sog: Any
    cog: Any
    reports: Any
    heard: Any
    cls: Any
    begun: Any
    exact: Any


class Whos(NamedTuple):
    """Each MMSI; arrays by number of the MMSI. ``first``: its newest segment; the last position, of any segment."""

    mmsi: Any
    first: Any
    given: Any
    open: Any
    slot: Any
    time: Any
    lat: Any
    lon: Any
    seq: Any


class Rows(NamedTuple):
    """Reports in the stored layout, in order of time; ``loose``: the time may be wrong by minutes; ``exact``: it is
    that of the position, to the second.
    """

    mmsi: Any
    time: Any
    lat: Any
    lon: Any
    sog: Any
    cog: Any
    msg_type: Any
    seq: Any
    loose: Any
    mark: Any
    exact: Any


class Traced(NamedTuple):
    """What became of each row: slot (-1: none), ordinal of the segment, verdict, and the step from the MMSI's last
    accepted position.
    """

    slot: Any
    ordinal: Any
    verdict: Any
    from_slot: Any
    from_time: Any
    from_lat: Any
    from_lon: Any
    from_seq: Any
    away: Any
    pace: Any


def _find(table: Any, mmsis: Any, mmsi: int) -> int:
    """Place of an MMSI in the hash table: ``table[place]`` is its number, or -1 where it may be put."""
    mask = table.size - 1
    place = (int(mmsi) * 2654435761) & mask
    while table[place] >= 0 and mmsis[table[place]] != mmsi:
        place = (place + 1) & mask
    return place


find = inline(_find)


def _rehash(table: Any, mmsis: Any, n: int) -> None:
    table[:] = -1
    for k in range(n):
        table[find(table, mmsis, mmsis[k])] = k


rehash = jit(_rehash)


def _moved(lat: float, lon: float, sog: float, cog: float, seconds: float) -> tuple[float, float]:
    if math.isnan(sog) or math.isnan(cog):
        return lat, lon
    run = sog * seconds
    angle = cog * math.pi / 180.0
    return offset(lat, lon, run * math.sin(angle), run * math.cos(angle))


moved = inline(_moved)


def _class_of(msg_type: int) -> int:
    """Class of the transponder: 1 A, 2 B, 0 where the type does not say it."""
    if msg_type <= 3:
        return 1 if msg_type > 0 else 0
    return 2 if msg_type == 18 or msg_type == 19 else 0


class_of = inline(_class_of)


def _torn(h: Heads, s: int, time: int, lat: float, lon: float, sog: float, cog: float, g: Gate, exact: bool) -> bool:
    """True where two hulls must have sent the segment's last report and this one, although they lie close.

    Within minutes a ship goes no farther than the speeds that she says herself allow, with room for acceleration, for
    some seconds of clock error, and for a bad fix. Along her course a minute and a half is allowed: the commonest error
    is a report that came late.
    """
    seconds = abs(time - h.time[s]) * 1e-9
    if not exact or not h.exact[s] or seconds > g.near_time or math.isnan(sog) or math.isnan(h.sog[s]):
        return False
    if (sog == 0.0 and cog == 0.0) or (h.sog[s] == 0.0 and h.cog[s] == 0.0):
        return False  # what units send whose sensor does not work
    faster = max(sog, h.sog[s])
    speed = g.near_share * faster + g.near_speed
    x, y = delta(h.lat[s], h.lon[s], lat, lon)
    room = g.near + speed * (seconds + g.jitter)
    if x * x + y * y <= room * room:
        return False
    course = cog if sog >= h.sog[s] else h.cog[s]
    if math.isnan(course):
        return True
    east, north = math.sin(course * math.pi / 180.0), math.cos(course * math.pi / 180.0)
    return abs(x * north - y * east) > room or abs(x * east + y * north) > room + faster * g.near_late


torn = inline(_torn)


def _misfit(
    h: Heads, s: int, time: int, lat: float, lon: float, sog: float, cog: float, g: Gate, loose: bool, fast: bool,
    exact: bool,
) -> float:  # fmt: skip
    """How far the report is from where segment ``s`` can have gone; above 1 it cannot be the same hull."""
    seconds = (time - h.time[s]) * 1e-9
    if abs(seconds) > g.idle or torn(h, s, time, lat, lon, sog, cog, g, exact):
        return math.inf
    away = near(h.lat[s], h.lon[s], lat, lon)
    # A steady run of more than six hours is no prediction any more.
    run = min(max(seconds, -21600.0), 21600.0)
    lat1, lon1 = moved(h.lat[s], h.lon[s], h.sog[s], h.cog[s], run)
    lat2, lon2 = moved(lat, lon, sog, cog, -run)
    off = min(near(lat1, lon1, lat, lon), near(lat2, lon2, h.lat[s], h.lon[s]))
    speed = g.aircraft if fast else g.speed
    fit = off / (speed * math.hypot(seconds, g.pad if loose else g.pad_exact))
    if abs(seconds) <= g.dash_time:
        fit = min(fit, away / (max(g.dash, speed) * math.hypot(seconds, g.dash_pad)))
    return fit


misfit = inline(_misfit)


def _choose(
    h: Heads, first: int, time: int, lat: float, lon: float, sog: float, cog: float, g: Gate, loose: bool, fast: bool,
    exact: bool, cls: int,
) -> int:  # fmt: skip
    """The segment that the report fits best, -1 where none."""
    best, best_score = -1, 0.0
    s = first
    if s >= 0 and h.next[s] < 0 and h.time[s] != NO_TIME:
        # The common case, and the same answer: one segment only, and a step that any craft can sail.
        seconds = (time - h.time[s]) * 1e-9
        if abs(seconds) <= g.dash_time:
            away = near(h.lat[s], h.lon[s], lat, lon)
            if away <= g.dash * math.hypot(seconds, g.dash_pad) and not torn(h, s, time, lat, lon, sog, cog, g, exact):
                return s
    while s >= 0:
        if h.time[s] != NO_TIME:
            fit = misfit(h, s, time, lat, lon, sog, cog, g, loose, fast, exact)
            if fit <= 1.0:
                score = math.exp(-fit * fit) / math.hypot((time - h.time[s]) * 1e-9, g.pad_exact)
                if cls and h.cls[s] and cls != h.cls[s]:
                    score *= g.other_class
                if score > best_score:
                    best, best_score = s, score
        elif best < 0:
            best = s  # heard before, but never placed
        s = h.next[s]
    return best


choose = inline(_choose)


def _latest(h: Heads, first: int) -> int:
    best = first
    s = first
    while s >= 0:
        if h.time[s] > h.time[best]:
            best = s
        s = h.next[s]
    return best


latest = inline(_latest)


def _open(h: Heads, w: Whos, k: int, n: int, g: Gate) -> tuple[int, int]:
    """Slot for a new segment of MMSI ``k`` (the stalest one where it has too many) and the number of slots then."""
    if w.open[k] >= g.most:
        slot, s = w.first[k], w.first[k]
        while s >= 0:
            if h.heard[s] < h.heard[slot]:
                slot = s
            s = h.next[s]
    else:
        slot = n
        n += 1
        h.next[slot] = w.first[k]
        w.first[k] = slot
        w.open[k] += 1
    h.who[slot] = k
    h.ordinal[slot] = w.given[k]
    w.given[k] += 1
    h.time[slot] = NO_TIME
    h.heard[slot] = NO_TIME
    h.lat[slot], h.lon[slot] = math.nan, math.nan
    h.sog[slot], h.cog[slot] = math.nan, math.nan
    h.reports[slot] = 0
    h.cls[slot] = 0
    h.begun[slot] = NO_TIME
    return slot, n


open_slot = inline(_open)


def _meet(table: Any, w: Whos, mmsi: int, k_n: int) -> tuple[int, int]:
    """Number of an MMSI (a new one where it was never met), and how many there are then."""
    place = find(table, w.mmsi, mmsi)
    k = table[place]
    if k < 0:
        k = k_n
        k_n += 1
        table[place] = k
        w.mmsi[k] = mmsi
        w.first[k], w.given[k], w.open[k], w.slot[k] = -1, 0, 0, -1
        w.time[k], w.seq[k] = NO_TIME, -1
        w.lat[k], w.lon[k] = math.nan, math.nan
    return k, k_n


meet = inline(_meet)


def _assign(r: Rows, table: Any, w: Whos, h: Heads, n: int, k_n: int, g: Gate, out: Traced) -> tuple[int, int]:
    """Give each row its segment; returns the number of segments and of MMSIs then.

    ``table`` (a power of 2 long, at most half full), ``w`` and ``h`` have room for one new entry a row.
    """
    for i in range(r.mmsi.size):
        out.slot[i], out.ordinal[i], out.verdict[i] = -1, -1, IGNORED
        out.from_slot[i], out.from_seq[i], out.from_time[i] = -1, -1, NO_TIME
        out.away[i], out.pace[i] = math.nan, math.nan
        out.from_lat[i], out.from_lon[i] = math.nan, math.nan
        if r.mark[i] >= MARK_FUTURE:
            continue
        k, k_n = meet(table, w, r.mmsi[i], k_n)
        t = r.time[i]
        none = math.isnan(r.lat[i]) or math.isnan(r.lon[i])
        coarse = r.msg_type[i] == 27 and w.time[k] != NO_TIME and t - w.time[k] < g.fresh * 1e9
        if none or coarse:
            s = latest(h, w.first[k])
            if s < 0:
                s, n = open_slot(h, w, k, n, g)
            h.heard[s] = max(h.heard[s], t)
            out.slot[i], out.verdict[i] = s, COARSE if coarse and not none else HEARD
            out.ordinal[i] = h.ordinal[s]
            continue
        fast = r.msg_type[i] == 9
        loose = r.loose[i] or r.msg_type[i] == 27
        exact = r.exact[i] and not loose and not fast
        s = choose(
            h, w.first[k], t, r.lat[i], r.lon[i], r.sog[i], r.cog[i], g, loose, fast, exact, class_of(r.msg_type[i])
        )
        out.verdict[i] = ACCEPTED
        if s < 0:
            s, n = open_slot(h, w, k, n, g)
            out.verdict[i] = OPENED
        elif h.time[s] == NO_TIME:
            out.verdict[i] = OPENED
        out.slot[i], out.ordinal[i] = s, h.ordinal[s]
        h.heard[s] = max(h.heard[s], t)
        h.reports[s] += 1
        if out.verdict[i] == OPENED:
            h.begun[s] = t
        if class_of(r.msg_type[i]):
            h.cls[s] = class_of(r.msg_type[i])
        if t < h.time[s]:
            out.verdict[i] = STALE
            continue
        h.exact[s] = exact
        h.time[s], h.lat[s], h.lon[s], h.sog[s], h.cog[s] = t, r.lat[i], r.lon[i], r.sog[i], r.cog[i]
        if t < w.time[k]:
            continue
        if w.time[k] != NO_TIME:
            out.from_slot[i], out.from_seq[i], out.from_time[i] = w.slot[k], w.seq[k], w.time[k]
            out.from_lat[i], out.from_lon[i] = w.lat[k], w.lon[k]
            out.away[i] = near(w.lat[k], w.lon[k], r.lat[i], r.lon[i])
            if not loose:
                out.pace[i] = pace(out.away[i], (t - w.time[k]) * 1e-9, g.slack, g.jitter)
        w.time[k], w.lat[k], w.lon[k], w.seq[k], w.slot[k] = t, r.lat[i], r.lon[i], r.seq[i], s
    return n, k_n


assign = bare(_assign)


def empty_trace(n: int) -> Traced:
    """Room for what becomes of ``n`` rows."""
    types: Any = (np.int32, np.int32, np.uint8, np.int32, np.int64, np.float64, np.float64, np.int64, np.float64)
    return Traced(*[np.empty(n, t) for t in (*types, np.float64)])
