"""What is due: inspections, reports and open observations. Nothing leaves the list but by a deed that says why."""

from __future__ import annotations

from dataclasses import dataclass

from selat.assist.book import Book
from selat.assist.fields import day_ns, ns_day
from selat.model.clock import DAY


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to do: ``what`` inspection, report or observation; ``days`` left, negative where it is overdue."""

    what: str
    id: str
    target: str
    day: str
    days: int
    text: str


def due_list(book: Book, now: int, ahead: int = 90) -> list[Due]:
    """All that is overdue or comes within ``ahead`` days, the most overdue first."""
    out = []
    for i, one in book.data["inspections"].items():
        if one["state"] == "due":
            out.append(_due("inspection", i, one["target"], one["due"], now, f"inspect {one['target']}"))
    for condition in book.ids("condition", what="report"):
        programme = book.value("condition", condition, "programme")
        day = next_report(book, condition)
        if day is not None:
            out.append(
                _due("report", condition, programme, day, now, f"report of {programme} for the period that ends then")
            )
    for i, one in book.data["observations"].items():
        if one["state"] == "open":
            out.append(_due("observation", i, one["target"], ns_day(one["made"]), now, one["sentence"]))
    return sorted((d for d in out if d.days <= ahead), key=lambda d: (d.days, d.what, d.id))


def _due(what: str, i: str, target: str, day: str, now: int, text: str) -> Due:
    return Due(what, i, target, day, (day_ns(day) - now) // DAY, text)


def next_report(book: Book, condition: str) -> str | None:
    """End of the first period whose report has not come in; None for a condition without a rhythm."""
    first, period = book.value("condition", condition, "first_due"), book.value("condition", condition, "period_days")
    if first is None or not period:
        return None
    told = {r[0] for r in book.data["reports"].get(book.value("condition", condition, "programme"), ())}
    day = day_ns(first)
    while ns_day(day) in told:
        day += period * DAY
    return ns_day(day)
