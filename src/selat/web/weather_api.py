"""Wind and current for the map, out of the fields of the sea. Times are milliseconds UTC.

=============================================================================  ========================================
``GET /api/weather``                                                            the fields that there are
``GET /api/weather/KIND?at=&box=W,S,E,N&columns=16&rows=12``                     wind or current at a time, on a grid of places
=============================================================================  ========================================

Arrows go where the air or the water goes, east and north in m/s. Without a field of that time there are none.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from selat.model.archive import Archive
from selat.model.errors import ConfigError
from selat.web.answers import json_answer
from selat.web.archive_api import asked

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_LATEST = 9_000_000_000_000
_MS = 1_000_000


class _Weather:
    """The answers, bound to one archive."""

    def __init__(self, archive: Archive | None) -> None:
        self.archive: Any = archive

    async def fields(self, request: Request) -> Response:
        """Also where nothing can be: a page asks this first."""
        found = [] if self.archive is None else await run_in_threadpool(self.archive.weather.fields)
        return json_answer({"fields": found})

    @asked
    async def arrows(self, request: Request) -> Response:
        query = request.query_params
        at = _whole(query.get("at", ""), "at", _LATEST)
        try:
            west, south, east, north = (float(part) for part in query.get("box", "").split(","))
        except ValueError:
            raise ConfigError("arrows in which box?", hint="box=103.5,1.0,104.5,1.5 (west,south,east,north)") from None
        if not all(map(math.isfinite, (west, south, east, north))):
            raise ConfigError("that is no box", hint="four finite numbers: west,south,east,north")
        columns, rows = (_whole(query.get(k, d), k, 4000) for k, d in (("columns", "16"), ("rows", "12")))
        told = await run_in_threadpool(
            self.archive.weather.arrows,
            request.path_params["kind"],
            at * _MS,
            (west, south, east, north),
            columns,
            rows,
        )
        return json_answer(told)


def _whole(text: str, name: str, most: int) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 15 or int(text) > most:
        raise ConfigError(f"{name}={text[:20]!r}", hint=f"a whole number up to {most}")
    return int(text)


def weather_routes(archive: Archive | None) -> list[Route]:
    """The routes of the weather layer."""
    to = _Weather(archive)
    return [Route("/api/weather", to.fields), Route("/api/weather/{kind:str}", to.arrows)]
