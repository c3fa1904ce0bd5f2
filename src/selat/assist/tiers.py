"""Who sees what of the register: four tiers, each a list of fields. What no list names is not shown.

The recipient holds all, raw tracks too. The auditor sees all entries with their hashes, raw tracks only where they were opened.
The donor sees what was agreed, bought, delivered and accepted, who keeps it, observations and their answers, and of use only
sums by month; no place, no track, no identifier that could be followed. The public sees what the IATI export tells.

A book or an entry is cut to a tier before anything is made of it, so that a page or an export cannot tell more by mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from selat.assist.book import Book, new_item
from selat.assist.facts import KINDS, Fact

TIERS = ("recipient", "donor", "public", "auditor")
WHOLE = frozenset({"recipient", "auditor"})  #: tiers that see all entries


def _table(text: str) -> dict[str, frozenset[str]]:
    """``kind: field field`` a line; ``*`` stands for all fields of the kind."""
    out = {}
    for line in text.strip().splitlines():
        kind, _, names = line.strip().partition(":")
        known = KINDS[kind].by_name
        out[kind] = frozenset(known) if names.strip() == "*" else frozenset(names.split())
        if not out[kind] <= set(known):
            raise KeyError(f"{kind} has no {', '.join(out[kind] - set(known))}")
    return out


#: fields that a tier sees, by kind of fact
SHOWN: dict[str, dict[str, frozenset[str]]] = {
    "recipient": {k: frozenset(kind.by_name) for k, kind in KINDS.items()},
    "auditor": {k: frozenset(kind.by_name) for k, kind in KINDS.items()},
    "donor": _table("""
        budget: *
        programme: *
        condition: *
        lot: *
        tranche: *
        model: *
        goods: *
        item: *
        document: sha256 title kind language
        programme_state: *
        item_state: state unit organisation certificate consent reason
        custody: unit organisation consent reason
        identity: what
        maintenance: job ended part part_awaited_from cannibalised consent
        photo: sha256
        inspection_due: *
        inspection_done: outcome by unit serial counted document
        inspection_waived: *
        report: *
        observation: check target sentence key began
        answer: *
        close: *
        consent: *
        opening_asked: *
        opening_granted: *
        opened: *
        retract: *
        measurement: *
    """),
    "public": _table("""
        programme: fiscal_year donor country recipient title signed_on amount_jpy equipment
        programme_state: state
        condition: programme what text
        lot: programme model quantity
        tranche: programme lot quantity delivered_on
        model: name
    """),
}
_PUBLIC_CONDITIONS = ("purpose", "no_transfer")  # as in the IATI export


def cut_fact(fact: Fact, tier: str) -> Fact | None:
    """An entry as a tier sees it; None where it does not see it at all."""
    if tier in WHOLE:
        return fact
    shown = SHOWN[tier].get(fact.kind)
    if shown is None or (
        tier == "public" and fact.kind == "condition" and fact.data.get("what") not in _PUBLIC_CONDITIONS
    ):
        return None
    data = {name: value for name, value in fact.data.items() if name in shown}
    if tier == "public":
        return replace(fact, data=data, who="", source="", cid="") if data else None
    return replace(fact, data=data, cid="")


def cut_facts(facts: Iterable[Fact], tier: str) -> Iterator[Fact]:
    """Entries as a tier sees them."""
    for fact in facts:
        if (one := cut_fact(fact, tier)) is not None:
            yield one


def cut_book(book: Book, tier: str) -> Book:
    """The book as a tier sees it."""
    if tier in WHOLE:
        return book
    data, shown = book.data, SHOWN[tier]
    out = Book({"rows": data["rows"], "hash": data["hash"], "things": _things(book, tier)})
    out.data["programmes"] = data["programmes"]
    if tier == "public":
        return out
    out.data["items"] = {i: _item(told) for i, told in data["items"].items()}
    for name, kinds in (("inspections", ("inspection_due", "inspection_done", "inspection_waived")),
                        ("observations", ("observation", "close")), ("consents", ("consent",))):  # fmt: skip
        fields = frozenset().union(*(shown[k] for k in kinds)) | {"made", "answers", "state", "at", "who", "n"}
        out.data[name] = {i: {k: v for k, v in told.items() if k in fields} for i, told in data[name].items()}
    for name in ("reports", "openings", "opened", "retracted"):
        out.data[name] = data[name]
    return out


def _things(book: Book, tier: str) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for kind, things in book.data["things"].items():
        shown = SHOWN[tier].get(kind)
        if shown is None:
            continue
        out[kind] = {}
        for subject, told in things.items():
            if tier == "public" and kind == "condition" and book.value(kind, subject, "what") not in _PUBLIC_CONDITIONS:
                continue
            fields = {name: claims for name, claims in told.items() if name in shown}
            if tier == "public":  # the value alone: a source or a name could tell more than the value
                fields = {n: [[c[0], "", "", *c[3:]] for c in claims] for n, claims in fields.items()}
            if fields:
                out[kind][subject] = fields
    return out


def _item(told: dict[str, Any]) -> dict[str, Any]:
    """What happened to an item, for a donor: no place, no identifier, no time of use; hours by month and grade stay."""
    jobs = SHOWN["donor"]["maintenance"]
    return {
        **new_item(),
        "states": told["states"],
        "custody": [[at, unit, organisation, "", None, n] for at, unit, organisation, _, _, n in told["custody"]],
        "ids": {what: [[at, "", until, n] for at, _, until, n in known] for what, known in told["ids"].items()},
        "hours": told["hours"],
        "cells": told.get("cells", {}),
        "jobs": {j: {k: v for k, v in one.items() if k in jobs or k == "began"} for j, one in told["jobs"].items()},
        "photos": [[at, sha, None, n] for at, sha, _, n in told["photos"]],
    }
