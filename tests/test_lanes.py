"""Lanes: counts against a slow twin and added in any order; the field that they make; declared lanes first."""

import math
import time as clock

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from selat.kernels import geodesy
from selat.kernels import lanes as kernel
from selat.model.columns import Columns, concat
from selat.model.errors import StoreError
from selat.model.nouns import Zone
from selat.model.schema import I32
from selat.model.units import KNOT
from selat.store.blob import dump, load
from selat.tracks import lanes_learn as learning
from selat.tracks.lanes import Lanes
from selat.tracks.lanes_learn import Counts, group_of, learn, merge
from selat.tracks.zones import Zones

T0 = 1_700_000_000_000_000_000


def rows(mmsi, seconds, lat, lon, knots, cog, status=0):
    """Reports in stored layout, of columns or single values; NaN: not available."""
    n = len(seconds)
    wide = {k: np.broadcast_to(np.asarray(v, float), n) for k, v in
            {"mmsi": mmsi, "lat": lat, "lon": lon, "sog": knots, "cog": cog, "status": status}.items()}  # fmt: skip

    def stored(name, factor, kind, none):
        values = np.where(np.isnan(wide[name]), 0, wide[name])
        return np.where(np.isnan(wide[name]), none, np.rint(values * factor)).astype(kind)

    table = {
        "mmsi": wide["mmsi"].astype("i4"), "time": T0 + (np.asarray(seconds) * 1e9).astype("i8"),
        "lat": stored("lat", 1e7, "i4", I32), "lon": stored("lon", 1e7, "i4", I32), "sog": stored("sog", 10, "u2", 65535),
        "cog": stored("cog", 10, "u2", 65535), "nav_status": wide["status"].astype("u1"), "msg_type": np.ones(n, "u1"),
    }  # fmt: skip
    return Columns("reports", table, n)


def voyage(mmsi, lat, lon, course, knots, seconds, every=30.0, status=0):
    """A straight way at constant speed."""
    t = np.arange(0, seconds, every)
    away = t * knots * KNOT
    y, x = geodesy.destination(lat, lon, course, away)
    return rows(mmsi, t, y, x, knots, course, status)


def stream(
    n=60, lat=2.0, lon=102.0, course=90.0, sigma=300.0, knots=12.0, first=200000001, seconds=3600, seed=0, every=30.0
):
    """Ships abreast of each other, spread across with ``sigma`` m."""
    rng = np.random.default_rng(seed)
    ships = []
    for k, off in enumerate(rng.normal(0, sigma, n)):
        y, x = geodesy.destination(lat, lon, course + 90.0, off)
        ships.append(voyage(first + k, float(y), float(x), course, knots + rng.normal(0, 1), seconds, every))
    return concat(ships, "reports")


# --- counting ------------------------------------------------------------------------------------------------------------


def cell_of(lat, lon):
    return int((lat + 90) * learning.PER) * 360 * learning.PER + int((lon + 180) * learning.PER)


def twin(table):
    """Passages by (cell, sector), one report after the other, without what is filled in between far reports."""
    out, before = {}, None
    for i in range(table.rows):
        r = {n: table[n][i] for n in table}
        if r["lat"] == I32 or r["lon"] == I32:
            continue
        lat, lon, t = r["lat"] / 1e7, r["lon"] / 1e7, r["time"] / 1e9
        fresh = before is None or before[0] != r["mmsi"] or t - before[1] > learning.GAP
        key = None
        if r["sog"] * 0.1 * KNOT >= learning.SLOW and r["cog"] < 3600:
            key = cell_of(lat, lon), int(r["cog"] / 10 / 22.5 + 0.5) % 16
        if key is not None and (fresh or key != before[2]):
            out[key] = out.get(key, 0) + 1
        before = r["mmsi"], t, key
    return out


step = st.tuples(
    st.sampled_from([10, 60, 300, 1000]), st.integers(-2, 2), st.booleans(), st.sampled_from([0.2, 2.0, 10.0, 14.0]),
    st.sampled_from([0.0, 40.0, 90.0, 200.0, math.nan]), st.booleans(),
)  # fmt: skip


SAILS, UNHEARD = (60, 0, True, 10.0, 90.0, True), (60, 0, True, 10.0, 90.0, False)


@example([(1, [SAILS, UNHEARD, SAILS])])  # a report without a position parts nothing
@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(1, 3), st.lists(step, min_size=1, max_size=12)), min_size=1, max_size=4))
def test_passages_equal_the_twin(ships):
    """Steps of up to half a cell, north or east: what lies between reports is no other cell (across a corner it may be)."""
    tables = []
    for k, (_, steps) in enumerate(ships):
        t = np.cumsum([s[0] for s in steps])
        lat = 2.0 + np.cumsum([s[1] * s[5] * s[2] for s in steps]) / learning.PER / 4
        lon = 102.0 + np.cumsum([s[1] * s[5] * (not s[2]) for s in steps]) / learning.PER / 4
        lat = np.where([s[5] for s in steps], lat, math.nan)
        cog = np.array([s[4] for s in steps])
        knots = np.where(
            np.isnan(cog), 0.5, [s[3] for s in steps]
        )  # a course that is not known is the kernel's to guess
        tables.append(rows(100000001 + k, t, lat, lon, knots, cog))
    table = concat(tables, "reports")
    counts = learn(table)
    sector = counts.keys // kernel.GROUPS % kernel.SECTORS
    own = sector < 16
    got = {
        (int(k) // kernel.GROUPS // kernel.SECTORS, int(k) // kernel.GROUPS % kernel.SECTORS): int(n)
        for k, n in zip(counts.keys[own], counts.sums[own, kernel.N], strict=True)
    }
    assert got == twin(table)


def test_sparse_reports_count_the_cells_between_and_leaps_do_not():
    every_10 = learn(voyage(200000001, 2.0014, 102.0, 90.0, 12.0, 3600, 10.0))
    every_300 = learn(voyage(200000001, 2.0014, 102.0, 90.0, 12.0, 3600, 300.0))
    cells = [set((c.keys // 256).tolist()) for c in (every_10, every_300)]
    assert len(cells[0] & cells[1]) > 0.9 * len(cells[0]) and len(cells[1] - cells[0]) <= 1
    assert (every_300.sums[:, kernel.N] == 1).all()
    leap = rows(200000001, [0, 300], [2.0, 2.0], [102.0, 102.2], 12.0, 90.0)  # 74 m/s
    turned = rows(200000001, [0, 600], [2.0, 2.0], [102.0, 102.033], 12.0, [90.0, 200.0])
    assert len(learn(leap).keys) == len(learn(turned).keys) == 2


def test_counts_of_parts_add_up_in_any_order():
    table = concat(
        [stream(20, seed=s, course=c, first=200000001 + 100 * s) for s, c in enumerate((90.0, 270.0, 0.0))], "reports"
    )
    parts = [learn(table.take(np.flatnonzero(table["mmsi"] % 4 == k))) for k in range(4)]
    whole = learn(table)
    for order in ((0, 1, 2, 3), (3, 1, 0, 2)):
        merged = merge([Counts(), *(parts[k] for k in order)])
        assert merged.version == whole.version and merged.reports == table.rows
    nested = merge([merge(parts[:2]), merge(parts[2:])])
    assert nested.version == whole.version
    assert merge([]).reports == 0 and len(learn(table.slice(0, 0)).keys) == 0


def test_counts_come_back_from_a_file():
    counts = learn(stream(5))
    again = Counts.of(load(dump(counts.state())))
    assert again.version == counts.version and (again.since, again.until) == (counts.since, counts.until)
    with pytest.raises(StoreError, match="another version") as error:
        Counts.of({"counts": 99})
    assert error.value.hint


def test_base_stations_aids_and_unknown_positions_do_not_count():
    table = voyage(2000001, 2.0, 102.0, 90.0, 12.0, 600)  # 00MID: a base station
    assert not len(learn(table).keys)
    none = rows(200000001, [0, 10], [math.nan, 2.0], [102.0, math.nan], 12.0, 90.0)
    assert not len(learn(none).keys) and learn(none).reports == 0


def test_groups_of_ships():
    kind = [0, 70, 70, 80, 89, 79, 60, 40, 30, 52, 31, 36]
    length = [100, 0, 99, 100, 200, 300, 30, 30, 20, 30, 30, 10]
    names = [learning.GROUPS[g] for g in group_of(np.array(kind), np.array(length))]
    assert names == ["unknown", "unknown", "under 100 m", "100 to 200 m", "200 to 300 m", "300 m and more", "passenger",
                     "passenger", "fishing", "service", "service", "service"]  # fmt: skip


# --- the field -----------------------------------------------------------------------------------------------------------


def test_a_stream_is_one_lane_with_its_middle_width_and_speed():
    lanes = Lanes(learn(stream(400, sigma=300.0, knots=12.0)))
    lat, lon = geodesy.destination(2.0, 102.0, 90.0, 9000.0)
    hit = lanes.at([lat, lat + 300 / 110574, lat - 300 / 110574], [lon] * 3)
    assert len(set(hit.lane.tolist())) == 1 and hit.lane[0] >= 0 and not hit.declared.any()
    assert hit.direction == pytest.approx(90.0, abs=1.0) and hit.share == pytest.approx(1.0)
    assert hit.cross == pytest.approx([0.0, -300.0, 300.0], abs=40.0)  # north is to port of an eastbound ship
    assert hit.sigma == pytest.approx(300.0, rel=0.12)
    assert hit.speed_mean[0] == pytest.approx(12 * KNOT, rel=0.03) and hit.speed_sigma[0] == pytest.approx(
        KNOT, rel=0.3
    )
    assert 380 <= hit.passages[0] <= 440
    ahead = lanes.at(*geodesy.destination(2.0, 102.0, 90.0, 13_000.0))
    assert float(ahead.along) - hit.along[0] == pytest.approx(4000.0, abs=60.0)
    assert "learned" in lanes.source(int(hit.lane[0])) and lanes.zone(int(hit.lane[0])) is None
    assert lanes.at(2.5, 102.0).lane == -1 and math.isnan(lanes.at(2.5, 102.0).direction)


def test_two_way_and_crossing_traffic_is_told_apart_by_course():
    both = concat([
        stream(60, course=90.0), stream(30, course=270.0, first=200001001, lon=102.18, seed=1),
        stream(20, course=0.0, lat=1.93, lon=102.1, first=200002001, seed=2),
    ], "reports")  # fmt: skip
    lanes = Lanes(learn(both))
    hit = lanes.at([2.0] * 4, [102.1] * 4, [80.0, 260.0, 10.0, math.nan])
    assert hit.direction == pytest.approx([90.0, 270.0, 0.0, 90.0], abs=3.0)
    assert len(set(hit.lane[:3].tolist())) == 3 and hit.lane[3] == hit.lane[0]
    assert hit.share[0] == pytest.approx(60 / 110, abs=0.2) and (hit.share < 0.9).all()


def test_opposite_lanes_side_by_side_are_two_lanes_of_one_direction_each():
    """Lanes of 1 km, their middles 2 km apart, as in the Malacca Strait."""
    east = stream(80, sigma=200.0, course=90.0)
    west = stream(80, sigma=200.0, course=270.0, lat=2.0 + 2000 / 110574, lon=102.2, first=200001001, seed=1)
    lanes = Lanes(learn(concat([east, west], "reports")))
    hit = lanes.at([2.0, 2.0 + 2000 / 110574], [102.1, 102.1], [270.0, 90.0])  # both ships go the wrong way
    assert hit.direction == pytest.approx([90.0, 270.0], abs=2.0) and (hit.share > 0.99).all()
    assert hit.lane[0] != hit.lane[1] and hit.sigma == pytest.approx(200.0, rel=0.25)


def test_a_ship_that_left_the_lane_is_measured_from_its_middle():
    lanes = Lanes(learn(stream(100, sigma=200.0)))
    lat, lon = geodesy.destination(2.0, 102.1, 180.0, 2500.0)
    assert lanes.at(lat, lon, 90.0).lane == -1
    hit = lanes.at(lat, lon, 90.0, reach=5556.0)
    assert (
        hit.lane >= 0 and hit.cross == pytest.approx(2500.0, abs=60.0) and hit.sigma == pytest.approx(200.0, rel=0.25)
    )
    assert lanes.at(lat, lon, 0.0, reach=5556.0).lane == -1  # nobody goes north here
    assert lanes.at(lat, lon, 90.0, reach=1000.0).lane == -1


def test_groups_have_their_own_profile():
    large, small = (
        stream(60, sigma=150.0),
        stream(60, lat=2.0 - 800 / 110574, sigma=150.0, knots=8.0, first=200001001, seed=3),
    )
    table = concat([large, small], "reports")
    ships = np.unique(table["mmsi"]).astype(np.int64)
    groups = np.where(ships < 200001001, 6, 4)
    lanes = Lanes(learn(table, ships, groups))
    hit = lanes.at([2.0] * 3, [102.1] * 3, 90.0, [6, 4, -1])
    assert hit.cross == pytest.approx([0.0, -800.0, -400.0], abs=80.0)
    assert hit.sigma[0] == pytest.approx(150.0, rel=0.35) and hit.sigma[2] > 300.0
    assert hit.passages[0] == pytest.approx(60, abs=8) and hit.passages[2] == pytest.approx(120, abs=10)


def test_merchant_ships_are_counted_apart():
    """Of ninety ships thirty are tugs; thirty did not say what they are and may be merchant ships."""
    table = stream(90, sigma=150.0)
    ships = np.unique(table["mmsi"]).astype(np.int64)
    lanes = Lanes(learn(table, ships, np.array([6, 3, 0] * 30)))
    hit = lanes.at([2.0, 3.0], [102.1] * 2, 90.0)
    assert hit.passages.tolist() == pytest.approx([90, 0], abs=8)
    assert hit.merchants.tolist() == pytest.approx([60, 0], abs=6)


def test_a_bend_is_one_lane():
    """Eastbound, then 30 degrees to starboard in three steps."""
    ships = []
    rng = np.random.default_rng(5)
    for k, off in enumerate(rng.normal(0, 200, 60)):
        y, x = (float(v) for v in geodesy.destination(2.0, 102.0, 180.0, off))
        t = 0.0
        parts = []
        for course in (90.0, 100.0, 110.0, 120.0):
            leg = np.arange(0, 600, 30.0)
            lat, lon = geodesy.destination(y, x, course, leg * 6.0)
            parts.append(rows(200000001 + k, t + leg, lat, lon, 6.0 / KNOT, course))
            y, x = (float(v) for v in geodesy.destination(y, x, course, 600 * 6.0))
            t += 600.0
        ships += parts
    lanes = Lanes(learn(concat(ships, "reports")))
    begin = lanes.at(2.0, 102.02)
    lat, lon = 2.0, 102.0
    for course in (90.0, 100.0, 110.0, 120.0):
        lat, lon = geodesy.destination(lat, lon, course, 3400.0)
    end = lanes.at(lat, lon, 120.0)
    assert begin.lane == end.lane >= 0
    assert float(end.along - begin.along) == pytest.approx(4 * 3400 - 2226, rel=0.03)


# --- declared lanes --------------------------------------------------------------------------------------------------------


def test_declared_lanes_come_first_and_say_so():
    north = 1500 / 110574
    area = Zone("eastbound", ((102.0, 2.0 - north), (102.3, 2.0 - north), (102.3, 2.0 + north), (102.0, 2.0 + north)),
                "chart 7", "lane", 270.0)  # fmt: skip
    line = Zone("line", ((102.0, 2.2), (102.2, 2.2), (102.2, 2.4)), "OSM", "lane", 45.0, 500.0, line=True)
    zones = Zones([Zone("not a lane", area.ring), area, line])
    lanes = Lanes(learn(stream(60)), zones)
    hit = lanes.at([2.0 + 500 / 110574, 2.1985, 2.3, 2.0], [102.1, 102.1, 102.203, 101.99], 90.0)
    assert hit.declared.tolist() == [True, True, True, False]
    assert hit.direction[:3] == pytest.approx([270.0, 90.0, 0.0], abs=0.1)  # the line's part, not its mean
    assert hit.lane[:2].tolist() == [0, 1] and lanes.source(0) == "eastbound: chart 7" and lanes.zone(1) == line
    assert hit.cross[0] == pytest.approx(500.0, abs=5)  # north of the middle is starboard of a westbound ship
    assert hit.along[0] == pytest.approx(float(geodesy.distance(2.0, 102.1, 2.0, 102.3)), rel=0.001)
    assert hit.cross[1] == pytest.approx(0.0015 * 110574, rel=0.01) and hit.cross[2] == pytest.approx(333.0, abs=3)
    assert hit.along[2] == pytest.approx(0.2 * 111250 + 0.1 * 110574, rel=0.002)
    assert math.isnan(hit.speed_mean[0])  # traffic was learned the other way: nothing is known of this one
    assert len(lanes) >= 3 and lanes.version != Lanes(learn(stream(60))).version
    with pytest.raises(IndexError):
        lanes.source(len(lanes))


def test_where_declared_lanes_overlap_the_course_decides():
    ring = ((102.0, 1.9), (102.3, 1.9), (102.3, 2.1), (102.0, 2.1))
    lanes = Lanes(
        zones=Zones([Zone("e", ring, kind="lane", direction=90), Zone("w", ring, kind="lane", direction=270)])
    )
    hit = lanes.at([2.0] * 3, [102.1] * 3, [100.0, 260.0, math.nan])
    assert hit.lane.tolist() == [0, 1, 0] and hit.passages.tolist() == [0, 0, 0]


def test_no_lanes_at_all():
    lanes = Lanes()
    hit = lanes.at([2.0, math.nan], [102.0, 102.0])
    assert len(lanes) == 0 and hit.lane.tolist() == [-1, -1] and lanes.anchorages == ()
    assert lanes.stops([2.0], [102.0]).tolist() == [-1]


# --- anchorages ------------------------------------------------------------------------------------------------------------


def call(mmsi, lat, lon, hours, status, every=180.0):
    """A ship that comes from the west, lies still, and goes on."""
    y, x = geodesy.destination(lat, lon, 270.0, 6000.0)
    come = voyage(mmsi, float(y), float(x), 90.0, 10.0, 1100, 30.0)
    t = 1200.0 + np.arange(0, hours * 3600, every)
    rng = np.random.default_rng(mmsi)
    lie = rows(mmsi, t, lat + rng.normal(0, 2e-4, len(t)), lon + rng.normal(0, 2e-4, len(t)), 0.1, 0.0, status)
    return [come, lie]


def test_anchorages_are_found_from_stops_and_passing_ships_make_none():
    parts = []
    for k in range(24):
        place = (1.30 + 0.002 * (k % 4), 104.10 + 0.002 * (k // 8))
        parts += call(200000001 + k, *place, 5.0, 1)
    for k in range(12):
        parts += call(200000101 + k, 1.25, 103.80, 20.0, 5)
    parts += call(200000201, 1.0, 103.0, 9.0, 1)  # one ship alone is no anchorage
    parts.append(stream(30, lat=1.35, lon=104.0, first=200001001))
    lanes = Lanes(learn(concat(parts, "reports")))
    anchored, moored = lanes.anchorages
    assert anchored.stops == 24 and anchored.moored == 0.0 and anchored.hours == pytest.approx(24 * 4.95, rel=0.02)
    assert moored.stops == 12 and moored.moored == 1.0
    where = lanes.stops([1.302, 1.25, 1.0, 1.35, math.nan], [104.10, 103.80, 103.0, 104.05, 0.0])
    assert where.tolist() == [0, 1, -1, -1, -1]
    zone = anchored.zone("A", lanes.counts.version)
    assert zone.kind == "anchorage" and len(Zones([zone]).members([1.302], [104.10])[0]) == 1
    assert moored.zone("B", "x").kind == "port"


def test_a_ship_at_anchor_over_a_cut_is_one_stop():
    parts = call(200000001, 1.3, 104.1, 12.0, 1)
    table = concat(parts, "reports")
    cut = T0 + 6 * 3600 * 10**9
    halves = merge(
        [
            learn(table.take(np.flatnonzero(table["time"] < cut))),
            learn(table.take(np.flatnonzero(table["time"] >= cut))),
        ]
    )
    stop = halves.keys // kernel.GROUPS % kernel.SECTORS >= kernel.STOPPED
    assert halves.sums[stop, kernel.N].sum() == 1 and halves.sums[stop, kernel.V].sum() > 11.8 * 3600


@pytest.mark.bench
def test_two_million_reports_a_second():
    table = stream(2000, seconds=10_000, every=10.0)
    learn(table.slice(0, 1000))
    best = math.inf
    for _ in range(5):
        begin = clock.process_time()  # the machine may be busy
        learn(table)
        best = min(best, clock.process_time() - begin)
    assert table.rows / best > 2e6
