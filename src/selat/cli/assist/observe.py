"""Answer or close an observation, or write down an allegation; none is ever deleted.

A close needs a reason, a person and a document that is in the register (`selat assist import` of a sheet `document`).
"""

from __future__ import annotations

import argparse

from selat.cli.assist._common import add_deed, add_sea, fact_of, write
from selat.model.errors import ConfigError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("id", metavar="ID", help="of the observation; of an allegation: a new one")
    parser.add_argument("--answer", metavar="TEXT", help="an explanation")
    parser.add_argument("--close", metavar="REASON", help="why it is closed")
    parser.add_argument("--person", metavar="NAME", help="close: who answers for it")
    parser.add_argument("--document", metavar="ID", help="on which paper it rests")
    parser.add_argument("--allege", metavar="TEXT", help="what is said to have happened")
    parser.add_argument("--target", metavar="ID", help="allege: item or programme")
    add_deed(parser)


def run(args: argparse.Namespace) -> int:
    """Write it down."""
    if sum(x is not None for x in (args.answer, args.close, args.allege)) != 1:
        raise ConfigError("what to do with it?", hint="one of --answer TEXT, --close REASON, --allege TEXT")
    if args.answer is not None:
        return write(args, fact_of(args, "answer", args.id, text=args.answer, document=args.document))
    if args.close is not None:
        told = {"reason": args.close, "person": args.person, "document": args.document}
        return write(args, fact_of(args, "close", args.id, **told))
    told = {"check": "allegation", "target": args.target, "sentence": args.allege}
    return write(args, fact_of(args, "observation", args.id, **told))
