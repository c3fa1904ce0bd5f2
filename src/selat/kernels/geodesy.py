"""The earth: WGS 84 distance, bearing and destination, exact and fast.

Two kinds of geometry, never mixed:

* *exact*: :func:`inverse`, :func:`direct`: Vincenty's series on the ellipsoid (T. Vincenty, Survey Review XXII (176),
  1975), error below 0.1 mm up to 19,900 km; nearly antipodal pairs, where that series does not converge, are NaN.
* *near*: :func:`delta` and :func:`offset`: a plane with the radii of WGS 84 at the pair's own mid-latitude, error below
  1 mm at 6 nautical miles at the latitudes of ships. One mid-latitude for the whole strait would be 49 m wrong, a
  sphere 62 m.

Degrees and metres; bearings clockwise from true north, 0 to 360. Scalars in the kernels, arrays in the public
functions.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import inline, jit
from selat.kernels.flat import flat

A = 6378137.0  #: equatorial radius, metres (WGS 84)
F = 1.0 / 298.257223563  #: flattening (WGS 84)
B = A * (1.0 - F)  #: polar radius, metres
E2 = F * (2.0 - F)  #: first eccentricity squared
_RAD = math.pi / 180.0
_ITERATIONS = 200

Floats = NDArray[np.float64]


def _wrap(degrees: float) -> float:
    """Longitude or difference of longitudes in -180 (included) to 180 degrees."""
    return (degrees + 180.0) % 360.0 - 180.0


wrap = inline(_wrap)


def _metres(lat: float) -> tuple[float, float]:
    """Metres in a degree of latitude and of longitude at ``lat``: meridian and prime vertical radius."""
    s = math.sin(lat * _RAD)
    w = 1.0 - E2 * s * s
    n = A / math.sqrt(w)
    return n * (1.0 - E2) / w * _RAD, n * math.cos(lat * _RAD) * _RAD


metres = inline(_metres)


def _delta(lat1: float, lon1: float, lat2: float, lon2: float) -> tuple[float, float]:
    """East and north of the second point from the first, metres, for points near each other (below 20 km: 1 cm)."""
    my, mx = metres((lat1 + lat2) * 0.5)
    return wrap(lon2 - lon1) * mx, (lat2 - lat1) * my


delta = inline(_delta)


def _offset(lat: float, lon: float, east: float, north: float) -> tuple[float, float]:
    """The point ``east`` and ``north`` metres away: the inverse of :func:`delta`."""
    my, _ = metres(lat)
    my, _ = metres(lat + north / my * 0.5)
    lat2 = lat + north / my
    _, mx = metres((lat + lat2) * 0.5)
    return lat2, wrap(lon + east / mx)


offset = inline(_offset)


def _near(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Metres between any two points, for gates: plane below 50 km, haversine on the mean sphere (0.6 %) beyond."""
    if abs(lat2 - lat1) < 0.5 and abs(wrap(lon2 - lon1)) < 0.5:
        x, y = delta(lat1, lon1, lat2, lon2)
        return math.hypot(x, y)
    h = math.sin((lat2 - lat1) * _RAD * 0.5) ** 2
    h += math.cos(lat1 * _RAD) * math.cos(lat2 * _RAD) * math.sin((lon2 - lon1) * _RAD * 0.5) ** 2
    return 2.0 * (2.0 * A + B) / 3.0 * math.asin(math.sqrt(min(1.0, h)))


near = inline(_near)


def _series(u2: float) -> tuple[float, float]:
    """Vincenty's A and B by Helmert's expansion parameter (Vincenty's own improvement of 1976)."""
    k = (math.sqrt(1.0 + u2) - 1.0) / (math.sqrt(1.0 + u2) + 1.0)
    return (1.0 + 0.25 * k * k) / (1.0 - k), k * (1.0 - 0.375 * k * k)


series = inline(_series)


def _swing(big_b: float, sin_s: float, cos_s: float, cos_2m: float) -> float:
    inner = cos_s * (-1.0 + 2.0 * cos_2m * cos_2m)
    inner -= big_b / 6.0 * cos_2m * (-3.0 + 4.0 * sin_s * sin_s) * (-3.0 + 4.0 * cos_2m * cos_2m)
    return big_b * sin_s * (cos_2m + big_b / 4.0 * inner)


swing = inline(_swing)


def _inverse(lat1: float, lon1: float, lat2: float, lon2: float) -> tuple[float, float, float]:
    """Distance (m), bearings at the first and second point (deg); NaN where the series does not converge."""
    t1 = (1.0 - F) * math.tan(lat1 * _RAD)
    t2 = (1.0 - F) * math.tan(lat2 * _RAD)
    c1, c2 = 1.0 / math.sqrt(1.0 + t1 * t1), 1.0 / math.sqrt(1.0 + t2 * t2)
    s1, s2 = t1 * c1, t2 * c2
    span = wrap(lon2 - lon1) * _RAD
    lam = span
    for _ in range(_ITERATIONS):
        sl, cl = math.sin(lam), math.cos(lam)
        y, x = c2 * sl, c1 * s2 - s1 * c2 * cl
        sin_s = math.hypot(y, x)
        cos_s = s1 * s2 + c1 * c2 * cl
        if sin_s < 1e-15:
            if cos_s > 0.0:
                return 0.0, 0.0, 0.0
            break
        sigma = math.atan2(sin_s, cos_s)
        sin_a = c1 * c2 * sl / sin_s
        cos2a = max(0.0, 1.0 - sin_a * sin_a)
        cos_2m = cos_s - 2.0 * s1 * s2 / cos2a if cos2a > 1e-15 else 0.0
        c = F / 16.0 * cos2a * (4.0 + F * (4.0 - 3.0 * cos2a))
        inner = cos_2m + c * cos_s * (-1.0 + 2.0 * cos_2m * cos_2m)
        last = lam
        lam = span + (1.0 - c) * F * sin_a * (sigma + c * sin_s * inner)
        if abs(lam) > math.pi:
            break
        if abs(lam - last) < 1e-13:
            big_a, big_b = series(cos2a * (A * A - B * B) / (B * B))
            away = big_a * B * (sigma - swing(big_b, sin_s, cos_s, cos_2m))
            first = math.atan2(y, x) / _RAD
            second = math.atan2(c1 * sl, -s1 * c2 + c1 * s2 * cl) / _RAD
            return away, first % 360.0, second % 360.0
    return math.nan, math.nan, math.nan


inverse_one = inline(_inverse)


def _direct(lat: float, lon: float, bearing: float, away: float) -> tuple[float, float, float]:
    """Latitude, longitude and bearing on arrival after ``away`` metres on the geodesic that leaves at ``bearing``."""
    ca, sa = math.cos(bearing * _RAD), math.sin(bearing * _RAD)
    t1 = (1.0 - F) * math.tan(lat * _RAD)
    c1 = 1.0 / math.sqrt(1.0 + t1 * t1)
    s1 = t1 * c1
    start = math.atan2(t1, ca)
    sin_a = c1 * sa
    cos2a = 1.0 - sin_a * sin_a
    big_a, big_b = series(cos2a * (A * A - B * B) / (B * B))
    sigma = away / (B * big_a)
    for _ in range(_ITERATIONS):
        cos_2m = math.cos(2.0 * start + sigma)
        last = sigma
        sigma = away / (B * big_a) + swing(big_b, math.sin(sigma), math.cos(sigma), cos_2m)
        if abs(sigma - last) < 1e-14:
            break
    cos_2m = math.cos(2.0 * start + sigma)
    ss, cs = math.sin(sigma), math.cos(sigma)
    x = s1 * ss - c1 * cs * ca
    lat2 = math.atan2(s1 * cs + c1 * ss * ca, (1.0 - F) * math.hypot(sin_a, x))
    lam = math.atan2(ss * sa, c1 * cs - s1 * ss * ca)
    c = F / 16.0 * cos2a * (4.0 + F * (4.0 - 3.0 * cos2a))
    inner = cos_2m + c * cs * (-1.0 + 2.0 * cos_2m * cos_2m)
    span = lam - (1.0 - c) * F * sin_a * (sigma + c * ss * inner)
    return lat2 / _RAD, wrap(lon + span / _RAD), (math.atan2(sin_a, -x) / _RAD) % 360.0


direct_one = inline(_direct)


def _inverse_all(lat1: Floats, lon1: Floats, lat2: Floats, lon2: Floats, out: Floats) -> None:
    for i in range(lat1.size):
        out[0, i], out[1, i], out[2, i] = inverse_one(lat1[i], lon1[i], lat2[i], lon2[i])


def _direct_all(lat: Floats, lon: Floats, bearing: Floats, away: Floats, out: Floats) -> None:
    for i in range(lat.size):
        out[0, i], out[1, i], out[2, i] = direct_one(lat[i], lon[i], bearing[i], away[i])


def _delta_all(lat1: Floats, lon1: Floats, lat2: Floats, lon2: Floats, out: Floats) -> None:
    for i in range(lat1.size):
        out[0, i], out[1, i] = delta(lat1[i], lon1[i], lat2[i], lon2[i])


def _offset_all(lat: Floats, lon: Floats, east: Floats, north: Floats, out: Floats) -> None:
    for i in range(lat.size):
        out[0, i], out[1, i] = offset(lat[i], lon[i], east[i], north[i])


_offset_many = jit(_offset_all)
_inverse_many = jit(_inverse_all)
_direct_many = jit(_direct_all)
_delta_many = jit(_delta_all)


def _each(kernel: Any, rows: int, *values: Any) -> Floats:
    """Run a kernel over numbers or arrays, broadcast; ``rows`` results for each."""
    arrays, shape = flat(*values)
    out = np.empty((rows, arrays[0].size))
    kernel(*arrays, out)
    return out.reshape(rows, *shape)


def inverse(lat1: Any, lon1: Any, lat2: Any, lon2: Any) -> tuple[Floats, Floats, Floats]:
    """Distance (m), first and second bearing (deg) of arrays or numbers, broadcast; NaN for nearly antipodal pairs."""
    away, first, second = _each(_inverse_many, 3, lat1, lon1, lat2, lon2)
    return away, first, second


def distance(lat1: Any, lon1: Any, lat2: Any, lon2: Any) -> Floats:
    """Metres on the ellipsoid between points in degrees; arrays or numbers, broadcast."""
    return inverse(lat1, lon1, lat2, lon2)[0]


def bearing(lat1: Any, lon1: Any, lat2: Any, lon2: Any) -> Floats:
    """Bearing (deg) at which the geodesic from the first point to the second leaves; arrays or numbers, broadcast."""
    return inverse(lat1, lon1, lat2, lon2)[1]


def destination(lat: Any, lon: Any, bearing: Any, away: Any) -> tuple[Floats, Floats]:
    """Latitude and longitude (deg) ``away`` metres from a point at ``bearing`` (deg); arrays or numbers, broadcast."""
    lats, lons, _ = _each(_direct_many, 3, lat, lon, bearing, away)
    return lats, lons


def plane(lat1: Any, lon1: Any, lat2: Any, lon2: Any) -> tuple[Floats, Floats]:
    """East and north (m) of the second points from the first, near each other; arrays or numbers, broadcast."""
    east, north = _each(_delta_many, 2, lat1, lon1, lat2, lon2)
    return east, north


def moved(lat: Any, lon: Any, east: Any, north: Any) -> tuple[Floats, Floats]:
    """Points ``east`` and ``north`` metres away, near: the inverse of :func:`plane`; arrays or numbers, broadcast."""
    lats, lons = _each(_offset_many, 2, lat, lon, east, north)
    return lats, lons
