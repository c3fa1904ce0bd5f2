"""Bytes of a table of text to stored columns, in one pass without a Python object a row.

:func:`scan` reads whole rows of ``buf[at:stop]``: cuts them (:mod:`csvrows`), passes over those seen before
(:mod:`csvseen`), reads the others (:mod:`csvcolumns`, :mod:`csvstatic`). It stops before a row that the bytes do not
finish, and where an output is full; the caller goes on from there.
"""

from __future__ import annotations

import numpy as np

from selat.kernels._jit import inline, jit
from selat.kernels.csvcolumns import COLUMNS, DELIM, report
from selat.kernels.csvrows import MAX_RECORD, MORE, OK, find_lf, is_blank, literal, marks, quoted
from selat.kernels.csvseen import RING, SLOTS, find_row, hash_bytes, place_of, put_row
from selat.kernels.csvstatic import static
from selat.model.columns import Array

WINDOW = 1 << 18  #: bytes indexed at a time; above MAX_RECORD
RAW = 4096  #: bytes kept of a rejected row

# state: int64 counters that live as long as the reader
SEQ, KEPT, SINCE, SHIPS, SKIP, SKIP_AT, SKIP_CR, STATE = range(8)
# what became of a call
DONE, FULL, GROW, REBUILD = range(4)

R_BLANK, R_TOO_LONG, R_COLUMNS, R_TRUNCATED = 1, 7, 12, 18  # selat.model.errors.Reason


def _reject(rej: tuple, n: int, seq: int, offset: int, reason: int, length: int, raw_at: int) -> int:
    rej[0][n] = seq
    rej[1][n] = offset
    rej[2][n] = reason
    rej[3][n] = length
    rej[4][n] = raw_at
    return n + 1


put_reject = inline(_reject)


def _declare(src: Array, words: Array, q: Array, b: int, setup: tuple, ships: tuple, state: Array, empty: Array, rep: tuple, n: int, sta: tuple, ns: int) -> int:  # fmt: skip
    """Put the row's declared data into ``sta`` if they differ from the last of its MMSI; the number of statics."""
    col, units, params, keys, values, runs = setup
    if len(runs) == 0:
        return ns
    h = np.uint64(1)
    for r in range(len(runs)):
        h = hash_bytes(src, words, q[b + runs[r, 0]] + 1, q[b + runs[r, 1] + 1], h)
    if h == empty[0]:
        return ns
    place = place_of(ships[0], rep[1][n])
    if ships[0][place] != 0 and ships[1][place] == h:
        return ns
    if not static(src, q, b, col, units, params, keys, values, sta, ns):
        empty[0] = h
        return ns
    if ships[0][place] == 0:
        ships[0][place] = rep[1][n]
        state[SHIPS] += 1
    ships[1][place] = h
    kind = rep[2][n]
    sta[0][ns] = rep[0][n]
    sta[1][ns] = rep[12][n]
    sta[2][ns] = rep[1][n]
    sta[3][ns] = 24 if kind == 18 or kind == 19 else (21 if kind == 21 else 5)
    return ns + 1


declare = inline(_declare)


def _slow_row(buf: Array, row: int, stop: int, final: bool, delim: int, wanted: int, out: Array, q: Array) -> tuple[int, int, int]:  # fmt: skip
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


slow_row = inline(_slow_row)


def _skip(buf: Array, at: int, stop: int, state: Array, rej: tuple, nrej: int) -> int:
    """Pass over the rest of a line that is too long; where the next row begins (``stop``: it goes on)."""
    end = find_lf(buf, at, stop)
    state[SKIP] += end - at
    if end > at:
        state[SKIP_CR] = buf[end - 1] == 13
    if end == stop:
        return stop
    put_reject(rej, nrej, state[SEQ], state[SKIP_AT], R_TOO_LONG, state[SKIP] - state[SKIP_CR], -1)
    state[SEQ] += 1
    state[SKIP] = 0
    return end + 1


skip = inline(_skip)


def _begin_skip(buf: Array, row: int, end: int, base: int, state: Array, raw: Array) -> int:
    """Keep the head of a line that is too long; how many of its bytes that were."""
    n = min(end - row, len(raw))
    raw[:n] = buf[row : row + n]
    state[SKIP_AT] = base + row
    state[SKIP] = n
    state[SKIP_CR] = 0
    return n


begin_skip = inline(_begin_skip)


def _is_plain(buf: Array, q: Array, k: int, m: int, row: int, delim: int, wanted: int) -> bool:
    """True when marks ``k + 1 ...`` are ``wanted - 1`` delimiters and a line feed."""
    last = k + wanted
    if last > m or buf[q[last]] != 10 or q[last] - row > MAX_RECORD:
        return False
    for j in range(k + 1, last):
        if buf[q[j]] != delim:
            return False
    return True


is_plain = inline(_is_plain)


def _line_end(buf: Array, q: Array, k: int, m: int, top: int, stop: int) -> int:
    """First line feed after mark ``k``; ``stop`` when there is none."""
    j = k + 1
    while j <= m and buf[q[j]] != 10:
        j += 1
    return q[j] if j <= m else find_lf(buf, top, stop)


line_end = inline(_line_end)


def _repeat(state: Array, seen: tuple, place: int, rec: tuple, n: int) -> None:
    rec[0][n] = state[SEQ]
    rec[1][n] = seen[2][place]
    rec[2][n] = seen[3][place]
    rec[3][n] = seen[4][place]


repeat = inline(_repeat)


def _remember(state: Array, seen: tuple, h: np.uint64, rep: tuple, n: int) -> None:
    slots, ring, ring_seq, ring_time, ring_mmsi = seen
    place = state[KEPT] & (len(ring) - 1)
    ring[place] = h
    ring_seq[place] = state[SEQ]
    ring_time[place] = rep[0][n]
    ring_mmsi[place] = rep[1][n]
    put_row(slots, h, place)
    state[KEPT] += 1
    state[SINCE] += 1


remember = inline(_remember)


def _room(state: Array, ships: tuple, rep: tuple, rec: tuple, sta: tuple, rej: tuple, counts: Array) -> int:
    """DONE when one more row fits everywhere; else what the caller has to do first."""
    if counts[0] >= len(rep[0]) or counts[1] >= len(rec[0]) or counts[2] >= len(sta[0]) or counts[3] >= len(rej[0]):
        return FULL
    if 2 * state[SHIPS] >= len(ships[0]):
        return GROW
    return REBUILD if state[SINCE] >= SLOTS // 2 - RING else DONE


room = inline(_room)


def _fact(src: Array, words: Array, q: Array, b: int, h: np.uint64, setup: tuple, state: Array, seen: tuple, ships: tuple, cache: tuple, rep: tuple, sta: tuple, counts: Array) -> int:  # fmt: skip
    """Take a row that was not seen before: 0, or the reason why it is none."""
    col, units, params, keys, values, _ = setup
    n = counts[0]
    reason = report(src, q, b, col, units, params, keys, values, cache[0], cache[1], rep, n)
    if reason == 0:
        rep[12][n] = state[SEQ]
        counts[2] = declare(src, words, q, b, setup, ships, state, cache[2], rep, n, sta, counts[2])
        remember(state, seen, h, rep, n)
        counts[0] = n + 1
    return reason


fact = inline(_fact)


def _scan(buf: Array, words: Array, at: int, stop: int, base: int, final: int, setup: tuple, state: Array, seen: tuple, ships: tuple, cache: tuple, work: tuple, rep: tuple, rec: tuple, sta: tuple, rej: tuple, counts: Array) -> tuple[int, int]:  # fmt: skip
    """Read rows of ``buf[at:stop]``; returns (DONE, FULL, GROW or REBUILD; first byte not read).

    ``words``: ``buf`` as uint64. ``base``: offset in the source of ``buf[0]``. ``final``: 0 more bytes may come, 1 the
    last line ends with a line feed, 2 the line feed at its end was put there by the caller.
    ``setup``: (col, units, params, keys, values, runs). ``seen``: (slots, ring, ring_seq, ring_time, ring_mmsi).
    ``ships``: (mmsi, hash). ``cache``: (text, last, empty, raw of a long line). ``work``: (q, scratch, scratch words,
    scratch q). ``counts``: reports, receptions, statics, rejects in the outputs so far.
    """
    q, out, out_words, out_q = work
    delim, wanted = setup[2][DELIM], setup[2][COLUMNS]
    while at < stop:
        if state[SKIP] > 0:
            if counts[3] >= len(rej[0]):
                return FULL, at
            at = skip(buf, at, stop, state, rej, counts[3])
            if state[SKIP] == 0:
                counts[3] += 1
                return FULL, at  # the caller takes the raw bytes before the next one
            continue
        top = min(stop, at + WINDOW)
        m = marks(buf, at, top, delim, q)
        k = 0
        while at < top:
            code = room(state, ships, rep, rec, sta, rej, counts)
            if code != DONE:
                return code, at
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
                    at += begin_skip(buf, at, end, base, state, cache[3])
                    break
                if end == stop:
                    return DONE, at
                verdict, end, fields = slow_row(buf, at, stop, final > 0, delim, wanted, out, out_q)
                if verdict == MORE:
                    return DONE, at
                while k < m and q[k + 1] <= end:
                    k += 1
            last = end - (end > at and buf[end - 1] == 13)
            reason = 0
            if fields != wanted:
                reason = R_COLUMNS
                if is_blank(buf, at, last):
                    reason = R_BLANK
                elif final == 2 and end + 1 == stop and fields < wanted:
                    reason = R_TRUNCATED
            else:
                h = hash_bytes(buf, words, at, last, np.uint64(0))
                place = find_row(seen[0], seen[1], h)
                if place >= 0:
                    repeat(state, seen, place, rec, counts[1])
                    counts[1] += 1
                elif plain:
                    q[k] = last
                    reason = fact(buf, words, q, k - wanted, h, setup, state, seen, ships, cache, rep, sta, counts)
                    q[k] = end
                else:
                    reason = fact(out, out_words, out_q, 0, h, setup, state, seen, ships, cache, rep, sta, counts)
            if reason != 0:
                counts[3] = put_reject(rej, counts[3], state[SEQ], base + at, reason, last - at, at)
            state[SEQ] += 1
            at = end + 1
    return DONE, at


scan = jit(_scan)
