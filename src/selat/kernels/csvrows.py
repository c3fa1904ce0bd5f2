"""Where rows and fields of a table of text begin and end (RFC 4180), over bytes.

A field ``j`` of a row lies in ``src[q[b + j] + 1 : q[b + j + 1]]``: for plain rows ``src`` is the input and ``q`` the
positions of delimiters and line ends; a row with quotes is copied to a scratch buffer without them.
"""

from __future__ import annotations

from selat.kernels._jit import bare
from selat.model.columns import Array

MAX_RECORD = 65_536  #: longest row that is read, bytes without the line end
OK, MORE, WRONG = 0, 1, 2  #: what became of a row with quotes

_QUOTE, _LF, _CR = 34, 10, 13


def _marks(buf: Array, start: int, stop: int, delim: int, q: Array) -> int:
    """Positions of delimiters, line feeds and quotes in ``buf[start:stop]`` into ``q[1:]``; their number.

    Without a branch: writes every position and moves on where it counts. ``q`` has ``stop - start + 2`` places.
    """
    n = 1
    d = delim
    for i in range(start, stop):
        c = buf[i]
        q[n] = i
        n += (c == d) | (c == _LF) | (c == _QUOTE)
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
        if buf[i] == _QUOTE:
            i += 1
            while True:
                if i >= limit:
                    return MORE, i, fields, lines
                c = buf[i]
                if c == _QUOTE:
                    if i + 1 >= limit:
                        return MORE, i, fields, lines
                    if buf[i + 1] != _QUOTE:
                        break
                    i += 1
                lines += c == _LF
                out[n] = c
                n += 1
                i += 1
            i += 1
            if buf[i] == _CR:
                if i + 1 >= limit:
                    return MORE, i, fields, lines
                i += buf[i + 1] == _LF
            if buf[i] != delim and buf[i] != _LF:
                return WRONG, i, fields, lines
        else:
            while i < limit and buf[i] != delim and buf[i] != _LF:
                out[n] = buf[i]
                n += 1
                i += 1
            if i >= limit:
                return MORE, i, fields, lines
        fields += 1
        q[fields] = n
        out[n] = delim
        n += 1
        if buf[i] == _LF:
            return OK, i, fields, lines
        i += 1


quoted = bare(_quoted)


def _literal(buf: Array, row: int, end: int, delim: int, out: Array, q: Array) -> int:
    """Cut ``buf[row:end]`` at every delimiter, quotes being letters like others; the number of fields."""
    q[0] = -1
    fields = 0
    for i in range(row, end):
        out[i - row] = buf[i]
        if buf[i] == delim:
            fields += 1
            q[fields] = i - row
    fields += 1
    q[fields] = end - row
    return fields


literal = bare(_literal)


def _find_lf(buf: Array, i: int, stop: int) -> int:
    """First line feed in ``buf[i:stop]``, or ``stop``."""
    while i < stop and buf[i] != _LF:
        i += 1
    return i


find_lf = bare(_find_lf)


def _is_blank(buf: Array, s: int, e: int) -> bool:
    for i in range(s, e):
        if buf[i] > 32:
            return False
    return True


is_blank = bare(_is_blank)
