"""The register by HTTP, each reader in the own tier (see :mod:`selat.assist.tiers`). Times are ns UTC as in the log.

========================================================  ======================================================
``GET  /api/assist``                                       tier, countries, what who asks may write
``GET  /api/assist/country/MY`` ``.../programme/ID`` ``.../item/ID``   pages
``GET  /api/assist/due`` ``.../observations``              what is due; observations
``POST /api/assist/deeds``                                 write entries ``{"deeds": [...]}``, all or none
``POST /api/assist/sheets?name=notes.xlsx``                a spreadsheet: what is wrong by row; written when nothing is;
                                                           ``&dry=1`` only looks, ``&good=1`` writes the good rows
``GET  /api/assist/export.json`` ``.xlsx`` ``.iati.xml``   what the tier sees, to take along
``GET  /api/assist/aggregates?month=2026-06`` ``.../key``  signed sums for the donor; the public key
``POST /api/assist/segment/SHA256/ask|grant|open``         raw data: asked for, opened to somebody, shown; each logged
``GET  /api/assist/map``                                   bases and what boats reach; for a donor hours by cell
========================================================  ======================================================

``?as=donor`` or ``?as=public`` shows what those see.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Awaitable, Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from selat.assist import pages
from selat.assist.demo import examples
from selat.assist.desk import MAY_WRITE, Desk, seen_as
from selat.assist.facts import checked, fact_of_deed
from selat.assist.iati import write_iati
from selat.assist.register import OWN
from selat.assist.sheets import BadRow, read_sheets, write_sheets
from selat.assist.signing import fingerprint
from selat.assist.tiers import cut_facts
from selat.model import clock
from selat.model.errors import ConfigError, SelatError
from selat.web.accounts import tier_of
from selat.web.answers import json_answer
from selat.web.body import json_body, raw_body, text_of, who_of
from selat.web.login import USER

if TYPE_CHECKING:
    from starlette.requests import Request

Answer = Callable[..., Awaitable[Response]]
MOST_BODY = 1_000_000
MOST_SHEET = 30_000_000
MOST_BAD = 500  #: wrong rows that are told in full
_ODD = re.compile(r"[^\w()\- ]")
_NAMES = (".csv", ".xlsx", ".json")


class Asking:
    """Who asks: tier, what is shown, what may be written, name."""

    def __init__(self, request: Request, here: bool) -> None:
        user = request.scope.get(USER)
        self.account = None if user is None else str(user.name)
        self.tier = tier_of(user.role) if user is not None else "recipient" if here else "public"
        self.shown = seen_as(self.tier, request.query_params.get("as", ""))
        self.allowed = None if user is None and here else MAY_WRITE[self.tier]

    def name(self, request: Request, given: str) -> str:
        """Who acts. Raises :class:`ConfigError` where nobody is named."""
        who = who_of(request, given)
        if not who.strip():
            raise ConfigError("who does it?", hint='"who": the name of who writes it down')
        return who


def asked(answer: Answer) -> Answer:
    """Errors of what was asked become 400 with their hint; without a register behind the page: 501."""

    @wraps(answer)
    async def guarded(self: Any, request: Request) -> Response:
        if self.desk is None:
            return json_answer({"error": "this picture has no register behind it"}, status=501)
        try:
            return await answer(self, request, Asking(request, self.may(request)))
        except SelatError as e:
            return json_answer({"error": e.message, "hint": e.hint}, status=400)

    return guarded


class _Assist:
    """The answers, bound to one desk; ``may`` says whether who asks without an account sits at this machine."""

    def __init__(self, desk: Desk | None, may: Callable[[Request], bool]) -> None:
        self.desk: Any = desk
        self.may = may

    async def _shown(self, ask: Asking, page: Callable[..., Any], *more: Any) -> Response:
        book = await run_in_threadpool(self.desk.book, ask.shown)
        return json_answer(await run_in_threadpool(page, book, *more, clock.now(), ask.shown))

    @asked
    async def start(self, request: Request, ask: Asking) -> Response:
        book = await run_in_threadpool(self.desk.book, ask.shown)
        whole = await run_in_threadpool(self.desk.book, "recipient")
        return json_answer({
            "examples": [p for p in examples(whole) if p in book.ids("programme")],
            "tier": ask.tier, "shown": ask.shown, "user": ask.account, "entries": book.data["rows"], "now": clock.now(),
            "countries": pages.countries(book), "writes": None if ask.allowed is None else sorted(ask.allowed),
            "open_conflicts": sum(c["state"] == "open" for c in book.data["conflicts"].values()),
        })  # fmt: skip

    @asked
    async def country(self, request: Request, ask: Asking) -> Response:
        return await self._shown(ask, _country, request.path_params["code"])

    @asked
    async def programme(self, request: Request, ask: Asking) -> Response:
        return await self._shown(ask, _programme, request.path_params["id"])

    @asked
    async def item(self, request: Request, ask: Asking) -> Response:
        return await self._shown(ask, _item, request.path_params["id"])

    @asked
    async def due(self, request: Request, ask: Asking) -> Response:
        book = await run_in_threadpool(self.desk.book, ask.shown)
        return json_answer({"tier": ask.shown, "due": pages.due(book, clock.now()) if ask.shown != "public" else []})

    @asked
    async def observations(self, request: Request, ask: Asking) -> Response:
        book = await run_in_threadpool(self.desk.book, ask.shown)
        state = request.query_params.get("state", "")
        return json_answer({"tier": ask.shown, "observations": pages.observations(book, state)})

    @asked
    async def deeds(self, request: Request, ask: Asking) -> Response:
        body = await json_body(request, MOST_BODY)
        who = ask.name(request, text_of(body, "who", 80))
        given = body.get("deeds")
        if not isinstance(given, list) or not 0 < len(given) <= 500 or not all(isinstance(d, dict) for d in given):
            raise ConfigError("no deeds", hint='{"deeds": [{"kind": ..., "subject": ..., "at": ..., "data": {...}}]}')
        source = text_of(body, "source", 200) or "page"
        facts = [checked(fact_of_deed(d, who, source)) for d in given]
        made = await run_in_threadpool(self.desk.write, facts, ask.allowed)
        return json_answer({"written": [{"n": f.n, "kind": f.kind, "subject": f.subject} for f in made]})

    @asked
    async def sheets(self, request: Request, ask: Asking) -> Response:
        name = request.query_params.get("name", "")
        if Path(name).suffix.lower() not in _NAMES or len(name) > 200:
            raise ConfigError("a file of which kind?", hint=f"?name=notes.xlsx; one of {', '.join(_NAMES)}")
        data = await raw_body(request, MOST_SHEET)
        query = request.query_params
        step = "look" if query.get("dry") == "1" else "good" if query.get("good") == "1" else "all"
        who = ask.name(request, request.query_params.get("who", "")[:80])
        return json_answer(await run_in_threadpool(self._taken, name, data, who, ask.allowed, step))

    def _taken(self, name: str, data: bytes, who: str, allowed: Any, step: str) -> dict[str, Any]:
        plain = _ODD.sub("_", Path(name).stem)[:80] + Path(name).suffix.lower()
        with tempfile.TemporaryDirectory(prefix="selat-") as folder:
            path = Path(folder) / plain
            path.write_bytes(data)
            read = read_sheets(path, who=who, source=plain)
        good, trouble = self.desk.sift(read.facts, allowed)
        bad = sorted(
            [*read.bad, *(BadRow(read.lines[n], message, hint) for n, message, hint in trouble)],
            key=lambda b: (b.line.sheet, b.line.row),
        )
        written = len(self.desk.write(good, allowed)) if good and (step == "good" or (step == "all" and not bad)) else 0
        told = [
            {"sheet": b.line.sheet, "row": b.line.row, "message": b.message, "hint": b.hint} for b in bad[:MOST_BAD]
        ]
        return {"written": written, "good": len(good), "bad": len(bad), "rows": told}

    @asked
    async def export(self, request: Request, ask: Asking) -> Response:
        kind = request.path_params["kind"]
        if kind == "iati.xml":
            book = await run_in_threadpool(self.desk.book, "public")
            wanted = chosen_programmes(book, request)
            return _file(await run_in_threadpool(write_iati, book, clock.now(), wanted), "application/xml", "iati.xml")
        if kind not in ("json", "xlsx", "template.xlsx"):
            raise ConfigError(f"no export as {kind[:20]!r}", hint="json, xlsx, template.xlsx or iati.xml")
        facts = [] if kind == "template.xlsx" else await run_in_threadpool(self._standing, ask.shown)
        data = await run_in_threadpool(_sheet, facts, "json" if kind == "json" else "xlsx", kind == "template.xlsx")
        media = (
            "application/json"
            if kind == "json"
            else "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        )
        return _file(data, media, f"register-{ask.shown}.{kind}")

    def _standing(self, tier: str) -> list[Any]:
        """Entries to take along; what follows from others by itself would be written again by their import."""
        return list(cut_facts((f for f in self.desk.register.standing() if f.source != OWN), tier))

    @asked
    async def aggregates(self, request: Request, ask: Asking) -> Response:
        if ask.shown == "public":
            return not_yours()
        book = await run_in_threadpool(self.desk.book, "recipient")
        month = request.query_params.get("month", "")
        signed = await run_in_threadpool(self.desk.monthly, month, chosen_programmes(book, request) or ())
        return json_answer(signed)

    @asked
    async def key(self, request: Request, ask: Asking) -> Response:
        public = await run_in_threadpool(self.desk.signer.public)
        return json_answer({"key": public, "fingerprint": fingerprint(public), "algorithm": "Ed25519"})

    @asked
    async def segment(self, request: Request, ask: Asking) -> Response:
        digest, deed = request.path_params["digest"], request.path_params["deed"]
        body = await json_body(request, 10_000)
        who, reason = ask.name(request, text_of(body, "who", 80)), text_of(body, "reason", 500)
        if deed == "open":
            data = await run_in_threadpool(self.desk.open_segment, digest, ask.tier, who, reason)
            return _file(data, "application/octet-stream", digest[:16])
        if deed == "ask" and (ask.allowed is None or "opening_asked" in ask.allowed):
            made = await run_in_threadpool(self.desk.ask_segment, digest, ask.tier, who, reason)
        elif deed == "grant" and (ask.allowed is None or "opening_granted" in ask.allowed):
            until = body.get("until")
            until = until if isinstance(until, int) and not isinstance(until, bool) else None
            made = await run_in_threadpool(self.desk.grant_segment, digest, text_of(body, "to", 80), who, reason, until)
        else:
            return not_yours()
        return json_answer({"n": made.n, "kind": made.kind, "item": made.subject})

    @asked
    async def map(self, request: Request, ask: Asking) -> Response:
        book = await run_in_threadpool(self.desk.book, ask.shown)
        wanted = chosen_programmes(book, request)
        return json_answer(await run_in_threadpool(self.desk.map, ask.shown, wanted), "application/geo+json")


def _country(book: Any, code: str, now: int, tier: str) -> Any:
    return pages.country(book, code, now, tier)


def _programme(book: Any, name: str, now: int, tier: str) -> Any:
    return pages.programme(book, name, now, tier)


def _item(book: Any, name: str, now: int, tier: str) -> Any:
    return pages.item(book, name, now, tier)


def chosen_programmes(book: Any, request: Request) -> list[str] | None:
    """Those that are asked for by ``programme`` or ``country``; None: all. Raises :class:`ConfigError` for an unknown one."""
    one, code = request.query_params.get("programme", ""), request.query_params.get("country", "")
    if one and one not in book.data["things"].get("programme", {}):
        raise ConfigError(f"there is no programme {one[:80]!r}", hint="as the page of its country lists them")
    return [one] if one else book.ids("programme", country=code) if code else None


def _sheet(facts: list[Any], kind: str, template: bool) -> bytes:
    with tempfile.TemporaryDirectory(prefix="selat-") as folder:
        path = Path(folder) / f"register.{kind}"
        write_sheets(facts, path, template=template)
        return path.read_bytes()


def _file(data: bytes, media_type: str, name: str) -> Response:
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=media_type, headers=headers)


def not_yours() -> Response:
    """403."""
    return json_answer({"error": "not with this role"}, status=403)


def assist_routes(desk: Desk | None, may: Callable[[Request], bool]) -> list[Route]:
    """The routes of the register."""
    to = _Assist(desk, may)
    return [
        Route("/api/assist", to.start),
        Route("/api/assist/country/{code:str}", to.country),
        Route("/api/assist/programme/{id:path}", to.programme),
        Route("/api/assist/item/{id:path}", to.item),
        Route("/api/assist/due", to.due),
        Route("/api/assist/observations", to.observations),
        Route("/api/assist/deeds", to.deeds, methods=["POST"]),
        Route("/api/assist/sheets", to.sheets, methods=["POST"]),
        Route("/api/assist/export.{kind:str}", to.export),
        Route("/api/assist/aggregates", to.aggregates),
        Route("/api/assist/key", to.key),
        Route("/api/assist/segment/{digest:str}/{deed:str}", to.segment, methods=["POST"]),
        Route("/api/assist/map", to.map),
    ]
