"""The past and the places of a sea, for pages and scripts. Times are milliseconds UTC.

=====================================================  =========================================================
``GET  /api/zones``                                     zones as GeoJSON
``PUT  /api/zones`` ``DELETE /api/zones/NAME?who=``     add or replace one (a GeoJSON feature with ``who``), take one out
``GET  /api/history``                                   first and last time of the history
``GET  /api/history/density?begin=&end=&bins=``         ships heard in each part of the time
``GET  /api/history/alerts?begin=&end=``                alerts that stood between
``GET  /api/history/rows?begin=&end=&step=&known=1``    packed reports: header of the feed (kind 3, rows, begin), rows of ``PLAY``
``GET  /api/labels?ships=1,2``                          names of ships
``GET  /api/search?q=``                                 ships of the whole history
``GET  /api/ship/MMSI/dossier`` ``.../track``           what is stored of one ship; her track
=====================================================  =========================================================
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from selat.model.archive import Archive
from selat.model.errors import BusyError, ConfigError, SelatError
from selat.web.answers import json_answer, missing
from selat.web.body import json_body, text_of, who_of
from selat.web.feed import HEADER

if TYPE_CHECKING:
    from starlette.requests import Request

KIND_PAST = 3
MOST_SHIPS = 500
WHO_LIMIT = 80
_MS = 1_000_000
_NOTHING: dict[str, Any] = {"type": "FeatureCollection", "features": []}

Answer = Callable[..., Awaitable[Response]]


def asked(answer: Answer) -> Answer:
    """Errors of what was asked become 400 with their hint, too much at once 503 with when to ask again; without a stored
    sea there is no past: 501."""

    @wraps(answer)
    async def guarded(self: Any, request: Request) -> Response:
        if self.archive is None:
            return json_answer({"error": "this picture has no stored sea behind it"}, status=501)
        try:
            return await answer(self, request)
        except BusyError as e:
            refused = json_answer({"error": e.message, "hint": e.hint}, status=503)
            refused.headers["Retry-After"] = str(max(math.ceil(e.after), 1))  # RFC 9110, 10.2.3: whole seconds
            return refused
        except SelatError as e:
            return json_answer({"error": e.message, "hint": e.hint}, status=400)

    return guarded


class _Past:
    """The answers, bound to one archive; ``may`` says who may change zones."""

    def __init__(self, archive: Archive | None, may: Callable[[Request], bool]) -> None:
        self.archive: Any = archive
        self.may = may

    async def zones(self, request: Request) -> Response:
        found = _NOTHING if self.archive is None else await run_in_threadpool(self.archive.zones)
        return json_answer(found, "application/geo+json")

    @asked
    async def put_zone(self, request: Request) -> Response:
        if not self.may(request):
            return json_answer({"error": "zones are changed at the machine itself"}, status=403)
        body = await json_body(request, 1_000_000)
        who = who_of(request, text_of(body, "who", WHO_LIMIT))
        feature = body.get("feature")
        if not who or not isinstance(feature, dict):
            raise ConfigError(
                "a zone needs a feature and who draws it", hint='{"who": "...", "feature": {"type": "Feature", ...}}'
            )
        return json_answer({"name": await run_in_threadpool(self.archive.put_zone, feature, who)})

    @asked
    async def remove_zone(self, request: Request) -> Response:
        if not self.may(request):
            return json_answer({"error": "zones are changed at the machine itself"}, status=403)
        name = request.path_params["name"]
        who = who_of(request, request.query_params.get("who", "")[:WHO_LIMIT].strip())
        if not who:
            raise ConfigError("taken out by whom?", hint="?who=NAME")
        gone = await run_in_threadpool(self.archive.remove_zone, name, who)
        return json_answer({"name": name}) if gone else missing("no zone of this name")

    async def history(self, request: Request) -> Response:
        """Also where there is none: a page asks this first, and an error would be one in its console."""
        span = None if self.archive is None else await run_in_threadpool(self.archive.span)
        begin, end = (span[0] / _MS, span[1] / _MS) if span else (None, None)
        return json_answer({"stored": self.archive is not None, "begin_ms": begin, "end_ms": end})

    @asked
    async def density(self, request: Request) -> Response:
        begin, end = between(request)
        ships = await run_in_threadpool(self.archive.density, begin, end, _whole(request, "bins", 144))
        return json_answer({"begin_ms": begin / _MS, "end_ms": end / _MS, "ships": ships})

    @asked
    async def alerts(self, request: Request) -> Response:
        return json_answer({"alerts": await run_in_threadpool(self.archive.alerts, *between(request))})

    @asked
    async def rows(self, request: Request) -> Response:
        begin, end = between(request)
        step = _whole(request, "step", 30_000) * _MS
        known = request.query_params.get("known") == "1"
        rows = await run_in_threadpool(self.archive.rows, begin, end, step, known)
        head = HEADER.pack(KIND_PAST, len(rows), begin / _MS)
        return Response(
            head + rows.tobytes(), media_type="application/octet-stream", headers={"Cache-Control": "no-store"}
        )

    @asked
    async def labels(self, request: Request) -> Response:
        asked = [
            int(t)
            for t in request.query_params.get("ships", "").split(",")[:MOST_SHIPS]
            if t.isdecimal() and len(t) < 10
        ]
        return json_answer({"labels": await run_in_threadpool(self.archive.labels, asked)})

    @asked
    async def search(self, request: Request) -> Response:
        text = request.query_params.get("q", "")[:60]
        return json_answer({"ships": await run_in_threadpool(self.archive.search, text)})

    @asked
    async def dossier(self, request: Request) -> Response:
        found = await run_in_threadpool(self.archive.dossier, request.path_params["mmsi"])
        return missing("nothing is stored of this ship") if found is None else json_answer(found)

    @asked
    async def track(self, request: Request) -> Response:
        begin, end = between(request)
        return json_answer(
            {"track": await run_in_threadpool(self.archive.track, request.path_params["mmsi"], begin, end)}
        )


def _whole(request: Request, name: str, none: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return none
    if not text.isdecimal() or len(text) > 15:
        raise ConfigError(f"{name} is no whole number", hint=f"as in {name}={none}")
    return int(text)


def between(request: Request) -> tuple[int, int]:
    """``begin`` and ``end`` in ns."""
    begin, end = _whole(request, "begin", -1), _whole(request, "end", -1)
    if begin < 0 or end < 0 or max(begin, end) > 9_000_000_000_000:
        raise ConfigError("from when to when?", hint="begin and end in milliseconds UTC")
    return begin * _MS, end * _MS


def archive_routes(archive: Archive | None, may: Callable[[Request], bool]) -> list[Route]:
    """The routes of this page."""
    to = _Past(archive, may)
    return [
        Route("/api/zones", to.zones),
        Route("/api/zones", to.put_zone, methods=["PUT"]),
        Route("/api/zones/{name:path}", to.remove_zone, methods=["DELETE"]),
        Route("/api/history", to.history),
        Route("/api/history/density", to.density),
        Route("/api/history/alerts", to.alerts),
        Route("/api/history/rows", to.rows),
        Route("/api/labels", to.labels),
        Route("/api/search", to.search),
        Route("/api/ship/{mmsi:int}/dossier", to.dossier),
        Route("/api/ship/{mmsi:int}/track", to.track),
    ]
