"""What an auditor asks: a sample drawn with a published seed, and for an item the chain from the notes to the inspection."""

from __future__ import annotations

import hashlib
from typing import Any

from selat.assist.book import Book
from selat.assist.facts import HELD, Fact
from selat.assist.register import Register
from selat.model.clock import DAY
from selat.model.errors import ConfigError

STEPS = ("notes", "lot", "certificate", "custody", "evidence", "inspection")
_WAIT = 14 * DAY  #: from the arrival of an item to its acceptance
_LONG = 90 * DAY  #: in service without graded use


def sample(book: Book, seed: str, size: int, programme: str = "") -> list[str]:
    """Items drawn by the order of SHA-256 over seed and id: whoever knows the seed draws the same."""
    if not seed.strip() or size < 1:
        raise ConfigError(
            "a sample needs a seed and a size", hint='a published text, as in "annual review 2026", and 1 or more'
        )
    items = book.ids("item", programme=programme) if programme else book.ids("item")
    return sorted(items, key=lambda i: hashlib.sha256(f"{seed}\n{i}".encode()).hexdigest())[:size]


def chain_of(register: Register, book: Book, item: str) -> dict[str, Any]:
    """The chain of an item: entries of each step with their hashes in the log, and what is missing in it."""
    if item not in book.data["things"].get("item", {}):
        raise ConfigError(f"there is no item {item[:80]!r}", hint="`selat assist items SEA` lists them")
    value = book.value
    programme, lot, tranche = (value("item", item, n) for n in ("programme", "lot", "tranche"))
    lot = lot or (value("tranche", tranche, "lot") if tranche else None)
    inspections = {i for i, one in book.data["inspections"].items() if one["target"] in (item, programme)}
    steps: dict[str, list[Fact]] = {
        "notes": register.standing(str(programme), "programme") + register.standing(str(programme), "programme_state"),
        "lot": register.standing(lot, "lot") if lot else [],
        "certificate": (register.standing(tranche, "tranche") if tranche else [])
        + [f for f in register.standing(item, "item_state") if f.data["state"] in ("received", "accepted")],
        "custody": [f for f in register.standing(item) if f.kind in ("custody", "item_state")],
        "evidence": [f for f in register.standing(item) if f.kind in ("use", "photo", "tracker_silent")],
        "inspection": [f for i in sorted(inspections) for f in register.standing(i)],
    }
    hashes = register.hashes(f.n for found in steps.values() for f in found)
    return {
        "item": item,
        "steps": [{"step": s, "entries": [_entry(book, f, hashes) for f in steps[s]]} for s in STEPS],
        "missing": _missing(book, item, steps),
        "custody_gaps": custody_gaps(book, item),
        "entries": register.end()[0],
        "head": register.end()[1],
    }


def _entry(book: Book, f: Fact, hashes: dict[int, str]) -> dict[str, Any]:
    papers = [str(v) for n in ("notes_document", "certificate", "document") if (v := f.data.get(n))]
    return {
        "n": f.n, "hash": hashes[f.n], "kind": f.kind, "subject": f.subject, "at": f.at, "recorded": f.recorded, "who": f.who,
        "source": f.source, "confidence": f.confidence, "data": dict(f.data),
        "papers": [{"document": p, "sha256": book.value("document", p, "sha256")} for p in papers],
    }  # fmt: skip


def _missing(book: Book, item: str, steps: dict[str, list[Fact]]) -> list[str]:
    """What the chain lacks, each a code that the page has words for."""
    out = [f"no_{s}" for s in STEPS if not steps[s]]
    if not any(f.data.get("notes_document") for f in steps["notes"]):
        out.append("notes_without_document")
    accepted = [f for f in steps["certificate"] if f.data.get("state") == "accepted"]
    if accepted and not accepted[-1].data.get("certificate"):
        out.append("acceptance_without_certificate")
    papers = {
        str(v)
        for found in steps.values()
        for f in found
        for n in ("notes_document", "certificate", "document")
        if (v := f.data.get(n))
    }
    if papers - set(book.data["things"].get("document", {})):
        out.append("paper_without_hash")
    if any(f.kind == "use" and not f.data.get("evidence") and f.data["grade"] in "AB" for f in steps["evidence"]):
        out.append("evidence_without_hash")
    if _gap(book, item) > _LONG:
        out.append("long_without_use")
    if custody_gaps(book, item):
        out.append("custody_gap")
    if any(not c[3] and not c[4] for c in book.item(item)["custody"]):
        out.append("custody_without_place")
    if any(_elsewhere(book, item, f) for f in steps["inspection"]):
        out.append("custody_contradicted")
    return out


def custody_gaps(book: Book, item: str) -> list[dict[str, Any]]:
    """Times at which the item was there and nobody answered for it: ``from`` and ``to`` (ns), ``why``.

    ``waiting``: it had come, and for more than 14 days nobody had accepted it; ``nobody``: it was held, by no unit that is named.
    """
    told, out = book.item(item), []
    newest = max((s[0] for i in book.data["items"].values() for s in i["states"][-1:]), default=0)
    for n, (at, state, _) in enumerate(told["states"]):
        until = told["states"][n + 1][0] if n + 1 < len(told["states"]) else max(newest, at)
        first = min((c[0] for c in told["custody"]), default=until)
        if state == "received" and until - at > _WAIT:
            out.append({"from": at, "to": until, "why": "waiting"})
        elif state in HELD and first > at:
            out.append({"from": at, "to": min(first, until), "why": "nobody"})
    return out


def _elsewhere(book: Book, item: str, found: Fact) -> bool:
    """Whether an inspection found the item in the wrong place, or with another unit than the one that keeps it."""
    if found.kind != "inspection_done" or book.data["inspections"][found.subject]["target"] != item:
        return False
    keeper, unit = book.keeper(item, found.at), found.data.get("unit")
    return found.data["outcome"] == "wrong_place" or bool(unit and keeper and unit != keeper[1])


def _gap(book: Book, item: str) -> int:
    """The longest time in service up to the next state without the end of a use, ns; by what the book keeps (last uses)."""
    told = book.item(item)
    if book.state(item) != "in_service" or not told["states"]:
        return 0
    last: int = max([told["states"][-1][0], *told["ended"].values()])
    newest: int = max((t for i in book.data["items"].values() for t in i["ended"].values()), default=last)
    return max(0, newest - last)
