"""Traffic lanes: ships against the flow, and ships that only look so. The lanes are the exercise's own, along its through route."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from selat.exercise.drills import _tools as tools
from selat.exercise.script import STEP, Helm
from selat.exercise.traffic import metres_per_degree
from selat.exercise.zones import FIRST, LAST, half_widths, through
from selat.model.units import KNOT

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard

#: deg E: where the two lanes lie so close that a wrong one is soon the right one of the other
_NARROW = (103.68, 103.80)


def stage(yard: Yard, count: int) -> None:
    """``count`` ships against the flow, and as many of each look-alike."""
    for _ in range(count):
        _against(yard, None, 11.0, yard.uniform(14, 22) * 60.0, False, "")
        _against(yard, yard.uniform(180, 320), 10.0, 1200.0, True, "inshore of the lane's edge")
        _against(yard, None, 2.2, 1200.0, True, "makes hardly any way")
        _across(yard)
        _incursion(yard)


def path(
    yard: Yard,
    seconds: float,
    speed: float,
    beyond: float | None,
    *,
    middle: float = 0.0,
    back: bool = True,
    west: float = FIRST + 0.1,
    east: float = LAST - 0.1,
    bound: str = "",
    free: bool = False,
) -> tuple[list[tuple[float, float]], int]:
    """Points (lat, lon) along the route, long enough for so many seconds; and the index of the first.

    ``back``: against the flow. ``beyond``: m outside the lane's right edge, below 0: outside its left edge; None:
    ``middle`` m to the right of its middle. ``bound``: only the part that is sailed "east" or "west". ``free``: she may go
    on east or west of the bounds.
    """
    route, half = through(), half_widths(through())
    need = round(seconds * speed / 25.0) + 80
    index = np.arange(len(route.lon))
    fits = (route.lon > west) & (route.lon < east)
    if not free:
        fits &= ~((route.lon > _NARROW[0]) & (route.lon < _NARROW[1]))
    if bound:
        fits &= (index < np.argmax(route.lon)) == (bound == "east")
    found = index[fits]
    other = found - need if back else found + need
    ends = np.isin(other, index if free else found) & (other >= 0)
    found = (
        found[ends]
        if ends.any()
        else found[: max(1, len(found) // 4)]
        if not back
        else found[-max(1, len(found) // 4) :]
    )
    k = int(yard.rng.choice(found))
    index = np.arange(k, k - need, -4) if back else np.arange(k, k + need, 4)
    north, east_m = metres_per_degree(route.lat[index])
    way = np.radians(route.course[index] + 90.0)
    if beyond is None:
        side = np.full(len(index), middle)
    else:
        side = half[index] + beyond if beyond >= 0 else beyond - half[index]
    lat, lon = route.lat[index] + side * np.cos(way) / north, route.lon[index] + side * np.sin(way) / east_m
    return list(zip(lat.tolist(), lon.tolist(), strict=True)), k


def sail_path(points: list[tuple[float, float]], begin: float, speed: float, size: float) -> Helm:
    """A helm that has sailed along points (lat, lon) at a steady speed, and can be sailed on from their end."""
    lat, lon = points[0]
    north, east = (float(v) for v in metres_per_degree(lat))
    x = (np.array([p[1] for p in points]) - lon) * east
    y = (np.array([p[0] for p in points]) - lat) * north
    along = np.r_[0.0, np.cumsum(np.hypot(np.diff(x), np.diff(y)))]
    at = np.arange(0.0, float(along[-1]), speed * STEP)
    course = np.unwrap(np.arctan2(np.gradient(x, along), np.gradient(y, along)))
    heading = np.degrees(np.interp(at, along, course)) % 360.0
    helm = Helm(lat, lon, begin, speed, float(heading[-1]), size=size)
    helm._x, helm._y, helm._h = np.interp(at, along, x).tolist(), np.interp(at, along, y).tolist(), heading.tolist()
    return helm


def leave(helm: Helm, turn: float = 38.0) -> None:
    """Out of the lane by its side, at a small angle as ships leave it: at its end nobody stays in it."""
    speed = max(helm.speed, 6.0 * KNOT)
    helm.sail(3300.0 / speed, speed, (helm.heading + turn) % 360.0)


def _against(yard: Yard, beyond: float | None, knots: float, seconds: float, negative: bool, note: str) -> None:
    """A ship along the route against its direction, in the middle of the lane or ``beyond`` m outside its edge."""
    begin = tools.start(yard, seconds + 900.0)
    speed = knots * KNOT * yard.uniform(0.9, 1.15)
    points, _ = path(yard, seconds, speed, beyond)
    size = round(yard.uniform(60, 180))
    helm = sail_path(points, begin, speed, size)
    end = helm.now
    if knots < 3.0:  # she that made no way gathers it across the lane, not against it
        helm.sail(300.0, speed, (helm.heading - 90.0) % 360.0)
    leave(helm, 0.0 if knots < 3.0 else -38.0)
    _, ship = tools.merchant(yard, helm, "against", size, draught=6.0)
    tools.fact(
        yard,
        "wrong_way",
        (ship,),
        begin,
        end,
        points[0],
        severity="high",
        negative=negative,
        note=note,
        known=begin + 240.0,
    )


def _across(yard: Yard) -> None:
    """A ship that crosses the lane at right angles."""
    begin = tools.start(yard, 1500.0)
    points, k = path(yard, 300.0, 6.0, None)
    course = float(yard.routes[0].course[k] + 90.0) % 360.0
    way = np.radians(course)
    lat, lon = tools.off(*points[0], -2500.0 * float(np.sin(way)), -2500.0 * float(np.cos(way)))
    helm = Helm(lat, lon, begin, 9.0 * KNOT, course, size=80).sail(1000.0)
    _, ship = tools.craft(yard, helm.done(), kind="crosser", ship_type=70, length=80, beam=13, draught=4.5, on=begin)
    tools.fact(yard, "wrong_way", (ship,), begin, helm.now, points[0], negative=True, note="crosses at right angles")


def _incursion(yard: Yard) -> None:
    """A small ship along the lane's edge, outside it, that cuts into it for a minute and a half."""
    begin, speed, apart = tools.start(yard, 2400.0), 8.0 * KNOT, 160.0
    points, k = path(yard, 940.0, speed, apart)
    flow = np.radians(yard.routes[0].course[k - 4 * np.arange(len(points))] + 90.0)
    along = 100.0 * np.arange(len(points)) - 1900.0  # m from where she is deepest in it
    cut = np.where(np.abs(along) < 300.0, 140.0 * (1.0 + np.cos(np.pi * along / 300.0)), 0.0)
    points = [
        tools.off(*p, -float(d * np.sin(w)), -float(d * np.cos(w))) for p, d, w in zip(points, cut, flow, strict=True)
    ]
    helm = sail_path(points, begin, speed, 40.0)
    end = helm.now
    leave(helm, -60.0)  # away from the lane, which bends towards her
    _, ship = tools.craft(yard, helm.done(), kind="incursion", ship_type=70, length=40, beam=8, draught=3.0, on=begin)
    tools.fact(yard, "wrong_way", (ship,), begin, end, points[0], negative=True, note="short incursion")
