"""The bound on what an effort can find among moving particles: Brown's forward and backward algorithm.

Time is cut into periods, the sea into cells; within a period's effort anything may be divided among the cells. One period
after the other is filled best given all others, until nothing changes (S. S. Brown, Operations Research 28 (1980) 1275;
A. R. Washburn, Operations Research 31 (1983) 739, for the bound: the gain is concave in the efforts, so its tangent at any
plan lies above the best plan).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import jit
from selat.kernels.effort import fill_into

Array = NDArray[Any]


def _sweeps(
    cell: Array, weight: Array, area: Array, effort: Array, cells: int, rounds: int, z: Array
) -> tuple[float, float]:
    """(found, at most) after ``rounds``; ``cell`` (g, n) int32, -1 outside; ``area`` (g, cells): m2 of each; ``z``: the effort in
    each, in place."""
    g, n = cell.shape
    total = np.zeros(n)
    mass, out = np.empty(cells), np.empty(cells)
    for i in range(n):
        for t in range(g):
            if cell[t, i] >= 0:
                total[i] += z[t, cell[t, i]] / area[t, cell[t, i]]
    for _ in range(rounds):
        for t in range(g):
            mass[:] = 0.0
            for i in range(n):
                if cell[t, i] >= 0:
                    total[i] -= z[t, cell[t, i]] / area[t, cell[t, i]]
                    mass[cell[t, i]] += weight[i] * math.exp(-total[i])
            fill_into(mass, area[t], effort[t], out)
            z[t] = out
            for i in range(n):
                if cell[t, i] >= 0:
                    total[i] += out[cell[t, i]] / area[t, cell[t, i]]
    found = slack = 0.0
    for i in range(n):
        found += weight[i] * (1.0 - math.exp(-total[i]))
    for t in range(g):
        mass[:] = 0.0
        for i in range(n):
            if cell[t, i] >= 0:
                mass[cell[t, i]] += weight[i] * math.exp(-total[i]) / area[t, cell[t, i]]
        most, used = 0.0, 0.0
        for c in range(cells):
            most = max(most, mass[c])
            used += z[t, c] * mass[c]
        slack += max(0.0, effort[t] * most - used)
    return found, found + slack


sweeps = jit(_sweeps)


def _grid(x: Array, y: Array, side: float, west: float, south: float, columns: int, rows: int, out: Array) -> None:
    for t in range(x.shape[0]):
        for i in range(x.shape[1]):
            if not math.isfinite(x[t, i]):
                out[t, i] = -1
                continue
            c, r = math.floor((x[t, i] - west) / side), math.floor((y[t, i] - south) / side)
            out[t, i] = r * columns + c if 0 <= c < columns and 0 <= r < rows else -1


grid_into = jit(_grid)


def cells_of(x: Array, y: Array, side: float) -> tuple[Array, int]:
    """(number of the cell of each particle at each moment (g, n) int32, how many cells), of squares of ``side`` metres.

    -1 where ``x`` is NaN. Number 0 is south-west, rows of :func:`columns_of` go east.
    """
    west, south = float(np.nanmin(x)), float(np.nanmin(y))
    columns = columns_of(x, side)
    rows = int((float(np.nanmax(y)) - south) / side) + 1
    out = np.empty(x.shape, np.int32)
    grid_into(x, y, side, west, south, columns, rows, out)
    return out, columns * rows


def columns_of(x: Array, side: float) -> int:
    """Cells of a row."""
    return int((float(np.nanmax(x)) - float(np.nanmin(x))) / side) + 1


def masses(cell: Array, weight: Array, cells: int) -> Array:
    """Weight in each cell at one moment; ``cell`` (n,)."""
    there = cell >= 0
    out: Array = np.bincount(cell[there], weight[there], cells)
    return out


def cell_side(x: Array, y: Array, weight: Array, per_cell: float = 60.0, most: int = 200_000) -> float:
    """Side (m) of the cells in which a particle is, on average, with ``per_cell`` others: fine where the cloud is dense.

    Finer cells would take the scatter of the sample for knowledge, coarser ones hide the cloud's shape.
    """
    n = weight.size
    wide, tall = (max(float(np.nanmax(v) - np.nanmin(v)), 1.0) for v in (x, y))
    low, high = max(1.0, math.sqrt(wide * tall / most)), max(wide, tall, 2.0)
    p = weight / weight.sum()
    for _ in range(24):
        side = math.sqrt(low * high)
        cell, cells = cells_of(x, y, side)
        share = float(np.square(masses(cell[0], p, cells)).sum())
        low, high = (low, side) if share * n > per_cell else (side, high)
    return math.sqrt(low * high)


def _waters(x: Array, y: Array, side: float, cells: int, land: tuple[Array, Array, float]) -> Array:
    """m2 of water (g, cells) of the cells of ``x, y``, 5 % of each at least; ``land``: points of it (g, m), m2 of each."""
    lx, ly, each = land
    out = np.full((x.shape[0], cells), side * side)
    if lx.shape[1] == 0:
        return out
    west, south = float(np.nanmin(x)), float(np.nanmin(y))
    columns = columns_of(x, side)
    cell = np.empty(lx.shape, np.int32)
    grid_into(lx, ly, side, west, south, columns, cells // columns, cell)
    for t in range(len(out)):
        out[t] -= each * masses(cell[t], np.ones(lx.shape[1]), cells)
    return np.asarray(np.maximum(out, 0.05 * side * side))


def bound(
    x: Array, y: Array, weight: Array, effort: Array, side: float = 0.0, rounds: int = 25,
    land: tuple[Array, Array, float] | None = None,
) -> tuple[float, float, float]:  # fmt: skip
    """(found by Brown's plan, at most that any plan finds, side of the cells in metres).

    ``x, y`` (g, n): particles at the middle of g periods, metres; ``weight`` (n,); ``effort`` (g,): m2 swept in each
    period. ``side`` 0: chosen by :func:`cell_side` at the middle period. ``land``: points (g, m) east and north, and the m2 that
    each stands for: a cell's area is that of its water.
    """
    middle = slice(x.shape[0] // 2, x.shape[0] // 2 + 1)
    side = side or cell_side(x[middle], y[middle], weight)
    cell, cells = cells_of(x, y, side)
    z = np.zeros((x.shape[0], cells))
    none = (np.empty((len(x), 0), np.float32), np.empty((len(x), 0), np.float32), 0.0)
    area = _waters(x, y, side, cells, land or none)
    found, most = sweeps(cell, np.asarray(weight, np.float64), area, np.asarray(effort, float), cells, rounds, z)
    return found, most, side
