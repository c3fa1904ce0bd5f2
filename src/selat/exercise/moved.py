"""Judges that know the motion: whether an alert that nothing was staged for is true of how the ship really moved."""

from __future__ import annotations

import numpy as np

from selat.exercise.grade import Judge
from selat.exercise.scene import Scene
from selat.exercise.traffic import State, distance, metres_per_degree
from selat.exercise.zones import PLATFORMS, SHOALS, through
from selat.model.clock import SECOND
from selat.model.nouns import Alert


def too_near(scene: Scene, metres: float = 500.0) -> Judge:
    """Judges an alert about a platform by the motion: was the ship, in the minute before it was told, really inside the zone?"""

    def judge(alert: Alert) -> bool:
        s = _moved(scene, alert, alert.time, max(alert.time, alert.last))
        return s is not None and any(bool((distance(s.lat, s.lon, y, x) < metres).any()) for x, y in PLATFORMS)

    return judge


def heads_for_shoal(scene: Scene, seconds: float = 1200.0) -> Judge:
    """Judges an alert about a grounding by the motion: did she really head for a shoal, on her course of that moment?"""

    def judge(alert: Alert) -> bool:
        s = _moved(scene, alert, alert.time, max(alert.time, alert.last))
        if s is None:
            return False
        north, east = metres_per_degree(s.lat)
        run = s.sog[:, None] * np.arange(0.0, seconds, 20.0)
        way = np.radians(s.cog)[:, None]
        lat, lon = (
            s.lat[:, None] + run * np.cos(way) / north[:, None],
            s.lon[:, None] + run * np.sin(way) / east[:, None],
        )
        return any(bool(((lon > w) & (lon < e) & (lat > y) & (lat < n)).any()) for w, y, e, n in SHOALS)

    return judge


def beside_the_way(scene: Scene, least: float = 1100.0, most: float = 5556.0) -> Judge:
    """Judges an alert about a deviation by the motion: did she really sail the way of the through ships, so far (m) beside it?"""
    route = through()
    lat, lon, course = route.lat[::20], route.lon[::20], route.course[::20]

    def judge(alert: Alert) -> bool:
        s = _moved(scene, alert, alert.time, max(alert.time, alert.last))
        if s is None:
            return False
        away = distance(s.lat[:, None], s.lon[:, None], lat, lon)
        same = np.abs((s.cog[:, None] - course + 180.0) % 360.0 - 180.0) <= 35.0
        nearest = np.where(same, away, np.inf).min(axis=1)
        off = (nearest > least) & (nearest < most)
        return bool(off.mean() > 0.8) and len(off) * 10.0 >= 240.0

    return judge


def _moved(scene: Scene, alert: Alert, first: int, last: int) -> State | None:
    """How the one ship of an alert really moved between two times (ns), every 10 s; None: it is not of one ship."""
    ships = [i for i, s in enumerate(scene.fleet) if s.mmsi in alert.subjects]
    if len(ships) != 1:
        return None
    begin, end = (max(0.0, (t - scene.start) / SECOND) for t in (first - 60 * SECOND, last))
    t = np.arange(begin, min(end, begin + 3600.0) + 10.0, 10.0)
    return scene.traffic.at(np.full(len(t), ships[0]), t)


__all__ = ["beside_the_way", "heads_for_shoal", "too_near"]
