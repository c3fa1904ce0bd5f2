"""The web application: the page, its feed, and the same picture as JSON for scripts."""

from __future__ import annotations

import asyncio
import html
import socket as sockets
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute

from selat.app.rescue.released import RescueDesks
from selat.model.archive import Archive
from selat.model.picture import Acknowledges, Picture
from selat.web.accounts import Accounts
from selat.web.alerts_api import alert_routes
from selat.web.answers import json_answer as _json
from selat.web.answers import missing as _missing
from selat.web.archive_api import archive_routes
from selat.web.assist_api import assist_routes
from selat.web.audit_api import audit_routes
from selat.web.capability_api import capability_routes
from selat.web.feed import Hubs, serve_feed
from selat.web.field_api import field_routes
from selat.web.files import Packed
from selat.web.geo import feature_collection, poll_answer
from selat.web.guard import LOOPBACK_ADDRESSES, LOOPBACK_NAMES, Guard
from selat.web.interop import interop_routes
from selat.web.kept_api import kept_routes
from selat.web.login import USER, Audit, Doorman, Gate
from selat.web.oidc import Provider
from selat.web.oidc_login import OidcLogin
from selat.web.openapi import OPENAPI_ROUTE
from selat.web.release_api import release_routes
from selat.web.report_api import report_routes
from selat.web.rescue_api import rescue_routes
from selat.web.review_api import review_routes
from selat.web.scoped import groups, scoped
from selat.web.traffic_api import traffic_routes
from selat.web.weather_api import weather_routes
from selat.web.witness import Witness

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    import uvicorn
    from starlette.requests import Request
    from starlette.websockets import WebSocket

    from selat.app.rescue.desk import RescueDesk
    from selat.assist.desk import Desk

HERE = Path(__file__).resolve().parent
STATIC = HERE / "static"
BASEMAP = HERE / "basemap"
BUILD_HINT = "python3 dev.py"


class _Routes:
    """The answers, bound to one picture."""

    def __init__(
        self, picture: Picture, title: str, static: Path, remote_acks: bool, hubs: Hubs, gate: Gate | None = None,
        *, keeps: bool = True,
    ) -> None:  # fmt: skip
        self.picture = picture
        self.title = title
        self.static = static
        self.remote_acks = remote_acks
        self.hubs = hubs
        self.gate = gate
        self.keeps = keeps  # a sea stands behind it, which zones can be drawn into

    async def page(self, request: Request) -> Response:
        return self._html("index")

    async def other_page(self, request: Request) -> Response:
        """A page beside the watch: each is built from an HTML file of its own in `ui/`."""
        return self._html(request.path_params["page"])

    def _html(self, name: str) -> Response:
        file = self.static / f"{name}.html"
        if name.isalpha() and file.is_file():
            return FileResponse(file, headers={"Cache-Control": "no-cache"})
        if (self.static / "index.html").is_file():
            return _missing(f"there is no page {name}")
        return HTMLResponse(_unbuilt(self.title), status_code=503)

    async def about(self, request: Request) -> Response:
        can_ack = isinstance(self.picture, Acknowledges) and self.may_act(request)
        user = request.scope.get(USER)
        told = {} if user is None else {"name": user.name, "role": user.role, "groups": sorted(user.groups)}
        who = {"user": told} if told else {}
        can_draw = self.keeps and self.may_draw(request)
        return _json({"title": self.title, "can_acknowledge": can_ack, "can_draw": can_draw, **who})

    async def ships(self, request: Request) -> Response:
        return _json(await run_in_threadpool(feature_collection, self.picture), "application/geo+json")

    async def ship(self, request: Request) -> Response:
        mmsi = request.path_params["mmsi"]
        card = await run_in_threadpool(self.picture.ship, mmsi)
        return _missing(f"no ship with MMSI {mmsi} is known") if card is None else _json(card)

    async def alerts(self, request: Request) -> Response:
        version, alerts = await run_in_threadpool(self.picture.alerts, _since(request))
        return _json({"version": version, "alerts": alerts})

    async def health(self, request: Request) -> Response:
        return _json(await run_in_threadpool(self.picture.health))

    async def poll(self, request: Request) -> Response:
        return _json(await run_in_threadpool(poll_answer, self.picture, request.query_params))

    async def feed(self, socket: WebSocket) -> None:
        await serve_feed(await self.hubs.of(groups() if self.gate else None), socket)

    def may_act(self, request: Request) -> bool:
        """True for who may do something with alerts: by role; without accounts whoever sits at this machine."""
        return self._may(request, "act")

    def may_draw(self, request: Request) -> bool:
        """True for who may change zones."""
        return self._may(request, "zones")

    def may_keep(self, request: Request) -> bool:
        """True for who may keep views of their own."""
        return self._may(request, "see")

    def may_release(self, request: Request) -> bool:
        """True for who may say which groups see something."""
        return self._may(request, "release")

    def _may(self, request: Request, deed: str) -> bool:
        if self.gate is not None:
            user = request.scope.get(USER)
            return user is not None and user.may(deed)
        here = request.client is not None and request.client.host in LOOPBACK_ADDRESSES
        return here or self.remote_acks


def create_app(
    picture: Picture,
    *,
    archive: Archive | None = None,
    assist: Desk | None = None,
    rescue: RescueDesk | None = None,
    accounts: Accounts | None = None,
    provider: Provider | None = None,
    audit: Audit | None = None,
    title: str = "selat",
    static: Path = STATIC,
    allowed_hosts: Sequence[str] = LOOPBACK_NAMES,
    remote_acks: bool = False,
    period_s: float = 1.0,
) -> Starlette:
    """The ASGI application for one picture.

    Args:
        picture: what to show; see `selat.model.picture.Picture`. It is called from worker threads.
        archive: the stored sea behind it, for playback, dossiers and zones; without one the page shows the present alone.
        assist: the register of given equipment behind it.
        rescue: the desk of the rescue co-ordinator over the same sea; without it the page /rescue has no cases.
        accounts: who may come in; without them everybody does, and only this machine may act.
        provider: where people may log in instead (OpenID Connect); only together with accounts.
        audit: told of log-ins and refusals as (who, action, subject, note).
        title: the name in the top bar and on the browser tab.
        static: folder of the built page.
        allowed_hosts: names a browser may use for this server; `*` allows any (for a proxy that checks).
        remote_acks: whether alerts may be acknowledged from another machine.
        period_s: seconds between two frames of the feed.
    """
    gate = None if accounts is None else Gate(accounts, title, audit or _unheard)
    if gate is not None and provider is not None:
        OidcLogin(provider, gate)
    hubs = Hubs(picture, period_s)
    if gate is not None:  # from here on the routes see what the groups of who asks may see
        picture, archive = scoped(picture), scoped(archive)
        rescue = scoped(RescueDesks(rescue)) if rescue is not None else None
    to = _Routes(picture, title, static, remote_acks, hubs, gate, keeps=archive is not None)
    routes: list[Route | Mount | WebSocketRoute] = [
        *_picture_routes(to),
        *alert_routes(picture, to.may_act),
        *archive_routes(archive, to.may_draw),
        *kept_routes(archive, to.may_keep),
        *release_routes(archive, to.may_release),
        *assist_routes(assist, to.may_act),
        *(*audit_routes(assist, to.may_act), *capability_routes(assist, to.may_act)),
        *field_routes(assist, to.may_act, static),
        *(*traffic_routes(archive), *weather_routes(archive)),
        *rescue_routes(rescue, picture, to.may_act),
        *report_routes(archive, audit, review_routes(assist, to.may_act)),
        *interop_routes(picture, archive, title),
        OPENAPI_ROUTE,
        *(gate.routes() if gate else ()),
        Mount("/assets", Packed(static / "assets", lasting=True)),
        Mount("/basemap", Packed(BASEMAP)),
        Route("/{page:str}", to.other_page),
    ]
    layers = _layers(audit, gate, allowed_hosts)
    return Starlette(routes=routes, middleware=layers, exception_handlers={HTTPException: _not_here})


def _layers(audit: Audit | None, gate: Gate | None, hosts: Sequence[str]) -> list[Middleware]:
    """What a request goes through, outermost first."""
    return [
        *([Middleware(Witness, audit=audit)] if audit else ()),
        Middleware(Guard, allowed_hosts=tuple(hosts)),
        *([Middleware(Doorman, gate=gate)] if gate else ()),
        Middleware(GZipMiddleware, minimum_size=1024, compresslevel=6),
    ]


async def _not_here(request: Request, e: Exception) -> Response:
    """No such page, or not in this way: said as everything else is."""
    status = e.status_code if isinstance(e, HTTPException) else 500
    return _json({"error": "no such page" if status == 404 else "not in this way"}, status=status)


def _picture_routes(to: _Routes) -> list[Route | WebSocketRoute]:
    """The watch page and the picture itself."""
    return [
        Route("/", to.page),
        Route("/api/about", to.about),
        Route("/api/ships.json", to.ships),
        Route("/api/ship/{mmsi:int}", to.ship),
        Route("/api/alerts", to.alerts),
        Route("/api/health", to.health),
        Route("/api/poll", to.poll),
        WebSocketRoute("/api/feed", to.feed),
    ]


def _unheard(who: str, action: str, subject: str, note: str) -> None:
    """Where nobody keeps a log."""


class Running:
    """A server on a thread of its own; `url` is where it answers."""

    def __init__(self, server: uvicorn.Server, socket: sockets.socket, host: str) -> None:
        self.host = host
        self.port: int = socket.getsockname()[1]
        self._server = server
        self._socket = socket
        self._thread = threading.Thread(target=server.run, args=([socket],), name="selat-web", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Address of the page."""
        return address(self.host, self.port)

    def stop(self, timeout_s: float = 5.0) -> None:
        """Close all connections and wait for the thread to end."""
        self._server.should_exit = True
        self._thread.join(timeout_s)
        self._socket.close()


def address(host: str, port: int) -> str:
    """URL of the page."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def bind(host: str, port: int) -> sockets.socket:
    """A listening socket; port 0 takes a free one. OSError when the port is taken."""
    family = sockets.AF_INET6 if ":" in host else sockets.AF_INET
    socket = sockets.socket(family, sockets.SOCK_STREAM)
    socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
    try:
        socket.bind((host, port))
        socket.listen(128)  # from here on who connects waits; the server's thread may not have begun yet
    except OSError:
        socket.close()
        raise
    return socket


def make_server(app: Starlette) -> uvicorn.Server:
    """A uvicorn server that speaks WebSocket with back-pressure and closes within two seconds."""
    import uvicorn

    class Embedded(uvicorn.Server):
        """A server that leaves the signals of the process to the application it runs in."""

        @contextmanager
        def capture_signals(self) -> Generator[None, None, None]:
            yield

    config = uvicorn.Config(
        app,
        ws="websockets-sansio",
        ws_per_message_deflate=False,  # packed rows shrink by a tenth only, and each client would pay for it
        ws_max_size=4096,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=2,
        server_header=False,
    )
    return Embedded(config)


async def serve(
    app: Starlette, host: str = "127.0.0.1", port: int = 0, announce: Callable[[str], None] | None = None
) -> None:
    """Serve inside the running event loop until cancelled; `announce` is told the address.

    Signals are left to the caller. Cancelling closes all connections first. OSError when the port is taken.
    """
    socket = bind(host, port)
    server = make_server(app)
    task = asyncio.create_task(server.serve([socket]), name="selat-web")
    if announce is not None:
        announce(address(host, socket.getsockname()[1]))
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        server.should_exit = True
        await task
        raise
    finally:
        socket.close()


def serve_in_thread(app: Starlette, host: str = "127.0.0.1", port: int = 0) -> Running:
    """Serve on a thread of its own; call `stop` on what it returns. OSError when the port is taken."""
    return Running(make_server(app), bind(host, port), host)


def _since(request: Request) -> int:
    value = request.query_params.get("since", "0")
    return int(value) if value.isdecimal() else 0


def _unbuilt(title: str) -> str:
    return (
        f"<!doctype html><meta charset=utf-8><title>{html.escape(title)}</title>"
        "<body style='font:16px/1.5 sans-serif;max-width:40em;margin:4em auto'>"
        "<h1>The page is not built yet</h1>"
        f"<p>The server runs, but its page is missing. "
        f"Build it with <code>{BUILD_HINT}</code> and reload.</p>"
        "<p>The data is here already: <a href='/api/ships.json'>ships</a>, <a href='/api/alerts'>alerts</a>, "
        "<a href='/api/health'>health</a>.</p>"
    )
