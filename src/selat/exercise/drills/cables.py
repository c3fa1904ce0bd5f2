"""Cables, pipelines, platforms: anchors over them, anchors drawn across them, ships that stay, ships that come too near."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from selat.exercise.drills import _tools as tools
from selat.exercise.drills.motion import to_and_fro
from selat.exercise.script import Helm
from selat.exercise.traffic import distance, metres_per_degree
from selat.exercise.zones import CABLES, PLATFORMS, SUPPLY, through
from selat.model.units import KNOT

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard


def stage(yard: Yard, count: int) -> None:
    """``count`` of each."""
    for n in range(count):
        _anchors(yard, n, 0.0, "")
        _anchors(yard, n, 2600.0, "anchors a mile and a half off")
        _slows(yard, n)
        _drags(yard, n, "")
        _drags(yard, n, "engine trouble, straight course")
        _stays(yard, n, "")
        _stays(yard, n, ("cable ship at work", "fishes")[n % 2])
        _platform(yard, n, yard.uniform(-250, 250), "")
        _platform(yard, n, 900.0, "passes outside")
        _platform(yard, n, 60.0, "supply vessel")


def _over(yard: Yard, n: int, lane: float = 2600.0) -> tuple[float, float, float]:
    """A place over a cable off the through route (lat, lon), and how the cable runs there (deg)."""
    route = through()
    for _ in range(40):
        _, line, _ = CABLES[n % len(CABLES)]
        k, f = int(yard.rng.integers(len(line) - 1)), yard.uniform(0.1, 0.9)
        (x1, y1), (x2, y2) = line[k], line[k + 1]
        lon, lat = x1 + f * (x2 - x1), y1 + f * (y2 - y1)
        taken = [float(distance(lat, lon, y, x)) for y, x in yard.taken]
        if (
            float(distance(route.lat[::20], route.lon[::20], lat, lon).min()) > lane
            and min(taken, default=1e9) > 2500.0
        ):
            break
    yard.taken.append((lat, lon))
    return lat, lon, float(np.degrees(np.arctan2(x2 - x1, y2 - y1))) % 360.0


def _with_traffic(
    yard: Yard, lat: float, lon: float, courses: tuple[float, float], before: float, after: float
) -> float:
    """A course of these, or back, on which the way so many metres before and after a place goes against no lane, if any is."""
    route, best = through(), (1e9, 0.0)
    north, east = (float(v) for v in metres_per_degree(lat))
    s = np.arange(-before, after + 5000.0, 300.0)
    for _ in range(16):
        course = (yard.uniform(*courses) + 180.0 * float(yard.rng.integers(2))) % 360.0
        x, y = s * np.sin(np.radians(course)), s * np.cos(np.radians(course))
        rx, ry = (route.lon[::20] - lon) * east, (route.lat[::20] - lat) * north
        near = np.hypot(x[:, None] - rx, y[:, None] - ry) < 1100.0
        away = np.abs((route.course[::20] - course + 180.0) % 360.0 - 180.0) > 90.0
        land = int((tools.coast().distance(lat + y / north, lon + x / east) < 400.0).sum())
        against, along = (near & away).any(axis=1).sum(), near.any(axis=1).sum()
        best = min(best, (float(against + 0.2 * along + 5 * land), course))
    return best[1]


def _anchors(yard: Yard, n: int, aside: float, note: str) -> None:
    lat, lon, run = _over(yard, n)
    where = tools.ahead(lat, lon, run + 90.0, aside)
    begin, stay = tools.start(yard, 4800.0), yard.uniform(30, 50) * 60.0
    course = _with_traffic(yard, *where, (run + 70.0, run + 110.0), 5000.0, 0.0)
    speed, size = tools.knots(yard, 8, 11), round(yard.uniform(60, 160))
    helm = Helm(*tools.ahead(*where, course + 180.0, 5000.0), begin, speed, course % 360, size=size)
    east, north = 5000.0 * float(np.sin(np.radians(course))), 5000.0 * float(np.cos(np.radians(course)))
    helm.to(east, north, speed, near=60.0).sail(120.0, 0.2)
    on = helm.now
    helm.hold(stay, swing=10.0)
    number, ship = tools.merchant(yard, helm, "anchors", size)
    tools.wrong(yard, number, on + 150.0, 1e9, "status", 1)
    tools.fact(yard, "cable_anchor", (ship,), on, yard.scene.hours * 3600.0, where, severity="high", negative=bool(note), note=note,
               known=on + 300.0)  # fmt: skip


def _slows(yard: Yard, n: int) -> None:
    """Goes over a cable slower for some minutes, and on: she gives way."""
    lat, lon, run = _over(yard, n)
    speed = tools.knots(yard, 10, 12)
    course = _with_traffic(yard, lat, lon, (run + 80.0, run + 100.0), speed * 1200.0, speed * 1100.0)
    helm = Helm(
        *tools.ahead(lat, lon, course + 180.0, speed * 1200.0), tools.start(yard, 3600.0), speed, course % 360, size=140
    )
    helm.sail(1050.0).sail(300.0, 0.6 * speed).sail(900.0, speed)
    _, ship = tools.merchant(yard, helm, "slows", 140)
    for rule in ("cable_anchor", "cable_drag"):
        tools.fact(
            yard, rule, (ship,), helm.begin, helm.now, (lat, lon), negative=True, note="slows for others and goes on"
        )


def _drags(yard: Yard, n: int, note: str) -> None:
    """A ship that suddenly makes much less way, and yaws, over a cable; or only makes less way."""
    lat, lon, run = _over(yard, n, 1500.0)
    speed, slow = tools.knots(yard, 11, 13), tools.knots(yard, 5.0, 6.8)
    before, half = 2100.0, yard.uniform(1000, 1500)
    course = _with_traffic(
        yard, lat, lon, (run + 75.0, run + 105.0), speed * before + slow * half, slow * half + 500.0 * speed
    )
    start = tools.ahead(lat, lon, course + 180.0, speed * before + slow * half)
    helm = Helm(*start, tools.start(yard, before + 2 * half + 600.0), speed, course % 360, size=150).sail(before)
    on = helm.now
    while helm.now < on + 2 * half:
        k = int((helm.now - on) / 150.0)
        helm.sail(
            150.0, slow + (0.0 if note else yard.uniform(-0.4, 0.4)), course + (0.0 if note else (16.0, -16.0)[k % 2]),
            brake=0.027,
        )  # fmt: skip
    end = helm.now
    helm.sail(500.0, speed if note else slow, course)
    _, ship = tools.merchant(yard, helm, "drags", 150)
    tools.fact(yard, "cable_drag", (ship,), on, end, (lat, lon), severity="high", negative=bool(note), note=note,
               known=on + half + 300.0)  # fmt: skip


def _stays(yard: Yard, n: int, note: str) -> None:
    """To and fro over a cable for most of an hour."""
    lat, lon, run = _over(yard, n)
    lasts = yard.uniform(45, 70) * 60.0
    helm = Helm(lat, lon, tools.start(yard, lasts + 900.0), 1.2 * KNOT, run, size=70)
    to_and_fro(yard, helm, lasts, (0.9, 1.5), (260.0, 90.0), run)
    end = helm.now
    helm.sail(1500.0, 7 * KNOT, _with_traffic(yard, lat, lon, (run + 70.0, run + 110.0), 0.0, 6000.0))
    fishes = note == "fishes"
    _, ship = tools.craft(yard, helm.done(), kind="stays", cls="B" if fishes else "A",
                          ship_type=30 if fishes else 33 if note else 90, length=16 if fishes else 70,
                          beam=5 if fishes else 14, draught=4.0,
                          status=3 if note.startswith("cable") else 0)  # fmt: skip
    tools.fact(yard, "cable_loiter", (ship,), helm.begin, end, (lat, lon), negative=bool(note), note=note,
               known=helm.begin + 1800.0)  # fmt: skip
    if not note:  # over a cable or not, she gets nowhere for most of an hour
        tools.fact(yard, "loitering", (ship,), helm.begin, end, (lat, lon), known=helm.begin + 1800.0)


def _platform(yard: Yard, n: int, aside: float, note: str) -> None:
    """Through the safety zone of a platform, past it, or to it as those may who serve it."""
    lon, lat = PLATFORMS[n % len(PLATFORMS)]
    course, speed = (tools.bearing(yard, lat, lon, 5000.0) + 180.0) % 360.0, tools.knots(yard, 8, 11)
    side = np.radians(course + 90.0)
    where = tools.off(lat, lon, aside * float(np.sin(side)), aside * float(np.cos(side)))
    begin = tools.start(yard, 2400.0)
    helm = Helm(*tools.ahead(*where, course + 180.0, 4500.0), begin, speed, course, size=80).sail(9000.0 / speed)
    _, ship = tools.merchant(yard, helm, "passes", 70, 90 if note == "supply vessel" else 70)
    if note == "supply vessel":
        free = [m for m in SUPPLY if m not in {s.mmsi for s in yard.fleet}]
        ship = replace(ship, mmsi=free[0] if free else SUPPLY[0], callsign=f"9MX9SV{len(free)}"[:7])
        if not free:
            yard.fleet.pop()
            return
        yard.fleet[-1] = ship
    at = begin + 4500.0 / speed
    tools.fact(
        yard, "platform", (ship,), at - 100.0, at + 100.0, (lat, lon), negative=bool(note), note=note, known=at - 60.0
    )
