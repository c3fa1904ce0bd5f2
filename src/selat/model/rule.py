"""Parameters of rules: declared once, with unit, text and source; shown with every alert.

::

    @dataclass(frozen=True, slots=True)
    class Parameters:
        horizon: float = param(1200.0, "s", "Look so far ahead", "IMO ...")
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from selat.model.columns import Columns
from selat.model.nouns import Alert


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
    """A small sea in which the rule must fire: its rows, and whom the alerts must name with which priority."""

    reports: Columns
    statics: Columns
    messages: Columns
    expect: tuple[tuple[str, tuple[int, ...]], ...]


def pack(alert: Alert) -> dict[str, Any]:
    """An alert as plain values, for the state of a rule."""
    return {f.name: getattr(alert, f.name) for f in fields(alert)} | {"subjects": list(alert.subjects)}


def unpack(packed: dict[str, Any], **changed: Any) -> Alert:
    """The alert from what :func:`pack` made, with some fields changed."""
    return Alert(**{**packed, "subjects": tuple(packed["subjects"]), **changed})
