"""What kind of station an MMSI is (ITU-R M.585-9) and how it sends (ITU-R M.1371-5)."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.model.targets import is_target


class Kind(IntEnum):
    """Kind of a contact."""

    VESSEL = 0  #: a vessel of unknown class (from an archive, or type 27 only)
    CLASS_A = 1
    CLASS_B = 2
    BASE = 3  #: base or coast station
    ATON = 4  #: aid to navigation, real or virtual
    AIRCRAFT = 5  #: search and rescue aircraft
    BEACON = 6  #: AIS-SART, man overboard, EPIRB-AIS


BEACONS = {970: "search and rescue transmitter", 972: "man overboard beacon", 974: "EPIRB"}

_BY_TYPE = np.zeros(256, dtype=np.uint8)
_BY_TYPE[[1, 2, 3]] = Kind.CLASS_A
_BY_TYPE[[18, 19]] = Kind.CLASS_B
_BY_TYPE[4] = Kind.BASE
_BY_TYPE[9] = Kind.AIRCRAFT
_BY_TYPE[21] = Kind.ATON


def kinds_of(mmsi: NDArray[Any], msg_type: NDArray[Any]) -> NDArray[np.uint8]:
    """:class:`Kind` of each sender: by its number where that says it, else by the message's type."""
    out: NDArray[np.uint8] = _BY_TYPE[msg_type]
    top3 = mmsi // 1_000_000
    out[(top3 == 970) | (top3 == 972) | (top3 == 974)] = Kind.BEACON
    out[top3 == 111] = Kind.AIRCRAFT
    out[mmsi // 10_000_000 == 99] = Kind.ATON
    out[(mmsi > 0) & (mmsi < 10_000_000)] = Kind.BASE  # 00MIDxxxx
    return out


def is_ship(kind: NDArray[Any]) -> NDArray[np.bool_]:
    """True for vessels: class A, class B or unknown."""
    result: NDArray[np.bool_] = kind <= Kind.CLASS_B
    return result


def sends(kind: NDArray[Any], mmsi: NDArray[Any]) -> NDArray[np.bool_]:
    """True for vessels that AIS brings: not targets of a radar, which have numbers but never sent, and fall silent of nothing."""
    result: NDArray[np.bool_] = is_ship(kind) & ~is_target(mmsi)
    return result
