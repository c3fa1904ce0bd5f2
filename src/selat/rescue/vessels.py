"""Vessels of opportunity: who of those in the picture would be there first."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import geodesy
from selat.model.errors import SchemaError
from selat.model.units import KNOT
from selat.rescue.waters import way
from selat.tracks.coast import Coast

Array = NDArray[Any]
STEPS = 40  #: places of the straight way that are asked whether they are land
ROUND = 16  #: vessels whose way by sea is looked for
RAISE_STEAM = 1800.0  #: s until a ship that is moored or at anchor is under way (assumed)
FASTEST = 50.0 * KNOT  #: above this a speed that is reported is an error

#: AIS ship type (ITU-R M.1371, table 53) -> knots that such a ship makes when she is asked to (assumed: usual service speeds,
#: the lower half of each kind; what she was seen to do counts where it is more)
ABLE = {
    30: 8.0, 31: 9.0, 32: 9.0, 33: 8.0, 34: 10.0, 35: 18.0, 36: 6.0, 37: 12.0, 50: 18.0, 51: 22.0, 52: 10.0, 53: 12.0,
    54: 10.0, 55: 20.0, 58: 12.0,
}  # fmt: skip
ABLE_TENS = {2: 40.0, 4: 25.0, 6: 16.0, 7: 12.0, 8: 12.0}
ABLE_ELSE = 9.0


def able(ship_type: Array, seen: Array) -> Array:
    """Speed (n,) m/s that vessels can make: usual for their AIS type, or what each was seen to make (m/s) where that is more."""
    tens = np.array([ABLE_TENS.get(k // 10, ABLE_ELSE) for k in range(256)])
    for kind, knots in ABLE.items():
        tens[kind] = knots
    usual = tens[np.clip(np.asarray(ship_type, np.int64), 0, 255)] * KNOT
    fair = np.isfinite(seen) & (seen <= FASTEST)
    out: Array = np.where(fair, np.maximum(usual, np.where(fair, seen, 0.0)), usual)
    return out


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Rows in order of arrival: ``row`` of the picture, ``away`` m, by sea where the straight way crosses land, ``bearing`` deg of
    the straight way, ``seconds``, ``land``: no way by sea is known, so that the time is too short (last among all)."""

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
        for i in np.flatnonzero(land)[:ROUND]:
            by_sea = way(coast, (float(lats[rows[i]]), float(lons[rows[i]])), (lat, lon))[1]
            if math.isfinite(by_sea):
                away[i], seconds[i], land[i] = by_sea, by_sea / speed[rows[i]], False
    order = np.lexsort((seconds, land))[:most]
    return Arrivals(rows[order], away[order], bearing[order], seconds[order], land[order])
