"""What may not be: the rules that every fact is held against before it is written, each refusal with a hint."""

from __future__ import annotations

from typing import Any

from selat.assist.book import Book
from selat.assist.facts import ITEM_DEEDS, KINDS, UNIQUE, Fact
from selat.assist.fields import day_ns
from selat.model.clock import HOUR, SECOND, format_time
from selat.model.errors import ConfigError

_END = {"lost", "damaged_beyond_repair", "returned", "disposed"}
NEXT = {
    "ordered": {"in_transit", "received", *_END},
    "in_transit": {"received", *_END},
    "received": {"accepted", *_END},
    "accepted": {"in_service", "under_repair", "stored", *_END},
    "in_service": {"under_repair", "stored", *_END},
    "under_repair": {"in_service", "stored", *_END},
    "stored": {"in_service", "under_repair", *_END},
    "lost": {"stored"},  # it was found again
    **{s: set() for s in ("damaged_beyond_repair", "returned", "disposed")},
}
_SIGNED = ("signed", "procurement", "delivering", "in_use", "under_review", "closed")
_REFERS = {"programme": "programme", "lot": "lot", "tranche": "tranche", "model": "model"}


def hold(book: Book, fact: Fact) -> None:
    """Raise :class:`ConfigError` where a fact cannot be so after all that the book knows."""
    for name, referred in _REFERS.items():
        told = fact.data.get(name)
        if told and KINDS[fact.kind].by_name[name].what == "id" and told not in book.data["things"].get(referred, {}):
            raise ConfigError(
                f"there is no {referred} {told!r}", hint=f"known: {', '.join(book.ids(referred))[:300] or 'none yet'}"
            )
    kind = KINDS[fact.kind]
    if kind.claims:
        known = book.data["things"].get(fact.kind, {}).get(fact.subject, {})
        missing = [n for n in kind.needs if n not in fact.data and n not in known]
        if missing:
            raise ConfigError(
                f"{fact.kind} {fact.subject} without {', '.join(missing)}", hint="give it once, then parts suffice"
            )
    if fact.kind in ITEM_DEEDS and fact.subject not in book.data["things"].get("item", {}):
        raise ConfigError(
            f"there is no item {fact.subject!r}", hint="register it first: its serial number and programme"
        )
    rule = _RULES.get(fact.kind)
    if rule is not None:
        rule(book, fact)


def _best(book: Book, fact: Fact, name: str, default: Any = None) -> Any:
    """The best claim after this fact."""
    after = Book({"things": {fact.kind: {fact.subject: {}}}})
    for value, *rest in book.claims(fact.kind, fact.subject, name):
        after.data["things"][fact.kind][fact.subject].setdefault(name, []).append([value, *rest])
    if name in fact.data:
        claim = [fact.data[name], fact.source, fact.who, fact.at, fact.confidence, book.data["rows"]]
        after.data["things"][fact.kind][fact.subject].setdefault(name, []).append(claim)
    return after.value(fact.kind, fact.subject, name, default)


def _sum(book: Book, fact: Fact, kind: str, name: str, subject: str, **where: Any) -> int:
    """Sum of the best claims of a field over things of a kind, this fact's subject as it would be."""
    others = [i for i in book.ids(kind, **where) if i != subject]
    own = (_best(book, fact, name) or 0) if subject else 0
    return own + sum(book.value(kind, i, name) or 0 for i in others)


def _programme(book: Book, f: Fact) -> None:
    year, donor = _best(book, f, "fiscal_year"), _best(book, f, "donor")
    for budget in book.ids("budget", fiscal_year=year, donor=donor):
        have, want = (
            book.value("budget", budget, "amount_jpy"),
            _sum(book, f, "programme", "amount_jpy", f.subject, fiscal_year=year, donor=donor),
        )
        if want > have:
            raise ConfigError(
                f"programmes of {year} would sum to {want:,} yen, more than the budget of {have:,}",
                hint="check amount and year",
            )
    lots = sum(book.value("lot", i, "amount_jpy") or 0 for i in book.ids("lot", programme=f.subject))
    amount = _best(book, f, "amount_jpy")
    if amount is not None and lots > amount:
        raise ConfigError(
            f"{f.subject}: its lots sum to {lots:,} yen, more than {amount:,}", hint="correct the lots first"
        )


def _budget(book: Book, f: Fact) -> None:
    year, donor, amount = (_best(book, f, n) for n in ("fiscal_year", "donor", "amount_jpy"))
    spent = sum(
        book.value("programme", i, "amount_jpy") or 0 for i in book.ids("programme", fiscal_year=year, donor=donor)
    )
    if spent > amount:
        raise ConfigError(
            f"the budget of {year} is {amount:,} yen, but programmes sum to {spent:,}", hint="check the amount"
        )


def _lot(book: Book, f: Fact) -> None:
    programme = _best(book, f, "programme")
    amount, total = (
        book.value("programme", programme, "amount_jpy"),
        _sum(book, f, "lot", "amount_jpy", f.subject, programme=programme),
    )
    if amount is not None and total > amount:
        raise ConfigError(
            f"lots of {programme} would sum to {total:,} yen, more than {amount:,}", hint="check the amounts"
        )
    delivered = sum(book.value("tranche", i, "quantity") or 0 for i in book.ids("tranche", lot=f.subject))
    if delivered > _best(book, f, "quantity"):
        raise ConfigError(
            f"{f.subject}: {delivered} are delivered already", hint="a lot is at least what was delivered of it"
        )


def _tranche(book: Book, f: Fact) -> None:
    programme, lot, delivered = (_best(book, f, n) for n in ("programme", "lot", "delivered_on"))
    signed = book.value("programme", programme, "signed_on")
    if delivered and (signed is None or delivered < signed):
        told = f"signed on {signed}" if signed else "not signed yet"
        raise ConfigError(f"delivered on {delivered}, but {programme} was {told}", hint="check the days")
    if lot:
        if book.value("lot", lot, "programme") != programme:
            raise ConfigError(f"lot {lot} is not of {programme}", hint="a tranche belongs to its lot's programme")
        ordered, total = book.value("lot", lot, "quantity"), _sum(book, f, "tranche", "quantity", f.subject, lot=lot)
        if total > ordered:
            raise ConfigError(f"{total} delivered of lot {lot}, but {ordered} ordered", hint="check the quantities")
    have = len(book.ids("item", tranche=f.subject))
    if _best(book, f, "quantity") is not None and have > _best(book, f, "quantity"):
        raise ConfigError(f"{f.subject} holds {have} items already", hint="check the quantity")


def _registered(book: Book, f: Fact) -> None:
    programme, serial, tranche = (_best(book, f, n) for n in ("programme", "serial", "tranche"))
    model = _best(book, f, "model")
    same = [i for i in book.ids("item", serial=serial, model=model) if i != f.subject]
    if same:
        raise ConfigError(
            f"serial {serial} of this model is item {same[0]} already", hint="a serial number is one thing"
        )
    if tranche:
        if book.value("tranche", tranche, "programme") != programme:
            raise ConfigError(f"tranche {tranche} is not of {programme}", hint="check the tranche")
        most = book.value("tranche", tranche, "quantity")
        there = [i for i in book.ids("item", tranche=tranche) if i != f.subject]
        if most is not None and len(there) + 1 > most:
            raise ConfigError(f"tranche {tranche} has {most} items, this would be one more", hint="check its quantity")


def _state(book: Book, f: Fact) -> None:
    item, new = f.subject, f.data["state"]
    rows = book.item(item)["states"]
    if rows and f.at <= rows[-1][0]:
        raise ConfigError(
            f"{item} was {rows[-1][1]} at {format_time(rows[-1][0])} already",
            hint="states follow in time; retract the later one first",
        )
    old = book.state(item)
    if new not in NEXT[old]:
        raise ConfigError(
            f"{item} is {old}: it cannot become {new}", hint=f"next: {', '.join(sorted(NEXT[old])) or 'nothing'}"
        )
    last_use = max(book.item(item)["ended"].values(), default=0)
    if f.at < last_use:
        raise ConfigError(
            f"use of {item} is recorded until {format_time(last_use)}",
            hint="it must stay in service until then; retract the use first",
        )
    if new in ("received", "accepted"):
        tranche = book.value("item", item, "tranche")
        delivered = book.value("tranche", tranche, "delivered_on") if tranche else None
        if delivered is None or f.at < day_ns(delivered):
            raise ConfigError(
                f"{item} {new} before its delivery", hint="record the tranche's delivered_on, then receive"
            )
    if new == "accepted" and not f.data.get("unit"):
        raise ConfigError(
            f"{item} accepted by nobody", hint="give unit: from acceptance on, exactly one unit keeps an item"
        )


def _custody(book: Book, f: Fact) -> None:
    if book.keeper(f.subject, f.at) is None or book.keeper(f.subject) is None:
        raise ConfigError(f"{f.subject} is {book.state(f.subject, f.at)}: nobody keeps it then", hint="accept it first")
    last = book.item(f.subject)["custody"][-1]
    if f.at <= last[0]:
        raise ConfigError(
            f"{f.subject} was with {last[1]} from {format_time(last[0])} on",
            hint="one keeper at a time; retract the later entry first",
        )


def _identity(book: Book, f: Fact) -> None:
    what, value = f.data["what"], f.data.get("value")
    known = book.item(f.subject)["ids"].get(what, ())
    if known and f.at <= known[-1][0]:
        raise ConfigError(f"{f.subject} has a later {what} already", hint="identifiers follow in time")
    if value and what in UNIQUE:
        for item, told in book.data["items"].items():
            if item != f.subject and any(
                i[1] == value and (i[2] is None or f.at < i[2]) for i in told["ids"].get(what, ())
            ):
                raise ConfigError(
                    f"{what} {value} is that of item {item}", hint="end it there first: an identity without a value"
                )
    if value and what == "mmsi" and not (value.isdigit() and len(value) == 9):
        raise ConfigError(f"{value!r} is no MMSI", hint="nine digits")


def _use(book: Book, f: Fact) -> None:
    cells = f.data.get("cells", {})
    if not isinstance(cells, dict) or not all(isinstance(h, (int, float)) and 0 <= h <= 1e6 for h in cells.values()):
        raise ConfigError("cells: not hours by cell", hint='as in {"2,101": 1.5}, the south-west corner of each degree')
    ended, hours, states = f.data["ended"], f.data["hours"], book.item(f.subject)["states"]
    if ended <= f.at or hours * HOUR > ended - f.at + SECOND:
        raise ConfigError(
            f"{hours:g} h of use from {format_time(f.at)} to {format_time(ended)}",
            hint="hours fit between begin and end",
        )
    if book.state(f.subject, f.at) != "in_service" or any(f.at < s[0] < ended and s[1] != "in_service" for s in states):
        accepted = any(s[1] == "accepted" and s[0] <= f.at for s in states)
        told = book.state(f.subject, f.at) if accepted else "not accepted yet"
        raise ConfigError(f"use of {f.subject} while it was {told}", hint="use lies within the time in service")


def _programme_state(book: Book, f: Fact) -> None:
    if f.subject not in book.data["things"].get("programme", {}):
        raise ConfigError(
            f"there is no programme {f.subject!r}", hint=f"known: {', '.join(book.ids('programme'))[:300]}"
        )
    rows = book.data["programmes"].get(f.subject, ())
    if rows and f.at <= rows[-1][0]:
        raise ConfigError(f"{f.subject} has a later state already", hint="states follow in time")
    signed = book.value("programme", f.subject, "signed_on")
    if f.data["state"] in _SIGNED and (signed is None or f.at < day_ns(signed)):
        raise ConfigError(f"{f.subject} cannot be {f.data['state']} before it is signed", hint="record signed_on first")


def _closing(book: Book, f: Fact) -> None:
    found = book.data["observations"].get(f.subject)
    if found is None:
        raise ConfigError(f"there is no observation {f.subject!r}", hint="`selat assist due SEA` lists them")
    if found["state"] == "closed":
        raise ConfigError(f"observation {f.subject} is closed", hint="raise a new one")
    document = f.data.get("document")
    if f.kind == "close" and document not in book.data["things"].get("document", {}):
        raise ConfigError(
            f"there is no document {document!r}", hint="record it with its hash first: a close rests on a paper"
        )


def _observed(book: Book, f: Fact) -> None:
    if f.subject in book.data["observations"]:
        raise ConfigError(f"observation {f.subject} is there", hint="answer it, or close it")


def _inspected(book: Book, f: Fact) -> None:
    found = book.data["inspections"].get(f.subject)
    if f.kind == "inspection_due":
        if found is not None:
            raise ConfigError(
                f"inspection {f.subject} is there", hint="a due inspection stays until it is done or waived"
            )
        target = f.data["target"]
        if not any(target in book.data["things"].get(k, {}) for k in ("item", "programme")):
            raise ConfigError(f"there is no item or programme {target!r}", hint="inspect what is in the register")
    elif found is None or found["state"] != "due":
        raise ConfigError(f"no inspection {f.subject!r} is due", hint="record when it is due first")


def _consent(book: Book, f: Fact) -> None:
    if f.subject in book.data["consents"]:
        raise ConfigError(f"consent {f.subject} is there", hint="give another id: consents are never changed")
    if not f.data.get("programme") and not f.data.get("items"):
        raise ConfigError(
            f"consent {f.subject} to what of whom?", hint="name the programme, or the items, that it is for"
        )


def _resolved(book: Book, f: Fact) -> None:
    found = book.data["conflicts"].get(f.subject)
    if found is None or found["state"] != "open":
        raise ConfigError(f"no conflict {f.subject!r} is open", hint="somebody resolved it already, or it is another")


def _granted(book: Book, f: Fact) -> None:
    if f.data.get("until") is not None and f.data["until"] <= f.at:
        raise ConfigError("an opening that ends before it begins", hint="give until later than now, or leave it out")


_RULES: dict[str, Any] = {
    "conflict_resolved": _resolved, "opening_granted": _granted,
    "budget": _budget, "programme": _programme, "lot": _lot, "tranche": _tranche, "item": _registered,
    "item_state": _state, "custody": _custody, "identity": _identity, "use": _use, "programme_state": _programme_state,
    "close": _closing, "answer": _closing, "observation": _observed, "consent": _consent,
    "inspection_due": _inspected, "inspection_done": _inspected, "inspection_waived": _inspected,
}  # fmt: skip
