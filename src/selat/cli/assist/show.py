"""Show all about a programme, an item or any other id: every field with its source, and every entry.

Sources that disagree stand side by side, the surest first.
"""

from __future__ import annotations

import argparse
import json

from selat.cli._asking import plain
from selat.cli.assist._common import add_sea, opened
from selat.model.errors import ConfigError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("id", metavar="ID", help="of a programme, item, tranche, observation, ...")
    parser.add_argument("--entry", type=int, metavar="N", help="as the register was after its first N entries")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Print claims and entries."""
    from selat.assist.facts import KINDS
    from selat.assist.fields import show_value
    from selat.model.clock import format_time

    register = opened(args)
    book, entries = register.book(args.entry), list(register.facts(args.id, before=args.entry))
    if not entries:
        raise ConfigError(
            f"nothing is known of {args.id!r}", hint=f"`selat assist items {args.sea}` and `... programmes` list ids"
        )
    gone = {r[0] for r in book.data["retracted"]}
    if args.json:
        told = [
            {
                "n": f.n,
                "kind": f.kind,
                "at": f.at,
                "who": f.who,
                "source": f.source,
                "confidence": f.confidence,
                "retracted": f.n in gone,
                **f.data,
            }
            for f in entries
        ]
        print(json.dumps({"id": args.id, "entries": told}, ensure_ascii=False))
        return 0
    for kind in dict.fromkeys(f.kind for f in entries if KINDS[f.kind].claims):
        print(f"{kind} {plain(args.id)}")
        for field in KINDS[kind].fields:
            for n, (value, source, who, _, confidence, entry) in enumerate(book.claims(kind, args.id, field.name)):
                print(
                    f"  {'' if n else field.name:16} {plain(show_value(field, value))}  "
                    f"[{confidence}, {plain(source)}; {plain(who)}, entry {entry}]"
                )
    if any(f.kind == "item_state" for f in entries):
        keeper = book.keeper(args.id)
        print(f"  {'state':16} {book.state(args.id)}{'' if keeper is None else ', kept by ' + plain(keeper[1])}")
    for f in entries:
        if not KINDS[f.kind].claims:
            values = ", ".join(f"{k} {plain(show_value(KINDS[f.kind].by_name[k], v))}" for k, v in f.data.items())
            mark = " (retracted)" if f.n in gone else ""
            print(f"  {f.n:6} {format_time(f.at)}  {f.kind}{mark}: {values}  [{plain(f.source)}; {plain(f.who)}]")
    return 0
