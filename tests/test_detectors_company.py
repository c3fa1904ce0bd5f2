"""Ships in company: tow, follow, approach, swarm; what they are, and what only looks like them."""

from __future__ import annotations

import numpy as np
import pytest

from pair_sea import way
from selat.app.floor import Floor
from selat.detectors import _golden as made
from selat.detectors import approach, follow, swarm, tow
from selat.model.clock import SECOND
from selat.model.columns import empty
from selat.model.nouns import Zone
from selat.model.rule import explain
from selat.model.units import KNOT
from selat.tracks.world import World
from selat.tracks.zones import Zones

ONE, TWO = 563900001, 563900002


def alerts(rule, ways, ships, world=None, **more):
    """Alerts of a rule about ships (mmsi, type, length, beam) with their ways."""
    reports = made.numbered(*[
        way(m, points, **{**more, **extra}) for (m, *_), (points, extra) in zip(ships, ways, strict=True)
    ])  # fmt: skip
    statics = made.numbered(
        *[made.ship(m, f"SHIP {m % 10}", length, beam, kind, -1.0) for m, kind, length, beam in ships]
    )
    return Floor([rule], world=world or World()).step(reports, statics, empty("messages"), made.START, True)


def line(knots, seconds, x=0.0, y=0.0, course=90.0):
    away = knots * KNOT * seconds
    return [(0.0, x, y), (seconds, x + away * np.sin(np.radians(course)), y + away * np.cos(np.radians(course)))]


# Tow


def test_a_tow_is_recorded_once_and_the_tug_comes_first():
    ships = (ONE, 79, 80, 22), (TWO, 52, 28, 9)
    found = alerts(tow.DETECTOR, [(line(5, 2400, -250.0), {}), (line(5, 2400), {})], ships)
    assert {a.priority for a in found} == {"caution"} and len({a.id for a in found}) == 1
    assert found[0].sentence.startswith("SHIP 2 (tug) has SHIP 1 in tow (not declared)")
    assert explain(tow.DETECTOR, found[0].evidence) == found[0]


@pytest.mark.parametrize("second, more", [
    (line(5, 2400, 250.0), {}),  # ahead of the tug, 250 m: nobody tows that way
    (line(5, 2400, -900.0), {}),  # too far astern
    (line(7, 2400, -250.0), {}),  # goes past
    (line(0.3, 2400, -250.0), {"status": 1}),
])  # fmt: skip
def test_what_is_no_tow(second, more):
    ships = (ONE, 79, 80, 22), (TWO, 52, 28, 9)
    assert alerts(tow.DETECTOR, [(second, more), (line(5, 2400), {})], ships) == []


def test_a_large_ship_is_escorted_not_towed():
    ships = (ONE, 70, 230, 32), (TWO, 52, 28, 9)
    assert alerts(tow.DETECTOR, [(line(6, 2400, -300.0), {}), (line(6, 2400), {})], ships) == []


# Follow

TURNS = [(0.0, 0.0, 0.0), (900.0, 4000.0, 2000.0), (1800.0, 8400.0, 1000.0), (3600.0, 14000.0, 8000.0)]


def behind(points, delay):
    return [(t + delay, x, y) for t, x, y in points]


def test_a_craft_that_takes_the_way_of_a_ship_follows_her():
    ships = (ONE, 70, 90, 14), (TWO, 0, 15, 4)
    found = alerts(follow.DETECTOR, [(TURNS, {}), (behind(TURNS, 180.0), {})], ships)
    assert found[0].priority == "warning" and found[0].subjects == (TWO, ONE)
    assert len({a.id for a in found}) == 1
    assert explain(follow.DETECTOR, found[0].evidence) == found[0]


def test_a_ship_that_does_so_is_a_caution():
    ships = (ONE, 70, 90, 14), (TWO, 70, 120, 18)
    found = alerts(follow.DETECTOR, [(TURNS, {}), (behind(TURNS, 180.0), {})], ships)
    assert {a.priority for a in found} == {"caution"}


def test_two_on_one_straight_way_follow_nobody_and_nobody_follows_in_a_lane():
    ships = (ONE, 70, 90, 14), (TWO, 0, 15, 4)
    straight = line(9, 3600, -900.0), line(9, 3600)
    assert alerts(follow.DETECTOR, [(straight[1], {}), (straight[0], {})], ships) == []
    lane = Zone("L", ((104.4, 1.3), (104.9, 1.3), (104.9, 1.7), (104.4, 1.7)), "test", kind="lane", direction=60.0)
    world = World(zones=Zones([lane]))
    assert alerts(follow.DETECTOR, [(TURNS, {}), (behind(TURNS, 180.0), {})], ships, world) == []


@pytest.mark.parametrize("kinds", [(60, 60), (30, 30), (70, 55), (70, 52)])
def test_those_who_go_in_line_by_custom_or_work_are_left_out(kinds):
    ships = (ONE, kinds[0], 90, 14), (TWO, kinds[1], 30, 8)
    assert alerts(follow.DETECTOR, [(TURNS, {}), (behind(TURNS, 180.0), {})], ships) == []


# Approach


def comes_up(off=90.0, side=0.0, ship=10.0, boat=20.0, lead=2400.0, total=1500.0):
    run = (lead - off) / ((boat - ship) * KNOT)
    x = -lead + boat * KNOT * run
    return [(0.0, -lead, side), (run, x, side), (total, x + ship * KNOT * (total - run), side)]


def approached(points, kind=0, length=9, start=0.0, **more):
    ships = (ONE, 70, 190, 32), (TWO, kind, length, 3)
    return alerts(approach.DETECTOR, [(line(10, 1500), {}), (points, {"msg_type": 18, "every": 10.0})], ships, **more)


def test_a_boat_that_comes_up_from_astern_and_stays_is_an_alarm_as_long_as_it_stays():
    found = approached(comes_up())
    assert {a.priority for a in found} == {"alarm"} and {a.state for a in found} == {"active"}
    assert len({a.id for a in found}) == 1 and found[-1].last > made.START + 1300 * SECOND
    assert explain(approach.DETECTOR, found[-1].evidence) == found[-1]


def test_farther_off_by_day_it_is_a_warning():
    assert {a.priority for a in approached(comes_up(off=500.0))} == {"warning"}


@pytest.mark.parametrize("points, kind, length", [
    (line(20, 1500, -2400.0, 90.0), 0, 9),  # overtakes
    (line(10, 1500, -300.0), 0, 9),  # was always there
    (comes_up(), 50, 17),  # pilot
    (comes_up(), 55, 17),  # patrol
    (comes_up(), 70, 80),  # a coaster
    ([(0.0, 9000.0, 200.0), (1500.0, 3000.0, 200.0)], 0, 9),  # comes from ahead
])  # fmt: skip
def test_what_is_no_approach_from_astern(points, kind, length):
    assert approached(points, kind, length) == []


def test_on_a_pilot_ground_it_is_no_alarm():
    ground = Zone("P", ((104.4, 1.3), (104.9, 1.3), (104.9, 1.6), (104.4, 1.6)), "test", kind="pilot_boarding")
    found = approached(comes_up(), world=World(zones=Zones([ground])))
    assert {a.priority for a in found} == {"warning"} and "P: test" in found[0].detail["geometry"]


# Swarm


def swarmed(bearings, kind=0, length=9, toward=0.0):
    """Boats that start 2,600 m from where the ship will be after 500 s, and go there, ``toward`` degrees past it."""
    x = 500.0 * 6 * KNOT
    ships, ways = [(ONE, 80, 180, 32)], [(line(6, 900), {})]
    for n, bearing in enumerate(bearings):
        east, north = x + 2600.0 * np.sin(np.radians(bearing)), 2600.0 * np.cos(np.radians(bearing))
        ships.append((563900010 + n, kind, length, 3))
        ways.append((line(2600.0 / 500.0 / KNOT, 900, east, north, bearing + 180.0 + toward), {"msg_type": 18}))
    return alerts(swarm.DETECTOR, ways, ships)


def test_boats_from_all_sides_are_an_alarm_and_from_one_side_a_warning():
    found = swarmed([0.0, 90.0, 180.0, 270.0])
    assert {a.priority for a in found} == {"alarm"} and len({a.id for a in found}) == 1
    assert set(found[0].subjects) == {ONE, *range(563900010, 563900014)}
    assert explain(swarm.DETECTOR, found[0].evidence) == found[0]
    assert {a.priority for a in swarmed([20.0, 30.0, 40.0, 50.0])} == {"warning"}


@pytest.mark.parametrize("bearings, kind, length, toward", [
    ([0.0, 120.0, 240.0], 0, 9, 0.0),  # three
    ([0.0, 90.0, 180.0, 270.0], 30, 15, 0.0),  # four fishing boats are two
    ([0.0, 90.0, 180.0, 270.0], 0, 9, 40.0),  # past her
    ([0.0, 90.0, 180.0, 270.0], 55, 20, 0.0),  # patrols
    ([0.0, 90.0, 180.0, 270.0], 70, 90, 0.0),  # ships
])  # fmt: skip
def test_what_is_no_swarm(bearings, kind, length, toward):
    assert swarmed(bearings, kind, length, toward) == []
