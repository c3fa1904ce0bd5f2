"""Parquet files of position reports: as selat gives them out (schema.REPORTS), or with the user's column names.

The file must be whole and seekable (its index stands at the end). Values are checked as everywhere: what is outside its
range becomes null with ``Flag.NULLED``; a row without a time or MMSI, or with a position that cannot be, is a reject
(its ``raw`` is the row as JSON, its ``offset`` the number of the row).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from selat.model.arrow import from_arrow, to_arrow_array
from selat.model.columns import Array, Columns, blank, empty
from selat.model.errors import FormatError, Reason, SourceError
from selat.model.ports import Batch, Format
from selat.model.schema import REPORTS, Flag, TimeQuality
from selat.readers.csv_layout import REQUIRED, nearest

ROWS = 1 << 17  #: rows read at a time
_LIMITS = {"sog": (0, 10220), "cog": (0, 3599), "heading": (0, 359), "rot": (-127, 127), "nav_status": (0, 15),
           "altitude": (0, 4094), "msg_type": (0, 28)}  # fmt: skip


def read(source: str | Path | BinaryIO, columns: Mapping[str, str] | None = None) -> Iterator[Batch]:
    """Batches of a file. ``columns``: name in the file by name in ``schema.REPORTS``, values in the given units.

    Raises :class:`SourceError` for a file that cannot be read, :class:`FormatError` for missing columns.
    """
    file = _open(source)
    names = _match(file.schema_arrow.names, columns or {}, str(getattr(source, "name", source)))
    seq = 0
    try:
        for part in file.iter_batches(ROWS, columns=sorted(set(names.values()))):
            yield _batch(pa.Table.from_batches([part]), names, seq)
            seq += part.num_rows
    except OSError as e:
        raise SourceError(f"{source}: damaged ({e})", hint="fetch the file again") from None


def _open(source: str | Path | BinaryIO) -> pq.ParquetFile:
    if isinstance(source, (str, Path)):
        path = Path(source)
        if path.is_dir():
            raise SourceError(f"{path} is a directory", hint="give a file")
        if not path.exists():
            raise SourceError(f"{path}: no such file", hint=f"looked in {path.parent.absolute()}")
        if not path.stat().st_size:
            raise SourceError(f"{path}: the file is empty", hint="was the download finished?")
    try:
        return pq.ParquetFile(source)
    except (pa.ArrowInvalid, OSError) as e:
        raise FormatError(f"{source}: not a whole Parquet file ({e})", hint="was the download finished?") from None


def _match(have: list[str], columns: Mapping[str, str], name: str) -> dict[str, str]:
    """Name in the file of every column of REPORTS that it holds."""
    for wanted, given in columns.items():
        if wanted not in REPORTS.names:
            near = nearest(wanted, REPORTS.names)
            raise FormatError(f"reports have no column {wanted!r}", hint=f"nearest: {near}" if near else "")
        if given not in have:
            near = nearest(given, have)
            raise FormatError(f"{name}: no column {given!r}", hint=f"nearest: {near}" if near else f"columns: {have}")
    names = {c: columns.get(c, c) for c in REPORTS.names if columns.get(c, c) in have}
    for required in REQUIRED:
        if required not in names:
            near = nearest(required, have)
            raise FormatError(
                f"{name}: no column for {required}",
                hint=(f"nearest: {near}; " if near else "") + f"columns of the file: {', '.join(have[:40])}",
            )
    return names


def _batch(table: pa.Table, names: dict[str, str], seq: int) -> Batch:
    n = table.num_rows
    arrays, fields = [], []
    nulled = np.zeros(n, dtype=bool)
    reason = np.zeros(n, dtype=np.uint8)
    for column in REPORTS.columns:
        if column.name in names:
            array = _given(table.column(names[column.name]), column, nulled, reason)
        else:
            array = to_arrow_array(column, blank(column.stored, column.null, n))
        arrays.append(array)
        fields.append(column.name)
    stored = from_arrow(pa.table(arrays, names=fields), "reports")
    _require(stored, arrays, fields, reason)
    changes: dict[str, Array] = {"seq": np.arange(seq, seq + n, dtype=np.int64)}
    flags = stored["flags"] if "flags" in names else np.zeros(n, dtype=np.uint16)
    changes["flags"] = np.where(nulled, flags | np.uint16(Flag.NULLED), flags)
    if "received" not in names:
        changes["received"] = stored["time"]
    if "time_quality" not in names:
        changes["time_quality"] = np.full(n, TimeQuality.ARCHIVE, dtype=np.uint8)
    if "msg_type" not in names:
        changes["msg_type"] = np.ones(n, dtype=np.uint8)
    good = reason == 0
    kept = stored.replace(**changes).take(good)
    rejects = _rejects(table, reason, seq)
    return Batch(
        kept, empty("statics"), empty("messages"), empty("receptions"), rejects,
        lines=n, kept=kept.rows, bytes=table.nbytes,
    )  # fmt: skip


def _given(chunked: pa.ChunkedArray, column: Any, nulled: Array, reason: Array) -> pa.Array:
    """A column of the file in the given layout; what cannot be becomes null."""
    kind = to_arrow_array(column, blank(column.stored, column.null, 0)).type
    array = chunked.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], type=array.type)
    try:
        if column.given == "timestamp":
            return _time(array, kind)
        array = array.cast(pa.float64()) if not pa.types.is_integer(array.type) else array
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as e:
        message = f"column for {column.name}: {array.type} is no {kind} ({e})"
        raise FormatError(message, hint="give it as numbers") from None
    return _fit(array, column, kind, nulled, reason)


def _time(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(array.type) and array.type.tz is None:
        return array.cast(pa.timestamp(array.type.unit), safe=True).cast(pa.timestamp("ns")).cast(kind)
    if not pa.types.is_timestamp(array.type):
        raise pa.ArrowInvalid("times must be of the type timestamp")
    return array.cast(kind)


def _fit(array: pa.Array, column: Any, kind: pa.DataType, nulled: Array, reason: Array) -> pa.Array:
    values = np.asarray(array.cast(pa.float64()).fill_null(np.nan), dtype=np.float64)
    gone = np.isnan(values)
    if column.name in ("lat", "lon"):
        most = 90.0 if column.name == "lat" else 180.0
        absent = values == most + 1
        reason[(np.abs(values) > most) & ~absent] = Reason.RANGE
        bad = gone | absent | (np.abs(values) > most)
    elif column.name == "mmsi":
        reason[~((values >= 1) & (values <= 999_999_999))] = Reason.MMSI
        bad = ~((values >= 1) & (values <= 999_999_999))
    else:
        low, high = _limits(column)
        bad = gone | ~((values >= low) & (values <= high))
        nulled |= bad & ~gone
    if pa.types.is_integer(array.type) and pa.types.is_integer(kind):
        return pc.if_else(pa.array(bad), pa.scalar(None, array.type), array).cast(kind)
    return pa.array(np.where(bad, 0, values).astype(kind.to_pandas_dtype()), mask=bad)


def _limits(column: Any) -> tuple[float, float]:
    """Lowest and highest given value, half a stored step wider."""
    low, high = _LIMITS.get(column.name, (0, 2**62))
    if column.name == "rot":
        return -13.0, 13.0
    return (low - 0.499) * column.scale, (high + 0.499) * column.scale


def _require(stored: Columns, arrays: list[pa.Array], fields: list[str], reason: Array) -> None:
    time = arrays[fields.index("time")]
    reason[np.asarray(time.is_null())] = Reason.TIME
    if len(stored["lat"]):
        absent = (stored["lat"] == REPORTS["lat"].null) | (stored["lon"] == REPORTS["lon"].null)
        for name in ("lat", "lon"):
            stored[name][absent] = REPORTS[name].null


def _rejects(table: pa.Table, reason: Array, seq: int) -> Columns:
    at = np.flatnonzero(reason)
    raw = np.empty(len(at), dtype=object)
    raw[:] = [json.dumps(table.slice(int(i), 1).to_pylist()[0], default=str).encode() for i in at]
    return Columns(
        "rejects",
        {
            "seq": seq + at, "offset": seq + at, "reason": reason[at],
            "length": np.array([len(r) for r in raw], dtype=np.int64),
            "raw": np.array([r[:4096] for r in raw] + [None], dtype=object)[:-1],
        },
        len(at),
    )  # fmt: skip


def sniff(head: bytes, name: str) -> bool:
    """True for the magic bytes of Parquet."""
    return head.startswith(b"PAR1")


FORMAT = Format("parquet", "Parquet with the columns of selat's reports", sniff, read)
