"""Say whether the log holds, and what it adds up to; status 1 where it was altered from outside.

--item ID prints the chain of an item, from the notes to the inspection, each entry with its hash, and what is missing in it.
--seed draws a sample of items to look at, the same for the same seed, log and size, so that anybody can draw it again.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from selat.cli._asking import plain
from selat.cli.assist._common import add_sea, opened


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("--seed", metavar="TEXT", help="draw a sample of items with this published seed")
    parser.add_argument("--size", type=int, default=10, metavar="N", help="items of the sample (default %(default)s)")
    parser.add_argument("--item", metavar="ID", help="print the chain of this item")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Verify the chain, print its last hash and the sample."""
    from selat.assist import auditing

    register = opened(args)
    broken = register.first_break()
    if broken is not None:
        print(f"the log is broken at entry {broken}: it was changed from outside", file=sys.stderr)
        return 1
    rows, last = register.end()
    if not register.saved_book_agrees():
        print("the saved sums do not follow from the log: they were changed from outside", file=sys.stderr)
        return 1
    if args.item:
        _chain(auditing.chain_of(register, register.book(), args.item), args.json)
        return 0
    sample: list[str] = []
    if args.seed is not None:
        sample = auditing.sample(register.book(), args.seed, args.size)
    if args.json:
        print(json.dumps({"entries": rows, "hash": last, "sample": sample}))
    else:
        print(f"{rows:,} entries, last hash {last or 'none'}")
        print("\n".join(sample), end="\n" if sample else "")
        print("the log is whole; keep its last hash elsewhere, to see it if its end is cut off", file=sys.stderr)
    return 0


def _chain(told: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
        return
    from selat.model.clock import format_time

    for step in told["steps"]:
        print(step["step"])
        for e in step["entries"]:
            data = ", ".join(f"{k} {v}" for k, v in e["data"].items() if k != "cells")
            by = f"[{plain(e['source'])}; {plain(e['who'])}]"
            print(f"  {e['n']:6} {e['hash'][:16]} {format_time(e['at'])}  {e['kind']}: {plain(data)}  {by}")
    for gap in told["custody_gaps"]:
        why = "arrived, and nobody had accepted it" if gap["why"] == "waiting" else "held, and no unit is named"
        print(f"custody gap: {format_time(gap['from'])} to {format_time(gap['to'])}, {why}")
    print(f"missing: {', '.join(told['missing']) or 'nothing'}")
    print(f"{told['entries']:,} entries, last hash {told['head']}")
