"""Plots of a radar on the earth: range and azimuth to latitude, longitude and a covariance that is not too small.

The mean of converted range and azimuth lies nearer to the radar than the target, since the arc bends; dividing by
``exp(-s / 2)``, ``s`` the variance of the azimuth (rad^2), undoes that, and the covariance that goes with it follows in
closed form (Mo Longbin, Song Xiaoquan, Zhou Yiyu, Sun Zhong Kang, Y. Bar-Shalom, *Unbiased converted measurements for
tracking*, IEEE Trans. AES 34 (3), 1998). The place is on the geodesic of WGS 84, and the ellipse of errors is turned by
the bearing *on arrival*, so nothing depends on how far the radar is.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from selat.kernels._jit import inline, jit
from selat.kernels.geodesy import direct_one

_RAD = math.pi / 180.0


def _spread(away: float, sr: float, sa: float) -> tuple[float, float, float]:
    """Factor of the range, variances along and across the beam (m^2); ``away`` and ``sr`` m, ``sa`` rad."""
    s = sa * sa
    power = away * away + sr * sr
    along = away * away * (math.expm1(s) + 0.5 * math.expm1(-2.0 * s)) + 0.5 * sr * sr * (2.0 + math.expm1(-2.0 * s))
    return math.exp(0.5 * s), along, -0.5 * power * math.expm1(-2.0 * s)


spread = inline(_spread)


def _place(lat0: Any, lon0: Any, away: Any, azimuth: Any, sr: Any, sa: Any, out: Any) -> None:
    """``out`` (5, n): latitude, longitude (deg), variances east, east-north, north (m^2); ``azimuth``, ``sa`` in deg."""
    for i in range(away.size):
        factor, along, across = spread(away[i], sr[i], sa[i] * _RAD)
        lat, lon, arrival = direct_one(lat0[i], lon0[i], azimuth[i], away[i] * factor)
        if away[i] < 1e-3:  # on the radar itself
            lat, lon, arrival = lat0[i], lon0[i], azimuth[i]
        c, s = math.cos(arrival * _RAD), math.sin(arrival * _RAD)
        out[0, i], out[1, i] = lat, lon
        out[2, i] = along * s * s + across * c * c
        out[3, i] = (along - across) * s * c
        out[4, i] = along * c * c + across * s * s


_place_all = jit(_place)


def place(lat0: Any, lon0: Any, away: Any, azimuth: Any, sr: Any, sa: Any) -> Any:
    """(5, n): latitude, longitude (deg), covariance ee, en, nn (m^2) of plots.

    ``lat0``, ``lon0`` of the radar (deg), ``away`` range (m), ``azimuth`` from true north (deg), ``sr`` (m) and ``sa`` (deg)
    their standard deviations; arrays of one length.
    """
    arrays = [np.ascontiguousarray(a, "f8") for a in np.broadcast_arrays(lat0, lon0, away, azimuth, sr, sa)]
    out = np.empty((5, arrays[0].size))
    _place_all(*arrays, out)
    return out
