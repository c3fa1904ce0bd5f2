"""The page on the pier: what a device takes along, what it sends when it has a network again, and conflicts to decide.

==================================================  =================================================================
``GET  /api/assist/field/list``                      items, tranches, units: what a device takes along
``PUT  /api/assist/field/file/SHA256``               a photo or a log, by its hash
``POST /api/assist/field/sync``                      deeds ``{"who": ..., "deeds": [...]}``; one answer each; sending twice
                                                     changes nothing
``GET  /api/assist/field/conflicts``                 deeds that do not fit what stands
``POST /api/assist/field/resolve``                   ``{"conflict": ID, "choice": "keep"|"replace", "reason": ...}``
``GET  /api/assist/labels?programme=``               QR labels to print
``GET  /field-worker.js`` ``/field.webmanifest``     what makes the page one that can be installed
==================================================  =================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from selat.assist import field
from selat.assist.desk import Desk
from selat.assist.labels import sheet
from selat.assist.vault import MOST as MOST_FILE
from selat.model.errors import ConfigError
from selat.web.answers import json_answer, missing
from selat.web.assist_api import Asking, asked, chosen_programmes, not_yours
from selat.web.body import json_body, raw_body, text_of

if TYPE_CHECKING:
    from starlette.requests import Request

MOST_DEEDS = 4_000_000  #: bytes of one request
#: files of the built page that must lie beside it, with their kinds: a worker's scope is the folder that it lies in
FILES = {
    "field-worker.js": "text/javascript", "field.webmanifest": "application/manifest+json", "field-icon.svg": "image/svg+xml",
    "field-192.png": "image/png", "field-512.png": "image/png", "field-maskable.png": "image/png",
}  # fmt: skip


class _Field:
    """The answers, bound to one desk and to the folder of the built page."""

    def __init__(self, desk: Desk | None, may: Callable[[Request], bool], static: Path) -> None:
        self.desk: Any = desk
        self.may = may
        self.static = static

    async def file_of_the_page(self, request: Request) -> Response:
        name = request.url.path.rpartition("/")[2]
        path = self.static / name
        if name not in FILES or not path.is_file():
            return missing("the page is not built")
        return FileResponse(path, media_type=FILES[name], headers={"Cache-Control": "no-cache"})

    @asked
    async def list(self, request: Request, ask: Asking) -> Response:
        if ask.shown != "recipient":
            return not_yours()
        told = await run_in_threadpool(field.expected, await run_in_threadpool(self.desk.book, "recipient"))
        return json_answer({**told, "user": ask.account})

    @asked
    async def put_file(self, request: Request, ask: Asking) -> Response:
        if ask.tier != "recipient":
            return not_yours()
        data = await raw_body(request, MOST_FILE)
        return json_answer(
            {"sha256": await run_in_threadpool(self.desk.vault.put, data, request.path_params["digest"])}
        )

    @asked
    async def sync(self, request: Request, ask: Asking) -> Response:
        if ask.tier != "recipient":
            return not_yours()
        body = await json_body(request, MOST_DEEDS)
        who, deeds = ask.name(request, text_of(body, "who", 80)), body.get("deeds")
        if not isinstance(deeds, list) or len(deeds) > field.MOST:
            raise ConfigError("no deeds", hint=f'{{"who": "...", "deeds": [...]}}, at most {field.MOST}')
        register, vault = self.desk.register, self.desk.vault
        return json_answer({"answers": await run_in_threadpool(field.sync, register, vault, deeds, who)})

    @asked
    async def conflicts(self, request: Request, ask: Asking) -> Response:
        if ask.shown not in ("recipient", "auditor"):
            return not_yours()
        book = await run_in_threadpool(self.desk.book, "recipient")
        return json_answer({"conflicts": await run_in_threadpool(field.conflicts, self.desk.register, book)})

    @asked
    async def resolve(self, request: Request, ask: Asking) -> Response:
        if ask.tier != "recipient":
            return not_yours()
        body = await json_body(request, 10_000)
        who = ask.name(request, text_of(body, "who", 80))
        told = [text_of(body, n, 500) for n in ("conflict", "choice", "reason")]
        made = await run_in_threadpool(
            field.resolve, self.desk.register, self.desk.vault, told[0], told[1], who, told[2]
        )
        return json_answer({"written": [{"n": f.n, "kind": f.kind, "subject": f.subject} for f in made]})

    @asked
    async def labels(self, request: Request, ask: Asking) -> Response:
        if ask.shown != "recipient":
            return not_yours()
        book = await run_in_threadpool(self.desk.book, "recipient")
        wanted = chosen_programmes(book, request)
        text = await run_in_threadpool(sheet, book, wanted or book.ids("programme"))
        return HTMLResponse(text, headers={"Cache-Control": "no-store"})


def field_routes(desk: Desk | None, may: Callable[[Request], bool], static: Path) -> list[Route]:
    """The routes of the page on the pier."""
    to = _Field(desk, may, static)
    return [
        *(Route(f"/{name}", to.file_of_the_page) for name in FILES),
        Route("/api/assist/field/list", to.list),
        Route("/api/assist/field/file/{digest:str}", to.put_file, methods=["PUT"]),
        Route("/api/assist/field/sync", to.sync, methods=["POST"]),
        Route("/api/assist/field/conflicts", to.conflicts),
        Route("/api/assist/field/resolve", to.resolve, methods=["POST"]),
        Route("/api/assist/labels", to.labels),
    ]
