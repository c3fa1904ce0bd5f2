"""The few things that people name: Zone, Asset, Alert. Facts stay in tables."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from selat.model.errors import ConfigError

PRIORITIES = ("emergency", "alarm", "warning", "caution")  #: IMO MSC.302(87)
STATES = ("active", "acknowledged", "rectified", "cleared", "retracted")


@dataclass(frozen=True, slots=True)
class Zone:
    """A named polygon on WGS 84: ``ring`` is ((lon, lat), ...) in degrees; ``source`` says whose line it is."""

    name: str
    ring: tuple[tuple[float, float], ...]
    source: str = ""

    def __post_init__(self) -> None:
        ring = tuple((float(x), float(y)) for x, y in self.ring)
        if len(ring) > 1 and ring[0] == ring[-1]:
            ring = ring[:-1]
        if len(ring) < 3:
            raise ConfigError(f"zone {self.name!r} has fewer than 3 corners", hint="give (lon, lat) pairs in degrees")
        if any(not (-180 <= x <= 180 and -90 <= y <= 90) for x, y in ring):
            raise ConfigError(f"zone {self.name!r} leaves the earth", hint="the order is (lon, lat), in degrees")
        object.__setattr__(self, "ring", ring)

    @classmethod
    def box(cls, west: float, south: float, east: float, north: float, name: str = "box") -> Zone:
        """A rectangle of meridians and parallels, degrees."""
        return cls(name, ((west, south), (east, south), (east, north), (west, north)))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(west, south, east, north), degrees."""
        xs, ys = [p[0] for p in self.ring], [p[1] for p in self.ring]
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def is_box(self) -> bool:
        """True where the polygon is its own bounding box."""
        w, s, e, n = self.bounds
        corners = len(self.ring) == 4 and set(self.ring) == {(w, s), (e, s), (e, n), (w, n)}
        # the same corners in another order are a bow tie
        return corners and self.ring[0][0] != self.ring[2][0] and self.ring[0][1] != self.ring[2][1]


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
