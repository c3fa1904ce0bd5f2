"""A grid of distances to the shore: unpacked from its file, and asked at places between its nodes.

Fine nodes are held where the file gives them, in a block for each coarse cell; elsewhere they are made of the coarse ones.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import inline, jit

Array = NDArray[Any]


def _at(a: int, b: int, c: int, d: int, times: int, u: int, v: int) -> int:
    """The fine node ``u`` east and ``v`` north of the corner ``a`` of a cell: between ``a``, ``b`` and, north, ``c``, ``d``."""
    total = (a * (times - u) + b * u) * (times - v) + (c * (times - u) + d * u) * v
    return math.floor(total / (times * times))  # as // for numbers of this size, and faster


_between = inline(_at)


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
                    out[i * times + v, j * times + u] = _between(a, b, c, d, times, u, v)
                    if close and (u % times != 0 or v % times != 0):
                        own[i * times + v, j * times + u] = True
    return out, own


finer = jit(_finer)


def _cells(coarse: Array, near: int) -> tuple[Array, int]:
    """(number of its block for each cell that has nodes of its own, or a neighbour that has, else -1; blocks)."""
    rows, columns = coarse.shape[0] - 1, coarse.shape[1] - 1
    close = np.zeros((rows, columns), np.bool_)
    for i in range(rows):
        for j in range(columns):
            close[i, j] = (
                min(abs(coarse[i, j]), abs(coarse[i, j + 1]), abs(coarse[i + 1, j]), abs(coarse[i + 1, j + 1])) < near
            )
    out, count = np.full((rows, columns), -1, np.int32), 0
    for i in range(rows):
        for j in range(columns):
            if close[max(i - 1, 0) : i + 2, max(j - 1, 0) : j + 2].any():
                out[i, j] = count
                count += 1
    return out, count


cells = jit(_cells)


def _blocks(coarse: Array, times: int, near: int, index: Array, count: int, rest: Array) -> tuple[Array, int]:
    """(fine nodes of each block with its edges, row by row; how many of ``rest`` were taken).

    ``rest`` is what the nodes that the file gives on their own are more than west + south - south-west, in order. Two
    rows of the fine grid are held at a time.
    """
    rows, columns = index.shape
    out = np.empty((count, times + 1, times + 1), np.int16)
    before, now = np.zeros(columns * times + 1, np.int16), np.zeros(columns * times + 1, np.int16)
    own = np.zeros(columns * times + 1, np.bool_)
    taken = 0
    for r in range(rows * times + 1):
        before, now = now, before
        own[:] = False
        first, last = max((r - 1) // times, 0), min(r // times, rows - 1)  # rows of cells that have this row of nodes
        for i in range(first, last + 1):
            v = r - i * times
            for j in range(columns):
                a, b = np.int64(coarse[i, j]), np.int64(coarse[i, j + 1])
                c, d = np.int64(coarse[i + 1, j]), np.int64(coarse[i + 1, j + 1])
                close = min(abs(a), abs(b), abs(c), abs(d)) < near
                for u in range(times + 1):
                    now[j * times + u] = _between(a, b, c, d, times, u, v)
                    if close and (u % times != 0 or v % times != 0):
                        own[j * times + u] = True
        for c in range(now.size):
            if own[c]:
                plane = np.int64(0)
                if c > 0:
                    plane += now[c - 1]
                if r > 0:
                    plane += before[c]
                if c > 0 and r > 0:
                    plane -= before[c - 1]
                now[c] = plane + rest[taken]
                taken += 1
        for i in range(first, last + 1):
            for j in range(columns):
                if index[i, j] >= 0:
                    out[index[i, j], r - i * times] = now[j * times : (j + 1) * times + 1]
    return out, taken


blocks = jit(_blocks)


def _lay(grid: Array, index: Array, nodes: Array) -> None:
    """Set the nodes of a grid that lie in blocks."""
    times = nodes.shape[1] - 1
    for i in range(index.shape[0]):
        for j in range(index.shape[1]):
            if index[i, j] >= 0:
                grid[i * times : (i + 1) * times + 1, j * times : (j + 1) * times + 1] = nodes[index[i, j]]


lay = jit(_lay)


def _sample(
    coarse: Array, index: Array, nodes: Array, west: float, south: float, per: float, lat: Array, lon: Array
) -> Array:
    """Values between the fine nodes, bilinear; NaN outside the grid and for unknown places.

    Where no block is, the fine nodes are what :func:`finer` makes of the coarse ones.
    """
    out = np.full(len(lat), np.nan)
    rows, columns = index.shape
    times = nodes.shape[1] - 1
    for i in range(len(lat)):
        x, y = (lon[i] - west) * per, (lat[i] - south) * per
        if math.isnan(x) or math.isnan(y) or x < 0 or y < 0 or x > columns * times or y > rows * times:
            continue
        c, r = min(int(x), columns * times - 1), min(int(y), rows * times - 1)
        u, v = x - c, y - r
        q, p = np.int64(np.uint32(c) // np.uint32(times)), np.int64(np.uint32(r) // np.uint32(times))
        c, r = c - q * times, r - p * times
        k = index[p, q]
        if k >= 0:
            sw, se = np.int64(nodes[k, r, c]), np.int64(nodes[k, r, c + 1])
            nw, ne = np.int64(nodes[k, r + 1, c]), np.int64(nodes[k, r + 1, c + 1])
        else:
            here, there = np.int64(coarse[p, q]), np.int64(coarse[p, q + 1])
            up, across = np.int64(coarse[p + 1, q]), np.int64(coarse[p + 1, q + 1])
            sw, se = _between(here, there, up, across, times, c, r), _between(here, there, up, across, times, c + 1, r)
            nw = _between(here, there, up, across, times, c, r + 1)
            ne = _between(here, there, up, across, times, c + 1, r + 1)
        low = sw * (1.0 - u) + se * u
        out[i] = low * (1.0 - v) + (nw * (1.0 - u) + ne * u) * v
    return out


sample = jit(_sample)
