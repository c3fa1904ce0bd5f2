"""Bytes to messages: the loop over lines, the quick way and the careful way, in turns that stay in the cache."""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.kernels._jit import inline, jit
from selat.kernels.assemble import N_LINES, N_MORE, N_MSG, N_REC, N_REJ, N_WORD, SLOTS, recognise, settle
from selat.kernels.nmea import _BACK, _BANG, _CR, hexval, tags
from selat.kernels.quick import quick
from selat.kernels.scan import MAX_LINE, clear, line, past_end, skip, times

TURN = 1024  #: lines after which messages heard before are looked for
MESSAGE_WORDS = 1024  #: more than a message of nine of the longest sentences needs


def _blank(buf: Any, p: int, e: int) -> int:
    while p < e and (buf[p] == 32 or buf[p] == 9):
        p += 1
    return p


blank = inline(_blank)


def _turn(
    buf: Any, p: int, e: int, final: bool, seq0: int, offset0: int, block_time: int, live: bool, row: Any, ctx: Any, ring: Any,
    groups: Any, keys: Any, ids: Any, news: Any, slots: Any, frags: Any, words: Any, msgs: Any, hashes: Any, rejects: Any,
    recs: Any, out: Any,
) -> tuple[int, int]:  # fmt: skip
    """Read up to TURN lines of buf[p:e]; (number of lines, where it stopped). A line that is not whole is left."""
    n = 0
    first = out[N_MSG]
    while p < e and n < TURN and len(words) - out[N_WORD] >= MESSAGE_WORDS:
        if ctx.cut != 0:
            p = skip(buf, p, e, final, ctx)
            if ctx.cut != 0:
                return n, p
            continue
        start = p
        timed = ctx.pghp_count != 0 or (ctx.carried != 0 and ctx.last_heard != 0)
        if buf[p] != _BANG:
            timed = True
            lim = min(e, start + MAX_LINE)
            clear(row, start)
            p = blank(buf, p, lim)
            if p < lim and buf[p] == _BACK:
                p = tags(buf, p, lim, row, ctx, groups, keys, ids, news)
        m = msgs[out[N_MSG]]
        q, end, h = quick(buf, p, e, live, words, out[N_WORD], m)
        if q >= 0 and q - start < MAX_LINE - 2:
            m.seq = seq0 + n
            if timed:
                if buf[start] == _BANG:
                    clear(row, start)
                row.total = row.num = 1
                times(row, ctx, ring, hexval(buf[q]) * 16 + hexval(buf[q + 1]))
                m.heard, m.arrived, m.station = row.heard, row.arrived, row.station
                m.quality = max(m.quality, row.quality)
                m.flags |= row.flags
            else:
                m.heard = m.arrived = 0
                m.station = 0
                ctx.prev_total = 1
            hashes[out[N_MSG] - first] = h
            out[N_MSG] += 1
            out[N_WORD] = end
            p = q + 4 if buf[q + 2] == _CR and buf[q + 3] == 10 else q + 3
        else:
            if buf[start] == _BANG:
                clear(row, start)
            p = line(buf, p, e, final, row, ctx, ring, keys, ids, news)
            if p < 0:
                return n, start
            settle(
                buf, row, seq0 + n, offset0, block_time, live, slots, frags, words, msgs, hashes, first, rejects, recs, out
            )  # fmt: skip
            if ctx.cut == 0:
                p = past_end(buf, p, e)
        n += 1
    return n, p


turn = inline(_turn)


def _digest(
    buf: Any, p: int, e: int, final: bool, seq0: int, offset0: int, block_time: int, live: bool, lines: Any, ctx: Any, ring: Any,
    groups: Any, keys: Any, ids: Any, news: Any, slots: Any, frags: Any, seen: Any, seen_time: Any, words: Any, msgs: Any,
    kinds: Any, rejects: Any, recs: Any, out: Any,
) -> int:  # fmt: skip
    """Read the lines of buf[p:e]; returns where it stopped. ``buf`` goes on for PAD bytes behind ``e``.

    ``seq0``: number of the first line; ``offset0``: place in the source of buf[0]; ``block_time`` ns UTC. A line whose
    end is not there yet is left for the next call, unless the input is at its end (``final``). Stops early when ``msgs``,
    ``rejects``, ``recs`` or ``words`` could not take more, and says so by N_MORE. ``out``: counters N_*, added to.
    """
    hashes = np.empty(TURN, np.uint64)
    while True:
        room = min(len(msgs) - out[N_MSG] - 1, len(rejects) - out[N_REJ] - 9 * SLOTS, len(recs) - out[N_REC])
        if room < TURN or len(words) - out[N_WORD] < MESSAGE_WORDS:
            out[N_MORE] = 1
            return p
        first = out[N_MSG]
        n, p = turn(
            buf, p, e, final, seq0 + out[N_LINES], offset0, block_time, live, lines[0], ctx[0], ring, groups, keys, ids, news,
            slots, frags, words, msgs, hashes, rejects, recs, out,
        )  # fmt: skip
        recognise(msgs, first, hashes, kinds, seen, seen_time, block_time, live, out)
        out[N_LINES] += n
        if n < TURN and len(words) - out[N_WORD] >= MESSAGE_WORDS:
            return p


digest = jit(_digest)
