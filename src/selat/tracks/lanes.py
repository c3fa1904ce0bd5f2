"""Lanes: which way traffic flows at a place. An empty set knows none."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class LaneHit(NamedTuple):
    """What is known of traffic at places, arrays; NaN, -1, 0 and False where nothing is."""

    direction: Array  #: deg true, of the flow
    lane: Array  #: number of the lane; -1: none
    cross: Array  #: m to starboard of the middle
    along: Array  #: m from the beginning
    sigma: Array  #: m, of the lateral profile
    speed_mean: Array  #: m/s
    speed_sigma: Array  #: m/s
    passages: Array  #: ships that went that way
    declared: Array  #: True: of a zone; False: learned


class Lanes:
    """Lanes by number."""

    version = ""

    def __len__(self) -> int:
        return 0

    def at(self, lat: Any, lon: Any) -> LaneHit:
        """The lane at each place."""
        shape = np.broadcast(lat, lon).shape
        a, b, c, d, e, f = (np.full(shape, np.nan) for _ in range(6))
        return LaneHit(a, np.full(shape, -1), b, c, d, e, f, np.zeros(shape, np.int64), np.zeros(shape, np.bool_))

    def source(self, lane: int) -> str:
        """Whose geometry lane ``lane`` is."""
        raise IndexError(lane)
