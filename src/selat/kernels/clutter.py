"""What a radar shows where nothing is, and what it misses where something is: maps of both, learned as it turns.

Squares of one side about the antenna, in the plane of the antenna: distances there are for the choice of a square only.
Counts fade with the age of the turns. The density of false plots in a square is the mean of a Gamma distribution whose
prior is the density of the whole radar, weighing as much as :data:`PRIOR` false plots; the probability of detection that of a Beta
distribution whose prior is the whole radar's, weighing as :data:`LOOKS` looks.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from selat.kernels._jit import inline, jit
from selat.kernels.geodesy import delta

PRIOR = 12.0
LOOKS = 10.0


class Cells(NamedTuple):
    """Squares of ``side`` m, ``half`` of them to each side of (``lat``, ``lon``): sums by square, and of ``turns``.

    ``false`` plots that were nobody's; ``looks`` at targets that are there and ``hits`` among them.
    """

    lat: float
    lon: float
    side: float
    half: int
    false: Any
    looks: Any
    hits: Any


def _cell(c: Cells, lat: float, lon: float) -> int:
    """Number of the square of a place; -1 beyond all."""
    e, n = delta(c.lat, c.lon, lat, lon)
    size = 2 * c.half + 1
    if abs(e) > 1e9 or abs(n) > 1e9:
        return -1
    i, j = math.floor(n / c.side + 0.5) + c.half, math.floor(e / c.side + 0.5) + c.half
    if i < 0 or j < 0 or i >= size or j >= size:
        return -1
    return i * size + j


cell = inline(_cell)


def _density(c: Cells, lat: Any, lon: Any, turns: float, mean: float, out: Any) -> None:
    """``out``: false plots a m^2 and turn to be expected at each place; ``mean`` of the whole radar, ``turns`` learned from.

    The greatest of the square and those about it: a square that clutter fills in part has less than lies within the part.
    """
    weight, size = PRIOR / mean, 2 * c.half + 1
    known = turns * c.side * c.side
    for k in range(lat.size):
        i = cell(c, lat[k], lon[k])
        if i < 0:
            out[k] = mean
            continue
        row, column = i // size, i % size
        found = 0.0
        for a in range(max(row - 1, 0), min(row + 2, size)):
            for b in range(max(column - 1, 0), min(column + 2, size)):
                found = max(found, c.false[a * size + b])
        out[k] = (found + PRIOR) / (known + weight)


density = jit(_density)


def _chance(c: Cells, lat: Any, lon: Any, mean: float, least: float, most: float, out: Any) -> None:
    """``out``: probability that a target at each place is detected in a turn; ``mean`` of the whole radar."""
    for k in range(lat.size):
        i = cell(c, lat[k], lon[k])
        looks = c.looks[i] if i >= 0 else 0.0
        hits = c.hits[i] if i >= 0 else 0.0
        out[k] = min(max((hits + LOOKS * mean) / (looks + LOOKS), least), most)


chance = jit(_chance)


def _tally(c: Cells, lat: Any, lon: Any, weight: Any, into: Any) -> None:
    """Add ``weight`` to the squares of ``into`` (one of the maps)."""
    for k in range(lat.size):
        i = cell(c, lat[k], lon[k])
        if i >= 0:
            into[i] += weight[k]


tally = jit(_tally)


def _fade(c: Cells, keep: float) -> None:
    for k in range(c.false.size):
        c.false[k] *= keep
        c.looks[k] *= keep
        c.hits[k] *= keep


fade = jit(_fade)
