"""A drift under way: what it gave so far can be looked at while it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.model.clock import SECOND
from selat.rescue.begin import Particles
from selat.rescue.drift import Drift, Options
from selat.rescue.drifted import Drifted
from selat.rescue.fields import Flow
from selat.tracks.coast import Coast

Array = NDArray[Any]


class Growing:
    """Particles from their beginnings, kept after each of ``marks`` steps; ``of`` times in all, ``known`` of them so far.

    Leaving :meth:`run` early is how a drift is broken off.
    """

    def __init__(
        self, case: str, first: Particles, flow: Flow, begin: int, marks: Sequence[int], options: Options, land: Coast,
        notes: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self._case, self._first, self._marks, self._land = case, first, list(marks), land
        self._notes = (*first.notes, *notes)
        self._moving = Drift(first.start, flow, begin, options, land)
        self._way = -1 if options.backward else 1
        self.of = len(self._marks) + 1
        shape = self.of, len(first.start)
        # all times from the first on, so that those who look need not ask how far it got
        self.times = begin + self._way * np.array([0, *self._marks], np.int64) * round(options.step * SECOND)
        self._lat, self._lon, self._state = np.empty(shape), np.empty(shape), np.empty(shape, np.uint8)
        self.known = 0
        self._keep()

    def _keep(self) -> None:
        k, moving = self.known, self._moving
        self._lat[k], self._lon[k], self._state[k] = moving.lat, moving.lon, moving.status
        self.known = k + 1

    def run(self, told: Callable[[int, int], None] | None = None) -> Iterator[int]:
        """Go on; yields how many times are known. ``told(step, of)`` hears of progress. Raises as :meth:`Drift.run`."""
        for _ in self._moving.run(self._marks, told):
            self._keep()
            yield self.known

    def so_far(self) -> Drifted:
        """What is known, times rising."""
        k = self.known
        part = slice(None, k)
        lat, lon = self._lat[part], self._lon[part]
        notes = (*self._notes, *_coastless(self._land, lat[-1], lon[-1]))
        way, first = self._way, self._first
        return Drifted(
            self._case, self.times[part][::way], lat[::way], lon[::way], self._state[part][::way],
            first.weight, first.scenario, first.start.what, notes,
        )  # fmt: skip


def _coastless(land: Coast, lat: Array, lon: Array) -> list[str]:
    share = float(np.isnan(land.distance(lat, lon)).mean())
    return [f"{share:.0%} of the particles are where no coast is known: none ran ashore there"] if share > 0.0 else []
