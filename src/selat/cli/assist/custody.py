"""Hand items over to another unit: exactly one unit keeps an item from its acceptance to its end.

A unit of another organisation than the recipient's, without the donor's consent of before, makes an observation.
"""

from __future__ import annotations

import argparse

from selat.cli.assist._common import add_deed, add_sea, fact_of, write


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("items", metavar="ITEM", nargs="+", help="all of them or none")
    parser.add_argument("--unit", metavar="NAME", required=True, help="who keeps them from now on")
    parser.add_argument("--organisation", metavar="NAME", help="the unit's, where it is not the recipient's")
    parser.add_argument("--place", metavar="NAME", help="where")
    parser.add_argument("--position", metavar="LAT,LON", help="where, in degrees")
    parser.add_argument("--reason", metavar="TEXT", help="why")
    add_deed(parser)


def run(args: argparse.Namespace) -> int:
    """Write it down."""
    told = {n: getattr(args, n) for n in ("unit", "organisation", "place", "position", "reason")}
    return write(args, *(fact_of(args, "custody", i, **told) for i in args.items))
