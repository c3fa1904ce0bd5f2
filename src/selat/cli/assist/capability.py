"""Measure what a grant changes in how soon help is there: before it, as expected, and as measured; --put keeps it.

DEMAND is a CSV file with lat and lon (or latitude and longitude) and, if given, weight and date; or the word traffic: ships of
the sea's own history, a place a cell of --cell degrees, weighted by its ships. Before are the sea's assets that are not the
grant's, and --base. Expected is with every craft of the grant at its base, measured with those in service, each ready as
often as it was in the last year. Each figure has its 95 % interval, the monsoon seasons stand apart where the demand has dates.

--incidents also counts the demand by year before and after the first year of service, and claims no effect from fewer than
could show it: the smallest change that could is printed. --put writes all of it into the register as measurements, and the
country's page and the yearly review show them.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from selat.cli._asking import box_of, plain
from selat.cli.assist._common import add_sea, opened
from selat.cli.assist._response import add_response, asset_of, slowed_of
from selat.model.errors import ConfigError

if TYPE_CHECKING:
    from selat.assist.capability import Capability
    from selat.assist.demand import Demand

EPILOG = """examples:
  selat assist capability grant/ incidents.csv --programme OSA-2023-MY-1 --base "Lumut,4.23,100.62,25 kn"
  selat assist capability grant/ traffic --programme OSA-2023-MY-1 --slowed-in north-east=0.7
  selat assist capability grant/ incidents.csv --programme OSA-2023-MY-1 --incidents --expected-fall 0.1 --put --who "Sato"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("demand", metavar="DEMAND", help="CSV file of places, or traffic")
    parser.add_argument("--programme", metavar="ID", required=True, help="the grant")
    parser.add_argument(
        "--base", metavar="NAME,LAT,LON,SPEED", action="append", default=[], help="a boat that was there before"
    )
    add_response(parser)
    parser.add_argument(
        "--before",
        metavar="DAY/DAY",
        default="",
        help="also tell the demand of this period alone, as in 2024-01-01/2025-01-01",
    )
    parser.add_argument(
        "--after", metavar="DAY/DAY", default="",
        help="the same of this one; measured are the craft that served at its end, as ready as in it",
    )  # fmt: skip
    parser.add_argument("--cell", type=float, default=0.1, metavar="DEG", help="of traffic (default %(default)s)")
    parser.add_argument("--incidents", action="store_true", help="the demand is incidents: count them by year")
    parser.add_argument(
        "--expected-fall", type=float, metavar="SHARE", help="of incidents, as agreed; with --incidents"
    )
    parser.add_argument("--at", metavar="TIME", help="as of this time (default: now)")
    parser.add_argument("--put", action="store_true", help="write it into the register")
    parser.add_argument("--who", metavar="NAME", help="who writes it down; with --put")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Measure, print, write down."""
    from selat.app.granted import claim_of, counts_of, first_year
    from selat.assist.capability import capability, counted, measurements, others_of
    from selat.model.clock import now, parse_time
    from selat.model.units import duration
    from selat.store import registry

    if args.put and not args.who:
        raise ConfigError("who writes it down?", hint="--put --who NAME")
    register = opened(args)
    book, at = register.book(), now() if args.at is None else parse_time(args.at)
    demand = _demand(args)
    others = others_of(registry.assets(register), args.programme, [asset_of(b) for b in args.base])
    found = capability(
        book, args.programme, demand, at, others, within=duration(args.within), launch=duration(args.launch),
        slowed=slowed_of(args.slowed_in), seed=args.seed, before=_days(args.before), after=_days(args.after),
    )  # fmt: skip
    counts, first = (counts_of(demand), first_year(book, args.programme)) if args.incidents else ({}, 0)
    claim = claim_of(counts, first, args.expected_fall) if args.incidents else ""
    if args.put:
        source = f"selat assist capability, {args.demand}"
        register.write([
            *measurements(found, at, args.who, source),
            *counted(counts, args.programme, first, at, args.who, source, args.expected_fall),
        ])  # fmt: skip
    if args.json:
        print(json.dumps({**asdict(found), "counts": counts, "claim": claim}, ensure_ascii=False))
    else:
        _print(found, counts, claim)
    print(
        f"{found.places:,} places; {found.not_at_sea} not at sea here, {demand.unplaced} rows without a place",
        file=sys.stderr,
    )
    return 0


def _demand(args: argparse.Namespace) -> Demand:
    from selat.assist.demand import read_demand

    box: Any = box_of(args.box) if args.box else None
    if args.demand == "traffic":
        if args.incidents:
            raise ConfigError(
                "traffic is no table of incidents", hint="give the file of incidents, or leave out --incidents"
            )
        return traffic(args.sea, args.cell, box, args.begin, args.end)
    return read_demand(args.demand, box=box, begin=args.begin, end=args.end)


def traffic(folder: str, cell: float, box: Any, begin: str, end: str) -> Demand:
    """Ships of the sea's history as a demand; see :func:`selat.app.granted.traffic`."""
    from selat.app.granted import traffic as seen
    from selat.cli._asking import open_sea
    from selat.model.clock import now, parse_time

    with open_sea(folder) as sea:
        return seen(sea, cell, box, parse_time(begin) if begin else 0, now() if end == "~" else parse_time(end))


def _days(text: str) -> tuple[str, str] | None:
    if not text:
        return None
    from selat.assist.fields import day_ns, ns_day

    begin, _, end = text.partition("/")
    return ns_day(day_ns(begin)), ns_day(day_ns(end))


def _print(found: Capability, counts: dict[int, int], claim: str) -> None:
    names = list(dict.fromkeys((r.season, r.indicator) for r in found.rows))
    by = {(r.indicator, r.basis): r for r in found.rows}
    print(f"{'':44} {'before':>24} {'expected':>24} {'measured':>24}")
    for _, name in names:
        print(
            f"{name:44} " + " ".join(f"{_figure(by.get((name, b))):>24}" for b in ("baseline", "expected", "measured"))
        )
    for item, share in sorted(found.alone.items()):
        print(f"without {plain(item)}: {-share:+.1%} of the demand in time")
    for item, why in sorted(found.left_out.items()):
        print(f"left out: {plain(item)}, {why}")
    if counts:
        print("incidents by year: " + ", ".join(f"{y}: {n}" for y, n in counts.items()))
    if claim:
        print(claim)
    if found.evidence:
        grades = ", ".join(f"{g} {h:.0f} h" for g, h in found.evidence.items())
        print(f"evidence of use of the measured craft, by grade, never added up: {grades}")
    for text in found.assumptions:
        print(f"assumes: {text}")
    print(f"demand {found.demand}, seed {found.seed}")


def _figure(row: Any) -> str:
    if row is None:
        return "-"
    share = row.unit == "share"
    value, low, high = (f"{100 * v:.1f}%" if share else f"{v:.2f}" for v in (row.value, row.low, row.high))
    return f"{value} ({low} to {high}){'' if share else ' h'}"
