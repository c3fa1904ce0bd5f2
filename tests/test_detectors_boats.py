"""Small craft, dredgers and shoals: robbery_risk, smuggling_run, overloaded_boat, sand_dredging, grounding."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pair_sea import way
from selat.app.floor import Floor
from selat.detectors import _golden as made
from selat.detectors import _predict, collision, grounding, overloaded_boat, robbery_risk, sand_dredging, smuggling_run
from selat.detectors._seas import voyage
from selat.model.clock import SECOND
from selat.model.columns import empty
from selat.model.nouns import Zone
from selat.model.rule import explain
from selat.model.units import KNOT
from selat.tracks import coast, ports
from selat.tracks.coast import Coast
from selat.tracks.lanes import Lanes
from selat.tracks.ports import Ports
from selat.tracks.world import World
from selat.tracks.zones import Zones

ONE, RADAR = 563900001, 800000001
LAND = World(coast=Coast(coast.SHIPPED), ports=Ports(ports.SHIPPED))
NIGHT, DAY = 8.5 * 3600.0, 0.0  #: 16:30 and 08:00 UTC: half past eleven at night and three in the afternoon


def alerts(rule, rows, statics=None, world=None):
    return Floor([rule], world=world or World()).step(
        made.numbered(*rows), statics or empty("statics"), empty("messages"), made.START, True
    )


def same_again(rule, found):
    for a in found:
        assert explain(rule, a.evidence, a.state) == a


# Robbery


def robbed(start=NIGHT, at=(1.06, 103.60), knots=9.5, craft=RADAR, msg_type=0, kind=70, stays=True):
    lead, boat = 2400.0, 20.0
    run = (lead - 90.0) / ((boat - knots) * KNOT)
    x = -lead + boat * KNOT * run
    points = [(0.0, -lead, 0.0), (run, x, 0.0)]
    points += [(1500.0, x + (knots if stays else boat) * KNOT * (1500.0 - run), 0.0 if stays else 900.0)]
    ship = [(0.0, 0.0, 0.0), (1500.0, knots * KNOT * 1500.0, 0.0)]
    rows = way(ONE, ship, at=at, start=start), way(craft, points, at=at, start=start, msg_type=msg_type)
    return alerts(robbery_risk.DETECTOR, rows, made.ship(ONE, "PREY", 190, 32, kind, start - 1.0))


def test_a_target_without_ais_at_the_stern_of_a_slow_ship_at_night_is_an_alarm():
    found = robbed()
    assert {a.priority for a in found} == {"alarm"} and len({a.id for a in found}) == 1
    assert found[0].subjects == (RADAR, ONE) and "without AIS" in found[0].sentence
    same_again(robbery_risk.DETECTOR, found)


@pytest.mark.parametrize("more", [
    {"start": DAY, "at": (3.0, 103.9)},  # by day, far from where it happens
    {"craft": 563900077, "msg_type": 18},  # a boat with AIS: nothing but AIS sees here, so the rule is blind and silent
    {"stays": False},  # overtakes
    {"knots": 17.5, "at": (3.0, 103.9), "kind": 60},
])  # fmt: skip
def test_what_is_no_robbery(more):
    assert robbed(**more) == []


def test_another_ship_lately_near_makes_it_graver():
    first, second = robbed(), None
    lead, knots, boat = 2400.0, 9.5, 20.0
    run = (lead - 90.0) / ((boat - knots) * KNOT)
    x = -lead + boat * KNOT * run
    points = [(0.0, -lead, 0.0), (run, x, 0.0), (1500.0, x + knots * KNOT * (1500.0 - run), 0.0)]
    ship = [(0.0, 0.0, 0.0), (1500.0, knots * KNOT * 1500.0, 0.0)]
    rows, names = [], []
    for n in range(2):
        start = NIGHT + 4000.0 * n
        rows += [
            way(ONE + n, ship, at=(1.06, 103.60), start=start),
            way(RADAR + n, points, at=(1.06, 103.60), start=start, msg_type=0),
        ]
        names.append(made.ship(ONE + n, f"PREY {n}", 190, 32, 70, start - 1.0))
    found = alerts(robbery_risk.DETECTOR, rows, made.numbered(*names))
    second = [a for a in found if a.subjects == (RADAR + 1, ONE + 1)]
    assert "1 other lately near here" in second[0].sentence
    assert second[0].detail["confidence"]["lately"] > first[0].detail["confidence"]["lately"]


# Runs and boats


def ran(start=NIGHT, knots=36.0, mmsi=RADAR, msg_type=0, kind=0, length=0, world=LAND, at=(1.362, 104.105)):
    rows = [voyage(mmsi, *at, [(knots, 132.0, 1300.0)], start=start, msg_type=msg_type)]
    return alerts(smuggling_run.DETECTOR, rows, made.ship(mmsi, "RUNNER", length, 3, kind, start - 1.0), world)


def test_a_run_from_shore_to_shore_at_night_is_told():
    found = ran()
    assert {a.priority for a in found} == {"warning"} and "shore" in found[0].detail["geometry"]
    same_again(smuggling_run.DETECTOR, found)
    assert {a.priority for a in ran(mmsi=ONE, msg_type=18, length=9)} == {"caution"}


@pytest.mark.parametrize("more", [
    {"start": DAY}, {"knots": 20.0}, {"world": World()}, {"mmsi": ONE, "msg_type": 1, "kind": 40, "length": 28},
    {"mmsi": ONE, "msg_type": 1, "kind": 55, "length": 20}, {"at": (1.80, 104.60)},
])  # fmt: skip
def test_what_is_no_run(more):
    assert ran(**more) == []


def came(mmsi=RADAR, msg_type=0, kind=0, length=0, knots=5.2, at=(2.295, 101.776), course=16.0, legs=None, world=LAND,
         rule=overloaded_boat.DETECTOR):  # fmt: skip
    rows = [voyage(mmsi, *at, legs or [(knots, course, 7600.0)], msg_type=msg_type, every=20.0)]
    return alerts(rule, rows, made.ship(mmsi, "SAMPAN", length, 3, kind, -1.0), world)


def test_a_slow_boat_that_comes_straight_to_a_shore_is_told():
    found = came()
    assert {a.priority for a in found} == {"warning"} and "Port Dickson" in found[0].sentence
    same_again(overloaded_boat.DETECTOR, found)
    declared = {"mmsi": ONE, "msg_type": 18, "length": 12}
    assert {a.priority for a in came(**declared)} == {"warning"} and "out of the open strait" in came(**declared)[
        0
    ].sentence
    wide = replace(overloaded_boat.DETECTOR, p=replace(overloaded_boat.DETECTOR.p, open=1e5))
    assert {a.priority for a in came(**declared, rule=wide)} == {"caution"}


@pytest.mark.parametrize("more", [
    {"mmsi": ONE, "msg_type": 18, "kind": 30, "length": 12}, {"world": World()}, {"knots": 9.0}, {"course": 300.0},
    {"legs": [(5.0, 16.0 + 70.0 * (-1) ** n, 900.0) for n in range(9)]}, {"mmsi": ONE, "msg_type": 1, "kind": 70, "length": 90},
])  # fmt: skip
def test_what_is_no_such_boat(more):
    assert came(**more) == []


# Sand

WORK = [(1.5, 30.0 + 90.0 * n, 900.0) for n in range(4)]
AWAY, HOME, DUMP = [(8.0, 90.0, 1800.0)], [(8.0, 270.0, 1800.0)], [(0.2, 0.0, 1500.0)]


def dredged(legs, kind=33, world=None):
    return alerts(
        sand_dredging.DETECTOR,
        [voyage(ONE, 1.60, 105.50, legs, every=30.0)],
        made.ship(ONE, "SUCKER", 90, 18, kind, -1.0),
        world,
    )


def test_one_cycle_is_a_caution_and_two_are_a_warning():
    cycle = [*WORK, *AWAY, *DUMP, *HOME]
    assert {a.priority for a in dredged([*cycle, *WORK])} == {"caution"}
    found = dredged([*cycle, *cycle, *WORK])
    assert {a.priority for a in found} == {"caution", "warning"} and len({a.id for a in found}) == 1
    same_again(sand_dredging.DETECTOR, found)


@pytest.mark.parametrize("legs, kind", [
    ([*WORK, *WORK, *WORK], 33),  # stays where it works
    ([*WORK, *AWAY, *DUMP], 33),  # does not come back
    ([*WORK[:1], *AWAY, *DUMP, *HOME, *WORK[:1]], 33),  # too short
    ([*WORK, *AWAY, *DUMP, *HOME, *WORK], 70),
])  # fmt: skip
def test_what_is_no_dredging_cycle(legs, kind):
    assert dredged(legs, kind) == []


def test_a_licence_ends_it():
    ring = ((105.4, 1.5), (105.7, 1.5), (105.7, 1.7), (105.4, 1.7))
    licence = World(zones=Zones([Zone("Works", ring, "test", kind="licensed", rules={"dredging": True})]))
    assert dredged([*WORK, *AWAY, *DUMP, *HOME, *WORK], world=licence) == []


# Grounding

BANK = ((104.63, 1.40), (104.70, 1.40), (104.70, 1.50), (104.63, 1.50))


def grounds(draught=120, depth=9.0, knots=12.0, status=0, x=0.0, course_to=(9000.0, 0.0), world=None):
    seconds = 900.0
    east, north = np.array(course_to) / np.hypot(*course_to) * knots * KNOT * seconds
    rows = [way(ONE, [(0.0, x, 0.0), (seconds, x + east, north)], status=status)]
    statics = made.ship(ONE, "DEEP", 180, 30, 80, -1.0).replace(draught=np.array([draught], "u1"))
    world = world or World(zones=Zones([Zone("Bank", BANK, "chart", kind="depth", rules={"depth": depth})]))
    return alerts(grounding.DETECTOR, rows, statics, world)


def test_a_ship_that_heads_for_a_bank_is_warned_and_then_alarmed():
    found = grounds()
    assert found[0].priority == "warning" and "alarm" in {a.priority for a in found}
    assert "13.7 m" in found[0].sentence and found[0].detail["geometry"] == "chart (declared)"
    same_again(grounding.DETECTOR, found)


def test_water_for_the_draught_but_not_for_the_squat_is_no_alarm():
    assert {a.priority for a in grounds(depth=12.5)} == {"warning"}
    assert {a.priority for a in grounds(draught=155, depth=18.0)} == {"warning"}  # 3.5 m under a deep draught vessel


@pytest.mark.parametrize("more", [
    {"draught": 40}, {"draught": 0}, {"depth": 30.0}, {"course_to": (-9000.0, 0.0)}, {"course_to": (1000.0, 9000.0)},
    {"status": 1}, {"knots": 1.0}, {"x": 9500.0}, {"world": World()},
])  # fmt: skip
def test_who_is_clear_of_it(more):
    assert grounds(**more) == []


def test_who_heads_for_a_bank_for_a_moment_and_far_off_means_to_turn():
    """As ships do that join a lane; who keeps that course is warned of it two minutes later, or when she is near."""
    speed, legs = 12.0 * KNOT, [(0.0, 0.0, 0.0), (600.0, 0.0, 600.0 * 12.0 * KNOT)]
    bank = Zone("Bank", ((104.60, 1.40), (104.70, 1.40), (104.70, 1.50), (104.60, 1.50)), "chart", kind="depth",
                rules={"depth": 9.0})  # fmt: skip
    statics = made.ship(ONE, "DEEP", 180, 30, 80, -1.0).replace(draught=np.array([120], "u1"))
    for lasts, warned in ((80.0, False), (400.0, True)):
        x = speed * lasts
        turned = [*legs, (600.0 + lasts, x, legs[-1][2]), (1800.0, x, legs[-1][2] + speed * (1200.0 - lasts))]
        found = alerts(grounding.DETECTOR, [way(ONE, turned)], statics, World(zones=Zones([bank])))
        assert bool(found) is warned


def test_a_lane_is_followed_round_its_bend():
    """A lane that runs east and then turns to north-east, past a bank that lies straight ahead."""
    legs = (
        ((104.50, 1.44), (104.60, 1.44), (104.60, 1.46), (104.50, 1.46)),
        ((104.60, 1.43), (104.63, 1.43), (104.95, 1.80), (104.92, 1.80)),
    )
    lanes = [
        Zone(f"L{n}", r, "test", kind="lane", direction=d)
        for n, (r, d) in enumerate(zip(legs, (90.0, 40.8), strict=True))
    ]
    ring = ((104.69, 1.40), (104.77, 1.40), (104.77, 1.48), (104.69, 1.48))
    zones = Zones([*lanes, Zone("Bank", ring, "chart", kind="depth", rules={"depth": 9.0})])
    at = np.array([1.45]), np.array([104.55]), np.array([6.0]), np.array([90.0]), 3000.0, 20.0
    lat, lon = _predict.along(Lanes(zones=zones), *at)
    assert lat[0, -1] > 1.50 and not Zones([zones[2]]).members(lat[0], lon[0])[0].size
    straight = _predict.along(Lanes(), *at)
    np.testing.assert_allclose(straight[0][0, -1], 1.45, atol=1e-6)
    # She goes straight on all the same: known lanes delay the word until she has left hers.
    followed, bare = (grounds(world=World(zones=zones, lanes=x), knots=18.0) for x in (Lanes(zones=zones), Lanes()))
    assert followed[0].last > bare[0].last + 60 * SECOND


def test_ships_that_part_at_a_bend_of_their_lanes_are_no_danger_to_each_other():
    """One comes along the lane and will turn with it; another comes towards the bend on a line straight ahead of her."""
    legs = (
        ((104.50, 1.44), (104.60, 1.44), (104.60, 1.46), (104.50, 1.46)),
        ((104.60, 1.43), (104.63, 1.43), (104.95, 1.80), (104.92, 1.80)),
    )
    lanes = [
        Zone(f"L{n}", r, "test", kind="lane", direction=d)
        for n, (r, d) in enumerate(zip(legs, (90.0, 40.8), strict=True))
    ]
    zones = Zones(lanes)
    rows = [
        voyage(ONE, 1.45, 104.53, [(12.0, 90.0, 1260.0), (12.0, 41.0, 900.0)]),
        voyage(ONE + 1, 1.45, 104.75, [(12.0, 270.0, 1200.0), (12.0, 180.0, 900.0)]),
    ]
    statics = made.numbered(*[made.ship(ONE + n, f"SHIP {n}", 180, 30, 70, 0.0) for n in range(2)])
    early = collision.Collision(collision.Parameters(alarm=1200.0, near=1200.0))  # before anybody need have acted
    bare = alerts(early, rows, statics)
    known = alerts(early, rows, statics, World(zones=zones, lanes=Lanes(zones=zones)))
    assert bare and known == []
