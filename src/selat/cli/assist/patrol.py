"""Show how often the cells of one degree were visited, how long they were not, and the area that craft could sweep.

By the uses that the register knows with their cells (grades A and B). Revisit: gaps between visits of any item of the programme,
begin and end of the period included. With --sweep and --speed the area swept, the coverage of a cell and the chance to detect
what drifts there (random search, B. O. Koopman) stand beside.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from selat.cli._asking import plain
from selat.cli.assist._common import add_sea, opened
from selat.model.errors import ConfigError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("--programme", metavar="ID", required=True, help="the grant")
    parser.add_argument("--from", dest="begin", required=True, metavar="TIME", help="from this time on")
    parser.add_argument("--to", dest="end", metavar="TIME", help="before this time (default: now)")
    parser.add_argument("--sweep", metavar="WIDTH", help='swept width, as in "2 nm"')
    parser.add_argument("--speed", metavar="SPEED", help='of a patrol, as in "12 kn"')
    parser.add_argument("--json", action="store_true", help="as JSON lines")


def run(args: argparse.Namespace) -> int:
    """Gather visits by cell, print."""
    from selat.assist.grant import Grant
    from selat.assist.sensing import cell_area, coverage, detection, visits
    from selat.model.clock import HOUR, SECOND, now, parse_time
    from selat.model.units import distance, speed

    if bool(args.sweep) != bool(args.speed):
        raise ConfigError("a sweep without its speed", hint='--sweep "2 nm" --speed "12 kn"')
    register = opened(args)
    items = set(Grant(register.book(), args.programme).items())
    begin, end = parse_time(args.begin), now() if args.end is None else parse_time(args.end)
    if begin >= end:
        raise ConfigError("a period that ends before it begins", hint="--from 2026-01-01 --to 2026-07-01")
    uses = [f for f in register.standing(kind="use") if f.subject in items and begin <= f.at < end]
    for cell, row in sorted(visits(uses, begin, end).items()):
        told: dict[str, Any] = {"cell": cell, **row}
        if args.sweep:
            width, fast = distance(args.sweep), speed(args.speed)
            factor = coverage(width, fast, row["hours"] * HOUR / SECOND, cell_area(cell))
            told |= {"swept_m2": width * fast * row["hours"] * 3600, "coverage": factor, "detection": detection(factor)}
        if args.json:
            print(json.dumps(told))
        else:
            more = (
                f"; swept {told['swept_m2'] / 1e6:,.0f} km2, coverage {told['coverage']:.2f}, detection {told['detection']:.0%}"
                if args.sweep
                else ""
            )
            days = ", ".join(f"{k} {row[k] / 86400:.1f} d" for k in ("mean", "p90", "longest"))
            print(f"{plain(cell):8} {row['visits']:5} visits, {row['hours']:7.1f} h; not seen for: {days}{more}")
    return 0
