"""Run the checks of proper use, U1 to U12, and keep what they find as observations: questions, never verdicts.

Each says what asks for an explanation and on which entries it rests. --dry writes nothing down. Status 1 where something new
was found.
"""

from __future__ import annotations

import argparse
import json
import sys

from selat.cli._asking import plain
from selat.cli.assist._common import add_sea, opened


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("--at", metavar="TIME", help="as of this time (default: now)")
    parser.add_argument("--dry", action="store_true", help="only show what would be observed")
    parser.add_argument("--json", action="store_true", help="as JSON lines")


def run(args: argparse.Namespace) -> int:
    """Check, print, write down."""
    from selat.assist.checks import run_checks
    from selat.model.clock import now, parse_time

    register = opened(args)
    at = now() if args.at is None else parse_time(args.at)
    found = run_checks(register.book(), register.standing(kind="use"), at)
    if found and not args.dry:
        register.write(found)
    for f in found:
        if args.json:
            print(json.dumps({"observation": f.subject, **f.data}, ensure_ascii=False))
        else:
            print(f"{f.data['check']:4} {plain(f.data['sentence'])}")
    print(f"{len(found)} new observations", file=sys.stderr)
    return 1 if found else 0
