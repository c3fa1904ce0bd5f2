"""Patterns of crime that AIS can show: runs by night, loaded boats, sand that is dredged where nobody may.

Robbery is not staged: the boats carry no AIS, and without a radar for small targets nobody sees them (``approach`` stages
boats that do). Sand takes five hours (two cycles) and is staged in scenes that last so long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from selat.exercise.drills import _tools as tools
from selat.exercise.script import Helm
from selat.exercise.traffic import distance, metres_per_degree
from selat.exercise.zones import DREDGING
from selat.model.clock import HOUR
from selat.model.units import KNOT

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard

_LANDING = (800.0, 2000.0)  #: m off the shore: from here on a boat that lands, or has just left, is in shoal water
_SOUTH, _NORTH = (101.75, 1.45, 102.95, 2.00), (102.30, 1.50, 103.40, 2.20)
SAND_HOURS = 5.0


def stage(yard: Yard, count: int) -> None:
    """``count`` of each; runs only where the scene is by night."""
    night = (yard.scene.start + 8 * HOUR) // HOUR % 24 in (19, 20, 21, 22, 23, 0, 1, 2)
    for n in range(count):
        if night:
            _run(yard, "")
        _run(yard, ("patrol", "ferry by night")[n % 2])
        _loaded(yard, "")
        _loaded(yard, "fishing boat on her way home")
        if yard.scene.hours >= SAND_HOURS:
            _sand(yard, False)
            _sand(yard, True)


def _shores(yard: Yard) -> tuple[tuple[float, float], tuple[float, float]]:
    """A place off Sumatra and one off the Peninsula with water between (lat, lon)."""
    best: tuple[float, tuple[float, float], tuple[float, float]] = (-1e9, (0.0, 0.0), (0.0, 0.0))
    for _ in range(40):
        a = tools.spot(yard, *_LANDING, box=_SOUTH, apart=1000.0, keep=False)
        b = tools.spot(yard, *_LANDING, box=_NORTH, apart=1000.0, keep=False)
        f = np.linspace(0.05, 0.95, 40)
        room = float(np.nanmin(tools.coast().distance(a[0] + f * (b[0] - a[0]), a[1] + f * (b[1] - a[1]))))
        far = float(distance(*a, *b))
        if _side(*a) > -0.04 or _side(*b) < 0.04 or far < 25_000.0:
            continue
        value = min(room, 600.0) - max(0.0, far - 75_000.0) / 10.0
        best = max(best, (value, a, b))
        if value >= 600.0:
            break
    return best[1], best[2]


def _side(lat: float, lon: float) -> float:
    """Degrees of latitude north of a line along the middle of the strait."""
    return lat - (2.45 - (lon - 101.5) * 0.641)


def _course(a: tuple[float, float], b: tuple[float, float]) -> float:
    north, east = (float(v) for v in metres_per_degree((a[0] + b[0]) / 2))
    return float(np.degrees(np.arctan2((b[1] - a[1]) * east, (b[0] - a[0]) * north))) % 360.0


def _run(yard: Yard, note: str) -> None:
    """From shore to shore at 27 knots and more, by night, where no ferry goes; or a patrol, or a ferry that says so."""
    a, b = _shores(yard)
    speed, far = tools.knots(yard, 27, 34), float(distance(*a, *b))
    helm = (
        Helm(*a, tools.start(yard, far / speed + 900.0), 8 * KNOT, _course(a, b), size=14)
        .sail(60.0)
        .sail(far / speed - 120.0, speed)
    )
    helm.sail(300.0, 1.0)
    if note:
        _, ship = tools.craft(yard, helm.done(), kind="runner", ship_type=55 if note == "patrol" else 40, length=24, beam=6,
                              draught=1.4)  # fmt: skip
    else:
        _, ship = tools.boat(yard, helm, "runner", 12)
    tools.fact(yard, "smuggling_run", (ship,), helm.begin, helm.now, a, negative=bool(note), note=note,
               known=helm.begin + 0.5 * far / speed)  # fmt: skip


def _offshore(yard: Yard, lat: float, lon: float, run: float) -> float:
    """A course from a place near the shore that leads ``run`` m out to the open strait, over water all the way."""
    courses = yard.rng.permutation(72) * 5.0
    f = np.linspace(0.05, 1.0, 12) * run
    north, east = (float(v) for v in metres_per_degree(lat))
    way = np.radians(courses)[:, None]
    off = tools.coast().distance(lat + f * np.cos(way) / north, lon + f * np.sin(way) / east)
    out = np.where(off.min(axis=1) > 900.0, off[:, -1], -1.0)
    fine = np.flatnonzero(out > 8500.0)
    return float(courses[fine[0] if len(fine) else int(np.argmax(out))])


def _loaded(yard: Yard, note: str) -> None:
    """A small craft, slow and deep, in from the open strait to a shore without a port."""
    _, b = _shores(yard)
    speed, run = tools.knots(yard, 4.2, 5.4), 14_000.0
    course = (_offshore(yard, *b, run) + 180.0) % 360.0
    helm = Helm(*tools.ahead(*b, course + 180.0, run), tools.start(yard, run / speed + 300.0), speed, course, size=14)
    for _ in range(int(run / speed / 600.0)):
        helm.sail(600.0, speed + yard.uniform(-0.3, 0.3), course + yard.uniform(-7, 7))
    helm.sail(400.0, 0.8)
    _, ship = tools.boat(yard, helm, "loaded", 14, 30 if note else 0)
    tools.fact(yard, "overloaded_boat", (ship,), helm.begin, helm.now, b, severity="high", negative=bool(note), note=note,
               known=helm.now - 1800.0)  # fmt: skip


def _sand(yard: Yard, licensed: bool) -> None:
    """A hopper dredger: loops for an hour, runs to where she discharges, comes back; twice. Her draught tells."""
    west, south, east, north = DREDGING
    lat, lon = ((south + north) / 2, (west + east) / 2) if licensed else tools.spot(yard, 4000.0, 20_000.0)
    begin = yard.uniform(60.0, 900.0)
    run = tools.bearing(yard, lat, lon, 8000.0)
    helm = Helm(lat, lon, begin, 2 * KNOT, yard.uniform(0, 360), size=90)
    number, marks = len(yard.fleet), []
    for _ in range(2):
        for k in range(15):
            helm.sail(250.0, tools.knots(yard, 1.6, 2.6), 360.0 * k / 6.0)
        marks.append((helm.now, 6.4))
        there = tools.ahead(0.0, 0.0, run, 7000.0)
        helm.to(there[1] * 111_320.0, there[0] * 110_574.0, 8 * KNOT, near=150.0).hold(1500.0)
        marks.append((helm.now, 4.1))
        helm.to(0.0, 0.0, 8 * KNOT, near=200.0)
    _, ship = tools.craft(yard, helm.done(), kind="dredger", ship_type=33, length=90, beam=18, draught=4.0, status=3)
    for (on, value), off in zip(marks, [m[0] for m in marks[1:]] + [1e9], strict=True):
        tools.wrong(yard, number, on, off, "draught", value)
    tools.fact(yard, "sand_dredging", (ship,), begin, helm.now, (lat, lon), severity="high", negative=licensed,
               note="dredges where it is licensed" if licensed else "", known=marks[2][0])  # fmt: skip
