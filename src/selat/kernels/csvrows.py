"""Where rows and fields of a table of text begin and end (RFC 4180), over bytes.

A field ``j`` of a row lies in ``src[q[b + j] + 1 : q[b + j + 1]]``: for plain rows ``src`` is the input and ``q`` the
positions of delimiters and line ends; a row with quotes is copied to a scratch buffer without them.
"""

from __future__ import annotations

import numpy as np

from selat.kernels._jit import U, bare, fused, i64
from selat.kernels._swar import ctz64, find64, popcount64
from selat.model.columns import Array

MAX_RECORD = 16_384  #: longest row that is read, bytes without the line end
OK, MORE, WRONG = 0, 1, 2  #: what became of a row with quotes

_QUOTE, _LF, _CR = 34, 10, 13


def _bits(buf: Array, at: int, stop: int, byte: int) -> np.uint64:
    """Where ``byte`` stands in ``buf[at:stop]``, at most 64 bytes: bit k for byte ``at + k``."""
    n = stop - at
    if at + 64 <= len(buf):
        x = find64(buf, at, byte)
    elif len(buf) >= 64:
        x = find64(buf, len(buf) - 64, byte) >> U(at + 64 - len(buf))
    else:
        x = U(0)
        for k in range(n):
            x |= U(i64(buf[at + k]) == byte) << U(k)
    return x if n >= 64 else x & ((U(1) << U(n)) - U(1))


bits = fused(_bits)


def _marks(buf: Array, start: int, stop: int, delim: int, q: Array, ends: Array) -> tuple[int, int]:
    """Positions of delimiters, line feeds and quotes in ``buf[start:stop]`` into ``q[1:]``, and which of these marks are
    no delimiters into ``ends``; the number of each.

    64 bytes a turn, nearly without branches: some places are written that turn out not to be needed. ``q`` and
    ``ends`` have room for ``stop - start + 16``.
    """
    n, t = i64(1), i64(0)
    at = start
    q[0] = start - 1
    while at < stop:
        x = bits(buf, at, stop, i64(_LF)) | bits(buf, at, stop, i64(_QUOTE))
        m = bits(buf, at, stop, delim) | x
        if x != U(0):
            count = popcount64(x)
            ends[t] = n + popcount64(m & ((x & (~x + U(1))) - U(1)))
            for j in range(1, count):
                x &= x - U(1)
                ends[t + j] = n + popcount64(m & ((x & (~x + U(1))) - U(1)))
            t += count
        count = popcount64(m)
        for j in range(8):
            q[n + j] = at + ctz64(m)
            m &= m - U(1)
        for j in range(8, count):
            q[n + j] = at + ctz64(m)
            m &= m - U(1)
        n += count
        at += 64
    return n - 1, t


marks = bare(_marks)


def _quoted(buf: Array, row: int, limit: int, delim: int, out: Array, q: Array) -> tuple[int, int, int, int]:
    """Read a row by RFC 4180 from ``row``, up to ``limit``: (outcome, its line end, fields, lines).

    A quote opens only at the start of a field; ``""`` inside is one quote; after the closing one only a delimiter or
    the line end may follow. MORE: the bytes ended first. WRONG: it is not so written. Fields go to ``out`` and ``q``.
    """
    i, n, fields, lines = row, 0, 0, 1
    q[0] = -1
    while True:
        if i >= limit:
            return MORE, i, fields, lines
        if buf[U(i)] == _QUOTE:
            i += 1
            while True:
                if i >= limit:
                    return MORE, i, fields, lines
                c = buf[U(i)]
                if c == _QUOTE:
                    if i + 1 >= limit:
                        return MORE, i, fields, lines
                    if buf[U(i + 1)] != _QUOTE:
                        break
                    i += 1
                lines += c == _LF
                out[n] = c
                n += 1
                i += 1
            i += 1
            if buf[U(i)] == _CR:
                if i + 1 >= limit:
                    return MORE, i, fields, lines
                i += buf[U(i + 1)] == _LF
            if buf[U(i)] != delim and buf[U(i)] != _LF:
                return WRONG, i, fields, lines
        else:
            while i < limit and buf[U(i)] != delim and buf[U(i)] != _LF:
                out[n] = buf[U(i)]
                n += 1
                i += 1
            if i >= limit:
                return MORE, i, fields, lines
        fields += 1
        q[fields] = n
        out[n] = delim
        n += 1
        if buf[U(i)] == _LF:
            return OK, i, fields, lines
        i += 1


quoted = bare(_quoted)


def _literal(buf: Array, row: int, end: int, delim: int, out: Array, q: Array) -> int:
    """Cut ``buf[row:end]`` at every delimiter, quotes being letters like others; the number of fields."""
    q[0] = -1
    fields = 0
    for i in range(row, end):
        out[i - row] = buf[U(i)]
        if buf[U(i)] == delim:
            fields += 1
            q[fields] = i - row
    fields += 1
    q[fields] = end - row
    return fields


literal = bare(_literal)


def _find_lf(buf: Array, i: int, stop: int) -> int:
    """First line feed in ``buf[i:stop]``, or ``stop``."""
    while i < stop and buf[U(i)] != _LF:
        i += 1
    return i


find_lf = bare(_find_lf)


def _is_blank(buf: Array, s: int, e: int) -> bool:
    while s < e and buf[U(s)] <= 32:
        s += 1
    return s == e


is_blank = bare(_is_blank)
