"""Travel over water around land: shortest sea paths from one place on a grid.

Dijkstra over the eight neighbours of a cell in which a path goes straight on from the last corner wherever the line stays on
water (Theta*: A. Nash, K. Daniel, S. Koenig, A. Felner, AAAI 2007), so that it is not bound to eight directions.
"""

from __future__ import annotations

import heapq
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import inline, jit
from selat.kernels.geodesy import near

Array = NDArray[Any]


def _clear(water: Array, r0: int, c0: int, r1: int, c1: int) -> bool:
    """True where the straight line between two cells meets water only; it is tried every third of a cell."""
    n = 3 * max(abs(r1 - r0), abs(c1 - c0))
    for i in range(1, n):
        r = math.floor(r0 + (r1 - r0) * i / n + 0.5)
        c = math.floor(c0 + (c1 - c0) * i / n + 0.5)
        if not water[r, c]:
            return False
    return True


clear = inline(_clear)


def _sea_distance(water: Array, south: float, west: float, step: float, row: int, column: int) -> Array:
    """Metres by sea from a cell to every cell; infinite for land and closed waters.

    ``water``: bool (rows, columns), row 0 in the south, nodes at ``south + row * step``, degrees.
    """
    rows, columns = water.shape
    away = np.full((rows, columns), np.inf)
    if not water[row, column]:
        return away
    parent = np.full((rows, columns), -1, np.int64)
    done = np.zeros((rows, columns), np.bool_)
    away[row, column] = 0.0
    parent[row, column] = row * columns + column
    heap = [(0.0, row * columns + column)]
    while len(heap) > 0:
        _, at = heapq.heappop(heap)
        r, c = at // columns, at % columns
        if done[r, c]:
            continue
        done[r, c] = True
        corner = parent[r, c]
        pr, pc = corner // columns, corner % columns
        for dr in range(-1, 2):
            for dc in range(-1, 2):
                nr, nc = r + dr, c + dc
                if (dr == 0 and dc == 0) or nr < 0 or nc < 0 or nr >= rows or nc >= columns:
                    continue
                if done[nr, nc] or not water[nr, nc]:
                    continue
                if dr != 0 and dc != 0 and not water[r, nc] and not water[nr, c]:
                    continue  # not between two cells of land that touch at a corner
                if clear(water, pr, pc, nr, nc):
                    fr, fc = pr, pc
                else:
                    fr, fc = r, c
                d = away[fr, fc] + near(south + fr * step, west + fc * step, south + nr * step, west + nc * step)
                if d < away[nr, nc]:
                    away[nr, nc] = d
                    parent[nr, nc] = fr * columns + fc
                    heapq.heappush(heap, (d, nr * columns + nc))
    return away


sea_distance = jit(_sea_distance)
