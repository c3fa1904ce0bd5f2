"""Stable sorting of rows by block, ship and time, and gathering of columns in that order.

Rows arrive in order of ``seq`` and nearly in order of ``time``, from few ships: one hash pass numbers the ships, a
counting sort groups them, and each group is checked and, where needed, put right by insertion (few moves) or by a
stable merge sort. About 10 times a general sort (reference: engines.md, 1d).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import inline, jit

Array = NDArray[Any]
_MOVES = 64  # insertions allowed per row before a group is merge-sorted: a late batch moves far, a late row does not


def _slot(held: Array, key: int, mask: int) -> int:
    """Slot of ``key`` in an open hash table of keys: where it is, or the free slot (-1) where it would be."""
    mixed = ((key & 0x7FFFFFFF) * 0x9E3779B1) ^ (((key >> 31) & 0x7FFFFFFF) * 0x85EBCA77)  # below 2^63: no overflow
    at = (mixed >> 20) & mask
    while held[at] != key and held[at] != -1:
        at = (at + 1) & mask
    return at


slot = inline(_slot)


def _number_keys(key: Array) -> tuple[Array, Array]:
    """Number each distinct key in order of first sight: (number of each row, distinct keys). Key -1 is allowed."""
    n = len(key)
    size = 1 << 14
    held = np.full(size, -1, np.int64)
    number_of = np.full(size, -1, np.int32)
    keys = np.empty(size, np.int64)
    numbers = np.empty(n, np.int32)
    count = 0
    minus_one = np.int32(-1)  # the number of key -1, which the table cannot hold
    for i in range(n):
        k = key[i]
        if k == -1:
            if minus_one < 0:
                minus_one = np.int32(count)
                keys[count] = k
                count += 1
            numbers[i] = minus_one
            continue
        at = slot(held, k, size - 1)
        if number_of[at] < 0:
            held[at] = k
            number_of[at] = count
            keys[count] = k
            numbers[i] = count
            count += 1
            if 2 * count > size:
                size *= 4
                grown = np.empty(size, np.int64)
                grown[:count] = keys[:count]
                keys = grown
                held = np.full(size, -1, np.int64)
                number_of = np.full(size, -1, np.int32)
                for j in range(count):
                    if keys[j] != -1:
                        at = slot(held, keys[j], size - 1)
                        held[at] = keys[j]
                        number_of[at] = j
        else:
            numbers[i] = number_of[at]
    return numbers, keys[:count].copy()


number_keys = jit(_number_keys)


def _scatter(numbers: Array, rank: Array, count: int) -> tuple[Array, Array]:
    """Counting sort: (row index grouped by rank in stable order, offsets of the groups)."""
    n = len(numbers)
    offsets = np.zeros(count + 1, np.int64)
    for i in range(n):
        offsets[rank[numbers[i]] + 1] += 1
    for g in range(count):
        offsets[g + 1] += offsets[g]
    cursor = offsets[:count].copy()
    order = np.empty(n, np.int64)
    for i in range(n):
        g = rank[numbers[i]]
        order[cursor[g]] = i
        cursor[g] += 1
    return order, offsets


scatter = jit(_scatter)


def _sort_groups(order: Array, offsets: Array, time: Array, seq: Array) -> int:
    """Sort the rows of each group by (time, seq), stable, in place; the number of groups that were out of order."""
    unsorted = 0
    for g in range(len(offsets) - 1):
        a, b = offsets[g], offsets[g + 1]
        rows = order[a:b]
        t = time[rows]
        s = seq[rows]
        m = b - a
        sorted_already = True
        for i in range(1, m):
            if t[i] < t[i - 1] or (t[i] == t[i - 1] and s[i] < s[i - 1]):
                sorted_already = False
                break
        if sorted_already:
            continue
        unsorted += 1
        budget = _MOVES * m
        for i in range(1, m):
            ti, si, ri = t[i], s[i], rows[i]
            j = i - 1
            while j >= 0 and (t[j] > ti or (t[j] == ti and s[j] > si)):
                t[j + 1], s[j + 1], rows[j + 1] = t[j], s[j], rows[j]
                j -= 1
                budget -= 1
            t[j + 1], s[j + 1], rows[j + 1] = ti, si, ri
            if budget < 0:
                break
        if budget < 0:
            by_seq = np.argsort(s, kind="mergesort")
            by_time = np.argsort(t[by_seq], kind="mergesort")
            order[a:b] = rows.copy()[by_seq[by_time]]
    return unsorted


sort_groups = jit(_sort_groups)


def sort_rows(key: Array, time: Array, seq: Array) -> tuple[Array, Array, Array]:
    """Stable order of rows by (key, time, seq).

    ``key`` int64, ``time`` int64, ``seq`` int64, shape (n,). Returns (row index (n,) int64, distinct keys ascending
    (g,), offsets (g + 1,) of their groups in the index). Rows equal in all three keep their order.
    """
    numbers, keys = number_keys(key)
    by_key = np.argsort(keys)
    rank = np.empty(len(keys), np.int64)
    rank[by_key] = np.arange(len(keys))
    order, offsets = scatter(numbers, rank, len(keys))
    sort_groups(order, offsets, time, seq)
    return order, keys[by_key], offsets


def _gather(values: Array, order: Array) -> Array:
    """``values[order]`` without the interpreter lock."""
    out = np.empty(len(order), values.dtype)
    for i in range(len(order)):
        out[i] = values[order[i]]
    return out


gather_numbers = jit(_gather)


def gather(values: Array, order: Array) -> Array:
    """``values[order]``; numbers go without the interpreter lock, texts and objects through NumPy."""
    if values.dtype.kind in "iuf":
        return gather_numbers(values, order)
    out: Array = values[order]
    return out


def _pick(key: Array, rows: Array, low: int, high: int) -> Array:
    """Those of ``rows`` (all, where there are none) whose key is in ``[low, high)``, in their order."""
    everything = len(rows) == 0
    n = len(key) if everything else len(rows)
    out = np.empty(n, np.int64)
    count = 0
    for i in range(n):
        row = i if everything else rows[i]
        out[count] = row
        count += (key[row] >= low) & (key[row] < high)
    return out[:count].copy()


pick = jit(_pick)


def _spans(time: Array, received: Array, span: int, unknown: int) -> Array:
    """Number of the time span (``span`` ns long) of each row: of its time, else of ``received``, else ``unknown``."""
    out = np.empty(len(time), np.int64)
    none = np.int64(-(2**63))
    for i in range(len(time)):
        t = received[i] if time[i] == none else time[i]
        out[i] = unknown if t == none else t // span
    return out


spans = jit(_spans)


def _in_order(key: Array, time: Array, seq: Array) -> bool:
    """True where rows already ascend by (key, time, seq)."""
    for i in range(1, len(key)):
        if key[i] < key[i - 1]:
            return False
        if key[i] == key[i - 1]:
            if time[i] < time[i - 1]:
                return False
            if time[i] == time[i - 1] and seq[i] < seq[i - 1]:
                return False
    return True


in_order = jit(_in_order)


def _split_times(time: Array, received: Array) -> tuple[Array, Array, Array, Array]:
    """Nanoseconds as (time_s, time_ns, delay_s, received_ns); a rest of -1 marks "not available" (-2^63).

    ``delay_s`` counts from ``time_s``, or from 1970 where there is no time.
    """
    n = len(time)
    time_s, time_ns = np.zeros(n, np.int64), np.empty(n, np.int32)
    delay_s, received_ns = np.zeros(n, np.int64), np.empty(n, np.int32)
    none = np.int64(-(2**63))
    for i in range(n):
        t, r = time[i], received[i]
        s = np.int64(0)
        if t == none:
            time_ns[i] = -1
        else:
            s = t // 1_000_000_000
            time_s[i] = s
            time_ns[i] = t - s * 1_000_000_000
        if r == none:
            received_ns[i] = -1
        else:
            whole = r // 1_000_000_000
            delay_s[i] = whole - s
            received_ns[i] = r - whole * 1_000_000_000
    return time_s, time_ns, delay_s, received_ns


split_times = jit(_split_times)


def _join_times(seconds: Array, rest: Array) -> Array:
    """Nanoseconds of whole seconds and a rest; -2^63 where the rest is -1."""
    out = np.empty(len(seconds), np.int64)
    for i in range(len(seconds)):
        if rest[i] < 0:
            out[i] = -(2**63)
        else:
            out[i] = seconds[i] * 1_000_000_000 + rest[i]
    return out


join_times = jit(_join_times)


def _split_degrees(values: Array) -> tuple[Array, Array]:
    """1e-7 degree (int32) as steps of 1/600000 degree (int32) and a rest of 1e-7 degree (int8, -9 to 9)."""
    steps, rest = np.empty(len(values), np.int32), np.empty(len(values), np.int8)
    for i in range(len(values)):
        v = np.int64(values[i])
        q = (v * 6 + 50) // 100
        steps[i] = q
        rest[i] = v - (q * 100 + 3) // 6
    return steps, rest


split_degrees = jit(_split_degrees)


def _join_degrees(steps: Array, rest: Array) -> Array:
    """1e-7 degree of steps and rest; -2^31 where the step is -2^31."""
    out = np.empty(len(steps), np.int32)
    for i in range(len(steps)):
        q = np.int64(steps[i])
        out[i] = q if q == -(2**31) else (q * 100 + 3) // 6 + rest[i]
    return out


join_degrees = jit(_join_degrees)


def _newest_of(numbers: Array, count: int, time: Array, seq: Array) -> Array:
    """Row with the greatest (time, seq) of each number."""
    best = np.full(count, -1, np.int64)
    for i in range(len(numbers)):
        g = numbers[i]
        b = best[g]
        if b < 0 or time[i] > time[b] or (time[i] == time[b] and seq[i] > seq[b]):
            best[g] = i
    return best


newest_of = jit(_newest_of)


def newest_rows(key: Array, time: Array, seq: Array) -> Array:
    """Index of the newest row by (time, seq) of each distinct key >= 0, in ascending order of the key."""
    numbers, keys = number_keys(key)
    best = newest_of(numbers, len(keys), time, seq)
    by_key = np.argsort(keys)
    out: Array = best[by_key[keys[by_key] >= 0]]
    return out
