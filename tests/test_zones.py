"""Zones: the noun, its place in the state, and the compiled set against slow twins."""

import math
import sqlite3
import time
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import selat
from selat.kernels import geodesy
from selat.model.errors import ConfigError, StoreError
from selat.model.nouns import Zone
from selat.model.zone import plain, zone_of
from selat.store import registry
from selat.store.query import region_of
from selat.tracks.world import World
from selat.tracks.zones import Zones

SQUARE = ((103.0, 1.0), (104.0, 1.0), (104.0, 2.0), (103.0, 2.0))
HOLE = ((103.4, 1.4), (103.6, 1.4), (103.6, 1.6), (103.4, 1.6))


# --- the noun -----------------------------------------------------------------------------------------------------------


def test_a_zone_as_before_is_an_area_without_rules():
    zone = Zone("klang", (*SQUARE, SQUARE[0]), "chart 5")
    assert (zone.kind, zone.direction, zone.width, dict(zone.rules), zone.holes, zone.line) == (
        "area", None, None, {}, (), False,
    )  # fmt: skip
    assert zone.ring == SQUARE and zone.source == "chart 5" and zone.is_box
    assert not replace(zone, holes=(HOLE,)).is_box
    hash(zone)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "lanes"}, "no kind"),
        ({"direction": 90.0}, "has a direction"),
        ({"kind": "lane", "direction": math.nan}, "direction of nan"),
        ({"width": 5.0}, "has a width"),
        ({"line": True, "width": 0.0}, "width of 0"),
        ({"line": True, "holes": (HOLE,)}, "hole"),
        ({"holes": (HOLE[:2],)}, "hole"),
        ({"ring": SQUARE[:2]}, "fewer than 3"),
        ({"ring": (), "line": True}, "no point"),
        ({"ring": ((1.0, 103.0), (1.0, 104.0), (2.0, 104.0))}, "leaves the earth"),
        ({"rules": {"spede": 1.0}}, "no rule of a zone"),
        ({"rules": {"speed_max": "12 kn"}}, "speed_max"),
        ({"rules": {"speed_max": math.inf}}, "speed_max"),
        ({"rules": {"anchoring": 0}}, "anchoring"),
        ({"rules": {"hours": (0, 90000)}}, "hours"),
    ],
)
def test_what_cannot_be_a_zone_is_refused_with_a_hint(change, words):
    with pytest.raises(ConfigError, match=words) as error:
        Zone(**{"name": "z", "ring": SQUARE, **change})
    assert error.value.hint


def test_direction_is_a_compass_direction():
    assert Zone("z", SQUARE, kind="lane", direction=-90).direction == 270.0


def test_version_changes_with_geometry_and_rules_and_survives_json():
    zone = Zone("z", SQUARE, "me", "speed_segment", 243, rules={"speed_max": 6, "types": range(80, 90)}, holes=(HOLE,))
    same = zone_of(plain(zone))
    assert same == zone and same.version == zone.version
    others = [replace(zone, **c) for c in ({"direction": 244}, {"rules": {}}, {"holes": ()}, {"source": "you"})]
    assert len({z.version for z in (zone, *others)}) == 5


# --- in the state --------------------------------------------------------------------------------------------------------


def test_zones_come_back_from_the_state_and_go(tmp_path):
    zones = [
        Zone("a", SQUARE, "s", holes=(HOLE,), rules={"speed_max": 6.5, "note": "slow"}),
        Zone("b", SQUARE[:2], "s", "lane", 81.5, 300.0, {}, (), True),
        Zone("c", SQUARE[:1], line=True, kind="platform", width=500.0),
    ]
    with selat.open(tmp_path / "sea") as sea:
        registry.put_zones(sea.state, zones, "me")
        assert list(registry.zones(sea.state).values()) == zones
        registry.remove_zones(sea.state, ["b"], "me")
        assert list(registry.zones(sea.state)) == ["a", "c"]
        with pytest.raises(StoreError, match="no zone 'x'"):
            registry.remove_zones(sea.state, ["a", "x"])
        actions = [(r["action"], r["subject"]) for r in sea.state.rows("audit")]
        assert actions == [("put", "zone:a"), ("put", "zone:b"), ("put", "zone:c"), ("remove", "zone:b")]
        assert not registry.broken_logs(sea.state)
        inside = region_of("a", sea.view)
        steps = np.array([[103.5, 1.5], [103.2, 1.5], [103.4, 1.5], [105.0, 1.5]]) * 1e7
        lon, lat = steps.round().astype(np.int32).T
        assert inside.mask(lon, lat).tolist() == [False, True, True, False]  # the edge of the hole is still in
        with pytest.raises(ConfigError, match="is a line"):
            region_of("c", sea.view)


def test_an_older_state_gets_the_new_columns(tmp_path):
    selat.open(tmp_path / "sea").close()
    with sqlite3.connect(tmp_path / "sea" / "state.db") as raw:
        for name in ("kind", "direction", "width", "rules", "holes", "line"):
            raw.execute(f"ALTER TABLE zones DROP COLUMN {name}")
        raw.execute("INSERT INTO zones VALUES ('old', '[[103, 1], [104, 1], [104, 2]]', 'mine')")
        raw.execute("UPDATE meta SET value = '2' WHERE key = 'schema_version'")
    raw.close()
    with selat.open(tmp_path / "sea") as sea:
        assert registry.zones(sea.state) == {"old": Zone("old", ((103, 1), (104, 1), (104, 2)), "mine")}
        sea.put(Zone("new", SQUARE, kind="lane", direction=90))
        assert registry.zones(sea.state)["new"].direction == 90.0


# --- the compiled set, against twins -----------------------------------------------------------------------------------------


def in_ring(x, y, ring):
    """True inside or on the edge: even-odd, one edge after the other, in exact fractions of a grid."""
    inside = False
    for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        if cross == 0 and min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by):
            return True, True
        if (ay > y) != (by > y) and (cross > 0) == (by > ay):
            inside = not inside
    return inside, False


def is_member(x, y, zone, reach=0.0):
    if not zone.line:
        rings = [in_ring(x, y, list(r)) for r in (zone.ring, *zone.holes)]
        if any(edge for _, edge in rings) or sum(inside for inside, _ in rings) % 2:
            return True
        return reach > 0 and to_edges(x, y, zone) <= reach
    reach += zone.width or 0.0
    return reach > 0 and to_edges(x, y, zone) <= reach


def to_edges(x, y, zone):
    """Metres to the nearest of many points on the edges, measured on the ellipsoid."""
    best = math.inf
    for ring in (zone.ring, *zone.holes):
        pairs = list(zip(ring, ring[1:] + (() if zone.line else ring[:1]), strict=False)) or [(ring[0], ring[0])]
        for (ax, ay), (bx, by) in pairs:
            t = np.linspace(0, 1, 2001)
            best = min(best, float(geodesy.distance(y, x, ay + t * (by - ay), ax + t * (bx - ax)).min()))
    return best


grid = st.integers(0, 8)
corner = st.tuples(grid, grid)


def on_grid(points):
    """Corners of a grid of 1/8 degree in the Strait: exact in binary, so that edges are hit exactly."""
    return tuple((103 + x / 8, 1 + y / 8) for x, y in points)


areas = st.lists(corner, min_size=3, max_size=9, unique=True).map(lambda p: Zone("a", on_grid(p)))
holed = st.just(Zone("h", on_grid([(0, 0), (8, 0), (8, 8), (0, 8)]), holes=(on_grid([(2, 2), (5, 2), (3, 6)]),)))
lines = st.tuples(st.lists(corner, min_size=1, max_size=5), st.sampled_from([None, 2000.0, 30000.0])).map(
    lambda t: Zone("l", on_grid(t[0]), line=True, width=t[1])
)


@settings(max_examples=60)
@given(st.lists(st.one_of(areas, holed, lines), max_size=6), st.lists(corner, min_size=1, max_size=30))
def test_members_equal_the_twin(zones, points):
    where = on_grid(points)
    lon, lat = (np.array([p[i] for p in where]) for i in (0, 1))
    point, zone = Zones(zones).members(lat, lon)
    expected = [(i, z) for i, (x, y) in enumerate(where) for z, zone in enumerate(zones) if is_member(x, y, zone)]
    assert list(zip(point.tolist(), zone.tolist(), strict=True)) == expected


@settings(max_examples=25)
@given(st.lists(st.one_of(areas, holed, lines), min_size=1, max_size=3), st.lists(corner, min_size=1, max_size=5))
def test_distance_and_near_equal_the_twin(zones, points):
    where = [(x + 0.031, y + 0.043) for x, y in on_grid(points)]
    lon, lat = (np.array([p[i] for p in where]) for i in (0, 1))
    compiled = Zones(zones)
    point, found = compiled.near(lat, lon, 8000.0)
    pairs = set(zip(point.tolist(), found.tolist(), strict=True))
    for z, zone in enumerate(zones):
        got = compiled.distance(lat, lon, z)
        for i, (x, y) in enumerate(where):
            away = to_edges(x, y, zone)
            inside = not zone.line and is_member(x, y, zone)
            expected = -away if inside else away - (zone.width or 0.0)
            assert got[i] == pytest.approx(expected, rel=2e-3, abs=2.0)  # the twin's points lie some metres apart
            if abs(expected - 8000.0) > 20.0:
                assert ((i, z) in pairs) == (expected <= 8000.0)


def test_distances_are_those_of_the_ellipsoid():
    """Off a meridian and off a parallel, near and far, at 1 and 60 degrees north."""
    for lat in (1.0, 60.0):
        zones = Zones([Zone("m", ((103.0, lat - 1), (103.0, lat + 1)), line=True)])
        for away in (10.0, 1852.0, 20_000.0):
            y, x = geodesy.destination(lat, 103.0, 90.0, away)
            # the twin: the least over points of the meridian a millimetre apart is not needed, its foot is near `lat`
            foot = lat + np.linspace(-0.01, 0.01, 20001)
            exact = float(geodesy.distance(y, x, foot, 103.0).min())
            assert zones.distance(y, x, 0)[0] == pytest.approx(exact, abs=0.01, rel=1e-5)


@settings(max_examples=60)
@given(st.lists(st.one_of(areas, lines), min_size=1, max_size=4), st.lists(corner, min_size=2, max_size=12))
def test_crossings_equal_the_twin(zones, points):
    where = [(x + 0.0123, y + 0.0171) for x, y in on_grid(points)]
    lon, lat = (np.array([p[i] for p in where]) for i in (0, 1))
    step, zone, part, side = Zones(zones).crossings(lat[:-1], lon[:-1], lat[1:], lon[1:])
    got = list(zip(step.tolist(), zone.tolist(), side.tolist(), part.round(9).tolist(), strict=True))
    expected = []
    for i, (a, b) in enumerate(pairwise(where)):
        for z, own in enumerate(zones):
            ends = own.ring[1:] + (() if own.line else own.ring[:1])
            for p, q in zip(own.ring, ends, strict=False):
                m = np.array([[b[0] - a[0], p[0] - q[0]], [b[1] - a[1], p[1] - q[1]]])
                if abs(np.linalg.det(m)) > 1e-12:
                    t, u = np.linalg.solve(m, [p[0] - a[0], p[1] - a[1]])
                    if 0 < t <= 1 and 0 <= u < 1:
                        left = (q[0] - p[0]) * (a[1] - p[1]) - (q[1] - p[1]) * (a[0] - p[0]) > 0
                        expected.append((i, z, 1 if left else -1, round(float(t), 9)))
    assert sorted(got) == sorted(expected)
    assert got == sorted(got, key=lambda g: (g[0], g[1], g[3]))


def test_a_ship_crosses_a_line_once_wherever_it_reports():
    line = Zones([Zone("limit", ((104.383, 1.0), (104.383, 2.0)), kind="report_line", line=True)])
    lon = np.array([104.37, 104.38, 104.383, 104.383, 104.39])
    lat = np.full(5, 1.5)
    step, _, _, side = line.crossings(lat[:-1], lon[:-1], lat[1:], lon[1:])
    assert step.tolist() == [1] and side.tolist() == [1]  # eastbound: from the left of a line drawn northwards


def test_nothing_is_found_where_nothing_is_known():
    zones = Zones([Zone("z", SQUARE), Zone("l", SQUARE[:2], line=True)])
    nan = np.array([math.nan])
    assert len(zones.members(nan, nan)[0]) == len(zones.near(nan, nan, 1e4)[0]) == 0
    assert np.isnan(zones.distance(nan, nan, 0)).all() and np.isnan(zones.distance([1.0], [103.0], -1)).all()
    empty = World().zones
    assert len(empty) == 0 and len(empty.members([1.0], [103.0])[0]) == 0 and not len(empty.of("lane"))
    assert np.isnan(empty.distance([1.0], [103.0], 0)).all() and len(empty.crossings([1], [1], [2], [2])[0]) == 0


def test_subsets_have_their_own_indices_and_the_version_is_of_the_content():
    a, b = Zone("a", SQUARE), Zone("b", SQUARE, kind="lane", direction=90, rules={"speed_max": 6})
    zones = Zones([a, b])
    lanes = zones.of("lane")
    assert lanes is zones.of("lane") and lanes[0] == b and lanes.direction.tolist() == [90.0]
    assert zones.named("b") == 1 and zones.named("c") == -1
    assert zones.version == Zones([b, a]).version != Zones([a, replace(b, direction=91)]).version
    assert np.array_equal(zones.limit("speed_max"), [math.nan, 6.0], equal_nan=True)
    with pytest.raises(ConfigError, match="no kind"):
        zones.of("lanes")
    with pytest.raises(ConfigError, match="no number"):
        zones.limit("types")


def test_an_empty_world_knows_nothing():
    world = World()
    assert np.isnan(world.coast.distance([1.0], [103.0])).all() and not world.coast.land([1.0], [103.0]).any()
    assert world.ports.nearest([1.0], [103.0])[0].tolist() == [-1]
    hit = world.lanes.at([1.0], [103.0])
    assert hit.lane.tolist() == [-1] and np.isnan(hit.direction).all() and not hit.declared.any()
    assert world.lists.match(1, 2, "A", "B") == []


@pytest.mark.bench
def test_a_million_points_in_forty_zones():
    rng = np.random.default_rng(1)
    zones = []
    for i in range(40):
        angle = np.sort(rng.uniform(0, 2 * np.pi, 60))
        r = rng.uniform(0.05, 0.4) * rng.uniform(0.7, 1.0, 60)
        x, y = rng.uniform(100.5, 104.5), rng.uniform(1, 3)
        zones.append(Zone(str(i), tuple(zip(x + r * np.cos(angle), y + r * np.sin(angle), strict=True))))
    compiled = Zones(zones)
    lat, lon = rng.uniform(0.8, 3.2, 1_000_000), rng.uniform(100.2, 104.8, 1_000_000)
    compiled.members(lat[:9], lon[:9])
    best = math.inf
    for _ in range(5):
        begin = time.process_time()  # the machine may be busy
        compiled.members(lat, lon)
        best = min(best, time.process_time() - begin)
    assert best < 0.2
