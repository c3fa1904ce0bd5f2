"""What is staged in a scene beside its traffic: truths, and faults of transponders and receivers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from selat.model.errors import ConfigError
from selat.model.watchlist import Entry

SEVERITIES = ("high", "medium", "low")

#: what a report or a static message can say other than what is so, by name of :class:`Wrong`
WRONGS = {
    "sog": "speed, knots; None: not available",
    "cog": "course, degrees; None: not available",
    "heading": "degrees added to the heading",
    "heading_is": "heading, degrees; None: not available (511)",
    "rot": "rate of turn, degrees a minute; None: not available",
    "status": "navigational status",
    "lat": "degrees added to the latitude",
    "lon": "degrees added to the longitude",
    "lat_is": "latitude, degrees",
    "lon_is": "longitude, degrees",
    "fix": "no position, speed or course: the receiver on board has lost its satellites (any value)",
    "noise": "metres (1 sigma) of noise more on the position",
    "skew": "seconds added to the UTC second of the report",
    "pace": "factor of the reporting interval",
    "mmsi": "MMSI of reports and static data",
    "imo": "IMO number", "name": "name", "callsign": "call sign", "ship_type": "type of ship", "length": "length, m",
    "beam": "beam, m", "draught": "draught, m", "destination": "destination",
}  # fmt: skip
REPORTED = tuple(WRONGS)[: tuple(WRONGS).index("mmsi") + 1]  #: of position reports
DECLARED = tuple(WRONGS)[tuple(WRONGS).index("mmsi") :]  #: of static data
FAULTS = {
    "dead": "hears nothing",
    "short": "hears only this share of its reach",
    "deaf": "misses this share of what it would hear",
    "clock": "stamps so many seconds later than it is",
    "late": "sends on so many seconds later",
}


@dataclass(frozen=True, slots=True)
class Truth:
    """One thing that is so. ``subjects``: MMSI, ascending; ``start``, ``end``: ns UTC; ``place``: (lat, lon).

    ``negative``: looks like ``rule`` and is not: an alert of that rule about it is false; ``note`` says what it is.
    ``known``: ns UTC from which it could be known at all (a gap of 15 minutes: 15 minutes after it began); 0: ``start``.
    """

    rule: str
    subjects: tuple[int, ...]
    start: int
    end: int
    place: tuple[float, float]
    severity: str = "medium"
    negative: bool = False
    note: str = ""
    known: int = 0


@dataclass(frozen=True, slots=True)
class Silence:
    """The transponder of a ship (number in the fleet) sends nothing from ``on`` to ``off`` seconds."""

    ship: int
    on: float
    off: float


@dataclass(frozen=True, slots=True)
class Fault:
    """Something is wrong with a receiver (its name; "": with all) from ``on`` to ``off`` seconds; ``kind``: of FAULTS."""

    station: str
    on: float
    off: float
    kind: str = "dead"
    value: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in FAULTS:
            raise ConfigError(f"{self.kind!r} is no fault of a receiver", hint=f"one of {', '.join(FAULTS)}")


@dataclass(frozen=True, slots=True)
class Wrong:
    """Messages of a ship (number) say something else from ``on`` to ``off`` seconds: ``name`` of :data:`WRONGS`."""

    ship: int
    on: float
    off: float
    name: str
    value: Any

    def __post_init__(self) -> None:
        if self.name not in WRONGS:
            raise ConfigError(f"{self.name!r} is nothing that a ship says", hint=f"one of {', '.join(WRONGS)}")


@dataclass(frozen=True, slots=True)
class Held:
    """What a ship (number in the fleet) sends from ``on`` to ``off`` seconds comes to us so many ``seconds`` later."""

    ship: int
    on: float
    off: float
    seconds: float


@dataclass
class Staged:
    """All that is staged. ``beacons``: :class:`~selat.exercise.incidents.Beacon`; ``entries``: of lists of ships."""

    truths: list[Truth] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    wrongs: list[Wrong] = field(default_factory=list)
    beacons: list[Any] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Text:
    """A safety related broadcast (Message 14) of a ship (number in the fleet) at ``at`` seconds."""

    ship: int
    at: float
    text: str
