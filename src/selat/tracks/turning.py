"""One turn of a radar after another becomes tracks: an existence filter with joint association (JIPDA) and LBP marginals.

D. Musicki, R. Evans, *Joint integrated probabilistic data association*, IEEE Trans. AES 40 (3), 2004, with the marginals
of J. L. Williams and R. A. Lau (:mod:`selat.kernels.loopy`). Every plot that no track explains may begin a track, with
little probability of existence; each turn multiplies its odds by how much better a target explains what was measured than
clutter does. A track is *sure* when its odds have passed :data:`SURE`. From the clutter that was learned follows how
little a new track may start with, so that clutter alone makes one sure track in :data:`HOUR_S` on the average at most
(Ville's inequality: odds that start at ``o`` pass ``K`` by chance with a probability of ``o / K`` at most).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import loopy, radarplots, radarscan, radartracks
from selat.kernels.geodesy import plane
from selat.kernels.radarmodes import DIM, MODES, Model
from selat.kernels.radarscan import Plots, Tracks
from selat.model.clock import SECOND
from selat.model.columns import Columns
from selat.sensors.radar import Radar
from selat.tracks.clutter import SIDE, Clutter
from selat.tracks.fixed import Fixed
from selat.tracks.scans import Scans, Turn

Array = NDArray[Any]
HOUR_S = 3600.0
SURE = 99.0  #: odds at which a track is believed: 0.99
_DEG, _AZ = 1e-7, 1e-6

_OWN = {"born": "i8", "uid": "i8", "sure": "i8", "told": "i8", "odds": "f8", "radar": "i4",
        "still": "i8", "lat0": "f8", "lon0": "f8", "fixed": "u1"}  # fmt: skip
_SHARED = {"lat": "f8", "lon": "f8", "x": "f8", "p": "f8", "mu": "f8", "many": "u1", "time": "i8", "r": "f8",
           "nis": "f8", "hits": "i8", "seen": "i8", "best": "i8", "alive": "u1"}  # fmt: skip
_SHAPE = {"x": (MODES, DIM), "p": (MODES, DIM, DIM), "mu": (MODES,)}


_MODEL = Model(steady=0.01, restless=0.5, turning=0.05, turn=1e-4, stay=40.0)


@dataclass(frozen=True, slots=True)
class Tuning:
    """How the tracker believes that targets behave, and how much evidence it asks for."""

    model: Model = _MODEL
    speed: float = 6.0  #: m/s: standard deviation of a new track's velocity, each axis
    life: float = 600.0  #: s for which a target stays, on the average
    false_an_hour: float = 1.0  #: sure tracks of clutter alone that one radar may make in an hour
    slack: float = 3.0  #: by how much less than Ville's bound clutter makes (odds jump past their mark)
    most: float = 0.1  #: odds with which a track may begin, at most
    least: float = 1e-5  #: and at least
    fade: float = 0.02  #: share of its first odds at which an unsure track is given up
    lost: float = 0.05  #: probability at which a sure track is given up
    unseen: float = 300.0  #: s without a plot after which any track is given up
    every: float = 5.0  #: s between two reports of a track


@dataclass(slots=True)
class Told:
    """Rows about sure tracks at one turn: arrays by row. ``uid`` is the number (seq) of the plot that the track began with."""

    due: int
    uid: Array
    born: Array
    time: Array
    seq: Array
    lat: Array
    lon: Array
    vx: Array
    vy: Array
    sigma: Array
    vsigma: Array
    r: Array
    hits: Array
    received: int


@dataclass(slots=True)
class Engine:
    """All that is known after some turns. Only :meth:`judge` changes it."""

    radars: Mapping[int, Radar] = field(default_factory=dict)
    tuning: Tuning = field(default_factory=Tuning)
    scans: Scans = field(default_factory=Scans)
    clutter: dict[int, Clutter] = field(default_factory=dict)
    fixed: Fixed = field(default_factory=Fixed)
    columns: dict[str, Array] = field(default_factory=lambda: _columns(0))

    def radar(self, number: int) -> Radar:
        """What is known of a radar."""
        return self.radars.get(number) or Radar()

    def push(self, plots: Columns) -> None:
        """Take plots in order of time."""
        self.scans.push(plots, {r: self.radar(r).period for r in np.unique(plots["radar"]).tolist()})

    def pull(self, until: int) -> list[Told]:
        """Judge all turns that are due at ``until`` (ns)."""
        periods = {r: self.radar(r).period for r in self.scans.open}
        return [self.judge(turn) for turn in self.scans.pull(until, periods)]

    def tracks(self) -> Tracks:
        """The arrays that kernels work on."""
        return Tracks(**{k: self.columns[k] for k in _SHARED})

    def mean(self) -> Array:
        """(n, 11) of :func:`selat.kernels.radartracks.mean`."""
        out = np.zeros((len(self.columns["alive"]), 11))
        radartracks.mean(self.tracks(), out)
        return out

    # --- one turn ----------------------------------------------------------------------------------------------------
    def judge(self, turn: Turn) -> Told:
        """Take one turn of a radar in; what there is to tell of sure tracks."""
        radar, rows = self.radar(turn.radar), turn.plots
        z = _placed(rows, radar)
        lat0, lon0 = float(rows["radar_lat"][0] * _DEG), float(rows["radar_lon"][0] * _DEG)
        map_ = self.clutter.setdefault(turn.radar, Clutter(lat0, lon0))
        map_.meet(z.lat, z.lon)
        t, c = self.tracks(), self.columns
        n = len(c["alive"])
        at, reach = np.zeros(n, "i8"), np.zeros(n)
        when = (int(rows["time"].min()) + int(rows["time"].max())) // 2
        most = math.sqrt(float(np.max(z.ee + z.nn))) if len(z.lat) else 1.0
        radarscan.aim(t, z, when, most, at, reach)
        radarscan.predict(t, at, self.tuning.model, self.tuning.life)
        alive = np.flatnonzero(c["alive"])
        pd = np.zeros(n)
        m = self.mean()
        pd[alive] = self._chance(map_, radar, lat0, lon0, m[alive, 0], m[alive, 1])
        start, edges = _edges(t, z, reach)
        w = np.repeat(t.r * pd, np.diff(start)) * edges["like"] / map_.density(z.lat, z.lon)[edges["plot"]]
        beta, miss, alone = np.empty(len(w)), np.empty(n), np.empty(len(z.lat))
        loopy.marginals(start, edges["plot"], w, 1.0 - t.r * pd, beta, miss, alone)
        known = alive[(t.r[alive] > 0.9) & (t.hits[alive] >= 5) & (pd[alive] > 0.0)]
        looks = t.r[known].copy()
        radarscan.update(t, z, start, edges["plot"], edges["like"], edges["modes"], edges["dist"], beta, miss, pd)
        got = np.minimum(_sums(beta, start)[known], looks)
        map_.learn(
            z.lat, z.lon, self._nobodys(start, edges["plot"], beta, len(z.lat)), m[known, 0], m[known, 1], got, looks
        )
        self._end(turn, t, pd)
        self._begin(turn, z, alone, map_, radar)
        return self._tell(turn, rows)

    def _nobodys(self, start: Array, plot: Array, beta: Array, plots: int) -> Array:
        """Probability of each plot that it is no likely track's. Others do not count, or they would explain all clutter."""
        sure = np.repeat((self.columns["sure"] > 0) | (self.columns["r"] > 0.5), np.diff(start))
        taken = np.bincount(plot[sure], beta[sure], plots)
        out: Array = np.clip(1.0 - taken, 0.0, 1.0)
        return out

    def _chance(self, map_: Clutter, radar: Radar, lat0: float, lon0: float, lat: Array, lon: Array) -> Array:
        """Probability of detection of targets: 0 where the radar cannot see, or never saw anything."""
        e, n = plane(lat0, lon0, lat, lon)
        away = np.hypot(e, n)
        seen = radar.sees(away, np.degrees(np.arctan2(e, n)) % 360.0) & (away <= map_.far + SIDE)
        seen &= (e >= map_.box[0] - SIDE) & (n >= map_.box[1] - SIDE) & (e <= map_.box[2] + SIDE)
        seen &= n <= map_.box[3] + SIDE
        return np.where(seen, map_.chance(lat, lon), 0.0)

    def _end(self, turn: Turn, t: Tracks, pd: Array) -> None:
        """Give up what fades, what is one with another, and what nobody saw for long."""
        c, tune = self.columns, self.tuning
        alive = c["alive"] > 0
        odds = c["r"] / np.maximum(1.0 - c["r"], 1e-12)
        sure = c["sure"] > 0
        over = ~sure & (odds < tune.fade * c["odds"])
        # where clutter lies in every gate, chance keeps tracks alive: a target's odds have grown by then
        age = (turn.due - c["born"]) / (self.radar(turn.radar).period * SECOND)
        over |= ~sure & (((age > 5.0) & (odds < c["odds"])) | ((age > 10.0) & (odds < 30.0 * c["odds"])))
        over |= sure & (c["r"] < tune.lost)
        over |= turn.due - c["seen"] > round(tune.unseen * SECOND)
        c["alive"][alive & over] = 0
        radartracks.rethink(t)
        able = np.flatnonzero((c["alive"] > 0) & (c["hits"] >= 3))
        if able.size > 1:
            m = self.mean()
            order = able[np.argsort(m[able, 0], kind="stable")]
            kill = np.zeros(len(c["alive"]), "u1")
            radartracks.twins(t, m, order, np.ascontiguousarray(m[order, 0]), kill)
            c["alive"][kill > 0] = 0
        odds = c["r"] / np.maximum(1.0 - c["r"], 1e-12)
        c["sure"][(c["alive"] > 0) & (c["sure"] == 0) & (odds >= SURE)] = turn.due

    def first_odds(self, map_: Clutter, period: float) -> float:
        """Odds of a track that has one plot, so that clutter makes no more sure tracks than are allowed."""
        tune = self.tuning
        an_hour = max(map_.a_turn * HOUR_S / period, 1.0)
        return min(max(SURE * tune.slack * tune.false_an_hour / an_hour, tune.least), tune.most)

    def _begin(self, turn: Turn, z: Plots, alone: Array, map_: Clutter, radar: Radar) -> None:
        rows = np.flatnonzero(alone > 0.3)
        if not rows.size:
            return
        odds = self.first_odds(map_, radar.period)
        free = np.flatnonzero(self.columns["alive"] == 0)
        if free.size < rows.size:
            old = len(self.columns["alive"])
            _grow(self.columns, max(64, 2 * old, old + rows.size))
            free = np.flatnonzero(self.columns["alive"] == 0)
        slots = free[: rows.size]
        c = self.columns
        r = odds / (1.0 + odds) * alone[rows]
        radartracks.bear(self.tracks(), slots, z, rows, r, self.tuning.speed)
        c["born"][slots] = c["still"][slots] = z.time[rows]
        c["uid"][slots], c["odds"][slots], c["radar"][slots] = z.seq[rows], r / (1.0 - r), turn.radar
        c["sure"][slots] = c["told"][slots] = 0
        c["fixed"][slots] = 0
        c["lat0"][slots], c["lon0"][slots] = z.lat[rows], z.lon[rows]

    def _tell(self, turn: Turn, rows: Columns) -> Told:
        """Sure tracks that a plot of this turn moved, each every few seconds; objects that are fixed are not told of."""
        c = self.columns
        sure = np.flatnonzero((c["alive"] > 0) & (c["sure"] > 0))
        m = self.mean()
        self.fixed.look(c, sure, m, turn.due)
        first, last = int(rows["time"].min()), int(rows["time"].max())
        fresh = (c["seen"][sure] >= first) & (c["seen"][sure] <= last) & (c["fixed"][sure] == 0)
        due = c["time"][sure] - c["told"][sure] >= round(self.tuning.every * SECOND)
        s = sure[fresh & due]
        c["told"][s] = c["time"][s]
        spread, speed = np.sqrt(0.5 * (m[s, 4] + m[s, 6])), np.sqrt(0.5 * (m[s, 7] + m[s, 9]))
        return Told(
            turn.due, c["uid"][s].copy(), c["born"][s].copy(), c["time"][s].copy(), c["best"][s].copy(), m[s, 0], m[s, 1],
            m[s, 2], m[s, 3], spread, speed, c["r"][s].copy(), c["hits"][s].copy(), int(rows["received"].max()),
        )  # fmt: skip

    # --- state -------------------------------------------------------------------------------------------------------
    def copy(self) -> Engine:
        """Another one that goes its own way."""
        return Engine(
            self.radars, self.tuning, self.scans.copy(), {k: v.copy() for k, v in self.clutter.items()}, self.fixed.copy(),
            {k: v.copy() for k, v in self.columns.items()},
        )  # fmt: skip

    def state(self) -> dict[str, Any]:
        """Plain values and arrays; slots after the last live one are left out."""
        live = np.flatnonzero(self.columns["alive"])
        n = int(live[-1]) + 1 if live.size else 0
        return {
            "scans": self.scans.state(),
            "clutter": [[k, v.state()] for k, v in self.clutter.items()],
            "fixed": self.fixed.state(),
            "columns": {k: v[:n].copy() for k, v in self.columns.items()},
            "slots": len(self.columns["alive"]),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a saved :meth:`state`."""
        self.scans = Scans.of(state["scans"])
        self.clutter = {int(k): Clutter.of(v) for k, v in state["clutter"]}
        self.fixed = Fixed.of(state["fixed"])
        self.columns = _columns(int(state["slots"]))
        for name, values in state["columns"].items():
            n = len(values)
            self.columns[name][:n] = np.asarray(values).reshape(self.columns[name][:n].shape)


def _columns(n: int) -> dict[str, Array]:
    return {k: np.zeros((n, *_SHAPE.get(k, ())), kind) for k, kind in (_SHARED | _OWN).items()}


def _grow(columns: dict[str, Array], n: int) -> None:
    for name, wide in _columns(n).items():
        wide[: len(columns[name])] = columns[name]
        columns[name] = wide


def _placed(rows: Columns, radar: Radar) -> Plots:
    """Plots on the earth, in order of latitude; those outside the radar's limits are left out."""
    away = rows["range"] * 0.1 - radar.bias_range
    azimuth = rows["azimuth"] * _AZ - radar.bias_azimuth
    keep = np.flatnonzero(radar.sees(away, azimuth % 360.0))
    rows, away, azimuth = rows.take(keep), away[keep], azimuth[keep]
    sr = np.where(rows["sigma_range"] == 65535, radar.sigma_range, np.maximum(rows["sigma_range"], 1) * 0.1)
    sa = np.where(rows["sigma_azimuth"] == 65535, radar.sigma_azimuth, np.maximum(rows["sigma_azimuth"], 1) * 0.001)
    at = radarplots.place(rows["radar_lat"] * _DEG, rows["radar_lon"] * _DEG, away, azimuth, sr, sa)
    order = np.lexsort((rows["seq"], at[0]))
    lat, lon, ee, en, nn = (np.ascontiguousarray(a[order]) for a in at)
    return Plots(lat, lon, ee, en, nn, rows["time"][order], rows["seq"][order])


def _edges(t: Tracks, z: Plots, reach: Array) -> tuple[Array, dict[str, Array]]:
    room = 1024 + 4 * (len(reach) + len(z.lat))
    while True:
        start = np.zeros(len(reach) + 1, "i8")
        out = {
            "plot": np.zeros(room, "i8"),
            "like": np.zeros(room),
            "modes": np.zeros((room, MODES)),
            "dist": np.zeros(room),
        }
        n = int(radarscan.gate(t, z, reach, start, out["plot"], out["like"], out["modes"], out["dist"]))
        if n <= room:
            return start, {k: v[:n] for k, v in out.items()}
        room = n


def _sums(values: Array, start: Array) -> Array:
    """Sum of the values of each track."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    out: Array = total[start[1:]] - total[start[:-1]]
    return out
