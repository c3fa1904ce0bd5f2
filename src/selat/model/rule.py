"""What a rule is made of: parameters declared once with unit and source, findings, verdicts, a golden example.

::

    @dataclass(frozen=True, slots=True)
    class Parameters:
        horizon: float = param(1200.0, "s", "Look so far ahead", "IMO ...")

A rule *looks* (arrays over the whole picture, cheap) and then *judges* each candidate from its evidence alone, by a pure
function: so an alert can be concluded again from what is stored (:func:`conclude`), bit for bit.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Protocol

import numpy as np

from selat.model.columns import Columns
from selat.model.nouns import Alert

Evidence = dict[str, Any]


def param(default: Any, unit: str, text: str, source: str) -> Any:
    """A field of a rule's parameters: default value in SI units, its unit, what it does, where the value comes from."""
    return field(default=default, metadata={"unit": unit, "text": text, "source": source})


def values(parameters: Any) -> dict[str, Any]:
    """Names and values, as an alert carries them."""
    return {f.name: getattr(parameters, f.name) for f in fields(parameters)}


def describe(parameters: Any) -> list[dict[str, Any]]:
    """Name, value, unit, text and source of each parameter, for the reference pages."""
    return [{"name": f.name, "value": getattr(parameters, f.name), **f.metadata} for f in fields(parameters)]


@dataclass(frozen=True, slots=True)
class Golden:
    """A small sea in which the rule must fire: its rows, and whom the alerts must name with which priority.

    ``world``: zones, lanes and lists (:class:`selat.tracks.world.World`) of rules that need some; None: an empty one.
    """

    reports: Columns
    statics: Columns
    messages: Columns
    expect: tuple[tuple[str, tuple[int, ...]], ...]
    world: Any = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A candidate: ``key`` names it among those of the rule, ``start`` (ns) is since when it is so.

    ``evidence`` holds everything that the rule's ``judge`` needs, as plain values that survive JSON, and under ``seq``
    the numbers of the lines that it rests on. ``fresh``: any value that changes when there is new evidence; the same
    value again confirms nothing (None: the last of ``seq``). ``tell``: an open alert is told again at once, whenever it
    was told last.
    """

    key: str
    subjects: tuple[int, ...]
    start: int
    lat: float
    lon: float
    evidence: Evidence
    fresh: Any = None
    tell: bool = False

    @property
    def token(self) -> Any:
        """What must differ from the last finding's for this one to count."""
        if self.fresh is not None:
            return self.fresh
        return max(self.evidence["seq"], default=-1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule concludes from evidence.

    ``confidence``: named parts, each 0 to 1 (margin over the threshold, reception, identity, geometry, prior); their
    product is the alert's. ``false_if``: what would make it false, for the officer to check. ``geometry``: source of
    the lines that were used.
    """

    priority: str
    sentence: str
    confidence: Mapping[str, float]
    false_if: tuple[str, ...]
    action: str
    geometry: str = ""


class Judge(Protocol):
    """The part of a rule that concludes: pure, from evidence to a verdict; None: it is not so."""

    @property
    def name(self) -> str:
        """Name of the rule."""
        ...

    @property
    def version(self) -> str:
        """Version of the rule."""
        ...

    def parameters(self) -> dict[str, Any]:
        """Parameters in force, SI."""
        ...

    def judge(self, evidence: Evidence) -> Verdict | None:
        """The verdict on evidence."""
        ...

    def ended(self, evidence: Evidence) -> str:
        """The sentence of an alert whose cause is gone; empty: the last one stays."""
        ...


def conclude(rule: Judge, evidence: Evidence, state: str = "active") -> Alert | None:
    """The alert that a rule makes of evidence (with ``alert``: subjects, start, last, place); None where it is not so.

    This is the only way from evidence to an alert: live, and when it is explained later.
    """
    verdict = rule.judge(evidence)
    if verdict is None:
        return None
    about = evidence["alert"]
    parts = {name: round(float(part), 4) for name, part in verdict.confidence.items()}
    detail = {
        "confidence": parts, "false_if": list(verdict.false_if), "action": verdict.action, "geometry": verdict.geometry,
    }  # fmt: skip
    lat, lon = (math.nan if x is None else x for x in about["place"])
    return Alert(
        rule.name, rule.version, verdict.priority, tuple(about["subjects"]), about["start"], about["last"], lat, lon,
        verdict.sentence, state, evidence, rule.parameters(), round(math.prod(parts.values()), 4), detail,
    )  # fmt: skip


def explain(rule: Judge, evidence: Evidence, state: str = "active") -> Alert | None:
    """What a rule says of stored evidence today: the alert as it was told, if rule and evidence are still the same."""
    alert = conclude(rule, evidence, state)
    if alert is None or state == "active":
        return alert
    ended = rule.ended(evidence)
    return unpack(pack(alert), sentence=ended) if ended else alert


def pack(alert: Alert) -> dict[str, Any]:
    """An alert as plain values, for the state of a rule."""
    return {f.name: getattr(alert, f.name) for f in fields(alert)} | {"subjects": list(alert.subjects)}


def unpack(packed: Mapping[str, Any], **changed: Any) -> Alert:
    """The alert from what :func:`pack` made, with some fields changed."""
    return Alert(**{**packed, "subjects": tuple(packed["subjects"]), **changed})


def seal(alert: Alert) -> bytes:
    """An alert as one JSON text: what a state that keeps many of them for hours holds, and saves at once."""
    return json.dumps(pack(alert), separators=(",", ":"), default=item).encode()


def unseal(sealed: bytes | str | Mapping[str, Any], **changed: Any) -> Alert:
    """The alert from what :func:`seal` made, or :func:`pack` (older states), with some fields changed."""
    return unpack(sealed if isinstance(sealed, Mapping) else json.loads(sealed), **changed)


def item(value: Any) -> Any:
    """A NumPy number or array as plain values, where JSON meets one. Raises TypeError for other things."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is no evidence: give numbers, texts, lists and dicts")
