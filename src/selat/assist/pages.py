"""What pages show of the register: a country, a programme, an item; made of a book that was cut to the reader's tier."""

from __future__ import annotations

from typing import Any

from selat.assist.book import Book
from selat.assist.due import due_list
from selat.assist.facts import KINDS
from selat.assist.fields import days_between, ns_day
from selat.assist.grant import Grant
from selat.assist.iati import DONORS
from selat.assist.indicators import measured
from selat.model.errors import ConfigError

AHEAD = 90  #: days for which the due list looks ahead
_PUBLIC = ("programme", "recipient", "amount_jpy", "state", "signed_on", "days_to_delivery", "agreed", "delivered")


def countries(book: Book) -> list[dict[str, Any]]:
    """Countries with their number of programmes and the sum that is known, in yen."""
    out: dict[str, dict[str, Any]] = {}
    for p in book.ids("programme"):
        code = str(book.value("programme", p, "country"))
        row = out.setdefault(code, {"country": code, "programmes": 0, "amount_jpy": 0, "without_amount": 0})
        amount = book.value("programme", p, "amount_jpy")
        row["programmes"] += 1
        row["amount_jpy"] += amount or 0
        row["without_amount"] += amount is None
    return [out[c] for c in sorted(out)]


def country(book: Book, code: str, now: int, tier: str) -> dict[str, Any]:
    """The page of a country (ISO 3166-1 alpha-2). Raises :class:`ConfigError` where there is no programme."""
    programmes = book.ids("programme", country=code)
    if not programmes:
        known = ", ".join(sorted({str(book.value("programme", p, "country")) for p in book.ids("programme")}))
        raise ConfigError(f"no programme of {code[:8]!r}", hint=f"known: {known or 'none yet'}")
    rows = [summary(book, p, now, tier) for p in programmes]
    out: dict[str, Any] = {"country": code, "tier": tier, "programmes": rows}
    if tier != "public":
        mine = {*programmes, *(i for p in programmes for i in book.ids("item", programme=p))}
        out["due"] = [_due(d) for d in due_list(book, now, AHEAD) if d.target in mine]
    return out


def summary(book: Book, programme: str, now: int, tier: str) -> dict[str, Any]:
    """A programme in a row of its country's page."""
    page = Grant(book, programme).page(now)
    if tier == "public":
        page = {k: page[k] for k in _PUBLIC}
    value = book.value
    page |= {"title": value("programme", programme, "title"), "equipment": value("programme", programme, "equipment"),
             "fiscal_year": value("programme", programme, "fiscal_year")}  # fmt: skip
    page["donor"] = DONORS.get(str(value("programme", programme, "donor")), value("programme", programme, "donor"))
    page["lots"] = [_lot(book, lot, now) for lot in book.ids("lot", programme=programme)]
    if tier != "public":
        page["measures"] = measures(book, programme, now)
    return page


def _lot(book: Book, lot: str, now: int) -> dict[str, Any]:
    tranches = book.ids("tranche", lot=lot)
    came = [t for t in tranches if book.value("tranche", t, "delivered_on")]
    quantity = book.value("lot", lot, "quantity") or 0
    delivered = sum(book.value("tranche", t, "quantity") or 0 for t in came)
    planned = [d for t in tranches if t not in came and (d := book.value("tranche", t, "planned_on"))]
    signed = book.value("programme", str(book.value("lot", lot, "programme")), "signed_on")
    days = [book.value("tranche", t, "delivered_on") for t in came]
    return {
        "lot": lot,
        "what": book.value("model", book.value("lot", lot, "model") or "", "name") or lot,
        "ordered": quantity,
        "delivered": delivered,
        "tender": book.value("lot", lot, "tender"),
        "last_delivery": max(days, default=None),
        "lead_days": [days_between(signed, d) for d in sorted(days)] if signed else [],
        "planned": min(planned, default=None),
        "late_days": max(0, days_between(min(planned), ns_day(now))) if planned and delivered < quantity else 0,
    }


def measures(book: Book, programme: str, now: int) -> list[dict[str, Any]]:
    """Indicators with baseline, expected and measured side by side, each with its interval where one is known.

    What the register itself measures (:mod:`selat.assist.indicators`) stands where nobody recorded a measurement.
    """
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for m in book.ids("measurement", programme=programme):
        told = {n: book.value("measurement", m, n) for n in KINDS["measurement"].by_name}
        row = rows.setdefault((str(told["indicator"]), str(told["unit"] or "")), {})
        best = book.claims("measurement", m, "value")[0]
        entry = {k: told[k] for k in ("value", "low", "high", "period_from", "period_to", "text")}
        row.setdefault(str(told["basis"]), []).append({**entry, "confidence": best[4], "source": best[1]})
    for own in measured(book, programme, now):
        row = rows.setdefault((own["indicator"], own["unit"]), {})
        if "measured" not in row:
            row["measured"] = [{**own, "confidence": "", "source": "register"}]
    out = []
    for (indicator, unit), bases in sorted(rows.items()):
        for found in bases.values():
            found.sort(key=lambda e: e["period_to"] or "")
        out.append(
            {"indicator": indicator, "unit": unit, **{b: f[-1] for b, f in bases.items()}, "verdict": _verdict(bases)}
        )
    return out


def _verdict(bases: dict[str, list[dict[str, Any]]]) -> str:
    """Whether what was measured can be told apart from what was expected: ``below``, ``within``, ``above``, or nothing."""
    if "expected" not in bases or "measured" not in bases:
        return ""
    want, have = bases["expected"][-1], bases["measured"][-1]
    low, high = want["low"], want["high"]
    low, high = (want["value"] if low is None else low), (want["value"] if high is None else high)
    mine = (
        have["value"] if have["low"] is None else have["low"],
        have["value"] if have["high"] is None else have["high"],
    )
    return "below" if mine[1] < low else "above" if mine[0] > high else "within"


def programme(book: Book, name: str, now: int, tier: str) -> dict[str, Any]:
    """All about a programme: every field with its claims, lots, tranches, conditions, items. Raises :class:`ConfigError`."""
    out: dict[str, Any] = {
        "id": name,
        "tier": tier,
        **summary(book, name, now, tier),
        "claims": claims(book, "programme", name),
    }
    out["states"] = book.data["programmes"].get(name, [])
    for kind in ("condition", "tranche", "goods"):
        found = book.ids(kind, programme=name)
        out[f"{kind}s"] = [{"id": i, **_best(book, kind, i)} for i in found]
    if tier != "public":
        out["serial_items"] = [_item_row(book, i, now) for i in book.ids("item", programme=name)]
        mine = {name, *(r["id"] for r in out["serial_items"])}
        out["observations"] = [r for r in observations(book) if r["target"] in mine]
        out["due"] = [_due(d) for d in due_list(book, now, 3650) if d.target in mine]
    return out


def item(book: Book, name: str, now: int, tier: str) -> dict[str, Any]:
    """All about an item. Raises :class:`ConfigError` for an unknown one."""
    if name not in book.data["things"].get("item", {}):
        raise ConfigError(f"there is no item {name[:80]!r}", hint="the page of its programme lists them")
    told = book.item(name)
    due = [_due(d) for d in due_list(book, now, 3650) if d.target == name]
    done = [{"id": i, **one} for i, one in book.data["inspections"].items() if one["target"] == name]
    return {
        **_item_row(book, name, now), "tier": tier, "claims": claims(book, "item", name), "states": told["states"],
        "custody": told["custody"], "identities": told["ids"], "months": told["hours"], "cells": told.get("cells", {}),
        "jobs": told["jobs"], "photos": told["photos"], "inspections": done, "due": due,
        "observations": [o for o in observations(book) if o["target"] == name],
        "openings": [o for o in book.data["openings"] if o[1] == name],
        "opened": [o for o in book.data["opened"] if o[1] == name],
    }  # fmt: skip


def claims(book: Book, kind: str, subject: str) -> list[dict[str, Any]]:
    """Every field with all that was said about it, best first."""
    out = []
    for field in KINDS[kind].fields:
        said = book.claims(kind, subject, field.name)
        if said:
            keys = ("value", "source", "who", "at", "confidence", "entry")
            out.append(
                {"field": field.name, "what": field.what, "said": [dict(zip(keys, c, strict=True)) for c in said]}
            )
    return out


def observations(book: Book, state: str = "") -> list[dict[str, Any]]:
    """Observations, open ones first, then the latest."""
    rows = [{"id": i, **one} for i, one in book.data["observations"].items() if not state or one["state"] == state]
    return sorted(rows, key=lambda r: (r["state"] != "open", -r["made"], r["id"]))


def due(book: Book, now: int) -> list[dict[str, Any]]:
    """What is due, the most overdue first."""
    return [_due(d) for d in due_list(book, now, AHEAD)]


def _due(d: Any) -> dict[str, Any]:
    return {"what": d.what, "id": d.id, "target": d.target, "day": d.day, "days": d.days, "text": d.text}


def _best(book: Book, kind: str, subject: str) -> dict[str, Any]:
    return {n: book.value(kind, subject, n) for n in KINDS[kind].by_name if book.claims(kind, subject, n)}


def _item_row(book: Book, i: str, now: int) -> dict[str, Any]:
    keeper, model = book.keeper(i, now), book.value("item", i, "model") or ""
    states = book.item(i)["states"]
    hours: dict[str, float] = {}
    for month in book.item(i)["hours"].values():
        for grade, spent in month.items():
            hours[grade] = round(hours.get(grade, 0.0) + spent, 3)
    return {
        "id": i, "serial": book.value("item", i, "serial"), "programme": book.value("item", i, "programme"),
        "model": book.value("model", model, "name") or model, "state": book.state(i, now),
        "since": states[-1][0] if states else None, "unit": keeper[1] if keeper else "",
        "place": keeper[3] if keeper else "", "hours": hours, "best_grade": min(hours, default=""),
    }  # fmt: skip
