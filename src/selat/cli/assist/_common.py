"""What the actions of `selat assist` share."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from selat.assist.facts import Fact
    from selat.assist.register import Register


def add_sea(parser: argparse.ArgumentParser) -> None:
    """The folder of the sea."""
    parser.add_argument("sea", metavar="SEA", help="folder of the sea")


def add_deed(parser: argparse.ArgumentParser) -> None:
    """Options of everything that is written down."""
    parser.add_argument("--at", metavar="TIME", help="when it was so (default: now), ISO 8601, UTC unless it says so")
    parser.add_argument("--who", metavar="NAME", required=True, help="who writes it down")
    parser.add_argument(
        "--source", metavar="TEXT", required=True, help="where it is from: a form, a letter, a web page"
    )
    parser.add_argument(
        "--confidence", choices=("A", "B", "C", "U"), default="B", help="A surest (default %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")


def fact_of(args: argparse.Namespace, kind: str, subject: str, /, **data: Any) -> Fact:
    """A fact out of the options; what was not given is left out."""
    from selat.assist.facts import Fact
    from selat.model.clock import now, parse_time

    at = now() if args.at is None else parse_time(args.at)
    told = {k: v for k, v in data.items() if v is not None}
    return Fact(kind, subject, at, told, args.source, args.who, args.confidence)


def write(args: argparse.Namespace, *facts: Fact) -> int:
    """Write facts and say so; what followed from them by itself goes to stderr."""
    register = opened(args)
    made = register.write(facts)
    for fact in made:
        if args.json:
            print(
                json.dumps(
                    {"n": fact.n, "kind": fact.kind, "subject": fact.subject, "at": fact.at, **fact.data},
                    ensure_ascii=False,
                )
            )
        else:
            print(f"entry {fact.n}: {fact.kind} {fact.subject}")
    for fact in made[len(facts) :]:
        print(f"note: observation {fact.subject}: {fact.data['sentence']}", file=sys.stderr)
    return 0


def opened(args: argparse.Namespace, *, create: bool = False) -> Register:
    """The register of the sea that is named."""
    from selat.assist.register import open_register

    return open_register(args.sea, create=create)
