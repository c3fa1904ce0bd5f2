"""Watch live feeds, or replay a log: keep what comes in, raise alerts, serve the live page."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from selat.cli import _page

EPILOG = """examples:
  selat watch tcp://192.0.2.7:10110 --sea sea/
  selat watch udp://0.0.0.0:10110 serial:///dev/ttyUSB0?baud=38400 --sea sea/
  selat watch "udp://239.1.2.3:8600?format=asterix" tcp://192.0.2.7:10110 --sea sea/      a radar beside AIS
  selat watch recorded.nmea --rate 60 --sea sea/      replay a log, an hour a minute
  nc feed.example 5631 | selat watch - --sea sea/ --no-page
sources:
  tcp://host:port  tcp-listen://host:port  udp://host:port  serial:///dev/tty  tail:PATH  -  aisstream://  signalk://host:3000  PATH
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument(
        "sources",
        nargs="*",
        metavar="SOURCE",
        help="where to listen (default: as selat.toml says); or one log",
    )
    parser.add_argument("--sea", type=Path, required=True, metavar="DIR", help="folder of the sea; made when absent")
    parser.add_argument("--rate", type=float, default=1.0, help="speed of a replay (default %(default)s)")
    parser.add_argument("--no-page", action="store_true", help="serve no page")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object: the address at start, counts at the end"
    )
    _page.add_page_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Watch until stopped, or until the log ends and no page is served."""
    asyncio.run(_watch(args))
    return 0


async def _watch(args: argparse.Namespace) -> None:
    from selat.app.lean import for_weeks

    for_weeks()
    from selat.app import warm
    from selat.app.pipeline import Pipeline
    from selat.app.watch import Watch
    from selat.kernels._cache import cold
    from selat.store.writer import Store

    ready = None
    if warm.needed():
        _page.say(_page.FIRST_RUN if cold() else _page.CHANGED)
        ready = asyncio.create_task(warm.compiled())
    store = Store(args.sea)
    try:
        args.sources = args.sources or list(store.settings.sources.addresses)
        source, options = _sources(args)
        _page.defaults(args, store.settings.web)
        with store.writer() as writer:
            watch = Watch(Pipeline(writer), source.clock, **options)
            work = [watch.run(source, ready)]
            if not args.no_page:
                work.append(_page.page(watch.picture, args, "selat", _page.announcer(args), args.sea))
            await _page.until_stopped(*work, seconds=args.seconds)
            _summary(args, watch)
    finally:
        store.close()


def _sources(args: argparse.Namespace) -> tuple[Any, dict[str, Any]]:
    """The source to run, and what the watch should know of it."""
    from selat.app.formats import kind_of_log
    from selat.model.errors import ConfigError
    from selat.readers.live import Live, parse_source
    from selat.readers.replay import Replay

    if not args.sources:
        raise ConfigError("nothing to listen to", hint="name a source, or write [sources] addresses into selat.toml")
    specs = [parse_source(s) for s in args.sources]
    files = [s for s in specs if s.kind == "file"]
    if files and len(specs) > 1:
        raise ConfigError(
            "a log is replayed alone", hint="give one log, or live sources only; `selat read` takes many logs"
        )
    if files:
        if kind_of_log(Path(files[0].path)) != "nmea":
            raise ConfigError(
                f"{files[0].path} is no log of lines", hint="read it with `selat read`, then look at the sea"
            )
        return Replay(files[0].path, args.rate), {"replay": True}
    live = Live(specs)
    return live, {"details": lambda: _details(live), "outages": live.take_outages, "formats": live.format_of}


_STATES = {"live": "ok", "open": "ok", "starting": "silent", "connecting": "down", "silent": "silent", "down": "down"}


def _details(live: Any) -> list[dict[str, Any]]:
    """State of every source, in the page's words."""
    return [
        {
            "name": h.name,
            "state": _STATES.get(h.state, "done"),
            "last_heard_ms": h.last_heard / 1e6 if h.last_heard > 0 else None,
            "detail": h.detail,
            "dropped": h.dropped,
        }
        for h in live.health()
    ]


def _summary(args: argparse.Namespace, watch: Any) -> None:
    health = watch.health()
    totals = {k: sum(s[k] for s in health["sources"]) for k in ("lines", "kept", "duplicates", "rejected")}
    totals["alerts"] = watch.alerts
    if args.json:
        import json

        print(json.dumps(totals))
    else:
        _page.say("  ".join(f"{k} {v}" for k, v in totals.items()))
