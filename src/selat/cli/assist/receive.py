"""Receive and accept items, put them into service, or tell another state of them.

Items follow: ordered, in_transit, received, accepted, in_service, and from there under_repair, stored and the ends lost,
damaged_beyond_repair, returned, disposed. An end without consent of before makes an observation.
"""

from __future__ import annotations

import argparse

from selat.cli.assist._common import add_deed, add_sea, fact_of, write


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("items", metavar="ITEM", nargs="+", help="all of them or none")
    parser.add_argument("--state", metavar="STATE", default="received", help="the new state (default %(default)s)")
    parser.add_argument("--unit", metavar="NAME", help="accepted: the unit that keeps them from then on")
    parser.add_argument("--organisation", metavar="NAME", help="the unit's, where it is not the recipient's")
    parser.add_argument("--place", metavar="NAME", help="where")
    parser.add_argument("--certificate", metavar="TEXT", help="number of the paper")
    parser.add_argument("--reason", metavar="TEXT", help="why")
    add_deed(parser)


def run(args: argparse.Namespace) -> int:
    """Write it down."""
    told = {n: getattr(args, n) for n in ("state", "unit", "organisation", "place", "certificate", "reason")}
    return write(args, *(fact_of(args, "item_state", i, **told) for i in args.items))
