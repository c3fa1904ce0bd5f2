"""Declared geometry of the made-up strait, for the rules to know. EXERCISE GEOMETRY, NOT CHARTED: never to be navigated by.

Lanes lie along the exercise's own through route. In the part that stands for the Singapore Strait they are as narrow as
the real ones at their narrowest, off St John's Island: 1,617 m eastbound and 530 m westbound (Bernama/MPA).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from selat.exercise import waters
from selat.exercise.traffic import Floats, Route, distance, metres_per_degree
from selat.model.units import KNOT
from selat.model.zone import Zone

SOURCE = "exercise, own geometry"
NARROW_FROM = 103.60  #: deg E: from here on east the lanes are narrow
EASTBOUND_WIDTH, WESTBOUND_WIDTH = 1617.0, 530.0  #: m, the narrow parts
WIDE = 1100.0  #: m, elsewhere
_LEG = 4_000.0  #: m of the route in one polygon
FIRST, LAST = 102.40, 104.30  #: deg E: the lanes lie between
PRECAUTION = (102.95, 103.08)  #: deg E
_DEEP = (103.46, 103.80)
_ITZ_SOUTH, _ITZ_NORTH = (102.40, 102.75), (102.42, 102.56)
_SPEED = ((103.845, 103.895), (103.735, 103.80))

#: lines (lon, lat)
CABLES: tuple[tuple[str, waters.Line, float], ...] = (
    ("cable north", ((102.99, 1.68), (102.90, 1.50), (102.94, 1.36)), 500.0),
    ("cable west", ((103.34, 1.44), (103.24, 1.34), (103.20, 1.24)), 500.0),
    ("cable east", ((104.38, 1.62), (104.44, 1.40), (104.53, 1.20)), 500.0),
    ("pipeline east", ((104.60, 1.74), (104.61, 1.55), (104.62, 1.36)), 400.0),
)
PLATFORMS: waters.Line = ((104.66, 1.66), (104.40, 1.74), (101.90, 2.06), (102.42, 1.62))
#: boxes (west, south, east, north)
CLOSED: tuple[tuple[float, float, float, float], ...] = (
    (102.44, 1.50, 102.53, 1.58), (101.80, 2.00, 101.87, 2.05), (104.44, 1.62, 104.53, 1.70),
)  # fmt: skip
FORBIDDEN: tuple[tuple[float, float, float, float], ...] = ((102.30, 1.78, 102.34, 1.81), (104.64, 1.21, 104.69, 1.26))
DREDGING = (102.94, 1.20, 102.98, 1.23)
SHOALS: tuple[tuple[float, float, float, float], ...] = ((102.60, 1.615, 102.64, 1.645), (104.30, 1.76, 104.34, 1.79))
SHOAL_DEPTH = 6.0  #: m
REPORT_LINES: tuple[waters.Line, ...] = (((102.62, 1.96), (102.58, 1.50)), ((104.345, 1.36), (104.35, 1.22)))
PORT_BOXES = waters.ANCHORAGES


@cache
def through() -> Route:
    """The smoothed through route of all scenes."""
    return Route.of(waters.THROUGH, closed=True, smooth=1500.0)


@cache
def turning() -> int:
    """Index of the route's point at which ships turn from eastbound to westbound."""
    return int(np.argmax(through().lon))


def half_widths(route: Route) -> Floats:
    """Half the width (m) of the lane at each point of the through route."""
    return half_width(route.lon, np.arange(len(route.lon)) < np.argmax(route.lon))


def half_width(lon: Floats, eastbound: NDArray[np.bool_]) -> Floats:
    """Half the width (m) of the eastbound or the westbound lane at longitudes (deg)."""
    narrow = np.where(eastbound, EASTBOUND_WIDTH, WESTBOUND_WIDTH)
    share = np.clip((lon - (NARROW_FROM - 0.1)) / 0.1, 0.0, 1.0)  # they narrow over some miles
    return np.asarray(((1 - share) * WIDE + share * narrow) / 2)


def room(route: Route) -> Floats:
    """Share of their offsets that ships have at each point: less in the narrow lane westbound."""
    return np.minimum(1.0, half_widths(route) / (WIDE / 2) * 1.6)


@cache
def zones() -> tuple[Zone, ...]:
    """Lanes as polygons along the route, each with the direction of the flow; cut at every bend."""
    route, out = through(), []
    half = half_widths(route)
    step = round(_LEG / 25.0)
    for n, k in enumerate(range(0, len(route.lat) - step, step)):
        part = slice(k, k + step + 1)
        if route.lon[part].min() < FIRST or route.lon[part].max() > LAST:
            continue
        course = np.radians(route.course[part])
        direction = float(np.degrees(np.arctan2(np.sin(course).mean(), np.cos(course).mean())) % 360)
        ring = strip(part, -half[part], half[part])
        out.append(Zone(f"exercise lane {n}", ring, SOURCE, kind="lane", direction=round(direction, 1)))
    return tuple(out)


def strip(part: slice, left: Floats, right: Floats) -> tuple[tuple[float, float], ...]:
    """Ring between two offsets (m, to the right of the flow) along a part of the through route."""
    route = through()
    some = slice(None, None, 20)
    lat, lon, course = (x[part][some] for x in (route.lat, route.lon, route.course))
    a, b = (beside(lat, lon, course, side[some]) for side in (left, right))
    return (*a, *reversed(b))


def beside(lat: Floats, lon: Floats, course: Floats, side: Floats) -> list[tuple[float, float]]:
    """Points (lon, lat) so many metres to the right of others."""
    north, east = metres_per_degree(lat)
    way = np.radians(course + 90.0)
    x, y = lon + side * np.sin(way) / east, lat + side * np.cos(way) / north
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _legs(west: float, east: float, eastbound: bool) -> list[slice]:
    """Parts of the route between two meridians, one direction, of about :data:`_LEG`."""
    route = through()
    index = np.arange(len(route.lon))
    fits = index[((index < turning()) == eastbound) & (route.lon >= west) & (route.lon <= east)]
    first, last = int(fits[0]), int(fits[-1])
    step = round(_LEG / 25.0)
    return [slice(k, min(k + step, last) + 1) for k in range(first, last - 40, step)]


@cache
def separation() -> tuple[Zone, ...]:
    """Zones between the lanes: from the eastbound lane's left edge on, 150 to 500 m wide."""
    route = through()
    half, back = half_widths(route), np.arange(turning(), len(route.lat), 8)
    out = []
    for n, part in enumerate(_legs(FIRST, LAST, True)):
        k = (part.start + part.stop) // 2
        away = distance(route.lat[k], route.lon[k], route.lat[back], route.lon[back])
        free = float(away.min()) - half[k] - half[back[int(away.argmin())]]
        if free < 200.0:
            continue
        width = min(500.0, free - 50.0)
        ring = strip(part, -half[part] - width, -half[part])
        out.append(Zone(f"separation zone {n}", ring, SOURCE, kind="separation_zone"))
    return tuple(out)


@cache
def routeing() -> tuple[Zone, ...]:
    """Inshore zones, precautionary areas, the deep-water route, speed-limited parts, reporting lines."""
    route = through()
    half = half_widths(route)
    out = []
    for name, (west, east), eastbound in (("south", _ITZ_SOUTH, True), ("north", _ITZ_NORTH, False)):
        for n, part in enumerate(_legs(west, east, eastbound)):
            ring = strip(part, half[part] + 20.0, half[part] + 2000.0)
            out.append(Zone(f"inshore zone {name} {n}", ring, SOURCE, kind="inshore_zone"))
    for name, eastbound in (("eastbound", True), ("westbound", False)):
        for n, part in enumerate(_legs(*PRECAUTION, eastbound)):
            ring = strip(part, -half[part], half[part])
            rules = {"speed_max": 20.0 * KNOT}
            out.append(Zone(f"precautionary area {name} {n}", ring, SOURCE, kind="precautionary", rules=rules))
    for n, part in enumerate(_legs(*_DEEP, True)):
        ring = strip(part, half[part] * 0.0 + 150.0, half[part] - 10.0)
        out.append(Zone(f"deep water route {n}", ring, SOURCE, kind="deep_water_route", direction=_run(part)))
    for a, b in _SPEED:
        for n, part in enumerate(_legs(a, b, False)):
            ring, rules = strip(part, -half[part], half[part]), {"speed_max": 12.0 * KNOT, "draught_min": 15.0}
            out.append(
                Zone(f"speed limit {a} {n}", ring, SOURCE, kind="speed_segment", direction=_run(part), rules=rules)
            )
    for n, line in enumerate(REPORT_LINES):
        out.append(Zone(f"report line {n}", line, SOURCE, kind="report_line", line=True))
    return tuple(out)


def _run(part: slice) -> float:
    course = np.radians(through().course[part])
    return round(float(np.degrees(np.arctan2(np.sin(course).mean(), np.cos(course).mean())) % 360), 1)


def box(west: float, south: float, east: float, north: float) -> tuple[tuple[float, float], ...]:
    """Ring of a box."""
    return ((west, south), (east, south), (east, north), (west, north))


@cache
def places() -> tuple[Zone, ...]:
    """Cables, platforms, closed and forbidden areas, a licensed one, shoals."""
    out = [
        Zone(name, line, SOURCE, kind="pipeline" if name.startswith("pipe") else "cable", width=width, line=True)
        for name, line, width in CABLES
    ]
    out += [
        Zone(f"platform {n}", (p,), SOURCE, kind="platform", width=500.0, line=True, rules={"mmsi": SUPPLY})
        for n, p in enumerate(PLATFORMS)
    ]
    out += [Zone(f"closed area {n}", box(*b), SOURCE, kind="closed_area", rules={"fishing": False})
            for n, b in enumerate(CLOSED)]  # fmt: skip
    out += [Zone(f"restricted area {n}", box(*b), SOURCE, kind="restricted", rules={"entry": False})
            for n, b in enumerate(FORBIDDEN)]  # fmt: skip
    out.append(Zone("dredging ground", box(*DREDGING), SOURCE, kind="licensed", rules={"dredging": True}))
    out += [
        Zone(f"shoal {n}", box(*b), SOURCE, kind="depth", rules={"depth": SHOAL_DEPTH}) for n, b in enumerate(SHOALS)
    ]
    return tuple(out)


SUPPLY = (533_999_990, 533_999_991)  #: MMSI of the vessels that serve the platforms


def anchorages() -> tuple[Zone, ...]:
    """The exercise's anchorages."""
    return tuple(Zone(f"anchorage {name}", box(*b), SOURCE, kind="anchorage") for b, name in waters.ANCHORAGES)


def ports() -> tuple[Zone, ...]:
    """The berths of the exercise's ferries, bunker tankers and pilot boats, with 600 m round each."""
    ends = [("ferry", line) for _, line in waters.FERRIES]
    ends += [("crossing", line) for line in waters.CROSSINGS]
    ends += [("bunker", line) for line in waters.BUNKERS] + [("pilot", line) for line in waters.PILOTS]
    places = {(kind, point) for kind, line in ends for point in (line[0], line[-1])}
    return tuple(
        Zone(f"{kind} berth {n}", (point,), SOURCE, kind="pilot_boarding" if kind == "pilot" else "port", width=600.0,
             line=True)
        for n, (kind, point) in enumerate(sorted(places))
    )  # fmt: skip


def declared() -> tuple[Zone, ...]:
    """All of it."""
    return (*zones(), *separation(), *routeing(), *places(), *anchorages(), *ports())
