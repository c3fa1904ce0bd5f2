"""What a grant changed, measured from the page as a job; only who holds the register (tier recipient) may ask.

=========================================================  ====================================================================
``GET  /api/assist/capability?programme=ID``                 what can be chosen: demands, craft, boats of the sea
``POST /api/assist/capability``                              begin (``{programme, demand, table, boats, before, after, ...}``)
``GET  /api/assist/capability/jobs/ID`` ``DELETE``           how far it is, and its result; break it off
``GET  /api/assist/capability/jobs/ID/export?format=pdf``    html, pdf, xlsx or csv
=========================================================  ====================================================================

A donor or auditor sees the figures that were written into the register: places of bases could be told from free questions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from selat.model.errors import ConfigError
from selat.web.answers import json_answer, missing
from selat.web.assist_api import Asking, asked, not_yours
from selat.web.body import json_body, text_of
from selat.web.review_api import FORMATS as PAPERS

if TYPE_CHECKING:
    from starlette.requests import Request

    from selat.app.granted import Measuring
    from selat.assist.desk import Desk

MOST_BODY = 5_000_000
FORMATS = {**PAPERS, "csv": "text/csv; charset=utf-8"}


class _Capability:
    """The answers, bound to one desk."""

    def __init__(self, desk: Desk | None, may: Callable[[Request], bool]) -> None:
        self.desk = desk
        self.may = may
        self._work: Measuring | None = None

    @property
    def work(self) -> Measuring:
        from selat.app.granted import Measuring

        if self._work is None and self.desk is not None:
            self._work = Measuring(self.desk)
        assert self._work is not None  # `asked` has answered where there is no desk
        return self._work

    @asked
    async def choices(self, request: Request, ask: Asking) -> Response:
        if not _holds(ask):
            return not_yours()
        return json_answer(await run_in_threadpool(self.work.choices, request.query_params.get("programme", "")))

    @asked
    async def begin(self, request: Request, ask: Asking) -> Response:
        from selat.app.granted import asked_of

        if not _holds(ask):
            return not_yours()
        body = await json_body(request, MOST_BODY)
        who = ask.name(request, text_of(body, "who", 80))
        job = await run_in_threadpool(self.work.begin, asked_of(body), who)
        return json_answer(job.as_dict(), status=202)

    @asked
    async def job(self, request: Request, ask: Asking) -> Response:
        if not _holds(ask):
            return not_yours()
        found = self.work.jobs.get(request.path_params["job"])
        return missing("no such job") if found is None else json_answer(found.as_dict())

    @asked
    async def cancel(self, request: Request, ask: Asking) -> Response:
        if not _holds(ask):
            return not_yours()
        gone = self.work.jobs.cancel(request.path_params["job"])
        return json_answer({"cancelled": True}) if gone else missing("no such job, or it has ended")

    @asked
    async def export(self, request: Request, ask: Asking) -> Response:
        if not _holds(ask):
            return not_yours()
        found = self.work.jobs.get(request.path_params["job"])
        if found is None or found.state != "done":
            return missing("no such job, or it has not ended well")
        return await run_in_threadpool(_made, found.result, request.query_params)


def _holds(ask: Asking) -> bool:
    return ask.shown == "recipient" and (ask.allowed is None or "measurement" in ask.allowed)


def _made(result: dict[str, Any], given: Any) -> Response:
    from selat.app.papers import capability

    form = given.get("format", "csv")
    if form not in FORMATS:
        raise ConfigError(f"a table as {form[:20]!r}", hint=f"one of {', '.join(FORMATS)}")
    data = capability.file(result, form, given.get("language", "en")[:5])
    way = "inline" if form == "html" else "attachment"
    head = {"Content-Disposition": f'{way}; filename="capability.{form}"', "Cache-Control": "no-store"}
    return Response(data, media_type=FORMATS[form], headers=head)


def capability_routes(desk: Desk | None, may: Callable[[Request], bool]) -> list[Route]:
    """The routes of runs."""
    to = _Capability(desk, may)
    base = "/api/assist/capability"
    return [
        Route(base, to.choices, methods=["GET"]),
        Route(base, to.begin, methods=["POST"]),
        Route(f"{base}/jobs/{{job:str}}", to.job, methods=["GET"]),
        Route(f"{base}/jobs/{{job:str}}", to.cancel, methods=["DELETE"]),
        Route(f"{base}/jobs/{{job:str}}/export", to.export),
    ]
