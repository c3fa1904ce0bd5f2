"""Bring in facts from a folder of CSV files, a .csv, .xlsx or .json file, or the public record.

The name `public` stands for the public record of Official Security Assistance that comes with selat. Where any row is wrong
nothing is written, each such row is told with its sheet and number, and --good-rows brings in the others. Status 1 where
rows were wrong. `selat assist export SEA FILE --template` writes the sheets to fill in.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from selat.cli._asking import plain
from selat.cli.assist._common import add_sea, opened

MOST = 50  #: rows that are told in full


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("path", metavar="PATH", help="folder or file, or public")
    parser.add_argument("--who", metavar="NAME", default="selat", help="who writes it down, where a row does not say")
    parser.add_argument(
        "--source", metavar="TEXT", default="", help="where it is from, where a row does not say (default: the file)"
    )
    parser.add_argument("--good-rows", action="store_true", help="bring in what is right, leave out what is wrong")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Read, hold against the rules, write all or none."""
    from selat.assist.public import FOLDER
    from selat.assist.sheets import BadRow, read_sheets

    path = FOLDER if args.path == "public" and not Path("public").exists() else Path(args.path)
    read = read_sheets(path, who=args.who, source=args.source or path.name)
    register = opened(args, create=True)
    good, trouble = register.sift(read.facts)
    bad = [*read.bad, *(BadRow(read.lines[t.index], t.message, t.hint) for t in trouble)]
    bad.sort(key=lambda b: (b.line.sheet, b.line.row))
    written = 0
    if not bad or args.good_rows:
        written = len(register.write(good))
    if args.json:
        rows = [{"sheet": b.line.sheet, "row": b.line.row, "message": b.message, "hint": b.hint} for b in bad]
        print(json.dumps({"written": written, "good": len(good), "bad": rows}, ensure_ascii=False))
    else:
        for b in bad[:MOST]:
            print(f"{plain(b.line.sheet)}, row {b.line.row}: {plain(b.message)} ({plain(b.hint)})", file=sys.stderr)
        if len(bad) > MOST:
            print(f"... and {len(bad) - MOST} more rows; --json tells all", file=sys.stderr)
        print(f"{written:,} entries written")
        if bad and not args.good_rows:
            print(
                f"nothing was written: {len(bad)} of {len(bad) + len(good):,} rows are wrong; "
                f"--good-rows brings in the other {len(good):,}",
                file=sys.stderr,
            )
    return 1 if bad else 0
