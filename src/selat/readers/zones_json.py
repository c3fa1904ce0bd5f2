"""Zones from GeoJSON (RFC 7946), from the JSON of Overpass, and from OpenStreetMap's seamarks in either.

GeoJSON: each feature is a zone. Properties: ``name``, ``kind``, ``direction`` ("81 deg"), ``width`` ("0.5 nm"),
``source``, and the rules of :data:`selat.model.zone.RULES` with their units ("12 kn"). With ``seamark:*`` tags in the
properties a feature is read as OpenStreetMap's (:mod:`selat.readers.zones_seamark`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from selat.model.errors import FormatError, SelatError
from selat.readers.zones_file import Found, Trouble, joined, split_properties
from selat.readers.zones_seamark import OSM, add_seamark

Point = tuple[float, float]


def read_json(path: Path, text: str, kind: str = "area", source: str = "") -> Found:
    """Zones of a GeoJSON or Overpass file; ``kind`` and ``source`` hold where a feature does not say.

    Raises :class:`FormatError` for text that is neither.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as e:
        raise FormatError(
            f"{path}:{e.lineno}: not JSON ({e.msg}, column {e.colno})", hint="is the file whole?"
        ) from None
    except RecursionError:
        raise FormatError(f"{path}: nested too deeply", hint="is it GeoJSON?") from None
    if isinstance(data, dict) and isinstance(data.get("elements"), list):
        return _overpass(path, data, source)
    if isinstance(data, dict) and data.get("type") == "Feature":
        data = {"type": "FeatureCollection", "features": [data]}
    if not isinstance(data, dict) or not isinstance(data.get("features"), list):
        hint = "a FeatureCollection, or what Overpass gives for [out:json] ... out geom"
        raise FormatError(f"{path}: neither GeoJSON nor Overpass JSON", hint=hint)
    found = Found()
    meta: Any = data.get("metadata")
    meta = meta if isinstance(meta, dict) else {}
    for n, feature in enumerate(data["features"], 1):
        _feature(found, f"{path}: feature {n}", feature, kind, source or str(meta.get("source", "") or path.name))
    return found


def _feature(found: Found, where: str, feature: Any, kind: str, source: str) -> None:
    if not isinstance(feature, Mapping) or not isinstance(feature.get("geometry"), Mapping):
        found.trouble.append(Trouble(where, "no geometry", "each feature has a geometry and properties"))
        return
    given = feature.get("properties") or {}
    name = str(given.get("name") or given.get("seamark:name") or given.get("osm_id") or feature.get("id") or "")
    where = f"{where} ({name})" if name else where
    try:
        parts = list(shapes(feature["geometry"]))
    except (TypeError, ValueError, KeyError, OverflowError):
        hint = "Point, LineString, Polygon or several of them; positions are [lon, lat]"
        found.trouble.append(Trouble(where, "a geometry that cannot be read", hint))
        return
    if any(str(k).startswith("seamark:") for k in given):
        for line, ring, holes in parts:
            add_seamark(found, where, given, ring, holes, line=line, source=source)
        return
    try:
        what, rules = split_properties(given)
    except SelatError as e:
        found.trouble.append(Trouble(where, e.message, e.hint))
        return
    what = {"kind": kind, "source": source} | what
    for line, ring, holes in parts:
        found.make(
            where, name or f"{what['kind']} {len(found.zones) + 1}", ring, holes=holes, line=line, rules=rules, **what
        )


def shapes(geometry: Mapping[str, Any]) -> Iterator[tuple[bool, list[Point], tuple[list[Point], ...]]]:
    """(is a line or point, ring or line, holes) of a geometry; raises ValueError for what is none."""
    kind = geometry["type"]
    given: Any = geometry.get("coordinates")
    if kind == "GeometryCollection":
        for part in geometry["geometries"]:
            yield from shapes(part)
    elif kind in ("Polygon", "MultiPolygon"):
        for polygon in [given] if kind == "Polygon" else given or ():
            outer, *holes = (_points(ring) for ring in polygon)
            yield False, outer, tuple(holes)
    elif kind in ("LineString", "MultiLineString"):
        for line in [given] if kind == "LineString" else given or ():
            yield True, _points(line), ()
    elif kind in ("Point", "MultiPoint"):
        for point in [given] if kind == "Point" else given or ():
            yield True, _points([point]), ()
    else:
        raise ValueError(kind)


def _points(given: Any) -> list[Point]:
    return [(float(lon), float(lat)) for lon, lat, *_ in given]


def _overpass(path: Path, data: Mapping[str, Any], source: str) -> Found:
    """Elements of Overpass with geometry (``out geom``), or ways with their nodes beside them."""
    found = Found()
    nodes = {
        e["id"]: (float(e["lon"]), float(e["lat"]))
        for e in data["elements"]
        if isinstance(e, Mapping) and e.get("type") == "node" and "lon" in e and "lat" in e and "id" in e
    }
    base = (
        str((data.get("osm3s") or {}).get("timestamp_osm_base", "")) if isinstance(data.get("osm3s"), Mapping) else ""
    )
    source = source or joined((OSM, f"as of {base}" if base else path.name))
    for n, e in enumerate(data["elements"], 1):
        if not isinstance(e, Mapping) or not isinstance(e.get("tags"), Mapping):
            continue  # a node of a way
        where = f"{path}: element {n} ({e.get('type')} {e.get('id')})"
        try:
            parts = list(_parts(e, nodes))
        except (TypeError, KeyError, ValueError):
            hint = "ask Overpass for geometry: `out geom;` or `(._;>;); out;`"
            found.trouble.append(Trouble(where, "no geometry, or one that cannot be read", hint))
            continue
        tags = {"osm_id": f"{e.get('type', '')} {e.get('id', '')}".strip(), **e["tags"]}
        for line, ring, holes in parts:
            add_seamark(found, where, tags, ring, holes, line=line, source=source)
    return found


def _parts(
    e: Mapping[str, Any], nodes: Mapping[int, Point]
) -> Iterator[tuple[bool, list[Point], tuple[list[Point], ...]]]:
    if e["type"] == "node":
        yield True, [(float(e["lon"]), float(e["lat"]))], ()
    elif e["type"] == "way":
        yield True, _way(e, nodes), ()
    else:
        rings = {"outer": [], "inner": []}  # type: dict[str, list[list[Point]]]
        for m in e["members"]:
            if m["type"] == "way":
                rings["inner" if m.get("role") == "inner" else "outer"].append(_way(m, nodes))
        outer, inner = _rings(rings["outer"]), _rings(rings["inner"])
        if not outer:
            raise ValueError("no outer way")
        for ring in outer:
            west, east = min(p[0] for p in ring), max(p[0] for p in ring)
            south, north = min(p[1] for p in ring), max(p[1] for p in ring)
            own = [h for h in inner if all(west <= x <= east and south <= y <= north for x, y in h)]
            yield ring[0] != ring[-1], ring, tuple(own) if ring[0] == ring[-1] else ()


def _way(e: Mapping[str, Any], nodes: Mapping[int, Point]) -> list[Point]:
    if "geometry" in e:
        return [(float(p["lon"]), float(p["lat"])) for p in e["geometry"]]
    return [nodes[n] for n in e["nodes"]]


def _rings(ways: list[list[Point]]) -> list[list[Point]]:
    """Ways of a relation joined end to end."""
    left, out = [list(w) for w in ways], []
    while left:
        ring = left.pop(0)
        while ring[0] != ring[-1]:
            for k, way in enumerate(left):
                if way[0] == ring[-1]:
                    ring += left.pop(k)[1:]
                elif way[-1] == ring[-1]:
                    ring += left.pop(k)[-2::-1]
                elif way[-1] == ring[0]:
                    ring = left.pop(k)[:-1] + ring
                elif way[0] == ring[0]:
                    ring = left.pop(k)[:0:-1] + ring
                else:
                    continue
                break
            else:
                break
        out.append(ring)
    return out
