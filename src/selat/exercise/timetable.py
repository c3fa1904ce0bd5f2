"""Shuttles wait at their berth for a gap in the traffic, as their masters do; so a close approach is an incident.

Slots are planned in the order in which they begin, each against what is already planned, so a plan depends on nothing
but the scene, and grows as play goes on.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from selat.exercise.traffic import SHUTTLE, SWING, Floats, Ints, Traffic, metres_per_degree
from selat.model.units import KNOT, NAUTICAL_MILE

CLEAR = 0.27 * NAUTICAL_MILE  #: metres that others should be passed by
AHEAD = 720.0  #: seconds of looking ahead
_NEAR = 7 * NAUTICAL_MILE
_STEP = 30.0  #: seconds
_CHOICES = 14
_MOVING = 1.0 * KNOT


class Timetable:
    """Fills ``traffic.waits``. ``ships``: numbers of those that shuttles keep clear of."""

    def __init__(self, traffic: Traffic, ships: Sequence[int]) -> None:
        self.traffic = traffic
        self.ships = np.array(ships, dtype=np.int64)
        mine = np.flatnonzero(traffic.kind == SHUTTLE)
        self._number = mine[np.argsort(traffic.row[mine])]
        p = traffic.rows(SHUTTLE, np.arange(len(mine)))
        self._p = p
        self._next: list[tuple[float, int, int]] = []  # begin of slot, row, number of slot
        for row in np.flatnonzero(~p["punctual"].astype(bool)) if len(mine) else ():
            leg = int(traffic.first_leg[row])
            self._next.append((self._begin(int(row), leg), int(row), leg))
        heapq.heapify(self._next)

    def _half(self, row: int) -> float:
        p = {k: v[row] for k, v in self._p.items()}
        return float(self.traffic.length[p["route"]] / p["speed"] + p["speed"] / p["acceleration"] + p["dwell"])

    def _begin(self, row: int, leg: int) -> float:
        return leg * self._half(row) - float(self._p["phase"][row])

    def extend(self, until: float) -> None:
        """Plan all slots that begin by ``until`` seconds."""
        while self._next and self._next[0][0] <= until:
            begin, row, leg = heapq.heappop(self._next)
            k = leg - int(self.traffic.first_leg[row])
            while k >= self.traffic.waits.shape[1]:
                more = np.full_like(self.traffic.waits, np.inf)
                punctual = self._p["punctual"].astype(bool)
                more[punctual] = self._p["dwell"][punctual, None]
                self.traffic.waits = np.concatenate([self.traffic.waits, more], axis=1)
            self._plan(begin, row, k)
            heapq.heappush(self._next, (begin + self._half(row), row, leg + 1))

    def _plan(self, begin: float, row: int, k: int) -> None:
        """Choose the first wait with the least trouble on the way."""
        waits, dwell = self.traffic.waits[row], float(self._p["dwell"][row])
        choices = np.unique(np.linspace(0.1 * dwell, dwell, _CHOICES) // _STEP).astype(np.int64)
        crossing = self._half(row) - dwell
        n = int(crossing // _STEP)
        waits[k] = choices[0] * _STEP
        mine = self._plane(self._number[[row]], begin + float(waits[k]) + _grid(n))
        others = self._others(begin, row)
        if n == 0 or len(others) == 0:
            return
        times = begin + _grid(int(choices[-1]) + n)
        theirs = self._plane(others, times)
        best = (float("inf"), 0)
        for choice in choices.tolist():
            trouble = _trouble(times[choice : choice + n], mine, tuple(x[choice : choice + n] for x in theirs))
            best = min(best, (trouble, choice))
            if trouble == 0:
                break
        waits[k] = best[1] * _STEP

    def _others(self, begin: float, row: int) -> Ints:
        """Those who can come near the route in the course of the slot."""
        traffic = self.traffic
        route = int(self._p["route"][row])
        first = traffic.base[route]
        last = first + round(traffic.length[route] / 25.0)
        middle = (first + last) // 2
        north, east = metres_per_degree(traffic.lat[middle])
        reach = traffic.length[route] / 2 + 2 * _NEAR
        half = self._half(row)
        near: NDArray[np.bool_] = np.zeros(len(self.ships), dtype=bool)
        for t in (begin, begin + half / 2, begin + half):
            s = traffic.planned(self.ships, np.full(len(self.ships), t))
            dx, dy = (s.lon - traffic.lon[middle]) * east, (s.lat - traffic.lat[middle]) * north
            near |= np.hypot(dx, dy) < reach
        me = self._number[row]
        found: Ints = self.ships[near & (self.ships != me) & (traffic.kind[self.ships] != SWING)]
        return found

    def _plane(self, ships: Ints, times: Floats) -> tuple[Floats, ...]:
        """Metres east and north, their rates, and speed, each (times, ships)."""
        shape = len(times), len(ships)
        s = self.traffic.planned(np.tile(ships, shape[0]), np.repeat(times, shape[1]))
        north, east = metres_per_degree(1.5)
        way = np.radians(s.cog)
        out = s.lon * east, s.lat * north, s.sog * np.sin(way), s.sog * np.cos(way), s.sog
        return tuple(x.reshape(shape) for x in out)


def _grid(n: int) -> Floats:
    return _STEP / 2 + _STEP * np.arange(n, dtype=np.float64)


def _trouble(times: Floats, me: tuple[Floats, ...], them: tuple[Floats, ...]) -> float:
    """How often the closest approach to somebody is too close, if both kept course and speed; more for very close."""
    dx, dy, ux, uy = (b - a for a, b in zip(me[:4], them[:4], strict=True))
    u2 = ux * ux + uy * uy + 1e-9
    ahead = -(dx * ux + dy * uy) / u2
    miss2 = dx * dx + dy * dy - ahead * ahead * u2
    moving = (me[4] > _MOVING) & (them[4] > _MOVING) & (times >= 0)[:, None]
    bad = moving & (ahead > 0) & (ahead < AHEAD) & (miss2 < CLEAR * CLEAR)
    return float(np.count_nonzero(bad) + 5 * np.count_nonzero(bad & (miss2 < CLEAR * CLEAR / 4)))
