"""GeoJSON (RFC 7946) of a plan: polygons of areas, lines of tracks, points of waypoints. SI units, times ISO 8601."""

from __future__ import annotations

import json
from typing import Any

from selat.exporters.plans._text import Ring, polygons, title
from selat.model.clock import format_time
from selat.model.plan import Plan, Task

_UNITS = {"speed": "m/s", "sweep_width": "m", "spacing": "m", "course": "deg", "turn": "deg", "length": "m"}


def write(plan: Plan) -> str:
    """One feature a line."""
    head = {
        "type": "FeatureCollection", "name": title(plan), "note": plan.first_line(), "pos": plan.pos, "bound": plan.bound,
        "begin": format_time(plan.begin), "end": format_time(plan.end), "units": _UNITS,
    }  # fmt: skip
    features = [json.dumps(f, ensure_ascii=False) for task in plan.tasks for f in _features(task)]
    return json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [\n' + ",\n".join(features) + "\n]}\n"


def _features(task: Task) -> list[dict[str, Any]]:
    said = {
        "task": task.name, "searcher": task.searcher, "pattern": task.pattern, "begin": format_time(task.begin),
        "end": format_time(task.end), "speed": task.speed, "sweep_width": task.sweep_width, "spacing": task.spacing,
        "coverage": task.coverage, "poc": task.poc, "pod": task.pod, "pos": task.pos, "notes": list(task.notes),
    }  # fmt: skip
    shapes = [[_closed(ring) for ring in (outline, *holes)] for outline, holes in polygons(task.area)]
    whole = {"type": "Polygon", "coordinates": shapes[0]}
    out = [_feature("area", said, whole if len(shapes) == 1 else {"type": "MultiPolygon", "coordinates": shapes})]
    line = [[round(w.lon, 7), round(w.lat, 7)] for w in task.waypoints]
    if len(line) > 1:
        out.append(_feature("track", {"task": task.name}, {"type": "LineString", "coordinates": line}))
    for k, (w, place) in enumerate(zip(task.waypoints, line, strict=True)):
        facts = {
            "task": task.name,
            "number": k + 1,
            "time": format_time(w.time),
            "course": w.course,
            "turn": w.turn,
            "length": w.length,
        }
        out.append(_feature("waypoint", facts, {"type": "Point", "coordinates": place}))
    return out


def _closed(ring: Ring) -> list[list[float]]:
    return [[round(lon, 7), round(lat, 7)] for lat, lon in (*ring, ring[0])]


def _feature(what: str, properties: dict[str, Any], geometry: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"what": what, **properties}, "geometry": geometry}
