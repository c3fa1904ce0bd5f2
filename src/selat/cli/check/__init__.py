"""Look whether all is well: this machine, and a sea with all that lies in it.

Status 1 where something is wrong; each line says what, and what to do. A sea that is being written can be checked too.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

EPILOG = """examples:
  selat check
  selat check sea/
  selat check sea/ --deep
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("sea", metavar="SEA", nargs="?", help="folder of the sea")
    parser.add_argument("--deep", action="store_true", help="read every file of the history and compare its SHA-256")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Check; 1 where something is wrong."""
    from selat.cli.check._finding import WRONG
    from selat.cli.check._machine import machine
    from selat.cli.check._sea import sea_findings

    found = []
    for part in (machine(Path(args.sea or ".")), sea_findings(Path(args.sea), args.deep) if args.sea else ()):
        for finding in part:
            found.append(finding)
            if not args.json:
                print(f"{finding.level:5}  {finding.name:9}  {finding.text}")
                if finding.hint:
                    print(f"{'':5}  {'':9}  hint: {finding.hint}")
    wrong = sum(f.level == WRONG for f in found)
    if args.json:
        print(json.dumps({"ok": not wrong, "checks": [asdict(f) for f in found]}, ensure_ascii=False))
    print(f"{wrong} of {len(found)} checks failed" if wrong else f"{len(found)} checks passed", file=sys.stderr)
    return 1 if wrong else 0
