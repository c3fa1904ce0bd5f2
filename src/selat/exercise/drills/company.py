"""Ships in company: one of two that meet is dark; tows; those who follow, come up from astern, or close in from all sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from selat.exercise.drills import _tools as tools
from selat.exercise.drills.meetings import alongside
from selat.exercise.script import Helm, Script
from selat.exercise.staged import Silence
from selat.exercise.traffic import metres_per_degree
from selat.model.units import KNOT

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard


def stage(yard: Yard, count: int) -> None:
    """``count`` of each."""
    for n in range(count):
        _dark_rendezvous(yard)
        _stops_alone(yard)
        _tow(yard)
        _escort(yard)
        _follow(yard)
        _like_follow(yard, n)
        _approach(yard)
        _like_approach(yard, n)
        _swarm(yard, 5 + n % 3)
        _fleet(yard)


def _dark_rendezvous(yard: Yard) -> None:
    """Two lie alongside; the one that came has switched off half an hour before, and is off until she has left."""
    stay = yard.uniform(35, 70) * 60.0
    (one, two), (on, end), place = alongside(yard, (70, 79), (90, 60), stay, 25.0)
    yard.staged.silences.append(Silence(two, on - 700.0, end + 1500.0))
    a, b = yard.fleet[one], yard.fleet[two]
    tools.fact(yard, "dark_rendezvous", (a,), on, end, place, severity="high", known=on + 1500.0)
    tools.fact(yard, "dark", (b,), on - 700.0, end + 1500.0, place, severity="high", known=on + 200.0)


def _stops_alone(yard: Yard) -> None:
    """A ship that stops by herself for a while."""
    lat, lon = tools.spot(yard, 1500.0, 9500.0)
    helm = Helm(lat, lon, tools.start(yard, 5400.0), 8 * KNOT, tools.bearing(yard, lat, lon, 6000.0), size=90)
    helm.sail(900.0).sail(300.0, 0.3).drift(2700.0, 0.3, yard.uniform(0, 360), helm.heading).sail(900.0, 8 * KNOT)
    _, ship = tools.merchant(yard, helm, "alone", 90)
    for rule in ("dark_rendezvous", "rendezvous"):
        tools.fact(yard, rule, (ship,), helm.begin, helm.now, (lat, lon), negative=True, note="stops alone")


def delayed(script: Script, seconds: float) -> Script:
    """The same way, later."""
    return Script(script.lat, script.lon, script.begin + seconds, script.east, script.north, script.heading)


def parted(script: Script, cut: int, turn: float) -> Script:
    """The same way up to a step, and then another one, at an angle to it."""
    cut = min(cut, len(script.east)) - 1
    speed = float(np.hypot(script.east[cut] - script.east[cut - 1], script.north[cut] - script.north[cut - 1])) / 5.0
    tail = Helm(0.0, 0.0, 0.0, speed, float(script.heading[cut]), size=60)
    tail.sail(1500.0, speed, float(script.heading[cut] + turn) % 360)
    return Script(script.lat, script.lon, script.begin, np.r_[script.east[:cut], script.east[cut] + np.array(tail._x[1:])],
                  np.r_[script.north[:cut], script.north[cut] + np.array(tail._y[1:])],
                  np.r_[script.heading[:cut], tail._h[1:]])  # fmt: skip


def _winding(yard: Yard, lasts: float, low: float, high: float, turns: tuple[float, ...], size: int = 80) -> Helm:
    """A way with turns, off the lanes."""
    lat, lon = tools.spot(yard, 3000.0, 25_000.0)
    speed = tools.knots(yard, low, high)
    course = tools.bearing(yard, lat, lon, speed * lasts * 0.8)
    helm = Helm(lat, lon, tools.start(yard, lasts + 900.0), speed, course, size=size)
    for turn in turns:
        helm.sail(lasts / len(turns), speed, (course + turn) % 360.0)
    return helm


def _tow(yard: Yard) -> None:
    """A tug and her barge on a wire; every other one says that she tows."""
    helm = _winding(yard, 4200.0, 3.5, 5.5, (0.0, 25.0), 32)
    one, wire = helm.done(), yard.uniform(120, 220)
    speed = float(np.hypot(np.diff(one.east), np.diff(one.north)).mean()) / 5.0
    barge = delayed(one, wire / max(speed, 0.5))
    _, tug = tools.craft(yard, one, kind="tower", ship_type=52, length=32, beam=10, draught=4.0,
                         status=11 if yard.rng.random() < 0.5 else 0)  # fmt: skip
    _, towed = tools.craft(yard, barge, kind="towed", ship_type=0, length=76, beam=22, draught=3.0, cls="A")
    tools.fact(
        yard,
        "tow",
        (tug, towed),
        barge.begin,
        helm.now,
        (helm.lat, helm.lon),
        severity="low",
        known=barge.begin + 420.0,
    )
    for rule in ("rendezvous", "follow"):
        tools.fact(
            yard,
            rule,
            (tug, towed),
            barge.begin,
            yard.scene.hours * 3600.0,
            (helm.lat, helm.lon),
            negative=True,
            note="tow",
        )


def _escort(yard: Yard) -> None:
    """A tug close by a large ship that goes under her own power."""
    helm = _winding(yard, 3000.0, 5.5, 7.5, (0.0, 20.0), 260)
    one = helm.done()
    tug = Helm(one.lat, one.lon, one.begin, 6 * KNOT, float(one.heading[0]), size=32).follow(one, 20.0, -220.0, 2900.0)
    _, a = tools.merchant(yard, helm, "escorted", 260, 71)
    _, b = tools.craft(yard, tug.done(), kind="escort", ship_type=52, length=32, beam=11, draught=4.5)
    tools.fact(yard, "tow", (a, b), one.begin, helm.now, (one.lat, one.lon), negative=True, note="escort tug")


def _follow(yard: Yard) -> None:
    """A small craft that says little takes a ship's way, turns and all, half a mile behind her."""
    helm = _winding(yard, 3600.0, 8.0, 10.5, (0.0, 50.0, 5.0), 110)
    one = helm.done()
    behind = yard.uniform(650, 1300) / helm.speed
    _, a = tools.merchant(yard, helm, "followed", 110)
    _, b = tools.craft(
        yard,
        parted(delayed(one, behind), len(one.east), 75.0),
        kind="follower",
        cls="B",
        ship_type=0,
        length=15,
        beam=4,
    )
    on = one.begin + behind
    tools.fact(yard, "follow", (a, b), on, helm.now, (one.lat, one.lon), known=on + 1800.0)


def _like_follow(yard: Yard, n: int) -> None:
    """Fishing boats on the way home; a patrol behind a ship for some minutes; two that go the same way for a while."""
    what = ("fishing boats in line", "patrol for some minutes", "parts after ten minutes")[n % 3]
    helm = _winding(yard, 3000.0, 6.0, 8.0, (0.0, 30.0), 40)
    one = helm.done()
    types = ((30, 30), (70, 55), (70, 70))[n % 3]
    size = (16, 90, 90)[n % 3]
    other = delayed(one, yard.uniform(200, 320))
    if n % 3:
        other = parted(other, round(800.0 / 5.0), 70.0)
    who = tuple(
        tools.craft(yard, s, kind="inline", cls="A" if n % 3 else "B", ship_type=t, length=size, beam=max(4, size // 6),
                    draught=3.0)[1]
        for s, t in zip((one, other), types, strict=True)
    )  # fmt: skip
    tools.fact(yard, "follow", who, other.begin, helm.now, (one.lat, one.lon), negative=True, note=what)


def _prey(yard: Yard) -> tuple[Helm, Script, float]:
    """A ship that goes straight on for fifty minutes, and the moment at which somebody is with her."""
    helm = _winding(yard, 3000.0, 8.0, 11.0, (0.0,), 180)
    return helm, helm.done(), helm.begin + yard.uniform(1300, 1800)


def closes(yard: Yard, one: Script, at: float, from_: float, run: float, gap: tuple[float, float], stay: float) -> Helm:
    """A boat that comes from a bearing relative to her stern, is at ``gap`` (m abeam, ahead) at ``at`` s, and stays."""
    k = int((at - one.begin) / 5.0)
    speed = tools.knots(yard, 17, 22)
    course = float(one.heading[k])
    north, east = (float(v) for v in metres_per_degree(one.lat))
    way = np.radians(course)
    x = float(one.east[k] + gap[0] * np.cos(way) + gap[1] * np.sin(way))
    y = float(one.north[k] - gap[0] * np.sin(way) + gap[1] * np.cos(way))
    away = np.radians(course + 180.0 + from_)
    x0, y0 = x + run * float(np.sin(away)), y + run * float(np.cos(away))
    helm = Helm(
        one.lat + y0 / north,
        one.lon + x0 / east,
        at - run / speed,
        speed,
        float(np.degrees(away) + 180.0) % 360,
        size=10,
    )
    return helm.to(x - x0, y - y0, speed, near=25.0, most=run / speed + 30.0).follow(one, *gap, stay)


def _approach(yard: Yard) -> None:
    """From the quarter, faster than she, and then with her for minutes."""
    helm, one, at = _prey(yard)
    boat = closes(yard, one, at, yard.uniform(-40, 40), 3500.0, (yard.uniform(18, 60), -yard.uniform(60, 110)), 600.0)
    boat.sail(600.0, 18 * KNOT, yard.uniform(0, 360))
    _, a = tools.merchant(yard, helm, "prey", 180)
    _, b = tools.boat(yard, boat, "skiff", 9)
    tools.fact(yard, "approach", (a, b), at - 120.0, at + 600.0, (one.lat, one.lon), severity="high", known=at + 130.0)


def _like_approach(yard: Yard, n: int) -> None:
    """An agent's launch that says so; a boat that overtakes and goes on."""
    helm, one, at = _prey(yard)
    if n % 2:
        boat = closes(yard, one, at, 20.0, 3500.0, (25.0, -40.0), 420.0).sail(600.0, 16 * KNOT, yard.uniform(0, 360))
        _, b = tools.craft(yard, boat.done(), kind="launch", ship_type=53, length=16, beam=5, draught=1.2)
    else:
        boat = closes(yard, one, at, 0.0, 3000.0, (320.0, 0.0), 10.0).sail(900.0, 18 * KNOT, float(one.heading[0]))
        _, b = tools.boat(yard, boat, "fast", 11, 37)
    _, a = tools.merchant(yard, helm, "visited", 180)
    tools.fact(yard, "approach", (a, b), at - 300.0, boat.now, (one.lat, one.lon), negative=True,
               note=("overtakes and goes on", "agent's launch")[n % 2])  # fmt: skip


def _swarm(yard: Yard, boats: int) -> None:
    """Boats from all sides make for a slow ship."""
    helm = _winding(yard, 3000.0, 5.0, 7.0, (0.0,), 150)
    one, at = helm.done(), helm.begin + 1500.0
    _, ship = tools.merchant(yard, helm, "beset", 150)
    who = [ship]
    for k in range(boats):
        side = 360.0 * k / boats + yard.uniform(-15, 15)
        gap = 120.0 * float(np.sin(np.radians(side))), 120.0 * float(np.cos(np.radians(side)))
        boat = closes(yard, one, at + yard.uniform(0, 60), side, 2600.0, gap, 420.0)
        boat.sail(500.0, 16 * KNOT, side)
        who.append(tools.boat(yard, boat, "boat", 8 + k % 4)[1])
    tools.fact(yard, "swarm", tuple(who), at - 200.0, at + 420.0, (one.lat, one.lon), severity="high", known=at - 30.0)


def _fleet(yard: Yard) -> None:
    """A ship goes through a fleet that fishes."""
    helm, one, at = _prey(yard)
    k = int((at - one.begin) / 5.0)
    lat, lon = tools.off(one.lat, one.lon, float(one.east[k]), float(one.north[k]))
    _, ship = tools.merchant(yard, helm, "amidst", 180)
    for _ in range(7):
        dx, dy = yard.rng.uniform(-1300, 1300, 2)
        boat = Helm(*tools.off(lat, lon, float(dx), float(dy)), at - 1200.0, 2.5 * KNOT, yard.uniform(0, 360), size=14)
        for _ in range(5):
            boat.sail(480.0, tools.knots(yard, 1.8, 3.2), boat.heading + yard.uniform(-80, 80))
        tools.boat(yard, boat, "netter", 14, 30)
    tools.fact(
        yard, "swarm", (ship,), at - 900.0, at + 900.0, (lat, lon), negative=True, note="through a fishing fleet"
    )
