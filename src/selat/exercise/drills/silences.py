"""Transponders that fall silent in good reception; and silences that are the receiver's, the edge's, the anchorage's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from selat.exercise.drills import _tools as tools
from selat.exercise.staged import Fault, Silence
from selat.exercise.traffic import Loop, Route
from selat.model.clock import SECOND

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard
    from selat.exercise.waters import Station

OUTAGES = 2  #: of a receiver in a scene
HEARD = 0.8  #: chance of a report where ships are heard well
TOLD = 900.0  #: s after which a loss has been told


def stage(yard: Yard, count: int) -> None:
    """``4 x count`` ships go dark; a receiver fails; others are silent for reasons of their own."""
    route = yard.routes[0]
    through = [i for i, s in enumerate(yard.fleet) if s.kind == "through" and isinstance(s.move, Loop)]
    order = yard.rng.permutation(through).tolist()
    left = 4 * count
    for number in order:
        if left and _dark(yard, route, int(number)):
            left -= 1
    for number in order[4 * count :]:
        if number not in yard.used and count_short(yard) < count:
            _short(yard, route, int(number))
    _leave(yard, route, order, count)
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


def _dark(yard: Yard, route: Route, number: int) -> bool:
    """Switch a ship off for half an hour to an hour, where she is heard before, meanwhile and after."""
    lasts = yard.uniform(32, 60) * 60.0
    on = tools.start(yard, lasts + 900.0, 1800.0)
    places = [_place(yard, route, number, on + f * lasts) for f in (-0.3, 0.0, 0.5, 1.0)]
    if min(float(tools.chance(yard.scene.stations, *p)) for p in places) < HEARD:
        return False
    ship = yard.fleet[number]
    yard.used.add(number)
    yard.staged.silences.append(Silence(number, on, on + lasts))
    tools.fact(yard, "dark", (ship,), on, on + lasts, places[1], severity="high", known=on + 900.0)
    return True


def count_short(yard: Yard) -> int:
    """How many short silences are staged."""
    return sum(t.note == "silent for some minutes" for t in yard.staged.truths)


def _short(yard: Yard, route: Route, number: int) -> None:
    """A silence of eight to twelve minutes: shorter than a quarter of an hour."""
    lasts = yard.uniform(8, 12) * 60.0
    on = tools.start(yard, lasts + 900.0, 1800.0)
    place = _place(yard, route, number, on)
    if float(tools.chance(yard.scene.stations, *place)) > HEARD:
        yard.used.add(number)
        yard.staged.silences.append(Silence(number, on, on + lasts))
        tools.fact(
            yard, "dark", (yard.fleet[number],), on, on + lasts, place, negative=True, note="silent for some minutes"
        )


def _leave(yard: Yard, route: Route, order: list[int], count: int) -> None:
    """Ships that sail out of what the receivers reach."""
    left, end = count, tools.last(yard)
    t = np.arange(1800.0, end, 300.0)
    for number in order if len(t) > 1 else []:
        if not left or number in yard.used:
            continue
        heard = [float(tools.chance(yard.scene.stations, *_place(yard, route, number, x))) for x in t.tolist()]
        if heard[0] > HEARD and heard[-1] < 0.05:
            out = float(t[int(np.argmax(np.array(heard) < 0.3))])
            place = _place(yard, route, number, out)
            left -= 1
            for rule in ("dark", "sudden_loss"):
                tools.fact(yard, rule, (yard.fleet[number],), out, end, place, negative=True, note="sails out of reach")


def _quiet(yard: Yard, kind: str, count: int, note: str) -> None:
    """Craft whose silence means little."""
    found = [i for i, s in enumerate(yard.fleet) if s.kind == kind]
    for number in yard.rng.permutation(found)[:count].tolist():
        lasts = yard.uniform(30, 55) * 60.0
        on = tools.start(yard, lasts + 600.0, 1800.0)
        yard.staged.silences.append(Silence(int(number), on, on + lasts))
        yard.used.add(int(number))
        ship = yard.fleet[int(number)]
        place = (getattr(ship.move, "lat", 0.0), getattr(ship.move, "lon", 0.0))
        tools.fact(yard, "dark", (ship,), on, on + lasts, place, negative=True, note=note)


def _outages(yard: Yard) -> None:
    """Receivers that hear nothing for a while: no ship is dark for that."""
    slot = tools.last(yard) / OUTAGES
    for n in range(OUTAGES):
        stations = yard.scene.stations
        order = [stations[(n + k) % len(stations)] for k in range(len(stations))]
        lasts = yard.uniform(20, 35) * 60.0
        on = n * slot + yard.uniform(1500.0, max(1600.0, slot - lasts - 300.0))
        free = [s for s in order if not _alone(yard, "sudden_loss", s, on, on + lasts)]
        free = [s for s in free if s is order[0] or not _alone(yard, "dark", s, on, on + lasts)]
        station = free[0] if free else order[0]
        yard.staged.faults.append(Fault(station.name, on, on + lasts))
        tools.fact(
            yard, "receiver_down", (), on, on + lasts, (station.lat, station.lon), note=station.name, known=on + 120.0
        )


def _alone(yard: Yard, rule: str, station: Station, on: float, off: float) -> bool:
    """A ship is lost or goes dark at about that time where the other stations hear little: with this one silent nobody could
    know of her.
    """
    others = tuple(s for s in yard.scene.stations if s is not station)
    for truth in yard.staged.truths:
        if truth.rule == rule and not truth.negative:
            at = (truth.start - yard.scene.start) / SECOND
            if on - TOLD < at < off + 300.0 and float(tools.chance(others, *truth.place)) < HEARD:
                return True
    return False
