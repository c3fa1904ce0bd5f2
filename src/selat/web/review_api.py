"""The yearly review of the grants, to download: ``GET /api/assist/review?period=FY2025&format=html|pdf|xlsx``.

Also ``programme=``, ``country=``, ``entry=`` (as known after so many entries), ``language=en|ms|ja`` and ``as=``; each
reader gets it in the own tier, the public none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from selat.model.errors import ConfigError
from selat.web.answers import json_answer
from selat.web.assist_api import Asking, asked

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from selat.assist.desk import Desk

FORMATS = {
    "html": "text/html; charset=utf-8", "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


class _Reviews:
    """The answer, bound to one desk; ``may`` says whether who asks without an account sits at this machine."""

    def __init__(self, desk: Desk | None, may: Callable[[Request], bool]) -> None:
        self.desk: Any = desk
        self.may = may

    @asked
    async def review(self, request: Request, ask: Asking) -> Response:
        if ask.shown == "public":
            return json_answer({"error": "no review for the public"}, status=403)
        return await run_in_threadpool(self._made, request.query_params, ask.shown)

    def _made(self, given: Any, tier: str) -> Response:
        from selat.app.papers import review
        from selat.exporters.paper import written

        form, period, entry = given.get("format", "html"), given.get("period", "")[:20], given.get("entry", "")
        if form not in FORMATS:
            raise ConfigError(f"a review as {form[:20]!r}", hint=f"one of {', '.join(FORMATS)}")
        if entry and not (entry.isascii() and entry.isdecimal() and len(entry) < 10):
            raise ConfigError(f"not a number of entries: {entry[:20]!r}", hint="as in entry=400")
        told = review.document(
            self.desk.register,
            period,
            self.desk.folder.resolve().name,
            programmes=[p for p in given.getlist("programme") if p],
            country=given.get("country", "")[:2],
            entry=int(entry) if entry else None,
            tier=tier,
            language=given.get("language", "en")[:5],
        )
        way = "inline" if form == "html" and given.get("download") != "1" else "attachment"
        headers = {
            "Content-Disposition": f'{way}; filename="{review.file_name(period, form)}"',
            "Cache-Control": "no-store",
        }
        return Response(written(told, form), media_type=FORMATS[form], headers=headers)


def review_routes(desk: Desk | None, may: Callable[[Request], bool]) -> list[Route]:
    """The route of reviews."""
    return [Route("/api/assist/review", _Reviews(desk, may).review)]
