"""Boats without AIS that come close to ships: they are never taken for her echo, and the rules about them see them."""

from __future__ import annotations

import numpy as np
import pytest

from fuse_scene import SITE, START, scene
from pair_sea import way
from selat.app.floor import Floor, detectors
from selat.detectors import _golden as made
from selat.detectors import _pairs as two
from selat.detectors import _ships as fleet
from selat.detectors import robbery_risk
from selat.model.clock import SECOND
from selat.model.columns import empty
from selat.model.targets import is_target, target_number
from selat.model.units import KNOT
from selat.tracks.window import Window

pytestmark = pytest.mark.long

SHIP, HERSELF, BOAT = 563900001, target_number(1, 1), target_number(1, 2)
NIGHT = 8.5 * 3600.0  #: 16:30 UTC: half past eleven at night
KNOTS, LAST = 9.5, 2400.0
AT = (1.06, 103.60)
NONE = empty("messages")


def until(rows, end):
    return rows.take(np.flatnonzero(rows["time"] < made.START + round((NIGHT + end) * SECOND)))


def sea(side=40.0, lead=2400.0, boat=20.0, begin=0.0, echo=LAST, seed=0):
    """A ship at 9.5 kn whose echo is seen until ``echo`` s; a boat comes from ``lead`` m astern and stays ``side`` m off."""
    v, w = KNOTS * KNOT, boat * KNOT
    run = (lead - 60.0) / (w - v)
    ship = [(0.0, 0.0, 0.0), (LAST, v * LAST, 0.0)]
    points = [
        (begin, v * begin - lead, side),
        (begin + run, v * (begin + run) - 60.0, side),
        (LAST, v * LAST - 60.0, side),
    ]
    rows = (
        way(SHIP, ship, at=AT, start=NIGHT, every=10.0, seed=seed),
        until(way(HERSELF, ship, at=AT, start=NIGHT, every=3.0, msg_type=0, noise=8.0, seed=seed), echo),
        way(BOAT, points, at=AT, start=NIGHT, every=3.0, msg_type=0, noise=8.0, seed=seed),
    )
    return made.numbered(*rows), made.ship(SHIP, "PREY", 190, 32, 70, NIGHT - 1.0)


def watched(rows, statics, rules):
    """(alerts, every joined pair, every pair that was thought to be an echo) of a floor that took all, cut in minutes."""
    floor, alerts, joined, echoes = Floor(rules), [], set(), set()
    floor.fusion.sites = {1: (1.20, 103.70)}
    edges = np.arange(int(rows["time"].min()), int(rows["time"].max()) + 60 * SECOND, 60 * SECOND)
    for k, edge in enumerate(edges.tolist()):
        a, b = np.searchsorted(rows["time"], [edge, edge + 60 * SECOND])
        last = k == len(edges) - 1
        alerts += floor.step(
            rows.slice(int(a), int(b)), statics if k == 0 else empty("statics"), NONE, edge + 60 * SECOND, last
        )
        joined |= {(t >> 20, s >> 20) for t, s in floor.contacts.joined.tolist()}
        echoes |= {t >> 20 for t, _ in floor.contacts.echoes.tolist()}
    return alerts, joined, echoes, floor


@pytest.mark.parametrize("more", [
    {},  # alongside, 40 m off, while the radar sees both
    {"echo": 700.0},  # from then on the radar sees one echo of the two: the boat's track goes on
    {"side": 0.0, "echo": 500.0},  # right astern
    {"boat": 30.0, "lead": 3500.0, "begin": 400.0},  # a skiff, fast
    {"boat": 32.0, "lead": 1200.0, "begin": 600.0, "echo": 600.0},  # first seen three quarters of a mile off
])  # fmt: skip
def test_a_boat_that_comes_and_lies_alongside_is_a_boat(more):
    rows, statics = sea(**more)
    alerts, joined, echoes, _ = watched(rows, statics, [robbery_risk.DETECTOR])
    assert {pair for pair in joined if pair[0] == BOAT} == set() and BOAT not in echoes
    assert joined == {(HERSELF, SHIP)}
    told = [a for a in alerts if a.subjects == (BOAT, SHIP)]
    assert {a.priority for a in told} == {"alarm"}
    assert not [a for a in alerts if HERSELF in a.subjects]


def test_her_own_new_echo_beside_the_boat_is_hers():
    rows, statics = sea(echo=900.0)
    again = target_number(1, 3)
    v = KNOTS * KNOT
    late = way(
        again, [(1000.0, v * 1000.0, 0.0), (LAST, v * LAST, 0.0)], at=AT, start=NIGHT, every=3.0, msg_type=0, noise=8.0
    )
    _, joined, echoes, floor = watched(made.numbered(rows, late), statics, [])
    assert joined == {(HERSELF, SHIP), (again, SHIP)} and echoes <= {HERSELF, again}
    assert floor.contacts.joined.tolist()[0][0] >> 20 == again


def test_boat_and_echo_that_exchange_their_numbers_are_told_apart():
    rows, statics = sea(side=40.0)
    late = rows["time"] >= made.START + round((NIGHT + 1000.0) * SECOND)
    m = rows["mmsi"].copy()
    m[late & (rows["mmsi"] == HERSELF)], m[late & (rows["mmsi"] == BOAT)] = BOAT, HERSELF
    swapped = rows.replace(mmsi=m)
    # the boat, which has her number now, leaves
    v = KNOTS * KNOT
    leave = way(
        HERSELF,
        [(1200.0, v * 1200.0 - 60.0, 40.0), (LAST, v * 1200.0, 6000.0)],
        at=AT,
        start=NIGHT,
        every=3.0,
        msg_type=0,
        noise=8.0,
    )
    drop = (m == HERSELF) & (rows["time"] >= made.START + round((NIGHT + 1200.0) * SECOND))
    _, _, _, floor = watched(made.numbered(swapped.take(np.flatnonzero(~drop)), leave), statics, [])
    assert [(int(t) >> 20, int(s) >> 20) for t, s in floor.contacts.joined] == [(BOAT, SHIP)]


def test_who_was_not_heard_while_the_target_was_alone_may_be_it():
    """A ship that switches AIS on after an hour without is the target that was there all the time."""
    v = KNOTS * KNOT
    ship = [(0.0, 0.0, 0.0), (LAST, v * LAST, 0.0)]
    heard = way(SHIP, ship, at=AT, start=NIGHT, every=10.0)
    heard = heard.take(np.flatnonzero(heard["time"] >= made.START + round((NIGHT + 1500.0) * SECOND)))
    rows = made.numbered(heard, way(HERSELF, ship, at=AT, start=NIGHT, every=3.0, msg_type=0, noise=8.0))
    _, joined, _, floor = watched(rows, made.ship(SHIP, "LATE", 190, 32, 70, NIGHT - 1.0), [])
    assert joined == {(HERSELF, SHIP)}
    state = floor.state()
    other = Floor([])
    other.restore(state)
    assert np.array_equal(other.fusion.loners.target, floor.fusion.loners.target)
    assert np.array_equal(other.contacts.joined, floor.contacts.joined)


def test_a_young_echo_is_no_neighbour_but_hidden_from_no_rule_about_boats():
    _, statics = sea()
    floor = Floor([])
    v = KNOTS * KNOT
    ship = [(0.0, 0.0, 0.0), (8.0, v * 8.0, 0.0)]
    cut = made.numbered(
        *(way(m, ship, at=AT, start=NIGHT, every=2.0, msg_type=k) for m, k in ((SHIP, 1), (HERSELF, 0)))
    )
    floor.step(cut, statics, NONE, int(cut["time"].max()) + 1, True)
    c = floor.contacts
    w = Window(floor.now, empty("reports"), np.zeros(0, "u1"), None, NONE, c)
    assert not len(c.joined) and len(c.echoes) == 1
    assert is_target(fleet.craft(w).mmsi).any() and not is_target(fleet.ships(w).mmsi).any()
    assert two.pairs(w).a.size == 0 and two.craft_pairs(w).a.size == 1


def test_a_radar_adds_no_alert_about_ships_that_send():
    """All rules, with and without the radar, on a sea where every ship has AIS: what is told is the same."""
    s = scene(11, ships=50, mute=0, seconds=1200, size=(12e3, 6e3), life=500.0, swap=0.0)
    early = s.reports["time"] < START + 240 * SECOND  # until every ship at anchor has sent once
    s.reports = s.reports.take(np.flatnonzero(~early | ~is_target(s.reports["mmsi"])))
    plain = s.reports.take(np.flatnonzero(~is_target(s.reports["mmsi"])))

    def told(rows):
        floor = Floor(detectors())
        floor.fusion.sites = {1: SITE}
        out = floor.step(rows, s.statics, NONE, int(rows["time"].max()) + 1, True)
        return {(a.rule, a.subjects) for a in out}

    both, one = told(s.reports), told(plain)
    assert not [x for x in both if any(is_target(np.array(x[1])))]
    assert both == one
    assert {"collision"} & {rule for rule, _ in one}, "the sea is busy enough to tell something"
