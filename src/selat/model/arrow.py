"""Stored columns to Arrow and back. The only place where a sentinel becomes null, and a scaled integer its unit.

*Given* layout: values in ``Column.unit``, null where not available; what users get. *Stored* layout: see
:mod:`selat.model.columns`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from selat.model.columns import Array, Columns
from selat.model.errors import SchemaError
from selat.model.schema import TABLES, Column, Table

_ARROW = {
    "timestamp": pa.timestamp("ns", tz="UTC"),
    "int64": pa.int64(), "int32": pa.int32(), "int16": pa.int16(), "uint8": pa.uint8(), "uint16": pa.uint16(),
    "uint32": pa.uint32(), "double": pa.float64(), "float": pa.float32(), "string": pa.string(), "binary": pa.binary(),
}  # fmt: skip


def arrow_field(column: Column) -> pa.Field:
    """Arrow field of a column in the given layout, its unit and clause as metadata."""
    meta = {"unit": column.unit, "clause": column.clause, "text": column.text}
    return pa.field(column.name, _ARROW[column.given], nullable=True, metadata=meta)


def arrow_schema(table: str | Table) -> pa.Schema:
    """Arrow schema of a table in the given layout."""
    table = TABLES[table] if isinstance(table, str) else table
    return pa.schema([arrow_field(c) for c in table.columns], metadata={"table": table.name})


def null_mask(column: Column, values: Array) -> Array | None:
    """True where a stored value means "not available"; None for a column that is never null."""
    if column.stored == "object":
        return np.array([v is None for v in values], dtype=bool)
    if column.null is None:
        return np.isnan(values) if values.dtype.kind == "f" else None
    mask: Array = values == column.null
    return mask


def to_arrow_array(column: Column, values: Array) -> pa.Array:
    """One stored column in the given layout."""
    mask = null_mask(column, values)
    kind = _ARROW[column.given]
    if column.given == "timestamp":
        return pa.array(values.astype("i8", copy=False), type=pa.int64(), mask=mask).cast(kind)
    if column.given == "string" and values.dtype.kind == "S":
        return _text(values, mask)
    if column.stored == "object":
        return pa.array(values.tolist(), type=kind)
    if column.name == "rot":
        values = rot_degrees_per_second(values)
    elif column.scale != 1.0:
        values = values * column.scale
    return pa.array(values.astype(kind.to_pandas_dtype(), copy=False), type=kind, mask=mask)


def _text(values: Array, mask: Array | None) -> pa.Array:
    width = values.dtype.itemsize
    if not len(values):
        return pa.array([], type=pa.string())
    chars = np.ascontiguousarray(values).view("u1").reshape(len(values), width)
    lengths = width - np.argmax(chars[:, ::-1] != 0, axis=1)
    lengths[~(chars != 0).any(axis=1)] = 0
    offsets = np.zeros(len(values) + 1, dtype=np.int32)
    np.cumsum(lengths, out=offsets[1:])
    flat = chars[np.arange(width) < lengths[:, None]]
    flat = np.where(flat < 128, flat, ord("?")).astype("u1")
    buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(flat.tobytes())]
    out = pa.Array.from_buffers(pa.string(), len(values), buffers)
    if mask is not None and mask.any():
        out = pc.if_else(pa.array(mask), pa.scalar(None, pa.string()), out)
    return out


def rot_degrees_per_second(rot: Array) -> Array:
    """ROT_AIS to deg/s: (v / 4.733)^2 deg/min, sign kept; +-127 gives its bound of 5 deg in 30 s (Message 1)."""
    v = rot.astype(np.float64)
    out: Array = np.sign(v) * (v / 4.733) ** 2 / 60.0
    out[rot == 127] = 5 / 30
    out[rot == -127] = -5 / 30
    return out


def to_arrow(columns: Columns, stations: Sequence[str] | None = None) -> pa.Table:
    """Arrow table in the given layout; with ``stations`` the station ids become their names (id is the index)."""
    schema = arrow_schema(columns.table)
    arrays: list[Any] = [to_arrow_array(c, columns[c.name]) for c in columns.table.columns]
    if stations is not None and "station" in columns:
        at = schema.get_field_index("station")
        names = pa.array([s or None for s in stations] or [None], type=pa.string())
        arrays[at] = names.take(pa.array(columns["station"]))
        schema = schema.set(at, pa.field("station", pa.string(), metadata=schema.field(at).metadata))
    return pa.Table.from_arrays(arrays, schema=schema)


def from_arrow(table: pa.Table, name: str) -> Columns:
    """Stored columns of an Arrow table in the given layout; raises :class:`SchemaError` for a missing column."""
    out: dict[str, Array] = {}
    for column in TABLES[name].columns:
        if column.name not in table.column_names:
            raise SchemaError(f"{name}: no column {column.name!r}", hint=f"columns: {', '.join(table.column_names)}")
        out[column.name] = _from_array(column, table.column(column.name).combine_chunks())
    return Columns(name, out, table.num_rows)


def _from_array(column: Column, array: pa.Array) -> Array:
    if column.stored == "object":
        values = np.empty(len(array), dtype=object)
        values[:] = array.to_pylist()
        return values
    if column.stored.startswith("S"):
        return np.array([(v or "").encode("ascii", "replace") for v in array.to_pylist()], dtype=column.stored)
    if column.given == "timestamp":
        array = array.cast(pa.int64())
    missing = np.asarray(array.is_null())
    given = np.asarray(array.fill_null(0), dtype=np.float64 if column.scale != 1.0 or column.name == "rot" else None)
    if column.name == "rot":
        given = np.rint(np.sign(given) * np.sqrt(np.abs(given) * 60.0) * 4.733)
    elif column.scale != 1.0:
        given = np.rint(given / column.scale)
    values = given.astype(column.stored)
    if column.null is not None:
        values[missing] = column.null
    return values
