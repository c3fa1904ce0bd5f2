"""What was seen before: the last rows by a hash of their bytes, and the declared data of each MMSI.

*Rows*: an open-addressed table ``slots`` of row numbers over a ring of the last ``len(ring)`` kept rows. A row is a
duplicate exactly when one of those has the same 64-bit hash. Slots that point at a ring place since taken by another
row miss by their hash; the table is made anew from the ring before it fills. The tables are small on purpose: they
stay in the processor's own cache.

*Statics*: ``ships[:, 0]`` the MMSI (0: free), ``ships[:, 1]`` the hash of its declared fields, side by side.
"""

from __future__ import annotations

import numpy as np

from selat.kernels._jit import U, bare, fused, i64
from selat.kernels._swar import load64
from selat.model.columns import Array

RING = 1 << 14  #: kept rows that are remembered
SLOTS = 1 << 16

_K1 = 0x9E3779B97F4A7C15
_K2 = 0xC2B2AE3D27D4EB4F


def _mix(h: np.uint64) -> np.uint64:
    """Finaliser of MurmurHash3 (public domain): every bit of the input reaches every bit of the output."""
    h ^= h >> U(33)
    h *= U(0xFF51AFD7ED558CCD)
    h ^= h >> U(33)
    h *= U(0xC4CEB9FE1A85EC53)
    return h ^ (h >> U(33))


mix = bare(_mix)


def _stir(h: np.uint64, v: np.uint64) -> np.uint64:
    h = (h ^ v) * U(_K1)
    return h ^ (h >> U(32))


stir = fused(_stir)


def _gather(buf: Array, i: int, e: int) -> np.uint64:
    """Up to eight bytes as a little-endian number."""
    v = U(0)
    for j in range(i, e):
        v |= U(buf[j]) << U(8 * (j - i))
    return v


gather = bare(_gather)


def _hash_bytes(buf: Array, s: int, e: int, seed: np.uint64) -> np.uint64:
    """64-bit hash of ``buf[s:e]``: of the bytes only, not of where they lie."""
    a = seed ^ U(e - s)
    b = U(_K2)
    if e - s < 16:
        middle = min(s + 8, e)
        a = stir(a, gather(buf, s, middle))
        b = stir(b, gather(buf, middle, e))
    else:
        i = s
        while i < e - 16:
            a = stir(a, load64(buf, i))
            b = stir(b, load64(buf, i + 8))
            i += 16
        a = stir(a, load64(buf, e - 16))  # the last sixteen, some of them again
        b = stir(b, load64(buf, e - 8))
    return mix(a ^ (b * U(_K2)))


hash_bytes = fused(_hash_bytes)


def _find_row(slots: Array, ring: Array, h: np.uint64) -> int:
    """Place in the ring of a kept row of this hash, or -1."""
    mask = len(slots) - 1
    i = i64(h >> U(40)) & mask
    while slots[i] >= 0:
        at = i64(slots[i])
        if ring[at] == h:
            return at
        i = (i + 1) & mask
    return -1


find_row = fused(_find_row)


def _put_row(slots: Array, h: np.uint64, place: int) -> None:
    mask = len(slots) - 1
    i = i64(h >> U(40)) & mask
    while slots[i] >= 0:
        i = (i + 1) & mask
    slots[i] = place


put_row = fused(_put_row)


def _rebuild_rows(slots: Array, ring: Array, count: int) -> None:
    """Empty the table and put in the ``min(count, len(ring))`` rows of the ring."""
    slots[:] = -1
    for place in range(min(count, len(ring))):
        put_row(slots, ring[place], place)


rebuild_rows = bare(_rebuild_rows)


def _first_place(ships: Array, mmsi: int) -> int:
    """Where the search for an MMSI begins."""
    return i64((U(mmsi) * U(_K1)) >> U(40)) & (len(ships) - 1)


first_place = fused(_first_place)


def _place_of(ships: Array, mmsi: int) -> int:
    """Slot of an MMSI, taken or free."""
    mask = len(ships) - 1
    key = U(mmsi)
    i = first_place(ships, mmsi)
    while ships[i, 0] != 0 and ships[i, 0] != key:
        i = (i + 1) & mask
    return i


place_of = fused(_place_of)


def _grow_ships(ships: Array, wider: Array) -> None:
    """Put every ship into the empty table ``wider``."""
    for i in range(len(ships)):
        if ships[i, 0] != 0:
            j = place_of(wider, i64(ships[i, 0]))
            wider[j, 0] = ships[i, 0]
            wider[j, 1] = ships[i, 1]


grow_ships = bare(_grow_ships)
