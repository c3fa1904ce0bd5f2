"""Read files into a sea: NMEA logs and tables of archives, plain or packed."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

EPILOG = """examples:
  selat read log.nmea --sea sea/                    an AIS log, TAG blocks and all
  selat read AIS_2024_01_*.zip --sea sea/           NOAA MarineCadastre days
  selat read aisdk-2026-01-01.zip --sea sea/        a Danish day
  selat read radar.pcap --sea sea/                  ASTERIX of a radar, as captured; raw blocks too
  selat read log.nmea --sea sea/ --alerts           and run the rules over it
  selat read log.nmea --sea sea/ --json             one JSON object with the counts
A file that was read before is skipped; one whose reading was cut off goes on where it ended.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    from selat.model.errors import Reason

    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="files to read, in this order")
    parser.add_argument("--sea", type=Path, required=True, metavar="DIR", help="folder of the sea; made when absent")
    parser.add_argument("--alerts", action="store_true", help="also run the rules, and keep the alerts they raise")
    parser.add_argument("--format", default="", metavar="NAME", help="format of the files, instead of finding it out")
    parser.add_argument("--mapping", type=Path, metavar="TOML", help="how the columns of a table are called")
    parser.add_argument("--again", action="store_true", help="also read files that were read before")
    parser.add_argument("--json", action="store_true", help="print one JSON object with the counts")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.epilog = (parser.epilog or "") + "\nreasons to reject a line: " + ", ".join(r.label for r in Reason)


def run(args: argparse.Namespace) -> int:
    """Read, say what came of it."""
    from selat.app.batch import read_files
    from selat.app.pipeline import Pipeline
    from selat.cli._page import say_if_first
    from selat.cli._progress import Bar
    from selat.store.writer import Store

    say_if_first()
    alerts: set[str] = set()
    store = Store(args.sea)
    try:
        with store.writer() as writer, Bar(sys.stderr, quiet=args.quiet or args.json) as bar:
            pipeline = Pipeline(writer, rules=args.alerts, on_alerts=lambda found: alerts.update(a.id for a in found))
            outcome = read_files(
                pipeline, args.files, again=args.again, form=args.format, mapping=args.mapping, progress=bar.update
            )
            bar.say("tidying the sea")
            writer.finish()
    finally:
        store.close()
    outcome.alerts = len(alerts)
    _print(outcome.as_dict(), args)
    return 0


def _print(found: dict[str, Any], args: argparse.Namespace) -> None:
    if args.json:
        print(json.dumps(found))
        return
    rejected = sum(found["rejected"].values())
    print(
        f"{found['lines']:,} lines = {found['kept']:,} kept + {found['duplicates']:,} duplicates + {rejected:,} rejected"
    )
    for reason, n in found["rejected"].items():
        print(f"  rejected, {reason}: {n:,}")
    print(f"{found['reports']:,} reports, {found['statics']:,} statics, {found['others']:,} other messages")
    if args.alerts:
        print(f"{found['alerts']:,} alerts; see them with: selat alerts {args.sea}")
    for name in found["skipped"]:
        print(f"skipped, read before: {name}", file=sys.stderr)
    if found["seconds"] and found["lines"]:
        rate = found["lines"] / found["seconds"]
        print(
            f"{found['bytes'] / 1e6:,.1f} MB in {found['seconds']:.1f} s, {rate:,.0f} lines a second", file=sys.stderr
        )
