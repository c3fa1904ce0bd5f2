"""What the transponders of a scene send: ten seconds at a time, all ships at once.

The one source of both ways out: sentences (:mod:`selat.exercise.emit`) and tables (:mod:`selat.exercise.columns`). All is
drawn from dice of the seed and the number of the window, so a scene sends the same messages every time.
Reporting intervals: ITU-R M.1371-5 Annex 1, Tables 1 and 2.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from selat.exercise.identity import Identity, identity
from selat.exercise.incidents import Beacon, beacons, jumps
from selat.exercise.scene import Scene
from selat.exercise.staged import DECLARED, REPORTED, Wrong
from selat.exercise.traffic import Floats, Ints, State
from selat.model.clock import SECOND
from selat.model.columns import Array
from selat.model.encode import rot_code
from selat.model.units import KNOT

WINDOW = 10  #: seconds made at a time
STATIC_EVERY = 360.0  #: seconds
EARLY_STATICS = 45.0  #: in the first seconds all ships tell who they are once, as when a base station asks
_TURNING = 20.0  #: deg/min: with that the heading is 5 degrees off its 30 s mean, Annex 1 section 4.2.1
LYING = (1, 5)
_CAST_OFF = 11.0  #: seconds after which a shuttle does 3 knots
NO_LAT, NO_LON, NO_SOG, NO_COG, NO_HEADING, NO_ROT = 91 * 600_000, 181 * 600_000, 1023, 3600, 511, -128
_TYPE = {"A": 1, "B": 18, "S": 9, "base": 4, "mark": 21}
#: how much less far than class A a unit is heard: its power and the height of its aerial
REACH = {"A": 1.0, "B": 0.85, "M": 1.0, "S": 1.4, "beacon": 0.72}
REPORT, STATIC, TEXT = 0, 1, 2  #: sorts of messages


def interval(cls: NDArray[np.str_], knots: Floats, turning: NDArray[np.bool_], lying: NDArray[np.bool_]) -> Floats:
    """Seconds until the next position report of units of class ``cls``: A, B (carrier sense), BSO (self-organising),
    S (search aircraft), base or mark."""
    moving = np.select([knots > 23, knots > 14], [2.0, 6.0], 10.0)
    swift = np.select([knots > 14], [2.0], 10 / 3)
    a = np.where(lying & (knots <= 3), 180.0, np.where(lying, 10.0, np.where(turning, swift, moving)))
    b = np.where(knots > 2, 30.0, 180.0)
    so = np.select([knots > 23, knots > 14, knots > 2], [5.0, 15.0, 30.0], 180.0)
    return np.select([cls == "A", cls == "B", cls == "BSO", cls == "mark"], [a, b, so, 180.0], 10.0)


class Said(NamedTuple):
    """Position reports as sent, arrays (n,): the raw integers of M.1371 under the names of its fields.

    ``ship``: number in the fleet, -1: a beacon; ``t``: seconds since the start; ``lat0``, ``lon0``: where she is;
    ``carries``: how far, relative to class A.
    """

    ship: Array
    t: Array
    lat0: Array
    lon0: Array
    carries: Array
    kind: Array
    mmsi: Array
    lat: Array
    lon: Array
    sog: Array
    cog: Array
    heading: Array
    rot: Array
    status: Array
    second: Array
    radio: Array


class Sent(NamedTuple):
    """All messages of a window by time. ``sort``: REPORT, STATIC or TEXT; ``row``: its row in that sort's list.

    ``slots``: how long a message is; ``t``, ``lat``, ``lon``, ``carries``: when, from where, and how far it carries.
    """

    sort: Ints
    row: Ints
    t: Floats
    lat: Floats
    lon: Floats
    carries: Floats
    slots: Ints
    said: Said
    identities: list[Identity]
    texts: list[tuple[int, str]]


class Air:
    """Goes through a scene window by window; nothing may be left out."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.fleet, self.traffic = scene, scene.fleet, scene.traffic
        n = len(self.fleet)
        rng = np.random.default_rng([scene.seed, 0xE317])
        self.cls = np.array([s.kind if s.cls == "M" else s.cls + "SO" * s.so for s in self.fleet])
        self.kind = np.array([_TYPE["B" if c == "BSO" else c] for c in self.cls])
        self.mmsi = np.array([s.mmsi for s in self.fleet], np.int64)
        self.moored = np.array([s.berthed for s in self.fleet])
        self.status = np.array([s.status for s in self.fleet])
        self.shuttles = np.array([s.kind in ("ferry", "bunker", "pilot", "crossing") for s in self.fleet])
        self.anchored = np.array([s.kind in ("anchored", "lying") for s in self.fleet])
        self.carries = np.array([REACH[s.cls] for s in self.fleet])
        self.off = np.array([s.off for s in self.fleet])
        self.crab, self.noise = np.array([s.crab for s in self.fleet]), np.array([s.noise for s in self.fleet])
        self.skew = np.array([s.skew for s in self.fleet])
        self.lacks = {x: np.array([x in s.lacks for s in self.fleet]) for x in ("sog", "cog", "heading", "rot")}
        self.gyro = np.array([s.cls == "A" and s.length >= 20 for s in self.fleet])
        on = np.array([s.on for s in self.fleet])
        first = interval(self.cls, np.full(n, 12.0), np.zeros(n, bool), self.anchored)
        self.next = on + rng.uniform(0, 1, n) * first
        self.static = on + rng.uniform(0, EARLY_STATICS, n)
        self.static_phase = on + EARLY_STATICS + rng.uniform(0, STATIC_EVERY, n)
        self.static[self.cls == "base"] = np.inf
        self.static[self.cls == "mark"] = np.inf  # a mark's static data are in its one message
        self.wobble = rng.uniform(0, 2 * np.pi, (n, 2))
        self.beacons: tuple[Beacon, ...] = (*beacons(scene), *scene.staged.beacons)
        self.jumps = jumps(scene)
        self.leg = np.zeros(n, dtype=np.int64)
        self.pace = np.ones(n)
        self.window_number = 0
        self._silences = sorted(scene.staged.silences, key=lambda s: s.on)
        self._wrongs = scene.staged.wrongs
        self._active: list[Wrong] = []

    def window(self) -> Sent:
        """What is sent in the next ten seconds."""
        k = self.window_number
        self.window_number += 1
        begin, end = float(k * WINDOW), float((k + 1) * WINDOW)
        rng = np.random.Generator(np.random.Philox(key=[self.scene.seed, k]))
        self._active = [w for w in self._wrongs if w.on < end and w.off > begin]
        self.pace[:] = 1.0
        for w in self._active:
            if w.name == "pace":
                self.pace[w.ship] = w.value
        parts = []
        while len(due := np.flatnonzero((self.next < end) & (self.off > self.next))):
            parts.append(self._reports(due, rng))
        idents, when = self._identities(end)
        said, texts = self._beacons(begin, end, rng)
        if said:
            parts.append(said)
        texts += [
            (int(self.mmsi[x.ship]), x.text, x.at, x.ship) for x in self.scene.staged.texts if begin <= x.at < end
        ]
        return self._sort(parts, idents, when, texts, begin, end)

    # --- position reports --------------------------------------------------------------------------------------------
    def _reports(self, due: Ints, rng: np.random.Generator) -> Said:
        """Sensors of the ships whose turn it is; and when it is their turn again."""
        t = self.next[due]
        state = self.traffic.at(due, np.floor(t))  # the fix is of the whole second that the message names
        n = len(due)
        dice, radio = rng.standard_normal((n, 5)), rng.integers(0, 1 << 17, n)
        dice[self.noise[due] == 0.0] = 0.0  # what is made up is exact
        knots = np.maximum(0.0, state.sog / KNOT + 0.05 * dice[:, 0])
        still = (self.shuttles[due] & (state.sog < 0.3)) | self.anchored[due]
        status = np.where(still, self.moored[due], self.status[due])
        said: dict[str, Any] = {
            "sog": knots, "status": status, "mmsi": self.mmsi[due], "rot": state.turn * 60,
            "cog": (state.cog + dice[:, 3] * np.minimum(60.0, 0.3 + 2.0 / (knots + 0.05))) % 360,
            "heading": (state.heading + self.crab[due] + 0.4 * dice[:, 4]) % 360, "skew": self.skew[due],
        }  # fmt: skip
        said["lat"], said["lon"] = self._gps(due, t, state, dice)
        for name, no in self.lacks.items():
            said[name] = np.where(no[due], np.nan, said[name])
        self._wrong(due, t, said, dice)
        self._next(due, t, state, knots, np.isin(said["status"], LYING))
        self.leg[due] = state.leg
        return self._coded(due, t, state, said, radio)

    def _gps(self, due: Ints, t: Floats, state: State, dice: Floats) -> tuple[Floats, Floats]:
        """Positions as the receiver on board sees them: a slow wander of some metres, white noise, and jumps."""
        fixed = np.isin(self.cls[due], ("mark", "base")) | (self.noise[due] == 0.0)
        slow = 3.5 * np.sin(t[:, None] * (2 * np.pi / np.array([610.0, 470.0])) + self.wobble[due])
        metres = np.where(fixed[:, None], 0.0, slow + self.noise[due][:, None] * dice[:, 1:3]) / 111_000.0
        lat, lon = state.lat + metres[:, 0], state.lon + metres[:, 1]
        for j in self.jumps:
            led = (due == j.ship) & (t >= j.on) & (t < j.off)
            lat, lon = lat + j.dlat * led, lon + j.dlon * led
        return lat, lon

    def _wrong(self, due: Ints, t: Floats, said: dict[str, Any], dice: Floats) -> None:
        """Put in what is staged to be wrong."""
        for w in self._active:
            if w.name not in REPORTED:
                continue
            k = np.flatnonzero((due == w.ship) & (t >= w.on) & (t < w.off))
            if not len(k):
                continue
            if w.name in ("lat", "lon", "skew"):
                said[w.name][k] += w.value
            elif w.name == "heading":
                said["heading"][k] = (said["heading"][k] + w.value) % 360
            elif w.name in ("heading_is", "lat_is", "lon_is"):
                name = w.name.removesuffix("_is")
                wander = dice[k, 1 if name == "lat" else 2] * 2e-5 if name != "heading" else 0.0
                said[name][k] = np.nan if w.value is None else w.value + wander
            elif w.name == "noise":
                said["lat"][k] += w.value / 111_000.0 * dice[k, 1]
                said["lon"][k] += w.value / 111_000.0 * dice[k, 2]
            elif w.name == "fix":
                for name in ("lat", "lon", "sog", "cog"):
                    said[name][k] = np.nan
            elif w.name != "pace":
                said[w.name][k] = np.nan if w.value is None else w.value

    def _coded(self, due: Ints, t: Floats, state: State, said: dict[str, Any], radio: Ints) -> Said:
        kind = self.kind[due]
        a, gyro = kind == 1, self.gyro[due]
        fixed = (kind == 4) | (kind == 21)
        lying = np.isin(said["status"], LYING)
        turning = np.where(lying, 0.0, said["rot"])
        rot = np.full(len(due), NO_ROT)
        sure = a & gyro & np.isfinite(said["rot"])
        rot[sure] = [rot_code(x) for x in turning[sure].tolist()]
        plane = kind == 9
        raw = np.where(plane, np.round(said["sog"]), np.round(said["sog"] * 10))
        sog = np.where(fixed | np.isnan(raw), NO_SOG, np.minimum(raw, 1022))
        cog = np.where(fixed | np.isnan(said["cog"]), NO_COG, np.round(said["cog"] * 10) % 3600)
        heading = np.where(a & gyro & np.isfinite(said["heading"]), np.floor(said["heading"]), NO_HEADING)
        second = (self.scene.start // SECOND + np.floor(t) + said["skew"]) % 60
        lost = np.isnan(said["lat"]) | np.isnan(said["lon"])
        lat = np.where(lost, NO_LAT, np.round(said["lat"] * 600_000))
        lon = np.where(lost, NO_LON, np.round(said["lon"] * 600_000))

        def whole(x: Any) -> Ints:
            return np.asarray(np.nan_to_num(x), np.int64)

        return Said(
            due, t, state.lat, state.lon, self.carries[due], kind, np.asarray(said["mmsi"]), whole(lat), whole(lon), whole(sog),
            whole(cog), whole(heading), whole(rot), np.where(a, said["status"], 15), whole(second), radio,
        )  # fmt: skip

    def _next(self, due: Ints, t: Floats, state: State, knots: Floats, lying: NDArray[np.bool_]) -> None:
        turning = np.abs(state.turn * 60) > _TURNING
        every = interval(self.cls[due], knots, turning & ~lying, lying) * self.pace[due]
        following = t + every
        waiting = np.flatnonzero(self.shuttles[due] & lying)
        if len(waiting):  # a unit that gets under way reports at once, not at the end of its three minutes
            soon = self.traffic.departure(due[waiting], t[waiting]) + _CAST_OFF
            following[waiting] = np.minimum(following[waiting], np.where(soon > t[waiting], soon, np.inf))
        self.next[due] = following

    # --- what else is sent -------------------------------------------------------------------------------------------
    def _identities(self, end: float) -> tuple[list[Identity], list[tuple[int, float]]]:
        """Static data, and (ship, time) of each: Message 5, or both parts of Message 24 two seconds apart."""
        due = np.flatnonzero((self.static < end) & (self.off > self.static))
        found: list[Identity] = []
        when: list[tuple[int, float]] = []
        declared = [w for w in self._active if w.name in DECLARED]
        for i in due.tolist():
            t = float(self.static[i])
            steps = np.floor((t - self.static_phase[i]) / STATIC_EVERY + 1e-6) + 1
            self.static[i] = self.static_phase[i] + max(0.0, float(steps)) * STATIC_EVERY
            other = {w.name: w.value for w in declared if w.ship == i and w.on <= t < w.off}
            for part in (0, 1) if self.fleet[i].cls == "B" else (2,):
                found.append(identity(i, self.fleet[i], int(self.leg[i]), part, other))
                when.append((i, t + 2.0 * (part == 1)))
        return found, when

    def _beacons(
        self, begin: float, end: float, rng: np.random.Generator
    ) -> tuple[Said | None, list[tuple[int, str, float, Any]]]:
        rows: list[tuple[float, ...]] = []
        texts: list[tuple[int, str, float, Any]] = []
        for beacon in self.beacons:
            if beacon.on >= end or beacon.off <= begin:
                continue
            for t, text in beacon.due(begin, end):
                lat, lon = beacon.at(t)
                off = rng.normal(0, 4, 2) / 111_000
                if text:
                    texts.append((beacon.mmsi, beacon.text, t, (lat, lon)))
                    continue
                status, sog = (15, 0) if beacon.test else (14, 9)  # 15, "undefined", is the code of a test
                second = (self.scene.start // SECOND + int(t)) % 60
                where = round((lat + off[0]) * 600_000), round((lon + off[1]) * 600_000)
                rows.append((-1, t, lat, lon, REACH["beacon"], 1, beacon.mmsi, *where, sog, NO_COG, NO_HEADING, NO_ROT,
                             status, second, int(rng.integers(0, 1 << 17))))  # fmt: skip
        if not rows:
            return None, texts
        table = np.array(rows)
        real = ("t", "lat0", "lon0", "carries")
        return Said(*(table[:, k] if name in real else table[:, k].astype(np.int64)
                      for k, name in enumerate(Said._fields))), texts  # fmt: skip

    def _sort(
        self, parts: list[Said], idents: list[Identity], when: list[tuple[int, float]],
        texts: list[tuple[int, str, float, Any]], begin: float, end: float,
    ) -> Sent:  # fmt: skip
        """Put everything in order of time, without what is silenced."""
        said = Said(*(np.concatenate(column) for column in zip(*parts, strict=True))) if parts else _nothing()
        who = np.array([i for i, _ in when], np.int64)
        t = np.array([x for _, x in when])
        there = self.traffic.at(who, t) if len(who) else None
        places = [(x[3] if isinstance(x[3], tuple) else self._where(x[3], x[2])) for x in texts]
        sort = np.repeat([REPORT, STATIC, TEXT], [len(said.t), len(who), len(texts)])
        index = np.concatenate([np.arange(len(said.t)), np.arange(len(who)), np.arange(len(texts))])
        ship = np.concatenate([said.ship, who, [x[3] if isinstance(x[3], int) else -1 for x in texts]]).astype(np.int64)
        times = np.concatenate([said.t, t, [x[2] for x in texts]])
        lat = np.concatenate([said.lat0, there.lat if there else [], [p[0] for p in places]])
        lon = np.concatenate([said.lon0, there.lon if there else [], [p[1] for p in places]])
        far = [REACH["beacon"] if isinstance(x[3], tuple) else self.carries[x[3]] for x in texts]
        carries = np.concatenate([said.carries, self.carries[who], far])
        slots = np.concatenate([np.ones(len(said.t)), np.where([i.part == 2 for i in idents], 2, 1) if idents else [],
                                np.ones(len(texts))])  # fmt: skip
        slots[: len(said.t)][said.kind == 21] = 2
        keep = np.ones(len(times), bool)
        for s in self._silences:
            if s.on < end + 2.0 and s.off > begin:
                keep &= ~((ship == s.ship) & (times >= s.on) & (times < s.off))
        order = np.lexsort((sort, times))
        order = order[keep[order]]
        return Sent(sort[order], index[order], times[order], lat[order], lon[order], carries[order],
                    slots[order].astype(np.int64), said, idents, [(m, x) for m, x, _, _ in texts])  # fmt: skip

    def _where(self, ship: int, t: float) -> tuple[float, float]:
        state = self.traffic.at(np.array([ship]), np.array([t]))
        return float(state.lat[0]), float(state.lon[0])


def _nothing() -> Said:
    return Said(*(np.zeros(0, np.float64 if n in ("t", "lat0", "lon0", "carries") else np.int64) for n in Said._fields))
