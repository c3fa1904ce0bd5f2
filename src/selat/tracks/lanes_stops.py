"""Anchorages found from stops: cells where ships came to lie, joined where they touch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import lanes as kernel
from selat.kernels.lanes_field import middles
from selat.model.zone import Zone
from selat.tracks.lanes_learn import Counts

Array = NDArray[Any]
LEAST = 5  #: stops in a cell and the eight round it
ALONE = 10  #: stops in all of an anchorage


@dataclass(frozen=True, slots=True)
class Anchorage:
    """A place where ships stop: degrees, stops that were seen to begin, hours altogether, share of them moored."""

    lat: float
    lon: float
    stops: int
    hours: float
    moored: float
    cells: tuple[int, ...]
    hull: tuple[tuple[float, float], ...]

    def zone(self, name: str, source: str) -> Zone:
        """As a zone: the convex hull of its cells."""
        return Zone(name, self.hull, source, "port" if self.moored > 0.5 else "anchorage")


def anchorages(counts: Counts) -> tuple[tuple[Anchorage, ...], tuple[Array, Array]]:
    """(anchorages, most stops first; (cells ascending, number of their anchorage))."""
    sector = counts.keys // kernel.GROUPS % kernel.SECTORS
    rows = np.flatnonzero(sector >= kernel.STOPPED)
    cell, at = np.unique(counts.keys[rows] // (kernel.GROUPS * kernel.SECTORS), return_inverse=True)
    stops, seconds, moored = (np.zeros(len(cell)) for _ in range(3))
    np.add.at(stops, at, counts.sums[rows, kernel.N])
    np.add.at(seconds, at, counts.sums[rows, kernel.V])
    np.add.at(moored, at, np.where(sector[rows] == kernel.MOORED, counts.sums[rows, kernel.V], 0))
    keep = (stops > 0) & (_round(cell, stops, 360 * counts.per) >= LEAST)
    cell, stops, seconds, moored = cell[keep], stops[keep], seconds[keep], moored[keep]
    label = _touching(cell, 360 * counts.per)
    found = []
    for k in range(label.max() + 1 if len(label) else 0):
        own = np.flatnonzero(label == k)
        if stops[own].sum() < ALONE:
            continue
        lat, lon = middles(cell[own], counts.per)
        weight = stops[own] / stops[own].sum()
        half = 0.5 / counts.per
        corners = [
            (x + dx, y + dy) for x, y in zip(lon, lat, strict=True) for dx in (-half, half) for dy in (-half, half)
        ]
        found.append(Anchorage(
            round(float(lat @ weight), 6), round(float(lon @ weight), 6), int(stops[own].sum()),
            float(seconds[own].sum() / 3600), float(moored[own].sum() / max(seconds[own].sum(), 1.0)),
            tuple(int(c) for c in cell[own]), _hull(corners),
        ))  # fmt: skip
    found.sort(key=lambda a: (-a.stops, a.cells))
    pairs = sorted((c, k) for k, a in enumerate(found) for c in a.cells)
    index = np.array(pairs, np.int64).reshape(-1, 2)
    return tuple(found), (index[:, 0].copy(), index[:, 1].copy())


def at(index: tuple[Array, Array], per: int, lat: Array, lon: Array) -> Array:
    """Number of the anchorage at each place, -1 where there is none."""
    cells, numbers = index
    out = np.full(len(lat), -1, np.int64)
    known = np.flatnonzero((np.abs(lat) <= 90) & (np.abs(lon) <= 180))
    if len(cells) and len(known):
        row = np.minimum(((lat[known] + 90) * per).astype(np.int64), 180 * per - 1)
        column = np.minimum(((lon[known] + 180) * per).astype(np.int64), 360 * per - 1)
        cell = row * (360 * per) + column
        k = np.minimum(np.searchsorted(cells, cell), len(cells) - 1)
        out[known] = np.where(cells[k] == cell, numbers[k], -1)
    return out


def _round(cells: Array, values: Array, columns: int) -> Array:
    """Sum of each cell and the eight round it; cells ascend."""
    total = np.zeros(len(cells))
    for away in (dr * columns + dc for dr in (-1, 0, 1) for dc in (-1, 0, 1)):
        k = np.minimum(np.searchsorted(cells, cells + away), max(len(cells) - 1, 0))
        total += np.where(cells[k] == cells + away, values[k], 0.0)
    return total


def _touching(cells: Array, columns: int) -> Array:
    """Number of the group of each cell; cells that touch, corners too, are of one group."""
    label = np.full(len(cells), -1, np.int64)
    place = {int(c): k for k, c in enumerate(cells)}
    count = 0
    for seed in range(len(cells)):
        if label[seed] >= 0:
            continue
        label[seed], stack = count, [int(cells[seed])]
        while stack:
            c = stack.pop()
            for near in (c + dr * columns + dc for dr in (-1, 0, 1) for dc in (-1, 0, 1)):
                k = place.get(near)
                if k is not None and label[k] < 0:
                    label[k] = count
                    stack.append(near)
        count += 1
    return label


def _hull(points: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Convex hull, anticlockwise (A. M. Andrew, Information Processing Letters 9, 1979)."""
    ordered = sorted(set(points))

    def chain(way: list[tuple[float, float]]) -> list[tuple[float, float]]:
        out: list[tuple[float, float]] = []
        for p in way:
            while len(out) > 1 and (
                (out[-1][0] - out[-2][0]) * (p[1] - out[-2][1]) <= (out[-1][1] - out[-2][1]) * (p[0] - out[-2][0])
            ):
                out.pop()
            out.append(p)
        return out[:-1]

    return tuple((round(float(x), 7), round(float(y), 7)) for x, y in chain(ordered) + chain(ordered[::-1]))
