"""Write the register to a folder of CSV files, to .xlsx or .json; what was retracted is left out.

What is written can be imported again. --tier cuts it to what a donor or the public sees. --template writes the sheets to fill
in, with what each column takes.
"""

from __future__ import annotations

import argparse
import sys

from selat.cli.assist._common import add_sea, opened


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("path", metavar="PATH", help="folder, or a file that ends in .xlsx or .json")
    parser.add_argument(
        "--tier", choices=("recipient", "donor", "public", "auditor"), default="recipient",
        help="who will see it (default %(default)s: all)",
    )  # fmt: skip
    parser.add_argument("--template", action="store_true", help="empty sheets to fill in")


def run(args: argparse.Namespace) -> int:
    """Write it."""
    from selat.assist.register import OWN
    from selat.assist.sheets import write_sheets
    from selat.assist.tiers import cut_facts

    standing = [] if args.template else (f for f in opened(args).standing() if f.source != OWN)
    facts = list(cut_facts(standing, args.tier))
    made = write_sheets(facts, args.path, template=args.template)
    print("\n".join(map(str, made)))
    print(f"{len(facts):,} entries", file=sys.stderr)
    return 0
