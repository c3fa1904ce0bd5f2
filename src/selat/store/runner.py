"""Work over the sorted partitions of the history, by several processes: the default runner of tasks.

A task is pure: ``run_partition(spec) -> (path, sha256)``. It reads the files that its spec names, calls one function
and writes one Arrow file under a name made from the spec, aside and renamed: doing it again, or twice at once, changes
nothing, so that retries are harmless and every runner (this one, Spark, Dask) gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow as pa

from selat.model.columns import Columns, concat
from selat.model.errors import PluginError
from selat.store.codec import from_storage
from selat.store.disk import fsync_dir, fsync_file
from selat.store.history import Part, merged, open_part


@dataclass(frozen=True, slots=True)
class PartitionSpec:
    """One task: ``function`` as ``module:name`` takes (Columns, parameters) and gives a pyarrow Table."""

    root: str  #: folder history/
    parts: tuple[Part, ...]  #: files of one block of one table
    function: str
    parameters: str  #: JSON
    out: str  #: folder of the results

    @property
    def name(self) -> str:
        """File name of the result: a hash of the files' content, the function and its parameters."""
        key = [sorted(p.sha256 for p in self.parts), self.function, json.loads(self.parameters)]
        return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:24] + ".arrow"


def specs_of(
    root: Path, parts: Iterable[Part], table: str, function: str, parameters: dict[str, Any], out: Path
) -> list[PartitionSpec]:
    """One task a block of ``table``, in order of time."""
    blocks: dict[int, list[Part]] = {}
    for part in parts:
        if part.table == table:
            blocks.setdefault(part.block, []).append(part)
    text = json.dumps(parameters, sort_keys=True)
    return [PartitionSpec(str(root), tuple(blocks[b]), function, text, str(out)) for b in sorted(blocks)]


def run_partition(spec: PartitionSpec) -> tuple[str, str]:
    """Do one task: (path of its result, SHA-256 of it). Raises :class:`PluginError` for an unknown function."""
    rows = _rows(spec)
    table = _function(spec.function)(rows, json.loads(spec.parameters))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    data = sink.getvalue()
    folder = Path(spec.out)
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f"{spec.name}.{os.getpid()}.tmp"
    aside.write_bytes(data)
    fsync_file(aside)
    path = folder / spec.name
    aside.replace(path)
    fsync_dir(folder)
    return str(path), hashlib.sha256(data).hexdigest()


def run_partitions(specs: list[PartitionSpec], workers: int | None = None) -> Iterator[tuple[str, str]]:
    """Results in the order of ``specs``, by ``workers`` processes; None: one a processor, 0: in this one."""
    if workers == 0:
        yield from map(run_partition, specs)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(run_partition, specs)


def _rows(spec: PartitionSpec) -> Columns:
    root, parts = Path(spec.root), sorted(spec.parts, key=lambda p: p.path)
    table = parts[0].table
    if len(parts) == 1:
        stored = open_part(root, parts[0]).read()
        return Columns(table, from_storage(table, stored), stored.num_rows)
    return concat(list(merged(root, parts)), table)


def _function(name: str) -> Any:
    module, _, attribute = name.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as e:
        raise PluginError(
            f"{name!r} is no function ({e})", hint="write module:name of one that can be imported"
        ) from None


__all__ = ["PartitionSpec", "run_partition", "run_partitions", "specs_of"]
