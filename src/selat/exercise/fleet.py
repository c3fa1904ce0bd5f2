"""Makes the fleet of a scene: who is where, of what size, under which invented name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from selat.exercise import crowd, flaws, names, waters
from selat.exercise.navigators import Navigators
from selat.exercise.ship import Ship
from selat.exercise.staged import Staged
from selat.exercise.timetable import Timetable
from selat.exercise.traffic import Loop, Move, Route, Shuttle, Swing, Traffic, Wander, metres_per_degree
from selat.exercise.zones import room
from selat.model.units import KNOT

if TYPE_CHECKING:
    from selat.exercise.scene import Scene

#: share of the ships asked for
SHARES: tuple[tuple[str, float], ...] = (
    ("through", 0.32), ("anchored", 0.27), ("ferry", 0.08), ("fishing", 0.139), ("tug", 0.06), ("bunker", 0.03),
    ("pilot", 0.016), ("pleasure", 0.06), ("patrol", 0.025),
)  # fmt: skip
#: ... of which there are FULL in view: 280 transits a day (straits_traffic: 102,500 in 2025) of 21 hours are some 240 through
#: ships at a time; the others lie, work and cross
FULL = 1500
FULL_SHARES = {
    "through": 0.16, "anchored": 0.40, "ferry": 0.024, "fishing": 0.20, "tug": 0.07, "bunker": 0.03, "pilot": 0.012,
    "pleasure": 0.085, "patrol": 0.019,
}  # fmt: skip
#: of merchant ships: word, ship type, length, beam, deepest draught, sails in the fast line, share
HULLS: tuple[tuple[str, int, int, int, float, bool, float], ...] = (
    ("VLCC", 80, 333, 60, 20.4, False, 0.09), ("TANKER", 81, 244, 42, 14.8, False, 0.13),
    ("PRODUCTS", 82, 183, 32, 12.2, False, 0.13), ("LPG", 84, 225, 36, 11.4, False, 0.04),
    ("CAPE", 70, 292, 45, 18.1, False, 0.06), ("PANAMAX", 70, 225, 32, 14.2, False, 0.09),
    ("HANDY", 70, 180, 30, 10.1, False, 0.08), ("COASTER", 79, 110, 18, 6.2, False, 0.04),
    ("BOX400", 71, 399, 59, 15.6, True, 0.06), ("BOX366", 70, 366, 51, 14.9, True, 0.08),
    ("BOX260", 70, 260, 37, 12.4, True, 0.08), ("FEEDER", 70, 172, 28, 9.4, True, 0.07),
    ("CARRIER", 70, 199, 32, 9.6, True, 0.05),
)  # fmt: skip
_EAST = ("CN NGB", "CN SHA", "JP YOK", "JP CHB", "KR PUS", "HK HKG", "VN SGN", "TW KHH", "SG SIN")
_WEST = ("NL RTM", "LK CMB", "AE FJR", "IN MUN", "EG SUZ", "SA RTA", "MY PKG", "BD CGP", "ZA DUR")
THROUGH_ROUTE = 0


@dataclass
class Yard:
    """What is needed while the fleet is built."""

    scene: Scene
    rng: np.random.Generator
    routes: list[Route] = field(default_factory=list)
    fleet: list[Ship] = field(default_factory=list)
    number: int = 0
    staged: Staged = field(default_factory=Staged)
    taken: list[tuple[float, float]] = field(default_factory=list)
    rests: list[tuple[float, float]] = field(default_factory=list)  #: where scripted ships come to rest
    room: tuple[Any, int] | None = None  #: of :func:`selat.exercise.drills._tools.spot`
    native: int = 0  #: so many ships, the first, are traffic; what comes after is staged
    pilots: dict[int, tuple[float, float]] = field(
        default_factory=dict
    )  #: s between which a boat is under way to a ship
    sails: Traffic | None = None  #: of :meth:`traffic`
    used: set[int] = field(default_factory=set)  #: numbers of ships of the traffic that take part in an incident

    def lay(self, line: waters.Line, *, closed: bool = False, smooth: float = 700.0, lead: int = 0) -> int:
        """Add a route, and say its number."""
        self.routes.append(Route.of(line, closed=closed, smooth=smooth, lead=lead))
        return len(self.routes) - 1

    def launch(self, mid: int, prefix: str, *, name: str, move: Move, **more: object) -> Ship:
        """Add a ship with the next free identity of the flag."""
        self.number += 1
        more.setdefault("callsign", names.call_sign(prefix, self.number))
        more.setdefault("crab", float(self.rng.normal(0, 1.5)))
        ship = Ship(mmsi=names.mmsi(mid, self.number), name=name, move=move, **more)  # type: ignore[arg-type]
        self.fleet.append(ship)
        return ship

    def traffic(self) -> Traffic:
        """The motion of the fleet as it is now: shuttles wait for gaps, and the traffic keeps clear."""
        if self.sails is None or len(self.sails) != len(self.fleet):
            traffic = Traffic(self.routes, [s.move for s in self.fleet])
            traffic.plan = Timetable(traffic, [i for i, s in enumerate(self.fleet) if s.cls == "A"]).extend
            traffic.watch = Navigators(traffic, tuple(self.fleet), self.native, self.pilots, self.scene.seed)
            self.sails = traffic
        return self.sails

    def uniform(self, low: float, high: float) -> float:
        """A number of the scene's own dice."""
        return float(self.rng.uniform(low, high))


def build(scene: Scene) -> tuple[tuple[Ship, ...], Traffic, Staged]:
    """Ships of ``scene`` and their motion, the same for the same seed."""
    from selat.exercise.drills import stage
    from selat.exercise.incidents import launch_incidents

    yard = Yard(scene, np.random.default_rng([scene.seed, 0x5E1A7]))
    yard.lay(waters.THROUGH, closed=True, smooth=1500.0)
    if scene.full:
        yard.routes[0] = yard.routes[0]._replace(room=room(yard.routes[0]))
    more = min(1.0, max(0.0, (scene.ships - 400) / (FULL - 400)))
    count = {kind: round((share + more * (FULL_SHARES[kind] - share)) * scene.ships) for kind, share in SHARES}
    count["through"] += scene.ships - sum(count.values())
    merchants = iter(
        names.ship_names(yard.rng, count["through"] + count["anchored"] + count["bunker"] + count["ferry"])
    )
    if scene.full:
        crowd.through(yard, count["through"], merchants, _flag, (_EAST, _WEST))
    else:
        _through(yard, count["through"], merchants)
    _anchored(yard, count["anchored"], merchants)
    _shuttles(yard, count, merchants)
    _tugs(yard, count["tug"])
    _patrols(yard, count["patrol"])
    if scene.full:
        count["fishing"] -= _crowd(yard, scene, count["fishing"])
    _small(yard, count["fishing"], waters.FISHING, "fishing", 30, ("JHF", "SLF", "KEPRI", "MLK"))
    _small(yard, count["pleasure"], waters.PLEASURE, "pleasure", 37, ("SC", "RSYC", "KERIS"))
    if scene.full:
        flaws.spoil(yard)
    _fixed(yard)
    yard.native = len(yard.fleet)
    if scene.incidents:
        launch_incidents(yard)
    stage(yard, scene.drills, scene.count)
    return tuple(yard.fleet), yard.traffic(), yard.staged


def _crowd(yard: Yard, scene: Scene, fishing: int) -> int:
    """What a whole strait has beside: crossings, barges alongside, pilots at work, trawlers; says how many fish."""
    crowd.bunkering(yard)
    crowd.crossings(yard, max(3, scene.ships // 80))
    crowd.pilots(yard, 4.0 * scene.ships / FULL, scene.hours)
    crowd.fishers(yard, fishing // 3, scene.hours)
    return fishing // 3


def _flag(yard: Yard) -> tuple[int, str]:
    share = np.array([f[2] for f in names.FLAGS])
    k = int(yard.rng.choice(len(share), p=share / share.sum()))
    return names.FLAGS[k][0], names.FLAGS[k][1]


def _hull(yard: Yard, fast: bool | None) -> dict[str, object]:
    """Type, size and draught of a merchant ship."""
    fits = [h for h in HULLS if fast is None or h[5] == fast]
    share = np.array([h[6] for h in fits])
    h = fits[int(yard.rng.choice(len(fits), p=share / share.sum()))]
    scale = yard.uniform(0.93, 1.0)
    return {
        "ship_type": h[1], "length": round(h[2] * scale), "beam": h[3],
        "draught": round(h[4] * yard.uniform(0.6, 1.0), 1),
        "imo": names.imo(10_000 + yard.number), "cls": "A",
    }  # fmt: skip


def _through(yard: Yard, n: int, merchants: Iterator[str]) -> None:
    """Two lines abreast each way: slow to starboard, fast to port; within a line nobody overtakes for hours."""
    length = yard.routes[THROUGH_ROUTE].length
    slow = round(0.6 * n)
    for fast, many in ((False, slow), (True, n - slow)):
        for k in range(many):
            mid, prefix = _flag(yard)
            at = (k + yard.uniform(0.2, 0.8)) / many * length
            move = Loop(
                THROUGH_ROUTE, at,
                (15.2 if fast else 11.6) * KNOT + yard.uniform(-0.1, 0.1),
                (-250.0 if fast else 250.0) + yard.uniform(-15, 15),
                yard.uniform(0.1, 0.6 if fast else 0.4), yard.uniform(2400, 5400), yard.uniform(0, 6.28),
            )  # fmt: skip
            hull = _hull(yard, fast)
            deep = float(str(hull["draught"])) >= 15
            yard.launch(
                mid, prefix, name=next(merchants), kind="through", move=move, status=4 if deep else 0,
                destinations=(str(yard.rng.choice(_EAST)), str(yard.rng.choice(_WEST))), **hull,
            )  # fmt: skip


def _anchored(yard: Yard, n: int, merchants: Iterator[str]) -> None:
    """Spread over the anchorages by their room, on a shaken grid so that nobody lies within another's swing."""
    spots: list[tuple[float, float, str]] = []
    spacing = 650.0 if n < 150 else 400.0
    for (west, south, east, north), name in waters.ANCHORAGES:
        per_lat, per_lon = metres_per_degree((south + north) / 2)
        for y in np.arange(south + 150 / per_lat, north, spacing / per_lat):
            for x in np.arange(west + 150 / per_lon, east, spacing / per_lon):
                spots.append((float(x), float(y), name))
    order = yard.rng.permutation(len(spots))
    for i in range(n):
        x, y, place = spots[order[i % len(spots)]]
        mid, prefix = _flag(yard)
        hull = _hull(yard, None)
        size = int(str(hull["length"]))
        radius = min(60 + size * 0.5, 150.0) if n < 150 else 90.0
        move = Swing(
            y + yard.uniform(-5e-4, 5e-4), x + yard.uniform(-5e-4, 5e-4), radius, yard.uniform(40, 80),
            yard.uniform(15, 50), yard.uniform(3.5, 6.0) * 3600, yard.uniform(0, 0.6),
        )  # fmt: skip
        yard.launch(
            mid, prefix, name=next(merchants), kind="anchored", move=move, status=1, berthed=1,
            destinations=(place, place), **hull,
        )  # fmt: skip


def _shuttles(yard: Yard, count: dict[str, int], merchants: Iterator[str]) -> None:
    """Ferries, bunker tankers and pilot boats: they go there and back, evenly spread over their timetable."""
    for kind, lines in (
        ("ferry", [line for _, line in waters.FERRIES]),
        ("bunker", list(waters.BUNKERS)),
        ("pilot", list(waters.PILOTS)),
    ):
        numbers = [yard.lay(line, smooth=1600.0 if kind == "ferry" else 800.0) for line in lines]
        for i in range(count[kind]):
            k = i % len(lines)
            on_line = -(-(count[kind] - k) // len(lines))
            speed, dwell = {"ferry": (24.0, 1500.0), "bunker": (6.5, 3600.0), "pilot": (17.0, 900.0)}[kind]
            own = yard.uniform(0.94, 1.04)
            speed = speed * KNOT * (1.0 if yard.scene.full else own)  # many on a line: nobody overtakes on it
            half = yard.routes[numbers[k]].length / speed + speed / 0.15 + dwell
            phase = ((i // len(lines)) + yard.uniform(0.1, 0.9)) / on_line * 2 * half
            offset = {"ferry": 250.0, "bunker": 250.0, "pilot": 180.0}[kind]
            mid, prefix = [(563, "9V"), (525, "PK"), (533, "9M")][i % 3]
            common: dict[str, Any] = {
                "kind": kind,
                "cls": "A",
                "move": Shuttle(numbers[k], speed, dwell, phase, offset),
            }
            if kind == "ferry":
                place = waters.FERRIES[k][0]
                yard.launch(mid, prefix, name=next(merchants), ship_type=60 if i % 2 else 40, length=38 + i % 9, beam=9,
                            draught=1.6, destinations=(place, "SG SIN" if k < 4 else "MY"),
                            imo=names.imo(40_000 + i), **common)  # fmt: skip
            elif kind == "bunker":
                yard.launch(mid, prefix, name=next(merchants), ship_type=80, length=88 + i % 14, beam=16, draught=5.2,
                            destinations=("BUNKERING", "BUNKERING"), imo=names.imo(50_000 + i), **common)  # fmt: skip
            else:
                yard.launch(mid, prefix, name=f"EX PILOT {i + 1}", ship_type=50, length=17, beam=5, draught=1.4,
                            destinations=("PILOT STATION", "PILOT STATION"), **common)  # fmt: skip


def _there_and_back(line: waters.Line, gap: float) -> waters.Line:
    """A closed line: out along ``line``, home ``gap`` degrees north of it."""
    return line + tuple((x, y + gap) for x, y in reversed(line))


def _tugs(yard: Yard, n: int) -> None:
    routes = [yard.lay(_there_and_back(line, 0.018), closed=True, smooth=1800.0) for line in waters.COASTAL]
    called = names.ship_names(yard.rng, n)
    for i in range(n):
        k, towing = i % len(routes), i % 4 != 3
        on_line = -(-(n - k) // len(routes))
        start = (i // len(routes) + yard.uniform(0.2, 0.8)) / on_line * yard.routes[routes[k]].length
        move = Loop(routes[k], start, (5.2 if towing else 9.0) * KNOT + yard.uniform(-0.15, 0.15),
                    0.0 if towing else 150.0, 0.1, 2700.0, yard.uniform(0, 6.28))  # fmt: skip
        mid, prefix = [(525, "PK"), (533, "9M"), (563, "9V")][i % 3]
        yard.launch(mid, prefix, name="EX TUG " + called[i].split()[1][:9] + f" {i + 1}", kind="tug", cls="A",
                    ship_type=32 if towing else 52, length=28 + i % 5, beam=9, draught=3.8, status=11 if towing else 0,
                    destinations=("BATAM TOW BARGE", "DUMAI") if towing else ("SG SIN", "SG SIN"),
                    move=move)  # fmt: skip


def _patrols(yard: Yard, n: int) -> None:
    routes = [yard.lay(_there_and_back(line, 0.005), closed=True, smooth=400.0) for line in waters.PATROLS]
    for i in range(n):
        k = i % len(routes)
        move = Loop(
            routes[k], yard.uniform(0, yard.routes[routes[k]].length), yard.uniform(9, 13) * KNOT, 0.0, 1.0, 1500.0, 0.0
        )
        rescue = i % 2 == 0
        yard.launch(533, "9M", name=f"EX {'PENYELAMAT' if rescue else 'PERONDA'} {i + 1}", kind="patrol", cls="A",
                    ship_type=51 if rescue else 55, length=24 + i, beam=6, draught=1.9,
                    destinations=("PATROL", "PATROL"), move=move)  # fmt: skip


def _small(
    yard: Yard,
    n: int,
    grounds: tuple[tuple[float, float, float], ...],
    kind: str,
    ship_type: int,
    words: tuple[str, ...],
) -> None:
    """Class B craft that work about a ground; some pleasure craft lie still."""
    called = names.small_names(yard.rng, n, "")
    for i in range(n):
        lon, lat, reach = grounds[i % len(grounds)]
        phases = (yard.uniform(0, 6.28), yard.uniform(0, 6.28), yard.uniform(0, 6.28), yard.uniform(0, 6.28))
        fishing = kind == "fishing"
        small = 260.0 if fishing else 140.0
        speed = (yard.uniform(1.6, 3.4) if fishing else (yard.uniform(2.5, 5.0) if i % 3 else 0.3)) * KNOT
        wide = (reach - small) * yard.uniform(0.35, 0.95) if i % 3 or fishing else 60.0
        move = Wander(lat, lon, wide, 2 * np.pi * wide / (0.6 * speed), small if wide > 100 else 15.0,
                      2 * np.pi * small / (0.7 * speed), phases)  # fmt: skip
        mid, prefix = [(533, "9M"), (525, "PK"), (563, "9V")][i % 3]
        yard.launch(mid, prefix, name=f"EX {words[i % len(words)]} {called[i].split()[-1]}", kind=kind, cls="B",
                    ship_type=ship_type, length=12 + i % 9, beam=4, callsign="", move=move)  # fmt: skip


def _fixed(yard: Yard) -> None:
    """Virtual marks, the base stations and the search aircraft."""
    for i, (lon, lat) in enumerate(waters.MARKS):
        still = Swing(lat, lon, 0.0, 0.0, 0.0, 3600.0, 0.0)
        yard.fleet.append(Ship(995_336_900 + i, f"EX MARK {i + 1}", "mark", "M", 1, still))
    for s in yard.scene.stations:
        still = Swing(s.lat, s.lon, 0.0, 0.0, 0.0, 3600.0, 0.0)
        yard.fleet.append(Ship(s.mmsi, s.name, "base", "M", 0, still))
    route = yard.lay(waters.FLIGHT, closed=True, smooth=4000.0)
    yard.fleet.append(
        Ship(111_533_990, "EX RESCUE 01", "aircraft", "S", 0, Loop(route, 0.0, 115 * KNOT, 0.0, 3.0, 900.0, 0.0))
    )
