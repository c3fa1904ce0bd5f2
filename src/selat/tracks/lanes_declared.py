"""Declared lanes: zones of kind ``lane`` and ``deep_water_route``, and where in them a ship is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import lanes_declared as kernel
from selat.tracks.zones import Zones

Array = NDArray[Any]


class Declared:
    """Lanes by index. An area's direction is that of its zone; a line's is that of its nearest part, as drawn."""

    def __init__(self, zones: Zones) -> None:
        self.zones = Zones(z for z in zones.of("lane", "deep_water_route") if z.direction is not None)

    def __len__(self) -> int:
        return len(self.zones)

    def at(self, lat: Array, lon: Array, course: Array) -> tuple[Array, Array, Array, Array]:
        """(index, direction deg, m to starboard of the middle, m from the beginning); -1 and NaN where no lane is.

        Where lanes overlap the one nearest to ``course`` (deg) counts, without a course the first.
        """
        n = len(lat)
        out = np.full(n, -1, np.int64), np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan)
        if not len(self.zones):
            return out
        point, zone = self.zones.members(lat, lon)
        if not len(point):
            return out
        own = self.zones.area[zone]
        given = self.zones.direction[zone]
        edges, first = self.zones.edges
        direction, cross, along = kernel.place(lat[point], lon[point], zone, own, given, edges, first)
        off = np.abs((direction - course[point] + 180.0) % 360.0 - 180.0)
        off = np.where(np.isnan(off), 0.0, off)
        order = np.lexsort((zone, off, point))
        best = order[np.concatenate([[True], np.diff(point[order]) > 0])]
        at = point[best]
        for column, values in zip(out, (zone, direction, cross, along), strict=True):
            column[at] = values[best]
        return out
