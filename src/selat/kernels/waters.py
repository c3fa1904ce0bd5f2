"""Waters: cells of a grid that lie near each other, joined; numbered in the order of their first cell."""

from __future__ import annotations

from typing import Any

from selat.kernels._jit import bare
from selat.kernels.motion import first as first_from


def _joined(cell: Any, row: int, reach: int, number: Any, todo: Any) -> None:
    """Number of the water of each cell into ``number`` (n,), all -1 before; ``todo`` (n,) is room to work in.

    ``cell`` (n,): keys, y * ``row`` + x, ascending and each once. Cells at most ``reach`` apart in y and x are joined, and
    so is what they are joined to; at the ends of a row the key alone counts.
    """
    water = -1
    for first in range(cell.size):
        if number[first] >= 0:
            continue
        water += 1
        number[first], todo[0] = water, first
        left = 1
        while left > 0:
            left -= 1
            key = cell[todo[left]]
            for dy in range(-reach, reach + 1):
                k = first_from(cell, 0, cell.size, key + dy * row - reach)
                while k < cell.size and cell[k] <= key + dy * row + reach:
                    if number[k] < 0:
                        number[k], todo[left] = water, k
                        left += 1
                    k += 1


joined = bare(_joined)
