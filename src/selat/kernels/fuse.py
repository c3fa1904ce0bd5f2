"""Is it the same vessel? Targets of radars against ships of AIS: the likelihood of a pair, and what the radar gets wrong.

A radar that is set up a little wrong shows all its targets wrong in the same way: ``bias`` (m, rad, s) of range, bearing
(clockwise) and time (positive: its positions are older than they say), ``cov`` their covariance. Where a radar does not
say where it stands, the first two are metres east and north instead.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from selat.kernels._jit import inline, jit

STATES = 3
APART = 5.0  #: standard deviations
FAR = 16.0  #: squared distance in standard deviations (2 degrees of freedom) from which a pair teaches nothing


class Pairs(NamedTuple):
    """Candidates, arrays by pair; m and m/s.

    ``radar`` its row in ``bias``. ``east``, ``north``, ``u``, ``v``: target less ship, place and velocity. ``from_e``,
    ``from_n``: the target from its radar, NaN where that does not say where it stands. ``ship_u``, ``ship_v``: velocity of
    the ship. ``var``, ``vvar``: variances of the differences in any one direction. ``base``: log density of others.
    """

    radar: Any
    east: Any
    north: Any
    u: Any
    v: Any
    from_e: Any
    from_n: Any
    ship_u: Any
    ship_v: Any
    var: Any
    vvar: Any
    base: Any


def _lean(p: Pairs, k: int, h: Any) -> None:
    """What an error of one unit in each state moves target ``k`` east and north: (2, 3)."""
    away = math.hypot(p.from_e[k], p.from_n[k])
    if away > 1.0:  # not where it is NaN
        h[0, 0], h[1, 0] = p.from_e[k] / away, p.from_n[k] / away
        h[0, 1], h[1, 1] = p.from_n[k], -p.from_e[k]
    else:
        h[0, 0], h[1, 0], h[0, 1], h[1, 1] = 1.0, 0.0, 0.0, 1.0
    h[0, 2], h[1, 2] = -p.ship_u[k], -p.ship_v[k]


lean = inline(_lean)


def _gauge(p: Pairs, k: int, bias: Any, cov: Any, h: Any) -> tuple[float, float, float, float, float]:
    """Difference east and north without the bias (m), and its covariance (ee, en, nn) with that of the bias (m^2)."""
    lean(p, k, h)
    e, n = p.east[k], p.north[k]
    ee = nn = p.var[k]
    en = 0.0
    for i in range(3):
        e -= h[0, i] * bias[i]
        n -= h[1, i] * bias[i]
        for j in range(3):
            ee += h[0, i] * cov[i, j] * h[0, j]
            en += h[0, i] * cov[i, j] * h[1, j]
            nn += h[1, i] * cov[i, j] * h[1, j]
    return e, n, ee, en, nn


gauge = inline(_gauge)


def _weigh(p: Pairs, bias: Any, cov: Any, near: float, slow: float, out: Any) -> None:
    """Log likelihood ratio of each pair (out[0]) and its squared distance (out[1], 4 degrees of freedom).

    log N(difference of place and velocity; 0, covariances of both and of the bias), less ``base``. out[2] is 1 where they are
    within ``near`` m or :data:`APART` standard deviations, and within ``slow`` m/s or as many: they may be one.
    """
    h = np.empty((2, 3))
    for k in range(p.radar.size):
        r = p.radar[k]
        e, n, ee, en, nn = gauge(p, k, bias[r], cov[r], h)
        det = ee * nn - en * en
        chi = (nn * e * e - 2.0 * en * e * n + ee * n * n) / det
        speed = p.u[k] * p.u[k] + p.v[k] * p.v[k]
        there = e * e + n * n <= near * near or chi <= APART * APART
        out[2, k] = 1.0 if there and (speed <= slow * slow or speed <= APART * APART * p.vvar[k]) else 0.0
        chi += speed / p.vvar[k]
        out[0, k] = -0.5 * chi - 2.0 * math.log(2.0 * math.pi) - 0.5 * math.log(det) - math.log(p.vvar[k]) - p.base[k]
        out[1, k] = chi


weigh = jit(_weigh)


def _learn(p: Pairs, bias: Any, cov: Any, grow: Any, weight: float, count: Any) -> None:
    """Take pairs that are sure into ``bias`` and ``cov`` of their radars (in place): a Kalman filter, pair after pair.

    ``grow`` (radars, 3): variance that the states gain by this step. ``weight``: times the variance of a pair, as its errors of one
    step and the next are the same ones. ``count`` of pairs by radar that were taken.
    """
    h, g = np.empty((2, 3)), np.empty((3, 2))
    for r in range(bias.shape[0]):
        for i in range(3):
            cov[r, i, i] += grow[r, i]
    for k in range(p.radar.size):
        r = p.radar[k]
        b, c = bias[r], cov[r]
        e, n, ee, en, nn = gauge(p, k, b, c, h)
        if (nn * e * e - 2.0 * en * e * n + ee * n * n) / (ee * nn - en * en) > FAR:
            continue
        ee += (weight - 1.0) * p.var[k]
        nn += (weight - 1.0) * p.var[k]
        det = ee * nn - en * en
        for i in range(3):
            x = y = 0.0
            for j in range(3):
                x += c[i, j] * h[0, j]
                y += c[i, j] * h[1, j]
            g[i, 0], g[i, 1] = (x * nn - y * en) / det, (y * ee - x * en) / det
        for i in range(3):
            b[i] += g[i, 0] * e + g[i, 1] * n
        old = c.copy()
        for i in range(3):
            for j in range(3):
                for m in range(3):
                    c[i, j] -= (g[i, 0] * h[0, m] + g[i, 1] * h[1, m]) * old[m, j]
        for i in range(3):  # rounding must not make it lopsided
            for j in range(i):
                c[i, j] = c[j, i] = 0.5 * (c[i, j] + c[j, i])
        count[r] += 1


learn = jit(_learn)


def _bend(p: Pairs, bias: Any, out: Any) -> None:
    """How far east and north (m) the bias moves each target: to be taken off its place."""
    h = np.empty((2, 3))
    for k in range(p.radar.size):
        lean(p, k, h)
        b = bias[p.radar[k]]
        for axis in range(2):
            out[axis, k] = h[axis, 0] * b[0] + h[axis, 1] * b[1] + h[axis, 2] * b[2]


bend = jit(_bend)


def _intersect(a: Any, pa: Any, b: Any, pb: Any, out: Any, cov: Any) -> float:
    """Covariance intersection (Julier & Uhlmann 1997) of two estimates of one plane point; returns the weight of ``a``.

    Consistent whatever the two share, as tracks of foreign systems may hold the same AIS. ``a``, ``b`` (2,), ``pa``,
    ``pb`` (2, 2); ``out`` (2,) and ``cov`` (2, 2) are filled. The weight, of 41 between 0 and 1, is that of the least
    determinant.
    """
    da, db = pa[0, 0] * pa[1, 1] - pa[0, 1] ** 2, pb[0, 0] * pb[1, 1] - pb[0, 1] ** 2
    best, chosen = math.inf, 0.5
    for k in range(41):
        w = k / 40.0
        xx = w * pa[1, 1] / da + (1.0 - w) * pb[1, 1] / db
        yy = w * pa[0, 0] / da + (1.0 - w) * pb[0, 0] / db
        xy = -w * pa[0, 1] / da - (1.0 - w) * pb[0, 1] / db
        size = 1.0 / (xx * yy - xy * xy)
        if size < best:
            best, chosen = size, w
            cov[0, 0], cov[1, 1], cov[0, 1], cov[1, 0] = yy * size, xx * size, -xy * size, -xy * size
    w = chosen
    x = w * (pa[1, 1] * a[0] - pa[0, 1] * a[1]) / da + (1.0 - w) * (pb[1, 1] * b[0] - pb[0, 1] * b[1]) / db
    y = w * (pa[0, 0] * a[1] - pa[0, 1] * a[0]) / da + (1.0 - w) * (pb[0, 0] * b[1] - pb[0, 1] * b[0]) / db
    out[0], out[1] = cov[0, 0] * x + cov[0, 1] * y, cov[0, 1] * x + cov[1, 1] * y
    return chosen


intersect = jit(_intersect)
