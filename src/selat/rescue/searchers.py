"""Searchers: boats and aircraft at hand, how long each can search, and how wide it sees."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import numpy as np

from selat.kernels import geodesy
from selat.model import units
from selat.model.clock import HOUR, SECOND, format_time, parse_time
from selat.model.errors import ConfigError
from selat.model.nouns import Asset
from selat.rescue import sun, waters
from selat.rescue.sweep import PLATFORMS, SweepWidth, sweep_width
from selat.tracks.coast import Coast

SEARCHING = 0.85  #: part of the time on scene that is searched: the rest for turns and looking closer (IAMSAR II, 5.3)
EYES = {"boat": 8.0 * units.FOOT, "ship": 0.0, "helicopter": 500.0 * units.FOOT, "aircraft": 1000.0 * units.FOOT}
AREAS = ("PS", "CS", "SS", "VS")  #: patterns of areas
LINES = ("TSR", "TSN", "BS", "OS")  #: patterns along a line
NO_WAY = "no way by sea to the area is known: times are those of a straight line"
SHORTEST = 600.0  #: seconds on scene below which nothing can be searched


@dataclass(frozen=True, slots=True)
class Searcher:
    """A boat or an aircraft. Metres, m/s, seconds, degrees, ns UTC.

    ``speed``: while searching; ``transit``: on the way (0: the same); ``endurance``: from ``ready`` until it must be back at
    ``home`` (default: where it starts); ``eye``: height of eye or altitude (0: usual for its platform); ``width``: its sweep
    width by hand (0: from the table, and then by day only); ``sea_speeds``: (height of the sea, factor on both speeds)
    pairs, rising; ``pattern`` PS, CS, SS or VS ("": what suits), or TSR, TSN, BS or OS along ``line``, (lat, lon) places,
    with ``spacing`` (m, 0: by the sweep width).
    """

    name: str
    platform: str
    lat: float
    lon: float
    speed: float
    endurance: float
    ready: int = 0
    transit: float = 0.0
    eye: float = 0.0
    width: float = 0.0
    tired: bool = False
    home: tuple[float, float] | None = None
    sea_speeds: tuple[tuple[float, float], ...] = ()
    pattern: str = ""
    line: tuple[tuple[float, float], ...] = ()
    spacing: float = 0.0
    agency: str = ""
    callsign: str = ""
    mmsi: int = 0

    def __post_init__(self) -> None:
        if self.platform not in PLATFORMS:
            raise ConfigError(f"{self.name}: {self.platform!r} is no platform", hint=f"one of {', '.join(PLATFORMS)}")
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):
            raise ConfigError(
                f"{self.name}: no place on earth: {self.lat} {self.lon}", hint="degrees, north and east positive"
            )
        for what in ("speed", "endurance"):
            if not 0.0 < getattr(self, what) < 1e7:
                raise ConfigError(f"{self.name}: {what} of {getattr(self, what)}", hint=f"give its {what}, above zero")
        if self.platform in ("boat", "ship") and max(self.speed, self.transit) > 50.0:
            raise ConfigError(
                f"{self.name}: a {self.platform} at {max(self.speed, self.transit) / units.KNOT:.0f} kn",
                hint="is the unit right? knots are 'kn', metres a second 'm/s'",
            )
        if self.pattern not in ("", *AREAS, *LINES):
            raise ConfigError(
                f"{self.name}: pattern {self.pattern!r} cannot be planned",
                hint=f"{', '.join(AREAS)}, or leave it out; {', '.join(LINES)} with a line",
            )
        if (self.pattern in LINES) != bool(self.line):
            lacks = f"pattern {self.pattern} without a line" if not self.line else "a line without a pattern for it"
            raise ConfigError(
                f"{self.name}: {lacks}", hint=f"give line = [[lat, lon], ...] and one of {', '.join(LINES)}"
            )

    @classmethod
    def of(cls, asset: Asset, **more: Any) -> Searcher:
        """From an asset of the register; ``more`` overrides."""
        kind = {"uav": "aircraft"}.get(asset.kind, asset.kind)
        values: dict[str, Any] = {
            "name": asset.name, "platform": kind, "lat": asset.lat, "lon": asset.lon, "speed": asset.speed,
            "endurance": asset.endurance, "mmsi": asset.mmsi,
        }  # fmt: skip
        return cls(**values | more)

    def in_sea(self, sea: float) -> Searcher:
        """With the speeds of that height of the sea (m): linear between the given pairs, 1 below the first."""
        if not self.sea_speeds:
            return self
        heights, factors = zip(*((0.0, 1.0), *self.sea_speeds), strict=True)
        factor = float(np.interp(sea, heights, factors))
        if factor <= 0.0:
            raise ConfigError(f"{self.name} cannot search in a sea of {sea:.1f} m", hint="take a larger one, or wait")
        return replace(self, speed=self.speed * factor, transit=(self.transit or self.speed) * factor)

    def far(self, lat: float, lon: float) -> float:
        """Metres from where it is."""
        return float(geodesy.distance(self.lat, self.lon, lat, lon))

    def back(self, lat: float, lon: float) -> float:
        """Metres from a place to its home."""
        return float(geodesy.distance(lat, lon, *(self.home or (self.lat, self.lon))))


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the table asks for: the object (a name of :func:`selat.rescue.sweep.objects`), visibility m, wind m/s, sea m."""

    target: str
    visibility: float = 10.0 * units.NAUTICAL_MILE
    wind: float = 0.0
    sea: float = 0.0


@dataclass(frozen=True, slots=True)
class Span:
    """When a searcher is on scene (ns), its sweep width, and what a reader must know."""

    begin: int
    end: int
    seen: SweepWidth
    notes: tuple[str, ...] = ()


def width_of(searcher: Searcher, conditions: Conditions) -> SweepWidth:
    """Its sweep width: by hand where it was given, else of the table."""
    if searcher.width > 0.0:
        return SweepWidth(searcher.width, searcher.width, notes=("sweep width given by hand",))
    eye = searcher.eye or EYES[searcher.platform]
    seen = sweep_width(
        conditions.target, searcher.platform, eye=eye, visibility=conditions.visibility, wind=conditions.wind,
        sea=conditions.sea, speed=searcher.speed, tired=searcher.tired,
    )  # fmt: skip
    if seen.width <= 0.0:
        raise ConfigError(
            f"{searcher.name} cannot see a {conditions.target} from {eye:.0f} m in this visibility",
            hint="fly lower, take another searcher, or give its sweep width by hand",
        )
    return seen


def _ways(searcher: Searcher, lat: float, lon: float, coast: Coast | None) -> tuple[float, float, tuple[str, ...]]:
    """(metres to a place, metres from there home, notes): by sea for boats and ships where the coast is known."""
    straight = searcher.far(lat, lon), searcher.back(lat, lon)
    if coast is None or searcher.platform not in ("boat", "ship"):
        return *straight, ()
    to = waters.way(coast, (searcher.lat, searcher.lon), (lat, lon))[1]
    home = searcher.home or (searcher.lat, searcher.lon)
    back = to if home == (searcher.lat, searcher.lon) else waters.way(coast, (lat, lon), home)[1]
    if not (math.isfinite(to) and math.isfinite(back)):
        return *straight, (NO_WAY,)
    if to < 1.05 * straight[0]:
        return to, back, ()
    miles = units.nautical_miles
    return to, back, (f"{miles(to):.1f} nm by sea to the area, {miles(straight[0]):.1f} nm straight",)


def span_of(
    searcher: Searcher, lat: float, lon: float, begin: int, end: int, conditions: Conditions, coast: Coast | None = None
) -> Span:
    """When it can search about a place between two times; boats go round the land of ``coast``.

    Raises :class:`ConfigError` where it cannot arrive and be back within its endurance, arrives after ``end``, or finds no
    daylight while its sweep width is that of the table.
    """
    pace = searcher.transit or searcher.speed
    ready = max(searcher.ready, begin) if searcher.ready else begin
    far, back, round_land = _ways(searcher, lat, lon, coast)
    there, home = far / pace, back / pace
    arrive = ready + int(there * SECOND)
    leave = min(end, ready + int((searcher.endurance - home) * SECOND))
    miles = units.nautical_miles(far)
    if there + home + SHORTEST > searcher.endurance:
        raise ConfigError(
            f"{searcher.name} cannot search there: {miles:.0f} nm away, {(there + home) / 3600:.1f} h of its endurance of "
            f"{searcher.endurance / 3600:.1f} h go on the way",
            hint="take one that is nearer or faster, let it refuel nearer (home), or leave it out",
        )
    if arrive + int(SHORTEST * SECOND) > end:
        raise ConfigError(
            f"{searcher.name} arrives at {format_time(arrive)}, and the search ends at {format_time(end)}",
            hint="plan for a later end, or leave it out",
        )
    seen = width_of(searcher, conditions)
    notes = [*seen.notes, *round_land]
    if searcher.width <= 0.0:
        bright = max(sun.daylight(lat, lon, arrive, leave), key=lambda s: s[1] - s[0], default=(arrive, arrive))
        if bright[1] - bright[0] < int(SHORTEST * SECOND):
            first = sun.daylight(lat, lon, arrive, arrive + 24 * HOUR)
            rise = f"the sun rises at {format_time(first[0][0])}; " if first else ""
            raise ConfigError(
                f"{searcher.name} would search in the dark, and the sweep-width table is for daylight",
                hint=f"{rise}search then, or give its sweep width by night by hand (width = '0.1 nm')",
            )
        if bright != (arrive, leave):
            notes.append("on scene only while the sun is up")
        arrive, leave = bright
    return Span(arrive, leave, seen, tuple(notes))


_READ = {"speed": units.speed, "transit": units.speed, "endurance": units.duration, "eye": units.distance,
         "width": units.distance, "ready": parse_time, "spacing": units.distance}  # fmt: skip


_LISTS: dict[str, Callable[[Any], Any]] = {
    "sea_speeds": lambda v: tuple((units.distance(height), float(f)) for height, f in v),
    "home": lambda v: (float(v[0]), float(v[1])),
    "line": lambda v: tuple((float(p[0]), float(p[1])) for p in v),
}
_HINTS = {
    "sea_speeds": 'pairs of a height and a factor, [["1 m", 0.9], ["2 m", 0.5]]',
    "home": "latitude and longitude in degrees, [2.52, 101.79]",
    "line": "places in degrees, [[2.52, 101.79], [2.17, 102.08]]",
}


def read_searchers(text: str) -> list[Searcher]:
    """Searchers of a TOML text with a table ``[[searcher]]`` for each; quantities are texts with their units.

    Raises :class:`ConfigError` for what cannot be read, with the searcher's name.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise ConfigError(
            f"searchers cannot be read: {e}", hint="one [[searcher]] for each, name = 'value' below it"
        ) from None
    rows = data.get("searcher", [])
    if not isinstance(rows, list) or not rows:
        raise ConfigError(
            "there is no searcher", hint="write [[searcher]] and below it name, platform, lat, lon, speed, endurance"
        )
    found = [_read(row) for row in rows]
    names = [s.name for s in found]
    if len(set(names)) < len(names):
        raise ConfigError("two searchers have the same name", hint="give each a name of its own")
    return found


def _read(row: Mapping[str, Any]) -> Searcher:
    name = str(row.get("name", "a searcher"))
    known = {f.name for f in fields(Searcher)}
    unknown = set(row) - known
    if unknown:
        raise ConfigError(f"{name}: unknown {', '.join(sorted(unknown))}", hint=f"known: {', '.join(sorted(known))}")
    lacking = {"name", "platform", "lat", "lon", "speed", "endurance"} - set(row)
    if lacking:
        raise ConfigError(f"{name} lacks {', '.join(sorted(lacking))}", hint="give them")
    values: dict[str, Any] = dict(row)
    for key, value in row.items():
        if key in _READ:
            text = value.isoformat() if isinstance(value, datetime) else value  # TOML has times of its own
            if isinstance(text, list | dict):
                raise ConfigError(f"{name}: {key} of {value!r}", hint="a text with its unit, as in '15 kn'")
            values[key] = _READ[key](text)
        elif key in _HINTS:
            try:
                values[key] = _LISTS[key](value)
            except (TypeError, ValueError, IndexError, KeyError):
                raise ConfigError(f"{name}: {key} of {value!r}", hint=_HINTS[key]) from None
        elif key in ("lat", "lon", "mmsi") and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise ConfigError(f"{name}: {key} of {value!r}", hint="a number; places in decimal degrees")
        elif key in ("name", "platform", "pattern", "agency", "callsign") and not isinstance(value, str):
            raise ConfigError(f"{name}: {key} of {value!r}", hint="a text, in quotation marks")
    return Searcher(**values)
