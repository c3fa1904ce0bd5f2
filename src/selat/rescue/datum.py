"""Datum by hand: drift of the last known position through a few intervals of wind and current, a radius and a box.

The coastal ("rapid response") sums of IAMSAR Volume II as the Danish EPD and ArcticWeb make them: for a first box within
the minute, and to check the particles. ``R = ((X + Y) + 0.3 D) F``: X error of the position, Y of the searcher, D the drift.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from selat.kernels import geodesy
from selat.model.errors import ConfigError

SPHERE = 6_371_000.0  #: metres: the radius that EPD takes; 0.3 % off along a meridian at 61 degrees
DRIFT_ERROR = 0.3  #: share of the distance drifted (IAMSAR II, 4.4)


@dataclass(frozen=True, slots=True)
class Interval:
    """Some ``seconds`` of one current and one wind: vectors (east, north) in m/s, both to where they go."""

    seconds: float
    current: tuple[float, float]
    wind: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Datum:
    """Where it is: ``lat``, ``lon``; ``legs`` (distance in m, bearing in deg) of each interval; ``radius`` of the circle (m)
    and the ``box`` about it, corners (lat, lon) from the one ahead to the left, clockwise."""

    lat: float
    lon: float
    legs: tuple[tuple[float, float], ...]
    drift: tuple[float, float]
    radius: float
    box: tuple[tuple[float, float], ...]


def radius_of(drift: float, position: float, searcher: float, factor: float = 1.0) -> float:
    """Radius (m) of the search circle: errors of ``position`` and ``searcher`` (m), metres drifted, safety ``factor``."""
    return ((position + searcher) + DRIFT_ERROR * drift) * factor


def datum(
    lat: float,
    lon: float,
    intervals: Sequence[Interval],
    slope: float,
    offset: float,
    position: float,
    searcher: float = 185.2,
    factor: float = 1.0,
    sphere: bool = False,
) -> Datum:
    """The datum of an object whose leeway is ``slope`` times the wind plus ``offset`` (m/s), straight downwind.

    ``position`` and ``searcher``: errors in metres. ``drift`` is the way from first to last, and the radius is of the length
    of all legs. ``sphere``: on EPD's sphere instead of WGS 84, for comparison.
    Raises :class:`ConfigError` without intervals or for one that takes no time.
    """
    if not intervals or min(i.seconds for i in intervals) <= 0.0:
        raise ConfigError("a datum needs intervals that take time", hint="one wind and one current with their duration")
    legs, y, x = [], lat, lon
    for part in intervals:
        speed = math.hypot(*part.wind)
        leeway = (slope * speed + offset) / speed if speed > 0.0 else 0.0
        east = (part.current[0] + leeway * part.wind[0]) * part.seconds
        north = (part.current[1] + leeway * part.wind[1]) * part.seconds
        legs.append((math.hypot(east, north), math.degrees(math.atan2(east, north)) % 360.0))
        y, x = _destination(y, x, legs[-1][1], legs[-1][0], sphere)
    way = _inverse(lat, lon, y, x, sphere)
    reach = radius_of(sum(d for d, _ in legs), position, searcher, factor)
    return Datum(y, x, tuple(legs), way, reach, square(y, x, reach, legs[-1][1], sphere=sphere))


def _destination(lat: float, lon: float, bearing: float, away: float, sphere: bool) -> tuple[float, float]:
    if not sphere:
        there = geodesy.destination(lat, lon, bearing, away)
        return float(there[0]), float(there[1])
    a, y, b = away / SPHERE, math.radians(lat), math.radians(bearing)
    sine = math.sin(y) * math.cos(a) + math.cos(y) * math.sin(a) * math.cos(b)
    turn = math.atan2(math.sin(b) * math.sin(a) * math.cos(y), math.cos(a) - math.sin(y) * sine)
    return math.degrees(math.asin(sine)), (lon + math.degrees(turn) + 180.0) % 360.0 - 180.0


def _inverse(lat: float, lon: float, y: float, x: float, sphere: bool) -> tuple[float, float]:
    """(metres, bearing) from the first point to the second."""
    if not sphere:
        away, bearing, _ = geodesy.inverse(lat, lon, y, x)
        return float(away), float(bearing)
    a, b, turn = math.radians(lat), math.radians(y), math.radians(x - lon)
    h = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(turn / 2) ** 2
    ahead = math.cos(a) * math.sin(b) - math.sin(a) * math.cos(b) * math.cos(turn)
    course = math.degrees(math.atan2(math.sin(turn) * math.cos(b), ahead)) % 360.0
    return 2.0 * SPHERE * math.asin(math.sqrt(h)), course


def square(
    lat: float, lon: float, half: float, bearing: float, *, sphere: bool = False
) -> tuple[tuple[float, float], ...]:
    """Corners (lat, lon) of a square of ``half`` its side about a point, along a bearing, clockwise from ahead on the left."""
    ways = [bearing + turn for turn in (-45.0, 45.0, 135.0, 225.0)]
    return tuple(_destination(lat, lon, way, half * math.sqrt(2.0), sphere) for way in ways)
