"""Activities of the maritime library of RTEC (NCSR Demokritos, Ecole navale, NATO CMRE; tuned to the waters of Brest).

What: gap, drifting, unusual speed for the type, high speed near the coast, loitering, rendezvous, tugging, trawling, search and
rescue. What its rules call true from one event to the next is here true from one report to the next.
Thresholds: fields of :class:`Parameters` and :data:`SPEEDS`.
Source: aartikis/RTEC on GitHub, examples/maritime/resources: patterns/rules.prolog, thresholds.prolog, typeSpeeds.prolog. Its
input (critical points, proximity, areas) is made by another program whose settings are not with the rules: below 0.5 kn stopped,
below 5 kn slow, 30 min a gap, 15 degrees a turn, a quarter a change of speed, 100 m near each other, 5 km near the coast (after
the area file nearCoast5k), a nautical mile near a port are ours, of that order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from selat.exercise.baselines import _table as table
from selat.exercise.baselines._table import Context, Grid, Positions, Row
from selat.model.clock import MINUTE, SECOND
from selat.model.units import KNOT, NAUTICAL_MILE

#: (types of ship, least, most knots): typeSpeeds.prolog, for the AIS types that have a row there
SPEEDS: tuple[tuple[tuple[int, ...], float, float], ...] = (
    ((30,), 5.3, 15.0), ((31, 32, 52), 2.0, 10.0), ((33,), 5.5, 9.0), ((34,), 5.0, 7.0), ((35,), 8.0, 29.0),
    ((36,), 3.0, 10.0), ((37,), 7.0, 17.0), (tuple(range(40, 50)), 11.0, 59.0), ((50,), 0.6, 13.0), ((51,), 4.0, 15.0),
    ((53,), 4.0, 7.5), ((54,), 3.5, 7.6), ((55,), 9.0, 15.0), ((58,), 9.0, 12.0), (tuple(range(60, 70)), 8.0, 20.0),
    ((70, *range(75, 80)), 9.0, 15.0), ((71,), 7.0, 17.0), ((72,), 9.6, 16.5), ((73,), 12.0, 14.46), ((74,), 8.0, 15.0),
    ((80, *range(85, 90)), 6.0, 16.0), ((81,), 12.0, 15.0), ((82, 83, 84), 12.0, 18.0), (tuple(range(90, 100)), 7.0, 18.0),
)  # fmt: skip
_TUGS, _PILOT, _FISHING, _RESCUE = (31, 32, 52), 50, 30, 51


@dataclass(frozen=True, slots=True)
class Parameters:
    """ns, m, m/s, degrees. From ``gap`` on: ours, see above."""

    coast_speed: float = 5.0 * KNOT
    moving: float = 0.5 * KNOT
    adrift: float = 40.0
    lying: int = 1800 * SECOND
    tug_slow: float = 1.2 * KNOT
    tug_fast: float = 15.0 * KNOT
    tug_lasts: int = 300 * SECOND
    rendezvous: int = 240 * SECOND
    loiter: int = 1800 * SECOND
    trawl_slow: float = 1.0 * KNOT
    trawl_fast: float = 9.0 * KNOT
    trawl_lasts: int = 3600 * SECOND
    rescue_speed: float = 2.7 * KNOT
    rescue_lasts: int = 3600 * SECOND
    keeps: int = 1800 * SECOND  #: a change of heading or speed counts for so long
    gap: int = 30 * MINUTE
    stopped: float = 0.5 * KNOT
    slow: float = 5.0 * KNOT
    turn: float = 15.0
    change: float = 0.25
    near: float = 100.0
    coast: float = 5_000.0
    port: float = NAUTICAL_MILE
    grid: int = 30 * SECOND


def _rows(rule: str, p: Positions, flag: Any, least: int, q: Parameters, text: str) -> list[Row]:
    """A row for each run of ``flag`` longer than ``least`` ns."""
    firsts, _, lasted = table.runs(p, flag, q.gap)
    out = []
    for first, ns in zip(firsts.tolist(), lasted.tolist(), strict=True):
        if ns > least or least == 0:
            span = f" for {table.minutes(ns)}, threshold {table.minutes(least)}" if least else ""
            out.append(Row(rule, (int(p.mmsi[first]),), int(p.time[first]), int(p.time[first] + ns), int(p.time[first]) + least,
                           float(p.lat[first]), float(p.lon[first]), f"{text}{span}."))  # fmt: skip
    return out


def gap(p: Positions, context: Context | None = None, q: Parameters | None = None) -> list[Row]:
    """A gap that begins far from ports."""
    context, q = context or Context(), q or Parameters()
    if not len(p.mmsi):
        return []
    end = int(p.time.max())
    until = np.where(p.follows(), np.r_[p.time[1:], end], end)
    out = []
    found = np.flatnonzero(until - p.time > q.gap)
    away = context.port(p.lat[found], p.lon[found])
    for k in found[away >= q.port].tolist():
        text = f"Not heard for {table.minutes(int(until[k] - p.time[k]))}, threshold {table.minutes(q.gap)}, far from ports."
        out.append(Row("dark", (int(p.mmsi[k]),), int(p.time[k]), int(until[k]), int(p.time[k]) + q.gap,
                       float(p.lat[k]), float(p.lon[k]), text))  # fmt: skip
    return out


def _limits(p: Positions) -> tuple[Any, Any]:
    """Least and most m/s of each row's type of ship; NaN where the library has none."""
    low, high = np.full(256, np.nan), np.full(256, np.nan)
    for types, least, most in SPEEDS:
        low[list(types)], high[list(types)] = least * KNOT, most * KNOT
    return low[p.type], high[p.type]


def drifting(p: Positions, context: Context | None = None, q: Parameters | None = None) -> list[Row]:
    """Moving, with course and heading more than 40 degrees apart; at the first report."""
    del context
    q = q or Parameters()
    moving = (p.sog >= q.moving) & ~np.isnan(_limits(p)[0])
    text = f"Course and heading more than {q.adrift:.0f} deg apart"
    return _rows("drifting", p, moving & (table.turn(p.cog, p.heading) > q.adrift), 0, q, text)


def unusual_speed(p: Positions, context: Context | None = None, q: Parameters | None = None) -> list[Row]:
    """Moving slower or faster than ships of the type do."""
    del context
    q = q or Parameters()
    low, high = _limits(p)
    text = "Slower or faster than ships of the type"
    return _rows("speed_limit", p, (p.sog >= q.moving) & ((p.sog < low) | (p.sog > high)), 0, q, text)


def high_speed_near_coast(p: Positions, context: Context | None = None, q: Parameters | None = None) -> list[Row]:
    """Over 5 kn near the coast."""
    context, q = context or Context(), q or Parameters()
    near = context.shore(p.lat, p.lon) < q.coast
    return _rows(
        "speed_limit", p, near & (p.sog > q.coast_speed), 0, q, f"Over {q.coast_speed / KNOT:.0f} kn near the coast"
    )


def _idle(p: Positions, context: Context, q: Parameters) -> tuple[Any, Any]:
    """(slow or stopped far from ports, stopped) of each row."""
    stopped = p.sog < q.stopped
    far = context.port(p.lat, p.lon) >= q.port
    return (~stopped & (p.sog < q.slow)) | (stopped & far), stopped


def loitering(p: Positions, context: Context | None = None, q: Parameters | None = None) -> list[Row]:
    """Slow or stopped for half an hour, neither near the coast nor at anchor or moored."""
    context, q = context or Context(), q or Parameters()
    idle, stopped = _idle(p, context, q)
    place = (context.anchorage(p.lat, p.lon) <= 0.0) | (context.port(p.lat, p.lon) < q.port)
    lying = np.zeros(len(idle), bool)
    for first, last, ns in zip(*table.runs(p, stopped & place, q.gap), strict=True):
        lying[first : last + 1] = ns > q.lying
    near = context.shore(p.lat, p.lon) < q.coast
    return _rows("loitering", p, idle & ~near & ~lying, q.loiter, q, "Slow or stopped")


def _pairs(p: Positions, q: Parameters) -> tuple[Grid, Any, Any]:
    g = table.resample(p, q.grid, q.gap)
    a, b, _ = table.meetings(g, q.near)
    return g, a, b


def _spells(rule: str, g: Grid, a: Any, b: Any, least: int, q: Parameters, text: str) -> list[Row]:
    out = []
    for s in table.spells(g, a, b, least + q.grid):
        lasts = (s.last - s.first) * q.grid
        out.append(Row(rule, (s.one, s.two), s.first * q.grid, s.last * q.grid, s.first * q.grid + least + q.grid,
                       float(g.lat[s.a].mean()), float(g.lon[s.a].mean()),
                       f"{text} within {q.near:.0f} m for {table.minutes(lasts)}, threshold {table.minutes(least)}."))  # fmt: skip
    return out


def rendezvous(p: Positions, context: Context | None = None, q: Parameters | None = None) -> list[Row]:
    """Two slow or stopped near each other for over 240 s: no tug, no pilot, not near ports or the coast."""
    context, q = context or Context(), q or Parameters()
    idle, _ = _idle(p, context, q)
    near = (context.shore(p.lat, p.lon) < q.coast) | (context.port(p.lat, p.lon) < q.port)
    fit = idle & ~near & ~np.isin(p.type, (*_TUGS, _PILOT))
    g, a, b = _pairs(p, q)
    both = fit[g.row[a]] & fit[g.row[b]]
    return _spells("rendezvous", g, a[both], b[both], q.rendezvous, q, "Slow or stopped")


def tugging(p: Positions, context: Context | None = None, q: Parameters | None = None) -> list[Row]:
    """A tug and another, no pilot boat, near each other at 1.2 to 15 kn for over 300 s."""
    del context
    q = q or Parameters()
    pace = (p.sog >= q.tug_slow) & (p.sog <= q.tug_fast) & (p.type != _PILOT)
    tug = np.isin(p.type, _TUGS)
    g, a, b = _pairs(p, q)
    one = tug[g.row[a]] ^ tug[g.row[b]]
    fit = pace[g.row[a]] & pace[g.row[b]] & one
    return _spells("tow", g, a[fit], b[fit], q.tug_lasts, q, "A tug and another")


def _changes(p: Positions, q: Parameters, speed: bool) -> Any:
    """True for rows within 1,800 s of a change of heading (or speed) of the ship; a gap ends it."""
    n = len(p.mmsi)
    joined = p.follows()
    joined[:-1] &= np.diff(p.time) <= q.gap
    way = np.where(np.isnan(p.heading), p.cog, p.heading)
    changed = np.r_[False, joined[:-1] & (table.turn(way[1:], way[:-1]) > q.turn)] if n else joined
    if speed and n:
        rate = np.abs(np.diff(p.sog)) > q.change * np.maximum(p.sog[1:], p.sog[:-1])
        changed |= np.r_[False, joined[:-1] & rate & (p.sog[1:] > q.stopped)]
    at = np.arange(n)
    last = np.maximum.accumulate(np.where(changed, at, -1)) if n else at
    new = np.maximum.accumulate(np.where(np.r_[True, ~joined[:-1]], at, 0)) if n else at
    return (last >= new) & (p.time - p.time[np.maximum(last, 0)] <= q.keeps)


def trawling(p: Positions, context: Context | None = None, q: Parameters | None = None) -> list[Row]:
    """A fishing vessel on a fishing ground at 1 to 9 kn that changes her heading, for over an hour."""
    context, q = context or Context(), q or Parameters()
    there = (p.type == _FISHING) & (context.fishing(p.lat, p.lon) <= 0.0)
    flag = there & (p.sog >= q.trawl_slow) & (p.sog <= q.trawl_fast) & _changes(p, q, False)
    return _rows("fishing", p, flag, q.trawl_lasts, q, "Trawling speed and changes of heading")


def search(p: Positions, context: Context | None = None, q: Parameters | None = None) -> list[Row]:
    """A rescue vessel over 2.7 kn that changes heading or speed, for over an hour."""
    del context
    q = q or Parameters()
    flag = (p.type == _RESCUE) & (p.sog >= q.rescue_speed) & _changes(p, q, True)
    return _rows("sar_activity", p, flag, q.rescue_lasts, q, "Changes of heading and speed at searching speed")


RULES = {
    "gap": gap,
    "drifting": drifting,
    "unusual speed": unusual_speed,
    "high speed near coast": high_speed_near_coast,
    "loitering": loitering,
    "rendezvous": rendezvous,
    "tugging": tugging,
    "trawling": trawling,
    "search and rescue": search,
}
