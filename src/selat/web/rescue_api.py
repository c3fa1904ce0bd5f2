"""The desk of the rescue co-ordinator for pages and scripts. Times in addresses and answers are milliseconds UTC.

=========================================================  =====================================================
``GET  /api/rescue/cases`` ``POST``                          the cases of the sea; make or change one (``{form, new}``)
``POST /api/rescue/check``                                   what is wrong with a form, at its fields; its beginnings
``GET  /api/rescue/cases/ID``                                a case with drift, plans, searches and log
``GET  /api/rescue/cases/ID/news``                           a ``mark`` that changes with the case; work on it
``POST /api/rescue/cases/ID/drift`` ``.../plan``             begin to drift (``hours, every``), to plan; answers with the job
``GET  /api/rescue/jobs/ID`` ``.../stream`` ``DELETE``       a job; its progress as server-sent events; break it off
``GET  /api/rescue/cases/ID/times?first=``                   mean, circles and regions at each time there is
``GET  /api/rescue/cases/ID/cloud?first=``                   particles, packed (:meth:`selat.app.rescue.bench.Bench.packed`)
``POST /api/rescue/cases/ID/score`` ``.../keep``             areas, patterns, lines by hand: worth; keep it as a plan
``POST /api/rescue/cases/ID/search``                         a plan was carried out in vain
``GET  /api/rescue/cases/ID/effort?plan=``                   what more effort would find at most
``POST /api/rescue/cases/ID/export``                         a plan's files (``{plan, format, language, facts}``)
``POST /api/rescue/cases/ID/decision``                       a decision for the log
``GET  /api/rescue/fields`` ``POST .../NAME?who=``           files of wind and current; send one (its bytes)
``POST /api/rescue/arrows``                                  wind and current on a raster (``form, time_ms, box, ...``)
``GET  /api/rescue/vessels?lat=&lon=``                       ships by time to arrive
``GET  /api/rescue/light?lat=&lon=&begin=&end=``             sun and moon
``GET  /api/rescue/survival?begin=&water=&review=&limit=``   the policy clock
``GET  /api/rescue/lists``                                   objects that drift, objects of the sweep-width tables, formats
=========================================================  =====================================================

Errors of a form answer 422 with ``fields``: ``[{field, error, hint}]``. Who may see reads all; who may act does the rest.
Where somebody else changed what a deed rests on (``seen``), it answers 409 with ``who``, ``time_ms`` and ``n``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from selat.model.errors import ConfigError
from selat.web.answers import json_answer, missing
from selat.web.body import json_body, text_of
from selat.web.rescue_asked import Bound, asked, who_acts
from selat.web.rescue_fields import field_routes

if TYPE_CHECKING:
    from starlette.requests import Request

    from selat.app.rescue.desk import RescueDesk
    from selat.model.picture import Picture

BODY = 200_000
TRACKS = 20_000_000  #: bytes of a body with tracks of boats
LOOK = 0.1  #: s between two looks at a job
PATIENCE = 15.0  #: s after which a stream says that it lives


class _Cases(Bound):
    """Cases, long work on them, and what it gave."""

    @asked(deed=False)
    async def cases(self, request: Request) -> Response:
        return json_answer({"cases": await run_in_threadpool(self.desk.all)})

    @asked(deed=True)
    async def put(self, request: Request) -> Response:
        body = await json_body(request, BODY)
        who, form = who_acts(request, body), body.get("form")
        if not isinstance(form, dict):
            raise ConfigError("a case needs its form", hint='{"form": {"name": ...}, "who": ...}')
        new, seen = body.get("new") is True, body.get("seen")
        seen = seen if isinstance(seen, int) else 0
        return json_answer({"id": await run_in_threadpool(self.desk.put, form, who, new=new, seen=seen)})

    @asked(deed=False)
    async def check(self, request: Request) -> Response:
        body = await json_body(request, BODY)
        return json_answer(await run_in_threadpool(self.desk.check, body.get("form") or {}))

    @asked(deed=False)
    async def case(self, request: Request) -> Response:
        return json_answer(await run_in_threadpool(self.desk.case, request.path_params["case"]))

    @asked(deed=False)
    async def news(self, request: Request) -> Response:
        return json_answer(await run_in_threadpool(self.desk.news, request.path_params["case"]))

    @asked(deed=True)
    async def begin(self, request: Request) -> Response:
        """Long work: a drift or a plan."""
        body = await json_body(request, BODY)
        work = self.desk.plan if request.url.path.endswith("/plan") else self.desk.drift
        job = await run_in_threadpool(work, request.path_params["case"], body, who_acts(request, body))
        return json_answer(job.as_dict(), status=202)

    @asked(deed=False)
    async def job(self, request: Request) -> Response:
        found = self.desk.jobs.get(request.path_params["job"])
        return missing("no such job") if found is None else json_answer(found.as_dict())

    @asked(deed=True)
    async def cancel(self, request: Request) -> Response:
        gone = self.desk.jobs.cancel(request.path_params["job"])
        return json_answer({"cancelled": True}) if gone else missing("no such job, or it has ended")

    @asked(deed=False)
    async def stream(self, request: Request) -> Response:
        found = self.desk.jobs.get(request.path_params["job"])
        if found is None:
            return missing("no such job")
        head = {"Cache-Control": "no-store"}
        return StreamingResponse(_events(request, found), media_type="text/event-stream", headers=head)

    @asked(deed=False)
    async def times(self, request: Request) -> Response:
        bench = await run_in_threadpool(self.desk.bench, request.path_params["case"])
        first = _first(request)
        rows = await run_in_threadpool(bench.rows, first)
        all_ms = (bench.times / 1e6).tolist()
        told = {"version": bench.version, "times_ms": all_ms, "whole": bench.record > 0, "first": first, "rows": rows}
        return json_answer({**told, "notes": list(bench.drifted.notes), "cumulative": bench.cumulative})

    @asked(deed=False)
    async def cloud(self, request: Request) -> Response:
        bench = await run_in_threadpool(self.desk.bench, request.path_params["case"])
        packed = await run_in_threadpool(bench.packed, _first(request))
        return Response(packed, media_type="application/octet-stream", headers={"Cache-Control": "no-store"})


class _Plans(Bound):
    """Plans, searches, files, decisions."""

    @asked(deed=False)
    async def score(self, request: Request) -> Response:
        body = await json_body(request, BODY)
        case, plan, shapes = _shapes(request, body)
        return json_answer(await run_in_threadpool(self.desk.score, case, plan, shapes))

    @asked(deed=True)
    async def keep(self, request: Request) -> Response:
        body = await json_body(request, BODY)
        case, plan, shapes = _shapes(request, body)
        title, who = text_of(body, "title", 80), who_acts(request, body)
        return json_answer({"plan": await run_in_threadpool(self.desk.keep, case, plan, shapes, title, who)})

    @asked(deed=True)
    async def search(self, request: Request) -> Response:
        body = await json_body(request, TRACKS)
        who = who_acts(request, body)
        return json_answer(await run_in_threadpool(self.desk.search, request.path_params["case"], body, who))

    @asked(deed=False)
    async def effort(self, request: Request) -> Response:
        from selat.app.rescue.aids import next_best

        case, number = request.path_params["case"], _number(request, "plan")
        bench = await run_in_threadpool(self.desk.bench, case)
        made, _ = await run_in_threadpool(self.desk.plan_record, case, int(number))
        return json_answer(await run_in_threadpool(next_best, bench, made))

    @asked(deed=False)
    async def export(self, request: Request) -> Response:
        from selat.app.rescue.aids import PAPER, written

        body = await json_body(request, BODY)
        number, facts = body.get("plan"), body.get("facts") or {}
        if not isinstance(number, int) or not isinstance(facts, dict):
            raise ConfigError("which plan, in which format?", hint='{"plan": 3, "format": "gpx", "facts": {}}')
        made, name = await run_in_threadpool(self.desk.plan_record, request.path_params["case"], number)
        stem = "".join(c if c.isalnum() or c in " ._-" else "_" for c in name).strip() or "case"
        told = {str(k): str(v)[:2000] for k, v in facts.items()}
        form, language = text_of(body, "format", 20), text_of(body, "language", 5) or "en"
        bench = None if form not in PAPER else await run_in_threadpool(self.desk.bench, request.path_params["case"])
        found = None if bench is None else bench.drifted
        file, data = await run_in_threadpool(written, made, form, f"{stem}-{number}", told, language, found)
        kind = "application/zip" if file.endswith(".zip") else "application/octet-stream"
        head = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file)}", "Cache-Control": "no-store"}
        return Response(data, media_type=kind, headers=head)

    @asked(deed=True)
    async def decision(self, request: Request) -> Response:
        body = await json_body(request, BODY)
        note, who = text_of(body, "note", 2000), who_acts(request, body)
        await run_in_threadpool(self.desk.decide, request.path_params["case"], who, note)
        return json_answer({"kept": True})


class _Aids(Bound):
    """What is asked beside a plan."""

    @asked(deed=False)
    async def vessels(self, request: Request) -> Response:
        from selat.app.rescue.aids import helpers

        lat, lon = _number(request, "lat"), _number(request, "lon")
        return json_answer({"ships": await run_in_threadpool(helpers, self.picture, lat, lon, self.desk.coast)})

    @asked(deed=False)
    async def light(self, request: Request) -> Response:
        from selat.app.rescue.aids import light

        lat, lon, begin, end = (_number(request, k) for k in ("lat", "lon", "begin", "end"))
        return json_answer(await run_in_threadpool(light, lat, lon, int(begin * 1e6), int(end * 1e6)))

    @asked(deed=False)
    async def survival(self, request: Request) -> Response:
        from selat.app.rescue.aids import survival_clock

        begin = int(_number(request, "begin") * 1e6)
        return json_answer(survival_clock(begin, dict(request.query_params)))

    @asked(deed=False)
    async def lists(self, request: Request) -> Response:
        return json_answer(await run_in_threadpool(_lists))


def _lists() -> dict[str, Any]:
    from selat.app.rescue.aids import formats
    from selat.exporters.plans.messages import FACTS
    from selat.rescue.objects import classes, names
    from selat.rescue.sweep import objects

    called: dict[str, list[str]] = {}
    for name, (key, _) in names().items():
        called.setdefault(key, []).append(name)
    found = [
        {"key": o.key, "description": o.description, "names": called.get(o.key, []), "source": o.source, "note": o.note}
        for o in classes()
    ]
    targets = {p: list(objects(p)) for p in ("boat", "ship", "helicopter", "aircraft")}
    return {"objects": found, "targets": targets, "formats": formats(), "facts": FACTS}


def _first(request: Request) -> int:
    text = request.query_params.get("first", "0")
    return int(text) if text.isdecimal() and len(text) < 7 else 0


def _number(request: Request, name: str) -> float:
    try:
        value = float(request.query_params.get(name, ""))
    except ValueError:
        raise ConfigError(f"{name} is no number", hint=f"?{name}=1.5") from None
    if not abs(value) < 1e13:
        raise ConfigError(f"{name} is no such number", hint=f"?{name}=1.5")
    return value


def _shapes(request: Request, body: dict[str, Any]) -> tuple[str, int, dict[str, Any]]:
    plan, shapes = body.get("plan"), body.get("areas")
    if not isinstance(plan, int) or not isinstance(shapes, dict):
        raise ConfigError("which plan, with which areas?", hint='{"plan": 3, "areas": {"A1": {"lat": ..., ...}}}')
    return request.path_params["case"], plan, shapes


async def _events(request: Request, job: Any) -> AsyncIterator[bytes]:
    """The job each time that it changed, until it has ended or who listens is gone."""
    seen, quiet = -1, 0.0
    while not await request.is_disconnected():
        if job.version != seen:
            seen, quiet = job.version, 0.0
            told = job.as_dict()
            yield f"data: {json.dumps(told)}\n\n".encode()
            if told["state"] in ("done", "failed", "cancelled"):
                return
        elif quiet >= PATIENCE:
            quiet = 0.0
            yield b": alive\n\n"
        await asyncio.sleep(LOOK)
        quiet += LOOK


def rescue_routes(desk: RescueDesk | None, picture: Picture, may: Callable[[Request], bool]) -> list[Route]:
    """The routes of this page."""
    to, of, aids = _Cases(desk, picture, may), _Plans(desk, picture, may), _Aids(desk, picture, may)
    case = "/api/rescue/cases/{case:str}"
    return [
        Route("/api/rescue/cases", to.cases),
        Route("/api/rescue/cases", to.put, methods=["POST"]),
        Route("/api/rescue/check", to.check, methods=["POST"]),
        Route("/api/rescue/lists", aids.lists),
        Route("/api/rescue/vessels", aids.vessels),
        Route("/api/rescue/light", aids.light),
        Route("/api/rescue/survival", aids.survival),
        Route("/api/rescue/jobs/{job:str}", to.job),
        Route("/api/rescue/jobs/{job:str}", to.cancel, methods=["DELETE"]),
        Route("/api/rescue/jobs/{job:str}/stream", to.stream),
        *field_routes(desk, picture, may),
        Route(case, to.case),
        Route(f"{case}/news", to.news),
        Route(f"{case}/times", to.times),
        Route(f"{case}/cloud", to.cloud),
        Route(f"{case}/effort", of.effort),
        Route(f"{case}/score", of.score, methods=["POST"]),
        Route(f"{case}/keep", of.keep, methods=["POST"]),
        Route(f"{case}/search", of.search, methods=["POST"]),
        Route(f"{case}/export", of.export, methods=["POST"]),
        Route(f"{case}/decision", of.decision, methods=["POST"]),
        Route(f"{case}/drift", to.begin, methods=["POST"]),
        Route(f"{case}/plan", to.begin, methods=["POST"]),
    ]
