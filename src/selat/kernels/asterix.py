"""ASTERIX records: where each of their items lies (EUROCONTROL-SPEC-0149, Part 1).

A data block is a category, a length of 16 bits and records. A record begins with its field specification: seven items an
octet, whose last bit says that another octet follows. Which items those are, and how long, a table for each category says
(its user application profile, of the specification's parts named below). Nothing here knows what an item means.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.kernels._jit import inline, jit

FRNS = 36  #: room for the places of a record's items, by their field reference number (from 1)
EXT, EXPLICIT, REP, REP_FX, COMPOUND = 101, 102, 200, 300, 400
#: how the items of each category lie: n octets; EXT: octets until one has its last bit 0; EXPLICIT: the first octet counts
#: all; REP + n: a count and so many times n octets; REP_FX + n: n octets each, until a last bit is 0; COMPOUND + k: items by
#: an own field specification, as SUBS[k] says; 0: no item
UAPS: dict[int, tuple[int, ...]] = {
    10: (  # Part 7, edition 1.1
        2, 1, EXT, 3, 8, 4, 4, 4, 4, 2, EXT, 2, 3, 7, REP + 8, 1, 2, 2, EXT, 1, 1, 4, REP + 2, 1, 2, 0, EXPLICIT, EXPLICIT,
    ),
    34: (  # Part 2b, edition 1.29
        2, 1, 3, 1, 2, COMPOUND + 0, COMPOUND + 1, REP + 2, 8, 1, 8, 2, EXPLICIT, EXPLICIT,
    ),
    48: (  # Part 4, edition 1.32
        2, 3, EXT, 4, 2, 2, COMPOUND + 2, 3, 6, REP + 8, 2, 4, 4, EXT, 4, REP_FX + 1, 2, 4, 2, COMPOUND + 3, 2, 7, 1, 2, 1, 2,
        EXPLICIT, EXPLICIT,
    ),
    62: (  # Part 9, edition 1.21
        2, 0, 1, 3, 8, 6, 4, 2, 2, 7, COMPOUND + 4, 2, EXT, COMPOUND + 5, 1, COMPOUND + 6, 2, 2, 2, 2, COMPOUND + 7, EXT, 1,
        COMPOUND + 8, 2, REP_FX + 3, COMPOUND + 9, COMPOUND + 10, 0, 0, 0, 0, 0, EXPLICIT, EXPLICIT,
    ),
    63: (2, 1, 3, 2, EXT, 2, 4, 2, 4, 2, 2, 0, EXPLICIT, EXPLICIT),  # Part 10, edition 1.7
    65: (2, 1, 1, 3, 1, 1, 1, 0, 0, 0, 0, 0, EXPLICIT, EXPLICIT),  # Part 15, edition 1.6
}  # fmt: skip
SUBS: tuple[tuple[int, ...], ...] = (
    (1, 0, 0, 1, 1, 2),  # I034/050
    (1, 0, 0, 1, 1, 1),  # I034/060
    (1, 1, 1, 1, 1, 1, 1),  # I048/130
    (2, REP + 6),  # I048/120
    (3, 6, 2, 2, 2, 2, 2, EXT, REP + 15, 2, 2, 7, 2, 2, 2, 2, 2, 2, 1, 8, 1, 6, 2, 1, REP + 8, 2, 2, 2),  # I062/380
    (1, 1, 1, 1, 2, 1, 1, 1, 1, 1),  # I062/290
    (1,) * 31,  # I062/295
    (2, 7, 4, 1, 4, 1, 4, 4, 3, 2, 2, REP + 4, 6, 1, 7, 7, 2, 7),  # I062/390
    (1, 4, 6, 2, 2, 1, 1),  # I062/110
    (4, 2, 4, 1, 1, 2, 2, 1),  # I062/500
    (2, 4, 2, 2, 2, 1),  # I062/340
)  # fmt: skip
#: categories that blocks may have (EUROCONTROL's list): at damage, a block that follows must be of one of them
KNOWN = (1, 2, 3, 4, 7, 8, 9, 10, 11, 15, 16, 17, 18, 19, 20, 21, 23, 25, 30, 31, 32, 34, 48, 62, 63, 65, 128, 129, 150, 204, 205,
         240, 244, 247, 252, 253)  # fmt: skip


def _tables() -> tuple[Any, Any, Any]:
    uaps = np.zeros((256, FRNS), np.int16)
    subs = np.zeros((len(SUBS), FRNS), np.int16)
    for cat, items in UAPS.items():
        uaps[cat, : len(items)] = items
    for k, items in enumerate(SUBS):
        subs[k, : len(items)] = items
    known = np.zeros(256, np.uint8)
    known[list(KNOWN)] = 1
    known[list(UAPS)] = 2
    return uaps, subs, known


UAP, SUB, CATEGORY = _tables()  #: CATEGORY: 0 none, 1 known, 2 read


def _simple(buf: Any, p: int, e: int, code: int) -> int:
    """Behind the item at ``p`` that is no compound; -1 where it is not whole before ``e``, or no item."""
    if code <= 0 or p >= e:
        return -1
    if code < EXT:
        p += code
    elif code == EXT or code >= REP_FX:
        step = 1 if code == EXT else code - REP_FX
        p += step
        while p <= e and buf[p - 1] & 1:
            p += step
    elif code == EXPLICIT:
        p = p + buf[p] if buf[p] > 0 else -1
    else:
        p += 1 + np.int64(buf[p]) * (code - REP)
    return p if p <= e else -1


simple = inline(_simple)


def _spec(buf: Any, p: int, e: int) -> int:
    """Behind the octets at ``p`` that say which items follow: the last of them has no bit set to go on; -1: broken off."""
    while p < e:
        p += 1
        if not buf[p - 1] & 1:
            return p
    return -1


spec = inline(_spec)


def _compound(buf: Any, p: int, e: int, sub: Any, at: Any) -> int:
    """Behind the compound item at ``p``; ``at`` takes the places of its parts (by number from 1, -1: not there)."""
    at[:] = -1
    q = spec(buf, p, e)
    if q < 0:
        return -1
    n = 0
    for i in range(p, q):
        for bit in range(7, 0, -1):
            n += 1
            if buf[i] >> bit & 1:
                if n >= FRNS:
                    return -1
                at[n] = q
                q = simple(buf, q, e, sub[n - 1])
                if q < 0:
                    return -1
    return q


compound = jit(_compound)


def _record(buf: Any, p: int, e: int, uap: Any, subs: Any, at: Any, parts: Any) -> int:
    """Behind the record at ``p`` of a block that ends at ``e``; -1 where it breaks off or names an item that there is not.

    ``at`` takes the places of its items by field reference number (from 1), -1 where they are not there; ``parts`` is room.
    """
    at[:] = -1
    q = spec(buf, p, e)
    if q < 0:
        return -1
    last = q
    n = 0
    for i in range(p, last):
        for bit in range(7, 0, -1):
            n += 1
            if not buf[i] >> bit & 1:
                continue
            if n >= FRNS:
                return -1
            code = uap[n - 1]
            at[n] = q
            if code >= COMPOUND:
                q = compound(buf, q, e, subs[code - COMPOUND], parts)
            else:
                q = simple(buf, q, e, code)
            if q < 0:
                return -1
    return q if q > last else -1


record = jit(_record)
