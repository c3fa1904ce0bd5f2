"""What the facts add up to: plain dicts, folded from the log one fact at a time, so that any moment can be rebuilt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from selat.assist.facts import CONFIDENCE, GONE, HELD, KINDS, Fact
from selat.assist.fields import day_ns, ns_day

_RANK = {c: i for i, c in enumerate(CONFIDENCE)}


class Book:
    """All states after some rows of the log. ``data`` is plain JSON; nothing in it comes from anywhere but the log."""

    def __init__(self, data: dict[str, Any] | None = None) -> None:
        self.data: dict[str, Any] = {
            "rows": 0, "hash": "", "things": {}, "programmes": {}, "items": {}, "inspections": {}, "observations": {},
            "consents": {}, "reports": {}, "openings": [], "opened": [], "retracted": [], "conflicts": {}, "cids": {},
            **(data or {}),
        }  # fmt: skip
        self.kept: dict[Any, Any] = {}  #: what others worked out from it; gone with the next fact
        self._index: dict[tuple[str, str], dict[Any, set[str]]] = {}  # (kind, field): value: ids that ever claimed it

    # -- asking

    def claims(self, kind: str, subject: str, name: str) -> list[list[Any]]:
        """All that was said about a field, best first: [value, source, who, at, confidence, n]."""
        found = self.data["things"].get(kind, {}).get(subject, {}).get(name, ())
        return sorted(found, key=lambda c: (_RANK[c[4]], -c[3], -c[5]))

    def value(self, kind: str, subject: str, name: str, default: Any = None) -> Any:
        """The best claim: surest, then latest."""
        found = self.claims(kind, subject, name)
        return found[0][0] if found else default

    def ids(self, kind: str, **where: Any) -> list[str]:
        """Ids of things of a kind whose best claims are as given."""
        things: Any = self.data["things"].get(kind, {})
        if where:
            name, value = next(iter(where.items()))
            things = self._claiming(kind, name).get(value, ())
        return sorted(i for i in things if all(self.value(kind, i, k) == v for k, v in where.items()))

    def _claiming(self, kind: str, name: str) -> dict[Any, set[str]]:
        index = self._index.get((kind, name))
        if index is None:
            index = self._index[kind, name] = {}
            for subject, told in self.data["things"].get(kind, {}).items():
                for claim in told.get(name, ()):
                    index.setdefault(claim[0], set()).add(subject)
        return index

    def item(self, item: str) -> dict[str, Any]:
        """What happened to an item; empty where it is not known."""
        found: dict[str, Any] = self.data["items"].get(item) or new_item()
        return found

    def state(self, item: str, at: int | None = None) -> str:
        """State of an item (at a time); "ordered" before anything was said."""
        found = [s[1] for s in self.item(item)["states"] if at is None or s[0] <= at]
        return found[-1] if found else "ordered"

    def keeper(self, item: str, at: int | None = None) -> list[Any] | None:
        """Who keeps an item (at a time): [from, unit, organisation, place, n]; None before acceptance and after the end."""
        if self.state(item, at) not in HELD:
            return None
        found = [c for c in self.item(item)["custody"] if at is None or c[0] <= at]
        return found[-1] if found else None

    def programme_state(self, programme: str, at: int | None = None) -> str:
        """State of a programme."""
        found = [s[1] for s in self.data["programmes"].get(programme, ()) if at is None or s[0] <= at]
        return found[-1] if found else ("signed" if self.value("programme", programme, "signed_on") else "proposed")

    def holder_of(self, what: str, value: str, at: int) -> str | None:
        """The item that goes by an identifier at a time."""
        for item, told in self.data["items"].items():
            if any(i[1] == value and i[0] <= at and (i[2] is None or at < i[2]) for i in told["ids"].get(what, ())):
                return str(item)
        return None

    def consented(self, what: str, item: str, at: int, to: str = "") -> bool:
        """Whether a consent given by then covers an item: one that names it, or its programme; ``to``: and whom or what for."""
        programme = self.value("item", item, "programme")
        return any(
            c["what"] == what
            and day_ns(c["granted_on"]) <= at
            and (item in c["items"] if c.get("items") else bool(c.get("programme")))
            and c.get("programme", programme) == programme
            and (not to or c.get("to", to) == to)
            for c in self.data["consents"].values()
        )

    # -- folding

    def become(self, other: Book) -> None:
        """Take the place of another book."""
        self.data, self._index, self.kept = other.data, {}, {}

    def heard(self, fact: Fact) -> None:
        """Remember that a fact was sent, also one that was retracted: it must not come in again."""
        if fact.cid:
            self.data["cids"][fact.cid] = fact.n

    def apply(self, fact: Fact) -> None:
        """Take in one fact that holds."""
        self.kept.clear()
        self.data["rows"] = fact.n + 1
        self.heard(fact)
        if KINDS[fact.kind].claims:
            told = self.data["things"].setdefault(fact.kind, {}).setdefault(fact.subject, {})
            for name, value in fact.data.items():
                told.setdefault(name, []).append([value, fact.source, fact.who, fact.at, fact.confidence, fact.n])
                if (fact.kind, name) in self._index:
                    self._index[fact.kind, name].setdefault(value, set()).add(fact.subject)
            return
        _FOLD[fact.kind](self.data, fact)

    def used(self, subject: str, n: int, at: int, data: Mapping[str, Any], cid: str) -> None:
        """As :meth:`apply` for a use, without a fact made for it: nearly all entries of a log are uses."""
        self.kept.clear()
        self.data["rows"] = n + 1
        if cid:
            self.data["cids"][cid] = n
        _used(self.data, subject, at, data)


def new_item() -> dict[str, Any]:
    """An item of which nothing is known."""
    return {"states": [], "custody": [], "ids": {}, "hours": {}, "ended": {}, "jobs": {}, "photos": [], "silent": []}


def _item(data: dict[str, Any], fact: Fact) -> dict[str, Any]:
    return _known(data, fact.subject)


def _known(data: dict[str, Any], subject: str) -> dict[str, Any]:
    out: dict[str, Any] | None = data["items"].get(subject)
    if out is None:
        out = data["items"][subject] = new_item()
    return out


def _put(rows: list[list[Any]], row: list[Any]) -> None:
    rows.append(row)
    rows.sort(key=lambda r: (r[0], r[-1]))


def _programme_state(data: dict[str, Any], f: Fact) -> None:
    _put(data["programmes"].setdefault(f.subject, []), [f.at, f.data["state"], f.n])


def _item_state(data: dict[str, Any], f: Fact) -> None:
    item = _item(data, f)
    _put(item["states"], [f.at, f.data["state"], f.n])
    if f.data["state"] == "accepted":
        _custody(data, f)
    if f.data["state"] in GONE:
        for known in item["ids"].values():
            for i in known:
                i[2] = f.at if i[2] is None else i[2]


def _custody(data: dict[str, Any], f: Fact) -> None:
    d = f.data
    _put(
        _item(data, f)["custody"],
        [f.at, d["unit"], d.get("organisation", ""), d.get("place", ""), d.get("position"), f.n],
    )


def _identity(data: dict[str, Any], f: Fact) -> None:
    known = _item(data, f)["ids"].setdefault(f.data["what"], [])
    if known and known[-1][2] is None:  # the one before ends with it; those further back have ended
        known[-1][2] = f.at
    if f.data.get("value"):
        known.append([f.at, f.data["value"], None, f.n])


def _maintenance(data: dict[str, Any], f: Fact) -> None:
    job = _item(data, f)["jobs"].setdefault(f.data["job"], {"began": f.at})
    job.update({k: v for k, v in f.data.items() if k != "job"})


def _use(data: dict[str, Any], f: Fact) -> None:
    _used(data, f.subject, f.at, f.data)


def _used(data: dict[str, Any], subject: str, at: int, d: Mapping[str, Any]) -> None:
    item, day, grade = _known(data, subject), ns_day(at)[:7], d["grade"]
    month = item["hours"].get(day)
    if month is None:
        month = item["hours"][day] = {}
    month[grade] = month.get(grade, 0.0) + d["hours"]
    item["ended"][grade] = max(item["ended"].get(grade, 0), d["ended"])
    if "cells" in d:
        cells = item.setdefault("cells", {}).setdefault(day, {})
        for cell, hours_there in d["cells"].items():
            cells[cell] = cells.get(cell, 0.0) + hours_there


def _photo(data: dict[str, Any], f: Fact) -> None:
    _item(data, f)["photos"].append([f.at, f.data["sha256"], f.data.get("position"), f.n])


def _silent(data: dict[str, Any], f: Fact) -> None:
    _item(data, f)["silent"].append([f.at, f.data["ended"], f.n])


def _under(kind: str, state: str) -> Any:
    def fold(data: dict[str, Any], f: Fact) -> None:
        told = data[kind].setdefault(f.subject, {"made": f.at, "answers": []})
        told.update(f.data, state=state, at=f.at, who=f.who, n=f.n)

    return fold


def _answer(data: dict[str, Any], f: Fact) -> None:
    data["observations"][f.subject]["answers"].append([f.at, f.who, f.data["text"], f.data.get("document", ""), f.n])


def _report(data: dict[str, Any], f: Fact) -> None:
    data["reports"].setdefault(f.subject, []).append([f.data["period_ended"], f.at, f.n])


def _opening(data: dict[str, Any], f: Fact) -> None:
    told = f.data
    data["openings"].append([f.kind, f.subject, told["evidence"], told.get("to", f.who), f.at, told.get("until"), f.n])


def _conflict(data: dict[str, Any], f: Fact) -> None:
    data["conflicts"][f.subject] = {**f.data, "state": "open", "at": f.at, "who": f.who, "n": f.n}


def _resolved(data: dict[str, Any], f: Fact) -> None:
    data["conflicts"][f.subject].update(
        state="resolved", choice=f.data["choice"], reason=f.data["reason"], person=f.data["person"]
    )


def _opened(data: dict[str, Any], f: Fact) -> None:
    data["opened"].append([f.at, f.subject, f.data["evidence"], f.data["to"], f.data["reason"], f.n])


def _retract(data: dict[str, Any], f: Fact) -> None:
    data["retracted"].append([f.data["entry"], f.data["reason"], f.who, f.n])


_FOLD: dict[str, Any] = {
    "programme_state": _programme_state, "item_state": _item_state, "custody": _custody, "identity": _identity,
    "maintenance": _maintenance, "use": _use, "photo": _photo, "tracker_silent": _silent, "answer": _answer,
    "inspection_due": _under("inspections", "due"), "inspection_done": _under("inspections", "done"),
    "inspection_waived": _under("inspections", "waived"), "observation": _under("observations", "open"),
    "close": _under("observations", "closed"), "consent": _under("consents", "given"),
    "report": _report, "opened": _opened, "retract": _retract, "opening_asked": _opening, "opening_granted": _opening,
    "conflict": _conflict, "conflict_resolved": _resolved,
}  # fmt: skip
