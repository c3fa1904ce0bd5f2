"""Show ready days and hours of use by grade of evidence, by programme with intervals or by item, seasons apart.

Hours of the grades are never added up: the same hour may be told by a track and by a sheet. Of the last 24 full months.
"""

from __future__ import annotations

import argparse
import json

from selat.cli._asking import plain
from selat.cli.assist._common import add_sea, opened


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("--programme", metavar="ID", action="append", default=[], help="only this one; repeatable")
    parser.add_argument("--items", action="store_true", help="a line an item")
    parser.add_argument("--at", metavar="TIME", help="as of this time (default: now)")
    parser.add_argument("--json", action="store_true", help="as JSON lines")


def run(args: argparse.Namespace) -> int:
    """Measure, print."""
    from selat.assist.aggregates import ready_days
    from selat.assist.capability import YEAR
    from selat.assist.grant import Grant
    from selat.assist.indicators import measured
    from selat.model.clock import now, parse_time

    book, at = opened(args).book(), now() if args.at is None else parse_time(args.at)
    for programme in [Grant(book, p).id for p in args.programme] or book.ids("programme"):
        grant = Grant(book, programme)
        for item in grant.items() if args.items else ():
            ready, held = ready_days(book, item, at - YEAR, at)
            hours: dict[str, float] = {}
            for month in book.item(item)["hours"].values():
                for grade, spent in month.items():
                    hours[grade] = round(hours.get(grade, 0.0) + spent, 3)
            if args.json:
                print(
                    json.dumps(
                        {"item": item, "programme": programme, "ready_days": ready, "held_days": held, "hours": hours}
                    )
                )
            else:
                told = ", ".join(f"{g} {h:.1f} h" for g, h in sorted(hours.items())) or "no use"
                print(f"{plain(item):24} ready {ready:.0f} of {held:.0f} days of the last 365; {told}")
        for row in () if args.items else measured(book, programme, at):
            if args.json:
                print(json.dumps({"programme": programme, **row}))
            else:
                low, value, high = (
                    None if row[k] is None else _number(row[k], row["unit"]) for k in ("low", "value", "high")
                )
                span = f" ({low} to {high})" if low is not None else ""
                print(
                    f"{plain(programme):20} {row['indicator']:56} {value}{span}  {row['items']} items, {row['months']} months"
                )
    return 0


def _number(value: float, unit: str) -> str:
    return f"{value:.1%}" if unit == "share" else f"{value:.1f} {unit}"
