"""Shapes of what the interface takes and gives (JSON Schema as OpenAPI 3.0.3 has it), by method and path of the route.

Answers are described as far as a generated client needs: names and types of what is always there; more may come.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _object(must: str = "", may: str = "", **parts: Schema) -> Schema:
    """An object: ``must`` and ``may`` hold ``name:kind`` (a ``?`` after the kind: may be null), ``parts`` more, needed."""
    told: dict[str, Schema] = dict(parts)
    needed = list(parts)
    for words, always in ((must, True), (may, False)):
        for word in words.split():
            name, _, kind = word.partition(":")
            told[name] = _KINDS[kind.rstrip("?")] | ({"nullable": True} if kind.endswith("?") else {})
            needed += [name] * always
    return {"type": "object", "properties": told} | ({"required": needed} if needed else {})


_KINDS: dict[str, Schema] = {
    "s": {"type": "string"}, "i": {"type": "integer"}, "n": {"type": "number"}, "b": {"type": "boolean"},
    "o": {"type": "object"}, "ns": _list({"type": "number"}), "is": _list({"type": "integer"}),
    "ss": _list({"type": "string"}), "ms": {"type": "number", "description": "ms since 1970, UTC"},
    "lat": {"type": "number", "minimum": -90, "maximum": 90}, "lon": {"type": "number", "minimum": -180, "maximum": 180},
}  # fmt: skip
_PRIORITY = {"type": "string", "enum": ["emergency", "alarm", "warning", "caution"]}
_STATE = {"type": "string", "enum": ["active", "acknowledged", "rectified", "cleared", "retracted"]}
_POINTS = _list(_list({"type": "number", "nullable": True}))
_LABEL = "id:i name:s? callsign:s? imo:i? ship_type:i? length_m:n? beam_m:n? cls:i"
_CLAUSES = {"type": "array", "items": _list({"type": "string"}), "description": "one group of each list is asked for"}
_VERSIONED = {"type": "object", "required": ["version", "all", "data"], "properties": {
    "version": {"type": "integer"}, "all": {"type": "boolean"}, "data": {"type": "array", "items": {}}}}  # fmt: skip

COMPONENTS: dict[str, Schema] = {
    "Error": _object("", "error:s hint:s code:s description:s"),
    "About": _object("title:s can_acknowledge:b", user=_object("name:s role:s groups:ss")),
    "Label": _object(_LABEL),
    "Found": _object(f"{_LABEL} last_ms:ms? lon:lon? lat:lat?"),
    "Ship": _object(
        f"{_LABEL} mmsi:i draught_m:n? destination:s? eta:s? time_ms:ms? lat:lat? lon:lon? sog_mps:n? cog:n? heading:n? "
        "nav_status:i? source:s alerts:ss", "", track=_POINTS,
    ),
    "Alert": _object(
        "id:s rule:s subjects:is names:ss time_ms:ms last_ms:ms lat:lat? lon:lon? sentence:s evidence:o",
        "version:s confidence:n detail:o parameters:o lead:s assigned:s cause:s snoozed:b",
        priority=_PRIORITY, state=_STATE,
    ),
    "Alerts": _object("version:i", alerts=_list(_ref("Alert"))),
    "PastAlerts": _object(alerts=_list(_ref("Alert"))),
    "Explanation": _object(
        "id:s rule:s sentence:s evidence:o same:b note:s rows:i handling:o", "",
        log=_list({"type": "object"}), similar=_list({"type": "object"}),
    ),
    "Deed": _object("", "who:s note:s to:s cause:s"),
    "Done": _object("id:s", "who:s"),
    "Snooze": _object("id:s until_ms:ms who:s reason:s ships:is rule:s"),
    "Snoozes": _object(snoozes=_list(_ref("Snooze"))),
    "NewSnooze": _object("who:s reason:s seconds:n", "ships:is rule:s area:ns"),
    "SnoozeMade": _object("id:s until_ms:ms"),
    "Health": _object("now_ms:ms clock_ms:ms ships:i rate_per_s:n lag_s:n replay:b", "", sources=_list(
        _object("name:s state:s lines:i kept:i duplicates:i rejected:i rate_per_s:n last_heard_ms:ms?", "detail:s"))),
    "Poll": _object("epoch:s", health=_ref("Health"), rows=_VERSIONED, labels=_VERSIONED, alerts=_VERSIONED),
    "Feature": _object("properties:o", "", type={"type": "string", "enum": ["Feature"]},
                       geometry={"type": "object", "nullable": True}),
    "FeatureCollection": _object(type={"type": "string", "enum": ["FeatureCollection"]}, features=_list({"type": "object"})),
    "NewZone": _object("", "who:s", feature=_object("properties:o geometry:o", "type:s")),
    "Named": _object("name:s"),
    "Released": _object(release=_CLAUSES),
    "Release": {"type": "object", "required": ["groups"], "properties": {"who": {"type": "string"}, "groups": {
        "type": "array", "items": {"oneOf": [{"type": "string"}, _list({"type": "string"})]}}}},
    "History": _object("stored:b begin_ms:ms? end_ms:ms?"),
    "Density": _object("begin_ms:ms end_ms:ms ships:is"),
    "Labels": _object(labels=_list(_ref("Label"))),
    "Search": _object(ships=_list(_ref("Found"))),
    "Dossier": _object("mmsi:i reports:i over_days:n", "", label=_ref("Label"), alerts=_list(_ref("Alert")),
                       identity=_list({"type": "object"}), stops=_list({"type": "object"}), days=_list({})),
    "Track": _object(track=_POINTS),
    "Statistics": _object("begin_ms:ms end_ms:ms reports:i ships:i by_type:o by_flag:o by_direction:o by_station:o alerts:o"),
    "Fields": _object(fields=_list(_object("name:s", "kind:s begin_ms:ms end_ms:ms written_ms:ms problem:s"))),
    "Arrows": _object("kind:s at_ms:ms lon:ns lat:ns east:ns north:ns", "", sources=_list(
        _object("name:s begin_ms:ms end_ms:ms before_ms:ms after_ms:ms written_ms:ms")),
        known=_list(_object("name:s begin_ms:ms end_ms:ms"))),
    "Links": _object(links=_list({"type": "object"})),
}  # fmt: skip
COMPONENTS["About"]["required"] = ["title", "can_acknowledge"]

JSON, GEO = "application/json", "application/geo+json"
#: "METHOD path" -> (schema of the body, of the answer, its media type); what is not here takes and gives an object
SHAPES: dict[str, tuple[str, str, str]] = {
    "GET /api/about": ("", "About", JSON),
    "GET /api/ships.json": ("", "FeatureCollection", GEO),
    "GET /api/ships.{kind:str}": ("", "", "*/*"),
    "GET /api/link.kml": ("", "", "application/vnd.google-earth.kml+xml"),
    "GET /api/ship/{mmsi:int}": ("", "Ship", JSON),
    "GET /api/ship/{mmsi:int}/dossier": ("", "Dossier", JSON),
    "GET /api/ship/{mmsi:int}/track": ("", "Track", JSON),
    "GET /api/alerts": ("", "Alerts", JSON),
    "GET /api/alerts/{alert_id:str}": ("", "Explanation", JSON),
    "POST /api/alerts/{alert_id:str}/{action:str}": ("Deed", "Done", JSON),
    "GET /api/snoozes": ("", "Snoozes", JSON),
    "POST /api/snoozes": ("NewSnooze", "SnoozeMade", JSON),
    "DELETE /api/snoozes/{snooze_id:str}": ("", "Done", JSON),
    "GET /api/health": ("", "Health", JSON),
    "GET /api/poll": ("", "Poll", JSON),
    "GET /api/stream": ("", "", "text/event-stream"),
    "GET /api/zones": ("", "FeatureCollection", GEO),
    "PUT /api/zones": ("NewZone", "Named", JSON),
    "DELETE /api/zones/{name:path}": ("", "Named", JSON),
    "GET /api/releases/{kind:str}/{name:path}": ("", "Released", JSON),
    "PUT /api/releases/{kind:str}/{name:path}": ("Release", "Released", JSON),
    "GET /api/history": ("", "History", JSON),
    "GET /api/history/density": ("", "Density", JSON),
    "GET /api/history/alerts": ("", "PastAlerts", JSON),
    "GET /api/history/rows": ("", "", "application/octet-stream"),
    "GET /api/labels": ("", "Labels", JSON),
    "GET /api/search": ("", "Search", JSON),
    "GET /api/statistics": ("", "Statistics", JSON),
    "GET /api/weather": ("", "Fields", JSON),
    "GET /api/weather/{kind:str}": ("", "Arrows", JSON),
    "GET /api/report/{kind:str}": ("", "", "*/*"),
    "GET /api/density": ("", "", "*/*"),
    "GET /api/gates/passages": ("", "", "*/*"),
    "GET /api/assist/map": ("", "FeatureCollection", GEO),
    "GET /api/assist/labels": ("", "", "text/html"),
    "GET /api/assist/export.{kind:str}": ("", "", "*/*"),
    "GET /api/assist/field/file/{digest:str}": ("", "", "*/*"),
    "GET /field-worker.js": ("", "", "text/javascript"),
    "GET /field.webmanifest": ("", "", "application/manifest+json"),
    "GET /field-icon.svg": ("", "", "image/svg+xml"),
    "GET /field-192.png": ("", "", "image/png"),
    "GET /field-512.png": ("", "", "image/png"),
    "GET /field-maskable.png": ("", "", "image/png"),
    "GET /api/rescue/cases/{case:str}/cloud": ("", "", "application/octet-stream"),
    "POST /api/rescue/cases/{case:str}/export": ("", "", "*/*"),
    "GET /api/rescue/jobs/{job:str}/stream": ("", "", "text/event-stream"),
    "GET /metrics": ("", "", "text/plain"),
    "GET /ogc/": ("", "Links", JSON),
    "GET /ogc/collections": ("", "Links", JSON),
    "GET /ogc/collections/{name:str}": ("", "Links", JSON),
    "GET /ogc/collections/{name:str}/items": ("", "FeatureCollection", GEO),
    "GET /ogc/collections/{name:str}/items/{id:path}": ("", "Feature", GEO),
}
