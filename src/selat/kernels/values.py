"""Every numeric field of the messages of one layout, as columns of the narrowest types.

The bits of TILE messages are first turned into columns of words; each field is then the same shift of whole columns, which
the compiler does many at a time.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.kernels._jit import inline, jit
from selat.kernels._swar import load64

TILE = 512  #: messages worked on at once, a multiple of 64
#: what a plan says of a field: see plan()
PLAN = np.dtype(
    [
        ("start", "i8"),
        ("width", "i8"),
        ("sign", "i8"),
        ("na", "i8"),
        ("steps", "f8"),
        ("code", "i8"),
        ("at", "i8"),
        ("bits", "i8"),
    ]
)
U8, U16, I8, I16, I32, F64 = range(6)
#: NumPy types by code
TYPES = tuple(np.dtype(t) for t in ("u1", "u2", "i1", "i2", "i4", "f8"))


def _tile(
    words: Any, msgs: Any, index: Any, t0: int, m: int, tile: Any, lens: Any, seq: Any, heard: Any, nbits: Any
) -> None:
    """Words of the messages index[t0:t0 + m] to the columns of ``tile``, zeros behind their ends."""
    for j in range(m):
        r = msgs[index[t0 + j]]
        n = np.int64(r.nbits)
        lens[j] = n
        nbits[t0 + j] = n
        seq[t0 + j] = r.seq
        heard[t0 + j] = r.heard
        have = (n + 63) >> 6
        for k in range(len(tile)):
            tile[k, j] = words[r.word + k] if k < have else np.uint64(0)


tile_of = inline(_tile)


def _extract(tile: Any, f: Any, out: Any) -> None:
    """Raw values of a field of all messages of a tile."""
    a = tile[f.start >> 6]
    s = np.uint64(f.start & 63)
    down = np.uint64(64 - f.width)
    half = np.int64(f.sign)  # half the range of a two's complement field, 0 for an unsigned one
    if (f.start & 63) + f.width <= 64:
        for j in range(TILE):
            out[j] = (np.int64((a[j] << s) >> down) ^ half) - half
    else:
        b = tile[(f.start >> 6) + 1]
        up = np.uint64(64) - s
        for j in range(TILE):
            out[j] = (np.int64(((a[j] << s) | (b[j] >> up)) >> down) ^ half) - half


extract = inline(_extract)


def _mark(v: Any, lens: Any, m: int, f: Any, valid: Any, at: int, ok: Any) -> int:
    """Bits of the values that are there to valid[at:], the first message lowest; returns how many are missing."""
    end = f.start + f.width
    na = f.na
    for j in range(TILE):
        ok[j] = np.uint8((v[j] != na) & (lens[j] >= end))
    missing = 0
    for j in range(m):
        missing += 1 - ok[j]
    for k in range((m + 7) >> 3):  # eight bytes of 0 and 1 to eight bits
        valid[at + k] = np.uint8((load64(ok, 8 * k) * np.uint64(0x0102040810204080)) >> np.uint64(56))
    return missing


mark = inline(_mark)


def _put(v: Any, code: int, at: int, steps: float, u8: Any, u16: Any, i8: Any, i16: Any, i32: Any, f64: Any) -> None:
    """Store a tile of raw values from element ``at`` on. The slices tell the compiler that no index is negative."""
    end = at + TILE
    if code == U8:
        a = u8[at:end]
        for j in range(TILE):
            a[j] = v[j]
    elif code == U16:
        b = u16[at:end]
        for j in range(TILE):
            b[j] = v[j]
    elif code == I8:
        c = i8[at:end]
        for j in range(TILE):
            c[j] = v[j]
    elif code == I16:
        d = i16[at:end]
        for j in range(TILE):
            d[j] = v[j]
    elif code == I32:
        e = i32[at:end]
        for j in range(TILE):
            e[j] = v[j]
    else:
        g = f64[at:end]
        for j in range(TILE):
            g[j] = v[j] / steps


put = inline(_put)


def _values(
    words: Any, msgs: Any, index: Any, n: int, plan: Any, tile: Any, u8: Any, u16: Any, i8: Any, i16: Any, i32: Any,
    f64: Any, nulls: Any, seq: Any, heard: Any, nbits: Any,
) -> None:  # fmt: skip
    """All fields of ``plan`` (dtype PLAN) of the messages ``index[:n]``.

    ``u8`` to ``f64`` are views of one buffer; field f goes to elements ``at`` onwards of the view of its ``code``, its
    bits of validity to byte ``bits`` of ``u8`` (-1: the field is never missing), the number of the missing to
    ``nulls``. A float is the raw value divided by ``steps``. ``tile``: uint64 of shape (words a message, TILE). Each
    field has room for n rounded up to TILE. ``seq``, ``heard`` and ``nbits`` of each message.
    """
    lens = np.empty(TILE, np.int64)
    v = np.empty(TILE, np.int64)
    ok = np.empty(TILE + 8, np.uint8)
    for t0 in range(0, n, TILE):
        m = min(TILE, n - t0)
        tile_of(words, msgs, index, t0, m, tile, lens, seq, heard, nbits)
        for k in range(len(plan)):
            f = plan[k]
            extract(tile, f, v)
            if f.bits >= 0:
                nulls[k] += mark(v, lens, m, f, u8, f.bits + (t0 >> 3), ok)
            put(v, f.code, f.at + t0, f.steps, u8, u16, i8, i16, i32, f64)


values = jit(_values)


def _strings(
    words: Any, msgs: Any, index: Any, n: int, start: int, chars: int, ascii_of: Any, offsets: Any, out: Any
) -> int:
    """Six-bit texts of the messages ``index[:n]`` to ASCII, one after another: ``offsets`` int32 of n + 1; bytes in all.

    ``chars`` characters at most (0: to the end of the message); a text ends at ``@`` or the end of the message, and has
    no blanks at its end. ``out`` has room for all characters.
    """
    at = 0
    for k in range(n):
        offsets[k] = at
        m = msgs[index[k]]
        room = (np.int64(m.nbits) - start) // 6
        last = at
        i = np.int64(m.word) + (start >> 6)
        s = start & 63
        for _ in range(min(chars, room) if chars > 0 else room):
            v = words[i] << np.uint64(s)
            if s > 58:
                v |= words[i + 1] >> np.uint64(64 - s)
            v >>= np.uint64(58)
            if v == 0:
                break
            out[at] = ascii_of[v]
            at += 1
            if v != 32:
                last = at
            s += 6
            if s >= 64:
                s -= 64
                i += 1
        at = last
    offsets[n] = at
    return at


strings = jit(_strings)


def _group(kinds: Any, starts: Any, order: Any) -> None:
    """Sort by counting: ``order`` is the indices of kind 0, then of kind 1, …; those of kind k begin at ``starts[k]``."""
    starts[:] = 0
    for i in range(len(kinds)):
        starts[kinds[i] + 1] += 1
    for k in range(1, len(starts)):
        starts[k] += starts[k - 1]
    at = starts.copy()
    for i in range(len(kinds)):
        k = kinds[i]
        order[at[k]] = i
        at[k] += 1


group = jit(_group)
