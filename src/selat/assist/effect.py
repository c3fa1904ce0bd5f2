"""What a change of counts can show: the smallest detectable one, and refusal to claim less; intervals of measures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.model.errors import ConfigError

Array = NDArray[Any]


def power(before: float, after: float, share: float, alpha: float = 0.05) -> float:
    """Exact power of the conditional binomial test of two Poisson counts (J. Przyborowski, H. Wilenski, Biometrika 31, 1940).

    ``before`` and ``after``: expected counts; ``share``: of the whole time that the later period takes; two-sided, half of
    ``alpha`` on each side.
    """
    from scipy.stats import binom, poisson  # only when asked: a watch goes without SciPy's memory

    mean = before + after
    totals = np.arange(int(poisson.ppf(1e-9, mean)), int(poisson.ppf(1 - 1e-9, mean)) + 1)
    chance = poisson.pmf(totals, mean)
    p = after / mean if mean else share
    low = binom.ppf(alpha / 2, totals, share)
    low -= binom.cdf(low, totals, share) > alpha / 2
    high = binom.ppf(1 - alpha / 2, totals, share)
    high += binom.sf(high - 1, totals, share) > alpha / 2
    rejected = np.where(low >= 0, binom.cdf(low, totals, p), 0.0) + binom.sf(high - 1, totals, p)
    return float((chance * rejected).sum())


def detectable(per_year: float, before_years: float, after_years: float, wanted: float = 0.8) -> float | None:
    """The smallest fall, as a share of the rate, that is found with the wanted power; None where not even a full stop is.

    Counts are taken as Poisson. Real incident counts vary more, so the true figure is larger: this is a floor.
    """
    if min(per_year, before_years, after_years) <= 0:
        raise ConfigError("a rate and two periods above zero", hint="incidents a year, years before, years after")
    share = after_years / (before_years + after_years)

    def found(fall: float) -> bool:
        return power(per_year * before_years, per_year * after_years * (1.0 - fall), share) >= wanted

    if not found(1.0):
        return None
    low, high = 0.0, 1.0
    while high - low > 1e-4:
        middle = (low + high) / 2
        low, high = (low, middle) if found(middle) else (middle, high)
    return high


def judged(counts_before: list[int], counts_after: list[int], expected_fall: float) -> tuple[str, dict[str, str]]:
    """What yearly counts before and after can show: (``not_even``, ``too_few``, ``varies`` or ``fell``, the figures of it).

    ``too_few``: the expected fall is smaller than what could be seen; ``not_even``: not even a full stop could be.
    """
    rate = float(np.mean(counts_before))
    least = detectable(rate, len(counts_before), len(counts_after)) if rate > 0 else None
    told = {"expected": f"{expected_fall:.0%}"}
    if least is None:
        return "not_even", told
    told["least"] = f"{least:.0%}"
    if least > expected_fall:
        return "too_few", told
    spread = float(np.var(counts_before, ddof=1) / rate) if len(counts_before) > 1 else 1.0
    if spread > 2.0:
        return "varies", {**told, "spread": f"{spread:.0f}"}
    return "fell", {**told, "fall": f"{1.0 - float(np.mean(counts_after)) / rate:.0%}"}


_SAID = {
    "not_even": "No effect is claimed from these counts: not even a full stop could be seen, and {expected} is expected.",
    "too_few": "No effect is claimed from these counts: a fall below {least} could not be seen, and {expected} is expected.",
    "varies": "No effect is claimed: yearly counts vary {spread} times as much as chance alone would make them.",
    "fell": "Counts fell by {fall}; a fall below {least} could not be seen. Other causes are not ruled out.",
}


def claim(counts_before: list[int], counts_after: list[int], expected_fall: float) -> str:
    """A sentence on yearly counts before and after; it claims nothing where the expected fall could not be seen."""
    key, told = judged(counts_before, counts_after, expected_fall)
    return _SAID[key].format(**told)


def interval(
    values: Array, measure: Callable[[Array], float], seed: int, draws: int = 2000
) -> tuple[float, float, float]:
    """(measure, lower, upper): 95 % percentile bootstrap over rows of ``values`` (B. Efron, 1979); same seed, same figures."""
    rng = np.random.default_rng(seed)
    n = len(values)
    drawn = [measure(values[rng.integers(0, n, n)]) for _ in range(draws)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return measure(values), float(low), float(high)
