"""A map of traffic for reports, from rows that come some at a time, each of them three times."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from selat.exporters.paper.floor.given import Cells
from selat.model.columns import Array, Columns
from selat.model.schema import DEGREES, I32, NO_TIME
from selat.store.distinct import Distinct

CELLS = 110  #: cells along the longer side of a map of traffic
OUTLIERS = (0.005, 0.995)  #: of the places: those outside do not stretch the map
COLUMNS = ("mmsi", "time", "lat", "lon")
_COARSE = 17  #: bits of a step of 1e-7 degree that are left out at first: 0.013 degrees
_BINS = 1 << (32 - _COARSE)
_NUMBER = 1 << 32


def placed(rows: Columns) -> Columns:
    """Rows with a time and a place."""
    return rows.take(np.flatnonzero((rows["lat"] != I32) & (rows["lon"] != I32) & (rows["time"] != NO_TIME)))


def cells(read: Callable[[], Iterable[Columns]]) -> Cells | None:
    """Ships in each cell; ``read`` gives the rows (:data:`COLUMNS`) and is called again and again."""
    lats, lons = _Quantiles(), _Quantiles()
    for rows in map(placed, read()):
        lats.count(rows["lat"])
        lons.count(rows["lon"])
    if not lats.n:
        return None
    for rows in map(placed, read()):
        lats.refine(rows["lat"])
        lons.refine(rows["lon"])
    (south, north), (west, east) = lats.found(), lons.found()
    side = max(north - south, east - west, 0.02) / CELLS
    height, width = int((north - south) / side) + 1, int((east - west) / side) + 1
    ships = Distinct()
    for rows in map(placed, read()):
        r = np.floor((rows["lat"] * DEGREES - south) / side).astype(np.int64)
        c = np.floor((rows["lon"] * DEGREES - west) / side).astype(np.int64)
        inside = (r >= 0) & (r < height) & (c >= 0) & (c < width)
        ships.take((r[inside] * width + c[inside]) * _NUMBER + rows["mmsi"][inside])
    count = np.bincount(ships.values() // _NUMBER, minlength=height * width).reshape(height, width)
    return Cells(west, south, side, count)


class _Quantiles:
    """:data:`OUTLIERS` of stored degrees, as :func:`numpy.quantile` with ``nearest`` has them: first where they lie about,
    then what they are.
    """

    def __init__(self) -> None:
        self._bins = np.zeros(_BINS, np.int64)
        self._near: dict[int, list[Array]] = {}

    @property
    def n(self) -> int:
        """Values that were counted."""
        return int(self._bins.sum())

    def count(self, values: Array) -> None:
        """First turn."""
        self._bins += np.bincount(_bin(values), minlength=_BINS)

    def _ranks(self) -> list[tuple[int, int]]:
        """(bin, place in it) of each."""
        until = np.cumsum(self._bins)
        ranks = [round(q * (self.n - 1)) for q in OUTLIERS]
        bins = np.searchsorted(until, ranks, "right").tolist()
        return [(b, r - int(until[b] - self._bins[b])) for b, r in zip(bins, ranks, strict=True)]

    def refine(self, values: Array) -> None:
        """Second turn: the values of the bins that matter are kept."""
        at = _bin(values)
        for b in {b for b, _ in self._ranks()}:
            self._near.setdefault(b, []).append(values[at == b])

    def found(self) -> list[float]:
        """Degrees."""
        return [
            float(np.partition(np.concatenate(self._near[b]), place)[place] * DEGREES) for b, place in self._ranks()
        ]


def _bin(values: Array) -> Array:
    out: Array = (values.astype(np.int64) + (1 << 31)) >> _COARSE
    return out
