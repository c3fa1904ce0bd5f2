"""Write programmes as IATI 2.03 XML, the public tier: no unit, base, serial number or track goes out."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from selat.cli.assist._common import add_sea, opened


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("path", metavar="FILE", help="- for stdout")
    parser.add_argument("--programme", metavar="ID", action="append", help="only these")
    parser.add_argument("--at", metavar="TIME", help="time that the file says it was made at (default: now)")


def run(args: argparse.Namespace) -> int:
    """Write it."""
    from selat.assist.grant import Grant
    from selat.assist.iati import write_iati
    from selat.assist.tiers import cut_book
    from selat.model.clock import now, parse_time

    book = cut_book(opened(args).book(), "public")
    chosen = None if args.programme is None else [Grant(book, p).id for p in args.programme]
    made = write_iati(book, now() if args.at is None else parse_time(args.at), chosen)
    if args.path == "-":
        sys.stdout.buffer.write(made)
    else:
        Path(args.path).write_bytes(made)
    return 0
