"""Serve the page of a sea: last positions, tracks and alerts, kept up to date while another process writes it."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from selat.cli import _page

EPILOG = """examples:
  selat serve --sea sea/                       look at what was read or is being watched
  selat serve --sea sea/ --port 0 --no-browser
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("--sea", type=Path, required=True, metavar="DIR", help="folder of the sea")
    parser.add_argument("--json", action="store_true", help="print the address as JSON")
    _page.add_page_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Serve until stopped."""
    asyncio.run(_serve(args))
    return 0


async def _serve(args: argparse.Namespace) -> None:
    from selat.app.session import Sea
    from selat.app.standing import Standing
    from selat.store.layout import settings

    with Sea(args.sea, create=False) as sea:
        _page.defaults(args, settings(sea.layout).web)
        standing = Standing(sea)
        await _page.until_stopped(
            standing.run(),
            _page.page(standing.picture, args, f"selat: {args.sea}", _page.announcer(args), args.sea),
            seconds=args.seconds,
        )
