"""The common step of :mod:`selat.kernels.drift` for a block of particles: the same sums in the same order, so the same bits.

Taken where all read one wind and one current, regular in degrees or the same everywhere, at levels made for the step, where
nobody sets out and no hull capsizes. What is left has hardly a branch that depends on a particle, and its columns lie side by
side in ``room``, so that the compiler takes several particles at once. Who is lost or meets the shore leaves the block.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import drift_columns as at
from selat.kernels._jit import U, bare, fused
from selat.kernels.counter import CENTRAL, central, normal, philox, uniform
from selat.kernels.drift_columns import ADRIFT, ASHORE, BLOCK, CALM, LOST, RAD, radii, turned
from selat.kernels.flow import level
from selat.kernels.shore import meet

Array = NDArray[Any]
#: columns of ``room``, after those of the state: leeway as it is now, as it is after a jibe, and what a step works out
(
    DOWN, DOWN_AT, CROSS, CROSS_AT, OTHER, OTHER_AT, TURNS, MEAN_EAST, MEAN_NORTH, PER_LAT, PER_LON, TANGENT, SOME_LAT,
    SOME_LON, WIND_X, WIND_Y, FLOW_X, FLOW_Y, WAY, SHARE,
) = range(at.STATE, at.STATE + 20)  # fmt: skip
ROOM = at.STATE + 20
ROWS = 2  #: of ``who``, each of BLOCK: a particle's number; its status after the step
_LOW, _HALF, _1, _3 = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(1), np.uint64(3)


def _column(c: int) -> Any:
    return U(c * BLOCK)


_LAT, _LON, _EAST, _NORTH, _ERR_EAST, _ERR_NORTH, _WIND_EAST, _WIND_NORTH, _CLEAR = map(_column, range(at.STATE))
(
    _DOWN, _DOWN_AT, _CROSS, _CROSS_AT, _OTHER, _OTHER_AT, _TURNS, _MEAN_EAST, _MEAN_NORTH, _PER_LAT, _PER_LON, _TANGENT,
    _SOME_LAT, _SOME_LON, _WIND_X, _WIND_Y, _FLOW_X, _FLOW_Y, _WAY, _SHARE,
) = map(_column, range(at.STATE, ROOM))  # fmt: skip


_column_1, _column_2, _column_3 = U(BLOCK), U(2 * BLOCK), U(3 * BLOCK)


def _numbers(key: Any, stream: Any, step: Any, base: Any, who: Array, count: int, out: Array) -> None:
    """Four random words of each particle of ``who``, by its number and the step; ``out`` (4 * BLOCK,)."""
    for j in range(count):
        i = U(j)
        n = base + U(who[i])
        a, b, c, d = philox(step, n & _LOW, n >> _HALF, stream, key)
        out[i] = a
        out[_column_1 + i] = b
        out[_column_2 + i] = c
        out[_column_3 + i] = d


numbers = bare(_numbers)


def _gauss(word: Array, row: Any, count: int, out: Array, to: Any) -> None:
    """Words of a row as normal numbers: the middle of all at once, then the tails."""
    for j in range(count):
        i = U(j)
        out[to + i] = central(uniform(word[row + i]) - 0.5)
    for j in range(count):
        i = U(j)
        if abs(uniform(word[row + i]) - 0.5) > CENTRAL:
            out[to + i] = normal(word[row + i])


gauss = bare(_gauss)


def _walk(
    keep: float, kick: float, word: Array, row: Any, count: int, room: Array, here: Any, mean: Any, gain: float
) -> None:
    """An error one step on: ``here`` is that after it, ``mean`` the one that counts for the step."""
    gauss(word, row, count, room, _SHARE)
    for j in range(count):
        i = U(j)
        before = room[here + i]
        after = keep * before + kick * room[_SHARE + i]
        room[here + i] = after
        room[mean + i] = gain * (before + after)


walk = fused(_walk)


def _bridged(size: float, word: Array, row: Any, count: int, room: Array, mean: Any) -> None:
    """What the way between two known errors adds to their mean."""
    gauss(word, row, count, room, _SHARE)
    for j in range(count):
        i = U(j)
        room[mean + i] = room[mean + i] + size * room[_SHARE + i]


bridged = fused(_bridged)


def _look(
    kind: int, start: int, rows: int, columns: int, west: float, south: float, per_lon: float, per_lat: float,
    data: Array, count: int, room: Array, x_to: Any, y_to: Any,
) -> None:  # fmt: skip
    """East and north of one field at the places of a block; NaN outside. As :func:`selat.kernels.flow.one` with weight 0."""
    if kind == 2:
        for j in range(count):
            i = U(j)
            room[x_to + i] = data[U(start)]
            room[y_to + i] = data[U(start) + _1]
        return
    up = U(columns * 2)
    for j in range(count):
        i = U(j)
        dx = room[_SOME_LON + i] - west
        dx = dx + 360.0 if dx < 0.0 else (dx - 360.0 if dx >= 360.0 else dx)
        x, y = dx * per_lon, (room[_SOME_LAT + i] - south) * per_lat
        if x <= columns - 1 and y >= 0.0 and y <= rows - 1:
            c, r = min(int(x), columns - 2), min(int(y), rows - 2)
            room[x_to + i], room[y_to + i] = level(data, U(start + (r * columns + c) * 2), up, x - c, y - r)
        else:
            room[x_to + i] = math.nan
            room[y_to + i] = math.nan


look = bare(_look)


def _leeway(
    count: int, room: Array, wind_spread: float, flow_spread: float, signed: float, span: float, euler: bool
) -> None:
    """The velocity of each particle, and where it leads on free water: SOME_LAT, SOME_LON are then the step's (dlat, dlon)."""
    for j in range(count):
        i = U(j)
        wx = room[_WIND_X + i] + wind_spread * room[_WIND_EAST + i]
        wy = room[_WIND_Y + i] + wind_spread * room[_WIND_NORTH + i]
        speed = math.sqrt(wx * wx + wy * wy)
        fade = 1.0 if euler else min(1.0, speed * (1.0 / CALM))
        blows = speed > 0.0 or math.isnan(speed)
        inverse = 1.0 / speed
        x, y = (wx * inverse, wy * inverse) if blows else (0.0, 1.0)
        down = room[_DOWN + i] * speed + room[_DOWN_AT + i] * fade
        cross = room[_CROSS + i] * speed + room[_CROSS_AT + i] * fade
        east = room[_FLOW_X + i] + flow_spread * room[_MEAN_EAST + i] + down * x + cross * y
        north = room[_FLOW_Y + i] + flow_spread * room[_MEAN_NORTH + i] + down * y - cross * x
        dlat = signed * north * room[_PER_LAT + i]
        room[_SOME_LAT + i] = dlat
        room[_SOME_LON + i] = signed * east * room[_PER_LON + i] * (1.0 + 0.5 * dlat * RAD * room[_TANGENT + i])
        room[_WAY + i] = span * math.sqrt(east * east + north * north)
        room[_WIND_X + i] = east
        room[_WIND_Y + i] = north


leeway = bare(_leeway)


def _place(count: int, room: Array, signed: float, euler: bool) -> None:
    """Metres to degrees where each particle is, and where its velocity is looked up: halfway by the velocity before."""
    for j in range(count):
        i = U(j)
        room[_PER_LAT + i], room[_PER_LON + i], room[_TANGENT + i] = radii(room[_LAT + i])
    for j in range(count):
        i = U(j)
        room[_SOME_LAT + i] = room[_LAT + i]
        room[_SOME_LON + i] = room[_LON + i]
    if euler:
        return
    half = 0.5 * signed
    for j in range(count):
        i = U(j)
        room[_SOME_LAT + i] = room[_LAT + i] + half * room[_NORTH + i] * room[_PER_LAT + i]
        room[_SOME_LON + i] = room[_LON + i] + half * room[_EAST + i] * room[_PER_LON + i]


place_all = bare(_place)


def _meet_shore(
    count: int, room: Array, who: Array, coast: bool, shore: Array, west: float, south: float, per: float, unit: float
) -> int:
    """Share of the step that is on water; how many leave the block, LOST or ASHORE in ``who``'s second row."""
    leave = 0
    for j in range(count):
        i = U(j)
        room[_SHARE + i] = 1.0
        leave += math.isnan(room[_WIND_X + i] + room[_WIND_Y + i])
    if leave > 0:
        for j in range(count):
            if math.isnan(room[_WIND_X + U(j)] + room[_WIND_Y + U(j)]):
                who[BLOCK + j] = LOST
    if not coast:
        return leave
    for j in range(count):
        i = U(j)
        clear = room[_CLEAR + i] - room[_WAY + i]
        if clear <= 0.0:
            part, clear = meet(
                shore, west, south, per, unit, room[_LAT + i], room[_LON + i], room[_SOME_LAT + i], room[_SOME_LON + i],
                room[_WAY + i],
            )  # fmt: skip
            if part < 1.0:
                room[_SHARE + i] = part
                who[BLOCK + j] = ASHORE
                leave += 1
        if not math.isnan(clear):
            room[_CLEAR + i] = clear
    return leave


meet_shore = bare(_meet_shore)


def _go(count: int, room: Array, who: Array, leave: int) -> None:
    """Everybody's place and velocity after the step; those who are lost stay where they were."""
    for j in range(count):
        if leave > 0 and who[BLOCK + j] == LOST:
            continue
        i = U(j)
        room[_LAT + i] = room[_LAT + i] + room[_SHARE + i] * room[_SOME_LAT + i]
        room[_LON + i] = turned(room[_LON + i] + room[_SHARE + i] * room[_SOME_LON + i])
        room[_EAST + i] = room[_WIND_X + i]
        room[_NORTH + i] = room[_WIND_Y + i]


go = bare(_go)


def _jibe(count: int, room: Array, who: Array, word: Array, side: Array) -> None:
    for j in range(count):
        i = U(j)
        if uniform(word[_column_2 + i]) < room[_TURNS + i] and who[BLOCK + j] == ADRIFT:
            side[who[j]] ^= 1
            room[_CROSS + i], room[_OTHER + i] = room[_OTHER + i], room[_CROSS + i]
            room[_CROSS_AT + i], room[_OTHER_AT + i] = room[_OTHER_AT + i], room[_CROSS_AT + i]


jibe = bare(_jibe)


def _back(j: int, room: Array, who: Array, state: Array) -> None:
    for c in range(at.STATE):
        state[who[j], c] = room[c * BLOCK + j]


back = fused(_back)


def _part(count: int, room: Array, who: Array, state: Array, status: Array) -> int:
    """Write back who leaves; the last of the block takes the place. How many are left."""
    j = 0
    while j < count:
        if who[BLOCK + j] == ADRIFT:
            j += 1
            continue
        back(j, room, who, state)
        status[who[j]] = who[BLOCK + j]
        count -= 1
        who[j], who[BLOCK + j] = who[count], who[BLOCK + count]
        who[BLOCK + count] = ADRIFT
        for c in range(MEAN_NORTH + 1):
            room[c * BLOCK + j] = room[c * BLOCK + count]
    return count


part_with = bare(_part)


def _gather(
    low: int, count: int, room: Array, who: Array, state: Array, fixed: Array, side: Array, status: Array
) -> int:
    """Columns of those who are adrift; how many."""
    m = 0
    for i in range(low, low + count):
        if status[i] != ADRIFT:
            continue
        who[m], who[BLOCK + m] = i, ADRIFT
        for c in range(at.STATE):
            room[c * BLOCK + m] = state[i, c]
        room[DOWN * BLOCK + m], room[DOWN_AT * BLOCK + m] = fixed[i, 0], fixed[i, 1]
        now, then = (4, 2) if side[i] == 1 else (2, 4)
        room[CROSS * BLOCK + m], room[CROSS_AT * BLOCK + m] = fixed[i, now], fixed[i, now + 1]
        room[OTHER * BLOCK + m], room[OTHER_AT * BLOCK + m] = fixed[i, then], fixed[i, then + 1]
        room[TURNS * BLOCK + m] = fixed[i, at.TURN]
        room[MEAN_EAST * BLOCK + m] = state[i, at.ERR_EAST]
        room[MEAN_NORTH * BLOCK + m] = state[i, at.ERR_NORTH]
        m += 1
    return m


gather = bare(_gather)


def _common(
    low: int, count: int, first: int, begin: int, last: int, base: Any, key: Any, signed: float, euler: bool,
    keep: float, kick: float, gain: float, bridge: float, every: int, wkeep: float, wkick: float,
    state: Array, fixed: Array, side: Array, status: Array,
    shape: Array, place: Array, data: Array, times: Array, spread: Array,
    shore: Array, west: float, south: float, per: float, unit: float, noise: Array, more: Array, who: Array, room: Array,
) -> None:  # fmt: skip
    """Particles ``low`` to ``low + count`` from step ``begin`` to ``last``; the rest as in :func:`selat.kernels.drift.advance`."""
    span = abs(signed)
    m = gather(low, count, room, who, state, fixed, side, status)
    for k in range(begin, last):
        numbers(key, np.uint64(0), np.uint64(k), base, who, m, noise)
        gusts = wkick > 0.0 and k % every == 0
        if bridge > 0.0 or gusts:
            numbers(key, _1, np.uint64(k), base, who, m, more)
        if kick > 0.0:
            walk(keep, kick, noise, U(0), m, room, _ERR_EAST, _MEAN_EAST, gain)
            walk(keep, kick, noise, _column_1, m, room, _ERR_NORTH, _MEAN_NORTH, gain)
        if bridge > 0.0:
            bridged(bridge, more, _column_2, m, room, _MEAN_EAST)
            bridged(bridge, more, _column_3, m, room, _MEAN_NORTH)
        if gusts:
            walk(wkeep, wkick, more, U(0), m, room, _WIND_EAST, _WIND_X, 0.0)
            walk(wkeep, wkick, more, _column_1, m, room, _WIND_NORTH, _WIND_X, 0.0)
        place_all(m, room, signed, euler)
        for f in range(2):
            here = shape[f, 1] + times[f, k - first] * shape[f, 3] * shape[f, 4] * 2
            look(
                shape[f, 0], here, shape[f, 3], shape[f, 4], place[f, 0], place[f, 1], place[f, 2], place[f, 3], data, m, room,
                _WIND_X if f == 0 else _FLOW_X, _WIND_Y if f == 0 else _FLOW_Y,
            )  # fmt: skip
        leeway(m, room, spread[0], spread[1], signed, span, euler)
        leave = meet_shore(m, room, who, shore.shape[0] > 1, shore, west, south, per, unit)
        go(m, room, who, leave)
        jibe(m, room, who, noise, side)
        if leave > 0:
            m = part_with(m, room, who, state, status)
    for j in range(m):
        back(j, room, who, state)


common = bare(_common)
