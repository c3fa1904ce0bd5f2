"""Options that say which traffic is meant, for the verbs that count it: the words of the watch page's address."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from selat.model.errors import ConfigError

if TYPE_CHECKING:
    from selat.app.session import Sea
    from selat.model.sieve import Sieve

_OPTIONS = (
    (
        "types",
        "KINDS",
        "only these kinds, with commas: cargo, tanker, passenger, fast, service, fishing, pleasure, unknown",
    ),
    ("hide", "KINDS", "all but these kinds"),
    ("min-kn", "N", "not slower than N knots"),
    ("max-kn", "N", "not faster than N knots"),
    ("min-m", "N", "ships of N metres or more"),
    ("max-m", "N", "ships of N metres or less"),
    ("flag", "MID", "first digits of the MMSI, with commas: 533,563"),
    ("only", "TEXT", "part of a name, call sign, MMSI or IMO number"),
    ("course", "FROM-TO", "sector of courses, clockwise: 045-135"),
)


def add_sieve(parser: argparse.ArgumentParser) -> None:
    """Options for when and which."""
    parser.add_argument(
        "--from", dest="begin", metavar="TIME", help="from this time on, ISO 8601, UTC unless it says so"
    )
    parser.add_argument("--to", dest="end", metavar="TIME", help="before this time (both left out: the last day)")
    parser.add_argument("--mmsi", metavar="N", nargs="+", action="extend", help="only these ships")
    for name, value, text in _OPTIONS:
        parser.add_argument(f"--{name}", metavar=value, help=text)


def sieve_from(args: argparse.Namespace) -> Sieve:
    """The sieve of the options."""
    from selat.model.sieve import sieve_of

    words = {name: getattr(args, name) or "" for name in (n.replace("-", "_") for n, _, _ in _OPTIONS)}
    return sieve_of({**words, "mmsi": ",".join(args.mmsi or ())})


def period(sea: Sea, args: argparse.Namespace) -> tuple[int, int]:
    """(begin, end) ns of the options; what is left out is the end of the history, and a day before the end."""
    from selat.model.clock import DAY, SECOND
    from selat.store.query import nanoseconds

    times = [(p.min_time, p.max_time) for p in sea.view.parts if p.table == "reports"]
    known = [(a, b) for a, b in times if a is not None and b is not None]
    if not known:
        raise ConfigError("the sea has no reports yet", hint="selat read FILE --sea SEA")
    end = nanoseconds(args.end) if args.end else (max(b for _, b in known) + 1) * SECOND
    begin = nanoseconds(args.begin) if args.begin else end - DAY
    if begin >= end:
        raise ConfigError("that is no period", hint="--from before --to")
    return begin, end
