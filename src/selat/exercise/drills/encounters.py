"""Courses that end in a collision or on a shoal if nobody turns; and passings that are wide enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from selat.exercise.drills import _tools as tools
from selat.exercise.script import Helm
from selat.exercise.zones import SHOALS
from selat.model.units import KNOT, NAUTICAL_MILE

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard


def stage(yard: Yard, count: int) -> None:
    """``count`` of each."""
    for n in range(count):
        _pair(yard, yard.uniform(60, 180), yard.uniform(-60, 60), "")
        _pair(yard, yard.uniform(60, 180), yard.uniform(0.7, 0.9) * NAUTICAL_MILE, "passes at 0.7 miles and more")
        _overtakes(yard)
        _shoal(yard, n, 0.0, 9.5, "")
        _shoal(yard, n, (0.0, 900.0)[n % 2], (1.8, 9.5)[n % 2], ("draws 1.8 m", "passes the shoal")[n % 2])


def _pair(yard: Yard, angle: float, miss: float, note: str) -> None:
    """Two ships that meet at a place; on a collision course both turn to starboard late."""
    lat, lon = tools.spot(yard, 5000.0, 25_000.0)
    at, course = tools.start(yard, 1500.0, 1900.0), yard.uniform(0, 360)
    who = []
    for k, way in enumerate((course, course + angle)):
        speed, size = tools.knots(yard, 9, 14), round(yard.uniform(90, 220))
        side = np.radians(way + 90.0)
        where = tools.off(lat, lon, k * miss * float(np.sin(side)), k * miss * float(np.cos(side)))
        helm = Helm(*tools.ahead(*where, way + 180.0, speed * 1500.0), at - 1500.0, speed, way % 360.0, size=size)
        if note:
            helm.sail(2400.0)
        else:
            helm.sail(1500.0 - 150.0).sail(260.0, speed, (way + 55.0) % 360.0).sail(600.0, speed, way % 360.0)
        who.append(tools.merchant(yard, helm, "meets", size, crab=0.0)[1])
    tools.fact(yard, "collision", tuple(who), at - 1200.0, at - 100.0, (lat, lon), severity="high", negative=bool(note),
               note=note, known=at - 720.0)  # fmt: skip


def _overtakes(yard: Yard) -> None:
    """One overtakes another on the same course, a third of a mile off."""
    lat, lon = tools.spot(yard, 5000.0, 25_000.0)
    at, course = tools.start(yard, 2400.0, 2200.0), yard.uniform(0, 360)
    who = []
    for k, knots in enumerate((9.0, 13.5)):
        where = tools.off(
            lat, lon, k * 620.0 * float(np.cos(np.radians(course))), -k * 620.0 * float(np.sin(np.radians(course)))
        )
        helm = Helm(
            *tools.ahead(*where, course + 180.0, knots * KNOT * 1500.0), at - 1500.0, knots * KNOT, course, size=150
        )
        who.append(tools.merchant(yard, helm.sail(3000.0), "passes", 150, crab=0.0)[1])
    tools.fact(
        yard, "collision", tuple(who), at - 1200.0, at + 900.0, (lat, lon), negative=True, note="overtakes 620 m off"
    )


def _shoal(yard: Yard, n: int, beside: float, draught: float, note: str) -> None:
    """Heads for a shoal of 6 m and turns away late; or does not draw so much, or passes it."""
    west, south, east, north = SHOALS[n % len(SHOALS)]
    begin, speed = tools.start(yard, 3000.0), tools.knots(yard, 8, 11)
    lat, lon = ((south + north) / 2, (west + east) / 2) if not beside else (north, (west + east) / 2)
    from_west = n % 2 == 0
    x = (-1 if from_west else 1) * 9000.0
    helm = Helm(
        *tools.off(lat, lon, x, beside), begin, speed, 90.0 if from_west else 270.0, size=130 if draught > 3 else 20
    )
    if note:
        helm.sail(15_000.0 / speed)
    else:
        edge = 9000.0 - 0.02 * 111_000.0
        helm.sail((edge - 900.0) / speed).sail(1500.0, speed, (helm.heading + 120.0) % 360.0)
    ship = tools.craft(yard, helm.done(), kind="shoal", ship_type=70, length=130 if draught > 3 else 20,
                       beam=20 if draught > 3 else 5, draught=draught)[1]  # fmt: skip
    tools.fact(yard, "grounding", (ship,), begin, helm.now, (lat, lon), severity="high", negative=bool(note), note=note,
               known=begin + 300.0)  # fmt: skip
