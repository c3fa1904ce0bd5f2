"""Where rows and fields of a table of text begin and end (RFC 4180), over bytes.

A field ``j`` of a row lies in ``src[q[b + j] + 1 : q[b + j + 1]]``: for plain rows ``src`` is the input and ``q`` the
positions of delimiters and line ends; a row with quotes is copied to a scratch buffer without them.
"""

from __future__ import annotations

import numpy as np

from selat.kernels._jit import U, bare, i64
from selat.model.columns import Array

MAX_RECORD = 16_384  #: longest row that is read, bytes without the line end
OK, MORE, WRONG = 0, 1, 2  #: what became of a row with quotes

_QUOTE, _LF, _CR = 34, 10, 13
_PLACE = sum(k << (61 - 8 * k) for k in range(8))


def _flag(buf: Array, start: int, stop: int, delim: int, flags: Array) -> int:
    """1 in ``flags`` for a delimiter, line feed or quote, else 0; filled up to eight bytes. LLVM makes it vectors."""
    d = np.uint8(delim)
    block = buf[start:stop]  # indices from 0: no test for negative ones, which would keep LLVM from vectors
    for i in range(len(block)):
        c = block[i]
        flags[i] = (c == d) | (c == np.uint8(_LF)) | (c == np.uint8(_QUOTE))
    n = stop - start
    while n & 7:
        flags[n] = 0
        n += 1
    return n >> 3


flag = bare(_flag)


def _marks(buf: Array, start: int, stop: int, delim: int, flags: Array, flag_words: Array, q: Array) -> int:
    """Positions of delimiters, line feeds and quotes in ``buf[start:stop]`` into ``q[1:]``; their number.

    ``flag_words`` is ``flags`` as uint64. Eight bytes a turn, nearly without branches: a byte that is set is found by
    a product (``2**(8 k) * _PLACE`` has ``k`` in its highest three bits), the number of them by another.
    ``q`` has room for ``stop - start + 3``, ``flags`` for seven more than ``stop - start``.
    """
    n = i64(1)
    for w in range(flag(buf, start, stop, delim, flags)):
        m = flag_words[w]
        count = i64((m * U(0x0101010101010101)) >> U(56))
        at = start + w * 8
        q[n] = at + i64(((m & (~m + U(1))) * U(_PLACE)) >> U(61))
        m &= m - U(1)
        q[n + 1] = at + i64(((m & (~m + U(1))) * U(_PLACE)) >> U(61))
        j = n + 2
        n += count
        while j < n:
            m &= m - U(1)
            q[j] = at + i64(((m & (~m + U(1))) * U(_PLACE)) >> U(61))
            j += 1
    q[0] = start - 1
    return n - 1


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
