"""The facts of one alert."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import sqlalchemy as sa

from selat.app.explain import Explanation, explain
from selat.app.floor import detectors
from selat.app.papers import _facts as facts
from selat.app.papers._traffic import placed
from selat.app.seen import alerts_of
from selat.exporters.paper.floor import alert
from selat.exporters.paper.floor.given import Told
from selat.model.clock import HOUR, format_time
from selat.model.columns import Array
from selat.model.errors import ConfigError
from selat.model.nouns import Alert
from selat.model.picture import COG_NA, SOG_NA
from selat.model.release import WITHHELD
from selat.model.rule import describe
from selat.model.schema import DEGREES
from selat.model.units import KNOT
from selat.store import chain, registry, releases, tables
from selat.store.engine import reading

if TYPE_CHECKING:
    from selat.app.archive import SeaArchive
    from selat.exporters.paper.blocks import Document

AROUND = HOUR  #: ns of track before and after
TIMES = (10**18, 5 * 10**18)  #: whole numbers of this size are ns UTC (2001 to 2128)
MEASURED = 60  #: values of the evidence told
_SKIPPED = {"seq", "alert", "version", "ids"}


def document(archive: SeaArchive, about: str, language: str) -> Document:
    """The report of the alert whose id is, or begins with, ``about``."""
    found = alerts_of(archive.sea, starts=about.lower()) if about else []
    if len(found) != 1:
        many = f"{len(found)} alerts begin with {about!r}" if found else f"there is no alert {about!r}"
        raise ConfigError(many, hint="`selat alerts SEA` lists the ids")
    return alert.document(_gathered(archive, found[0]), language)


def _gathered(archive: SeaArchive, a: Alert) -> Told:
    rules = detectors()
    told = explain(archive.sea, a.id, rules)
    whole = replace(told.alert, state=a.state, lead=a.lead) == a  # else parts of it are not for who asks
    (row,) = facts.alert_rows(archive, [replace(a, lead="")])
    begin, end = a.time - AROUND, a.last + AROUND
    rows = told.rows if whole else told.rows.slice(0, 0)
    stations = registry.station_names(archive.sea.state)
    tracks = {m: _track(archive, m, begin, end) for m in a.subjects}
    seen = releases.seen(archive.sea.state, "alert", [s.alert.id for s in told.similar], archive.sea.groups)
    similar = [(s.alert.id, s.cause, s.alert.sentence) for s in told.similar if s.alert.id in seen] if whole else []
    evidence = placed(rows)
    log, broken = _log(archive, a.id)
    rule = next((r for r in rules if r.name == a.rule), None)
    return Told(
        facts.basis(archive, a.time, max(a.last, a.time + 1), (facts.Hashed("reports", rows),), (row,)),
        row,
        tuple(facts.ships(archive, a.subjects).values()),
        tuple(sorted(a.detail.get("confidence", {}).items())),
        tuple(a.detail.get("false_if", ())),
        str(a.detail.get("action", "")),
        str(a.detail.get("geometry", "")),
        _parameters(a, rule),
        tuple(_flat(a.evidence))[:MEASURED],
        _again(told) if whole else ("again.not", {"note": WITHHELD}),
        len(told.missing) if whole else 0,
        tuple(_row(evidence, k, stations) for k in np.argsort(evidence["time"], kind="stable").tolist()),
        log,
        broken,
        tuple(similar),
        {m: t for m, t in tracks.items() if len(t)},
        facts.place(archive),
        _about(rule),
    )


def _track(archive: SeaArchive, mmsi: int, begin: int, end: int) -> Array:
    query = archive.sea.reports.of(mmsi).between(begin, end)
    return facts.track(placed(query.columns("mmsi", "time", "lat", "lon").stored()))


def _about(rule: Any) -> str:
    """What the rule finds, in the words of its module."""
    from sys import modules

    text = (modules[type(rule).__module__].__doc__ or "") if rule is not None else ""
    return " ".join(text.split("\n\n")[0].split())


def _again(told: Explanation) -> tuple[str, Mapping[str, Any]]:
    if told.again is None:
        return "again.not", {"note": told.note}
    if told.differs:
        return "again.differs", {"fields": ", ".join(told.differs)}
    return "again.same", {}


def _parameters(a: Alert, rule: Any) -> tuple[tuple[str, str, str, str, str], ...]:
    """The parameters that were in force, with what the rule says of them today."""
    said = {d["name"]: d for d in describe(rule.p)} if rule is not None and hasattr(rule, "p") else {}
    out = []
    for name, value in a.parameters.items():
        unit, text, source = (str(said.get(name, {}).get(k, "")) for k in ("unit", "text", "source"))
        out.append((name, _text(value), unit, text, source))
    return tuple(out)


def _text(value: Any) -> str:
    if isinstance(value, int) and TIMES[0] < value < TIMES[1]:
        return format_time(value)
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple | dict):
        text = json.dumps(value, ensure_ascii=False)
        return text if len(text) <= 160 else text[:157] + "..."
    return str(value)


def _flat(value: Any, under: str = "") -> list[tuple[str, str]]:
    """Evidence as (path, value): numbers and words; long lists by their length."""
    out: list[tuple[str, str]] = []
    for name, inner in sorted(value.items()):
        path = f"{under}.{name}" if under else str(name)
        if not under and name in _SKIPPED:
            continue
        if isinstance(inner, dict):
            out += _flat(inner, path)
        elif isinstance(inner, list) and len(json.dumps(inner)) > 120:
            out.append((path, f"[{len(inner)}]"))
        else:
            out.append((path, _text(inner)))
    return out


def _row(rows: Any, k: int, stations: list[str]) -> tuple[int, int, int, float, float, float, float, int, str]:
    sog, cog = int(rows["sog"][k]), int(rows["cog"][k])
    station = int(rows["station"][k])
    return (
        int(rows["seq"][k]),
        int(rows["time"][k]),
        int(rows["mmsi"][k]),
        float(rows["lat"][k] * DEGREES),
        float(rows["lon"][k] * DEGREES),
        sog * KNOT / 10 if sog < SOG_NA else float("nan"),
        cog / 10 if cog < COG_NA else float("nan"),
        int(rows["heading"][k]),
        stations[station] if station < len(stations) else "",
    )


def _log(archive: SeaArchive, alert_id: str) -> tuple[tuple[tuple[int, int, str, str, str, str], ...], int | None]:
    """What was done, each with its hash; and where the whole log breaks, if it does."""
    log = tables.alert_log
    with reading(archive.sea.state.engine) as connection:
        rows = connection.execute(sa.select(log).where(log.c.subject == alert_id).order_by(log.c.n)).mappings().all()
        broken = chain.first_break(connection, log)
    return tuple((r["n"], r["time"], r["who"], r["action"], _told(r["note"]), r["hash"]) for r in rows), broken


def _told(note: str) -> str:
    if not note.startswith("{"):
        return note
    told: dict[str, Any] = json.loads(note)
    return "; ".join(f"{k}: {v}" for k, v in told.items())
