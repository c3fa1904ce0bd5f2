"""Transponders that fall silent in good reception; and silences that are the receiver's, the edge's, the anchorage's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from selat.exercise.drills import _tools as tools
from selat.exercise.staged import Fault, Silence
from selat.exercise.traffic import Loop, Route, distance

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard

OUTAGES = 2  #: of a receiver in a scene


def stage(yard: Yard, count: int) -> None:
    """``4 x count`` ships go dark; a receiver fails; others are silent for reasons of their own."""
    route = yard.routes[0]
    through = [i for i, s in enumerate(yard.fleet) if s.kind == "through" and isinstance(s.move, Loop)]
    order = yard.rng.permutation(through).tolist()
    left = 4 * count
    for number in order:
        if left and _dark(yard, route, int(number)):
            left -= 1
    _quiet(yard, "anchored", count, "silent at anchor")
    _quiet(yard, "pleasure", count, "class B switched off")
    _outages(yard)


def _place(yard: Yard, route: Route, number: int, t: float) -> tuple[float, float]:
    """Where a through ship is, roughly: her place on the route."""
    move = yard.fleet[number].move
    assert isinstance(move, Loop)
    s = (move.start + move.speed * t) % route.length
    k = int(s / route.length * (len(route.lat) - 1))
    return float(route.lat[k]), float(route.lon[k])


def chance(yard: Yard, lat: float, lon: float, reach: float = 1.0) -> float:
    """Probability that one report from there is heard by somebody."""
    missed = 1.0
    for s in yard.scene.stations:
        away = float(distance(lat, lon, s.lat, s.lon))
        missed *= 1.0 - s.best / (1.0 + float(np.exp(np.clip((away - s.reach * reach) / s.blur, -50, 50))))
    return 1.0 - missed


def _dark(yard: Yard, route: Route, number: int) -> bool:
    """Switch a ship off for half an hour to an hour, where she is heard before, meanwhile and after."""
    lasts = yard.uniform(32, 60) * 60.0
    on = tools.start(yard, lasts + 900.0, 1800.0)
    places = [_place(yard, route, number, on + f * lasts) for f in (-0.3, 0.0, 0.5, 1.0)]
    if min(chance(yard, *p) for p in places) < 0.8:
        return False
    ship = yard.fleet[number]
    yard.staged.silences.append(Silence(number, on, on + lasts))
    tools.fact(yard, "dark", (ship,), on, on + lasts, places[1], severity="high", known=on + 900.0)
    return True


def _quiet(yard: Yard, kind: str, count: int, note: str) -> None:
    """Craft whose silence means little."""
    found = [i for i, s in enumerate(yard.fleet) if s.kind == kind]
    for number in yard.rng.permutation(found)[:count].tolist():
        lasts = yard.uniform(30, 55) * 60.0
        on = tools.start(yard, lasts + 600.0, 1800.0)
        yard.staged.silences.append(Silence(int(number), on, on + lasts))
        ship = yard.fleet[int(number)]
        place = (getattr(ship.move, "lat", 0.0), getattr(ship.move, "lon", 0.0))
        tools.fact(yard, "dark", (ship,), on, on + lasts, place, negative=True, note=note)


def _outages(yard: Yard) -> None:
    """Receivers that hear nothing for a while: no ship is dark for that."""
    slot = yard.scene.hours * 3600.0 / OUTAGES
    for n in range(OUTAGES):
        station = yard.scene.stations[n % len(yard.scene.stations)]
        lasts = yard.uniform(20, 35) * 60.0
        on = n * slot + yard.uniform(1500.0, max(1600.0, slot - lasts - 300.0))
        yard.staged.faults.append(Fault(station.name, on, on + lasts))
        tools.fact(
            yard, "receiver_down", (), on, on + lasts, (station.lat, station.lon), note=station.name, known=on + 120.0
        )
