"""Write down that an item was in use: from --at to --ended, with the grade of the evidence.

Grades: A own track, B signed logger, GPX or flight log, C log sheet with engine hours and photo, D statement.
"""

from __future__ import annotations

import argparse

from selat.cli.assist._common import add_deed, add_sea, fact_of, write


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("item", metavar="ITEM", help="its id")
    parser.add_argument("--ended", metavar="TIME", required=True, help="when it ended")
    parser.add_argument("--hours", metavar="N", help="hours in use (default: from --at to --ended)")
    parser.add_argument("--mission", metavar="CODE", help="surveillance, sar, hadr, pko or training")
    parser.add_argument(
        "--grade", choices=("A", "B", "C", "D"), default="D", help="of the evidence (default %(default)s)"
    )
    parser.add_argument("--evidence", metavar="SHA256", help="hash of the raw data")
    parser.add_argument("--holder", metavar="NAME", help="who holds the raw data")
    parser.add_argument("--rescued", metavar="N", help="people")
    add_deed(parser)


def run(args: argparse.Namespace) -> int:
    """Write it down."""
    from selat.model.clock import HOUR, parse_time
    from selat.model.errors import ConfigError

    if args.at is None:
        raise ConfigError("use since when?", hint="give --at TIME, when it began")
    hours = args.hours if args.hours is not None else max(0.0, (parse_time(args.ended) - parse_time(args.at)) / HOUR)
    told = {n: getattr(args, n) for n in ("ended", "mission", "grade", "evidence", "holder", "rescued")}
    return write(args, fact_of(args, "use", args.item, hours=hours, **told))
