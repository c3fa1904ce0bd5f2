"""Fishing, and what is done in the dark: what is told, and what only looks like it."""

from __future__ import annotations

import numpy as np
import pytest

from pair_sea import way
from selat.app.floor import Floor
from selat.detectors import _golden as made
from selat.detectors import _silent as quiet
from selat.detectors import closed_area_fishing, dark_fishing, dark_rendezvous, fishing, pair_trawl
from selat.model.columns import concat, empty
from selat.model.nouns import Zone
from selat.model.rule import explain
from selat.model.units import KNOT
from selat.tracks.world import World
from selat.tracks.zones import Zones

ONE, TWO = 563900001, 563900002
RING = ((104.50, 1.40), (104.62, 1.40), (104.62, 1.50), (104.50, 1.50))


def world(kind="closed_area", **rules):
    return World(zones=Zones([Zone("Reef", RING, "test", kind=kind, rules=rules)]))


def alerts(rule, rows, statics, world=None):
    return Floor([rule], world=world or World()).step(rows, statics, empty("messages"), made.START, True)


def zigzag(seconds=5400.0, knots=3.0, x=0.0, y=0.0, turn=50.0, leg=300.0):
    """A craft that works about a ground."""
    points, course, t = [(0.0, x, y)], 40.0, 0.0
    while t < seconds:
        t, course = t + leg, course + turn + 90.0 * (len(points) % 3 == 0)
        x, y = x + knots * KNOT * leg * np.sin(np.radians(course)), y + knots * KNOT * leg * np.cos(np.radians(course))
        points.append((t, x, y))
    return points


def line(knots, seconds, x=0.0, y=0.0, course=90.0):
    away = knots * KNOT * seconds
    return [(0.0, x, y), (seconds, x + away * np.sin(np.radians(course)), y + away * np.cos(np.radians(course)))]


def one(rule, points, kind=30, length=20, msg_type=18, world=None, **more):
    rows = made.numbered(way(ONE, points, msg_type=msg_type, every=30.0, **more))
    return alerts(rule, rows, made.ship(ONE, "SHIP 1", length, 6, kind, -1.0), world)


def test_a_craft_that_fishes_is_recorded_as_a_caution():
    found = one(fishing.DETECTOR, zigzag())
    assert {a.priority for a in found} == {"caution"} and len({a.id for a in found}) == 1
    assert explain(fishing.DETECTOR, found[0].evidence) == found[0]


@pytest.mark.parametrize("points, kind, length", [
    (line(8, 5400), 30, 20),  # goes home
    (line(0.1, 5400), 30, 20),  # lies
    (zigzag(), 52, 28),  # a tug at work
    (zigzag(knots=12.0), 30, 20),  # too fast
    (zigzag(900.0), 30, 20),  # too short
])  # fmt: skip
def test_what_does_not_fish(points, kind, length):
    assert one(fishing.DETECTOR, points, kind, length) == []


def test_who_fishes_in_a_closed_area_is_warned_of():
    found = one(closed_area_fishing.DETECTOR, zigzag(), world=world())
    assert {a.priority for a in found} == {"warning"} and len({a.id for a in found}) == 1
    assert found[0].detail["geometry"].startswith("test")
    assert explain(closed_area_fishing.DETECTOR, found[0].evidence) == found[0]
    unsaid = one(closed_area_fishing.DETECTOR, zigzag(), kind=0, world=world())
    assert {a.priority for a in unsaid} <= {"caution"}


@pytest.mark.parametrize("zones", [
    World(), world("area"), world(mmsi=(ONE,)), world(fishing=True), world(flags=("MY",)), world(length_min=24.0),
])  # fmt: skip
def test_where_it_is_allowed_or_does_not_bind_nothing_is_told(zones):
    assert one(closed_area_fishing.DETECTOR, zigzag(), world=zones) == []


def test_any_zone_may_forbid_fishing():
    assert one(closed_area_fishing.DETECTOR, zigzag(), world=world("restricted", fishing=False))


def test_a_straight_haul_counts_and_a_transit_does_not():
    assert one(closed_area_fishing.DETECTOR, line(3.0, 4500, -2000.0), world=world())
    assert one(closed_area_fishing.DETECTOR, line(7.0, 4500, -9000.0), world=world()) == []


def trawl(away, kinds=(30, 30), knots=3.0, course=90.0, second=None, lengths=(20, 20)):
    side = np.radians(course + 90.0)
    first = line(knots, 6000, course=course)
    other = second or line(knots, 6000, away * np.sin(side), away * np.cos(side), course)
    rows = made.numbered(way(ONE, first, every=30.0, msg_type=18), way(TWO, other, every=30.0, msg_type=18))
    statics = made.numbered(*[
        made.ship(m, f"SHIP {m % 10}", n, 6, k, -1.0) for m, k, n in zip((ONE, TWO), kinds, lengths, strict=True)
    ])  # fmt: skip
    return alerts(pair_trawl.DETECTOR, rows, statics, trawl.world)


trawl.world = None


@pytest.mark.parametrize("course", [0.0, 70.0, 200.0])
def test_a_pair_that_trawls_is_recorded(course):
    found = trawl(500.0, course=course)
    assert {a.priority for a in found} == {"caution"} and len({a.id for a in found}) == 1
    assert explain(pair_trawl.DETECTOR, found[0].evidence) == found[0]


@pytest.mark.parametrize("more", [
    {"away": 80.0}, {"away": 1500.0}, {"away": 500.0, "knots": 7.0}, {"away": 500.0, "kinds": (70, 70)},
    {"away": 500.0, "second": line(3.0, 6000, -500.0)}, {"away": 500.0, "lengths": (20, 90)},
    {"away": 500.0, "second": line(3.9, 6000, -900.0, 400.0)},
])  # fmt: skip
def test_what_is_no_pair_that_trawls(more):
    assert trawl(**more) == []


def test_in_a_closed_area_a_pair_is_a_warning(monkeypatch):
    monkeypatch.setattr(trawl, "world", world())
    assert "warning" in {a.priority for a in trawl(500.0)}


# In the dark


def heard(n=12, seconds=9000.0):
    """Ships that are heard all the time, so that the reception is known to be good."""
    parts = [way(563900100 + k, line(5.0, seconds, -4000.0, 1500.0 * (k - n / 2)), every=10.0) for k in range(n)]
    return [p.replace(station=np.ones(p.rows, "u2")) for p in parts]


def gone(points, off, on, mmsi=ONE, every=10.0):
    rows = way(mmsi, points, every=every)
    t = (rows["time"] - made.START) / 1e9
    rows = rows.take(np.flatnonzero((t < off) | (t > on)))
    return rows.replace(station=np.ones(rows.rows, "u2"))


def dark(points, kind=30, others=12, zones=None, off=2400.0, on=6600.0):
    rows = made.numbered(concat([gone(points, off, on), *heard(others)], "reports"))
    return alerts(dark_fishing.DETECTOR, rows, made.ship(ONE, "GHOST", 25, 7, kind, -1.0), zones or world())


def test_a_fisher_that_falls_silent_before_the_line_and_is_heard_behind_it():
    found = dark(line(3.0, 9000, -12000.0))
    assert (
        found[0].priority == "caution" and "outside" in found[0].sentence and "heard again inside" in found[-1].sentence
    )
    assert "warning" in {a.priority for a in found} and len({a.id for a in found}) == 1
    for a in found:
        assert explain(dark_fishing.DETECTOR, a.evidence, a.state) == a


@pytest.mark.parametrize("more", [
    {"kind": 70}, {"others": 0}, {"zones": world("area")}, {"zones": world(mmsi=(ONE,))},
    {"off": 8000.0, "on": 8900.0},
])  # fmt: skip
def test_what_is_no_dark_fishing(more):
    assert dark(line(3.0, 9000, -9000.0), **more) == []


def test_far_from_the_line_nothing_is_told():
    assert dark(line(3.0, 9000, -30000.0)) == []


def shadow(first, second, kinds=(70, 80), others=12, off=2400.0, on=9e9, zones=None):
    rows = [gone(first, 9e9, 9e9), gone(second, off, on, TWO), *heard(others)]
    statics = made.numbered(
        *[made.ship(m, f"SHIP {m % 10}", 100, 16, k, -1.0) for m, k in zip((ONE, TWO), kinds, strict=True)]
    )
    return alerts(dark_rendezvous.DETECTOR, made.numbered(concat(rows, "reports")), statics, zones)


STOPS = [(0.0, -7000.0, 0.0), (1500.0, 0.0, 0.0), (9000.0, 1800.0, 0.0)]


def test_one_waits_and_another_falls_silent_on_her_way_there():
    found = shadow(STOPS, line(10.0, 9000, 16000.0, 500.0, 270.0))
    assert found and {a.subjects for a in found} == {(ONE, TWO)} and len({a.id for a in found}) == 1
    for a in found:
        assert explain(dark_rendezvous.DETECTOR, a.evidence, a.state) == a


@pytest.mark.parametrize("more", [
    {"second": line(10.0, 9000, 4000.0, 500.0, 90.0)},  # goes away from her
    {"first": line(9.0, 9000, -20000.0)},  # does not stop
    {"kinds": (70, 52)}, {"kinds": (55, 80)},
    {"off": 9e9},  # never silent
    {"zones": world("anchorage")},
])  # fmt: skip
def test_what_is_no_dark_rendezvous(more):
    first, second = more.pop("first", STOPS), more.pop("second", line(10.0, 9000, 16000.0, 500.0, 270.0))
    assert shadow(first, second, **more) == []


def test_a_silence_is_worth_what_its_chance_says():
    worth = [quiet.worth({"none": p, "others": 20.0}) for p in (1e-9, 1e-4, 1e-3, 1e-2, 5e-2, 0.1, 1.0)]
    assert (
        worth == sorted(worth, reverse=True) and worth[0] == 1.0 and worth[3] == pytest.approx(0.5) and worth[-1] == 0.0
    )
    assert quiet.worth({"none": 1e-9, "others": 0.0}) == 0.0
