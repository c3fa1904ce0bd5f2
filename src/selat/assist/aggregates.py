"""What the donor sees of use: sums by month and item, with the hash of the raw data they rest on, to be signed.

Hours by grade are never added up: one hour may be told by a track and by a sheet.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from selat.assist.book import Book
from selat.assist.checks import CHECKS
from selat.assist.facts import HELD, Fact
from selat.assist.fields import day_ns, ns_day
from selat.model.clock import DAY
from selat.model.errors import ConfigError

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@lru_cache(maxsize=2400)
def month_span(month: str) -> tuple[int, int]:
    """First instant of a month and of the next one, ns UTC. Raises :class:`ConfigError`."""
    if not _MONTH.fullmatch(month):
        raise ConfigError(f"{month!r} is no month", hint="as in 2026-06")
    year, number = int(month[:4]), int(month[5:])
    after = f"{year + number // 12}-{number % 12 + 1:02d}-01"
    return day_ns(f"{month}-01"), day_ns(after)


def monthly(
    book: Book, uses: Iterable[Fact], month: str, head: tuple[int, str], programmes: Iterable[str] = ()
) -> dict[str, Any]:
    """The aggregates of a month as a plain document.

    ``uses``: standing facts of kind "use"; ``head``: rows of the log and its last hash, so that the sums can be made again
    from the log as it was; ``programmes``: only these. Raises :class:`ConfigError` for a month that is none.
    """
    begin, end = month_span(month)
    wanted = set(programmes)
    items = [i for i in book.ids("item") if not wanted or book.value("item", i, "programme") in wanted]
    mine: dict[str, list[Fact]] = {i: [] for i in items}
    for use in uses:
        if begin <= use.at < end and use.subject in mine:
            mine[use.subject].append(use)
    return {
        "what": "monthly aggregates", "month": month, "entries": head[0], "head": head[1],
        "items": [_row(book, item, mine[item], begin, end) for item in items],
    }  # fmt: skip


def _row(book: Book, item: str, uses: list[Fact], begin: int, end: int) -> dict[str, Any]:
    hours: dict[str, float] = {}
    sorties: dict[str, int] = {}
    cells: dict[str, float] = {}
    for use in uses:
        grade = use.data["grade"]
        hours[grade] = hours.get(grade, 0.0) + use.data["hours"]
        sorties[grade] = sorties.get(grade, 0) + 1
        for cell, spent in use.data.get("cells", {}).items():
            cells[cell] = cells.get(cell, 0.0) + spent
    ready, held = ready_days(book, item, begin, end)
    asked = dict.fromkeys(CHECKS, 0)
    for one in book.data["observations"].values():
        if one["target"] == item and one["check"] in asked and begin <= one.get("began", one["made"]) < end:
            asked[one["check"]] += 1
    raw = sorted({use.data["evidence"] for use in uses if use.data.get("evidence")})
    return {
        "item": item,
        "programme": book.value("item", item, "programme"),
        "state": book.state(item, end - 1),
        "hours": {g: round(hours[g], 3) for g in sorted(hours)},
        "sorties": {g: sorties[g] for g in sorted(sorties)},
        "cells": {c: round(cells[c], 2) for c in sorted(cells)},
        "ready_days": ready,
        "held_days": held,
        "observations": {c: n for c, n in asked.items() if n},
        "checks_without_observation": [c for c, n in asked.items() if not n],
        "raw": {"files": len(raw), "sha256": hashlib.sha256("\n".join(raw).encode()).hexdigest() if raw else ""},
    }


def ready_days(book: Book, item: str, begin: int, end: int) -> tuple[float, float]:
    """Days in service and days held between two times."""
    rows = book.item(item)["states"]
    ready = held = 0
    for n, (at, state, _) in enumerate(rows):
        after = rows[n + 1][0] if n + 1 < len(rows) else end
        span = max(0, min(after, end) - max(at, begin))
        ready += span * (state == "in_service")
        held += span * (state in HELD)
    return round(ready / DAY, 2), round(held / DAY, 2)


def months_of(book: Book, now: int) -> list[str]:
    """Full months from the first acceptance on, oldest first."""
    began = [s[0] for told in book.data["items"].values() for s in told["states"] if s[1] == "accepted"]
    out: list[str] = []
    month = ns_day(min(began))[:7] if began else "9999-12"
    while month_span(month)[1] <= now:
        out.append(month)
        month = ns_day(month_span(month)[1])[:7]
    return out
