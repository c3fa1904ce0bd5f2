"""Travel over water around land: shortest sea paths from one place on a grid.

Dijkstra over the neighbours of a node in which a path goes straight on from the last corner wherever the line stays on
water (Theta*: A. Nash, K. Daniel, S. Koenig, A. Felner, AAAI 2007), so that it is not bound to eight directions; the line is looked
at when a node's turn comes (Lazy Theta*: A. Nash, S. Koenig, C. Tovey, AAAI 2010), which spares most of the looking. Far from land
every ``stride``-th cell of a row and column is a node, near it every cell, so that narrow straits cost no more than they must;
whether a line is clear is always asked of the whole grid.
"""

from __future__ import annotations

import heapq
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import inline, jit
from selat.kernels.geodesy import delta

Array = NDArray[Any]
_SLACK = (
    1.4143  # cells: a point is up to half a diagonal from the middle of its cell, and so is the one it is compared with
)


def clearance(water: Array) -> Array:
    """Cells to the middle of the nearest cell of land, 0 on land, float32; what lies outside the grid is taken as water."""
    if water.all():
        return np.full(water.shape, 1e6, np.float32)
    from scipy.ndimage import distance_transform_edt  # only when asked: a watch goes without SciPy's memory

    return np.asarray(distance_transform_edt(water), np.float32)


def _metres(south: float, west: float, step: float, r0: int, c0: int, r1: int, c1: int) -> float:
    """On a plane with the radii of WGS 84 at the middle latitude: 0.01 % off at 1,000 km below 10 degrees of latitude."""
    x, y = delta(south + r0 * step, west + c0 * step, south + r1 * step, west + c1 * step)
    return math.hypot(x, y)


metres = inline(_metres)


def _clear(room: Array, r0: int, c0: int, r1: int, c1: int) -> bool:
    """True where the straight line between two cells meets water only; it is tried every third of a cell.

    Where land is far, the places up to it need not be tried: the answer is the same.
    """
    n = 3 * max(abs(r1 - r0), abs(c1 - c0))
    spacing = math.hypot(r1 - r0, c1 - c0) / max(n, 1)
    i = 1
    while i < n:
        r = math.floor(r0 + (r1 - r0) * i / n + 0.5)
        c = math.floor(c0 + (c1 - c0) * i / n + 0.5)
        free = room[r, c]
        if free <= 0.0:
            return False
        i += 1 + max(0, int((free - _SLACK) / spacing))
    return True


clear = inline(_clear)


def _passes(room: Array, r0: int, c0: int, r1: int, c1: int) -> bool:
    """True where one may go from a cell to a neighbour: not between two cells of land that touch at a corner."""
    if abs(r1 - r0) > 1 or abs(c1 - c0) > 1:
        return clear(room, r0, c0, r1, c1)
    return room[r0, c1] > 0.0 or room[r1, c0] > 0.0


passes = inline(_passes)


def _is_node(room: Array, stride: int, r: int, c: int) -> bool:
    """Cells near land are nodes, and every stride-th one beyond."""
    return room[r, c] > 0.0 and (room[r, c] <= 2.0 * stride or (r % stride == 0 and c % stride == 0))


is_node = inline(_is_node)


def _sea_ways(
    room: Array, south: float, west: float, step: float, row: int, column: int, stride: int
) -> tuple[Array, Array]:
    """(metres by sea from a cell to every node, the last corner on the way to it as row * columns + column).

    ``room``: :func:`clearance` of the water (rows, columns), row 0 in the south, nodes at ``south + row * step``, degrees.
    Infinite and -1 for land, closed waters and cells that are no nodes.
    """
    rows, columns = room.shape
    away = np.full((rows, columns), np.inf)
    parent = np.full((rows, columns), -1, np.int64)
    state = np.zeros((rows, columns), np.uint8)  # 1: its last corner was looked at; 2: done
    if room[row, column] <= 0.0:
        return away, parent
    away[row, column] = 0.0
    parent[row, column] = row * columns + column
    heap = [(0.0, row * columns + column)]
    # The start may lie between nodes in open water: those around it are reached first.
    for r in range(max(0, row - stride), min(rows, row + stride + 1)):
        for c in range(max(0, column - stride), min(columns, column + stride + 1)):
            if is_node(room, stride, r, c) and (r != row or c != column) and clear(room, row, column, r, c):
                away[r, c] = metres(south, west, step, row, column, r, c)
                parent[r, c] = row * columns + column
                heapq.heappush(heap, (away[r, c], r * columns + c))
    while len(heap) > 0:
        d, at = heapq.heappop(heap)
        r, c = at // columns, at % columns
        if state[r, c] == 2 or d > away[r, c]:
            continue
        corner = parent[r, c]
        pr, pc = corner // columns, corner % columns
        wide = stride > 1 and r % stride == 0 and c % stride == 0
        if state[r, c] == 0 and not clear(room, pr, pc, r, c):
            # The line from the last corner meets land: on from a neighbour that is done, or from that one's own corner.
            away[r, c] = np.inf
            for k in range(18 if wide else 9):
                reach = 1 if k < 9 else stride
                nr, nc = r + ((k % 9) // 3 - 1) * reach, c + (k % 3 - 1) * reach
                if nr < 0 or nc < 0 or nr >= rows or nc >= columns or state[nr, nc] != 2:
                    continue
                qr, qc = parent[nr, nc] // columns, parent[nr, nc] % columns
                d = away[qr, qc] + metres(south, west, step, qr, qc, r, c)
                if d < away[r, c] and clear(room, qr, qc, r, c):
                    away[r, c] = d
                    parent[r, c] = parent[nr, nc]
                d = away[nr, nc] + metres(south, west, step, nr, nc, r, c)
                if d < away[r, c] and passes(room, nr, nc, r, c):
                    away[r, c] = d
                    parent[r, c] = nr * columns + nc
            if away[r, c] < np.inf:
                state[r, c] = 1
                heapq.heappush(heap, (away[r, c], at))
            continue
        state[r, c] = 2
        for k in range(18 if wide else 9):
            reach = 1 if k < 9 else stride
            nr, nc = r + ((k % 9) // 3 - 1) * reach, c + (k % 3 - 1) * reach
            if nr < 0 or nc < 0 or nr >= rows or nc >= columns or state[nr, nc] == 2:
                continue
            if not is_node(room, stride, nr, nc) or not passes(room, r, c, nr, nc):
                continue
            d = away[pr, pc] + metres(south, west, step, pr, pc, nr, nc)
            if d < away[nr, nc]:  # whether the line is clear is asked when its turn comes
                away[nr, nc] = d
                parent[nr, nc] = corner
                state[nr, nc] = 0
                heapq.heappush(heap, (d, nr * columns + nc))
    return away, parent


sea_ways = jit(_sea_ways)


def _between(
    room: Array, away: Array, parent: Array, south: float, west: float, step: float, stride: int, cells: Array
) -> Array:
    """Metres to cells, ``cells`` (n, 2) of rows and columns: also to those between nodes, straight on from a corner near them.

    ``away`` and ``parent`` are those of :func:`sea_ways`; infinite where no node around a cell was reached.
    """
    rows, columns = room.shape
    out = np.full(len(cells), np.inf)
    for i in range(len(cells)):
        row, column = cells[i, 0], cells[i, 1]
        out[i] = away[row, column]
        if room[row, column] <= 0.0 or is_node(room, stride, row, column):
            continue
        for r in range(max(0, row - stride), min(rows, row + stride + 1)):
            for c in range(max(0, column - stride), min(columns, column + stride + 1)):
                corner = parent[r, c]
                if corner < 0:
                    continue
                pr, pc = corner // columns, corner % columns
                d = away[pr, pc] + metres(south, west, step, pr, pc, row, column)
                if d < out[i] and clear(room, pr, pc, row, column):
                    out[i] = d
                d = away[r, c] + metres(south, west, step, r, c, row, column)
                if d < out[i] and clear(room, r, c, row, column):
                    out[i] = d
    return out


between = jit(_between)


def sea_distance(water: Array, south: float, west: float, step: float, row: int, column: int, stride: int = 1) -> Array:
    """Metres by sea from a cell to every cell; infinite for land and closed waters.

    ``water``: bool (rows, columns), row 0 in the south, nodes at ``south + row * step``, degrees.
    """
    room = clearance(np.asarray(water, bool))
    away, parent = sea_ways(room, south, west, step, row, column, stride)
    if stride == 1:
        return away
    cells = np.argwhere(room > 0)
    out = np.full(away.shape, np.inf)
    out[cells[:, 0], cells[:, 1]] = between(room, away, parent, south, west, step, stride, cells)
    return out
