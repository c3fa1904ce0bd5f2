"""Search effort: coverage, probability of detection, and where effort does most.

``coverage = W L / A`` (sweep width, length of track, area). With exponential detection the best division of an effort
among cells is Koopman's: fill up until ``p_j / A_j * exp(-z_j / A_j)`` is the same wherever one searches (B. O. Koopman,
Operations Research 5 (1957) 613; A. Charnes and W. W. Cooper, Management Science 5 (1958) 44). It is exact here: cells are
sorted once. No plan of any shape with as much effort finds more often, so it is the bound that plans are held against.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import jit

Array = NDArray[Any]
_HALF_ROOT_PI = 0.5 * math.sqrt(math.pi)


def exponential(coverage: Any) -> Any:
    """POD of a random search, and of one that is none but meets currents, weather and doubt: ``1 - exp(-C)``."""
    return -np.expm1(-np.asarray(coverage, np.float64))


def _erf(x: Array) -> Array:
    out = np.empty(x.size)
    for i in range(x.size):
        out[i] = math.erf(x[i])
    return out


erf = jit(_erf)


def inverse_cube(coverage: Any) -> Any:
    """POD of ideal parallel sweeps with Koopman's inverse-cube law of sighting: ``erf(sqrt(pi)/2 C)``."""
    c = np.asarray(coverage, np.float64)
    return erf(np.ascontiguousarray(c.ravel() * _HALF_ROOT_PI)).reshape(c.shape)[()]


def m_beta(coverage: Any, beta: float = 1.0) -> Any:
    """POD of ideal parallel sweeps where all within a range M of the track are found with probability ``beta``.

    ``W = 2 M beta``; a place is passed ``n`` or ``n + 1`` times, ``2 M / S = n + f``. ``beta = 1``: the definite range law.
    """
    twice = np.asarray(coverage, np.float64) / beta
    n = np.floor(twice)
    part = twice - n
    miss = 1.0 - beta
    power = np.power(miss, n) if miss > 0.0 else np.where(n > 0.0, 0.0, 1.0)
    return 1.0 - power * (1.0 - part * beta)


LAWS = {"exponential": exponential, "inverse cube": inverse_cube, "m-beta": m_beta}


def coverage_for(pod: float) -> float:
    """Coverage that random search needs for a POD below 1."""
    return -math.log1p(-pod)


def _fill(mass: Array, area: Array, effort: float, out: Array) -> float:
    """Water filling into ``out`` (effort by cell); the marginal return (probability for each unit of effort) at the end."""
    n = mass.size
    density = np.empty(n)
    for i in range(n):
        density[i] = mass[i] / area[i]
        out[i] = 0.0
    order = np.argsort(-density)
    if n == 0 or density[order[0]] <= 0.0:
        return 0.0
    # with the first k cells in use: sum A_j (ln d_j - lam) = effort
    area_sum = weighted = 0.0
    level = math.inf
    used = 0
    for k in range(n):
        j = order[k]
        if density[j] <= 0.0:
            break
        log = math.log(density[j])
        if k > 0 and log <= level:
            break
        area_sum += area[j]
        weighted += area[j] * log
        level = (weighted - effort) / area_sum
        used = k + 1
    for k in range(used):
        j = order[k]
        out[j] = max(0.0, area[j] * (math.log(density[j]) - level))
    return math.exp(level)


fill_into = jit(_fill)


def water_fill(mass: Any, area: Any, effort: float) -> tuple[Array, float]:
    """(effort for each cell (n,), probability of success) of the best division of ``effort`` (same unit as ``area``).

    ``mass`` (n,): probability in each cell; ``area`` (n,) or one number: its area, or, where detection differs by cell,
    its area divided by what a unit of effort sweeps there. Exponential detection. O(n log n), exact.
    """
    p = np.ascontiguousarray(mass, np.float64).ravel()
    a = np.ascontiguousarray(np.broadcast_to(np.asarray(area, np.float64), p.shape))
    out = np.zeros(p.size)
    fill_into(p, a, max(0.0, float(effort)), out)
    return out, float(np.sum(p * exponential(out / a)))


def fill_inverse_cube(mass: Any, area: Any, effort: float) -> tuple[Array, float]:
    """As :func:`water_fill` for the inverse-cube law, whose marginal return is ``p/A exp(-pi/4 C^2)``; by bisection."""
    p = np.ascontiguousarray(mass, np.float64).ravel()
    a = np.ascontiguousarray(np.broadcast_to(np.asarray(area, np.float64), p.shape))
    logs = np.full(p.size, -np.inf)
    logs[p > 0.0] = np.log(p[p > 0.0] / a[p > 0.0])
    if effort <= 0.0 or not np.isfinite(logs).any():
        return np.zeros(p.size), 0.0

    def spread(level: float) -> Array:
        out: Array = a * np.sqrt(4.0 / math.pi * np.maximum(logs - level, 0.0))
        return out

    high = float(logs.max())
    low = high - 1.0
    while spread(low).sum() < effort:
        low = high - 2.0 * (high - low)
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if spread(middle).sum() > effort else (low, middle)
    out = spread(low)
    return out, float(np.sum(p * inverse_cube(out / a)))


def circular_normal(effort: float, sigma: float) -> tuple[float, float]:
    """(radius, probability of success) of the best search about a circular normal datum, in closed form.

    ``h = sqrt(Z / (pi sigma^2))``, ``R^2 = 2 sigma^2 h``, ``POS = 1 - (1 + h) exp(-h)`` (Koopman 1957).
    """
    h = math.sqrt(max(effort, 0.0) / (math.pi * sigma * sigma))
    return sigma * math.sqrt(2.0 * h), -math.expm1(-h) - h * math.exp(-h)
