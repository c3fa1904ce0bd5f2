"""Write what the donor sees of a month: sums by item, signed with the key of this register (Ed25519).

Hours by grade, ready days, hours by cell of one degree, which checks asked, and the hash of the raw data behind it; no track, no
place, no time of a sortie. `selat assist verify FILE --key KEY` reads it on the other side.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from selat.cli.assist._common import add_sea


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("--month", metavar="YYYY-MM", required=True, help="which month")
    parser.add_argument("--programme", metavar="ID", action="append", default=[], help="only these")
    parser.add_argument("--out", metavar="FILE", default="-", help="- for stdout (default)")


def run(args: argparse.Namespace) -> int:
    """Sum, sign, write."""
    from selat.assist.desk import Desk

    desk = Desk(Path(args.sea))
    try:
        text = json.dumps(desk.monthly(args.month, args.programme), indent=1, ensure_ascii=False) + "\n"
    finally:
        desk.close()
    if args.out == "-":
        sys.stdout.write(text)
    else:
        Path(args.out).write_text(text, encoding="utf-8")
    return 0
