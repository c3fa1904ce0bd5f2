"""Rows with the version at which each last changed, so that a page is sent what is new."""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.model.columns import Array


class Versioned:
    """Rows of one structured array by a key, and the version at which each last changed; removed rows stay as told."""

    def __init__(self, dtype: np.dtype[Any], ignore: tuple[str, ...] = ()) -> None:
        self.rows = np.zeros(0, dtype)
        self.versions = np.zeros(0, np.int64)
        self.version = 0
        self._compare = [n for n in dtype.names or () if n not in ignore]

    def update(self, rows: Array) -> None:
        """Take the rows as they are now, sorted by ``mmsi`` and unique."""
        versions = np.full(len(rows), self.version + 1, np.int64)
        if len(self.rows) and len(rows):
            at = np.searchsorted(self.rows["mmsi"], rows["mmsi"])
            at[at == len(self.rows)] = 0
            same = self.rows["mmsi"][at] == rows["mmsi"]
            for name in self._compare:
                old, new = self.rows[name][at], rows[name]
                same &= (old == new) | ((old != old) & (new != new))  # NaN is no change
            versions[same] = self.versions[at[same]]
        if len(rows) != len(self.rows) or (versions > self.version).any():
            self.version += 1
        self.rows, self.versions = rows, versions

    def since(self, version: int) -> Array:
        """Indices of the rows that changed after ``version``."""
        found: Array = np.flatnonzero(self.versions > version)
        return found
