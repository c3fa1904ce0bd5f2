"""Lanes: which way traffic flows at a place, how far to the side, how fast; declared lanes first, learned ones else.

*Declared* lanes are zones of kind ``lane`` or ``deep_water_route`` that have a direction (of a line: that of its part).
*Learned* lanes are the flows of a sea's history (:mod:`selat.tracks.lanes_learn`): for cells of 1/360 degree (309 m) the
directions in which ships pass, each with its passages, speeds, and the lateral profile of the traffic abreast.
A learned lane is what ships did, not what is right: every hit says which it is, and :meth:`Lanes.source` whose.

Numbers of lanes: declared ones first, in the order of the zones, then learned ones. They hold for one ``version``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from selat.kernels import lanes_field as field
from selat.kernels.flat import flat
from selat.model.clock import DAY, format_time
from selat.model.zone import Zone
from selat.tracks import lanes_stops
from selat.tracks.lanes_declared import Declared
from selat.tracks.lanes_learn import GROUPS, Counts
from selat.tracks.lanes_stops import Anchorage
from selat.tracks.zones import Zones

Array = NDArray[Any]
LEAST = 5  #: passages of a direction, below which it is no flow
SHARE = 0.05  #: of all passages of the cell, likewise
REACH = 4000.0  #: m to either side that a profile looks
FLOOR = 0.03  #: of the most passages of a cell abreast: here the traffic ends
MERCHANTS = (0, *range(4, len(GROUPS)))  #: groups of cargo ships and tankers, and the unknown
ENOUGH = 30  #: passages that make a profile of one group of ships; with fewer that of all is given


class LaneHit(NamedTuple):
    """What is known of traffic at places, arrays; NaN, -1, 0 and False where nothing is."""

    direction: Array  #: deg true, of the flow
    lane: Array  #: number of the lane; -1: none
    cross: Array  #: m to starboard of the middle of the traffic (learned) or of the lane (declared)
    along: Array  #: m from the beginning of the lane
    sigma: Array  #: m, standard deviation of the traffic across
    speed_mean: Array  #: m/s
    speed_sigma: Array  #: m/s
    passages: Array  #: ships that went this way, here and abreast
    declared: Array  #: True: of a zone; False: learned
    share: Any = 1.0  #: of all passages of the cell, those of this direction; 1: nobody goes another way
    merchants: Any = 0  #: of all ships here and abreast, cargo ships, tankers and those that did not say what they are


@dataclass(frozen=True, slots=True)
class _Learned:
    """The field of flows: see :mod:`selat.kernels.lanes_field`."""

    cells: Array
    flow: Array
    profile: Array
    speeds: Array  # (flows, groups, 3): passages, mean, sigma
    lane: Array
    along: Array


class Lanes:
    """The lanes of a sea: of counts of its history, and of its zones. Not to be changed."""

    def __init__(self, counts: Counts | None = None, zones: Zones | None = None) -> None:
        self.counts = Counts() if counts is None else counts
        self.declared = Declared(Zones() if zones is None else zones)
        self._field = _field_of(self.counts)
        learned = int(self._field.lane.max()) + 1 if len(self._field.lane) else 0
        self._count = len(self.declared) + learned
        key = f"{self.counts.version} {self.declared.zones.version}"
        self.version = hashlib.sha256(key.encode()).hexdigest()[:16]
        self.anchorages: tuple[Anchorage, ...]
        self.anchorages, self._stops = lanes_stops.anchorages(self.counts)

    def __len__(self) -> int:
        return self._count

    def at(self, lat: Any, lon: Any, course: Any = np.nan, group: Any = -1, reach: float = 0.0) -> LaneHit:
        """The lane at each place: arrays, or numbers, broadcast.

        Where several directions are usual the one nearest to ``course`` (deg) is given, without a course the most
        usual; ``share`` tells how usual. ``group``: place in :data:`selat.tracks.lanes_learn.GROUPS`: profile and
        speeds of ships of this kind, where enough of them passed; -1: of all ships. ``reach`` m: where nobody passes
        (that way), the nearest lane so far away is given, ``cross`` measured from its middle: for ships that left it.
        """
        (y, x, heading, kind), shape = flat(lat, lon, course, group)
        hit = self._learned(y, x, heading, kind.astype(np.int64), reach)
        self._prefer_declared(hit, y, x, heading, kind.astype(np.int64))
        return LaneHit(*(np.asarray(a).reshape(shape) for a in hit))

    def _learned(self, y: Array, x: Array, course: Array, group: Array, reach: float = 0.0) -> LaneHit:
        f, n = self._field, len(y)
        hit = _nothing(n)
        if not len(f.cells):
            return hit
        found, east, north = field.at(f.cells, f.flow, self.counts.per, y, x, course, reach)
        k = np.flatnonzero(found >= 0)
        at = found[k]
        ux, uy = f.flow[at, field.DX], f.flow[at, field.DY]
        own = np.where((group[k] >= 0) & (group[k] < len(GROUPS)), group[k], len(GROUPS))
        own = np.where(f.profile[at, own, 0] >= ENOUGH, own, len(GROUPS))
        fast = np.minimum(own, len(GROUPS) - 1)
        special = (own < len(GROUPS)) & (f.speeds[at, fast, 0] >= ENOUGH)
        hit.direction[k] = np.degrees(np.arctan2(ux, uy)) % 360.0
        hit.lane[k] = f.lane[at] + len(self.declared)
        hit.cross[k] = east[k] * uy - north[k] * ux - f.profile[at, own, 1]
        hit.along[k] = f.along[at] + east[k] * ux + north[k] * uy
        hit.sigma[k] = f.profile[at, own, 2]
        hit.speed_mean[k] = np.where(special, f.speeds[at, fast, 1], f.flow[at, field.MEAN])
        hit.speed_sigma[k] = np.where(special, f.speeds[at, fast, 2], np.sqrt(f.flow[at, field.VAR]))
        hit.passages[k] = f.profile[at, own, 0].astype(np.int64)
        hit.share[k] = f.flow[at, field.NOW] / f.flow[at, field.ALL]
        hit.merchants[k] = f.profile[at][:, list(MERCHANTS), 0].sum(axis=1).astype(np.int64)
        return hit

    def _prefer_declared(self, hit: LaneHit, y: Array, x: Array, course: Array, group: Array) -> None:
        """Direction and place of declared lanes; speeds and sigma stay those of the traffic that goes this way."""
        found, direction, cross, along = self.declared.at(y, x, course)
        k = np.flatnonzero(found >= 0)
        if not len(k):
            return
        # what was learned of this direction, not of the ship's
        learned = self._learned(y[k], x[k], direction[k], group[k])
        off = np.abs((learned.direction - direction[k] + 180.0) % 360.0 - 180.0)
        same = off < 45.0
        for name in ("sigma", "speed_mean", "speed_sigma", "share"):
            getattr(hit, name)[k] = np.where(same, getattr(learned, name), np.nan)
        hit.passages[k], hit.merchants[k] = np.where(same, learned.passages, 0), np.where(same, learned.merchants, 0)
        hit.direction[k], hit.lane[k], hit.cross[k], hit.along[k] = direction[k], found[k], cross[k], along[k]
        hit.declared[k] = True

    def source(self, lane: int) -> str:
        """Whose geometry lane ``lane`` is, for alerts to repeat."""
        if not 0 <= lane < len(self):
            raise IndexError(lane)
        if lane < len(self.declared):
            zone = self.declared.zones[lane]
            return f"{zone.name}: {zone.source}" if zone.source else zone.name
        days = max(1, round((self.counts.until - self.counts.since) / DAY))
        most = int(self._field.profile[self._field.lane == lane - len(self.declared), -1, 0].max())
        until = format_time(self.counts.until)[:10]
        return f"learned from {days} days of this sea's traffic to {until} ({most:,} passages), not declared"

    def zone(self, lane: int) -> Zone | None:
        """The zone of a declared lane; None for a learned one."""
        return self.declared.zones[lane] if 0 <= lane < len(self.declared) else None

    def stops(self, lat: Any, lon: Any) -> Array:
        """Number of the learned anchorage (place in ``anchorages``) at each place; -1: none."""
        (y, x), shape = flat(lat, lon)
        return lanes_stops.at(self._stops, self.counts.per, y, x).reshape(shape)

    def flows(self) -> dict[str, Array]:
        """All learned flows as columns: lat, lon (middle of the cell), direction, passages, ships (abreast), share, lane, ..."""
        f = self._field
        lat, lon = field.middles(f.cells, self.counts.per)
        return {
            "lat": lat, "lon": lon, "direction": np.degrees(np.arctan2(f.flow[:, field.DX], f.flow[:, field.DY])) % 360.0,
            "passages": f.flow[:, field.NOW].astype(np.int64), "ships": f.profile[:, -1, 0].astype(np.int64),
            "share": f.flow[:, field.NOW] / f.flow[:, field.ALL],
            "lane": f.lane + len(self.declared), "middle": f.profile[:, -1, 1], "sigma": f.profile[:, -1, 2],
            "speed_mean": f.flow[:, field.MEAN], "speed_sigma": np.sqrt(f.flow[:, field.VAR]),
        }  # fmt: skip


def _field_of(counts: Counts) -> _Learned:
    if not len(counts.keys):  # a world without lanes compiles nothing
        none, number = np.zeros((0, field.FLOW)), np.zeros(0, np.int64)
        return _Learned(number, none, np.zeros((0, 9, 3)), np.zeros((0, 8, 3)), number, np.zeros(0))
    cells, flow, groups = field.flows(counts.keys, counts.sums, LEAST, SHARE)
    lane, along = field.joined(cells, flow, counts.per)
    profile = field.profiles(cells, flow, groups, counts.per, REACH, FLOOR)
    speeds = np.stack([groups[:, :, 0], groups[:, :, 3], np.sqrt(groups[:, :, 4])], axis=2)
    return _Learned(cells, flow, profile, speeds, lane, along)


def _nothing(n: int) -> LaneHit:
    a, b, c, d, e, f, g = (np.full(n, np.nan) for _ in range(7))
    count, merchants = np.zeros(n, np.int64), np.zeros(n, np.int64)
    return LaneHit(a, np.full(n, -1, np.int64), b, c, d, e, f, count, np.zeros(n, np.bool_), g, merchants)
