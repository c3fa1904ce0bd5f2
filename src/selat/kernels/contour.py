"""Lines of equal value of a grid, as closed rings: marching squares (W. E. Lorensen and H. E. Cline, 1987, in two dimensions)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
# For each of the 16 patterns of corners above the level (1: south-west, 2: south-east, 4: north-east, 8: north-west):
# lines from side to side (0 south, 1 east, 2 north, 3 west) with what is above on their left.
_LINES: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((0, 3),), 2: ((1, 0),), 3: ((1, 3),), 4: ((2, 1),), 6: ((2, 0),), 7: ((2, 3),), 8: ((3, 2),), 9: ((0, 2),),
    11: ((1, 2),), 12: ((3, 1),), 13: ((0, 1),), 14: ((3, 0),),
}  # fmt: skip
_SADDLE = {5: (((0, 3), (2, 1)), ((0, 1), (2, 3))), 10: (((1, 0), (3, 2)), ((3, 0), (1, 2)))}


def rings(grid: Array, level: float) -> list[Array]:
    """Closed rings (m, 2) of (column, row), without the first point repeated, higher values on their left.

    ``grid`` (rows, columns); what lies outside is below every level, so that all rings close.
    """
    padded = np.pad(np.asarray(grid, np.float64), 1, constant_values=min(float(np.min(grid)), level) - 1.0)
    above = padded > level
    code = above[:-1, :-1] + 2 * above[:-1, 1:] + 4 * above[1:, 1:] + 8 * above[1:, :-1]
    after: dict[tuple[int, int, int], tuple[int, int, int]] = {}
    for r, c in np.argwhere((code > 0) & (code < 15)).tolist():
        pattern = int(code[r, c])
        if pattern in _SADDLE:
            middle = padded[r : r + 2, c : c + 2].mean() > level
            lines = _SADDLE[pattern][int(middle)]
        else:
            lines = _LINES[pattern]
        for a, b in lines:
            after[_edge(r, c, a)] = _edge(r, c, b)
    out = []
    while after:
        start, here = next(iter(after.items()))
        ring = [start]
        del after[start]
        while here != start:
            ring.append(here)
            here = after.pop(here)
        out.append(_places(np.array(ring), padded, level))
    return out


def _edge(r: int, c: int, side: int) -> tuple[int, int, int]:
    """(row, column, 0 along a row or 1 along a column) of a cell's side."""
    return ((r, c, 0), (r, c + 1, 1), (r + 1, c, 0), (r, c, 1))[side]


def _places(edges: Array, padded: Array, level: float) -> Array:
    r, c, upward = edges[:, 0], edges[:, 1], edges[:, 2]
    one, two = padded[r, c], padded[r + upward, c + 1 - upward]
    f = (level - one) / (two - one)
    return np.stack([c + f * (1 - upward) - 1.0, r + f * upward - 1.0], 1)
