"""Sea paths on a grid of cells: against a finer twin by SciPy, lines that are clear, closed waters."""

from __future__ import annotations

import itertools
import math

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from selat.kernels import geodesy, seaway
from selat.kernels.seaway import clearance, sea_distance


def _twin(water, south, step, start):
    """Shortest paths in the graph of 80 kinds of steps, none across land: SciPy's Dijkstra, no corners, no heap of ours."""
    rows, columns = water.shape
    number = np.arange(water.size).reshape(water.shape)
    padded = np.pad(water, 5)
    ends, lengths = [], []
    for i, j in itertools.product(range(-5, 6), range(-5, 6)):
        if math.gcd(i, j) != 1:
            continue
        clear = np.ones(water.shape, bool)
        for k in range(21):
            a, b = 5 + round(i * k / 20), 5 + round(j * k / 20)
            clear &= padded[a : a + rows, b : b + columns]
        if abs(i) == abs(j) == 1:  # not between two cells of land that touch at a corner
            clear &= padded[5 + i : 5 + i + rows, 5 : 5 + columns] | padded[5 : 5 + rows, 5 + j : 5 + j + columns]
        r, c = np.nonzero(clear)
        my, mx = np.vectorize(geodesy.metres)(south + (np.arange(rows) + i / 2) * step)
        ends.append(np.stack([number[r, c], number[r + i, c + j]]))
        lengths.append(np.hypot(i * step * my, j * step * mx)[r])
    edges = coo_array((np.concatenate(lengths), np.concatenate(ends, axis=1)), shape=(water.size, water.size))
    return dijkstra(edges.tocsr(), indices=number[start]).reshape(water.shape)


def test_sea_paths_against_a_finer_twin():
    """A bay behind a headland and an island: within 1 % of the same land on a grid three times as fine."""
    water = np.ones((17, 23), bool)
    water[0:11, 7:9] = False
    water[7:10, 13:18] = False
    water = np.kron(water, np.ones((4, 4), bool))
    twin = _twin(np.kron(water, np.ones((3, 3), bool)), 1.0, 0.0025, (25, 25))[1::3, 1::3]
    mine = sea_distance(water, 1.0025, 103.0025, 0.0075, 8, 8)
    assert np.array_equal(np.isfinite(mine), np.isfinite(twin))
    both = np.isfinite(mine) & (twin > 5000)
    error = mine[both] / twin[both] - 1
    assert both.sum() > 4000 and np.abs(error).max() < 0.01
    for stride in (2, 4):
        coarse = sea_distance(water, 1.0025, 103.0025, 0.0075, 8, 8, stride)
        assert np.array_equal(np.isfinite(coarse), np.isfinite(twin))
        assert np.abs(coarse[both] / twin[both] - 1).max() < 0.01
    straight = float(geodesy.distance(1.0625, 103.0625, 1.0625, 103.55))
    assert mine[8, 73] > 1.3 * straight


def test_a_line_is_clear_where_every_third_of_a_cell_is():
    """The quick answer, which leaps as far as there is room, is that of trying every place."""
    rng = np.random.default_rng(3)
    for share in (0.02, 0.1, 0.4):
        water = rng.random((60, 80)) > share
        room = clearance(water)
        for _ in range(700):
            r0, r1 = rng.integers(0, 60, 2)
            c0, c1 = rng.integers(0, 80, 2)
            n = 3 * max(abs(r1 - r0), abs(c1 - c0))
            places = (
                (math.floor(r0 + (r1 - r0) * i / n + 0.5), math.floor(c0 + (c1 - c0) * i / n + 0.5))
                for i in range(1, n)
            )
            assert seaway._clear(room, int(r0), int(c0), int(r1), int(c1)) == all(water[p] for p in places)


def test_closed_waters_are_never_reached():
    water = np.ones((20, 20), bool)
    water[:, 10] = False
    away = sea_distance(water, 1.0, 103.0, 0.01, 5, 5)
    assert np.isinf(away[:, 10:]).all() and np.isfinite(away[:, :10]).all()
    assert np.isinf(sea_distance(water, 1.0, 103.0, 0.01, 5, 10)).all()
