"""Why an alert was raised: the rule asked again about the stored evidence, and the rows that it rests on.

:func:`explain` gives the evidence to the rule that made the alert, with the parameters it had then. Same rule, same evidence:
the same alert, bit for bit, or the explanation says in what it differs. The rows named by the evidence are looked up in the
history, so that a sea whose facts were changed afterwards is found out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np

from selat.app import dossier
from selat.app.floor import detectors
from selat.app.session import Sea
from selat.model.clock import HOUR, MINUTE
from selat.model.columns import Columns, concat
from selat.model.handling import Handling
from selat.model.nouns import Alert
from selat.model.rule import describe
from selat.model.rule import explain as conclude_again
from selat.store import alertbook, feedback, handling
from selat.store.outbox import payload_of

SLICE = 30 * MINUTE  #: ns of track shown before an alert's start and after its end
POINTS = 400  #: of a track slice, at most
ROWS = 200  #: reports listed, the newest
LOOK_BACK = 26 * HOUR  #: ns before an alert's start in which its evidence lies
OURS = frozenset({"state", "lead", "last"})  #: what people and the desk may change after the rule spoke
DESK = frozenset({"rule_storm", "late_data"})  #: told by the desk, about alerts and not about ships


@dataclass(frozen=True, slots=True)
class Explanation:
    """An alert, what the rule says of its evidence today, and the rows behind it.

    ``differs``: fields in which the two differ (empty: the same alert bit for bit); ``note`` says why nothing could be
    concluded. ``missing``: numbers of lines that the evidence names and the history does not have. ``limits``: the rule's
    parameters at the time, with unit and meaning where the rule is installed. ``tracks``: what the history has of the ships
    around the alert, ``(mmsi, [[time_ms, lon, lat, sog_mps, cog], ...])``.
    """

    alert: Alert
    again: Alert | None
    differs: tuple[str, ...]
    note: str
    rows: Columns
    missing: tuple[int, ...]
    handling: Handling
    similar: tuple[feedback.Similar, ...]
    log: tuple[dict[str, Any], ...]
    limits: tuple[dict[str, Any], ...] = ()
    tracks: tuple[tuple[int, list[list[float | None]]], ...] = ()

    @property
    def same(self) -> bool:
        """True where the rule concludes the same alert from the stored evidence."""
        return self.again is not None and not self.differs


def explain(sea: Sea, alert_id: str, rules: Sequence[Any] | None = None) -> Explanation:
    """Explain an alert of a sea. Raises :class:`~selat.model.errors.StoreError` for an unknown id."""
    alert = alertbook.alert(sea.state, alert_id)
    rules = detectors() if rules is None else rules
    again, note = _again(alert, rules)
    differs = () if again is None else tuple(f.name for f in fields(Alert) if not _equal(alert, again, f.name))
    rows, missing = evidence_rows(sea, alert)
    stands = handling.handled(sea.state)
    others = alertbook.alerts(sea.state, rule=alert.rule)
    return Explanation(
        alert, again, differs, note, rows, missing, stands.get(alert.id, Handling(alert.id)),
        tuple(feedback.similar(alert, others, stands)), tuple(handling.history(sea.state, alert.id)),
        tuple(_limits(alert, rules)), tuple(_tracks(sea, alert)),
    )  # fmt: skip


def _limits(alert: Alert, rules: Sequence[Any]) -> list[dict[str, Any]]:
    """The parameters that an alert was made with: name and value, and unit and text where its rule is known."""
    said = {d["name"]: d for rule in rules if rule.name == alert.rule for d in describe(rule.p)}
    return [
        {"unit": "", "text": "", **said.get(name, {}), "name": name, "value": v} for name, v in alert.parameters.items()
    ]


def _tracks(sea: Sea, alert: Alert) -> list[tuple[int, list[list[float | None]]]]:
    """The ways of the ships from half an hour before the alert until half an hour after it."""
    out = []
    for mmsi in alert.subjects:
        rows = sea.reports.of(mmsi).between(alert.time - SLICE, max(alert.last, alert.time) + SLICE)
        way = dossier.line(rows.columns("mmsi", "time", "lat", "lon", "sog", "cog").stored(), POINTS)
        out.append((mmsi, way))
    return out


def concludes_again(alert: Alert, rules: Sequence[Any]) -> bool:
    """Whether its rule concludes the same alert from the evidence that it carries, bit for bit."""
    again, _ = _again(alert, rules)
    return again is not None and all(_equal(alert, again, f.name) for f in fields(Alert))


def _equal(a: Alert, b: Alert, name: str) -> bool:
    if name in OURS:
        return True
    x, y = getattr(a, name), getattr(b, name)
    return bool(x == y or (isinstance(x, float) and x != x and y != y))


def _again(alert: Alert, rules: Sequence[Any]) -> tuple[Alert | None, str]:
    """The alert that the rule concludes today; or None, and why."""
    if alert.rule in DESK:
        return alert, ""
    found = [rule for rule in rules if rule.name == alert.rule]
    if not found:
        return None, f"the rule {alert.rule} is not installed here"
    rule = found[0]
    if rule.version != alert.version:
        return None, f"the alert was made by version {alert.version} of the rule; installed is version {rule.version}"
    if not hasattr(rule, "judge"):
        return None, f"the rule {alert.rule} keeps no evidence that it could judge again"
    p: Any = rule.p
    if set(alert.parameters) == set(rule.parameters()):
        rule = replace(rule, p=replace(p, **_typed(p, alert.parameters)))
    state = "active" if alert.state in ("active", "acknowledged", "retracted") else "rectified"
    try:
        again = conclude_again(rule, alert.evidence, state)
    except (KeyError, TypeError, IndexError) as e:
        return None, f"the stored evidence is not what the rule needs ({e})"
    if again is None:
        return None, "today the rule would not raise an alert from this evidence"
    if again.sentence != alert.sentence and alert.state not in ("active", "acknowledged"):
        # Closed by a person while it was still so; or taken back when it was over already.
        other = conclude_again(rule, alert.evidence, "active" if state == "rectified" else "rectified")
        if other is not None and other.sentence == alert.sentence:
            again = other
    return again, ""


def _typed(p: Any, stored: dict[str, Any]) -> dict[str, Any]:
    """Parameters of JSON as the dataclass has them: lists become tuples."""
    return {
        name: tuple(value) if isinstance(value, list) and isinstance(getattr(p, name), tuple) else value
        for name, value in stored.items()
    }


def evidence_rows(sea: Sea, alert: Alert) -> tuple[Columns, tuple[int, ...]]:
    """The reports, of those that the evidence names by ``seq``, that the history has; and the numbers it has not.

    Lines of other tables (texts, static data) are looked for there, and count as found.
    """
    wanted = {int(s) for s in alert.evidence.get("seq", ())}
    if not wanted:
        return sea.reports.limit(0).stored(), ()
    found, parts = set(), []
    for query in (sea.reports, sea.messages, sea.statics):
        if alert.subjects:
            query = query.of(*_named(alert))
        rows = query.between(alert.time - LOOK_BACK, alert.last + HOUR).stored()
        here = np.isin(rows["seq"], list(wanted))
        found |= set(rows["seq"][here].tolist())
        if rows.table.name == "reports":
            parts.append(rows.take(np.flatnonzero(here)))
    return concat(parts, "reports"), tuple(sorted(wanted - found))


def _named(alert: Alert) -> list[int]:
    """MMSI of the subjects, and of others that the evidence names under ``mmsi`` at any depth."""
    out = set(alert.subjects)
    waiting: list[Any] = [alert.evidence]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.values()
            if isinstance(value.get("mmsi"), int):
                out.add(value["mmsi"])
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            waiting += value
    return sorted(out)


def as_dict(found: Explanation) -> dict[str, Any]:
    """An explanation as JSON."""
    a = found.alert
    return {
        **payload_of(a, "explained"), "lead": a.lead, "evidence": a.evidence, "parameters": a.parameters, "same": found.same,
        "differs": list(found.differs), "note": found.note, "rows": found.rows.rows, "missing": list(found.missing),
        "handling": asdict(found.handling), "log": list(found.log),
        "similar": [{"id": s.alert.id, "basis": s.basis, "cause": s.cause, "sentence": s.alert.sentence,
                     "time_ms": s.alert.time / 1e6} for s in found.similar],
        "limits": list(found.limits), "reports": _reports(found.rows),
        "tracks": [{"mmsi": mmsi, "points": way} for mmsi, way in found.tracks],
    }  # fmt: skip


def _reports(rows: Columns) -> list[dict[str, Any]]:
    """The reports behind an alert as a page lists them: number, ship, place and motion as sent; the newest ones."""
    rows = rows.take(np.lexsort((rows["seq"], rows["time"]))[-ROWS:])
    out = []
    for k in range(rows.rows):
        point = dossier.line(rows.slice(k, k + 1))
        time, lon, lat, sog, cog = point[0] if point else (None,) * 5
        out.append({
            "seq": int(rows["seq"][k]), "mmsi": int(rows["mmsi"][k]), "time_ms": time, "lon": lon, "lat": lat, "sog_mps": sog,
            "cog": cog, "type": int(rows["msg_type"][k]),
        })  # fmt: skip
    return out
