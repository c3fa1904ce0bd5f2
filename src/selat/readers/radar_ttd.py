"""Tracked target data TTD (IEC 61162-1): targets of 90 bits in the six-bit alphabet of AIS, over several sentences.

``!--TTD,hh,hh,x,s--s,x*hh``: number of sentences and which this is, both hexadecimal, a sequence number, the payload and
its fill bits. The payload of all sentences together is a row of targets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from selat.model.errors import Reason
from selat.readers.aisstream_rows import Bad

BITS = 90
#: name and width of the fields of a target, in order
LAYOUT = (
    ("version", 2), ("number", 10), ("bearing", 12), ("speed", 12), ("course", 12), ("heading", 12), ("status", 3),
    ("operation", 2), ("distance", 14), ("relative", 1), ("water", 1), ("reserved", 1), ("associated", 8),
)  # fmt: skip
ANGLE_NA, SPEED_NA, DISTANCE_NA = 3600, 4095, 16383  #: from these on: not available
ACQUIRING, LOST, TEST = 1, 2, 1  #: of the field status, of operation
TRACKED = (4, 6, 7)  #: established: no alarm, alarm of CPA, acknowledged
_HEX = re.compile(r"[0-9A-Fa-f]{1,2}")


class Part(NamedTuple):
    """One sentence: ``number`` of ``total``, of the group ``sequence``."""

    total: int
    number: int
    sequence: str
    payload: str
    fill: int


@dataclass(frozen=True, slots=True)
class Target:
    """One target: ``distance`` nautical miles, ``speed`` knots, angles in degrees; None where not available."""

    number: int
    distance: float
    bearing: float
    speed: float | None
    course: float | None
    status: str  # T, Q or L as in TTM; empty: none
    test: bool


def part(body: str) -> Part:
    """The sentence's own fields. Raises :class:`Bad`."""
    values = body.split(",")
    if len(values) != 5 or not _HEX.fullmatch(values[0]) or not _HEX.fullmatch(values[1]):
        raise Bad(Reason.STRUCTURE)
    total, number, fill = int(values[0], 16), int(values[1], 16), values[4]
    if not 1 <= number <= total or fill not in "012345" or len(fill) != 1 or not re.fullmatch(r"\d?", values[2]):
        raise Bad(Reason.STRUCTURE)
    if not values[3] or (number < total and fill != "0"):
        raise Bad(Reason.LENGTH)
    return Part(total, number, values[2], values[3], int(fill))


def bits(payload: str) -> int:
    """The payload's bits as one number, six a character, first bit highest. Raises :class:`Bad`."""
    out = 0
    for c in payload.encode("latin-1", "replace"):
        if not (48 <= c <= 87 or 96 <= c <= 119):
            raise Bad(Reason.ARMOUR)
        out = out << 6 | (c - 48 if c < 96 else c - 56)
    return out


def targets(payload: str, fill: int) -> list[Target]:
    """The targets of a whole payload. Raises :class:`Bad` where it is no row of targets."""
    n = 6 * len(payload) - fill
    if n < BITS or n % BITS:
        raise Bad(Reason.LENGTH)
    whole = bits(payload) >> fill
    return [_target(whole >> (n - BITS * (i + 1)) & ((1 << BITS) - 1)) for i in range(n // BITS)]


def _target(value: int) -> Target:
    left, f = BITS, {}
    for name, width in LAYOUT:
        left -= width
        f[name] = value >> left & ((1 << width) - 1)
    if f["version"]:
        raise Bad(Reason.UNKNOWN_TYPE)
    if f["bearing"] >= ANGLE_NA or f["distance"] >= DISTANCE_NA:
        raise Bad(Reason.RANGE)
    over_ground = not f["relative"] and not f["water"]
    status = {ACQUIRING: "Q", LOST: "L"} | dict.fromkeys(TRACKED, "T")
    return Target(
        f["number"], f["distance"] * 0.01, f["bearing"] * 0.1,
        f["speed"] * 0.1 if over_ground and f["speed"] < SPEED_NA else None,
        f["course"] * 0.1 if over_ground and f["course"] < ANGLE_NA else None, status.get(f["status"], ""), f["operation"] == TEST,
    )  # fmt: skip
