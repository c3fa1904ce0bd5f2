"""Write ui/src/schema.gen.ts, what the page must know of the model. With --check: say whether it is stale, write nothing.

Rows of tables are as JSON lines give them (`selat export --format ndjson`): SI units, degrees, ISO 8601 times, null
where not available. The layout of the feed's rows is that of `selat.model.picture.ROW`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable
from enum import IntEnum, IntFlag
from pathlib import Path

import numpy as np

from selat.model import nouns, picture, schema
from selat.model.errors import Reason
from selat.model.schema import Column
from selat.store.latest import DECLARED
from selat.store.ships import REPORTED
from selat.web import feed

OUT = Path(__file__).resolve().parents[1] / "ui" / "src" / "schema.gen.ts"
HEAD = "// Made by scripts/make_types.py from selat.model; change it there, then run `python3 dev.py docs`.\n"
NUMBERS = ("POSITION_SCALE", "LON_NA", "LAT_NA", "SOG_NA", "COG_NA", "HEADING_NA", "AGE_OLD", "CLASS_MASK")
FLAGS = ("FLAG_LOST", "FLAG_ALERT", "FLAG_MOORED", "FLAG_SENSOR")
READ = {"u1": "Uint8", "u2": "Uint16", "u4": "Uint32", "i1": "Int8", "i2": "Int16", "i4": "Int32"}


def camel(name: str) -> str:
    """``reports`` as the name of its row's type: ``ReportsRow``."""
    return "".join(part.title() for part in name.split("_")) + "Row"


def union(values: Iterable[str]) -> str:
    """Texts as a type of these and no others."""
    return " | ".join(json.dumps(v) for v in values)


def numbers() -> str:
    """Constants of the feed."""
    lines = [f"export const {n} = {getattr(picture, n)};" for n in (*NUMBERS, *FLAGS)]
    lines += [f"export const {n} = {getattr(feed, n)};" for n in ("KIND_CHANGE", "KIND_SNAPSHOT")]
    lines += [f"export const HEADER_BYTES = {feed.HEADER.size};", f"export const ROW_BYTES = {picture.ROW.itemsize};"]
    names = list(dict.fromkeys(picture.CLASS_NAMES))
    lines.append(f"export const CLASS_NAMES = {json.dumps(names)} as const;")
    lines.append(f"export type Cls = {' | '.join(map(str, range(len(names))))};")
    return "\n".join(lines) + "\n"


def wire() -> str:
    """The row of the feed: where each field begins, and how a row is read."""
    text = "/** First byte of each field in a row of the feed; little-endian. */\nexport const ROW_AT = {\n"
    fields = {n: picture.ROW.fields[n] for n in picture.ROW.names}
    text += "".join(f"  {name}: {at},\n" for name, (_, at, *_) in fields.items()) + "} as const;\n\n"
    kinds = ", ".join(f"{name}: number" for name in fields)
    text += (
        f"/** Fields of a row in the feed's units, in the order of the row. */\nexport type WireRow = [{kinds}];\n\n"
    )
    text += "/** The row that begins at byte `at`. */\nexport function wireRow(view: DataView, at: number): WireRow {\n"
    text += "  return [\n"
    for name, (dtype, *_) in fields.items():
        kind = np.dtype(dtype).str[1:]
        little = "" if kind.endswith("1") else ", true"
        text += f"    view.get{READ[kind]}(at + ROW_AT.{name}{little}),\n"
    return text + "  ];\n}\n"


def enum(kind: type[IntEnum] | type[IntFlag]) -> str:
    """An enumeration as an object of its values."""
    text = (
        f"/** {(kind.__doc__ or '').strip().splitlines()[0].replace('``', '`')} */\nexport const {kind.__name__} = {{\n"
    )
    return text + "".join(f"  {m.name}: {int(m)},\n" for m in kind) + "} as const;\n"


def alerts() -> str:
    """Priorities and states of alerts."""
    text = f"/** Most urgent first (IMO MSC.302(87)). */\nexport const PRIORITIES = {json.dumps(nouns.PRIORITIES)} as const;\n"
    text += f"export type Priority = {union(nouns.PRIORITIES)};\n"
    text += f"export const ALERT_STATES = {json.dumps(nouns.STATES)} as const;\n"
    return text + f"export type AlertState = {union(nouns.STATES)};\n"


def rows(name: str, text: str, columns: Iterable[Column], never_null: Iterable[str]) -> str:
    """One table's row as an interface."""
    out = f"/** {text}. */\nexport interface {camel(name)} {{\n"
    for column in columns:
        unit = "" if column.unit in ("1", "text", "enum", "json", "id", "ns UTC") else f" [{column.unit}]"
        kind = kind_of(column) + ("" if column.name in never_null else " | null")
        out += f"  /** {re.sub(r'[*]/', '* /', column.text)}{unit} */\n  {column.name}: {kind};\n"
    return out + "}\n"


def kind_of(column: Column) -> str:
    """Type of a value as JSON."""
    if column.name in ("priority", "state"):
        return {"priority": "Priority", "state": "AlertState"}[column.name]
    if column.unit == "json":
        return "number[]" if column.name == "subjects" else "Record<string, unknown>"
    return "string" if column.given in ("timestamp", "string", "binary") else "number"


def given(table: schema.Table) -> set[str]:
    """Columns of a table that are never null."""
    known = {c.name for c in table.columns if c.null is None and c.stored not in ("object", "f8")}
    stated = {c.name for c in table.columns if c.unit in ("json", "enum") and c.stored == "object"}
    return known | stated | {n for n in table.order if table[n].stored == "object"}


def page() -> str:
    """The whole file."""
    parts = [HEAD, numbers(), wire(), alerts(), *map(enum, (schema.Flag, schema.TimeQuality, Reason))]
    parts += [rows(t.name, t.text, t.columns, given(t)) for t in schema.TABLES.values()]
    ships = (
        *REPORTED,
        *DECLARED,
        Column("declared", "i8", "timestamp", "ns UTC", 0, "selat", "Time of the newest declaration"),
    )
    parts.append(rows("ships", "Last position and declared facts of a ship", ships, {"mmsi"}))
    return "\n".join(parts)


def stale() -> bool:
    """True when the file does not say what the model says now."""
    return not OUT.exists() or OUT.read_text(encoding="utf-8") != page()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether it is stale")
    if not stale():
        parser.parse_args()
        return 0
    if parser.parse_args().check:
        print("ui/src/schema.gen.ts is stale: run `python3 dev.py docs`")
        return 1
    OUT.write_text(page(), encoding="utf-8")
    print("ui/src/schema.gen.ts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
