"""Motion: where every ship is at any second, in closed form, so that hours can be skipped and replays agree.

A ship has one :class:`Move`. :class:`Traffic` puts all moves into arrays and answers for any ships at any times.
Positions in degrees WGS 84, speeds in m/s, angles in degrees, times in seconds since the scene's start.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from selat.exercise.script import Script, Scripts, metres_per_degree
from selat.exercise.state import Deviation, State, Watch, beside

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_STEP = 25.0  #: metres between points of a route's table
_TAPER = 2_000.0  #: metres from the berth in which a shuttle comes to its side of the route
SHUTTLE, SWING, SCRIPT = 1, 2, 4  #: kinds of move
_SWING_OFF = 60.0  #: seconds before leaving in which a moored shuttle is turned round


def distance(lat1: Any, lon1: Any, lat2: Any, lon2: Any) -> Any:
    """Metres between places less than some 200 km apart: local plane at the mid-latitude."""
    north, east = metres_per_degree((np.asarray(lat1) + lat2) / 2)
    return np.hypot((np.asarray(lat2) - lat1) * north, (np.asarray(lon2) - lon1) * east)


class Route(NamedTuple):
    """A line made smooth: points every 25 m, with course (deg, unwrapped) and curvature (deg/m, right positive)."""

    lat: Floats
    lon: Floats
    course: Floats
    curve: Floats
    lead: float  #: metres before the part that is sailed again and again
    length: float  #: metres
    room: Floats  #: share of a ship's offset that there is room for

    @classmethod
    def of(cls, line: Sequence[tuple[float, float]], *, closed: bool, smooth: float = 700.0, lead: int = 0) -> Route:
        """Round the corners of ``line`` ((lon, lat), ...) by a running mean over ``smooth`` metres.

        ``closed``: the line goes back from its last point to point number ``lead``.
        """
        points, ring = list(line), closed and lead == 0
        halfway = points[0]
        if closed:
            points.append(line[lead])
        if closed and lead:  # seam in the middle of a straight part, where smoothing changes nothing
            (x1, y1), (x2, y2) = line[lead], line[lead + 1]
            halfway = ((x1 + x2) / 2, (y1 + y2) / 2)
            points.append(halfway)
        lon, lat = _resample(np.array([p[0] for p in points]), np.array([p[1] for p in points]))
        k = max(1, round(smooth / _STEP / 2))
        lon, lat = _mean(_extend(lon, k, ring), k), _mean(_extend(lat, k, ring), k)
        lon, lat = _resample(lon, lat)
        north, east = metres_per_degree(lat)
        if ring:
            wrap = np.r_[-2, np.arange(len(lon)), 1]
            dx, dy = (lon[wrap][2:] - lon[wrap][:-2]) * east, (lat[wrap][2:] - lat[wrap][:-2]) * north
        else:
            dx, dy = np.gradient(lon) * east, np.gradient(lat) * north
        course = np.degrees(np.unwrap(np.arctan2(dx, dy)))
        start = 0.0
        if closed and lead:
            i = int(np.argmin(_away(lon, lat, halfway)))
            way = np.radians(course[i])
            ahead = (halfway[0] - lon[i]) * east[i] * np.sin(way) + (halfway[1] - lat[i]) * north[i] * np.cos(way)
            start = _STEP * i + float(ahead)
        return cls(lat, lon, course, np.gradient(course) / _STEP, start, _STEP * (len(lon) - 1), np.ones(len(lon)))


def _away(lon: Floats, lat: Floats, place: tuple[float, float]) -> Floats:
    """Metres from ``place``; the last kilometre of the line counts as far."""
    metres = np.array(distance(lat, lon, place[1], place[0]))
    metres[-round(1000 / _STEP) :] = np.inf
    return metres


def _extend(values: Floats, k: int, ring: bool) -> Floats:
    if ring:
        return np.concatenate([values[-k - 1 : -1], values, values[1 : k + 1]])
    return np.pad(values, k, "reflect", reflect_type="odd")


def _mean(values: Floats, k: int) -> Floats:
    """Running mean over ``2 k + 1`` values."""
    total = np.concatenate([[0.0], np.cumsum(values - values[0])])
    return np.asarray((total[2 * k + 1 :] - total[: -2 * k - 1]) / (2 * k + 1) + values[0])


def _resample(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    steps = distance(lat[:-1], lon[:-1], lat[1:], lon[1:])
    along = np.concatenate([[0.0], np.cumsum(steps)])
    at = np.linspace(0, along[-1], max(2, round(along[-1] / _STEP) + 1))
    return np.interp(at, along, lon), np.interp(at, along, lat)


@dataclass(frozen=True, slots=True)
class Loop:
    """Sails ``route`` (a number) for ever from ``start`` metres at ``speed`` m/s, ``offset`` metres to its right.

    The speed swings by ``sway`` m/s over ``period`` seconds.
    """

    route: int
    start: float
    speed: float
    offset: float = 0.0
    sway: float = 0.0
    period: float = 3600.0
    phase: float = 0.0


@dataclass(frozen=True, slots=True)
class Shuttle:
    """Goes there and back on an open ``route`` at ``speed``, ``phase`` seconds into its timetable at the start.

    A slot of the timetable is one crossing and ``dwell`` seconds, part of which she waits before it, for a gap in the
    traffic (:mod:`selat.exercise.timetable`), and the rest after it. ``punctual``: she waits all of it before.
    """

    route: int
    speed: float
    dwell: float
    phase: float
    offset: float = 250.0
    acceleration: float = 0.15
    punctual: bool = False


@dataclass(frozen=True, slots=True)
class Swing:
    """Lies at anchor: the antenna is ``radius`` metres from the anchor, and swings by ``swing`` degrees.

    ``aside``: degrees by which the antenna lies off the line astern: a barge alongside swings with her host.
    """

    lat: float
    lon: float
    radius: float
    heading: float
    swing: float
    period: float
    phase: float
    aside: float = 0.0


@dataclass(frozen=True, slots=True)
class Wander:
    """Works about a ground: slow loop of ``reach`` metres in ``period`` s, and small ones of ``small`` metres."""

    lat: float
    lon: float
    reach: float
    period: float
    small: float
    small_period: float
    phases: tuple[float, float, float, float]


Move = Loop | Shuttle | Swing | Wander | Script


class Traffic:
    """All moves as arrays. ``at`` answers for any ships at any times."""

    def __init__(self, routes: Sequence[Route], moves: Sequence[Move]) -> None:
        self.plan: Callable[[float], None] | None = None
        self.watch: Watch | None = None
        self.lat = np.concatenate([r.lat for r in routes])
        self.lon = np.concatenate([r.lon for r in routes])
        self.course = np.concatenate([r.course for r in routes])
        self.curve = np.concatenate([r.curve for r in routes])
        self.room = np.concatenate([r.room for r in routes])
        self.base = np.cumsum([0, *(len(r.lat) for r in routes[:-1])])
        self.length = np.array([r.length for r in routes])
        self.lead = np.array([r.lead for r in routes])
        self.kind = np.array([_KINDS.index(type(m)) for m in moves], dtype=np.int64)
        self.row = np.zeros(len(moves), dtype=np.int64)
        self._tables: list[dict[str, NDArray[Any]]] = []
        for kind, cls in enumerate(_KINDS):
            mine = np.flatnonzero(self.kind == kind)
            self.row[mine] = np.arange(len(mine))
            names = cls.__dataclass_fields__ if cls is not Script else {}  # points of scripts differ in number
            self._tables.append({n: np.array([getattr(m, n) for m in moves if type(m) is cls]) for n in names})
            self._tables[-1]["row"] = np.arange(len(mine))
        self._scripts = Scripts([m for m in moves if type(m) is Script])
        shuttles = self._tables[SHUTTLE]
        every = np.arange(len(shuttles["row"]))
        self.first_leg = self.slot(shuttles, np.zeros(len(every)))[0] if len(every) else every
        self.waits = np.full((len(every), 64), np.inf)
        if len(every):
            self.waits[shuttles["punctual"]] = shuttles["dwell"][shuttles["punctual"], None]

    def __len__(self) -> int:
        return len(self.kind)

    def at(self, ships: Ints, t: Floats) -> State:
        """States of ``ships`` (numbers, shape (n,)) at ``t`` seconds (n,), 0 or more."""
        if self.plan is not None and len(t):
            self.plan(float(t.max()))
        if self.watch is None or not len(t):
            return self.planned(ships, t)
        self.watch.until(float(t.max()))
        d = self.watch.of(ships, t)
        return beside(self.planned(ships, np.maximum(t - d.late, 0.0)), d, self.watch.axis(ships))

    def planned(self, ships: Ints, t: Floats) -> State:
        """Their ways: as :meth:`at`, but nobody keeps clear, and shuttles lie at their berth in slots that no :attr:`plan`
        has filled.
        """
        n = len(ships)
        z = [np.zeros(n) for _ in range(6)]
        out = State(z[0], z[1], z[2], z[3], z[4], z[5], np.zeros(n, dtype=np.int64))
        kinds = self.kind[ships]
        for kind, move in enumerate((self._loop, self._shuttle, self._swing, self._wander, self._script)):
            here = np.flatnonzero(kinds == kind)
            if len(here):
                table = self._tables[kind]
                rows = self.row[ships[here]]
                part = move({k: v[rows] for k, v in table.items()}, t[here])
                for whole, values in zip(out, part, strict=True):
                    whole[here] = values
        return out

    def _on(self, route: Ints, s: Floats, offset: Floats, back: Any) -> tuple[Floats, ...]:
        """Position, course and curvature at ``s`` metres of routes; ``back``: sailed from its end."""
        f = np.clip(s, 0, self.length[route]) / _STEP
        i = np.minimum(f.astype(np.int64), (self.length[route] / _STEP).astype(np.int64) - 1)
        f, i = f - i, self.base[route] + i
        course = self.course[i] + f * (self.course[i + 1] - self.course[i]) + 180.0 * back
        curve = (self.curve[i] + f * (self.curve[i + 1] - self.curve[i])) * (1 - 2 * back)
        lat = self.lat[i] + f * (self.lat[i + 1] - self.lat[i])
        lon = self.lon[i] + f * (self.lon[i + 1] - self.lon[i])
        north, east = metres_per_degree(lat)
        side = np.radians(course + 90)
        return lat + offset * np.cos(side) / north, lon + offset * np.sin(side) / east, course % 360, curve

    def _loop(self, p: dict[str, NDArray[Any]], t: Floats) -> State:
        w = 2 * np.pi / p["period"]
        s = p["start"] + p["speed"] * t + p["sway"] / w * (np.sin(w * t + p["phase"]) - np.sin(p["phase"]))
        v = p["speed"] + p["sway"] * np.cos(w * t + p["phase"])
        length, lead = self.length[p["route"]], self.lead[p["route"]]
        s = np.where(s < length, s, lead + np.mod(s - lead, length - lead))
        k = self.base[p["route"]] + np.minimum(s / _STEP, length / _STEP - 1).astype(np.int64)
        wider = self.room[k + 1] - self.room[k]
        offset = p["offset"] * (self.room[k] + wider * (s / _STEP - np.floor(s / _STEP)))
        slope = p["offset"] * wider / _STEP  # she edges in where the lane narrows
        lat, lon, course, curve = self._on(p["route"], s, offset, 0)
        course = (course + np.degrees(np.arctan(slope))) % 360
        sog = v * (1 - np.radians(curve) * offset) * np.hypot(1.0, slope)  # the inner side of a bend is shorter
        return State(lat, lon, sog, course, course, curve * v, (s > length / 2).astype(np.int64))

    def departure(self, ships: Ints, t: Floats) -> Floats:
        """Seconds at which shuttles cast off in the slot that ``t`` lies in."""
        p = self.rows(SHUTTLE, self.row[ships])
        late = self.watch.of(ships, t).late if self.watch is not None else np.zeros(len(t))
        leg, into, _ = self.slot(p, t - late)
        left = (
            self._waited(self.row[ships], leg) - into
        )  # of her own time, which runs faster where she makes up for lost time
        return t + np.maximum(left / 1.5, left - late)

    def rows(self, kind: int, rows: Ints) -> dict[str, NDArray[Any]]:
        """Parameters of the moves of one kind."""
        return {k: v[rows] for k, v in self._tables[kind].items()}

    def slot(self, p: dict[str, NDArray[Any]], t: Floats) -> tuple[Ints, Floats, Floats]:
        """Number of the slot of shuttles ``p`` at ``t``, seconds into it, and its seconds in all."""
        half = self.length[p["route"]] / p["speed"] + p["speed"] / p["acceleration"] + p["dwell"]
        leg = np.floor((t + p["phase"]) / half)
        return leg.astype(np.int64), t + p["phase"] - leg * half, half

    def _waited(self, rows: Ints, leg: Ints) -> Floats:
        """Seconds that shuttles wait in their slots; for ever in a slot that is not planned."""
        k = np.clip(leg - self.first_leg[rows], 0, self.waits.shape[1] - 1)
        return np.asarray(self.waits[rows, k])

    def _shuttle(self, p: dict[str, NDArray[Any]], t: Floats) -> State:
        length, v, a = self.length[p["route"]], p["speed"], p["acceleration"]
        leg, into, half = self.slot(p, t)
        back = np.mod(leg, 2)
        into = into - self._waited(p["row"], leg)
        gone, sog = _profile(into, length, v, a, half - p["dwell"])
        taper = np.minimum(_TAPER, length / 4)
        side = p["offset"] * np.clip(np.minimum(gone, length - gone) / taper, 0, 1)
        lat, lon, course, curve = self._on(p["route"], np.where(back == 1, length - gone, gone), side, back)
        slope = p["offset"] / taper * ((gone < taper) * 1.0 - (length - gone < taper))
        course = (course + np.degrees(np.arctan(slope))) % 360
        turning = np.clip(1 + into / _SWING_OFF, 0, 1)  # from the berth's heading to that of departure
        heading = (course + 180 * (1 - turning)) % 360
        moored = (turning > 0) & (turning < 1)
        turn = np.where(moored, -180 / _SWING_OFF, curve * sog)
        sog = sog * np.hypot(1 - np.radians(curve) * side, slope)
        return State(lat, lon, sog, course, heading, turn, back)

    def _swing(self, p: dict[str, NDArray[Any]], t: Floats) -> State:
        w, yaw = 2 * np.pi / p["period"], 2 * np.pi / 540.0
        heading = p["heading"] + p["swing"] * np.sin(w * t + p["phase"]) + 3 * np.sin(yaw * t + 7 * p["phase"])
        turn = p["swing"] * w * np.cos(w * t + p["phase"]) + 3 * yaw * np.cos(yaw * t + 7 * p["phase"])
        north, east = metres_per_degree(p["lat"])
        astern = np.radians(heading + 180 + p["aside"])
        lat, lon = p["lat"] + p["radius"] * np.cos(astern) / north, p["lon"] + p["radius"] * np.sin(astern) / east
        sog = p["radius"] * np.abs(np.radians(turn))
        cog = (heading + 180 + p["aside"] + 90 * np.sign(turn)) % 360
        return State(lat, lon, sog, cog, heading % 360, turn, np.zeros(len(t), dtype=np.int64))

    def _script(self, p: dict[str, NDArray[Any]], t: Floats) -> State:
        lat, lon, sog, cog, heading, turn = self._scripts.at(p["row"], t)
        return State(lat, lon, sog, cog, heading, turn, np.zeros(len(t), dtype=np.int64))

    def _wander(self, p: dict[str, NDArray[Any]], t: Floats) -> State:
        w1, w2 = 2 * np.pi / p["period"], 2 * np.pi / p["small_period"]
        phases = p["phases"].reshape(len(t), 4)
        x = y = vx = vy = ax = ay = np.zeros(len(t))
        for radius, w, px, py in ((p["reach"], w1, 0, 1), (p["small"], w2, 2, 3)):
            a, b = w * t + phases[:, px], 0.8 * w * t + phases[:, py]
            x, y = x + radius * np.cos(a), y + radius * np.sin(b)
            vx, vy = vx - radius * w * np.sin(a), vy + 0.8 * radius * w * np.cos(b)
            ax, ay = ax - radius * w * w * np.cos(a), ay - 0.64 * radius * w * w * np.sin(b)
        north, east = metres_per_degree(p["lat"])
        sog2 = vx * vx + vy * vy + 1e-9
        cog = np.degrees(np.arctan2(vx, vy)) % 360
        turn = np.degrees((ax * vy - ay * vx) / sog2)
        none = np.zeros(len(t), dtype=np.int64)
        return State(p["lat"] + y / north, p["lon"] + x / east, np.sqrt(sog2), cog, cog, turn, none)


def _profile(into: Floats, length: Floats, v: Floats, a: Floats, crossing: Floats) -> tuple[Floats, Floats]:
    """Metres gone and speed, ``into`` seconds after casting off: steady acceleration, cruise, steady braking."""
    ramp = v / a
    t = np.clip(into, 0, crossing)
    left = crossing - t
    gone = np.where(t < ramp, a * t * t / 2, np.where(left < ramp, length - a * left * left / 2, v * (t - ramp / 2)))
    return gone, np.minimum(np.minimum(a * t, a * left), v)


_KINDS: tuple[type[Any], ...] = (Loop, Shuttle, Swing, Wander, Script)

__all__ = [
    "Deviation", "Loop", "Move", "Route", "Shuttle", "State", "Swing", "Traffic", "Wander", "Watch", "distance",
    "metres_per_degree",
]  # fmt: skip
