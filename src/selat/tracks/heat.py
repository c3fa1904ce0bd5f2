"""Density and speed of traffic on a grid. A step: reports in, sums by cell out.

Cells are equal in degrees; ``hours`` of ship time, ``ships`` that differ, speeds as weighted by time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import heat as kernel
from selat.kernels.geodesy import metres
from selat.model.clock import SECOND
from selat.model.columns import Columns
from selat.model.errors import ConfigError
from selat.model.sieve import Sieve
from selat.model.units import KNOT
from selat.tracks.ends import Ships

Array = NDArray[Any]
GAP = 600 * SECOND  #: ns: between reports farther apart nothing is known
FASTEST = 60 * KNOT  #: m/s: two reports farther apart are not of one hull
CELLS = 1_000_000  #: most cells of a map
ROOM = 1 << 20  #: keys that are written before they are put away
_HAIR = 1e-6  #: mm/s: who goes just as fast as a bound passes it, whatever the last bit
_AT_ONCE = 1 << 23  #: keys that are held before they are made one
BITS = 1 << 30  #: as many ships times cells as are told apart by a bit each (128 MB); more are sorted


@dataclass(frozen=True, slots=True)
class Grid:
    """A box of cells: edges in degrees (``east`` may be below ``west``: over the antimeridian), numbers of rows, columns."""

    west: float
    south: float
    east: float
    north: float
    rows: int
    columns: int

    @classmethod
    def of(cls, box: tuple[float, float, float, float], cell: float) -> Grid:
        """Cells of about ``cell`` metres over a box (west, south, east, north): whole cells, the box grown to them.

        Raises :class:`ConfigError` for a box that is none and for more than :data:`CELLS` cells.
        """
        west, south, east, north = (float(v) for v in box)
        if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90) or west == east:
            raise ConfigError(
                f"not a box: {tuple(box)!r}", hint="(west, south, east, north) in degrees, with some width"
            )
        if not (math.isfinite(cell) and cell > 0):
            raise ConfigError(f"cells of {cell} m", hint="more than 0 m")
        my, mx = metres(0.5 * (south + north))
        wide = (east - west) % 360.0 or 360.0
        rows = max(1, math.ceil((north - south) * my / cell - 1e-9))
        columns = max(1, math.ceil(wide * max(mx, 1.0) / cell - 1e-9))
        if rows * columns > CELLS:
            least = cell * math.sqrt(rows * columns / CELLS)
            raise ConfigError(
                f"{rows * columns:,} cells", hint=f"cells of {math.ceil(least):,} m or more, or a smaller box"
            )
        return cls(west, south, east, north, rows, columns)

    @property
    def wide(self) -> float:
        """Degrees from west to east."""
        return (self.east - self.west) % 360.0 or 360.0

    def kernel(self) -> kernel.Grid:
        """As the kernel takes it."""
        middle = (self.west + 0.5 * self.wide + 180.0) % 360.0 - 180.0
        return kernel.Grid(
            middle, self.south, self.columns / self.wide, self.rows / (self.north - self.south), self.rows, self.columns
        )

    def areas(self) -> Array:
        """Square metres of a cell, by row (rows,)."""
        high, wide = (self.north - self.south) / self.rows, self.wide / self.columns
        sizes = [metres(self.south + (r + 0.5) * high) for r in range(self.rows)]
        return np.array([my * high * mx * wide for my, mx in sizes])


@dataclass(frozen=True, slots=True)
class Heat:
    """A map: arrays (rows, columns) from the south-western cell on. ``seconds`` of ship time, ``ships`` that differ,
    ``speed`` mean and ``percentile`` m/s weighted by time (NaN where no time was spent; None where not asked).

    ``told``: segments between reports that were counted, too far apart in time, too fast for a hull, sieved out.
    """

    grid: Grid
    begin: int
    end: int
    seconds: Array
    ships: Array
    speed: Array
    percentile: Array | None = None
    share: float | None = None
    told: dict[str, int] = field(default_factory=dict)


class Heating:
    """Takes reports in block by block, in order of time; :meth:`done` gives the map. Times are ns UTC."""

    def __init__(
        self, grid: Grid, begin: int, end: int, keeps: Callable[[Array], Array], sieve: Sieve | None = None,
        percentile: float | None = None, gap: int = GAP,
    ) -> None:  # fmt: skip
        if percentile is not None and not 0 < percentile < 100:
            raise ConfigError(f"percentile {percentile}", hint="above 0 and below 100")
        if not end > begin:
            raise ConfigError("that is no period", hint="the end after the begin")
        self.grid, self.begin, self.end, self.share = grid, begin, end, percentile
        self.ships = Ships(keeps)
        sieve = sieve or Sieve()
        slow = max(sieve.slow * 1000.0 - _HAIR, 0.0)
        low, high = sieve.course or (-1.0, -1.0)
        quick = sieve.quick * 1000.0 + _HAIR if math.isfinite(sieve.quick) else 1e12
        self._asked = kernel.Asked(begin, end, gap, FASTEST * 1000.0, slow, quick, low, high)
        cells = grid.rows * grid.columns
        bins = np.zeros((cells if percentile is not None else 0, kernel.BINS), np.int64)
        self._sums = kernel.Sums(
            np.zeros(cells, np.int64), np.zeros(cells, np.int64), bins, np.full(cells, -1, np.int32)
        )
        self._keys = np.zeros(ROOM + 4 * (grid.rows + grid.columns + 4), np.int64)
        self._told = np.zeros(4, np.int64)
        self._held: list[Array] = []
        self._ships, self._bits = np.zeros(cells, np.int64), np.zeros(0, np.uint64)

    def take(self, reports: Columns) -> None:
        """Reports in the order of the table, all later than those before."""
        rows, at, grid = self.ships.rows(reports), 0, self.grid.kernel()
        while at < reports.rows:
            at, n = kernel.heat(rows, self.ships.ends, self._asked, grid, self._sums, self._keys, self._told, at)
            if n and not self._tell(n):
                self._held.append(self._keys[:n].copy())
        if sum(len(h) for h in self._held) > _AT_ONCE:
            self._held = [np.unique(np.concatenate(self._held))]

    def _tell(self, n: int) -> bool:
        """Counts the ships of the first ``n`` keys; False where these are too many to have a bit each.

        From then on keys are held; those that were counted before are among what the bits hold.
        """
        words = -(-len(self.ships) * len(self._ships) // 64)
        if words * 64 > BITS:
            return False
        if words > len(self._bits):
            room = np.zeros(min(max(words, 2 * len(self._bits)), BITS // 64), np.uint64)
            room[: len(self._bits)] = self._bits
            self._bits = room
        kernel.tell(self._keys, n, self._bits, self._ships)
        return True

    def _counted(self) -> Array:
        """Ships by cell (cells,)."""
        if not self._held:
            return self._ships
        keys = np.unique(np.concatenate(self._held))
        inside = np.flatnonzero(keys < len(self._bits) * 64)
        seen = np.zeros(len(keys), bool)
        words = self._bits[keys[inside] >> 6] >> (keys[inside] & 63).astype(np.uint64)
        seen[inside] = (words & np.uint64(1)).astype(bool)
        more: Array = np.bincount(keys[~seen] % len(self._ships), minlength=len(self._ships))
        return self._ships + more

    def done(self) -> Heat:
        """The map of what was taken in."""
        shape, sums = (self.grid.rows, self.grid.columns), self._sums
        ships = self._counted().reshape(shape)
        with np.errstate(invalid="ignore", divide="ignore"):
            speed = np.where(sums.ms > 0, sums.way / sums.ms * 1e-3, np.nan).reshape(shape)
        share = self.share
        percentile = None if share is None else percentile_of(sums.bins, share).reshape(shape)
        told = dict(zip(("counted", "gap", "too_fast", "sieved"), self._told.tolist(), strict=True))
        return Heat(
            self.grid, self.begin, self.end, sums.ms.reshape(shape) * 1e-3, ships, speed, percentile, share, told
        )


def percentile_of(bins: Array, share: float) -> Array:
    """Speed (m/s) below which ``share`` per cent of the time fall, from time by bin (n, bins): linear inside a bin."""
    total = np.cumsum(bins, axis=1)
    want = total[:, -1] * (share / 100.0)
    k = np.minimum((total < want[:, None]).sum(axis=1), bins.shape[1] - 1)
    at = np.arange(len(bins))
    below, inside = total[at, k] - bins[at, k], bins[at, k]
    with np.errstate(invalid="ignore", divide="ignore"):
        out: Array = (k + (want - below) / inside) * (kernel.BIN * 1e-3)
    out[total[:, -1] == 0] = np.nan
    return out
