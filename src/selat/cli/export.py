"""Write a table of a sea to a file of another format.

Values are in SI units and degrees, times in UTC. Rows come by blocks of six hours, within one by ship and time (tracks:
ship by ship). The file is whole or absent; what stood there is replaced.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from selat.cli._asking import TABLES, add_conditions, batches_of, open_sea
from selat.model.errors import ConfigError

if TYPE_CHECKING:
    import pyarrow as pa

    from selat.app.session import Sea
    from selat.model.ports import Exporter

EPILOG = """examples:
  selat export sea/ reports.parquet --from 2026-11-22 --to 2026-11-23
  selat export sea/ one.gpx --mmsi 533000123
  selat export sea/ lines.geojson --tracks --box 99,1,105,6
  selat export sea/ small.gpx --simplify 25m
  selat export sea/ - --table ships --format csv | head
  selat export sea/ alerts.geojson --table alerts --json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("sea", metavar="SEA", help="folder of the sea")
    parser.add_argument("out", metavar="OUT", help="file to write; - for stdout")
    parser.add_argument("--table", choices=TABLES, default="reports", help="which table (default reports)")
    parser.add_argument(
        "--format", metavar="NAME", help="name of the format, where the suffix of OUT does not say (- : csv)"
    )
    add_conditions(parser)
    parser.add_argument(
        "--tracks", action="store_true", help="lines of ships instead of points (geojson; gpx has them anyway)"
    )
    parser.add_argument(
        "--simplify",
        metavar="DISTANCE",
        help="leave out positions of tracks that the others tell within DISTANCE at their time (25m, 0.1nm)",
    )
    parser.add_argument("--json", action="store_true", help="say what was written as JSON")


def run(args: argparse.Namespace) -> int:
    """Export; 0, or an error with its hint."""
    exporter = _exporter(args)
    if args.out == "-" and args.json:
        raise ConfigError("--json would be mixed with the data on stdout", hint="name a file, or leave --json out")
    if args.out == "-" and sys.stdout.isatty() and "parquet" in exporter.media_type:
        raise ConfigError(f"{exporter.name} is no text for a terminal", hint="name a file, or add | cat")
    with open_sea(args.sea) as sea:
        by_ship = exporter.by_ship and args.table == "reports"
        counter = _Counter(_batches(sea, args, by_ship))
        if args.out == "-":
            sys.stdout.flush()
            rows, size = exporter.write(counter, sys.stdout.buffer), None
        else:
            from selat.exporters._stream import write_file

            done = write_file(exporter, counter, args.out)
            rows, size = done.rows, done.bytes
    told = {"rows": rows, "left_out": counter.rows - rows, "bytes": size, "format": exporter.name, "path": args.out}
    if args.json:
        print(json.dumps(told))
    elif size is not None:
        print(f"{args.out}: {rows:,} rows of {args.table}, {size:,} bytes of {exporter.name}", file=sys.stderr)
    if counter.rows > rows:
        print(f"{counter.rows - rows:,} rows without a position were left out", file=sys.stderr)
    return 0


def _batches(sea: Sea, args: argparse.Namespace, by_ship: bool) -> Iterator[Any]:
    """Rows to write; of tracks fewer, where that was asked for. Raises ConfigError where there are no tracks."""
    batches = batches_of(sea, args.table, args, by_ship=by_ship)
    if args.simplify is None:
        return batches
    if not by_ship:
        raise ConfigError("--simplify is for tracks", hint="write gpx, or geojson with --tracks")
    from selat.exporters._simplify import simplified
    from selat.model.units import distance

    return simplified(batches, distance(args.simplify))


def _exporter(args: argparse.Namespace) -> Exporter:
    """The format that was asked for. Raises ConfigError where it cannot hold the table."""
    from selat.exporters import choose_exporter, exporters

    name = args.format or ("csv" if args.out == "-" else "")
    exporter = choose_exporter(name, args.out)
    if args.tracks and not exporter.by_ship:
        lines = exporters().get(f"{exporter.name}-tracks")
        if lines is None:
            raise ConfigError(f"{exporter.name} has no tracks", hint="formats with tracks: geojson, gpx")
        exporter = lines
    if args.table not in exporter.tables:
        fit = ", ".join(e.name for e in exporters().values() if args.table in e.tables)
        raise ConfigError(f"{exporter.name} cannot hold the table {args.table}", hint=f"formats that can: {fit}")
    return exporter


@dataclass
class _Counter:
    """Batches on their way, and how many rows they had."""

    batches: Iterator[pa.RecordBatch]
    rows: int = 0

    def __iter__(self) -> Iterator[Any]:
        for batch in self.batches:
            self.rows += batch.num_rows
            yield batch
