"""What is injected, with its truth: a person overboard, one MMSI in two places, a jump of position, a collision course.

Each is made of motion like any other; nothing in the sentences says that it was staged. Times are seconds since the
start of the scene; in :class:`Truth` ns UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from selat.exercise import names, waters
from selat.exercise.staged import Truth
from selat.exercise.traffic import Loop, Shuttle, Wander, distance, metres_per_degree
from selat.model.clock import SECOND
from selat.model.units import KNOT

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard
    from selat.exercise.scene import Scene

DISTRESS, TEST, TWO_PLACES, JUMP, COLLISION = "distress", "beacon_test", "two_places", "jump", "collision"

MOB_AT, MOB_UNTIL = 60.0, 7200.0
SART_AT = 130.0
TWIN_AT, TWIN_UNTIL = 100.0, 10_800.0
JUMP_AT, JUMP_UNTIL = 150.0, 510.0
MEET_AT, CLEAR_AT = 660.0, 600.0  #: closest approach if nobody turned; both have turned away by CLEAR_AT
_MEETING = (104.40, 1.567)  #: lon, lat
_ABREAST = 60.0  #: metres by which the two would miss each other
_JUMP = (0.11, 0.10)  #: degrees of latitude and longitude
_DRIFT = (0.45, 70.0)  #: m/s towards degrees


@dataclass(frozen=True, slots=True)
class Beacon:
    """A locating device (ITU-R M.1371 Annex 9): 8 messages 2 s apart, once a minute, from ``on`` to ``off`` seconds."""

    mmsi: int
    lat: float
    lon: float
    on: float
    off: float
    text: str
    test: bool

    def at(self, t: float) -> tuple[float, float]:
        """Position (lat, lon) at ``t`` seconds: an active one drifts."""
        if self.test:
            return self.lat, self.lon
        north, east = metres_per_degree(self.lat)
        gone, way = _DRIFT[0] * (t - self.on), np.radians(_DRIFT[1])
        return float(self.lat + gone * np.cos(way) / north), float(self.lon + gone * np.sin(way) / east)

    def due(self, begin: float, end: float) -> list[tuple[float, bool]]:
        """Moments in [begin, end) at which it sends, and whether it is the text (Message 14)."""
        out = []
        first = max(0, int((begin - self.on) // 60) - 1)
        for minute in range(first, int((min(end, self.off) - self.on) // 60) + 1):
            texts = (3, 7) if self.test else ((2, 5) if minute % 4 == 0 else ())
            for k in range(8):
                t = self.on + 60 * minute + 2 * k
                if begin <= t < end and self.on <= t < self.off:
                    out.append((t, k in texts))
        return out


@dataclass(frozen=True, slots=True)
class Jump:
    """Reports of the ship with this number are moved by (``dlat``, ``dlon``) degrees from ``on`` to ``off`` seconds."""

    ship: int
    on: float
    off: float
    dlat: float
    dlon: float


def launch_incidents(yard: Yard) -> None:
    """Add the ships that only the incidents need."""
    _ferry(yard)
    _pair(yard)
    wander = Wander(1.47, 103.33, 900.0, 5400.0, 120.0, 900.0, (0.0, 0.5, 1.0, 1.5))
    twin = yard.launch(563, "9V", name="EX GELAP", kind="twin", cls="A", ship_type=81, length=141, beam=21,
                       draught=7.7, destinations=("FOR ORDERS", "FOR ORDERS"), on=TWIN_AT, move=wander)  # fmt: skip
    first = yard.fleet[_nearest(yard, 104.06, 1.248)]
    yard.fleet[-1] = replace(twin, mmsi=first.mmsi, imo=0)


def _ferry(yard: Yard) -> None:
    """A ferry that is on her way when a person goes over the side."""
    number = yard.lay(waters.FERRIES[2][1], smooth=1600.0)
    speed, dwell = 22.0 * KNOT, 1500.0
    crossing = yard.routes[number].length / speed + speed / 0.15
    yard.launch(563, "9V", name="EX MERPATI LAUT", kind="ferry", cls="A", ship_type=60, length=42, beam=10, draught=1.7,
                imo=names.imo(60_001), destinations=("BINTAN", "SG SIN"),
                move=Shuttle(number, speed, dwell, dwell + 0.55 * crossing - MOB_AT, punctual=True))  # fmt: skip


def _pair(yard: Yard) -> None:
    """Two coasters that meet end on; each turns to starboard late, and they part for good."""
    lon, lat = _MEETING
    north, east = (float(x) for x in metres_per_degree(lat))
    far = 6000.0

    def line(side: float, ahead: float, beyond: waters.Line) -> waters.Line:
        track = ((-far, 0.0), (-560.0, 0.0), (-80.0, 280.0), (500.0, 280.0), (1500.0, 0.0), (3500.0, 0.0))
        return tuple((lon + (side + ahead * x) / east, lat + ahead * y / north) for y, x in track) + beyond

    away_north = (
        (104.41, 1.70),
        (104.43, 1.85),
        (104.46, 1.99),
        (104.50, 2.10),
        (104.57, 2.10),
        (104.55, 1.95),
        (104.47, 1.72),
        (104.43, 1.70),
    )
    away_south = (
        (104.385, 1.515),
        (104.372, 1.54),
        (104.365, 1.62),
        (104.32, 1.85),
        (104.28, 1.98),
        (104.33, 1.99),
        (104.37, 1.80),
        (104.39, 1.64),
        (104.392, 1.54),
    )
    for name, speed, side, ahead, beyond, lead in (
        ("EX PUTERI SELATAN", 12.5 * KNOT, 0.0, 1.0, away_north, 7),
        ("EX HOA SEN", 11.0 * KNOT, -_ABREAST, -1.0, away_south, 7),
    ):
        number = yard.lay(line(side, ahead, beyond), closed=True, smooth=300.0, lead=lead)
        yard.launch(533 if ahead > 0 else 574, "9M" if ahead > 0 else "XV", name=name, kind="meeting", cls="A",
                    ship_type=70, length=118, beam=18, draught=6.4, imo=names.imo(60_100 + round(ahead)), crab=0.0,
                    destinations=("VN SGN", "MY KUA") if ahead > 0 else ("ID BTM", "SG SIN"),
                    move=Loop(number, far - speed * MEET_AT, speed))  # fmt: skip


def _nearest(yard: Yard, lon: float, lat: float) -> int:
    """Number of the eastbound through ship that is nearest to a place at the start."""
    best, where = float("inf"), -1
    for i, ship in enumerate(yard.fleet):
        if ship.kind == "through" and isinstance(ship.move, Loop):
            route = yard.routes[ship.move.route]
            k = int(ship.move.start / route.length * (len(route.lat) - 1))
            metres = float(distance(route.lat[k], route.lon[k], lat, lon))
            if k < len(route.lat) / 2 and metres < best:
                best, where = metres, i
    return where


def _find(scene: Scene, name: str) -> int:
    return next(i for i, s in enumerate(scene.fleet) if s.name == name)


def _where(scene: Scene, ship: int, t: float) -> tuple[float, float]:
    state = scene.traffic.at(np.array([ship]), np.array([t]))
    return float(state.lat[0]), float(state.lon[0])


def beacons(scene: Scene) -> tuple[Beacon, ...]:
    """Beacons of the scene: a person's, and one under test on an anchored ship."""
    if not scene.incidents:
        return ()
    lat, lon = _where(scene, _find(scene, "EX MERPATI LAUT"), MOB_AT - 5)
    return (
        Beacon(972_539_901, lat, lon, MOB_AT, MOB_UNTIL, "MOB ACTIVE", False),
        Beacon(970_539_902, 1.272, 103.935, SART_AT, SART_AT + 16, "SART TEST", True),
    )


def jumps(scene: Scene) -> tuple[Jump, ...]:
    """Receivers that are led astray."""
    if not scene.incidents:
        return ()
    through = [i for i, s in enumerate(scene.fleet) if s.kind == "through"]
    state = scene.traffic.at(np.array(through), np.full(len(through), JUMP_AT))
    metres = distance(state.lat, state.lon, 1.72, 102.60) + np.where(state.leg == 0, 0.0, 1e7)
    ship = through[int(np.argmin(metres))]
    return (Jump(ship, JUMP_AT, JUMP_UNTIL, *_JUMP),)


def truth(scene: Scene) -> list[Truth]:
    """All that is staged, by start. ``beacon_test`` is a truth that must *not* become an emergency."""
    drilled = list(scene.staged.truths)
    if not scene.incidents:
        return sorted(drilled, key=lambda x: (x.start, x.rule))

    def ns(t: float) -> int:
        return scene.start + round(t * SECOND)

    def fact(rule: str, on: float, off: float, place: tuple[float, float], *who: int) -> Truth:
        return Truth(rule, tuple(sorted(who)), ns(on), ns(off), place)

    north, south = _find(scene, "EX PUTERI SELATAN"), _find(scene, "EX HOA SEN")
    twin = _find(scene, "EX GELAP")
    out = [fact(TEST if b.test else DISTRESS, b.on, b.off, (b.lat, b.lon), b.mmsi) for b in beacons(scene)]
    pair = scene.fleet[north].mmsi, scene.fleet[south].mmsi
    out.append(fact(COLLISION, 0.0, CLEAR_AT, (_MEETING[1], _MEETING[0]), *pair))
    out.append(fact(TWO_PLACES, TWIN_AT, TWIN_UNTIL, _where(scene, twin, TWIN_AT), scene.fleet[twin].mmsi))
    for j in jumps(scene):
        out.append(fact(JUMP, j.on, j.off, _where(scene, j.ship, j.on), scene.fleet[j.ship].mmsi))
    return sorted(out + drilled, key=lambda x: (x.start, x.rule))


def approach(scene: Scene, ships: Any, t: float) -> tuple[float, float]:
    """(metres at closest approach, seconds until it) of two ships (numbers) at ``t``, if both kept course and speed."""
    s = scene.traffic.at(np.asarray(ships), np.full(2, float(t)))
    north, east = metres_per_degree(s.lat.mean())
    dx, dy = float((s.lon[1] - s.lon[0]) * east), float((s.lat[1] - s.lat[0]) * north)
    way = np.radians(s.cog)
    vx, vy = (float(x[1] - x[0]) for x in (s.sog * np.sin(way), s.sog * np.cos(way)))
    speed2 = vx * vx + vy * vy
    if speed2 < 1e-6:
        return float(np.hypot(dx, dy)), 0.0
    tcpa = max(0.0, -(dx * vx + dy * vy) / speed2)
    return float(np.hypot(dx + vx * tcpa, dy + vy * tcpa)), tcpa
