"""The smallest fall of incident counts that a comparison could show; below it, no effect can be claimed.

Two Poisson counts, exact conditional test, two-sided 5 %, power 80 %. Real counts vary more: the true figure is larger.
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("per_year", metavar="N", type=float, help="incidents a year before")
    parser.add_argument("--before", type=float, default=3.0, metavar="YEARS", help="years before (default %(default)g)")
    parser.add_argument("--after", type=float, default=3.0, metavar="YEARS", help="years after (default %(default)g)")


def run(args: argparse.Namespace) -> int:
    """Print it."""
    from selat.assist.effect import detectable

    least = detectable(args.per_year, args.before, args.after)
    years = f"{args.per_year:g} a year, {args.before:g} years before and {args.after:g} after"
    if least is None:
        print(f"{years}: not even a full stop could be shown")
    else:
        print(f"{years}: a fall of {least:.0%} or more could be shown")
    return 0
