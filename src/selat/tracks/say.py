"""Words for sentences of alerts: places, distances, times and names, in the units of the sea."""

from __future__ import annotations

import math

from selat.model.clock import format_time
from selat.model.units import NAUTICAL_MILE, knots, nautical_miles


def _minutes(value: float, letters: str, width: int) -> str:
    whole, rest = divmod(round(abs(value) * 60.0 * 100.0), 6000)
    return f"{whole:0{width}d}°{rest / 100.0:05.2f}'{letters[0] if value >= 0 else letters[1]}"


def place(lat: float, lon: float) -> str:
    """Degrees and minutes, such as ``01°14.50'N 103°55.20'E``."""
    if math.isnan(lat) or math.isnan(lon):
        return "an unknown position"
    return f"{_minutes(lat, 'NS', 2)} {_minutes(lon, 'EW', 3)}"


def miles(metres: float) -> str:
    """Nautical miles, with two decimals below ten; metres below a twentieth of a mile."""
    nm = nautical_miles(metres)
    if metres < NAUTICAL_MILE / 20.0:
        return f"{metres:.0f} m"
    return f"{nm:.2f} nm" if nm < 10.0 else f"{nm:.0f} nm"


def speed(metres_per_second: float) -> str:
    """Knots."""
    return f"{knots(metres_per_second):.0f} kn"


def span(seconds: float) -> str:
    """Seconds, minutes or hours, whichever is read most easily."""
    if seconds < 90.0:
        return f"{seconds:.0f} s"
    if seconds < 5400.0:
        return f"{seconds / 60.0:.0f} min"
    return f"{seconds / 3600.0:.1f} h"


def clock(ns: int) -> str:
    """Time of the day, UTC: ``03:04:05``."""
    return format_time(ns)[11:19]


def bearing(degrees: float) -> str:
    """Three figures: ``045``."""
    return f"{round(degrees) % 360:03d}"
