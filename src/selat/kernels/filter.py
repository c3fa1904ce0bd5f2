"""Smoothing of one contact: a Kalman filter of constant velocity, with SOG and COG as measured velocity.

State east, north (as degrees) and their speeds; white acceleration of density ``q`` (m^2/s^3), so between reports the
covariance of one axis grows by q (t^3/3, t^2/2; t^2/2, t) (Bar-Shalom, Li, Kirubarajan, *Estimation with Applications
to Tracking and Navigation*, 2001, eq. 6.2.2-4). Errors are taken to be the same in all directions, so one covariance
(``pp`` m^2, ``pv`` m^2/s, ``vv`` m^2/s^2) serves both axes.

A measurement far outside what is expected (its squared distance beyond 99.9 %) is trusted less, in the measure of its
excess; a second one running is believed, and the filter starts anew from it: so one bad fix does not throw a track,
and a sudden stop is seen at the second report.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from selat.kernels._jit import inline
from selat.kernels.geodesy import delta, offset

GATE = 13.8  #: 99.9 % of chi squared with two degrees of freedom
RESTART = 200.0  #: s of silence after which it starts anew (more than the 3 minutes of ships that lie still)
UNKNOWN = 100.0  #: m^2/s^2: variance of a velocity of which nothing is known
TRUSTED = 6.25  #: m^2/s^2: a velocity with more variance than that is not shown
STILL = 0.3  #: m/s: without a course, a speed below this is a velocity all the same


class Smooth(NamedTuple):
    """Columns of the filter by slot: place (deg), velocity (m/s), covariance, standard deviations, oddity.

    ``vx``, ``vy`` (float32) are the velocity as shown: NaN while it is not known. ``nis``: running mean of the squared
    innovation of positions over its expectation, 1 when the filter's errors are what it believes.
    """

    slat: Any
    slon: Any
    su: Any
    sv: Any
    pp: Any
    pv: Any
    vv: Any
    vx: Any
    vy: Any
    sigma: Any
    vsigma: Any
    nis: Any
    odd: Any


def _begin(f: Smooth, s: int) -> None:
    """Forget all that was believed of slot ``s``."""
    f.slat[s] = f.slon[s] = math.nan
    f.su[s] = f.sv[s] = 0.0
    f.pp[s] = f.pv[s] = 0.0
    f.vv[s] = UNKNOWN
    f.vx[s] = f.vy[s] = math.nan
    f.sigma[s] = f.vsigma[s] = math.nan
    f.nis[s] = 1.0
    f.odd[s] = 0


begin = inline(_begin)


def _restart(f: Smooth, s: int, lat: float, lon: float, u: float, v: float, rp: float, rv: float) -> None:
    """Start anew from one report; ``u`` NaN: no velocity in it."""
    f.slat[s], f.slon[s] = lat, lon
    f.pp[s], f.pv[s] = rp, 0.0
    f.odd[s] = 0
    if math.isnan(u):
        f.su[s] = f.sv[s] = 0.0
        f.vv[s] = UNKNOWN
    else:
        f.su[s], f.sv[s], f.vv[s] = u, v, rv


restart = inline(_restart)


def _correct(
    f: Smooth, s: int, seconds: float, lat: float, lon: float, u: float, v: float, rp: float, rv: float, q: float
) -> None:
    """Take one report in: ``seconds`` after the last one, at (lat, lon), velocity (u, v) m/s or NaN; variances."""
    if math.isnan(f.slat[s]) or seconds > RESTART or seconds < 0.0:
        restart(f, s, lat, lon, u, v, rp, rv)
    else:
        t = seconds
        pp = f.pp[s] + 2.0 * t * f.pv[s] + t * t * f.vv[s] + q * t * t * t / 3.0
        pv = f.pv[s] + t * f.vv[s] + 0.5 * q * t * t
        vv = f.vv[s] + q * t
        lat0, lon0 = offset(f.slat[s], f.slon[s], f.su[s] * t, f.sv[s] * t)
        ex, ey = delta(lat0, lon0, lat, lon)
        share = (ex * ex + ey * ey) / (pp + rp)
        f.nis[s] += 0.0625 * (min(0.5 * share, 50.0) - f.nis[s])
        strange = 0
        if share > GATE:
            rp *= share / GATE
            strange = 1
        kp, kv = pp / (pp + rp), pv / (pp + rp)
        su, sv = f.su[s] + kv * ex, f.sv[s] + kv * ey
        mx, my = kp * ex, kp * ey
        vv -= kv * pv
        pv *= 1.0 - kp
        pp *= 1.0 - kp
        if not math.isnan(u):
            du, dv = u - su, v - sv
            share = (du * du + dv * dv) / (vv + rv)
            if share > GATE:
                rv *= share / GATE
                strange = 1
            gp, gv = pv / (vv + rv), vv / (vv + rv)
            mx, my = mx + gp * du, my + gp * dv
            su, sv = su + gv * du, sv + gv * dv
            pp -= gp * pv
            pv *= 1.0 - gv
            vv *= 1.0 - gv
        if strange and f.odd[s]:
            restart(f, s, lat, lon, u, v, rp, rv)
        else:
            f.odd[s] = strange
            f.slat[s], f.slon[s] = offset(lat0, lon0, mx, my)
            f.su[s], f.sv[s] = su, sv
            f.pp[s], f.pv[s], f.vv[s] = pp, pv, vv
    f.sigma[s], f.vsigma[s] = math.sqrt(f.pp[s]), math.sqrt(f.vv[s])
    known = f.vv[s] <= TRUSTED
    f.vx[s] = f.su[s] if known else math.nan
    f.vy[s] = f.sv[s] if known else math.nan


correct = inline(_correct)


def _velocity(sog: float, cog: float) -> tuple[float, float]:
    """East and north (m/s); NaN where speed or course is not known. A ship that hardly moves needs no course."""
    if math.isnan(sog) or (math.isnan(cog) and sog > STILL):
        return math.nan, math.nan
    angle = 0.0 if math.isnan(cog) else cog * math.pi / 180.0
    return sog * math.sin(angle), sog * math.cos(angle)


velocity = inline(_velocity)
