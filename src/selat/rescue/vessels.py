"""Vessels of opportunity: who of those in the picture would be there first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import geodesy
from selat.model.errors import SchemaError
from selat.tracks.coast import Coast

Array = NDArray[Any]
STEPS = 40  #: places of the straight way that are asked whether they are land


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Rows in order of arrival: ``row`` of the picture, ``away`` m, ``bearing`` deg, ``seconds``, ``land``: the straight way
    crosses land, so that the time is too short (last among all)."""

    row: Array
    away: Array
    bearing: Array
    seconds: Array
    land: Array


def arrivals(
    lat: float,
    lon: float,
    lats: Array,
    lons: Array,
    speed: Array,
    *,
    coast: Coast | None = None,
    most: int = 10,
    slowest: float = 0.5,
) -> Arrivals:
    """The vessels that reach a place first, at ``speed`` (n,) m/s: what each can do, not what she does.

    Vessels whose speed or place is not known (NaN) or whose speed is below ``slowest`` are left out. Raises
    :class:`SchemaError` for arrays that do not fit.
    """
    if not (lats.shape == lons.shape == speed.shape and lats.ndim == 1):
        raise SchemaError("places and speeds of vessels do not fit", hint="one of each for each vessel")
    rows = np.flatnonzero(np.isfinite(lats) & np.isfinite(lons) & np.isfinite(speed) & (speed >= slowest))
    away, bearing, _ = geodesy.inverse(lats[rows], lons[rows], lat, lon)
    seconds = away / speed[rows]
    near = np.argsort(seconds, kind="stable")[: 3 * most]
    rows, away, bearing, seconds = rows[near], away[near], bearing[near], seconds[near]
    land = np.zeros(len(rows), np.bool_)
    if coast is not None:
        part = np.linspace(0.02, 0.98, STEPS)
        for i in range(len(rows)):
            y, x = geodesy.destination(lats[rows[i]], lons[rows[i]], bearing[i], part * away[i])
            land[i] = bool(coast.land(y, x).any())
    order = np.lexsort((seconds, land))[:most]
    return Arrivals(rows[order], away[order], bearing[order], seconds[order], land[order])
