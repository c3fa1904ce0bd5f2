"""Who saw and did what, and what was refused: rows of the sea's audit log, whose hashes are chained.

Logged of people with an account: what they looked at beyond the picture that all see (dossiers, tracks, the past, exports,
alerts in full, searches) and that they opened the picture; what they changed is logged by the sea itself. Logged of
everybody: what was refused or could not be understood, with the status. A flood is counted, not written: beyond
:data:`BURST` refusals of one address, and one a second after that, rows say how many were left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from selat.model import clock
from selat.web.login import USER, Audit

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

BURST, REFILL = 60.0, 1.0  #: refusals of one address that are written at once, and more of them a second
REMEMBERED = 10_000
REPEAT = 60.0  #: s within which looking at the same again is no new row
LONGEST = 200  #: letters of a path that are written
SEEN = re.compile(
    r"/api/ships\.\w+|/api/ship/\d+(/\w+)?|/api/alerts/[^/]+|/api/search|/api/statistics|/api/history/(rows|alerts)"
    r"|/api/stream|/api/releases/.+|/ogc/collections/[^/]+/items(/.+)?|/api/(cases?|report|reports|register|assist)(/.*)?"
)


class Witness:
    """ASGI middleware, outermost: tells ``audit`` (who, action, subject, note)."""

    def __init__(self, app: ASGIApp, audit: Audit) -> None:
        self._app, self._audit = app, audit
        self._room: dict[str, tuple[float, float, int]] = {}  # by address: (left, when, left out)
        self._looked: dict[tuple[str, str], float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and note how it ended."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        status = [0]

        async def noting(message: Message) -> None:
            kind = message["type"]
            if kind in ("http.response.start", "websocket.http.response.start"):
                status[0] = message["status"]
            elif kind == "websocket.accept":
                status[0] = 101
                await self._note(scope, 101)
            elif kind == "websocket.close" and not status[0]:
                status[0] = 403
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            if status[0] != 101:
                await self._note(scope, status[0])

    async def _note(self, scope: Scope, status: int) -> None:
        user = scope.get(USER)
        where = (scope.get("client") or ("?", 0))[0]
        method = scope.get("method", "WEBSOCKET")
        what = f"{method} {_path(scope)}"
        if status >= 400:
            left_out = self._refused(where)
            if left_out is not None:
                more = f"; {left_out} more left out" if left_out else ""
                who = user.name if user else "?"
                await run_in_threadpool(self._audit, who, "refused", what, f"{status} address:{where}{more}")
        elif user is not None and self._looks(user.name, what, scope["path"], method):
            await run_in_threadpool(self._audit, user.name, "saw", what, f"address:{where}")

    def _refused(self, where: str) -> int | None:
        """How many rows were left out before this one; None: it is left out itself."""
        now = clock.monotonic()
        left, at, out = self._room.pop(where, (BURST, now, 0))
        left = min(BURST, left + max(now - at, 0.0) * REFILL)
        self._room[where] = (left - 1, now, 0) if left >= 1 else (left, now, out + 1)
        while len(self._room) > REMEMBERED:
            del self._room[next(iter(self._room))]
        return out if left >= 1 else None

    def _looks(self, who: str, what: str, path: str, method: str) -> bool:
        """Whether this is looking at something that is noted, and new."""
        if method != "WEBSOCKET" and (method != "GET" or not SEEN.fullmatch(path)):
            return False
        now = clock.monotonic()
        last = self._looked.pop((who, what), None)
        self._looked[who, what] = now
        while len(self._looked) > REMEMBERED:
            del self._looked[next(iter(self._looked))]
        return last is None or now - last > REPEAT


def _path(scope: Scope) -> str:
    """The path as it was sent, with its question, printable and not too long."""
    raw = scope.get("raw_path") or scope["path"].encode("utf-8", "replace")
    query = scope.get("query_string", b"")
    text = (raw + (b"?" + query if query else b"")).decode("ascii", "backslashreplace")
    return "".join(c if c.isprintable() else "?" for c in text)[:LONGEST]
