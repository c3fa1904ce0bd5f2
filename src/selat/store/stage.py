"""Rows on their way into the history: held in long arrays that are filled batch by batch and used again.

A batch is copied while it is still in the processor's cache; what is committed lies in one piece, without joining
hundreds of small arrays first, and the memory of one commit serves the one after the next.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

import numpy as np

from selat.model.columns import Array, Columns, concat
from selat.model.schema import TABLES

FIRST = 1 << 16  #: rows that there is room for at first
SECOND = 1 << 22  #: then, at once: memory that is not touched costs nothing, but copying does


def is_one(a: Array, b: Array) -> bool:
    """True for two views of the same values: archives tell no time of reception, and ``received`` is ``time``."""
    return a.dtype == b.dtype and len(a) == len(b) and a.strides == b.strides and a.ctypes.data == b.ctypes.data


class Arena:
    """Growing columns of one table of numbers. ``received`` is not held while it is ``time`` in every batch."""

    def __init__(self, table: str) -> None:
        self.table = TABLES[table]
        self.rows = 0
        self._arrays: dict[str, Array] = {c.name: np.empty(FIRST, dtype=c.stored) for c in self.table.columns}
        self._room = FIRST
        self._twins = {"time", "received"} <= self._arrays.keys()
        if self._twins:
            del self._arrays["received"]

    def add(self, columns: Columns) -> None:
        """Copy rows to the end."""
        end = self.rows + columns.rows
        if end > self._room:
            self._room = max(SECOND, 2 * end if end > SECOND else 0)
            for name, old in self._arrays.items():
                self._arrays[name] = np.empty(self._room, dtype=old.dtype)
                self._arrays[name][: self.rows] = old[: self.rows]
        if self._twins and not is_one(columns["time"], columns["received"]):
            self._twins = False
            self._arrays["received"] = np.empty(self._room, dtype=self._arrays["time"].dtype)
            self._arrays["received"][: self.rows] = self._arrays["time"][: self.rows]
        for name, into in self._arrays.items():
            into[self.rows : end] = columns[name]
        self.rows = end

    def columns(self) -> Columns:
        """The rows, without copying: good until the arena is used again."""
        data = {n: a[: self.rows] for n, a in self._arrays.items()}
        if self._twins:
            data["received"] = data["time"]
        return Columns(self.table, data, self.rows)


class Staged:
    """The rows of one commit."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._arenas: dict[str, Arena] = {}
        self._others: dict[str, list[Columns]] = {}

    def add(self, columns: Columns) -> None:
        """Hold rows; those of tables of numbers are copied."""
        name = columns.table.name
        if name not in self._stage.numeric:
            self._others.setdefault(name, []).append(columns)
            return
        if name not in self._arenas:
            self._arenas[name] = self._stage.arena(name)
        self._arenas[name].add(columns)

    def table(self, name: str) -> Columns:
        """All rows of a table."""
        return self._arenas[name].columns() if name in self._arenas else concat(self._others.get(name, []), name)

    def done(self) -> None:
        """They are written: give the memory back."""
        self._stage.give_back(self._arenas)
        self._arenas, self._others = {}, {}


class Stage:
    """Where rows are held, commit after commit."""

    def __init__(self, tables: tuple[str, ...]) -> None:
        kinds = {t: {np.dtype(c.stored).kind for c in TABLES[t].columns} for t in tables}
        self.numeric = frozenset(t for t in tables if kinds[t] <= set("iuf"))
        self._spare: deque[Arena] = deque()

    def begin(self) -> Staged:
        """Room for the rows of one commit."""
        return Staged(self)

    def arena(self, table: str) -> Arena:
        """An empty arena, one that was used before if there is any."""
        for _ in range(len(self._spare)):
            arena = self._spare.popleft()
            if arena.table.name == table:
                arena.rows = 0
                return arena
            self._spare.append(arena)
        return Arena(table)

    def give_back(self, arenas: Mapping[str, Arena]) -> None:
        """Arenas that may be used again; any thread may call it."""
        self._spare.extend(arenas.values())
