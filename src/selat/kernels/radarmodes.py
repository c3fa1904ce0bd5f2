"""How a radar track moves: constant velocity, or three ways of moving mixed (interacting multiple models).

State of a mode: metres east and north of the track's own origin, velocity east and north (m/s), rate of turn (rad/s,
to the left). Constant velocity has white acceleration of density ``q`` (m^2/s^3); the coordinated turn is linearised
(Y. Bar-Shalom, X. R. Li, T. Kirubarajan, *Estimation with Applications to Tracking and Navigation*, 2001, 6.2.2,
11.7.1; the mixing: 11.6.6). A step back in time, within one turn of an antenna, is a prediction with negative time
whose noise is that of its length.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from selat.kernels._jit import inline, jit

MODES = 3  #: steady, restless, turning
STEADY, RESTLESS, TURNING = 0, 1, 2
DIM = 5
WIDE = 0.0027  #: (rad/s)^2: variance of a rate of turn of which nothing is known, 3 degrees a second


class Model(NamedTuple):
    """How targets move: ``q`` by mode (m^2/s^3), ``turn`` density of the rate of turn (rad^2/s^3), ``stay`` mean s in a mode."""

    steady: float
    restless: float
    turning: float
    turn: float
    stay: float


def _unsure(p: Any, t: float, q: float) -> None:
    """What white accelerations of ``q`` m^2/s^3 add to a covariance in ``t`` s, which may be before."""
    a = abs(t)
    for k in range(2):
        p[k, k] += q * a * a * a / 3.0
        p[k, k + 2] += 0.5 * q * a * t
        p[k + 2, k] += 0.5 * q * a * t
        p[k + 2, k + 2] += q * a


unsure = inline(_unsure)


def _straight(x: Any, p: Any, t: float, q: float) -> None:
    """Constant velocity for ``t`` s, in place; the rate of turn is none."""
    x[0] += t * x[2]
    x[1] += t * x[3]
    for k in range(4):
        p[0, k] += t * p[2, k]
        p[1, k] += t * p[3, k]
    for k in range(4):
        p[k, 0] += t * p[k, 2]
        p[k, 1] += t * p[k, 3]
    unsure(p, t, q)
    x[4] = 0.0
    for k in range(4):
        p[4, k] = p[k, 4] = 0.0
    p[4, 4] = WIDE


straight = inline(_straight)


def _turn(x: Any, p: Any, t: float, q: float, turn: float, f: Any, g: Any) -> None:
    """Coordinated turn for ``t`` s, in place; ``f``, ``g`` (5, 5) room to work in."""
    w = x[4]
    wt = w * t
    s, c = math.sin(wt), math.cos(wt)
    if abs(wt) < 1e-4:
        a, b = t * (1.0 - wt * wt / 6.0), t * wt * 0.5
        da, db = -w * t * t * t / 3.0, 0.5 * t * t
    else:
        a, b = s / w, (1.0 - c) / w
        da, db = (c * t - a) / w, (s * t - b) / w
    u, v = x[2], x[3]
    for i in range(DIM):
        for k in range(DIM):
            f[i, k] = 1.0 if i == k else 0.0
    f[0, 2], f[0, 3], f[0, 4] = a, -b, u * da - v * db
    f[1, 2], f[1, 3], f[1, 4] = b, a, u * db + v * da
    f[2, 2], f[2, 3], f[2, 4] = c, -s, -t * (u * s + v * c)
    f[3, 2], f[3, 3], f[3, 4] = s, c, t * (u * c - v * s)
    x[0] += u * a - v * b
    x[1] += u * b + v * a
    x[2], x[3] = u * c - v * s, u * s + v * c
    for i in range(DIM):
        for k in range(DIM):
            total = 0.0
            for m in range(DIM):
                total += f[i, m] * p[m, k]
            g[i, k] = total
    for i in range(DIM):
        for k in range(DIM):
            total = 0.0
            for m in range(DIM):
                total += g[i, m] * f[k, m]
            p[i, k] = total
    unsure(p, t, q)
    p[4, 4] += turn * abs(t)


turn = inline(_turn)


def _mix(x: Any, p: Any, mu: Any, t: float, stay: float, y: Any, r: Any, nu: Any) -> None:
    """Mix the modes of one track before a prediction of ``t`` s; ``y`` (3, 5), ``r`` (3, 5, 5), ``nu`` (3) to work in."""
    keep = math.exp(-abs(t) / stay)
    leave = 0.5 * (1.0 - keep)
    for j in range(MODES):
        total = 0.0
        for i in range(MODES):
            total += mu[i] * (keep if i == j else leave)
        nu[j] = total
        for k in range(DIM):
            y[j, k] = 0.0
            for m in range(DIM):
                r[j, k, m] = 0.0
        for i in range(MODES):
            share = mu[i] * (keep if i == j else leave) / max(total, 1e-300)
            for k in range(DIM):
                y[j, k] += share * x[i, k]
        for i in range(MODES):
            share = mu[i] * (keep if i == j else leave) / max(total, 1e-300)
            for k in range(DIM):
                for m in range(DIM):
                    r[j, k, m] += share * (p[i, k, m] + (x[i, k] - y[j, k]) * (x[i, m] - y[j, m]))
    for j in range(MODES):
        mu[j] = nu[j]
        for k in range(DIM):
            x[j, k] = y[j, k]
            for m in range(DIM):
                p[j, k, m] = r[j, k, m]


mix = inline(_mix)


def _advance(x: Any, p: Any, mu: Any, many: Any, t: float, m: Model, y: Any, r: Any, nu: Any) -> None:
    """One track ``t`` s on, in place: ``x`` (3, 5), ``p`` (3, 5, 5), ``mu`` (3); ``many``: all modes, else the first."""
    if not many:
        straight(x[STEADY], p[STEADY], t, m.steady)
        return
    mix(x, p, mu, t, m.stay, y, r, nu)
    straight(x[STEADY], p[STEADY], t, m.steady)
    straight(x[RESTLESS], p[RESTLESS], t, m.restless)
    turn(x[TURNING], p[TURNING], t, m.turning, m.turn, r[0], r[1])


advance = inline(_advance)


def _spread_out(x: Any, p: Any, mu: Any) -> None:
    """From one mode to three: all begin as the first."""
    for m in range(1, MODES):
        for k in range(DIM):
            x[m, k] = x[0, k]
            for n in range(DIM):
                p[m, k, n] = p[0, k, n]
    mu[0], mu[1], mu[2] = 0.6, 0.2, 0.2


spread_out = jit(_spread_out)


def _gather(x: Any, p: Any, mu: Any, y: Any, r: Any) -> None:
    """Mean ``y`` (5) and covariance ``r`` (5, 5) of all modes together."""
    for k in range(DIM):
        y[k] = mu[0] * x[0, k] + mu[1] * x[1, k] + mu[2] * x[2, k]
    for k in range(DIM):
        for n in range(DIM):
            total = 0.0
            for m in range(MODES):
                total += mu[m] * (p[m, k, n] + (x[m, k] - y[k]) * (x[m, n] - y[n]))
            r[k, n] = total


gather = inline(_gather)
