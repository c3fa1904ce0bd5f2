"""Wind and current at a place and time: several grids in their order, each bilinear in space and linear in time.

All grids lie in one buffer, so that one kernel serves any number of them. Field ``f`` is

* ``shape[f]``: kind, start in ``data``, times, rows, columns, start in ``maps``, rows and columns of its map
* ``place[f]``: west, south, columns a degree, rows a degree; of the grid itself (kind 0) or of its map (kind 1)

Kind 0: a grid regular in degrees. Kind 1: any other grid; the map gives row and column of a place as fractions of the
grid's own, itself bilinear. Kind 2: one column, everywhere. The data are (times, rows, columns, 2) float32, east and
north in m/s; NaN where there is nothing. ``spread[f]``: standard deviation of the field's error, m/s.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import U, bare, fused, jit

Array = NDArray[Any]
_1, _2, _3 = U(1), U(2), U(3)
TAPER = 4.0  #: cells from its edge in which a field gives way to the next


def _cell(shape: Array, place: Array, maps: Array, f: int, lat: float, lon: float) -> tuple[float, float]:
    """(column, row) of a place in field ``f``; NaN outside."""
    dx = lon - place[f, 0]
    if dx < 0.0:
        dx += 360.0
    elif dx >= 360.0:
        dx -= 360.0
    x, y = dx * place[f, 2], (lat - place[f, 1]) * place[f, 3]
    if shape[f, 0] == 0:
        if x <= shape[f, 4] - 1 and 0.0 <= y <= shape[f, 3] - 1:
            return x, y
        return math.nan, math.nan
    rows, columns = shape[f, 6], shape[f, 7]
    if not (x <= columns - 1 and 0.0 <= y <= rows - 1):
        return math.nan, math.nan
    c, r = min(int(x), columns - 2), min(int(y), rows - 2)
    u, v = x - c, y - r
    at = shape[f, 5] + (r * columns + c) * 2
    up = at + columns * 2
    a = (maps[at] * (1.0 - u) + maps[at + 2] * u) * (1.0 - v) + (maps[up] * (1.0 - u) + maps[up + 2] * u) * v
    b = (maps[at + 1] * (1.0 - u) + maps[at + 3] * u) * (1.0 - v) + (maps[up + 1] * (1.0 - u) + maps[up + 3] * u) * v
    if 0.0 <= a <= shape[f, 4] - 1 and 0.0 <= b <= shape[f, 3] - 1:
        return a, b
    return math.nan, math.nan


cell = fused(_cell)


def _level(data: Array, at: Any, up: Any, u: float, v: float) -> tuple[float, float]:
    """(east, north) in one level of a grid; ``at`` and ``up`` (the row above) of type :data:`U`."""
    above = at + up
    left_e, left_n = data[at], data[at + _1]
    right_e, right_n = data[at + _2], data[at + _3]
    up_left_e, up_left_n = data[above], data[above + _1]
    up_right_e, up_right_n = data[above + _2], data[above + _3]
    low_e, low_n = left_e + u * (right_e - left_e), left_n + u * (right_n - left_n)
    high_e, high_n = up_left_e + u * (up_right_e - up_left_e), up_left_n + u * (up_right_n - up_left_n)
    return low_e + v * (high_e - low_e), low_n + v * (high_n - low_n)


level = fused(_level)


def _one(
    shape: Array, place: Array, data: Array, maps: Array, f: int, k: int, w: float, lat: float, lon: float
) -> tuple[float, float, float]:
    """(east, north, cells to the edge) of field ``f`` between its times ``k`` and ``k + 1``; NaN where it has nothing."""
    if k < 0:
        return math.nan, math.nan, 0.0
    rows, columns = shape[f, 3], shape[f, 4]
    size = rows * columns * 2
    at = shape[f, 1] + k * size
    edge = math.inf
    if shape[f, 0] == 2:
        east, north = float(data[at]), float(data[at + 1])
        if w > 0.0:
            east += w * (data[at + 2] - east)
            north += w * (data[at + 3] - north)
        return east, north, edge
    x, y = cell(shape, place, maps, f, lat, lon)
    if math.isnan(x):
        return math.nan, math.nan, 0.0
    c, r = min(int(x), columns - 2), min(int(y), rows - 2)
    u, v = x - c, y - r
    edge = min(min(x, columns - 1 - x), min(y, rows - 1 - y))
    first, up = U(at + (r * columns + c) * 2), U(columns * 2)
    east, north = level(data, first, up, u, v)
    if w > 0.0:
        later = level(data, first + U(size), up, u, v)
        east += w * (later[0] - east)
        north += w * (later[1] - north)
    return east, north, edge


one = fused(_one)


def _blend(
    shape: Array,
    place: Array,
    data: Array,
    maps: Array,
    first: int,
    last: int,
    times: Array,
    weights: Array,
    spread: Array,
    step: int,
    lat: float,
    lon: float,
) -> tuple[float, float, float]:
    """(east, north, spread) of fields ``first`` to ``last`` (excluded) in their order; NaN where none has anything.

    Within :data:`TAPER` cells of its edge a field gives way to the next: no seam.
    """
    east, north, sd, total = 0.0, 0.0, 0.0, 0.0
    for f in range(first, last):
        u, v, edge = one(shape, place, data, maps, f, times[f, step], weights[f, step], lat, lon)
        if math.isnan(u + v):
            continue
        share = 1.0 if f + 1 == last or edge >= TAPER else max(edge, 1e-6) * (1.0 / TAPER)
        if share == 1.0 and total == 0.0:
            return u, v, spread[f]
        share *= 1.0 - total
        east += share * u
        north += share * v
        sd += share * spread[f]
        total += share
        if total > 0.999999:
            break
    if total > 0.0:
        return east / total, north / total, sd / total
    return math.nan, math.nan, math.nan


blend = fused(_blend)


def _sample(
    shape: Array,
    place: Array,
    data: Array,
    maps: Array,
    first: int,
    last: int,
    times: Array,
    weights: Array,
    spread: Array,
    lat: Array,
    lon: Array,
    out: Array,
) -> None:
    for i in range(lat.size):
        found = blend(shape, place, data, maps, first, last, times, weights, spread, 0, lat[i], lon[i])
        out[0, i], out[1, i], out[2, i] = found


sample = jit(
    _sample
)  #: ``out`` (3, n): east, north, spread (m/s) at n places, at the one time of ``times`` (fields, 1)


def _levels(data: Array, start: int, size: int, index: Array, weight: Array, out: Array) -> None:
    for k in range(index.size):
        if index[k] < 0:
            out[k, :] = np.nan
            continue
        at, w = start + index[k] * size, np.float32(weight[k])
        if w == 0.0:
            for n in range(size):
                out[k, n] = data[at + n]
        else:
            for n in range(size):
                out[k, n] = data[at + n] + w * (data[at + size + n] - data[at + n])


#: ``out`` (steps, size): a field's levels at some times, all that particles of a step share
levels = bare(_levels)
