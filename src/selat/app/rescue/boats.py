"""Boats, conditions and times of a search as an officer types them; and forms of cases that were made elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from selat.app.rescue.form import Form, places_of
from selat.model import units
from selat.model.clock import HOUR, format_time
from selat.model.errors import ConfigError
from selat.model.plan import Plan
from selat.rescue import lines
from selat.rescue.case import Case
from selat.rescue.cloud import Cloud, Frame
from selat.rescue.scenario import Scenario
from selat.rescue.searchers import Conditions, Searcher, span_of, width_of
from selat.rescue.sweep import objects
from selat.tracks.coast import Coast

_TEXTS = {"agency": 80, "callsign": 20, "pattern": 3}
MOST_PLACES = 60  #: of a line


@dataclass(frozen=True, slots=True)
class Line:
    """What a searcher sails along instead of an area (:func:`selat.rescue.lines.along`): ``kind`` TSR, TSN, BS or OS."""

    kind: str
    places: tuple[tuple[float, float], ...]
    spacing: float = 0.0
    times: int = 0
    port: bool = False


def boats_of_form(given: Mapping[str, Any]) -> tuple[list[Searcher], Form]:
    """The searchers of a form; each error at its field (``boats.0.speed``)."""
    form = Form()
    out: list[Searcher] = []
    rows = form.rows(given, "boats")
    for k, row in enumerate(rows):
        found = _boat(form, row, f"boats.{k}")
        if found is not None:
            if found.name in {s.name for s in out}:
                form.wrong(f"boats.{k}.name", "two searchers have the same name", "give each a name of its own")
            out.append(found)
    if not rows:
        form.wrong("boats", "a plan without searchers", "give at least one boat or aircraft")
    return out, form


def _boat(form: Form, row: Mapping[str, Any], path: str) -> Searcher | None:
    before = len(form.errors)
    name = str(row.get("name", "")).strip()[:60]
    if not name:
        form.wrong(f"{path}.name", "it needs a name", "as in Penyelamat 7")
    place = form.take(f"{path}.place", lambda: _one(str(row.get("place", ""))), (0.0, 0.0))
    values: dict[str, Any] = {
        "name": name,
        "platform": str(row.get("platform", "boat")),
        "lat": place[0],
        "lon": place[1],
    }
    for key, read in (("speed", units.speed), ("endurance", units.duration)):
        if not str(row.get(key, "")).strip():
            form.wrong(f"{path}.{key}", f"its {key} is missing", "as in 12 kn" if key == "speed" else "as in 6 h")
        values[key] = form.quantity(row, key, f"{path}.{key}", read, 1.0)
    for key, read in (("transit", units.speed), ("eye", units.distance), ("width", units.distance)):
        values[key] = form.quantity(row, key, f"{path}.{key}", read, 0.0)
    if str(row.get("ready", "")).strip():
        values["ready"] = form.time(row, "ready", f"{path}.ready")
    if str(row.get("home", "")).strip():
        values["home"] = form.take(f"{path}.home", lambda: _one(str(row["home"])), None)
    values |= {key: str(row.get(key, "") or "").strip()[:most] for key, most in _TEXTS.items()}
    if values["pattern"] in lines.KINDS:  # what it sails along stands in lines_of_form
        values["pattern"] = ""
    values["mmsi"] = int(form.number(row, "mmsi", f"{path}.mmsi", 0.0))
    values["tired"] = bool(row.get("tired"))
    if len(form.errors) > before:
        return None
    return form.take(f"{path}.name", lambda: Searcher(**values), None)


def lines_of_form(given: Mapping[str, Any], form: Form) -> dict[str, Line]:
    """What searchers of a form sail along, by their names; errors at their fields (``boats.0.line``)."""
    out: dict[str, Line] = {}
    nowhere: tuple[tuple[float, float], ...] = ()
    for k, row in enumerate(given.get("boats") or []):
        kind = str(row.get("pattern", "") or "").strip() if isinstance(row, dict) else ""
        if kind in lines.KINDS:
            before = len(form.errors)
            read = partial(_line, str(row.get("line", "") or ""), kind)
            places = form.take(f"boats.{k}.line", read, nowhere)
            spacing = form.quantity(row, "spacing", f"boats.{k}.spacing", units.distance, 0.0)
            times = int(form.number(row, "times", f"boats.{k}.times", 0.0))
            if not 0 <= times <= 500:
                form.wrong(f"boats.{k}.times", f"{times} times", "1 to 500, or empty: as many as the time allows")
            if len(form.errors) == before:
                out[str(row.get("name", "")).strip()[:60]] = Line(kind, places, spacing, times, bool(row.get("port")))
    return out


def _line(text: str, kind: str) -> tuple[tuple[float, float], ...]:
    found = places_of(text)
    if kind == "BS" and len(found) != 2:
        raise ConfigError(
            f"{len(found)} positions for a barrier", hint="its two ends: 02-27.0N 101-48.0E; 02-10.0N 102-05.0E"
        )
    if not 2 <= len(found) <= MOST_PLACES:
        raise ConfigError(
            f"{len(found)} positions of the line", hint=f"2 to {MOST_PLACES}, with ; between, or draw it on the map"
        )
    return found


def redrawn(given: Mapping[str, Any], made: Plan, shapes: Mapping[str, Any]) -> dict[str, Any]:
    """The form of a plan with the lines that were changed by hand, so that it is found again as it is."""
    moved = {t.searcher: shapes[t.name] for t in made.tasks if "places" in (shapes.get(t.name) or {})}
    rows = []
    for row in given.get("boats") or []:
        places = (moved.get(str(row.get("name", "")).strip()[:60]) or {}).get("places")
        rows.append({**row, "line": "; ".join(place_text(a, b) for a, b in places)} if places else dict(row))
    return {**given, "boats": rows}


def able(
    cloud: Cloud, boats: Sequence[Searcher], sight: Conditions, begin: int, end: int, form: Form, coast: Coast
) -> None:
    """Say at its field why a searcher cannot take part (:func:`selat.rescue.searchers.span_of`)."""
    middle = (begin + end) // 2
    lat, lon = Frame(cloud, middle).earth(0.0, 0.0, middle)
    for k, boat in enumerate(boats):
        try:
            width_of(boat.in_sea(sight.sea), sight)
        except ConfigError as e:
            of_all = "visibility" in e.message and boat.name not in e.message
            form.wrong("visibility" if of_all else f"boats.{k}.width", e.message, e.hint)
            continue
        try:
            span_of(boat.in_sea(sight.sea), float(lat), float(lon), begin, end, sight, coast)
        except ConfigError as e:
            at = "width" if "in the dark" in e.message else "endurance" if "endurance" in e.message else "ready"
            form.wrong(f"boats.{k}.{at}", e.message, e.hint)


def _one(text: str) -> tuple[float, float]:
    if not text.strip():
        raise ConfigError("a position is missing", hint="where it starts, as in 02-31.2N 101-47.6E")
    found = places_of(text)
    if len(found) != 1:
        raise ConfigError(f"{len(found)} positions where one is asked for", hint="as in 02-31.2N 101-47.6E")
    return found[0]


def conditions_of_form(given: Mapping[str, Any], first: int, last: int) -> tuple[Conditions, int, int, Form]:
    """(conditions, begin, end, form) of a search; ``first`` and ``last`` (ns) are the drift's."""
    form = Form()
    target = str(given.get("target", "")).strip()
    known = {name for platform in ("boat", "helicopter", "aircraft") for name in objects(platform)}
    if target not in known:
        form.wrong("target", f"{target!r} is no search object", "choose one of the list")
    seen = form.quantity(given, "visibility", "visibility", units.distance, units.distance("10 nm"))
    wind = form.quantity(given, "wind_speed", "wind_speed", units.speed, 0.0)
    sea = form.quantity(given, "sea", "sea", units.distance, 0.0)
    begin = form.time(given, "begin", "begin", first)
    end = form.time(given, "end", "end", last)
    for name, time in (("begin", begin), ("end", end)):
        if not first <= time <= last and time:
            form.wrong(
                name, f"the drift goes from {format_time(first)} to {format_time(last)}",
                "drift for longer, or search within it",
            )  # fmt: skip
    if end <= begin:
        form.wrong("end", "the search ends before it begins", "give an end after the begin")
    if end - begin > 24 * HOUR:
        form.wrong("end", "a search of more than 24 h", "plan a day at a time")
    return Conditions(target, seen, wind, sea), begin, end, form


def given_conditions(given: Mapping[str, Any]) -> set[str]:
    """Which conditions were observed; messages never say what was assumed."""
    names = {"visibility": "visibility", "wind": "wind_speed", "sea": "sea"}
    return {k for k, f in names.items() if str(given.get(f, "") or "").strip()} | {"particles"}


def form_of_case(case: Case) -> dict[str, Any]:
    """The form of a case that was not made with one, so that it can be looked at and changed on the page."""
    return {
        "name": case.name, "note": case.note, "particles": str(case.particles), "seed": str(case.seed),
        "capsizing": case.capsizing,
        "objects": [{"what": key, "weight": f"{weight:g}"} for key, weight in case.objects],
        "scenarios": [_story(s) for s in case.scenarios],
        "wind": "\n".join(s.text for s in case.sources if s.kind == "wind"),
        "current": "\n".join(s.text for s in case.sources if s.kind == "current"),
    }  # fmt: skip


def _story(s: Scenario) -> dict[str, Any]:
    between = s.kind in ("route", "track")
    out: dict[str, Any] = {
        "kind": "route" if s.kind == "track" else s.kind, "name": s.name, "weight": f"{s.weight:g}",
        "place": "; ".join(f"{place_text(*p)}" for p in s.places), "at": format_time(s.begin), "error": f"{s.error:.0f} m",
    }  # fmt: skip
    if between:
        out["to"] = format_time(s.end)
    elif s.end > s.begin:
        out["span"] = f"{(s.end - s.begin) / 60e9:g} min"
    if s.kind == "bearing":
        out |= {
            "bearing": f"{s.bearing:g}",
            "spread": f"{s.bearing_error:g}",
            "near": f"{s.near:.0f} m",
            "far": f"{s.far:.0f} m",
        }
    return out


def place_text(lat: float, lon: float) -> str:
    """A position as forms take it: degrees, minutes, hemisphere."""

    def part(value: float, letters: str, wide: int) -> str:
        thousandths = round(abs(value) * 60_000)
        degrees, rest = divmod(thousandths, 60_000)
        return f"{degrees:0{wide}d}-{rest / 1000:06.3f}{letters[value < 0]}"

    return f"{part(lat, 'NS', 2)} {part(lon, 'EW', 3)}"
