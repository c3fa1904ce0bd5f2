"""How sure a measured figure is: intervals of shares, of rates, and of F1 over scenes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

Z95 = 1.959964  #: of the normal distribution, two-sided 95 %


def wilson(k: int, n: int, z: float = Z95) -> tuple[float, float]:
    """Interval of a share k of n (Wilson 1927, without correction for continuity); (0, 1) for n = 0."""
    if n == 0:
        return 0.0, 1.0
    p, zz = k / n, z * z
    middle = (p + zz / (2 * n)) / (1 + zz / n)
    half = z / (1 + zz / n) * math.sqrt(p * (1 - p) / n + zz / (4 * n * n))
    return max(0.0, min(p, middle - half)), min(1.0, max(p, middle + half))


def rate(k: int, hours: float, z: float = Z95) -> tuple[float, float]:
    """Interval of a rate of which k events were seen in so many hours: Byar's approximation to the exact Poisson limits.

    (Breslow and Day 1987, Statistical Methods in Cancer Research II, 2.3.) (0, inf) without hours.
    """
    if hours <= 0:
        return 0.0, math.inf
    low = k * (1 - 1 / (9 * k) - z / (3 * math.sqrt(k))) ** 3 if k else 0.0
    m = k + 1
    return max(0.0, low) / hours, m * (1 - 1 / (9 * m) + z / (3 * math.sqrt(m))) ** 3 / hours


def f1_of(found: float, false: float, missed: float) -> float:
    """Harmonic mean of precision and recall; NaN where nothing was staged and nothing told."""
    total = 2 * found + false + missed
    return 2 * found / total if total else math.nan


def bootstrap(parts: Sequence[tuple[int, int, int]], draws: int = 2000, seed: int = 1) -> tuple[float, float]:
    """95 % interval of F1 by drawing whole scenes again, with replacement (percentiles; Efron 1979).

    ``parts``: (found, false, missed) of each scene. The dice are fixed, so the same scenes give the same interval. (NaN, NaN) for
    fewer than two scenes: one scene says nothing of how much scenes differ.
    """
    if len(parts) < 2:
        return math.nan, math.nan
    counts = np.asarray(parts, float)
    drawn = np.random.default_rng(seed).integers(0, len(parts), (draws, len(parts)))
    found, false, missed = counts[drawn].sum(axis=1).T
    total = 2 * found + false + missed
    scores = 2 * found[total > 0] / total[total > 0]
    if not scores.size:
        return math.nan, math.nan
    low, high = np.percentile(scores, (2.5, 97.5))
    return float(low), float(high)


def quantile(values: Sequence[float], share: float) -> float:
    """The least value that at least so large a share does not exceed; NaN without any."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan
