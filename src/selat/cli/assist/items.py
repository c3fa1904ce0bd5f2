"""List serial items: state, who keeps them, hours by grade of evidence."""

from __future__ import annotations

import argparse
import json
import sys

from selat.cli._asking import plain
from selat.cli.assist._common import add_sea, opened


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("--programme", metavar="ID", help="only this programme's")
    parser.add_argument("--state", metavar="STATE", help="only those in this state")
    parser.add_argument("--json", action="store_true", help="as JSON lines")


def run(args: argparse.Namespace) -> int:
    """Print a line an item."""
    book = opened(args).book()
    where = {"programme": args.programme} if args.programme else {}
    shown = 0
    for item in book.ids("item", **where):
        state, keeper = book.state(item), book.keeper(item)
        if args.state and state != args.state:
            continue
        shown += 1
        hours: dict[str, float] = {}
        for month in book.item(item)["hours"].values():
            for grade, h in month.items():
                hours[grade] = hours.get(grade, 0.0) + h
        if args.json:
            ids = {w: known[-1][1] for w, known in book.item(item)["ids"].items() if known and known[-1][2] is None}
            unit = keeper and keeper[1]
            serial, model = book.value("item", item, "serial"), book.value("item", item, "model")
            print(
                json.dumps(
                    {
                        "item": item,
                        "serial": serial,
                        "model": model,
                        "state": state,
                        "unit": unit,
                        "hours": hours,
                        **ids,
                    },
                    ensure_ascii=False,
                )
            )
        else:
            told = ", ".join(f"{g} {h:.1f} h" for g, h in sorted(hours.items()))
            print(
                f"{plain(item):20} {plain(str(book.value('item', item, 'serial'))):12} {state:12} "
                f"{plain(keeper[1]) if keeper else '-':24} {told}".rstrip()
            )
    print(f"{shown} items", file=sys.stderr)
    return 0
