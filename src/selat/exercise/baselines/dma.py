"""Events of the Danish Maritime Authority's AisAbnormal: drift, sudden speed change, close encounter, free flow.

What: :func:`drift` a large ship moves slowly across her heading; :func:`sudden_speed_change` one stops within half a minute;
:func:`close_encounter` one has another's hull in her safety ellipse; :func:`free_flow` two large ones sail side by side.
Thresholds: fields of :class:`Parameters`, the defaults of analyzer.properties (2020). :func:`raised` is how its statistical
analyses raise after 3 abnormal reports in a row and lower after 5 normal ones.
Source: dma-ais/AisAbnormal on GitHub, analyzer.properties, analysis/*.java, BehaviourManagerImpl.java, SafetyZoneService.java
(186e4cc). Its histograms of course, speed and type by cell of 200 m need 5,000 passages of history and are not here.
Ours: tracks are over after 30 minutes of silence; ships are put on common moments between reports up to 2 minutes apart, where
theirs are predicted; the outline of the other ship is tried at 48 points. Class B is known by the message, theirs by the type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from selat.exercise.baselines import _table as table
from selat.exercise.baselines._table import Context, Grid, Positions, Row
from selat.kernels import geodesy
from selat.model.clock import MINUTE, SECOND
from selat.model.units import KNOT, NAUTICAL_MILE

STALE = 30 * MINUTE
LOWERED, UNCERTAIN, RAISED = 0, 1, 2
_OUTLINE = 48


@dataclass(frozen=True, slots=True)
class Parameters:
    """Defaults as published; ns, m, m/s, degrees, ship's lengths and beams."""

    length: float = 50.0
    very_long: float = 75.0
    small: float = 30.0
    drift_slow: float = 1.0 * KNOT
    drift_fast: float = 5.0 * KNOT
    drift_angle: float = 45.0
    drift_lasts: int = 10 * MINUTE
    drift_way: float = 500.0
    stop_high: float = 7.0 * KNOT
    stop_low: float = 1.0 * KNOT
    stop_within: int = 30 * SECOND
    stop_sustained: int = 60 * SECOND
    stop_valid: float = 102.2 * KNOT  #: theirs takes "102.2 knots or more" for a speed; 102.1 does not
    close_every: int = 30 * SECOND
    close_reach: float = NAUTICAL_MILE
    close_speed: float = 5.0 * KNOT
    close_slow: float = 3.0 * KNOT
    ellipse_length: float = 2.0
    ellipse_beam: float = 3.0
    ellipse_behind: float = 0.25
    flow_every: int = 60 * SECOND
    flow_size: float = 8.0
    flow_angle: float = 15.0
    flow_speed: float = 1.0 * KNOT
    flow_again: int = 30 * MINUTE


def _between(p: Positions, low: int, high: int) -> Any:
    return (p.type >= low) & (p.type <= high)


def _merchant(p: Positions) -> Any:
    """Tanker, cargo or passenger."""
    return _between(p, 60, 89) | _between(p, 40, 49)


def _looked_at(p: Positions, q: Parameters) -> Any:
    """Whom drift and sudden speed change look at."""
    unknown = np.isnan(p.length) | (p.type == 0)
    yachts = _between(p, 36, 37)  # their class B
    not_these = p.small | unknown | yachts | _between(p, 50, 55) | _between(p, 31, 32)
    return ~not_these & (p.length >= q.length) & ((p.length >= q.very_long) | _merchant(p))


def raised(abnormal: Any, ship: Any) -> Any:
    """RAISED, UNCERTAIN or LOWERED of each report: raised after 3 abnormal ones in a row, lowered after 5 normal ones.

    ``abnormal`` (n,) bool, ``ship`` (n,): reports of one ship lie together, in order of time. A report that might be on
    its way to the other state, but is not yet, is uncertain.
    """
    n = len(abnormal)
    if not n:
        return np.zeros(0, np.int64)
    at = np.arange(n)
    new = np.r_[True, ship[1:] != ship[:-1]]
    turn = np.r_[True, abnormal[1:] != abnormal[:-1]] | new
    length = at - np.maximum.accumulate(np.where(turn, at, 0)) + 1
    on, off = abnormal & (length >= 3), ~abnormal & (length >= 5)
    decided = on | off | new
    state = on[np.maximum.accumulate(np.where(decided, at, 0))]
    return np.where(state, np.where(abnormal, RAISED, UNCERTAIN), np.where(abnormal, UNCERTAIN, LOWERED))


def drift(p: Positions, context: Context | None = None, q: Parameters | None = None) -> list[Row]:
    """1 to 5 kn with course and heading over 45 degrees apart, ahead and astern, for 10 minutes and over 500 m."""
    del context
    q = q or Parameters()
    p = p.take(~np.isnan(p.sog) & ~np.isnan(p.cog) & ~np.isnan(p.heading) & _looked_at(p, q))
    apart = table.turn(p.cog, p.heading)
    adrift = (p.sog >= q.drift_slow) & (p.sog <= q.drift_fast)
    adrift &= (apart > q.drift_angle) & (180.0 - apart > q.drift_angle)
    firsts, lasts, _ = table.runs(p, adrift, STALE)
    _, _, begin = _tracks(p)
    out = []
    for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
        rows = np.arange(first, last + 1)
        before = int(p.time[first - 1]) if first > begin[first] else -(1 << 62)
        way = table.metres_between(p, np.full(len(rows), first), rows)
        long = (p.time[rows] - q.drift_lasts > before) & (p.time[rows] - p.time[begin[first]] > q.drift_lasts)
        hit = np.flatnonzero(long & (way > q.drift_way))
        if not len(hit):
            continue
        k = int(rows[hit[0]])
        text = f"Course and heading {float(np.median(apart[first : k + 1])):.0f} deg apart, threshold {q.drift_angle:.0f} deg, for "
        text += f"{table.minutes(int(p.time[k] - p.time[first]))} and {float(way[hit[0]]):.0f} m, threshold {q.drift_way:.0f} m."
        out.append(Row("drifting", (int(p.mmsi[first]),), int(p.time[first]), int(p.time[last]), int(p.time[k]),
                       float(p.lat[k]), float(p.lon[k]), text))  # fmt: skip
    return out


def _tracks(p: Positions) -> tuple[Any, Any, Any]:
    """Number, first rows, and first row of each row's track: a ship until she is silent for too long."""
    n = len(p.mmsi)
    new = np.r_[True, (p.mmsi[1:] != p.mmsi[:-1]) | (np.diff(p.time) > STALE)] if n else np.zeros(0, bool)
    number = np.cumsum(new) - 1
    first = np.flatnonzero(new)
    return number, first, first[number] if n else first


def sudden_speed_change(p: Positions, context: Context | None = None, q: Parameters | None = None) -> list[Row]:
    """From 7 kn or more to 1 kn or less within 30 s, and no more than that for 60 s."""
    del context
    q = q or Parameters()
    p = p.take(~np.isnan(p.sog) & _looked_at(p, q))
    low = p.sog <= q.stop_low
    fast = (p.sog >= q.stop_high) & (p.sog <= q.stop_valid + 1e-6)
    _, _, begin = _tracks(p)
    at = np.arange(len(low))
    last_fast = np.maximum.accumulate(np.where(fast, at, -1)) if len(at) else at
    firsts, lasts, _ = table.runs(p, low, STALE)
    out = []
    for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
        fell = int(last_fast[first])
        if fell < begin[first] or p.time[first] - p.time[fell] > q.stop_within:
            continue
        rows = np.arange(first + 1, last + 1)
        hit = np.flatnonzero(p.time[first - 1] < p.time[rows] - q.stop_sustained)
        if not len(hit):
            continue
        k = int(rows[hit[0]])
        took = (p.time[first] - p.time[fell]) / SECOND
        text = f"From {p.sog[fell] / KNOT:.1f} to {p.sog[first] / KNOT:.1f} kn in {took:.0f} s, threshold "
        text += f"{q.stop_within / SECOND:.0f} s, and no faster for {q.stop_sustained / SECOND:.0f} s."
        out.append(Row("sudden_stop", (int(p.mmsi[first]),), int(p.time[fell]), int(p.time[last]), int(p.time[k]),
                       float(p.lat[first]), float(p.lon[first]), text))  # fmt: skip
    return out


def close_encounter(p: Positions, context: Context | None = None, q: Parameters | None = None) -> list[Row]:
    """Every 30 s: over 5 kn, and the hull of a ship within a mile reaches into her ellipse of 2 lengths by 3 beams."""
    del context
    q = q or Parameters()
    support = _between(p, 31, 35) | _between(p, 50, 55)
    p = p.take(~support & ~np.isnan(p.sog))
    g = table.resample(p, q.close_every, 2 * MINUTE)
    a, b, _ = table.meetings(g, q.close_reach)
    one, two = g.row[a], g.row[b]
    small = p.length < q.small
    both = (p.type[one] == 30) & (p.type[two] == 30) | (p.type[one] == 0) & (p.type[two] == 0)
    both |= (g.sog[a] < q.close_slow) & (g.sog[b] < q.close_slow) | small[one] & small[two]
    a, b = a[~both], b[~both]
    hit = _ellipse_touched(p, g, a, b, q) | _ellipse_touched(p, g, b, a, q)
    out = []
    for s in table.spells(g, a[hit], b[hit], 0, hole=2):
        away = float(np.min(geodesy.distance(g.lat[s.a], g.lon[s.a], g.lat[s.b], g.lon[s.b])))
        text = (
            f"A hull in the safety ellipse of another ({q.ellipse_length:.0f} lengths by {q.ellipse_beam:.0f} beams), "
        )
        text += f"{away:.0f} m between the antennas."
        out.append(Row("collision", (s.one, s.two), s.first * q.close_every, s.last * q.close_every, s.first * q.close_every,
                       float(g.lat[s.a[0]]), float(g.lon[s.a[0]]), text))  # fmt: skip
    return out


def _ellipse_touched(p: Positions, g: Grid, a: Any, b: Any, q: Parameters) -> Any:
    """Whether the outline of b (an ellipse of her length and beam) reaches into the safety ellipse of a."""
    i, j = g.row[a], g.row[b]
    east, north = geodesy.plane(g.lat[a], g.lon[a], g.lat[b], g.lon[b])
    course, heading = np.radians(p.cog[i]), np.radians(p.heading[j])
    length = max(q.ellipse_length, 1.0 + 2.0 * q.ellipse_behind) * p.length[i]
    beam = max(q.ellipse_beam, 1.5) * p.beam[i]
    forward = (
        p.ahead[i] - 0.5 * p.length[i] - q.ellipse_behind * p.length[i] + 0.5 * length
    )  # its middle, from the antenna
    angle = np.linspace(0.0, 2 * np.pi, _OUTLINE, endpoint=False)
    along = p.ahead[j] + 0.5 * p.length[j] * np.cos(angle)[:, None]
    across = p.right[j] + 0.5 * p.beam[j] * np.sin(angle)[:, None]
    x = east + along * np.sin(heading) + across * np.cos(heading)
    y = north + along * np.cos(heading) - across * np.sin(heading)
    u = (x * np.sin(course) + y * np.cos(course) - forward) / (0.5 * length)
    v = (x * np.cos(course) - y * np.sin(course) - p.right[i]) / (0.5 * beam)
    reached = np.min(u * u + v * v, axis=0, initial=np.inf) <= 1.0  # NaN (no size, course or heading) is no touch
    return reached & (g.sog[a] > q.close_speed)


def free_flow(p: Positions, context: Context | None = None, q: Parameters | None = None) -> list[Row]:
    """Every 60 s: very long cargo ships or tankers, courses within 15 degrees, one in the other's ellipse of 8 by 8.

    Theirs is a report on a fairway, not an alarm; of our rules ``follow`` is nearest to it.
    """
    del context
    q = q or Parameters()
    p = p.take((p.length >= q.very_long) & _between(p, 70, 89) & (p.sog >= q.flow_speed) & ~np.isnan(p.cog))
    g = table.resample(p, q.flow_every, 2 * MINUTE)
    reach = q.flow_size * float(np.max(p.length, initial=1.0))
    a, b, _ = table.meetings(g, reach)
    alike = table.turn(p.cog[g.row[a]], p.cog[g.row[b]]) < q.flow_angle
    a, b = a[alike], b[alike]
    hit = _inside(p, g, a, b, q) | _inside(p, g, b, a, q)
    out: list[Row] = []
    last: dict[tuple[int, int], int] = {}
    for k in np.flatnonzero(hit).tolist():  # by step
        pair, time = (int(g.mmsi[a[k]]), int(g.mmsi[b[k]])), int(g.step[a[k]]) * q.flow_every
        if time - last.get(pair, -(1 << 62)) < q.flow_again:
            continue
        last[pair] = time
        text = f"Side by side: within {q.flow_size:.0f} lengths and {q.flow_size:.0f} beams, courses within "
        text += f"{q.flow_angle:.0f} deg."
        out.append(Row("follow", pair, time, time, time, float(g.lat[a[k]]), float(g.lon[a[k]]), text))
    return out


def _inside(p: Positions, g: Grid, a: Any, b: Any, q: Parameters) -> Any:
    """Whether the middle of b lies in the ellipse about the middle of a."""
    i, j = g.row[a], g.row[b]
    east, north = geodesy.plane(g.lat[a], g.lon[a], g.lat[b], g.lon[b])
    course = np.radians(p.cog[i])
    for sign, k in ((-1.0, i), (1.0, j)):
        bow = np.radians(np.where(np.isnan(p.heading[k]), p.cog[k], p.heading[k]))
        ahead, right = np.nan_to_num(p.ahead[k]), np.nan_to_num(p.right[k])
        east = east + sign * (ahead * np.sin(bow) + right * np.cos(bow))
        north = north + sign * (ahead * np.cos(bow) - right * np.sin(bow))
    u = (east * np.sin(course) + north * np.cos(course)) / (0.5 * q.flow_size * p.length[i])
    v = (east * np.cos(course) - north * np.sin(course)) / (0.5 * q.flow_size * p.beam[i])
    return u * u + v * v <= 1.0


RULES = {
    "drift": drift,
    "sudden speed change": sudden_speed_change,
    "close encounter": close_encounter,
    "free flow": free_flow,
}
