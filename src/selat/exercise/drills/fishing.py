"""Fishing: where it is closed, by two, and dark beside a boundary; and vessels that only pass or fish outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from selat.exercise.drills import _tools as tools
from selat.exercise.script import STEP, Helm, Script, sailed
from selat.exercise.ship import Ship
from selat.exercise.staged import Silence
from selat.exercise.zones import CLOSED
from selat.model.units import KNOT

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard


def stage(yard: Yard, count: int) -> None:
    """``count`` of each."""
    for n in range(count):
        _closed(yard, n, False, "")
        _closed(yard, n, True, "fishes outside the closed area")
        _transit(yard, n)
        _two(yard, yard.uniform(280, 600), "")
        _two(yard, 1900.0, "trawl a mile apart")
        _coasters(yard)
        _dark(yard, n)
        _dark_elsewhere(yard)
        _loiters(yard)


def finish(yard: Yard) -> None:
    """All that fish in the traffic do fish, whatever type they declare: the rule that records it is right about them.

    Who lies to her net makes no way: by her motion nobody can tell her from one that rests; and who goes at more than 4.5
    knots hauls nothing. The poachers are not heard while they fish.
    """
    for ship in yard.fleet:
        move = ship.move
        if isinstance(move, Script) and ship.kind == "fisher" and not 0.5 < _speed(move) < 4.5 * KNOT:
            continue
        fishes = ship.kind in ("fishing", "fisher", "trawler")
        if fishes or (ship.ship_type == 30 and ship.kind in ("netter", "stays", "beside")):
            place = (getattr(move, "lat", 0.0), getattr(move, "lon", 0.0))
            end = min(ship.off, yard.scene.hours * 3600.0)
            tools.fact(yard, "fishing", (ship,), ship.on, end, place, severity="low", known=ship.on + 1800.0)


def _speed(script: Script) -> float:
    """Mean speed, m/s."""
    way = float(np.hypot(np.diff(script.east), np.diff(script.north)).sum())
    return way / (STEP * max(len(script.east) - 1, 1))


def trawl(
    yard: Yard, lat: float, lon: float, begin: float, lasts: float, width: float, height: float, knots: float
) -> Script:
    """Legs to and fro within a box about a place."""
    legs, y = [], -height / 2
    k = 0
    while y <= height / 2:
        legs += [((-0.5 if k % 2 == 0 else 0.5) * width, y), ((0.5 if k % 2 == 0 else -0.5) * width, y)]
        y += max(200.0, height / 6)
        k += 1
    return sailed(lat, lon, begin, legs, knots * KNOT, 220.0, lasts)


def _trawler(yard: Yard, script: Script, **more: Any) -> tuple[int, Ship]:
    return tools.craft(
        yard, script, kind="trawler", ship_type=30, length=27, beam=7, draught=3.0, **{"status": 7, **more}
    )


def _closed(yard: Yard, n: int, outside: bool, note: str) -> None:
    west, south, east, north = CLOSED[n % len(CLOSED)]
    lasts, begin = yard.uniform(70, 110) * 60.0, 0.0
    begin = tools.start(yard, lasts)
    lat, lon = (south + north) / 2, (west + east) / 2
    if outside:
        lat = south - 0.022
    script = trawl(yard, lat, lon, begin, lasts, 3600.0, 2400.0 if not outside else 1400.0, yard.uniform(2.4, 3.6))
    _, ship = _trawler(yard, script, status=(7, 0)[n % 2])
    tools.fact(yard, "closed_area_fishing", (ship,), begin, begin + lasts, (lat, lon), severity="high", negative=bool(note),
               note=note, known=begin + 2400.0)  # fmt: skip


def _transit(yard: Yard, n: int) -> None:
    """A fishing vessel that only sails through."""
    west, south, east, north = CLOSED[n % len(CLOSED)]
    lat, lon, course = (south + north) / 2, (west + east) / 2, yard.uniform(0, 360)
    helm = Helm(*tools.ahead(lat, lon, course + 180, 7000.0), tools.start(yard, 3600.0), 8.5 * KNOT, course, size=27)
    _, ship = tools.craft(yard, helm.sail(3000.0).done(), kind="transits", ship_type=30, length=27, beam=7, draught=3.0)
    tools.fact(
        yard, "closed_area_fishing", (ship,), helm.begin, helm.now, (lat, lon), negative=True, note="sails through"
    )


def _two(yard: Yard, apart: float, note: str) -> None:
    """Two trawlers abreast at the same slow speed for more than an hour."""
    lat, lon = tools.spot(yard, 4500.0, 25_000.0)
    lasts, begin = yard.uniform(75, 105) * 60.0, 0.0
    begin, course = tools.start(yard, lasts), yard.uniform(0, 360)
    who = []
    for side in (0.0, apart):
        where = tools.off(lat, lon, side * float(np.cos(np.radians(course))), -side * float(np.sin(np.radians(course))))
        helm = Helm(*where, begin, 2.9 * KNOT, course, size=26)
        for k in range(int(lasts / 1200.0) + 1):  # 80 minutes and more: an hour is what the rule asks for
            helm.sail(1200.0, 2.9 * KNOT + 0.06 * float(np.sin(k + side)), (course + (0.0, 12.0)[k % 2]) % 360)
        who.append(
            tools.craft(yard, helm.done(), kind="trawler", ship_type=30, length=26, beam=7, draught=3.0, status=7)[1]
        )
    tools.fact(
        yard,
        "pair_trawl",
        tuple(who),
        begin,
        helm.now,
        (lat, lon),
        negative=bool(note),
        note=note,
        known=begin + 3600.0,
    )


def _coasters(yard: Yard) -> None:
    """Two slow coasters abreast."""
    lat, lon = tools.spot(yard, 4500.0, 25_000.0)
    begin = tools.start(yard, 4500.0)
    speed, course = 6.5 * KNOT, tools.bearing(yard, lat, lon, 15_000.0)
    who = [
        tools.merchant(
            yard, Helm(*tools.off(lat, lon, 0.0, y), begin, speed, course, size=60).sail(4200.0), "abreast", 60, 79
        )[1]
        for y in (0.0, 400.0)
    ]
    tools.fact(
        yard, "pair_trawl", tuple(who), begin, begin + 4200.0, (lat, lon), negative=True, note="coasters abreast"
    )


def _dark(yard: Yard, n: int) -> None:
    """Falls silent a mile from a closed area, is inside it meanwhile, and comes back on the air outside; each second one inside."""
    inside = n % 2 == 1
    west, south, _, north = CLOSED[n % len(CLOSED)]
    lat, lon = (south + north) / 2, west - 0.045
    begin = tools.start(yard, 6600.0, 300.0)
    helm = Helm(lat, lon, begin, 4 * KNOT, 90.0, size=27).sail(1500.0)
    on = helm.now
    helm.sail(1800.0 if inside else 900.0)
    for k in range(3):
        helm.sail(600.0, 3 * KNOT, (20.0, 160.0, 300.0)[k])
    off = helm.now - 600.0
    helm.sail(1500.0, 5 * KNOT, 270.0)
    off = off if inside else helm.now
    helm.sail(900.0, 4 * KNOT, 250.0)
    number, ship = tools.craft(yard, helm.done(), kind="poacher", ship_type=30, length=27, beam=7, draught=3.0)
    yard.staged.silences.append(Silence(number, on, off))
    # Heard again outside: what she did inside nobody saw, so it is recorded; that she is silent must be told. Heard again inside,
    # she has shown where she was.
    tools.fact(yard, "dark_fishing", (ship,), on, off, (lat, lon), severity="high" if inside else "medium",
               known=off + 60.0 if inside else on + 1800.0)  # fmt: skip
    tools.fact(yard, "dark", (ship,), on, off, (lat, lon), severity="high", known=on + 1200.0)


def _dark_elsewhere(yard: Yard) -> None:
    """A fishing boat of class B that is silent for an hour, ten miles and more from any closed area when she starts: she sails
    two before it and three in it, and five are what counts as beside one.
    """
    lat, lon = tools.spot(yard, 4500.0, 25_000.0, box=(102.71, 1.0, 104.25, 2.0))
    helm = Helm(lat, lon, tools.start(yard, 6000.0), 3 * KNOT, yard.uniform(0, 360), size=16)
    for _ in range(10):
        helm.sail(540.0, 3 * KNOT, helm.heading + yard.uniform(-60, 60))
    number, ship = tools.boat(yard, helm, "poacher", 16, 30)
    yard.staged.silences.append(Silence(number, helm.begin + 1200.0, helm.begin + 4200.0))
    for rule in ("dark_fishing", "dark"):
        tools.fact(yard, rule, (ship,), helm.begin + 1200.0, helm.begin + 4200.0, (lat, lon), negative=True,
                   note="class B, silent far from boundaries")  # fmt: skip


def _loiters(yard: Yard) -> None:
    """A coaster that goes slowly to and fro does not fish."""
    lat, lon = tools.spot(yard, 4500.0, 25_000.0)
    helm = Helm(lat, lon, tools.start(yard, 4200.0), 2 * KNOT, yard.uniform(0, 360), size=70)
    for _ in range(6):
        helm.sail(600.0, 1.5 * KNOT, helm.heading + yard.uniform(120, 200))
    _, ship = tools.merchant(yard, helm, "idles", 70)
    tools.fact(yard, "fishing", (ship,), helm.begin, helm.now, (lat, lon), negative=True, note="a coaster that waits")
    tools.fact(yard, "loitering", (ship,), helm.begin, helm.now, (lat, lon), known=helm.begin + 1800.0)  # which is that
