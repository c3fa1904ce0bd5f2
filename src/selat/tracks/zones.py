"""Zones: a compiled set of named places, asked with arrays of positions.

::

    lanes = window.world.zones.of("lane")
    point, zone = lanes.members(lat, lon)          # which ship is in which lane
    off = angle(cog[point] - lanes.direction[zone])

Positions in degrees, distances in metres (WGS 84 at the latitude of the point; below 20 km within 1 cm plus 0.001 % for
the nearest edge, edges being straight in longitude and latitude as in GeoJSON). Points on an edge are inside.
Unknown positions (NaN) are nowhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import zones as kernel
from selat.kernels.geodesy import metres
from selat.model.errors import ConfigError
from selat.model.zone import KINDS, RULES, Zone

Array = NDArray[Any]
_CELLS = 128  #: cells of the grid in each direction
_SLAB = 4  #: edges in a slab, about
_SLABS = 512  #: slabs of a zone, at most


@dataclass(frozen=True, slots=True)
class _Frame:
    """Boxes and grid of a reach: which zones can hold a point, at a glance."""

    reach: Array
    box: Array
    grid: Array
    cells: Array
    listed: Array


class Zones:
    """Zones in the order they were given; an index is the place in it. Not to be changed."""

    def __init__(self, zones: Iterable[Zone] = ()) -> None:
        self.zones = tuple(zones)
        self.names = tuple(z.name for z in self.zones)
        self.kinds = tuple(z.kind for z in self.zones)
        self.direction = _numbers(z.direction for z in self.zones)  #: deg; NaN where a zone has none
        self.width = _numbers(z.width for z in self.zones)  #: m; NaN where a zone has none
        self.area = np.array([not z.line for z in self.zones], np.bool_)
        self.versions = tuple(z.version for z in self.zones)
        self.version = hashlib.sha256("".join(sorted(self.versions)).encode()).hexdigest()[:16]
        self._subsets: dict[tuple[str, ...], Zones] = {}
        self._frames: dict[float, _Frame] = {}
        parts = [_edges(z) for z in self.zones]
        self._first = np.concatenate([[0], np.cumsum([len(p) for p in parts], dtype=np.int64)]).astype(np.int64)
        self._edges = np.concatenate([np.empty((0, 4)), *parts])
        self._slabs = _slabbed(self._edges, self._first)

    def __len__(self) -> int:
        return len(self.zones)

    def __iter__(self) -> Iterator[Zone]:
        return iter(self.zones)

    def __getitem__(self, index: int) -> Zone:
        return self.zones[int(index)]

    def of(self, *kinds: str) -> Zones:
        """The zones of these kinds, as a set with indices of its own; made once."""
        if kinds not in self._subsets:
            unknown = [k for k in kinds if k not in KINDS]
            if unknown:
                raise ConfigError(f"{unknown[0]!r} is no kind of zone", hint=f"one of {', '.join(KINDS)}")
            self._subsets[kinds] = Zones(z for z in self.zones if z.kind in kinds)
        return self._subsets[kinds]

    def named(self, name: str) -> int:
        """Index of the zone of this name, -1 where there is none."""
        return self.names.index(name) if name in self.names else -1

    def limit(self, rule: str) -> Array:
        """A rule's number (SI) by zone, NaN where a zone does not have it; for rules that are numbers."""
        if RULES.get(rule, ("",))[0] not in ("speed", "distance", "duration"):
            raise ConfigError(f"{rule!r} is no number that a zone asks for", hint=f"rules: {', '.join(RULES)}")
        return _numbers(z.rules.get(rule) for z in self.zones)

    @property
    def edges(self) -> tuple[Array, Array]:
        """Edges (n, 4) x1 y1 x2 y2, degrees, and where those of each zone begin: for kernels of their own."""
        return self._edges, self._first

    def members(self, lat: Any, lon: Any) -> tuple[Array, Array]:
        """(point, zone) indices, int64, sorted: points inside areas, or within the width of lines and points."""
        return self._within(lat, lon, 0.0)

    def near(self, lat: Any, lon: Any, metres: float) -> tuple[Array, Array]:
        """As :meth:`members`, with all that is ``metres`` or less away from the zone."""
        return self._within(lat, lon, float(metres))

    def _within(self, lat: Any, lon: Any, reach: float) -> tuple[Array, Array]:
        y, x = _positions(lat, lon)
        if not self.zones or not y.size:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        if reach not in self._frames:
            if len(self._frames) > 64:
                self._frames.clear()  # somebody asks for a new reach each time
            self._frames[reach] = self._frame(reach)
        f = self._frames[reach]
        found: tuple[Array, Array] = kernel.members(
            y, x, f.grid, f.cells, f.listed, f.box, self._first, self._edges, *self._slabs, f.reach, self.area
        )
        return found

    def distance(self, lat: Any, lon: Any, index: Any) -> Array:
        """Metres to the boundary of the zone ``index`` (a number, or one for each point), negative inside.

        The boundary of a line or point with a width is the edge of that width. NaN for unknown positions and indices.
        """
        y, x = _positions(lat, lon)
        z = np.ascontiguousarray(np.broadcast_to(np.asarray(index, np.int64), y.shape))
        width = np.nan_to_num(self.width)
        out: Array = kernel.distances(y, x, z, self._first, self._edges, *self._slabs, width, self.area)
        return out

    def crossings(self, lat1: Any, lon1: Any, lat2: Any, lon2: Any) -> tuple[Array, Array, Array, Array]:
        """Where steps cross lines and boundaries: (step, zone, part, side), sorted by step, zone, part.

        ``part``: 0 to 1, how far along the step; ``side``: 1 from left to right of the line as it was drawn (from the
        inside of a ring that runs anticlockwise to the outside), -1 the other way.
        """
        y1, x1 = _positions(lat1, lon1)
        y2, x2 = _positions(lat2, lon2)
        if not self.zones or not y1.size:
            none = np.zeros(0, np.int64)
            return none, none, np.zeros(0), none
        if 0.0 not in self._frames:
            self._frames[0.0] = self._frame(0.0)
        f = self._frames[0.0]
        found: tuple[Array, Array, Array, Array] = kernel.crossings(
            y1, x1, y2, x2, f.grid, f.cells, f.listed, f.box, self._first, self._edges
        )
        return found

    def _frame(self, reach: float) -> _Frame:
        wide = np.where(self.area, 0.0, self.width) + reach
        wide = np.where(self.area & (reach == 0.0), -1.0, np.where(np.isnan(wide), reach or -1.0, wide))
        box = np.array([z.bounds for z in self.zones])
        for row, zone_reach in zip(box, wide, strict=True):
            if zone_reach > 0.0:
                # a little wider than the reach, so that no rounding makes a filter out of it
                worst = min(max(abs(row[1]), abs(row[3])) + zone_reach / 1.1e5, 89.9)
                row += np.array([-1, -1, 1, 1]) * zone_reach * 1.01 / np.tile([metres(worst)[1], 1.1e5], 2)
        west, south = box[:, 0].min(), box[:, 1].min()
        # the last row and column reach a little further, so that no rounding loses the edge; here and in the kernels
        step_x, step_y = (max(float(s) * (1 + 1e-12), 1e-9) for s in (box[:, 2:].max(0) - [west, south]) / _CELLS)
        lo_x, hi_x = (np.clip(((box[:, c] - west) / step_x).astype(np.int64), 0, _CELLS - 1) for c in (0, 2))
        lo_y, hi_y = (np.clip(((box[:, c] - south) / step_y).astype(np.int64), 0, _CELLS - 1) for c in (1, 3))
        spans = [np.s_[lo_y[z] : hi_y[z] + 1, lo_x[z] : hi_x[z] + 1] for z in range(len(box))]
        counts = np.zeros((_CELLS, _CELLS), np.int64)
        for span in spans:
            counts[span] += 1
        cells = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        listed = np.empty(int(cells[-1]), np.int64)
        at = cells[:-1].reshape(_CELLS, _CELLS).copy()
        for z, span in enumerate(spans):
            listed[at[span]] = z
            at[span] += 1
        grid = np.array([west, south, step_x, step_y, _CELLS, _CELLS])
        return _Frame(wide, box, grid, cells, listed)


def _numbers(values: Iterable[float | None]) -> Array:
    return np.array([np.nan if v is None else v for v in values], np.float64)


def _positions(lat: Any, lon: Any) -> tuple[Array, Array]:
    y, x = (np.atleast_1d(np.asarray(v, np.float64)) for v in (lat, lon))
    y, x = np.broadcast_arrays(y, x)
    return np.ascontiguousarray(y), np.ascontiguousarray(x)


def _edges(zone: Zone) -> Array:
    """(n, 4) edges x1 y1 x2 y2 of ring and holes, or of a line; a point is an edge of no length."""
    if zone.line:
        p = np.array(zone.ring)
        return np.hstack([p[:-1], p[1:]]) if len(p) > 1 else np.hstack([p, p])
    rings = [np.array(r) for r in (zone.ring, *zone.holes)]
    return np.concatenate([np.hstack([r, np.roll(r, -1, axis=0)]) for r in rings])


def _slabbed(edges: Array, first: Array) -> tuple[Array, Array, Array, Array, Array]:
    """Slabs of latitude of every zone: (their first, offsets in items, first item, items = edges, (south, step, north))."""
    slab_first, slabs, item_first, items, steps = [0], [], [0], [], []
    for z in range(len(first) - 1):
        own = edges[first[z] : first[z + 1]]
        low, high = np.minimum(own[:, 1], own[:, 3]), np.maximum(own[:, 1], own[:, 3])
        south, north = float(low.min()), float(high.max())
        n = int(np.clip(len(own) // _SLAB, 1, _SLABS))
        step = (north - south) / n
        n = n if step > 0 else 1
        # the same arithmetic as in the kernel: an edge is in every slab that a point of it can fall in
        lo, hi = (
            (np.clip(((v - south) / step).astype(np.int64), 0, n - 1) if step > 0 else v * 0) for v in (low, high)
        )
        lists: list[Sequence[int]] = [np.flatnonzero((lo <= s) & (hi >= s)) + first[z] for s in range(n)]
        slabs.append(np.concatenate([[0], np.cumsum([len(x) for x in lists])]))
        items.extend(lists)
        slab_first.append(slab_first[-1] + n + 1)
        item_first.append(item_first[-1] + int(slabs[-1][-1]))
        steps.append((south, step, north))
    joined = [np.concatenate([np.empty(0, np.int64), *a]).astype(np.int64) for a in (slabs, items)]
    at = [np.array(a, np.int64) for a in (slab_first, item_first)]
    return at[0], joined[0], at[1], joined[1], np.array(steps, np.float64).reshape(-1, 3)
