"""Two ships that sail in company: both tracks at common moments, in a plane that goes with the first."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from selat.detectors import _pairs as two
from selat.detectors import _ships as fleet
from selat.detectors._ships import Array
from selat.kernels import geodesy
from selat.model.clock import SECOND
from selat.model.rule import Evidence, Finding
from selat.tracks.window import Window

LANES = (
    "lane",
    "deep_water_route",
    "two_way_route",
    "recommended_track",
    "roundabout",
    "precautionary",
    "separation_zone",
)


class Company(NamedTuple):
    """Moments (ns, oldest first) at which both are known: b from a ahead along a's course and to starboard (m), range,
    speed of each (m/s, made good), course of each (deg), speed of b past a.
    """

    time: Array
    ahead: Array
    right: Array
    range: Array
    speed_a: Array
    speed_b: Array
    course_a: Array
    course_b: Array
    slip: Array


def company(w: Window, slot_a: int, slot_b: int, seconds: float, step: float) -> Company | None:
    """The last ``seconds`` of two contacts, at moments ``step`` s apart; None where they are not both known for so long.

    Straight between positions; speeds and courses are those between the moments.
    """
    start = w.now - round((seconds + 3 * step) * SECOND)
    one, other = (fleet.fine_trail(w.contacts, s, start) for s in (slot_a, slot_b))
    if len(one.time) < 3 or len(other.time) < 3:
        return None
    end = int(min(one.time[-1], other.time[-1]))
    begin = int(max(one.time[0], other.time[0]))
    n = int(seconds / step) + 1
    if (end - begin) / SECOND < 0.9 * seconds:
        return None
    n = min(n, int((end - begin) / SECOND / step) + 1)
    t = end - np.arange(n)[::-1] * round(step * SECOND)
    places = [np.interp(t, x.time, y) for x in (one, other) for y in (x.lat, x.lon)]
    x, y = geodesy.plane(places[0], places[1], places[2], places[3])
    ax, ay = geodesy.plane(places[0][0], places[1][0], places[0], places[1])
    bx, by = ax + x, ay + y
    va, vb = (np.hypot(np.gradient(px), np.gradient(py)) / step for px, py in ((ax, ay), (bx, by)))
    ca, cb = (np.degrees(np.arctan2(np.gradient(px), np.gradient(py))) % 360.0 for px, py in ((ax, ay), (bx, by)))
    s, c = np.sin(np.radians(ca)), np.cos(np.radians(ca))
    slip = np.hypot(np.gradient(x), np.gradient(y)) / step
    return Company(t, x * s + y * c, x * c - y * s, np.hypot(x, y), va, vb, ca, cb, slip)


def path_gap(w: Window, slot_a: int, slot_b: int, seconds: float) -> tuple[float, float]:
    """How far b's way of the last ``seconds`` keeps from a's way (m, 90th percentile), and how much a turned on it (deg)."""
    start = w.now - round(2 * seconds * SECOND)
    one = fleet.fine_trail(w.contacts, slot_a, start)
    other = fleet.since(fleet.fine_trail(w.contacts, slot_b, start), w.now - round(seconds * SECOND))
    if len(one.time) < 5 or len(other.time) < 5:
        return float("nan"), 0.0
    ax, ay = geodesy.plane(one.lat[0], one.lon[0], one.lat, one.lon)
    bx, by = geodesy.plane(one.lat[0], one.lon[0], other.lat, other.lon)
    dx, dy = np.diff(ax), np.diff(ay)
    long = np.maximum(dx * dx + dy * dy, 1e-9)
    share = np.clip(((bx[:, None] - ax[:-1]) * dx + (by[:, None] - ay[:-1]) * dy) / long, 0.0, 1.0)
    away = np.hypot(bx[:, None] - ax[:-1] - share * dx, by[:, None] - ay[:-1] - share * dy).min(axis=1)
    t = np.arange(one.time[-1] - round(seconds * SECOND), one.time[-1] + 1, 120 * SECOND)
    px, py = np.interp(t, one.time, ax), np.interp(t, one.time, ay)
    way = np.degrees(np.unwrap(np.arctan2(np.diff(px), np.diff(py))))
    return float(np.quantile(away, 0.9)), float(np.abs(np.diff(way)).sum()) if way.size > 1 else 0.0


def in_lanes(w: Window, lat: Any, lon: Any) -> tuple[Array, bool]:
    """Of each place: does it lie in a traffic lane or its like, declared or learned; and whether any lanes are known."""
    out = np.zeros(len(lat), bool)
    if w.world is None:
        return out, False
    zones = w.world.zones.of(*LANES) if len(w.world.zones) else None
    if zones is not None and len(zones):
        out[zones.members(lat, lon)[0]] = True
    known = zones is not None and "lane" in zones.kinds
    if len(w.world.lanes):
        out |= w.world.lanes.at(lat, lon).lane >= 0
        known = True
    return out, known


def finding(w: Window, p: two.Pairs, k: int, start: int, evidence: Evidence, first: int | None = None) -> Finding:
    """A finding about one pair (row of ``p``); ``first``: the ship (row of ships) that evidence names first."""
    s, a, b = p.ships, int(p.a[k]), int(p.b[k])
    if first == b:
        a, b = b, a
    tracks, seq = two.slices(w.contacts, s, [a, b], start)
    told = {"seq": seq, "ships": [two.subjects(w, s, a), two.subjects(w, s, b)], "tracks": tracks, **evidence}
    place = 0.5 * (s.lat[a] + s.lat[b]), s.lon[a] + 0.5 * ((s.lon[b] - s.lon[a] + 180.0) % 360.0 - 180.0)
    return Finding(two.key(s, a, b), (int(s.mmsi[a]), int(s.mmsi[b])), start, float(place[0]), float(place[1]), told)
