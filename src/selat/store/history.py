"""The history: immutable Parquet files under ``history/<table>/date=YYYY-MM-DD/``, 6-hour blocks, sorted rows.

A file is written aside, forced to the disk and renamed; it counts only once the manifest (``store/state.py``) lists it.
Level 0 is what a commit wrote, level 1 a whole block (or a range of its ships) in its final form.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from selat.kernels.sort import gather, sort_rows, spans
from selat.model.clock import DAY, HOUR, SECOND, format_time
from selat.model.columns import Array, Columns, concat
from selat.model.errors import StoreError
from selat.model.schema import NO_TIME, TABLES
from selat.store.codec import from_storage, storage_schema, to_storage
from selat.store.disk import fsync_dir

BLOCK_S = 6 * HOUR // SECOND  #: seconds in a block
UNKNOWN = -(2**31)  #: block of rows without any time
BOUNDED = ("time_s", "mmsi", "lat_ais", "lon_ais", "seq")  #: columns with bounds in each row group
ROW_GROUP = 32_768
TWO_THREADS = 400_000  #: rows of a table from which two threads write them
MERGE_ROWS = 4 * ROW_GROUP  #: rows in memory at once while a block is merged
_SAMPLE = 256  #: one key of so many says where they are cut
KEPT = ("reports", "statics", "messages", "receptions", "rejects")

# Level 1, measured column by column (bench/size.py): numbers that go up and down by little as deltas, the others by
# dictionary; zstd only where it finds something, since a page that is not packed is read faster.
_DELTA = {"time_s", "lat_ais", "lon_ais", "seq", "first_seq", "offset", "sog", "cog", "heading", "station"}
_NO_DICTIONARY = {"raw", "payload"}
_DENSE = {
    "time_ns",
    "delay_s",
    "received_ns",
    "seq",
    "mmsi",
    "lat_ais",
    "lat_rest",
    "lon_ais",
    "lon_rest",
    "cog",
    "rot",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One history file as the manifest lists it: bounds are of the stored values, None where all are null."""

    path: str
    table: str
    block: int
    level: int
    rows: int
    bytes: int
    sha256: str
    min_time: int | None = None
    max_time: int | None = None
    min_mmsi: int | None = None
    max_mmsi: int | None = None
    min_lat: int | None = None
    max_lat: int | None = None
    min_lon: int | None = None
    max_lon: int | None = None
    min_seq: int | None = None
    max_seq: int | None = None
    generation: int = 0


def block_of(columns: Columns) -> Array:
    """Block number of each row: 6 hours of its ``time``, else of ``received``, else :data:`UNKNOWN`."""
    when = columns["received"] if "received" in columns else np.full(columns.rows, NO_TIME)
    time = columns.get("time", when)
    return spans(time, when, BLOCK_S * SECOND, UNKNOWN)


def block_folder(table: str, block: int) -> str:
    """Folder of a block, relative to ``history/``."""
    if block == UNKNOWN:
        return f"{table}/date=unknown"
    return f"{table}/date={format_time(block * BLOCK_S * SECOND)[:10]}"


def sort_columns(columns: Columns) -> list[tuple[int, Columns]]:
    """Rows by block, each block in the order of its table."""
    blocks = block_of(columns)
    seq = columns["seq"]
    if columns.table.order[0] == "mmsi":
        order, keys, offsets = sort_rows((blocks << 32) | columns["mmsi"].astype(np.int64), columns["time"], seq)
    else:
        order, keys, offsets = sort_rows(blocks << 32, seq, seq)
    of_key = keys >> 32
    starts = np.flatnonzero(np.r_[True, of_key[1:] != of_key[:-1]])
    out = []
    for start, stop in zip(starts, [*starts[1:], len(of_key)], strict=True):
        rows = order[offsets[start] : offsets[stop]]
        out.append((int(of_key[start]), _gathered(columns, rows)))
    return out


def _gathered(columns: Columns, rows: Array) -> Columns:
    return Columns(columns.table, {n: gather(columns[n], rows) for n in columns.given}, len(rows))


def _encoding(schema: pa.Schema, level: int, constant: Collection[str] = ()) -> dict[str, Any]:
    """How columns are written: level 0 to be written fast and soon replaced, level 1 to be small.

    ``constant`` columns go plain through zstd, which is half the work of a dictionary and as small.
    """
    names = schema.names
    if level == 0:
        split = [f.name for f in schema if pa.types.is_integer(f.type)]
        texts = [n for n in names if n not in split and n not in _NO_DICTIONARY]
        return {"compression": "lz4", "use_dictionary": texts, "use_byte_stream_split": split}
    delta = {n: "DELTA_BINARY_PACKED" for n in names if n in _DELTA and n not in constant}
    packed = {n: "none" if n in _DENSE and n not in constant else "zstd" for n in names}
    return {
        "compression": packed,
        "compression_level": {n: 1 if n in constant else 3 for n, codec in packed.items() if codec == "zstd"},
        "use_dictionary": [n for n in names if n not in _DELTA and n not in _NO_DICTIONARY and n not in constant],
        "column_encoding": delta or None,
    }


_number = itertools.count()  # of files being written by this process


class PartWriter:
    """Writes one file: sorted rows in, a :class:`Part` out. Nothing is left behind when it fails.

    Of columns at rest: ``required`` have no null in any row, which spares a count for each value; ``constant`` most
    likely hold one value only.
    """

    def __init__(
        self, root: Path, table: str, block: int, level: int, generation: int, *, required: Collection[str] = (),
        constant: Collection[str] = (),
    ) -> None:  # fmt: skip
        self._root, self._table, self._block, self._level = root, table, block, level
        self._generation = generation
        self._folder = block_folder(table, block)
        (root / self._folder).mkdir(parents=True, exist_ok=True)
        self._aside = root / self._folder / f"{self._stem}-{next(_number)}.parquet.tmp"
        schema = pa.schema([f.with_nullable(f.name not in required) for f in storage_schema(table)])
        self._schema = schema if required else None
        self._bounds: dict[str, Any] = {}
        self._rows = 0
        self._writer = pq.ParquetWriter(
            self._aside,
            schema,
            version="2.6",
            write_statistics=[n for n in schema.names if n in BOUNDED],
            store_schema=False,
            **_encoding(schema, level, constant),
        )

    @property
    def _stem(self) -> str:
        hour = 0 if self._block == UNKNOWN else self._block * 6 % 24
        return f"{hour:02d}h-{self._generation:08d}-L{self._level}"

    def write(self, columns: Columns) -> None:
        """Append rows; they follow those before in the table's order."""
        if columns.rows:
            stored = to_storage(columns)
            if self._schema is not None:
                stored = pa.Table.from_arrays(stored.columns, schema=self._schema)
            self._writer.write_table(stored, row_group_size=ROW_GROUP)
            self._rows += columns.rows
            self._note(columns)

    def close(self) -> Part:
        """Finish: the file is on the disk under its last name."""
        self._writer.close()
        digest = hashlib.sha256()
        with self._aside.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
            os.fsync(file.fileno())
        size = self._aside.stat().st_size
        name = f"{self._folder}/{self._stem}-{digest.hexdigest()[:12]}.parquet"
        self._aside.replace(self._root / name)
        part = Part(name, self._table, self._block, self._level, self._rows, size, digest.hexdigest())
        return replace(part, generation=self._generation, **self._bounds)

    def abort(self) -> None:
        """Throw away what was written."""
        self._writer.close()
        self._aside.unlink(missing_ok=True)

    def _note(self, columns: Columns) -> None:
        for name in ("time", "mmsi", "lat", "lon", "seq"):
            if name not in columns:
                continue
            values, null = columns[name], columns.table[name].null
            known = values if null is None or name == "mmsi" else values[values != null]
            if not len(known):
                continue
            low, high = int(known.min()), int(known.max())
            if name == "time":
                low, high = low // SECOND, high // SECOND
            old_low, old_high = self._bounds.get(f"min_{name}"), self._bounds.get(f"max_{name}")
            self._bounds[f"min_{name}"] = low if old_low is None else min(low, old_low)
            self._bounds[f"max_{name}"] = high if old_high is None else max(high, old_high)


def write_parts(root: Path, tables: Sequence[Columns], generation: int, pool: Executor | None = None) -> list[Part]:
    """Sort and write the staged rows of several tables as level 0 files; durable when this returns.

    Many rows go as two halves, each by a thread of ``pool``: sorting and packing run without the interpreter lock.
    """
    pieces: list[Columns] = []
    for columns in tables:
        half = columns.rows // 2 if columns.rows >= TWO_THREADS else columns.rows
        pieces += [p for p in (columns.slice(0, half), columns.slice(half, columns.rows)) if p.rows]
    large = pool is not None and any(p.rows >= TWO_THREADS // 2 for p in pieces)
    each = pool.map if pool is not None and large else map
    parts = [part for some in each(lambda piece: _write_piece(root, piece, generation), pieces) for part in some]
    sync_folders(root, parts)
    return parts


def _write_piece(root: Path, rows: Columns, generation: int) -> list[Part]:
    return [_write_part(root, rows.table.name, block, some, generation) for block, some in sort_columns(rows)]


def _write_part(root: Path, table: str, block: int, rows: Columns, generation: int) -> Part:
    writer = PartWriter(root, table, block, 0, generation)
    try:
        for at in range(0, rows.rows, MERGE_ROWS):
            writer.write(rows.slice(at, min(at + MERGE_ROWS, rows.rows)))
        return writer.close()
    except BaseException:
        writer.abort()
        raise


def sync_folders(root: Path, parts: Sequence[Part]) -> None:
    """Force the names of new files to the disk."""
    folders = {(root / part.path).parent for part in parts}
    for folder in sorted({p for f in folders for p in (f, f.parent, root)}):
        fsync_dir(folder)


def read_part(root: Path, part: Part, names: Sequence[str] | None = None) -> Columns:
    """All rows of a file in stored layout."""
    stored = open_part(root, part).read()
    return Columns(part.table, from_storage(part.table, stored, names), stored.num_rows)


def open_part(root: Path, part: Part) -> pq.ParquetFile:
    """The Parquet file of a part; raises :class:`StoreError` when it is gone or damaged."""
    try:
        return pq.ParquetFile(root / part.path, pre_buffer=False)
    except FileNotFoundError:
        raise StoreError(
            f"{part.path} is gone", hint="the view is older than a compaction: call refresh() or open the sea again"
        ) from None
    except pa.ArrowInvalid as e:
        hint = "`selat check --deep` tells what is damaged; bring the file back from a copy"
        raise StoreError(f"{part.path} cannot be read ({e})", hint=hint) from None


def merge_parts(root: Path, parts: Sequence[Part], generation: int) -> Part:
    """One level 1 file of all rows of one block of one table, in bounded memory.

    The key space (MMSI, or seq) is cut so that about :data:`MERGE_ROWS` rows are held at a time.
    """
    first = parts[0]
    writer = PartWriter(root, first.table, first.block, 1, generation)
    try:
        for rows in merged(root, parts):
            writer.write(rows)
        part = writer.close()
    except BaseException:
        writer.abort()
        raise
    if part.rows != sum(p.rows for p in parts):
        (root / part.path).unlink()
        raise StoreError(f"compaction of {first.path} lost rows", hint="report this; nothing was changed")
    return part


def merged(root: Path, parts: Sequence[Part]) -> Iterator[Columns]:
    """Rows of several files of one block in the order of the table, some at a time."""
    table = parts[0].table
    key = TABLES[table].order[0]
    files = [open_part(root, p) for p in sorted(parts, key=lambda p: p.min_seq or 0)]  # nearly sorted is sorted fast
    groups = [_group_bounds(f, key) for f in files]
    cuts = _cuts(files, key)
    lows = [np.iinfo(np.int64).min, *cuts.tolist()]
    highs = [*cuts.tolist(), np.iinfo(np.int64).max]
    for low, high in zip(lows, highs, strict=True):
        pieces = []
        for file, bounds in zip(files, groups, strict=True):
            wanted = np.flatnonzero((bounds[:, 1] >= low) & (bounds[:, 0] < high))
            if not len(wanted):
                continue
            stored = file.read_row_groups(wanted.tolist())
            keys = np.asarray(stored.column(key).to_numpy(), dtype=np.int64)
            a, b = np.searchsorted(keys, [low, high]) if high != np.iinfo(np.int64).max else (
                np.searchsorted(keys, low), len(keys))  # fmt: skip
            stored = stored.slice(int(a), int(b - a))
            columns = from_storage(table, stored)
            if b - a < len(keys):  # a view would hold the whole row groups
                columns = {name: values.copy() for name, values in columns.items()}
            pieces.append(Columns(table, columns, stored.num_rows))
        rows = concat(pieces, table)
        if rows.rows:
            yield rows if len(pieces) == 1 else sort_columns(rows)[0][1]


def _cuts(files: Sequence[pq.ParquetFile], key: str) -> Array:
    """Keys that part the rows of all files into pieces of about :data:`MERGE_ROWS`.

    By a sample of the keys: what a commit wrote is one row group of all ships, whose bounds say nothing.
    """
    found = []
    for file in files:
        for i in range(file.metadata.num_row_groups):
            keys = np.asarray(file.read_row_group(i, columns=[key]).column(key).to_numpy(), dtype=np.int64)
            stand_for = np.diff(np.append(np.arange(0, len(keys), _SAMPLE), len(keys)))
            found.append(np.stack([keys[::_SAMPLE], stand_for], axis=1))
    sample = np.concatenate(found)
    sample = sample[np.argsort(sample[:, 0], kind="stable")]
    total = np.cumsum(sample[:, 1])
    cuts: Array = np.unique(sample[np.searchsorted(total, np.arange(MERGE_ROWS, total[-1], MERGE_ROWS)), 0])
    return cuts


def _group_bounds(file: pq.ParquetFile, key: str) -> Array:
    """(low, high) of the sort key in each row group."""
    at = file.schema_arrow.get_field_index(key)
    out = np.empty((file.metadata.num_row_groups, 2), np.int64)
    for i in range(len(out)):
        statistics = file.metadata.row_group(i).column(at).statistics
        out[i] = statistics.min, statistics.max
    return out


def orphans(root: Path, listed: set[str]) -> list[Path]:
    """Files below ``root`` that the manifest does not know: what a crash left."""
    found = [p for p in root.rglob("*") if p.is_file()] if root.exists() else []
    return [p for p in found if p.relative_to(root).as_posix() not in listed]


def day_of(block: int) -> int:
    """Start of the UTC day of a block, ns."""
    return block * BLOCK_S * SECOND // DAY * DAY
