"""The traffic of a whole strait: shares as counted, narrow lanes that ships keep to, flaws, tables fast enough."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from selat.exercise.columns import emit_columns
from selat.exercise.scene import scenario
from selat.exercise.traffic import distance
from selat.exercise.zones import EASTBOUND_WIDTH, WESTBOUND_WIDTH, declared, half_widths, through
from selat.model.clock import monotonic
from selat.model.units import KNOT
from selat.tracks.zones import Zones
from test_exercise_truth import LAND, on_land

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def scene():
    return scenario(7, (), ships=1500, hours=1.0, night=False)


def of(scene, *kinds):
    return np.array([i for i, s in enumerate(scene.fleet) if s.kind in kinds])


def test_the_mix_is_that_of_the_counts(scene):
    """Of through ships: tankers 31 %, VLCC 10 %, container 26 %, bulk 21 % (2025), by declared type and size."""
    ships = [s for s in scene.fleet if s.kind == "through" and s.ship_type]
    n = len(ships)
    assert 230 < n < 260
    tankers = sum(80 <= s.ship_type <= 83 for s in ships) / n
    gas = sum(s.ship_type == 84 for s in ships) / n
    vlcc = sum(s.ship_type == 80 and s.length > 305 for s in ships) / n
    assert 0.22 < tankers < 0.42 and 0.015 < gas < 0.10 and 0.04 < vlcc < 0.16
    kinds = Counter(s.kind for s in scene.fleet)
    assert {
        "ferry",
        "crossing",
        "fisher",
        "fishing",
        "tug",
        "pilotcraft",
        "bunker",
        "lying",
        "pleasure",
        "patrol",
    } <= set(kinds)


def test_lanes_are_as_narrow_as_off_st_johns_and_ships_keep_to_them(scene):
    route, half = through(), half_widths(through())
    east = np.arange(len(route.lon)) < np.argmax(route.lon)
    narrow = (route.lon > 103.7) & (route.lon < 104.2)
    assert np.allclose(half[narrow & east] * 2, EASTBOUND_WIDTH) and np.allclose(
        half[narrow & ~east] * 2, WESTBOUND_WIDTH
    )
    lanes, ids = Zones(declared()).of("lane"), of(scene, "through")
    for t in (0.0, 1800.0, 3500.0):
        s = scene.traffic.at(ids, np.full(len(ids), t))
        there = (s.lon > 102.6) & (s.lon < 104.1)
        point, zone = lanes.members(s.lat, s.lon)
        inside = np.isin(np.flatnonzero(there), point)
        assert inside.mean() > 0.97
        off = np.abs((s.cog[point] - lanes.direction[zone] + 180) % 360 - 180)
        assert (off < 35).mean() > 0.97, "and they go the right way"


def test_ships_overtake_and_pass_beside(scene):
    ids = of(scene, "through")
    speeds = scene.traffic.at(ids, np.zeros(len(ids))).sog / KNOT
    assert np.ptp(speeds) > 6
    a, b = (scene.traffic.at(ids, np.full(len(ids), t)) for t in (0.0, 3600.0))
    overtaken = 0
    for k in range(len(ids)):
        near = np.flatnonzero((distance(a.lat, a.lon, a.lat[k], a.lon[k]) < 6000) & (a.leg == a.leg[k]))
        way = np.radians(a.cog[k])
        for j in near.tolist():
            before, after = ((s.lon[j] - s.lon[k]) * np.sin(way) + (s.lat[j] - s.lat[k]) * np.cos(way) for s in (a, b))
            overtaken += before < 0 < after
    assert overtaken > 20


def test_barges_lie_alongside_and_swing_with_their_host(scene):
    hosts, barges = of(scene, "anchored"), of(scene, "lying")
    assert len(barges) > 20
    for t in (0.0, 2000.0, 3500.0):
        a, b = (scene.traffic.at(x, np.full(len(x), t)) for x in (hosts, barges))
        for k in range(len(barges)):
            assert distance(a.lat, a.lon, b.lat[k], b.lon[k]).min() < 60.0


def test_pilots_board_for_some_minutes(scene):
    boats = of(scene, "pilotcraft")
    assert len(boats) >= 2
    ships = of(scene, "through")
    for i in boats.tolist():
        boat = scene.fleet[i]
        t = np.arange(boat.on, boat.on + 5.0 * len(boat.move.east), 10.0)
        mine = scene.traffic.at(np.full(len(t), i), t)
        close = np.zeros(len(t))
        for k, x in enumerate(t.tolist()):
            s = scene.traffic.at(ships, np.full(len(ships), x))
            close[k] = distance(s.lat, s.lon, mine.lat[k], mine.lon[k]).min()
        assert 100 < 10 * np.count_nonzero(close < 60) < 480


def test_flaws_are_there_and_rare(scene):
    reports, statics, _ = emit_columns(scene, 0.0, 900.0)
    a = (reports["msg_type"] == 1) | (reports["msg_type"] == 3)
    last = np.unique(reports["mmsi"][a], return_index=True)[1]
    rows = np.flatnonzero(a)[last]
    assert 0.01 < (reports["heading"][rows] == 65535).mean() < 0.35
    assert 0 < np.mean(reports["sog"][a] == 65535) < 0.03
    five = statics["msg_type"] == 5
    assert 0.02 < (statics["to_bow"][five] == 65535).mean() < 0.15
    stale = [s for s in scene.fleet if s.kind == "anchored" and s.berthed != 1]
    assert 0.02 < len(stale) / len(of(scene, "anchored")) < 0.15


def test_an_hour_of_1500_ships_takes_seconds(scene):
    scene.traffic.at(np.array([0]), np.array([10.0]))
    began = monotonic()
    reports, _, _ = emit_columns(scene, 0.0, 1200.0)
    assert (monotonic() - began) * 3 < 40.0, "an hour; measured 5 s on a core of its own"
    assert len(np.unique(reports["mmsi"])) > 1200 and reports.rows > 60_000


def test_the_whole_traffic_stays_in_water(scene, shared):
    ids = np.array([i for i, s in enumerate(scene.fleet) if s.kind not in ("base", "aircraft")])
    for t in (100.0, 2000.0, 3500.0):
        s = scene.traffic.at(ids, np.full(len(ids), t))
        dry = on_land(s.lon, s.lat, shared / LAND)
        assert not dry.any(), [(scene.fleet[i].kind, s.lon[k], s.lat[k]) for k, i in enumerate(ids) if dry[k]][:5]
