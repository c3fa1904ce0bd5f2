"""Drift a case: particles through wind and current, from the report on.

CASE is a file of `selat rescue new`, or the name of a case of --sea. The last line of notes says what a plan on it rests on.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from selat.cli.rescue._case_file import case_named
from selat.cli.rescue.show import print_summary
from selat.model.errors import ConfigError

EPILOG = """examples:
  selat rescue drift pd.json --hours 6 --out pd.npz
  selat rescue drift pd.json --to 2026-11-28T02:00Z --every "30 min" --json
  selat rescue drift "Port Dickson" --sea sea/ --hours 12
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("case", metavar="CASE", help="file of a case, or its name with --sea")
    parser.add_argument(
        "--hours", type=float, metavar="N", help="for so long from the first beginning (backward for what was found)"
    )
    parser.add_argument("--to", metavar="TIME", help="or until this time, ISO 8601")
    parser.add_argument(
        "--every", metavar="TEXT", default="1 h", help="keep the particles at each (default %(default)s)"
    )
    parser.add_argument("--particles", type=int, metavar="N", help="other than in the case")
    parser.add_argument("--seed", type=int, metavar="N", help="other than in the case")
    parser.add_argument("--sea", metavar="SEA", help="the sea that holds the case")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the particles to FILE.npz")
    parser.add_argument("--json", action="store_true", help="a JSON object for each time")


def run(args: argparse.Namespace) -> int:
    """Drift it, tell where it is."""
    from dataclasses import replace

    case, home = case_named(args.case, args.sea)
    if args.particles is not None:
        case = replace(case, particles=args.particles)
    if args.seed is not None:
        case = replace(case, seed=args.seed)
    if args.out is not None and args.out.suffix != ".npz":
        raise ConfigError(f"{args.out}: particles are written as .npz", hint="--out NAME.npz")
    told = _tell if sys.stderr.isatty() else None
    found = case.drift(args.hours, to=args.to, every=args.every, home=home, told=told)
    if args.out is not None:
        found.save(args.out)
    print_summary(found, as_json=args.json)
    return 0


def _tell(done: int, of: int) -> None:
    print(f"\r{done:,} of {of:,} steps", end="\n" if done == of else "", file=sys.stderr)
