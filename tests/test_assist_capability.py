"""Capability: published figures met, simulation within its bounds, sea paths against a fine twin, real incidents."""

from __future__ import annotations

import csv
import itertools
import json
import math

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from selat.assist.basing import covering, median
from selat.assist.effect import claim, detectable, interval, power
from selat.assist.response import Waters, before_and_after, fine_step, measures, times
from selat.assist.sensing import IMO_ROWS, Barrier, detection, gaps, horizon, radar_range, revisit
from selat.kernels import geodesy, seaway
from selat.kernels.seaway import clearance, sea_distance
from selat.model.errors import ConfigError
from selat.model.nouns import Asset
from selat.model.units import KNOT, NAUTICAL_MILE


@pytest.mark.parametrize("name", IMO_ROWS)
def test_radar_is_within_ten_percent_of_the_standard(name):
    height, section, published = IMO_ROWS[name]
    assert radar_range(15.0, height, section) / NAUTICAL_MILE == pytest.approx(published, rel=0.10)


def test_radar_never_sees_beyond_the_horizon_and_grows_with_height():
    assert radar_range(4.0, 1.0, 1e9) == horizon(4.0, 1.0)
    assert radar_range(30.0, 2.0, 2.5) == pytest.approx(math.sqrt(2) * radar_range(15.0, 2.0, 2.5))
    assert horizon(30, 20) / NAUTICAL_MILE == pytest.approx(22, abs=0.5)
    assert horizon(100, 3) / NAUTICAL_MILE == pytest.approx(26, abs=0.5)


BARRIERS = [(40, 5, 15, 10), (40, 5, 30, 10), (40, 10, 20, 15), (20, 6, 12, 12), (60, 12, 25, 20), (40, 3, 30, 12)]


@pytest.mark.parametrize("row", BARRIERS)
def test_a_barrier_lies_within_its_bounds(row):
    lane, sweep, patrol, target = row
    barrier = Barrier(lane * NAUTICAL_MILE, sweep * NAUTICAL_MILE, patrol * KNOT, target * KNOT)
    share, error = barrier.simulated(20_000, seed=1)
    low, high = barrier.bounds
    assert low - 3 * error <= share <= high + 3 * error
    assert share > 0.9 * barrier.rate
    assert barrier.simulated(2000, 5) == barrier.simulated(2000, 5)


def test_search_figures():
    assert detection(1.0) == pytest.approx(0.632, abs=1e-3)
    assert revisit(100.0, 2, 1.0, 5.0) == 10.0
    assert gaps(np.array([10.0, 40.0]), 0.0, 50.0) == {
        "mean": pytest.approx(50 / 3),
        "p90": pytest.approx(26.0),
        "longest": 30.0,
    }


@pytest.mark.parametrize(
    ("rate", "one", "three"),
    [(10, 0.93, 0.62), (20, 0.74, 0.47), (60, 0.47, 0.28), (108, 0.36, 0.22), (226, 0.26, 0.15)],
)
def test_the_detectable_change(rate, one, three):
    """Within two points of independently computed figures; a tie in the discrete test decides the last point."""
    assert detectable(rate, 1, 1) == pytest.approx(one, abs=0.02)
    assert detectable(rate, 3, 3) == pytest.approx(three, abs=0.02)


def test_power_is_the_size_without_a_change():
    assert power(50, 50, 0.5) <= 0.05
    rng = np.random.default_rng(1)
    from scipy.stats import binomtest

    cache = {}
    a, b = rng.poisson(30, 4000), rng.poisson(12, 4000)
    hits = 0
    for x, y in zip(a.tolist(), b.tolist(), strict=True):
        key = (y, x + y)
        if key not in cache:
            cache[key] = 2 * min(binomtest(y, x + y, 0.5, alternative=s).pvalue for s in ("less", "greater")) <= 0.05
        hits += cache[key]
    assert hits / 4000 == pytest.approx(power(30, 12, 0.5), abs=0.03)


def test_no_effect_is_claimed_from_few_incidents():
    assert claim([55, 63, 62], [50], 0.05).startswith("No effect is claimed")
    assert "vary" in claim([10, 200, 30], [5, 5, 5], 0.9)
    assert claim([100, 98, 105], [40, 42, 41], 0.5).startswith("Counts fell by 59%")
    assert detectable(1, 1, 1) is None
    with pytest.raises(ConfigError):
        detectable(0, 1, 1)


def test_pmed1(shared):
    with (shared / "assist" / "orlib_pmed1.txt").open() as source:
        n, edges, p = map(int, source.readline().split())
        away = np.full((n, n), np.inf)
        np.fill_diagonal(away, 0)
        for _ in range(edges):
            i, j, d = map(int, source.readline().split())
            away[i - 1, j - 1] = away[j - 1, i - 1] = d  # the last of repeated edges counts
    for k in range(n):
        away = np.minimum(away, away[:, [k]] + away[[k], :])
    found = median(away, np.ones(n), p)
    assert found.proven and found.value == pytest.approx(5819) and len(found.chosen) == p


def test_small_cases_against_all_choices():
    rng = np.random.default_rng(2)
    for _ in range(8):
        reach, weight = rng.random((30, 7)) < 0.3, rng.random(30)
        away = rng.random((30, 7))
        for p, backup in ((1, 0.0), (2, 0.0), (3, 0.4)):

            def worth(s, reach=reach, weight=weight, backup=backup):
                count = reach[:, list(s)].sum(axis=1)
                return float((weight * ((count >= 1) + backup * (count >= 2))).sum())

            best = max(map(worth, itertools.combinations(range(7), p)))
            found = covering(reach, weight, p, backup=backup)
            assert found.proven and found.value == pytest.approx(worth(found.chosen)) == pytest.approx(best)
            least = min(
                float((weight * away[:, list(s)].min(axis=1)).sum()) for s in itertools.combinations(range(7), p)
            )
            assert median(away, weight, p).value == pytest.approx(least)
    with pytest.raises(ConfigError):
        covering(reach, weight, 8)


def test_a_large_covering_is_proven():
    rng = np.random.default_rng(1)
    cells, sites = rng.uniform(0, 400, (20_000, 2)), rng.uniform(0, 400, (60, 2))
    reach = np.hypot(*(cells[:, None, :] - sites[None]).transpose(2, 0, 1)) < 60
    found = covering(reach, rng.exponential(1.0, 20_000), 10, limit=100)
    assert found.proven and len(found.chosen) == 10


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


def test_the_way_out_of_johor_does_not_hang_on_the_grid():
    """Real land: within 1 % of SciPy's paths on the same grid; nearly everywhere within 1 % on a grid twice as fine."""
    box, base = (103.75, 1.2, 104.35, 1.5), (1.4325, 103.905)
    waters = Waters.of_coast(box)
    assert waters.step == 0.00125 and fine_step((94.5, 0.0, 105.5, 7.5)) == 0.005
    twin = _twin(waters.water, box[1], waters.step, waters.cell(*base))
    mine = waters.away(base)
    far = np.isfinite(twin) & (twin > 5000)
    assert np.array_equal(np.isfinite(twin), np.isfinite(mine)) and np.abs(mine[far] / twin[far] - 1).max() < 0.01
    fine = Waters.of_coast(box, 0.000625)
    finer = fine.away(base)
    r, c = np.nonzero(np.isfinite(finer) & (finer > 5000))
    some = np.random.default_rng(1).choice(len(r), 4000, replace=False)
    want = finer[r[some], c[some]]
    have = waters.travel(base, box[1] + r[some] * fine.step, box[0] + c[some] * fine.step)
    assert np.isfinite(have).all()
    error = np.abs(have / want - 1)
    assert np.quantile(error, 0.99) < 0.01 and error.max() < 0.06, "what is more lies in channels narrower than a cell"


def test_between_nodes_in_open_water():
    """Far from land only some cells are nodes; the others are reached straight on: exact where nothing is in the way."""
    waters = Waters(np.ones((200, 200), bool), 2.0, 100.0, 0.0025)
    waters.water[0, 0] = False
    assert waters.stride == 4
    rng = np.random.default_rng(2)
    lat, lon = 2.01 + rng.random(300) * 0.48, 100.01 + rng.random(300) * 0.48
    have = waters.travel((2.2513, 100.2538), lat, lon)
    assert np.abs(have - geodesy.distance(np.full(300, 2.2513), np.full(300, 100.2538), lat, lon)).max() < 400
    assert np.isfinite(waters.away((2.2513, 100.2538))[1:, 1:]).all()


def test_closed_waters_are_never_reached():
    water = np.ones((20, 20), bool)
    water[:, 10] = False
    away = sea_distance(water, 1.0, 103.0, 0.01, 5, 5)
    assert np.isinf(away[:, 10:]).all() and np.isfinite(away[:, :10]).all()
    assert np.isinf(sea_distance(water, 1.0, 103.0, 0.01, 5, 10)).all()


def test_the_peninsula_is_in_the_way():
    waters = Waters.of_coast((101.0, 0.8, 105.0, 4.5), 0.02)
    port_dickson = (2.52, 101.79)
    kuantan = (np.array([3.98]), np.array([103.45]))
    by_sea = waters.travel(port_dickson, *kuantan)[0]
    assert by_sea > 1.9 * float(geodesy.distance(*port_dickson, 3.98, 103.45))
    with pytest.raises(ConfigError, match="not at sea"):
        waters.cell(3.5, 102.5)


ASSETS = [
    Asset("old", "boat", 1.3, 103.5, speed=10.0),
    Asset("new", "boat", 1.3, 104.2, speed=20.0, endurance=4 * 3600),
]


def test_before_and_after():
    rng = np.random.default_rng(1)
    travel = rng.uniform(0, 120_000, (2, 300))
    told = before_and_after(ASSETS[:1], ASSETS[1:], travel)
    assert told["gain"]["low"] <= told["gain"]["value"] <= told["gain"]["high"] and told["gain"]["value"] > 0
    assert told["with_minus_without"]["new"] == pytest.approx(told["gain"]["value"])
    assert json.dumps(told) == json.dumps(before_and_after(ASSETS[:1], ASSETS[1:], travel))
    first = told["after"][0]
    assert first["assets"] == ("old", "new") and first["demand"] and first["assumptions"]
    for m in measures(ASSETS, times(ASSETS, travel)):
        assert m.low <= m.value <= m.high
    far = times(ASSETS[1:], np.array([[150_000.0]]))
    assert np.isinf(far).all()  # there and back is more than it has fuel for
    assert interval(np.arange(10.0), lambda v: float(v.mean()), 1)[0] == 4.5
    with pytest.raises(ConfigError):
        times([Asset("x", "boat", 1, 103)], travel)


def incidents(shared):
    with (shared / "assist" / "imb_pirate_attacks_1993_2020.csv").open(encoding="utf-8") as source:
        for row in csv.DictReader(source):
            if "2011" <= row["date"][:4] <= "2020" and "NA" not in (row["longitude"], row["latitude"]):
                lat, lon = float(row["latitude"]), float(row["longitude"])
                if 95 <= lon <= 105 and 0.5 <= lat <= 7 and not (lon > 104 and lat > 2):
                    yield lat, lon


def test_real_incidents_and_ports(shared):
    """525 incidents of the IMB file, ports of the World Port Index, great circle, 30 minutes to launch: within a point.

    The corner that is cut off (east of 104 E and north of 2 N) is the one that leaves 525; positions of ports decide the rest.
    """
    places = np.array(list(incidents(shared)))
    assert len(places) == 525
    with (shared / "map" / "world_port_index.csv").open(encoding="utf-8-sig") as source:
        found = {
            r["port_name"].upper(): (float(r["port_latitude"]), float(r["port_longitude"]))
            for r in csv.DictReader(source)
            if r["country"] == "MY"
        }
    names = [n for n in found if n.startswith(("JOHOR", "TANJUNG PELEPAS", "PORT DICKSON"))]
    away = {n: np.asarray(geodesy.distance(*found[n], places[:, 0], places[:, 1])) for n in names}
    johor = next(n for n in names if n.startswith("JOHOR"))
    for speed, share in ((20, 0.421), (30, 0.606), (40, 0.699)):
        assert float((away[johor] <= 1.5 * 3600 * speed * KNOT).mean()) == pytest.approx(share, abs=0.01)
    pelepas = next((n for n in names if n.startswith("TANJUNG")), None)
    assert pelepas is not None
    two = np.minimum(away[johor], away[pelepas]) <= 1.5 * 3600 * 20 * KNOT
    assert float(two.mean()) == pytest.approx(0.505, abs=0.01)
