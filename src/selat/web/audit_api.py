"""What an auditor asks of the register by HTTP: is the log whole, a sample by a published seed, the chain of an item.

``GET /api/assist/audit``, ``/api/assist/sample?seed=&size=``, ``/api/assist/chain/ID``; for the tiers of auditor and recipient.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from selat.assist import auditing
from selat.assist.desk import Desk
from selat.model.errors import ConfigError
from selat.web.answers import json_answer
from selat.web.assist_api import Asking, asked, not_yours

if TYPE_CHECKING:
    from starlette.requests import Request


class _Audit:
    """The answers, bound to one desk."""

    def __init__(self, desk: Desk | None, may: Callable[[Request], bool]) -> None:
        self.desk: Any = desk
        self.may = may

    @asked
    async def audit(self, request: Request, ask: Asking) -> Response:
        if ask.shown not in ("auditor", "recipient"):
            return not_yours()
        entries, head = await run_in_threadpool(self.desk.register.end)
        broken = await run_in_threadpool(self.desk.register.first_break)
        return json_answer({"entries": entries, "head": head, "first_break": broken})

    @asked
    async def sample(self, request: Request, ask: Asking) -> Response:
        if ask.shown not in ("auditor", "recipient"):
            return not_yours()
        book, size = await run_in_threadpool(self.desk.book, "auditor"), request.query_params.get("size", "10")
        if not size.isdecimal() or not 0 < int(size[:6]) <= 10_000:
            raise ConfigError("a sample of how many?", hint="size=10")
        found = auditing.sample(
            book, request.query_params.get("seed", ""), int(size[:6]), request.query_params.get("programme", "")
        )
        return json_answer({"seed": request.query_params.get("seed", ""), "items": found})

    @asked
    async def chain(self, request: Request, ask: Asking) -> Response:
        if ask.shown not in ("auditor", "recipient"):
            return not_yours()
        book = await run_in_threadpool(self.desk.book, "auditor")
        return json_answer(
            await run_in_threadpool(auditing.chain_of, self.desk.register, book, request.path_params["id"])
        )


def audit_routes(desk: Desk | None, may: Callable[[Request], bool]) -> list[Route]:
    """The routes of the auditor."""
    to = _Audit(desk, may)
    return [
        Route("/api/assist/audit", to.audit),
        Route("/api/assist/sample", to.sample),
        Route("/api/assist/chain/{id:path}", to.chain),
    ]
