"""Scripted motion: a craft steered step by step, for incidents that no closed form describes.

:class:`Helm` sails a craft with the inertia that she has (acceleration, rate of turn), in a current, and keeps where she was
every :data:`STEP` seconds; :class:`Script` is the result, a move like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_A, _E2 = 6_378_137.0, 6.69437999014e-3  #: WGS 84
STEP = 5.0  #: seconds between points
_RATE = 1.2  #: deg/s, the fastest a ship of 50 m turns


def metres_per_degree(lat: Any) -> tuple[Any, Any]:
    """Metres in one degree of (latitude, longitude) at ``lat`` (degrees), on WGS 84."""
    s2 = np.sin(np.radians(lat)) ** 2
    w = 1 - _E2 * s2
    return np.radians(_A * (1 - _E2) / (w * np.sqrt(w))), np.radians(_A / np.sqrt(w) * np.cos(np.radians(lat)))


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
        pull = brake or float(np.clip(4.0 / self.size, 0.01, 0.35))
        rate = float(np.clip(_RATE * 50.0 / self.size, 0.15, 4.0))
        for _ in range(max(1, round(seconds / STEP))):
            self.speed += float(np.clip(speed - self.speed, -pull * STEP, pull * STEP))
            off = (course - self.heading + 180.0) % 360.0 - 180.0
            self.heading = (self.heading + float(np.clip(off, -rate * STEP, rate * STEP))) % 360.0
            self._step(self.speed, self.heading, self.heading + self._crab)
        return self

    def drift(self, seconds: float, rate: float, towards: float, heading: float) -> Helm:
        """Without way: carried at ``rate`` m/s over the ground, lying at ``heading``."""
        for k in range(max(1, round(seconds / STEP))):
            swing = heading + 8.0 * np.sin(k * STEP / 180.0)
            way = np.radians(towards + 5.0 * np.sin(k * STEP / 400.0))
            self._x.append(self._x[-1] + rate * STEP * float(np.sin(way)))
            self._y.append(self._y[-1] + rate * STEP * float(np.cos(way)))
            self._h.append(float(swing) % 360.0)
        self.speed, self.heading = 0.0, float(heading)
        return self

    def hold(self, seconds: float, *, swing: float = 3.0) -> Helm:
        """Keep her place, with a little swing of the head."""
        x, y, h = self._x[-1], self._y[-1], self._h[-1]
        for k in range(max(1, round(seconds / STEP))):
            t = k * STEP
            self._x.append(x + 3.0 * float(np.sin(t / 97.0)))
            self._y.append(y + 3.0 * float(np.sin(t / 131.0)))
            self._h.append((h + swing * float(np.sin(t / 240.0))) % 360.0)
        self.speed = 0.0
        return self

    def to(self, east: float, north: float, speed: float, *, most: float = 7200.0, near: float = 60.0) -> Helm:
        """Make for a place (metres from where she began), slowing down towards it, for at most ``most`` s."""
        until = self.now + most
        while self.now < until:
            dx, dy = east - self._x[-1], north - self._y[-1]
            left = float(np.hypot(dx, dy))
            if left < near:
                break
            pull = float(np.clip(4.0 / self.size, 0.01, 0.35))
            course = float(np.degrees(np.arctan2(dx - 60 * self._drift[0], dy - 60 * self._drift[1]))) % 360.0
            self.sail(STEP, min(speed, float(np.sqrt(2 * 0.7 * pull * left)) + 0.3), course)
        return self

    def follow(self, other: Helm | Script, east: float, north: float, seconds: float) -> Helm:
        """Lie alongside another craft at an offset (metres, along her beam and bow) for so long."""
        them = other.done() if isinstance(other, Helm) else other
        north_m, east_m = _scales(self.lat)
        ox, oy = (them.lon - self.lon) * east_m, (them.lat - self.lat) * north_m
        for _ in range(max(1, round(seconds / STEP))):
            k = (self.now + STEP - them.begin) / STEP
            at = int(np.clip(round(k), 0, len(them.east) - 1))
            h = np.radians(them.heading[at])
            self._x.append(ox + float(them.east[at] + east * np.cos(h) + north * np.sin(h)))
            self._y.append(oy + float(them.north[at] - east * np.sin(h) + north * np.cos(h)))
            self._h.append(float(them.heading[at]))
        self.heading, self.speed = self._h[-1], 0.0
        return self

    def _step(self, speed: float, course: float, heading: float) -> None:
        way = np.radians(course)
        self._x.append(self._x[-1] + STEP * (speed * float(np.sin(way)) + self._drift[0]))
        self._y.append(self._y[-1] + STEP * (speed * float(np.cos(way)) + self._drift[1]))
        self._h.append(heading % 360.0)

    def done(self) -> Script:
        """The move."""
        return Script(self.lat, self.lon, self.begin, np.array(self._x), np.array(self._y), np.array(self._h))


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
