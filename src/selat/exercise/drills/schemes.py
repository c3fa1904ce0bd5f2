"""Routeing: crossing too flat, along the separation zone, at anchor in a lane, inshore, too fast, deep beside the deep water."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from selat.exercise.drills import _tools as tools
from selat.exercise.drills.lanes import leave, path, sail_path
from selat.exercise.script import Helm, Script
from selat.exercise.ship import Ship
from selat.exercise.traffic import Loop, metres_per_degree
from selat.exercise.zones import FORBIDDEN, REPORT_LINES, half_widths, through
from selat.model.units import KNOT
from selat.model.watchlist import imo_valid

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard

_SAID = 780.0  #: s in which a ship has said her length twice (every 6 minutes)
_ELSEWHERE = ("lat", "lon", "lat_is", "lon_is", "fix", "mmsi", "length")


def stage(yard: Yard, count: int) -> None:
    """``count`` of each."""
    for n in range(count):
        _crossing(yard, yard.uniform(24, 40), 0.0, False, "")
        _crossing(yard, yard.uniform(80, 100), 0.0, True, "crosses at right angles")
        _crossing(yard, 52.0, 34.0, True, "headed square, set by the current")
        _joins(yard)
        _along_zone(yard)
        _like_along_zone(yard, n)
        _anchors(yard)
        _like_anchored(yard, n)
        _inshore(yard, yard.uniform(70, 180), 70, "")
        _inshore(yard, (14.0, 26.0)[n % 2], (37, 30)[n % 2], ("yacht", "fishing vessel")[n % 2])
        _hurry(yard, yard.uniform(22.0, 25.0), "")
        _hurry(yard, 18.8, "just below the limit")
        _deep(yard, 16.5, -250.0, "")
        _deep(yard, (16.5, 14.4)[n % 2], (330.0, -250.0)[n % 2], ("in the deep-water route", "not deep")[n % 2])
        _enters(yard, n, 0.0, "")
        _enters(yard, n, 260.0, "passes outside")


def _crossing(yard: Yard, angle: float, crab: float, negative: bool, note: str) -> None:
    """Over one lane, at an angle of the way over ground to its run; ``crab``: degrees by which the head lies squarer."""
    begin, speed = tools.start(yard, 2400.0), tools.knots(yard, 9, 12)
    points, k = path(yard, 60.0, speed, None, west=102.5, east=103.3)
    run, half = float(through().course[k]), float(half_widths(through())[k])
    side = 1.0 if yard.rng.random() < 0.5 else -1.0
    course = (run + side * angle) % 360.0
    before = (half + 900.0) / float(np.sin(np.radians(angle)))
    lat, lon = tools.ahead(*points[0], course + 180.0, before)
    helm = Helm(lat, lon, begin, speed, course, size=120, crab=side * crab).sail(2.0 * before / speed)
    _, ship = tools.merchant(yard, helm, "crosser", 120, crab=0.0)
    tools.fact(yard, "lane_crossing", (ship,), begin, helm.now, points[0], negative=negative, note=note,
               known=begin + (before + half / float(np.sin(np.radians(angle)))) / speed)  # fmt: skip


def _joins(yard: Yard) -> None:
    """Joins a lane from its side at a small angle, and stays in it: as rule 10(b)(iii) asks."""
    begin, speed = tools.start(yard, 3000.0), tools.knots(yard, 9, 12)
    points, k = path(yard, 1100.0, speed, None, middle=250.0, back=False, west=102.5, east=103.2)
    course = (float(through().course[k]) - 18.0) % 360.0
    before = [tools.ahead(*points[0], course + 180.0, d) for d in np.arange(3500.0, 50.0, -100.0).tolist()]
    helm = sail_path(before + points, begin, speed, 120.0)
    end = helm.now
    leave(helm)
    _, ship = tools.merchant(yard, helm, "joiner", 120)
    tools.fact(yard, "lane_crossing", (ship,), begin, end, points[0], negative=True, note="joins the lane")


def _along_zone(yard: Yard) -> None:
    begin, speed, lasts = tools.start(yard, 2400.0), tools.knots(yard, 7, 11), yard.uniform(14, 24) * 60.0
    points, _ = path(yard, lasts, speed, -yard.uniform(110, 220), back=False, west=102.5, east=103.3,
                     bound="east")  # fmt: skip
    helm = sail_path(points, begin, speed, 90.0)
    end = helm.now
    leave(helm)
    _, ship = tools.merchant(yard, helm, "between", 90)
    tools.fact(yard, "separation_zone", (ship,), begin, end, points[0], known=begin + 420.0)


def _like_along_zone(yard: Yard, n: int) -> None:
    """A fishing vessel in the zone, which rule 10(e) allows; a ship straight across it."""
    begin = tools.start(yard, 2700.0)
    points, k = path(yard, 1500.0, 3 * KNOT, -150.0, back=False, west=102.5, east=103.3, bound="east")
    if n % 2:
        helm = sail_path(points, begin, 3 * KNOT, 24.0)
        end = helm.now
        leave(helm)
        _, ship = tools.craft(yard, helm.done(), kind="fisher", ship_type=30, length=24, beam=6, draught=2.5, status=7)
    else:
        course = (float(through().course[k]) + 90.0) % 360.0
        helm = Helm(*tools.ahead(*points[0], course + 180.0, 2500.0), begin, 10 * KNOT, course, size=90).sail(1000.0)
        end = helm.now
        _, ship = tools.merchant(yard, helm, "crosser", 90)
    tools.fact(yard, "separation_zone", (ship,), begin, end, points[0], negative=True,
               note=("crosses the zone", "fishes in the zone")[n % 2])  # fmt: skip


def _anchors(yard: Yard) -> None:
    """Anchors where nobody may."""
    begin, speed, stay = tools.start(yard, 4800.0), tools.knots(yard, 8, 11), yard.uniform(30, 50) * 60.0
    points, _ = path(yard, 700.0, speed, None, middle=yard.uniform(-150, 250), back=False)
    helm = sail_path(points, begin, speed, 110.0).sail(500.0, 0.3).hold(stay, swing=12.0)
    on, place = helm.now - stay, tools.off(helm.lat, helm.lon, *helm.place)
    number, ship = tools.merchant(yard, helm, "anchors", 110)
    tools.wrong(yard, number, on + 120.0, 1e9, "status", 1)
    tools.fact(
        yard, "anchored_in_lane", (ship,), on, yard.scene.hours * 3600.0, place, severity="high", known=on + 600.0
    )


def _like_anchored(yard: Yard, n: int) -> None:
    """A breakdown that says so and drifts; a ship at anchor well outside the lane."""
    begin, speed, stay = tools.start(yard, 4200.0), tools.knots(yard, 8, 11), 1800.0
    points, _ = path(yard, 700.0, speed, (None, 700.0)[n % 2], back=False, west=102.76, east=103.3)
    helm = sail_path(points, begin, speed, 110.0).sail(500.0, 0.3)
    on = helm.now
    helm.hold(stay, swing=12.0) if n % 2 else helm.drift(stay, 0.5, yard.uniform(0, 360), yard.uniform(0, 360))
    end = helm.now
    if n % 2 == 0:
        leave(helm)
    number, ship = tools.merchant(yard, helm, "beside", 110)
    tools.wrong(yard, number, on, end if n % 2 == 0 else 1e9, "status", (2, 1)[n % 2])
    tools.fact(yard, "anchored_in_lane", (ship,), on, end, points[-1], negative=True,
               note=("not under command, drifts", "anchored outside the lane")[n % 2])  # fmt: skip
    if n % 2 == 0:  # she is what she says
        tools.fact(yard, "not_under_command", (ship,), on, end, points[-1], severity="high", known=on + 30.0)


def _inshore(yard: Yard, size: float, kind: int, note: str) -> None:
    """On passage through the inshore zone."""
    begin = tools.start(yard, 4200.0)
    speed = tools.knots(yard, 10, 12.5)
    points, _ = path(yard, 3000.0, speed, yard.uniform(500, 1300), back=False, west=102.40, east=102.72, bound="east")
    helm = sail_path(points, begin, speed, size)
    small = size < 30
    _, ship = tools.craft(yard, helm.done(), kind="inshore", cls="B" if small else "A", ship_type=kind, length=round(size),
                          beam=max(4, round(size) // 7), draught=0.0 if small else 6.0)  # fmt: skip
    tools.fact(yard, "inshore_zone", (ship,), begin, helm.now, points[0], severity="low", negative=bool(note), note=note,
               known=begin + 1500.0)  # fmt: skip


def _hurry(yard: Yard, knots: float, note: str) -> None:
    """Through a precautionary area where others cross, faster than its limit of 20 knots, or nearly so fast."""
    begin, speed = tools.start(yard, 2400.0), knots * KNOT
    points, _ = path(
        yard, 1500.0, speed, None, middle=-450.0, back=False, west=102.87, east=102.93, bound="east", free=True
    )
    helm = sail_path(points, begin, speed, 210.0)
    end = helm.now
    leave(helm)
    _crossers(yard, points, begin, speed)
    _, ship = tools.merchant(yard, helm, "hurries", 210, 71, draught=9.0)
    tools.fact(yard, "precautionary_speed", (ship,), begin, end, points[0], severity="low", negative=bool(note), note=note,
               known=begin + 900.0)  # fmt: skip


def _crossers(yard: Yard, points: list[tuple[float, float]], begin: float, speed: float) -> None:
    """Three coasters that cross the way of a ship about a mile ahead of her, one after another."""
    for k, share in enumerate((0.45, 0.55, 0.65)):
        n = int(share * len(points))
        at, own = begin + n * 100.0 / speed + 240.0, tools.knots(yard, 8, 10)
        (y0, x0), (y1, x1) = points[n - 1], points[n + 1]
        north, east = metres_per_degree(y0)
        run = float(np.degrees(np.arctan2((x1 - x0) * float(east), (y1 - y0) * float(north))))
        course = run + (90.0 if k % 2 else -90.0)
        helm = Helm(*tools.ahead(*points[n], course + 180.0, own * 900.0), at - 900.0, own, course % 360, size=80)
        tools.merchant(yard, helm.sail(1800.0), "crosses", 80, 79)


def _deep(yard: Yard, draught: float, middle: float, note: str) -> None:
    """Eastbound past the deep-water route, in it or beside it."""
    begin, speed = tools.start(yard, 5400.0), tools.knots(yard, 9.5, 11)
    points, _ = path(
        yard, 4200.0, speed, None, middle=middle, back=False, west=103.60, east=103.66, bound="east", free=True
    )
    helm = sail_path(points, begin, speed, 260.0)
    end = helm.now
    leave(helm)
    _, ship = tools.merchant(yard, helm, "deep", 260, 80, draught=draught)
    tools.fact(
        yard, "deep_draught", (ship,), begin, end, points[0], negative=bool(note), note=note, known=begin + 400.0
    )


def _enters(yard: Yard, n: int, outside: float, note: str) -> None:
    """Through a closed box, or along its edge outside."""
    west, south, east, north = FORBIDDEN[n % len(FORBIDDEN)]
    begin, speed = tools.start(yard, 3000.0), tools.knots(yard, 8, 11)
    lat = (south + north) / 2 if not note else north
    lon, y = (west + east) / 2, outside if note else yard.uniform(-500, 500)
    helm = Helm(*tools.off(lat, lon, -6000.0, y), begin, speed, 90.0, size=70).sail(12_000.0 / speed)
    _, ship = tools.merchant(yard, helm, "enters", 70)
    inside = begin + 3600.0 / speed
    tools.fact(yard, "zone", (ship,), inside, inside + 5000.0 / speed, (lat, lon), negative=bool(note), note=note,
               known=inside + 60.0)  # fmt: skip


def _shows(ship: Ship) -> bool:
    """Whether what a ship of 50 m sends of herself shows that she has to report: her length, an IMO number of a type of ship
    that must have one, passengers, or dangerous goods.
    """
    tens, cargo = divmod(ship.ship_type, 10)
    telling = 6 <= tens <= 9 and (imo_valid(ship.imo) or tens == 6 or 1 <= cargo <= 4)
    return "size" not in ship.lacks or telling


def finish(yard: Yard) -> None:
    """Who crosses a reporting line, of all who have to report: ships of 50 m and more, and tows.

    Only where somebody could tell: who never sends her length nor an IMO number is not known to be bound, and nobody is before
    her static data were heard; not while she is silent, held back or said to be elsewhere, nor while no receiver works; and who
    comes back over the line within the hour has reported.
    """
    moved = [(i, s) for i, s in enumerate(yard.fleet) if isinstance(s.move, Loop | Script) and s.cls == "A"]
    bound = [(i, s) for i, s in moved if s.status == 11 or (s.length >= 50 and _shows(s))]
    if not bound:
        return
    traffic = yard.traffic()
    hidden = [(q.ship, q.on - 60.0, q.off + 300.0) for q in yard.staged.silences]
    hidden += [(h.ship, h.on - 60.0, h.off + h.seconds) for h in yard.staged.held]
    hidden += [(w.ship, w.on - 60.0, w.off + 300.0) for w in yard.staged.wrongs if w.name in _ELSEWHERE]
    deaf = [(f.on - 60.0, f.off + 300.0) for f in yard.staged.faults if f.kind == "dead" and not f.station]
    t = np.arange(0.0, yard.scene.hours * 3600.0, 30.0)
    for number, ship in bound:
        mute = [*deaf, *((on, off) for i, on, off in hidden if i == number)]
        s = traffic.at(np.full(len(t), number), t)
        for (x1, y1), (x2, y2) in REPORT_LINES:
            share = (s.lat - y1) / (y2 - y1)
            side = (x2 - x1) * (s.lat - y1) - (y2 - y1) * (s.lon - x1)
            hit = (np.sign(side[1:]) != np.sign(side[:-1])) & (share[1:] > 0) & (share[1:] < 1)
            sending = (t[1:] > ship.on + _SAID) & (t[1:] < ship.off - 60.0)
            for on, off in mute:
                sending &= (t[1:] < on) | (t[:-1] > off)
            told = -np.inf
            for j in np.flatnonzero(hit & sending).tolist():
                place = float(s.lat[j]), float(s.lon[j])
                if float(tools.chance(yard.scene.stations, *place)) > 0.5 and t[j] > told + 3600.0:
                    told = float(t[j])
                    tools.fact(yard, "straitrep", (ship,), float(t[j]), float(t[j + 1]) + 300.0, place, severity="low")
