"""Positions, times and quantities as seamen write them."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from selat.kernels.region import points_in_ring
from selat.model.clock import SECOND
from selat.model.plan import Plan, SubArea, Task
from selat.model.units import KNOT, NAUTICAL_MILE

Ring = tuple[tuple[float, float], ...]
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
    lats, lons = zip(*(p for ring in task.area.outlines for p in ring), strict=True)
    north, south = (_degrees(v, 2, "NS") for v in (max(lats), min(lats)))
    east, west = (_degrees(v, 3, "EW") for v in (max(lons), min(lons)))
    return f"{north} {south} {east} {west}"


def polygons(area: SubArea) -> list[tuple[Ring, list[Ring]]]:
    """(outline, land within it) of each part of an area, rings of (lat, lon), not closed."""
    out: list[tuple[Ring, list[Ring]]] = [(ring, []) for ring in area.outlines]
    for hole in area.holes:
        lat, lon = (np.array([v]) for v in hole[0])
        home = (k for k, (ring, _) in enumerate(out) if points_in_ring(lon, lat, np.array(ring)[:, ::-1].copy())[0])
        out[next(home, 0)][1].append(hole)
    return out


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
