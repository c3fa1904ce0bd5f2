"""Units: SI and degrees inside; nautical units only where people read and write.

This is the only file that knows what a nautical mile is. A bare number is refused wherever a quantity is asked for:

>>> round(speed("12 kn"), 3)
6.173
>>> distance("3 nm")
5556.0
>>> duration("20 min")
1200.0
"""

from __future__ import annotations

import re
from typing import Annotated

from selat.model.errors import UnitError

NAUTICAL_MILE = 1852.0  #: metres (International Hydrographic Conference, Monaco 1929)
CABLE = NAUTICAL_MILE / 10.0  #: metres
KNOT = NAUTICAL_MILE / 3600.0  #: metres a second
FOOT = 0.3048  #: metres

Metre = Annotated[float, "m"]
MetrePerSecond = Annotated[float, "m/s"]
Second = Annotated[float, "s"]
Degree = Annotated[float, "deg"]

_LENGTHS = {"m": 1.0, "km": 1000.0, "nm": NAUTICAL_MILE, "nmi": NAUTICAL_MILE, "cable": CABLE, "ft": FOOT}
_SPEEDS = {"m/s": 1.0, "kn": KNOT, "kt": KNOT, "kts": KNOT, "km/h": 1000.0 / 3600.0}
_TIMES = {"s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "ms": 0.001}
_ANGLES = {"deg": 1.0, "°": 1.0}
_QUANTITY = re.compile(r"^\s*([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*([^\d\s].*?)?\s*$")


def _parse(text: str | float, units: dict[str, float], what: str, example: str) -> float:
    m = _QUANTITY.match(str(text))
    if m is None:
        raise UnitError(f"not a {what}: {text!r}", hint=f"write a number and a unit, as in {example}")
    value, unit = m.groups()
    if unit is None:
        raise UnitError(f"{what} without a unit: {text!r}", hint=f"write the unit, as in {example}")
    factor = units.get(unit) or units.get(unit.lower())
    if factor is None:
        raise UnitError(f"{unit!r} is not a unit of {what}", hint=f"known: {', '.join(units)}; as in {example}")
    return float(value) * factor


def distance(text: str | float) -> Metre:
    """Metres of a text such as ``"3 nm"``; raises :class:`UnitError` without a unit."""
    return _parse(text, _LENGTHS, "distance", "3 nm")


def speed(text: str | float) -> MetrePerSecond:
    """Metres a second of a text such as ``"12 kn"``; raises :class:`UnitError` without a unit."""
    return _parse(text, _SPEEDS, "speed", "12 kn")


def duration(text: str | float) -> Second:
    """Seconds of a text such as ``"20 min"``; raises :class:`UnitError` without a unit."""
    return _parse(text, _TIMES, "duration", "20 min")


def angle(text: str | float) -> Degree:
    """Degrees of a text such as ``"45 deg"``; raises :class:`UnitError` without a unit."""
    return _parse(text, _ANGLES, "angle", "45 deg")


def knots(metres_per_second: float) -> float:
    """Knots of a speed in metres a second, for people to read."""
    return metres_per_second / KNOT


def nautical_miles(metres: float) -> float:
    """Nautical miles of a distance in metres, for people to read."""
    return metres / NAUTICAL_MILE
