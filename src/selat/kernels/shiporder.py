"""The order of a block's rows by ship, time and arrival, without passing over more memory than needed.

As :func:`selat.kernels.sort.sort_rows`, for rows of one range of ships, as numbers of 32 bits; where rows came in order
of time the groups need not even be looked at.
"""

from __future__ import annotations

import numpy as np

from selat.kernels._jit import jit
from selat.kernels.sort import Array, slot, sort_groups

_FIRST = 1 << 15


def _number_ships(mmsi: Array, rows: Array, low: int, high: int) -> tuple[Array, Array, Array, Array]:
    """Rows with a key in ``[low, high)`` (of ``rows``; of all where there are none), the number of each one's key in
    order of first sight, the keys, and how many rows each has.
    """
    everything = len(rows) == 0
    n = len(mmsi) if everything else len(rows)
    picked, numbers = np.empty(n, np.int32), np.empty(n, np.int32)
    size = _FIRST
    held, number_of = np.full(size, -1, np.int64), np.empty(size, np.int32)
    keys, counts = np.empty(size, np.int64), np.empty(size, np.int64)
    ships = found = 0
    for i in range(n):
        row = i if everything else rows[i]
        key = np.int64(mmsi[row]) + 2**31  # never -1, which marks a free place
        if key < low + 2**31 or key >= high + 2**31:
            continue
        at = slot(held, key, size - 1)
        if held[at] != key:
            if 2 * ships >= size:
                size *= 4
                held, number_of = np.full(size, -1, np.int64), np.empty(size, np.int32)
                old_keys, old_counts = keys, counts
                keys, counts = np.empty(size, np.int64), np.empty(size, np.int64)
                keys[:ships] = old_keys[:ships]
                counts[:ships] = old_counts[:ships]
                for j in range(ships):
                    at = slot(held, keys[j] + 2**31, size - 1)
                    held[at] = keys[j] + 2**31
                    number_of[at] = j
                at = slot(held, key, size - 1)
            held[at] = key
            number_of[at] = ships
            keys[ships] = key - 2**31
            counts[ships] = 0
            ships += 1
        number = number_of[at]
        counts[number] += 1
        picked[found] = row
        numbers[found] = number
        found += 1
    return picked[:found], numbers[:found], keys[:ships], counts[:ships]


number_ships = jit(_number_ships)


def _group(picked: Array, numbers: Array, place: Array) -> Array:
    """Counting sort: each row goes to the next place of its ship; ``place`` moves on."""
    order = np.empty(len(picked), np.int32)
    for i in range(len(picked)):
        number = numbers[i]
        order[place[number]] = picked[i]
        place[number] += 1
    return order


group = jit(_group)


def _ascends(time: Array, seq: Array) -> bool:
    """True where rows came in order of time and number."""
    down = 0
    for i in range(1, len(time)):
        down += (time[i] < time[i - 1]) | (seq[i] < seq[i - 1])
    return down == 0


ascends = jit(_ascends)


def ship_order(mmsi: Array, time: Array, seq: Array, rows: Array, low: int, high: int, ascending: bool) -> Array:
    """Rows of the ships ``low <= mmsi < high`` by (mmsi, time, seq), int32; ties keep their order.

    ``rows``: int32 or int64 numbers of the rows to order, empty for all. ``ascending``: they ascend by time and seq
    (:func:`ascends`), so that each ship's do.
    """
    picked, numbers, keys, counts = number_ships(mmsi, rows, max(low, -(2**31)), min(high, 2**31))
    by_key = np.argsort(keys)
    offsets = np.zeros(len(keys) + 1, np.int64)
    np.cumsum(counts[by_key], out=offsets[1:])
    place = np.empty(len(keys), np.int64)
    place[by_key] = offsets[:-1]
    order: Array = group(picked, numbers, place)
    if not ascending:
        sort_groups(order, offsets, time, seq)
    return order


def _newest(
    order: Array, mmsi: Array, kind: Array, apart: int, time: Array, received: Array, lat: Array, lon: Array, future: int,
) -> Array:  # fmt: skip
    """Of rows in the order of :func:`ship_order`, the newest of each ship that states a position that can be true, and
    the newest such of type ``apart``: all that :class:`selat.store.latest.Latest` can need.
    """
    out = np.empty(len(order), np.int32)
    n, ship, seen, seen_apart = 0, np.int64(-(2**40)), True, True
    none, nowhere = np.int64(-(2**63)), -(2**31)
    for k in range(len(order) - 1, -1, -1):
        i = order[k]
        if mmsi[i] != ship:
            ship, seen, seen_apart = np.int64(mmsi[i]), False, False
        is_apart = kind[i] == apart
        if (seen_apart if is_apart else seen) or lat[i] == nowhere or lon[i] == nowhere:
            continue
        if time[i] != none and received[i] != none and time[i] > received[i] + future:
            continue
        out[n] = i
        n += 1
        if is_apart:
            seen_apart = True
        else:
            seen = True
    return out[:n].copy()


newest_in_order = jit(_newest)


def _lacks(values: Array, null: int) -> bool:
    """True where some value is ``null``."""
    found = 0
    for i in range(len(values)):
        found += values[i] == null
    return found > 0


lacks = jit(_lacks)


def _all_are(values: Array, value: int) -> bool:
    """True where all values are ``value``; ends at the first other one."""
    for i in range(len(values)):
        if values[i] != value:
            return False
    return True


all_are = jit(_all_are)


def _all_same(a: Array, b: Array) -> bool:
    """True where two columns are equal; ends at the first difference."""
    for i in range(len(a)):
        if a[i] != b[i]:
            return False
    return True


all_same = jit(_all_same)
