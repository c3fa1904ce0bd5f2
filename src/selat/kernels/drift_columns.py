"""What both kernels of drift share: columns of a particle, its status, and the ellipsoid's radii."""

from __future__ import annotations

import math

import numpy as np

from selat.kernels._jit import fused
from selat.kernels.geodesy import E2
from selat.kernels.geodesy import A as RADIUS

ADRIFT, ASHORE, WAITING, LOST = 0, 1, 2, 3  #: status; LOST: no wind or no current is known there
# columns of a particle's state
LAT, LON, EAST, NORTH, ERR_EAST, ERR_NORTH, WIND_EAST, WIND_NORTH, CLEAR = range(9)
STATE = 9
# columns of what stays: leeway (slope, offset: downwind, right, left), jibes a second, seconds until it is adrift,
# chance of a jibe in a whole step
JIBES, RELEASE, TURN = 6, 7, 8
FIXED = 9
CALM = 2.5  #: m/s of wind below which offset and error of the leeway fade: the fits have no wind below it
CAPSIZED = 0.4  #: leeway of a capsized hull, share of that before (as in OpenDrift)
BLOCK = 256  #: particles that are taken together
RAD = math.pi / 180.0

_TENTHS = np.radians(np.arange(-900, 901) / 10.0)
_SINE, _COSINE = np.sin(_TENTHS), np.cos(_TENTHS)
_PER_LON = 1.0 / (RADIUS * RAD)
_PER_LAT = _PER_LON / (1.0 - E2)


def _radii(lat: float) -> tuple[float, float, float]:
    """Degrees of latitude and of longitude in a metre (to 1e-9), and the tangent: by a series from the nearest tenth."""
    near = math.floor(lat * 10.0 + 0.5)
    k = min(max(int(near) + 900, 0), 1800)
    e = (lat - near * 0.1) * RAD
    even = 1.0 - 0.5 * e * e
    sine, cosine = _SINE[k] * even + _COSINE[k] * e, _COSINE[k] * even - _SINE[k] * e
    q = 1.0 - E2 * sine * sine
    root = math.sqrt(q)
    secant = 1.0 / cosine
    return q * root * _PER_LAT, root * secant * _PER_LON, sine * secant


radii = fused(_radii)


def _turned(lon: float) -> float:
    """Longitude in -180 (included) to 180, of one that is at most a turn off."""
    return lon - 360.0 if lon >= 180.0 else (lon + 360.0 if lon < -180.0 else lon)


turned = fused(_turned)
