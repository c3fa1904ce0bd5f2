"""Count who passes the gates of a sea: by direction, type, length and hour.

A gate is a line among the zones of the sea (selat zones SEA import FILE, or drawn on the page); without names all lines
of kind gate are counted. A passage is a crossing of the line between two reports at most 15 minutes apart. Who wiggles
on the line is counted once or not at all: crossings without a report --clear or more from the line between them are one
run, and a run counts once, as its last crossing, when the number of crossings is odd. Status 1: nobody passed.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from selat.cli._asking import open_sea, plain
from selat.cli._sieve import add_sieve, period, sieve_from
from selat.model.errors import ConfigError

EPILOG = """examples:
  selat gates sea/
  selat gates sea/ "east gate" --from 2026-11-21 --to 2026-11-22 --types tanker
  selat gates sea/ --out passages.csv
  selat gates sea/ --json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("sea", metavar="SEA", help="folder of the sea")
    parser.add_argument("gates", metavar="GATE", nargs="*", help="names of lines")
    add_sieve(parser)
    parser.add_argument(
        "--clear",
        metavar="DISTANCE",
        default="200m",
        help="this far off between two crossings she crossed twice (default 200m)",
    )
    parser.add_argument(
        "--out", metavar="FILE", help="write each passage to FILE.csv or FILE.parquet; - for stdout (csv)"
    )
    parser.add_argument("--json", action="store_true", help="counts as JSON, one object a gate")


def run(args: argparse.Namespace) -> int:
    """Count, and show or write."""
    from selat.app.traffic import counted, facts_of, gates_named, passages
    from selat.exporters.heat import passages_table
    from selat.model.units import distance

    with open_sea(args.sea) as sea:
        lines = gates_named(sea, args.gates)
        if not lines:
            raise ConfigError("the sea has no gate", hint="import or draw a line of kind gate, or name another line")
        begin, end = period(sea, args)
        found = passages(sea, begin, end, lines, sieve_from(args), clear=distance(args.clear))
        counts = counted(found, begin, end, facts_of(sea))
    if args.out:
        _write(passages_table(found), args.out)
    elif args.json:
        for gate in counts:
            print(json.dumps(gate, ensure_ascii=False))
    else:
        for gate in counts:
            _show(gate)
    left = f", {found.wiggled:,} crossings were wiggling" if found.wiggled else ""
    left += f", {found.unseen:,} times the line lay in a silence or a jump" if found.unseen else ""
    print(f"{len(found):,} passages{left}", file=sys.stderr)
    return 0 if len(found) else 1


def _show(gate: dict[str, Any]) -> None:
    from selat.model.units import knots

    print(plain(gate["gate"]))
    for way in gate["ways"]:
        types = ", ".join(f"{n} {kind}" for kind, n in way["by_type"].items())
        pace = "" if way["speed_mps"] is None else f"  {knots(way['speed_mps']):.1f} kn"
        busiest = way["by_hour"].index(max(way["by_hour"]))
        print(f"  to {way['toward']:2}  {way['passages']:6,} passages of {way['ships']:,} ships{pace}  {types}")
        if way["passages"] and gate["hours"] > 1:
            from selat.model.clock import HOUR, format_time

            at = format_time(round(gate["begin_ms"] * 1e6) + busiest * HOUR)[:16]
            print(f"         most in the hour from {at}: {way['by_hour'][busiest]:,}")


def _write(table: Any, out: str) -> None:
    from io import BytesIO

    import pyarrow.parquet as pq

    from selat.exporters import csv
    from selat.store.disk import write_whole

    data = BytesIO()
    if out.lower().endswith(".parquet"):
        pq.write_table(table, data, compression="zstd")
    elif out == "-" or out.lower().endswith(".csv"):
        csv.write([table], data)
    else:
        raise ConfigError(f"{out}: passages in which format?", hint="a name that ends with .csv or .parquet")
    if out == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(data.getvalue())
    else:
        write_whole(Path(out), data.getvalue())
