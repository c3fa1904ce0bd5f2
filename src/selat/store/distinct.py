"""Values once each."""

from __future__ import annotations

import numpy as np

from selat.model.columns import Array


def distinct(values: Array) -> Array:
    """The values of an array once each, sorted.

    NumPy's unique hashes whole numbers, which takes 1.7 s for two million; a stable sort of what is nearly sorted, as rows
    by ship and time are, takes 4 ms.
    """
    out = np.sort(values, kind="stable")
    first = np.ones(len(out), bool)
    np.not_equal(out[1:], out[:-1], out=first[1:])
    return out[first]


class Distinct:
    """Whole numbers that come some at a time, once each."""

    def __init__(self) -> None:
        self._held: list[Array] = []
        self._size, self._merge = 0, 1 << 20

    def take(self, values: Array) -> None:
        """More values."""
        found = distinct(np.asarray(values, np.int64))
        self._held.append(found)
        self._size += len(found)
        if self._size > self._merge:
            self._held = [self.values()]
            self._size = len(self._held[0])
            self._merge = max(2 * self._size, self._merge)

    def values(self) -> Array:
        """All of them, sorted."""
        return distinct(np.concatenate([np.zeros(0, np.int64), *self._held]))
