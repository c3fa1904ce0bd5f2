"""Ways over water: within 1 % of fine-grid twins in the real Strait, whatever the grid; lines, saddles, closed waters."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from selat.assist.response import Waters, fine_step
from selat.kernels import geodesy, seamesh
from selat.kernels.seapaths import Mesh, field_of
from selat.model.errors import ConfigError

pytestmark = pytest.mark.long

STEP = 0.0025
#: box, places with a boat: Johor and Singapore's islands, Port Klang's, the islands of the west coast, Riau
REGIONS = {
    "singapore": ((103.55, 1.1, 104.45, 1.6), [(1.4325, 103.905), (1.25, 103.75), (1.3445, 103.5608), (1.455, 103.7625)]),
    "klang": ((100.9, 2.6, 101.8, 3.3), [(3.0, 101.36), (2.943, 101.2888)]),
    "west coast": ((99.5, 5.0, 100.6, 6.6), [(5.41, 100.34), (6.31, 99.85)]),
    "riau": ((103.2, 0.5, 104.2, 1.3), [(1.01, 103.375), (1.0929, 103.9345)]),
}  # fmt: skip


@pytest.mark.parametrize("region", REGIONS)
def test_a_grid_four_times_as_fine_tells_the_same_ways(region):
    """Thousands of pairs; worst within 1 %, and no passage that only one of the two finds."""
    box, bases = REGIONS[region]
    waters, fine = Waters.of_coast(box), Waters.of_coast(box, STEP / 4)
    assert waters.step == STEP
    rng = np.random.default_rng(7)
    lat, lon = rng.uniform(box[1], box[3], 2000), rng.uniform(box[0], box[2], 2000)
    sea = waters.mesh.at_sea(waters.mesh.cells(lat, lon))
    assert np.array_equal(sea, fine.mesh.at_sea(fine.mesh.cells(lat, lon))), "one sea, whatever the grid"
    lat, lon = lat[sea], lon[sea]
    for base in bases:
        have, want = waters.travel(base, lat, lon), fine.travel(base, lat, lon)
        assert np.array_equal(np.isfinite(have), np.isfinite(want))
        far = np.isfinite(want) & (want > 1500)
        assert far.sum() > 600 and np.abs(have[far] / want[far] - 1).max() < 0.01


def _field_twin(waters: Waters, lat: float, lon: float, parts: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Metres to every node of a lattice ``parts`` times as fine, by SciPy's Dijkstra over 80 kinds of steps.

    A step is taken where the field, bilinear between the nodes, is above zero at 21 places along it: no line of ours, no
    corners, no heap. Also the latitudes and longitudes of the lattice.
    """
    rows, columns = waters.field.shape
    y, x = np.arange((rows - 1) * parts + 1) / parts, np.arange((columns - 1) * parts + 1) / parts

    def value(v: np.ndarray, u: np.ndarray) -> np.ndarray:
        r, c = np.minimum(v.astype(int), rows - 2), np.minimum(u.astype(int), columns - 2)
        v, u = (v - r)[:, None], (u - c)[None, :]
        f = waters.field.astype(np.float64)
        low = f[np.ix_(r, c)] * (1 - u) + f[np.ix_(r, c + 1)] * u
        return low * (1 - v) + (f[np.ix_(r + 1, c)] * (1 - u) + f[np.ix_(r + 1, c + 1)] * u) * v

    water = value(y, x) > 0
    number = np.arange(water.size).reshape(water.shape)
    ends, lengths = [], []
    for i, j in itertools.product(range(0, 6), range(-5, 6)):
        if math.gcd(i, j) != 1 or (i == 0 and j < 0):
            continue
        a, b = slice(0, len(y) - i), slice(max(0, -j), len(x) - max(0, j))
        clear = water[a, b] & water[i:, max(0, j) : len(x) - max(0, -j)]
        for k in range(1, 20):
            clear &= value(y[a] + i * k / 20 / parts, x[b] + j * k / 20 / parts) > 0
        r, c = np.nonzero(clear)
        c = c + max(0, -j)
        my, mx = np.vectorize(geodesy.metres)(waters.south + (y + i / 2 / parts) * waters.step)
        step = waters.step / parts
        ends.append(np.stack([number[r, c], number[r + i, c + j]]))
        lengths.append(np.hypot(i * step * my, j * step * mx)[r])
    size = water.size
    edges = coo_array((np.concatenate(lengths), np.concatenate(ends, axis=1)), shape=(size, size)).tocsr()
    lats, lons = waters.south + y * waters.step, waters.west + x * waters.step
    start = number[np.abs(lats - lat).argmin(), np.abs(lons - lon).argmin()]
    return dijkstra(edges, directed=False, indices=start).reshape(water.shape), lats, lons


@pytest.mark.parametrize(("box", "base", "parts"), [
    ((103.75, 1.15, 104.25, 1.5), (1.4325, 103.905), 4), ((103.6, 1.1, 104.0, 1.35), (1.25, 103.75), 6),
    ((101.1, 2.8, 101.5, 3.15), (3.0, 101.3625), 6),
])  # fmt: skip
def test_ways_are_those_of_scipy_on_a_fine_lattice(box, base, parts):
    """The Johor Strait, Singapore's islands, Port Klang: worst within 1 % of paths found without any of our code."""
    waters = Waters.of_coast(box)
    want, lats, lons = _field_twin(waters, *base, parts)
    r, c = np.nonzero(np.isfinite(want) & (want > 5000))
    some = np.random.default_rng(3).choice(len(r), 4000, replace=False)
    have = waters.travel(base, lats[r[some]], lons[c[some]])
    assert np.isfinite(have).all(), "no passage that the lattice finds is shut"
    error = have / want[r[some], c[some]] - 1
    assert np.abs(error).max() < 0.01


def test_a_bay_behind_a_headland_and_an_island():
    """Cells of land and water, their edge where two of them meet: within 1 % of the same on a grid three times as fine."""
    water = np.ones((17, 23), bool)
    water[0:11, 7:9] = False
    water[7:10, 13:18] = False
    water = np.kron(water, np.ones((4, 4), bool))
    waters = Waters(field_of(water, 800.0), 1.0025, 103.0025, 0.0075)
    want, lats, lons = _field_twin(waters, 1.0625, 103.0625, 3)
    r, c = np.nonzero(np.isfinite(want) & (want > 5000))
    have = waters.travel((1.0625, 103.0625), lats[r], lons[c])
    assert len(r) > 4000 and np.abs(have / want[r, c] - 1).max() < 0.01
    straight = float(geodesy.distance(1.0625, 103.0625, 1.0625, 103.55))
    assert waters.travel((1.0625, 103.0625), np.array([1.0625]), np.array([103.55]))[0] > 1.3 * straight


def test_a_line_is_clear_where_every_place_on_it_is():
    """Solving the field cell by cell, with leaps where there is room, is trying a thousand places."""
    rng = np.random.default_rng(3)
    for spread in (1.0, 3.0):
        field = rng.normal(0.4, 1.0, (60, 80))
        field = np.asarray(field if spread == 1.0 else np.cumsum(field, axis=1) * 0.2, np.float32) * 100
        unit = float(max(np.abs(np.diff(field, axis=0)).max(), np.abs(np.diff(field, axis=1)).max()))
        seen = [0, 0]
        for _ in range(800):
            y0, x0, y1, x1 = rng.uniform(0, 59), rng.uniform(0, 79), rng.uniform(0, 59), rng.uniform(0, 79)
            y1, x1 = y0 + (y1 - y0) * 0.1, x0 + (x1 - x0) * 0.1
            t = np.linspace(0, 1, 1500)
            least = min(seamesh._value(field, y0 + (y1 - y0) * s, x0 + (x1 - x0) * s) for s in t)
            if abs(least) > 0.5:
                found = seamesh._clear(field, unit, y0, x0, y1, x1)
                assert found == (least > 0)
                seen[found] += 1
        assert min(seen) > 25


def test_a_saddle_joins_two_waters_or_parts_them():
    """Two cells of water that touch at a corner: the field between them decides, not the grid."""
    for deep, joined in ((30.0, True), (5.0, False)):
        field = np.full((8, 8), -500.0, np.float32)
        field[:4, :4] = 300.0
        field[4:, 4:] = 300.0
        field[3, 3] = field[4, 4] = deep
        field[3, 4] = field[4, 3] = -12.0
        for parts in (1, 2, 5):
            n = 7 * parts + 1
            fine = np.array(
                [[seamesh._value(field, i / parts, j / parts) for j in range(n)] for i in range(n)], np.float32
            )
            mesh = Mesh(fine, 1.0, 103.0, 0.0025 / parts)
            away = mesh.away(1.0 * parts, 1.0 * parts, np.array([[6.0 * parts, 6.0 * parts]]))
            assert np.isfinite(away[0]) == joined


def test_open_water_is_exact_and_closed_water_is_never_reached():
    waters = Waters(np.full((200, 200), 1e6, np.float32), 2.0, 100.0, STEP)
    rng = np.random.default_rng(2)
    lat, lon = 2.01 + rng.random(300) * 0.48, 100.01 + rng.random(300) * 0.48
    have = waters.travel((2.2513, 100.2538), lat, lon)
    assert np.abs(have - geodesy.distance(np.full(300, 2.2513), np.full(300, 100.2538), lat, lon)).max() < 10
    water = np.ones((20, 20), bool)
    water[:, 10] = False
    waters = Waters(field_of(water, 1100.0), 1.0, 103.0, 0.01)
    lat, lon = 1.0 + 0.01 * np.arange(20), 103.0 + 0.01 * np.arange(20)
    away = waters.away((1.05, 103.05), lat, lon)
    assert np.isinf(away[:, 11:]).all() and np.isfinite(away[:, :10]).all()
    assert np.isinf(waters.away((1.05, 103.05), lat, lon, 3000.0)[:, 9]).all(), "no farther than asked"


def test_the_peninsula_is_in_the_way():
    waters = Waters.of_coast((101.0, 0.8, 105.0, 4.5))
    assert fine_step((94.5, 0.0, 105.5, 7.5)) == STEP
    port_dickson = (2.52, 101.79)
    kuantan = (np.array([3.98]), np.array([103.45]))
    by_sea = waters.travel(port_dickson, *kuantan)[0]
    assert by_sea > 1.9 * float(geodesy.distance(*port_dickson, 3.98, 103.45))
    with pytest.raises(ConfigError, match="not at sea"):
        waters.travel((3.5, 102.5), *kuantan)
    assert np.isnan(waters.travel(port_dickson, np.array([3.5, 50.0]), np.array([102.5, 102.0]))).all()
