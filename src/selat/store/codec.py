"""Columns in memory to the Arrow table of a history file, and back.

At rest a time is whole seconds and the rest in nanoseconds (``time_s``, ``time_ns``), and ``received`` is the whole
seconds after ``time_s`` and a rest (``delay_s``, ``received_ns``): nearly all the bits of a nanosecond count are zero
or known. Tables without ``time`` have ``received_s`` and ``received_ns``. A position is the step of 1/600000 degree
that AIS sends (``lat_ais``, M.1371 Annex 8) and what is left in 1e-7 degree (``lat_rest``, 0 for every AIS report):
1 byte a row less than 1e-7 degree alone, and as exact (bench/size.py). "Not available" is a Parquet null.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from selat.kernels.sort import join_degrees, join_times, split_degrees, split_times
from selat.model.columns import Array, Columns, blank
from selat.model.errors import StoreError
from selat.model.schema import I32, NO_TIME, TABLES, Column

_TYPES = {
    "i8": pa.int64(), "i4": pa.int32(), "i2": pa.int16(), "u1": pa.uint8(), "u2": pa.uint16(), "u4": pa.uint32(),
    "f8": pa.float64(),
}  # fmt: skip

SPLIT = ("lat", "lon")  #: columns in two parts: steps of 1/600000 degree and a rest


def storage_type(column: Column) -> pa.DataType:
    """Arrow type of a column at rest."""
    if column.stored == "object":
        return pa.binary() if column.given == "binary" else pa.string()
    return pa.string() if column.stored.startswith("S") else _TYPES[column.stored]


def storage_schema(table: str) -> pa.Schema:
    """Arrow schema of the files of a table."""
    fields: list[pa.Field] = []
    has_time = "time" in TABLES[table].names
    for column in TABLES[table].columns:
        if column.name == "time":
            fields += [pa.field("time_s", pa.int64()), pa.field("time_ns", pa.int32())]
        elif column.name == "received":
            fields += [
                pa.field("delay_s" if has_time else "received_s", pa.int64()),
                pa.field("received_ns", pa.int32()),
            ]
        elif column.name in SPLIT:
            fields += [pa.field(f"{column.name}_ais", pa.int32()), pa.field(f"{column.name}_rest", pa.int8())]
        else:
            fields.append(pa.field(column.name, storage_type(column)))
    return pa.schema(fields)


def storage_names(table: str, names: Iterable[str]) -> list[str]:
    """Names at rest of the columns ``names``."""
    out: dict[str, None] = {}
    has_time = "time" in TABLES[table].names
    for name in names:
        if name == "time":
            out.update(time_s=None, time_ns=None)
        elif name == "received":
            out.update(
                dict.fromkeys(("time_s", "delay_s", "received_ns") if has_time else ("received_s", "received_ns"))
            )
        elif name in SPLIT:
            out.update({f"{name}_ais": None, f"{name}_rest": None})
        else:
            out[name] = None
    return list(out)


def to_storage(columns: Columns) -> pa.Table:
    """Arrow table as it is written to a file."""
    table = columns.table
    schema = storage_schema(table.name)
    arrays: dict[str, pa.Array] = {}
    if "time" in columns:
        parts = split_times(columns["time"], columns["received"])
        for name, (values, mask) in zip(("time_s", "time_ns", "delay_s", "received_ns"), _pairs(parts), strict=True):
            arrays[name] = pa.array(values, mask=mask)
    elif "received" in columns:
        _, _, seconds, rest = parts = split_times(np.full(columns.rows, NO_TIME), columns["received"])
        _, _, (seconds, mask), (rest, _) = _pairs(parts)
        arrays["received_s"], arrays["received_ns"] = pa.array(seconds, mask=mask), pa.array(rest, mask=mask)
    for column in table.columns:
        if column.name in SPLIT:
            steps, rest = split_degrees(columns[column.name])
            mask = _or_none(columns[column.name] == I32)
            arrays[f"{column.name}_ais"] = pa.array(steps, mask=mask)
            arrays[f"{column.name}_rest"] = pa.array(rest, mask=mask)
        elif column.name not in ("time", "received"):
            arrays[column.name] = _at_rest(column, columns[column.name])
    return pa.Table.from_arrays([arrays[f.name].cast(f.type) for f in schema], schema=schema)


def _or_none(mask: Array) -> Array | None:
    return mask if mask.any() else None


def _pairs(parts: tuple[Array, Array, Array, Array]) -> list[tuple[Array, Array | None]]:
    time_s, time_ns, delay_s, received_ns = parts
    no_time = time_ns < 0
    no_received = received_ns < 0
    masks = [no_time, no_time, no_received, no_received]
    return [(v, m if m.any() else None) for v, m in zip((time_s, time_ns, delay_s, received_ns), masks, strict=True)]


def _at_rest(column: Column, values: Array) -> pa.Array:
    kind = storage_type(column)
    if column.stored == "object":
        return pa.array(values.tolist(), type=kind)
    if column.stored.startswith("S"):
        texts = pa.array(values.astype(object), type=pa.binary())
        if (np.ascontiguousarray(values).view("u1") > 127).any():  # kept byte for byte, read as Latin-1
            texts = pa.array([v.decode("latin-1") for v in values.tolist()], type=pa.string())
        texts = texts.cast(pa.string())
        return pc.if_else(pc.equal(pc.binary_length(texts), 0), pa.scalar(None, pa.string()), texts)
    mask = None
    if column.null is not None:
        mask = _or_none(values == column.null)
    return pa.array(values, type=kind, mask=mask)


def from_storage(table: str, stored: pa.Table, names: Collection[str] | None = None) -> dict[str, Array]:
    """Stored columns (NumPy, sentinels) of an Arrow table read from files; only ``names`` when given."""
    out: dict[str, Array] = {}
    for column in TABLES[table].columns:
        if names is not None and column.name not in names:
            continue
        if column.name == "time":
            out["time"] = _time(stored)
        elif column.name == "received":
            out["received"] = _received(stored)
        elif column.name in SPLIT:
            steps, rest = stored.column(f"{column.name}_ais"), stored.column(f"{column.name}_rest")
            out[column.name] = join_degrees(_numbers(steps, I32, "i4"), _numbers(rest, 0, "i1"))
        else:
            out[column.name] = _from_rest(column, stored.column(column.name))
    return out


def _numbers(array: pa.ChunkedArray, null: int | None, dtype: str) -> Array:
    if array.null_count:
        if null is None:
            raise StoreError("a column that is never empty has nulls", hint="the file was not written by selat")
        if array.null_count == len(array):
            return np.full(len(array), null, dtype=dtype)
        array = array.fill_null(null)
    if array.num_chunks == 1:
        return np.asarray(array.chunk(0).to_numpy(zero_copy_only=False), dtype=dtype)
    return np.asarray(array.to_numpy(), dtype=dtype)


def _time(stored: pa.Table) -> Array:
    return join_times(_numbers(stored.column("time_s"), 0, "i8"), _numbers(stored.column("time_ns"), -1, "i4"))


def _received(stored: pa.Table) -> Array:
    rest = _numbers(stored.column("received_ns"), -1, "i4")
    if "received_s" in stored.column_names:
        return join_times(_numbers(stored.column("received_s"), 0, "i8"), rest)
    return join_times(_numbers(stored.column("time_s"), 0, "i8") + _numbers(stored.column("delay_s"), 0, "i8"), rest)


def _from_rest(column: Column, array: pa.ChunkedArray) -> Array:
    if column.stored == "object":
        values = np.empty(len(array), dtype=object)
        values[:] = array.to_pylist()
        return values
    if column.stored.startswith("S"):
        if array.null_count == len(array):
            return blank(column.stored, b"", len(array))
        texts = [(v or "").encode("latin-1") for v in array.to_pylist()]
        return np.array(texts, dtype=column.stored)
    null: Any = column.null
    return _numbers(array, null, column.stored)


def step_bounds(bounds: Array) -> Array:
    """Bounds in 1e-7 degree (low, high) of positions whose steps of 1/600000 degree lie in ``bounds`` (n, 2)."""
    out = bounds.copy()
    known = (bounds[:, 0] <= bounds[:, 1]) & (np.abs(bounds) < 2**40).all(axis=1)
    out[known] = (bounds[known] * 100 + 3) // 6 + np.array([-9, 9])
    return out
