"""Sentences to messages: join the parts, open the six-bit payload, know a message that was heard before.

Every line gets its fate here: kept, duplicate, pending (a part that waits for its siblings) or rejected with a reason.
All that is decided depends on the order of lines only, never on how the bytes were cut into blocks.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.kernels._jit import inline, jit
from selat.kernels.bits import LAYOUT_BITS, LAYOUT_MAX, LAYOUTS_TYPE, bits, close, layout_of, unarm
from selat.kernels.nmea import CONTEXT
from selat.kernels.scan import scan

#: one row a message; ``fate`` 0 kept, 1 duplicate; ``word`` where its bits begin
MSG = np.dtype(
    [
        ("seq", "i8"), ("heard", "i8"), ("arrived", "i8"), ("first_seq", "i8"), ("word", "i4"), ("mmsi", "i4"), ("nbits", "i4"),
        ("station", "u2"), ("flags", "u2"), ("hash", "u8"), ("layout", "i2"),
        ("type", "u1"), ("quality", "u1"), ("fate", "u1"), ("chan", "u1"), ("nlines", "u1"),
    ],
    align=True,
)  # fmt: skip
#: a part that waits; ``start`` and ``pay`` are places in the buffer at hand
FRAG = np.dtype(
    [
        ("seq", "i8"), ("offset", "i8"), ("start", "i8"), ("length", "i8"), ("pay", "i8"), ("heard", "i8"), ("arrived", "i8"),
        ("paylen", "i4"), ("line", "i4"), ("station", "u2"), ("flags", "u2"), ("quality", "u1"), ("fill", "u1"), ("present", "u1"),
    ],
    align=True,
)  # fmt: skip
SLOT = np.dtype(
    [
        ("seq", "i8"), ("heard", "i8"), ("seqid", "i2"), ("station", "u2"), ("talker", "u2"),
        ("state", "u1"), ("total", "u1"), ("got", "u1"), ("chan", "u1"),
    ],
    align=True,
)  # fmt: skip
#: a message heard; four of them make a set, one cache line. Their times stand in an array of their own
SEEN = np.dtype([("hash", "u8"), ("seq", "i8")], align=True)
REJ = np.dtype(
    [("seq", "i8"), ("offset", "i8"), ("start", "i8"), ("length", "i8"), ("heard", "i8"), ("reason", "u1")], align=True
)
REC = np.dtype([("seq", "i8"), ("first_seq", "i8"), ("received", "i8"), ("mmsi", "i4"), ("station", "u2")], align=True)

SLOTS = 512  #: messages that may wait for parts at once
PROBE = 8
WAIT_LINES = 10_000  #: lines after which a part waits no longer
WAIT_TIME = 30_000_000_000  #: ns: parts of one message are heard within this
SEEN_SETS = 1 << 13  #: sets of 4 of the table of messages heard
WINDOW = 30_000_000_000  #: ns: the same payload within this is the same message, heard again
WINDOW_LINES = 5_000  #: the same, in lines, where a log has no times

_R_ARMOUR, _R_FRAGMENT, _R_LENGTH, _R_UNKNOWN = 6, 8, 9, 10
_F_LONG, _F_SHORT = 8, 16
_EMPTY, _PENDING, _COMPLETE = 0, 1, 2
KEPT, DUPLICATE = 0, 1

#: meaning of the counters that assemble() fills
N_MSG, N_REJ, N_REC, N_KEPT, N_DUP, N_WORD, N_LINES = 0, 1, 2, 3, 4, 5, 6


def _reject(frag: Any, reason: int, rejects: Any, out: Any) -> None:
    r = rejects[out[N_REJ]]
    r.seq, r.offset, r.start, r.length, r.heard, r.reason = (
        frag.seq, frag.offset, frag.start, frag.length, frag.arrived if frag.arrived != 0 else frag.heard, reason,
    )  # fmt: skip
    out[N_REJ] += 1


reject = inline(_reject)


def _reject_line(row: Any, seq: int, offset0: int, reason: int, rejects: Any, out: Any) -> None:
    r = rejects[out[N_REJ]]
    r.seq, r.offset, r.start, r.length = seq, offset0 + row.start, row.start, row.length
    r.heard, r.reason = row.arrived if row.arrived != 0 else row.heard, reason
    out[N_REJ] += 1


reject_line = inline(_reject_line)


def _drop(at: int, slots: Any, frags: Any, rejects: Any, out: Any) -> None:
    """Empty a slot; parts that still waited are rejected."""
    for k in range(9 * at, 9 * at + 9):
        if slots[at].state == _PENDING and frags[k].present:
            reject(frags[k], _R_FRAGMENT, rejects, out)
        frags[k].present = 0
    slots[at].state = _EMPTY


drop = jit(_drop)


def _hash(words: Any, first: int, nbits: int) -> np.uint64:
    """64-bit hash of a message; never 0."""
    h = np.uint64(1469598103934665603) ^ np.uint64(nbits)
    for i in range(first, first + (nbits + 63) // 64):
        h = (h ^ words[i]) * np.uint64(0x9E3779B97F4A7C15)
        h ^= h >> np.uint64(29)
    return (h * np.uint64(0xBF58476D1CE4E5B9)) | np.uint64(1)


hash_of = inline(_hash)


def _recognise(msgs: Any, first: int, seen: Any, seen_time: Any, block_time: int, live: bool, out: Any) -> None:
    """Give the messages from ``first`` on their fate: kept, or a duplicate of one heard within the window.

    A pass of its own: inside the loop that makes messages, stores to addresses that hang on a hash held up every load
    behind them, and made that loop four times slower.
    """
    for i in range(first, out[N_MSG]):
        m = msgs[i]
        when = block_time
        if not live and m.quality != 0:
            when = m.arrived if m.arrived != 0 else m.heard
        base = np.int64(m.hash >> np.uint64(51)) * 4
        oldest = base
        oldest_seq = seen[base].seq
        found = np.int64(-1)
        for k in range(base, base + 4):
            was = seen[k].seq
            if seen[k].hash == m.hash:
                near = abs(when - seen_time[k]) <= WINDOW if m.quality != 0 else m.seq - was <= WINDOW_LINES
                found = was if near else found
            oldest = k if was < oldest_seq else oldest
            oldest_seq = min(was, oldest_seq)
        m.first_seq = found
        m.fate = DUPLICATE if found >= 0 else KEPT
        if found >= 0:
            out[N_DUP] += m.nlines
        else:
            out[N_KEPT] += m.nlines
            seen[oldest].hash = m.hash
            seen[oldest].seq = m.seq
            seen_time[oldest] = when


recognise = jit(_recognise)


def _finish(m: Any, nbits: int, nlines: int, live: bool, words: Any, end: int, out: Any) -> int:
    """Know the type of a message whose bits are in ``words``; returns KEPT (so far) or a reject reason."""
    first = out[N_WORD]
    layout = layout_of(words, first, nbits)
    if layout < 0:
        return _R_UNKNOWN if layout == -1 else _R_LENGTH
    m.word, m.nbits, m.layout, m.nlines = first, nbits, layout, nlines
    m.type = LAYOUTS_TYPE[layout]
    m.mmsi = bits(words, first, 8, 30)
    m.hash = hash_of(words, first, nbits)
    long, short = nbits > LAYOUT_MAX[layout], nbits < LAYOUT_BITS[layout]
    m.flags = np.int64(m.flags) | _F_LONG * long | _F_SHORT * short
    if live:
        m.quality = max(m.quality, 1)
    out[N_MSG] += 1
    out[N_WORD] = end
    return KEPT


finish = inline(_finish)


def _emit_one(buf: Any, row: Any, seq: int, live: bool, words: Any, msgs: Any, out: Any) -> int:
    """Make a message of a single sentence; returns KEPT or a reject reason."""
    m = msgs[out[N_MSG]]
    first = out[N_WORD]
    w, acc, have, legal = unarm(buf, row.pay, row.paylen, words, first, np.uint64(0), 0)
    if not legal:
        return _R_ARMOUR
    nbits = max(np.int64(row.paylen) * 6 - np.int64(row.fill), 0)
    end = close(words, first, w, acc, have, nbits)
    m.seq, m.heard, m.arrived, m.quality = seq, row.heard, row.arrived, row.quality
    m.station, m.flags, m.chan = row.station, row.flags, row.chan
    return finish(m, nbits, 1, live, words, end, out)


emit_one = inline(_emit_one)


def _emit(
    buf: Any, frags: Any, at: int, total: int, seq: int, chan: int, live: bool, words: Any, msgs: Any, out: Any
) -> int:
    """Make a message of its parts; returns KEPT or a reject reason."""
    m = msgs[out[N_MSG]]
    w = first = out[N_WORD]
    acc = np.uint64(0)
    have = nchars = 0
    best = 9 * at
    legal = True
    m.arrived = 0
    m.flags = 0
    for k in range(9 * at, 9 * at + total):
        p = frags[k]
        w, acc, have, ok = unarm(buf, p.pay, p.paylen, words, w, acc, have)
        legal = legal and ok
        nchars += p.paylen
        m.flags |= p.flags
        if p.quality > frags[best].quality:
            best = k
        m.arrived = max(m.arrived, p.arrived)
    if not legal:
        return _R_ARMOUR
    nbits = max(nchars * 6 - np.int64(frags[9 * at + total - 1].fill), 0)
    end = close(words, first, w, acc, have, nbits)
    p = frags[best]
    m.seq, m.heard, m.quality, m.station, m.chan = seq, p.heard, p.quality, p.station, chan
    return finish(m, nbits, total, live, words, end, out)


emit = jit(_emit)


def _same(buf: Any, a: Any, row: Any) -> bool:
    if a.paylen != row.paylen or a.fill != row.fill:
        return False
    for i in range(row.paylen):
        if buf[a.pay + i] != buf[row.pay + i]:
            return False
    return True


same = jit(_same)


def _find(row: Any, seq: int, slots: Any, frags: Any, rejects: Any, out: Any) -> int:
    """Slot of the message to which a part belongs: its own, or an empty one made for it."""
    h = (np.int64(row.station) * 40503 + row.talker * 31 + row.total * 7919 + (row.seqid + 1) * 104729) & 0x7FFFFFFF
    free = -1
    oldest = h % SLOTS
    for k in range(PROBE):
        at = (h + k) % SLOTS
        s = slots[at]
        if s.state != _EMPTY and seq - s.seq > WAIT_LINES:
            drop(at, slots, frags, rejects, out)
        if s.state == _EMPTY:
            if free < 0:
                free = at
        elif (
            s.station == row.station
            and s.talker == row.talker
            and s.total == row.total
            and s.seqid == row.seqid
            and (s.chan == row.chan or s.chan == 0 or row.chan == 0)
        ):
            if s.heard != 0 and row.heard != 0 and abs(s.heard - row.heard) > WAIT_TIME:
                drop(at, slots, frags, rejects, out)
                if free < 0:
                    free = at
            else:
                return at
        if s.state != _EMPTY and s.seq < slots[oldest].seq:
            oldest = at
    if free < 0:
        free = oldest
        drop(free, slots, frags, rejects, out)
    s = slots[free]
    s.state = _PENDING
    s.total, s.got, s.chan, s.talker, s.seqid, s.station = row.total, 0, row.chan, row.talker, row.seqid, row.station
    s.heard = row.heard
    return free


find = jit(_find)


def _put(frag: Any, row: Any, line: int, seq: int, offset: int) -> None:
    frag.seq, frag.offset, frag.start, frag.length, frag.pay = seq, offset, row.start, row.length, row.pay
    frag.heard, frag.arrived, frag.paylen, frag.line = row.heard, row.arrived, row.paylen, line
    frag.station, frag.flags, frag.quality, frag.fill, frag.present = row.station, row.flags, row.quality, row.fill, 1


put = inline(_put)


def _assemble(
    buf: Any, lines: Any, n: int, seq0: int, offset0: int, block_time: int, live: bool,
    slots: Any, frags: Any, seen: Any, seen_time: Any, words: Any, msgs: Any, rejects: Any, recs: Any, out: Any,
) -> None:  # fmt: skip
    """Give every one of the first ``n`` lines its fate.

    ``seq0``: number of the first line; ``offset0``: place in the source of buf[0]; ``block_time`` ns UTC;
    ``out``: counters N_* (added to).
    """
    first = out[N_MSG]
    for i in range(n):
        row = lines[i]
        seq = seq0 + i
        if row.fate == CONTEXT:
            out[N_KEPT] += 1
            continue
        if row.fate != 0:
            reject_line(row, seq, offset0, row.fate, rejects, out)
            continue
        if row.total == 1:
            fate = emit_one(buf, row, seq, live, words, msgs, out)
            if fate != KEPT:
                reject_line(row, seq, offset0, fate, rejects, out)
            continue
        at = find(row, seq, slots, frags, rejects, out)
        slot = slots[at]
        part = frags[9 * at + row.num - 1]
        if part.present:
            if same(buf, part, row) and (slot.state == _PENDING or row.num > 1):
                r = recs[out[N_REC]]
                r.seq, r.first_seq, r.mmsi, r.station = seq, -1, 0, row.station
                r.received = block_time if live or row.heard == 0 else (row.arrived if row.arrived != 0 else row.heard)
                out[N_REC] += 1
                out[N_DUP] += 1
                continue
            drop(at, slots, frags, rejects, out)
            slot.state = _PENDING
            slot.got = 0
            slot.chan = row.chan
            slot.heard = row.heard
        put(part, row, i, seq, offset0 + row.start)
        slot.got += 1
        slot.seq = seq
        if slot.chan == 0:
            slot.chan = row.chan
        if slot.got == slot.total:
            total = np.int64(slot.total)  # the unsigned byte would make every count of parts a float
            fate = emit(buf, frags, at, total, seq, slot.chan, live, words, msgs, out)
            if fate != KEPT:
                for k in range(9 * at, 9 * at + total):
                    reject(frags[k], fate, rejects, out)
            slot.state = _COMPLETE
    recognise(msgs, first, seen, seen_time, block_time, live, out)


assemble = jit(_assemble)


def _give_up(slots: Any, frags: Any, rejects: Any, out: Any) -> None:
    """Reject all parts that still wait (the input ended)."""
    for at in range(SLOTS):
        drop(at, slots, frags, rejects, out)


give_up = jit(_give_up)


def _digest(
    buf: Any, p: int, e: int, final: bool, seq0: int, offset0: int, block_time: int, live: bool, lines: Any, ctx: Any, ring: Any,
    groups: Any, keys: Any, ids: Any, news: Any, slots: Any, frags: Any, seen: Any, seen_time: Any, words: Any, msgs: Any,
    rejects: Any, recs: Any, out: Any,
) -> int:  # fmt: skip
    """Scan and assemble buf[p:e] in turns of len(lines) lines, which thus stay in the cache; returns where it stopped.

    Stops early when ``msgs``, ``rejects`` or ``words`` could not take another turn. Counters as for assemble, and N_LINES.
    """
    turn = len(lines)
    while True:
        room = min(len(msgs) - out[N_MSG], len(rejects) - out[N_REJ] - 9 * SLOTS, len(recs) - out[N_REC])
        if room < turn or len(words) - out[N_WORD] < (e - p) * 6 // 64 + 3 * turn + 64:
            return p
        n, p = scan(buf, p, e, final, lines, ctx, ring, groups, keys, ids, news)
        assemble(
            buf, lines, n, seq0 + out[N_LINES], offset0, block_time, live, slots, frags, seen, seen_time, words, msgs,
            rejects, recs, out,
        )  # fmt: skip
        out[N_LINES] += n
        if n < turn:
            return p


digest = jit(_digest)
