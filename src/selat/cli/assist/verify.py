"""Read signed sums of another register, and say whether they are what was signed; status 1 where they are not.

KEY is the public key of the other register, as `selat assist key SEA` prints it there. Take it from its holder, not from the file.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from selat.cli._asking import plain
from selat.model.errors import FormatError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("path", metavar="FILE", help="as `selat assist disclose` wrote it")
    parser.add_argument("--key", metavar="KEY", required=True, help="public key, base64")
    parser.add_argument("--json", action="store_true", help="print the document")


def run(args: argparse.Namespace) -> int:
    """Verify and print."""
    from selat.assist.signing import fingerprint, verify

    try:
        told = json.loads(Path(args.path).read_text(encoding="utf-8"))
    except ValueError as e:
        raise FormatError(f"{args.path} is no JSON ({e})", hint="is it the whole file?") from None
    try:
        document = verify(told, args.key)
    except FormatError as error:
        print(f"{error.message} ({error.hint})", file=sys.stderr)
        return 1
    if args.json:
        print(json.dumps(document, ensure_ascii=False))
        return 0
    print(f"signed by {fingerprint(args.key)}: {plain(str(document.get('what')))} {plain(str(document.get('month')))}")
    for row in document.get("items", ()):
        hours = ", ".join(f"{g} {h:g} h" for g, h in row["hours"].items()) or "no use"
        asked = ", ".join(f"{c} x{n}" for c, n in row["observations"].items()) or "nothing observed"
        print(
            f"{plain(row['item']):20} {row['state']:12} ready {row['ready_days']:g} of {row['held_days']:g} days; {hours}; {asked}"
        )
    return 0
