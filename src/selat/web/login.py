"""Who is asking: sessions of people, Basic authentication of machines, and nothing for anybody else.

Requests from another site are refused before they come here (:mod:`selat.web.guard`), and the cookie is SameSite=Strict,
so that no other page can act in somebody's name. Failed log-ins slow down their address and their name.
"""

from __future__ import annotations

import base64
import hashlib
import html
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.websockets import WebSocketClose

from selat.model import clock
from selat.web.accounts import Account, Accounts
from selat.web.answers import json_answer
from selat.web.scoped import asking
from selat.web.sockets import while_it_holds

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from selat.web.oidc_login import OidcLogin

COOKIE = "selat_session"
USER = "selat.user"  #: key in the scope: the account that asks
IDLE = 12 * 3600.0  #: s without a request that end a session: a watch
LONGEST = 12 * 3600.0  #: s after which who logged in with a provider is sent there again
FREE_TRIES = 5  #: failed log-ins before the next must wait
LONGEST_WAIT = 900.0  #: s
BODY_LIMIT = 4096
MOST_REMEMBERED = 10_000
MANY, REFILL = 300.0, 60.0  #: requests an account or stranger may make at once, and more of them a second

#: paths of the register's pages; its answers lie under ``/api/assist/``
REGISTER_PATHS = frozenset({
    "/assist", "/field", "/field.webmanifest", "/field-worker.js", "/field-icon.svg", "/field-192.png", "/field-512.png",
    "/field-maskable.png", "/api/assist", "/api/about", "/login", "/logout",
})  # fmt: skip

Audit = Callable[[str, str, str, str], None]


class _Limits:
    """How often somebody failed, and how much somebody asked; forgotten with time, and bounded."""

    def __init__(self) -> None:
        self._failed: dict[str, tuple[int, float]] = {}
        self._asked: dict[str, tuple[float, float]] = {}

    def wait(self, *keys: str) -> float:
        """Seconds until the next try is looked at."""
        now = clock.monotonic()
        return max((self._failed.get(k, (0, 0.0))[1] - now for k in keys), default=0.0)

    def fail(self, *keys: str) -> None:
        now = clock.monotonic()
        for key in keys:
            times = self._failed.pop(key, (0, 0.0))[0] + 1
            pause = min(2.0 ** (times - FREE_TRIES), LONGEST_WAIT) if times >= FREE_TRIES else 0.0
            self._failed[key] = (times, now + pause)
        while len(self._failed) > MOST_REMEMBERED:
            del self._failed[next(iter(self._failed))]

    def clear(self, *keys: str) -> None:
        for key in keys:
            self._failed.pop(key, None)

    def too_many(self, key: str) -> bool:
        """Takes one request from the bucket of ``key``; True when it is empty (token bucket)."""
        now = clock.monotonic()
        left, at = self._asked.pop(key, (MANY, now))
        left = min(MANY, left + (now - at) * REFILL)
        self._asked[key] = (left - 1 if left >= 1 else left, now)
        while len(self._asked) > MOST_REMEMBERED:
            del self._asked[next(iter(self._asked))]
        return left < 1


@dataclass(slots=True)
class _Session:
    """``ends`` without another request (s of the monotonic clock), and ``until`` in any case."""

    account: Account
    ends: float
    until: float | None
    token: str = ""  #: what the provider gave, where the account is not ours


class Gate:
    """Sessions and the answers about them; ``audit`` is told who came, went and was refused."""

    def __init__(self, accounts: Accounts, title: str, audit: Audit) -> None:
        self.accounts, self.title, self.audit = accounts, title, audit
        self.limits = _Limits()
        self._sessions: dict[str, _Session] = {}  # by hash of the token
        self.elsewhere: OidcLogin | None = None  #: log-in with a provider
        self.doors = {"/login"}  #: paths that are open to strangers

    def routes(self) -> list[Route]:
        """Log in, log out."""
        return [
            *(self.elsewhere.routes() if self.elsewhere else ()),
            Route("/login", self.form, methods=["GET"]),
            Route("/login", self.enter, methods=["POST"]),
            Route("/logout", self.leave, methods=["POST"]),
        ]

    async def form(self, request: Request) -> Response:
        """The page to log in."""
        return self.page("")

    def page(self, trouble: str, status: int = 200) -> Response:
        """The page to log in, with what went wrong."""
        return _page(self.title, trouble, status, self.elsewhere.provider.host if self.elsewhere else "")

    async def enter(self, request: Request) -> Response:
        """Begin a session, or say why not."""
        raw = bytearray()
        async for part in request.stream():
            raw += part
            if len(raw) > BODY_LIMIT:
                return self.page("That is too long.", 413)
        given = parse_qs(bytes(raw).decode("utf-8", "replace"), max_num_fields=8)
        name, password = (given.get(k, [""])[0] for k in ("name", "password"))
        where = request.client.host if request.client else "?"
        account = await self.check(name, password, where)
        if account is None:
            wait = self.limits.wait(f"a:{where}", f"n:{name}")
            return self.page(
                f"Wait {round(wait) + 1} s." if wait > 0 else "Name or password is wrong.",
                429 if wait > 0 else 401,
            )
        self.audit(account.name, "login", f"address:{where}", "")
        answer = RedirectResponse("/", status_code=303)
        self.begin(account, request, answer)
        return answer

    def begin(self, account: Account, request: Request, answer: Response, *, elsewhere: str = "") -> None:
        """Begin a session and give its cookie; ``elsewhere``: a provider's token; she is asked for again there in time."""
        token, now = secrets.token_urlsafe(32), clock.monotonic()
        self._sessions = {k: s for k, s in self._sessions.items() if s.ends > now}
        self._sessions[_hash(token)] = _Session(account, now + IDLE, now + LONGEST if elsewhere else None, elsewhere)
        answer.set_cookie(
            COOKIE, token, httponly=True, samesite="strict", secure=request.url.scheme == "https", path="/"
        )

    async def leave(self, request: Request) -> Response:
        """End the session."""
        user = request.scope.get(USER)
        session = self._sessions.pop(_hash(_token(Headers(scope=request.scope))), None)
        if user is not None:
            self.audit(user.name, "logout", f"account:{user.name}", "")
        there = await self.elsewhere.leave(session.token) if self.elsewhere and session and session.token else None
        answer = there or RedirectResponse("/login", status_code=303)
        answer.delete_cookie(COOKIE, path="/")
        return answer

    async def check(self, name: str, password: str, where: str) -> Account | None:
        """The account, unless too many tries failed; each failure is logged, without the password."""
        keys = (f"a:{where}", f"n:{name}")
        if self.limits.wait(*keys) > 0:
            return None
        account = await run_in_threadpool(self.accounts.check, name, password)
        if account is None:
            self.limits.fail(*keys)
            self.audit(name[:80] or "?", "login refused", f"address:{where}", "")
            return None
        self.limits.clear(*keys)
        return account

    async def who(self, scope: Scope) -> Account | None:
        """Who asks, by session or by Basic authentication."""
        headers = Headers(scope=scope)
        known, now = self._sessions.get(_hash(_token(headers))), clock.monotonic()
        if known is not None and now < min(known.ends, known.until or known.ends):
            ours = known.until is None  # as it is now: not taken out, nor given another role, meanwhile
            account = self.accounts.all().get(known.account.name) if ours else known.account
            known.ends = now + IDLE
            return account
        kind, _, told = headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return None
        try:
            name, _, password = base64.b64decode(told, validate=True).decode().partition(":")
        except ValueError:  # no Base64, no text, letters that are no ASCII
            return None
        return await self.check(name, password, (scope.get("client") or ("?", 0))[0])

    async def still(self, scope: Scope, user: Account) -> bool:
        """Whether who opened a socket is still who she was: logged in, with the same role and groups."""
        if _hash(_token(Headers(scope=scope))) in self._sessions:
            return await self.who(scope) == user
        by_name = await run_in_threadpool(self.accounts.all)
        return "authorization" in Headers(scope=scope) and by_name.get(user.name) == user


class Doorman:
    """ASGI middleware: lets in who has an account and puts it into the scope; all others see the log-in page alone."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app, self._gate = app, gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or refuse."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        user = await self._gate.who(scope)
        where = (scope.get("client") or ("?", 0))[0]
        if scope["type"] == "http" and self._gate.limits.too_many(f"u:{user.name}" if user else f"a:{where}"):
            await json_answer({"error": "too many requests"}, status=429)(scope, receive, send)
        elif user is not None and (user.may("see") or (user.may("assist") and _of_the_register(scope["path"]))):
            scope[USER] = user
            with asking(user.groups):
                if scope["type"] == "websocket":
                    await while_it_holds(self._app, scope, receive, send, lambda: self._gate.still(scope, user))
                else:
                    await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(code=1008, reason="log in first")(scope, receive, send)
        elif scope["path"] in self._gate.doors:
            await self._app(scope, receive, send)
        elif user is not None and scope["path"] == "/":
            await RedirectResponse("/assist", status_code=303)(scope, receive, send)
        elif user is not None:
            await json_answer({"error": "not with this role"}, status=403)(scope, receive, send)
        elif scope["path"] in ("/", "/assist", "/field"):
            await RedirectResponse("/login", status_code=303)(scope, receive, send)
        else:
            await json_answer({"error": "log in first"}, status=401)(scope, receive, send)


def _of_the_register(path: str) -> bool:
    """Whether a path is of the register's pages, and no part of the watch."""
    return path in REGISTER_PATHS or path.startswith(("/api/assist/", "/assets/", "/basemap/"))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _token(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; background: #12181e; color: #c3cdd1; display: grid; place-items: center;
  min-height: 95vh }
main { width: min(20em, 90vw) } h1 { font-size: 20px; color: #e4ebed } [role=alert] { color: #f0a03c }
input { display: block; width: 100%; box-sizing: border-box; margin: 4px 0 14px; padding: 9px; font: inherit;
  background: #1a2129; border: 1px solid #5d6b76; color: #e4ebed }
a { color: #8ab4f8 } button { padding: 9px 18px; font: inherit }
"""


def _page(title: str, trouble: str, status: int = 200, provider: str = "") -> Response:
    said = f"<p role=alert>{html.escape(trouble)}</p>" if trouble else ""
    other = f"<p><a href='/oidc/login'>Log in with {html.escape(provider)}</a>" if provider else ""
    text = (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style>"
        f"<main><h1>{html.escape(title)}</h1>{said}<form method=post action=/login>"
        "<label>Name<input name=name autocomplete=username required autofocus maxlength=80></label>"
        "<label>Password<input name=password type=password autocomplete=current-password required maxlength=200></label>"
        f"<button>Log in</button></form>{other}</main>"
    )
    return HTMLResponse(text, status_code=status, headers={"Cache-Control": "no-store"})
