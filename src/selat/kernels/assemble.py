"""Sentences to messages: join the parts, open the six-bit payload, know a message that was heard before.

Every line gets its fate here: kept, duplicate, pending (a part that waits for its siblings) or rejected with a reason.
All that is decided depends on the order of lines only, never on how the bytes were cut into blocks.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.kernels._jit import inline, jit
from selat.kernels.bits import close, unarm
from selat.kernels.nmea import _Q_CARRIED, CONTEXT
from selat.kernels.quick import finish
from selat.model.schema import NO_TIME

#: one row a message; ``fate`` 0 kept, 1 duplicate; ``word`` where its bits begin
MSG = np.dtype(
    [
        ("seq", "i8"), ("heard", "i8"), ("arrived", "i8"), ("first_seq", "i8"), ("word", "i4"), ("mmsi", "i4"),
        ("nbits", "u2"), ("station", "u2"), ("flags", "u2"), ("layout", "u1"), ("type", "u1"), ("quality", "u1"),
        ("fate", "u1"), ("chan", "u1"), ("nlines", "u1"),
    ],
    align=True,
)  # fmt: skip
#: a part that waits; ``start`` and ``pay`` are places in the buffer at hand
FRAG = np.dtype(
    [
        ("seq", "i8"), ("offset", "i8"), ("start", "i8"), ("length", "i8"), ("pay", "i8"), ("heard", "i8"), ("arrived", "i8"),
        ("paylen", "i4"), ("station", "u2"), ("flags", "u2"), ("quality", "u1"), ("fill", "u1"), ("present", "u1"),
    ],
    align=True,
)  # fmt: skip
SLOT = np.dtype(
    [
        ("seq", "i8"), ("heard", "i8"), ("seqid", "i2"), ("station", "u2"), ("talker", "u2"),
        ("state", "u1"), ("total", "u1"), ("got", "u1"), ("chan", "u1"), ("clock", "u1"),
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
#: lines after which a first part does not belong to later parts that wait: they are of an older message whose first part
#: was lost. Sequence numbers come again after ten messages; one such orphan once shifted all pairs behind it.
REORDER = 32
WAIT_TIME = 30_000_000_000  #: ns: parts of one message are heard within this
SEEN_SETS = 1 << 13  #: sets of 4 of the table of messages heard
WINDOW = 30_000_000_000  #: ns: the same payload within this is the same message, heard again
WINDOW_LINES = 5_000  #: the same, in lines, where a log has no times

_R_ARMOUR, _R_FRAGMENT, _R_LENGTH, _R_UNKNOWN = 6, 8, 9, 10
_EMPTY, _PENDING, _COMPLETE = 0, 1, 2
KEPT, DUPLICATE = 0, 1
AGAIN = 255  #: stands in ``kinds`` for the layout of a duplicate

#: meaning of the counters that digest() fills
N_MSG, N_REJ, N_REC, N_KEPT, N_DUP, N_WORD, N_LINES, N_MORE = 0, 1, 2, 3, 4, 5, 6, 7


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


def _recognise(
    msgs: Any, first: int, hashes: Any, kinds: Any, seen: Any, seen_time: Any, block_time: int, live: bool, out: Any
) -> None:
    """Give the messages from ``first`` on their fate: kept, or a duplicate of one heard within the window.

    ``hashes`` of these messages; their layouts go to ``kinds``, AGAIN for duplicates. A pass of its own: inside the loop
    that makes messages, stores to addresses that hang on a hash held up every load behind them, and made that loop four
    times slower.
    """
    for i in range(first, out[N_MSG]):
        m = msgs[i]
        h = hashes[i - first]
        when = block_time
        if not live and m.quality != 0:
            when = m.arrived if m.arrived != 0 else m.heard
        base = np.int64(h >> np.uint64(51)) * 4
        oldest = base
        oldest_seq = seen[base].seq
        found = np.int64(-1)
        for k in range(base, base + 4):
            was = seen[k].seq
            if seen[k].hash == h:
                near = abs(when - seen_time[k]) <= WINDOW if m.quality != 0 else m.seq - was <= WINDOW_LINES
                found = was if near else found
            oldest = k if was < oldest_seq else oldest
            oldest_seq = min(was, oldest_seq)
        m.first_seq = found
        m.fate = DUPLICATE if found >= 0 else KEPT
        kinds[i] = AGAIN if found >= 0 else m.layout
        if found >= 0:
            out[N_DUP] += m.nlines
        else:
            out[N_KEPT] += m.nlines
            seen[oldest].hash = h
            seen[oldest].seq = m.seq
            seen_time[oldest] = when


recognise = jit(_recognise)


def _finished(
    m: Any, nbits: int, nlines: int, live: bool, words: Any, end: int, hashes: Any, first: int, out: Any
) -> int:
    """Count a message whose bits are in ``words``; returns KEPT (so far) or a reject reason."""
    layout, h = finish(m, nbits, nlines, live, words, out[N_WORD])
    if layout < 0:
        return _R_UNKNOWN if layout == -1 else _R_LENGTH
    hashes[out[N_MSG] - first] = h
    out[N_MSG] += 1
    out[N_WORD] = end
    return KEPT


finished = inline(_finished)


def _emit_one(
    buf: Any, row: Any, seq: int, live: bool, words: Any, msgs: Any, hashes: Any, first: int, out: Any
) -> int:
    """Make a message of a single sentence; returns KEPT or a reject reason."""
    m = msgs[out[N_MSG]]
    at = out[N_WORD]
    w, acc, have, legal = unarm(buf, row.pay, row.paylen, words, at, np.uint64(0), 0)
    if not legal:
        return _R_ARMOUR
    nbits = max(np.int64(row.paylen) * 6 - np.int64(row.fill), 0)
    end = close(words, at, w, acc, have, nbits)
    m.seq, m.heard, m.arrived, m.quality = seq, row.heard, row.arrived, row.quality
    m.station, m.flags, m.chan = row.station, row.flags, row.chan
    return finished(m, nbits, 1, live, words, end, hashes, first, out)


emit_one = inline(_emit_one)


def _emit(
    buf: Any, frags: Any, at: int, total: int, seq: int, chan: int, live: bool, words: Any, msgs: Any, hashes: Any,
    first: int, out: Any,
) -> int:  # fmt: skip
    """Make a message of its parts; returns KEPT or a reject reason."""
    m = msgs[out[N_MSG]]
    w = begin = out[N_WORD]
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
    end = close(words, begin, w, acc, have, nbits)
    p = frags[best]
    m.seq, m.heard, m.quality, m.station, m.chan = seq, p.heard, p.quality, p.station, chan
    return finished(m, nbits, total, live, words, end, hashes, first, out)


emit = inline(_emit)


def _same(buf: Any, a: Any, row: Any) -> bool:
    if a.paylen != row.paylen or a.fill != row.fill:
        return False
    for i in range(row.paylen):
        if buf[a.pay + i] != buf[row.pay + i]:
            return False
    return True


same = jit(_same)


def _clock(row: Any) -> int:
    """By what a part's time was told: its quality, which a damaged TAG block shares with a suffix, and whether it is the
    time of arrival."""
    return 2 * np.int64(row.quality) + (1 if row.heard == row.arrived else 0)


clock = inline(_clock)


def _timed(s: Any, row: Any) -> None:
    """Give a slot the time of a part, and by which clock it was: one of hearing cannot be held against one of arrival."""
    s.heard = row.heard if row.quality > _Q_CARRIED else 0  # a time taken from other lines tells nothing
    s.clock = clock(row)


timed = inline(_timed)


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
            stale = row.num == 1 and s.state == _PENDING and frags[9 * at].present == 0 and seq - s.seq > REORDER
            if stale or (s.heard != 0 and clock(row) == s.clock and abs(s.heard - row.heard) > WAIT_TIME):
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
    timed(s, row)
    return free


find = jit(_find)


def _put(frag: Any, row: Any, seq: int, offset: int) -> None:
    frag.seq, frag.offset, frag.start, frag.length, frag.pay = seq, offset, row.start, row.length, row.pay
    frag.heard, frag.arrived, frag.paylen = row.heard, row.arrived, row.paylen
    frag.station, frag.flags, frag.quality, frag.fill, frag.present = row.station, row.flags, row.quality, row.fill, 1


put = inline(_put)


def _settle(
    buf: Any, row: Any, seq: int, offset0: int, block_time: int, live: bool, slots: Any, frags: Any, words: Any,
    msgs: Any, hashes: Any, first: int, rejects: Any, recs: Any, out: Any,
) -> None:  # fmt: skip
    """Give one line its fate. ``offset0``: place in the source of buf[0]; ``first``: message of hashes[0];
    ``block_time`` ns UTC; ``out``: counters N_* (added to).
    """
    if row.fate == CONTEXT:
        out[N_KEPT] += 1
        return
    if row.fate != 0:
        reject_line(row, seq, offset0, row.fate, rejects, out)
        return
    if row.total == 1:
        fate = emit_one(buf, row, seq, live, words, msgs, hashes, first, out)
        if fate != KEPT:
            reject_line(row, seq, offset0, fate, rejects, out)
        return
    at = find(row, seq, slots, frags, rejects, out)
    slot = slots[at]
    part = frags[9 * at + row.num - 1]
    if part.present:
        if same(buf, part, row) and (slot.state == _PENDING or row.num > 1):
            r = recs[out[N_REC]]
            r.seq, r.first_seq, r.mmsi, r.station = seq, -1, 0, row.station
            r.received = block_time if block_time != 0 else NO_TIME
            if not live and row.heard != 0:
                r.received = row.arrived if row.arrived != 0 else row.heard
            out[N_REC] += 1
            out[N_DUP] += 1
            return
        drop(at, slots, frags, rejects, out)
        slot.state = _PENDING
        slot.got = 0
        slot.chan = row.chan
        timed(slot, row)
    put(part, row, seq, offset0 + row.start)
    slot.got += 1
    slot.seq = seq
    if slot.chan == 0:
        slot.chan = row.chan
    if slot.got == slot.total:
        total = np.int64(slot.total)  # the unsigned byte would make every count of parts a float
        fate = emit(buf, frags, at, total, seq, slot.chan, live, words, msgs, hashes, first, out)
        if fate != KEPT:
            for k in range(9 * at, 9 * at + total):
                reject(frags[k], fate, rejects, out)
        slot.state = _COMPLETE


settle = inline(_settle)


def _give_up(slots: Any, frags: Any, rejects: Any, out: Any) -> None:
    """Reject all parts that still wait (the input ended)."""
    for at in range(SLOTS):
        drop(at, slots, frags, rejects, out)


give_up = jit(_give_up)
