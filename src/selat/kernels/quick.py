"""The commonest sentence, ``!ttVDM,1,1,,c,payload,f*hh`` and a line end: from bytes to a message in one go, 32 characters
at a time. Whatever is not of this form, damaged or not whole is left to the careful way (:mod:`selat.kernels.scan`)."""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.kernels._jit import inline
from selat.kernels._swar import below_zero, chars32, fold, load64
from selat.kernels.bits import LAYOUT_BITS, LAYOUT_MAX, LAYOUTS_TYPE, clear_behind, hash_of, layout_of
from selat.kernels.nmea import _COMMA, _CR, _F_OWN, _NL, _STAR, MAX_SENTENCE
from selat.model.schema import Flag

_START = np.uint64(0x312C4D4456000021)  # "!ttVDM,1" little-endian, the talker left out
_START_MASK = np.uint64(0xFFFFFDFFFF0000FF)  # and the bit that tells VDM from VDO
_NAME = np.uint64(0x0000FFFFFFFFFF00)  # "ttVDM"
_HEAD = np.uint64(0x2C002C2C312C312C)  # ",1,1,,?," little-endian, the channel left out
_HEAD_MASK = np.uint64(0xFF00FFFFFFFFFFFF)
_FREE_MASK = np.uint64(0x0000000000808000)  # talker
_CHAN_MASK = np.uint64(0x0080000000000000)
_F_LONG, _F_SHORT = int(Flag.LONG), int(Flag.SHORT)
_HEX = np.full(256, -1024, np.int16)  #: value of a hexadecimal digit
for _i, _c in enumerate(b"0123456789ABCDEF"):
    _HEX[_c] = _i
    _HEX[ord(chr(_c).lower())] = _i


def _finish(m: Any, nbits: int, nlines: int, live: bool, words: Any, first: int) -> tuple[int, np.uint64]:
    """Describe the message whose bits begin at words[first]; (layout or -1: type unknown, -2: too short; its hash)."""
    layout = layout_of(words, first, nbits)
    if layout < 0:
        return layout, np.uint64(0)
    m.word, m.nbits, m.layout, m.nlines = first, nbits, layout, nlines
    m.type = LAYOUTS_TYPE[layout]
    m.mmsi = np.int64((words[first] >> np.uint64(26)) & np.uint64(0x3FFFFFFF))
    long, short = nbits > LAYOUT_MAX[layout], nbits < LAYOUT_BITS[layout]
    m.flags = np.int64(m.flags) | _F_LONG * long | _F_SHORT * short
    if live:
        m.quality = max(m.quality, 1)
    return layout, hash_of(words, first, nbits)


finish = inline(_finish)


def _quick(buf: Any, p: int, e: int, live: bool, words: Any, first: int, m: Any) -> tuple[int, int, np.uint64]:
    """Read the sentence at ``p`` into the message ``m`` (not its times, station and number), its bits to words[first:].

    Returns (where its checksum stands, next free word, hash); the place is -1 when the careful way must decide.
    ``words`` has room for the longest sentence (3 words for every 32 characters).
    """
    none = (-1, first, np.uint64(0))
    if p + 24 > e:
        return none
    start, head = load64(buf, p), load64(buf, p + 6)
    if start & _START_MASK != _START or head & _HEAD_MASK != _HEAD:
        return none
    if (below_zero(start) & _FREE_MASK) | (below_zero(head) & _CHAN_MASK):
        return none
    x = (start & _NAME) ^ head
    i = p + 14
    w = first
    n = 32
    last = min(e, p + MAX_SENTENCE)
    while n == 32 and i < last:
        a, b, c, xor, n, legal = chars32(buf, i)
        if legal == 0:
            return none
        words[w], words[w + 1], words[w + 2] = a, b, c
        x ^= xor
        i += n
        w += 3
    if i + 7 > e or i - p > MAX_SENTENCE - 8:
        return none
    fill = np.int64(buf[i + 1]) - 48
    behind = buf[i + 5]
    if buf[i] != _COMMA or buf[i + 2] != _STAR or fill < 0 or fill > 5 or (behind != _NL and behind != _CR):
        return none
    if _HEX[buf[i + 3]] * 16 + _HEX[buf[i + 4]] != fold(x) ^ _COMMA ^ (fill + 48):
        return none
    nbits = (i - p - 14) * 6 - fill
    if nbits < 38:
        return none
    end = clear_behind(words, first, nbits)
    m.flags = _F_OWN if buf[p + 5] == 79 else 0
    m.quality = 0
    m.chan = buf[p + 12]
    layout, h = finish(m, nbits, 1, live, words, first)
    return (i + 3, end, h) if layout >= 0 else none


quick = inline(_quick)
