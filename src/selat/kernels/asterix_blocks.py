"""Bytes of ASTERIX to rows: find the blocks, read their records, know a block that was heard before.

The bytes may be cut anywhere and damaged: what is no block is passed over until one follows that can be read to its end.
All that is decided depends on the bytes alone, never on how they were cut.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from selat.kernels._jit import i64, inline, jit
from selat.kernels.asterix import record
from selat.kernels.asterix_fields import AGAIN, REJECT, blank, read, u16

#: a radar: its code (system area and identification), north marks so far, its place as I034/120 says, seconds a turn
RADAR = np.dtype([("lat", "f8"), ("lon", "f8"), ("turn", "f8"), ("code", "i4"), ("scan", "i4")], align=True)
#: a block heard: its hash, the seq of its first record
SEEN = np.dtype([("hash", "u8"), ("seq", "i8")], align=True)
HEARD = 1024  #: blocks of which a repetition is known
NEAR = 10_000  #: records within which a block is a repetition
ROOM = 32_768  #: rows that one block may need
NOISE = 4096  #: bytes of damage that make one row
STRAY = 4096  #: after damage no block is believed that is longer
RADARS = 256  #: radars of one source

N_ROWS, N_RADARS, N_NOISE, N_MORE = 0, 1, 2, 3  #: of ``out``: counters, and where damage begins (-1: none)
_R_NOISE, _R_STRUCTURE, _R_UNKNOWN, _R_TRUNCATED = 3, 4, 10, 18


def _reject(rows: Any, out: Any, at: int, length: int, reason: int) -> None:
    r = rows[out[N_ROWS]]
    blank(r)
    r.at, r.length, r.fate, r.reason = at, length, REJECT, reason
    out[N_ROWS] += 1


reject = inline(_reject)


def _end_noise(rows: Any, out: Any, p: int) -> None:
    """Damage ends before ``p``: one row tells of it."""
    if out[N_NOISE] >= 0:
        reject(rows, out, out[N_NOISE], p - out[N_NOISE], _R_NOISE)
        out[N_NOISE] = -1


end_noise = jit(_end_noise)


def _known_radar(code: int, radars: Any, radar_of: Any, out: Any) -> int:
    """Number of a radar by its code, from 1; 0 where there are too many."""
    n = radar_of[code]
    if n == 0 and out[N_RADARS] < len(radars) - 1:
        out[N_RADARS] += 1
        n = out[N_RADARS]
        radar_of[code] = n
        radars[n].code, radars[n].scan = code, -1
        radars[n].lat = radars[n].lon = radars[n].turn = math.nan
    return np.int64(n)


known_radar = jit(_known_radar)


def _placed(r: Any, cat: int, radars: Any) -> None:
    """Give a row its radar's place and turn, and take from it what it says of them."""
    a = radars[r.radar]
    if cat == 34:
        if not math.isnan(r.lat):
            a.lat, a.lon = r.lat, r.lon
        if not math.isnan(r.vx):
            a.turn = r.vx
        if r.kind == 1:
            a.scan += 1
    r.radar_lat, r.radar_lon, r.scan = a.lat, a.lon, a.scan


placed = inline(_placed)


def _hash(buf: Any, p: int, e: int) -> Any:
    h = np.uint64(0xCBF29CE484222325)
    for i in range(p, e):
        h = (h ^ np.uint64(buf[i])) * np.uint64(0x100000001B3)
    return h ^ (h >> np.uint64(29))


block_hash = jit(_hash)


def _again(rows: Any, first: int, seen: Any, h: Any, seq0: int, out: Any) -> None:
    """Was this block, whose rows begin at ``first``, heard before? Only one that tells its time can be known again."""
    if rows[first].tod < 0:
        return
    s = seen[np.int64(h & np.uint64(len(seen) - 1))]
    if s.hash == h and seq0 + first - s.seq <= NEAR:
        for i in range(first, out[N_ROWS]):
            if rows[i].fate != REJECT:
                rows[i].fate = AGAIN
                rows[i].first = s.seq + i - first
    else:
        s.hash, s.seq = h, seq0 + first


again = jit(_again)


def _block(
    buf: Any, p: int, e: int, uaps: Any, subs: Any, at: Any, parts: Any, rows: Any, radars: Any, radar_of: Any, out: Any
) -> int:
    """Read the records of the block at ``p`` that ends at ``e`` into rows; where reading stopped (``e``: all is well).

    Radars take what the records say only after that, see :func:`_taken`.
    """
    cat = np.int64(buf[p])
    q = p + 3
    while q < e:
        end = record(buf, q, e, uaps[cat], subs, at, parts)
        if end < 0 or at[1] < 0:
            return q
        r = rows[out[N_ROWS]]
        read(buf, cat, at, parts, r)
        r.at, r.length, r.cat, r.radar = q, end - q, cat, 0
        out[N_ROWS] += 1
        q = end
    return q


block = jit(_block)


def _taken(rows: Any, first: int, radars: Any, radar_of: Any, out: Any) -> None:
    """The rows from ``first`` on stand: number their radars."""
    for i in range(first, out[N_ROWS]):
        r = rows[i]
        if r.fate != REJECT and r.fate != AGAIN:
            r.radar = known_radar(r.code, radars, radar_of, out)
            if r.radar == 0:
                r.fate, r.reason = REJECT, _R_STRUCTURE
            else:
                placed(r, r.cat, radars)


taken = jit(_taken)


def _follows(buf: Any, p: int, e: int, final: bool, category: Any) -> int:
    """Does a block, or the end, follow at ``p``? 1 yes, 0 no, -1: not to be told yet."""
    if p + 3 > e:
        return (1 if p == e else 0) if final else -1
    return 1 if category[buf[p]] > 0 and u16(buf, p + 1) > 3 else 0


follows = inline(_follows)


def _one(
    buf: Any, p: int, e: int, final: bool, seq0: int, uaps: Any, subs: Any, category: Any, at: Any, parts: Any, rows: Any,
    seen: Any, radars: Any, radar_of: Any, out: Any,
) -> int:  # fmt: skip
    """Read the block at ``p``, whose head is at hand: where the next begins, ``p`` where it must wait, -1: damage."""
    kind, length = category[buf[p]], u16(buf, p + 1)
    if kind == 0 or length < 4 or (out[N_NOISE] >= 0 and (kind != 2 or length > STRAY)):
        return -1
    stop = p + length
    if stop > e:
        return -1 if final else p
    first = out[N_ROWS]
    room = 1 if out[N_NOISE] >= 0 else 0  # the row of the damage before comes first
    out[N_ROWS] += room
    done = block(buf, p, stop, uaps, subs, at, parts, rows, radars, radar_of, out) if kind == 2 else p
    if done < stop:
        ahead = follows(buf, stop, e, final, category)
        if ahead < 1 or room:
            out[N_ROWS] = first
            return p if ahead < 0 and not room else -1
        reject(rows, out, done, stop - done, _R_UNKNOWN if kind == 1 else _R_STRUCTURE)
    if room:
        last = out[N_ROWS]
        out[N_ROWS] = first
        end_noise(rows, out, p)
        out[N_ROWS] = last
        first += 1
    if done > p:
        again(rows, first, seen, block_hash(buf, p, stop), seq0, out)
    taken(rows, first, radars, radar_of, out)
    return stop


one = jit(_one)


def _blocks(
    buf: Any, p: int, e: int, final: bool, seq0: int, uaps: Any, subs: Any, category: Any, rows: Any, seen: Any, radars: Any,
    radar_of: Any, out: Any,
) -> int:  # fmt: skip
    """Read the blocks of buf[p:e]; where it stopped. ``seq0``: number of the first row. ``out``: counters N_*, added to.

    A block that is not whole is left for the next call, unless the input is at its end (``final``). Stops early, and says so
    by N_MORE, where ``rows`` could not take another block.
    """
    at, parts = np.empty(uaps.shape[1], np.int64), np.empty(uaps.shape[1], np.int64)
    while p < e:
        if len(rows) - out[N_ROWS] < ROOM:
            out[N_MORE] = 1
            return p
        if p + 3 > e and not final:
            return p
        q = i64(-1)
        if p + 3 <= e:
            q = one(buf, p, e, final, seq0, uaps, subs, category, at, parts, rows, seen, radars, radar_of, out)
        if q == p:
            return p
        if q > p:
            p = q
            continue
        if out[N_NOISE] < 0:
            out[N_NOISE] = p
        p += 1
        if p - out[N_NOISE] == NOISE:
            end_noise(rows, out, p)
    if final and out[N_NOISE] >= 0:
        begin = out[N_NOISE]
        end_noise(rows, out, p)
        if category[buf[begin]] > 0:
            rows[out[N_ROWS] - 1].reason = _R_TRUNCATED
    return p


blocks = jit(_blocks)


def _lives(
    radar: Any, track: Any, span: Any, time: Any, ended: Any, silent: int, many: int, life: Any, heard: Any, over: Any,
    number: Any,
) -> None:  # fmt: skip
    """Numbers of targets: a track number that comes again after its end, or ``silent`` ns, is another target.

    ``life``, ``heard``, ``over``: of each radar and track number, kept; ``number`` (out): life x span + track.
    """
    for i in range(len(radar)):
        r, t = radar[i], track[i]
        if heard[r, t] != 0 and (over[r, t] or time[i] - heard[r, t] > silent):
            life[r, t] = (life[r, t] + 1) % max(many // span[i], 1)
            heard[r, t] = time[i]
        heard[r, t] = max(heard[r, t], time[i])
        over[r, t] = ended[i]
        number[i] = life[r, t] * span[i] + t


lives = jit(_lives)
