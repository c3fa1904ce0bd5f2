"""Positions, times and quantities as seamen write them."""

from __future__ import annotations

from datetime import UTC, datetime

from selat.model.clock import SECOND
from selat.model.plan import Plan, Task
from selat.model.units import KNOT, NAUTICAL_MILE

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def position(lat: float, lon: float) -> str:
    """``02-27.00N 101-48.00E``: degrees and minutes to a hundredth (18 m)."""
    return f"{_degrees(lat, 2, 'NS')} {_degrees(lon, 3, 'EW')}"


def _degrees(value: float, digits: int, letters: str) -> str:
    hundredths = round(abs(value) * 6000)
    degrees, rest = divmod(hundredths, 6000)
    return f"{degrees:0{digits}d}-{rest // 100:02d}.{rest % 100:02d}{letters[value < 0]}"


def group(time: int) -> str:
    """Date-time group, ``271840Z NOV 26``; the nearest minute."""
    moment = datetime.fromtimestamp((time + 30 * SECOND) // SECOND, tz=UTC)
    return f"{moment:%d%H%M}Z {_MONTHS[moment.month - 1]} {moment:%y}"


def miles(metres: float, digits: int = 1) -> str:
    """Nautical miles."""
    return f"{metres / NAUTICAL_MILE:.{digits}f}"


def square_miles(metres: float) -> str:
    """Square nautical miles."""
    return f"{metres / NAUTICAL_MILE**2:.1f}"


def knots(speed: float) -> str:
    """Knots."""
    return f"{speed / KNOT:.1f}"


def limits(task: Task) -> str:
    """North, south, east and west limits of an area."""
    lats, lons = zip(*task.area.corners, strict=True)
    north, south = (_degrees(v, 2, "NS") for v in (max(lats), min(lats)))
    east, west = (_degrees(v, 3, "EW") for v in (max(lons), min(lons)))
    return f"{north} {south} {east} {west}"


def centre_form(task: Task) -> str:
    """Area by centre, length, width and axis."""
    a = task.area
    return f"{position(a.lat, a.lon)} {miles(a.length)} x {miles(a.width)} NM AXIS {a.axis:03.0f}"


def drift_form(task: Task) -> str:
    """How an area moves; empty where it lies still."""
    a = task.area
    return f"{knots(a.drift_speed)} KN TOWARDS {a.drift_direction:03.0f}" if a.drift_speed > 0.005 else ""


def title(plan: Plan) -> str:
    """A name for files and routes."""
    return plan.case or f"search {group(plan.begin)}"
