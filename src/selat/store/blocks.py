"""Whole blocks, written once in their final form: level 1 files from staged rows, with nothing to compact after.

Rows that come in order of time, as those of most archives do, fill one block of 6 hours after the other. Whoever can
hold a block in memory writes it here. A large block is cut into ranges of its sort key, one file and one thread each;
files of a block whose ranges do not overlap are as good as one (:func:`settled`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa

from selat.kernels.shiporder import all_are, all_same, ascends, lacks, newest_in_order, ship_order
from selat.kernels.sort import gather, number_keys, pick, scatter, sort_rows
from selat.model.columns import Array, Columns
from selat.model.schema import REPORTS, TABLES
from selat.store.codec import storage_names, to_storage
from selat.store.history import TWO_THREADS, Part, PartWriter, block_of, sync_folders
from selat.store.latest import FUTURE, LONG_RANGE
from selat.store.stage import is_one

RANGES = 2  #: files of a large block, one a thread
SLICE = 1 << 17  #: rows that are put in order and packed at a time: they stay in the cache
_SAMPLE = 4096
_ALL = np.iinfo(np.int64)
_NONE = np.empty(0, np.int64)
_INTEGERS = {t.id for t in (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32())}


@dataclass(slots=True)
class _Task:
    """Rows of one file to write: of ``columns`` those numbered in ``rows`` (all, where None) of a range of the key."""

    columns: Columns
    block: int
    rows: Array | None
    low: int = _ALL.min
    high: int = _ALL.max
    in_time: bool = False  #: the rows ascend by time and seq
    fixed: dict[str, Array] = field(default_factory=dict)  #: columns of one value: it, :data:`SLICE` times
    same: bool = False  #: the column received is the column time
    required: frozenset[str] = frozenset()  #: columns at rest without any null

    @property
    def size(self) -> int:
        """About how many rows."""
        return self.columns.rows if self.rows is None else len(self.rows)


def write_blocks(
    root: Path, tables: Sequence[Columns], generation: int, pool: Executor | None = None
) -> tuple[list[Part], list[Columns]]:
    """Sort and write the staged rows of several tables as level 1 files; durable when this returns.

    Also gives those rows of the reports that may be the newest of their ship.
    """
    tasks = [t for columns in tables if columns.rows for whole in _blocks(columns) for t in _ranges(whole)]
    tasks.sort(key=lambda t: -t.size)  # long ones first: the threads end together
    large = pool is not None and bool(tasks) and tasks[0].size >= TWO_THREADS
    write = partial(_write, root, generation)
    found = list(pool.map(write, tasks) if pool is not None and large else map(write, tasks))
    parts = [part for part, _ in found if part is not None]
    sync_folders(root, parts)
    return parts, [newest for _, newest in found if newest is not None]


def _blocks(columns: Columns) -> list[_Task]:
    """A task for each block of a table."""
    blocks = block_of(columns)
    if blocks.min() == blocks.max():
        return [_look(_Task(columns, int(blocks[0]), None))]
    numbers, keys = number_keys(blocks)
    order, offsets = scatter(numbers, np.arange(len(keys)), len(keys))
    return [_Task(columns, int(b), order[offsets[i] : offsets[i + 1]]) for i, b in enumerate(keys.tolist())]


def _look(task: _Task) -> _Task:
    """Find out what makes many rows less work."""
    columns = task.columns
    if task.size < TWO_THREADS:
        return task
    by_ship = columns.table.order[0] == "mmsi"
    task.in_time = bool(ascends(columns["time"] if by_ship else columns["seq"], columns["seq"]))
    required = set()
    for column in columns.table.columns:
        values = columns[column.name]
        if values.dtype.kind in "iu":
            if all_are(values, values[0]):
                task.fixed[column.name] = np.full(SLICE, values[0], dtype=values.dtype)
            if column.null is None or not lacks(values, values.dtype.type(column.null)):
                required.update(storage_names(columns.table.name, [column.name]))
    if by_ship:
        times = columns["time"], columns["received"]
        task.same = is_one(*times) or bool(all_same(*times))
        if "time_ns" not in required:
            required.discard("time_s")  # of the names of received, which tells nothing of it
    task.required = frozenset(required)
    return task


def _ranges(task: _Task) -> list[_Task]:
    """A task as several, with about as many rows in each."""
    n = task.size
    if n < TWO_THREADS:
        return [task]
    key = task.columns[task.columns.table.order[0]]
    step = max(n // _SAMPLE, 1)
    sample = np.sort(key[::step] if task.rows is None else key[task.rows[::step]])
    cuts = sorted({int(sample[len(sample) * k // RANGES]) for k in range(1, RANGES)})
    return [
        _Task(task.columns, task.block, task.rows, low, high, task.in_time, task.fixed, task.same, task.required)
        for low, high in pairwise([_ALL.min, *cuts, _ALL.max])
    ]


def _write(root: Path, generation: int, task: _Task) -> tuple[Part | None, Columns | None]:
    order = _order(task)
    if not len(order):
        return None, None
    columns, newest = task.columns, None
    if columns.table is REPORTS:
        newest = columns.take(
            newest_in_order(
                order, columns["mmsi"], columns["msg_type"], LONG_RANGE, columns["time"], columns["received"],
                columns["lat"], columns["lon"], FUTURE,
            )
        )  # fmt: skip
    writer = PartWriter(
        root, columns.table.name, task.block, 1, generation, required=task.required, constant=_constant(task, order)
    )
    try:
        for rows in _slices(task, order):
            writer.write(rows)
        return writer.close(), newest
    except BaseException:
        writer.abort()
        raise


def _slices(task: _Task, order: Array) -> Iterator[Columns]:
    columns = task.columns
    for at in range(0, len(order), SLICE):
        some = order[at : at + SLICE]
        data: dict[str, Array] = {}
        for name in columns:
            if name in task.fixed:
                data[name] = task.fixed[name][: len(some)]
            elif name == "received" and task.same:
                data[name] = data["time"]
            else:
                data[name] = gather(columns[name], some)
        yield Columns(columns.table, data, len(some))


def _constant(task: _Task, order: Array) -> list[str]:
    """Columns at rest that hold one value, by a sample of the rows: how they are packed hangs on it, no more."""
    if len(order) < 4 * _SAMPLE:
        return []
    stored = to_storage(task.columns.take(order[:: len(order) // _SAMPLE]))
    found = []
    for name in stored.column_names:
        column = stored.column(name)
        if not column.null_count and column.type.id in _INTEGERS:
            values = column.to_numpy()
            if (values == values[0]).all():
                found.append(name)
    return found


def _order(task: _Task) -> Array:
    """Numbers of the rows whose first sort key is in ``[low, high)``, in the order of the table."""
    columns, rows = task.columns, _NONE if task.rows is None else task.rows
    if columns.table.order[0] == "mmsi":
        times = columns["time"], columns["seq"]
        return ship_order(columns["mmsi"], *times, rows, task.low, task.high, task.in_time)
    index = pick(columns["seq"], rows, task.low, task.high)
    if task.in_time:
        return index
    seq = gather(columns["seq"], index)
    return gather(index, sort_rows(np.zeros(len(seq), np.int64), seq, seq)[0])


def settled(parts: Sequence[Part]) -> bool:
    """True for files of one block that need no compaction: final, none of them small, in ranges that do not overlap."""
    if any(p.level == 0 for p in parts):
        return False
    if len(parts) == 1:
        return True
    by_ship = TABLES[parts[0].table].order[0] == "mmsi"
    spans = sorted((p.min_mmsi or 0, p.max_mmsi or 0) if by_ship else (p.min_seq or 0, p.max_seq or 0) for p in parts)
    apart = all(a[1] < b[0] for a, b in pairwise(spans))
    return apart and sum(p.rows for p in parts) >= len(parts) * TWO_THREADS // 2
