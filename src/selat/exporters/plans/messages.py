"""Messages: situation report (IAMSAR Manual, Volume II, Appendix I: letters A to H and J to N), search action message (5.14:
six parts), and a distress relay to ships.

What the plan does not know (names, persons, frequencies) comes in ``facts``, by the keys of :data:`FACTS`; what is not given is
said to be not known, and never made up.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from selat.exporters.plans._text import (
    centre_form,
    drift_form,
    group,
    knots,
    limits,
    miles,
    position,
    square_miles,
    title,
)
from selat.exporters.plans.words import words
from selat.model.errors import ConfigError
from selat.model.plan import APPROVAL, Plan, Task
from selat.model.units import FOOT

#: what may be given beside the plan
FACTS = {
    "from": "centre that sends",
    "to": "whom it is for",
    "number": "number of the message",
    "priority": "transmission priority",
    "casualty": "identity of the casualty",
    "persons": "number of persons at risk",
    "situation": "what happened, when, who said so",
    "assistance": "assistance required",
    "description": "description of the casualty",
    "initial": "initial actions taken",
    "smc": "SAR mission co-ordinator",
    "osc": "on-scene co-ordinator",
    "control": "control channel",
    "onscene": "on-scene channel",
    "press": "press channel",
    "plans": "future plans",
    "more": "additional information",
    "navtex": "header of a NAVTEX message: four characters",
}
_SPELT = {
    "|": ".", "%": " PERCENT", "&": " AND ", "@": " AT ", ";": ",", '"': "'", "_": "-", "*": "", "<": "(", ">": ")", "[": "(",
    "]": ")", "#": " NO ", "°": " DEG ", "–": "-", "—": "-", "’": "'",
}  # fmt: skip


def _facts(facts: Mapping[str, str] | None) -> dict[str, str]:
    given = dict(facts or {})
    unknown = set(given) - set(FACTS)
    if unknown:
        raise ConfigError(f"unknown facts: {', '.join(sorted(unknown))}", hint=f"known: {', '.join(FACTS)}")
    return {k: " ".join(str(v).split()) for k, v in given.items()}


def _first(plan: Plan, w: Mapping[str, str]) -> str:
    """The plan's first line, its approval in the message's language unless the user's own text stands there."""
    approval = w["approval"] if plan.approval == APPROVAL else plan.approval
    return " | ".join(t for t in (approval, *plan.weaknesses) if t)


def _head(plan: Plan, given: Mapping[str, str], what: str, w: Mapping[str, str]) -> list[str]:
    return [
        _first(plan, w),
        f"{given.get('priority', 'DISTRESS')} {group(plan.made)}",
        f"FROM {given.get('from', w['unknown'])}",
        f"TO {given.get('to', w['unknown'])}",
        f"{what} {given.get('number', '1')}: {title(plan)}",
    ]


def _weather(plan: Plan, w: Mapping[str, str]) -> str:
    c = plan.conditions
    parts = []
    if "wind" in c:
        parts.append(f"{w['wind']} {knots(float(c['wind']))} KN")
    if "sea" in c:
        parts.append(f"{w['sea']} {float(c['sea']):.1f} M")
    if "visibility" in c:
        parts.append(f"{w['visibility']} {miles(float(c['visibility']), 0)} NM")
    return ", ".join(parts) or w["unknown"]


def sitrep(plan: Plan, *, facts: Mapping[str, str] | None = None, language: str = "en") -> str:
    """The situation report. There is no letter I."""
    w, given = words(language), _facts(facts)
    what = f"{plan.target.upper()}. {given['description']}" if "description" in given else plan.target.upper()
    searched = "; ".join(f"{t.name} {centre_form(t)}" for t in plan.tasks) or w["none"]
    units = "; ".join(f"{t.name} {t.searcher} {t.pattern} {group(t.begin)}-{group(t.end)}" for t in plan.tasks)
    rows = [
        ("A", "identity", given.get("casualty", w["unknown"])),
        ("B", "position", f"{w['datum']} {position(*plan.datum)} {group((plan.begin + plan.end) // 2)}"),
        ("C", "situation", given.get("situation", w["unknown"])),
        ("D", "persons", given.get("persons", w["unknown"])),
        ("E", "assistance", given.get("assistance", w["areas"])),
        ("F", "coordinating", given.get("smc", given.get("from", w["unknown"]))),
        ("G", "description", what),
        ("H", "weather", _weather(plan, w)),
        ("J", "initial", given.get("initial", w["unknown"])),
        ("K", "area", searched),
        ("L", "instructions", f"OSC {given.get('osc', w['unknown'])}. {units}"),
        ("M", "plans", given.get("plans", w["unknown"])),
        ("N", "more", given.get("more", f"{w['success']} {plan.pos:.0%}")),
    ]
    lines = _head(plan, given, "SAR SITREP", w)
    return "\n".join([*lines, *(f"{letter}. {w[key]}: {text}" for letter, key, text in rows), "BT"]) + "\n"


def action(plan: Plan, *, facts: Mapping[str, str] | None = None, language: str = "en") -> str:
    """The search action message: situation, areas, execution, co-ordination, communications, reports."""
    w, given = words(language), _facts(facts)
    lines = _head(plan, given, "SEARCH ACTION MESSAGE", w)
    lines += [
        f"1. {w['situation']}",
        f"   {given.get('situation', w['unknown'])}",
        f"   {w['identity']}: {given.get('casualty', w['unknown'])}",
        f"   {w['persons']}: {given.get('persons', w['unknown'])}",
        f"   {w['target']}: {plan.target.upper()}. {given.get('description', '')}".rstrip(". ") + ".",
        f"   {w['weather']}: {_weather(plan, w)}",
        f"2. {w['areas']}",
    ]
    for t in plan.tasks:
        lines += _area(t, w)
    lines.append(f"3. {w['execution']}")
    lines += [_execution(t, w) for t in plan.tasks]
    lines += [
        f"4. {w['coordination']}",
        f"   SMC {given.get('smc', w['unknown'])}. OSC {given.get('osc', w['unknown'])}.",
    ]
    for t in plan.tasks:
        lines.append(
            f"   {t.name} {w['onscene']} {group(t.begin)}-{group(t.end)}, {w['spacing']} {miles(t.spacing, 2)} NM, "
            f"{w['coverage']} {t.coverage:.2f}, POC {t.poc:.0%} POD {t.pod:.0%} POS {t.pos:.0%}"
        )
    lines += [
        f"   {w['success']} {plan.pos:.0%}. {w['clear']}.",
        f"5. {w['communications']}",
        f"   CONTROL {given.get('control', w['unknown'])}. ON-SCENE {given.get('onscene', w['unknown'])}. "
        f"PRESS {given.get('press', w['unknown'])}.",
        f"6. {w['reports']}",
        f"   {w['report']}.",
        "BT",
    ]
    return "\n".join(lines) + "\n"


def _area(t: Task, w: Mapping[str, str]) -> list[str]:
    """An area in all three forms, and how it moves."""
    corners = "; ".join(", ".join(position(*c) for c in ring) for ring in t.area.outlines)
    corners += f" ({w['shore']})" if t.area.water else ""
    moves = f" {w['moves']} {drift_form(t)}." if drift_form(t) else ""
    return [
        f"   {t.name} {group(t.area.time)} {w['size']} {square_miles(t.area.size)} SQ NM.{moves}",
        f"      {w['corners']}: {corners}",
        f"      {w['limits']}: {limits(t)}",
        f"      {w['centre']}: {centre_form(t)}",
    ]


def _execution(t: Task, w: Mapping[str, str]) -> str:
    start = t.waypoints[0]
    parts = [
        f"   {t.name}",
        f"{w['unit']} {t.searcher}" + (f" ({t.callsign})" if t.callsign else "") + (f" {t.agency}" if t.agency else ""),
        f"{w['pattern']} {t.pattern}",
        f"{w['creep']} {t.creep:03.0f}",
        f"{w['csp']} {position(start.lat, start.lon)}",
        f"{w['speed']} {knots(t.speed)} KN",
    ]
    if t.altitude > 0:
        parts.append(f"{w['altitude']} {t.altitude / FOOT:.0f} FT")
    parts += [n.upper() for n in t.notes]
    return ", ".join(parts)


def safetynet(plan: Plan, *, facts: Mapping[str, str] | None = None, language: str = "en") -> str:
    """A relay to ships: the characters that NAVTEX can send (ITU-R M.476: capitals, figures, ``-?:().,'=/+``), in lines of at most
    69 of them; one area around all tasks. ``navtex``, of the facts, is the header that its co-ordinator gives (B1 to B4).

    Languages that Telex cannot print keep their letters; send those by other means.
    """
    w, given = words(language), _facts(facts)
    places = [c for t in plan.tasks for ring in t.area.outlines for c in ring] or [plan.datum]
    lats, lons = [p[0] for p in places], [p[1] for p in places]
    box = ", ".join(
        position(a, o)
        for a, o in ((max(lats), min(lons)), (max(lats), max(lons)), (min(lats), max(lons)), (min(lats), min(lons)))
    )
    what = given.get("casualty", plan.target)
    persons = f", {w['persons']} {given['persons']}" if "persons" in given else ""
    text = (
        f"{what}{persons} {w['drifting']} {box} {group(plan.begin)} - {group(plan.end)}. {w['lookout']} "
        f"{given.get('from', w['unknown'])}."
    )
    lines = [_first(plan, w), f"SAR {group(plan.made)}", text, "NNNN"]
    if "navtex" in given:
        lines.insert(0, f"ZCZC {given['navtex']}")
    return "\n".join(part for line in lines for part in _folded(_telex(line), 69)) + "\n"


def _telex(text: str) -> str:
    """Capitals without what no teleprinter has; letters of other scripts stay."""
    plain = "".join(_SPELT.get(c, c) for c in text.upper())
    kept = (c if c.isalnum() or c in "-?:().,'=/+" or c > "\x7f" else " " for c in plain)
    folded = unicodedata.normalize("NFKD", "".join(kept))
    return "".join(c for c in folded if not unicodedata.combining(c) or c in "\u3099\u309a")


def _folded(text: str, width: int) -> list[str]:
    out, line = [], ""
    for word in (w[k : k + width] for w in text.split() for k in range(0, len(w), width)):
        if line and len(line) + 1 + len(word) > width:
            out.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*out, line]
