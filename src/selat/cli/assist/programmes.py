"""List programmes: state, amount, lead times, what was delivered, what is open.

Hours are by grade of evidence (A own track, B signed log, C log sheet, D statement) and never added up.
"""

from __future__ import annotations

import argparse
import json
import sys

from selat.cli.assist._common import add_sea, opened


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("--country", metavar="CC", help="only this recipient, ISO 3166 code as in MY")
    parser.add_argument("--json", action="store_true", help="as JSON lines")


def run(args: argparse.Namespace) -> int:
    """Print a line a programme."""
    from selat.assist.grant import Grant
    from selat.model.clock import now

    book = opened(args).book()
    where = {"country": args.country.upper()} if args.country else {}
    found = book.ids("programme", **where)
    for one in found:
        page = Grant(book, one).page(now())
        if args.json:
            print(json.dumps(page, ensure_ascii=False))
            continue
        amount = "amount not found" if page["amount_jpy"] is None else f"{page['amount_jpy']:,} yen"
        days = ", ".join(map(str, page["days_to_delivery"]))
        hours = ", ".join(f"{g} {h:.0f}" for g, h in page["hours"].items())
        print(f"{one}  {page['state']}  {amount}  {page['recipient']}")
        print(
            f"  signed {page['signed_on'] or 'not found'}; days to deliveries: {days or 'none yet'}; "
            f"delivered {page['delivered']} of {page['agreed']} agreed"
        )
        if page["items"]:
            print(f"  items: {', '.join(f'{n} {s}' for s, n in page['items'].items())}; hours: {hours or 'none'}")
        if page["open_observations"] or page["inspections_due"]:
            print(
                f"  {len(page['open_observations'])} observations open, {len(page['inspections_due'])} inspections due"
            )
    print(f"{len(found)} programmes", file=sys.stderr)
    return 0
