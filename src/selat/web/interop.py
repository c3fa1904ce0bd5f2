"""The picture for other programs. All of it is read-only, and asked for with the rights of who asks.

==============================================  ===============================================================
``GET /ogc/`` and below                          OGC API - Features, part 1 (OGC 17-069r4): QGIS reads it
``GET /api/ships.csv .kml .gpx .cot``            the ships in these formats; ``/api/link.kml`` loads the KML every ten seconds
``GET /api/stream``                              server-sent events: changed ships, alerts, health, each as JSON
``GET /signalk``, ``/signalk/v1/stream``         Signal K: discovery, deltas over WebSocket
``GET /metrics``                                 Prometheus text (exposition format 0.0.4)
==============================================  ===============================================================
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from selat.exporters import _live
from selat.model import clock
from selat.model.archive import Archive
from selat.model.picture import Picture
from selat.web.answers import json_answer, missing
from selat.web.geo import feature_collection, poll_answer

if TYPE_CHECKING:
    from starlette.requests import Request

PERIOD = 1.0  #: s between two looks for those that are told of changes
MOST = 10_000  #: features a page of OGC API Features
CONFORMS = [f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{c}" for c in ("core", "oas30", "geojson")]
COLLECTIONS = {
    "ships": "Ships as they are now, of the whole picture",
    "alerts": "Alerts that need a look, at the place where they began",
    "zones": "Zones of the sea with their rules",
}


class _Interop:
    """The answers, bound to one picture."""

    def __init__(self, picture: Picture, archive: Archive | None, title: str) -> None:
        self.picture, self.archive, self.title = picture, archive, title

    def _ships(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = feature_collection(self.picture)["features"]
        return found

    async def ships(self, request: Request) -> Response:
        kind = request.path_params["kind"]
        ships = await run_in_threadpool(self._ships)
        if kind == "csv":
            return _text(_live.table(ships), "text/csv; charset=utf-8")
        if kind == "kml":
            return _text(_live.kml(ships, self.title), "application/vnd.google-earth.kml+xml")
        if kind == "gpx":
            return _text(_live.gpx(ships), "application/gpx+xml")
        if kind == "cot":
            return _text("<events>" + "".join(_live.cot(ships, clock.now())) + "</events>", "application/xml")
        return missing("one of csv, kml, gpx, cot, json")

    async def link(self, request: Request) -> Response:
        address = str(request.url_for("ships_as", kind="kml"))
        return _text(_live.network_link(self.title, address), "application/vnd.google-earth.kml+xml")

    # --- told of changes ---------------------------------------------------------------------------------------------
    async def stream(self, request: Request) -> Response:
        return StreamingResponse(
            self._events(request), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    async def _events(self, request: Request) -> AsyncIterator[str]:
        since = {"rows": "0", "labels": "0", "alerts": "0"}
        while not await request.is_disconnected():
            got = await run_in_threadpool(poll_answer, self.picture, since)
            since = {"epoch": got["epoch"]} | {k: str(got[k]["version"]) for k in ("rows", "labels", "alerts")}
            for kind in ("rows", "labels", "alerts"):
                if got[kind]["data"] or got[kind]["all"]:
                    yield f"event: {kind}\ndata: {json.dumps(got[kind], allow_nan=False)}\n\n"
            yield f"event: health\ndata: {json.dumps(got['health'], allow_nan=False)}\n\n"
            await asyncio.sleep(PERIOD)

    async def signalk(self, request: Request) -> Response:
        base = f"{request.url.scheme.replace('http', 'ws')}://{request.url.netloc}/signalk/v1/stream"
        return json_answer({"endpoints": {"v1": {"version": "1.7.0", "signalk-ws": base}}, "server": {"id": "selat"}})

    async def deltas(self, socket: WebSocket) -> None:
        """Hello, then deltas of what changed; who reads too slowly waits for the newest, not for all."""
        await socket.accept()
        listening = asyncio.create_task(_until_gone(socket))
        sent: dict[int, tuple[Any, ...]] = {}
        try:
            await socket.send_json({"name": "selat", "version": "1.7.0", "roles": ["master"], "self": "vessels.self"})
            while not listening.done():
                ships = await run_in_threadpool(self._ships)
                fresh = [s for s in ships if sent.get(s["id"]) != _told(s)]
                sent.update((s["id"], _told(s)) for s in fresh)
                for delta in _live.signalk(fresh, clock.now()):
                    await socket.send_json(delta)
                await asyncio.wait([listening], timeout=PERIOD)
        except (WebSocketDisconnect, RuntimeError):
            pass  # gone while we were sending
        finally:
            listening.cancel()

    async def metrics(self, request: Request) -> Response:
        health = await run_in_threadpool(self.picture.health)
        _, alerts = await run_in_threadpool(self.picture.alerts, 0)
        return _text(_metrics(health, alerts), "text/plain; version=0.0.4; charset=utf-8")

    # --- OGC API Features --------------------------------------------------------------------------------------------
    async def landing(self, request: Request) -> Response:
        at = str(request.url_for("ogc")).rstrip("/")
        return json_answer({"title": self.title, "links": [
            _link(f"{at}/", "self", "this document"), _link(f"{at}/conformance", "conformance", "what it conforms to"),
            _link(f"{at}/collections", "data", "collections"),
            _link(str(request.url_for("openapi")), "service-desc", "OpenAPI", "application/vnd.oai.openapi+json;version=3.0"),
        ]})  # fmt: skip

    async def conformance(self, request: Request) -> Response:
        return json_answer({"conformsTo": CONFORMS})

    async def collections(self, request: Request) -> Response:
        at = str(request.url_for("ogc")).rstrip("/")
        found = [_collection(at, name) for name in COLLECTIONS]
        return json_answer({"collections": found, "links": [_link(f"{at}/collections", "self", "this document")]})

    async def collection(self, request: Request) -> Response:
        name = request.path_params["name"]
        at = str(request.url_for("ogc")).rstrip("/")
        return json_answer(_collection(at, name)) if name in COLLECTIONS else missing("no such collection")

    async def items(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in COLLECTIONS:
            return missing("no such collection")
        try:
            box, limit, offset = _query(request)
        except ValueError as e:
            return json_answer({"code": "InvalidParameterValue", "description": str(e)}, status=400)
        found = [f for f in await run_in_threadpool(self._features, name) if box is None or _meets(f["geometry"], box)]
        here = found[offset : offset + limit]
        links = [_link(str(request.url), "self", "this document", "application/geo+json")]
        if offset + limit < len(found):
            more = str(request.url.include_query_params(offset=offset + limit))
            links.append(_link(more, "next", "the next page", "application/geo+json"))
        return json_answer({
            "type": "FeatureCollection", "features": here, "numberMatched": len(found), "numberReturned": len(here),
            "timeStamp": clock.format_time(clock.now()), "links": links,
        }, "application/geo+json")  # fmt: skip

    async def item(self, request: Request) -> Response:
        name, wanted = request.path_params["name"], request.path_params["id"]
        if name not in COLLECTIONS:
            return missing("no such collection")
        found = next((f for f in await run_in_threadpool(self._features, name) if str(f["id"]) == wanted), None)
        return missing("no such feature") if found is None else json_answer(found, "application/geo+json")

    def _features(self, name: str) -> list[dict[str, Any]]:
        if name == "ships":
            return self._ships()
        if name == "zones":
            zones = self.archive.zones()["features"] if self.archive is not None else []
            return [{**z, "id": z["properties"]["name"]} for z in zones]
        out = []
        for alert in self.picture.alerts(0)[1]:
            known = alert["lon"] is not None and alert["lat"] is not None
            said = {
                k: alert[k]
                for k in ("rule", "priority", "state", "subjects", "names", "time_ms", "last_ms", "sentence")
            }
            point = {"type": "Point", "coordinates": [alert["lon"], alert["lat"]]} if known else None
            out.append({"type": "Feature", "id": alert["id"], "geometry": point, "properties": said})
        return out


async def _until_gone(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


def _told(ship: dict[str, Any]) -> tuple[Any, ...]:
    p = ship["properties"]
    place = tuple(ship["geometry"]["coordinates"]) if ship["geometry"] else ()
    return (*place, p["sog_kn"], p["cog"], p["heading"], p["name"], p["lost"])


def _text(text: str, kind: str) -> Response:
    return Response(text, media_type=kind, headers={"Cache-Control": "no-store"})


def _link(href: str, rel: str, title: str, kind: str = "application/json") -> dict[str, str]:
    return {"href": href, "rel": rel, "title": title, "type": kind}


def _collection(at: str, name: str) -> dict[str, Any]:
    return {
        "id": name, "title": COLLECTIONS[name], "itemType": "feature",
        "crs": ["http://www.opengis.net/def/crs/OGC/1.3/CRS84"],
        "links": [_link(f"{at}/collections/{name}/items", "items", COLLECTIONS[name], "application/geo+json")],
    }  # fmt: skip


def _query(request: Request) -> tuple[tuple[float, ...] | None, int, int]:
    """(box, limit, offset). Raises ValueError."""
    text = request.query_params.get("bbox", "")
    box = tuple(float(v) for v in text.split(",")) if text else None
    if box is not None and (len(box) not in (4, 6) or not all(abs(v) <= 1e9 for v in box)):
        raise ValueError("bbox is four numbers: west, south, east, north")
    if box is not None and len(box) == 6:
        box = (box[0], box[1], box[3], box[4])
    numbers = []
    for name, none in (("limit", "1000"), ("offset", "0")):
        said = request.query_params.get(name, none)
        if not said.isdecimal() or len(said) > 9:
            raise ValueError(f"{name} is a whole number")
        numbers.append(int(said))
    if numbers[0] < 1:
        raise ValueError("limit is 1 or more")
    return box, min(numbers[0], MOST), numbers[1]


def _meets(geometry: dict[str, Any] | None, box: tuple[float, ...]) -> bool:
    """Whether the bounds of a geometry meet a box; one with west > east crosses the antimeridian."""
    flat = list(_points(geometry["coordinates"])) if geometry else []
    if not flat:
        return False
    west, east = min(x for x, _ in flat), max(x for x, _ in flat)
    south, north = min(y for _, y in flat), max(y for _, y in flat)
    across = west <= box[2] and east >= box[0] if box[0] <= box[2] else east >= box[0] or west <= box[2]
    return bool(across and south <= box[3] and north >= box[1])


def _points(coordinates: Any) -> Any:
    if coordinates and not isinstance(coordinates[0], list | tuple):
        yield coordinates[0], coordinates[1]
        return
    for part in coordinates:
        yield from _points(part)


def _metrics(health: dict[str, Any], alerts: list[dict[str, Any]]) -> str:
    lines = [
        "# HELP selat_ships Ships on the picture that are not lost",
        "# TYPE selat_ships gauge",
        f"selat_ships {health['ships']}",
    ]
    lines += ["# HELP selat_lag_seconds How far the rules are behind what came in", "# TYPE selat_lag_seconds gauge",
              f"selat_lag_seconds {health['lag_s']}"]  # fmt: skip
    lines += ["# HELP selat_lines_total Lines by source and fate", "# TYPE selat_lines_total counter"]
    up = ["# HELP selat_source_up 1: the source is heard", "# TYPE selat_source_up gauge"]
    for source in health["sources"]:
        name = str(source["name"]).replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
        lines += [
            f'selat_lines_total{{source="{name}",fate="{f}"}} {source[f]}' for f in ("kept", "duplicates", "rejected")
        ]
        up.append(f'selat_source_up{{source="{name}"}} {int(source["state"] == "ok")}')
    lines += [*up, "# HELP selat_alerts Alerts by priority and state", "# TYPE selat_alerts gauge"]
    counts: dict[tuple[str, str], int] = {}
    for alert in alerts:
        key = (alert["priority"], alert["state"])
        counts[key] = counts.get(key, 0) + 1
    lines += [f'selat_alerts{{priority="{p}",state="{s}"}} {n}' for (p, s), n in sorted(counts.items())]
    return "\n".join(lines) + "\n"


def interop_routes(picture: Picture, archive: Archive | None, title: str) -> list[Route | WebSocketRoute]:
    """The routes of this page."""
    to = _Interop(picture, archive, title)
    return [
        Route("/api/ships.{kind:str}", to.ships, name="ships_as"),
        Route("/api/link.kml", to.link),
        Route("/api/stream", to.stream),
        Route("/signalk", to.signalk),
        WebSocketRoute("/signalk/v1/stream", to.deltas),
        Route("/metrics", to.metrics),
        Route("/ogc/", to.landing, name="ogc"),
        Route("/ogc/conformance", to.conformance),
        Route("/ogc/collections", to.collections),
        Route("/ogc/collections/{name:str}", to.collection),
        Route("/ogc/collections/{name:str}/items", to.items),
        Route("/ogc/collections/{name:str}/items/{id:path}", to.item),
    ]
