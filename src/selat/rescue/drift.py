"""The drift of a cloud of particles through wind and current: from their beginnings to any time, in threads, by pieces.

Same seed, same result: whatever the number of threads, of pieces, and of particles beside.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import counter
from selat.kernels import drift as kernel
from selat.kernels import drift_columns as column
from selat.kernels.drift_columns import ADRIFT, ASHORE, BLOCK, LOST, WAITING
from selat.kernels.drift_quick import ROOM, ROWS
from selat.model.clock import SECOND, format_time
from selat.model.errors import ConfigError
from selat.rescue.fields import Flow
from selat.rescue.objects import DriftObject
from selat.tracks.coast import Coast

Array = NDArray[Any]
STEP = 600.0  #: seconds
PIECE = 16_384  #: particles that a thread takes at once, at most
BATCH = 36  #: steps of a batch, at most
LEVELS = 8_000_000  #: numbers of the fields' levels of a batch, about at most
STREAM_LEEWAY, STREAM_SIDE, STREAM_ERROR = 16, 32, 33  #: of the random numbers; 0 and 1 are the kernel's
_REDRAWS = 8

__all__ = ["ADRIFT", "ASHORE", "LOST", "STEP", "WAITING", "Drift", "Options", "Start"]


@dataclass(frozen=True, slots=True)
class Start:
    """Where particles begin: ``lat``, ``lon`` (n,) degrees; ``time`` (n,) int64 ns at which each is adrift; ``what`` (n,) index
    of its object; ``objects`` those there are."""

    lat: Array
    lon: Array
    time: Array
    what: Array
    objects: tuple[DriftObject, ...]

    def __len__(self) -> int:
        return len(self.lat)


@dataclass(frozen=True, slots=True)
class Options:
    """How to drift: ``step`` seconds (positive), ``backward`` in time, ``jibing``, ``capsizing``, ``threads`` (0: one a core).

    ``opendrift``: the sums that OpenDrift 1.14 makes (velocity at the beginning of the step; positive crosswind to the left;
    jibing that turns the slope only; offsets in any wind), for comparison; never for a plan.
    """

    step: float = STEP
    backward: bool = False
    jibing: bool = True
    capsizing: bool = False
    threads: int = 0
    opendrift: bool = False
    seed: int = 1


class Drift:
    """Particles on their way. ``run`` moves them on and yields; places and states are arrays of all particles."""

    def __init__(
        self, start: Start, flow: Flow, begin: int, options: Options | None = None, coast: Coast | None = None
    ) -> None:
        self.options = options or Options()
        if not 0.0 < self.options.step <= 3600.0:
            raise ConfigError(f"a step of {self.options.step:g} s", hint="above 0, at most 3600 s; 600 is the default")
        self.start, self.flow, self.begin = start, flow, int(begin)
        self.steps = 0  #: done
        self.quick = True  #: common steps are taken together; the bits are the same without
        n = len(start)
        self.state = np.zeros((n, column.STATE))
        self.state[:, column.LAT], self.state[:, column.LON] = start.lat, start.lon
        self.state[:, column.EAST : column.NORTH + 1] = np.nan
        errors = counter.draw(self.options.seed, STREAM_ERROR, 0, n, 4)
        self.state[:, column.ERR_EAST : column.WIND_NORTH + 1] = errors
        self.fixed = np.zeros((n, column.FIXED))
        self.side = (counter.draw(self.options.seed, STREAM_SIDE, 0, n, 1, gaussian=False)[:, 0] < 0.5).astype(np.uint8)
        self._leeway()
        late = (start.time - self.begin) * (-1 if self.options.backward else 1) / SECOND
        if n and late.min() < 0.0:
            raise ConfigError("a particle is adrift before the drift begins", hint="begin with the first of them")
        self.fixed[:, column.RELEASE] = late
        self.status = np.full(n, WAITING, np.uint8)
        back = self.options.capsizing and self.options.backward
        self.capsized = np.full(n, 1 if back else 0, np.uint8)
        self._coast = _grid(coast)
        self._from = self._until = 0  # steps that the levels are of
        self._levels: tuple[Array, Array, Array, Array]

    def _leeway(self) -> None:
        """Each particle's own slopes and offsets: slope + e / 20, offset + e / 2 (at 10 m/s: the error of the fit)."""
        seed, n = self.options.seed, len(self.start)
        draws = np.stack([counter.draw(seed, STREAM_LEEWAY + k, 0, n, 2) for k in range(_REDRAWS)])
        table = np.array([o.coefficients for o in self.start.objects]).reshape(-1, 9)
        mine = table[self.start.what]
        down = draws[0, :, 0].copy()
        for k in range(1, _REDRAWS):  # nothing drifts against the wind
            wrong = mine[:, 0] + mine[:, 2] * down / 20.0 < 0.0
            down[wrong] = draws[k, wrong, 0]
        down = np.where(mine[:, 0] + mine[:, 2] * down / 20.0 < 0.0, 0.0, down)
        out = draws[0, :, 1]
        self.fixed[:, 0], self.fixed[:, 1] = mine[:, 0] + mine[:, 2] * down / 20.0, mine[:, 1] + mine[:, 2] * down / 2.0
        rates = np.array([-np.log1p(-o.jibing) / 3600.0 for o in self.start.objects])
        self.fixed[:, column.JIBES] = rates[self.start.what] if self.options.jibing else 0.0
        self.fixed[:, column.TURN] = -np.expm1(-self.fixed[:, column.JIBES] * self.options.step)
        # errors outwards: who lies more to the right than others lies more to the left after a jibe
        right = mine[:, 3] + mine[:, 5] * out / 20.0, mine[:, 4] + mine[:, 5] * out / 2.0
        left = mine[:, 6] - mine[:, 8] * out / 20.0, mine[:, 7] - mine[:, 8] * out / 2.0
        self.fixed[:, 2], self.fixed[:, 3], self.fixed[:, 4], self.fixed[:, 5] = *right, *left
        if self.options.opendrift:
            is_left = self.side == 1
            slope = np.where(is_left, mine[:, 6] + mine[:, 8] * out / 20.0, right[0])
            offset = np.where(is_left, mine[:, 7] + mine[:, 8] * out / 2.0, right[1])
            self.mirrored(slope, offset)

    def mirrored(self, slope: Array, offset: Array) -> None:
        """Crosswind coefficients as OpenDrift moves them: to the left where positive, a jibe turns the slope alone."""
        self.side[:] = 0
        self.fixed[:, 2], self.fixed[:, 3], self.fixed[:, 4], self.fixed[:, 5] = -slope, -offset, slope, -offset

    @property
    def lat(self) -> Array:
        """(n,) degrees."""
        return self.state[:, column.LAT]

    @property
    def lon(self) -> Array:
        """(n,) degrees."""
        return self.state[:, column.LON]

    @property
    def time(self) -> int:
        """Now, in ns UTC."""
        return self.begin + self._sign * self.steps * round(self.options.step * SECOND)

    @property
    def _sign(self) -> int:
        return -1 if self.options.backward else 1

    def run(self, steps: Sequence[int], told: Callable[[int, int], None] | None = None) -> Iterator[int]:
        """Go on to each of some numbers of steps from the beginning, rising; yields the time (ns) at each.

        Raises :class:`ConfigError` when a field has no value at the times, or where particles got to.
        """
        last = max(steps, default=self.steps)
        ends = self.begin, self.begin + self._sign * last * round(self.options.step * SECOND)
        self.flow.cover(min(ends), max(ends))
        with ThreadPoolExecutor(self.options.threads or _cores()) as pool:
            for until in steps:
                self._to(int(until), last, pool)
                if told is not None:
                    told(self.steps, last)
                yield self.time

    def _to(self, until: int, last: int, pool: ThreadPoolExecutor) -> None:
        """In batches, so that the fields' levels of one fit into the cache and never fill the memory."""
        flow = self.flow
        nodes = int((flow.shape[:, 3] * flow.shape[:, 4]).sum()) * 2
        batch = max(1, min(BATCH, LEVELS // max(nodes, 1)))
        while self.steps < until:
            if not self._from <= self.steps < self._until:
                self._from, self._until = self.steps, min(max(until, last), self.steps + batch)
                self._levels = self._during(self._from, self._until)
            self._batch(min(until, self._until), pool)
            self._lost()

    def _during(self, first: int, last: int) -> tuple[Array, Array, Array, Array]:
        """Fields at the moments of some steps."""
        o = self.options
        middle = 0.0 if o.opendrift else 0.5
        moments = np.rint((np.arange(first, last) + middle) * round(o.step * SECOND)).astype(np.int64)
        return self.flow.during(self.begin + self._sign * moments)

    def _batch(self, until: int, pool: ThreadPoolExecutor) -> None:
        o, flow = self.options, self.flow
        shape, data, index, weight = self._levels
        here = slice(self.steps - self._from, until - self._from)
        index, weight = np.ascontiguousarray(index[:, here]), np.ascontiguousarray(weight[:, here])
        spread = flow.spread
        run = np.zeros(7)
        run[kernel.LENGTH] = self._sign * o.step
        run[kernel.CURRENT_ERRS] = float(spread[flow.winds :].any())
        run[kernel.WIND_ERRS] = float(spread[: flow.winds].any())
        run[kernel.WIND_MEMORY] = flow.fields[0].memory
        run[kernel.CURRENT_MEMORY] = flow.fields[flow.winds].memory
        run[kernel.CAPSIZES], run[kernel.EULER] = float(o.capsizing), float(o.opendrift)
        key, base = np.uint64(o.seed & (2**64 - 1)), np.uint64(0)
        n = len(self.start)
        piece = min(PIECE, max(BLOCK, -(-n // (o.threads or _cores()))))

        def part(begin: int) -> None:
            noise, more = np.empty((2, 4 * BLOCK), np.uint64)
            who, room = np.empty(ROWS * BLOCK, np.int64), np.empty((ROOM if self.quick else 0) * BLOCK)
            kernel.advance(
                begin, min(begin + piece, n), self.steps, until, base, key, run,
                self.state, self.fixed, self.side, self.capsized, self.status,
                shape, flow.place, data, flow.maps, flow.winds, index, weight, spread, *self._coast,
                noise, more, who, room,
            )  # fmt: skip

        begins = range(0, n, piece)
        for _ in pool.map(part, begins) if len(begins) > 1 else map(part, begins):
            pass
        self.steps = until

    def _lost(self) -> None:
        lost = self.status == LOST
        if lost.any():
            i = int(np.flatnonzero(lost)[0])
            lat, lon = self.lat[i], self.lon[i]
            wind = self.flow.at("wind", self.time, lat, lon)[0, 0]
            kind = "wind" if np.isnan(wind) else "current"
            raise ConfigError(
                f"{int(lost.sum()):,} of {len(lost):,} particles came to where no {kind} is known, one at {lat:.3f} {lon:.3f} "
                f"before {format_time(self.time)}",
                hint=f"give a field of a larger area, or one more after it: --{kind} DIRECTION/SPEED or climatology",
            )


def _grid(coast: Coast | None) -> tuple[Array, float, float, float, float]:
    if coast is None or coast.grid is None:
        return np.zeros((1, 1), np.int16), 0.0, 0.0, 1.0, 1.0
    return coast.grid


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
