"""Which hull it is: two near each other under one number, one under two numbers, and evidence beside positions."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selat.app.floor import Floor
from selat.detectors import _golden as made
from selat.kernels import geodesy
from selat.model.clock import SECOND
from selat.model.columns import concat, empty
from selat.model.schema import Flag
from selat.tracks.contacts import Contacts
from selat.tracks.slots import ID_BITS

START = made.START
OLD, NEW = 563000111, 525000222


def exact(*parts):
    """Reports whose time is that of the position, to the second."""
    rows = made.numbered(*parts)
    return rows.replace(flags=np.full(rows.rows, int(Flag.SECOND | Flag.ACCURATE)))


@pytest.mark.parametrize("apart", [600.0, 1000.0, 2000.0])
@pytest.mark.parametrize("knots", [0.3, 8.0])
def test_two_hulls_of_one_number_near_each_other_are_two(apart, knots):
    """Nearer than the 2.3 km (25 knots for three minutes) within which positions alone cannot tell them apart."""
    lat, lon = geodesy.destination(1.2, 103.8, 0.0, apart)
    rows = exact(
        made.sail(OLD, 1.2, 103.8, knots, 90.0, range(0, 1800, 10)),
        made.sail(OLD, float(lat), float(lon), knots, 90.0, range(5, 1800, 10)),
    )
    c = Contacts()
    out = c.update(rows)
    assert len(c) == 2 and sorted(c.reports.tolist()) == [180, 180]
    second = (rows["time"] // SECOND) % 10 == 5
    assert len(set(out.slot[second])) == len(set(out.slot[~second])) == 1


def test_one_hull_stays_one_with_bad_clocks_late_rows_and_hard_turns():
    late = made.sail(OLD, 1.2, 103.8, 14.0, 90.0, range(0, 1800, 10))
    time = late["time"].copy()
    time[40::45] -= 60 * SECOND  # positions that say a minute that they are not of
    turning = [made.sail(OLD + 1, 1.3, 103.8, 30.0, 30.0 * k, range(20 * k, 20 * k + 20, 2)) for k in range(1)]
    ferry = made.sail(OLD + 2, 1.4, 103.8, 0.0, 10.0, range(0, 600, 180))
    away = made.sail(OLD + 2, 1.4, 103.8, 28.0, 10.0, range(0, 600, 6))
    away = away.replace(time=away["time"] + 600 * SECOND)
    c = Contacts()
    c.update(exact(late.replace(time=np.sort(time)), *turning, ferry, away))
    assert len(c) == 3


def test_speeds_that_are_always_nought_prove_nothing():
    rows = exact(made.sail(OLD, 1.2, 103.8, 10.0, 90.0, range(0, 3600, 180)))
    dead = rows.replace(sog=np.zeros(rows.rows), cog=np.zeros(rows.rows))
    c = Contacts()
    c.update(dead)
    assert len(c) == 1


def test_the_class_of_the_transponder_tells_hulls_apart_that_cross():
    a = made.sail(OLD, 1.2, 103.80, 10.0, 90.0, range(-900, 900, 10))
    b = made.sail(OLD, 1.2, 103.80, 10.0, 270.0, range(-895, 900, 30), msg_type=18)
    rows = exact(a, b)
    c = Contacts()
    out = c.update(rows)
    right = [len(set(out.slot[(rows["msg_type"] == k) & (out.slot >= 0)])) for k in (1, 18)]
    assert len(c) == 2 and right == [1, 1]


def change(gap=60, shift=0.0, size=(120, 20), other=(120, 20), name="NEW NAME", before=1800):
    """A ship under one number, and after ``gap`` s goes on under another, ``shift`` m to the north."""
    one = made.sail(OLD, 1.2, 103.8, 12.0, 60.0, range(-before, 0, 10))
    lat, lon = geodesy.destination(1.2, 103.8, 0.0, shift)
    two = made.sail(NEW, float(lat), float(lon), 12.0, 60.0, range(gap, gap + 1200, 10))
    statics = [
        made.ship(OLD, "OLD NAME", *size, 70, second=-before),
        made.ship(NEW, name, *other, 70, second=gap + 100),
    ]
    return made.numbered(one, two, *fleet()), concat(statics, "statics")


def fleet():
    return [made.sail(563000500 + n, 1.3 + 0.02 * n, 103.8, 11.0, 60.0, range(-1800, 1500, 30)) for n in range(5)]


def linked(reports, statics):
    floor = Floor([])
    floor.step(reports, statics, empty("messages"), int(reports["time"].max()), True)
    return floor.contacts


def test_a_hull_that_changes_its_number_stays_one_contact():
    c = linked(*change())
    old, new = int(c.of(OLD)[0]), int(c.of(NEW)[0])
    assert c.successor[old] == NEW << ID_BITS and c.predecessor[new] == OLD << ID_BITS
    why = c.links[NEW << ID_BITS]
    assert why["same"] == ["dimensions"] and why["different"] == ["name"] and why["away"] < 100 and why["rivals"] == 0
    assert why["score"] >= 3 and len(why["seq"]) == 2
    assert (c.predecessor >= 0).sum() == 1


@pytest.mark.parametrize(
    "how",
    [
        {"other": (240, 40)},
        {"shift": 1500.0},
        {"gap": 900},
        {"size": (0, 0), "other": (0, 0), "shift": 500.0},
    ],
    ids=["another size", "another place", "too late", "nothing but a vague place"],
)
def test_another_ship_is_another_contact(how):
    c = linked(*change(**how))
    assert (c.successor < 0).all() and not c.links


def test_the_same_name_and_call_sign_carry_a_doubtful_place():
    c = linked(*change(name="OLD NAME", shift=250.0))
    assert c.links[NEW << ID_BITS]["same"] == ["name", "dimensions"]


def test_a_ship_that_goes_on_sending_has_no_successor():
    reports, statics = change()
    more = made.sail(OLD, 1.2, 103.8, 12.0, 60.0, range(0, 1260, 10))
    more = more.replace(lat=more["lat"] + 3000)
    c = linked(made.numbered(reports, more), statics)
    assert (c.successor < 0).all()


@settings(max_examples=10)
@given(st.lists(st.floats(0, 1), max_size=6), st.lists(st.floats(0, 9.4), min_size=1, max_size=23))
def test_links_do_not_depend_on_the_cuts_nor_on_a_restart(cuts, delays):
    reports, statics = change()
    whole = linked(reports, statics)
    arrival = reports["time"] + np.round(np.resize(delays, reports.rows) * 1e9).astype("i8")
    begin, end = int(arrival.min()), int(arrival.max())
    edges = [0, *sorted(begin + int(x * (end - begin)) for x in cuts), end]
    floor = Floor([])
    for lo, hi in itertools.pairwise(edges):
        rows, said = (
            reports.take((arrival > lo) & (arrival <= hi)),
            statics.take((statics["time"] > lo) & (statics["time"] <= hi)),
        )
        floor.step(rows, said, empty("messages"), hi, hi == end)
        state = floor.state()
        floor = Floor([])
        floor.restore(state)
    assert floor.contacts.links == whole.links and whole.links
    assert floor.contacts.successor.tolist() == whole.successor.tolist()
