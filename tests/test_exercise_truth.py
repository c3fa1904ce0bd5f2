"""Motion and incidents: geometry by slow twins, water by the map, and the score."""

from __future__ import annotations

import gzip
import json
import math
from itertools import pairwise

import numpy as np
import pytest

from selat.exercise import incidents
from selat.exercise.emit import sentences
from selat.exercise.incidents import approach, truth
from selat.exercise.scene import Scene
from selat.exercise.score import close_quarters, score
from selat.exercise.traffic import Loop, Route, Traffic, distance, metres_per_degree
from selat.model.clock import SECOND
from selat.model.nouns import Alert
from selat.model.units import KNOT, NAUTICAL_MILE

pytestmark = pytest.mark.long

LAND = "map/land_osm_97E-106E_2S-8N.geojson.gz"


@pytest.fixture(scope="module")
def scene():
    return Scene(seed=1)


def everyone(scene, t):
    ids = np.arange(len(scene.fleet))
    return scene.traffic.at(ids, np.full(len(ids), float(t)))


def test_two_ways_to_measure_a_distance():
    """Vincenty's series, slowly, against the local plane."""

    def vincenty(lat1, lon1, lat2, lon2):
        a, f = 6378137.0, 1 / 298.257223563
        b = a * (1 - f)
        u1, u2 = (math.atan((1 - f) * math.tan(math.radians(x))) for x in (lat1, lat2))
        ll = lam = math.radians(lon2 - lon1)
        for _ in range(50):
            ss = math.hypot(
                math.cos(u2) * math.sin(lam),
                math.cos(u1) * math.sin(u2) - math.sin(u1) * math.cos(u2) * math.cos(lam),
            )
            cs = math.sin(u1) * math.sin(u2) + math.cos(u1) * math.cos(u2) * math.cos(lam)
            sigma = math.atan2(ss, cs)
            sa = math.cos(u1) * math.cos(u2) * math.sin(lam) / ss
            c2 = 1 - sa * sa
            cm = cs - 2 * math.sin(u1) * math.sin(u2) / c2 if c2 else 0.0
            c = f / 16 * c2 * (4 + f * (4 - 3 * c2))
            lam = ll + (1 - c) * f * sa * (sigma + c * ss * (cm + c * cs * (2 * cm * cm - 1)))
        us = c2 * (a * a - b * b) / (b * b)
        aa = 1 + us / 16384 * (4096 + us * (-768 + us * (320 - 175 * us)))
        bb = us / 1024 * (256 + us * (-128 + us * (74 - 47 * us)))
        ds = bb * ss * (cm + bb / 4 * (cs * (2 * cm * cm - 1) - bb / 6 * cm * (4 * ss * ss - 3) * (4 * cm * cm - 3)))
        return b * aa * (sigma - ds)

    for p in ((1.2, 103.5, 1.25, 103.6), (2.9, 100.8, 2.3, 101.6), (1.3, 104.0, 1.3, 104.01)):
        assert float(distance(*p)) == pytest.approx(vincenty(*p), rel=5e-6, abs=0.01)


def test_a_ship_goes_where_she_says(scene):
    """Position after one second is that of speed and course, for all ships at many times: no ship ever jumps."""
    rng = np.random.default_rng(0)
    ids = np.arange(len(scene.fleet))
    for t in (0.0, 59.0, *rng.uniform(0, 5 * 3600, 40)):
        a, b = everyone(scene, t), everyone(scene, t + 1)
        gone = distance(a.lat, a.lon, b.lat, b.lon)
        assert np.abs(gone - (a.sog + b.sog) / 2).max() < 0.6
        moving = ids[(a.sog > 1) & (b.sog > 1)]
        north, east = metres_per_degree(a.lat)
        way = np.degrees(np.arctan2((b.lon - a.lon) * east, (b.lat - a.lat) * north))
        off = np.abs((way - a.cog + 180) % 360 - 180)[moving]
        assert np.percentile(off, 99) < 5 and off.max() < 15


def test_rate_of_turn_is_the_change_of_heading(scene):
    for t in (30.0, 555.0, 1234.0, 7777.0):
        a, b = everyone(scene, t), everyone(scene, t + 1)
        change = (b.heading - a.heading + 180) % 360 - 180
        assert np.abs(change - (a.turn + b.turn) / 2).max() < 0.6
    turns = np.abs(np.concatenate([everyone(scene, t).turn for t in range(0, 3600, 200)])) * 60
    assert (turns > 5).sum() > 20, "ships do turn"


def test_speeds_and_turns_are_possible(scene):
    """Ships abreast wheel in a bend: the outer are faster there (most so where through ships turn back, unheard)."""
    top = {"through": 22, "tug": 13, "ferry": 30, "pilot": 24, "bunker": 7.5, "fishing": 5, "pleasure": 8,
           "patrol": 18, "anchored": 1.0, "aircraft": 130, "meeting": 13, "twin": 5, "mark": 0, "base": 0}  # fmt: skip
    for t in range(0, 4 * 3600, 307):
        s = everyone(scene, t)
        for ship, v in zip(scene.fleet, s.sog / KNOT, strict=True):
            assert 0 <= v <= top[ship.kind] + 0.01, (ship.kind, v, t)


def test_play_goes_on_for_hours(scene):
    """Through ships that leave at one end come back in the other direction; nobody vanishes."""
    ids = np.array([i for i, s in enumerate(scene.fleet) if s.kind == "through"])
    legs = np.array([scene.traffic.planned(ids, np.full(len(ids), t * 3600.0)).leg for t in range(0, 60, 3)])
    assert ((legs == 0).any(axis=0) & (legs == 1).any(axis=0)).all()
    late = everyone(scene, 6 * 3600.0)
    assert np.isfinite(late.lat).all() and np.isfinite(late.lon).all()


def test_a_route_with_a_lead_is_sailed_once_then_round():
    route = Route.of(((103.0, 1.0), (103.1, 1.0), (103.2, 1.0), (103.2, 1.1), (103.1, 1.1)), closed=True, lead=1)
    traffic = Traffic([route], [Loop(0, 0.0, 10.0)])
    t = np.arange(0, 20_000.0)
    s = traffic.at(np.zeros(len(t), dtype=np.int64), t)
    steps = distance(s.lat[:-1], s.lon[:-1], s.lat[1:], s.lon[1:])
    assert steps.max() < 10.6 and steps.min() > 9.4
    assert (s.lon[6000:] > 103.05).all()


def rings(path):
    with gzip.open(path) as f:
        for feature in json.load(f)["features"]:
            shape = feature["geometry"]
            for polygon in [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]:
                yield from (np.array(r) for r in polygon)


def on_land(lon, lat, path):
    inside = np.zeros(len(lon), dtype=bool)
    for r in rings(path):
        near = (lon > r[:, 0].min()) & (lon < r[:, 0].max()) & (lat > r[:, 1].min()) & (lat < r[:, 1].max())
        for i in np.flatnonzero(near):
            x1, y1, x2, y2 = r[:-1, 0], r[:-1, 1], r[1:, 0], r[1:, 1]
            cut = (y1 > lat[i]) != (y2 > lat[i])
            at = x1[cut] + (lat[i] - y1[cut]) * (x2[cut] - x1[cut]) / (y2[cut] - y1[cut])
            inside[i] ^= bool(np.count_nonzero(at > lon[i]) % 2)
    return inside


@pytest.mark.parametrize("ships", [340, 1500])
def test_ships_stay_in_water(ships, shared):
    """All of every route, both sides, and all grounds: where any ship may ever be."""
    scene = Scene(seed=1, ships=ships)
    traffic = scene.traffic
    ids = np.array([i for i, s in enumerate(scene.fleet) if s.kind not in ("base", "aircraft")])
    still = np.array([i for i in ids if scene.fleet[i].kind in ("anchored", "fishing", "pleasure", "twin", "mark")])
    lon, lat = [], []
    for t in np.linspace(0, 6 * 3600, 12):
        s = traffic.planned(still, np.full(len(still), t))
        lon.append(s.lon), lat.append(s.lat)
    flights = {s.move.route for s in scene.fleet if s.kind == "aircraft"}
    for number, base in enumerate(traffic.base):
        if number in flights:
            continue
        s = np.arange(0.0, traffic.length[number], 200.0)
        for side in (-300.0, 0.0, 300.0):
            y, x, _, _ = traffic._on(np.full(len(s), number), s, np.full(len(s), side), 0)
            ends = (s < 1000) | (s > traffic.length[number] - 1000)  # at the berth nobody is off the line
            keep = ~ends if side and base else np.ones(len(s), dtype=bool)
            lon.append(x[keep]), lat.append(y[keep])
    lon, lat = np.concatenate(lon), np.concatenate(lat)
    dry = on_land(lon, lat, shared / LAND)
    assert not dry.any(), list(zip(lon[dry].round(3), lat[dry].round(3), strict=True))[:10]


def test_the_staged_things_begin_within_three_minutes(scene):
    facts = truth(scene)
    assert {f.rule for f in facts} == {"distress", "beacon_test", "two_places", "jump", "collision"}
    assert all(
        scene.start <= f.start <= scene.start + 180 * SECOND < f.end or f.rule in ("beacon_test", "jump") for f in facts
    )
    assert truth(Scene(incidents=False)) == []


def test_the_collision_course_is_one_and_resolves(scene):
    fact = next(f for f in truth(scene) if f.rule == "collision")
    pair = [scene.number(m) for m in fact.subjects]
    for t in range(0, 540, 20):
        miss, ahead = approach(scene, pair, t)
        assert miss < 0.1 * NAUTICAL_MILE and ahead == pytest.approx(incidents.MEET_AT - t, abs=2)
    assert approach(scene, pair, 65)[1] < 600, "ten minutes ahead, just after the first minute"
    apart = [
        float(distance(s.lat[0], s.lon[0], s.lat[1], s.lon[1]))
        for t in range(0, 4 * 3600, 5)
        for s in [scene.traffic.at(np.array(pair), np.full(2, float(t)))]
    ]
    assert 0.25 * NAUTICAL_MILE < min(apart) < 0.5 * NAUTICAL_MILE, "late turns to starboard keep them apart, for good"
    assert approach(scene, pair, incidents.CLEAR_AT)[0] > 0.3 * NAUTICAL_MILE


def test_approach_against_stepping(scene):
    """Closest approach by formula and by stepping along straight lines."""
    rng = np.random.default_rng(7)
    ids = [i for i, s in enumerate(scene.fleet) if s.kind in ("through", "ferry")]
    for _ in range(20):
        pair = rng.choice(ids, 2, replace=False)
        miss, ahead = approach(scene, pair, 100.0)
        s = scene.traffic.at(pair, np.full(2, 100.0))
        north, east = metres_per_degree(s.lat.mean())
        t = np.linspace(0, 2 * ahead + 100, 20_001)
        x, y = (
            (c[1] - c[0]) * k + (v[1] - v[0]) * t
            for c, k, v in (
                (s.lon, east, s.sog * np.sin(np.radians(s.cog))),
                (s.lat, north, s.sog * np.cos(np.radians(s.cog))),
            )
        )
        assert miss == pytest.approx(np.hypot(x, y).min(), rel=1e-3, abs=1.0)


def test_one_mmsi_is_in_two_places(scene):
    fact = next(f for f in truth(scene) if f.rule == "two_places")
    one, two = (scene.number(fact.subjects[0], hull=k) for k in (0, 1))
    for t in (100.0, 900.0, 3600.0):
        s = scene.traffic.at(np.array([one, two]), np.full(2, t))
        assert distance(s.lat[0], s.lon[0], s.lat[1], s.lon[1]) > 38 * NAUTICAL_MILE
    assert scene.fleet[one].name != scene.fleet[two].name


def test_the_beacon_is_where_the_ferry_was(scene):
    active, test = incidents.beacons(scene)
    ferry = next(i for i, s in enumerate(scene.fleet) if s.name == "EX MERPATI LAUT")
    t = np.arange(0.0, 120.0)
    s = scene.traffic.at(np.full(len(t), ferry), t)
    assert distance(s.lat, s.lon, active.lat, active.lon).min() < 10
    assert (s.sog > 10).all()
    assert str(active.mmsi).startswith("972") and str(test.mmsi).startswith("970")
    sent = active.due(0, 400)
    assert len(sent) == 8 * 6, "six bursts of eight"
    assert sum(text for _, text in sent) == 4, "two texts in every fourth burst"
    assert all(b > a for (a, _), (b, _) in pairwise(sent))
    assert [x for k in range(400) for x in active.due(k, k + 1)] == sent
    assert len(test.due(0, 400)) == 8 and sum(text for _, text in test.due(0, 400)) == 2


def test_the_beacon_is_heard_soon_and_the_test_is_marked(scene):
    from test_exercise import Slow, field, text

    slow = Slow(sentences(scene, 180))
    active, test = incidents.beacons(scene)
    mine = [m for m in slow.messages if m[5] == active.mmsi]
    assert mine and mine[0][0] < scene.start + 80 * SECOND
    assert {field(m[6], 38, 4) for m in mine if m[4] == 1} == {14}
    assert {text(m[6], 40, len(m[6]) - 40) for m in mine if m[4] == 14} == {"MOB ACTIVE"}
    other = [m for m in slow.messages if m[5] == test.mmsi]
    assert {field(m[6], 38, 4) for m in other if m[4] == 1} == {15}
    assert all(text(m[6], 40, len(m[6]) - 40) == "SART TEST" for m in other if m[4] == 14)


def test_ferries_keep_clear_of_through_ships(scene):
    """With the timetable close approaches that nobody staged are rare (0.1 nm, in the first half hour)."""
    ids = [i for i, s in enumerate(scene.fleet) if s.kind in ("through", "ferry")]
    kinds = np.array([scene.fleet[i].kind for i in ids])
    close = set()
    for t in range(0, 1800, 10):
        s = scene.traffic.at(np.array(ids), np.full(len(ids), float(t)))
        north, east = metres_per_degree(1.3)
        x, y = s.lon * east, s.lat * north
        near = np.hypot(x[:, None] - x, y[:, None] - y) < 0.1 * NAUTICAL_MILE
        mixed = (kinds[:, None] == "ferry") & (kinds == "through") & (s.sog[:, None] > 1)
        close |= {(int(i), int(j)) for i, j in zip(*np.nonzero(near & mixed), strict=True)}
    assert len(close) <= 1


def alert(rule, subjects, t, priority="warning", last=None):
    return Alert(rule, "1", priority, tuple(subjects), t, last or t, 1.2, 103.8, "")


def test_score_counts_hits_natural_false_and_missed(scene):
    facts = truth(scene)
    by_rule = {f.rule: f for f in facts}
    hit, test = by_rule["distress"], by_rule["beacon_test"]
    meeting = by_rule["collision"]
    alerts = [
        alert("sart", hit.subjects, hit.start + 4 * SECOND, "emergency"),
        alert("sart", test.subjects, test.start, "emergency"),
        alert("sart_test", test.subjects, test.start, "caution"),
        alert("collision", meeting.subjects, meeting.start + 65 * SECOND, "alarm"),
        alert("collision", (111, 222), meeting.start, "alarm"),
    ]
    judge = {"collision": close_quarters(scene)}
    got = score(facts, alerts, names={"sart": ("distress",)}, judge=judge)
    assert got["distress"].recall == 1.0 and got["distress"].precision == 0.5 and got["distress"].delays == [4.0]
    assert got["collision"].hits == 1 and len(got["collision"].false) == 1 and got["collision"].delays == [65.0]
    assert got["two_places"].recall == 0.0 and got["two_places"].missed == [by_rule["two_places"]]
    assert "beacon_test" not in got


def test_judge_knows_the_motion(scene):
    meeting = next(f for f in truth(scene) if f.rule == "collision")
    judge = close_quarters(scene)
    assert judge(alert("collision", meeting.subjects, scene.start + 100 * SECOND))
    lying = [s.mmsi for s in scene.fleet if s.kind == "anchored"]
    assert not judge(alert("collision", (lying[0], meeting.subjects[0]), scene.start + 100 * SECOND))
