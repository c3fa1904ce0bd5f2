"""A grid of distances to the shore: unpacked from its file, and asked at places between its nodes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import jit

Array = NDArray[Any]


def _finer(coarse: Array, times: int, near: int) -> tuple[Array, Array]:
    """(grid ``times`` as fine, interpolated in whole numbers; True for nodes that the file gives on their own).

    Those are the nodes of cells of ``coarse`` with a corner of less than ``near``, without the corners themselves.
    """
    rows, columns = coarse.shape[0] - 1, coarse.shape[1] - 1
    out = np.empty((rows * times + 1, columns * times + 1), np.int16)
    own = np.zeros(out.shape, np.bool_)
    for i in range(rows):
        for j in range(columns):
            a, b = np.int64(coarse[i, j]), np.int64(coarse[i, j + 1])
            c, d = np.int64(coarse[i + 1, j]), np.int64(coarse[i + 1, j + 1])
            close = min(abs(a), abs(b), abs(c), abs(d)) < near
            for v in range(times + 1):
                for u in range(times + 1):
                    total = (a * (times - u) + b * u) * (times - v) + (c * (times - u) + d * u) * v
                    out[i * times + v, j * times + u] = total // (times * times)
                    if close and (u % times != 0 or v % times != 0):
                        own[i * times + v, j * times + u] = True
    return out, own


finer = jit(_finer)


def _fill(grid: Array, own: Array, rest: Array) -> int:
    """Set the nodes of ``own`` in order: ``rest`` is what they are more than west + south - south-west; how many."""
    taken = 0
    for r in range(grid.shape[0]):
        for c in range(grid.shape[1]):
            if own[r, c]:
                plane = np.int64(0)
                if c > 0:
                    plane += grid[r, c - 1]
                if r > 0:
                    plane += grid[r - 1, c]
                if c > 0 and r > 0:
                    plane -= grid[r - 1, c - 1]
                grid[r, c] = plane + rest[taken]
                taken += 1
    return taken


fill = jit(_fill)


def _sample(grid: Array, west: float, south: float, per: float, lat: Array, lon: Array) -> Array:
    """Values between the nodes, bilinear; NaN outside the grid and for unknown places."""
    out = np.full(len(lat), np.nan)
    for i in range(len(lat)):
        x, y = (lon[i] - west) * per, (lat[i] - south) * per
        if math.isnan(x) or math.isnan(y) or x < 0 or y < 0 or x > grid.shape[1] - 1 or y > grid.shape[0] - 1:
            continue
        c, r = min(int(x), grid.shape[1] - 2), min(int(y), grid.shape[0] - 2)
        u, v = x - c, y - r
        low = grid[r, c] * (1.0 - u) + grid[r, c + 1] * u
        out[i] = low * (1.0 - v) + (grid[r + 1, c] * (1.0 - u) + grid[r + 1, c + 1] * u) * v
    return out


sample = jit(_sample)
