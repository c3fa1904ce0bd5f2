"""Identity: which hull sent a report. Parameters of the segmenter; the loop is in :mod:`selat.kernels.segments`.

One MMSI may be used by several hulls, and one hull may send positions that it cannot have. Each report joins the
segment of its MMSI that it fits best, or opens a new one; a segment is named by its MMSI and an ordinal that counts
from 0 in the order of event time, so a replay names the same segments.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from selat.kernels import segments
from selat.kernels.segments import Gate
from selat.model.units import KNOT


class Verdict(IntEnum):
    """What became of a report."""

    IGNORED = segments.IGNORED  #: time of the future, or none
    HEARD = segments.HEARD  #: no position
    COARSE = segments.COARSE  #: a type 27 position while a position of less than an hour was known
    STALE = segments.STALE  #: older than the segment's last position
    ACCEPTED = segments.ACCEPTED  #: the segment's new last position
    OPENED = segments.OPENED  #: first position of a new segment


@dataclass(frozen=True, slots=True)
class Gates:
    """What one hull can have sailed, SI units. Sources: GFW's gpsdio-segment (speed, pad, fresh, most); others ours."""

    speed: float = 25 * KNOT  #: m/s by which a ship may stray from its dead reckoning
    pad: float = 900.0  #: s added to the time between two reports whose time may be wrong by minutes
    pad_exact: float = 180.0  #: s added where times are exact
    dash: float = 60 * KNOT  #: m/s that any craft may have made good ...
    dash_pad: float = 30.0  #: s ... with this added to the time
    dash_time: float = 1800.0  #: s ... for at most this long
    aircraft: float = 400 * KNOT  #: m/s in place of both for aircraft
    fresh: float = 3600.0  #: s for which a position is not replaced by a type 27 one
    idle: float = 86400.0  #: s of silence after which a segment is over: anybody could be anywhere by then
    most: int = 20  #: open segments of an MMSI
    slack: float = 200.0  #: m taken off a step before its speed is judged
    jitter: float = 20.0  #: s added to the time of a step before its speed is judged
    near: float = 200.0  #: m that two reports of one hull may lie apart, and more ...
    near_speed: float = 2.0  #: m/s ... by this, and ...
    near_share: float = 1.2  #: ... this share of the greater speed that they state, ...
    near_time: float = 200.0  #: s ... when they are no farther apart than this: else two hulls sent them
    near_late: float = 90.0  #: s by which a report may be late unnoticed: room along the course
    other_class: float = 0.1  #: weight of a segment whose transponder is of the other class (A and B)

    def packed(self) -> Gate:
        """As the kernel takes it."""
        return Gate(
            self.speed, self.pad, self.pad_exact, self.dash, self.dash_pad, self.dash_time, self.aircraft,
            self.fresh, self.idle, self.most, self.slack, self.jitter, self.near, self.near_speed, self.near_share,
            self.near_time, self.near_late, self.other_class,
        )  # fmt: skip
