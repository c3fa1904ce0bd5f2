"""Judges of the true motion: what was staged they confirm, of what only looks so, and of who sails as always, they do not."""

from __future__ import annotations

import numpy as np
import pytest

from selat.detectors import _ways as ways
from selat.exercise.incidents import truth
from selat.exercise.scene import scenario
from selat.exercise.score import judges
from selat.exercise.traffic import Loop, Shuttle
from selat.model.clock import SECOND
from selat.model.nouns import Alert
from selat.model.units import KNOT
from selat.tracks.trail import Trail

pytestmark = pytest.mark.long

FAMILIES = ("lanes", "schemes", "motion", "casualties", "signals", "cables")
#: rule: minutes after the start of its incident, or before its end where negative, in which it is judged
JUDGED = {
    "wrong_way": 10, "zone": 3, "platform": 1, "manoeuvre": None, "loitering": 35, "route_deviation": 20, "inshore_zone": 40,
    "straitrep": 2, "anchored_in_lane": 20, "cable_anchor": 20, "drifting": 20, "grounding": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def scene():
    return scenario(9, FAMILIES, count=2, ships=60, hours=3.0)


def told(rule, subjects, start, last):
    return Alert(rule, "1", "caution", tuple(subjects), start, last, 1.0, 103.0, "So.")


@pytest.mark.parametrize("rule", JUDGED)
def test_what_was_staged_is_true_of_the_motion(scene, rule):
    judge, minutes = judges(scene)[rule], JUDGED[rule]
    staged = [t for t in truth(scene) if t.rule == rule and not t.negative]
    if rule == "grounding":
        assert not staged  # of another family; nobody of these heads for a shoal all the time
        return
    assert staged
    for t in staged:
        last = t.end if minutes is None else min(t.end, t.start + minutes * 60 * SECOND)
        assert judge(told(rule, t.subjects, t.start, last)), t


#: look-alikes whose motion alone tells that they are none
LOOKS = {
    "wrong_way": {"inshore of the lane's edge", "crosses at right angles", "short incursion", "makes hardly any way"},
    "zone": {"passes outside"}, "platform": {"passes outside"}, "route_deviation": {"just outside the lane"},
    "loitering": {"drifts with a slow current"}, "manoeuvre": {"slow wide turn"}, "drifting": {"heading sensor off"},
    "anchored_in_lane": {"anchored outside the lane"}, "cable_anchor": {"anchors a mile and a half off"},
}  # fmt: skip


@pytest.mark.parametrize("rule", LOOKS)
def test_a_look_alike_is_not(scene, rule):
    judge = judges(scene)[rule]
    staged = [t for t in truth(scene) if t.rule == rule and t.negative and t.note in LOOKS[rule]]
    assert staged
    for t in staged:
        assert not judge(told(rule, t.subjects, t.start, t.end)), t


@pytest.mark.parametrize("rule", ["wrong_way", "zone", "manoeuvre", "loitering", "route_deviation", "anchored_in_lane"])
def test_the_ordinary_traffic_is_not(scene, rule):
    """Nor is a ship excused whose positions are led astray: her motion is that of the others."""
    judge, begin = judges(scene)[rule], scene.start + 3600 * SECOND
    sails = [s for s in scene.fleet if isinstance(s.move, Loop | Shuttle) and s.kind in ("through", "tug", "coaster")]
    twins = {s.mmsi for s in scene.fleet if s.kind == "twin"}  # hulls of their own, under a number of the traffic
    sails = [s for s in sails if s.mmsi not in twins]
    assert len(sails) > 10
    assert not [s.name for s in sails if judge(told(rule, (s.mmsi,), begin, begin + 1500 * SECOND))]


def test_of_many_nobody_says_what_one_did(scene):
    t = next(t for t in truth(scene) if t.rule == "wrong_way" and not t.negative)
    assert not judges(scene)["wrong_way"](told("wrong_way", (*t.subjects, 1), t.start, t.end))


# -- leaps of a track


def trail(x, y, every=75.0):
    """A track of metres east and north of 1.3 N 104 E, with the speed and course that its steps have."""
    x, y = np.asarray(x, "f8"), np.asarray(y, "f8")
    n = len(x)
    time = (np.arange(n) * every * SECOND).astype("i8")
    return Trail(time, 1.3 + y / 110_580.0, 104.0 + x / 111_290.0, np.full(n, 6.0), np.full(n, 90.0), np.full(n, 90.0),
                 np.arange(n))  # fmt: skip


STRAIGHT = 6.0 * 75.0 * np.arange(24)


@pytest.mark.parametrize(
    ("east", "north", "led"),
    [
        (0.0, 0.0, False),
        (0.0, 9000.0 * (np.arange(24) >= 12), True),  # jammed, and still so
        (0.0, 9000.0 * (np.arange(24) == 12), False),  # one wrong position
        (0.0, 9000.0 * ((np.arange(24) >= 8) & (np.arange(24) < 16)), False),  # jammed for ten minutes, and back
        (0.0, 9000.0 * (np.arange(24) == 23), True),  # it just happened: nobody knows yet
        (np.where(np.arange(24) >= 12, 900.0, 0.0), 0.0, False),  # a step missed: she went on
    ],
)
def test_a_track_that_leapt_ends_nowhere(east, north, led):
    assert ways.displaced(trail(STRAIGHT + east, STRAIGHT * 0.0 + north), 50 * KNOT) is led
