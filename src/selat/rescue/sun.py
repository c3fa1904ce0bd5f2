"""Sun and moon: sunrise, sunset, twilight, moonrise, how much of the moon is lit. Pure arithmetic, no tables of days.

Sun: J. Meeus, Astronomical Algorithms (2nd ed., 1998), chapter 25, low accuracy (0.01 deg). Moon: the low-precision formulae of
the Astronomical Almanac (page D22: 0.3 deg in longitude). Times of rising and setting come out within a minute for the sun
and a few for the moon at the latitudes of ships; delta T (69 s now) is left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from selat.model.clock import DAY, MINUTE, SECOND

J2000 = 946_728_000 * SECOND  #: 2000-01-01 12:00 UTC
#: altitude of the centre, degrees: upper limb with 34' of refraction, and the three twilights
SUNRISE, CIVIL, NAUTICAL, ASTRONOMICAL = -0.8333, -6.0, -12.0, -18.0


@dataclass(frozen=True, slots=True)
class Light:
    """Events of a span, ns UTC, in order; ``moon_lit``: 0 new to 1 full, in the middle of it."""

    sunrise: tuple[int, ...]
    sunset: tuple[int, ...]
    dawn: tuple[int, ...]  #: civil twilight begins
    dusk: tuple[int, ...]  #: civil twilight ends
    moonrise: tuple[int, ...]
    moonset: tuple[int, ...]
    moon_lit: float


def _century(time: int) -> float:
    return (time - J2000) / DAY / 36525.0


def sun_place(time: int) -> tuple[float, float]:
    """(right ascension, declination) of the sun, apparent, degrees (Meeus, 25.2 to 25.8)."""
    t = _century(time)
    mean = 280.46646 + t * (36000.76983 + 0.0003032 * t)
    anomaly = math.radians(357.52911 + t * (35999.05029 - 0.0001537 * t))
    centre = (1.914602 - t * (0.004817 + 0.000014 * t)) * math.sin(anomaly)
    centre += (0.019993 - 0.000101 * t) * math.sin(2 * anomaly) + 0.000289 * math.sin(3 * anomaly)
    node = math.radians(125.04 - 1934.136 * t)
    longitude = math.radians(mean + centre - 0.00569 - 0.00478 * math.sin(node))
    tilt = math.radians(_tilt(t) + 0.00256 * math.cos(node))
    right = math.degrees(math.atan2(math.cos(tilt) * math.sin(longitude), math.cos(longitude))) % 360.0
    return right, math.degrees(math.asin(math.sin(tilt) * math.sin(longitude)))


def _tilt(t: float) -> float:
    return 23.439291 - 0.0130042 * t


def moon_place(time: int) -> tuple[float, float, float]:
    """(ecliptic longitude, latitude, horizontal parallax) of the moon, degrees."""
    t = _century(time)

    def s(a: float, b: float) -> float:
        return math.sin(math.radians(a + b * t))

    def c(a: float, b: float) -> float:
        return math.cos(math.radians(a + b * t))

    lon = (
        218.32 + 481267.881 * t + 6.29 * s(135.0, 477198.87) - 1.27 * s(259.3, -413335.36) + 0.66 * s(235.7, 890534.22)
    )
    lon += 0.21 * s(269.9, 954397.74) - 0.19 * s(357.5, 35999.05) - 0.11 * s(186.5, 966404.03)
    lat = (
        5.13 * s(93.3, 483202.02) + 0.28 * s(228.2, 960400.89) - 0.28 * s(318.3, 6003.15) - 0.17 * s(217.6, -407332.21)
    )
    parallax = 0.9508 + 0.0518 * c(135.0, 477198.87) + 0.0095 * c(259.3, -413335.36)
    parallax += 0.0078 * c(235.7, 890534.22) + 0.0028 * c(269.9, 954397.74)
    return lon % 360.0, lat, parallax


def _altitude(time: int, lat: float, lon: float, right: float, declination: float) -> float:
    days = (time - J2000) / DAY
    turned = 280.46061837 + 360.98564736629 * days  # Greenwich sidereal time (Meeus, 12.4)
    hour = math.radians(turned + lon - right)
    p, d = math.radians(lat), math.radians(declination)
    return math.degrees(math.asin(math.sin(p) * math.sin(d) + math.cos(p) * math.cos(d) * math.cos(hour)))


def sun_altitude(time: int, lat: float, lon: float) -> float:
    """Altitude of the sun's centre without refraction, degrees; ``time`` ns UTC."""
    return _altitude(time, lat, lon, *sun_place(time))


def moon_altitude(time: int, lat: float, lon: float) -> float:
    """Altitude of the moon's centre seen from the surface, without refraction, degrees."""
    longitude, latitude, parallax = moon_place(time)
    a, b, tilt = math.radians(longitude), math.radians(latitude), math.radians(_tilt(_century(time)))
    y = math.sin(a) * math.cos(tilt) - math.tan(b) * math.sin(tilt)
    right = math.degrees(math.atan2(y, math.cos(a)))
    declination = math.degrees(math.asin(math.sin(b) * math.cos(tilt) + math.cos(b) * math.sin(tilt) * math.sin(a)))
    high = _altitude(time, lat, lon, right, declination)
    return high - parallax * math.cos(math.radians(high))


def moon_lit(time: int) -> float:
    """Lit part of the moon's disc, 0 to 1 (Meeus, 48.2, with the sun at infinity)."""
    longitude, latitude, _ = moon_place(time)
    right, declination = sun_place(time)
    tilt = math.radians(_tilt(_century(time)))
    r, d = math.radians(right), math.radians(declination)
    sun = math.degrees(math.atan2(math.sin(r) * math.cos(tilt) + math.tan(d) * math.sin(tilt), math.cos(r)))
    apart = math.cos(math.radians(latitude)) * math.cos(math.radians(longitude - sun))
    return 0.5 * (1.0 - apart)


def crossings(
    high: Callable[[int], float], level: float, begin: int, end: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(times of rising through ``level``, of falling through it) of an altitude between two times, to a second."""
    up: list[int] = []
    down: list[int] = []
    time, before = begin, high(begin) - level
    while time < end:
        after_time = min(time + 10 * MINUTE, end)
        after = high(after_time) - level
        if (before < 0.0) != (after < 0.0):
            low, top = time, after_time
            while top - low > SECOND:
                middle = (low + top) // 2
                if (high(middle) - level < 0.0) == (before < 0.0):
                    low = middle
                else:
                    top = middle
            (up if before < 0.0 else down).append(top)
        time, before = after_time, after
    return tuple(up), tuple(down)


def light(lat: float, lon: float, begin: int, end: int) -> Light:
    """What sun and moon do between two times at a place."""

    def sun(time: int) -> float:
        return sun_altitude(time, lat, lon)

    rise, fall = crossings(sun, SUNRISE, begin, end)
    dawn, dusk = crossings(sun, CIVIL, begin, end)
    # the moon's limb: half a disc (0.26 deg) and the refraction
    moonrise, moonset = crossings(lambda time: moon_altitude(time, lat, lon), -0.83, begin, end)
    return Light(rise, fall, dawn, dusk, moonrise, moonset, moon_lit((begin + end) // 2))


def daylight(lat: float, lon: float, begin: int, end: int, level: float = SUNRISE) -> list[tuple[int, int]]:
    """Spans within two times in which the sun stands above ``level`` (default: sunrise to sunset)."""
    up, down = crossings(lambda time: sun_altitude(time, lat, lon), level, begin, end)
    events = sorted([(t, True) for t in up] + [(t, False) for t in down])
    start = begin if sun_altitude(begin, lat, lon) >= level else None
    spans = []
    for time, rising in events:
        if rising:
            start = time
        elif start is not None:
            spans.append((start, time))
            start = None
    if start is not None and start < end:
        spans.append((start, end))
    return spans
