"""Objects that a radar sees and that are no boats: those that a chart has, and those that were found not to move.

A ship at anchor swings with the tide, within half a day; a beacon, a pile, a moored platform or a rock does not. So a
track that stays within :data:`ROOM` m and three standard errors for more than one whole tide becomes a fixed place, and
a track that lies still on such a place is that object again. A place at which nothing was seen for :data:`FORGET` is
forgotten; places of the chart are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels.geodesy import plane
from selat.model.clock import DAY, HOUR

ROOM = 30.0  #: m
TIDE = 25 * HOUR // 2  #: ns: longer than the semidiurnal tide of 12 h 25 min
FORGET = 3 * DAY
_STILL = 1.0  #: m/s: what moves faster is not fixed, whatever it passes

Array = NDArray[Any]


def _none() -> Array:
    return np.zeros((0, 3))


@dataclass(slots=True)
class Fixed:
    """Places: ``charted`` and ``learned`` (n, 3): latitude, longitude (deg), radius (m); ``last`` ns by learned place."""

    charted: Array = field(default_factory=_none)
    learned: Array = field(default_factory=_none)
    last: Array = field(default_factory=lambda: np.zeros(0, "i8"))

    def look(self, tracks: Mapping[str, Array], slots: Array, mean: Array, now: int) -> None:
        """Judge the sure tracks ``slots`` at ``now`` (ns): sets their ``fixed``, and learns places.

        ``tracks``: columns ``lat0``, ``lon0``, ``still``, ``fixed``; ``mean`` (n, 11): of all slots.
        """
        if not slots.size:
            return
        lat, lon = mean[slots, 0], mean[slots, 1]
        e, n = plane(tracks["lat0"][slots], tracks["lon0"][slots], lat, lon)
        error = 3.0 * np.sqrt(0.5 * (mean[slots, 4] + mean[slots, 6]))
        moved = np.hypot(e, n) > ROOM + error
        away = slots[moved]
        tracks["lat0"][away], tracks["lon0"][away] = lat[moved], lon[moved]
        tracks["still"][away] = now
        unsure = np.sqrt(0.5 * (mean[slots, 7] + mean[slots, 9]))
        slow = np.hypot(mean[slots, 2], mean[slots, 3]) < _STILL + 2.0 * unsure
        tracks["fixed"][slots] = slow & self._on(lat, lon, error, now)
        old = slots[~moved & (now - tracks["still"][slots] >= TIDE) & (tracks["fixed"][slots] == 0)]
        for i in old.tolist():
            self.learned = np.concatenate([self.learned, [[tracks["lat0"][i], tracks["lon0"][i], ROOM]]])
            self.last = np.append(self.last, np.int64(now))
            tracks["fixed"][i] = 1
        keep = now - self.last < FORGET
        if not keep.all():
            self.learned, self.last = self.learned[keep], self.last[keep]

    def _on(self, lat: Array, lon: Array, error: Array, now: int) -> Array:
        """True for places on a fixed one; marks learned ones as seen."""
        out = np.zeros(len(lat), bool)
        for k, (la, lo, room) in enumerate(np.concatenate([self.charted, self.learned]).tolist()):
            near = np.flatnonzero(np.abs(lat - la) < 0.01)
            if not near.size:
                continue
            e, n = plane(la, lo, lat[near], lon[near])
            on = np.hypot(e, n) <= room + error[near]
            out[near[on]] = True
            if on.any() and k >= len(self.charted):
                self.last[k - len(self.charted)] = now
        return out

    def copy(self) -> Fixed:
        """Another one."""
        return Fixed(self.charted, self.learned.copy(), self.last.copy())

    def state(self) -> dict[str, Any]:
        """Plain arrays."""
        return {"charted": self.charted, "learned": self.learned.copy(), "last": self.last.copy()}

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Fixed:
        """The places of a :meth:`state`."""
        charted, learned = (np.array(state[k], "f8").reshape(-1, 3) for k in ("charted", "learned"))
        return cls(charted, learned, np.array(state["last"], "i8"))
