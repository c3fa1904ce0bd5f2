"""Write labels with QR codes for the goods, as a page of HTML to print; the page on the pier reads them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from selat.cli.assist._common import add_sea, opened


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("path", metavar="FILE", help="an .html file, - for stdout")
    parser.add_argument("--programme", metavar="ID", action="append", help="only these")


def run(args: argparse.Namespace) -> int:
    """Write it."""
    from selat.assist.grant import Grant
    from selat.assist.labels import sheet

    book = opened(args).book()
    text = sheet(book, [Grant(book, p).id for p in args.programme or book.ids("programme")])
    if args.path == "-":
        sys.stdout.write(text)
    else:
        Path(args.path).write_text(text, encoding="utf-8")
    return 0
