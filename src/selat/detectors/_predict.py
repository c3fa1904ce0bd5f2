"""Where ships will be: straight on, or round the bends of the lane that they follow."""

from __future__ import annotations

import numpy as np

from selat.detectors import _ships as fleet
from selat.detectors._ships import Array, Ships
from selat.kernels import geodesy
from selat.tracks.lanes import Lanes
from selat.tracks.window import Window

TURN = 60.0  #: s between looks at the lane
FOLLOWS = 25.0  #: deg: a ship on a course this near to a lane's direction follows it


def way(window: Window, s: Ships, rows: Array, horizon: float, step: float) -> tuple[Array, Array]:
    """Latitude and longitude (ships, moments) every ``step`` s from now to ``horizon`` s of ships (rows of ``s``).

    A ship that follows a lane (declared or learned) keeps her angle to it; others keep their course.
    """
    c = window.contacts
    age = (window.now - s.time[rows]) * 1e-9
    lat, lon = geodesy.moved(
        s.lat[rows], s.lon[rows], c.vx[s.slot[rows]].astype("f8") * age, c.vy[s.slot[rows]].astype("f8") * age
    )
    return along(window.world.lanes, lat, lon, s.speed[rows], s.course[rows], horizon, step)


def along(
    lanes: Lanes, lat: Array, lon: Array, speed: Array, course: Array, horizon: float, step: float
) -> tuple[Array, Array]:
    """As :func:`way`, from places, speeds (m/s) and courses (deg)."""
    n, moments = len(lat), int(horizon / step) + 1
    lats, lons = np.empty((n, moments)), np.empty((n, moments))
    lats[:, 0], lons[:, 0] = lat, lon
    heading = course.astype("f8").copy()
    offset = np.full(n, np.nan)
    if len(lanes):
        offset = _off(lanes, lat, lon, heading)
    every = max(1, round(TURN / step))
    for m in range(1, moments):
        if m % every == 1 and m > 1 and not np.isnan(offset).all():
            follow = np.flatnonzero(~np.isnan(offset))
            hit = lanes.at(lats[follow, m - 1], lons[follow, m - 1], heading[follow])
            near = fleet.turn(hit.direction + offset[follow], heading[follow]) < 60.0
            turn = follow[near & (hit.lane >= 0)]
            heading[turn] = (hit.direction[near & (hit.lane >= 0)] + offset[turn]) % 360.0
        rad = np.radians(heading)
        lats[:, m], lons[:, m] = geodesy.moved(
            lats[:, m - 1], lons[:, m - 1], speed * step * np.sin(rad), speed * step * np.cos(rad)
        )
    return lats, lons


def _off(lanes: Lanes, lat: Array, lon: Array, course: Array) -> Array:
    """Angle (deg) at which ships follow the lane they are in; NaN where they follow none."""
    hit = lanes.at(lat, lon, course)
    off = (course - hit.direction + 180.0) % 360.0 - 180.0
    out: Array = np.where((hit.lane >= 0) & (np.abs(off) < FOLLOWS), off, np.nan)
    return out


def bends(window: Window) -> bool:
    """Are any lanes known, so that bends are followed?"""
    return bool(len(window.world.lanes))


__all__ = ["FOLLOWS", "TURN", "along", "bends", "way"]
