"""Print the public key with which this register signs what it discloses, and its fingerprint to compare on the telephone."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from selat.cli.assist._common import add_sea, opened


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Make the key where there is none yet; print its public half."""
    from selat.assist.signing import Signer, fingerprint

    opened(args)  # there must be a register here
    public = Signer(Path(args.sea)).public()
    if args.json:
        print(json.dumps({"key": public, "fingerprint": fingerprint(public), "algorithm": "Ed25519"}))
    else:
        print(f"{public}\nfingerprint {fingerprint(public)}")
    return 0
