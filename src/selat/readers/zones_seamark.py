"""OpenStreetMap's seamark tags to zones (OpenSeaMap's scheme, after the objects of IHO S-57).

A ``separation_lane`` is a line in the middle of the lane, drawn in the direction of the traffic: the way's direction is
the lane's. It has no width; ``selat zones SEA import`` measures one to the nearest separation line, zone or boundary.
Data of OpenStreetMap are under the ODbL and of unknown age: confirm before operational use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from selat.kernels import geodesy
from selat.model.errors import SelatError
from selat.model.units import NAUTICAL_MILE
from selat.readers.zones_file import Found, Trouble, joined, quantity

Point = tuple[float, float]
OSM = "OpenStreetMap (ODbL), © OpenStreetMap contributors"

#: seamark:type -> (kind where it is an area, kind where it is a line or a point; empty: not a zone)
TYPES = {
    "separation_lane": ("lane", "lane"),
    "separation_zone": ("separation_zone", "separation_line"),
    "separation_line": ("separation_zone", "separation_line"),
    "separation_boundary": ("separation_boundary", "separation_boundary"),
    "separation_crossing": ("precautionary", ""),
    "separation_roundabout": ("roundabout", ""),
    "inshore_traffic_zone": ("inshore_zone", ""),
    "precautionary_area": ("precautionary", "precautionary"),
    "deep_water_route_part": ("deep_water_route", ""),
    "deep_water_route_centreline": ("", "deep_water_route"),
    "two-way_route_part": ("two_way_route", ""),
    "recommended_route_centreline": ("", "recommended_track"),
    "recommended_track": ("recommended_track", "recommended_track"),
    "recommended_traffic_lane": ("recommended_track", "recommended_track"),
    "anchorage": ("anchorage", "anchorage"),
    "anchor_berth": ("anchorage", "anchorage"),
    "harbour": ("port", "port"),
    "harbour_basin": ("port", ""),
    "pilot_boarding": ("pilot_boarding", "pilot_boarding"),
    "cable_submarine": ("cable", "cable"),
    "cable_area": ("cable", ""),
    "pipeline_submarine": ("pipeline", "pipeline"),
    "pipeline_area": ("pipeline", ""),
    "platform": ("platform", "platform"),
    "production_area": ("restricted", ""),
    "restricted_area": ("restricted", ""),
    "military_area": ("restricted", ""),
    "marine_farm": ("restricted", ""),
    "cargo_transhipment_area": ("licensed", "licensed"),
    "dumping_ground": ("restricted", ""),
}
_DIRECTED = ("lane", "deep_water_route", "recommended_track")
#: restrictions of seamark:*:restriction -> (rule, value)
_RESTRICTIONS = {
    "no_anchoring": ("anchoring", False), "restricted_anchoring": ("anchoring", False),
    "no_fishing": ("fishing", False), "restricted_fishing": ("fishing", False),
    "no_trawling": ("fishing", False), "restricted_trawling": ("fishing", False),
    "no_entry": ("entry", False), "restricted_entry": ("entry", False),
    "no_dredging": ("dredging", False), "restricted_dredging": ("dredging", False),
}  # fmt: skip
_BORDERS = {"territorial": "territorial", "eez": "eez"}


def add_seamark(
    found: Found, where: str, tags: Mapping[str, Any], ring: Sequence[Point], holes: tuple[list[Point], ...],
    *, line: bool, source: str,
) -> None:  # fmt: skip
    """Add the zone of one geometry with its tags. A closed way of an areal type is an area."""
    what = str(tags.get("seamark:type") or "")
    border = _BORDERS.get(str(tags.get("border_type") or ""), "")
    if what not in TYPES and not border:
        found.skip(what or "without seamark:type")
        return
    areal, linear = TYPES[what] if not border else (border, "")
    closed = len(ring) > 3 and ring[0] == ring[-1]
    if line and closed and areal not in ("", "lane", "separation_boundary"):
        line = False
    kind = linear if line else areal
    if not kind:
        hint = f"{what} is an area: close the way" if line else f"{what} is a line"
        found.trouble.append(Trouble(where, f"{what or 'border'} as {'an open line' if line else 'an area'}", hint))
        return
    if not line and kind == "separation_boundary":
        line, ring = True, [*ring, ring[0]]
    try:
        rules = _rules(tags, what)
        width = quantity("distance", tags["width"], "width") if line and isinstance(tags.get("width"), str) else None
    except SelatError as e:
        found.trouble.append(Trouble(where, e.message, e.hint))
        return
    if kind == "lane" and line and closed:
        kind, line = "roundabout", False  # a lane that comes back to its beginning
    flow = direction_of(tags, what, ring, line) if kind in _DIRECTED else None
    if kind == "lane" and flow is None:
        hint = f"draw it as a one-way line in the direction of the traffic, or tag seamark:{what}:orientation"
        found.trouble.append(Trouble(where, "a lane without direction", hint))
        return
    osm = str(tags.get("osm_id") or tags.get("@id") or "")
    name = str(tags.get("seamark:name") or tags.get("name") or joined((f"{what or kind} {osm}",)).strip())
    found.make(
        where, name, ring, holes=holes, line=line, kind=kind, direction=flow, rules=rules, width=width,
        source=joined((source, "" if "OpenStreetMap" in source else OSM, osm and f"object {osm}")),
    )  # fmt: skip


def direction_of(tags: Mapping[str, Any], what: str, ring: Sequence[Point], line: bool) -> float | None:
    """Degrees: the tag ``orientation`` where there is one, else that of the way, as a mean by length; None: unknown."""
    given = tags.get(f"seamark:{what}:orientation")
    if given is not None:
        try:
            return float(str(given).rstrip("°")) % 360.0
        except ValueError:
            return None
    if not line or len(ring) < 2 or (what == "recommended_track" and tags.get("oneway") != "yes"):
        return None
    points = np.array(ring)
    east, north = geodesy.plane(points[:-1, 1], points[:-1, 0], points[1:, 1], points[1:, 0])
    if tags.get("oneway") == "-1":
        east, north = -east, -north
    if not np.hypot(east.sum(), north.sum()) > 0.0:
        return None
    return round(float(np.degrees(np.arctan2(east.sum(), north.sum()))) % 360.0, 1) % 360.0


def _rules(tags: Mapping[str, Any], what: str) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    listed = str(tags.get(f"seamark:{what}:restriction") or tags.get("seamark:restriction") or "")
    for word in listed.split(";"):
        if word.strip() in _RESTRICTIONS:
            name, value = _RESTRICTIONS[word.strip()]
            rules[name] = value
    vhf = tags.get("seamark:radio_station:channel") or tags.get(f"seamark:{what}:channel") or tags.get("vhf")
    if vhf:
        rules["vhf"] = str(vhf)
    note = tags.get("seamark:information")
    if note:
        rules["note"] = str(note)
    limit = tags.get(f"seamark:{what}:maximum_speed") or tags.get("maxspeed:knots")
    if limit and str(limit).replace(".", "", 1).isdecimal():
        rules["speed_max"] = float(limit) * NAUTICAL_MILE / 3600.0  # the tag is in knots by its definition
    return rules
