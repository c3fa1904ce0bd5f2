"""The best place at every time, from what came before and after: Rauch-Tung-Striebel over the filter of one contact.

H. Rauch, F. Tung, C. Striebel, AIAA Journal 3 (1965) 1445. The model is that of :mod:`selat.kernels.filter`: constant
velocity, white acceleration of density ``q``, the same errors in both directions, SOG and COG as measured velocity.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from selat.kernels._jit import jit
from selat.kernels.filter import GATE, UNKNOWN


def _rts(t: Any, x: Any, y: Any, u: Any, v: Any, rp: Any, rv: Any, q: float, out: Any) -> None:
    """Fill ``out`` (7, n): east, north (m), velocities (m/s), and pp, pv, vv of one axis.

    ``t`` seconds ascending; ``x``, ``y`` measured (m), ``u``, ``v`` measured (m/s, NaN: not), ``rp``, ``rv`` variances.
    What lies far outside is trusted less, in the measure of its excess, as in the filter.
    """
    n = t.size
    prior = np.empty((7, n))
    for i in range(n):
        if i == 0:
            out[0, 0], out[1, 0], out[4, 0], out[5, 0] = x[0], y[0], rp[0], 0.0
            known = not math.isnan(u[0])
            out[2, 0], out[3, 0], out[6, 0] = (u[0], v[0], rv[0]) if known else (0.0, 0.0, UNKNOWN)
            prior[:, 0] = out[:, 0]
            continue
        dt = t[i] - t[i - 1]
        p, c, w = out[4, i - 1], out[5, i - 1], out[6, i - 1]
        pp = p + 2.0 * dt * c + dt * dt * w + q * dt * dt * dt / 3.0
        pv = c + dt * w + 0.5 * q * dt * dt
        vv = w + q * dt
        px, py, pu, pw = (
            out[0, i - 1] + dt * out[2, i - 1],
            out[1, i - 1] + dt * out[3, i - 1],
            out[2, i - 1],
            out[3, i - 1],
        )
        prior[0, i], prior[1, i], prior[2, i], prior[3, i] = px, py, pu, pw
        prior[4, i], prior[5, i], prior[6, i] = pp, pv, vv
        ex, ey = x[i] - px, y[i] - py
        r = rp[i]
        r *= max(1.0, (ex * ex + ey * ey) / (pp + r) / GATE)
        kp, kv = pp / (pp + r), pv / (pp + r)
        px, py, pu, pw = px + kp * ex, py + kp * ey, pu + kv * ex, pw + kv * ey
        vv -= kv * pv
        pv *= 1.0 - kp
        pp *= 1.0 - kp
        if not math.isnan(u[i]):
            du, dw = u[i] - pu, v[i] - pw
            r = rv[i]
            r *= max(1.0, (du * du + dw * dw) / (vv + r) / GATE)
            gp, gv = pv / (vv + r), vv / (vv + r)
            px, py, pu, pw = px + gp * du, py + gp * dw, pu + gv * du, pw + gv * dw
            pp -= gp * pv
            pv *= 1.0 - gv
            vv *= 1.0 - gv
        out[0, i], out[1, i], out[2, i], out[3, i] = px, py, pu, pw
        out[4, i], out[5, i], out[6, i] = pp, pv, vv
    for i in range(n - 2, -1, -1):
        dt = t[i + 1] - t[i]
        p, c, w = out[4, i], out[5, i], out[6, i]
        pp, pv, vv = prior[4, i + 1], prior[5, i + 1], prior[6, i + 1]
        det = pp * vv - pv * pv
        if det <= 0.0:
            continue
        # gain = P F' inv(prior); F' of constant velocity
        a, b = p + dt * c, c + dt * w
        g00, g01 = (a * vv - c * pv) / det, (c * pp - a * pv) / det
        g10, g11 = (b * vv - w * pv) / det, (w * pp - b * pv) / det
        for axis in range(2):
            dx = out[axis, i + 1] - prior[axis, i + 1]
            dv = out[axis + 2, i + 1] - prior[axis + 2, i + 1]
            out[axis, i] += g00 * dx + g01 * dv
            out[axis + 2, i] += g10 * dx + g11 * dv
        d0, d1, d2 = out[4, i + 1] - pp, out[5, i + 1] - pv, out[6, i + 1] - vv
        out[4, i] += g00 * g00 * d0 + 2.0 * g00 * g01 * d1 + g01 * g01 * d2
        out[5, i] += g00 * g10 * d0 + (g00 * g11 + g01 * g10) * d1 + g01 * g11 * d2
        out[6, i] += g10 * g10 * d0 + 2.0 * g10 * g11 * d1 + g11 * g11 * d2


rts = jit(_rts)
