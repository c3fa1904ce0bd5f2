"""Show given boats, aircraft and radars that are in service as assets; --put makes them assets of the sea.

An item counts while it is in service, kept at a place that is known, of a model with a speed (or a radar). With --put, assets of
a grant that are no longer in service are taken out; assets of others are left alone.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from selat.cli._asking import plain
from selat.cli.assist._common import add_sea, opened


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("--programme", metavar="ID", action="append", default=[], help="only of these")
    parser.add_argument("--put", action="store_true", help="make them assets of the sea")
    parser.add_argument(
        "--who", metavar="NAME", default="selat", help="who does it, for the audit log (default %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="as JSON lines")


def run(args: argparse.Namespace) -> int:
    """List, and put where asked."""
    from selat.assist.assets import assets_of
    from selat.assist.grant import Grant
    from selat.model.clock import now
    from selat.model.units import KNOT
    from selat.store import registry

    register = opened(args)
    book = register.book()
    chosen = {Grant(book, p).id for p in args.programme}
    found = assets_of(book, now(), chosen or None)
    for a in found:
        if args.json:
            print(json.dumps(asdict(a)))
        else:
            print(f"{plain(a.name):20} {a.kind:6} {a.lat:8.4f} {a.lon:9.4f} {a.speed / KNOT:5.1f} kn  {plain(a.grant)}")
    if args.put:
        grants = chosen or set(book.ids("programme"))
        for name, asset in registry.assets(register).items():
            if asset.grant in grants and name not in {a.name for a in found}:
                registry.remove_asset(register, name, args.who)
        for a in found:
            registry.put_asset(register, a, args.who)
    return 0
