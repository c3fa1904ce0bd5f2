"""Events of Global Fishing Watch: gaps, encounters, loitering, port visits.

What: :func:`gap` a ship is not heard for long; :func:`encounter` two ships lie together; :func:`loitering` one makes hardly
any way for an hour or more; :func:`port_visit` one enters a port and stops there.
Thresholds: fields of :class:`Parameters`, as published. Encounters within 10 km of a port or anchorage and loitering within
20 nautical miles of the shore are dropped, as they are there.
Source: GlobalFishingWatch on GitHub: pipe-gaps (core/gap_detector.py, 2026-02), pipe-encounters (transforms, merge_pipeline.py),
pipe-loitering, anchorages_pipeline (create_in_out_events.py, create_port_visits.py), pipe-events (the published filters).
Ours: one MMSI is one segment (theirs come from a segmenter), and a neighbour is found by distance alone (theirs: S2 cells, the
closest 100); places are averages over the event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from selat.exercise.baselines import _table as table
from selat.exercise.baselines._table import Context, Positions, Row, Spell
from selat.model.clock import HOUR, MINUTE, SECOND
from selat.model.units import KNOT, NAUTICAL_MILE


@dataclass(frozen=True, slots=True)
class Parameters:
    """Defaults as published; ns, m, m/s."""

    gap: int = 12 * HOUR
    before: int = 12 * HOUR
    grid: int = 10 * MINUTE
    bridge: int = HOUR
    near: float = 500.0
    raw: int = 60 * MINUTE
    merge: int = 4 * HOUR
    lasts: int = 2 * HOUR
    speed: float = 2.0 * KNOT
    port: float = 10_000.0
    loiter: float = 2.0 * KNOT
    shore: float = 20.0 * NAUTICAL_MILE
    enter: float = 3_000.0
    leave: float = 4_000.0
    stop: float = 0.2 * KNOT
    go: float = 0.5 * KNOT
    port_gap: int = 240 * MINUTE
    confidence: int = 2


def gap(p: Positions, context: Context | None = None, q: Parameters | None = None) -> list[Row]:
    """Two positions in a row of one MMSI more than 12 h apart; an open gap where none followed until the table's end."""
    del context
    q = q or Parameters()
    if not len(p.mmsi):
        return []
    end = int(p.time.max())
    until = np.where(p.follows(), np.r_[p.time[1:], end], end)
    heard = np.arange(len(p.time)) - np.maximum(
        _first_of_ship(p), np.searchsorted(_keys(p, p.time), _keys(p, p.time - q.before))
    )
    out = []
    for k in np.flatnonzero(until - p.time > q.gap).tolist():
        text = f"Not heard for {table.minutes(int(until[k] - p.time[k]))}, threshold {table.minutes(q.gap)}; "
        text += f"{int(heard[k])} positions in the {table.minutes(q.before)} before."
        out.append(Row("dark", (int(p.mmsi[k]),), int(p.time[k]), int(until[k]), int(p.time[k]) + q.gap,
                       float(p.lat[k]), float(p.lon[k]), text))  # fmt: skip
    return out


def _first_of_ship(p: Positions) -> Any:
    return np.searchsorted(p.mmsi, p.mmsi)


def _keys(p: Positions, time: Any) -> Any:
    """Numbers that sort as (mmsi, time) does: ships apart by more than all of the time there is."""
    span = int(p.time.max() - p.time.min()) // SECOND + 100 * 3600
    rank = np.unique(p.mmsi, return_inverse=True)[1]
    return rank * float(2 * span) + (time - p.time.min()) / SECOND


def encounter(p: Positions, context: Context | None = None, q: Parameters | None = None) -> list[Row]:
    """Two within 500 m on a 10-minute grid for an hour, merged over holes below 4 h; over 2 h in all, median below 2 kn."""
    context, q = context or Context(), q or Parameters()
    g = table.resample(p, q.grid, q.bridge)
    a, b, _ = table.meetings(g, q.near)
    out = []
    for s in _merged(table.spells(g, a, b, q.raw), q.merge // q.grid):
        rows = np.r_[s.a, s.b]
        lat, lon = float(g.lat[rows].mean()), float(g.lon[rows].mean())
        lasts = (s.last - s.first) * q.grid
        pace = float(np.nanmedian(g.sog[rows])) if (~np.isnan(g.sog[rows])).any() else 0.0
        if lasts <= q.lasts or pace >= q.speed or _near(context, lat, lon, q.port):
            continue
        text = f"Within {q.near:.0f} m for {table.minutes(lasts)}, threshold {table.minutes(q.lasts)}; median "
        text += f"{pace / KNOT:.1f} kn, threshold {q.speed / KNOT:.0f} kn."
        out.append(Row("rendezvous", (s.one, s.two), s.first * q.grid, s.last * q.grid,
                       s.first * q.grid + q.lasts + q.grid, lat, lon, text))  # fmt: skip
    return out


def _merged(found: list[Spell], hole: int) -> list[Spell]:
    """Spells of one pair less than ``hole`` steps apart as one."""
    out: list[Spell] = []
    for s in found:  # by pair, then time
        if out and out[-1][:2] == s[:2] and s.first - out[-1].last < hole:
            o = out.pop()
            s = Spell(s.one, s.two, o.first, s.last, np.r_[o.a, s.a], np.r_[o.b, s.b])
        out.append(s)
    return out


def _near(context: Context, lat: float, lon: float, reach: float) -> bool:
    y, x = np.array([lat]), np.array([lon])
    return bool((context.port(y, x) < reach) | (context.anchorage(y, x) < reach) | (context.shore(y, x) <= 0.0))


def loitering(p: Positions, context: Context | None = None, q: Parameters | None = None) -> list[Row]:
    """Hours in which a ship made good less than 2 kn, one after another, on average 20 nautical miles off the shore."""
    context, q = context or Context(), q or Parameters()
    if len(p.mmsi) < 2:
        return []
    joined = np.flatnonzero(p.follows())
    way, took = table.metres_between(p, joined, joined + 1), (p.time[joined + 1] - p.time[joined]) / SECOND
    hour = p.time[joined + 1] // HOUR  # a step belongs to the hour in which it ends
    cuts = np.flatnonzero((np.diff(p.mmsi[joined]) != 0) | (np.diff(hour) != 0)) + 1
    low = np.r_[0, cuts]
    slow = np.add.reduceat(way, low) / np.maximum(np.add.reduceat(took, low), 1e-9) < q.loiter
    ship, hours, ends = p.mmsi[joined[low]], hour[low], np.r_[cuts, len(joined)]
    out = []
    k = 0
    while k < len(low):
        if not slow[k]:
            k += 1
            continue
        last = k
        while (
            last + 1 < len(low) and slow[last + 1] and ship[last + 1] == ship[k] and hours[last + 1] == hours[last] + 1
        ):
            last += 1
        rows = np.arange(joined[low[k]], joined[ends[last] - 1] + 2)
        away = float(np.mean(context.shore(p.lat[rows], p.lon[rows])))
        if away >= q.shore:
            text = f"Made good less than {q.loiter / KNOT:.0f} kn in {last - k + 1} hours, {away / NAUTICAL_MILE:.0f} nm off "
            text += f"the shore on average, threshold {q.shore / NAUTICAL_MILE:.0f} nm."
            told = max(int(p.time[joined[ends[k] - 1] + 1]), int(hours[k] + 1) * HOUR)
            out.append(Row("loitering", (int(ship[k]),), int(p.time[rows[0]]), int(p.time[rows[-1]]), told,
                           float(p.lat[rows].mean()), float(p.lon[rows].mean()), text))  # fmt: skip
        k = last + 1
    return out


def port_visit(p: Positions, context: Context | None = None, q: Parameters | None = None) -> list[Row]:
    """In within 3 km of an anchorage, out beyond 4 km; a stop from 0.2 to 0.5 kn, a gap of 240 min; confidence 2 and above.

    Confidence: 4 a stop or gap, an entry and an exit; 3 a stop or gap and one of these; 2 a stop or gap alone; 1 neither.
    """
    context, q = context or Context(), q or Parameters()
    away = context.anchorage(p.lat, p.lon)
    inside = _held(p, away <= q.enter, away >= q.leave)
    stopped = inside & _held(p, inside & (p.sog <= q.stop), ~inside | (p.sog >= q.go))
    silent = p.follows() & (np.diff(p.time, append=p.time[-1:]) >= q.port_gap) if len(p.time) else inside
    out = []
    firsts, lasts, _ = table.runs(p, inside, 1 << 62)
    for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
        part = slice(first, last + 1)
        rested = bool(stopped[part].any() or silent[first:last].any())
        entry = first > 0 and p.mmsi[first - 1] == p.mmsi[first]
        leave = last + 1 < len(p.mmsi) and p.mmsi[last + 1] == p.mmsi[last]
        confidence = 2 + entry + leave if rested else 1
        if confidence < q.confidence:
            continue
        at = np.flatnonzero(stopped[part])
        told = int(p.time[first + at[0]]) if len(at) else int(p.time[last])
        text = f"In port for {table.minutes(int(p.time[last] - p.time[first]))}, confidence {confidence}."
        out.append(Row("port_visit", (int(p.mmsi[first]),), int(p.time[first]), int(p.time[last]), told,
                       float(p.lat[part].mean()), float(p.lon[part].mean()), text))  # fmt: skip
    return out


def _held(p: Positions, on: Any, off: Any) -> Any:
    """True from a row with ``on`` until one with ``off``, ship by ship; between the two what was last so."""
    n = len(on)
    start = np.r_[True, p.mmsi[1:] != p.mmsi[:-1]] if n else np.zeros(0, bool)
    decided = on | off | start
    last = np.maximum.accumulate(np.where(decided, np.arange(n), 0))
    return on[last]


RULES = {"gap": gap, "encounter": encounter, "loitering": loitering, "port visit": port_visit}
