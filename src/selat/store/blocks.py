"""Whole blocks, written once in their final form: level 1 files from staged rows, with nothing to compact after.

Rows that come in order of time, as those of most archives do, fill one block of 6 hours after the other. Whoever can
hold a block in memory writes it here. A large block is cut into ranges of its sort key, one file and one thread each;
files of a block whose ranges do not overlap are as good as one (:func:`settled`).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np

from selat.kernels.sort import gather, in_order, number_keys, pick, scatter, sort_rows
from selat.model.columns import Array, Columns
from selat.model.schema import TABLES
from selat.store.history import TWO_THREADS, Part, PartWriter, block_of, sync_folders

RANGES = 2  #: files of a large block, one a thread
SLICE = 1 << 17  #: rows that are put in order and packed at a time: they stay in the cache
_SAMPLE = 4096
_ALL = np.iinfo(np.int64)


def write_blocks(root: Path, tables: Sequence[Columns], generation: int, pool: Executor | None = None) -> list[Part]:
    """Sort and write the staged rows of several tables as level 1 files; durable when this returns."""
    tasks = []
    for columns in tables:
        for block, rows in _blocks(columns):
            n = columns.rows if rows is None else len(rows)
            for low, high in _ranges(columns, rows, n):
                tasks.append((n, partial(_write_range, root, columns, block, rows, low, high, generation)))
    tasks.sort(key=lambda t: -t[0])  # long ones first: the threads end together
    large = pool is not None and bool(tasks) and tasks[0][0] >= TWO_THREADS
    found = pool.map(_call, tasks) if pool is not None and large else map(_call, tasks)
    parts = [part for part in found if part is not None]
    sync_folders(root, parts)
    return parts


def _call(task: tuple[int, partial[Part | None]]) -> Part | None:
    return task[1]()


def _blocks(columns: Columns) -> list[tuple[int, Array | None]]:
    """(block, its rows); None stands for all rows."""
    if not columns.rows:
        return []
    blocks = block_of(columns)
    if blocks.min() == blocks.max():
        return [(int(blocks[0]), None)]
    numbers, keys = number_keys(blocks)
    order, offsets = scatter(numbers, np.arange(len(keys)), len(keys))
    return [(int(b), order[offsets[i] : offsets[i + 1]]) for i, b in enumerate(keys.tolist())]


def _ranges(columns: Columns, rows: Array | None, n: int) -> list[tuple[int, int]]:
    """Ranges (low, high) of the first sort key, ``high`` not included, with about as many rows in each."""
    if n < TWO_THREADS:
        return [(_ALL.min, _ALL.max)]
    key = columns[columns.table.order[0]]
    step = max(n // _SAMPLE, 1)
    sample = np.sort(key[::step] if rows is None else key[rows[::step]])
    cuts = sorted({int(sample[len(sample) * k // RANGES]) for k in range(1, RANGES)})
    return list(zip([_ALL.min, *cuts], [*cuts, _ALL.max], strict=True))


def _write_range(
    root: Path, columns: Columns, block: int, rows: Array | None, low: int, high: int, generation: int
) -> Part | None:
    index = _order(columns, rows, low, high)
    if not len(index):
        return None
    writer = PartWriter(root, columns.table.name, block, 1, generation)
    try:
        for at in range(0, len(index), SLICE):
            some = index[at : at + SLICE]
            writer.write(Columns(columns.table, {n: gather(columns[n], some) for n in columns}, len(some)))
        return writer.close()
    except BaseException:
        writer.abort()
        raise


def _order(columns: Columns, rows: Array | None, low: int, high: int) -> Array:
    """Rows whose first sort key is in ``[low, high)``, in the order of the table."""
    by_ship = columns.table.order[0] == "mmsi"
    index = pick(columns["mmsi" if by_ship else "seq"], np.empty(0, np.int64) if rows is None else rows, low, high)
    seq = gather(columns["seq"], index)
    if by_ship:
        key, time = gather(columns["mmsi"], index).astype(np.int64), gather(columns["time"], index)
    else:
        key, time = np.zeros(len(index), np.int64), seq
        if in_order(key, time, seq):
            return index
    order, _, _ = sort_rows(key, time, seq)
    return gather(index, order)


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
