"""Six-bit payloads as 64-bit words, and the declared layouts as arrays that kernels can read.

A message is a run of uint64 words, first bit highest, followed by one word of zeros, so that any field of up to 64 bits
is read from two neighbouring words without a branch.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.kernels._jit import inline
from selat.kernels._swar import bswap64, load64, sixbits
from selat.model.messages import LAYOUTS

_ZERO_CHARS = np.uint64(0x3030303030303030)
#: ASCII byte of a six-bit character (M.1371-5 Table 47)
ASCII_OF = np.concatenate([np.arange(64, 96), np.arange(32, 64)]).astype(np.uint8)

#: lengths in bits of every layout: least that is read, by the standard, longest by the standard
LAYOUTS_TYPE = np.array([x.type for x in LAYOUTS], np.int64)
_SEVERAL = (7, 13, 15, 16, 20)
LAYOUT_MIN = np.array([x.min_bits for x in LAYOUTS], np.int64)
LAYOUT_BITS = np.array([x.min_bits if x.type in _SEVERAL else x.bits for x in LAYOUTS], np.int64)
LAYOUT_MAX = np.array([x.max_bits for x in LAYOUTS], np.int64)
#: up to two conditions (first bit, width, value) that choose a layout of a type; width 0: none
LAYOUT_WHEN = np.zeros((len(LAYOUTS), 2, 3), np.int64)
for _i, _layout in enumerate(LAYOUTS):
    for _k, _when in enumerate(_layout.when):
        LAYOUT_WHEN[_i, _k] = _when
#: first layout and number of layouts of a message type 0 to 63
TYPE_FIRST = np.zeros(64, np.int64)
TYPE_COUNT = np.zeros(64, np.int64)
for _i, _layout in reversed(list(enumerate(LAYOUTS))):
    TYPE_FIRST[_layout.type] = _i
    TYPE_COUNT[_layout.type] += 1


def _unarm(buf: Any, a: int, n: int, words: Any, w: int, acc: np.uint64, have: int) -> tuple[int, np.uint64, int, bool]:
    """Append the ``n`` characters at buf[a:] to ``words``; (word index, open word, its bits, all characters were legal).

    Eight characters at a time; ``buf`` must go on for 8 bytes behind them.
    """
    legal = True
    while n > 0:
        x = bswap64(load64(buf, a))
        k = min(n, 8)
        if k < 8:  # what lies behind the payload counts as zeros
            keep = ~np.uint64(0) << np.uint64(64 - 8 * k)
            x = (x & keep) | (_ZERO_CHARS & ~keep)
        v, ok = sixbits(x)
        legal = legal and ok
        width = 6 * k
        v >>= np.uint64(48 - width)
        over = have + width - 64
        if over <= 0:
            acc = (acc << np.uint64(width)) | v
            have += width
        else:
            words[w] = (acc << np.uint64(width - over)) | (v >> np.uint64(over))
            w += 1
            acc = v & ((np.uint64(1) << np.uint64(over)) - np.uint64(1))
            have = over
        a += k
        n -= k
    return w, acc, have, legal


unarm = inline(_unarm)


def _clear_behind(words: Any, first: int, nbits: int) -> int:
    """Clear what lies behind the message's last bit and add a word of zeros; returns the next free word."""
    end = first + (nbits + 63) // 64
    rest = nbits % 64
    if rest != 0:
        words[end - 1] &= ~np.uint64(0) << np.uint64(64 - rest)
    words[end] = np.uint64(0)
    return end + 1


clear_behind = inline(_clear_behind)


def _close(words: Any, first: int, w: int, acc: np.uint64, have: int, nbits: int) -> int:
    """Write the open word of unarm, and end the message there; returns the next free word."""
    if have > 0:
        words[w] = acc << np.uint64(64 - have)
    return clear_behind(words, first, nbits)


close = inline(_close)


def _hash(words: Any, first: int, nbits: int) -> np.uint64:
    """64-bit hash of a message; never 0."""
    h = np.uint64(1469598103934665603) ^ np.uint64(nbits)
    for i in range(first, first + (nbits + 63) // 64):
        h = (h ^ words[i]) * np.uint64(0x9E3779B97F4A7C15)
        h ^= h >> np.uint64(29)
    return (h * np.uint64(0xBF58476D1CE4E5B9)) | np.uint64(1)


hash_of = inline(_hash)


def _bits(words: Any, first: int, start: int, width: int) -> int:
    """Unsigned field of 1 to 63 bits; bits behind the message are 0."""
    i = first + (start >> 6)
    s = np.uint64(start & 63)
    v = (words[i] << s) | ((words[i + 1] >> np.uint64(1)) >> (np.uint64(63) - s))
    return np.int64(v >> np.uint64(64 - width))


bits = inline(_bits)


def _signed(words: Any, first: int, start: int, width: int) -> int:
    """Two's complement field of 1 to 63 bits."""
    v = bits(words, first, start, width)
    return v - (np.int64(1) << np.int64(width)) if v >> np.int64(width - 1) else v


signed = inline(_signed)


def _layout_of(words: Any, first: int, nbits: int) -> int:
    """Index of the layout of a message; -1: type unknown, -2: too short for it."""
    kind = bits(words, first, 0, 6) if nbits >= 6 else 0
    if TYPE_COUNT[kind] == 0:
        return -1
    k = TYPE_FIRST[kind]
    if TYPE_COUNT[kind] == 1:
        return k if nbits >= LAYOUT_MIN[k] else -2
    for k in range(TYPE_FIRST[kind], TYPE_FIRST[kind] + TYPE_COUNT[kind]):
        ok = True
        for c in range(2):
            width = LAYOUT_WHEN[k, c, 1]
            if width > 0 and bits(words, first, LAYOUT_WHEN[k, c, 0], width) != LAYOUT_WHEN[k, c, 2]:
                ok = False
        if ok:
            return k if nbits >= LAYOUT_MIN[k] else -2
    return -1 if nbits >= 40 else -2


layout_of = inline(_layout_of)
