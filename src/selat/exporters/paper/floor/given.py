"""What the reports of a sea are made of. Times in ns UTC (0: never), places in degrees, lengths in metres, speeds in m/s."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from selat.exporters.paper.ground import Land
from selat.model.columns import Array
from selat.model.zone import Zone


@dataclass(frozen=True, slots=True)
class Basis:
    """What a report rests on: the sea (its number and its folder's name), the period, the hash of the data, the log of deeds."""

    sea: str
    begin: int
    end: int
    data_hash: str
    version: str
    log_rows: int = 0
    log_hash: str = ""


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert and where it stands with people. ``names``: of its ships, as (MMSI, name)."""

    id: str
    rule: str
    version: str
    priority: str
    state: str
    names: tuple[tuple[int, str], ...]
    time: int
    last: int
    lat: float
    lon: float
    sentence: str
    confidence: float = 1.0
    cause: str = ""
    closed_by: str = ""
    closed_at: int = 0
    acknowledged_by: str = ""
    acknowledged_at: int = 0
    assigned: str = ""
    note: str = ""

    @property
    def open(self) -> bool:
        """Whether it still asks something of somebody; a caution is recorded and asks nothing."""
        return self.state not in ("cleared", "retracted") and self.priority != "caution"


@dataclass(frozen=True, slots=True)
class Ship:
    """A ship as declared; empty and 0 where nothing is known."""

    mmsi: int
    name: str = ""
    callsign: str = ""
    imo: int = 0
    category: str = "unknown"
    flag: str = ""
    length: float = 0.0
    beam: float = 0.0
    said: str = ""  #: ship type in the words of the standard


@dataclass(frozen=True, slots=True)
class Outage:
    """A source that was silent; ``ended`` 0: it still was."""

    source: str
    began: int
    ended: int


@dataclass(frozen=True, slots=True)
class Cells:
    """How many ships were heard in each cell: ``count`` (rows from south, columns from west), ``side`` degrees."""

    west: float
    south: float
    side: float
    count: Array


@dataclass(frozen=True, slots=True)
class Place:
    """What a map is drawn on."""

    land: Land = field(default_factory=Land)
    zones: tuple[Zone, ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """A day, or another period. ``counts``, ``before``: of it and of as long a one before (None: nothing was heard).

    ``counts``: what :mod:`selat.app.papers._counts` counts.
    ``notable``: (ship, reasons as (word key, values)).
    """

    basis: Basis
    counts: Mapping[str, Any]
    before: Mapping[str, Any] | None
    alerts: tuple[AlertRow, ...]
    outages: tuple[Outage, ...]
    rejects: int | None  #: lines that were not kept; None: not for who asks
    notable: tuple[tuple[Ship, tuple[tuple[str, Mapping[str, Any]], ...]], ...]
    cells: Cells | None
    place: Place


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a ship stood."""

    begin: int
    end: int
    lat: float
    lon: float
    port: str = ""
    port_away: float = 0.0


@dataclass(frozen=True, slots=True)
class Meeting:
    """Another ship beside her: seen by us, or named by a rule on pairs."""

    begin: int
    end: int
    lat: float
    lon: float
    other: Ship
    nearest: float | None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """A silence: how far she was moved over it, and which sources were down."""

    begin: int
    end: int
    metres: float
    down: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dossier:
    """A ship. ``identity``: (fact, value, first said, last said, times); ``track``: (m, 3) time, lat, lon.

    ``days``: (day, reports, stations).
    """

    basis: Basis
    ship: Ship
    identity: tuple[tuple[str, str, int, int, int], ...]
    track: Array
    stops: tuple[Stop, ...]
    meetings: tuple[Meeting, ...]
    gaps: tuple[Gap, ...]
    alerts: tuple[AlertRow, ...]
    days: tuple[tuple[str, int, int], ...]
    reports: int
    place: Place


@dataclass(frozen=True, slots=True)
class Told:
    """An alert in full. ``parameters``: (name, value, unit, meaning, source); ``measured``: (name, value) of its evidence.

    ``rows``: (row, time, MMSI, lat, lon, speed, course, heading, station); ``log``: (row, time, who, action, told, hash).
    ``broken``: first row of the log that does not hold. ``again``: (word key, values). ``tracks``: MMSI: (m, 3).
    """

    basis: Basis
    alert: AlertRow
    ships: tuple[Ship, ...]
    confidence: tuple[tuple[str, float], ...]
    false_if: tuple[str, ...]
    action: str
    geometry: str
    parameters: tuple[tuple[str, str, str, str, str], ...]
    measured: tuple[tuple[str, str], ...]
    again: tuple[str, Mapping[str, Any]]
    missing: int
    rows: tuple[tuple[int, int, int, float, float, float, float, int, str], ...]
    log: tuple[tuple[int, int, str, str, str, str], ...]
    broken: int | None
    similar: tuple[tuple[str, str, str], ...]
    tracks: Mapping[int, Array]
    place: Place
    text: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """A ship inside a zone: first and last report in it, seconds inside, highest speed, how often she came."""

    ship: Ship
    first: int
    last: int
    seconds: float
    speed: float
    visits: int


@dataclass(frozen=True, slots=True)
class Area:
    """A zone over a period."""

    basis: Basis
    zone: Zone
    counts: Mapping[str, Any]
    visits: tuple[Visit, ...]
    alerts: tuple[AlertRow, ...]
    outages: tuple[Outage, ...]
    cells: Cells | None
    place: Place
