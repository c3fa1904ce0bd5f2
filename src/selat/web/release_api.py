"""Who may see an alert, a zone or a case: asked and changed by supervisors.

=====================================  =========================================================================
``GET /api/releases/KIND/NAME``         clauses of an ``alert``, ``zone`` or ``case``: one group of each list is asked for
``PUT /api/releases/KIND/NAME``         a JSON body with ``groups``: a list of names (one of them is enough), a list of
                                       such lists (one of each is asked for), or an empty list (everybody)
=====================================  =========================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from selat.model.errors import SelatError
from selat.web.answers import json_answer, missing
from selat.web.body import json_body, text_of, who_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from selat.model.archive import Archive

BODY_LIMIT, WHO_LIMIT = 16_384, 80


class _Releases:
    """The answers, bound to one archive; ``may`` says who may release."""

    def __init__(self, archive: Archive | None, may: Callable[[Request], bool]) -> None:
        self.archive: Any = archive
        self.may = may

    def _refused(self, request: Request) -> Response | None:
        if self.archive is None:
            return json_answer({"error": "this picture has no stored sea behind it"}, status=501)
        if not self.may(request):
            return json_answer({"error": "supervisors release what is closed"}, status=403)
        return None

    async def read(self, request: Request) -> Response:
        refused = self._refused(request)
        if refused is not None:
            return refused
        kind, name = request.path_params["kind"], request.path_params["name"]
        found = await run_in_threadpool(self.archive.clauses, kind, name)
        return missing(f"no {kind} of this name") if found is None else json_answer({"release": found})

    async def write(self, request: Request) -> Response:
        refused = self._refused(request)
        if refused is not None:
            return refused
        try:
            body = await json_body(request, BODY_LIMIT)
            who = who_of(request, text_of(body, "who", WHO_LIMIT))
            kind, name = request.path_params["kind"], request.path_params["name"]
            found = await run_in_threadpool(self.archive.release, kind, name, body.get("groups"), who)
        except SelatError as e:
            return json_answer({"error": e.message, "hint": e.hint}, status=400)
        return json_answer({"release": found})


def release_routes(archive: Archive | None, may: Callable[[Request], bool]) -> list[Route]:
    """The routes of this page."""
    to = _Releases(archive, may)
    path = "/api/releases/{kind:str}/{name:path}"
    return [Route(path, to.read), Route(path, to.write, methods=["PUT"])]
