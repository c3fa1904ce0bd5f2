"""Drift of particles: leeway, current, their errors, jibing, capsizing, running ashore; a range of particles, some steps.

``v = L_dw w + L_cw n + current``: w the unit vector to where the wind blows, n its right-hand normal, L linear in the wind
(A. Allen, J. V. Plourde, CG-D-08-99, 1999; O. Breivik, A. Allen, J. Marine Systems 69, 2008). Moved on WGS 84.

Steps are absolute: step k goes from k to k + 1 times the step's length after the start, in the direction of time that
the sign of the length says. A particle's random numbers depend on the key, its own number and the step: neither threads nor
pieces change a result. Mean velocities of a step come from its middle: place by the velocity before, time by the
tables that the caller made for it (second order, one look at the fields a step); ``EULER`` takes its beginning.

The error of the current is a random flight (an Ornstein-Uhlenbeck process, exact at any length of step): standard deviation
s, memory T, so that it displaces by ``2 s^2 T^2 (t / T - 1 + exp(-t / T))`` squared metres an axis.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import bare, fused
from selat.kernels.counter import normal, uniform
from selat.kernels.drift_columns import (
    ADRIFT,
    ASHORE,
    BLOCK,
    CALM,
    CAPSIZED,
    CLEAR,
    EAST,
    ERR_EAST,
    ERR_NORTH,
    JIBES,
    LAT,
    LON,
    LOST,
    NORTH,
    RAD,
    RELEASE,
    TURN,
    WAITING,
    WIND_EAST,
    WIND_NORTH,
    radii,
    turned,
)  # fmt: skip
from selat.kernels.drift_quick import common, numbers
from selat.kernels.flow import blend
from selat.kernels.shore import meet

Array = NDArray[Any]
# numbers of a run
# (1 or 0: whether there are errors of current and wind; their own size is that of the fields)
LENGTH, CURRENT_ERRS, CURRENT_MEMORY, WIND_ERRS, WIND_MEMORY, CAPSIZES, EULER = range(7)
BRIDGE = 1e-4  #: share of the variance of a step below which the way between two known errors is their mean
_ZERO, _ONE = np.uint64(0), np.uint64(1)


def _gains(span: float, errs: float, memory: float) -> tuple[float, float, float, float]:
    """Of an error of unit size with that memory, over ``span`` seconds.

    (What stays, standard deviation of what comes, gain: mean = gain (before + after), deviation of the mean about it.)
    """
    if errs == 0.0 or not memory < 1e18:
        return 1.0, 0.0, 0.5, 0.0
    x = span / memory
    keep = math.exp(-x)
    half = math.tanh(0.5 * x)
    rest = max(0.0, x - 2.0 * half) if x > 1e-3 else x * x * x / 12.0
    bridge = 0.0 if x * x < 12.0 * BRIDGE else math.sqrt(2.0 * rest) / x
    return keep, math.sqrt(max(0.0, 1.0 - keep * keep)), half / x, bridge


gains = fused(_gains)


def _rate(wind: float) -> float:
    """Chance of capsizing in an hour (OpenDrift's law: half at 30 m/s)."""
    return 0.5 + 0.5 * math.tanh((wind - 30.0) / 5.0)


rate = fused(_rate)


def _velocity(
    shape: Array,
    place: Array,
    data: Array,
    maps: Array,
    winds: int,
    times: Array,
    weights: Array,
    spread: Array,
    step: int,
    lat: float,
    lon: float,
    ce: float,
    cn: float,
    we: float,
    wn: float,
    a: float,
    b: float,
    c: float,
    d: float,
    share: float,
    euler: bool,
) -> tuple[float, float, float]:
    """(east, north, wind speed) of an object in m/s; NaN where a field is not known. Errors in units of the fields' spread."""
    wx, wy, ws = blend(shape, place, data, maps, 0, winds, times, weights, spread, step, lat, lon)
    cx, cy, cs = blend(shape, place, data, maps, winds, shape.shape[0], times, weights, spread, step, lat, lon)
    wx, wy = wx + ws * we, wy + ws * wn
    speed = math.sqrt(wx * wx + wy * wy)
    x, y = 0.0, 1.0
    fade = 1.0 if euler else min(1.0, speed * (1.0 / CALM))
    if speed > 0.0 or math.isnan(speed):
        inverse = 1.0 / speed
        x, y = wx * inverse, wy * inverse
    down = (a * speed + b * fade) * share
    cross = (c * speed + d * fade) * share
    return cx + cs * ce + down * x + cross * y, cy + cs * cn + down * y - cross * x, speed


velocity = fused(_velocity)


def _alike(
    low: int, count: int, until: float, euler: bool, state: Array, fixed: Array, capsized: Array, status: Array
) -> bool:
    """Whether all of a block who are adrift go on as one: nobody sets out before ``until`` (s), each knows her velocity."""
    for i in range(low, low + count):
        if status[i] == WAITING and fixed[i, RELEASE] < until:
            return False
        if status[i] == ADRIFT and (capsized[i] != 0 or (not euler and math.isnan(state[i, EAST]))):
            return False
    return True


alike = bare(_alike)


def _advance(
    begin: int, end: int, first: int, last: int, base: Any, key: Any, run: Array, state: Array, fixed: Array,
    side: Array, capsized: Array, status: Array, shape: Array, place: Array, data: Array, maps: Array, winds: int,
    times: Array, weights: Array, spread: Array, shore: Array, west: float, south: float, per: float, unit: float,
    noise: Array, more: Array, who: Array, room: Array,
) -> None:  # fmt: skip
    """Move particles ``begin`` to ``end`` from step ``first`` to ``last`` (excluded); column ``k - first`` of ``times``.

    ``state`` (n, STATE) float64, ``fixed`` (n, FIXED) float64, ``side`` (0 right, 1 left), ``capsized``, ``status`` (n,) uint8;
    fields and their times as in :mod:`selat.kernels.flow`, the first ``winds`` of them winds; ``shore`` of one
    element: no coast. ``base`` is the number of the first particle. ``noise``, ``more`` (4 BLOCK,) uint64, ``who`` (ROWS BLOCK,)
    int64 and ``room`` (ROOM BLOCK,) are room to work in; without ``room`` (of no length) no step is taken as a common one.
    """
    length = abs(run[LENGTH])
    way_of_time = 1.0 if run[LENGTH] > 0.0 else -1.0
    euler = run[EULER] != 0.0
    coast = shore.shape[0] > 1
    capsizes = run[CAPSIZES] != 0.0
    keep, kick, gain, bridge = gains(length, run[CURRENT_ERRS], run[CURRENT_MEMORY])
    # the wind's error lives longer and moves less: every so many steps, exact there, the same between
    every = max(1, int(run[WIND_MEMORY] / (24.0 * length))) if run[WIND_MEMORY] < 1e18 else 1
    wkeep, wkick, _, _ = gains(length * every, run[WIND_ERRS], run[WIND_MEMORY])
    regular = (
        room.size > 0 and not capsizes and winds == 1 and shape.shape[0] == 2 and shape[0, 0] != 1 and shape[1, 0] != 1
    )
    for k in range(first, last):
        for f in range(shape.shape[0] if regular else 0):
            regular = regular and times[f, k - first] >= 0 and weights[f, k - first] == 0.0
    for low in range(begin, end, BLOCK):
        # step by step for a block: the sums of one particle's step wait for each other
        count = min(BLOCK, end - low)
        for k in range(first, last):
            if regular and alike(low, count, last * length, euler, state, fixed, capsized, status):
                common(
                    low, count, first, k, last, base, key, run[LENGTH], euler, keep, kick, gain, bridge, every, wkeep, wkick,
                    state, fixed, side, status, shape, place, data, times, spread, shore, west, south, per, unit,
                    noise, more, who, room,
                )  # fmt: skip
                break
            for j in range(count):
                who[j] = low + j
            numbers(key, _ZERO, np.uint64(k), base, who, count, noise)
            gusts = wkick > 0.0 and k % every == 0
            if bridge > 0.0 or gusts:
                numbers(key, _ONE, np.uint64(k), base, who, count, more)
            for j in range(count):
                i = low + j
                if status[i] != ADRIFT and status[i] != WAITING:
                    continue
                span, stays, come, mean, between, turn = length, keep, kick, gain, bridge, fixed[i, TURN]
                if status[i] == WAITING:
                    late = fixed[i, RELEASE] - k * length
                    if late >= length:
                        continue
                    status[i] = ADRIFT
                    if late > 0.0:  # a part of a step
                        span = length - late
                        stays, come, mean, between = gains(span, run[CURRENT_ERRS], run[CURRENT_MEMORY])
                        turn = -math.expm1(-fixed[i, JIBES] * span)
                signed = span * way_of_time
                lat, lon, east, north = state[i, LAT], state[i, LON], state[i, EAST], state[i, NORTH]
                me, mn, ue, un = state[i, ERR_EAST], state[i, ERR_NORTH], state[i, WIND_EAST], state[i, WIND_NORTH]
                if come > 0.0:
                    e, n = stays * me + come * normal(noise[j]), stays * mn + come * normal(noise[BLOCK + j])
                    state[i, ERR_EAST], state[i, ERR_NORTH] = e, n
                    me, mn = mean * (me + e), mean * (mn + n)
                if between > 0.0:
                    me, mn = me + between * normal(more[2 * BLOCK + j]), mn + between * normal(more[3 * BLOCK + j])
                if gusts:
                    ue, un = wkeep * ue + wkick * normal(more[j]), wkeep * un + wkick * normal(more[BLOCK + j])
                    state[i, WIND_EAST], state[i, WIND_NORTH] = ue, un
                a, b = fixed[i, 0], fixed[i, 1]
                c, d = (fixed[i, 4], fixed[i, 5]) if side[i] == 1 else (fixed[i, 2], fixed[i, 3])
                share = CAPSIZED if capsized[i] != 0 else 1.0
                per_lat, per_lon, tangent = radii(lat)
                mid_lat, mid_lon = lat, lon
                if not euler:
                    if math.isnan(east):
                        east, north, _ = velocity(
                            shape, place, data, maps, winds, times, weights, spread, k - first, lat, lon,
                            me, mn, ue, un, a, b, c, d, share, euler,
                        )  # fmt: skip
                    mid_lat, mid_lon = lat + 0.5 * signed * north * per_lat, lon + 0.5 * signed * east * per_lon
                east, north, speed = velocity(
                    shape, place, data, maps, winds, times, weights, spread, k - first, mid_lat, mid_lon,
                    me, mn, ue, un, a, b, c, d, share, euler,
                )  # fmt: skip
                if math.isnan(east + north):
                    status[i] = LOST
                    continue
                dlat = signed * north * per_lat
                # the parallel halfway: cos(lat + dlat / 2), to first order
                dlon = signed * east * per_lon * (1.0 + 0.5 * dlat * RAD * tangent)
                part = 1.0
                if coast:
                    way = span * math.sqrt(east * east + north * north)
                    clear = state[i, CLEAR] - way
                    if clear <= 0.0:
                        part, clear = meet(shore, west, south, per, unit, lat, lon, dlat, dlon, way)
                    state[i, CLEAR] = clear
                lat, lon = lat + part * dlat, turned(lon + part * dlon)
                state[i, LAT], state[i, LON], state[i, EAST], state[i, NORTH] = lat, lon, east, north
                if part < 1.0:
                    status[i] = ASHORE
                    continue
                if uniform(noise[2 * BLOCK + j]) < turn:
                    side[i] ^= 1
                turns_over = capsizes and (capsized[i] == 0) == (way_of_time > 0.0)
                if turns_over and uniform(noise[3 * BLOCK + j]) < 1.0 - (1.0 - rate(speed)) ** (span / 3600.0):
                    capsized[i] ^= 1


advance = bare(_advance)
