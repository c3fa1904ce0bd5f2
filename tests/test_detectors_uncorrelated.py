"""Targets that no AIS explains: who is told of, who is not, and what is said."""

from __future__ import annotations

import numpy as np
import pytest

from selat.app.floor import Floor
from selat.detectors import _golden as made
from selat.detectors import uncorrelated
from selat.detectors._seas import lane, strip, zoned
from selat.model.columns import empty
from selat.model.rule import explain
from selat.model.targets import target_number
from selat.tracks.world import World

RULE = uncorrelated.DETECTOR
TARGET = target_number(1, 7)
EVERY = range(0, 4500, 10)
LANE = zoned(lane())
ECHO = range(2400, 4500, 5)


def sea(target, length=0, others=10, world=LANE, every=EVERY, more=()):
    """Alerts of a sea in which ``others`` ships are heard well along the lane for an hour and more."""
    ships = [made.sail(563320000 + n, 1.20 + 0.004 * n, 104.02, 8.0 + 0.3 * n, 80.0, every) for n in range(others)]
    names = [made.ship(563320000 + n, f"SHIP {n}", 120, 18, 70) for n in range(others)]
    names += [made.ship(TARGET, "", length, 0, 0)] if length else []
    rows = made.numbered(*ships, target, *more)
    return Floor([RULE], world=world).step(rows, made.numbered(*names), empty("messages"), made.START, True)


def boat(knots=6.0, lat=1.232, lon=104.03, seconds=ECHO, course=80.0):
    return made.sail(TARGET, lat, lon, knots, course, seconds, msg_type=0)


def test_a_large_target_in_a_lane_is_a_warning_and_says_why():
    found = sea(boat(), length=60)
    assert {a.priority for a in found} == {"warning"} and len({a.id for a in found}) == 1
    first = found[0]
    assert first.subjects == (TARGET,) and "60 m long" in first.sentence and "eastbound lane" in first.sentence
    assert (
        "The nearest ship, SHIP " in first.sentence
        and first.evidence["none"] < 0.01
        and first.evidence["expected"] > 30
    )
    assert 600.0 <= first.evidence["alone"] <= 840.0
    for a in found:
        assert explain(RULE, a.evidence, a.state) == a


def test_of_unknown_size_it_is_a_caution_and_elsewhere_nothing():
    assert {a.priority for a in sea(boat())} == {"caution"}
    assert sea(boat(), world=World()) == []
    assert {a.priority for a in sea(boat(), length=60, world=World())} == {"caution"}


@pytest.mark.parametrize("what", [
    {"length": 12},
    {"world": zoned(lane(), strip("port", 1.20, 1.26)), "target": boat(lat=1.215)},  # off the lane, in a harbour
    {"target": boat(knots=0.0), "length": 60},  # never moved: a buoy, a wreck
    {"target": boat(seconds=range(3950, 4500, 5)), "length": 60},  # nine minutes only
    {"target": boat(lat=2.5), "length": 60},  # where nobody was ever heard
    {"target": made.sail(TARGET, 1.20, 104.02, 8.0, 80.0, ECHO, msg_type=0), "length": 60},  # the echo of SHIP 0
])  # fmt: skip
def test_what_is_not_told(what):
    assert sea(**{"target": boat(), **what}) == []


def test_it_ends_when_a_ship_explains_it():
    """She switches AIS on after forty minutes: the target is she."""
    late = made.sail(563320999, 1.232, 104.03, 6.0, 80.0, range(3600, 4500, 10))
    found = sea(boat(), length=60, more=(late,))
    assert [a.state for a in found][-1] == "rectified" and "explanation" in found[-1].sentence


def test_without_a_radar_it_is_silent_and_remembers_nothing():
    floor = Floor([RULE], world=LANE)
    rows = made.numbered(
        *[made.sail(563320000 + n, 1.20 + 0.004 * n, 104.02, 8.0, 80.0, range(0, 1200, 10)) for n in range(4)]
    )
    assert floor.step(rows, empty("statics"), empty("messages"), made.START, True) == []
    assert floor.state()["rules"]["uncorrelated"]["memory"] is None


def test_who_lay_still_after_it_came_is_told():
    run = boat(knots=9.0, seconds=range(2400, 3000, 5))
    end = np.array([run["lat"][-1], run["lon"][-1]]) * 1e-7
    lies = made.sail(TARGET, float(end[0]), float(end[1]), 0.0, 80.0, range(3000, 7200, 5), msg_type=0)
    found = sea(made.numbered(run, lies), length=80, every=range(0, 7200, 10), world=LANE)
    assert found and found[-1].state == "active"


def test_the_likeliest_ship_is_named_with_her_score():
    evidence = sea(boat(), length=60)[0].evidence
    one = {**evidence, "best": {"name": "OTHER", "score": -5.2, "range": 410.0}}
    assert "The likeliest ship, OTHER, is 0.22 nm off (score -5; 8 joins)" in RULE.judge(one).sentence
    assert "No ship is within 5.00 nm" in RULE.judge({**evidence, "best": None}).sentence
