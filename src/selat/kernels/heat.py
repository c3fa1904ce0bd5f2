"""Where ships were and how fast: tracks laid on a grid, segment by segment.

Between two reports of a ship, at most ``gap`` apart and no faster than a hull can sail, she is taken to go straight (in
longitude and latitude) at an even pace; the time of such a segment is shared out among the cells that it crosses
(walk through a grid: J. Amanatides and A. Woo, Eurographics 1987, 3). Times are whole milliseconds, cut at absolute
instants: what is counted for two periods that touch adds up to what is counted for both, to the last bit, in any order.

Rows come by ship and time; the last report of each ship is carried from call to call (``ends``), so that a history is
taken in block by block.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from selat.kernels._jit import U, bare, fused, inline
from selat.model.units import KNOT

NO_TIME = -(2**63)
BINS = 80  #: bins of speed, each :data:`BIN` wide; the last holds all above
BIN = 257  #: mm/s: half a knot, to 0.1 %
KNOT_10 = KNOT * 100.0  #: mm/s in 0.1 knot
SOG_MOST = 1022  #: stored speed from which on it is no measurement
COG_MOST = 3600
_MS = 1_000_000
_RAD = math.pi / 180.0

# what became of segments: places in ``told``
KEPT, GAP, FAST, SHUT = 0, 1, 2, 3


class Ends(NamedTuple):
    """The last report of each ship, in stored units; arrays by ship. ``keep``: 1 where she is asked for."""

    keep: Any
    time: Any
    lat: Any
    lon: Any
    sog: Any
    cog: Any


class Rows(NamedTuple):
    """Reports by ship and time: ``ship`` is the place in :class:`Ends`, the rest as stored."""

    ship: Any
    time: Any
    lat: Any
    lon: Any
    sog: Any
    cog: Any


class Asked(NamedTuple):
    """What counts: ns, ns, ns, mm/s; speeds in mm/s, courses in degrees (``course_from`` < 0: any)."""

    begin: int
    end: int
    gap: int
    fastest: float
    slow: float
    quick: float
    course_from: float
    course_to: float


class Grid(NamedTuple):
    """Middle of its longitudes and southern edge, degrees; cells a degree; their numbers."""

    middle: float
    south: float
    per_lon: float
    per_lat: float
    rows: int
    columns: int


class Sums(NamedTuple):
    """By cell: milliseconds, milliseconds x mm/s, milliseconds by bin of speed (no rows: not asked), last ship seen."""

    ms: Any
    way: Any
    bins: Any
    last: Any


def _turn(degrees: float) -> float:
    """A difference of longitudes (-360 to 360 degrees) in -180 (included) to 180; no remainder is taken: that is slow."""
    if degrees >= 180.0:
        return degrees - 360.0
    if degrees < -180.0:
        return degrees + 360.0
    return degrees


turn = inline(_turn)


def _within(course: float, first: float, last: float) -> bool:
    """True where a course is in the sector from ``first`` clockwise to ``last``."""
    if first < 0.0:
        return True
    return (course - first) % 360.0 <= (last - first) % 360.0


within = inline(_within)


def _pace(east: float, north: float, seconds: float, sog0: int, sog1: int) -> float:
    """Speed on a segment, mm/s: the mean of what both reports say, else the way made good."""
    if sog0 < SOG_MOST and sog1 < SOG_MOST:
        return (float(sog0) + float(sog1)) * (0.5 * KNOT_10)
    return math.sqrt(east * east + north * north) / seconds * 1000.0


pace = inline(_pace)


def _course(east: float, north: float, cog: int) -> float:
    """Course of a segment, degrees: as its first report says, else of the way made good."""
    if cog < COG_MOST:
        return cog * 0.1
    return math.atan2(east, north) / _RAD % 360.0


course = inline(_course)


def _metres_a_degree(lat: float) -> tuple[float, float]:
    """Metres in a degree of latitude and of longitude, to 0.2 % (for gates and speeds, not for positions)."""
    c = math.cos(lat * _RAD)
    return 110_574.0 + 1_120.0 * (1.0 - c * c), 111_320.0 * c


metres_a_degree = inline(_metres_a_degree)


def _cut(begin: int, length: float, t: float) -> int:
    """The millisecond in which the share ``t`` of a segment that begins at ``begin`` (ns) is over."""
    whole = begin // _MS
    return whole + math.floor(((begin - whole * _MS) + t * length) / _MS)


cut = inline(_cut)


def _note(grid: Any, sums: Any, keys: Any, n: int, ship: int, cell: int) -> int:
    """Takes down that a ship was in a cell, once in a row; how many were taken down."""
    if sums.last[cell] == ship:
        return n
    sums.last[cell] = ship
    keys[n] = np.int64(ship) * (grid.rows * grid.columns) + cell
    return n + 1


note = fused(_note)


def _lay(
    grid: Any, sums: Any, keys: Any, n: int, ship: int, t0: int, length: float, first: float, last: float,
    x: float, y: float, dx: float, dy: float, speed: float,
) -> int:  # fmt: skip
    """One segment from (x, y) by (dx, dy) cells, of the shares ``first`` to ``last`` of its time."""
    a, b = first, last
    for low, high, at, by in ((0.0, float(grid.columns), x, dx), (0.0, float(grid.rows), y, dy)):
        if by == 0.0:
            if at < low or at >= high:
                return n
        else:
            p, q = (low - at) / by, (high - at) / by
            if p > q:
                p, q = q, p
            a, b = max(a, p), min(b, q)
    if a >= b:
        return n
    c = min(max(math.floor(x + dx * a), 0), grid.columns - 1)
    r = min(max(math.floor(y + dy * a), 0), grid.rows - 1)
    sx, sy = (1 if dx > 0.0 else -1), (1 if dy > 0.0 else -1)
    ex, ey = (1 if dx > 0.0 else 0), (1 if dy > 0.0 else 0)
    bin_ = min(int(speed) // BIN, BINS - 1)
    way, t = np.int64(speed), a
    before = cut(t0, length, t)
    while t < b:
        tx = ((c + ex) - x) / dx if dx != 0.0 else math.inf
        ty = ((r + ey) - y) / dy if dy != 0.0 else math.inf
        u = min(min(tx, ty), b)
        if u > t:
            cell = r * grid.columns + c
            now = cut(t0, length, u)
            sums.ms[cell] += now - before
            sums.way[cell] += (now - before) * way
            if sums.bins.shape[0] > 0:
                sums.bins[cell, bin_] += now - before
            n = note(grid, sums, keys, n, ship, cell)
            before, t = now, u
        if u == b:
            break
        if tx <= ty:
            c += sx
            if c < 0 or c >= grid.columns:
                break
        if ty <= tx:
            r += sy
            if r < 0 or r >= grid.rows:
                break
    return n


lay = bare(_lay)


def _segment(
    grid: Any, asked: Any, sums: Any, keys: Any, n: int, told: Any, ends: Any, ship: int,
    time: int, lat: int, lon: int, sog: int,
) -> int:  # fmt: skip
    """From the last report of a ship to this one."""
    t0 = ends.time[ship]
    dt = time - t0
    if dt > asked.gap:
        told[GAP] += 1
        return n
    lat0, lon0 = ends.lat[ship] * 1e-7, ends.lon[ship] * 1e-7
    dlat, dlon = (lat - ends.lat[ship]) * 1e-7, turn((np.int64(lon) - np.int64(ends.lon[ship])) * 1e-7)
    my, mx = metres_a_degree(lat0 + 0.5 * dlat)
    east, north, seconds = dlon * mx, dlat * my, dt * 1e-9
    if east * east + north * north > (asked.fastest * 0.001 * seconds) ** 2:
        told[FAST] += 1
        return n
    speed = pace(east, north, seconds, ends.sog[ship], sog)
    if speed < asked.slow or speed > asked.quick:
        told[SHUT] += 1
        return n
    if asked.course_from >= 0.0 and not within(course(east, north, ends.cog[ship]), asked.course_from, asked.course_to):
        told[SHUT] += 1
        return n
    told[KEPT] += 1
    first = 0.0 if t0 >= asked.begin else (asked.begin - t0) / dt
    last = 1.0 if time <= asked.end else (asked.end - t0) / dt
    if first >= last:
        return n
    round_ = 360.0 * grid.per_lon
    x = turn(lon0 - grid.middle) * grid.per_lon + 0.5 * grid.columns
    y = (lat0 - grid.south) * grid.per_lat
    dx, dy = dlon * grid.per_lon, dlat * grid.per_lat
    if first == 0.0 and last == 1.0:
        c, r = math.floor(x), math.floor(y)
        if c == math.floor(x + dx) and r == math.floor(y + dy):  # most segments stay in one cell
            if 0 <= c < grid.columns and 0 <= r < grid.rows:
                cell, ms = r * grid.columns + c, time // _MS - t0 // _MS
                sums.ms[cell] += ms
                sums.way[cell] += ms * np.int64(speed)
                if sums.bins.shape[0] > 0:
                    sums.bins[cell, min(int(speed) // BIN, BINS - 1)] += ms
                n = note(grid, sums, keys, n, ship, cell)
            return n
    half = 0.5 * grid.columns
    n = lay(grid, sums, keys, n, ship, t0, float(dt), first, last, x, y, dx, dy, speed)
    if x + dx - half >= 0.5 * round_:  # over the meridian opposite the middle
        n = lay(grid, sums, keys, n, ship, t0, float(dt), first, last, x - round_, y, dx, dy, speed)
    elif x + dx - half < -0.5 * round_:
        n = lay(grid, sums, keys, n, ship, t0, float(dt), first, last, x + round_, y, dx, dy, speed)
    return n


segment = fused(_segment)


def _here(
    grid: Any, asked: Any, sums: Any, keys: Any, n: int, ship: int, lat: int, lon: int, sog: int, cog: int
) -> int:
    """A report alone says that the ship was in its cell."""
    bounded = asked.slow > 0.0 or asked.quick < 1e9
    if bounded and (sog >= SOG_MOST or sog * KNOT_10 < asked.slow or sog * KNOT_10 > asked.quick):
        return n
    if asked.course_from >= 0.0 and (cog >= COG_MOST or not within(cog * 0.1, asked.course_from, asked.course_to)):
        return n
    x = turn(lon * 1e-7 - grid.middle) * grid.per_lon + 0.5 * grid.columns
    y = (lat * 1e-7 - grid.south) * grid.per_lat
    if x < 0.0 or y < 0.0 or x >= grid.columns or y >= grid.rows:
        return n
    return note(grid, sums, keys, n, ship, int(y) * grid.columns + int(x))


here = fused(_here)


def _heat(rows: Any, ends: Any, asked: Any, grid: Any, sums: Any, keys: Any, told: Any, at: int) -> tuple[int, int]:
    """Takes in rows from number ``at`` on; (the next row, keys written).

    It stops before ``keys`` (int64: ship x cells + cell) could overflow: call again from the row it gives. Its room must
    be above 2 (rows + columns + 4) of the grid. ``told``: segments by what became of them.
    """
    n, room = 0, keys.size - 2 * (grid.rows + grid.columns + 4)
    for i in range(at, rows.ship.size):
        if n > room:
            return i, n
        ship, time, lat, lon = rows.ship[i], rows.time[i], rows.lat[i], rows.lon[i]
        if ends.keep[ship] == 0 or time == NO_TIME or lat == -(2**31) or lon == -(2**31):
            continue
        sog, cog = rows.sog[i], rows.cog[i]
        if ends.time[ship] != NO_TIME:
            if time <= ends.time[ship]:
                continue
            n = segment(grid, asked, sums, keys, n, told, ends, ship, time, lat, lon, sog)
        if asked.begin <= time < asked.end:
            n = here(grid, asked, sums, keys, n, ship, lat, lon, sog, cog)
        ends.time[ship], ends.lat[ship], ends.lon[ship] = time, lat, lon
        ends.sog[ship], ends.cog[ship] = sog, cog
    return rows.ship.size, n


heat = bare(_heat)


def _tell(keys: Any, n: int, bits: Any, ships: Any) -> None:
    """Counts ships by cell from the first ``n`` keys (ship x cells + cell), each ship once in a cell.

    ``bits`` (uint64) has a bit for each key and holds what was counted; ``ships`` (cells,) is added to. The same as
    sorting out what is there once and counting it, four times as fast.
    """
    cells = ships.size
    for i in range(n):
        word, bit = keys[i] >> 6, U(1) << U(keys[i] & 63)
        if bits[word] & bit == U(0):
            bits[word] |= bit
            ships[keys[i] % cells] += 1


tell = bare(_tell)

__all__ = ["BIN", "BINS", "Asked", "Ends", "Grid", "Rows", "Sums", "heat", "tell"]
