"""Play the grant of 16 December 2023 end to end into a new sea: public facts, and a made-up life with U1 to U12 in it.

What is made up says so in its source. Then ask it: `selat assist programmes FOLDER --country MY`.
"""

from __future__ import annotations

import argparse

from selat.cli.assist._common import add_sea, opened
from selat.model.errors import ConfigError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("--seed", type=int, default=1, help="of the made-up life (default %(default)s)")


def run(args: argparse.Namespace) -> int:
    """Write it, check it, tell it."""
    from selat.assist.demo import GRANT, NOW, play
    from selat.assist.grant import Grant

    register = opened(args, create=True)
    if register.end()[0]:
        raise ConfigError(f"{args.sea} has a register already", hint="name a new folder")
    play(register, args.seed)
    page = Grant(register.book(), GRANT).page(NOW)
    hours = ", ".join(f"{g} {h:.0f} h" for g, h in page["hours"].items())
    print(f"{GRANT}: {page['amount_jpy']:,} yen, signed {page['signed_on']}, {page['state']}")
    print(
        f"  deliveries after {' and '.join(map(str, page['days_to_delivery']))} days; "
        f"{page['delivered']} of {page['agreed']} delivered"
    )
    print(f"  items: {', '.join(f'{n} {s}' for s, n in page['items'].items())}; hours by grade of evidence: {hours}")
    seen = sorted(register.book().data["observations"].values(), key=lambda o: int(o["check"][1:]))
    for one in seen:
        print(f"  {one['check']:4} {one['sentence']}")
    print(
        f"  {len(seen)} observations: questions to the recipient, no verdicts. All from serial numbers on is made up."
    )
    return 0
