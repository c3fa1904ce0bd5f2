"""IATI 2.03: programmes as activities, for openness; and back, as far as IATI has the fields.

IATI Standard 2.03, activity schema. It has no serial number, custody, inspection or state of an item; those stay in the
register. Flow type 50 (other flows): military equipment is not Official Development Assistance. Only what is public goes out:
no unit, no base, no position.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from typing import Any

from selat.assist.book import Book
from selat.assist.facts import Fact
from selat.assist.fields import day_ns
from selat.model.clock import format_time
from selat.model.errors import FormatError, UnitError

VERSION = "2.03"
DONORS = {"JP": "Government of Japan"}
_STATUS = {
    "proposed": "1", "signed": "2", "procurement": "2", "delivering": "2", "in_use": "2", "under_review": "3",
    "closed": "4", "cancelled": "5", "suspended": "6",
}  # fmt: skip
_STATE = {"1": "proposed", "2": "signed", "3": "under_review", "4": "closed", "5": "cancelled", "6": "suspended"}
_CONDITIONS = {
    "purpose": "Use for the agreed purposes only.",
    "no_transfer": "No transfer to a third party without prior consent.",
}
_OWN = "99"  #: code of a vocabulary of the publisher


def write_iati(book: Book, now: int, programmes: Iterable[str] | None = None) -> bytes:
    """An IATI 2.03 file of programmes (all when not given); ``now`` (ns) is the time that it says it was made at."""
    root = ET.Element("iati-activities", {"version": VERSION, "generated-datetime": format_time(now)})
    for programme in book.ids("programme") if programmes is None else programmes:
        root.append(_activity(book, programme, now))
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _add(parent: ET.Element, tag: str, text: str | None = None, /, **attributes: Any) -> ET.Element:
    given = {k.rstrip("_").replace("_", "-"): str(v) for k, v in attributes.items() if v is not None}
    made = ET.SubElement(parent, tag, given)
    if text is not None:
        _add_text(made, text)
    return made


def _add_text(parent: ET.Element, text: str) -> None:
    ET.SubElement(parent, "narrative").text = text


def _activity(book: Book, programme: str, now: int) -> ET.Element:
    def value(name: str, default: Any = None) -> Any:
        return book.value("programme", programme, name, default)

    donor = value("donor")
    out = ET.Element("iati-activity", {"default-currency": "JPY", "{http://www.w3.org/XML/1998/namespace}lang": "en"})
    out.set("last-updated-datetime", format_time(now))
    ET.SubElement(out, "iati-identifier").text = programme
    _add(
        out,
        "reporting-org",
        "selat register (not an official publisher)",
        ref="XM-SELAT",
        type="90",
        secondary_reporter="1",
    )
    _add(out, "title", value("title") or programme)
    _add(out, "description", value("equipment") or "not found", type="1")
    _add(out, "participating-org", DONORS.get(donor, donor), role="1", type="10")
    _add(out, "participating-org", value("recipient") or value("country"), role="4", type="10")
    _add(out, "activity-status", code=_STATUS[book.programme_state(programme, now)])
    signed, day = value("signed_on"), f"{value('fiscal_year')}-04-01"
    _add(out, "activity-date", type="2" if signed else "1", iso_date=signed or day)
    _add(out, "recipient-country", code=value("country"))
    _add(out, "sector", "Maritime safety and security equipment", vocabulary=_OWN, code="OSA", percentage="100")
    _add(out, "default-flow-type", code="50")
    _add(out, "default-finance-type", code="110")
    amount = value("amount_jpy")
    if amount is not None:
        paid = _add(out, "transaction")
        _add(paid, "transaction-type", code="2")
        _add(paid, "transaction-date", iso_date=signed or day)
        ET.SubElement(paid, "value", {"currency": "JPY", "value-date": signed or day}).text = str(amount)
    agreed = [
        c for c in book.ids("condition", programme=programme) if book.value("condition", c, "what") in _CONDITIONS
    ]
    if agreed:
        conditions = _add(out, "conditions", attached="1")
        for one in agreed:
            told = book.value("condition", one, "text") or _CONDITIONS[book.value("condition", one, "what")]
            _add(conditions, "condition", told, type="1")
    for lot in book.ids("lot", programme=programme):
        _result(out, book, lot)
    return out


def _result(out: ET.Element, book: Book, lot: str) -> None:
    """Delivered of ordered: an output, measured in units."""
    name = book.value("model", book.value("lot", lot, "model") or "", "name") or lot
    mine = [t for t in book.ids("tranche", lot=lot) if book.value("tranche", t, "delivered_on")]
    result = _add(out, "result", type="1", aggregation_status="0")
    _add(result, "title", f"{name} delivered")
    indicator = _add(result, "indicator", measure="1", ascending="1")
    _add(indicator, "title", f"{name}, units delivered")
    _add(indicator, "reference", vocabulary=_OWN, code=lot)
    programme = book.value("lot", lot, "programme")
    begin = (
        book.value("programme", programme, "signed_on") or f"{book.value('programme', programme, 'fiscal_year')}-04-01"
    )
    days = [book.value("tranche", t, "delivered_on") for t in mine]
    period = _add(indicator, "period")
    _add(period, "period-start", iso_date=begin)
    _add(period, "period-end", iso_date=max([begin, *days]))
    _add(period, "target", value=book.value("lot", lot, "quantity"))
    _add(period, "actual", value=sum(book.value("tranche", t, "quantity") or 0 for t in mine))


def read_iati(data: bytes, *, who: str, source: str) -> list[Fact]:
    """Facts of the activities of an IATI file: programme, state and conditions. Raises :class:`FormatError`."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise FormatError("an IATI file with a document type", hint="take it out: IATI files have none")
    try:
        root = ET.fromstring(data)
    except ET.ParseError as e:
        raise FormatError(f"no XML: {e}", hint="is it the whole file?") from None
    if root.tag != "iati-activities" or not str(root.get("version", "")).startswith("2."):
        raise FormatError(f"<{root.tag}> of version {root.get('version')}", hint="an IATI activity file of version 2")
    out: list[Fact] = []
    for n, one in enumerate(root.findall("iati-activity"), 1):
        out += _facts(one, n, who, source)
    return out


def _facts(one: ET.Element, n: int, who: str, source: str) -> list[Fact]:
    def text(path: str) -> str:
        return (one.findtext(path) or "").strip()

    name = text("iati-identifier")
    if not name:
        raise FormatError(f"activity {n} has no iati-identifier", hint="every activity has one")
    dates = {d.get("type"): d.get("iso-date", "") for d in one.findall("activity-date")}
    day = dates.get("2") or dates.get("1") or ""
    try:
        at = day_ns(day[:10])
        year = int(day[:4]) - (day[5:7] < "04")  # Japan's fiscal year begins in April
        paid = next(
            (
                v.text
                for t in one.findall("transaction")
                if _code(t, "transaction-type") == "2" and (v := t.find("value")) is not None
            ),
            None,
        )
        amount = None if paid is None else int(paid)
    except (ValueError, UnitError) as e:
        raise FormatError(f"activity {name}: {e}", hint="an activity-date, and whole yen in the commitment") from None
    roles = {p.get("role"): (p.findtext("narrative") or "").strip() for p in one.findall("participating-org")}
    donor = next((c for c, d in DONORS.items() if d == roles.get("1")), roles.get("1"))
    told = {
        "fiscal_year": year, "donor": donor, "country": _code(one, "recipient-country"), "recipient": roles.get("4"),
        "title": text("title/narrative"),
        "equipment": text("description/narrative"),
        "signed_on": dates.get("2"), "amount_jpy": amount,
    }  # fmt: skip
    made = [
        Fact(
            "programme", name, at, {k: v for k, v in told.items() if v not in (None, "", "not found")}, source, who, "B"
        )
    ]
    state = _STATE.get(_code(one, "activity-status"), "proposed")
    if state not in ("proposed", "signed"):
        made.append(Fact("programme_state", name, at, {"state": state}, source, who, "B"))
    for i, c in enumerate(one.findall("conditions/condition"), 1):
        words = (c.findtext("narrative") or "").strip()
        what = next((w for w, t in _CONDITIONS.items() if t == words), "purpose")
        made.append(
            Fact(
                "condition", f"{name}/iati-{i}", at, {"programme": name, "what": what, "text": words}, source, who, "B"
            )
        )
    return made


def _code(one: ET.Element, tag: str) -> str:
    found = one.find(tag)
    return "" if found is None else found.get("code", "")
