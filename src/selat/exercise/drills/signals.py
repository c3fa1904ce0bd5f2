"""What is wrong with the signal: too few reports, places where nobody can be, one number twice, a region led astray."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from selat.exercise import crowd
from selat.exercise.drills import _tools as tools
from selat.exercise.script import Helm, Script
from selat.exercise.staged import Fault, Held
from selat.exercise.traffic import Loop, Traffic, distance
from selat.model.units import KNOT

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard


def stage(yard: Yard, count: int) -> None:
    """``count`` of each."""
    for n in range(count):
        _rate(yard)
        _clock(yard)
        _held(yard)
        _jump(yard)
        _twin(yard)
        _astray(yard, n)
        _impossible(yard, n)
    _garbled(yard)


def through(yard: Yard) -> tuple[Traffic, list[int]]:
    """Motion of the through ships, and their numbers in the fleet."""
    ids = [i for i, s in enumerate(yard.fleet) if s.kind == "through" and isinstance(s.move, Loop)]
    return Traffic(yard.routes[:1], [yard.fleet[i].move for i in ids]), ids


def heard(yard: Yard, on: float, off: float, least: float = 0.9) -> tuple[int, tuple[float, float]]:
    """A through ship that is well heard between two moments and not yet part of anything; and where she is.

    Where all are taken another one is launched.
    """
    taken = yard.used | {s.ship for s in yard.staged.silences} | {w.ship for w in yard.staged.wrongs}
    traffic, ids = through(yard)
    ok = np.array([i not in taken for i in ids])
    k = np.flatnonzero(ok)
    for t in np.linspace(on, off, 4):
        s = traffic.at(k, np.full(len(k), t))
        ok[k] &= tools.chance(yard.scene.stations, s.lat, s.lon) > least
    if ok.any():
        number = ids[int(yard.rng.choice(np.flatnonzero(ok)))]
    else:
        number = _one_more(yard, on, off, least)
    s = Traffic(yard.routes[:1], [yard.fleet[number].move]).at(np.array([0]), np.array([on]))
    yard.used.add(number)
    return number, (float(s.lat[0]), float(s.lon[0]))


def _one_more(yard: Yard, on: float, off: float, least: float) -> int:
    """Launch a through ship that is well heard from ``on`` to ``off``; her number."""
    more, _ = crowd.hull(yard)
    for _ in range(200):
        start, knots = yard.uniform(0, yard.routes[0].length), yard.uniform(9.5, 15.0)
        move = Loop(0, start, knots * KNOT, yard.uniform(-200, 200), 0.2, 3600.0, 0.0)
        t = np.linspace(on, off, 4)
        s = Traffic(yard.routes[:1], [move]).at(np.zeros(4, np.int64), t)
        if (tools.chance(yard.scene.stations, s.lat, s.lon) > least).all():
            break
    more["draught"] = min(more.get("draught", 0.0), 14.0)  # the deep ones keep to the deep-water route
    yard.launch(
        352,
        "3F",
        name=f"EX EXTRA {yard.number + 1}",
        kind="through",
        move=move,
        destinations=("CN SHA", "AE FJR"),
        **more,
    )
    return len(yard.fleet) - 1


def _rate(yard: Yard) -> None:
    """A unit that reports at a fifth of the rate that it should."""
    lasts = yard.uniform(40, 60) * 60.0
    on = tools.start(yard, lasts)
    number, place = heard(yard, on, on + lasts)
    tools.wrong(yard, number, on, on + lasts, "pace", yard.uniform(4.0, 8.0))
    tools.fact(yard, "reporting_rate", (yard.fleet[number],), on, on + lasts, place, severity="low", known=on + 900.0)


def _clock(yard: Yard) -> None:
    """A unit that sends positions of some seconds ago: the second in her reports is behind."""
    lasts = yard.uniform(40, 60) * 60.0
    on = tools.start(yard, lasts)
    number, place = heard(yard, on, on + lasts)
    behind = round(yard.uniform(10, 14)) + yard.fleet[number].skew  # all together: a second is believed within 15 s
    tools.wrong(yard, number, on, on + lasts, "skew", -behind)
    tools.fact(yard, "clock_off", (yard.fleet[number],), on, on + lasts, place, severity="low", known=on + 300.0)


def _held(yard: Yard) -> None:
    """A relay keeps a ship's reports back for longer than a quarter of an hour: she seems to be silent, and was not."""
    lasts, later = 1200.0, 1500.0
    on = tools.start(yard, lasts + later + 600.0, 1800.0)
    number, place = heard(yard, on - 600.0, on + lasts)
    yard.staged.held.append(Held(number, on, on + lasts, later))
    tools.fact(
        yard, "late_data", (yard.fleet[number],), on, on + lasts + later, place, severity="low", known=on + later
    )


def _garbled(yard: Yard) -> None:
    """A receiver that misses half of what it hears for a quarter of an hour: nobody reports too rarely."""
    stations = yard.scene.stations
    first = int(yard.rng.integers(len(stations)))
    on = tools.start(yard, 900.0, 4500.0)  # when what is usual of it is known
    # One that fails altogether then, or did just before, hears no half of anything.
    failing = {f.station for f in yard.staged.faults if f.on < on + 900.0 and f.off > on - 1800.0}
    order = [stations[(first + k) % len(stations)] for k in range(len(stations))]
    station = next((s for s in order if s.name not in failing), order[0])
    yard.staged.faults.append(Fault(station.name, on, on + 900.0, "deaf", 0.5))
    # A station that hears half of what it did: that is what is to be told.
    tools.fact(
        yard, "coverage_drop", (), on, on + 900.0, (station.lat, station.lon), note=station.name, known=on + 300.0
    )
    for rule in ("reporting_rate", "dark", "receiver_down"):
        tools.fact(yard, rule, (), on, on + 900.0, (station.lat, station.lon), negative=True, note="garbled slots")


def _jump(yard: Yard) -> None:
    """Positions some miles off for minutes; and one single position that is wrong."""
    on = tools.start(yard, 900.0)
    number, place = heard(yard, on, on + 600.0)
    end = on + yard.uniform(240, 540)
    way, far = yard.uniform(0, 6.28), yard.uniform(0.06, 0.2)
    tools.wrong(yard, number, on, end, "lat", far * float(np.cos(way)))
    tools.wrong(yard, number, on, end, "lon", far * float(np.sin(way)))
    tools.fact(yard, "jump", (yard.fleet[number],), on, end, place, known=on + 60.0)
    number, place = heard(yard, on, on + 600.0)
    tools.wrong(yard, number, on, on + 5.5, "lat", far)
    tools.fact(yard, "jump", (yard.fleet[number],), on, on + 30.0, place, negative=True, note="one wrong position")


def _twin(yard: Yard) -> None:
    """Another hull with the number of a through ship, twenty miles and more away from her."""
    lasts = yard.uniform(60, 100) * 60.0
    on = tools.start(yard, lasts, 600.0)
    number, _ = heard(yard, on, on + lasts)
    traffic, ids = through(yard)
    t = np.linspace(on, on + lasts, 8)
    s = traffic.at(np.full(8, ids.index(number)), t)
    for _ in range(12):
        lat, lon = tools.spot(yard, 2500.0, 20_000.0)
        if float(distance(s.lat, s.lon, lat, lon).min()) > 40_000.0:
            break
    speed = tools.knots(yard, 5, 9)
    helm = Helm(lat, lon, on, speed, tools.bearing(yard, lat, lon, 6000.0), size=110)
    while helm.now < on + lasts:  # to and fro, in turns so wide that nobody wonders
        helm.sail(1500.0)
        for _ in range(9):
            helm.sail(120.0, speed, (helm.heading + 20.0) % 360.0)
    _, twin = tools.merchant(yard, helm, "twin", 110)
    yard.fleet[-1] = replace(twin, mmsi=yard.fleet[number].mmsi, imo=0, on=on, off=on + lasts)
    tools.fact(yard, "two_places", (yard.fleet[-1],), on, on + lasts, (lat, lon), severity="high", known=on + 600.0)


def _near(yard: Yard, on: float, off: float, least: int) -> tuple[list[int], tuple[float, float]]:
    """Numbers of through ships within eight miles of each other, ``least`` or more; and where that is.

    Those of the traffic that are free; where they are too few others are launched beside them.
    """
    first, place = heard(yard, on, off)
    traffic, ids = through(yard)
    s = traffic.at(np.arange(len(ids)), np.full(len(ids), (on + off) / 2))
    k = ids.index(first)
    close = distance(s.lat, s.lon, s.lat[k], s.lon[k]) < 12_000.0
    taken = yard.used | {x.ship for x in yard.staged.silences} | {w.ship for w in yard.staged.wrongs}
    found = [first, *(ids[i] for i in np.flatnonzero(close).tolist() if ids[i] not in taken)][: least + 3]
    move = yard.fleet[first].move
    assert isinstance(move, Loop)
    for n in range(least - len(found)):
        more, _ = crowd.hull(yard)
        more["draught"] = min(more.get("draught", 0.0), 14.0)
        start = (move.start + (n + 1) * 1300.0) % yard.routes[0].length
        own = Loop(0, start, move.speed, (220.0, -220.0, 0.0)[n % 3], 0.1, 3600.0, 0.0)
        yard.launch(538, "V7", name=f"EX EXTRA {yard.number + 1}", kind="through", move=own,
                    destinations=("CN SHA", "AE FJR"), **more)  # fmt: skip
        found.append(len(yard.fleet) - 1)
    yard.used.update(found)
    return found, place


def _astray(yard: Yard, n: int) -> None:
    """Jamming or spoofing of a region: all ships there are moved by one vector, or put onto one place."""
    lasts = yard.uniform(12, 20) * 60.0
    on = tools.start(yard, lasts, 1500.0)
    ships, place = _near(yard, on, on + lasts, 6)
    vector = yard.rng.uniform(0.05, 0.12, 2) * yard.rng.choice([-1, 1], 2)
    for number in ships:
        start = on + yard.uniform(0, 90)
        if n % 2:
            tools.wrong(yard, number, start, on + lasts, "lat_is", place[0] + float(vector[0]))
            tools.wrong(yard, number, start, on + lasts, "lon_is", place[1] + float(vector[1]))
        else:
            tools.wrong(yard, number, start, on + lasts, "lat", float(vector[0]))
            tools.wrong(yard, number, start, on + lasts, "lon", float(vector[1]))
        tools.fact(
            yard, "jump", (yard.fleet[number],), on, on + lasts, place, negative=True, note="interference in the area"
        )
    tools.fact(yard, "interference", (), on, on + lasts, place, severity="high", known=on + 300.0,
               note=f"{len(ships)} ships")  # fmt: skip


def _impossible(yard: Yard, n: int) -> None:
    """A track that no ship makes: perfect circles; or a place from where nothing can be heard. Beside it a compass swing."""
    end = tools.last(yard)
    if n % 2:
        number, place = heard(yard, 0.0, end)
        tools.wrong(yard, number, 0.0, 1e9, "lat", 2.8)
        tools.fact(yard, "impossible_track", (yard.fleet[number],), 0.0, end, (place[0] + 2.8, place[1]), severity="high",
                   known=900.0)  # fmt: skip
    else:
        lat, lon = tools.spot(yard, 3500.0, 20_000.0)
        on, lasts, radius, speed = tools.start(yard, 3600.0), 3300.0, yard.uniform(500, 1500), tools.knots(yard, 8, 14)
        t = np.arange(0.0, lasts, 5.0) * speed / radius
        script = Script(lat, lon, on, radius * np.sin(t), radius * np.cos(t), np.degrees(t + np.pi / 2) % 360)
        _, ship = tools.craft(
            yard, script, kind="circle", ship_type=80, length=180, beam=30, draught=9.0, noise=0.0, crab=0.0
        )
        tools.fact(yard, "impossible_track", (ship,), on, on + lasts, (lat, lon), severity="high", known=on + 1200.0)
    lat, lon = tools.spot(yard, 3500.0, 20_000.0)
    helm = Helm(lat, lon, tools.start(yard, 3000.0), tools.knots(yard, 5, 7), 0.0, size=60)
    for k in range(40):
        helm.sail(60.0, helm.speed + yard.uniform(-0.2, 0.2), (22.0 * k + yard.uniform(-6, 6)) % 360)
    _, ship = tools.merchant(yard, helm, "swings", 60)
    tools.fact(
        yard, "impossible_track", (ship,), helm.begin, helm.now, (lat, lon), negative=True, note="swings her compass"
    )
