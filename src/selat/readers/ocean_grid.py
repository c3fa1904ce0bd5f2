"""Grids of wind and current as the drift takes them: east and north in m/s, on any grid that has an inverse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.model.clock import format_time
from selat.model.errors import FormatError

Array = NDArray[Any]
KINDS = ("wind", "current")
COAST_CELLS = 4  #: cells next to a known one that are filled from it: the coast of a coarse grid is not the coast
FINE = 0.002  #: error of a map of places to cells, in cells
LARGEST_MAP = 4_000_000  #: places of such a map


@dataclass(frozen=True, slots=True)
class Map:
    """Column and row of a grid for places: ``cells`` (rows, columns, 2) float64, NaN where the grid has no place."""

    west: float
    south: float
    per_lon: float  #: columns a degree
    per_lat: float
    cells: Array


@dataclass(frozen=True, slots=True)
class Grid:
    """A field: ``time`` (t,) int64 ns UTC, rising; ``data`` (t, rows, columns, 2) float32, east and north, m/s, NaN unknown.

    Regular in degrees from ``west``, ``south`` by ``step_lon``, ``step_lat``; or any other grid, by its ``map``; or one value
    for everywhere, when it has one row and column.
    """

    kind: str
    source: str
    time: Array
    data: Array
    west: float = 0.0
    south: float = 0.0
    step_lon: float = 1.0
    step_lat: float = 1.0
    map: Map | None = None
    box: tuple[float, float, float, float] | None = (
        None  #: west, south, east, north of places it surely or partly covers
    )

    holds: bool = False  #: before its first and after its last time it is as at those
    gaps: tuple[tuple[int, int], ...] = ()  #: (after, before), ns: between these it is not known

    @property
    def everywhere(self) -> bool:
        """True for one value that holds at all places."""
        return self.data.shape[1:3] == (1, 1)

    def span(self) -> str:
        """Its times, to be read."""
        text = f"{format_time(int(self.time[0]))} to {format_time(int(self.time[-1]))}"
        holes = ", ".join(f"{format_time(a)} to {format_time(b)}" for a, b in self.gaps)
        return f"{text} with a gap from {holes}" if holes else text


def gaps_of(times: Array) -> tuple[tuple[int, int], ...]:
    """Steps of a field's times (t,) that stand out: more than 2.5 times each of the two beside them (at an end, 6 times the one).

    A forecast that goes on in longer steps has no gap; one that lacks some hours has, and is not drawn straight across it.
    """
    steps = np.diff(times).astype(np.float64)
    if len(steps) < 2:
        return ()
    beside = np.maximum(np.concatenate([[0.0], steps[:-1]]), np.concatenate([steps[1:], [0.0]]))
    most = np.full(len(steps), 2.5)
    most[[0, -1]] = 6.0
    return tuple((int(times[k]), int(times[k + 1])) for k in np.flatnonzero(steps > most * beside))


def check(grid: Grid) -> Grid:
    """The grid, with its gaps in time where it does not name them itself.

    Raises :class:`FormatError` for shapes or times that do not fit, or no value at all.
    """
    t, rows, columns, parts = grid.data.shape
    if grid.kind not in KINDS or parts != 2 or t != len(grid.time) or t == 0 or rows * columns == 0:
        raise FormatError(
            f"{grid.source}: not a field of wind or current", hint="two components, with time, rows, columns"
        )
    if t > 1 and not (np.diff(grid.time) > 0).all():
        raise FormatError(
            f"{grid.source}: its times do not rise", hint="sort the file by time (ncrcat, cdo sorttimestamp)"
        )
    if not grid.everywhere and min(rows, columns) < 2:
        raise FormatError(f"{grid.source}: a grid of one row or column", hint="take a larger part of the field")
    if not np.isfinite(grid.data).any():
        raise FormatError(f"{grid.source}: no value at all", hint="all are masked: wrong variable, or land only?")
    return grid if grid.gaps or grid.holds else replace(grid, gaps=gaps_of(grid.time))


def fill_coast(data: Array, cells: int = COAST_CELLS) -> Array:
    """Unknown values up to ``cells`` cells from known ones, each the mean of its known neighbours (4), ring after ring."""
    out = np.ascontiguousarray(data, np.float32)
    for _ in range(cells):
        gone = np.isnan(out[..., 0]) | np.isnan(out[..., 1])
        if not gone.any():
            break
        known = np.pad(np.where(gone[..., None], 0.0, out), ((0, 0), (1, 1), (1, 1), (0, 0)))
        count = np.pad((~gone).astype(np.float32), ((0, 0), (1, 1), (1, 1)))
        total = known[:, :-2, 1:-1] + known[:, 2:, 1:-1] + known[:, 1:-1, :-2] + known[:, 1:-1, 2:]
        near = count[:, :-2, 1:-1] + count[:, 2:, 1:-1] + count[:, 1:-1, :-2] + count[:, 1:-1, 2:]
        new = gone & (near > 0)
        out = out.copy()
        out[new] = (total[new] / near[new][:, None]).astype(np.float32)
    return out


def map_of(
    inverse: Callable[[Array, Array], tuple[Array, Array]], box: tuple[float, float, float, float], step: float = 0.1
) -> Map:
    """A map for ``inverse`` (longitudes, latitudes to column, row) over a box, as fine as :data:`FINE` asks.

    Raises :class:`FormatError` where that takes more than :data:`LARGEST_MAP` places.
    """
    west, south, east, north = box
    while True:
        columns, rows = int(np.ceil((east - west) / step)) + 1, int(np.ceil((north - south) / step)) + 1
        if columns * rows > LARGEST_MAP:
            raise FormatError(
                "the field's grid is too fine for its extent", hint="cut the file to the area of the case"
            )
        lon, lat = west + step * np.arange(columns), south + step * np.arange(rows)
        x, y = inverse(*np.meshgrid(lon, lat))
        cells = np.stack([x, y], -1)
        middle = 0.25 * (cells[1:, 1:] + cells[1:, :-1] + cells[:-1, 1:] + cells[:-1, :-1])
        exact = np.stack(inverse(*np.meshgrid(lon[:-1] + step / 2, lat[:-1] + step / 2)), -1)
        if not np.nanmax(np.abs(middle - exact)) > FINE:
            return Map(west, south, 1.0 / step, 1.0 / step, np.ascontiguousarray(cells))
        step /= 2.0
