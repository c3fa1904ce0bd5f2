"""Zone: a named place with its rules and the source of its geometry.

A polygon (ring and holes), a line, or a point, on WGS 84. What may be asked of a zone (its *rules*) is declared once
here, in SI units; texts such as ``"12 kn"`` are read by the readers (``readers/zones_*.py``).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from selat.model.errors import ConfigError

Points = tuple[tuple[float, float], ...]

#: kinds of zones, each with what it is
KINDS = {
    "area": "any place that a rule is set for",
    "lane": "traffic lane of a separation scheme; its direction is that of the flow",
    "separation_zone": "zone between lanes",
    "separation_line": "line between lanes",
    "separation_boundary": "outer edge of a separation scheme, as a line",
    "roundabout": "roundabout of a separation scheme",
    "inshore_zone": "inshore traffic zone",
    "precautionary": "precautionary area",
    "deep_water_route": "route for ships of deep draught",
    "two_way_route": "route with traffic in both directions",
    "recommended_track": "recommended track or route",
    "anchorage": "place where ships may anchor",
    "no_anchoring": "place where ships may not anchor",
    "port": "harbour or its limits",
    "pilot_boarding": "place where pilots board",
    "cable": "submarine cable, or the area of one",
    "pipeline": "submarine pipeline, or the area of one",
    "platform": "offshore platform or its safety zone",
    "closed_area": "closed to fishing, or protected",
    "restricted": "entry or conduct restricted by law",
    "eez": "exclusive economic zone, as claimed",
    "territorial": "territorial sea, as claimed",
    "report_line": "line at which ships report",
    "gate": "line at which passages are counted",
    "sector": "sector of a vessel traffic service",
    "speed_segment": "part of a route with a speed limit; its direction is that of the ships it binds",
    "licensed": "place where something (dredging, fishing, transfer) is licensed",
    "depth": "area of a least depth",
}
DIRECTED = ("lane", "speed_segment", "deep_water_route", "recommended_track", "roundabout")  #: may have a direction

#: what a zone can ask: name -> (kind of quantity, what it means)
RULES = {
    "speed_max": ("speed", "highest speed over the ground"),
    "speed_min": ("speed", "lowest speed over the ground"),
    "length_min": ("distance", "binds ships of this length or more"),
    "length_max": ("distance", "binds ships of this length or less"),
    "draught_min": ("distance", "binds ships of this draught or more"),
    "draught_max": ("distance", "binds ships of this draught or less"),
    "depth": ("distance", "least depth below chart datum"),
    "dwell_max": ("duration", "longest stay"),
    "types": ("types", "binds these types of ship (ITU-R M.1371, 0 to 99)"),
    "flags": ("texts", "binds ships of these flags (ISO 3166, two letters)"),
    "mmsi": ("numbers", "these MMSI are allowed (licence, permit)"),
    "hours": ("hours", "holds between these times of day, UTC; (from, to) in seconds after midnight"),
    "entry": ("flag", "entry is allowed"),
    "anchoring": ("flag", "anchoring is allowed"),
    "fishing": ("flag", "fishing is allowed"),
    "dredging": ("flag", "dredging is allowed"),
    "transfer": ("flag", "transfer from ship to ship is allowed"),
    "vhf": ("text", "VHF channel"),
    "authority": ("text", "who is in charge"),
    "note": ("text", "for people"),
}
_NUMBERS = ("speed", "distance", "duration")


@dataclass(frozen=True, slots=True)
class Zone:
    """A named place on WGS 84: ``ring`` is ((lon, lat), ...) in degrees; ``source`` says whose line it is, and edition.

    ``kind``: one of :data:`KINDS`. ``direction``: deg true, of kinds in :data:`DIRECTED`; None elsewhere. ``line``:
    ``ring`` is a line (or one point) and not the edge of an area. ``width``: metres on either side of a line, or round
    a point, that belong to the zone; None: only the line itself. ``rules``: limits of :data:`RULES`, SI. ``holes``:
    rings that are not part of the area. Edges are straight in longitude and latitude (RFC 7946, 3.1.1).
    Raises :class:`ConfigError` for what cannot be a zone.
    """

    name: str
    ring: Points
    source: str = ""
    kind: str = "area"
    direction: float | None = None
    width: float | None = None
    rules: Mapping[str, Any] = field(default_factory=dict, hash=False)
    holes: tuple[Points, ...] = ()
    line: bool = False

    def __post_init__(self) -> None:
        ring = tuple((float(x), float(y)) for x, y in self.ring)
        if not self.line:
            ring = _opened(ring)
        least = 1 if self.line else 3
        if len(ring) < least:
            what = "no point" if self.line else "fewer than 3 corners"
            raise ConfigError(f"zone {self.name!r} has {what}", hint="give (lon, lat) pairs in degrees")
        holes = tuple(_opened(tuple((float(x), float(y)) for x, y in hole)) for hole in self.holes)
        if any(len(hole) < 3 for hole in holes) or (holes and self.line):
            raise ConfigError(f"zone {self.name!r} has a hole that is no ring", hint="a hole has 3 corners or more")
        if any(not (-180 <= x <= 180 and -90 <= y <= 90) for part in (ring, *holes) for x, y in part):
            raise ConfigError(f"zone {self.name!r} leaves the earth", hint="the order is (lon, lat), in degrees")
        object.__setattr__(self, "ring", ring)
        object.__setattr__(self, "holes", holes)
        object.__setattr__(self, "rules", checked_rules(self.rules, f"zone {self.name!r}"))
        self._check_kind()

    def _check_kind(self) -> None:
        if self.kind not in KINDS:
            raise ConfigError(
                f"zone {self.name!r}: {self.kind!r} is no kind of zone", hint=f"one of {', '.join(KINDS)}"
            )
        if self.direction is not None:
            if self.kind not in DIRECTED:
                hint = f"only these have one: {', '.join(DIRECTED)}"
                raise ConfigError(f"zone {self.name!r} of kind {self.kind} has a direction", hint=hint)
            if not math.isfinite(self.direction):
                raise ConfigError(f"zone {self.name!r}: a direction of {self.direction}", hint="degrees true, 0 to 360")
            object.__setattr__(self, "direction", float(self.direction) % 360.0)
        if self.width is not None:
            if not self.line:
                raise ConfigError(
                    f"zone {self.name!r} is an area and has a width", hint="only lines and points have one"
                )
            if not (math.isfinite(self.width) and self.width > 0):
                raise ConfigError(f"zone {self.name!r}: a width of {self.width} m", hint="more than 0 m")
            object.__setattr__(self, "width", float(self.width))

    @classmethod
    def box(cls, west: float, south: float, east: float, north: float, name: str = "box") -> Zone:
        """A rectangle of meridians and parallels, degrees."""
        return cls(name, ((west, south), (east, south), (east, north), (west, north)))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(west, south, east, north) of the ring or line, degrees; a width is not in it."""
        xs, ys = [p[0] for p in self.ring], [p[1] for p in self.ring]
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def is_box(self) -> bool:
        """True where the polygon is its own bounding box."""
        if self.line or self.holes:
            return False
        w, s, e, n = self.bounds
        corners = len(self.ring) == 4 and set(self.ring) == {(w, s), (e, s), (e, n), (w, n)}
        # the same corners in another order are a bow tie
        return corners and self.ring[0][0] != self.ring[2][0] and self.ring[0][1] != self.ring[2][1]

    @property
    def version(self) -> str:
        """Hash of all that it is, 12 hex digits: an alert names the zone as it was when it was judged."""
        text = json.dumps(plain(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def plain(zone: Zone) -> dict[str, Any]:
    """The zone as plain values that survive JSON; :func:`zone_of` is the way back."""
    return {
        "name": zone.name, "ring": [list(p) for p in zone.ring], "source": zone.source, "kind": zone.kind,
        "direction": zone.direction, "width": zone.width, "rules": dict(zone.rules),
        "holes": [[list(p) for p in hole] for hole in zone.holes], "line": zone.line,
    }  # fmt: skip


def zone_of(found: Mapping[str, Any]) -> Zone:
    """The zone of what :func:`plain` made."""
    ring = tuple((x, y) for x, y in found["ring"])
    holes = tuple(tuple((x, y) for x, y in hole) for hole in found["holes"])
    return Zone(**{**found, "ring": ring, "holes": holes})


def checked_rules(rules: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Rules with plain values, in the order of :data:`RULES`; raises :class:`ConfigError` for what is none."""
    for name in rules:
        if name not in RULES:
            raise ConfigError(f"{where}: {name!r} is no rule of a zone", hint=f"known: {', '.join(RULES)}")
    out = {}
    for name, (quantity, _) in RULES.items():
        if name in rules:
            try:
                out[name] = _checked(quantity, rules[name])
            except (TypeError, ValueError):
                hint = f"it is a {quantity}, in SI units"
                raise ConfigError(f"{where}: {name} = {rules[name]!r}", hint=hint) from None
    return out


def _checked(quantity: str, value: Any) -> Any:
    if quantity in _NUMBERS:
        number = float(value)
        if not math.isfinite(number) or isinstance(value, str | bool):
            raise ValueError
        return number
    if quantity == "flag":
        if not isinstance(value, bool):
            raise ValueError
        return value
    if quantity in ("types", "numbers"):
        return sorted({int(v) for v in value})
    if quantity == "texts":
        if isinstance(value, str):
            raise ValueError
        return sorted({str(v) for v in value})
    if quantity == "hours":
        begin, end = (float(v) for v in value)
        if not (0 <= begin <= 86400 and 0 <= end <= 86400):
            raise ValueError
        return [begin, end]
    return str(value)


def _opened(ring: Points) -> Points:
    """Without the first corner again at the end."""
    return ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring
