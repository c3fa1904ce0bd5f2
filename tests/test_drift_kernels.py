"""Random numbers by counter, fields between their nodes, the way to the shore, and the drift against a slow twin."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selat.kernels import counter, drift_columns, geodesy, shore
from selat.model.errors import ConfigError
from selat.readers.ocean_grid import Grid, fill_coast, map_of
from selat.rescue import fields
from selat.rescue.drift import ASHORE, Drift, Options, Start
from selat.rescue.objects import drift_object

HOUR = 3600 * 10**9
T0 = 1_790_000_000 * 10**9

# Known answers of Random123 1.14 (kat_vectors, philox4x32, 10 rounds): counter, key, result.
KNOWN = [
    ((0, 0, 0, 0), 0, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ((2**32 - 1,) * 4, 2**64 - 1, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), 0x299F31D0_A4093822, "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


@pytest.mark.parametrize(("at", "key", "words"), KNOWN)
def test_philox_gives_the_published_answers(at, key, words):
    found = counter.philox(*(np.uint64(c) for c in at), np.uint64(key))
    assert " ".join(f"{int(w):08x}" for w in found) == words


@given(st.integers(0, 2**32 - 1))
def test_normal_is_the_inverse_of_the_normal_distribution(word):
    exact = NormalDist().inv_cdf((word + 0.5) / 2**32)
    assert counter.normal(np.uint64(word)) == pytest.approx(exact, rel=3e-7, abs=3e-7)


@given(
    st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**33), st.integers(1, 9), st.integers(1, 9)
)
def test_a_particle_has_its_own_numbers_whoever_is_beside(key, stream, first, count, numbers):
    whole = counter.draw(key, stream, first, count, numbers)
    for i in range(count):
        assert np.array_equal(counter.draw(key, stream, first + i, 1, numbers)[0], whole[i])


def test_draws_are_normal_and_independent():
    x = counter.draw(7, 3, 0, 50_000, 4)
    assert np.abs(x.mean(0)).max() < 4 / math.sqrt(50_000)
    assert np.abs(np.corrcoef(x.T) - np.eye(4)).max() < 0.02
    assert np.abs(np.var(x, 0) - 1).max() < 0.03


def grid(kind="current", rows=7, columns=9, times=4, seed=1, west=99.0, south=2.0, step=0.25):
    data = np.random.default_rng(seed).uniform(-1, 1, (times, rows, columns, 2)).astype(np.float32)
    return Grid(kind, "made up", T0 + np.arange(times) * HOUR, data, west, south, step, step)


def twin(g, time, lat, lon):
    """Bilinear and linear in time, one place, in plain Python."""
    x, y = (lon - g.west) / g.step_lon, (lat - g.south) / g.step_lat
    rows, columns = g.data.shape[1:3]
    if not (0 <= x <= columns - 1 and 0 <= y <= rows - 1):
        return np.array([np.nan, np.nan])
    k = min(max(int(np.searchsorted(g.time, time, "right")) - 1, 0), len(g.time) - 2)
    w = (time - g.time[k]) / (g.time[k + 1] - g.time[k])
    c, r = min(int(x), columns - 2), min(int(y), rows - 2)
    u, v = x - c, y - r
    total = 0.0
    for q, wq in ((k, 1 - w), (k + 1, w)):
        d = g.data[q].astype(float)
        total = total + wq * (
            (d[r, c] * (1 - u) + d[r, c + 1] * u) * (1 - v) + (d[r + 1, c] * (1 - u) + d[r + 1, c + 1] * u) * v
        )
    return total


@given(st.floats(98.9, 101.1), st.floats(1.9, 3.6), st.integers(0, 3 * 3600))
def test_fields_between_nodes_and_times_are_as_the_twin_has_them(lon, lat, seconds):
    g = grid()
    flow = fields.pack([fields.of_model(g, 0.1), fields.typed("wind", "230/12kn")])
    time = T0 + seconds * 10**9
    found = flow.at("current", time, lat, lon)[:, 0]
    assert found[:2] == pytest.approx(twin(g, time, lat, lon), abs=1e-6, nan_ok=True)
    assert np.isnan(found[2]) or found[2] == 0.1


def test_a_field_gives_way_to_the_next_without_a_seam():
    inner = grid(rows=20, columns=20, seed=2)
    flow = fields.pack(
        [fields.typed("wind", "0/1kn"), fields.of_model(inner, 0.1), fields.typed("current", "90/1kn", 0.5)]
    )
    lon = np.linspace(98.9, 104.0, 4001)
    found = flow.at("current", T0, 4.4, lon)
    assert np.isfinite(found).all() and found[2].min() == 0.1 and found[2].max() == 0.5
    assert np.abs(np.diff(found, axis=1)).max() < 0.02  # the steepest slope of the grid itself; a seam would be 0.4
    assert found[0, 0] == pytest.approx(0.514444, abs=1e-6)


def test_any_grid_with_an_inverse_is_as_good_as_a_regular_one():
    """A rotated grid: columns run along 30 degrees."""
    c, s = math.cos(math.radians(30)), math.sin(math.radians(30))

    def inverse(lon, lat):
        x, y = lon - 100.0, lat - 3.0
        return (c * x + s * y) / 0.1, (-s * x + c * y) / 0.1

    data = np.zeros((1, 21, 31, 2), np.float32)
    data[0, ..., 0], data[0, ..., 1] = np.arange(31) / 31, np.arange(21)[:, None] / 21
    g = Grid("current", "rotated", np.array([T0]), data, map=map_of(inverse, (99.0, 3.0, 103.0, 6.0)))
    flow = fields.pack([fields.typed("wind", "0/1kn"), fields.of_model(g)])
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(99, 103, 500), rng.uniform(3, 6, 500)
    found, (x, y) = flow.at("current", T0, lat, lon), inverse(lon, lat)
    inside = (x >= 0) & (x <= 30) & (y >= 0) & (y <= 20)
    assert np.array_equal(np.isfinite(found[0]), inside)
    assert found[0, inside] == pytest.approx(x[inside] / 31, abs=1e-5)
    assert found[1, inside] == pytest.approx(y[inside] / 21, abs=1e-5)


def test_unknown_cells_at_the_coast_take_the_mean_of_known_neighbours():
    data = np.full((1, 1, 7, 2), np.nan, np.float32)
    data[0, 0, 0] = 1.0, 2.0
    out = fill_coast(data, 3)
    assert np.isnan(out[0, 0, 4]).all() and out[0, 0, 3].tolist() == [1.0, 2.0]


def islet():
    lat, lon = np.meshgrid(np.arange(81) * 0.0025 + 2.9, np.arange(81) * 0.0025 + 99.9, indexing="ij")
    return np.rint(geodesy.distance(lat, lon, 3.0, 100.0) - 500.0).astype(np.int16), 99.9, 2.9, 400.0, 1.0


@given(st.floats(0, 360), st.floats(-1500, 1500), st.floats(600, 8000))
def test_the_way_ends_at_the_shore_and_jumps_over_no_islet(bearing, aside, way):
    """A way that passes the islet's middle at ``aside`` metres meets it where the circle is."""
    course = math.radians(bearing)
    east = -3000 * math.sin(course) + aside * math.cos(course)
    north = -3000 * math.cos(course) - aside * math.sin(course)
    lat, lon = (float(v) for v in geodesy.moved(3.0, 100.0, east, north))
    end = geodesy.moved(lat, lon, way * math.sin(course), way * math.cos(course))
    out = np.zeros(1)
    args = [np.array([v]) for v in (lat, lon, float(end[0]) - lat, float(end[1]) - lon, way)]
    shore.meet_all(*islet(), *args, out)
    # between nodes the circle is flattened by less than 30 m
    end_to = abs(geodesy.distance(3.0, 100.0, lat + out[0] * args[2][0], lon + out[0] * args[3][0]))
    closest = abs(aside) if way > 3000 else math.hypot(aside, 3000 - way)
    assert (out[0] < 1.0) == (closest < 500) or abs(closest - 500) < 30
    if out[0] < 1.0:
        assert end_to == pytest.approx(500, abs=30)
    assert shore.depth(*islet(), lat + out[0] * args[2][0], lon + out[0] * args[3][0]) > 0.0


def start(n, lat=3.0, lon=100.0, what="PIW-1", time=T0, spread=0.0):
    off = counter.draw(11, 99, 0, n, 2) * spread
    when = np.broadcast_to(np.asarray(time, np.int64), n).copy()
    return Start(lat + off[:, 0], lon + off[:, 1], when, np.zeros(n, np.int64), (drift_object(what),))


def slow(s, g, wind, steps, lat, lon, a, b, c, d):
    """One particle without errors and jibes, second order, on geodesics; wind and current from one grid."""
    east = north = None
    for k in range(steps):
        time = T0 + k * 600 * 10**9 + 300 * 10**9

        def velocity(y, x, time=time):
            w, u = twin(wind, time, y, x), twin(g, time, y, x)
            speed = math.hypot(*w)
            fade = min(1.0, speed / 2.5)
            down, cross = a * speed + b * fade, c * speed + d * fade
            to = w / speed
            return u + down * to + cross * np.array([to[1], -to[0]])

        if east is None:
            east, north = velocity(lat, lon)
        middle = geodesy.moved(lat, lon, east * 300, north * 300)
        east, north = velocity(float(middle[0]), float(middle[1]))
        bearing = math.degrees(math.atan2(east, north))
        lat, lon = (float(v) for v in geodesy.destination(lat, lon, bearing, 600 * math.hypot(east, north)))
    return lat, lon


@pytest.mark.parametrize("what", ["PIW-1", "LIFE-RAFT-DB-11", "FISHING-VESSEL-1", "STRAIT-SKIFF-1"])
def test_drift_is_as_the_slow_twin_has_it(what):
    wind = grid("wind", 30, 30, 4, 5, 96.0, 0.0)
    wind = Grid("wind", "w", wind.time, wind.data * 4 + 5, 96.0, 0.0, 0.25, 0.25)
    g = grid("current", 40, 40, 4, 6, 97.0, 0.0, 0.2)
    flow = fields.pack([fields.of_model(wind, 0.0), fields.of_model(g, 0.0)])
    d = Drift(start(20, what=what, spread=0.3), flow, T0, Options(jibing=False))
    begins = d.state[:, :2].copy()
    for _ in d.run([17]):
        pass
    for i in range(20):
        left = d.side[i] == 1
        cross = d.fixed[i, 4:6] if left else d.fixed[i, 2:4]
        lat, lon = slow(d, g, wind, 17, *begins[i], *d.fixed[i, :2], *cross)
        assert geodesy.distance(lat, lon, d.lat[i], d.lon[i]) < 0.2


def test_right_is_right():
    """Wind to the north: an object of the right side moves east, downwind north."""
    flow = fields.pack([fields.typed("wind", "180/10m/s", 0.0), fields.typed("current", "0/0kn", 0.0)])
    d = Drift(start(400, what="FISHING-VESSEL-1"), flow, T0, Options(jibing=False))
    for _ in d.run([60]):
        pass
    east, north = geodesy.plane(3.0, 100.0, d.lat, d.lon)
    right = d.side == 0
    assert 150 < right.sum() < 250
    assert east[right].mean() == pytest.approx(9940, rel=0.05) and east[~right].mean() == pytest.approx(-9940, rel=0.05)
    assert north.mean() == pytest.approx(8890, rel=0.05)


@settings(deadline=None, max_examples=15)
@given(
    st.integers(0, 2**64 - 1), st.integers(1, 3), st.lists(st.integers(1, 30), min_size=1, max_size=4), st.booleans()
)
def test_neither_threads_nor_pieces_change_a_result(seed, threads, cuts, backward):
    wind, g = grid("wind", 30, 30, 9, 5, 96.0, 0.0), grid("current", 40, 40, 9, 6, 97.0, 0.0, 0.2)
    flow = fields.pack([fields.of_model(wind), fields.of_model(g)])
    begin = T0 + (8 * HOUR if backward else 0)
    late = (-1 if backward else 1) * np.arange(300) * 7 * 10**9
    options = Options(seed=seed, threads=1, backward=backward, capsizing=True)
    one = Drift(start(300, time=begin + late, spread=0.01), flow, begin, options)
    for _ in one.run([30]):
        pass
    other = Drift(
        start(300, time=begin + late, spread=0.01), flow, begin, Options(**{**vars_of(options), "threads": threads})
    )
    for _ in other.run(sorted({*cuts, 30})):
        pass
    assert np.array_equal(one.state, other.state, equal_nan=True) and np.array_equal(one.side, other.side)
    part = Drift(start(40, time=(begin + late)[:40], spread=0.01), flow, begin, options)
    for _ in part.run([30]):
        pass
    assert np.array_equal(part.state, one.state[:40], equal_nan=True)
    assert len(np.unique(one.state[:, drift_columns.LAT])) == 300


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 2**64 - 1), st.sampled_from(["grids", "typed", "calm", "no errors", "two winds"]), st.booleans(),
    st.sampled_from([600.0, 60.0, 3600.0]), st.booleans(), st.booleans(), st.sampled_from([0.02, 1.0, 3.0]),
)  # fmt: skip
def test_common_steps_give_the_same_bits(seed, what, opendrift, step, late, coast, spread):
    """Whether a block is taken as one or each particle for itself: places, errors, sides, who is ashore and who is lost."""
    wind, g = grid("wind", 40, 40, 9, 5, 96.0, 0.0), grid("current", 60, 60, 9, 6, 97.0, 0.0, 0.2)
    share = 0.0 if what == "no errors" else None
    models = {"typed": [fields.typed("wind", "225/12kn", 1.0), fields.typed("current", "90/1.5kn", 0.2)]}
    models["calm"] = [fields.typed("wind", "0/0kn", 0.0), fields.typed("current", "0/0kn", 0.1)]
    both = [fields.of_model(x, *([share] if share is not None else [])) for x in (wind, g)]
    models["two winds"] = [both[0], fields.typed("wind", "225/12kn", 1.0), both[1]]
    flow = fields.pack(models.get(what, both))
    when = T0 + (np.arange(700) * (7 if late else 0)) * 10**9
    ends = []
    for quick in (True, False):
        options = Options(seed=seed, step=step, opendrift=opendrift, threads=1)
        d = Drift(start(700, time=when, spread=spread), flow, T0, options)
        d.quick = quick
        if coast:
            d._coast = islet()
        try:
            for _ in d.run([3, 4, 7]):
                pass
            said = ""
        except ConfigError as e:
            said = e.message
        ends.append((d, said))
    one, other = (d for d, _ in ends)
    assert ends[0][1] == ends[1][1]
    for name in ("state", "side", "status", "capsized"):
        assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True), name


def vars_of(options):
    return {name: getattr(options, name) for name in options.__slots__}


@pytest.mark.parametrize("hours", [6, 24])
@pytest.mark.parametrize("step", [600.0, 3600.0])
def test_the_error_of_the_current_spreads_as_a_random_flight(hours, step):
    """2 s^2 T^2 (t / T - 1 + exp(-t / T)), whatever the step: also where the step is long against the memory."""
    s, memory = 0.3, 2.0 * 3600
    still = fields.typed("current", "0/0kn", s, memory)
    flow = fields.pack([fields.typed("wind", "0/0kn", 0.0), still])
    d = Drift(start(20_000, what="SLDMB"), flow, T0, Options(step=step, seed=4))
    for _ in d.run([round(hours * 3600 / step)]):
        pass
    east, north = geodesy.plane(3.0, 100.0, d.lat, d.lon)
    t = hours * 3600.0
    exact = 2 * s**2 * memory**2 * (t / memory - 1 + math.exp(-t / memory))
    # the variance of 20,000 normal numbers is right to 1 %
    assert np.var(east) == pytest.approx(exact, rel=0.04) and np.var(north) == pytest.approx(exact, rel=0.04)
    assert abs(np.corrcoef(east, north)[0, 1]) < 0.03


def test_back_in_time_leads_back():
    wind, g = grid("wind", 30, 30, 9, 5, 96.0, 0.0), grid("current", 40, 40, 9, 6, 97.0, 0.0, 0.2)
    flow = fields.pack([fields.of_model(wind, 0.0), fields.of_model(g, 0.0)])
    there = Drift(start(50, spread=0.2), flow, T0, Options(jibing=False, step=120))
    for _ in there.run([180]):
        pass
    s = Start(there.lat.copy(), there.lon.copy(), np.full(50, there.time), np.zeros(50, np.int64), there.start.objects)
    back = Drift(s, flow, there.time, Options(jibing=False, step=120, backward=True))
    for _ in back.run([180]):
        pass
    assert back.time == T0
    moved = geodesy.distance(there.start.lat, there.start.lon, there.lat, there.lon)
    missed = geodesy.distance(back.lat, back.lon, there.start.lat, there.start.lon)
    assert moved.mean() > 2000 and missed.max() < 15


def test_jibes_come_at_their_rate_and_capsized_hulls_slow_down():
    flow = fields.pack([fields.typed("wind", "180/30m/s", 0.0), fields.typed("current", "0/0kn", 0.0)])
    d = Drift(start(20_000), flow, T0, Options(capsizing=True))
    before = d.side.copy()
    for _ in d.run([6]):
        pass
    # 4 % an hour, some of them twice: (1 - 0.92...) / 2
    assert (d.side != before).mean() == pytest.approx((1 - math.exp(2 * math.log(0.96))) / 2, abs=0.005)
    assert d.capsized.mean() == pytest.approx(0.5, abs=0.015)
    _, north = geodesy.plane(3.0, 100.0, d.lat, d.lon)
    assert north[d.capsized == 1].mean() < 0.85 * north[d.capsized == 0].mean()


def test_not_yet_adrift_stays_and_each_begins_on_its_own_second():
    flow = fields.pack([fields.typed("wind", "0/0kn", 0.0), fields.typed("current", "90/1m/s", 0.0)])
    late = np.array([0, 100, 600, 601, 3600]) * 10**9
    d = Drift(start(5, what="SLDMB", time=T0 + late), flow, T0)
    assert [d.status.tolist() for _ in d.run([1])] == [[0, 0, 2, 2, 2]]
    for _ in d.run([6]):
        pass
    east, _ = geodesy.plane(3.0, 100.0, d.lat, d.lon)
    assert east == pytest.approx([3600, 3500, 3000, 2999, 0], abs=0.1) and d.status.tolist() == [0, 0, 0, 0, 2]


class Islet:
    grid = islet()


def test_ashore_is_ashore_and_nobody_is_lost():
    flow = fields.pack([fields.typed("wind", "0/0kn", 0.0), fields.typed("current", "90/1kn", 0.1)])
    d = Drift(start(3000, lon=99.97, what="SLDMB", spread=0.004), flow, T0, Options(), Islet())
    seen = np.zeros(3000, bool)
    for _ in d.run(range(1, 40)):
        depth = np.array([shore.depth(*Islet.grid, *p) for p in d.state[:, :2].tolist()])
        assert (depth > 0).all()
        ashore = d.status == ASHORE
        assert (ashore | (d.status == 0)).all() and ashore[seen].all()
        assert (depth[ashore] < 1.0).all()
        seen = ashore
    assert 300 < seen.sum() < 2700


def test_the_golden_runs_of_opendrift(shared):
    """24 h, 10-minute steps, gridded wind and current, the same coefficients: OpenDrift 1.14.12, mirrored as it is."""
    pytest.importorskip("netCDF4")
    from selat.readers.ocean_cf import read_cf

    z = np.load(shared / "rescue" / "golden_opendrift_leeway.npz")
    files = [(shared / "rescue" / f"golden_{k}.nc", k) for k in ("current", "wind")]
    flow = fields.pack([fields.of_model(read_cf(path, kind), 0.0) for path, kind in files])
    begin = int(flow.fields[0].grid.time[0])
    for c in (1, 8, 26, 50):
        g = {k[len(f"o{c}_") :]: z[k].astype(float) for k in z.files if k.startswith(f"o{c}_")}
        n = len(g["lat"])
        s = Start(g["lat"], g["lon"], np.full(n, begin), np.zeros(n, np.int64), (drift_object(c),))
        d = Drift(s, flow, begin, Options(opendrift=True, jibing=False))
        d.fixed[:, 0] = (g["downwind_slope"] + g["downwind_eps"] / 20) / 100
        d.fixed[:, 1] = (g["downwind_offset"] + g["downwind_eps"] / 2) / 100
        cross = g["crosswind_slope"] + g["crosswind_eps"] / 20, g["crosswind_offset"] + g["crosswind_eps"] / 2
        d.mirrored(cross[0] / 100, cross[1] / 100)
        for _ in d.run([144]):
            pass
        away = geodesy.distance(d.lat, d.lon, g["end_lat"], g["end_lon"])
        assert away.mean() < 1.0 and away.max() < 5.0
