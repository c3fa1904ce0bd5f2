"""Traffic counted: which way, how fast and where in the cell ships passed; where they stopped. Sums in whole numbers.

A *passage* is one ship going through one cell in one direction, however often it reported there: slow ships and dense
reports do not count more. Its direction, speed and place are the means of its reports in the cell. Cells that were
jumped over between two reports count as passed on the straight line, where that is believable.

Cells are squares in degrees, ``per`` a degree, from 180 W 90 S. A key is ``(cell * 32 + sector) * 8 + group``: sectors 0
to 15 are directions of 22.5 degrees from north, 16 stops, 17 stops of ships that say they are moored.
All sums are integers, so that counts of parts add up to those of the whole in any order, bit for bit.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import inline, jit
from selat.kernels.geodesy import delta, metres

Array = NDArray[Any]
SECTORS, GROUPS, WIDTH = 32, 8, 10
STOPPED, MOORED = 16, 17
#: columns of sums: passages (or stops), unit vector east and north (1e-4), speed (mm/s; of a stop its seconds), its
#: square ((cm/s)^2), place in the cell east and north of its middle (dm), squares and product (dm^2)
N, UX, UY, V, VV, X, Y, XX, XY, YY = range(WIDTH)
_RAD = math.pi / 180.0
_STEP = 1e-7
_NO = 2147483647
_ROOM = 1 << 12  # keys to begin with
_PIECES = 256  # between two reports, at most
_MOST = _PIECES + 2  # new keys of one report, at most
_TENTH = 0.1 * 0.5144444444444445  # m/s in 0.1 knot


def _cell(lat: float, lon: float, per: int) -> int:
    """Number of the cell; lat and lon in degrees, on the earth."""
    row = min(int((lat + 90.0) * per), 180 * per - 1)
    column = min(int((lon + 180.0) * per), 360 * per - 1)
    return row * (360 * per) + column


cell_of = inline(_cell)


def _middle(cell: int, per: int) -> tuple[float, float]:
    """Latitude and longitude of the middle of a cell."""
    row, column = cell // (360 * per), cell % (360 * per)
    return (row + 0.5) / per - 90.0, (column + 0.5) / per - 180.0


middle_of = inline(_middle)


def _slot(keys: Array, table: Array, key: int) -> int:
    """Slot of a key in the table of rows, or the free one (-1) where it belongs."""
    mask = len(table) - 1
    h = key * 40503  # below 2^57 for any key: no overflow, in plain Python neither
    slot = (h ^ (h >> 16) ^ (h >> 31)) & mask
    while table[slot] != -1 and keys[table[slot]] != key:
        slot = (slot + 1) & mask
    return slot


slot_of = inline(_slot)


def _grown(keys: Array, sums: Array, table: Array, used: int) -> tuple[Array, Array, Array]:
    """Room for twice as many keys."""
    more, wide = np.empty(2 * len(keys), np.int64), np.zeros((2 * len(keys), WIDTH), np.int64)
    more[:used], wide[:used] = keys[:used], sums[:used]
    larger = np.full(2 * len(table), -1, np.int64)
    for row in range(used):
        larger[slot_of(more, larger, more[row])] = row
    return more, wide, larger


grown = jit(_grown)


def _add(
    keys: Array, sums: Array, table: Array, used: int, key: int, lat: float, lon: float, ux: float, uy: float, v: float,
    seconds: float, n: int, per: int,
) -> int:  # fmt: skip
    """Note a passage (``seconds`` < 0) or a stop; 1 where the key is new: its row is ``used``."""
    slot = slot_of(keys, table, key)
    new = table[slot] == -1
    if new:
        table[slot] = used
        keys[used] = key
    mid_lat, mid_lon = middle_of(key // (SECTORS * GROUPS), per)
    my, mx = metres(mid_lat)
    x, y = round((lon - mid_lon) * mx * 10.0), round((lat - mid_lat) * my * 10.0)
    row = sums[table[slot]]
    row[N] += n
    row[UX] += round(ux * 1e4)
    row[UY] += round(uy * 1e4)
    row[V] += round(v * 1000.0) if seconds < 0.0 else round(seconds)
    row[VV] += round(v * 100.0) ** 2 if seconds < 0.0 else 0
    row[X] += x
    row[Y] += y
    row[XX] += x * x
    row[XY] += x * y
    row[YY] += y * y
    return 1 if new else 0


add = inline(_add)


def _sector(ux: float, uy: float) -> int:
    """Sector of a direction."""
    return int((math.atan2(ux, uy) / (2.0 * math.pi) * 16.0) + 16.5) % 16


sector_of = inline(_sector)


def _motion(
    mmsi: Array, time: Array, lat: Array, lon: Array, sog: Array, cog: Array, slow: float, gap: float
) -> tuple[Array, Array, Array]:  # fmt: skip
    """What each report says, of rows in stored layout and in order of mmsi and time: (t, lat, lon, v, ux, uy) by column
    in s, degrees, m/s and as a unit vector; state 0 unusable, 1 still, 2 slow, 3 under way; True where it has a position
    that nothing joins to the one before (a report without any is passed over, and parts nothing).

    A speed that was not sent is that between the two reports, a course too where they are 50 m apart.
    """
    n = len(mmsi)
    out, state, fresh = np.zeros((n, 6)), np.zeros(n, np.uint8), np.zeros(n, np.bool_)
    last = -1
    for i in range(n):
        if lat[i] == _NO or lon[i] == _NO or time[i] <= 0:
            continue
        y, x, t = lat[i] * _STEP, lon[i] * _STEP, time[i] / 1e9
        if abs(y) > 89.9 or abs(x) > 180.0:
            continue
        joined = last >= 0 and mmsi[last] == mmsi[i] and t - out[last, 0] <= gap
        dt = t - out[last, 0] if joined else 0.0
        east, north = delta(out[last, 1], out[last, 2], y, x) if dt > 0.0 else (0.0, 0.0)
        away = math.hypot(east, north)
        v, ux, uy = sog[i] * _TENTH, 0.0, 0.0
        if sog[i] > 1021:
            if dt <= 0.0:
                out[i, 0], out[i, 1], out[i, 2], out[i, 3] = t, y, x, math.nan
                fresh[i] = not joined
                last = i
                continue
            v = away / dt
        if cog[i] < 3600:
            ux, uy = math.sin(cog[i] * 0.1 * _RAD), math.cos(cog[i] * 0.1 * _RAD)
        elif away > 50.0:
            ux, uy = east / away, north / away
        row = out[i]
        row[0], row[1], row[2], row[3], row[4], row[5] = t, y, x, v, ux, uy
        state[i] = 2 if v >= 0.5 * slow else 1
        if slow <= v < 51.0 and (ux != 0.0 or uy != 0.0):
            state[i] = 3
        fresh[i] = not joined
        last = i
    return out, state, fresh


motion = jit(_motion)


def _between(
    keys: Array, sums: Array, table: Array, used: int, a: Array, b: Array, first: int, last: int, own: int, per: int
) -> int:  # fmt: skip
    """Note the cells between those of two reports, where course and speed fit a straight line; how many keys are new."""
    east, north = delta(a[1], a[2], b[1], b[2])
    away, dt, mean = math.hypot(east, north), b[0] - a[0], 0.5 * (a[3] + b[3])
    pieces = int(2.0 * per * max(abs(b[1] - a[1]), abs(b[2] - a[2]))) + 1
    straight = a[4] * b[4] + a[5] * b[5] > 0.866 and 0.6 * mean * dt < away < 1.5 * mean * dt
    if not straight or pieces < 2 or pieces > _PIECES or away <= 0.0:
        return 0
    my, mx = metres(b[1])
    ux, uy = east / away, north / away
    new, before = 0, first
    for p in range(1, pieces):
        y, x = a[1] + (b[1] - a[1]) * p / pieces, a[2] + (b[2] - a[2]) * p / pieces
        cell = cell_of(y, x, per)
        if cell == before or cell == first or cell == last:
            continue
        before = cell
        cy, cx = middle_of(cell, per)
        # the place in the cell: the foot of its middle on the line
        along = (cx - x) * mx * ux + (cy - y) * my * uy
        key = (cell * SECTORS + sector_of(ux, uy)) * GROUPS + own
        new += add(
            keys, sums, table, used + new, key, y + along * uy / my, x + along * ux / mx, ux, uy, away / dt, -1.0, 1, per
        )  # fmt: skip
    return new


between = jit(_between)


def _passages(rows: Array, state: Array, fresh: Array, own: Array, per: int) -> tuple[Array, Array]:
    """(keys, sums) of passages, in order of first use. ``own``: group of each report's ship."""
    keys, sums, table = np.empty(_ROOM, np.int64), np.zeros((_ROOM, WIDTH), np.int64), np.full(4 * _ROOM, -1, np.int64)
    used, last, here, k = 0, -1, np.int64(-1), 0
    total = np.zeros(5)  # east, north, speed, lat, lon
    n = len(rows)
    for i in range(n + 1):
        if i < n and state[i] == 0 and not fresh[i]:
            continue
        key = np.int64(-1)
        if i < n and state[i] == 3:
            key = cell_of(rows[i, 1], rows[i, 2], per) * SECTORS + sector_of(rows[i, 4], rows[i, 5])
        if here >= 0 and (i == n or fresh[i] or key != here):
            size = math.hypot(total[0], total[1])
            cell = here // SECTORS
            if size > 0.0:
                used += add(
                    keys, sums, table, used, here * GROUPS + own[last], total[3] / k, total[4] / k, total[0] / size,
                    total[1] / size, total[2] / k, -1.0, 1, per,
                )  # fmt: skip
            if key >= 0 and not fresh[i] and key // SECTORS != cell:
                used += between(keys, sums, table, used, rows[last], rows[i], cell, key // SECTORS, own[i], per)
            here = np.int64(-1)
        if used + _MOST > len(keys):
            keys, sums, table = grown(keys, sums, table, used)
        if key >= 0:
            if here < 0:
                here, k = key, 0
                total[:] = 0.0
            k += 1
            for c, value in enumerate((rows[i, 4], rows[i, 5], rows[i, 3], rows[i, 1], rows[i, 2])):
                total[c] += value
            last = i
    return keys[:used].copy(), sums[:used].copy()


passages = jit(_passages)


def _stops(
    rows: Array, state: Array, fresh: Array, status: Array, own: Array, per: int, stay: float, radius: float
) -> tuple[Array, Array]:  # fmt: skip
    """(keys, sums) of stops: a ship that was still for ``stay`` s within ``radius`` m. It counts where it was seen to
    come (so that one at anchor over midnight is one stop), its seconds always.
    """
    keys, sums, table = np.empty(_ROOM, np.int64), np.zeros((_ROOM, WIDTH), np.int64), np.full(4 * _ROOM, -1, np.int64)
    used, first, last, count, moored = 0, -1, -1, 0, 0
    came, moved = False, False
    lat, lon = 0.0, 0.0
    n = len(rows)
    for i in range(n + 1):
        if i < n and state[i] == 0 and not fresh[i]:
            continue
        ends = i == n or fresh[i] or state[i] == 3
        if not ends and count > 0:
            east, north = delta(rows[first, 1], rows[first, 2], rows[i, 1], rows[i, 2])
            ends = math.hypot(east, north) > radius
        if ends and count > 0:
            seconds = rows[last, 0] - rows[first, 0]
            if seconds >= stay:
                y, x = lat / count, lon / count
                cell = cell_of(y, x, per)
                key = (cell * SECTORS + (MOORED if 2 * moored > count else STOPPED)) * GROUPS + own[last]
                used += add(keys, sums, table, used, key, y, x, 0.0, 0.0, 0.0, seconds, 1 if came else 0, per)
                moved = False
            count = 0
        if used + _MOST > len(keys):
            keys, sums, table = grown(keys, sums, table, used)
        if i == n:
            break
        if fresh[i]:
            moved = False
        if state[i] == 3:
            moved = True
        elif state[i] == 1:
            if count == 0:
                first, moored, came, lat, lon = i, 0, moved, 0.0, 0.0
            count += 1
            last = i
            lat, lon = lat + rows[i, 1], lon + rows[i, 2]
            moored += 1 if status[i] == 5 else 0
    return keys[:used].copy(), sums[:used].copy()


stops = jit(_stops)


def _added(keys: Array, sums: Array) -> tuple[Array, Array]:
    """Rows of one key made one; keys ascend and may repeat."""
    n, out = len(keys), 0
    more = np.zeros_like(sums)
    first = np.empty(n, np.int64)
    for i in range(n):
        if out == 0 or keys[i] != first[out - 1]:
            first[out] = keys[i]
            out += 1
        more[out - 1] += sums[i]
    return first[:out].copy(), more[:out].copy()


added = jit(_added)
