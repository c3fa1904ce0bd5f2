"""The facts of a yearly review of grants, from the register's log alone: as known after any number of its entries."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from selat import __version__
from selat.assist.book import Book
from selat.assist.demo import MADE_UP
from selat.assist.due import due_list
from selat.assist.effect import judged
from selat.assist.facts import ITEM_STATES, PROGRAMME_STATES
from selat.assist.fields import day_ns, days_between, ns_day
from selat.assist.grant import Grant
from selat.assist.pages import measures
from selat.assist.register import Register
from selat.assist.tiers import TIERS, cut_book
from selat.exporters.paper import review
from selat.exporters.paper.blocks import Document
from selat.exporters.paper.review import Asked, Item, Measured, Programme, Review
from selat.model.clock import DAY
from selat.model.errors import ConfigError
from selat.store.identity import sea_id

AHEAD = 366  #: days for which what is due is told
INCIDENTS = "incidents"  #: indicator of yearly counts
_YEAR = re.compile(r"(FY)?(\d{4})")
_SPAN = re.compile(r"(\d{4}-\d{2})(?:-01)?/(\d{4}-\d{2})(?:-01)?")
_FACTS = ("country", "donor", "recipient", "title", "equipment")


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months: ``begin`` and ``end`` (the first day that is no part of it), ``YYYY-MM-DD``."""

    name: str
    begin: str
    end: str

    def months(self, hours: Mapping[str, Mapping[str, float]]) -> list[Mapping[str, float]]:
        """Of hours by month, those of the period."""
        return [told for month, told in sorted(hours.items()) if self.begin[:7] <= month < self.end[:7]]

    def holds(self, ns: int) -> bool:
        """Whether a time lies in it."""
        return day_ns(self.begin) <= ns < day_ns(self.end)


def period_of(text: str) -> Period:
    """``2026`` (a calendar year), ``FY2025`` (Japan's fiscal year: April to March), ``2025-10/2026-03`` (months, both within).

    Raises :class:`ConfigError` for another form.
    """
    year, span = _YEAR.fullmatch(text.strip()), _SPAN.fullmatch(text.strip())
    if year is not None and 1900 <= int(year[2]) <= 2200:
        month, n = ("04" if year[1] else "01"), int(year[2])
        return Period(text.strip(), f"{n}-{month}-01", f"{n + 1}-{month}-01")
    if span is not None and span[1] <= span[2] and all(1 <= int(m[5:]) <= 12 for m in span.groups()):
        y, m = int(span[2][:4]), int(span[2][5:])
        return Period(text.strip(), f"{span[1]}-01", f"{y + m // 12}-{m % 12 + 1:02d}-01")
    raise ConfigError(f"not a period: {text!r}", hint="2026, FY2025 (April to March) or 2025-10/2026-03")


def document(
    register: Register, period: str, sea: str, *, programmes: Sequence[str] = (), country: str = "", entry: int | None = None,
    tier: str = "auditor", language: str = "en",
) -> Document:  # fmt: skip
    """The review as a document; ``entry``: as known after so many entries of the log (all of them when not given)."""
    return review.document(
        gathered(register, period, sea, programmes=programmes, country=country, entry=entry, tier=tier), language
    )


def gathered(
    register: Register, period: str, sea: str, *, programmes: Sequence[str] = (), country: str = "", entry: int | None = None,
    tier: str = "auditor",
) -> Review:  # fmt: skip
    """The facts. Raises :class:`ConfigError` for a period, programme, country, tier or entry that there is not."""
    span = period_of(period)
    if tier not in TIERS or tier == "public":
        raise ConfigError(f"no review for {tier!r}", hint="recipient, donor or auditor")
    last = register.end()[0]
    rows = last if entry is None else entry
    if not 1 <= rows <= last:
        raise ConfigError(
            f"the log has {last} entries, not {rows}", hint="`selat assist audit SEA` says how many there are"
        )
    whole = register.book(rows)
    book = cut_book(whole, tier)
    chosen = _chosen(book, programmes, country)
    number = sea_id(register)
    return Review(
        span.name,
        day_ns(span.begin),
        day_ns(span.end),
        span.begin,
        ns_day(day_ns(span.end) - DAY),
        tier,
        tuple(_programme(book, p, span) for p in chosen),
        rows,
        register.hash_at(rows),
        f"{sea} ({number})" if number else sea,
        __version__,
        any(MADE_UP in str(c) for p in chosen for c in whole.data["things"]["programme"].get(p, {}).values()),
    )


def _chosen(book: Book, programmes: Sequence[str], country: str) -> list[str]:
    known = book.ids("programme")
    for p in programmes:
        if p not in known:
            raise ConfigError(f"there is no programme {p!r}", hint=f"known: {', '.join(known)[:400] or 'none'}")
    found = [
        p
        for p in known
        if (not programmes or p in programmes) and (not country or book.value("programme", p, "country") == country)
    ]
    if not found:
        raise ConfigError("no programme to tell of", hint=f"known: {', '.join(known)[:400] or 'none'}")
    return found


def _programme(book: Book, programme: str, span: Period) -> Programme:
    value, last = book.value, day_ns(span.end) - 1
    items = Grant(book, programme).items()
    mine = {programme, *items}
    signed = str(value("programme", programme, "signed_on") or "")
    facts = [(k, str(value("programme", programme, k) or "")) for k in _FACTS]
    facts += [("purposes", ", ".join(value("programme", programme, "purposes") or [])), ("signed", signed)]
    accepted, served = _waits(book, items)
    states = Counter(book.state(i, last) for i in items)
    kept = Counter(tuple(str(x or "") for x in k[1:4]) for i in items if (k := book.keeper(i, last)) is not None)
    told, claim = _measures(book, programme, day_ns(span.end))
    return Programme(
        programme,
        tuple((k, v) for k, v in facts if v),
        str(value("programme", programme, "country") or ""),
        str(value("programme", programme, "recipient") or ""),
        signed,
        value("programme", programme, "amount_jpy"),
        _state(book, programme, last),
        _lots(book, programme, last),
        _tranches(book, programme, signed, last),
        accepted,
        served,
        tuple((s, states[s]) for s in ITEM_STATES if states[s]),
        tuple((*who, n) for who, n in sorted(kept.items(), key=lambda c: (-c[1], c[0]))),  # type: ignore[misc]
        sum(span.holds(c[0]) for i in items for c in book.item(i)["custody"][1:]),
        tuple(_item(book, i, span) for i in items),
        _jobs(book, items, span),
        _asked(book, mine, span),
        _due(book, mine, span),
        _done(book, mine, span),
        told,
        _counts(book, programme),
        claim,
    )


def _state(book: Book, programme: str, last: int) -> str:
    state = book.programme_state(programme, last)
    return state if state in PROGRAMME_STATES else str(state)


def _came(book: Book, tranche: str, last: int) -> str:
    """Day of a delivery; empty where it did not come by then."""
    day = book.value("tranche", tranche, "delivered_on")
    return day if day and day_ns(day) <= last else ""


def _lots(book: Book, programme: str, last: int) -> tuple[tuple[str, str, int | None, int, int | None], ...]:
    out = []
    for lot in book.ids("lot", programme=programme):
        got = sum(
            book.value("tranche", t, "quantity") or 0 for t in book.ids("tranche", lot=lot) if _came(book, t, last)
        )
        model = book.value("lot", lot, "model") or ""
        name = str(book.value("model", model, "name") or model)
        out.append((lot, name, book.value("lot", lot, "quantity"), got, book.value("lot", lot, "amount_jpy")))
    return tuple(out)


def _tranches(book: Book, programme: str, signed: str, last: int) -> tuple[tuple[str, str, str, str], ...]:
    out = []
    for t in book.ids("tranche", programme=programme):
        day, n = _came(book, t, last), book.value("tranche", t, "quantity")
        if day:
            out.append(
                (
                    str(book.value("tranche", t, "what") or t),
                    "" if n is None else f"{n:,}",
                    day,
                    f"{days_between(signed, day):,}" if signed else "",
                )
            )
    return tuple(sorted(out, key=lambda t: (t[2], t[0])))


def _waits(book: Book, items: Sequence[str]) -> tuple[float | None, float | None]:
    """Median days from receipt to acceptance, and from receipt to service."""
    waits: dict[str, list[float]] = {"accepted": [], "in_service": []}
    for i in items:
        first = {s: at for at, s, _ in reversed(book.item(i)["states"])}
        for state, found in waits.items():
            if "received" in first and state in first:
                found.append((first[state] - first["received"]) / DAY)
    accepted, served = (round(median(v), 1) if v else None for v in waits.values())
    return accepted, served


def _item(book: Book, item: str, span: Period) -> Item:
    told = book.item(item)
    months = span.months(told["hours"])
    hours: dict[str, float] = {}
    for month in months:
        for grade, h in month.items():
            hours[grade] = hours.get(grade, 0.0) + h
    last = day_ns(span.end) - 1
    keeper = book.keeper(item, last)
    return Item(
        item, str(book.value("item", item, "serial") or ""), book.state(item, last), str(keeper[1]) if keeper else "",
        _served(told["states"], span), {g: round(h, 6) for g, h in sorted(hours.items())}, sum(any(m.values()) for m in months),
    )  # fmt: skip


def _served(states: Sequence[Sequence[Any]], span: Period) -> int:
    """Whole days of the period in service."""
    begin, end, ns = day_ns(span.begin), day_ns(span.end), 0
    for k, (at, state, _) in enumerate(states):
        until = states[k + 1][0] if k + 1 < len(states) else end
        if state == "in_service":
            ns += max(0, min(until, end) - max(at, begin))
    return int(ns // DAY)


def _jobs(book: Book, items: Sequence[str], span: Period) -> tuple[tuple[str, str, str, str, str, str], ...]:
    """Work that was going on in the period."""
    out = []
    for i in items:
        for job, told in sorted(book.item(i)["jobs"].items()):
            ended = told.get("ended")
            if told["began"] < day_ns(span.end) and (ended is None or ended >= day_ns(span.begin)):
                text = f"{job}: {told['text']}" if told.get("text") else job
                until = ns_day(ended) if ended is not None and ended < day_ns(span.end) else ""
                out.append(
                    (
                        i,
                        text,
                        ns_day(told["began"]),
                        until,
                        str(told.get("part") or ""),
                        str(told.get("part_awaited_from") or ""),
                    )
                )
    return tuple(out)


def _asked(book: Book, mine: set[str], span: Period) -> tuple[Asked, ...]:
    """Observations: all that are open, and those closed in the period, by check and day."""
    out = []
    for o in book.data["observations"].values():
        if o["target"] not in mine:
            continue
        closed = o["state"] == "closed"
        if closed and not span.holds(o["at"]):
            continue
        end = (
            (ns_day(o["at"]), str(o.get("person", "")), str(o.get("document", "")), str(o.get("reason", "")))
            if closed
            else None
        )
        answers = tuple(f"{ns_day(a[0])} {a[1]}: {a[2]}" for a in o["answers"])
        out.append(Asked(str(o["check"]), o["target"], ns_day(o["made"]), o["sentence"], answers, end))
    return tuple(sorted(out, key=lambda a: (int(a.check[1:]) if a.check[1:].isdecimal() else 99, a.made, a.target)))


def _due(book: Book, mine: set[str], span: Period) -> tuple[tuple[str, str, str, int], ...]:
    """Inspections and reports that are due, told from the last day of the period."""
    last = day_ns(span.end) - DAY
    return tuple(
        (d.what, d.target, d.day, d.days)
        for d in due_list(book, last, AHEAD)
        if d.what != "observation" and d.target in mine
    )


def _done(book: Book, mine: set[str], span: Period) -> tuple[tuple[str, str, str, str], ...]:
    found = [
        (i["target"], ns_day(i["at"]), str(i["outcome"]), str(i.get("by", ""))) for i in book.data["inspections"].values()
        if i["state"] == "done" and i.get("target") in mine and span.holds(i["at"])
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda d: (d[1], d[0])))


def _measures(
    book: Book, programme: str, now: int
) -> tuple[tuple[Measured, ...], tuple[str, Mapping[str, str]] | None]:
    """Indicators before, expected and measured; and what yearly incident counts can show."""
    out, claim = [], None
    for row in measures(book, programme, now):
        if row["indicator"] == INCIDENTS:
            claim = _claim(book, programme)
            continue
        before, wanted, after = (_value(row.get(b)) for b in ("baseline", "expected", "measured"))
        out.append(
            Measured(row["indicator"], row["unit"], before, wanted, after, _judgement(before, after), row["verdict"])
        )
    return tuple(out), claim


def _value(told: Any) -> tuple[float, float | None, float | None] | None:
    return (told["value"], told["low"], told["high"]) if told else None


def _judgement(before: Any, after: Any) -> str:
    if after is None:
        return "not_yet"
    if before is None or None in (*before[1:], *after[1:]):
        return "no_interval"
    return "apart" if after[1] > before[2] or after[2] < before[1] else "overlap"


def _counts(book: Book, programme: str) -> tuple[tuple[str, int], ...]:
    found = [
        m
        for m in book.ids("measurement", programme=programme)
        if book.value("measurement", m, "indicator") == INCIDENTS
    ]
    rows = [
        (
            str(book.value("measurement", m, "period_from") or ""),
            m,
            str(book.value("measurement", m, "basis")),
            book.value("measurement", m, "value"),
        )
        for m in found
    ]
    return tuple((basis, round(n)) for _, _, basis, n in sorted(rows) if basis in ("baseline", "measured"))


def _claim(book: Book, programme: str) -> tuple[str, Mapping[str, str]] | None:
    counts = _counts(book, programme)
    before, after = ([n for b, n in counts if b == basis] for basis in ("baseline", "measured"))
    wanted = [
        book.value("measurement", m, "value") for m in book.ids("measurement", programme=programme)
        if book.value("measurement", m, "indicator") == INCIDENTS and book.value("measurement", m, "basis") == "expected"
    ]  # fmt: skip
    if not before or not after or not sum(before):
        return None
    rate = sum(before) / len(before)
    fall = max(0.0, 1.0 - wanted[-1] / rate) if wanted else 0.0
    key, values = judged(before, after, fall)
    return f"claim.{key}", values


def file_name(period: str, form: str) -> Path:
    """A name for the file."""
    return Path(f"review-{period.replace('/', '_')}.{form}")
