"""Take out the raw data behind a segment, named by its SHA-256; the opening is written into the log before anything is shown."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from selat.cli.assist._common import add_sea


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("evidence", metavar="SHA256", help="as the entry of use or the photo names it")
    parser.add_argument("--who", metavar="NAME", required=True, help="who sees it")
    parser.add_argument("--reason", metavar="TEXT", required=True, help="what for")
    parser.add_argument("--out", metavar="FILE", required=True, help="where to; - for stdout")


def run(args: argparse.Namespace) -> int:
    """Log, then write it out."""
    from selat.assist.desk import Desk

    desk = Desk(Path(args.sea))
    try:
        data = desk.open_segment(args.evidence, "recipient", args.who, args.reason)
    finally:
        desk.close()
    if args.out == "-":
        sys.stdout.buffer.write(data)
    else:
        Path(args.out).write_bytes(data)
    return 0
