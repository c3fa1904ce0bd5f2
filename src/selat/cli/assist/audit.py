"""Say whether the log holds, and what it adds up to; status 1 where it was altered from outside.

--seed draws a sample of items to look at, the same for the same seed, log and size, so that anybody can draw it again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys

from selat.cli.assist._common import add_sea, opened


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("--seed", metavar="TEXT", help="draw a sample of items with this published seed")
    parser.add_argument("--size", type=int, default=10, metavar="N", help="items of the sample (default %(default)s)")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Verify the chain, print its last hash and the sample."""
    register = opened(args)
    broken = register.first_break()
    if broken is not None:
        print(f"the log is broken at entry {broken}: it was changed from outside", file=sys.stderr)
        return 1
    rows, last = register.end()
    if not register.saved_book_agrees():
        print("the saved sums do not follow from the log: they were changed from outside", file=sys.stderr)
        return 1
    sample: list[str] = []
    if args.seed is not None:
        items = register.book().ids("item")
        sample = sorted(items, key=lambda i: hashlib.sha256(f"{args.seed}\n{i}".encode()).hexdigest())[: args.size]
    if args.json:
        print(json.dumps({"entries": rows, "hash": last, "sample": sample}))
    else:
        print(f"{rows:,} entries, last hash {last or 'none'}")
        print("\n".join(sample), end="\n" if sample else "")
        print("the log is whole; keep its last hash elsewhere, to see it if its end is cut off", file=sys.stderr)
    return 0
