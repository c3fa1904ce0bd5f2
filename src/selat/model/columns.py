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

    Missing columns are filled with their null sentinel (0 or empty where a column has none).
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
        for column in self.table.columns:
            values = data.get(column.name)
            if values is None:
                self._data[column.name] = blank(column.stored, column.null, self._n)
            elif len(values) != self._n:
                raise SchemaError(f"{column.name}: {len(values)} values in a table of {self._n} rows")
            else:
                self._data[column.name] = np.asarray(values, dtype=column.stored)

    def __getitem__(self, name: str) -> Array:
        return self._data[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        """Number of columns, as of any mapping; rows are counted by :attr:`rows`."""
        return len(self._data)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self._n

    def take(self, index: Array) -> Columns:
        """Rows by a boolean mask or an index array, in that order."""
        data = {k: v[index] for k, v in self._data.items()}
        return Columns(self.table, data, len(next(iter(data.values()))))

    def slice(self, start: int, stop: int) -> Columns:
        """Rows ``start`` to ``stop`` without copying."""
        data = {k: v[start:stop] for k, v in self._data.items()}
        return Columns(self.table, data, len(next(iter(data.values()))))

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
    return Columns(table, {k: np.concatenate([p[k] for p in parts]) for k in parts[0]}, sum(p.rows for p in parts))
