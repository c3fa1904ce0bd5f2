"""List what is due: inspections, reports, open observations; overdue first. Status 1 where something is overdue.

An inspection stays on the list until it is done or waived with a reason, an observation until it is closed with a reason, a
person and a document.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from selat.cli._asking import plain
from selat.cli.assist._common import add_sea, opened


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument(
        "--ahead", type=int, default=90, metavar="DAYS", help="how far to look ahead (default %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="as JSON lines")


def run(args: argparse.Namespace) -> int:
    """Print a line a thing to do."""
    from selat.assist.due import due_list
    from selat.model.clock import now

    found = due_list(opened(args).book(), now(), args.ahead)
    for d in found:
        if args.json:
            print(json.dumps(asdict(d), ensure_ascii=False))
        else:
            print(f"{d.day}  {d.days:5} d  {d.what:11}  {plain(d.id)}: {plain(d.text)}")
    return 1 if any(d.days < 0 for d in found) else 0
