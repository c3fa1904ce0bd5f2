"""More for golden examples: ships of several legs, and seas with zones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from selat.detectors._golden import START
from selat.kernels import geodesy
from selat.model.clock import SECOND
from selat.model.columns import Columns
from selat.model.nouns import Zone
from selat.model.schema import TimeQuality
from selat.model.units import KNOT
from selat.tracks.world import World
from selat.tracks.zones import Zones

Leg = tuple[float, float, float]  #: knots, course (deg), seconds


def voyage(
    mmsi: int,
    lat: float,
    lon: float,
    legs: Sequence[Leg],
    start: float = 0.0,
    every: float = 10.0,
    status: int = 0,
    heading: float | None = None,
    msg_type: int = 1,
) -> Columns:
    """Reports of a ship that begins at (lat, lon) at second ``start`` and sails legs one after the other.

    ``heading``: where it is not the course. Between the legs she turns on the spot.
    """
    ends = np.cumsum([0.0] + [leg[2] for leg in legs])
    s = np.arange(0.0, ends[-1] + 1e-9, every)
    leg = np.minimum(np.searchsorted(ends, s, "right") - 1, len(legs) - 1)
    knots, course = (np.array([one[k] for one in legs])[leg] for k in (0, 1))
    east = np.zeros(len(s))
    north = np.zeros(len(s))
    for k, (v, c, span) in enumerate(legs):
        part = np.clip(s - ends[k], 0.0, span) * v * KNOT
        east += part * np.sin(np.radians(c))
        north += part * np.cos(np.radians(c))
    lats, lons = geodesy.moved(lat, lon, east, north)
    time = START + np.round((start + s) * 1e9).astype("i8")
    n = len(s)
    head = course if heading is None else np.full(n, heading)
    full: dict[str, Any] = {
        "time": time, "received": time + SECOND // 2, "mmsi": np.full(n, mmsi), "msg_type": np.full(n, msg_type),
        "lat": np.round(lats * 1e7).astype("i4"), "lon": np.round(lons * 1e7).astype("i4"),
        "sog": np.round(knots * 10), "cog": np.round(course * 10) % 3600, "heading": np.round(head) % 360,
        "nav_status": np.full(n, status), "time_quality": np.full(n, TimeQuality.TAG_S),
    }  # fmt: skip
    return Columns("reports", full)


def zoned(*zones: Zone) -> World:
    """A world of these zones only."""
    return World(zones=Zones(list(zones)))


def strip(kind: str, south: float, north: float, name: str = "", **more: Any) -> Zone:
    """A zone from 104.0 to 104.2 east that runs 080, between two latitudes of its west end."""
    rise = 0.2 / np.tan(np.radians(80.0))
    ring = ((104.0, south), (104.2, south + rise), (104.2, north + rise), (104.0, north))
    return Zone(name or kind.replace("_", " "), ring, "made up", kind=kind, **more)


def lane(name: str = "eastbound lane", south: float = 1.225, north: float = 1.240, direction: float = 80.0) -> Zone:
    """A lane of that shape."""
    return strip("lane", south, north, name, direction=direction)
