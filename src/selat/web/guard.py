"""Who may ask: host names, origins, and the headers that keep the page on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.websockets import WebSocketClose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Names by which a page on this machine is reached.
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")
#: Addresses of this machine as the server sees them.
LOOPBACK_ADDRESSES = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; worker-src 'self' blob:; img-src 'self' data: blob:; "
        "style-src 'self' 'unsafe-inline'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


#: Beside these where the page was asked for by TLS (a proxy on this machine says so).
TLS_HEADERS = {"Strict-Transport-Security": "max-age=31536000"}


def host_name(host: str) -> str:
    """The name in a Host header, without port and brackets, in lower case; empty when it is malformed."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def same_origin(headers: Headers) -> bool:
    """Whether the Origin header, when there is one, names the host that was asked.

    Browsers always send Origin on WebSocket and POST; scripts send none, and no page can leave it out.
    """
    origin = headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
    except ValueError:
        return False


class Guard:
    """ASGI middleware: refuses foreign hosts (DNS rebinding) and foreign origins, adds security headers."""

    def __init__(self, app: ASGIApp, allowed_hosts: Iterable[str] = LOOPBACK_NAMES) -> None:
        self._app = app
        self._allowed = frozenset(name.lower().strip("[]") for name in allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on with the security headers."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if scope["type"] == "websocket":
            if refusal:
                await WebSocketClose(code=1008, reason=refusal)(scope, receive, send)
            else:
                await self._app(scope, receive, send)
            return

        secure = scope.get("scheme") == "https"

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SECURITY_HEADERS | (TLS_HEADERS if secure else {}))
            await send(message)

        if refusal:
            await JSONResponse({"error": refusal}, status_code=403)(scope, receive, send_guarded)
        else:
            await self._app(scope, receive, send_guarded)

    def _refusal(self, scope: Scope, headers: Headers) -> str:
        name = host_name(headers.get("host", ""))
        if "*" not in self._allowed and name not in self._allowed:
            return f"this server does not answer to the name {name[:80]!r}"
        careful = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD")
        if careful and not same_origin(headers):
            return "requests from another site are refused"
        return ""
