"""What is staged in a scene beside its traffic: truths, and faults of transponders and receivers."""

from __future__ import annotations

from dataclasses import dataclass, field

SEVERITIES = ("high", "medium", "low")


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
    """A receiver (its name) hears nothing from ``on`` to ``off`` seconds."""

    station: str
    on: float
    off: float


@dataclass(frozen=True, slots=True)
class Wrong:
    """Reports of a ship (number) carry other values from ``on`` to ``off`` seconds.

    ``name``: ``sog`` (knots), ``status``, ``heading`` (deg added), ``lat``/``lon`` (deg added), ``draught`` (m).
    """

    ship: int
    on: float
    off: float
    name: str
    value: float


@dataclass
class Staged:
    """All that is staged."""

    truths: list[Truth] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    wrongs: list[Wrong] = field(default_factory=list)
