"""Reports on paper, to download.

========================================================================  ==========================================
``GET /api/report/day?begin=&end=&format=html|pdf&language=en|ms|ja``       a day (the last whole one), times in ms
``GET /api/report/ship?about=MMSI``                                        dossier of a ship
``GET /api/report/alert?about=ID``                                         one alert
``GET /api/report/area?about=ZONE``                                        traffic and alerts inside a zone
========================================================================  ==========================================

Whoever may see the picture may have them: they hold nothing that the page does not show. HTML opens in the page's tab
(``&download=1`` saves it); PDF needs the extra ``paper`` on the server, else the answer is 501 with what to install.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from selat.model.archive import Archive
from selat.model.errors import ConfigError, SelatError
from selat.web.answers import json_answer
from selat.web.login import USER

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request

FORMATS = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}
KINDS = ("day", "ship", "alert", "area")
_LATEST = 9_000_000_000_000
_MS = 1_000_000


class _Reports:
    """The answers, bound to one archive; ``audit`` is told who took which."""

    def __init__(self, archive: Archive | None, audit: Callable[[str, str, str, str], None] | None) -> None:
        self.archive: Any = archive
        self.audit = audit

    async def report(self, request: Request) -> Response:
        if self.archive is None:
            return json_answer({"error": "this picture has no stored sea behind it"}, status=501)
        kind, asked = request.path_params["kind"], request.query_params
        form, language = asked.get("format", "html"), asked.get("language", "en")
        try:
            if kind not in KINDS:
                raise ConfigError(f"there is no report {kind[:20]!r}", hint=f"one of {', '.join(KINDS)}")
            if form not in FORMATS:
                raise ConfigError(f"a report as {form[:20]!r}", hint=f"one of {', '.join(FORMATS)}")
            begin, end = _time(asked.get("begin", "")), _time(asked.get("end", ""))
            made: bytes = await run_in_threadpool(
                self.archive.report, kind, asked.get("about", "")[:120].strip(), begin, end, language, form
            )
        except SelatError as e:
            lacking = "selat[paper]" in e.hint
            return json_answer({"error": e.message, "hint": e.hint}, status=501 if lacking else 400)
        if self.audit is not None:
            user = request.scope.get(USER)
            who = user.name if user is not None else "?"
            await run_in_threadpool(self.audit, who, "report", f"{kind}:{asked.get('about', '')[:120]}", form)
        way = "attachment" if form == "pdf" or asked.get("download") == "1" else "inline"
        headers = {"Content-Disposition": f'{way}; filename="selat-{kind}.{form}"', "Cache-Control": "no-store"}
        return Response(made, media_type=FORMATS[form], headers=headers)


def _time(text: str) -> int | None:
    """Milliseconds as ns; None where nothing was given."""
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 15 or int(text) > _LATEST:
        raise ConfigError(f"not a time: {text[:20]!r}", hint="milliseconds UTC")
    return int(text) * _MS


def report_routes(
    archive: Archive | None, audit: Callable[[str, str, str, str], None] | None = None, more: Sequence[Route] = ()
) -> list[Route]:
    """The routes of reports; ``more``: of papers that others make."""
    return [Route("/api/report/{kind:str}", _Reports(archive, audit).report), *more]
