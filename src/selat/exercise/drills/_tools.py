"""What drills share: waters of their own, craft, facts."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from selat.exercise import names, waters
from selat.exercise.script import STEP, Helm, Script, at_rest, ordinary
from selat.exercise.ship import Ship
from selat.exercise.staged import Truth, Wrong
from selat.exercise.traffic import Floats, distance, metres_per_degree
from selat.exercise.zones import CLOSED, FORBIDDEN, SHOALS, places, through
from selat.model.clock import SECOND
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks.coast import SHIPPED, Coast

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard

APART = 2.5 * NAUTICAL_MILE  #: m between incidents at the same time
_BOX = (101.40, 1.02, 104.72, 2.75)
_WELL = 0.9  #: chance that a report of a class B unit is heard there, at least
FEEDS_FAIL = 2400.0  #: seconds at the end of a scene that are left to failing feeds, where these are staged
SHIP_FLAGS = ((563, "9V"), (352, "3F"), (636, "D5"), (538, "V7"), (477, "VR"), (533, "9M"), (525, "PK"))


@lru_cache(maxsize=1)
def coast() -> Coast:
    """The shore."""
    return Coast(SHIPPED)


def chance(stations: tuple[waters.Station, ...], lat: Any, lon: Any, carries: float = 1.0) -> Floats:
    """Probability that one report from there is heard by somebody."""
    missed = np.ones(np.shape(lat))
    for s in stations:
        away = distance(lat, lon, s.lat, s.lon)
        missed = missed * (1.0 - s.best / (1.0 + np.exp(np.clip((away - s.reach * carries) / s.blur, -50, 50))))
    return np.asarray(1.0 - missed)


@lru_cache(maxsize=4)
def _candidates(stations: tuple[waters.Station, ...]) -> tuple[Floats, Floats, Floats, Floats]:
    """Places at sea (lat, lon) that are heard and off everybody's way; metres to the shore, and to the through route."""
    rng = np.random.default_rng(0x5EA)
    west, south, east, north = _BOX
    lon, lat = rng.uniform(west, east, 60_000), rng.uniform(south, north, 60_000)
    shore = coast().distance(lat, lon)
    keep = (shore > 800.0) & (shore < 30_000.0)
    keep &= chance(stations, lat, lon, 0.85) > _WELL
    for x, y, reach in (*waters.FISHING, *waters.PLEASURE):
        keep &= distance(lat, lon, y, x) > reach + 700.0
    for (w, s, e, n), _ in waters.ANCHORAGES:
        keep &= ~((lon > w - 0.02) & (lon < e + 0.02) & (lat > s - 0.02) & (lat < n + 0.02))
    for w, s, e, n in (*CLOSED, *FORBIDDEN, *SHOALS):
        keep &= ~((lon > w - 0.015) & (lon < e + 0.015) & (lat > s - 0.015) & (lat < n + 0.015))
    lat, lon, shore = lat[keep], lon[keep], shore[keep]
    lines = [(line, 1500.0) for line in (
        *waters.COASTAL, *waters.BUNKERS, *waters.PILOTS, *waters.PATROLS, *waters.CROSSINGS, *(f for _, f in waters.FERRIES)
    )]  # fmt: skip
    lines += [(z.ring, (z.width or 0.0) + 1200.0) for z in places() if z.line]
    keep = np.ones(len(lat), bool)
    for line, clear in lines:
        keep &= from_line(lat, lon, line) > clear
    lat, lon, shore = lat[keep], lon[keep], shore[keep]
    return lat, lon, shore, from_line(lat, lon, _route_line())


def from_line(lat: Floats, lon: Floats, line: Any) -> Floats:
    """Metres from the nearest of points some 800 m apart along a line ((lon, lat), ...), on one plane for all."""
    north, east = (float(v) for v in metres_per_degree(1.5))
    x, y = lon * east, lat * north
    px, py = np.array([p[0] for p in line]) * east, np.array([p[1] for p in line]) * north
    along = np.r_[0.0, np.cumsum(np.hypot(np.diff(px), np.diff(py)))]
    at = np.linspace(0.0, along[-1], max(2, int(along[-1] / 800.0) + 1))
    out = np.full(np.shape(x), np.inf)
    for u, v in zip(np.interp(at, along, px).tolist(), np.interp(at, along, py).tolist(), strict=True):
        np.minimum(out, (x - u) ** 2 + (y - v) ** 2, out=out)
    return np.asarray(np.sqrt(out))


def spot(
    yard: Yard, low: float, high: float, *, lane: float = 1.6 * NAUTICAL_MILE, box: tuple[float, ...] | None = None,
    apart: float = APART, keep: bool = True, within: float = np.inf,
) -> tuple[float, float]:  # fmt: skip
    """A free place ``low`` to ``high`` m off the shore, ``lane`` to ``within`` m off the through route, clear of other incidents.

    ``box``: (west, south, east, north) within which. Where nothing is free any more the farthest place is taken.
    ``keep=False``: it stays free.
    """
    lat, lon, shore, away = _candidates(yard.scene.stations)
    fits = (shore >= low) & (shore <= high) & (away >= lane) & (away <= within)
    if box is not None:
        fits &= (lon > box[0]) & (lon < box[2]) & (lat > box[1]) & (lat < box[3])
    found = np.flatnonzero(fits)
    room = _room(yard, lat, lon)[found]
    free = found[room > apart]
    k = int(yard.rng.choice(free)) if len(free) else int(found[int(np.argmax(room))])
    if keep:
        yard.taken.append((float(lat[k]), float(lon[k])))
    return float(lat[k]), float(lon[k])


def _room(yard: Yard, lat: Floats, lon: Floats) -> Floats:
    """Metres from each candidate to the nearest place that is taken; what was reckoned before is kept with the yard."""
    north, east = (float(v) for v in metres_per_degree(1.5))
    room, known = yard.room if yard.room is not None else (np.full(len(lat), np.inf), 0)
    for y, x in yard.taken[known:]:
        np.minimum(room, np.hypot((lat - y) * north, (lon - x) * east), out=room)
    yard.room = room, len(yard.taken)
    return np.asarray(room)


def bearing(yard: Yard, lat: float, lon: float, run: float, shore: float = 900.0) -> float:
    """A course on which she stays ``shore`` m off the land for ``run`` metres from a place, if there is one."""
    north, east = metres_per_degree(lat)
    best, best_room = 0.0, -np.inf
    for course in yard.rng.permutation(36)[:18] * 10.0 + yard.uniform(0, 10):
        way, f = np.radians(course), np.linspace(0.05, 1.0, 10)
        y, x = lat + f * run * np.cos(way) / north, lon + f * run * np.sin(way) / east
        room = float(np.nanmin(coast().distance(y, x)))
        if room > best_room:
            best, best_room = float(course), room
        if room > shore:
            break
    return best % 360.0


def craft(yard: Yard, move: Any, *, kind: str, cls: str = "A", **more: Any) -> tuple[int, Ship]:
    """Launch a craft; her number in the fleet, and she.

    One that is scripted is heard from the beginning of her script on; at its end she comes to rest, and says so.
    """
    rests = False
    if isinstance(move, Script) and "off" not in more:
        still = len(move.east)
        size = float(more.get("length") or 20)
        move = at_rest(_farther(yard, move, size), size)
        rests = cls == "A" and len(move.east) > still and not more.get("status")
    mid, prefix = SHIP_FLAGS[int(yard.rng.integers(len(SHIP_FLAGS)))]
    name = more.pop("name", None) or f"EX {kind.upper()[:6]} {yard.number + 1}"
    if cls == "A" and more.get("length", 0) >= 60:
        more.setdefault("imo", names.imo(70_000 + yard.number))
    if isinstance(move, Script) and move.begin > 0 and "on" not in more:
        more["on"] = move.begin
    ship = yard.launch(mid, prefix, name=name, kind=kind, cls=cls, move=move, **more)
    if rests:
        wrong(yard, len(yard.fleet) - 1, move.begin + STEP * len(move.east), 1e9, "status", 1)
    return len(yard.fleet) - 1, ship


def merchant(yard: Yard, helm: Helm, kind: str, size: int, ship_type: int = 70, **more: Any) -> tuple[int, Ship]:
    """A merchant ship of so many metres that sails as the helm did."""
    more.setdefault("draught", round(size / 20, 1))
    return craft(yard, helm.done(), kind=kind, ship_type=ship_type, length=size, beam=max(5, size // 7), **more)


def boat(yard: Yard, helm: Helm, kind: str, length: int = 12, ship_type: int = 0, **more: Any) -> tuple[int, Ship]:
    """A small craft of class B."""
    return craft(
        yard, helm.done(), kind=kind, cls="B", ship_type=ship_type, length=length, beam=max(3, length // 4), **more
    )


def fact(
    yard: Yard, rule: str, who: tuple[Ship, ...], on: float, off: float, place: tuple[float, float], *, severity: str = "medium",
    negative: bool = False, note: str = "", known: float = 0.0,
) -> None:  # fmt: skip
    """Note what is so; times in seconds of the scene."""
    start = yard.scene.start

    def ns(t: float) -> int:
        return start + round(t * SECOND)

    subjects = tuple(sorted({s.mmsi for s in who}))
    yard.staged.truths.append(
        Truth(rule, subjects, ns(on), ns(max(on, off)), place, severity, negative, note, ns(max(on, known)))
    )  # fmt: skip


def wrong(yard: Yard, ship: int, on: float, off: float, name: str, value: Any) -> None:
    """What a ship (number) says is not so."""
    yard.staged.wrongs.append(Wrong(ship, on, off, name, value))


def last(yard: Yard) -> float:
    """Seconds until which incidents may last."""
    end = yard.scene.hours * 3600.0
    return end - FEEDS_FAIL if "feeds" in yard.scene.drills and end > 2 * FEEDS_FAIL else end


def _farther(yard: Yard, script: Script, size: float) -> Script:
    """The script, sailed straight on where its end, or the way in which she then stops, is in a lane, over a cable, in an area of
    its own or where another has come to rest; for 12 km at most.
    """
    if len(script.east) < 2:
        return script
    dx, dy = (float(a[-1] - a[-2]) for a in (script.east, script.north))
    if math.hypot(dx, dy) < 0.3 * STEP:
        return script
    speed = math.hypot(dx, dy) / STEP
    run = math.ceil(0.5 * speed * speed / min(ordinary(size), 0.05) / 400.0)  # of the 400 m below
    north, east = (float(v) for v in metres_per_degree(script.lat))
    n = np.arange(0.0, 12_000.0 + 400.0 * run, 400.0) / math.hypot(dx, dy)
    lat, lon = script.lat + (script.north[-1] + n * dy) / north, script.lon + (script.east[-1] + n * dx) / east
    free = from_line(lat, lon, _route_line()) > 1700.0
    for zone in places():
        if zone.line:
            free &= from_line(lat, lon, zone.ring) > (zone.width or 0.0) + 700.0
    for w, s, e, t in (*CLOSED, *FORBIDDEN, *SHOALS):
        free &= ~((lon > w - 0.01) & (lon < e + 0.01) & (lat > s - 0.01) & (lat < t + 0.01))
    for y, x in yard.rests:
        free &= np.hypot((lat - y) * north, (lon - x) * east) > 1500.0
    ashore = np.cumsum(coast().distance(lat, lon) < 200.0) > 0
    free &= ~ashore
    stops = free[run:] & free[: len(free) - run]
    k = int(np.argmax(stops))
    if not stops[k] and yard.rests:  # nowhere: then at least where nobody else lies
        room = np.min([np.hypot((lat - y) * north, (lon - x) * east) for y, x in yard.rests], axis=0)[run:]
        k = int(np.argmax(np.where(ashore[run:], -1.0, np.minimum(room, 1500.0))))
    yard.rests.append((float(lat[k + run]), float(lon[k + run])))
    if k == 0:
        return script
    steps = np.arange(1, math.ceil(float(n[k])) + 1)
    return replace(
        script, east=np.r_[script.east, script.east[-1] + steps * dx], north=np.r_[script.north, script.north[-1] + steps * dy],
        heading=np.r_[script.heading, np.full(len(steps), script.heading[-1])],
    )  # fmt: skip


@lru_cache(maxsize=1)
def _route_line() -> list[tuple[float, float]]:
    route = through()
    return list(zip(route.lon[::40].tolist(), route.lat[::40].tolist(), strict=True))


def start(yard: Yard, lasts: float, lead: float = 900.0) -> float:
    """When something that lasts so long begins, so that it ends within the scene's hours."""
    return yard.uniform(lead, max(lead + 60.0, last(yard) - lasts))


def off(lat: float, lon: float, east: float, north: float) -> tuple[float, float]:
    """The place so many metres east and north."""
    y, x = metres_per_degree(lat)
    return float(lat + north / y), float(lon + east / x)


def ahead(lat: float, lon: float, course: float, metres: float) -> tuple[float, float]:
    """The place so many metres on a course."""
    way = np.radians(course)
    return off(lat, lon, metres * float(np.sin(way)), metres * float(np.cos(way)))


def knots(yard: Yard, low: float, high: float) -> float:
    """A speed (m/s) between two in knots."""
    return yard.uniform(low, high) * KNOT


def when(script: Script, east: float, north: float, within: float) -> float:
    """Seconds of the scene at which a script first comes within so many metres of a place (from its origin)."""
    close = np.flatnonzero(np.hypot(script.east - east, script.north - north) < within)
    return script.begin + 5.0 * (int(close[0]) if len(close) else len(script.east))
