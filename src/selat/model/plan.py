"""Plan: who searches where, when and how; what it is worth. Plain values, so that exporters and pages need nothing else.

Times in ns UTC, places in degrees (WGS 84), lengths in metres, speeds in m/s, courses in degrees from true north.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from selat.model.errors import FormatError

APPROVAL = "Not for operational use without approval by the SAR authority"
VERSION = 1

#: search patterns (IAMSAR Manual, Volume II, chapter 5)
PATTERNS = {
    "PS": "parallel track",
    "CS": "creeping line",
    "SS": "expanding square",
    "VS": "sector",
    "TSR": "track line, return",
    "TSN": "track line, non-return",
    "BS": "barrier",
    "OS": "contour",
}


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A place to be at a time; ``course`` and ``length`` of the leg that begins here (0 at the end), ``turn``: change of
    course here, negative to port."""

    lat: float
    lon: float
    time: int
    course: float = 0.0
    turn: float = 0.0
    length: float = 0.0


@dataclass(frozen=True, slots=True)
class SubArea:
    """A search area at the moment ``time``; it moves with ``drift_speed`` towards ``drift_direction`` (0: it lies still).

    Where a shore cuts it, ``water`` are the rings of its water at that moment, each of (lat, lon), counterclockwise, and land
    within them clockwise; ``dry``: m2 of land in it, the mean of its search.
    """

    corners: tuple[tuple[float, float], ...]  #: (lat, lon), four, in order
    lat: float
    lon: float
    length: float
    width: float
    axis: float  #: direction of the length, degrees, 0 to 180
    time: int
    drift_speed: float = 0.0
    drift_direction: float = 0.0
    water: tuple[tuple[tuple[float, float], ...], ...] = ()
    dry: float = 0.0

    @property
    def size(self) -> float:
        """Square metres of water."""
        return self.length * self.width - self.dry

    @property
    def outlines(self) -> tuple[tuple[tuple[float, float], ...], ...]:
        """Outer rings of what is searched: its corners, or the outlines of its water."""
        return tuple(ring for ring in self.water if _turn(ring) > 0.0) or (self.corners,)

    @property
    def holes(self) -> tuple[tuple[tuple[float, float], ...], ...]:
        """Rings of land within the outlines."""
        return tuple(ring for ring in self.water if _turn(ring) <= 0.0)


def _turn(ring: tuple[tuple[float, float], ...]) -> float:
    """Twice the area of a ring of (lat, lon) on a plane, above zero counterclockwise."""
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    base = ring[0][1]
    return sum(((q[1] - base) * (r[0] - ring[0][0]) - (r[1] - base) * (q[0] - ring[0][0])) for q, r in pairs)


@dataclass(frozen=True, slots=True)
class Task:
    """One searcher in one area."""

    name: str  #: of the area: A1, A2, ...
    searcher: str
    platform: str
    pattern: str
    area: SubArea
    begin: int  #: at the commence search point
    end: int
    speed: float
    sweep_width: float
    spacing: float
    coverage: float
    poc: float  #: probability that the object is in the area at some moment of the search
    pod: float
    pos: float
    waypoints: tuple[Waypoint, ...]
    agency: str = ""
    callsign: str = ""
    mmsi: int = 0
    altitude: float = 0.0
    creep: float = 0.0  #: direction in which the legs advance
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Tasks, and what they are worth together. ``weaknesses`` are for its first lines."""

    case: str
    target: str
    made: int
    begin: int
    end: int
    datum: tuple[float, float]
    pos: float  #: probability of success on particles that the planner did not see, detection by random search
    bound: float  #: what no plan with as much effort can exceed
    pos_ideal: float = 0.0  #: if the tracks are sailed exactly as drawn (inverse-cube law)
    pos_before: float = 0.0  #: found by the searches before, had they been lucky
    ashore: float = 0.0  #: probability that the object is ashore
    tasks: tuple[Task, ...] = ()
    weaknesses: tuple[str, ...] = ()
    conditions: Mapping[str, Any] = field(default_factory=dict)
    contours: Mapping[str, Any] = field(default_factory=dict)
    approval: str = APPROVAL

    @property
    def share(self) -> float:
        """Its probability of success as a part of the bound."""
        return self.pos / self.bound if self.bound > 0 else 0.0

    def first_line(self) -> str:
        """What must be read first: approval, then what the plan is weak in."""
        return " | ".join((self.approval, *self.weaknesses)) if self.approval else " | ".join(self.weaknesses)


def to_dict(plan: Plan) -> dict[str, Any]:
    """As values of JSON."""
    return {"selat": "search plan", "version": VERSION, **asdict(plan)}


def from_dict(data: Mapping[str, Any]) -> Plan:
    """Back from :func:`to_dict`; raises :class:`FormatError` for what is none."""
    if data.get("selat") != "search plan":
        raise FormatError("this is no search plan", hint="give a file that `selat rescue plan` wrote")
    if data.get("version") != VERSION:
        raise FormatError(
            f"a search plan of version {data.get('version')}", hint="plan again with this version of selat"
        )
    try:
        rest = {k: v for k, v in data.items() if k not in ("selat", "version", "tasks", "datum", "weaknesses")}
        tasks = tuple(_task(t) for t in data["tasks"])
        return Plan(**rest, tasks=tasks, datum=tuple(data["datum"]), weaknesses=tuple(data["weaknesses"]))
    except (KeyError, TypeError) as e:
        raise FormatError(f"the search plan is damaged ({e})", hint="plan again") from None


def _ring(points: Any) -> tuple[tuple[float, float], ...]:
    return tuple((float(a), float(b)) for a, b in points)


def _task(data: Mapping[str, Any]) -> Task:
    area = dict(data["area"])
    area["corners"] = _ring(area["corners"])
    area["water"] = tuple(_ring(r) for r in area.get("water", ()))
    rest = {k: v for k, v in data.items() if k not in ("area", "waypoints", "notes")}
    waypoints = tuple(Waypoint(**w) for w in data["waypoints"])
    return Task(**rest, area=SubArea(**area), waypoints=waypoints, notes=tuple(data["notes"]))
