"""Cells of a tenth of a degree, only those that something was seen in: numbers by place, sums over neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

CELL = 0.1  #: degrees
_ROUND = 3600  #: cells in a circle of latitude
Ints = NDArray[np.int64]


def keys_of(lat: Any, lon: Any) -> Ints:
    """Key of the cell of each place (deg)."""
    y = np.floor((np.asarray(lat, "f8") + 90.0) / CELL).astype("i8")
    x = np.floor((np.asarray(lon, "f8") + 180.0) / CELL).astype("i8") % _ROUND
    keys: Ints = y * _ROUND + x
    return keys


def around(keys: Ints) -> Ints:
    """Keys (n, 9) of each cell and those that touch it, itself first."""
    y, x = keys // _ROUND, keys % _ROUND
    steps = [(0, 0), (-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)]
    return np.stack([(y + dy) * _ROUND + (x + dx) % _ROUND for dy, dx in steps], axis=-1)


class Cells:
    """Numbered cells; tables by number (rows of arrays) grow with them. Numbers follow the order of the keys."""

    def __init__(self, **shapes: tuple[int, ...]) -> None:
        self.keys: Ints = np.zeros(0, "i8")
        self.tables: dict[str, NDArray[Any]] = {name: np.zeros((0, *shape)) for name, shape in shapes.items()}

    def __len__(self) -> int:
        return len(self.keys)

    def find(self, keys: Any) -> Ints:
        """Number of each cell, -1 for one that is not known."""
        keys = np.asarray(keys, "i8")
        if not len(self.keys):
            return np.full(keys.shape, -1, "i8")
        at = np.searchsorted(self.keys, keys)
        at[at == len(self.keys)] = 0
        return np.where(self.keys[at] == keys, at, -1)

    def meet(self, keys: Ints) -> Ints:
        """Number of each cell; those that were not known are added, empty."""
        fresh = np.setdiff1d(keys, self.keys)
        if fresh.size:
            both = np.concatenate([self.keys, fresh])
            order = np.argsort(both, kind="stable")
            self.keys = both[order]
            for name, table in self.tables.items():
                more = np.zeros((fresh.size, *table.shape[1:]))
                self.tables[name] = np.concatenate([table, more])[order]
        return np.searchsorted(self.keys, keys)

    def gather(self, name: str, numbers: Ints) -> NDArray[Any]:
        """Rows of a table by number; zeros for -1."""
        table = self.tables[name]
        if not len(table):
            return np.zeros((*numbers.shape, *table.shape[1:]))
        out = table[np.maximum(numbers, 0)]
        out[numbers < 0] = 0.0
        return out

    def state(self) -> dict[str, Any]:
        """As plain arrays."""
        return {"keys": self.keys.copy(), **{k: v.copy() for k, v in self.tables.items()}}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a saved :meth:`state`."""
        self.keys = np.array(state["keys"])
        self.tables = {k: np.array(state[k]) for k in self.tables}
