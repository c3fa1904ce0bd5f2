"""What the register itself measures of a programme, seasons apart: ready days, and hours of use by the best evidence there is.

The interval is that of drawing items again (months of one item are alike, so items are drawn, not months): B. Efron, 1979; the
cluster bootstrap of A. C. Davison and D. V. Hinkley, Bootstrap Methods and their Application (1997). It tells of the chance which
items these are, not of weather or of what was never written down.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.assist.aggregates import month_span, months_of, ready_days
from selat.assist.book import Book
from selat.assist.facts import GRADES
from selat.assist.seasons import SEASONS, season_of
from selat.model.clock import DAY

Array = NDArray[Any]
READY, HOURS = "ready days", "hours a month by best evidence"
UNITS = {READY: "share", HOURS: "h"}
MONTHS = 24  #: the last full ones that are looked at
_DRAWS = 2000
_LEAST = 3  #: items below which no interval is given
_TOLD = "drawn again over items; months of {s}; nothing is said of days that nobody wrote down"


def measured(book: Book, programme: str, now: int, seed: int = 1) -> list[dict[str, Any]]:
    """Indicators with value, interval (None where there are too few items), period, season ("" for the whole time)."""
    items = [i for i in book.ids("item", programme=programme) if book.item(i)["states"]]
    months = months_of(book, now)[-MONTHS:]
    if not items or not months:
        return []
    key = ("measured", programme, months[0], months[-1], seed)
    if key not in book.kept:  # the same book, the same months: a page that is asked again
        book.kept[key] = _measured(book, items, months, seed)
    found: list[dict[str, Any]] = book.kept[key]
    return found


def _measured(book: Book, items: list[str], months: list[str], seed: int) -> list[dict[str, Any]]:
    rows = np.array([[_month(book, i, m) for m in months] for i in items])
    weights = _drawn(len(items), seed)
    out = []
    for season in ("", *SEASONS):
        chosen = [n for n, m in enumerate(months) if not season or season_of(m) == season]
        if not chosen:
            continue
        sums = rows[:, chosen].sum(axis=1)
        for name, over, under in ((READY, 0, 1), (HOURS, 2, 3)):
            found = ratio(sums[:, over], sums[:, under], weights)
            if found is not None:
                out.append({
                    "indicator": f"{name}, {season}" if season else name, "unit": UNITS[name], "season": season,
                    "value": found[0], "low": found[1], "high": found[2], "items": len(items), "months": len(chosen),
                    "period_from": f"{months[chosen[0]]}-01", "period_to": f"{months[chosen[-1]]}-28",
                    "text": _TOLD.format(s=season or "all seasons"),
                })  # fmt: skip
    return out


def _month(book: Book, item: str, month: str) -> tuple[float, float, float, float]:
    """Ready days, days held, hours by the best grade of the month, and the part of the month in which it was held."""
    begin, end = month_span(month)
    ready, held = ready_days(book, item, begin, end)
    hours = book.item(item)["hours"].get(month, {})
    best = next((hours[g] for g in GRADES if g in hours), 0.0)
    return ready, held, best, held * DAY / (end - begin)


def _drawn(items: int, seed: int) -> Array:
    """How often each item is drawn, (draws, items)."""
    return np.random.default_rng(seed).multinomial(items, np.full(items, 1.0 / items), _DRAWS).astype(np.float64)


def ratio(over: Array, under: Array, weights: Array | int) -> tuple[float, float | None, float | None] | None:
    """(ratio of the sums, lower, upper): 95 % percentile interval over rows drawn again; None where nothing was held.

    ``weights``: how often each row is drawn, (draws, rows), or a seed.
    """
    if float(under.sum()) <= 0:
        return None
    value = float(over.sum() / under.sum())
    if int(np.count_nonzero(under)) < _LEAST:
        return value, None, None
    times = _drawn(len(over), weights) if isinstance(weights, int) else weights
    above, below = times @ over, times @ under
    some = below > 0
    low, high = np.quantile(above[some] / below[some], [0.025, 0.975])
    if high - low < 1e-9:
        return value, None, None  # all alike: drawing again tells nothing of chance
    return value, float(low), float(high)
