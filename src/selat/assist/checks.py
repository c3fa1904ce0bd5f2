"""Proper use: checks U1 to U12. Each finds what asks for an explanation, with its evidence; none is a verdict.

The thresholds are defaults of ours, to be agreed between donor and recipient; no published rule gives them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from selat.assist.book import Book
from selat.assist.due import due_list, next_report
from selat.assist.facts import GONE, HELD, Fact
from selat.assist.fields import day_ns, ns_day
from selat.kernels import geodesy
from selat.model.clock import DAY, format_time
from selat.model.units import NAUTICAL_MILE, nautical_miles


@dataclass(frozen=True, slots=True)
class Limits:
    """Thresholds. ``outside`` s beyond the agreed area and its buffer; ``idle``, ``late``, ``part`` days; ``stay`` hours."""

    outside: float = 1800.0
    idle: int = 60
    idle_enhanced: int = 30
    late: int = 14
    stay: float = 72.0
    hours_apart: float = 0.20
    ready: float = 0.70
    part: int = 90
    photo_far: float = 50 * NAUTICAL_MILE  #: m from the base


LIMITS = Limits()
Found = Iterator[Fact]


def run_checks(book: Book, uses: Iterable[Fact], now: int, limits: Limits = LIMITS) -> list[Fact]:
    """Observations that are not in the book yet, of all checks at ``now`` (ns); ``uses``: facts of kind "use"."""
    by_item: dict[str, list[Fact]] = defaultdict(list)
    for use in uses:
        if use.at <= now:
            by_item[use.subject].append(use)
    made = {}
    for check in CHECKS.values():
        for found in check(book, by_item, now, limits):
            if found.subject not in book.data["observations"] and found.subject not in made:
                made[found.subject] = replace(found, at=min(found.at, now))
    return list(made.values())


def _seen(check: str, target: str, key: Any, sentence: str, at: int, **evidence: Any) -> Fact:
    data = {"check": check, "target": target, "sentence": sentence, "key": str(key), "evidence": evidence, "began": at}
    return Fact("observation", f"obs-{check}:{target}:{key}", at, data, f"check {check}", "selat", "A")


def _programme(book: Book, item: str) -> str:
    return str(book.value("item", item, "programme"))


def _items(book: Book) -> list[str]:
    return book.ids("item")


def left_area(book: Book, uses: dict[str, list[Fact]], now: int, limits: Limits) -> Found:
    """U1: longer outside the agreed area and its buffer than agreed; `outside_s` comes from the track of the use."""
    for item, mine in uses.items():
        for u in mine:
            out = u.data.get("outside_s", 0.0)
            if out > limits.outside:
                buffer = book.value("programme", _programme(book, item), "buffer_nm", 1.0)
                told = f"{item} was outside the agreed area and its buffer ({buffer:g} nm) for {out / 60:.0f} min on {ns_day(u.at)}"
                yield _seen(
                    "U1", item, u.n, told, u.at, entry=u.n, outside_s=out, limit_s=limits.outside, grade=u.data["grade"]
                )


def idle(book: Book, uses: dict[str, list[Fact]], now: int, limits: Limits) -> Found:
    """U2: in service and without use of any grade for long."""
    for item in _items(book):
        if book.state(item, now) != "in_service":
            continue
        enhanced = book.value("programme", _programme(book, item), "monitoring") == "enhanced"
        most = limits.idle_enhanced if enhanced else limits.idle
        since = max([s[0] for s in book.item(item)["states"] if s[0] <= now], default=now)
        since = max([since, *(min(u.data["ended"], now) for u in uses.get(item, ()))])
        if now - since > most * DAY:
            told = f"{item} is in service and no use was recorded for {(now - since) // DAY} days"
            yield _seen("U2", item, ns_day(since), told, since + most * DAY, since=since, limit_days=most)


def silent(book: Book, uses: dict[str, list[Fact]], now: int, limits: Limits) -> Found:
    """U3: a report is overdue, or a tracker was silent while a log shows hours."""
    for condition in book.ids("condition", what="report"):
        day = next_report(book, condition)
        if day and now - day_ns(day) > limits.late * DAY:
            programme = book.value("condition", condition, "programme")
            told = f"the report of {programme} for the period to {day} is {(now - day_ns(day)) // DAY} days late"
            yield _seen(
                "U3", programme, day, told, day_ns(day) + limits.late * DAY, condition=condition, limit_days=limits.late
            )
    for item in _items(book):
        for began, ended, n in book.item(item)["silent"]:
            told_by = [
                u for u in uses.get(item, ()) if u.data["grade"] in "CD" and u.at < ended and u.data["ended"] > began
            ]
            if told_by:
                hours = sum(u.data["hours"] for u in told_by)
                told = (
                    f"the tracker of {item} was silent from {format_time(began)} on while its log shows {hours:.1f} h"
                )
                yield _seen("U3", item, n, told, began, silent=n, uses=[u.n for u in told_by][:20])


def custody(book: Book, uses: dict[str, list[Fact]], now: int, limits: Limits) -> Found:
    """U4: an inspection found the item with another unit or in another place than the register says."""
    for i, one in book.data["inspections"].items():
        if one["state"] != "done" or one["target"] not in book.data["items"]:
            continue
        keeper = book.keeper(one["target"], one["at"])
        unit = keeper[1] if keeper else "nobody"
        if one["outcome"] == "wrong_place" or (one.get("unit") and one["unit"] != unit):
            where = f"{one.get('unit') or 'its unit'} at {one.get('place', 'another place')}"
            told = f"inspection {i} found {one['target']} with {where}; the register says {unit}"
            yield _seen("U4", one["target"], i, told, one["at"], entry=one["n"], register=unit, found=one.get("unit"))


def transfer(book: Book, uses: dict[str, list[Fact]], now: int, limits: Limits) -> Found:
    """U5: an identifier changed, or a long stay in a port of another country."""
    for item in _items(book):
        for what, known in book.item(item)["ids"].items():
            for old, new in pairwise(known):
                if new[1] != old[1]:
                    told = f"the {what.replace('_', ' ')} of {item} changed from {old[1]} to {new[1]}"
                    yield _seen("U5", item, new[3], told, new[0], entry=new[3], what=what, old=old[1], new=new[1])
        home = book.value("programme", _programme(book, item), "country")
        for u in uses.get(item, ()):
            stay, port = u.data.get("stay_h", 0.0), u.data.get("port_country", home)
            if stay > limits.stay and port != home:
                told = f"{item} stayed {stay:.0f} h in a port of {port}"
                yield _seen("U5", item, u.n, told, u.at, entry=u.n, stay_h=stay, limit_h=limits.stay)


def counts(book: Book, uses: dict[str, list[Fact]], now: int, limits: Limits) -> Found:
    """U6: serial items are fewer than delivered, or an inspection read another serial number or count."""
    for tranche in book.ids("tranche"):
        have, want = len(book.ids("item", tranche=tranche)), book.value("tranche", tranche, "quantity")
        if have and want is not None and book.value("tranche", tranche, "delivered_on") and have != want:
            told = f"{want} were delivered in tranche {tranche}, but {have} serial numbers are registered"
            yield _seen(
                "U6",
                str(book.value("tranche", tranche, "programme")),
                f"{tranche}:{have}/{want}",
                told,
                now,
                tranche=tranche,
                items=have,
                delivered=want,
            )
    for i, one in book.data["inspections"].items():
        serial = book.value("item", one["target"], "serial")
        if one["state"] == "done" and serial and (one["outcome"] == "not_found" or one.get("serial", serial) != serial):
            read = "was not found" if one["outcome"] == "not_found" else f"bears serial {one['serial']}"
            yield _seen(
                "U6",
                one["target"],
                i,
                f"inspection {i}: {one['target']} {read}; the register says {serial}",
                one["at"],
                entry=one["n"],
            )


def hours_apart(book: Book, uses: dict[str, list[Fact]], now: int, limits: Limits) -> Found:
    """U7: in a month, hours by engine or log (C) and by track or logger (A, B) differ by more than a fifth of the larger."""
    for item in _items(book):
        for month, grades in book.item(item)["hours"].items():
            if month >= ns_day(now)[:7]:
                continue  # a month that is not over is not told in full
            track, log = max(grades.get("A", 0.0), grades.get("B", 0.0)), grades.get("C", 0.0)
            if track and log and abs(track - log) > limits.hours_apart * max(track, log):
                told = f"{item} in {month}: {log:.1f} h by its log sheets, {track:.1f} h by track"
                yield _seen("U7", item, month, told, day_ns(month + "-01"), hours=grades, limit=limits.hours_apart)


def purposes(book: Book, uses: dict[str, list[Fact]], now: int, limits: Limits) -> Found:
    """U8: a mission code that is not among the agreed purposes, without consent to another purpose."""
    for item, mine in uses.items():
        agreed = book.value("programme", _programme(book, item), "purposes")
        for u in mine:
            code = u.data.get("mission")
            if agreed and code and code not in agreed and not book.consented("purpose", item, u.at, code):
                told = f"{item} was used for {code} on {ns_day(u.at)}; agreed are {', '.join(agreed)}"
                yield _seen("U8", item, u.n, told, u.at, entry=u.n, mission=code, agreed=agreed)


def readiness(book: Book, uses: dict[str, list[Fact]], now: int, limits: Limits) -> Found:
    """U9: few ready days in the last full quarter, or a spare part awaited for long."""
    begin, end = _last_quarter(now)
    for item in _items(book):
        share = ready_share(book, item, begin, end)
        if share is not None and share < limits.ready:
            told = f"{item} was ready on {share:.0%} of the days of the quarter from {ns_day(begin)}"
            yield _seen("U9", item, ns_day(begin), told, begin, share=share, limit=limits.ready)
        for job, one in book.item(item)["jobs"].items():
            since = one.get("part_awaited_from")
            if since and "ended" not in one and now - day_ns(since) > limits.part * DAY:
                told = f"{item} waits for {one.get('part', 'a part')} since {since}"
                yield _seen("U9", item, job, told, day_ns(since) + limits.part * DAY, job=job, limit_days=limits.part)


def overdue(book: Book, uses: dict[str, list[Fact]], now: int, limits: Limits) -> Found:
    """U10: an inspection is overdue."""
    for d in due_list(book, now, 0):
        if d.what == "inspection" and d.days < 0:
            yield _seen(
                "U10",
                d.target,
                d.id,
                f"inspection {d.id} of {d.target} was due on {d.day}",
                day_ns(d.day) + DAY,
                inspection=d.id,
            )


def ended(book: Book, uses: dict[str, list[Fact]], now: int, limits: Limits) -> Found:
    """U11: lost, disposed of or taken apart without consent of before. Ends are also told by the register itself."""
    for item in _items(book):
        for at, state, n in book.item(item)["states"]:
            if state in GONE and at <= now and not book.consented("disposal", item, at):
                yield _seen("U11", item, at, f"{item} became {state} without prior consent", at, entry=n)
        for job, one in book.item(item)["jobs"].items():
            if one.get("cannibalised") and not book.consented("disposal", item, one["began"]):
                yield _seen(
                    "U11",
                    item,
                    job,
                    f"parts were taken out of {item} (job {job}) without prior consent",
                    one["began"],
                    job=job,
                )


def photos(book: Book, uses: dict[str, list[Fact]], now: int, limits: Limits) -> Found:
    """U12: the same picture twice, or one taken far from the base."""
    first: dict[str, tuple[str, int]] = {}
    every = sorted(((p[0], i, *p[1:]) for i in _items(book) for p in book.item(i)["photos"]), key=lambda p: p[4])
    for at, item, sha, position, n in every:
        if sha in first:
            other, entry = first[sha]
            yield _seen(
                "U12",
                item,
                n,
                f"the photo of {item} of {ns_day(at)} is that of {other} in entry {entry}",
                at,
                sha256=sha,
                entries=[entry, n],
            )
        first.setdefault(sha, (item, n))
        keeper = book.keeper(item, at)
        if position and keeper and keeper[4]:
            away = float(geodesy.distance(*map(np.float64, (*position, *keeper[4]))))
            if away > limits.photo_far:
                told = f"a photo of {item} was taken {nautical_miles(away):.0f} nm from where {keeper[1]} keeps it"
                yield _seen("U12", item, f"{n}-far", told, at, entry=n, metres=away, limit_m=limits.photo_far)


def ready_share(book: Book, item: str, begin: int, end: int) -> float | None:
    """Share of a time in which an item was in service, of that in which it was held; None where it was not held."""
    rows = book.item(item)["states"]
    ready = held = 0
    for (at, state, _), after in zip(rows, [*(r[0] for r in rows[1:]), end], strict=True):
        span = max(0, min(after, end) - max(at, begin))
        ready += span * (state == "in_service")
        held += span * (state in HELD)
    return ready / held if held > 28 * DAY else None


def _last_quarter(now: int) -> tuple[int, int]:
    year, month = int(ns_day(now)[:4]), int(ns_day(now)[5:7])
    first = (month - 1) // 3 * 3 + 1
    before = (year, first - 3) if first > 3 else (year - 1, 10)
    return day_ns(f"{before[0]}-{before[1]:02d}-01"), day_ns(f"{year}-{first:02d}-01")


CHECKS: dict[str, Callable[[Book, dict[str, list[Fact]], int, Limits], Found]] = {
    "U1": left_area, "U2": idle, "U3": silent, "U4": custody, "U5": transfer, "U6": counts, "U7": hours_apart,
    "U8": purposes, "U9": readiness, "U10": overdue, "U11": ended, "U12": photos,
}  # fmt: skip
