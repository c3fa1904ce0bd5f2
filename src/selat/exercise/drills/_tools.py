"""What drills share: waters of their own, craft, facts."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from selat.exercise import names, waters
from selat.exercise.script import STEP, Script
from selat.exercise.ship import Ship
from selat.exercise.staged import Truth
from selat.exercise.traffic import Route, distance, metres_per_degree
from selat.model.clock import SECOND
from selat.model.units import NAUTICAL_MILE
from selat.tracks.coast import SHIPPED, Coast

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard

APART = 3.0 * NAUTICAL_MILE  #: m between incidents
HEARD = 75_000.0  #: m from the receiver within which nearly everything is heard
_BOX = (102.35, 1.02, 104.30, 2.05)
SHIP_FLAGS = ((563, "9V"), (352, "3F"), (636, "D5"), (538, "V7"), (477, "VR"), (533, "9M"), (525, "PK"))


@lru_cache(maxsize=1)
def _candidates() -> Any:
    """Places at sea (lat, lon), metres to the shore, and metres to the through route."""
    rng = np.random.default_rng(0x5EA)
    west, south, east, north = _BOX
    lon, lat = rng.uniform(west, east, 60_000), rng.uniform(south, north, 60_000)
    shore = Coast(SHIPPED).distance(lat, lon)
    near = np.full(len(lat), np.inf)
    for station in waters.STATIONS:
        near = np.minimum(near, distance(lat, lon, station.lat, station.lon) - (station.reach - 111_000.0))
    keep = (shore > 800.0) & (near < HEARD)
    lat, lon, shore = lat[keep], lon[keep], shore[keep]
    route = Route.of(waters.THROUGH, closed=True, smooth=1500.0)
    away = np.full(len(lat), np.inf)
    for k in range(0, len(route.lat), 24):
        away = np.minimum(away, distance(lat, lon, route.lat[k], route.lon[k]))
    return lat, lon, shore, away


def spot(yard: Yard, low: float, high: float, *, lane: float = 1.3 * NAUTICAL_MILE) -> tuple[float, float]:
    """A free place ``low`` to ``high`` m off the shore, ``lane`` m off the through route, clear of other incidents."""
    lat, lon, shore, away = _candidates()
    fits = (shore >= low) & (shore <= high) & (away >= lane)
    for (west, south, east, north), _ in waters.ANCHORAGES:
        fits &= ~((lon > west - 0.02) & (lon < east + 0.02) & (lat > south - 0.02) & (lat < north + 0.02))
    free = fits.copy()
    for y, x in yard.taken:
        free &= distance(lat, lon, y, x) > APART
    found = np.flatnonzero(free if free.any() else fits)
    k = int(yard.rng.choice(found))
    yard.taken.append((float(lat[k]), float(lon[k])))
    return float(lat[k]), float(lon[k])


def craft(yard: Yard, move: Any, *, kind: str, cls: str = "A", **more: Any) -> tuple[int, Ship]:
    """Launch a craft; her number in the fleet, and she."""
    if isinstance(move, Script) and "off" not in more:
        move = at_rest(move, float(more.get("length") or 20))
    mid, prefix = SHIP_FLAGS[int(yard.rng.integers(len(SHIP_FLAGS)))]
    name = more.pop("name", None) or f"EX {kind.upper()[:6]} {yard.number + 1}"
    if cls == "A" and more.get("length", 0) >= 60:
        more.setdefault("imo", names.imo(70_000 + yard.number))
    ship = yard.launch(mid, prefix, name=name, kind=kind, cls=cls, move=move, **more)
    return len(yard.fleet) - 1, ship


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
        Truth(rule, subjects, ns(on), ns(off), place, severity, negative, note, ns(known or on))
    )  # fmt: skip


def at_rest(script: Script, size: float) -> Script:
    """The script with an end at which she slows down as ships do, instead of standing still from one moment to the next."""
    if len(script.east) < 2:
        return script
    vx, vy = ((a[-1] - a[-2]) / STEP for a in (script.east, script.north))
    speed = float(np.hypot(vx, vy))
    if speed < 0.3:
        return script
    pull = min(max(4.0 / size, 0.01), 0.1)
    t = np.arange(STEP, speed / pull + STEP, STEP)
    run = np.where(t * pull < speed, speed * t - 0.5 * pull * t * t, 0.5 * speed * speed / pull) / speed
    east, north = (np.concatenate([a, a[-1] + v * run]) for a, v in ((script.east, vx), (script.north, vy)))
    heading = np.concatenate([script.heading, np.full(len(t), script.heading[-1])])
    return replace(script, east=east, north=north, heading=heading)


def start(yard: Yard, lasts: float, lead: float = 900.0) -> float:
    """When something that lasts so long begins, so that it ends within the scene's hours."""
    end = yard.scene.hours * 3600.0
    return yard.uniform(lead, max(lead + 60.0, end - lasts))


def off(lat: float, lon: float, east: float, north: float) -> tuple[float, float]:
    """The place so many metres east and north."""
    y, x = metres_per_degree(lat)
    return float(lat + north / y), float(lon + east / x)


def when(script: Script, east: float, north: float, within: float) -> float:
    """Seconds of the scene at which a script first comes within so many metres of a place (from its origin)."""
    close = np.flatnonzero(np.hypot(script.east - east, script.north - north) < within)
    return script.begin + 5.0 * (int(close[0]) if len(close) else len(script.east))
