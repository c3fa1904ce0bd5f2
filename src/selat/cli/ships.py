"""List the ships of a sea, or find one by name, call sign, MMSI or IMO number.

Positions are in degrees and minutes, speeds in knots; with --json SI units and decimal degrees, one object a ship.
A number finds MMSI that begin with it and the IMO number that is it; a word finds names that hold it and call signs that
begin with it. Status 1: nothing was found.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from selat.cli._asking import add_conditions, batches_of, open_sea, plain, print_json

if TYPE_CHECKING:
    import pyarrow as pa

EPILOG = """examples:
  selat ships sea/
  selat ships sea/ "bunga laut"
  selat ships sea/ 533 --limit 20
  selat ships sea/ --box 100,1,104,4 --json
"""
_HEAD = ("MMSI", "NAME", "CALL", "TYPE", "POSITION", "KN", "COURSE", "LAST HEARD, UTC")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("sea", metavar="SEA", help="folder of the sea")
    parser.add_argument("query", metavar="QUERY", nargs="?", default="", help="name, call sign, MMSI or IMO number")
    add_conditions(parser)
    parser.add_argument("--limit", metavar="N", type=int, help="at most so many, the last heard first")
    parser.add_argument("--json", action="store_true", help="one JSON object a ship, SI units")


def run(args: argparse.Namespace) -> int:
    """Show ships, the last heard first."""
    import pyarrow as pa
    import pyarrow.compute as pc

    with open_sea(args.sea) as sea:
        table = pa.Table.from_batches(list(batches_of(sea, "ships", args)))
    if args.query.strip():
        table = table.filter(_found(table, args.query.strip()))
    keys = [("time", "descending", "at_end"), ("mmsi", "ascending", "at_end")]
    total = table.num_rows
    table = table.take(pc.sort_indices(table, sort_keys=keys)).slice(0, args.limit)
    if args.json:
        print_json(table)
    elif table.num_rows:
        print("\n".join(_lines(table)))
    if table.num_rows < total:
        print(f"{table.num_rows:,} of {total:,} ships", file=sys.stderr)
    elif not args.json or not total:
        print(f"{total:,} ship{'' if total == 1 else 's'}" if total else "no such ship", file=sys.stderr)
    return 0 if total or not args.query else 1


def _found(table: pa.Table, query: str) -> Any:
    """Rows that the words or number mean."""
    import pyarrow as pa
    import pyarrow.compute as pc

    def texts(name: str) -> Any:
        return pc.utf8_upper(pc.fill_null(table[name], ""))

    words = query.upper()
    found = pc.or_(
        pc.match_substring(texts("name"), words),
        pc.starts_with(texts("callsign"), words),
    )
    if query.isascii() and query.isdigit():
        mmsi = pc.utf8_lpad(table["mmsi"].cast(pa.string()), 9, "0")
        imo = pc.equal(pc.fill_null(table["imo"], 0).cast(pa.int64()), int(query) if len(query) < 12 else -1)
        found = pc.or_(found, pc.or_(pc.starts_with(mmsi, query), imo))
    return found


def _lines(table: pa.Table) -> list[str]:
    """A table for people, columns as wide as they need."""
    rows = [_HEAD, *(_row(r) for r in _rows(table))]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEAD))]
    return ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    import pyarrow as pa

    names = ["mmsi", "name", "callsign", "ship_type", "msg_type", "lat", "lon", "sog", "cog"]
    rows: list[dict[str, Any]] = table.select(names).to_pylist()
    for row, time in zip(rows, table["time"].cast(pa.int64()).to_pylist(), strict=True):
        row["time"] = time
    return rows


def _row(ship: dict[str, Any]) -> tuple[str, ...]:
    from selat.model.clock import format_time
    from selat.model.messages import ship_type_name
    from selat.model.units import knots
    from selat.tracks import say

    known = ship["lat"] is not None and ship["lon"] is not None
    return (
        f"{ship['mmsi']:09d}",
        plain(ship["name"] or "-"),
        plain(ship["callsign"] or "-"),
        ship_type_name(ship["ship_type"]) if ship["ship_type"] and ship["msg_type"] != 21 else "-",
        say.place(ship["lat"], ship["lon"]) if known else "-",
        "-" if ship["sog"] is None else f"{knots(ship['sog']):.1f}",
        "-" if ship["cog"] is None else f"{round(ship['cog']) % 360:03d}°",
        "-" if ship["time"] is None else format_time(ship["time"])[:19].replace("T", " "),
    )
