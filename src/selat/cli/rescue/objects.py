"""List what can be adrift: number, key, leeway at 10 m/s, what it is, and whence the figures."""

from __future__ import annotations

import argparse
import json

EPILOG = """examples:
  selat rescue objects
  selat rescue objects raft drogue
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("words", metavar="WORD", nargs="*", help="only those with all of these words")
    parser.add_argument("--json", action="store_true", help="as JSON, with sources and all coefficients (m/s)")


def run(args: argparse.Namespace) -> int:
    """List them."""
    from dataclasses import asdict

    from selat.rescue.objects import search

    found = search(" ".join(args.words))
    for o in found:
        if args.json:
            print(json.dumps(asdict(o), ensure_ascii=False))
        else:
            down, right, left = (s.speed(10.0) for s in (o.downwind, o.right, o.left))
            print(f"{o.id:3}  {o.key:24} {down:5.2f} {right:+5.2f} {left:+5.2f} m/s  {o.description}")
    return 0 if found else 1
