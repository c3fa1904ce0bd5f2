"""Navigators: what the ships of the traffic add to their ways so that they keep clear of each other.

Moves (:mod:`selat.exercise.traffic`) are ways; here each ship that is no one's staged one leaves hers to a side, or goes slower,
as COLREGs rules 13 to 18 ask (:mod:`selat.kernels.keepclear`). Ten minutes are sailed at a time, when somebody asks for them.
Staged ships keep their staged motion; a ship that a pilot boards keeps to her way while the boat is under way to her.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from selat.exercise.script import Script, ordinary
from selat.exercise.ship import Ship
from selat.exercise.traffic import (
    SWING,
    Deviation,
    Floats,
    Ints,
    Loop,
    Shuttle,
    State,
    Traffic,
    Wander,
    distance,
    metres_per_degree,
)
from selat.exercise.zones import FIRST, LAST, WIDE, half_width
from selat.kernels import steer, ways
from selat.tracks.coast import SHIPPED, Coast

CHUNK = 600.0  #: s sailed at a time
_STEPS = round(CHUNK / ways.STEP)
_ROWS = round((1.5 * CHUNK + ways.AHEAD * ways.LOOK) / ways.ROW) + 2  #: at a berth lost time is made up
_LAT = 1.7  #: deg: the plane in which they sail
_WIDE, _EDGE = 900.0, 15.0  #: m to a side where there is room; m kept to the edge of a lane
_SHORE = 300.0  #: m kept off the shore, where the way itself does
_OPEN = 1000.0  #: m: the half width of the through way where no lane is declared
_GROUND = 400.0  #: m: who works about a ground does not go far from it
SMALL = 50.0  #: m: shorter craft stop and turn at will
#: kinds that keep out of the way of merchant ships, whatever the rule says of two of a kind
_HUMBLE = ("ferry", "pilot", "patrol", "pleasure", "fishing", "fisher")
_TOWS, _DEEP = 11, 15.0  #: status of a tug with a tow; m: constrained by her draught


class _Sailed(NamedTuple):
    """Ten minutes: seconds behind of all at the start; the column of each that left her way (else -1), and its states."""

    late: Floats
    column: Ints
    knots: Floats  #: (steps + 1, columns, 4)


class Navigators:
    """All of a scene. ``native``: ships of the traffic, by number; ``pilots``: when (s) a pilot boards a ship."""

    def __init__(
        self, traffic: Traffic, fleet: Sequence[Ship], native: int, pilots: Mapping[int, tuple[float, float]], seed: int
    ) -> None:
        self.traffic, self.fleet, self.seed = traffic, fleet, seed
        self.bodies = np.array([i for i, s in enumerate(fleet) if s.cls in "AB" and s.kind != "pilotcraft"], np.int64)
        self.place = np.full(len(fleet), -1)
        self.place[self.bodies] = np.arange(len(self.bodies))
        moves = [i < native or fleet[i].kind == "through" for i in self.bodies.tolist()]
        self.hulls = np.array(
            [_hull(fleet[i], free, pilots.get(i)) for i, free in zip(self.bodies.tolist(), moves, strict=True)]
        )
        self.hulls = self.hulls.reshape(len(self.bodies), ways.HULL)
        self.state, self.plans = np.zeros((len(self.bodies), 4)), np.zeros((len(self.bodies), 2))
        self.sailed: list[_Sailed] = []
        self.still = traffic.kind[self.bodies] == SWING
        self._axis = self._axes()
        self._room = _Room(traffic, fleet)

    def until(self, t: float) -> None:
        """Sail on until everybody's place at ``t`` s is known."""
        while len(self.bodies) and len(self.sailed) * CHUNK <= t:
            self._sail(len(self.sailed) * CHUNK)

    def of(self, ships: Ints, t: Floats) -> Deviation:
        """What ships (numbers in the fleet) add to their ways at ``t`` s."""
        n = len(ships)
        out = Deviation(*(np.zeros(n) for _ in range(5)))
        body = self.place[ships]
        chunk = (t // CHUNK).astype(np.int64)
        for c in np.unique(chunk[body >= 0]).tolist():
            done = self.sailed[c]
            here = np.flatnonzero((chunk == c) & (body >= 0))
            out.late[here] = done.late[body[here]]
            column = done.column[body[here]]
            here, column = here[column >= 0], column[column >= 0]
            if not len(here):
                continue
            f = (t[here] - c * CHUNK) / ways.STEP
            k = np.minimum(f.astype(np.int64), _STEPS - 1)
            a, b = done.knots[k, column], done.knots[k + 1, column]
            for whole, part in zip(out, _between(a, b, f - k), strict=True):
                whole[here] = part
        return out

    def _sail(self, begin: float) -> None:
        own = begin - self.state[:, 2]
        table, limits = self._ways(own)
        knots = np.empty((_STEPS + 1, len(self.bodies), 4))
        late = self.state[:, 2].copy()
        steer.steer(begin, self.seed, table, limits, self.hulls, own, self.state, self.plans, knots)
        off = np.flatnonzero((knots[:, :, [0, 1, 3]] != 0.0).any(axis=(0, 2)) | (knots[-1, :, 2] != late))
        column = np.full(len(self.bodies), -1)
        column[off] = np.arange(len(off))
        self.sailed.append(_Sailed(late, column, knots[:, off]))

    def _ways(self, own: Floats) -> tuple[Floats, Floats]:
        """Ways of all bodies from their own times on: (rows, bodies, 5), and the room beside them (rows, bodies, 2)."""
        m, n = _ROWS, len(self.bodies)
        table, limits = np.zeros((m, n, 5)), np.zeros((m, n, 2))
        move, lie = np.flatnonzero(~self.still), np.flatnonzero(self.still)
        times = np.maximum(own[move] + ways.ROW * np.arange(m)[:, None], 0.0)
        if self.traffic.plan is not None:
            self.traffic.plan(float(times.max(initial=0.0)))
        ships = np.broadcast_to(self.bodies[move], times.shape)
        s = self.traffic.planned(ships.ravel(), times.ravel())
        table[:, move] = self._rows(s.lat, s.lon, s.cog, s.sog).reshape(m, len(move), 5)
        axis = np.isfinite(self._axis[move])
        way = np.radians(self._axis[move][axis])
        table[:, move[axis], 2], table[:, move[axis], 3] = np.cos(way), -np.sin(way)
        limits[:, move] = self._room.of(ships.ravel(), s).reshape(m, len(move), 2)
        s = self.traffic.planned(self.bodies[lie], np.full(len(lie), float(own.max(initial=0.0)) + 0.5 * CHUNK))
        table[:, lie] = self._rows(s.lat, s.lon, s.cog, np.zeros(len(lie)))
        return table, limits

    @staticmethod
    def _rows(lat: Floats, lon: Floats, cog: Floats, sog: Floats) -> Floats:
        north, east = metres_per_degree(_LAT)
        way = np.radians(cog)
        return np.stack([lon * east, lat * north, np.cos(way), -np.sin(way), sog], axis=1)

    def _axes(self) -> Floats:
        """Of those who work about a ground and turn all the time: the direction (deg) whose right and left are their sides,
        that of the through ships' way nearest to it; NaN for all others."""
        out = np.full(len(self.bodies), np.nan)
        for k, i in enumerate(self.bodies.tolist()):
            move = self.fleet[i].move
            if self.hulls[k, ways.ROUND]:
                n = round(self.traffic.length[0] / 25.0) + 1
                lat, lon = self.traffic.lat[:n:40], self.traffic.lon[:n:40]
                away = np.hypot(lat - move.lat, lon - move.lon)
                out[k] = self.traffic.course[:n:40][int(away.argmin())] % 360.0
        return out

    def axis(self, ships: Ints) -> Floats:
        """Of those who work about a ground: direction (deg) whose right and left are their sides; NaN for all others."""
        body = self.place[ships]
        return np.where(body >= 0, self._axis[np.maximum(body, 0)], np.nan)


def _between(a: Floats, b: Floats, f: Floats) -> tuple[Floats, ...]:
    """States between two knots: cubic in place, so that place and speed have no steps."""
    h = ways.STEP
    f2, f3 = f * f, f * f * f
    out = []
    for value, slope in ((0, 1), (2, 3)):
        p, q, u, v = a[:, value], b[:, value], a[:, slope] * h, b[:, slope] * h
        out.append((2 * f3 - 3 * f2 + 1) * p + (f3 - 2 * f2 + f) * u + (3 * f2 - 2 * f3) * q + (f3 - f2) * v)
        out.append((6 * (f2 - f) * (p - q) + (3 * f2 - 4 * f + 1) * u + (3 * f2 - 2 * f) * v) / h)
        if value == 0:
            out.append(((12 * f - 6) * (p - q) + (6 * f - 4) * u + (6 * f - 2) * v) / (h * h))
    return tuple(out)


def _hull(ship: Ship, free: bool, boarded: tuple[float, float] | None) -> tuple[float, ...]:
    """A row of what the kernel knows of a ship."""
    length, move = float(ship.length or 20), ship.move
    small = length < SMALL or ship.kind in ("ferry", "pilot", "patrol")
    works = isinstance(move, Wander) or (isinstance(move, Script) and free)
    free = free and isinstance(move, Loop | Shuttle | Wander | Script)
    rank = 1.0
    if not free:
        rank = 3.0
    elif ship.kind in _HUMBLE:
        rank = 0.0
    elif ship.status == _TOWS or ship.draught >= _DEEP:
        rank = 2.0
    slowest = 0.0 if boarded else 0.9 if ship.kind in ("ferry", "pilot", "bunker") or works else 0.65 if small else 0.4
    keep = (max(0.0, boarded[0] - 900.0), boarded[1] + 60.0) if boarded else (np.inf, -np.inf)
    begins = max(ship.on, move.begin) if isinstance(move, Script) else ship.on
    return (
        length, float(ship.beam or 5), rank, np.radians(min(max(60.0 / length, 0.15), 3.0)), min(ordinary(length), 0.12),
        0.57 if small else 0.42, float(works), float(small), begins, ship.off, *keep, float(free), float(isinstance(move, Shuttle)),
        slowest, 0.0 if free or isinstance(move, Script | Loop | Shuttle | Wander) else 1.0,
    )  # fmt: skip


class _Room:
    """How far ships may leave their ways: to the lane's edge, to the shore, hardly at all near a berth."""

    def __init__(self, traffic: Traffic, fleet: Sequence[Ship]) -> None:
        self.coast = Coast(SHIPPED)
        self.full = bool((traffic.room != 1.0).any())
        self.lane = np.array([s.kind == "through" for s in fleet], bool)
        self.offset = np.array([getattr(s.move, "offset", 0.0) for s in fleet])
        self.wide = np.array([_GROUND if s.kind in ("fishing", "fisher", "pleasure") else _WIDE for s in fleet])
        ends = np.full((len(fleet), 2, 2), np.nan)
        for i, ship in enumerate(fleet):
            if isinstance(ship.move, Shuttle):
                first = traffic.base[ship.move.route]
                for k, row in enumerate((first, first + round(traffic.length[ship.move.route] / 25.0))):
                    ends[i, k] = traffic.lat[row], traffic.lon[row]
        self.ends = ends

    def of(self, ships: Ints, state: State) -> Floats:
        """(n, 2): m to the left (negative) and to the right of the ways of ships that are there."""
        lat, lon = state.lat, state.lon
        shore = self.coast.distance(lat, lon)
        wide = np.minimum(self.wide[ships], np.where(np.isnan(shore), np.inf, np.maximum(shore - _SHORE, 0.0)))
        for k in range(2):
            away = distance(lat, lon, self.ends[ships, k, 0], self.ends[ships, k, 1])
            wide = np.where(np.isnan(away), wide, np.minimum(wide, 0.3 * away))
        half = half_width(lon, state.leg == 0)
        share = np.minimum(1.0, half / (WIDE / 2) * 1.6) if self.full else 1.0
        half = np.where((lon > FIRST - 0.05) & (lon < LAST + 0.05) & self.full, half - _EDGE, _OPEN)
        middle = self.offset[ships] * share
        lane = self.lane[ships]
        low = np.where(lane, np.minimum(-half - middle, 0.0), -wide)
        return np.stack([np.maximum(low, -np.inf), np.where(lane, np.maximum(half - middle, 0.0), wide)], axis=1)


__all__ = ["CHUNK", "Navigators"]
