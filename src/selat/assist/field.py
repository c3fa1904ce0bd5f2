"""Deeds from a phone or tablet that was without a network: taken once each, in the order in which they were done.

A deed carries an id that the device made (``cid``), so that sending it again changes nothing. A deed that does not fit what
stands is not lost: it becomes an entry "conflict", and a person decides. The device may forget what was acknowledged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from selat.assist.book import Book
from selat.assist.evidence import use_facts
from selat.assist.facts import Fact, checked, fact_of_deed
from selat.assist.logs import read_fixes
from selat.assist.register import Register
from selat.assist.vault import Vault
from selat.model import clock
from selat.model.errors import ConfigError, FormatError, SelatError

KINDS = frozenset(
    {"item_state", "custody", "use", "photo", "maintenance", "answer", "tranche", "log"}
)  #: what a device may send
MOST = 500  #: deeds in one request
AHEAD = 10 * clock.MINUTE  #: a device's clock may be so much ahead
_CID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_TRANCHE = frozenset({"delivered_on", "certificate", "receiver", "place"})  # a delivery, and nothing else of a tranche


def expected(book: Book) -> dict[str, Any]:
    """What a device takes along: items with serial, tag, model and state; tranches under way; units that are known."""
    items = []
    for i in book.ids("item"):
        keeper, tranche = book.keeper(i), book.value("item", i, "tranche")
        model = book.value("item", i, "model") or ""
        items.append({
            "id": i, "serial": book.value("item", i, "serial"), "tag": book.value("item", i, "tag") or "",
            "programme": book.value("item", i, "programme"), "tranche": tranche or "",
            "model": book.value("model", model, "name") or model, "class": book.value("model", model, "class") or "",
            "state": book.state(i), "unit": keeper[1] if keeper else "",
            "delivered": bool(tranche and book.value("tranche", tranche, "delivered_on")),
        })  # fmt: skip
    tranches = [
        {
            "id": t,
            "what": book.value("tranche", t, "what") or "",
            "delivered_on": book.value("tranche", t, "delivered_on") or "",
        }
        for t in book.ids("tranche")
    ]
    units = sorted({c[1] for told in book.data["items"].values() for c in told["custody"]})
    purposes = sorted({c for p in book.ids("programme") for c in book.value("programme", p, "purposes") or ()})
    return {"entries": book.data["rows"], "items": items, "tranches": tranches, "units": units, "missions": purposes}


def sync(register: Register, vault: Vault, deeds: Iterable[Any], who: str) -> list[dict[str, Any]]:
    """Take deeds; one answer each: ``cid``, ``state`` written, known, conflict, resolved or refused, and what was made of it.

    "refused" is a deed that cannot be kept at all (no id, an unknown kind): it stays with the device.
    """
    out = []
    for deed in deeds:
        cid = deed.get("cid") if isinstance(deed, dict) else None
        if not isinstance(cid, str) or not _CID.fullmatch(cid):
            out.append(
                {
                    "cid": str(cid)[:64],
                    "state": "refused",
                    "message": "a deed without a usable id",
                    "hint": "8 to 64 letters",
                }
            )
            continue
        try:
            out.append(_take(register, vault, deed, cid, who))
        except SelatError as error:
            out.append({"cid": cid, "state": "refused", "message": error.message, "hint": error.hint})
    return out


def _take(register: Register, vault: Vault, deed: dict[str, Any], cid: str, who: str) -> dict[str, Any]:
    told = _known(register.book(), cid)
    if told is not None:
        return told
    device = str(deed.get("device", ""))[:80]
    fact = fact_of_deed(deed, who, f"device {device}" if device else "device")
    if fact.kind not in KINDS:
        raise ConfigError(f"{fact.kind!r} cannot come from a device", hint=f"one of {', '.join(sorted(KINDS))}")
    if fact.at > clock.now() + AHEAD:
        raise ConfigError("the deed lies in the future", hint="set the clock of the device")
    facts = _facts(register.book(), vault, fact, cid)
    try:
        made = register.write(facts)
    except ConfigError as error:
        return _conflict(register, fact, cid, device, error)
    if not made:
        return _known(register.book(), cid) or {"cid": cid, "state": "known"}
    return {"cid": cid, "state": "written", "entry": made[0].n, "entries": len(made)}


def _facts(book: Book, vault: Vault, fact: Fact, cid: str) -> list[Fact]:
    """What a deed means as entries; the first carries its id."""
    if fact.kind == "log":
        digest, mission = str(fact.data.get("sha256", "")), fact.data.get("mission")
        fixes = read_fixes(vault.get(digest))
        if fact.subject not in book.data["things"].get("item", {}):
            raise ConfigError(f"there is no item {fact.subject!r}", hint="scan its label, or take the list along again")
        uses = use_facts(
            book, fact.subject, fixes, grade="B", mission=mission, who=fact.who, source=fact.source, holder="recipient"
        )
        if not uses:
            raise FormatError("the log shows no movement", hint="a track of at least two fixes, faster than a knot")
        return [replace(one, cid=cid if n == 0 else f"{cid}-{n}") for n, one in enumerate(uses)]
    if fact.kind == "tranche" and not set(fact.data) <= _TRANCHE:
        raise ConfigError(
            "a device tells when a tranche came, and nothing else of it", hint=", ".join(sorted(_TRANCHE))
        )
    if fact.kind == "tranche" and fact.subject not in book.data["things"].get("tranche", {}):
        raise ConfigError(f"there is no tranche {fact.subject!r}", hint="take the list along again")
    photo = str(fact.data.get("sha256") or fact.data.get("photo") or "")
    if fact.kind in ("photo", "use") and photo and not vault.has(photo):
        raise ConfigError(
            "the photo has not come yet", hint="it is sent before the deed that names it; send both again"
        )
    return [checked(replace(fact, cid=cid))]


def _known(book: Book, cid: str) -> dict[str, Any] | None:
    """The answer about a deed that is in the log already."""
    n = book.data["cids"].get(cid)
    if n is None:
        return None
    found = book.data["conflicts"].get(f"conflict-{cid}")
    if found is None:
        return {"cid": cid, "state": "known", "entry": n}
    state = "conflict" if found["state"] == "open" else "resolved"
    return {"cid": cid, "state": state, "conflict": f"conflict-{cid}", "message": found["message"], "entry": n}


def _conflict(register: Register, fact: Fact, cid: str, device: str, error: ConfigError) -> dict[str, Any]:
    told = {
        "kind": fact.kind,
        "subject": fact.subject,
        "at": fact.at,
        "data": dict(fact.data),
        "source": fact.source,
        "who": fact.who,
    }
    data: dict[str, Any] = {"deed": told, "message": error.message, "hint": error.hint, "device": device}
    standing = _standing(register.book(), fact)
    if standing is not None:
        data["standing"] = standing
    name = f"conflict-{cid}"
    made = register.write([Fact("conflict", name, fact.at, data, fact.source, fact.who, "B", cid=cid)])
    n = made[0].n if made else register.book().data["cids"][cid]
    return {"cid": cid, "state": "conflict", "conflict": name, "message": error.message, "hint": error.hint, "entry": n}


def _standing(book: Book, fact: Fact) -> int | None:
    """The entry that a deed does not fit: of the same state, or the last one."""
    item = book.item(fact.subject)
    if fact.kind == "item_state" and item["states"]:
        same = [s for s in item["states"] if s[1] == fact.data.get("state")]
        return int((same or item["states"])[-1][2])
    if fact.kind == "custody" and item["custody"]:
        return int(item["custody"][-1][5])
    return None


def conflicts(register: Register, book: Book) -> list[dict[str, Any]]:
    """All conflicts, open ones first, with what stands against each."""
    wanted = {c["standing"] for c in book.data["conflicts"].values() if "standing" in c}
    against = {f.n: f for n in wanted for f in register.entries(n, n + 1)}
    out = []
    for name, one in book.data["conflicts"].items():
        row = {
            "id": name,
            **{
                k: one.get(k)
                for k in ("state", "message", "hint", "deed", "device", "who", "choice", "reason", "person")
            },
        }
        f = against.get(one.get("standing", -1))
        if f is not None:
            row["standing"] = {
                "n": f.n,
                "kind": f.kind,
                "at": f.at,
                "who": f.who,
                "source": f.source,
                "data": dict(f.data),
            }
        out.append(row)
    return sorted(out, key=lambda r: (r["state"] != "open", r["id"]))


def resolve(register: Register, vault: Vault, name: str, choice: str, person: str, reason: str) -> list[Fact]:
    """Decide: ``keep`` what stands, or ``replace`` it by the deed; all or nothing. Raises :class:`ConfigError`.

    Where nothing stands against the deed (a delivery was not recorded yet), ``replace`` tries it again.
    """
    found = register.book().data["conflicts"].get(name)
    if found is None or found["state"] != "open":
        raise ConfigError(f"no conflict {name!r} is open", hint="somebody resolved it already, or it is another")
    now = clock.now()
    told = {"choice": choice, "reason": reason, "person": person}
    decided = checked(Fact("conflict_resolved", name, now, told, "decision", person, "B"))
    if choice != "replace":
        return register.write([decided])
    deed = found["deed"]
    again = _facts(
        register.book(), vault, Fact(deed["kind"], deed["subject"], deed["at"], deed["data"], deed["source"], deed["who"], "B"),
        f"{name}-taken",
    )  # fmt: skip
    gone = {"entry": found.get("standing"), "reason": reason}
    first = [Fact("retract", deed["subject"], now, gone, "decision", person, "B")]
    if "standing" not in found or not register.sift(again)[1]:
        first = []
    return register.write([*first, *again, decided])
