"""Housekeeping of radar tracks between turns: births, two tracks of one target, more or fewer ways of moving."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from selat.kernels._jit import jit
from selat.kernels.geodesy import delta, metres, offset
from selat.kernels.motion import first
from selat.kernels.radarmodes import DIM, MODES, WIDE, gather, spread_out
from selat.kernels.radarscan import Plots, Tracks

_SAME = 3.0  #: squared distance of two tracks' places, and of their velocities, below which they are one target
_QUICK, _CALM = 12.5, 10.0  #: m/s: above it a track may move in three ways; below it in one again
_ODD, _EVEN = 1.7, 1.2  #: mean squared innovation over its expectation: the same
_ABLE = 4  #: plots that a track needs before its speed is believed


def _bear(t: Tracks, slots: Any, z: Plots, rows: Any, r: Any, speed: float) -> None:
    """New tracks in ``slots`` from plots ``rows``, with existence ``r``; ``speed`` m/s: standard deviation of a velocity."""
    for k in range(slots.size):
        i, j = slots[k], rows[k]
        t.lat[i], t.lon[i] = z.lat[j], z.lon[j]
        t.x[i] = 0.0
        t.p[i] = 0.0
        p = t.p[i, 0]
        p[0, 0], p[1, 1], p[0, 1] = z.ee[j], z.nn[j], z.en[j]
        p[1, 0] = z.en[j]
        p[2, 2] = p[3, 3] = speed * speed
        p[4, 4] = WIDE
        t.mu[i, 0], t.mu[i, 1], t.mu[i, 2] = 1.0, 0.0, 0.0
        t.many[i], t.time[i], t.r[i], t.nis[i] = 0, z.time[j], r[k], 1.0
        t.hits[i], t.seen[i], t.best[i], t.alive[i] = 1, z.time[j], z.seq[j], 1


bear = jit(_bear)


def _mean(t: Tracks, out: Any) -> None:
    """``out`` (n, 11): lat, lon (deg), velocity east, north (m/s), variances ee, en, nn (m^2), uu, uv, vv (m^2/s^2),
    rate of turn (rad/s).
    """
    y, r = np.empty(DIM), np.empty((DIM, DIM))
    for i in range(t.alive.size):
        if not t.alive[i]:
            continue
        if t.many[i]:
            gather(t.x[i], t.p[i], t.mu[i], y, r)
        else:
            y[:], r[:] = t.x[i, 0], t.p[i, 0]
        out[i, 0], out[i, 1] = offset(t.lat[i], t.lon[i], y[0], y[1])
        out[i, 2], out[i, 3] = y[2], y[3]
        out[i, 4], out[i, 5], out[i, 6] = r[0, 0], r[0, 1], r[1, 1]
        out[i, 7], out[i, 8], out[i, 9], out[i, 10] = r[2, 2], r[2, 3], r[3, 3], y[4]


mean = jit(_mean)


def _off(a: float, b: float, ee: float, en: float, nn: float) -> float:
    det = max(ee * nn - en * en, 1e-12)
    return (nn * a * a - 2.0 * en * a * b + ee * b * b) / det


off = jit(_off)


def _twins(t: Tracks, m: Any, order: Any, lat: Any, kill: Any) -> None:
    """Of two tracks that are one target the better stays: ``kill`` (by slot) becomes 1 for the other.

    ``m``: of :func:`mean`; ``order``: slots in order of latitude, ``lat`` theirs.
    """
    for a in range(order.size):
        i = order[a]
        if kill[i]:
            continue
        my, _ = metres(lat[a])
        wide = 3.0 * math.sqrt(m[i, 4] + m[i, 6]) + 1.0
        b = first(lat, 0, lat.size, lat[a] - wide / my)
        while b < order.size and lat[b] <= lat[a] + wide / my:
            j = order[b]
            b += 1
            if j == i or kill[j] or kill[i]:
                continue
            late = (t.time[i] - t.time[j]) * 1e-9
            if abs(late) > 6.0:
                continue
            e, n = delta(m[i, 0], m[i, 1], m[j, 0], m[j, 1])
            e, n = e + m[j, 2] * late, n + m[j, 3] * late
            if off(e, n, m[i, 4] + m[j, 4], m[i, 5] + m[j, 5], m[i, 6] + m[j, 6]) > _SAME:
                continue
            u, v = m[i, 2] - m[j, 2], m[i, 3] - m[j, 3]
            if off(u, v, m[i, 7] + m[j, 7], m[i, 8] + m[j, 8], m[i, 9] + m[j, 9]) > _SAME:
                continue
            better = t.hits[i] > t.hits[j] or (t.hits[i] == t.hits[j] and i < j)
            keep, lose = (i, j) if better else (j, i)
            t.r[keep] = 1.0 - (1.0 - t.r[keep]) * (1.0 - t.r[lose])
            kill[lose] = 1


twins = jit(_twins)


def _rethink(t: Tracks) -> None:
    """Three ways of moving for what is quick or does not go straight, one for the others."""
    y, r = np.empty(DIM), np.empty((DIM, DIM))
    for i in range(t.alive.size):
        if not t.alive[i] or t.hits[i] < _ABLE:
            continue
        if t.many[i]:
            speed = 0.0
            for m in range(MODES):
                speed += t.mu[i, m] * math.hypot(t.x[i, m, 2], t.x[i, m, 3])
            if speed < _CALM and t.nis[i] < _EVEN and t.mu[i, 0] > 0.8:
                gather(t.x[i], t.p[i], t.mu[i], y, r)
                t.x[i, 0], t.p[i, 0] = y, r
                t.mu[i, 0], t.mu[i, 1], t.mu[i, 2] = 1.0, 0.0, 0.0
                t.many[i] = 0
        elif t.nis[i] > _ODD or math.hypot(t.x[i, 0, 2], t.x[i, 0, 3]) > _QUICK:
            spread_out(t.x[i], t.p[i], t.mu[i])
            t.many[i] = 1


rethink = jit(_rethink)
