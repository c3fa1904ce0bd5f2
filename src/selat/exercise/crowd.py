"""The traffic of a whole strait: types and sizes as counted, four speeds a lane, crossings, pilots, bunkering, fishing.

Shares of through ships by type: vessels reported to Klang VTS in 2025, and in 2024 where that year gives no number
(Marine Department Malaysia as printed by informare: container 27,000, tankers 22,000, VLCC 10,000, bulk 21,000, gas 5,000,
general cargo 8,056, ro-ro 2,291, passenger 1,767; the rest to 102,500 is service craft and others).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from selat.exercise import names, waters
from selat.exercise.script import STEP, Script, at_rest, sailed
from selat.exercise.traffic import Loop, Shuttle, Swing, Traffic, distance, metres_per_degree
from selat.model.units import KNOT

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard

#: word, ship type, length, beam, deepest draught, line in the lane (0 slow to 3 fast), share
HULLS: tuple[tuple[str, int, int, int, float, int, float], ...] = (
    ("VLCC", 80, 333, 60, 20.4, 0, 0.098), ("SUEZMAX", 80, 274, 48, 16.9, 0, 0.045), ("AFRAMAX", 81, 244, 42, 14.2, 1, 0.060),
    ("PRODUCTS", 82, 183, 32, 12.2, 1, 0.065), ("CHEMICALS", 83, 140, 24, 8.9, 1, 0.045),
    ("LNG", 84, 290, 46, 12.0, 2, 0.025), ("LPG", 84, 225, 36, 11.4, 2, 0.024),
    ("CAPE", 70, 292, 45, 18.1, 0, 0.055), ("PANAMAX", 70, 225, 32, 14.2, 1, 0.080), ("HANDY", 70, 180, 30, 10.1, 1, 0.070),
    ("BOX400", 71, 399, 59, 14.8, 3, 0.055), ("BOX366", 71, 366, 51, 14.5, 3, 0.065), ("BOX260", 70, 260, 37, 12.4, 3, 0.078),
    ("FEEDER", 70, 172, 28, 9.4, 2, 0.065), ("MULTI", 79, 150, 24, 8.8, 1, 0.040), ("COASTER", 79, 96, 16, 5.8, 0, 0.039),
    ("CARRIER", 70, 199, 32, 9.6, 2, 0.022), ("CRUISE", 60, 294, 32, 8.0, 3, 0.017), ("SUPPLY", 90, 78, 18, 5.6, 1, 0.032),
    ("HEAVY", 90, 215, 42, 9.5, 0, 0.020),
)  # fmt: skip
#: of a line: knots, metres to the right of the middle of the lane
LINES = ((10.0, 300.0), (12.2, 100.0), (14.6, -100.0), (17.6, -300.0))
DEEP = 15.0  #: m: deep ships keep to the slow line (12 kn is their limit in parts of it)
_ANCHORED = tuple(h for h in HULLS if h[0] not in ("CRUISE", "CARRIER"))


def hull(yard: Yard, hulls: tuple[Any, ...] = HULLS) -> tuple[dict[str, Any], int]:
    """Type, size and draught of a merchant ship, and her line in the lane."""
    share = np.array([h[6] for h in hulls])
    h = hulls[int(yard.rng.choice(len(share), p=share / share.sum()))]
    draught = round(h[4] * yard.uniform(0.6, 1.0), 1)
    more = {
        "ship_type": h[1], "length": round(h[2] * yard.uniform(0.93, 1.0)), "beam": h[3], "draught": draught,
        "imo": names.imo(10_000 + yard.number), "cls": "A",
    }  # fmt: skip
    return more, 0 if draught >= DEEP or (80 <= h[1] <= 89 and h[2] >= 270) else h[5]


def through(yard: Yard, n: int, merchants: Iterator[str], flag: Any, bounds: tuple[Any, Any]) -> None:
    """``n`` ships in four lines each way; the faster ones overtake the slower, a line beside them."""
    route = yard.routes[0]
    ships = [hull(yard) for _ in range(n)]
    for line, (knots, offset) in enumerate(LINES):
        mine = [more for more, at in ships if at == line]
        for k, more in enumerate(mine):
            more["imo"] = names.imo(10_000 + yard.number)
            mid, prefix = flag(yard)
            more["imo"] = names.imo(10_000 + yard.number)  # all were drawn before the first was launched
            start = (k + yard.uniform(0.15, 0.85)) / len(mine) * route.length
            move = Loop(0, start, knots * KNOT + yard.uniform(-0.08, 0.08), offset + yard.uniform(-15, 15),
                        yard.uniform(0.05, 0.35), yard.uniform(2400, 5400), yard.uniform(0, 6.28))  # fmt: skip
            yard.launch(
                mid, prefix, name=next(merchants), kind="through", move=move, status=0, crab=yard.rng.normal(0, 25 / knots),
                destinations=(str(yard.rng.choice(bounds[0])), str(yard.rng.choice(bounds[1]))), **more,
            )  # fmt: skip


def crossings(yard: Yard, n: int) -> None:
    """Small tankers, supply craft and coasters from shore to shore; they wait for gaps as ferries do."""
    numbers = [yard.lay(line, smooth=900.0) for line in waters.CROSSINGS]
    speeds = [yard.uniform(8.0, 11.5) * KNOT for _ in numbers]  # one speed a line: nobody overtakes on it
    for i in range(n):
        k, j, mine = i % len(numbers), i // len(numbers), -(-(n - i % len(numbers)) // len(numbers))
        speed = speeds[k]
        half = yard.routes[numbers[k]].length / speed + speed / 0.15 + 2400.0
        phase, aside = (j + yard.uniform(0.3, 0.7)) / mine * 2 * half, 170.0 + 30.0 * j
        size = round(yard.uniform(42, 96))
        mid, prefix = ((525, "PK"), (533, "9M"), (563, "9V"))[i % 3]
        yard.launch(
            mid, prefix, name=f"EX LINTAS {yard.number + 1}", kind="crossing", cls="A", ship_type=(79, 80, 90, 70)[i % 4],
            length=size, beam=size // 6, draught=round(size / 21, 1), imo=names.imo(55_000 + yard.number),
            destinations=("ID", "MY"), move=Shuttle(numbers[k], speed, 2400.0, phase, aside),
        )  # fmt: skip


def bunkering(yard: Yard, share: float = 0.08) -> None:
    """Barges and stores boats alongside ships at anchor."""
    hosts = [s for s in yard.fleet if s.kind == "anchored" and s.length >= 120 and isinstance(s.move, Swing)]
    for k in yard.rng.permutation(len(hosts))[: round(share * len(hosts))].tolist():
        host, size = hosts[k], round(yard.uniform(60, 105))
        m = host.move
        assert isinstance(m, Swing)
        apart = (host.beam + size // 6) / 2 + yard.uniform(2, 6)
        off = float(np.degrees(np.arctan2(apart, m.radius))) * (1 if yard.rng.random() < 0.5 else -1)
        move = Swing(m.lat, m.lon, float(np.hypot(apart, m.radius)), m.heading, m.swing, m.period, m.phase, off)
        yard.launch(
            563, "9V", name=f"EX BUNKER {yard.number + 1}", kind="lying", cls="A", ship_type=80, length=size, beam=size // 6,
            draught=round(size / 20, 1), imo=names.imo(56_000 + yard.number), destinations=("BUNKERING",) * 2, status=5,
            berthed=5, move=move,
        )  # fmt: skip


def pilots(yard: Yard, an_hour: float, hours: float) -> None:
    """Boats that go to through ships off the pilot grounds, stay some minutes, and come home."""
    grounds = [line[-1] for line in waters.PILOTS]
    ids = [i for i, s in enumerate(yard.fleet) if s.kind == "through"]
    traffic = Traffic(yard.routes[:1], [yard.fleet[i].move for i in ids])
    every = np.arange(0.0, hours * 3600.0, 60.0)
    for n in range(round(an_hour * hours)):
        lon, lat = grounds[n % len(grounds)]
        at = float(every[int(yard.rng.integers(len(every)))])
        state = traffic.at(np.arange(len(ids)), np.full(len(ids), at))
        away = distance(state.lat, state.lon, lat, lon)
        k = int(np.argmin(away))
        if not 600.0 < away[k] < 9000.0:
            continue
        script = _boarding(traffic, k, at, (lat, lon), yard.uniform(150, 330), yard.fleet[ids[k]].beam)
        if script is not None:
            on, off = yard.pilots.get(ids[k], (np.inf, -np.inf))
            yard.pilots[ids[k]] = min(on, script.begin), max(off, script.begin + STEP * len(script.east))
            yard.launch(563, "9V", name=f"EX PILOT {40 + n}", kind="pilotcraft", cls="A", ship_type=50, length=17, beam=5,
                        draught=1.4, destinations=("PILOT STATION",) * 2, on=script.begin, move=at_rest(script, 30.0))  # fmt: skip


def _boarding(
    traffic: Traffic, ship: int, at: float, home: tuple[float, float], stay: float, beam: int
) -> Script | None:
    """The way of a boat from ``home`` (lat, lon) to a ship at ``at`` seconds, along with her, and back."""
    north, east = (float(x) for x in metres_per_degree(home[0]))
    t = at + np.arange(0.0, stay, 5.0)
    s = traffic.at(np.full(len(t), ship), t)
    way = np.radians(s.cog + 90.0)
    x = (s.lon - home[1]) * east + (beam / 2 + 4.0) * np.sin(way)
    y = (s.lat - home[0]) * north + (beam / 2 + 4.0) * np.cos(way)
    run = float(np.hypot(x[0], y[0]))
    speed = 16.0 * KNOT
    begin = at - run / speed
    if begin < 0:
        return None
    out = np.arange(0.0, run / speed, 5.0) * speed / run
    home_run = float(np.hypot(x[-1], y[-1]))
    back = 1.0 - np.arange(5.0, home_run / speed, 5.0) * speed / home_run
    ex, ny = np.r_[out * x[0], x, back * x[-1]], np.r_[out * y[0], y, back * y[-1]]
    heading = np.degrees(np.arctan2(np.gradient(ex), np.gradient(ny))) % 360
    return Script(home[0], home[1], at - 5.0 * len(out), ex, ny, heading)


def fishers(yard: Yard, n: int, hours: float) -> None:
    """Boats that do more than wander: trawlers in long legs, drift netters, and those on their way to the ground."""
    grounds = waters.FISHING
    for i in range(n):
        lon, lat, reach = grounds[i % len(grounds)]
        what = i % 3
        x, y = yard.rng.uniform(-0.6, 0.6, 2) * reach
        if what == 0:  # trawls to and fro
            legs, way = [(x, y)], yard.uniform(0, 6.28)
            for k in range(2 + round(hours * 2)):
                run = yard.uniform(2200, 3600) * (1 if k % 2 == 0 else -1)
                legs.append((legs[-1][0] + run * np.sin(way) + 150.0, legs[-1][1] + run * np.cos(way)))
            script = sailed(lat, lon, 0.0, legs, yard.uniform(2.3, 3.6) * KNOT, 250.0, hours * 3600.0)
        elif what == 1:  # lies to her net
            way, rate = yard.uniform(0, 6.28), yard.uniform(0.1, 0.35)
            end = rate * hours * 3600.0
            legs = [(x, y), (x + end * np.sin(way), y + end * np.cos(way))]
            script = sailed(lat, lon, 0.0, legs, rate, 50.0, hours * 3600.0)
        else:  # goes to the ground, fishes, goes on
            legs = [(x, y)]
            for dx, dy in yard.rng.uniform(-0.7, 0.7, (8, 2)) * reach:
                legs.append((float(dx), float(dy)))
            script = sailed(lat, lon, 0.0, legs, yard.uniform(3.5, 6.5) * KNOT, 150.0, hours * 3600.0)
        mid, prefix = ((533, "9M"), (525, "PK"), (574, "XV"))[i % 3]
        big = i % 4 == 0
        yard.launch(
            mid, prefix, name=f"EX TRAWL {yard.number + 1}", kind="fisher", cls="A" if big else "B", ship_type=30,
            length=26 + i % 8 if big else 14 + i % 8, beam=6 if big else 4, draught=2.8, callsign="" if not big else "EXF",
            status=(7, 0)[i % 8 == 0], destinations=("FISHING",) * 2, move=script, crab=yard.rng.normal(0, 5.0),
        )  # fmt: skip


__all__ = ["HULLS", "bunkering", "crossings", "fishers", "hull", "pilots", "through"]
