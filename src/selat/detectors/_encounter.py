"""Two ships that meet: their motion in a plane, whose domain is entered, and which rule of the COLREGs speaks of it.

Arrays, one element a pair; metres, seconds, degrees. ``a`` and ``b`` are slots of the contacts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import geodesy
from selat.tracks.contacts import Contacts
from selat.tracks.features import over

Floats = NDArray[np.float64]


class Encounter(IntEnum):
    """How two ships meet (COLREGs, part B)."""

    HEAD_ON = 14  #: rule 14
    CROSSING = 15  #: rule 15
    OVERTAKING = 13  #: rule 13
    STOPPED = 0  #: one of them makes no way


@dataclass(frozen=True, slots=True)
class Fleet:
    """Ships at one instant; arrays by place in the fleet, ``slot`` leads to the contacts."""

    slot: Any
    lat: Floats
    lon: Floats
    vx: Floats
    vy: Floats
    speed: Floats
    course: Floats
    length: Floats
    beam: Floats
    still: Any
    agile: Any


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of a fleet and how they meet; ``x, y`` is b from a, ``bearing_a``: b off the bow of a (+ starboard), ``miss``:
    ``dcpa`` with the side on which b will pass, if both go on for ever.
    """

    a: Any
    b: Any
    x: Floats
    y: Floats
    range: Floats
    miss: Floats
    tcpa: Floats
    dcpa: Floats
    relative: Floats
    domain: Floats
    domain_of: Any
    swing: Floats
    bearing_a: Floats
    bearing_b: Floats
    kind: Any


def _turn(degrees: Any) -> Floats:
    """Angle in -180 to 180 degrees."""
    result: Floats = (np.asarray(degrees) + 180.0) % 360.0 - 180.0
    return result


def _closest(x: Any, y: Any, u: Any, v: Any, horizon: float) -> Floats:
    v2 = np.maximum(u * u + v * v, 1e-12)
    t = np.clip(-(x * u + y * v) / v2, 0.0, horizon)
    result: Floats = np.hypot(x + u * t, y + v * t)
    return result


def domain(x: Any, y: Any, u: Any, v: Any, course: Any, ahead: Any, beam: Any, horizon: float) -> Floats:
    """Least size of a ship's ellipse that the other touches within ``horizon``; below 1 it enters the domain.

    ``x, y``: the other from the ship; ``u, v``: its motion relative to the ship's; semi-axes ``ahead`` along the course
    and ``beam`` across (Fujii and Tanaka, Journal of Navigation 24, 1971).
    """
    s, c = np.sin(np.radians(course)), np.cos(np.radians(course))
    return _closest(
        (x * c - y * s) / beam, (x * s + y * c) / ahead, (u * c - v * s) / beam, (u * s + v * c) / ahead, horizon
    )


def measure(f: Fleet, a: Any, b: Any, horizon: float, ahead: float, across: float, narrow: float) -> Pairs:
    """How pairs of the fleet meet; domains of ``ahead`` x ``across`` ship lengths (whole axes) around
    those that make way; head-on within ``narrow`` degrees of reciprocal courses.
    """
    x, y = geodesy.plane(f.lat[a], f.lon[a], f.lat[b], f.lon[b])
    u, v = f.vx[b] - f.vx[a], f.vy[b] - f.vy[a]
    v2 = np.maximum(u * u + v * v, 1e-12)
    tcpa = -(x * u + y * v) / v2
    dcpa = _closest(x, y, u, v, horizon)
    half = 0.5 * ahead, 0.5 * across
    of_a = domain(x, y, u, v, f.course[a], half[0] * f.length[a], half[1] * f.length[a], horizon)
    of_b = domain(-x, -y, -u, -v, f.course[b], half[0] * f.length[b], half[1] * f.length[b], horizon)
    # A ship that makes no way has no course, and no domain ahead of it.
    of_a[f.still[a]] = np.inf
    of_b[f.still[b]] = np.inf
    toward = np.degrees(np.arctan2(x, y))
    bearing_a, bearing_b = _turn(toward - f.course[a]), _turn(toward + 180.0 - f.course[b])
    swing = _turn(f.course[b] - f.course[a])
    kind = np.full(len(x), int(Encounter.CROSSING))
    head = (np.abs(swing) >= 180.0 - narrow) & (np.abs(bearing_a) < 45.0) & (np.abs(bearing_b) < 45.0)
    kind[head] = Encounter.HEAD_ON
    astern = (np.abs(bearing_a) > 112.5) | (np.abs(bearing_b) > 112.5)
    kind[astern & (np.abs(swing) < 67.5)] = Encounter.OVERTAKING
    kind[(f.still[a]) | (f.still[b])] = Encounter.STOPPED
    return Pairs(
        a, b, x, y, np.hypot(x, y), (x * v - y * u) / np.sqrt(v2), tcpa, dcpa,
        np.sqrt(v2), np.minimum(of_a, of_b), np.where(of_a <= of_b, a, b),
        np.abs(swing), bearing_a, bearing_b, kind,
    )  # fmt: skip


def contradicted(c: Contacts, slots: Any, now: int, leap: float, times: float) -> Any:
    """Whether the positions of the last 10 minutes before ``now`` (ns) contradict the speed that a ship reports, by contact.

    They lead more than ``leap`` m and so many ``times`` farther than she says that she went, or less far by as much.
    """
    f = over(c, slots, now, 600.0)
    with np.errstate(invalid="ignore"):
        told = f.mean * f.span
        leapt = (f.gross - told > leap) & (f.gross > times * told)
        return leapt | ((told - f.gross > leap) & (f.gross * times < told))
