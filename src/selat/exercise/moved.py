"""Judges that know the motion: whether an alert that nothing was staged for is true of how the ship really moved.

Each asks of the true motion what its rule says of the reported one, in its own words and by its own reckoning, never of what was
reported: who only seems to do it, because her positions are led astray or her sensor is off, is not excused.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from selat.exercise.grade import Judge
from selat.exercise.scene import Scene
from selat.exercise.traffic import Floats, Shuttle, State, distance, metres_per_degree
from selat.exercise.zones import FIRST, FORBIDDEN, LAST, PLATFORMS, REPORT_LINES, SHOALS, declared, half_widths, through
from selat.model.clock import SECOND
from selat.model.nouns import Alert
from selat.model.units import KNOT
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
    """Judges an alert about a reporting line by the motion: did she really cross one in the quarter of an hour before?"""

    def crossed(s: State) -> bool:
        for (x1, y1), (x2, y2) in REPORT_LINES:
            share, side = (s.lat - y1) / (y2 - y1), (x2 - x1) * (s.lat - y1) - (y2 - y1) * (s.lon - x1)
            if ((np.sign(side[1:]) != np.sign(side[:-1])) & (share[1:] > 0) & (share[1:] < 1)).any():
                return True
        return False

    return _judge(scene, 900.0, crossed)


def heads_for_shoal(scene: Scene, seconds: float = 1200.0) -> Judge:
    """Judges an alert about a grounding by the motion: did she really head for a shoal, on her course of that moment?"""

    def heads(s: State) -> bool:
        north, east = metres_per_degree(s.lat)
        run = s.sog[:, None] * np.arange(0.0, seconds, 20.0)
        way = np.radians(s.cog)[:, None]
        lat, lon = (
            s.lat[:, None] + run * np.cos(way) / north[:, None],
            s.lon[:, None] + run * np.sin(way) / east[:, None],
        )
        return any(bool(((lon > w) & (lon < e) & (lat > y) & (lat < n)).any()) for w, y, e, n in SHOALS)

    return _judge(scene, 60.0, heads)


def beside_the_way(scene: Scene, least: float = 1000.0, most: float = 5700.0, lasting: float = 540.0) -> Judge:
    """Judges an alert about a deviation by the motion: did she really sail along the way of the through ships, for so long (s),
    so far (m) beside it? Who sails to and fro there every day (a coaster, a tug) does not leave her way: that is false.
    """
    route = through()
    lat, lon, course = route.lat[::20], route.lon[::20], route.course[::20]

    def beside(s: State) -> bool:
        away = distance(s.lat[:, None], s.lon[:, None], lat, lon)
        same = _turn(s.cog[:, None], course) <= 25.0
        nearest = np.where(same, away, np.inf).min(axis=1)
        return _longest((nearest > least) & (nearest < most)) >= lasting

    return _judge(scene, 60.0, beside, lambda move: not isinstance(move, Shuttle))


def against_the_flow(scene: Scene, lasting: float = 120.0) -> Judge:
    """Judges an alert about the wrong way by the motion: did she really sail for so long (s) in the water of the through ships
    against the direction in which they sail there? Where they do not keep to declared lanes they need half as much again.
    """

    def against(s: State) -> bool:
        lat, lon, course, half = _lanes()
        away = distance(s.lat[:, None], s.lon[:, None], lat, lon)
        k = away.argmin(axis=1)
        wide = np.where((s.lon > FIRST) & (s.lon < LAST), 1.0, 1.5)  # outside of it nothing is declared
        inside = away[np.arange(len(k)), k] < wide * half[k]
        return _longest(inside & (_turn(s.cog, course[k]) > 115.0) & (s.sog > 2.5 * KNOT)) >= lasting

    return _judge(scene, 1200.0, against)


def turned_about(scene: Scene) -> Judge:
    """Judges an alert about a manoeuvre by the motion: did her course really go round, to and fro, or across her lane?"""

    def turned(s: State) -> bool:
        sails = s.sog > 3.5 * KNOT
        c = np.degrees(np.unwrap(np.radians(s.cog[sails])))
        if len(c) < 30:
            return False
        calm = np.array([np.ptp(c[max(0, k - 11) : k + 1]) < 30.0 for k in range(len(c))])  # two minutes on a course
        back = range(12, 85)
        round_ = any(bool((np.abs(c[k:] - c[:-k])[calm[k:]] > 145.0).any()) for k in back if len(c) > k)
        return round_ or _swings(c, 55.0) >= 3 or _leaves(s)

    return _judge(scene, 2400.0, turned)


def gets_nowhere(scene: Scene, seconds: float = 1500.0) -> Judge:
    """Judges an alert about loitering by the motion: did she really go so long (s) at hardly any speed and get nowhere?"""

    def nowhere(s: State) -> bool:
        n = round(seconds / EVERY)
        if len(s.lat) <= n:
            return False
        step = np.r_[0.0, np.cumsum(s.sog[1:] * EVERY)]
        gross, net = step[n:] - step[:-n], distance(s.lat[:-n], s.lon[:-n], s.lat[n:], s.lon[n:])
        return bool(((gross > 0.35 * KNOT * seconds) & (gross < 2.1 * KNOT * seconds) & (net < 0.35 * gross)).any())

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
    """Judges an alert about a drifting ship by the motion: was she really carried across her heading so long (s)?"""

    def drifts(s: State) -> bool:
        off = _turn(s.cog, s.heading)
        return _longest((off > 38.0) & (off < 142.0) & (s.sog > 0.5 * KNOT) & (s.sog < 5.0 * KNOT)) >= lasting

    return _judge(scene, 600.0, drifts)


def _judge(scene: Scene, before: float, so: Callable[[State], bool], of: Callable[[object], bool] = bool) -> Judge:
    """A judge of alerts of one ship (or of the ships of one number): ``so`` of her motion from so many s before the alert's
    time to when it was told; ``of``: of her move, what may be excused at all.
    """

    def judge(alert: Alert) -> bool:
        if len(alert.subjects) != 1:
            return False
        begin, end = ((t - scene.start) / SECOND for t in (alert.time, max(alert.time, alert.last)))
        t = np.arange(max(0.0, begin - before), min(end, begin + 3600.0) + EVERY, EVERY)
        ships = [i for i, s in enumerate(scene.fleet) if s.mmsi in alert.subjects and of(s.move)]
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
    along, across = near & (off < 35.0), near & (off > 55.0) & (off < 125.0)
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
    "lies_in", "through_inshore", "too_near", "turned_about",
]  # fmt: skip
