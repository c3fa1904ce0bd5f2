"""JSON lines: an object a row in the given layout; times ISO 8601, null where not available, bytes hexadecimal."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, BinaryIO

from selat.exporters._cells import json_cells
from selat.exporters._stream import begin, pieces
from selat.model.ports import Exporter
from selat.model.schema import TABLES


def write(batches: Iterable[Any], out: BinaryIO) -> int:
    """Rows as JSON lines; how many."""
    schema, batches = begin(batches)
    heads = [json.dumps(name, ensure_ascii=False) + ": " for name in schema.names]
    rows = 0
    for batch in pieces(batches):
        columns = [json_cells(batch.column(i), field) for i, field in enumerate(schema)]
        lines = ("{" + ", ".join(map(str.__add__, heads, row)) + "}\n" for row in zip(*columns, strict=True))
        out.write("".join(lines).encode())
        rows += batch.num_rows
    return rows


EXPORTER = Exporter(
    name="ndjson",
    suffixes=(".ndjson", ".jsonl"),
    media_type="application/x-ndjson",
    write=write,
    text="JSON lines: an object a row",
    tables=(*TABLES, "ships"),
)
