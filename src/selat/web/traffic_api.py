"""Maps, gates and counts of the stored sea, for pages and scripts. Times are milliseconds UTC.

=======================================================  =======================================================
``GET /api/density?begin=&end=&box=W,S,E,N&cell=500``     a map: hours, ships, speed by cell (``percentile=95`` too);
                                                         ``format=`` csv, geojson, geoparquet, png (``measure=``)
``GET /api/gates``                                       lines that can be gates
``GET /api/gates/passages?begin=&end=&gate=A&gate=B``     counts by gate; ``format=csv`` or ``list=1``: the passages
``GET /api/statistics?begin=&end=&box=``                 traffic and alerts, counted
=======================================================  =======================================================

All take the words of :mod:`selat.model.sieve`: ``types, hide, min_kn, max_kn, min_m, max_m, flag, mmsi, only, course``.
Arrays of a map are base64 of float32, little-endian, row by row from the south-western cell; NaN: nobody was there.
"""

from __future__ import annotations

import base64
import math
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from selat.exporters import csv
from selat.exporters.heat import FORMATS, MEASURES, format_of, measure, passages_table, whole
from selat.model.errors import ConfigError
from selat.model.sieve import WORDS, Sieve, sieve_of
from selat.web.answers import json_answer
from selat.web.archive_api import asked, between

if TYPE_CHECKING:
    from starlette.requests import Request

    from selat.model.archive import Archive, Traffic

Box = tuple[float, float, float, float]
PASSAGES = 20_000  #: most passages in one JSON answer
CELL = 1000.0  #: m


class _Answers:
    """The answers, bound to one archive."""

    def __init__(self, archive: Archive | None) -> None:
        self.archive = archive

    @property
    def traffic(self) -> Traffic:
        """Asked only behind :func:`asked`, which sees that there is an archive."""
        return cast("Archive", self.archive).traffic

    @asked
    async def density(self, request: Request) -> Response:
        query = request.query_params
        begin, end = between(request)
        box = _box(query.get("box", ""))
        if box is None:
            raise ConfigError("a map of which box?", hint="box=103.5,1.0,104.5,1.5 (west,south,east,north)")
        cell, share = _real(query.get("cell", ""), "cell", CELL), query.get("percentile", "")
        percentile = _real(share, "percentile", 0.0) if share else None
        form, name = query.get("format", "json"), query.get("measure", "hours")
        if form != "json":
            format_of("", form)
        if name not in MEASURES:
            raise ConfigError(f"{name[:40]!r} is no measure", hint=f"one of {', '.join(MEASURES)}")
        heat = await run_in_threadpool(self.traffic.density, begin, end, box, cell, _sieve(request), percentile)
        if form != "json":
            media = FORMATS[form][1]
            data = await run_in_threadpool(whole, heat, form, name)
            return _file(data, media, f"density.{form}")
        return json_answer(await run_in_threadpool(_told, heat))

    @asked
    async def gates(self, request: Request) -> Response:
        return json_answer({"lines": await run_in_threadpool(self.traffic.lines)})

    @asked
    async def passages(self, request: Request) -> Response:
        query = request.query_params
        begin, end = between(request)
        names = tuple(n[:200] for n in query.getlist("gate") if n.strip())
        clear = _real(query.get("clear", ""), "clear", 200.0)
        found, counts = await run_in_threadpool(self.traffic.passages, begin, end, names, _sieve(request), clear)
        if query.get("format", "json") == "csv":
            out = BytesIO()
            await run_in_threadpool(csv.write, [passages_table(found)], out)
            return _file(out.getvalue(), "text/csv; charset=utf-8; header=present", "passages.csv")
        if query.get("format", "json") != "json":
            raise ConfigError("passages in which format?", hint="format=csv, or none for JSON")
        answer: dict[str, Any] = {
            "gates": counts, "passages": len(found), "wiggled": found.wiggled, "unseen": found.unseen, "clear_m": clear,
        }  # fmt: skip
        if query.get("list") == "1":
            answer["list"] = await run_in_threadpool(_listed, found)
        return json_answer(answer)

    @asked
    async def statistics(self, request: Request) -> Response:
        begin, end = between(request)
        box = _box(request.query_params.get("box", ""))
        return json_answer(await run_in_threadpool(self.traffic.statistics, begin, end, _sieve(request), box))


def _listed(found: Any) -> list[dict[str, Any]]:
    heads = found.heading()
    return [
        {"gate": found.names[found.gate[k]], "mmsi": int(found.mmsi[k]), "time_ms": int(found.time[k]) / 1e6,
         "toward": heads[k], "lat": float(found.lat[k]), "lon": float(found.lon[k]),
         "sog_mps": None if math.isnan(found.speed[k]) else float(found.speed[k]), "crossings": int(found.crossings[k])}
        for k in range(min(len(found), PASSAGES))
    ]  # fmt: skip


def _told(heat: Any) -> dict[str, Any]:
    grid = heat.grid
    out: dict[str, Any] = {
        "begin_ms": heat.begin / 1e6, "end_ms": heat.end / 1e6, "west": grid.west, "south": grid.south, "wide": grid.wide,
        "north": grid.north, "rows": grid.rows, "columns": grid.columns, "percentile_of": heat.share, "told": heat.told,
        "areas_km2": (grid.areas() * 1e-6).round(6).tolist(),
    }  # fmt: skip
    for name in ("hours", "ships", "speed", "percentile"):
        if name != "percentile" or heat.percentile is not None:
            out[name] = base64.b64encode(measure(heat, name).astype("<f4").tobytes()).decode()
    return out


def _file(data: bytes, media: str, name: str) -> Response:
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=media, headers=headers)


def _sieve(request: Request) -> Sieve:
    return sieve_of({name: request.query_params.get(name, "")[:4000] for name in WORDS})


def _real(text: str, name: str, none: float) -> float:
    if not text:
        return none
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise ConfigError(f"{name} is no number above 0", hint=f"as in {name}=500")
    return value


def _box(text: str) -> Box | None:
    if not text:
        return None
    try:
        w, s, e, n = (float(v) for v in text.split(","))
    except ValueError:
        raise ConfigError("a box is four numbers", hint="box=103.5,1.0,104.5,1.5 (west,south,east,north)") from None
    if not (
        np.isfinite([w, s, e, n]).all() and -180 <= w <= 180 and -180 <= e <= 180 and -90 <= s < n <= 90 and w != e
    ):
        raise ConfigError("that is no box", hint="west,south,east,north in degrees, with some width and height")
    return w, s, e, n


def traffic_routes(archive: Archive | None) -> list[Route]:
    """The routes of this file."""
    to = _Answers(archive)
    return [
        Route("/api/density", to.density),
        Route("/api/gates", to.gates),
        Route("/api/gates/passages", to.passages),
        Route("/api/statistics", to.statistics),
    ]
