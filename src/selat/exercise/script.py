"""Scripted motion: a craft steered step by step, for incidents that no closed form describes.

:class:`Helm` sails a craft with the inertia that she has (acceleration, rate of turn), in a current, and keeps where she was
every :data:`STEP` seconds; :class:`Script` is the result, a move like any other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_A, _E2 = 6_378_137.0, 6.69437999014e-3  #: WGS 84
STEP = 5.0  #: seconds between points
_CLOSE = {False: 0.8, True: 3.0}  #: m/s at which a ship, and a small craft, edges in to where she will lie alongside
_RATE = 1.2  #: deg/s, the fastest a ship of 50 m turns


def metres_per_degree(lat: Any) -> tuple[Any, Any]:
    """Metres in one degree of (latitude, longitude) at ``lat`` (degrees), on WGS 84."""
    s2 = np.sin(np.radians(lat)) ** 2
    w = 1 - _E2 * s2
    return np.radians(_A * (1 - _E2) / (w * np.sqrt(w))), np.radians(_A / np.sqrt(w) * np.cos(np.radians(lat)))


def ordinary(size: float) -> float:
    """Acceleration (m/s2) that a craft of ``size`` m uses when nothing is the matter.

    A ship of 50 m and more stops from 8 knots in about six of her lengths, small craft in a few seconds: a crash stop, three
    times as hard, is an incident of its own.
    """
    return min(max(1.3 / size, 70.0 / size**2, 0.006), 0.35)


@dataclass(frozen=True, slots=True)
class Script:
    """Points every :data:`STEP` s from ``begin`` on: metres east and north of (``lat``, ``lon``), and heading (deg).

    Before the first point and after the last the craft lies where that is.
    """

    lat: float
    lon: float
    begin: float
    east: Floats
    north: Floats
    heading: Floats


class Helm:
    """Steers a craft. Speeds in m/s through the water, angles in degrees, times in seconds since the scene's start.

    ``size``: metres; larger craft turn and brake more slowly. ``current``: (m/s, towards degrees).
    """

    def __init__(
        self, lat: float, lon: float, begin: float, speed: float, course: float, *, size: float = 100.0,
        current: tuple[float, float] = (0.0, 0.0), crab: float = 0.0,
    ) -> None:  # fmt: skip
        self.lat, self.lon, self.begin = lat, lon, begin
        self.speed, self.heading, self.size = speed, course, size
        way = np.radians(current[1])
        self._drift = current[0] * np.sin(way), current[0] * np.cos(way)
        self._crab = crab
        self._x, self._y = [0.0], [0.0]
        self._h = [course + crab]

    @property
    def now(self) -> float:
        """Seconds since the start of the scene."""
        return self.begin + STEP * (len(self._x) - 1)

    @property
    def place(self) -> tuple[float, float]:
        """Metres east and north of where she began."""
        return self._x[-1], self._y[-1]

    def sail(
        self, seconds: float, speed: float | None = None, course: float | None = None, *, brake: float = 0.0
    ) -> Helm:
        """Go on for so long, towards a speed and a course; ``brake``: m/s2, when other than her size says."""
        speed = self.speed if speed is None else speed
        course = self.heading if course is None else course
        pull = brake or ordinary(self.size)
        rate = min(max(_RATE * 50.0 / self.size, 0.15), 4.0)
        dv, dh = pull * STEP, rate * STEP
        for _ in range(max(1, round(seconds / STEP))):
            self.speed += min(max(speed - self.speed, -dv), dv)
            off = (course - self.heading + 180.0) % 360.0 - 180.0
            self.heading = (self.heading + min(max(off, -dh), dh)) % 360.0
            self._step(self.speed, self.heading, self.heading + self._crab)
        return self

    def drift(self, seconds: float, rate: float, towards: float, heading: float) -> Helm:
        """Without way: carried at ``rate`` m/s over the ground, lying at ``heading``."""
        for k in range(max(1, round(seconds / STEP))):
            swing = heading + 8.0 * math.sin(k * STEP / 180.0)
            way = math.radians(towards + 5.0 * math.sin(k * STEP / 400.0))
            self._x.append(self._x[-1] + rate * STEP * math.sin(way))
            self._y.append(self._y[-1] + rate * STEP * math.cos(way))
            self._h.append(swing % 360.0)
        self.speed, self.heading = 0.0, float(heading)
        return self

    def hold(self, seconds: float, *, swing: float = 3.0) -> Helm:
        """Keep her place, with a little swing of the head."""
        x, y, h = self._x[-1], self._y[-1], self._h[-1]
        for k in range(max(1, round(seconds / STEP))):
            t = k * STEP
            self._x.append(x + 3.0 * math.sin(t / 97.0))
            self._y.append(y + 3.0 * math.sin(t / 131.0))
            self._h.append((h + swing * math.sin(t / 240.0)) % 360.0)
        self.speed = 0.0
        return self

    def lie(self, seconds: float) -> Helm:
        """Lie fast, without any motion."""
        n = max(1, round(seconds / STEP))
        for values in (self._x, self._y, self._h):
            values += values[-1:] * n
        self.speed = 0.0
        return self

    def to(self, east: float, north: float, speed: float, *, most: float = 7200.0, near: float = 60.0) -> Helm:
        """Make for a place (metres from where she began), slowing down towards it, for at most ``most`` s."""
        until = self.now + most
        while self.now < until:
            dx, dy = east - self._x[-1], north - self._y[-1]
            left = math.hypot(dx, dy)
            if left < near:
                break
            pull = ordinary(self.size)
            course = math.degrees(math.atan2(dx - 60 * self._drift[0], dy - 60 * self._drift[1])) % 360.0
            self.sail(STEP, min(speed, math.sqrt(2 * 0.7 * pull * left) + 0.3), course)
        return self

    def follow(self, other: Helm | Script, east: float, north: float, seconds: float) -> Helm:
        """Lie alongside another craft at an offset (metres, along her beam and bow) for so long; she edges in to it."""
        them = other.done() if isinstance(other, Helm) else other
        north_m, east_m = _scales(self.lat)
        ox, oy = (them.lon - self.lon) * east_m, (them.lat - self.lat) * north_m
        n = max(1, round(seconds / STEP))
        first = round((self.now + STEP - them.begin) / STEP)
        at = np.clip(first + np.arange(n), 0, len(them.east) - 1)
        h = np.radians(them.heading[at])
        x = ox + them.east[at] + east * np.cos(h) + north * np.sin(h)
        y = oy + them.north[at] - east * np.sin(h) + north * np.cos(h)
        dx, dy = self._x[-1] - float(x[0]), self._y[-1] - float(y[0])
        share = np.arange(1, n + 1) * STEP * _CLOSE[self.size < 50.0] / max(math.hypot(dx, dy), 1e-6)
        left = 0.5 + 0.5 * np.cos(np.pi * np.clip(share, 0.0, 1.0))  # gently at both ends
        self._x += (x + left * dx).tolist()
        self._y += (y + left * dy).tolist()
        self._h += them.heading[at].tolist()
        self.heading, self.speed = self._h[-1], 0.0
        return self

    def _step(self, speed: float, course: float, heading: float) -> None:
        way = math.radians(course)
        self._x.append(self._x[-1] + STEP * (speed * math.sin(way) + self._drift[0]))
        self._y.append(self._y[-1] + STEP * (speed * math.cos(way) + self._drift[1]))
        self._h.append(heading % 360.0)

    def done(self) -> Script:
        """The move."""
        return Script(self.lat, self.lon, self.begin, np.array(self._x), np.array(self._y), np.array(self._h))


def sailed(
    lat: float, lon: float, begin: float, legs: Sequence[tuple[float, float]], speed: float, smooth: float, lasts: float
) -> Script:
    """Along ``legs`` (metres east and north of the place), corners rounded over ``smooth`` m, to and fro for ``lasts`` s."""
    x, y = (np.array(v, dtype=float) for v in zip(*legs, strict=True))
    along = np.r_[0.0, np.cumsum(np.hypot(np.diff(x), np.diff(y)))]
    n = max(2, round(lasts / STEP) + 1)
    s = speed * STEP * np.arange(n)
    whole = max(float(along[-1]), 1.0)
    s = whole - np.abs(np.mod(s, 2 * whole) - whole)
    east, north = np.interp(s, along, x), np.interp(s, along, y)
    k = max(1, round(smooth / max(speed * STEP, 1e-6) / 2))
    k = min(k, n // 3)
    if k > 1:
        east, north = (
            np.convolve(np.pad(v, k, "edge"), np.full(2 * k + 1, 1 / (2 * k + 1)), "valid") for v in (east, north)
        )
    dx, dy = np.gradient(east), np.gradient(north)
    return Script(lat, lon, begin, east, north, np.degrees(np.arctan2(dx, dy)) % 360.0)


def at_rest(script: Script, size: float) -> Script:
    """The script with an end at which she slows down as ships do, instead of standing still from one moment to the next."""
    if len(script.east) < 2:
        return script
    vx, vy = ((a[-1] - a[-2]) / STEP for a in (script.east, script.north))
    speed = float(np.hypot(vx, vy))
    if speed < 0.3:
        return script
    pull = min(ordinary(size), 0.05)
    t = np.arange(STEP, speed / pull + STEP, STEP)
    run = np.where(t * pull < speed, speed * t - 0.5 * pull * t * t, 0.5 * speed * speed / pull) / speed
    east, north = (np.concatenate([a, a[-1] + v * run]) for a, v in ((script.east, vx), (script.north, vy)))
    heading = np.concatenate([script.heading, np.full(len(t), script.heading[-1])])
    return replace(script, east=east, north=north, heading=heading)


def _scales(lat: float) -> tuple[float, float]:
    north, east = metres_per_degree(lat)
    return float(north), float(east)


class Scripts:
    """Many scripts as arrays: :meth:`at` answers for any of them at any times."""

    def __init__(self, scripts: list[Script]) -> None:
        self.lat = np.array([s.lat for s in scripts])
        self.lon = np.array([s.lon for s in scripts])
        self.begin = np.array([s.begin for s in scripts])
        sizes = np.array([len(s.east) for s in scripts], np.int64)
        self.first = np.concatenate([[0], np.cumsum(sizes)])[:-1].astype(np.int64)
        self.last = self.first + sizes - 1
        self.east = np.concatenate([s.east for s in scripts]) if scripts else np.zeros(0)
        self.north = np.concatenate([s.north for s in scripts]) if scripts else np.zeros(0)
        self.heading = np.concatenate([s.heading for s in scripts]) if scripts else np.zeros(0)

    def at(self, rows: Any, t: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
        """Latitude, longitude (deg), speed (m/s), course, heading (deg), rate of turn (deg/s) of ``rows`` at ``t``."""
        k = np.clip((t - self.begin[rows]) / STEP, 0.0, (self.last - self.first)[rows].astype("f8"))
        i = np.minimum(k.astype(np.int64) + self.first[rows], np.maximum(self.last[rows] - 1, self.first[rows]))
        j = np.minimum(i + 1, self.last[rows])
        f = k - (i - self.first[rows])
        dx, dy = self.east[j] - self.east[i], self.north[j] - self.north[i]
        moving = (t >= self.begin[rows]) & (t < self.begin[rows] + STEP * (self.last - self.first)[rows])
        speed = np.where(moving, np.hypot(dx, dy) / STEP, 0.0)
        north, east = metres_per_degree(self.lat[rows])
        turn = ((self.heading[j] - self.heading[i] + 180.0) % 360.0 - 180.0) / STEP
        heading = (self.heading[i] + f * turn * STEP) % 360.0
        course = np.where(np.hypot(dx, dy) > 1e-6, np.degrees(np.arctan2(dx, dy)) % 360.0, heading)
        lat = self.lat[rows] + (self.north[i] + f * dy) / north
        lon = self.lon[rows] + (self.east[i] + f * dx) / east
        return lat, lon, speed, course, heading, np.where(moving, turn, 0.0)
