"""The few things that people name: Zone, Asset, Alert. Facts stay in tables."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from selat.model.errors import ConfigError
from selat.model.zone import Zone

PRIORITIES = ("emergency", "alarm", "warning", "caution")  #: IMO MSC.302(87)
STATES = ("active", "acknowledged", "rectified", "cleared", "retracted")


@dataclass(frozen=True, slots=True)
class Asset:
    """Something we can send or see with: ``kind`` boat, radar, ais_station, uav, aircraft; speed m/s, endurance s."""

    name: str
    kind: str
    lat: float
    lon: float
    mmsi: int = 0
    speed: float = 0.0
    endurance: float = 0.0
    grant: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """What needs a look: see the table ``alerts``. Times in ns UTC, ``lat``/``lon`` in degrees.

    ``evidence`` holds all that the rule judged, ``detail`` what it adds for people: ``confidence`` (its named parts),
    ``false_if`` (what would make it false), ``action`` (what to do), ``geometry`` (whose lines were used). ``lead``: id
    of the alert of the same event that is shown in its place.
    """

    rule: str
    version: str
    priority: str
    subjects: tuple[int, ...]
    time: int
    last: int
    lat: float
    lon: float
    sentence: str
    state: str = "active"
    evidence: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    confidence: float = 1.0
    detail: dict[str, Any] = field(default_factory=dict)
    lead: str = ""

    def __post_init__(self) -> None:
        if not 0.0 <= self.confidence <= 1.0:
            raise ConfigError(f"a confidence of {self.confidence}", hint="give a probability, 0 to 1")
        if self.priority not in PRIORITIES:
            raise ConfigError(f"{self.priority!r} is no alert priority", hint=f"one of {', '.join(PRIORITIES)}")
        if self.state not in STATES:
            raise ConfigError(f"{self.state!r} is no alert state", hint=f"one of {', '.join(STATES)}")

    @property
    def id(self) -> str:
        """Hash of rule, subjects and start: the same facts make the same id, whenever they are replayed."""
        key = json.dumps([self.rule, sorted(self.subjects), self.time])
        return hashlib.sha256(key.encode()).hexdigest()[:16]


__all__ = ["PRIORITIES", "STATES", "Alert", "Asset", "Zone"]
