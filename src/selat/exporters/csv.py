"""Comma-separated values: RFC 4180, UTF-8, a line of column names first.

Units are those of the given layout (``docs/reference/tables.md``): metres a second and degrees; times are ISO 8601 UTC
with nine decimals; bytes are hexadecimal. A value that is not available is empty, an empty text is ``""``.

Names of ships come from the air, and a spreadsheet runs a text such as ``=HYPERLINK(...)`` as a formula. So a text that
begins with ``= + - @ '``, a tab or a line end gets one ``'`` in front, as spreadsheets themselves mark a text. A program
that reads the file takes one leading ``'`` off the text columns. Numbers are never changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from selat.exporters._cells import cells, is_text
from selat.exporters._stream import begin, pieces
from selat.model.ports import Exporter
from selat.model.schema import TABLES

_QUOTED = '[",\r\n]'
_FORMULA = "^[=+\\-@'\t\r\n＝＋－＠]"


def write(batches: Iterable[Any], out: BinaryIO) -> int:
    """Rows as CSV; how many. Raises :class:`~selat.model.errors.SchemaError` for a column that has no text."""
    schema, batches = begin(batches)
    names = [_quoted(pa.array([f.name]))[0].as_py() for f in schema]
    out.write(",".join(names).encode() + b"\r\n")
    rows = 0
    for batch in pieces(batches):
        columns = [_column(batch.column(i), field) for i, field in enumerate(schema)]
        if len(columns) == 1:  # a line without anything is no row to many readers
            columns[0] = pc.fill_null(columns[0], '""')
        lines = pc.binary_join_element_wise(*columns, ",", null_handling="replace", null_replacement="")
        lines = pc.binary_join_element_wise(lines, "", "\r\n")
        out.write(_bytes(lines))
        rows += batch.num_rows
    return rows


def _column(array: pa.Array, field: pa.Field) -> pa.Array:
    text = cells(array, field)
    if not is_text(array.type):
        return text
    odd = pc.match_substring_regex(text, _FORMULA)
    text = pc.if_else(odd, pc.binary_join_element_wise("'", text, ""), text)
    return pc.if_else(pc.equal(text, ""), '""', _quoted(text))


def _quoted(text: pa.Array) -> pa.Array:
    doubled = pc.binary_join_element_wise('"', pc.replace_substring(text, '"', '""'), '"', "")
    return pc.if_else(pc.match_substring_regex(text, _QUOTED), doubled, text)


def _bytes(lines: pa.Array) -> memoryview:
    """The texts of an array one after another, as they lie in memory."""
    _, offsets, data = lines.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[lines.offset : lines.offset + len(lines) + 1]
    return memoryview(data)[int(ends[0]) : int(ends[-1])]


EXPORTER = Exporter(
    name="csv",
    suffixes=(".csv",),
    media_type="text/csv; charset=utf-8; header=present",
    write=write,
    text="Comma-separated values (RFC 4180), SI units, ISO 8601 times",
    tables=(*TABLES, "ships"),
)
