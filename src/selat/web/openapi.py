"""The description of the interface (OpenAPI 3.0.3), made from one table so that it cannot name a path that is not there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from starlette.routing import BaseRoute, Route

from selat.web.answers import json_answer
from selat.web.login import COOKIE
from selat.web.openapi_schemas import COMPONENTS, SHAPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

#: words that say which ships (selat.model.sieve)
_SIEVE = (
    "types:string hide:string min_kn:number max_kn:number min_m:number max_m:number flag:string mmsi:string only:string"
    " course:string"
)
#: path of the route -> (summary, parameters of the query as "name:type", ``!`` where it must be given)
SAID: dict[str, tuple[str, str]] = {
    "/api/about": ("Title, and what who asks may do", ""),
    "/api/ships.json": ("All ships as GeoJSON", ""),
    "/api/ships.{kind:str}": ("All ships as csv, kml, gpx or cot (Cursor on Target)", ""),
    "/api/link.kml": ("KML that loads the ships again and again", ""),
    "/api/ship/{mmsi:int}": ("The card of one ship", ""),
    "/api/ship/{mmsi:int}/dossier": ("What is stored of one ship", ""),
    "/api/ship/{mmsi:int}/track": ("Her track", "begin:integer! end:integer!"),
    "/api/alerts": ("Alerts changed since a version", "since:integer"),
    "/api/alerts/{alert_id:str}": ("All about one alert", ""),
    "/api/alerts/{alert_id:str}/{action:str}": ("Act on an alert: ack, assign, handover, note, close, reopen", ""),
    "/api/snoozes": ("Snoozes in force; make one", ""),
    "/api/snoozes/{snooze_id:str}": ("End a snooze", "who:string"),
    "/api/health": ("How well the sources are heard", ""),
    "/api/poll": ("The feed by polling", "rows:integer labels:integer alerts:integer epoch:string"),
    "/api/stream": ("The feed as server-sent events", ""),
    "/api/zones": ("Zones as GeoJSON; add or replace one", ""),
    "/api/zones/{name:path}": ("Take a zone out", "who:string"),
    "/api/releases/{kind:str}/{name:path}": ("Which groups may see an alert, zone or case; change that", ""),
    "/api/kept": ("Views, lists of ships and keys that who asks keeps; assets of the sea", ""),
    "/api/kept/{kind:str}/{name:path}": ("Keep a view, a list or keys by name; take one out", ""),
    "/api/history": ("First and last time of the history", ""),
    "/api/history/density": ("Ships heard in each part of the time", "begin:integer! end:integer! bins:integer"),
    "/api/history/alerts": ("Alerts that stood between two times", "begin:integer! end:integer!"),
    "/api/history/rows": ("Packed past reports", "begin:integer! end:integer! step:integer known:integer"),
    "/api/labels": ("Names of ships", "ships:string"),
    "/api/search": ("Ships of the whole history", "q:string"),
    "/api/report/{kind:str}": (
        "A report on paper: day, ship, alert or area",
        "about:string begin:integer end:integer format:string language:string download:integer",
    ),
    "/api/weather": ("Fields of wind and current that there are", ""),
    "/api/weather/{kind:str}": (
        "Wind or current at a time on a grid of places",
        "at:integer! box:string! columns:integer rows:integer",
    ),
    "/api/statistics": ("Traffic and alerts, counted", f"begin:integer! end:integer! box:string {_SIEVE}"),
    "/api/density": (
        "Density and speed of traffic on a grid",
        f"begin:integer! end:integer! box:string! cell:number percentile:number measure:string format:string {_SIEVE}",
    ),
    "/api/gates": ("Lines that can be gates", ""),
    "/api/gates/passages": (
        "Passages of gates, counted or listed",
        f"begin:integer! end:integer! gate:string clear:number list:integer format:string {_SIEVE}",
    ),
    "/api/assist": ("The register of given equipment: tier, countries", "as:string"),
    "/api/assist/country/{code:str}": ("A country's programmes, what is due, expected against measured", "as:string"),
    "/api/assist/programme/{id:path}": ("All about a programme", "as:string"),
    "/api/assist/item/{id:path}": ("All about an item", "as:string"),
    "/api/assist/due": ("What is due", "as:string"),
    "/api/assist/observations": ("Observations with their answers", "state:string as:string"),
    "/api/assist/deeds": ("Write entries, all or none", ""),
    "/api/assist/sheets": (
        "A spreadsheet of entries: wrong rows told, good ones offered",
        "name:string! dry:integer good:integer who:string",
    ),
    "/api/assist/export.{kind:str}": (
        "The register as json, xlsx, template.xlsx or iati.xml",
        "as:string programme:string country:string",
    ),
    "/api/assist/aggregates": ("Signed sums of a month", "month:string! programme:string country:string as:string"),
    "/api/assist/key": ("The public key of the signatures", ""),
    "/api/assist/segment/{digest:str}/{deed:str}": ("Raw data behind a segment: ask, grant, open; each is logged", ""),
    "/api/assist/map": (
        "Bases and what boats reach in 1, 2, 3 hours; for a donor hours by cell",
        "programme:string country:string as:string",
    ),
    "/api/assist/capability": ("What a grant changed: what can be chosen; begin to measure it", "programme:string!"),
    "/api/assist/capability/jobs/{job:str}": ("How far it is, and what it gave; break it off", ""),
    "/api/assist/capability/jobs/{job:str}/export": (
        "The figures with intervals, assumptions and evidence: html, pdf, xlsx or csv",
        "format:string language:string",
    ),
    "/api/assist/review": (
        "The yearly review of the grants: html, pdf or xlsx",
        "period:string! format:string programme:string country:string entry:integer language:string as:string",
    ),
    "/api/assist/audit": ("Entries, last hash, first broken entry", "as:string"),
    "/api/assist/sample": (
        "A sample of items drawn with a seed",
        "seed:string! size:integer programme:string as:string",
    ),
    "/api/assist/chain/{id:path}": ("The chain of an item from the notes to the inspection", "as:string"),
    "/api/assist/field/list": ("What a device takes along to the pier", ""),
    "/api/assist/field/file/{digest:str}": ("A photo or a log, by its hash", ""),
    "/api/assist/field/sync": ("Deeds of a device that was without a network; sending twice changes nothing", ""),
    "/api/assist/field/conflicts": ("Deeds that do not fit what stands", "as:string"),
    "/api/assist/field/resolve": ("Decide a conflict: keep what stands, or take the deed", ""),
    "/api/assist/labels": ("QR labels to print", "programme:string country:string"),
    "/field-worker.js": ("Service worker of the page on the pier", ""),
    "/field.webmanifest": ("Manifest of the page on the pier", ""),
    "/field-icon.svg": ("Its icon", ""),
    "/field-192.png": ("Its icon, 192 pixels", ""),
    "/field-512.png": ("Its icon, 512 pixels", ""),
    "/field-maskable.png": ("Its icon, to be cut by the device", ""),
    "/api/rescue/cases": ("Cases of the rescue desk; make or change one", ""),
    "/api/rescue/check": ("What is wrong with the form of a case, at its fields", ""),
    "/api/rescue/lists": ("Objects that drift, search objects, formats of plans", ""),
    "/api/rescue/vessels": ("Ships by time to arrive at a place", "lat:number! lon:number!"),
    "/api/rescue/light": ("Sun and moon at a place", "lat:number! lon:number! begin:number! end:number!"),
    "/api/rescue/survival": (
        "The survival policy clock",
        "begin:number! water:number review:number limit:number factor:number",
    ),
    "/api/rescue/jobs/{job:str}": ("A job of the rescue desk; break it off", ""),
    "/api/rescue/jobs/{job:str}/stream": ("Its progress as server-sent events", ""),
    "/api/rescue/cases/{case:str}": ("A case with drift, plans, searches and log", ""),
    "/api/rescue/cases/{case:str}/news": ("Whether anything of a case changed, and who works on it", ""),
    "/api/rescue/fields": ("Files of wind and current beside the cases, and what they cover", ""),
    "/api/rescue/fields/{name:str}": ("Send such a file: its bytes", "who:string"),
    "/api/rescue/arrows": ("Wind and current of a form on a raster", ""),
    "/api/rescue/cases/{case:str}/times": ("Where it is likely at each time", "first:integer"),
    "/api/rescue/cases/{case:str}/cloud": ("Particles, packed", "first:integer"),
    "/api/rescue/cases/{case:str}/effort": ("What more effort would find at most", "plan:integer!"),
    "/api/rescue/cases/{case:str}/score": ("The worth of a plan with areas changed by hand", ""),
    "/api/rescue/cases/{case:str}/keep": ("Keep such a plan", ""),
    "/api/rescue/cases/{case:str}/search": ("A plan was carried out in vain", ""),
    "/api/rescue/cases/{case:str}/export": ("A plan's files", ""),
    "/api/rescue/cases/{case:str}/decision": ("A decision for the log", ""),
    "/api/rescue/cases/{case:str}/drift": ("Begin to drift a case", ""),
    "/api/rescue/cases/{case:str}/plan": ("Begin to plan a search", ""),
    "/metrics": ("Prometheus text", ""),
    "/signalk": ("Signal K discovery", ""),
    "/ogc/": ("OGC API Features", ""),
    "/ogc/conformance": ("Conformance classes", ""),
    "/ogc/collections": ("Collections", ""),
    "/ogc/collections/{name:str}": ("One collection", ""),
    "/ogc/collections/{name:str}/items": ("Features", "bbox:string limit:integer offset:integer"),
    "/ogc/collections/{name:str}/items/{id:path}": ("One feature", ""),
}
_PARAMETER = re.compile(r"\{(\w+):(\w+)\}")


def spec(routes: Sequence[BaseRoute], title: str) -> dict[str, Any]:
    """The description of the routes that are in the table."""
    paths: dict[str, Any] = {}
    for route in routes:
        if not isinstance(route, Route) or route.path not in SAID:
            continue
        summary, query = SAID[route.path]
        inside = [
            {"name": n, "in": "path", "required": True, "schema": _inside(k)} for n, k in _PARAMETER.findall(route.path)
        ]
        for asked in query.split():
            name, kind = asked.rstrip("!").split(":")
            schema = {"type": kind} | (_WHOLE if kind == "integer" else {})
            inside.append({"name": name, "in": "query", "required": asked.endswith("!"), "schema": schema})
        known = paths.setdefault(_PARAMETER.sub(r"{\1}", route.path), {})
        for method in sorted((route.methods or set()) - {"HEAD"}):
            known[method.lower()] = _operation(route.path, summary, inside, method)
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "version": "1", "description": "Times in ms since 1970, UTC; degrees, WGS 84."},
        "servers": [{"url": "/"}],
        "security": [{"session": []}, {"machine": []}, {}],
        "paths": paths,
        "components": {
            "schemas": COMPONENTS,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "given by /login"},
                "machine": {"type": "http", "scheme": "basic"},
            },
        },
    }


_WHOLE = {"minimum": 0, "maximum": 9_000_000_000_000}
_FAILS = {
    "400": "Not understood, with a hint", "422": "Errors of a form, at its fields",
    "401": "Log in first", "403": "Not with this role, or from another site",
    "404": "There is none", "409": "It does not fit what stands", "413": "Too long",
    "429": "Too many requests", "501": "This picture cannot",
    "503": "Too much is asked at once: Retry-After says when to ask again",
}  # fmt: skip


def _inside(kind: str) -> dict[str, Any]:
    """Schema of a part of the path: what the routes' patterns take."""
    if kind == "int":
        return {"type": "integer", "minimum": 0, "maximum": 999_999_999}
    return {"type": "string", "minLength": 1} | ({"pattern": r"^[^/]+$"} if kind == "str" else {})


def _operation(path: str, summary: str, inside: list[dict[str, Any]], method: str) -> dict[str, Any]:
    body, gives, media = SHAPES.get(f"{method} {path}", ("", "", "application/json"))
    binary = media == "application/octet-stream"
    schema = _named(gives) if gives else {"type": "string", **({"format": "binary"} if binary else {})}
    if not gives and (media == "*/*" or media.endswith("json")):
        schema = {}  # of several kinds, or without a model of its own
    answers: dict[str, Any] = {"200": {"description": "Done", "content": {media: {"schema": schema}}}}
    if path.startswith("/api/rescue/") and method == "POST":
        answers["202"] = {"description": "Begun: the job", "content": {media: {"schema": {"type": "object"}}}}
    error = {"application/json": {"schema": _named("Error")}}
    answers |= {code: {"description": text, "content": error} for code, text in _FAILS.items()}
    words = [w for w in re.split(r"\W+", _PARAMETER.sub(r"\1", path)) if w and w != "api"]
    out: dict[str, Any] = {
        "summary": summary, "operationId": "_".join([method.lower(), *words]), "tags": [words[0] if words else "page"],
        "parameters": inside, "responses": answers,
    }  # fmt: skip
    if method in ("POST", "PUT"):
        taken = _named(body) if body else {"type": "object"}
        out["requestBody"] = {"required": bool(body), "content": {"application/json": {"schema": taken}}}
    return out


def _named(schema: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{schema}"}


async def answer(request: Request) -> Response:
    """The description of the application that was asked."""
    return json_answer(spec(request.app.routes, "selat"))


OPENAPI_ROUTE = Route("/api/openapi.json", answer, name="openapi")
