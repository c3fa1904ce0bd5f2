"""What an officer types into the page, as a case, boats and conditions; what is wrong, said at its field.

A form is what JSON can hold, its quantities texts with units as on the command line. Fields are named by their path, such as
``scenarios.0.place``; :class:`Form` gathers all errors instead of stopping at the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from selat.model import units
from selat.model.clock import parse_time
from selat.model.errors import ConfigError, SelatError
from selat.readers.zones_table import position
from selat.rescue.case import Case
from selat.rescue.scenario import Scenario
from selat.rescue.sources import Source

T = TypeVar("T")
Place = tuple[float, float]
Track = Callable[[int, int, int], tuple[Any, Any, Any]]  #: (MMSI, begin, end) -> (times ns, lat, lon)
MOST = 40  #: scenarios, objects, sources, boats
MOST_PARTICLES = 200_000  #: that a page may ask of the server


@dataclass
class Form:
    """A form being read; ``errors`` are ``{field, error, hint}``."""

    errors: list[dict[str, str]] = field(default_factory=list)

    def wrong(self, path: str, error: str, hint: str = "") -> None:
        """Note an error at a field."""
        self.errors.append({"field": path, "error": error, "hint": hint})

    def take(self, path: str, read: Callable[[], T], default: T) -> T:
        """What ``read`` gives; where it refuses, its error is noted at the field and ``default`` stands in."""
        try:
            return read()
        except SelatError as e:
            self.wrong(path, e.message, e.hint)
        except (TypeError, ValueError, KeyError) as e:
            self.wrong(path, f"not understood ({e})")
        return default

    def rows(self, given: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
        """A list of objects in a form."""
        found = given.get(name, [])
        if not isinstance(found, list) or len(found) > MOST or not all(isinstance(r, dict) for r in found):
            self.wrong(name, f"not a list of at most {MOST} rows")
            return []
        return found

    def number(self, given: Mapping[str, Any], name: str, path: str, default: float) -> float:
        """A number in a field; ``default`` where it is empty."""
        text = str(given.get(name, "") or "").strip()
        if not text:
            return default

        def read() -> float:
            try:
                return float(text)
            except ValueError:
                raise ConfigError(f"not a number: {text!r}", hint="as in 0.5") from None

        return self.take(path, read, default)

    def quantity(
        self, given: Mapping[str, Any], name: str, path: str, read: Callable[[str], float], default: float
    ) -> float:
        """A quantity with its unit; ``default`` where the field is empty."""
        text = str(given.get(name, "") or "").strip()
        return self.take(path, lambda: read(text), default) if text else default

    def time(self, given: Mapping[str, Any], name: str, path: str, default: int = 0) -> int:
        """A time; an empty field is an error unless there is a ``default``."""
        text = str(given.get(name, "") or "").strip()
        if not text and default:
            return default
        if not text:
            self.wrong(path, "a time is missing", "as in 2026-11-27T18:40Z")
            return 0
        return self.take(path, lambda: parse_time(text), 0)


class FormError(SelatError):
    """A form with errors: ``fields`` are ``{field, error, hint}``."""

    def __init__(self, form: Form) -> None:
        first = form.errors[0]
        super().__init__(first["error"], hint=first["hint"])
        self.fields = form.errors


class Conflict(SelatError):
    """Somebody else changed what this one rests on: ``who``, ``time_ms``, and the number ``n`` of the newer record."""

    def __init__(self, message: str, hint: str, who: str, time_ms: float, n: int) -> None:
        super().__init__(message, hint=hint)
        self.who, self.time_ms, self.n = who, time_ms, n


def places_of(text: str) -> tuple[Place, ...]:
    """(lat, lon) of positions with ; or line breaks between; raises :class:`ConfigError` for what is none."""
    parts = [part for part in text.replace("\n", ";").split(";") if part.strip()]
    return tuple((lat, lon) for lon, lat in map(position, parts))


def case_of_form(given: Mapping[str, Any], track: Track) -> tuple[Case, Form]:
    """The case of a form, and the form with its errors; the case holds only what was right.

    ``track(mmsi, begin, end)`` gives (times ns, lat, lon) of a ship; it raises :class:`SelatError` where there is none.
    """
    form = Form()
    name = str(given.get("name", "")).strip()
    if not name or len(name) > 80 or not name.isprintable():
        form.wrong("name", "the case needs a name", "1 to 80 letters, as in Port Dickson 27 Nov")
    case = Case(
        name or "case", particles=_particles(form, given), seed=int(form.number(given, "seed", "seed", 1.0)),
        capsizing=bool(given.get("capsizing")), note=str(given.get("note", ""))[:2000],
    )  # fmt: skip
    for k, row in enumerate(form.rows(given, "objects")):
        weight = form.number(row, "weight", f"objects.{k}.weight", 1.0)
        case = form.take(f"objects.{k}.what", partial(case.adrift, str(row.get("what", "")), weight), case)
    if not case.objects and not any(e["field"].startswith("objects") for e in form.errors):
        form.wrong("objects.0.what", "what is adrift?", "choose an object of the list")
    stories = form.rows(given, "scenarios")
    for k, row in enumerate(stories):
        scenario = _scenario(form, row, f"scenarios.{k}", track)
        if scenario is not None:
            case = form.take(f"scenarios.{k}.kind", partial(case.add, scenario), case)
    if not stories:
        form.wrong("scenarios", "a case without a scenario", "say what may have happened")
    return replace(case, sources=sources_of_form(form, given)), form


def _particles(form: Form, given: Mapping[str, Any]) -> int:
    count = form.number(given, "particles", "particles", 10_000.0)
    if not 100 <= count <= MOST_PARTICLES:
        form.wrong("particles", f"{count:,.0f} particles", f"100 to {MOST_PARTICLES:,}")
        return 10_000
    return int(count)


def _scenario(form: Form, row: Mapping[str, Any], path: str, track: Track) -> Scenario | None:
    """One scenario; None where a field of it is wrong, which the form then says."""
    before = len(form.errors)
    kind = str(row.get("kind", ""))
    begin = form.time(row, "at", f"{path}.at")
    between = kind in ("route", "mmsi")
    span = 0.0 if between else form.quantity(row, "span", f"{path}.span", units.duration, 0.0)
    end = form.time(row, "to", f"{path}.to") if between else begin + round(span * 1e9)
    usual = {"position": "1 nm", "found": "0.1 nm", "route": "2 nm", "mmsi": "0.1 nm"}.get(kind, "0 nm")
    error = form.quantity(row, "error", f"{path}.error", units.distance, units.distance(usual))
    weight = form.number(row, "weight", f"{path}.weight", 1.0)
    name = str(row.get("name", ""))[:80].strip()
    values: dict[str, Any] = {"kind": kind, "begin": begin, "end": end, "weight": weight, "name": name, "error": error}
    if kind == "mmsi":
        values |= _overboard(form, row, path, begin, end, track)
    else:
        values["places"] = form.take(f"{path}.place", lambda: _places(row, kind), None)
    if kind in ("area", "bearing"):
        values["error"] = 0.0
    if kind == "bearing":
        if not str(row.get("bearing", "")).strip():
            form.wrong(f"{path}.bearing", "in which direction was it seen?", "degrees from true north, as in 245")
        if not str(row.get("far", "")).strip():
            form.wrong(f"{path}.far", "how far off can it have been?", "as in 9 nm")
        values["bearing"] = form.number(row, "bearing", f"{path}.bearing", 0.0) % 360.0
        values["bearing_error"] = form.number(row, "spread", f"{path}.spread", 2.0)
        values["near"] = form.quantity(row, "near", f"{path}.near", units.distance, units.distance("0.1 nm"))
        values["far"] = form.quantity(row, "far", f"{path}.far", units.distance, 0.0)
    if len(form.errors) > before:
        return None
    return form.take(path, lambda: Scenario(**values), None)


def _places(row: Mapping[str, Any], kind: str) -> tuple[Place, ...]:
    text = str(row.get("place", "")).strip()
    if not text:
        several = "; " if kind in ("route", "area") else ""
        more = f"{several}01-20.0N 103-50.0E" if several else ""
        raise ConfigError("a position is missing", hint=f"as in 02-27.0N 101-48.0E{more}")
    found = places_of(text)
    if kind not in ("route", "area") and len(found) != 1:
        raise ConfigError(f"{len(found)} positions where one is asked for", hint="as in 02-27.0N 101-48.0E")
    return found


def _overboard(form: Form, row: Mapping[str, Any], path: str, begin: int, end: int, track: Track) -> dict[str, Any]:
    """Over the side of a ship whose track is known."""
    text = str(row.get("mmsi", "")).strip()
    if not text.isdecimal() or len(text) > 9:
        form.wrong(f"{path}.mmsi", "whose track?", "the ship's MMSI, nine digits")
        return {}
    if end < begin and begin:
        form.wrong(f"{path}.to", "it ends before it begins", "the time by which the person was missed")
        return {}
    nothing: tuple[Any, Any, Any] = ((), (), ())
    times, lat, lon = form.take(f"{path}.mmsi", lambda: track(int(text), begin, end), nothing)
    name = str(row.get("name", ""))[:80].strip() or f"overboard from {text}"
    places = tuple(zip(map(float, lat), map(float, lon), strict=True))
    return {"kind": "track", "places": places, "times": tuple(int(t) for t in times), "name": name}


def sources_of_form(form: Form, given: Mapping[str, Any]) -> tuple[Source, ...]:
    """Wind and current as typed, a line each."""
    out = []
    memory = form.quantity(given, "memory", "memory", units.duration, -1.0)
    waters = filter(None, (text.strip() for text in str(given.get("high_waters", "") or "").split(",")))
    tides = tuple(form.take("high_waters", partial(parse_time, text), 0) for text in waters)
    springs = form.number(given, "springs", "springs", 0.5)
    for kind in ("wind", "current"):
        spread = form.quantity(given, f"{kind}_error", f"{kind}_error", units.speed, -1.0)
        for text in filter(None, map(str.strip, str(given.get(kind, "") or "").splitlines()[:MOST])):
            lasts = memory if memory >= 0 and kind == "current" else None
            of_table = tides if text.lower().endswith(".csv") else ()
            make = partial(Source, kind, text, spread if spread >= 0 else None, lasts, of_table, springs)
            source: Source | None = form.take(kind, make, None)
            if source is not None and source.is_file and Path(text).name != text:
                form.wrong(
                    kind, f"{text!r} is not in the folder of fields", "put it into SEA/fields/ and give its name"
                )
            elif source is not None:
                out.append(source)
    return tuple(out)
