"""Zones as text: our own table (:mod:`selat.readers.zones_table`), or GeoJSON; both are read back as they were."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from selat.model.units import KNOT
from selat.model.zone import RULES, Zone


def table(zones: Iterable[Zone]) -> str:
    """Our table."""
    parts = ["# selat zones: positions in degrees, WGS 84\n"]
    for zone in zones:
        lines = [f"zone {_quoted(zone.name)}", f"  kind {zone.kind}"]
        if zone.source:
            lines.append(f"  source {_quoted(zone.source)}")
        if zone.line:
            lines.append("  line" if len(zone.ring) > 1 else "  point")
        if zone.direction is not None:
            lines.append(f"  direction {zone.direction!r} deg")
        if zone.width is not None:
            lines.append(f"  width {zone.width!r} m")
        lines += [f"  {name} {_said(name, value)}" for name, value in zone.rules.items()]
        lines += [f"  {_position(p)}" for p in zone.ring]
        for hole in zone.holes:
            lines += ["  hole", *(f"  {_position(p)}" for p in hole)]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def geojson(zones: Iterable[Zone]) -> str:
    """GeoJSON, one feature a line; quantities are texts with their unit, as the reader wants them."""
    features = []
    for zone in zones:
        given: dict[str, Any] = {"name": zone.name, "kind": zone.kind, "source": zone.source}
        if zone.direction is not None:
            given["direction"] = f"{zone.direction!r} deg"
        if zone.width is not None:
            given["width"] = f"{zone.width!r} m"
        given |= {n: v if isinstance(v, bool | list) and n != "hours" else _value(n, v) for n, v in zone.rules.items()}
        feature = {"type": "Feature", "properties": given, "geometry": geometry(zone)}
        features.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}\n"


def geometry(zone: Zone) -> dict[str, Any]:
    """Its geometry, as GeoJSON has it."""
    ring = [list(p) for p in zone.ring]
    if zone.line:
        return (
            {"type": "LineString", "coordinates": ring} if len(ring) > 1 else {"type": "Point", "coordinates": ring[0]}
        )
    return {"type": "Polygon", "coordinates": [[*r, r[0]] for r in (ring, *([list(p) for p in h] for h in zone.holes))]}


def _value(name: str, value: Any) -> str:
    """A rule's value as text with its unit."""
    kind = RULES[name][0]
    if kind == "speed":
        knots = round(value / KNOT, 6)
        return f"{knots:g} kn" if float(f"{knots:g}") * KNOT == value else f"{value!r} m/s"
    if kind == "distance":
        return f"{value!r} m"
    if kind == "duration":
        return f"{value!r} s"
    if kind == "hours":
        return "-".join(f"{int(v) // 3600:02d}:{int(v) % 3600 // 60:02d}" for v in value)
    if kind == "flag":
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(str(v) for v in value)
    return str(value)


def _said(name: str, value: Any) -> str:
    text = _value(name, value)
    return _quoted(text) if RULES[name][0] == "text" else text


def _quoted(text: str) -> str:
    """In quotes, on one line; the table has no way to write a quote in a quote."""
    return '"' + " ".join(text.replace('"', "'").split()) + '"'


def _position(point: tuple[float, float]) -> str:
    lon, lat = point
    return f"{_degrees(lat, 'NS')} {_degrees(lon, 'EW')}"


def _degrees(value: float, letters: str) -> str:
    text = repr(abs(value))
    if "e" in text:
        text = f"{abs(value):.20f}"
    return text + letters[value < 0]
