"""What test_release.py asks of every route, and of whom: a route that is new says it here."""

from __future__ import annotations

from typing import Any

from release_world import CASE, MINUTES, T0, ZONE

BEGIN, END = T0 // 1_000_000, T0 // 1_000_000 + MINUTES * 60_000
#: for each route what is asked of it: ``{x}`` are names of the closed things. ``says``: an insider is told one of them.
SAYS, SILENT = True, False
SPAN = f"begin={BEGIN}&end={END}"
READ: dict[str, list[tuple[str, bool]]] = {
    "/": [("/", SILENT)],
    "/{page:str}": [("/index", SILENT)],
    "/login": [("/login", SILENT)],
    "/api/about": [("/api/about", SILENT)],
    "/api/ships.json": [("/api/ships.json", SAYS)],
    "/api/ships.{kind:str}": [(f"/api/ships.{k}", SAYS) for k in ("csv", "kml", "gpx", "cot")],
    "/api/link.kml": [("/api/link.kml", SILENT)],
    "/api/ship/{mmsi:int}": [("/api/ship/{hushed}", SAYS), ("/api/ship/{both}", SAYS)],
    "/api/ship/{mmsi:int}/dossier": [("/api/ship/{hushed}/dossier", SAYS), ("/api/ship/{beacon}/dossier", SAYS)],
    "/api/ship/{mmsi:int}/track": [("/api/ship/{both}/track?" + SPAN, SAYS)],
    "/api/alerts": [("/api/alerts", SAYS), ("/api/alerts?since=1", SAYS)],
    "/api/alerts/{alert_id:str}": [("/api/alerts/{alert}", SAYS), ("/api/alerts/{open_alert}", SILENT)],
    "/api/snoozes": [("/api/snoozes", SAYS)],
    "/api/health": [("/api/health", SAYS)],
    "/api/poll": [("/api/poll", SAYS), ("/api/poll?rows=1&labels=1&alerts=1", SAYS)],
    "/api/stream": [("/api/stream", SAYS)],
    "/api/zones": [("/api/zones", SAYS)],
    "/api/releases/{kind:str}/{name:path}": [(f"/api/releases/{k}/{{{k}}}", SILENT) for k in ("alert", "zone", "case")],
    "/api/kept": [("/api/kept", SAYS)],
    "/api/history": [("/api/history", SILENT)],
    "/api/history/density": [("/api/history/density?bins=4&" + SPAN, SILENT)],
    "/api/history/alerts": [("/api/history/alerts?" + SPAN, SAYS)],
    "/api/history/rows": [("/api/history/rows?step=1000&" + SPAN, SAYS), ("/api/history/rows?known=1&" + SPAN, SAYS)],
    "/api/labels": [("/api/labels?ships={hushed}", SAYS)],
    "/api/search": [("/api/search?q=HUSHED", SAYS), ("/api/search?q={beacon}", SAYS), ("/api/search?q=E", SAYS)],
    "/api/report/{kind:str}": [
        ("/api/report/day?" + SPAN, SAYS),
        ("/api/report/ship?about={hushed}&" + SPAN, SAYS),
        ("/api/report/ship?about={both}&" + SPAN, SILENT),
        ("/api/report/alert?about={alert}", SAYS),
        ("/api/report/alert?about={open_alert}", SILENT),
        ("/api/report/area?about={zone}&" + SPAN, SAYS),
        ("/api/report/area?about=open%20bay&" + SPAN, SILENT),
    ],
    "/api/statistics": [("/api/statistics?" + SPAN, SAYS)],
    "/api/density": [("/api/density?box=100,0,106,5&format=csv&" + SPAN, SILENT)],
    "/api/gates": [("/api/gates", SAYS)],
    "/api/gates/passages": [
        ("/api/gates/passages?list=1&" + SPAN, SILENT),
        ("/api/gates/passages?gate=quiet%20line&list=1&" + SPAN, SILENT),
        ("/api/gates/passages?format=csv&list=1&" + SPAN, SILENT),
    ],
    "/api/weather": [("/api/weather", SILENT)],
    "/api/weather/{kind:str}": [(f"/api/weather/wind?at={BEGIN}&box=104,1,105,2", SILENT)],
    "/api/rescue/cases": [("/api/rescue/cases", SAYS)],
    "/api/rescue/fields": [("/api/rescue/fields", SILENT)],
    "/api/rescue/cases/{case:str}/news": [("/api/rescue/cases/{caseid}/news", SILENT)],
    "/api/rescue/lists": [("/api/rescue/lists", SILENT)],
    "/api/rescue/vessels": [("/api/rescue/vessels?lat=1.2&lon=104.1", SAYS)],
    "/api/rescue/light": [(f"/api/rescue/light?lat=1&lon=104&begin={BEGIN}&end={END}", SILENT)],
    "/api/rescue/survival": [(f"/api/rescue/survival?begin={BEGIN}&water=28", SILENT)],
    "/api/rescue/jobs/{job:str}": [("/api/rescue/jobs/{job}", SAYS)],
    "/api/rescue/jobs/{job:str}/stream": [("/api/rescue/jobs/{job}/stream", SAYS)],
    "/api/rescue/cases/{case:str}": [("/api/rescue/cases/{caseid}", SAYS)],
    "/api/rescue/cases/{case:str}/times": [("/api/rescue/cases/{caseid}/times", SILENT)],
    "/api/rescue/cases/{case:str}/cloud": [("/api/rescue/cases/{caseid}/cloud", SILENT)],
    "/api/rescue/cases/{case:str}/effort": [("/api/rescue/cases/{caseid}/effort?plan=1", SILENT)],
    "/api/openapi.json": [("/api/openapi.json", SILENT)],
    "/metrics": [("/metrics", SAYS)],
    "/signalk": [("/signalk", SILENT)],
    "/ogc/": [("/ogc/", SILENT)],
    "/ogc/conformance": [("/ogc/conformance", SILENT)],
    "/ogc/collections": [("/ogc/collections", SILENT)],
    "/ogc/collections/{name:str}": [("/ogc/collections/ships", SILENT)],
    "/ogc/collections/{name:str}/items": [(f"/ogc/collections/{c}/items", SAYS) for c in ("ships", "alerts", "zones")],
    "/ogc/collections/{name:str}/items/{id:path}": [
        ("/ogc/collections/ships/items/{hushed}", SAYS),
        ("/ogc/collections/alerts/items/{alert}", SAYS),
        ("/ogc/collections/zones/items/{zone}", SAYS),
    ],
}
#: what changes something: method, address, body; an outsider is told that there is no such thing
BOX = {"type": "Polygon", "coordinates": [[[104, 1], [104.1, 1], [104.1, 1.1], [104, 1]]]}
WRITE: dict[tuple[str, str], list[tuple[str, Any]]] = {
    ("POST", "/api/alerts/{alert_id:str}/{action:str}"): [
        (f"/api/alerts/{{alert}}/{a}", {"note": "n", "to": "x", "cause": "true"})
        for a in ("ack", "assign", "handover", "note", "close", "reopen")
    ],
    ("PUT", "/api/zones"): [
        ("/api/zones", {"feature": {"type": "Feature", "properties": {"name": ZONE}, "geometry": BOX}})
    ],
    ("DELETE", "/api/zones/{name:path}"): [("/api/zones/{zone}", None)],
    ("PUT", "/api/releases/{kind:str}/{name:path}"): [
        (f"/api/releases/{k}/{{{k}}}", {"groups": []}) for k in ("alert", "zone", "case")
    ],
    **{
        ("POST", f"/api/rescue/cases/{{case:str}}/{deed}"): [(f"/api/rescue/cases/{{caseid}}/{deed}", body)]
        for deed, body in {
            "drift": {"hours": 1},
            "plan": {},
            "score": {"plan": 1, "areas": {}},
            "keep": {"plan": 1, "areas": {}},
            "search": {"plan": 1},
            "export": {"plan": 1, "format": "gpx"},
            "decision": {"note": "n"},
        }.items()
    },
    ("POST", "/api/rescue/cases"): [("/api/rescue/cases", {"form": {"name": CASE}})],
    ("DELETE", "/api/rescue/jobs/{job:str}"): [("/api/rescue/jobs/{job}", None)],
}
#: changes nothing that is anybody's
HARMLESS = {
    ("PUT", "/api/kept/{kind:str}/{name:path}"),  # each account has its own
    ("DELETE", "/api/kept/{kind:str}/{name:path}"),
    ("POST", "/api/rescue/check"),
    ("POST", "/api/rescue/arrows"),
    ("POST", "/api/rescue/fields/{name:str}"),  # weather is everybody's; what is kept is never written over
    ("POST", "/login"),
    ("POST", "/logout"),
    ("POST", "/api/snoozes"),
    ("DELETE", "/api/snoozes/{snooze_id:str}"),
}
#: the register of given equipment has tiers in place of groups; test_assist_tiers.py tries every route of it with each
BY_TIER = ("/api/assist", "/field")
SOCKETS = {"/api/feed": "/api/feed", "/signalk/v1/stream": "/signalk/v1/stream"}
MOUNTS = {"/assets", "/basemap"}
