"""From counts of traffic to a field of flows: the directions of each cell, their lanes, middles and profiles.

A *flow* is one direction of traffic in one cell; a cell where ships go both ways, or cross, has several. Flows of
neighbouring cells that run into each other make a *lane*. All arrays are sorted by cell.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import inline, jit
from selat.kernels.geodesy import delta, metres
from selat.kernels.lanes import GROUPS, SECTORS, UX, UY, VV, XX, XY, YY, N, V, X, Y, cell_of, middle_of

Array = NDArray[Any]
#: columns of flows: passages; all passages of the cell; unit vector of the direction; mean and variance of the speed
#: (m/s); place in the cell, east and north of its middle (m); variance across (m^2)
FLOW = 9
NOW, ALL, DX, DY, MEAN, VAR, EAST, NORTH, ACROSS = range(FLOW)
_MOST = 4  #: flows in a cell
_SPREAD = 2  #: sectors to either side that belong to a direction (56 degrees)
_JOINS = 0.9063  #: cosine of 25 degrees: neighbours that flow alike


def _flow_of(
    keys: Array, sums: Array, begin: int, end: int, taken: Array, flow: Array, by_group: Array
) -> bool:  # fmt: skip
    """One flow of the rows of its sectors; False where the directions cancel out."""
    total = np.zeros(sums.shape[1])
    for k in range(begin, end):
        sector = keys[k] // GROUPS % SECTORS
        if sector < 16 and taken[sector]:
            g = keys[k] % GROUPS
            for c in range(len(total)):
                total[c] += sums[k, c]
            own = by_group[g]
            own[0] += sums[k, N]
            own[1] += sums[k, X] * 0.1
            own[2] += sums[k, Y] * 0.1
            own[3] += sums[k, V] * 0.001
            own[4] += sums[k, VV] * 1e-4
    n = total[N]
    size = math.hypot(total[UX], total[UY])
    if n <= 0.0 or size <= 0.0:
        return False
    for own in by_group:
        if own[0] > 0.0:
            for c in range(1, 5):
                own[c] /= own[0]
            own[4] = max(own[4] - own[3] * own[3], 0.0)
    ux, uy = total[UX] / size, total[UY] / size
    mean, x, y = total[V] * 0.001 / n, total[X] * 0.1 / n, total[Y] * 0.1 / n
    flow[NOW], flow[DX], flow[DY], flow[MEAN], flow[EAST], flow[NORTH] = n, ux, uy, mean, x, y
    flow[VAR] = max(total[VV] * 1e-4 / n - mean * mean, 0.0)
    xx, yy, xy = total[XX] * 0.01 / n - x * x, total[YY] * 0.01 / n - y * y, total[XY] * 0.01 / n - x * y
    flow[ACROSS] = max(uy * uy * xx + ux * ux * yy - 2.0 * ux * uy * xy, 0.0)  # starboard is (uy, -ux)
    return True


flow_of = jit(_flow_of)


def _flows(keys: Array, sums: Array, least: int, share: float) -> tuple[Array, Array, Array]:
    """(cell, flow columns, (passages, east, north, mean, variance) by group) of counts; keys ascend.

    A direction counts from ``least`` passages on and from ``share`` of all in the cell.
    """
    cells, flows, groups = np.empty(64, np.int64), np.zeros((64, FLOW)), np.zeros((64, GROUPS, 5))
    used, i, n = 0, 0, len(keys)
    while i < n:
        cell = keys[i] // (SECTORS * GROUPS)
        end = i
        heap = np.zeros(16)
        while end < n and keys[end] // (SECTORS * GROUPS) == cell:
            sector = keys[end] // GROUPS % SECTORS
            if sector < 16:
                heap[sector] += sums[end, N]
            end += 1
        total = heap.sum()
        free = heap.copy()
        for _ in range(_MOST):
            peak, most = 0, 0.0
            for s in range(16):
                near = 0.5 * (free[(s + 15) % 16] + free[(s + 1) % 16]) + free[s]
                if free[s] > 0.0 and near > most:
                    peak, most = s, near
            if most <= 0.0:
                break
            taken = np.zeros(16, np.bool_)
            count = 0.0
            for d in range(-_SPREAD, _SPREAD + 1):
                s = (peak + d) % 16
                if free[s] > 0.0:
                    taken[s] = True
                    count += free[s]
                    free[s] = 0.0
            if count < least or count < share * total:
                continue
            if used == len(cells):
                cells = np.concatenate((cells, np.empty(used, np.int64)))
                flows = np.concatenate((flows, np.zeros((used, FLOW))))
                groups = np.concatenate((groups, np.zeros((used, GROUPS, 5))))
            if flow_of(keys, sums, i, end, taken, flows[used], groups[used]):
                flows[used, ALL] = total
                cells[used] = cell
                used += 1
            else:
                flows[used] = 0.0
                groups[used] = 0.0
        i = end
    return cells[:used], flows[:used], groups[:used]


flows = jit(_flows)


def _first(cells: Array, cell: int) -> int:
    """Place of the first flow of a cell, or -1."""
    at = np.searchsorted(cells, cell)
    return at if at < len(cells) and cells[at] == cell else -1


first_of = inline(_first)


def _alike(cells: Array, flow: Array, cell: int, ux: float, uy: float, least: float) -> int:
    """The flow of a cell that goes most nearly this way, cosine ``least`` or more; -1: none."""
    best, found = least, -1
    k = first_of(cells, cell)
    if k >= 0:
        while k < len(cells) and cells[k] == cell:
            cosine = flow[k, DX] * ux + flow[k, DY] * uy
            if cosine >= best:
                best, found = cosine, k
            k += 1
    return found


alike = inline(_alike)


def _ahead(cells: Array, flow: Array, a: int, b: int, per: int) -> float:
    """Metres that flow b lies ahead of flow a, along the mean of their directions."""
    ya, xa = middle_of(cells[a], per)
    yb, xb = middle_of(cells[b], per)
    east, north = delta(ya, xa, yb, xb)
    return 0.5 * (east * (flow[a, DX] + flow[b, DX]) + north * (flow[a, DY] + flow[b, DY]))


ahead = inline(_ahead)


def _joined(cells: Array, flow: Array, per: int) -> tuple[Array, Array]:
    """(lane by flow, numbered from 0 by first cell; metres along it) of flows that run into each other."""
    m = len(cells)
    links = np.full((m, 8), -1, np.int64)
    columns = 360 * per
    for a in range(m):
        at = 0
        for dr in range(-1, 2):
            for dc in range(-1, 2):
                if dr != 0 or dc != 0:
                    links[a, at] = alike(cells, flow, cells[a] + dr * columns + dc, flow[a, DX], flow[a, DY], _JOINS)
                    at += 1
    lane, along = np.full(m, -1, np.int64), np.zeros(m)
    stack = np.empty(m, np.int64)
    # a link may be seen from one side only: go both ways
    heads, nexts, ends = np.full(m, -1, np.int64), np.full(8 * m, -1, np.int64), np.full(8 * m, -1, np.int64)
    for a in range(m):
        for j in range(8):
            b = links[a, j]
            if b >= 0:
                e = 8 * a + j
                ends[e], nexts[e], heads[b] = a, heads[b], e
    lanes = 0
    for seed in range(m):
        if lane[seed] >= 0:
            continue
        lane[seed], top = lanes, 1
        stack[0] = seed
        while top > 0:
            top -= 1
            a = stack[top]
            for j in range(8):
                b = links[a, j]
                if b >= 0 and lane[b] < 0:
                    lane[b], along[b] = lanes, along[a] + ahead(cells, flow, a, b, per)
                    stack[top] = b
                    top += 1
            e = heads[a]
            while e >= 0:
                b = ends[e]
                if lane[b] < 0:
                    lane[b], along[b] = lanes, along[a] + ahead(cells, flow, a, b, per)
                    stack[top] = b
                    top += 1
                e = nexts[e]
        lanes += 1
    for _ in range(40):  # each flow where its neighbours put it, on average
        new = along.copy()
        for a in range(m):
            total, count = along[a], 1.0
            for j in range(8):
                b = links[a, j]
                if b >= 0:
                    total += along[b] - ahead(cells, flow, a, b, per)
                    count += 1.0
            new[a] = total / count
        along = new
    low = np.full(lanes, math.inf)
    for a in range(m):
        low[lane[a]] = min(low[lane[a]], along[a])
    return lane, along - low[lane]


joined = jit(_joined)


def _profiles(cells: Array, flow: Array, groups: Array, per: int, reach: float, floor: float) -> Array:
    """(flows, groups + 1, 3): passages, middle (m to starboard of the cell's middle) and sigma (m) of the traffic
    abreast of each flow, by group and of all (last).

    Walks from the cell to both sides while there is traffic of this direction, at least ``floor`` of the most so far,
    up to ``reach`` m; over one empty cell, not over two.
    """
    m, all_of = len(cells), GROUPS
    out = np.zeros((m, GROUPS + 1, 3))
    sums = np.zeros((GROUPS + 1, 3))
    for a in range(m):
        lat, lon = middle_of(cells[a], per)
        my, mx = metres(lat)
        step = min(my, mx) / per
        ux, uy = flow[a, DX], flow[a, DY]
        sums[:] = 0.0
        for way in (-1, 1):
            before, peak, empty = np.int64(-1), flow[a, NOW], 0
            for k in range(0 if way == 1 else 1, int(reach / step) + 1):
                away = way * k * step
                cell = cell_of(lat - ux * away / my, lon + uy * away / mx, per)  # starboard is (uy, -ux)
                if cell == before:
                    continue
                before = cell
                b = alike(cells, flow, cell, ux, uy, _JOINS)
                if b < 0:
                    empty += 1
                    if empty > 1:
                        break
                    continue
                if flow[b, NOW] < floor * peak:
                    break
                empty = 0
                peak = max(peak, flow[b, NOW])
                yb, xb = middle_of(cell, per)
                east, north = delta(lat, lon, yb, xb)
                for g in range(GROUPS):
                    n = groups[b, g, 0]
                    if n > 0.0:
                        at = (east + groups[b, g, 1]) * uy - (north + groups[b, g, 2]) * ux
                        for row in (g, all_of):
                            sums[row, 0] += n
                            sums[row, 1] += n * at
                            sums[row, 2] += n * (at * at + flow[b, ACROSS])
        for g in range(GROUPS + 1):
            n = sums[g, 0]
            out[a, g, 0] = n
            if n > 0.0:
                middle = sums[g, 1] / n
                out[a, g, 1] = middle
                out[a, g, 2] = math.sqrt(max(sums[g, 2] / n - middle * middle, 0.0))
    return out


profiles = jit(_profiles)


def _chosen(cells: Array, flow: Array, cell: int, known: bool, ux: float, uy: float, least: float) -> tuple[int, float]:
    """(flow of a cell, how good it is): the one nearest to a direction, cosine ``least`` or more, or the most used."""
    best, found = -math.inf, -1
    k = first_of(cells, cell)
    if k >= 0:
        while k < len(cells) and cells[k] == cell:
            value = flow[k, DX] * ux + flow[k, DY] * uy if known else flow[k, NOW]
            if value > best and (not known or value >= least):
                best, found = value, k
            k += 1
    return found, best


chosen = inline(_chosen)


def _at(
    cells: Array, flow: Array, per: int, lat: Array, lon: Array, course: Array, reach: float
) -> tuple[Array, Array, Array]:  # fmt: skip
    """(flow, metres east and north of the middle of its cell) at places; -1 where there is none.

    Of several flows of a cell the one nearest to ``course`` (deg); where that is NaN the one with most passages. Where the
    cell has none (with ``reach`` > 0: none within 60 degrees of the course), the most used of the nearest cells, up to
    ``reach`` m away.
    """
    n = len(lat)
    found, east, north = np.full(n, -1, np.int64), np.full(n, np.nan), np.full(n, np.nan)
    columns = 360 * per
    for i in range(n):
        if math.isnan(lat[i]) or math.isnan(lon[i]) or abs(lat[i]) > 90.0 or abs(lon[i]) > 180.0:
            continue
        cell = cell_of(lat[i], lon[i], per)
        known = not math.isnan(course[i])
        ux, uy = math.sin(math.radians(course[i])), math.cos(math.radians(course[i]))
        k, _ = chosen(cells, flow, cell, known, ux, uy, 0.5 if reach > 0.0 else -2.0)
        if k < 0 and reach > 0.0:
            rings = int(reach / (metres(lat[i])[0] / per))
            for ring in range(1, rings + 1):
                most = 0.0
                for dr in range(-ring, ring + 1):
                    step = 1 if abs(dr) == ring else 2 * ring
                    for dc in range(-ring, ring + 1, step):
                        c, _ = chosen(cells, flow, cell + dr * columns + dc, known, ux, uy, 0.5)
                        if c >= 0 and flow[c, NOW] > most:
                            most, k = flow[c, NOW], c
                if k >= 0:
                    break
        if k >= 0:
            found[i] = k
            y, x = middle_of(cells[k], per)
            east[i], north[i] = delta(y, x, lat[i], lon[i])
    return found, east, north


at = jit(_at)


def middles(cells: Array, per: int) -> tuple[Array, Array]:
    """Latitudes and longitudes of the middles of cells."""
    row, column = np.divmod(cells, 360 * per)
    return (row + 0.5) / per - 90.0, (column + 0.5) / per - 180.0
