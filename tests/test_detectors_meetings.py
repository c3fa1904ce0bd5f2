"""Meetings of two ships: the tracks' kernel against a slow twin, laws of pairs, and what is no meeting."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pair_sea import AT, meeting, way
from selat.app.floor import Floor
from selat.detectors import _golden as made
from selat.detectors import rendezvous, ship_to_ship
from selat.kernels import geodesy, pairing
from selat.kernels.pairing import MOMENTS, STEP, Hulls, together
from selat.model.clock import SECOND
from selat.model.columns import empty
from selat.model.nouns import Zone
from selat.model.rule import explain
from selat.model.units import KNOT
from selat.tracks.contacts import Contacts
from selat.tracks.world import World
from selat.tracks.zones import Zones

ONE, TWO = 563900001, 563900002


def alerts(rules, reports, statics, world=None):
    floor = Floor(rules, world=world)
    return [a for a in floor.step(reports, statics, empty("messages"), made.START, True) if a.state == "active"]


def told(
    types, sizes, points=None, world=None, *, kinds=(1, 1), heading=(90.0, 90.0), status=(0, 0), seed=0, every=10.0
):
    """Rules that spoke of a meeting of two ships, with the priorities they reached."""
    points = points or meeting(3600.0)
    rows = made.numbered(*[
        way(m, p, every=every if k == 1 else 30.0, heading=h, msg_type=k, status=s, seed=seed)
        for m, p, k, h, s in zip((ONE, TWO), points, kinds, heading, status, strict=True)
    ])  # fmt: skip
    statics = made.numbered(*[
        made.ship(m, f"SHIP {m % 10}", size[0], size[1], t, 0.0) for m, size, t in zip((ONE, TWO), sizes, types, strict=True)
    ])  # fmt: skip
    out = {}
    for a in alerts([rendezvous.DETECTOR, ship_to_ship.DETECTOR], rows, statics, world):
        out.setdefault(a.rule, []).append(a)
    return out


# The kernel


def contacts(parts):
    c = Contacts()
    c.update(made.numbered(*parts))
    return c


def hulls(n, length=100.0, beam=16.0):
    return Hulls(np.full(n, length), np.full(n, beam), np.zeros(n), np.zeros(n))


def slow(c, a, b, reach):
    """Run, greatest range before it, mean range and slip, from the tracks by NumPy."""
    one, two = c.track(a), c.track(b)
    end = int(min(one.time[-1], two.time[-1]))
    begin = int(max(one.time[0], two.time[0]))
    t = end - np.arange(min(MOMENTS, (end - begin) // STEP + 1)) * STEP
    places = [[np.interp(t, x.time, v) for v in (x.lat, x.lon)] for x in (one, two)]
    x, y = geodesy.plane(*places[0], *places[1])
    away = np.hypot(x, y)
    last, missed = -1, 0
    for k, d in enumerate(away):
        missed = 0 if d <= reach else missed + 1
        last = k if d <= reach else last
        if missed > 2:
            break
    before = away[last + 1 :].max() if last + 1 < len(away) else math.nan
    return last, before, away[: last + 1].mean() if last >= 0 else math.nan


@pytest.mark.parametrize("seed", range(6))
def test_the_history_of_a_pair_is_that_of_a_slow_twin(seed):
    rng = np.random.default_rng(seed)
    points = meeting(rng.uniform(600, 4000), gap=rng.uniform(20, 300), drift=rng.uniform(0, 0.8), after=1.0)
    c = contacts(
        [way(ONE, points[0], every=rng.choice([10.0, 30.0, 180.0]), seed=seed), way(TWO, points[1], seed=seed)]
    )
    # Without headings and without size a hull is a point, and the gap is the distance.
    flat = Hulls(*(np.zeros(2) for _ in range(4)))
    c._parts["track"]["rows"]["heading"] = 65535
    h = together(c.rings()[1], flat, [0], [1], 400.0, 60.0)
    last, before, mean = slow(c, 0, 1, 400.0)
    assert h.n[0] == last + 1
    assert h.run[0] == pytest.approx(max(last, 0) * STEP / SECOND)
    np.testing.assert_allclose(h.before[0], before, atol=0.5)
    np.testing.assert_allclose(h.range[0], mean, atol=0.05)


@settings(max_examples=30, deadline=None)
@given(
    st.floats(300, 4000),
    st.floats(10, 240),
    st.floats(0, 1),
    st.floats(-60, 60),
    st.floats(-170, 170),
    st.integers(0, 99),
)
def test_which_is_first_and_where_on_earth_changes_nothing(stay, gap, drift, lat, lon, seed):
    points = meeting(stay, gap=gap, drift=drift, after=1.0)
    rows = [
        way(m, p, seed=seed, heading=80.0 + 5 * k, at=(lat, 10.0))
        for k, (m, p) in enumerate(zip((ONE, TWO), points, strict=True))
    ]
    moved = [r.replace(lon=(r["lon"].astype("i8") + round((lon - 10.0) * 1e7)).astype("i4")) for r in rows]
    size = Hulls(np.array([180.0, 60.0]), np.array([30.0, 10.0]), np.array([60.0, -20.0]), np.array([2.0, 0.0]))
    here, there = contacts(rows), contacts(moved)
    one = together(here.rings()[1], size, [0], [1], 250.0, 60.0)
    two = together(here.rings()[1], size, [1], [0], 250.0, 60.0)
    far = together(there.rings()[1], size, [0], [1], 250.0, 60.0)
    swap = {
        "speed_a": "speed_b",
        "speed_b": "speed_a",
        "yaw_a": "yaw_b",
        "yaw_b": "yaw_a",
        "came_a": "came_b",
        "came_b": "came_a",
    }
    for name in one._fields:
        np.testing.assert_allclose(
            getattr(two, swap.get(name, name)), getattr(one, name), rtol=1e-9, atol=1e-6, err_msg=name
        )
        np.testing.assert_allclose(getattr(far, name), getattr(one, name), rtol=1e-6, atol=1e-3, err_msg=name)


@pytest.mark.parametrize(
    "lean, side, gap",
    [(0.0, 50.0, 50.0 - 23.0), (180.0, 50.0, 50.0 - 23.0), (90.0, 200.0, 200.0 - 15.0 - 50.0), (0.0, 10.0, 0.0)],
)
def test_the_gap_is_between_hulls_wherever_the_antennas_are(lean, side, gap):
    """A 200 x 30 m ship at (0, 0) headed north, its antenna 80 m astern of the middle; a 100 x 16 m one beside it."""
    size = Hulls(np.array([200.0, 100.0]), np.array([30.0, 16.0]), np.array([80.0, 40.0]), np.array([0.0, 0.0]))
    head = math.radians(lean)
    x, y = side - 40.0 * math.sin(head), 80.0 - 40.0 * math.cos(head)  # antenna of b from that of a
    found = pairing.apart(size, 0, 1, x, y, 0.0, lean)[0]
    assert found == pytest.approx(gap, abs=1e-6)


# What is a meeting


@pytest.mark.parametrize("types, sizes", [
    ((70, 79), ((90, 14), (60, 10))), ((30, 70), ((32, 8), (110, 18))), ((80, 37), ((120, 18), (25, 6))),
])  # fmt: skip
@pytest.mark.parametrize("seed", range(3))
def test_a_meeting_at_sea_is_told(types, sizes, seed):
    found = told(types, sizes, seed=seed)
    assert set(found) == {"rendezvous"} and found["rendezvous"][-1].priority == "warning"
    first = found["rendezvous"][0]
    assert set(first.subjects) == {ONE, TWO} and (first.last - first.time) / SECOND < 1500.0


def test_two_tankers_alongside_are_a_transfer_whichever_way_they_lie():
    for lean in (0.0, 12.0, 180.0):
        found = told((80, 82), ((180, 30), (120, 18)), meeting(4800.0, gap=40.0), heading=(90.0, 90.0 + lean))
        assert set(found) == {"ship_to_ship"} and found["ship_to_ship"][-1].priority == "warning"
    crossed = told((80, 82), ((180, 30), (120, 18)), meeting(4800.0, gap=90.0), heading=(90.0, 180.0))
    assert "ship_to_ship" not in crossed


def test_draughts_that_change_hands_are_told():
    points = meeting(4800.0, gap=40.0)
    rows = made.numbered(*[way(m, p, heading=90.0) for m, p in zip((ONE, TWO), points, strict=True)])
    said = [(m, t) for m in (ONE, TWO) for t in (0.0, 5000.0)]
    ships = [
        made.ship(m, f"SHIP {m % 10}", 180, 30, 80, t).replace(draught=np.array([draught], "u1"))
        for (m, t), draught in zip(said, (120, 95, 60, 85), strict=True)
    ]
    found = alerts([ship_to_ship.DETECTOR], rows, made.numbered(*ships))
    assert "deeper" in found[-1].sentence and "deeper" not in found[0].sentence


# What is none


def abreast(away, *, knots=0.0, seconds=9000.0):
    """Two ships side by side all the time."""
    far = knots * KNOT * seconds
    return [(0.0, 0.0, 0.0), (seconds, far, 0.0)], [(0.0, 0.0, away), (seconds, far, away)]


FERRIES = [(0.0, -9000.0, 0.0), (1500.0, 9000.0, 0.0)], [(0.0, 9000.0, 80.0), (1500.0, -9000.0, 80.0)]
BERTH = {"status": (5, 5), "every": 180.0}


@pytest.mark.parametrize("name, types, sizes, points, more", [
    ("pilot boards", (70, 50), ((200, 32), (17, 5)), meeting(360.0, drift=3.3), {}),
    ("pilot stays", (70, 50), ((200, 32), (17, 5)), meeting(3600.0), {}),
    ("short visit", (70, 79), ((90, 14), (60, 10)), meeting(300.0), {}),
    ("tug assists", (71, 52), ((230, 32), (32, 11)), meeting(2400.0, drift=1.6, speed=9.0), {}),
    ("rafted boats", (30, 30), ((15, 4), (14, 4)), meeting(4000.0, gap=8.0), {"kinds": (18, 18)}),
    ("convoy", (79, 79), ((70, 12), (70, 12)), abreast(240.0, knots=8.0), {}),
    ("side by side at a berth", (70, 70), ((140, 22), (140, 22)), abreast(34.0), BERTH),
    ("tankers at a berth", (80, 80), ((140, 22), (140, 22)), abreast(34.0), BERTH),
    ("ferries pass", (60, 60), ((40, 9), (40, 9)), FERRIES, {}),
    ("at anchor 300 m apart", (70, 70), ((180, 30), (180, 30)), meeting(6000.0, gap=330.0, drift=0.0), {}),
])  # fmt: skip
def test_what_is_routine_is_not_told(name, types, sizes, points, more):
    assert told(types, sizes, points, **more) == {}, name


def anchorage(kind="anchorage", **rules):
    ring = tuple((AT[1] + x, AT[0] + y) for x, y in ((-0.1, -0.05), (0.1, -0.05), (0.1, 0.05), (-0.1, 0.05)))
    return World(zones=Zones([Zone("Test Roads", ring, "test", kind=kind, rules=rules)]))


def test_bunkering_in_an_anchorage_is_routine_and_outside_it_is_not():
    bunker = (70, 80), ((220, 32), (95, 16)), meeting(5400.0, gap=30.0, drift=0.0)
    assert told(*bunker, world=anchorage()) == {}
    assert set(told(*bunker)) == {"rendezvous"}
    oil = (80, 80), ((220, 32), (95, 16)), meeting(5400.0, gap=30.0, drift=0.0)
    assert told(*oil, world=anchorage()) == {}
    assert set(told(*oil)) == {"ship_to_ship"}
    large = told((80, 80), ((220, 32), (180, 30)), meeting(5400.0, gap=40.0, drift=0.0), world=anchorage())
    assert set(large) == {"ship_to_ship"} and "Test Roads" in large["ship_to_ship"][-1].detail["geometry"]


def test_a_licensed_place_makes_it_a_caution():
    oil = (80, 80), ((220, 32), (180, 30)), meeting(5400.0, gap=40.0)
    found = told(*oil, world=anchorage("licensed", transfer=True))
    assert {a.priority for a in found["ship_to_ship"]} == {"caution"}


def test_a_long_meeting_keeps_its_beginning():
    """Six hours: the tracks reach back two, the memory of how they met longer."""
    found = told((70, 79), ((90, 14), (60, 10)), meeting(6 * 3600.0), every=60.0)
    ids = {a.id for a in found["rendezvous"]}
    last = found["rendezvous"][-1]
    assert len(ids) == 1 and last.evidence["before"] > 1000.0 and (last.last - last.time) / SECOND > 5.5 * 3600


def test_the_evidence_tells_the_same_again():
    for found in (
        told((70, 79), ((90, 14), (60, 10))),
        told((80, 80), ((180, 30), (120, 18)), meeting(4800.0, gap=40.0)),
    ):
        for rule, name in ((rendezvous.DETECTOR, "rendezvous"), (ship_to_ship.DETECTOR, "ship_to_ship")):
            for a in found.get(name, []):
                assert explain(rule, a.evidence) == a
