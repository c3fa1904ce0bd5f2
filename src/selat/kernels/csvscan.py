"""Bytes of a table of text to stored columns, in one pass without a Python object a row.

:func:`scan` reads whole rows of ``buf[at:stop]``: cuts them (:mod:`csvrows`), passes over those that repeat one of the
last few (:mod:`csvseen`), reads the others (:mod:`csvcolumns`). It stops before a row that the bytes do not finish, and
where an output is full; the caller goes on from there.

It knows nothing of what came before ``buf``, so that several threads may each read a piece of one table. What depends
on the rows before (which rows repeat one, what a ship declares anew) is settled by :mod:`csvadmit`, piece by piece in
the order of the table.
"""

from __future__ import annotations

import numpy as np

from selat.kernels._jit import U, bare, fused, i64
from selat.kernels.csvcolumns import COLUMNS, DELIM, report
from selat.kernels.csvrows import MAX_RECORD, MORE, OK, find_lf, is_blank, literal, marks, quoted
from selat.kernels.csvseen import find_row, hash_bytes, put_row, rebuild_rows
from selat.model.columns import Array

WINDOW = 1 << 15  #: bytes indexed at a time; above MAX_RECORD
RAW = 4096  #: bytes kept of a rejected row
RING, SLOTS = 1 << 11, 1 << 13  #: kept rows that a piece remembers: few, so that they stay in the nearest cache

# state: int64 counters of a piece; those of a line that is too long go on to the next one
SEQ, KEPT, SINCE, SHIPS, NEWEST, SKIP, SKIP_AT, SKIP_CR, STATE = range(9)
# what became of a call
DONE, FULL, GROW, MORE_BYTES = range(4)

R_BLANK, R_TOO_LONG, R_COLUMNS, R_TRUNCATED = 1, 7, 12, 18  # selat.model.errors.Reason


def _reject(rej: Array, n: int, seq: int, offset: int, reason: int, length: int, raw_at: int) -> int:
    rej[n, 0] = seq
    rej[n, 1] = offset
    rej[n, 2] = reason
    rej[n, 3] = length
    rej[n, 4] = raw_at
    return n + 1


put_reject = fused(_reject)


def _hash_runs(src: Array, q: Array, b: int, runs: Array) -> np.uint64:
    """Hash of the declared data of a row; 0 where the table has none."""
    h = U(len(runs) > 0)
    for r in range(len(runs)):
        h = hash_bytes(src, q[b + runs[r, 0]] + 1, q[b + runs[r, 1] + 1], h)
    return h


hash_runs = fused(_hash_runs)


def _slow_row(
    buf: Array, row: int, stop: int, final: bool, delim: int, wanted: int, out: Array, q: Array,
) -> tuple[int, int, int]:  # fmt: skip
    """A row that is not plain: (outcome OK or MORE, its line end, fields).

    Quotes are read by RFC 4180. Where they are not so written, never close within MAX_RECORD bytes, or give several
    lines the wrong number of fields, the line is cut with its quotes as letters: a stray quote costs one row at most.
    """
    limit = min(stop, row + MAX_RECORD + 1)
    code, end, fields, lines = quoted(buf, row, limit, delim, out, q)
    if code == MORE and not final and limit == stop and stop - row <= MAX_RECORD:
        return MORE, row, 0
    if code == OK and (fields == wanted or lines == 1):
        if end > row and buf[end - 1] == 13 and q[fields] > 0 and out[q[fields] - 1] == 13:
            q[fields] -= 1
        return OK, end, fields
    end = find_lf(buf, row, stop)
    if end == stop:
        return MORE, row, 0
    last = end - (end > row and buf[end - 1] == 13)
    return OK, end, literal(buf, row, last, delim, out, q)


slow_row = bare(_slow_row)


def _skip(buf: Array, at: int, stop: int, state: Array, rej: Array, nrej: int) -> int:
    """Pass over the rest of a line that is too long; where the next row begins (``stop``: it goes on)."""
    end = find_lf(buf, at, stop)
    state[SKIP] += end - at
    if end > at:
        state[SKIP_CR] = buf[end - 1] == 13
    if end == stop:
        return stop
    put_reject(rej, nrej, state[SEQ], state[SKIP_AT], i64(R_TOO_LONG), state[SKIP] - state[SKIP_CR], i64(-1))
    state[SEQ] += 1
    state[SKIP] = 0
    return end + 1


skip = bare(_skip)


def _begin_skip(buf: Array, row: int, end: int, base: int, state: Array, raw: Array) -> int:
    """Keep the head of a line that is too long; how many of its bytes that were."""
    n = min(end - row, len(raw))
    for i in range(n):
        raw[i] = buf[row + i]
    state[SKIP_AT] = base + row
    state[SKIP] = n
    state[SKIP_CR] = 0
    return n


begin_skip = bare(_begin_skip)


def _line_end(buf: Array, q: Array, k: int, m: int, top: int, stop: int) -> int:
    """First line feed after mark ``k``; ``stop`` when there is none."""
    j = k + 1
    while j <= m and buf[q[j]] != 10:
        j += 1
    return q[j] if j <= m else find_lf(buf, top, stop)


line_end = bare(_line_end)


def _remember(state: Array, slots: Array, ring: Array, h: np.uint64) -> None:
    place = state[KEPT] & (len(ring) - 1)
    ring[place] = h
    put_row(slots, h, place)
    state[KEPT] += 1
    state[SINCE] += 1


remember = fused(_remember)


def _judge(buf: Array, at: int, last: int, cut: bool) -> int:
    """Why a row with the wrong number of fields is rejected; ``cut``: the input ended in it."""
    if is_blank(buf, at, last):
        return R_BLANK
    return R_TRUNCATED if cut else R_COLUMNS


judge = fused(_judge)


def _scan(
    buf: Array, at: int, stop: int, base: int, final: int, col: Array, units: Array, params: Array,
    keys: Array, values: Array, runs: Array, state: Array, slots: Array, ring: Array, text: Array, last_time: Array,
    raw: Array, q: Array, ends: Array, out: Array, sealed: Array, out_q: Array,
    row: Array, time: Array, mmsi: Array, kind: Array, lat: Array, lon: Array, sog: Array, cog: Array, heading: Array,
    rot: Array, status: Array, altitude: Array, marked: Array, seq: Array, whole: Array, said: Array, begin: Array,
    again: Array, of: Array, rej: Array, counts: Array,
) -> tuple[int, int]:  # fmt: skip
    """Read rows of ``buf[at:stop]``; returns (DONE or FULL; first byte not read).

    ``base``: offset in the source of ``buf[0]``. ``final``: 0 more bytes may come, 1 the
    last line ends with a line feed, 2 the line feed at its end was put there by the caller. ``col`` ... ``runs``: the
    plan. ``slots, ring``: rows seen. ``text, last_time``: last time and its value; ``raw``: head of a long line.
    ``q`` ... ``row``: working space (``sealed`` is ``out``, read only).
    Outputs: ``time`` ... ``seq`` of each row kept, the hashes of the ``whole`` row and of what it ``said`` of the ship,
    where it ``begin``s in ``buf``; ``again`` the number of each row that repeats one, ``of`` which one (as numbered in
    the outputs); ``rej`` the rejects. ``counts``: kept, repeats, rejects.

    Arrays are arguments one by one, not tuples of arrays: Numba counts references each time a tuple is taken apart.
    """
    delim, wanted = params[DELIM], params[COLUMNS]
    n, nrec, nrej = counts[0], counts[1], counts[2]
    code = DONE
    while at < stop and code == DONE:
        if state[SKIP] > 0:
            if nrej >= len(rej):
                code = FULL
                continue
            at = skip(buf, at, stop, state, rej, nrej)
            if state[SKIP] == 0:
                nrej += 1
                code = FULL  # the caller takes the raw bytes before the next one
            continue
        top = min(stop, at + WINDOW)
        m, specials = marks(buf, at, top, delim, q, ends)
        k, t = i64(0), i64(0)
        while at < top:
            if n >= len(time) or nrec >= len(again) or nrej >= len(rej):
                code = FULL
                break
            if state[SINCE] >= len(slots) // 2 - len(ring):
                rebuild_rows(slots, ring, state[KEPT])
                state[SINCE] = 0
            # plain: the marks up to the next line feed are as many delimiters as there should be, and no quote
            plain, end = False, i64(0)
            if t < specials and ends[t] == k + wanted:
                end = q[k + wanted]
                plain = buf[U(end)] == 10 and end - at <= MAX_RECORD
            fields = wanted
            if plain:
                k += wanted
                t += 1
            else:
                end = line_end(buf, q, k, m, top, stop)
                if end >= top and top < stop and k > 0:
                    break  # index again from this row
                if end - at > MAX_RECORD:
                    at += begin_skip(buf, at, end, base, state, raw)
                    break
                if end == stop:
                    code = MORE_BYTES
                    break
                verdict, end, fields = slow_row(buf, at, stop, final > 0, delim, wanted, out, out_q)
                if verdict == MORE:
                    code = MORE_BYTES
                    break
                while k < m and q[k + 1] <= end:
                    k += 1
                while t < specials and ends[t] <= k:
                    t += 1
            last = end - (end > at and buf[end - 1] == 13)
            reason = i64(0)
            if fields != wanted:
                reason = judge(buf, at, last, final == 2 and end + 1 == stop and fields < wanted)
            else:
                h = hash_bytes(buf, at, last, U(0))
                place = find_row(slots, ring, h)
                if place >= 0:
                    again[nrec] = state[SEQ]
                    of[nrec] = state[KEPT] - 1 - ((state[KEPT] - 1 - place) & (len(ring) - 1))
                    nrec += 1
                else:
                    src, src_q, b = sealed, out_q, i64(0)
                    if plain:
                        src, src_q, b = buf, q, k - wanted
                        q[k] = last
                    reason = report(src, src_q, b, col, units, params, keys, values, text, last_time, row)
                    if reason == 0:
                        time[n], mmsi[n], kind[n], lat[n], lon[n] = row[0], row[1], row[2], row[3], row[4]
                        sog[n], cog[n], heading[n], rot[n], status[n] = row[5], row[6], row[7], row[8], row[9]
                        altitude[n], marked[n], seq[n], begin[n] = row[10], row[11], state[SEQ], at
                        whole[n], said[n] = h, hash_runs(src, src_q, b, runs)
                        remember(state, slots, ring, h)
                        n += 1
                    if plain:
                        q[k] = end
            if reason != 0:
                nrej = put_reject(rej, nrej, state[SEQ], base + at, reason, last - at, at)
            state[SEQ] += 1
            at = end + 1
    counts[0], counts[1], counts[2] = n, nrec, nrej
    return (DONE if code == MORE_BYTES else code), at


scan = bare(_scan)
