"""Columns: a table in its stored layout, as NumPy arrays by name. What flows between readers, steps and the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.model.errors import SchemaError
from selat.model.schema import TABLES, Table

Array = NDArray[Any]


class Columns(Mapping[str, Array]):
    """Arrays of equal length under the names of a :class:`~selat.model.schema.Table`.

    Missing columns are filled with their null sentinel (0 or empty where a column has none), when they are first asked for.
    Raises :class:`SchemaError` for an unknown column or unequal lengths.
    """

    __slots__ = ("_data", "_n", "table")

    def __init__(self, table: str | Table, data: Mapping[str, Array], n: int | None = None) -> None:
        self.table = TABLES[table] if isinstance(table, str) else table
        unknown = set(data) - set(self.table.names)
        if unknown:
            raise SchemaError(f"{self.table.name} has no column {sorted(unknown)[0]!r}")
        self._n = n if n is not None else (len(next(iter(data.values()))) if data else 0)
        self._data: dict[str, Array] = {}
        for name, values in data.items():
            if len(values) != self._n:
                raise SchemaError(f"{name}: {len(values)} values in a table of {self._n} rows")
            self._data[name] = np.asarray(values, dtype=self.table[name].stored)

    def __getitem__(self, name: str) -> Array:
        values = self._data.get(name)
        if values is None:
            column = self.table[name]
            values = self._data[name] = blank(column.stored, column.null, self._n)
        return values

    def __contains__(self, name: object) -> bool:
        return name in self.table.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.table.names)

    def __len__(self) -> int:
        """Number of columns, as of any mapping; rows are counted by :attr:`rows`."""
        return len(self.table.names)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self._n

    @property
    def given(self) -> tuple[str, ...]:
        """Names of the columns that are there, those that nobody gave or asked for left out."""
        return tuple(self._data)

    def take(self, index: Array) -> Columns:
        """Rows by a boolean mask or an index array, in that order."""
        n = int(np.count_nonzero(index)) if np.asarray(index).dtype == bool else len(index)
        return Columns(self.table, {k: v[index] for k, v in self._data.items()}, n)

    def slice(self, start: int, stop: int) -> Columns:
        """Rows ``start`` to ``stop`` without copying."""
        n = len(range(*slice(start, stop).indices(self._n)))
        return Columns(self.table, {k: v[start:stop] for k, v in self._data.items()}, n)

    def replace(self, **columns: Array) -> Columns:
        """The same rows with some columns exchanged."""
        return Columns(self.table, {**self._data, **columns}, self._n)


def blank(stored: str, null: int | bytes | None, n: int) -> Array:
    """``n`` stored values that mean "not available"."""
    if stored == "object":
        return np.full(n, None, dtype=object)
    if null is None or isinstance(null, bytes):
        return np.zeros(n, dtype=stored)
    return np.full(n, null, dtype=stored)


def empty(table: str | Table) -> Columns:
    """A table without rows."""
    return Columns(table, {}, 0)


def concat(parts: Iterable[Columns], table: str | Table) -> Columns:
    """Rows of all parts, one after another."""
    parts = [p for p in parts if p.rows]
    if not parts:
        return empty(table)
    if len(parts) == 1:
        return parts[0]
    given = dict.fromkeys(name for p in parts for name in p.given)
    return Columns(table, {k: np.concatenate([p[k] for p in parts]) for k in given}, sum(p.rows for p in parts))
