"""Traffic lanes: ships against the flow, and ships that only look so. The lanes are the exercise's own, along its through route."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from selat.exercise import waters
from selat.exercise.drills import _tools as tools
from selat.exercise.script import Helm
from selat.exercise.traffic import Route, metres_per_degree
from selat.model.units import KNOT
from selat.model.zone import Zone

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard

HALF_WIDTH = 550.0  #: m of a lane, on either side of the middle of the route
SOURCE = "exercise, own geometry"
_LEG = 4_000.0  #: m of the route in one polygon
_FIRST, _LAST = 102.40, 104.30  #: deg E: the lanes lie between
#: deg E: where the two lanes lie so close that a wrong one is soon the right one of the other
_NARROW = (103.68, 103.80)


def zones() -> tuple[Zone, ...]:
    """Lanes as polygons along the smoothed through route, each with the direction of the flow; cut at every bend."""
    route = Route.of(waters.THROUGH, closed=True, smooth=1500.0)
    out = []
    step = round(_LEG / 25.0)
    for n, k in enumerate(range(0, len(route.lat) - step, step)):
        lon = route.lon[k : k + step + 1]
        if lon.min() < _FIRST or lon.max() > _LAST:
            continue
        lat, course = route.lat[k : k + step + 1], route.course[k : k + step + 1]
        some = slice(None, None, 20)
        left, right = (_beside(lat[some], lon[some], course[some], side) for side in (-HALF_WIDTH, HALF_WIDTH))
        ring = tuple(left) + tuple(reversed(right))
        direction = float(
            np.degrees(np.arctan2(np.sin(np.radians(course)).mean(), np.cos(np.radians(course)).mean())) % 360
        )
        out.append(Zone(f"exercise lane {n}", ring, SOURCE, kind="lane", direction=round(direction, 1)))
    return tuple(out)


def anchorages() -> tuple[Zone, ...]:
    """The exercise's anchorages."""
    return tuple(
        Zone(f"anchorage {name}", ((w, s), (e, s), (e, n), (w, n)), SOURCE, kind="anchorage")
        for (w, s, e, n), name in waters.ANCHORAGES
    )


def ports() -> tuple[Zone, ...]:
    """The berths of the exercise's ferries, bunker tankers and pilot boats, with 600 m round each."""
    ends = [("ferry", line) for _, line in waters.FERRIES]
    ends += [("bunker", line) for line in waters.BUNKERS] + [("pilot", line) for line in waters.PILOTS]
    places = {(kind, point) for kind, line in ends for point in (line[0], line[-1])}
    return tuple(
        Zone(
            f"{kind} berth {n}",
            (point,),
            SOURCE,
            kind="pilot_boarding" if kind == "pilot" else "port",
            width=600.0,
            line=True,
        )
        for n, (kind, point) in enumerate(sorted(places))
    )


def _beside(lat: np.ndarray, lon: np.ndarray, course: np.ndarray, side: float) -> list[tuple[float, float]]:
    north, east = metres_per_degree(lat)
    way = np.radians(course + 90.0)
    return list(
        zip((lon + side * np.sin(way) / east).tolist(), (lat + side * np.cos(way) / north).tolist(), strict=True)
    )


def stage(yard: Yard, count: int) -> None:
    """``count`` ships against the flow, and as many of each look-alike."""
    for _ in range(count):
        _against(yard, 0.0, 11.0, yard.uniform(14, 22) * 60.0, "wrong_way", False, "")
        _against(
            yard, HALF_WIDTH + yard.uniform(180, 320), 10.0, 1200.0, "wrong_way", True, "inshore of the lane's edge"
        )
        _against(yard, 0.0, 2.2, 1200.0, "wrong_way", True, "makes hardly any way")
        _across(yard)
        _incursion(yard)


def _path(yard: Yard, seconds: float, speed: float, side: float) -> tuple[list[tuple[float, float]], int]:
    """Points (lat, lon) of the route backwards, ``side`` m to the right of the flow, long enough; and the first index."""
    route = yard.routes[0]
    need = round(seconds * speed / 25.0) + 80
    fits = np.flatnonzero(
        (route.lon > _FIRST + 0.1) & (route.lon < _LAST - 0.1) & ~((route.lon > _NARROW[0]) & (route.lon < _NARROW[1]))
    )
    fits = fits[(fits > need + 10) & (np.isin(fits - need, fits))]
    k = int(yard.rng.choice(fits))
    index = np.arange(k, k - need, -4)
    north, east = metres_per_degree(route.lat[index])
    way = np.radians(route.course[index] + 90.0)
    lat, lon = route.lat[index] + side * np.cos(way) / north, route.lon[index] + side * np.sin(way) / east
    return list(zip(lat.tolist(), lon.tolist(), strict=True)), k


def _sail_path(yard: Yard, points: list[tuple[float, float]], begin: float, speed: float, size: float) -> Helm:
    lat, lon = points[0]
    north, east = (float(v) for v in metres_per_degree(lat))
    dx, dy = (points[1][1] - lon) * east, (points[1][0] - lat) * north
    helm = Helm(lat, lon, begin, speed, float(np.degrees(np.arctan2(dx, dy))) % 360, size=size)
    for y, x in points[2::3]:
        here = helm.place
        helm.sail(
            5.0, speed, float(np.degrees(np.arctan2((x - lon) * east - here[0], (y - lat) * north - here[1]))) % 360
        )
        left = np.hypot((x - lon) * east - helm.place[0], (y - lat) * north - helm.place[1])
        while left > max(speed * 6.0, 60.0):
            here = helm.place
            helm.sail(
                5.0, speed, float(np.degrees(np.arctan2((x - lon) * east - here[0], (y - lat) * north - here[1]))) % 360
            )
            now = np.hypot((x - lon) * east - helm.place[0], (y - lat) * north - helm.place[1])
            if now > left + 30.0:
                break
            left = now
    return helm


def _against(yard: Yard, side: float, knots: float, seconds: float, rule: str, negative: bool, note: str) -> None:
    """A ship along the route against its direction, ``side`` m to the right of the middle."""
    begin = tools.start(yard, seconds + 900.0)
    speed = knots * KNOT * yard.uniform(0.9, 1.15)
    points, _ = _path(yard, seconds, speed, side)
    size = round(yard.uniform(60, 180))
    helm = _sail_path(yard, points, begin, speed, size)
    end = helm.now
    helm.sail(700.0, max(speed, 6 * KNOT), (helm.heading - 90.0) % 360).sail(300.0, 0.0)  # out of the lane, and to rest
    _, ship = tools.craft(
        yard, helm.done(), kind="against", ship_type=70, length=size, beam=size // 7, draught=6.0, on=begin
    )
    tools.fact(
        yard,
        rule,
        (ship,),
        begin,
        end,
        points[0],
        severity="high",
        negative=negative,
        note=note,
        known=begin + 240.0,
    )


def _across(yard: Yard) -> None:
    """A ship that crosses the lane at right angles."""
    begin = tools.start(yard, 1500.0)
    points, k = _path(yard, 300.0, 6.0, 0.0)
    course = float(yard.routes[0].course[k] + 90.0) % 360.0
    way = np.radians(course)
    lat, lon = tools.off(*points[0], -2500.0 * float(np.sin(way)), -2500.0 * float(np.cos(way)))
    helm = Helm(lat, lon, begin, 9.0 * KNOT, course, size=80).sail(1000.0)
    _, ship = tools.craft(yard, helm.done(), kind="crosser", ship_type=70, length=80, beam=13, draught=4.5, on=begin)
    tools.fact(yard, "wrong_way", (ship,), begin, helm.now, points[0], negative=True, note="crosses at right angles")


def _incursion(yard: Yard) -> None:
    """A small ship cuts a corner of the lane for a minute and a half."""
    begin = tools.start(yard, 2400.0)
    points, k = _path(yard, 700.0, 4.0, HALF_WIDTH + 160.0)
    course = float(yard.routes[0].course[k] + 180.0) % 360.0
    helm = Helm(*points[0], begin, 8.0 * KNOT, course, size=40)
    helm.sail(400.0).sail(70.0, course=(course + 50.0) % 360).sail(70.0, course=(course - 50.0) % 360).sail(
        400.0, course=course
    )
    _, ship = tools.craft(yard, helm.done(), kind="incursion", ship_type=70, length=40, beam=8, draught=3.0, on=begin)
    tools.fact(yard, "wrong_way", (ship,), begin, helm.now, points[0], negative=True, note="short incursion")
