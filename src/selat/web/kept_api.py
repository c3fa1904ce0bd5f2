"""Views, lists of ships and keys that people keep by name: each account its own; without accounts, those of the machine.

================================  ======================================================================
``GET  /api/kept``                 all of them by kind and name, and the assets of the sea
``PUT  /api/kept/KIND/NAME``       keep ``{"value": ...}``; kinds are view, list and keys
``DELETE /api/kept/KIND/NAME``     take one out
================================  ======================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from selat.model.archive import Archive
from selat.model.errors import SelatError
from selat.web.answers import json_answer, missing
from selat.web.body import json_body, who_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

BODY_LIMIT = 16_384
_NONE: dict[str, Any] = {"view": {}, "list": {}, "keys": {}, "assets": []}


class _Kept:
    """The answers, bound to one archive; ``may`` says who may keep something: whoever may look, where there are accounts."""

    def __init__(self, archive: Archive | None, may: Callable[[Request], bool]) -> None:
        self.archive, self.may = archive, may

    async def all(self, request: Request) -> Response:
        """Also where nothing can be kept: a page asks this first."""
        if self.archive is None:
            return json_answer({**_NONE, "may": False})
        desktop = await run_in_threadpool(self.archive.desktop)
        return json_answer({**await run_in_threadpool(desktop.all, who_of(request, "")), "may": self.may(request)})

    async def change(self, request: Request) -> Response:
        if self.archive is None:
            return json_answer({"error": "this picture has no stored sea behind it"}, status=501)
        if not self.may(request):
            return json_answer({"error": "views are kept at the machine itself"}, status=403)
        kind, name, owner = request.path_params["kind"], request.path_params["name"], who_of(request, "")
        desktop = await run_in_threadpool(self.archive.desktop)
        try:
            if request.method == "DELETE":
                gone = await run_in_threadpool(desktop.forget, owner, kind, name)
                return json_answer({"name": name}) if gone else missing("nothing is kept under this name")
            body = await json_body(request, BODY_LIMIT)
            await run_in_threadpool(desktop.keep, owner, kind, name, body.get("value"))
        except SelatError as e:
            return json_answer({"error": e.message, "hint": e.hint}, status=400)
        return json_answer({"name": name})


def kept_routes(archive: Archive | None, may: Callable[[Request], bool]) -> list[Route]:
    """The routes of this page."""
    to = _Kept(archive, may)
    return [
        Route("/api/kept", to.all),
        Route("/api/kept/{kind:str}/{name:path}", to.change, methods=["PUT", "DELETE"]),
    ]
