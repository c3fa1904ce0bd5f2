"""Points against many zones at once: membership, distance to the boundary, steps across lines.

Zones come as flat arrays (:class:`selat.tracks.zones.Zones` makes them): edges ``(x1, y1, x2, y2)`` in degrees, those of
zone ``z`` being ``first[z]:first[z + 1]``, rings and holes together (the even-odd rule then leaves the holes out). Two
prefilters carry the speed: a grid of cells with the zones whose box touches each, and in each zone slabs of
latitude with the edges that cross them, so that a point is tested against a few edges and never all.

Edges are straight in longitude and latitude (RFC 7946, 3.1.1). Metres are those of WGS 84 at the latitude of the point.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import inline, jit
from selat.kernels.geodesy import delta, metres

Array = NDArray[Any]


def _inside(x: float, y: float, edges: Array, slabs: Array, items: Array, south: float, step: float, at: int) -> bool:
    """Even-odd rule over the edges of one slab, boundary included; ``at``, ``slabs``: the zone's slabs in ``items``."""
    last = len(slabs) - 2
    slab = min(max(int((y - south) / step), 0), last) if step > 0.0 else 0
    inside = False
    for k in range(at + slabs[slab], at + slabs[slab + 1]):
        e = items[k]
        ax, ay, bx, by = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
        if max(ay, by) < y or min(ay, by) > y:
            continue
        left = (bx - ax) * (y - ay)
        right = (x - ax) * (by - ay)
        if left == right and min(ax, bx) <= x <= max(ax, bx):
            return True
        # half-open in latitude, so that a corner counts for one of its two edges
        if (ay > y) != (by > y) and ((right < left) == (by > ay)):
            inside = not inside
    return inside


inside_of = inline(_inside)


def _away(x: float, y: float, edges: Array, begin: int, end: int) -> float:
    """Metres from a point to the nearest of the edges."""
    my, mx = metres(y)
    best, fx, fy = math.inf, x, y
    for e in range(begin, end):
        ax, ay = (edges[e, 0] - x) * mx, (edges[e, 1] - y) * my
        dx, dy = (edges[e, 2] - edges[e, 0]) * mx, (edges[e, 3] - edges[e, 1]) * my
        length = dx * dx + dy * dy
        t = -(ax * dx + ay * dy) / length if length > 0.0 else 0.0
        t = min(max(t, 0.0), 1.0)
        qx, qy = ax + t * dx, ay + t * dy
        d = qx * qx + qy * qy
        if d < best:
            best, fx, fy = d, x + qx / mx, y + qy / my
    if best == math.inf:
        return math.nan
    east, north = delta(y, x, fy, fx)
    return math.hypot(east, north)


away_from = inline(_away)


def _members(
    lat: Array, lon: Array, grid: Array, cells: Array, listed: Array, box: Array, first: Array, edges: Array,
    slab_first: Array, slabs: Array, item_first: Array, items: Array, steps: Array, reach: Array, area: Array,
) -> tuple[Array, Array]:  # fmt: skip
    """Pairs (point, zone) of points inside an area or within ``reach`` m of its edges, sorted by point, then zone.

    ``grid``: west, south, step of longitude, of latitude, columns, rows; ``cells`` and ``listed``: zones by cell.
    """
    n = len(lat)
    points, zones = np.empty(max(n, 16), np.int64), np.empty(max(n, 16), np.int64)
    found = 0
    west, south, sx, sy = grid[0], grid[1], grid[2], grid[3]
    nx, ny = int(grid[4]), int(grid[5])
    for i in range(n):
        x, y = lon[i], lat[i]
        if not (x >= west and y >= south and x <= west + nx * sx and y <= south + ny * sy):
            continue  # NaN too
        cell = min(int((y - south) / sy), ny - 1) * nx + min(int((x - west) / sx), nx - 1)
        for k in range(cells[cell], cells[cell + 1]):
            z = listed[k]
            if x < box[z, 0] or y < box[z, 1] or x > box[z, 2] or y > box[z, 3]:
                continue
            own = slabs[slab_first[z] : slab_first[z + 1]]
            inside = area[z] and inside_of(x, y, edges, own, items, steps[z, 0], steps[z, 1], item_first[z])
            if not inside and (reach[z] < 0.0 or not away_from(x, y, edges, first[z], first[z + 1]) <= reach[z]):
                continue
            if found == len(points):
                points = np.concatenate((points, np.empty(found, np.int64)))
                zones = np.concatenate((zones, np.empty(found, np.int64)))
            points[found], zones[found] = i, z
            found += 1
    return points[:found], zones[:found]


members = jit(_members)


def _distances(
    lat: Array, lon: Array, index: Array, first: Array, edges: Array, slab_first: Array, slabs: Array,
    item_first: Array, items: Array, steps: Array, width: Array, area: Array,
) -> Array:  # fmt: skip
    """Metres from each point to the boundary of zone ``index``, negative inside; a line's is the edge of its width."""
    n = len(lat)
    out = np.full(n, np.nan)
    for i in range(n):
        z, x, y = index[i], lon[i], lat[i]
        if z < 0 or z >= len(area) or math.isnan(x) or math.isnan(y):
            continue
        d = away_from(x, y, edges, first[z], first[z + 1])
        if area[z]:
            own = slabs[slab_first[z] : slab_first[z + 1]]
            in_box = y >= steps[z, 0] and y <= steps[z, 2]
            if in_box and inside_of(x, y, edges, own, items, steps[z, 0], steps[z, 1], item_first[z]):
                d = -d
        elif width[z] > 0.0:
            d -= width[z]
        out[i] = d
    return out


distances = jit(_distances)


def _crossings(
    lat1: Array, lon1: Array, lat2: Array, lon2: Array, grid: Array, cells: Array, listed: Array, box: Array,
    first: Array, edges: Array,
) -> tuple[Array, Array, Array, Array]:  # fmt: skip
    """Steps that cross an edge: (step, zone, part of the step 0 to 1, side), in order of step, zone, part.

    ``side`` 1: from the left of the edge, as it was drawn, to its right; -1: the other way. Half-open: a step that begins
    on the line does not cross it, one that ends on it does, so that a track crosses once. ``grid`` as in members.
    """
    n = len(lat1)
    room = max(n, 16)
    step, zone, side = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    part = np.empty(room)
    found = 0
    west, south, sx, sy = grid[0], grid[1], grid[2], grid[3]
    nx, ny = int(grid[4]), int(grid[5])
    zones = len(first) - 1
    seen = np.full(zones, -1, np.int64)
    for i in range(n):
        ax, ay, bx, by = lon1[i], lat1[i], lon2[i], lat2[i]
        x0, x1, y0, y1 = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
        if not (x1 >= west and y1 >= south and x0 <= west + nx * sx and y0 <= south + ny * sy):
            continue
        c0, c1 = max(int((x0 - west) / sx), 0), min(int((x1 - west) / sx), nx - 1)
        r0, r1 = max(int((y0 - south) / sy), 0), min(int((y1 - south) / sy), ny - 1)
        begin = found
        for r in range(r0, r1 + 1):
            for k in range(cells[r * nx + c0], cells[r * nx + c1 + 1]):
                z = listed[k]
                if seen[z] == i or x1 < box[z, 0] or y1 < box[z, 1] or x0 > box[z, 2] or y0 > box[z, 3]:
                    continue
                seen[z] = i
                for e in range(first[z], first[z + 1]):
                    px, py, qx, qy = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
                    sa = (qx - px) * (ay - py) - (qy - py) * (ax - px)  # > 0: left of the edge
                    sb = (qx - px) * (by - py) - (qy - py) * (bx - px)
                    if not ((sa > 0.0 and sb <= 0.0) or (sa < 0.0 and sb >= 0.0)):
                        continue
                    sp = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
                    sq = (bx - ax) * (qy - ay) - (by - ay) * (qx - ax)
                    if (sp >= 0.0) == (sq >= 0.0):  # half-open too: a corner belongs to one of its edges
                        continue
                    if found == len(step):
                        step = np.concatenate((step, np.empty(found, np.int64)))
                        zone = np.concatenate((zone, np.empty(found, np.int64)))
                        side = np.concatenate((side, np.empty(found, np.int64)))
                        part = np.concatenate((part, np.empty(found)))
                    at = found
                    t = sa / (sa - sb)
                    while at > begin and (zone[at - 1] > z or (zone[at - 1] == z and part[at - 1] > t)):
                        zone[at], part[at], side[at] = zone[at - 1], part[at - 1], side[at - 1]
                        at -= 1
                    step[found] = i
                    zone[at], part[at], side[at] = z, t, 1 if sa > 0.0 else -1
                    found += 1
    return step[:found], zone[:found], part[:found], side[:found]


crossings = jit(_crossings)
