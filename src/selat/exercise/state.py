"""Where ships are and how they move at a moment; and where they are when they keep clear of others beside their ways."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from selat.exercise.script import metres_per_degree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class State(NamedTuple):
    """Truth of some ships: degrees, m/s, degrees, degrees a second (right positive); ``leg`` 0 out, 1 back."""

    lat: Floats
    lon: Floats
    sog: Floats
    cog: Floats
    heading: Floats
    turn: Floats
    leg: Ints


class Deviation(NamedTuple):
    """What ships add to their ways: m to the right, m/s, m/s2; s by which they are behind, and s/s; arrays (n,)."""

    side: Floats
    rate: Floats
    push: Floats
    late: Floats
    pace: Floats


class Watch(Protocol):
    """Keeps ships clear of each other: :class:`selat.exercise.navigators.Navigators`."""

    def until(self, t: float) -> None:
        """Sail on until everybody's place at ``t`` s is known."""

    def of(self, ships: Ints, t: Floats) -> Deviation:
        """What ships add to their ways."""
        ...

    def axis(self, ships: Ints) -> Floats:
        """Direction (deg) whose right is the ``side`` of those that turn all the time; NaN: it is their way's."""
        ...


def beside(s: State, d: Deviation, axis: Floats) -> State:
    """States of ships ``d`` off their ways, whose own are ``s``."""
    off = np.flatnonzero((d.side != 0.0) | (d.rate != 0.0) | (d.pace != 0.0))
    if not len(off):
        return s
    out = State(s.lat.copy(), s.lon.copy(), s.sog.copy(), s.cog.copy(), s.heading.copy(), s.turn.copy(), s.leg)
    side, rate, pace = d.side[off], d.rate[off], d.pace[off]
    lat, lon, sog, cog, turn = s.lat[off], s.lon[off], s.sog[off], s.cog[off], s.turn[off]
    own = np.isnan(axis[off])
    way = np.radians(np.where(own, cog, axis[off]) + 90.0)
    north, east = metres_per_degree(lat)
    out.lat[off], out.lon[off] = lat + side * np.cos(way) / north, lon + side * np.sin(way) / east
    under = sog > 0.05
    bend = np.where(own & under, np.radians(turn), 0.0)  # rad/s of the way itself; the inner side of a bend is shorter
    ahead = (1.0 - pace) * (sog - bend * side)
    c = np.radians(cog)
    u, v = ahead * np.sin(c) + rate * np.sin(way), ahead * np.cos(c) + rate * np.cos(way)
    speed = np.hypot(u, v)
    course = np.where(speed > 0.05, np.degrees(np.arctan2(u, v)), cog) % 360.0
    out.sog[off], out.cog[off] = speed, course
    out.heading[off] = np.where(under, course, s.heading[off])
    aside = np.where(own, d.push[off] * ahead / np.maximum(speed * speed, 0.25), 0.0)
    out.turn[off] = (1.0 - pace) * turn + np.degrees(aside) * under
    return out
