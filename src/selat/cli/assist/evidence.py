"""Turn an item's own track, or the log of its logger, into uses with their evidence.

Without --log the track of its MMSI is taken from the sea, for the times at which the MMSI was its own (grade A). With --log FILE,
a GPX track or a file of NMEA sentences with RMC (grade B). Each sortie becomes a use, with the time outside the agreed area.
Only the hash of the raw data goes into the register; the data stay in the folder `evidence` of the sea. --dry writes nothing down.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from selat.cli.assist._common import add_sea, opened
from selat.model.errors import ConfigError

if TYPE_CHECKING:
    from selat.assist.book import Book
    from selat.assist.logs import Fixes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("item", metavar="ITEM", help="its id")
    parser.add_argument("--log", metavar="FILE", help="GPX or NMEA file of its logger")
    parser.add_argument("--from", dest="begin", metavar="TIME", help="track: from this time on")
    parser.add_argument("--to", dest="end", metavar="TIME", help="track: before this time")
    parser.add_argument("--mission", metavar="CODE", help="surveillance, sar, hadr, pko or training")
    parser.add_argument(
        "--holder", metavar="NAME", default="recipient", help="who holds the raw data (default %(default)s)"
    )
    parser.add_argument("--who", metavar="NAME", required=True, help="who writes it down")
    parser.add_argument("--dry", action="store_true", help="only show what would be written")
    parser.add_argument("--json", action="store_true", help="as JSON lines")


def run(args: argparse.Namespace) -> int:
    """Read, cut into sorties, write."""
    from selat.assist.evidence import use_facts
    from selat.assist.logs import read_fixes
    from selat.assist.vault import Vault
    from selat.model.clock import format_time

    register = opened(args)
    book = register.book()
    if args.item not in book.data["things"].get("item", {}):
        raise ConfigError(f"there is no item {args.item!r}", hint=f"`selat assist items {args.sea}` lists them")
    raw = Path(args.log).read_bytes() if args.log else b""
    fixes, raw = (read_fixes(raw, args.log), raw) if args.log else _track(args, book)
    for why, n in fixes.left.items():
        print(f"note: {n} fixes {why} left out", file=sys.stderr)
    grade, source = ("B", f"log {args.log}") if args.log else ("A", "AIS track of its MMSI")
    told = {(f.at, f.data["ended"], f.data["grade"]) for f in register.standing(args.item, "use")}
    every = use_facts(
        book, args.item, fixes, grade=grade, mission=args.mission, who=args.who, source=source, holder=args.holder
    )
    new = [f for f in every if (f.at, f.data["ended"], grade) not in told]
    if new and not args.dry:
        Vault(Path(args.sea)).put(raw)  # it stays with the holder; the hash alone goes into the log
        register.write(new)
    for f in new:
        if args.json:
            print(json.dumps({"item": args.item, "at": f.at, **f.data}))
        else:
            out = f", {f.data['outside_s'] / 60:.0f} min outside the agreed area" if f.data.get("outside_s") else ""
            print(f"{format_time(f.at)} to {format_time(f.data['ended'])}: {f.data['hours']:.2f} h, grade {grade}{out}")
    print(
        f"{len(new)} uses{' would be' if args.dry else ''} written, {len(every) - len(new)} were there", file=sys.stderr
    )
    return 0


def _track(args: argparse.Namespace, book: Book) -> tuple[Fixes, bytes]:
    """Fixes of the sea's reports while an MMSI was the item's, and the same as a table (time, lat, lon), whose hash they bear."""
    import hashlib

    import numpy as np
    import pyarrow as pa

    from selat.assist.evidence import spans_of
    from selat.assist.logs import Fixes
    from selat.cli._asking import open_sea
    from selat.model.clock import format_time, now, parse_time

    spans = spans_of(book, args.item)
    if not spans:
        raise ConfigError(f"{args.item} has no MMSI", hint="import a sheet `identity`, or give --log FILE")
    begin, end = parse_time(args.begin) if args.begin else 0, parse_time(args.end) if args.end else now()
    times, places = [], []
    with open_sea(args.sea) as sea:
        for mmsi, since, until in spans:
            query = sea.reports.of(mmsi).between(max(begin, since), min(end, until or end))
            table = query.columns("time", "lat", "lon").arrow()
            times.append(np.asarray(table["time"].cast(pa.int64()).to_numpy(), np.int64))
            places.append(np.column_stack([np.asarray(table[n].to_numpy(), np.float64) for n in ("lat", "lon")]))
    time, place = np.concatenate(times), np.concatenate(places)
    keep = np.flatnonzero(np.isfinite(place).all(axis=1))
    time, order = np.unique(time[keep], return_index=True)
    place = np.ascontiguousarray(place[keep][order])
    rows = (f"{format_time(int(t), 9)},{y!r},{x!r}\n" for t, (y, x) in zip(time, place.tolist(), strict=True))
    raw = ("time,lat,lon\n" + "".join(rows)).encode()
    return Fixes(time, place[:, 0].copy(), place[:, 1].copy(), hashlib.sha256(raw).hexdigest()), raw
