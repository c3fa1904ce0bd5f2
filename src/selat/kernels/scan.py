"""Read one line: where it ends, and the head of the sentence in it, with the times that stand around it."""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.kernels._jit import inline, jit
from selat.kernels._swar import below_zero, ctz64, fold, load64
from selat.kernels.nmea import (
    _BACK,
    _BANG,
    _COMMA,
    _CR,
    _DOLLAR,
    _F_OWN,
    _NL,
    _Q_CARRIED,
    _Q_SUFFIX,
    _R_BLANK,
    _R_CHECKSUM,
    _R_NOISE,
    _R_NOT_AIS,
    _R_STRUCTURE,
    _R_TOO_LONG,
    _STAR,
    CONTEXT,
    MAX_SENTENCE,
    epoch,
    hexval,
    iso,
    number,
    pghp,
    pghp_match,
    suffix,
)

MAX_LINE = 65_536  #: bytes; a longer line is cut
PAD = 64  #: bytes that must follow those that are read, so that looking ahead stays inside the array


def _line_end(buf: Any, i: int, e: int) -> int:
    """First line end at or after ``i``; ``e`` if there is none."""
    while i < e and buf[i] != _NL and buf[i] != _CR:
        i += 1
    return i


line_end = jit(_line_end)


def _whole(buf: Any, i: int, e: int, wait: int, ended: bool) -> bool:
    """True when the line that ends at ``i`` can be judged: nothing of it, not even the LF of its CRLF, is still to come.

    ``e``: where reading of this line must stop; ``wait``: end of the bytes at hand, when more may follow (else beyond).
    What a line does to the context must wait for this, because it is read again when the rest has come.
    """
    return ended if i >= e else not (buf[i] == _CR and i + 1 >= wait)


whole = inline(_whole)


def _stops(c: int) -> bool:
    """A byte at which a sentence ends, also where digits of its checksum should stand: however the bytes are cut."""
    return c == _NL or c == _CR or c == _BANG


stops = inline(_stops)


def _other(
    buf: Any, p: int, e: int, row: Any, ctx: Any, ring: Any, keys: Any, ids: Any, news: Any, wait: int, ended: bool
) -> int:
    """A sentence of another kind (``$…`` or ``!…`` that is no VDM/VDO) at ``p``; returns where its line ends."""
    i = p + 1
    x = 0
    while i < e and buf[i] != _STAR and buf[i] != _NL and buf[i] != _CR and buf[i] != _BANG:
        x ^= buf[i]
        i += 1
    row.fate = _R_NOT_AIS
    if i < e and buf[i] == _BANG:  # a new sentence begins inside this one
        row.fate = _R_STRUCTURE
        return i
    if i >= e or buf[i] != _STAR:
        return i
    good = hexval(buf[i + 1]) * 16 + hexval(buf[i + 2]) == x
    named = buf[p + 1] == 80 and buf[p + 2] == 71 and buf[p + 3] == 72 and buf[p + 4] == 80
    if named and buf[p + 5] == _COMMA:  # PGHP
        j = i + 1
        while j < e and buf[j] != _NL and buf[j] != _CR and buf[j] != _BANG and buf[j] != _BACK:
            j += 1
        if not whole(buf, j, e, wait, ended):
            return j
        if not good:
            row.fate = _R_CHECKSUM
        elif pghp(buf, p, i, epoch(buf, i + 4, j) if j > i + 4 else 0, ctx, ring, keys, ids, news):
            row.fate = CONTEXT
    i += 1
    while i < e and buf[i] != _NL and buf[i] != _CR and buf[i] != _BANG and buf[i] != _BACK:
        i += 1
    return i


other = jit(_other)


def _times(row: Any, ctx: Any, ring: Any, check: int) -> None:
    """Give the sentence its time by the order of trust: TAG, $PGHP, suffix, its sibling, the lines before."""
    if ctx.pghp_count != 0:
        pghp_match(row, check, ctx, ring)
    if row.heard == 0 and row.arrived != 0:
        row.heard = row.arrived
        row.quality = _Q_SUFFIX
    if row.total > 1:
        if (
            row.tagged == 0
            and ctx.prev_total == row.total
            and ctx.prev_num + 1 == row.num
            and ctx.prev_seqid == row.seqid
            and ctx.prev_talker == row.talker
            and (ctx.prev_chan == row.chan or row.chan == 0 or ctx.prev_chan == 0)
        ):  # untagged, right behind its elder part: of the same source
            if row.heard == 0:
                row.heard = ctx.prev_heard
                row.quality = ctx.prev_quality
                row.arrived = ctx.prev_arrived
            if row.station == 0:
                row.station = ctx.prev_station
        ctx.prev_num = row.num
        ctx.prev_seqid = row.seqid
        ctx.prev_talker = row.talker
        ctx.prev_chan = row.chan
        ctx.prev_station = row.station
        ctx.prev_heard = row.heard
        ctx.prev_quality = row.quality
        ctx.prev_arrived = row.arrived
    ctx.prev_total = row.total
    if row.heard != 0:
        ctx.last_heard = row.heard
    elif ctx.carried != 0 and ctx.last_heard != 0:
        row.heard = ctx.last_heard
        row.quality = _Q_CARRIED


times = jit(_times)


def _sentence(
    buf: Any, p: int, e: int, row: Any, ctx: Any, ring: Any, keys: Any, ids: Any, news: Any, wait: int, ended: bool
) -> int:
    """Read ``!ttVDM,…*hh`` at ``p``; fills the row, returns where its line ends (or the next sentence begins)."""
    x = buf[p + 1] ^ buf[p + 2] ^ buf[p + 3] ^ buf[p + 4] ^ buf[p + 5] ^ buf[p + 6]
    if buf[p + 5] == 79:  # VDO
        row.flags |= _F_OWN
    row.talker = buf[p + 1] * 256 + buf[p + 2]
    i = p + 7
    limit = min(e, p + MAX_SENTENCE)
    c0 = c1 = c2 = c3 = 0
    n = 0
    while n < 4 and i < limit:  # total, number, sequence, channel
        c = buf[i]
        if c == _COMMA:
            if n == 0:
                c0 = i
            elif n == 1:
                c1 = i
            elif n == 2:
                c2 = i
            else:
                c3 = i
            n += 1
        elif c == _NL or c == _CR or c == _BANG or c == _STAR or c == _BACK:
            break
        x ^= c
        i += 1
    pay = i
    many = np.uint64(0)
    while i + 8 <= limit:  # eight at a time; every end mark lies below '0', every payload character above
        word = load64(buf, i)
        ends = below_zero(word)
        if ends != 0:
            k = ctz64(ends) >> 3
            many ^= word & ((np.uint64(1) << np.uint64(8 * k)) - np.uint64(1))
            i += k
            break
        many ^= word
        i += 8
    x ^= fold(many)
    c = buf[i]
    while c >= 48 and i < limit:
        x ^= c
        i += 1
        c = buf[i]
    row.pay = pay
    row.paylen = i - pay
    row.fate = _R_STRUCTURE
    fill = -1
    if n == 4 and c == _COMMA:
        x ^= c
        i += 1
        fill = 0
        while i < limit and 48 <= buf[i] <= 57:
            fill = fill * 10 + buf[i] - 48
            x ^= buf[i]
            i += 1
            if fill > 9:
                break
    if i >= limit and limit < e:
        row.fate = _R_TOO_LONG
        return line_end(buf, i, e)
    if fill < 0 or buf[i] != _STAR or i + 2 >= e or stops(buf[i + 1]) or stops(buf[i + 2]):
        while i < e and buf[i] != _NL and buf[i] != _CR and buf[i] != _BANG:
            i += 1
        return i
    check = hexval(buf[i + 1]) * 16 + hexval(buf[i + 2])
    bad = hexval(buf[i + 1]) < 0 or hexval(buf[i + 2]) < 0 or check != x
    i += 3
    tail = i
    while i < e and buf[i] != _NL and buf[i] != _CR and buf[i] != _BANG and buf[i] != _BACK:
        i += 1
    if not whole(buf, i, e, wait, ended):
        return i
    if bad:
        row.fate = _R_CHECKSUM
        return i
    total = buf[p + 7] - 48 if c0 == p + 8 else number(buf, p + 7, c0)
    num = buf[c0 + 1] - 48 if c1 == c0 + 2 else number(buf, c0 + 1, c1)
    if total < 1 or total > 9 or num < 1 or num > total or fill > 5:
        return i
    row.total = total
    row.num = num
    row.fill = fill
    row.seqid = -1 if c2 == c1 + 1 else number(buf, c1 + 1, c2)
    row.chan = 0 if c3 == c2 + 1 else buf[c2 + 1]
    if i > tail:
        suffix(buf, tail, i, row, keys, ids, news, ctx)
    times(row, ctx, ring, check)
    row.fate = 0
    return i


sentence = jit(_sentence)


def _is_ais(buf: Any, p: int, e: int) -> bool:
    """True for ``!ttVDM,`` or ``!ttVDO,`` at ``p``."""
    return (
        p + 7 < e
        and buf[p] == _BANG
        and buf[p + 1] > _BANG  # no line end, no other sentence
        and buf[p + 2] > _BANG
        and buf[p + 3] == 86
        and buf[p + 4] == 68
        and (buf[p + 5] == 77 or buf[p + 5] == 79)
        and buf[p + 6] == _COMMA
    )


is_ais = jit(_is_ais)


def _prefix(buf: Any, a: int, b: int, row: Any) -> None:
    """A time in front of the sentence: an epoch or an ISO date, alone or before white space, comma or semicolon."""
    while a < b and (buf[a] == 32 or buf[a] == 9 or buf[a] == 91):
        a += 1
    t = iso(buf, a, b)
    if t == 0:
        q = a
        while q < b and 48 <= buf[q] <= 57:
            q += 1
        t = epoch(buf, a, q)
    if t != 0:
        row.arrived = t


prefix = jit(_prefix)


def _clear(row: Any, start: int) -> None:
    """Make the row ready for the line at ``start``."""
    row.start = start
    row.heard = row.arrived = 0
    row.station = row.talker = row.flags = 0
    row.quality = row.total = row.num = row.fill = row.chan = row.tagged = 0
    row.seqid = -1
    row.fate = _R_NOISE
    row.pay = start
    row.paylen = 0


clear = inline(_clear)


def _line(buf: Any, p: int, e: int, final: bool, row: Any, ctx: Any, ring: Any, keys: Any, ids: Any, news: Any) -> int:
    """Read the line that began at ``row.start``; its TAG blocks (if any) are read, ``p`` is behind them.

    Returns where it ends (its fate and ``length`` are in ``row`` then), or -1 when it is not whole yet. A line of
    MAX_LINE bytes is cut there, and what follows is skipped (see skip).
    """
    lim = min(e, row.start + MAX_LINE)
    ended = final and lim == e
    wait = e + MAX_LINE if final else e
    at = -1  # where a sentence begins
    if p < lim and buf[p] == _BANG and is_ais(buf, p, lim):
        at = p
    elif p >= lim or buf[p] == _NL or buf[p] == _CR:
        row.fate = CONTEXT if row.tagged else _R_BLANK
    elif buf[p] == _DOLLAR or buf[p] == _BANG:
        p = other(buf, p, lim, row, ctx, ring, keys, ids, news, wait, ended)
    else:  # a comment, noise, or a prefix: look for a sentence in what is left of the line
        q = p
        while q < lim and buf[q] != _NL and buf[q] != _CR and not (buf[q] == _BANG and is_ais(buf, q, lim)):
            q += 1
        if q < lim and buf[q] == _BANG:
            prefix(buf, p, q, row)
            at = q
        else:
            row.fate = _R_NOT_AIS if buf[p] == 35 else _R_NOISE
            p = q
    if at >= 0:
        p = sentence(buf, at, lim, row, ctx, ring, keys, ids, news, wait, ended)
    if p >= lim:
        if lim == row.start + MAX_LINE:
            row.fate = _R_TOO_LONG
            ctx.cut = 1
        elif not final:
            return -1
    elif buf[p] == _CR and p + 1 >= wait:
        return -1
    row.length = p - row.start
    return p


line = inline(_line)


def _past_end(buf: Any, p: int, e: int) -> int:
    """Behind the line end at ``p``; ``p`` itself where the next sentence is glued on."""
    if p < e and buf[p] == _CR and p + 1 < e and buf[p + 1] == _NL:
        return p + 2
    return p + 1 if p < e and (buf[p] == _NL or buf[p] == _CR) else p


past_end = inline(_past_end)


def _skip(buf: Any, p: int, e: int, final: bool, ctx: Any) -> int:
    """Pass over the rest of a line that was cut, up to its end or the head of an AIS sentence; ``ctx.cut`` stays set
    when that is not at hand yet."""
    while p < e and buf[p] != _NL and buf[p] != _CR and not (buf[p] == _BANG and is_ais(buf, p, e)):
        if buf[p] == _BANG and p + 7 >= e and not final:
            return p
        p += 1
    if p < e and not (buf[p] == _CR and p + 1 >= e and not final):
        ctx.cut = 0
        p = past_end(buf, p, e)
    return p


skip = jit(_skip)
