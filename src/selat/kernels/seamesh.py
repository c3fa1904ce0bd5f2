"""A mesh of places at sea between which boats go, on a field of metres to the shore.

Land and water are those of the field itself, bilinear between its nodes, at any fineness: whether a line is clear is solved cell
by cell, and two waters are one where the field joins them, be it through the saddle of a single cell. So no passage opens or
shuts by the size of a grid. Nodes of the mesh are those of the field near land, every second, fourth, ... one as the shore is
farther, and beside them points just off the shore, where ways around land bend.

Places are (row, column) of the field, as fractions; row 0 in the south.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import bare, inline, jit

Array = NDArray[Any]
MARGIN = 8.0  #: metres off the shore at which ways bend
_EDGE = 1e-6  # cells beyond the edge that are rounding
_STEEP = 1.5  # metres that a bilinear field of distances may rise in a metre: the root of two, and its rounding
_ROOM = 2.5  # times the spacing of nodes that the shore is away
_MOST_LEVEL = 5  # nodes are at most 32 of the field apart


def _inside(field: Array, r: int, c: int, y: float, x: float) -> float:
    """The field at a place, by the four nodes of the cell that begins at (r, c)."""
    u, v = x - c, y - r
    low = field[r, c] * (1.0 - u) + field[r, c + 1] * u
    return low * (1.0 - v) + (field[r + 1, c] * (1.0 - u) + field[r + 1, c + 1] * u) * v


inside = inline(_inside)


def _value(field: Array, y: float, x: float) -> float:
    """The field at a place; that of the nearest cell outside the grid."""
    r = min(max(int(y), 0), field.shape[0] - 2)
    c = min(max(int(x), 0), field.shape[1] - 2)
    return inside(field, r, c, y, x)


value = inline(_value)


def _inner(rows: int, columns: int, y: float, x: float) -> bool:
    """Whether a place lies on the grid."""
    return -_EDGE <= y <= rows - 1.0 + _EDGE and -_EDGE <= x <= columns - 1.0 + _EDGE


inner = inline(_inner)


def _meets(field: Array, unit: float, y0: float, x0: float, y1: float, x1: float) -> float:
    """How far along the straight line between two places, 0 to 1, land is met; 2 where it is not. ``unit``: metres a cell.

    Where the shore is far it leaps as far as the shore can be; else the field along the line, a quadratic in each cell, is
    solved for its least value.
    """
    dy, dx = y1 - y0, x1 - x0
    n = math.hypot(dy, dx)
    if n == 0.0:
        return 2.0 if value(field, y0, x0) > 0.0 else 0.0
    t = 0.0
    while t < 1.0:
        f = value(field, y0 + dy * t, x0 + dx * t)
        if f <= 0.0:
            return t
        leap = f / (_STEEP * unit)
        if leap > 1.0:
            t += leap / n
            continue
        ahead = t + 1e-7 / n
        r = min(max(math.floor(y0 + dy * ahead), 0), field.shape[0] - 2)
        c = min(max(math.floor(x0 + dx * ahead), 0), field.shape[1] - 2)
        end = 1.0  # or where the line leaves the cell; an edge that it stands on, or goes along, is not left again
        if dy != 0.0:
            out = ((r + 1 if dy > 0 else r) - y0) / dy
            end = min(end, out if out > ahead else out + 1.0 / abs(dy))
        if dx != 0.0:
            out = ((c + 1 if dx > 0 else c) - x0) / dx
            end = min(end, out if out > ahead else out + 1.0 / abs(dx))
        end = max(end, ahead)
        middle = (t + end) / 2.0
        a = inside(field, r, c, y0 + dy * t, x0 + dx * t)
        m = inside(field, r, c, y0 + dy * middle, x0 + dx * middle)
        b = inside(field, r, c, y0 + dy * end, x0 + dx * end)
        bend, slope = 2.0 * (a + b) - 4.0 * m, 4.0 * m - 3.0 * a - b
        if b <= 0.0 or (bend > 0.0 and 0.0 < -slope < 2.0 * bend and a - slope * slope / (4.0 * bend) <= 0.0):
            return middle
        t = end
    return 2.0


meets = bare(_meets)


def _clear(field: Array, unit: float, y0: float, x0: float, y1: float, x1: float) -> bool:
    """True where the straight line between two places meets water only."""
    return meets(field, unit, y0, x0, y1, x1) > 1.0


clear = inline(_clear)


def _level(field: Array, unit: float, r: int, c: int) -> int:
    """Two to the power of it: how many nodes of the field apart those of the mesh are around a node of the field."""
    room, k = field[r, c] / (_ROOM * unit), 0
    while k < _MOST_LEVEL and room >= 2 << k:
        k += 1
    return k


level = inline(_level)


def _bends(field: Array, y: float, x: float) -> bool:
    """True where the shore bends towards the water at a place just off it, so that a way around land may bend there."""
    h = 0.25
    gy = value(field, y + h, x) - value(field, y - h, x)
    gx = value(field, y, x + h) - value(field, y, x - h)
    g = math.hypot(gy, gx)
    if g == 0.0:
        return True
    ty, tx = gx / g * h, -gy / g * h
    return value(field, y + ty, x + tx) + value(field, y - ty, x - tx) > 2.0 * MARGIN - 1.0


bends = bare(_bends)


def _shore(field: Array, r: int, c: int, owner: int, places: Array, n: int) -> int:
    """Points just off the shore around a node in water, on the field's edges and on lines midway between; how many there are.

    Along all those lines the field is straight between its nodes and the middles, so that the point is exact.
    """
    rows, columns = field.shape
    for k in range(12):
        if k < 4:  # the edges to the four neighbours
            y0, x0 = float(r), float(c)
            y1, x1 = y0 + (k == 0) - (k == 1), x0 + (k == 2) - (k == 3)
        else:  # the sides of the square half a cell around, each in two halves, from the middle of the side outwards
            side, out = (k - 4) // 2, 0.5 if k % 2 else -0.5
            dy, dx = (side == 0) - (side == 1), (side == 2) - (side == 3)
            y0, x0 = r + 0.5 * dy, c + 0.5 * dx
            y1, x1 = y0 + out * abs(dx), x0 + out * abs(dy)
            if (side == 1 or side == 3) and inner(rows, columns, r + dy, c + dx) and field[r + dy, c + dx] > MARGIN:
                continue  # the neighbour has told of it
        if not inner(rows, columns, y0, x0) or not inner(rows, columns, y1, x1):
            continue
        a, b = value(field, y0, x0), value(field, y1, x1)
        if (a > MARGIN) == (b > MARGIN):
            continue
        t = (a - MARGIN) / (a - b)
        y, x = y0 + t * (y1 - y0), x0 + t * (x1 - x0)
        if bends(field, y, x):
            places[n, 0], places[n, 1], places[n, 2] = y, x, owner
            n += 1
    return n


shore = bare(_shore)


def _nodes(field: Array, unit: float) -> tuple[Array, Array, int]:
    """(index of the mesh's node at each node of the field or -1, its places (n, 2), how many of them are such).

    After those come points just off the shore on the field's edges and saddles between two waters; each belongs to a node of
    the field beside it. ``places`` has a third column: that node's index; its own for a node of the field.
    """
    rows, columns = field.shape
    index = np.full((rows, columns), -1, np.int32)
    n = 0
    for r in range(rows):
        for c in range(columns):
            if field[r, c] > 0.0:
                k = level(field, unit, r, c)
                if (r | c) & ((1 << k) - 1) == 0:
                    index[r, c] = n
                    n += 1
    places = np.empty((n + 1024, 3))
    for r in range(rows):
        for c in range(columns):
            i = index[r, c]
            if i >= 0:
                places[i, 0], places[i, 1], places[i, 2] = r, c, i
    lattice = n
    for r in range(rows):
        for c in range(columns):
            f = field[r, c]
            if n + 16 > len(places):
                more = np.empty((2 * len(places), 3))
                more[:n] = places[:n]
                places = more
            if f <= 0.0:
                continue
            if f > MARGIN:
                n = shore(field, r, c, index[r, c], places, n)
            for side in (-1, 1):  # the cells to the north-west and north-east, of which this is a southern corner
                if r + 1 >= rows or c + side < 0 or c + side >= columns:
                    continue
                across, east, north = field[r + 1, c + side], field[r, c + side], field[r + 1, c]
                if across <= 0.0 or east > 0.0 or north > 0.0:
                    continue
                bend = f + across - east - north
                if f * across > east * north:  # the field at the saddle, times the bend, which is above zero
                    places[n, 0], places[n, 1] = r + (f - east) / bend, c + side * (f - north) / bend
                    places[n, 2] = index[r, c]
                    n += 1
    return index, places[:n].copy(), lattice


nodes = jit(_nodes)


def _begins(places: Array, lattice: int) -> Array:
    """Where the points of each node of the field begin among those off the shore: they stand in the order of their nodes."""
    first = np.zeros(lattice + 1, np.int64)
    for s in range(lattice, len(places)):
        first[int(places[s, 2]) + 1] += 1
    for i in range(lattice):
        first[i + 1] += first[i]
    return first + lattice


begins = jit(_begins)


def _links(field: Array, unit: float, index: Array, places: Array, lattice: int, first: Array) -> Array:
    """Pairs of the mesh's nodes between which a boat can go straight, (n, 2): neighbours on the field, and points near them."""
    rows, columns = field.shape
    out = np.empty((8 * len(places) + 8192, 2), np.int32)
    n = 0
    for i in range(lattice):
        r, c = int(places[i, 0]), int(places[i, 1])
        mine = level(field, unit, r, c)
        if n + 4096 > len(out):
            more = np.empty((2 * len(out), 2), np.int32)
            more[:n] = out[:n]
            out = more
        for k in range(_MOST_LEVEL + 1):
            if (r | c) & ((1 << k) - 1) != 0:
                break
            for way in range(4):  # to the east, north-east, north, north-west: the others are the same pairs
                rr, cc = r + (0 if way == 0 else 1 << k), c + (0 if way == 2 else -(1 << k) if way == 3 else 1 << k)
                if rr >= rows or cc < 0 or cc >= columns or index[rr, cc] < 0:
                    continue
                other = level(field, unit, rr, cc)
                if k < min(mine, other) - 1 or k > max(mine, other) + 1:
                    continue
                if (k == 0 and way in (0, 2)) or clear(field, unit, r, c, rr, cc):
                    out[n, 0], out[n, 1] = i, index[rr, cc]
                    n += 1
        if mine > 1:
            continue
        for rr in range(max(0, r - 1), min(rows, r + 2)):
            for cc in range(max(0, c - 1), min(columns, c + 2)):
                j = index[rr, cc]
                if j < 0:
                    continue
                for s in range(first[j], first[j + 1]):
                    y, x = places[s, 0], places[s, 1]
                    if clear(field, unit, r, c, y, x):
                        out[n, 0], out[n, 1] = i, s
                        n += 1
                    for q in range(max(first[i], 0), first[i + 1]):
                        if q < s and clear(field, unit, y, x, places[q, 0], places[q, 1]):
                            out[n, 0], out[n, 1] = q, s
                            n += 1
    for s in range(lattice, len(places)):  # a saddle: also to the corner across it
        if n + 8 > len(out):
            more = np.empty((2 * len(out), 2), np.int32)
            more[:n] = out[:n]
            out = more
        r, c = math.floor(places[s, 0]), math.floor(places[s, 1])
        for rr in range(r, min(rows, r + 2)):
            for cc in range(c, min(columns, c + 2)):
                j = index[rr, cc]
                if j >= 0 and clear(field, unit, places[s, 0], places[s, 1], rr, cc):
                    out[n, 0], out[n, 1] = j, s
                    n += 1
    return out[:n].copy()


links = jit(_links)


def _around(pairs: Array, count: int) -> tuple[Array, Array]:
    """(where the neighbours of each node begin, the neighbours), of pairs that are told once."""
    begin = np.zeros(count + 1, np.int64)
    for p in range(len(pairs)):
        begin[pairs[p, 0] + 1] += 1
        begin[pairs[p, 1] + 1] += 1
    for i in range(count):
        begin[i + 1] += begin[i]
    at, out = begin[:-1].copy(), np.empty(2 * len(pairs), np.int32)
    for p in range(len(pairs)):
        i, j = pairs[p, 0], pairs[p, 1]
        out[at[i]], out[at[j]] = j, i
        at[i] += 1
        at[j] += 1
    return begin, out


around = jit(_around)


def _parts(begin: Array, beside: Array) -> Array:
    """Which water each node lies in, numbered as they are met."""
    out = np.full(len(begin) - 1, -1, np.int32)
    stack = np.empty(len(out), np.int32)
    n = 0
    for i in range(len(out)):
        if out[i] >= 0:
            continue
        out[i], stack[0], deep = n, i, 1
        while deep > 0:
            deep -= 1
            at = stack[deep]
            for k in range(begin[at], begin[at + 1]):
                j = beside[k]
                if out[j] < 0:
                    out[j] = n
                    stack[deep] = j
                    deep += 1
        n += 1
    return out


parts = jit(_parts)
