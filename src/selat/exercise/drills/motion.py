"""How one ship moves: too fast, to and fro, round, off the way, deeper than before, with an anchor that does not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from selat.exercise import waters
from selat.exercise.drills import _tools as tools
from selat.exercise.drills.lanes import leave, path, sail_path
from selat.exercise.drills.signals import heard, through
from selat.exercise.script import STEP, Helm, Script
from selat.model.units import KNOT

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard


def stage(yard: Yard, count: int) -> None:
    """``count`` of each."""
    for n in range(count):
        _speeding(yard, 16.4, yard.uniform(13.3, 15.5), "")
        _speeding(yard, (14.0, 16.4)[n % 2], (15.0, 11.6)[n % 2], ("not deep", "deep, just below the limit")[n % 2])
        _loiterer(yard)
        _like_loiterer(yard, n)
        _turner(yard, n)
        _like_turner(yard, n)
        _off_the_way(yard, yard.uniform(2600, 4200), "")
        _off_the_way(yard, yard.uniform(150, 400), "just outside the lane")
        _destination(yard, n)
        _draught(yard, n)
        _drag(yard)
        _like_drag(yard, n)


def _speeding(yard: Yard, draught: float, knots: float, note: str) -> None:
    """A tanker westbound through the part where deep ships may make no more than 12 knots."""
    begin, speed = tools.start(yard, 3600.0), knots * KNOT
    points, _ = path(
        yard, 2700.0, speed, None, middle=60.0, back=False, west=103.90, east=103.93, bound="west", free=True
    )
    helm = sail_path(points, begin, speed, 250.0)
    end = helm.now
    leave(helm)
    _, ship = tools.merchant(yard, helm, "speeder", 250, 80 if draught > 15 else 71, draught=draught)
    tools.fact(yard, "speed_limit", (ship,), begin, end, points[0], negative=bool(note), note=note, known=begin + 300.0)


def to_and_fro(
    yard: Yard, helm: Helm, lasts: float, knots: tuple[float, float] = (0.8, 1.7), reach: tuple[float, float] = (300.0, 300.0),
    along: float = 0.0,
) -> None:  # fmt: skip
    """Sail slowly from one place to the next about here, for so long: within ``reach`` m along a direction and across it."""
    end, (x, y) = helm.now + lasts, helm.place
    c, s = float(np.cos(np.radians(along))), float(np.sin(np.radians(along)))
    k = 1.0
    while helm.now < end:
        u, v, k = k * reach[0] * yard.uniform(0.5, 1.0), yard.uniform(-1, 1) * reach[1], -k
        dx, dy = x + u * s + v * c - helm.place[0], y + u * c - v * s - helm.place[1]
        speed = tools.knots(yard, *knots)
        helm.sail(
            min(float(np.hypot(dx, dy)) / speed, end - helm.now), speed, float(np.degrees(np.arctan2(dx, dy))) % 360.0
        )


def _loiterer(yard: Yard) -> None:
    lat, lon = tools.spot(yard, 1500.0, 12_000.0)
    lasts, size = yard.uniform(45, 80) * 60.0, round(yard.uniform(40, 150))
    helm = Helm(lat, lon, tools.start(yard, lasts + 2400.0), 8 * KNOT, tools.bearing(yard, lat, lon, 5000.0), size=size)
    helm.sail(600.0).sail(300.0, 1.2 * KNOT)
    on, place = helm.now, tools.off(lat, lon, *helm.place)
    to_and_fro(yard, helm, lasts)
    end = helm.now
    helm.sail(600.0, 8 * KNOT)
    _, ship = tools.merchant(yard, helm, "loiterer", size)
    tools.fact(yard, "loitering", (ship,), on, end, place, known=on + 1800.0)


def _like_loiterer(yard: Yard, n: int) -> None:
    """One that drifts straight with a slow current; one that waits on the pilot ground; one at an anchorage; one that fishes."""
    what = ("drifts with a slow current", "waits for a pilot", "waits in an anchorage", "fishes")[n % 4]
    lasts = 3600.0
    if n % 4 == 1:
        lon, lat = waters.PILOTS[n % 3][-1]
        lat, lon = tools.off(lat, lon, yard.uniform(-150, 150), yard.uniform(-150, 150))
    elif n % 4 == 2:
        (w, s, e, north), _ = waters.ANCHORAGES[(0, 2, 4)[n % 3]]
        lat, lon = (s + north) / 2, (w + e) / 2
    else:
        lat, lon = tools.spot(yard, 1500.0, 12_000.0)
    helm = Helm(lat, lon, tools.start(yard, lasts + 600.0), 1.2 * KNOT, yard.uniform(0, 360), size=90)
    if n % 4 == 0:
        towards = yard.uniform(0, 360)
        helm.drift(lasts, 1.3 * KNOT, towards, (towards + yard.uniform(65, 115)) % 360.0)
    elif n % 4 == 1:
        helm.hold(300.0)
        for _ in range(9):
            helm.sail(200.0, 0.9 * KNOT, helm.heading + 170.0)
    else:
        to_and_fro(yard, helm, lasts)
    size = 18 if n % 4 == 3 else 90
    _, ship = tools.craft(yard, helm.done(), kind="beside", cls="B" if n % 4 == 3 else "A", ship_type=30 if n % 4 == 3 else 70,
                          length=size, beam=size // 6, draught=3.0)  # fmt: skip
    tools.fact(yard, "loitering", (ship,), helm.begin, helm.now, (lat, lon), negative=True, note=what)
    if n % 4 == 0:  # she gets somewhere, but not by her engine
        tools.fact(
            yard, "drifting", (ship,), helm.begin, helm.now, (lat, lon), severity="high", known=helm.begin + 1200.0
        )


def _turner(yard: Yard, n: int) -> None:
    """Right round, or to and fro at speed."""
    size = round(yard.uniform(80, 220))
    lat, lon = tools.spot(yard, 4000.0, 25_000.0)
    speed = tools.knots(yard, 9, 13)
    course = tools.bearing(yard, lat, lon, speed * 1200.0)
    helm = Helm(lat, lon, tools.start(yard, 4200.0), speed, course, size=size).sail(900.0)
    on, place = helm.now, tools.off(lat, lon, *helm.place)
    if n % 2:
        for k in range(4):
            helm.sail(360.0, speed, (course + (55.0 if k % 2 == 0 else -55.0)) % 360.0)
    else:
        helm.sail(420.0, speed, (course + 90.0) % 360.0).sail(500.0, speed, (course + 180.0) % 360.0)
    end = helm.now
    helm.sail(700.0, speed, course if n % 2 else (course + 180.0) % 360.0)
    _, ship = tools.merchant(yard, helm, "turner", size)
    tools.fact(yard, "manoeuvre", (ship,), on, end, place, known=end - (300.0 if n % 2 else 60.0))


def _like_turner(yard: Yard, n: int) -> None:
    """A ship that gives way by 40 degrees and comes back; one that turns round for half an hour; a tug at work."""
    what = ("gives way and comes back", "slow wide turn", "tug at work")[n % 3]
    lat, lon = tools.spot(yard, 4000.0, 25_000.0)
    speed = tools.knots(yard, 9, 12)
    course = tools.bearing(yard, lat, lon, speed * 900.0)
    helm = Helm(lat, lon, tools.start(yard, 4800.0), speed, course, size=140).sail(800.0)
    if n % 3 == 0:
        helm.sail(360.0, speed, course + 40.0).sail(420.0, speed, course - 10.0).sail(700.0, speed, course)
    elif n % 3 == 1:
        for k in range(12):
            helm.sail(160.0, speed, course + 14.0 * (k + 1))
    else:
        for _ in range(9):
            helm.sail(150.0, 4.5 * KNOT, yard.uniform(0, 360))
    _, ship = tools.merchant(yard, helm, "beside", 32 if n % 3 == 2 else 140, 52 if n % 3 == 2 else 70)
    tools.fact(yard, "manoeuvre", (ship,), helm.begin, helm.now, (lat, lon), negative=True, note=what)


def _off_the_way(yard: Yard, beyond: float, note: str) -> None:
    """A ship along the lane, outside it by miles, or only just; where no other ships have their way (tugs along the shore)."""
    begin, speed = tools.start(yard, 3600.0), tools.knots(yard, 10, 13)
    for _ in range(30):
        points, _ = path(yard, 2700.0, speed, beyond, back=False, west=102.76, east=103.15)
        lat, lon = np.array(points[::8]).T
        if all((tools.from_line(lat, lon, line) > 1500.0).all() for line in waters.COASTAL):
            break
        beyond = beyond if note else yard.uniform(2600, 4200)
    helm = sail_path(points, begin, speed, 150.0)
    end = helm.now
    leave(helm)  # who goes straight on where the lane bends is astray at last
    _, ship = tools.merchant(yard, helm, "astray", 150)
    tools.fact(
        yard,
        "route_deviation",
        (ship,),
        begin,
        end,
        points[0],
        negative=bool(note),
        note=note,
        known=begin + 900.0,
    )


def _destination(yard: Yard, n: int) -> None:
    """Bound for where she does not sail; and texts that say nothing of a side."""
    end = tools.last(yard)
    for word, note in (
        (None, ""),
        (("FOR ORDERS", "SG SIN", "OPL WEST")[n % 3], "free text, or a port of the straits"),
    ):
        for _ in range(20):
            number, place = heard(yard, 0.0, end, 0.8)
            traffic, ids = through(yard)
            legs = traffic.at(np.full(2, ids.index(number)), np.array([0.0, end])).leg
            if legs[0] == legs[1] and 70 <= yard.fleet[number].ship_type < 90 and yard.fleet[number].length >= 100:
                break  # others trade locally, and are not judged
        away = ("AE FJR", "CN SHA")[int(legs[0])]
        tools.wrong(yard, number, 0.0, 1e9, "destination", word or away)
        tools.fact(yard, "destination_mismatch", (yard.fleet[number],), 0.0, end, place, severity="low", negative=bool(note),
                   note=note, known=2400.0)  # fmt: skip


def _draught(yard: Yard, n: int) -> None:
    """Lighter or deeper by metres without having stopped; a correction; a ship at anchor that types it late."""
    on = yard.uniform(4300.0, max(4400.0, tools.last(yard) - 1800.0))
    number, place = _laden(yard, on + 1200.0)
    ship = yard.fleet[number]
    change = yard.uniform(1.8, 3.5) * (-1 if ship.draught > 7 else 1)
    tools.wrong(yard, number, on, 1e9, "draught", round(ship.draught + change, 1))
    end = yard.scene.hours * 3600.0
    tools.fact(yard, "draught_change", (ship,), on, end, place, known=on + 1000.0)
    number, place = _laden(yard, on + 1200.0)
    ship = yard.fleet[number]
    tools.wrong(yard, number, on, 1e9, "draught", round(ship.draught + 0.4, 1))
    tools.fact(yard, "draught_change", (ship,), on, end, place, negative=True, note="corrected by 0.4 m")
    lying = [i for i, s in enumerate(yard.fleet) if s.kind == "anchored" and s.draught > 6 and i not in yard.used]
    if lying:
        at = int(yard.rng.choice(lying))
        yard.used.add(at)
        tools.wrong(yard, at, on, 1e9, "draught", round(yard.fleet[at].draught - 2.5, 1))
        tools.fact(
            yard, "draught_change", (yard.fleet[at],), on, end, (0.0, 0.0), negative=True, note="typed late, at anchor"
        )


def _laden(yard: Yard, until: float) -> tuple[int, tuple[float, float]]:
    """As :func:`heard`, a ship that says how deep she is."""
    for _ in range(12):
        number, place = heard(yard, 0.0, until)
        if yard.fleet[number].draught > 4.0:
            break
    return number, place


def _at_anchor(lat: float, lon: float, hours: float, heading: Any, chain: Any, ax: Any, ay: Any) -> Script:
    """A ship that lies ``chain`` m downstream of an anchor at (``ax``, ``ay``) m, heading (deg) given at every step."""
    n = round(hours * 3600.0 / STEP)
    way = np.radians(np.broadcast_to(heading, n) + 180.0)
    east, north = ax + chain * np.sin(way), ay + chain * np.cos(way)
    return Script(lat, lon, 0.0, np.broadcast_to(east, n).copy(), np.broadcast_to(north, n).copy(),
                  np.broadcast_to(heading, n) % 360.0)  # fmt: skip


def _lies(yard: Yard, script: Script, note: str, **more: Any) -> tuple[int, Any]:
    return tools.craft(yard, script, kind="lying", ship_type=70, length=190, beam=30, draught=10.0, status=1, berthed=1,
                       name=f"EX ANCHOR {yard.number + 1}", **more)  # fmt: skip


def _drag(yard: Yard) -> None:
    """The anchor gives way: she goes astern with the wind, by her head, and is brought up after 400 m and more."""
    lat, lon = tools.spot(yard, 1500.0, 8000.0)
    hours, t = yard.scene.hours, np.arange(0.0, yard.scene.hours * 3600.0, STEP)[: round(yard.scene.hours * 720)]
    wind, on = yard.uniform(0, 360), tools.start(yard, 3600.0, 2700.0)
    speed, lasts = yard.uniform(0.25, 0.6), yard.uniform(900, 1500)
    heading = wind + 14.0 * np.sin(t / 200.0) + 18.0 * np.clip((t - on) / 240.0, 0, 1) * (t < on + lasts + 300)
    gone = speed * np.clip(t - on, 0, lasts)
    down = np.radians(wind + 180.0)
    script = _at_anchor(lat, lon, hours, heading, yard.uniform(120, 200), gone * np.sin(down), gone * np.cos(down))
    _, ship = _lies(yard, script, "")
    tools.fact(yard, "dragging_anchor", (ship,), on, on + lasts, (lat, lon), severity="high", known=on + 150.0 / speed)


def _like_drag(yard: Yard, n: int) -> None:
    """The tide turns her; she veers more chain; her heading is off by a constant; she weighs and leaves."""
    what = ("tide turns her", "veers more chain", "heading sensor off", "weighs anchor and leaves")[n % 4]
    lat, lon = tools.spot(yard, 1500.0, 8000.0)
    hours, t = yard.scene.hours, np.arange(0.0, yard.scene.hours * 3600.0, STEP)[: round(yard.scene.hours * 720)]
    on, wind = tools.start(yard, 4200.0, 2700.0), yard.uniform(0, 360)
    heading = wind + 10.0 * np.sin(t / 230.0)
    chain: Any = 160.0
    if n % 4 == 0:
        heading = heading + 170.0 / (1 + np.exp(-(t - on - 1500.0) / 420.0))
    elif n % 4 == 1:
        chain = 130.0 + 55.0 * np.clip((t - on) / 600.0, 0, 1)
    elif n % 4 == 2:
        heading = heading + 45.0 * np.sin(t / 2400.0)
    script = _at_anchor(lat, lon, hours, heading, chain, 0.0, 0.0)
    if n % 4 == 3:
        k = round(on / STEP)
        helm = Helm(*tools.off(lat, lon, script.east[k], script.north[k]), on, 0.0, float(script.heading[k]), size=190)
        helm.sail(1800.0, 9 * KNOT)
        x, y = np.array(helm._x[1:]) + script.east[k], np.array(helm._y[1:]) + script.north[k]
        script = Script(lat, lon, 0.0, np.r_[script.east[:k], x], np.r_[script.north[:k], y],
                        np.r_[script.heading[:k], helm._h[1:]])  # fmt: skip
    number, ship = _lies(yard, script, what, **({"off": STEP * len(script.east)} if n % 4 == 3 else {}))
    if n % 4 == 2:
        tools.wrong(yard, number, 0.0, 1e9, "heading", 75.0)
    tools.fact(yard, "dragging_anchor", (ship,), on, on + 3600.0, (lat, lon), negative=True, note=what)
