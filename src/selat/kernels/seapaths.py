"""Travel over water around land: shortest sea paths from one place over a mesh of the sea (:mod:`selat.kernels.seamesh`).

Dijkstra over the neighbours of a node in which a path goes straight on from the last corner wherever the line stays on
water (Theta*: A. Nash, K. Daniel, S. Koenig, A. Felner, AAAI 2007), so that it is not bound to the directions of a mesh; the
line is looked at when a node's turn comes (Lazy Theta*: A. Nash, S. Koenig, C. Tovey, AAAI 2010), which spares most of the looking.
"""

from __future__ import annotations

import heapq
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import seamesh
from selat.kernels._jit import bare, i64, inline, jit
from selat.kernels.geodesy import metres as metres_of_degrees
from selat.kernels.seamesh import MARGIN, clear, inner, level, meets, value

Array = NDArray[Any]
_ALONG = 12  # places, two cells apart, at which that land is looked at
_GAIN = 0.5  # metres that a tighter way is shorter, at least
_TENTHS = 15  # of a cell around a node in which the water nearest to a place on land is sought
_TURNS = 4  # times that a corner is moved to one beside it, for one node
_FOUND = 1024  # places for nodes around one: 2 * 4 * 4 nodes, each with up to 20 points off the shore
_NEAR = 4  # nodes to each side that are looked at around a place, of its own spacing and of twice that


def field_of(water: Array, unit: float) -> Array:
    """Metres to the edge of land, negative on land, float32, of a mask of cells ``unit`` metres apart."""
    water = np.asarray(water, bool)
    if water.all():
        return np.full(water.shape, 1e6, np.float32)
    from scipy.ndimage import distance_transform_edt  # only when asked: a watch goes without SciPy's memory

    out = np.where(water, distance_transform_edt(water) - 0.5, 0.5 - distance_transform_edt(~water))
    return np.asarray(out * unit, np.float32)


def scales(south: float, step: float, rows: int) -> Array:
    """Metres from row to row and from column to column at every half row, (2 rows + 1, 2)."""
    out = np.empty((2 * rows + 1, 2))
    for i in range(len(out)):
        out[i] = metres_of_degrees(south + i * step / 2)
    return out * step


def _length(scale: Array, y0: float, x0: float, y1: float, x1: float) -> float:
    """On a plane with the radii of WGS 84 at the middle latitude: 0.01 % off at 1,000 km below 10 degrees of latitude."""
    i = min(max(int(y0 + y1 + 0.5), 0), len(scale) - 1)
    return math.hypot((y1 - y0) * scale[i, 0], (x1 - x0) * scale[i, 1])


length = inline(_length)


def _close(field: Array, unit: float, index: Array, first: Array, y: float, x: float, found: Array) -> int:
    """Nodes around a place, with the points off the shore that belong to them, into ``found``; how many."""
    rows, columns = field.shape
    k = level(field, unit, min(max(int(y + 0.5), 0), rows - 1), min(max(int(x + 0.5), 0), columns - 1))
    n = 0
    for j in range(k, k + 2):
        h = 1 << j
        r0, c0 = (int(y) // h - 1) * h, (int(x) // h - 1) * h
        for a in range(_NEAR):
            for b in range(_NEAR):
                r, c = r0 + a * h, c0 + b * h
                if r < 0 or c < 0 or r >= rows or c >= columns or index[r, c] < 0:
                    continue
                i = index[r, c]
                found[n] = i
                n += 1
                for s in range(first[i], first[i + 1]):
                    found[n] = s
                    n += 1
    return n


close = bare(_close)


def _dry(field: Array, where: Array) -> Array:
    """True for places (n, 2) that are on land."""
    out = np.zeros(len(where), np.bool_)
    for i in range(len(where)):
        y, x = min(max(where[i, 0], 0.0), field.shape[0] - 1.0), min(max(where[i, 1], 0.0), field.shape[1] - 1.0)
        out[i] = value(field, y, x) <= 0.0
    return out


dry = jit(_dry)


def _seen(
    field: Array, unit: float, scale: Array, index: Array, first: Array, places: Array, sea: Array, where: Array
) -> Array:
    """True for places (n, 2) in water from which a node of the sea is seen; ``sea``: bool a node."""
    out = np.zeros(len(where), np.bool_)
    found = np.empty(_FOUND, np.int64)
    for i in range(len(where)):
        y, x = where[i, 0], where[i, 1]
        if not inner(field.shape[0], field.shape[1], y, x) or value(field, y, x) <= 0.0:
            continue
        for k in range(close(field, unit, index, first, y, x, found)):
            j = found[k]
            if sea[j] and clear(field, unit, y, x, places[j, 0], places[j, 1]):
                out[i] = True
                break
    return out


seen = jit(_seen)


def _ashore(field: Array, unit: float, where: Array, nodes: Array) -> Array:
    """The water nearest to places on land (n, 2), seen from the node of the sea that is nearest to each, to a tenth of a cell."""
    out = nodes.copy()
    for i in range(len(where)):
        y, x = where[i, 0], where[i, 1]
        best = math.hypot(nodes[i, 0] - y, nodes[i, 1] - x)
        for a in range(-_TENTHS, _TENTHS + 1):
            for b in range(-_TENTHS, _TENTHS + 1):
                py, px = nodes[i, 0] + a / 10.0, nodes[i, 1] + b / 10.0
                d = math.hypot(py - y, px - x)
                if d >= best or not inner(field.shape[0], field.shape[1], py, px) or value(field, py, px) < MARGIN:
                    continue
                if clear(field, unit, nodes[i, 0], nodes[i, 1], py, px):
                    best, out[i, 0], out[i, 1] = d, py, px
    return out


ashore = jit(_ashore)


def _sea_ways(
    field: Array, unit: float, scale: Array, index: Array, first: Array, ys: Array, xs: Array, begin: Array,
    beside: Array, most: float,
) -> tuple[Array, Array]:  # fmt: skip
    """(metres by sea from a place to every node of the mesh, the last corner on the way to it), as far as ``most`` metres.

    ``ys`` and ``xs``: rows and columns of the nodes, and last of the place.

    A corner is a node, or the number of nodes for the place itself. Infinite and -1 where no way leads.
    """
    count = len(ys) - 1
    away, parent = np.full(count + 1, np.inf), np.full(count + 1, -1, np.int32)
    state = np.zeros(count + 1, np.uint8)  # 1: its last corner was looked at; 2: done
    away[count], parent[count], state[count] = 0.0, count, 2
    y, x = ys[count], xs[count]
    heap = [(0.0, count)]
    found = np.empty(_FOUND, np.int64)
    for k in range(close(field, unit, index, first, y, x, found)):
        i = found[k]
        if clear(field, unit, y, x, ys[i], xs[i]):
            away[i], parent[i], state[i] = length(scale, y, x, ys[i], xs[i]), count, 1
            heapq.heappush(heap, (away[i], i))
    while len(heap) > 0:
        d, at = heapq.heappop(heap)
        if at == count or state[at] == 2 or d > away[at]:
            continue
        if d > most:
            break
        corner = parent[at]
        if state[at] == 0 and not clear(field, unit, ys[at], xs[at], ys[corner], xs[corner]):
            # The line from the last corner meets land: on from a neighbour that is done, or from that one's own corner.
            best, tried = np.inf, -1
            for k in range(begin[at], begin[at + 1]):
                near = i64(beside[k])
                if state[near] != 2:
                    continue
                d = away[near] + length(scale, ys[near], xs[near], ys[at], xs[at])
                if d < best:
                    best, parent[at] = d, near
                far = parent[near]
                if far == corner or far == tried or far == parent[at]:
                    continue
                d = away[far] + length(scale, ys[far], xs[far], ys[at], xs[at])
                if d < best:
                    if clear(field, unit, ys[at], xs[at], ys[far], xs[far]):
                        best, parent[at] = d, far
                    else:
                        tried = far
            away[at] = best
            if best < np.inf:
                state[at] = 1
                heapq.heappush(heap, (best, at))
            continue
        state[at] = 2
        for k in range(begin[at], begin[at + 1]):
            near = i64(beside[k])
            d = away[corner] + length(scale, ys[corner], xs[corner], ys[near], xs[near])
            if state[near] != 2 and d < away[near]:  # whether the line is clear is asked when its turn comes
                away[near], parent[near], state[near] = d, corner, 0
                heapq.heappush(heap, (d, near))
    for i in range(count):
        if state[i] != 2:
            away[i], parent[i] = np.inf, -1
    return away, parent


sea_ways = jit(_sea_ways)


def _tighter(
    field: Array, unit: float, scale: Array, index: Array, first: Array, ys: Array, xs: Array, begin: Array, beside: Array,
    away: Array, parent: Array, y: float, x: float, corner: int, around: bool, found: Array,
) -> tuple[int, float]:  # fmt: skip
    """(the last corner, metres) of the way to a place, drawn tight: from a last corner to one beside it, or to the one before.

    ``around``: also to the nodes around the land that is in the way of the line from the corner before: there a tight way bends.
    """
    count = len(ys) - 1
    best = corner
    d = away[best] + length(scale, ys[best], xs[best], y, x)
    for _ in range(_TURNS):
        corner, before = best, d
        if corner == count:
            break
        last = i64(parent[corner])
        for k in range(begin[corner] - 1, begin[corner + 1]):
            other = last if k < begin[corner] else i64(beside[k])
            if away[other] < d:
                e = away[other] + length(scale, ys[other], xs[other], y, x)
                if e < d - _GAIN and clear(field, unit, y, x, ys[other], xs[other]):
                    best, d = other, e
        t, dy, dx = 2.0, y - ys[last], x - xs[last]
        if around:
            t = meets(field, unit, ys[last], xs[last], y, x)
        for _ in range(_ALONG):
            if t >= 1.0:
                break
            for k in range(close(field, unit, index, first, ys[last] + t * dy, xs[last] + t * dx, found)):
                other = found[k]
                if away[other] < d:
                    e = away[other] + length(scale, ys[other], xs[other], y, x)
                    if e < d - _GAIN and clear(field, unit, y, x, ys[other], xs[other]):
                        best, d = other, e
            t += 2.0 / math.hypot(dy, dx)
        if d == before or best == corner:
            break
    return best, d


tighter = bare(_tighter)


def _tighten(
    field: Array, unit: float, scale: Array, index: Array, first: Array, ys: Array, xs: Array, begin: Array, beside: Array,
    lattice: int, away: Array, parent: Array,
) -> None:  # fmt: skip
    """Draws the ways of :func:`sea_ways` tight, in the order of their length: a corner stays before others follow it."""
    count = len(ys) - 1
    bends = np.zeros(count + 1, np.bool_)
    bends[lattice:] = True  # points off the shore
    for i in range(count):
        if parent[i] >= 0:
            bends[parent[i]] = True
    found = np.empty(_FOUND, np.int64)
    for at in np.argsort(away):
        if not away[at] < np.inf:
            break
        if at != count:
            parent[at], away[at] = tighter(
                field, unit, scale, index, first, ys, xs, begin, beside, away, parent, ys[at], xs[at], i64(parent[at]),
                bends[at], found,
            )  # fmt: skip


tighten = jit(_tighten)


def _reached(
    field: Array, unit: float, scale: Array, index: Array, first: Array, ys: Array, xs: Array, begin: Array, beside: Array,
    away: Array, parent: Array, where: Array, tight: bool,
) -> Array:  # fmt: skip
    """Metres from the place of :func:`sea_ways` to places (n, 2): straight on from the corners of the nodes around them.

    ``tight``: drawn tight, too.
    """
    count = len(ys) - 1
    out = np.full(len(where), np.inf)
    found, corners, metres = np.empty(_FOUND, np.int64), np.empty(2 * _FOUND, np.int64), np.empty(2 * _FOUND)
    for i in range(len(where)):
        y, x = where[i, 0], where[i, 1]
        if not inner(field.shape[0], field.shape[1], y, x) or value(field, y, x) <= 0.0:
            continue
        n = close(field, unit, index, first, y, x, found)
        m, best = 0, i64(-1)
        for k in range(-1, 2 * n):  # the start; the corners of nodes around, which mostly are the same; those nodes
            j = i64(count) if k < 0 else i64(parent[found[k]]) if k < n else found[k - n]
            if j < 0 or not away[j] < np.inf:
                continue
            known = False
            for q in range(m):
                known = known or corners[q] == j
            if not known:
                corners[m], metres[m] = j, away[j] + length(scale, ys[j], xs[j], y, x)
                m += 1
        for _ in range(m):  # the shortest first: what is clear then is the best
            k = np.argmin(metres[:m])
            j = corners[k]
            if clear(field, unit, y, x, ys[j], xs[j]):  # from here: land that is in the way mostly is near
                out[i], best = metres[k], j
                break
            metres[k] = np.inf
        if tight and best >= 0:
            _, out[i] = tighter(
                field, unit, scale, index, first, ys, xs, begin, beside, away, parent, y, x, best, True, found
            )  # fmt: skip
    return out


reached = jit(_reached)


class Mesh:
    """A sea to travel on. ``field``: float32 (rows, columns), metres to the shore, negative on land, at ``south + row * step``."""

    def __init__(self, field: Array, south: float, west: float, step: float) -> None:
        self.field = np.ascontiguousarray(field, np.float32)
        self.south, self.west, self.step = south, west, step
        self._scale = scales(south, step, len(field))
        self._unit = float(self._scale.max())
        self._index, self.places, self.lattice = seamesh.nodes(self.field, self._unit)
        self._first = seamesh.begins(self.places, self.lattice)
        pairs = seamesh.links(self.field, self._unit, self._index, self.places, self.lattice, self._first)
        self._links = seamesh.around(pairs, len(self.places))
        parts = seamesh.parts(*self._links)
        wide = np.zeros(len(parts))
        self.sea = np.zeros(len(parts), bool)
        if len(parts):
            y, x, _ = self.places.T
            depth = self.field[y.astype(int), x.astype(int)]
            wide = np.bincount(parts, weights=np.maximum(1.0, depth / self._unit) ** 2)
            self.sea = parts == wide.argmax()

    def _grid(self) -> tuple[Any, ...]:
        return self.field, self._unit, self._scale, self._index, self._first, self.places

    def cells(self, lat: Any, lon: Any) -> Array:
        """Row and column of places in degrees, as fractions, (n, 2)."""
        return np.column_stack([
            (np.atleast_1d(lat) - self.south) / self.step, (np.atleast_1d(lon) - self.west) / self.step
        ]).astype(np.float64)  # fmt: skip

    def land(self, where: Array) -> Array:
        """True for places (row, column) on land; those outside the field are as the nearest in it."""
        return np.asarray(dry(self.field, where))

    def at_sea(self, where: Array) -> Array:
        """True for places (row, column) on the sea, which is the largest water of the field."""
        return np.asarray(seen(*self._grid(), self.sea, np.ascontiguousarray(where, np.float64)))

    def ashore(self, where: Array, nodes: Array) -> Array:
        """The water nearest to places on land, near nodes of the sea that are nearest to them."""
        return np.asarray(ashore(self.field, self._unit, np.ascontiguousarray(where), np.ascontiguousarray(nodes)))

    def away(self, y: float, x: float, where: Array, most: float = np.inf, tight: bool = True) -> Array:
        """Metres by sea from one place to others, (row, column); infinite where no way leads, or only one longer than ``most``.

        Without ``tight`` a few are some per cent longer than they need be, at a fraction of the time.
        """
        ys, xs = np.append(self.places[:, 0], y), np.append(self.places[:, 1], x)
        grid = (*self._grid()[:5], ys, xs, *self._links)
        away, parent = sea_ways(*grid, most)
        if tight:
            tighten(*grid, self.lattice, away, parent)
        out = np.asarray(reached(*grid, away, parent, np.ascontiguousarray(where, np.float64), tight))
        return np.where(out <= most, out, np.inf)
