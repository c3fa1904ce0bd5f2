"""Judges that know the motion: whether an alert that nothing was staged for is true of how the ship really moved.

Each says by its own reckoning, of the true motion and the true ship, what makes such an alert right for an officer: where she
really was and what she really did there. None repeats the limits of its rule, and none knows what was reported: who only seems to
do it, because her positions are led astray or her sensor is off, is not excused.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from selat.exercise.crowd import LINES
from selat.exercise.grade import Judge
from selat.exercise.scene import Scene
from selat.exercise.script import Script
from selat.exercise.ship import Ship
from selat.exercise.traffic import Floats, State, distance, metres_per_degree
from selat.exercise.zones import (
    FIRST,
    FORBIDDEN,
    LAST,
    PLATFORMS,
    REPORT_LINES,
    SHOAL_DEPTH,
    SHOALS,
    declared,
    half_widths,
    through,
)
from selat.model.clock import SECOND
from selat.model.nouns import Alert
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks.zones import Zones

EVERY = 10.0  #: s between two looks at the motion


def too_near(scene: Scene, metres: float = 500.0) -> Judge:
    """Judges an alert about a platform by the motion: was the ship, in the minute before it was told, really inside the zone?"""
    return _judge(scene, 60.0, lambda s: any(bool((distance(s.lat, s.lon, y, x) < metres).any()) for x, y in PLATFORMS))


def inside_closed(scene: Scene) -> Judge:
    """Judges an alert about a zone by the motion: was the ship really inside a closed one then?"""
    return _judge(
        scene, 60.0,
        lambda s: any(bool(((s.lon > w) & (s.lon < e) & (s.lat > y) & (s.lat < n)).any()) for w, y, e, n in FORBIDDEN),
    )  # fmt: skip


def crossed_line(scene: Scene) -> Judge:
    """Judges an alert about a reporting line by the motion: did she, who has to report, really cross one in the quarter of an hour
    before?
    """

    def crossed(s: State) -> bool:
        for (x1, y1), (x2, y2) in REPORT_LINES:
            share, side = (s.lat - y1) / (y2 - y1), (x2 - x1) * (s.lat - y1) - (y2 - y1) * (s.lon - x1)
            if ((np.sign(side[1:]) != np.sign(side[:-1])) & (share[1:] > 0) & (share[1:] < 1)).any():
                return True
        return False

    def reports(ship: Ship) -> bool:
        tens, cargo = divmod(ship.ship_type, 10)
        return ship.length >= 50 or ship.status in (11, 12) or tens == 6 or (tens in (4, 7, 8, 9) and 1 <= cargo <= 4)

    return _judge(scene, 900.0, crossed, reports)


def heads_for_shoal(scene: Scene, seconds: float = 600.0) -> Judge:
    """Judges an alert about a grounding by the motion: did she, who draws too much for it, really come within so many s of a
    shoal, on a course that led onto it? What she did for twenty minutes after she was told of counts: a course that leads onto it
    from far away and is left in good time is her passage.
    """
    ahead = np.arange(0.0, seconds + 20.0, 20.0)

    def heads(s: State) -> bool:
        north, east = metres_per_degree(s.lat)
        run, way = s.sog[:, None] * ahead, np.radians(s.cog)[:, None]
        lat = s.lat[:, None] + run * np.cos(way) / north[:, None]
        lon = s.lon[:, None] + run * np.sin(way) / east[:, None]
        return any(bool(((lon > w) & (lon < e) & (lat > y) & (lat < n)).any()) for w, y, e, n in SHOALS)

    return _judge(scene, 0.0, heads, lambda ship: 1.1 * ship.draught > SHOAL_DEPTH, after=1200.0)


def beside_the_way(scene: Scene, out: float = 463.0, most: float = 5700.0, lasting: float = 480.0) -> Judge:
    """Judges an alert about a deviation by the motion: did a ship that sails by a way of her own, on no route of the traffic,
    really sail so long (s) along the lanes of the through ships and outside them, by a quarter of a mile (m) and more from their
    edge? So far (m) from their middle it is other water.
    """
    route, half = through(), half_widths(through())
    lat, lon, course, half = route.lat[::20], route.lon[::20], route.course[::20], half[::20]

    def beside(s: State) -> bool:
        away = distance(s.lat[:, None], s.lon[:, None], lat, lon)
        nearest = np.where(_turn(s.cog[:, None], course) <= 45.0, away, np.inf)
        k = nearest.argmin(axis=1)
        nearest = nearest[np.arange(len(k)), k]
        return _longest((nearest > half[k] + out) & (nearest < most)) >= lasting

    return _judge(scene, 60.0, beside, _alone)


def against_the_flow(scene: Scene, metres: float = 450.0) -> Judge:
    """Judges an alert about the wrong way by the motion: did she really make good so many metres against the traffic, in its lane
    without a break? Where no lane is declared, that is the water in which the through ships sail, and only ships of their size are
    held to it.
    """
    most = max(abs(offset) for _, offset in LINES) + 50.0

    def against(s: State, long: bool) -> bool:
        lat, lon, course, half = _lanes()
        away = distance(s.lat[:, None], s.lon[:, None], lat, lon)
        k = away.argmin(axis=1)
        bound = (s.lon > FIRST) & (s.lon < LAST)
        inside = away[np.arange(len(k)), k] < np.where(bound, half[k], most if long else 0.0)
        inside &= (_turn(s.cog, course[k]) > 135.0) & (
            s.sog > 2.5 * KNOT
        )  # more against than across, and not held by the stream
        gain = np.where(inside, -s.sog * np.cos(np.radians(s.cog - course[k])) * EVERY, 0.0)
        run = np.cumsum(gain)
        return bool((run - np.maximum.accumulate(np.where(inside, 0.0, run))).max(initial=0.0) >= metres)

    small = _judge(scene, 1200.0, lambda s: against(s, False))
    large = _judge(scene, 1200.0, lambda s: against(s, True), lambda ship: ship.length >= 50)
    return lambda alert: small(alert) or large(alert)


def turned_about(scene: Scene) -> Judge:
    """Judges an alert about a manoeuvre by the motion: did she really turn back, from one course that she held to another that
    leads more back than aside, or all the way round, within a quarter of an hour; or go to and fro, left and right in turn by
    half a right angle and more; or leave her lane more across than along it? Who sails a route turns where it does.
    """

    def turned(s: State) -> bool:
        sails = s.sog > 3.0 * KNOT
        c = np.degrees(np.unwrap(np.radians(s.cog[sails])))
        if len(c) < 30:
            return False
        held = np.array([np.ptp(c[max(0, k - 11) : k + 1]) < 30.0 for k in range(len(c))])  # two minutes on a course
        later = [(np.abs(c[k:] - c[:-k]), held[k:] & held[:-k]) for k in range(12, 91) if len(c) > k]
        back = any(bool(((turn > 345.0) | ((turn > 135.0) & both)).any()) for turn, both in later)
        return back or _swings(c, 45.0) >= 3 or _leaves(s)

    return _judge(scene, 2400.0, turned, _alone)


def gets_nowhere(scene: Scene, seconds: float = 1500.0, metres: float = 1000.0) -> Judge:
    """Judges an alert about loitering by the motion: did she, under way all the time, really stay within so many metres of a place
    for so long (s), and sail to and fro there, at least half of it back again? Who is carried one way does not, nor who lies.
    """

    def nowhere(s: State) -> bool:
        n = round(seconds / EVERY)
        for k in range(0, len(s.lat) - n, 6):
            part = slice(k, k + n)
            lat, lon, sog = s.lat[part], s.lon[part], s.sog[part]
            away = distance(lat, lon, lat.mean(), lon.mean())
            sailed, net = float(sog.sum() * EVERY), float(distance(lat[0], lon[0], lat[-1], lon[-1]))
            if away.max() < metres and np.median(sog) > 0.3 * KNOT and away.max() > 100.0 and sailed > 2.0 * net:
                return True
        return False

    return _judge(scene, 1860.0, nowhere)


def through_inshore(scene: Scene, metres: float = 6500.0) -> Judge:
    """Judges an alert about an inshore zone by the motion: did she really sail so far (m) through it?"""

    def sailed(s: State) -> bool:
        inside = np.zeros(len(s.lat), bool)
        inside[_zones("inshore_zone").members(s.lat, s.lon)[0]] = True
        return float((s.sog * inside).sum() * EVERY) > metres

    return _judge(scene, 60.0, sailed)


@cache
def _zones(kind: str) -> Zones:
    """The declared zones of a kind."""
    return Zones(tuple(z for z in declared() if z.kind == kind))


def lies_in(scene: Scene, kinds: tuple[str, ...], knots: float = 0.6, lasting: float = 480.0) -> Judge:
    """Judges an alert about a ship at anchor where she may not be by the motion: did she really lie, slower than so many knots,
    so long (s) in a zone of these kinds (of a line: over its width)?
    """

    def lies(s: State) -> bool:
        inside = np.zeros(len(s.lat), bool)
        for kind in kinds:
            inside[_zones(kind).members(s.lat, s.lon)[0]] = True
        return _longest(inside & (s.sog < knots * KNOT)) >= lasting

    return _judge(scene, 300.0, lies)


def carried(scene: Scene, lasting: float = 480.0) -> Judge:
    """Judges an alert about a drifting ship by the motion: did she really go more sideways than ahead or astern, for so long (s),
    and move?
    """

    def drifts(s: State) -> bool:
        aside = np.abs(np.sin(np.radians(s.cog - s.heading)))
        return _longest((aside > np.sqrt(0.5)) & (s.sog > 0.3 * KNOT)) >= lasting

    return _judge(scene, 600.0, drifts)


def passed_close(scene: Scene, seconds: float = 1500.0, metres: float = 0.25 * NAUTICAL_MILE) -> Judge:
    """Judges an alert about a collision by the motion: did the two, from when it was told until so many s after, really come into
    each other's domain (ellipse of 4 x 1.6 lengths round who makes way), or two ships of 50 m and more that do not go the same
    way within so many m? Where they were, every 2 s; not where they seemed to be going.
    """

    def judge(alert: Alert) -> bool:
        begin, end = ((t - scene.start) / SECOND for t in (alert.time, max(alert.time, alert.last)))
        t = np.arange(max(0.0, begin), min(end, begin + 3600.0) + seconds, 2.0)
        ships = [[i for i, s in enumerate(scene.fleet) if s.mmsi == m and s.on <= end] for m in alert.subjects]
        if len(ships) != 2:
            return False
        moved = {i: scene.traffic.at(np.full(len(t), i), t) for both in ships for i in both}
        lengths = {i: float(scene.fleet[i].length or 12) for i in moved}
        return any(_close(moved[i], moved[j], lengths[i], lengths[j], metres) for i in ships[0] for j in ships[1])

    return judge


def _close(a: State, b: State, long_a: float, long_b: float, metres: float) -> bool:
    """Whether two were ever in each other's domain, or within so many metres on different ways."""
    north, east = metres_per_degree(a.lat)
    x, y = (b.lon - a.lon) * east, (b.lat - a.lat) * north
    inside = np.zeros(len(x), bool)
    for s, length in ((a, long_a), (b, long_b)):
        way = np.radians(s.cog)
        along, across = x * np.sin(way) + y * np.cos(way), x * np.cos(way) - y * np.sin(way)
        inside |= (np.hypot(along / (2.0 * length), across / (0.8 * length)) < 1.0) & (s.sog > 0.5 * KNOT)
    if min(long_a, long_b) >= 50.0:
        both = (a.sog > 0.5 * KNOT) & (b.sog > 0.5 * KNOT) & (_turn(a.cog, b.cog) > 30.0)
        inside |= both & (np.hypot(x, y) < metres)
    return bool(inside.any())


def _anybody(ship: Ship) -> bool:
    return True


def _alone(ship: Ship) -> bool:
    """Whether she sails by a way of her own, on no route."""
    return isinstance(ship.move, Script)


def _judge(
    scene: Scene, before: float, so: Callable[[State], bool], of: Callable[[Ship], bool] = _anybody, after: float = 0.0
) -> Judge:
    """A judge of alerts of one ship (or of the ships of one number, also one that she has taken): ``so`` of her motion from so
    many s before the alert's time to when it was told, and so many s ``after``; ``of``: of the ship, who may be excused at all.
    """

    def judge(alert: Alert) -> bool:
        if len(alert.subjects) != 1:
            return False
        begin, end = ((t - scene.start) / SECOND for t in (alert.time, max(alert.time, alert.last)))
        t = np.arange(max(0.0, begin - before), min(end + after, begin + 3600.0) + EVERY, EVERY)
        taken = {w.ship for w in scene.staged.wrongs if w.name == "mmsi" and w.value in alert.subjects}
        ships = [i for i, s in enumerate(scene.fleet) if (s.mmsi in alert.subjects or i in taken) and of(s)]
        return any(so(scene.traffic.at(np.full(len(t), i), t)) for i in ships)

    return judge


@cache
def _lanes() -> tuple[Floats, Floats, Floats, Floats]:
    """Latitude, longitude, course (deg) and half the width (m) of the through ships' way, every 100 m."""
    route = through()
    return route.lat[::4], route.lon[::4], route.course[::4], half_widths(route)[::4]


def _leaves(s: State) -> bool:
    """Turned across her lane within six minutes after she followed it."""
    lat, lon, course, half = _lanes()
    away = distance(s.lat[:, None], s.lon[:, None], lat, lon)
    k = away.argmin(axis=1)
    near = away[np.arange(len(k)), k] < half[k] + 550.0
    off = _turn(s.cog, course[k])
    along, across = near & (off < 45.0), near & (off > 45.0) & (off < 135.0)
    first = np.flatnonzero(across)
    return any(bool(along[max(0, n - 36) : n].any()) for n in first.tolist())


def _swings(course: Floats, swing: float) -> int:
    """How often an unwrapped course went back by more than ``swing`` deg after it had turned."""
    low = high = float(course[0])
    sign = count = 0
    for c in course.tolist():
        low, high = min(low, c), max(high, c)
        if sign >= 0 and high - c > swing:
            sign, low, count = -1, c, count + 1
        elif sign <= 0 and c - low > swing:
            sign, high, count = 1, c, count + 1
    return count


def _longest(flag: Any) -> float:
    """Seconds of the longest unbroken run of looks at which something was so."""
    ends = np.flatnonzero(~np.r_[False, flag, False])
    return float((np.diff(ends).max() - 1) * EVERY)


def _turn(a: Any, b: Any) -> Floats:
    """Least angle (deg) between directions."""
    return np.asarray(np.abs((np.asarray(a, "f8") - b + 180.0) % 360.0 - 180.0))


__all__ = [
    "against_the_flow", "beside_the_way", "carried", "crossed_line", "gets_nowhere", "heads_for_shoal", "inside_closed",
    "lies_in", "passed_close", "through_inshore", "too_near", "turned_about",
]  # fmt: skip
