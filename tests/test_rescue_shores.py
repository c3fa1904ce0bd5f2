"""Areas that a shore cuts: legs on water only, no effort for land, ways round islands and headlands."""

from __future__ import annotations

import itertools
import json
import math
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from selat.exporters.plans import write_plan
from selat.kernels import effort_moving, geodesy
from selat.model import plan as model
from selat.model.clock import HOUR, SECOND
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.rescue import patterns, shores, waters
from selat.rescue.cloud import Cloud, Frame
from selat.rescue.plan import plan, setting_of
from selat.rescue.reshape import Shape, reshaped
from selat.rescue.searchers import Conditions, Searcher, span_of
from selat.tracks.coast import SHIPPED, Coast

pytestmark = pytest.mark.long

START = 1_795_000_000 * SECOND
END = START + 4 * HOUR
SIGHT = Conditions("raft 4")
COAST = Coast(SHIPPED)


class Made:
    """A coast that is a function of metres east and north of 2 N 101 E: signed metres to its shore."""

    def __init__(self, away):
        self.away = away

    def distance(self, lat, lon):
        lat, lon = np.broadcast_arrays(np.asarray(lat, float), np.asarray(lon, float))
        return self.away((lon - 101.0) * 111_251.0, (lat - 2.0) * 110_579.0)

    def land(self, lat, lon):
        return self.distance(lat, lon) < 0


ISLAND = Made(lambda x, y: np.hypot(x, y) - 3000.0)  # round, 3 km
EAST = Made(lambda x, y: 4000.0 - x)  # all land beyond 4 km east
SEA = Made(lambda x, y: np.full(np.shape(x), np.inf))


def cloud(coast, *, spread=5000.0, flow=(0.0, 0.0), n=2500, hours=5, seed=3):
    """Particles about 2 N 101 E; what begins on land is drawn afresh."""
    rng = np.random.default_rng(seed)
    p = rng.normal(size=(6 * n, 2)) * spread
    lat, lon = geodesy.moved(2.0, 101.0, p[:, 0], p[:, 1])
    p = p[~coast.land(lat, lon)][:n]
    own = np.array(flow) + rng.normal(size=(len(p), 2)) * 0.05
    steps = np.arange(2 * hours + 1) * (HOUR // 2)
    places = [geodesy.moved(2.0, 101.0, *(p + own * t).T) for t in steps / SECOND]
    lat, lon = (np.array([q[k] for q in places]) for k in (0, 1))
    return Cloud(START + steps, lat, lon, np.full(len(p), 1 / len(p)), coast.land(lat, lon).astype(np.uint8))


def boat(**more):
    lat, lon = geodesy.moved(2.0, 101.0, -12_000.0, 0.0)
    given = {"name": "Bot", "platform": "boat", "lat": float(lat), "lon": float(lon), "speed": 14 * KNOT,
             "endurance": 9 * 3600.0, "width": 500.0}  # fmt: skip
    return Searcher(**given | more)


def on_land(coast, task, step=50.0):
    """Metres of a task's track over land, asked every 50 m."""
    over = 0.0
    for one, two in itertools.pairwise(task.waypoints):
        part = np.linspace(0.0, 1.0, max(2, math.ceil(one.length / step)))
        lat, lon = one.lat + part * (two.lat - one.lat), one.lon + part * (two.lon - one.lon)
        over += float(coast.land(lat, lon).mean()) * one.length
    return over


STILL, DRIFTING = (0.0, 0.0), (0.25, -0.3)


@pytest.mark.parametrize(
    ("coast", "flow", "pattern"),
    [(ISLAND, STILL, ""), (ISLAND, DRIFTING, "PS"), (ISLAND, DRIFTING, "SS"), (ISLAND, STILL, "VS"), (EAST, DRIFTING, ""),
     (EAST, STILL, "CS"), (EAST, DRIFTING, "VS")],
    ids=lambda v: "island" if v is ISLAND else "east" if v is EAST else str(v),
)  # fmt: skip
def test_no_leg_crosses_land_and_none_costs_more_than_its_time(coast, flow, pattern):
    p = plan(cloud(coast, flow=flow), [boat(pattern=pattern)], SIGHT, START, END, coast=coast, parts=1)
    (t,) = p.tasks
    assert len(t.waypoints) > 2
    assert on_land(coast, t) == 0.0 and not any("crosses land" in w for w in p.weaknesses)
    sailed = (t.waypoints[-1].time - t.begin) / SECOND
    assert 0.5 * (t.end - t.begin) / SECOND * 0.85 < sailed <= (t.end - t.begin) / SECOND * 0.85 + 1.0
    if coast is ISLAND and not pattern:
        assert t.area.dry > 0.0 and t.area.size == pytest.approx(t.area.length * t.area.width - t.area.dry)


def test_land_takes_no_effort():
    """The same cloud, cut by a shore: a planner that knows the shore finds more, and what it counts is the water's coverage."""
    shore = Made(lambda x, y: -900.0 - x - 0.3 * y + 1500.0 * np.sin(y / 1500.0))
    c = cloud(shore, spread=3000.0)
    knows = plan(c, [boat()], SIGHT, START, END, coast=shore, parts=1)
    blind = plan(c, [boat()], SIGHT, START, END, parts=1)
    assert on_land(shore, blind.tasks[0]) > 0.0 == on_land(shore, knows.tasks[0])
    assert knows.pos >= 0.98 * blind.pos
    (t,) = knows.tasks
    for ring in t.area.water:
        lat, lon = np.array(ring).T
        assert shore.distance(lat, lon).min() > -80.0


def test_the_bound_of_cells_that_are_half_land_is_that_of_their_water():
    rng = np.random.default_rng(1)
    x = rng.uniform(0, 10_000, (1, 4000)).astype(np.float32)
    y = rng.uniform(0, 5_000, (1, 4000)).astype(np.float32)  # the northern half of the square is land
    w = np.full(4000, 1 / 4000)
    gx, gy = np.meshgrid(np.arange(50, 10_000, 100.0), np.arange(5050, 10_000, 100.0))
    land = gx.ravel()[None].astype(np.float32), gy.ravel()[None].astype(np.float32), 1e4
    z = np.array([4e7])
    whole = effort_moving.bound(x, y, w, z, side=10_000.0)[1]
    water = effort_moving.bound(x, y, w, z, side=10_000.0, land=land)[1]
    assert whole == pytest.approx(1 - math.exp(-0.4), abs=1e-6)
    assert water == pytest.approx(1 - math.exp(-0.8), abs=1e-3)


def test_the_rings_of_an_areas_water():
    c = cloud(ISLAND)
    frame = Frame(c, START, still=True)
    at = [float(v) for v in frame.plane(2.0, 101.0, START)]
    rect = np.array([*at, 6000.0, 5000.0, 0.4])
    outline, hole = shores.rings_of(frame, ISLAND, rect, START)
    assert model._turn(outline) > 0 > model._turn(hole)
    assert len(outline) == 4 and len(hole) <= shores.CORNERS
    east, north = geodesy.plane(2.0, 101.0, *np.array(hole).T)
    assert np.hypot(east, north) == pytest.approx(3000.0, rel=0.03)
    lat, lon = geodesy.moved(2.0, 101.0, np.array([0.0, 3500.0, 2500.0]), np.zeros(3))
    assert shores.inside(lat, lon, (outline, hole)).tolist() == [False, True, False]
    assert shores.rings_of(frame, SEA, rect, START) == ()
    half = shores.rings_of(frame, EAST, np.array([at[0] + 4000.0, at[1], 3000.0, 2000.0, 0.0]), START)
    (ring,) = half
    east, north = geodesy.plane(2.0, 101.0, *np.array(ring).T)
    assert sorted(np.round(east, -2)) == [1000, 1000, 4000, 4000] and len(ring) == 4
    assert shores.dry_share(frame, EAST, np.array([at[0] + 4000.0, at[1], 3000.0, 2000.0, 0.3]), np.array([START])) == (
        pytest.approx(0.5, abs=0.03),
        True,
    )


def test_a_boat_goes_round_an_island():
    one, two = (
        (float(a), float(b)) for a, b in zip(*geodesy.moved(2.0, 101.0, [-5000.0, 5000.0], [0.0, 0.0]), strict=True)
    )
    places, far = waters.way(ISLAND, one, two)
    # two tangents of 4 km and the arc between their ends
    exact = 2 * 4000.0 + 3000.0 * (math.pi - 2 * math.acos(3 / 5))
    assert exact <= far <= 1.03 * exact
    for a, b in itertools.pairwise(places):
        assert waters.clear(ISLAND, a, b)
    assert waters.way(SEA, one, two)[0] == [one, two]
    ringed = Made(lambda x, y: np.abs(np.hypot(x + 5000.0, y) - 1500.0) - 300.0)  # a lagoon without a mouth
    assert waters.way(ringed, one, two)[1] == math.inf


def test_times_are_those_of_the_way_by_sea():
    wall = Made(
        lambda x, y: np.where(
            np.abs(y) < 6000.0, np.abs(x + 8000.0) - 600.0, np.hypot(x + 8000.0, np.abs(y) - 6000.0) - 600.0
        )
    )
    straight = span_of(boat(), 2.0, 101.0, START, END, SIGHT)
    round_it = span_of(boat(), 2.0, 101.0, START, END, SIGHT, wall)
    far = 14 * KNOT * (round_it.begin - START) / SECOND
    assert round_it.begin > straight.begin and far == pytest.approx(
        math.hypot(4000, 6600) + math.hypot(8000, 6600), rel=0.05
    )
    assert any("nm by sea" in n for n in round_it.notes)
    flown = span_of(boat(platform="helicopter"), 2.0, 101.0, START, END, SIGHT, wall)
    assert flown.begin == straight.begin and not any("by sea" in n for n in flown.notes)


def test_off_port_dickson_the_real_shore_is_kept():
    """The coast that comes with selat: a case that reaches the shore, with two boats and an aircraft."""
    rng = np.random.default_rng(8)
    p = rng.normal(size=(60_000, 2)) * [5000.0, 3500.0]
    lat, lon = geodesy.moved(2.46, 101.80, p[:, 0], p[:, 1])
    sea = ~COAST.land(lat, lon)
    lat, lon = lat[sea][:4000], lon[sea][:4000]
    steps = np.arange(11) * (HOUR // 2)
    still = Cloud(START + steps, np.repeat(lat[None], 11, 0), np.repeat(lon[None], 11, 0), np.full(4000, 1 / 4000))
    teams = [
        Searcher("Penyelamat 7", "boat", 2.52, 101.79, 16 * KNOT, 8 * 3600.0, width=0.3 * NAUTICAL_MILE),
        Searcher("Kilat 12", "boat", 2.40, 101.85, 14 * KNOT, 8 * 3600.0, width=0.3 * NAUTICAL_MILE),
        Searcher("Bombardier", "aircraft", 2.75, 101.70, 120 * KNOT, 5 * 3600.0, width=0.4 * NAUTICAL_MILE),
    ]
    p = plan(still, teams, SIGHT, START, END, coast=COAST)
    assert sum(t.area.dry for t in p.tasks) > 0.0
    for t in p.tasks:
        if t.platform == "boat":
            assert on_land(COAST, t) < 30.0
        assert not t.area.water or all(len(r) <= shores.CORNERS for r in t.area.water)
    assert p.share > 0.85
    again = model.from_dict(json.loads(json.dumps(model.to_dict(p))))
    assert again == p
    cut = next(t for t in p.tasks if t.area.water)
    action = write_plan(p, "action")[".action.txt"]
    assert "CUT AT THE SHORE" in action
    shapes = [
        f for f in json.loads(write_plan(p, "geojson")[".geojson"])["features"] if f["properties"]["what"] == "area"
    ]
    mine = next(f for f in shapes if f["properties"]["task"] == cut.name)["geometry"]
    rings = mine["coordinates"] if mine["type"] == "Polygon" else [r for part in mine["coordinates"] for r in part]
    assert len(rings) == len(cut.area.water) and all(r[0] == r[-1] for r in rings)
    kml = ET.fromstring(write_plan(p, "kml")[".kml"])
    assert len(kml.findall(".//{*}LinearRing")) == sum(len(t.area.water) or 1 for t in p.tasks)
    setting, _ = setting_of(still, teams, SIGHT, START, END, coast=COAST)
    shape = Shape(cut.area.lat, cut.area.lon, 1.2 * cut.area.length, cut.area.width, cut.area.axis)
    moved, _ = reshaped(setting, p, {cut.name: shape}, SIGHT, coast=COAST)
    new = next(t for t in moved.tasks if t.name == cut.name)
    assert new.spacing > cut.spacing and (new.platform != "boat" or on_land(COAST, new) < 30.0)


def test_coverage_in_layers_is_that_of_the_tracks():
    """A sector search as counted, ring by ring, against the length of its legs in each ring."""
    rect = np.array([0.0, 0.0, 1000.0, 1000.0, 0.0])
    rects, cover = patterns.layers(rect, "VS", 0.7)
    size = 4.0 * rects[:, 2] * rects[:, 3]
    assert float((cover * size).sum()) == pytest.approx(0.7 * 4e6)
    radius = math.sqrt(4e6 / math.pi)
    points = patterns.sector((0.0, 0.0), radius)
    fine = np.concatenate([a + np.linspace(0, 1, 4001)[:-1, None] * (b - a) for a, b in itertools.pairwise(points)])
    away = np.hypot(*fine.T) / radius
    edges = np.concatenate([[0.0], rects[:, 2] / 1000.0])
    for k, (low, high) in enumerate(itertools.pairwise(edges)):
        length = ((away > low) & (away <= high)).mean() * 9.0 * radius
        size = math.pi * (high**2 - low**2) * radius**2
        width = 0.7 * math.pi * radius / 9.0  # of the sweep, at that coverage
        assert cover[k:].sum() == pytest.approx(width * length / size, rel=0.02)
    assert patterns.layers(rect, "PS", 0.7)[1].tolist() == [0.7]
