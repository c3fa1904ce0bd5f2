"""Ships that meet at sea, close to the shore: rendezvous, transfers from ship to ship, and meetings that are routine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from selat.exercise import waters
from selat.exercise.drills import _tools as tools
from selat.exercise.script import Helm
from selat.exercise.staged import Wrong
from selat.exercise.traffic import Swing
from selat.model.units import KNOT

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard

NEAR_SHORE = (1500.0, 9500.0)  #: m: where others do not look
_COURSE = 8.0 * KNOT


def stage(yard: Yard, count: int) -> None:
    """``count`` of each."""
    for n in range(count):
        _rendezvous(yard, n)
        _transfer(yard)
        _pilot(yard)
        _bunkering(yard)
        _assist(yard)
        _rafted(yard)
        _convoy(yard)
        _berth(yard)


def _arrival(yard: Yard, at: float, speed: float, size: float, current: tuple[float, float]) -> Helm:
    """A ship that comes from some miles away and stops at a place of her own."""
    lat, lon = tools.spot(yard, *NEAR_SHORE)
    course = yard.uniform(0, 360)
    run = 3500.0
    way = np.radians(course + 180.0)
    y, x = tools.off(lat, lon, run * float(np.sin(way)), run * float(np.cos(way)))
    helm = Helm(y, x, max(0.0, at - 1200.0), speed, course, size=size, current=current)
    return helm.to(run * float(np.sin(np.radians(course))), run * float(np.cos(np.radians(course))), speed)


def alongside(
    yard: Yard, types: tuple[int, int], sizes: tuple[int, int], stay: float, gap: float
) -> tuple[tuple[int, int], tuple[float, float], tuple[float, float]]:
    """A waits, B comes alongside for ``stay`` s and leaves; (numbers of the two), (from, to) s, place."""
    rate, towards = yard.uniform(0.1, 0.45), yard.uniform(0, 360)
    begin = tools.start(yard, stay + 3600.0)
    a = _arrival(yard, begin, _COURSE, sizes[0], (0.0, 0.0))
    a.drift(stay + 2400.0, rate, towards, yard.uniform(0, 360))
    a.sail(1800.0, _COURSE, yard.uniform(0, 360))
    one = a.done()
    meet = one.begin + 5.0 * (len(one.east) - round((stay + 1800.0 + 1500.0) / 5.0))
    k = int((meet - one.begin) / 5.0)
    east, north = float(one.east[k]), float(one.north[k])
    bearing = np.radians(yard.uniform(0, 360))
    run = 5000.0
    y, x = tools.off(one.lat, one.lon, east + run * float(np.sin(bearing)), north + run * float(np.cos(bearing)))
    speed = yard.uniform(7.0, 11.0) * KNOT
    b = Helm(
        y, x, max(0.0, meet - run / speed - 300.0), speed, float(np.degrees(bearing) + 180.0) % 360.0, size=sizes[1]
    )
    b.to(-run * float(np.sin(bearing)), -run * float(np.cos(bearing)), speed, near=gap + 40.0)
    joined = b.now
    b.follow(one, gap, yard.uniform(-15, 15), stay)
    b.sail(2400.0, speed, yard.uniform(0, 360))
    numbers = []
    for script, kind, size in ((one, types[0], sizes[0]), (b.done(), types[1], sizes[1])):
        number, _ = tools.craft(
            yard, script, kind="meeter", ship_type=kind, length=size, beam=max(5, size // 7), draught=size / 22
        )
        numbers.append(number)
    place = tools.off(one.lat, one.lon, east, north)
    return (numbers[0], numbers[1]), (joined, joined + stay), place


def _rendezvous(yard: Yard, n: int) -> None:
    """Two vessels that lie together where nobody does, and part."""
    types = ((70, 79), (30, 70), (80, 52), (37, 70))[n % 4]
    sizes = ((90, 60), (32, 110), (120, 34), (25, 75))[n % 4]
    stay = yard.uniform(45, 100) * 60.0
    numbers, (on, end), place = alongside(yard, types, sizes, stay, (sizes[0] + sizes[1]) / 14 + yard.uniform(8, 25))
    who = tuple(yard.fleet[i] for i in numbers)
    tools.fact(yard, "rendezvous", who, on, end, place, severity="high", known=on + 900.0)


def _transfer(yard: Yard) -> None:
    """Two tankers alongside for hours; cargo goes over."""
    sizes = (round(yard.uniform(180, 250)), round(yard.uniform(90, 150)))
    stay = yard.uniform(80, 130) * 60.0
    numbers, (on, end), place = alongside(yard, (82, 80), sizes, stay, (sizes[0] + sizes[1]) / 14 + yard.uniform(5, 15))
    for number, change in zip(numbers, (-2.4, 1.9), strict=True):
        ship = yard.fleet[number]
        yard.staged.wrongs.append(Wrong(number, end, 1e9, "draught", round(max(2.0, ship.draught + change), 1)))
    who = tuple(yard.fleet[i] for i in numbers)
    tools.fact(yard, "ship_to_ship", who, on, end, place, severity="high", known=on + 900.0)


def _pilot(yard: Yard) -> None:
    """A pilot boat goes alongside a ship under way for some minutes."""
    begin = tools.start(yard, 3600.0)
    lat, lon = tools.spot(yard, *NEAR_SHORE)
    course = yard.uniform(0, 360)
    ship = (
        Helm(lat, lon, begin, 9.0 * KNOT, course, size=200)
        .sail(900.0, 6.5 * KNOT)
        .sail(1500.0, 6.5 * KNOT)
        .sail(900.0, 10 * KNOT)
    )
    one = ship.done()
    k = 260
    side = np.radians(course + 90.0)
    y, x = tools.off(
        lat, lon, float(one.east[k]) + 2500.0 * float(np.sin(side)), float(one.north[k]) + 2500.0 * float(np.cos(side))
    )
    boat = Helm(y, x, one.begin + 5.0 * k - 420.0, 14.0 * KNOT, float(course + 270.0) % 360.0, size=17)
    boat.to(-2350.0 * float(np.sin(side)), -2350.0 * float(np.cos(side)), 14.0 * KNOT, near=120.0)
    joined = boat.now
    boat.follow(one, 22.0, -20.0, yard.uniform(180, 420)).sail(900.0, 14.0 * KNOT, float(course + 90.0) % 360.0)
    _, a = tools.craft(yard, one, kind="boarded", ship_type=70, length=200, beam=32, draught=10.0)
    _, b = tools.craft(yard, boat.done(), kind="pilotcraft", ship_type=50, length=17, beam=5, draught=1.4)
    place = tools.off(lat, lon, float(one.east[k]), float(one.north[k]))
    for rule in ("rendezvous", "ship_to_ship", "approach"):
        tools.fact(yard, rule, (a, b), joined, boat.now - 900.0, place, negative=True, note="pilot boarding")


def _bunkering(yard: Yard) -> None:
    """A bunker tanker at a ship that lies in an anchorage."""
    (west, south, east, north), name = waters.ANCHORAGES[int(yard.rng.integers(2))]
    lat, lon = yard.uniform(south + 0.002, north - 0.002), yard.uniform(west + 0.003, east - 0.003)
    stay = yard.uniform(60, 120) * 60.0
    begin = tools.start(yard, stay + 2400.0)
    host = Helm(lat, lon, 0.0, 0.0, 60.0, size=220).hold(yard.scene.hours * 3600.0 + 600.0, swing=12.0).done()
    y, x = tools.off(lat, lon, -3000.0, 600.0)
    barge = Helm(y, x, begin, 6.0 * KNOT, 100.0, size=95).to(3000.0, -600.0, 6.0 * KNOT, near=90.0)
    joined = barge.now
    barge.follow(host, 30.0, 0.0, stay).sail(1800.0, 6.0 * KNOT, 280.0)
    _, a = tools.craft(yard, host, kind="anchored", ship_type=70, length=220, beam=32, draught=11.0, status=1, berthed=1,
                       destinations=(name, name))  # fmt: skip
    _, b = tools.craft(yard, barge.done(), kind="bunkerer", ship_type=80, length=95, beam=17, draught=5.0)
    for rule in ("rendezvous", "ship_to_ship"):
        tools.fact(
            yard, rule, (a, b), joined, joined + stay, (lat, lon), negative=True, note="bunkering in an anchorage"
        )


def _assist(yard: Yard) -> None:
    """A tug escorts and pushes a ship towards a berth."""
    begin = tools.start(yard, 4200.0)
    lat, lon = tools.spot(yard, *NEAR_SHORE)
    ship = (
        Helm(lat, lon, begin, 8.0 * KNOT, yard.uniform(0, 360), size=230)
        .sail(600.0, 5.0 * KNOT)
        .sail(2400.0, 3.0 * KNOT)
    )
    one = ship.done()
    tug = Helm(*tools.off(lat, lon, 900.0, 300.0), begin, 7.0 * KNOT, 200.0, size=32).to(
        -600.0, 0.0, 8 * KNOT, near=200.0, most=600.0
    )
    joined = tug.now
    tug.follow(one, 40.0, -60.0, 2000.0).sail(900.0, 9.0 * KNOT, yard.uniform(0, 360))
    _, a = tools.craft(yard, one, kind="assisted", ship_type=71, length=230, beam=32, draught=11.0)
    _, b = tools.craft(yard, tug.done(), kind="harbourtug", ship_type=52, length=32, beam=11, draught=4.5)
    for rule in ("rendezvous", "ship_to_ship"):
        tools.fact(yard, rule, (a, b), joined, joined + 2000.0, (lat, lon), negative=True, note="tug assisting")


def _rafted(yard: Yard) -> None:
    """Fishing boats tied together, resting."""
    stay = yard.uniform(60, 110) * 60.0
    begin = tools.start(yard, stay + 1800.0)
    lat, lon = tools.spot(yard, 1200.0, 6000.0)
    first = (
        Helm(lat, lon, begin, 3.0 * KNOT, 20.0, size=15)
        .sail(300.0, 0.0)
        .drift(stay + 900.0, 0.12, yard.uniform(0, 360), 40.0)
    )
    first.sail(600.0, 5 * KNOT)
    one = first.done()
    second = Helm(*tools.off(lat, lon, 500.0, 200.0), begin, 4.0 * KNOT, 250.0, size=14).to(
        -480.0, -120.0, 4.0 * KNOT, near=60.0
    )
    joined = second.now
    second.follow(one, 7.0, 2.0, stay).sail(600.0, 6.0 * KNOT, 120.0)
    who = tuple(
        tools.craft(yard, s, kind="rafted", cls="B", ship_type=30, length=15, beam=4, callsign="")[1]
        for s in (one, second.done())
    )
    tools.fact(yard, "rendezvous", who, joined, joined + stay, (lat, lon), negative=True, note="fishing boats rafted")


def _convoy(yard: Yard) -> None:
    """Two coasters on one course, near each other for long."""
    begin = tools.start(yard, 4500.0)
    lat, lon = tools.spot(yard, *NEAR_SHORE)
    course = yard.uniform(0, 360)
    speed = yard.uniform(6, 10) * KNOT
    who = []
    for side in (0.0, 240.0):
        beam = np.radians(course + 90.0)
        y, x = tools.off(lat, lon, side * float(np.sin(beam)), side * float(np.cos(beam)))
        script = (
            Helm(y, x, begin, speed, course, size=70).sail(2400.0).sail(1500.0, speed, float(course + 40) % 360).done()
        )
        who.append(tools.craft(yard, script, kind="convoy", ship_type=79, length=70, beam=12, draught=4.0)[1])
    for rule in ("rendezvous", "ship_to_ship"):
        tools.fact(yard, rule, tuple(who), begin, begin + 3900.0, (lat, lon), negative=True, note="convoy")


def _berth(yard: Yard) -> None:
    """Two ships moored side by side at a quay."""
    lat, lon = tools.spot(yard, 800.0, 1300.0, lane=2000.0)
    heading = yard.uniform(0, 360)
    who = []
    for east in (0.0, 34.0):
        y, x = tools.off(lat, lon, east, 0.0)
        move = Swing(y, x, 0.5, heading, 0.2, 9000.0, 0.0)
        who.append(
            tools.craft(yard, move, kind="lying", ship_type=70, length=140, beam=22, draught=7.0, status=5, berthed=5)[
                1
            ]
        )
    end = yard.scene.hours * 3600.0
    for rule in ("rendezvous", "ship_to_ship"):
        tools.fact(yard, rule, tuple(who), 0.0, end, (lat, lon), negative=True, note="moored side by side")
