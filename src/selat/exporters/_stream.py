"""Batches cut to size, rows brought together by ship, and files that are whole or absent."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import pyarrow as pa

from selat.model.clock import HOUR
from selat.model.columns import Array
from selat.model.errors import SchemaError
from selat.model.ports import Exporter
from selat.model.schema import NO_TIME

PIECE = 16_384  #: rows that are turned into text at once
GAP = 6 * HOUR  #: a track is cut where nothing was heard for longer: no line where nobody knows (satellites: hours)


def begin(batches: Iterable[Any]) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """(schema, record batches) of batches or tables. Raises :class:`SchemaError` without any, or when they differ."""
    flat = _flat(batches)
    first = next(flat, None)
    if first is None:
        raise SchemaError("no batch at all: not even the columns are known", hint="give an empty one with the schema")

    def rest() -> Iterator[pa.RecordBatch]:
        yield first
        for batch in flat:
            if not batch.schema.equals(first.schema):
                raise SchemaError("batches of different columns", hint="export one table at a time")
            yield batch

    return first.schema, rest()


def _flat(batches: Iterable[Any]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        if isinstance(batch, pa.Table):
            yield from batch.to_batches() or [pa.RecordBatch.from_pylist([], schema=batch.schema)]
        else:
            yield batch


def pieces(batches: Iterable[pa.RecordBatch], rows: int = PIECE) -> Iterator[pa.RecordBatch]:
    """The same rows, at most ``rows`` at a time."""
    for batch in batches:
        for at in range(0, batch.num_rows, rows):
            yield batch.slice(at, rows)


def regroup(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """The same rows in tables of exactly ``rows`` (the last: the rest), whatever the batches were."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        while count + batch.num_rows >= rows:
            yield pa.Table.from_batches([*waiting, batch.slice(0, rows - count)]).combine_chunks()
            batch = batch.slice(rows - count)
            waiting, count = [], 0
        if batch.num_rows:
            waiting.append(batch)
            count += batch.num_rows
    if count:
        yield pa.Table.from_batches(waiting).combine_chunks()


def of_ships(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[int, pa.Table]]:
    """(MMSI, its rows), ship by ship. Raises :class:`SchemaError` when a ship's rows are not all together."""
    ship, done = -1, set()
    rows: list[pa.RecordBatch] = []
    for batch in batches:
        mmsi = batch.column("mmsi").to_numpy(zero_copy_only=False)
        edges = [0, *(np.flatnonzero(np.diff(mmsi)) + 1).tolist(), len(mmsi)] if len(mmsi) else []
        for start, stop in pairwise(edges):
            if int(mmsi[start]) != ship:
                if rows:
                    yield ship, pa.Table.from_batches(rows).combine_chunks()
                    done.add(ship)
                ship, rows = int(mmsi[start]), []
                if ship in done:
                    raise SchemaError(f"the rows of ship {ship} are not together", hint="sort by (mmsi, time)")
            rows.append(batch.slice(start, stop - start))
    if rows:
        yield ship, pa.Table.from_batches(rows).combine_chunks()


def times_of(table: pa.Table) -> Array:
    """``time`` in ns UTC, ``NO_TIME`` where it is null."""
    column = table.column("time").combine_chunks().cast(pa.timestamp("ns", "UTC")).cast(pa.int64())
    out: Array = column.fill_null(NO_TIME).to_numpy(zero_copy_only=False)
    return out


def stretches(time: Array) -> list[tuple[int, int]]:
    """(first, after last) of the parts of a track between silences of :data:`GAP`, and of rows without a time."""
    known = time != NO_TIME
    silent = np.diff(np.where(known, time, 0)) > GAP
    edges = [0, *(np.flatnonzero(silent | (known[1:] != known[:-1])) + 1).tolist(), len(time)]
    return list(pairwise(edges)) if len(time) else []


@dataclass(frozen=True, slots=True)
class Written:
    """What an export came to."""

    rows: int
    bytes: int
    path: Path


def write_file(exporter: Exporter, batches: Iterable[Any], path: str | os.PathLike[str]) -> Written:
    """Write a file that is whole or absent: aside, forced to the disk, renamed. What stood there is replaced.

    A pipe or device is written to as it is. Raises OSError (no such folder, disk full).
    """
    target = Path(path).resolve()
    if target.exists() and not target.is_file() and not target.is_dir():
        with target.open("wb") as out:
            counted = Counted(out)
            rows = exporter.write(batches, cast(BinaryIO, counted))
            return Written(rows, counted.bytes, target)
    if target.is_dir():
        raise IsADirectoryError(21, "is a folder, not a file", str(target))
    aside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with aside.open("wb") as out:
            rows = exporter.write(batches, out)
            out.flush()
            os.fsync(out.fileno())
        size = aside.stat().st_size
        aside.replace(target)
    except FileNotFoundError:
        raise FileNotFoundError(2, "there is no such folder", str(target.parent)) from None
    finally:
        aside.unlink(missing_ok=True)
    return Written(rows, size, target)


class Counted:
    """A stream that cannot be asked where it stands (a pipe), which counts what is written to it."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.bytes = 0
        self.closed = False

    def write(self, data: Any) -> int:
        """Write all of ``data``."""
        size = memoryview(data).nbytes
        self._out.write(data)
        self.bytes += size
        return size

    def tell(self) -> int:
        """Bytes written so far."""
        return self.bytes

    def flush(self) -> None:
        """Hand on what waits."""
        self._out.flush()

    def writable(self) -> bool:
        """True."""
        return True

    def readable(self) -> bool:
        """False."""
        return False

    def seekable(self) -> bool:
        """False."""
        return False

    def close(self) -> None:
        """Nothing: the stream beneath belongs to the caller."""
