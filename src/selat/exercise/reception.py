"""What the shore makes of the air: loss by distance, receivers with faults, clocks and delays."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from selat.exercise.traffic import Floats, Ints, distance
from selat.model.clock import SECOND

if TYPE_CHECKING:
    from selat.exercise.air import Sent
    from selat.exercise.scene import Scene

BROKEN = 0.002  #: share of lines with one character wrong, so that the checksum does not fit
SWAPPED = 0.03  #: share of messages of two sentences whose second comes first
_SLOT = 60 / 2250  #: seconds, ITU-R M.1371-5 Annex 2
_STATIC = 1  #: as in selat.exercise.air
APART = 0.02  #: seconds between the lines of one message


class Heard(NamedTuple):
    """Receptions, arrays (m,), by message and then receiver. ``message``: row of :class:`~selat.exercise.air.Sent`.

    ``station``: number of the receiver; ``arrives``: ns UTC at which the first line comes to us; ``stamp``: ns UTC by
    the receiver's clock; ``broken``: bit 0, 1: that line is damaged; ``swapped``: the second line comes first.
    """

    message: Ints
    station: Ints
    arrives: Ints
    stamp: Ints
    broken: Ints
    swapped: Ints


class Reception:
    """The receivers of a scene."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.stations, self.start = scene, scene.stations, scene.start
        self._lat, self._lon = (np.array([getattr(s, n) for s in scene.stations]) for n in ("lat", "lon"))
        self._reach, self._blur, self._best = (
            np.array([getattr(s, n) for s in scene.stations]) for n in ("reach", "blur", "best")
        )
        self._offset, self._latency = (np.array([getattr(s, n) for s in scene.stations]) for n in ("offset", "latency"))
        self._faults = scene.staged.faults
        self.window_number = 0

    def chances(self, lat: Floats, lon: Floats, carries: Floats, t: Floats) -> Floats:
        """Probability (messages, stations) that each station hears each message."""
        shape = len(t), len(self.stations)
        reach, share = np.broadcast_to(self._reach, shape), np.broadcast_to(self._best, shape)
        for fault in self._faults:
            if fault.kind in ("dead", "short", "deaf"):
                hit = self._hit(fault.station, t, fault.on, fault.off)
                if hit.any():
                    reach = np.where(hit, reach * fault.value, reach) if fault.kind == "short" else reach
                    share = np.where(hit, share * {"dead": 0.0, "deaf": 1.0 - fault.value}.get(fault.kind, 1.0), share)
        metres = distance(lat[:, None], lon[:, None], self._lat, self._lon)
        steep = np.clip((metres - reach * carries[:, None]) / self._blur, -50, 50)
        return np.asarray(share / (1 + np.exp(steep)))

    def _hit(self, station: str, t: Floats, on: float, off: float) -> np.ndarray:
        named = np.array([station in ("", s.name) for s in self.stations])
        return np.asarray(((t >= on) & (t < off))[:, None] & named)

    def hear(self, sent: Sent) -> Heard:
        """Draw who hears what of the next window, and when it comes to us."""
        rng = np.random.Generator(np.random.Philox(key=[self.scene.seed, self.window_number], counter=[0, 0, 0, 1]))
        self.window_number += 1
        chance = self.chances(sent.lat, sent.lon, sent.carries, sent.t)
        message, station = np.nonzero(rng.random(chance.shape) < chance)
        m = len(message)
        at = sent.t[message] + _SLOT * sent.slots[message]
        arrives = at + self._latency[station] * (0.5 + rng.exponential(0.5, m))
        told = at + self._offset[station]
        for fault in self._faults:
            if fault.kind in ("clock", "late"):
                hit = self._hit(fault.station, at, fault.on, fault.off)[np.arange(m), station]
                told = told + fault.value * hit * (fault.kind == "clock")
                arrives = arrives + fault.value * hit * (fault.kind == "late")
        if self.scene.staged.held:
            ship = np.where(sent.sort == 0, sent.said.ship[np.where(sent.sort == 0, sent.row, 0)], -1) if m else message
            for held in self.scene.staged.held:
                mine = (ship[message] == held.ship) & (at >= held.on) & (at < held.off)
                arrives = arrives + held.seconds * mine
        dice = rng.random((m, 3))
        two = (sent.slots[message] > 1) & (sent.sort[message] == _STATIC)  # of two lines
        broken = (dice[:, 0] < BROKEN) + 2 * ((dice[:, 1] < BROKEN) & two)
        swapped = (dice[:, 2] < SWAPPED) & two
        return Heard(
            message, station, self.start + (arrives * SECOND).astype(np.int64), self.start + (told * SECOND).astype(np.int64),
            broken.astype(np.int64), swapped.astype(np.int64),
        )  # fmt: skip
