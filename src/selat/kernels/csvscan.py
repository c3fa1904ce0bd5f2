"""Bytes of a table of text to stored columns, in one pass without a Python object a row.

:func:`scan` reads whole rows of ``buf[at:stop]``: cuts them (:mod:`csvrows`), passes over those seen before
(:mod:`csvseen`), reads the others (:mod:`csvcolumns`, :mod:`csvstatic`). It stops before a row that the bytes do not
finish, and where an output is full; the caller goes on from there.
"""

from __future__ import annotations

import numpy as np

from selat.kernels._jit import U, bare, fused, i64
from selat.kernels.csvcolumns import COLUMNS, DELIM, report
from selat.kernels.csvrows import MAX_RECORD, MORE, OK, find_lf, is_blank, literal, marks, quoted
from selat.kernels.csvseen import RING, SLOTS, find_row, hash_bytes, place_of, put_row
from selat.kernels.csvstatic import static
from selat.model.columns import Array

WINDOW = 1 << 15  #: bytes indexed at a time; above MAX_RECORD
RAW = 4096  #: bytes kept of a rejected row

# state: int64 counters that live as long as the reader
SEQ, KEPT, SINCE, SHIPS, SKIP, SKIP_AT, SKIP_CR, STATE = range(8)
# what became of a call
DONE, FULL, GROW, REBUILD, MORE_BYTES = range(5)

R_BLANK, R_TOO_LONG, R_COLUMNS, R_TRUNCATED = 1, 7, 12, 18  # selat.model.errors.Reason


def _reject(rej: Array, n: int, seq: int, offset: int, reason: int, length: int, raw_at: int) -> int:
    rej[n, 0] = seq
    rej[n, 1] = offset
    rej[n, 2] = reason
    rej[n, 3] = length
    rej[n, 4] = raw_at
    return n + 1


put_reject = fused(_reject)


def _hash_runs(src: Array, words: Array, q: Array, b: int, runs: Array) -> np.uint64:
    h = U(1)
    for r in range(len(runs)):
        h = hash_bytes(src, words, q[b + runs[r, 0]] + 1, q[b + runs[r, 1] + 1], h)
    return h


hash_runs = fused(_hash_runs)


def _declare(
    src: Array, words: Array, q: Array, b: int, col: Array, units: Array, params: Array, keys: Array, values: Array,
    runs: Array, state: Array, ships: Array, empty: Array, row: Array, sta: Array, texts: Array, ns: int,
) -> int:  # fmt: skip
    """Put the row's declared data into ``sta`` if they differ from the last of its MMSI; the number of statics."""
    if len(runs) == 0:
        return ns
    h = hash_runs(src, words, q, b, runs)
    if h == empty[0]:
        return ns
    place = place_of(ships, row[1])
    if ships[place, 0] != 0 and ships[place, 1] == h:
        return ns
    if not static(src, q, b, col, units, params, keys, values, sta, texts, ns):
        empty[0] = h
        return ns
    if ships[place, 0] == 0:
        ships[place, 0] = U(row[1])
        state[SHIPS] += 1
    ships[place, 1] = h
    kind = row[2]
    sta[ns, 0] = row[0]
    sta[ns, 1] = row[12]
    sta[ns, 2] = row[1]
    sta[ns, 3] = 24 if kind == 18 or kind == 19 else (21 if kind == 21 else 5)
    return ns + 1


declare = fused(_declare)


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


def _is_plain(buf: Array, q: Array, k: int, m: int, row: int, delim: int, wanted: int) -> bool:
    """True when marks ``k + 1 ...`` are ``wanted - 1`` delimiters and a line feed."""
    last = k + wanted
    if last > m or buf[U(q[U(last)])] != 10 or q[U(last)] - row > MAX_RECORD:
        return False
    other = i64(0)
    for j in range(k + 1, last):
        other |= i64(buf[U(q[U(j)])]) ^ delim
    return other == 0


is_plain = fused(_is_plain)


def _line_end(buf: Array, q: Array, k: int, m: int, top: int, stop: int) -> int:
    """First line feed after mark ``k``; ``stop`` when there is none."""
    j = k + 1
    while j <= m and buf[q[j]] != 10:
        j += 1
    return q[j] if j <= m else find_lf(buf, top, stop)


line_end = bare(_line_end)


def _remember(state: Array, slots: Array, ring: Array, facts: Array, h: np.uint64, row: Array) -> None:
    place = state[KEPT] & (len(ring) - 1)
    ring[place] = h
    facts[place, 0] = row[12]
    facts[place, 1] = row[0]
    facts[place, 2] = row[1]
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


def _repeat(rec: Array, n: int, seq: int, facts: Array, place: int) -> int:
    rec[n, 0] = seq
    rec[n, 1] = facts[place, 0]
    rec[n, 2] = facts[place, 1]
    rec[n, 3] = facts[place, 2]
    return n + 1


repeat = fused(_repeat)


def _scan(
    buf: Array, words: Array, at: int, stop: int, base: int, final: int, col: Array, units: Array, params: Array,
    keys: Array, values: Array, runs: Array, state: Array, slots: Array, ring: Array, facts: Array, ships: Array,
    text: Array, last_time: Array, empty: Array, raw: Array, flags: Array, flag_words: Array, q: Array, out: Array,
    sealed: Array, sealed_words: Array, out_q: Array, row: Array, rep: Array, rec: Array, sta: Array, texts: Array,
    rej: Array, counts: Array,
) -> tuple[int, int]:  # fmt: skip
    """Read rows of ``buf[at:stop]``; returns (DONE, FULL, GROW or REBUILD; first byte not read).

    ``words``: ``buf`` as uint64. ``base``: offset in the source of ``buf[0]``. ``final``: 0 more bytes may come, 1 the
    last line ends with a line feed, 2 the line feed at its end was put there by the caller. ``col`` ... ``runs``: the
    plan. ``slots, ring, facts``: rows seen. ``ships``: declared data. ``text`` ... ``raw``: last time, its
    value, hash of data that say nothing, head of a long line. ``flags`` ... ``row``: working space (``sealed`` is
    ``out``, read only).
    ``rep, rec, sta, texts, rej``: outputs, a row each; ``counts``: reports, receptions, statics, rejects in them.

    Arrays are arguments one by one, not tuples of arrays: Numba counts references each time a tuple is taken apart.
    """
    delim, wanted = params[DELIM], params[COLUMNS]
    n, nrec, ns, nrej = counts[0], counts[1], counts[2], counts[3]
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
        m = marks(buf, at, top, delim, flags, flag_words, q)
        k = i64(0)
        while at < top:
            if n >= len(rep) or nrec >= len(rec) or ns >= len(sta) or nrej >= len(rej):
                code = FULL
                break
            if 2 * state[SHIPS] >= len(ships):
                code = GROW
                break
            if state[SINCE] >= SLOTS // 2 - RING:
                code = REBUILD
                break
            plain = is_plain(buf, q, k, m, at, delim, wanted)
            fields = wanted
            if plain:
                k += wanted
                end = q[k]
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
            last = end - (end > at and buf[end - 1] == 13)
            reason = i64(0)
            if fields != wanted:
                reason = judge(buf, at, last, final == 2 and end + 1 == stop and fields < wanted)
            else:
                h = hash_bytes(buf, words, at, last, U(0))
                place = find_row(slots, ring, h)
                if place >= 0:
                    nrec = repeat(rec, nrec, state[SEQ], facts, place)
                else:
                    src, src_words, src_q, b = sealed, sealed_words, out_q, i64(0)
                    if plain:
                        src, src_words, src_q, b = buf, words, q, k - wanted
                        q[k] = last
                    row[12] = state[SEQ]
                    reason = report(src, src_q, b, col, units, params, keys, values, text, last_time, row)
                    if reason == 0:
                        ns = declare(
                            src, src_words, src_q, b, col, units, params, keys, values, runs, state, ships, empty,
                            row, sta, texts, ns,
                        )  # fmt: skip
                        remember(state, slots, ring, facts, h, row)
                        for j in range(len(row)):
                            rep[n, j] = row[j]
                        n += 1
                    if plain:
                        q[k] = end
            if reason != 0:
                nrej = put_reject(rej, nrej, state[SEQ], base + at, reason, last - at, at)
            state[SEQ] += 1
            at = end + 1
    counts[0], counts[1], counts[2], counts[3] = n, nrec, ns, nrej
    return (DONE if code == MORE_BYTES else code), at


scan = bare(_scan)


def _columns(
    rep: Array, time: Array, mmsi: Array, kind: Array, lat: Array, lon: Array, sog: Array, cog: Array, heading: Array,
    rot: Array, status: Array, altitude: Array, flags: Array, seq: Array,
) -> None:  # fmt: skip
    """Rows to columns, in one pass."""
    for i in range(len(rep)):
        time[i] = rep[i, 0]
        mmsi[i] = rep[i, 1]
        kind[i] = rep[i, 2]
        lat[i] = rep[i, 3]
        lon[i] = rep[i, 4]
        sog[i] = rep[i, 5]
        cog[i] = rep[i, 6]
        heading[i] = rep[i, 7]
        rot[i] = rep[i, 8]
        status[i] = rep[i, 9]
        altitude[i] = rep[i, 10]
        flags[i] = rep[i, 11]
        seq[i] = rep[i, 12]


to_columns = bare(_columns)
