"""Write reports of a sea on paper: a day, a ship, an alert, an area; HTML or PDF, in English, Malay or Japanese.

day     traffic, alerts with their outcome (open ones first), reception and outages, notable ships, map
ship    MMSI: who she said she was, track, stops, meetings, alerts, silences
alert   ID (or how it begins): reason, measured against limits, evidence, what was done with it, by the chain of hashes
area    ZONE: traffic and alerts inside a zone

The same sea gives the same bytes. HTML needs nothing; PDF needs the extra `paper` (Typst and a font with Japanese letters).
"""

from __future__ import annotations

import argparse
from pathlib import Path

EPILOG = """examples:
  selat report day sea/ --day 2026-11-21
  selat report day sea/ --from 2026-11-20T22:00Z --to 2026-11-21T06:00Z --out night.pdf
  selat report ship sea/ 533000001 --language ms --out ship.pdf
  selat report alert sea/ 3f2a91c0 --out alert.html
  selat report area sea/ "Eastbound lane" --from 2026-11-01 --to 2026-12-01 --language ja --out lane.pdf
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument(
        "kind", metavar="REPORT", choices=("day", "ship", "alert", "area"), help="day, ship, alert or area"
    )
    parser.add_argument("sea", metavar="SEA", help="folder of the sea")
    parser.add_argument(
        "about", metavar="ABOUT", nargs="?", default="", help="MMSI, alert's id, zone's name; of a day: nothing"
    )
    parser.add_argument("--day", metavar="DATE", help="this day, UTC")
    parser.add_argument(
        "--from", dest="begin", metavar="TIME", help="from this time on, ISO 8601, UTC unless it says so"
    )
    parser.add_argument("--to", dest="end", metavar="TIME", help="before this time")
    parser.add_argument("--language", default="en", help="en, ms or ja (default %(default)s)")
    parser.add_argument("--format", choices=("html", "pdf"), help="default: by the suffix of --out, else html")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: a name of the report in this folder")


def run(args: argparse.Namespace) -> int:
    """Gather, write, name the file."""
    from selat.app.archive import SeaArchive
    from selat.app.papers import report
    from selat.cli._asking import plain
    from selat.model.clock import DAY, parse_time
    from selat.model.errors import ConfigError
    from selat.store.disk import write_whole

    begin, end = (None if t is None else parse_time(t) for t in (args.begin, args.end))
    if args.day is not None:
        if begin is not None or end is not None:
            raise ConfigError("--day and --from or --to", hint="give one of them")
        begin = parse_time(args.day) // DAY * DAY
        end = begin + DAY
    if args.kind != "day" and not args.about:
        raise ConfigError(f"a report of which {args.kind}?", hint=f"selat report {args.kind} SEA ABOUT")
    if args.kind == "day" and args.about:
        raise ConfigError(f"a report of a day takes no {args.about!r}", hint="--day DATE")
    form = args.format or ("pdf" if args.out is not None and args.out.suffix.lower() == ".pdf" else "html")
    archive = SeaArchive(Path(args.sea))
    try:
        made = report(archive, args.kind, args.about, begin=begin, end=end, language=args.language, form=form)
    finally:
        archive.close()
    out = args.out or Path(f"{args.kind}{'-' + _safe(args.about) if args.about else ''}.{form}")
    write_whole(out, made)
    print(plain(str(out)))
    return 0


def _safe(name: str) -> str:
    """A part of a file's name."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in name)[:60]
