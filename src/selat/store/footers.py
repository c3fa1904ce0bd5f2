"""Footers of history files: what each row group holds, parsed once a process, since files never change.

Also which ships each row group holds. Bounds say little of a ship in a month: nearly every group between the lowest and
the highest number of the sea may hold her, and few do. So the column of numbers of a file is read once, and what is kept
of it are the ships of each group.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from selat.model.columns import Array
from selat.model.schema import TABLES
from selat.store.codec import SPLIT, step_bounds
from selat.store.history import BOUNDED, Part, open_part

KEPT = 2048  #: footers: months of blocks of all tables
_LOW, _HIGH = np.iinfo(np.int64).min, np.iinfo(np.int64).max


class Footer:
    """A file's parsed footer. ``rows`` (groups,)."""

    def __init__(self, root: Path, part: Part) -> None:
        file = open_part(root, part)
        self.metadata = file.metadata
        self.path = root / part.path
        self.names = file.schema_arrow.names
        n = self.metadata.num_row_groups
        self.rows = np.array([self.metadata.row_group(i).num_rows for i in range(n)], dtype=np.int64)
        self.by_ship = TABLES[part.table].order[0] == "mmsi"
        self._bounds: dict[str, Array] = {}
        self._ships: tuple[Array, Array] | None = None
        file.close()

    def has(self, name: str) -> bool:
        """Whether there are bounds of a column."""
        return name in BOUNDED and name in self.names

    def bounds(self, name: str) -> Array:
        """Lowest and highest value of a stored column, or of ``lat`` and ``lon`` in 1e-7 degree, by row group (groups, 2)."""
        found = self._bounds.get(name)
        if found is None:
            found = step_bounds(self.bounds(f"{name}_ais")) if name in SPLIT else self._read(self.names.index(name))
            self._bounds[name] = found
        return found

    def _read(self, column: int) -> Array:
        out = np.empty((len(self.rows), 2), dtype=np.int64)
        for i in range(len(out)):
            statistics = self.metadata.row_group(i).column(column).statistics
            known = statistics is not None and statistics.has_min_max
            # no bounds: all null (nothing can match) unless the writer left statistics out
            out[i] = (statistics.min, statistics.max) if known else ((_HIGH, _LOW) if statistics else (_LOW, _HIGH))
        return out

    def ships(self) -> tuple[Array, Array]:
        """(MMSI, place in it where those of each group begin): which ships each row group holds."""
        if self._ships is None:
            file = pq.ParquetFile(self.path, metadata=self.metadata, pre_buffer=False)
            numbers = file.read(columns=["mmsi"], use_threads=False).column("mmsi").to_numpy()
            file.close()
            ends = np.cumsum(self.rows)
            each = [self._distinct(numbers[a:b]) for a, b in zip(ends - self.rows, ends, strict=True)]
            starts = np.cumsum([0, *(len(e) for e in each[:-1])])
            self._ships = np.concatenate(each or [numbers]), starts
        return self._ships

    def _distinct(self, numbers: Array) -> Array:
        if not self.by_ship:
            return np.unique(numbers)
        first = np.ones(len(numbers), bool)
        first[1:] = numbers[1:] != numbers[:-1]
        return numbers[first]

    def groups_of(self, ships: Sequence[int]) -> Array:
        """Numbers of the row groups that hold one of some ships."""
        who, starts = self.ships()
        if not len(who):
            return np.zeros(0, np.int64)
        return np.flatnonzero(np.logical_or.reduceat(np.isin(who, ships), starts))


_footers: OrderedDict[tuple[str, str], Footer] = OrderedDict()
_lock = threading.Lock()
_parsing = [threading.Lock() for _ in range(16)]


def footer(root: Path, part: Part) -> Footer:
    """The footer of a file. Who asks while another thread parses it waits for that one: it is parsed once."""
    key = (str(root / part.path), part.sha256)
    found = _known(key)
    if found is None:
        with _parsing[hash(key) % len(_parsing)]:
            found = _known(key)
            if found is None:
                found = Footer(root, part)
                with _lock:
                    _footers[key] = found
                    while len(_footers) > KEPT:
                        _footers.popitem(last=False)
    return found


def _known(key: tuple[str, str]) -> Footer | None:
    with _lock:
        found = _footers.get(key)
        if found is not None:
            _footers.move_to_end(key)
        return found


def warm(root: Path, parts: Sequence[Part], stop: threading.Event) -> int:
    """Parse the footers of files, and where their ships are, before anybody waits for it, the newest first, until
    ``stop``; how many."""
    n = 0
    for part in sorted(parts, key=lambda p: -p.block)[:KEPT]:
        if stop.is_set():
            break
        one = footer(root, part)
        if part.table == "reports":  # of the others a dossier reads little
            one.ships()
        n += 1
    return n
