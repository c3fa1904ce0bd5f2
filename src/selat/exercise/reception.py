"""What the shore makes of the air: loss by distance, two receivers, TAG blocks, late and broken lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from selat.exercise.traffic import distance
from selat.model.clock import SECOND
from selat.model.encode import sentences as to_sentences
from selat.model.encode import tag_block

if TYPE_CHECKING:
    from selat.exercise.scene import Scene

BROKEN = 0.002  #: share of lines with one character wrong, so that the checksum does not fit
SWAPPED = 0.03  #: share of messages of two sentences whose second comes first
_SLOT = 60 / 2250  #: seconds, ITU-R M.1371-5 Annex 2
_PAYLOAD_AT = 14  #: characters from the ``!`` that are header and not payload


class Heard(NamedTuple):
    """One message in the air: seconds, place of the sender, how far it carries, channel, payload, fill bits."""

    t: float
    lat: float
    lon: float
    reach: float
    channel: str
    payload: str
    fill: int


class Reception:
    """The receivers of a scene, and the lines that are on their way to us."""

    def __init__(self, scene: Scene) -> None:
        self.stations = scene.stations
        self.start = scene.start
        self._lat = np.array([s.lat for s in scene.stations])
        self._lon = np.array([s.lon for s in scene.stations])
        self._reach = np.array([s.reach for s in scene.stations])
        self._blur = np.array([s.blur for s in scene.stations])
        self._best = np.array([s.best for s in scene.stations])
        self._faults = scene.staged.faults
        self._sequence = [0] * len(scene.stations)
        self._group = 0
        self._serial = 0
        self._coming: list[tuple[int, int, bytes]] = []

    def chances(self, messages: list[Heard]) -> np.ndarray:
        """Probability (messages, stations) that each station hears each message."""
        lat, lon, far = (np.array(x, dtype=float)[:, None] for x in zip(*(m[1:4] for m in messages), strict=True))
        metres = distance(lat, lon, self._lat, self._lon)
        steep = np.clip((metres - self._reach * far) / self._blur, -50, 50)
        chance = np.asarray(self._best / (1 + np.exp(steep)))
        when = np.array([m.t for m in messages])
        for fault in self._faults:
            at = next(i for i, s in enumerate(self.stations) if s.name == fault.station)
            chance[(when >= fault.on) & (when < fault.off), at] = 0.0
        return chance

    def hear(self, messages: list[Heard], rng: np.random.Generator) -> None:
        """Draw who hears what, and put the lines on their way."""
        if not messages:
            return
        chance = self.chances(messages)
        for i, k in zip(*np.nonzero(rng.random(chance.shape) < chance), strict=True):
            self._write(messages[i], int(k), rng)

    def _write(self, m: Heard, k: int, rng: np.random.Generator) -> None:
        station = self.stations[k]
        parts = 1 + (len(m.payload) > 60)
        heard = m.t + _SLOT * parts
        arrives = heard + station.latency * (0.5 + rng.exponential(0.5))
        stamp = self.start + int((heard + station.offset) * SECOND)
        c = stamp // (SECOND // 1000) if station.milliseconds else stamp // SECOND
        if parts == 1:
            lines = to_sentences(m.payload, m.fill, channel=m.channel, tag=tag_block(c=c, s=station.name))
        else:
            self._sequence[k] = (self._sequence[k] + 1) % 10
            tag: dict[str, object] = {"c": c, "s": station.name}
            if station.grouped:
                self._group = self._group % 9999 + 1
                tag["g"] = self._group
            lines = to_sentences(m.payload, m.fill, channel=m.channel, seq_id=self._sequence[k], tag=tag)
        times = [arrives + 0.02 * j for j in range(len(lines))]
        if parts > 1 and rng.random() < SWAPPED:
            times = times[::-1]
        for line, t in zip(lines, times, strict=True):
            raw = line.encode("ascii")
            if rng.random() < BROKEN:
                raw = _break(raw, rng)
            self._serial += 1
            self._coming.append((self.start + int(t * SECOND), self._serial, raw + b"\r\n"))

    def until(self, ns: int) -> Iterator[tuple[int, bytes]]:
        """Lines that come in before ``ns``, in order."""
        self._coming.sort()
        for i, (t, _, line) in enumerate(self._coming):
            if t >= ns:
                del self._coming[:i]
                return
            yield t, line
        self._coming.clear()


def _break(line: bytes, rng: np.random.Generator) -> bytes:
    """One character of the payload exchanged for another of the alphabet."""
    begin = line.index(b"!") + _PAYLOAD_AT + 1
    at = int(rng.integers(begin, len(line) - 5))
    return line[:at] + (b"0" if line[at : at + 1] != b"0" else b"1") + line[at + 1 :]
