"""Numbers of what a sensor sees and that names itself to nobody: targets of radars and cameras.

Contacts, alerts, the history and the page know everything that moves by one number of at most nine digits, the MMSI. A
target has none, so it gets one that ITU-R M.585-9 gives to nobody: it has no form for numbers that begin with 90 to 96.
``9 RRR NNNNN``: ``RRR`` the number of the radar in this sea (kept by its name in the table ``radars``) less one, modulo
:data:`RADARS`, and ``NNNNN`` its target. 900 100 042 is target 42 of the second radar.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.model.columns import Array

FIRST = 900_000_000  #: the least number of a target
RADARS = 700  #: radars that have numbers of their own; the 701st shares those of the first
TRACKS = 100_000  #: targets of one radar that have numbers of their own
LAST = FIRST + RADARS * TRACKS - 1
_MIDS = (201, 775)  #: least and greatest maritime identification digits (ITU table of MIDs)


def target_number(radar: Any, track: Any) -> Any:
    """Number of target ``track`` (from 0, taken modulo :data:`TRACKS`) of the radar with the sea's number ``radar`` (from 1).

    Of integers an integer, of arrays an array of int32. Both must not be negative; 0 is a radar not yet known to the
    sea, as readers have them (:func:`renumbered`).

    >>> target_number(2, 42)
    900100042
    """
    if isinstance(radar, int) and isinstance(track, int):
        return FIRST + max(radar - 1, 0) % RADARS * TRACKS + track % TRACKS
    of = np.maximum(np.asarray(radar, np.int64) - 1, 0) % RADARS
    return (FIRST + of * TRACKS + np.asarray(track, np.int64) % TRACKS).astype(np.int32)


def is_target(number: Any) -> Any:
    """True for the number of a target that :func:`target_number` gave."""
    number = np.asarray(number)
    return (number >= FIRST) & (number <= LAST)


def parts_of(number: Any) -> tuple[Any, Any]:
    """(radar from 1, track from 0) of numbers of targets."""
    at = np.asarray(number, np.int64) - FIRST
    return at // TRACKS + 1, at % TRACKS


def renumbered(numbers: Array, radars: Array) -> Array:
    """The same targets under the sea's numbers of radars; what is no target stays.

    A reader counts its radars from 1 in the order in which it met them; ``radars`` is the sea's number by that one.
    """
    number = np.asarray(numbers)
    mine = is_target(number)
    if not mine.any():
        return numbers
    radar, track = parts_of(number[mine])
    out = number.copy()
    out[mine] = target_number(np.asarray(radars, np.int64)[radar], track)
    return out


def of_nobody(number: Any) -> Array:
    """True for numbers that no ship, group, station, aircraft, aid, beacon, handheld or craft of a ship has.

    The forms of ITU-R M.585-9: MIDxxxxxx ships, 0MIDxxxxx groups, 00MIDxxxx coast stations, 111MIDxxx aircraft, 8MIDxxxxx
    handhelds, 970, 972, 974 and 979 beacons and devices, 98MIDxxxx craft of a ship, 99MIDxxxx aids. Of those that begin
    with 8, 98, 99 or 111 the MID must be possible; what begins with 0, 2 to 7 or 970 to 979 is always taken for somebody.
    """
    n = np.asarray(number, np.int64)
    top3 = n // 1_000_000
    taken = (n < 100_000_000) | ((n >= 200_000_000) & (n < 800_000_000)) | (n > 999_999_999) | (top3 // 10 == 97)
    taken |= (n // 100_000_000 == 8) & _mid(n // 100_000 % 1000)
    taken |= ((top3 // 10 == 98) | (top3 // 10 == 99)) & _mid(n // 10_000 % 1000)
    taken |= (top3 == 111) & _mid(n // 1000 % 1000)
    out: Array = ~taken
    return out


def _mid(digits: Array) -> Array:
    out: Array = (digits >= _MIDS[0]) & (digits <= _MIDS[1])
    return out
