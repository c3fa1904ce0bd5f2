"""Sentences to messages: join the parts, open the six-bit payload, know a message that was heard before.

Every line gets its fate here: kept, duplicate, pending (a part that waits for its siblings) or rejected with a reason.
All that is decided depends on the order of lines only, never on how the bytes were cut into blocks.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.kernels._jit import jit
from selat.kernels.bits import LAYOUT_BITS, LAYOUT_MAX, LAYOUTS_TYPE, bits, close, layout_of, unarm
from selat.kernels.nmea import CONTEXT

#: one row a message; ``fate`` 0 kept, 1 duplicate; ``word`` where its bits begin
MSG = np.dtype(
    [
        ("seq", "i8"), ("heard", "i8"), ("arrived", "i8"), ("word", "i8"), ("first_seq", "i8"), ("mmsi", "i4"), ("nbits", "i4"),
        ("station", "u2"), ("flags", "u2"), ("layout", "i2"), ("type", "u1"), ("quality", "u1"), ("fate", "u1"), ("chan", "u1"),
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
SEEN = np.dtype([("hash", "u8"), ("time", "i8"), ("seq", "i8")], align=True)
REJ = np.dtype([("seq", "i8"), ("offset", "i8"), ("start", "i8"), ("length", "i8"), ("heard", "i8"), ("reason", "u1")], align=True)
REC = np.dtype([("seq", "i8"), ("first_seq", "i8"), ("received", "i8"), ("mmsi", "i4"), ("station", "u2")], align=True)

SLOTS = 512  #: messages that may wait for parts at once
PROBE = 8
WAIT_LINES = 10_000  #: lines after which a part waits no longer
WAIT_TIME = 30_000_000_000  #: ns: parts of one message are heard within this
SEEN_SETS = 1 << 15  #: sets of 4 of the table of messages heard
WINDOW = 30_000_000_000  #: ns: the same payload within this is the same message, heard again
WINDOW_LINES = 5_000  #: the same, in lines, where a log has no times

_R_ARMOUR, _R_FRAGMENT, _R_LENGTH, _R_UNKNOWN = 6, 8, 9, 10
_F_LONG, _F_SHORT = 8, 16
_EMPTY, _PENDING, _COMPLETE = 0, 1, 2
KEPT, DUPLICATE = 0, 1

#: meaning of the counters that assemble() fills
N_MSG, N_REJ, N_REC, N_KEPT, N_DUP, N_WORD = 0, 1, 2, 3, 4, 5


def _reject(frag: Any, reason: int, rejects: Any, out: Any) -> None:
    r = rejects[out[N_REJ]]
    r.seq, r.offset, r.start, r.length, r.heard, r.reason = (
        frag.seq, frag.offset, frag.start, frag.length, frag.arrived if frag.arrived != 0 else frag.heard, reason,
    )  # fmt: skip
    out[N_REJ] += 1


reject = jit(_reject)


def _drop(slot: Any, parts: Any, rejects: Any, out: Any) -> None:
    """Empty a slot; parts that still waited are rejected."""
    if slot.state == _PENDING:
        for k in range(9):
            if parts[k].present:
                reject(parts[k], _R_FRAGMENT, rejects, out)
    slot.state = _EMPTY
    for k in range(9):
        parts[k].present = 0


drop = jit(_drop)


def _known(words: Any, msg: Any, seen: Any, when: int) -> int:
    """Line number of the message heard before within the window, or -1 and the message is remembered."""
    h = np.uint64(1469598103934665603) ^ np.uint64(msg.nbits)
    for i in range(msg.word, msg.word + (msg.nbits + 63) // 64):
        h ^= words[i]
        h *= np.uint64(0x9E3779B97F4A7C15)
        h ^= h >> np.uint64(29)
    h *= np.uint64(0xBF58476D1CE4E5B9)
    h ^= h >> np.uint64(32)
    h |= np.uint64(1)
    base = np.int64(h >> np.uint64(40)) % SEEN_SETS * 4
    timed = msg.quality != 0
    oldest = base
    for k in range(base, base + 4):
        s = seen[k]
        near = abs(when - s.time) <= WINDOW if timed else msg.seq - s.seq <= WINDOW_LINES
        if s.hash == h and near:
            return s.seq
        if s.seq < seen[oldest].seq:
            oldest = k
    s = seen[oldest]
    s.hash, s.time, s.seq = h, when, msg.seq
    return -1


known = jit(_known)


def _emit(
    buf: Any, parts: Any, total: int, seq: int, chan: int, block_time: int, live: bool,
    seen: Any, words: Any, msgs: Any, out: Any,
) -> int:  # fmt: skip
    """Make a message of its parts; returns KEPT, DUPLICATE or a reject reason. Kept and duplicate rows enter ``msgs``."""
    m = msgs[out[N_MSG]]
    first = out[N_WORD]
    w = first
    acc = np.uint64(0)
    have = 0
    nchars = 0
    best = 0
    legal = True
    m.arrived = 0
    m.flags = 0
    for k in range(total):
        p = parts[k]
        w, acc, have, ok = unarm(buf, p.pay, p.paylen, words, w, acc, have)
        legal = legal and ok
        nchars += p.paylen
        m.flags |= p.flags
        if p.quality > parts[best].quality:
            best = k
        if p.arrived > m.arrived:
            m.arrived = p.arrived
    if not legal:
        return _R_ARMOUR
    nbits = max(nchars * 6 - parts[total - 1].fill, 0)
    end = close(words, first, w, acc, have, nbits)
    layout = layout_of(words, first, nbits)
    if layout < 0:
        return _R_UNKNOWN if layout == -1 else _R_LENGTH
    m.word, m.nbits, m.layout, m.seq, m.chan = first, nbits, layout, seq, chan
    m.type = LAYOUTS_TYPE[layout]
    m.mmsi = bits(words, first, 8, 30)
    m.heard, m.quality, m.station = parts[best].heard, parts[best].quality, parts[best].station
    if nbits > LAYOUT_MAX[layout]:
        m.flags |= _F_LONG
    elif nbits < LAYOUT_BITS[layout]:
        m.flags |= _F_SHORT
    when = block_time
    if not live and m.quality != 0:
        when = m.arrived if m.arrived != 0 else m.heard
    if live:
        m.quality = max(m.quality, 1)
    m.first_seq = known(words, m, seen, when)
    out[N_MSG] += 1
    if m.first_seq >= 0:
        m.fate = DUPLICATE
        return DUPLICATE
    m.fate = KEPT
    out[N_WORD] = end
    return KEPT


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
            drop(s, frags[at], rejects, out)
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
                drop(s, frags[at], rejects, out)
                if free < 0:
                    free = at
            else:
                return at
        if s.state != _EMPTY and s.seq < slots[oldest].seq:
            oldest = at
    if free < 0:
        free = oldest
        drop(slots[free], frags[free], rejects, out)
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


put = jit(_put)


def _settle(parts: Any, total: int, fate: int, reception: Any, rejects: Any, out: Any) -> None:
    """Count the lines of a message that came to its end."""
    if fate == KEPT:
        out[N_KEPT] += total
    elif fate == DUPLICATE:
        out[N_DUP] += total
    else:
        for k in range(total):
            reject(parts[k], fate, rejects, out)


settle = jit(_settle)


def _assemble(
    buf: Any, lines: Any, n: int, seq0: int, offset0: int, block_time: int, live: bool,
    slots: Any, frags: Any, single: Any, seen: Any, words: Any, msgs: Any, rejects: Any, recs: Any, out: Any,
) -> None:  # fmt: skip
    """Give every one of the first ``n`` lines its fate.

    ``seq0``: number of the first line; ``offset0``: place in the source of buf[0]; ``block_time`` ns UTC;
    ``single``: one row of FRAG, scratch; ``out``: counters N_* (added to).
    """
    for i in range(n):
        row = lines[i]
        seq = seq0 + i
        if row.fate == CONTEXT:
            out[N_KEPT] += 1
            continue
        put(single[0], row, i, seq, offset0 + row.start)
        if row.fate != 0:
            reject(single[0], row.fate, rejects, out)
            continue
        if row.total == 1:
            fate = emit(buf, single, 1, seq, row.chan, block_time, live, seen, words, msgs, out)
            settle(single, 1, fate, recs, rejects, out)
            continue
        at = find(row, seq, slots, frags, rejects, out)
        slot = slots[at]
        parts = frags[at]
        part = parts[row.num - 1]
        if part.present:
            if same(buf, part, row) and (slot.state == _PENDING or row.num > 1):
                r = recs[out[N_REC]]
                r.seq, r.first_seq, r.mmsi, r.station = seq, -1, 0, row.station
                r.received = block_time if live or row.heard == 0 else (row.arrived if row.arrived != 0 else row.heard)
                out[N_REC] += 1
                out[N_DUP] += 1
                continue
            drop(slot, parts, rejects, out)
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
            fate = emit(buf, parts, total, seq, slot.chan, block_time, live, seen, words, msgs, out)
            settle(parts, total, fate, recs, rejects, out)
            slot.state = _COMPLETE


assemble = jit(_assemble)


def _give_up(slots: Any, frags: Any, rejects: Any, out: Any) -> None:
    """Reject all parts that still wait (the input ended)."""
    for at in range(SLOTS):
        drop(slots[at], frags[at], rejects, out)


give_up = jit(_give_up)
