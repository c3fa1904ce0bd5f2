"""What `demo`, `watch` and `serve` share: the page's address, and running until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import webbrowser
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from selat.model.errors import ConfigError, ConnectError


def add_page_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of verbs that serve a page."""
    group = parser.add_argument_group("page")
    group.add_argument("--port", type=int, help="port of the page; 0 takes a free one (default: of selat.toml, 8610)")
    group.add_argument("--host", help="address to listen on (default: of selat.toml, 127.0.0.1, this machine only)")
    group.add_argument(
        "--accounts", action="store_true", help="ask for a log-in on this machine too (always, elsewhere)"
    )
    group.add_argument(
        "--out", action="append", default=[], metavar="ADDRESS",
        help="send the picture on: aivdm-tcp://127.0.0.1:10110, aivdm-udp://HOST:PORT, cot-udp://HOST:PORT; with "
        "?groups=A+B for what these groups may see; repeatable",
    )  # fmt: skip
    group.add_argument("--no-browser", action="store_true", help="do not open a browser")
    group.add_argument("--for", dest="seconds", type=float, metavar="SECONDS", help="stop after so long")


def defaults(args: argparse.Namespace, web: Any) -> None:
    """Host and port of the sea's selat.toml, where the command does not say."""
    args.host = web.host if args.host is None else args.host
    args.port = web.port if args.port is None else args.port
    args.names = web.names


FIRST_RUN = "first run: compiling the kernels for this machine, about a minute"
CHANGED = "compiling the kernels that changed since the last watch, if any: up to a minute"


def say_if_first() -> None:
    """A word before the long silence of the first run."""
    from selat.kernels._cache import cold

    if cold():
        say(FIRST_RUN)


def say(text: str) -> None:
    """Words go to stderr."""
    print(text, file=sys.stderr, flush=True)


async def page(
    picture: Any, args: argparse.Namespace, title: str, announce: Callable[[str], None], folder: Path
) -> None:
    """Serve the page of the sea in ``folder`` until cancelled; when the port is taken, the next free one of ten is."""
    from selat.app.archive import SeaArchive
    from selat.app.outlets import Outlet
    from selat.app.rescue.desk import RescueDesk
    from selat.assist.desk import Desk
    from selat.web.server import create_app

    archive = SeaArchive(folder)
    assist = Desk(folder)
    rescue = RescueDesk(archive)
    try:
        open_to_all = args.host not in _LOOPBACK
        accounts = _accounts(folder) if open_to_all or args.accounts else None
        hosts = ("*",) if open_to_all else (*_LOOPBACK, *args.names)
        app = create_app(
            picture,
            archive=archive,
            assist=assist,
            rescue=rescue,
            accounts=accounts,
            provider=_provider(archive) if accounts else None,
            audit=archive.record,
            title=title,
            allowed_hosts=hosts,
        )
        outlets = [Outlet(address, lambda g: _ships(picture, g)) for address in args.out]
        await asyncio.gather(_serve(app, args, announce), *(o.run() for o in outlets))
    finally:
        rescue.close()
        assist.close()
        archive.close()


def _provider(archive: Any) -> Any:
    """Where people may log in instead of here, if selat.toml names a provider."""
    from selat.store.layout import settings
    from selat.web.oidc import Provider

    told = settings(archive.sea.layout).oidc
    if not told.issuer:
        return None
    if told.secret and not os.environ.get(told.secret):
        raise ConfigError(f"the environment variable {told.secret} is not set", hint="oidc.secret names it")
    return Provider(told, os.environ.get(told.secret, "") if told.secret else "")


def _ships(picture: Any, groups: Any) -> list[Any]:
    from selat.web.geo import feature_collection

    return list(feature_collection(picture.released(groups))["features"])


def _accounts(folder: Path) -> Any:
    """The sea's accounts; the first start makes an admin and says the password once."""
    from selat.web.accounts import Accounts

    accounts = Accounts(folder)
    made = accounts.first()
    if made is not None:
        say(
            f"the first account: name {made[0]}, password {made[1]}  (shown this once; more: selat accounts {folder} add)"
        )
    return accounts


async def _serve(app: Any, args: argparse.Namespace, announce: Callable[[str], None]) -> None:
    from selat.web.server import serve

    tries = [args.port] if not args.port else list(range(args.port, args.port + 10))
    for port in tries:
        try:
            await serve(app, args.host, port, announce)
            return
        except OSError as e:
            if port == tries[-1]:
                raise ConnectError(
                    f"cannot listen on {args.host}:{args.port} ({e.strerror})", hint="try --port 0"
                ) from e


_LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")


def announcer(args: argparse.Namespace, extra: dict[str, Any] | None = None) -> Callable[[str], None]:
    """Prints the page's address once it answers, and opens it."""

    def announce(url: str) -> None:
        if getattr(args, "json", False):
            import json

            print(json.dumps({"url": url, **(extra or {})}), flush=True)
        else:
            print(url, flush=True)
        if args.host not in _LOOPBACK:
            say(
                "the page is open to the network: people log in; use a proxy with TLS, or passwords cross it in the clear"
            )
        if not args.no_browser:
            with contextlib.suppress(webbrowser.Error):
                webbrowser.open(url)

    return announce


async def until_stopped(*work: Awaitable[Any], seconds: float | None = None) -> None:
    """Run all of ``work`` until the first of it fails, a signal comes, or the time is up; then cancel the rest."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, stop.set)
    if seconds is not None:
        loop.call_later(seconds, stop.set)
    tasks = [asyncio.ensure_future(w) for w in work]
    waiting = asyncio.ensure_future(stop.wait())
    try:
        while not stop.is_set() and tasks:
            done, _ = await asyncio.wait([*tasks, waiting], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {waiting}:
                tasks.remove(task)
                task.result()
    finally:
        waiting.cancel()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, waiting, return_exceptions=True)
