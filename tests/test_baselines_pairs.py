"""Rules of others about gaps and about two ships: each threshold from both sides."""

from __future__ import annotations

import numpy as np
import pytest

from baseline_sea import at, every, pair, sea, seconds, ship
from selat.exercise.baselines import Context, gfw, plain, rtec, skylight, starboard
from selat.model.clock import SECOND
from selat.model.units import KNOT

# -- gaps


@pytest.mark.parametrize(("rule", "limit"), [(gfw.gap, 12 * 3600), (plain.silence, 900), (rtec.gap, 1800)])
def test_gaps_are_strictly_longer(rule, limit):
    def found(silent):
        return rule(ship(1, [0, 60, 60 + silent, 120 + silent], sog=5.0), Context())

    assert not found(limit) and len(found(limit + 1)) == 1
    assert seconds(found(limit + 1)[0]) == (60, 60 + limit)


def test_skylight_is_dark_from_six_hours_on():
    assert not skylight.dark(ship(1, [0, 6 * 3600 - 1]))
    assert len(skylight.dark(ship(1, [0, 6 * 3600]))) == 1


def test_a_gap_may_be_open_and_is_of_one_ship():
    rows = gfw.gap(sea(ship(1, [0]), ship(2, [0, 13 * 3600])))
    assert [r.subjects for r in rows] == [(1,), (2,)]
    assert not gfw.gap(ship(1, [13 * 3600]))


def test_the_gap_counts_positions_of_the_twelve_hours_before():
    t = [*every(3600, 20 * 3600), 40 * 3600]
    assert "12 positions in the 12.0 h before" in gfw.gap(sea(ship(1, t), ship(2, t)))[1].sentence


def test_plain_silence_needs_way_and_no_anchor():
    def found(**more):
        return plain.silence(ship(1, [0, 1000], **more))

    assert found(sog=2.1 * KNOT) and not found(sog=1.9 * KNOT)
    assert not found(sog=5.0, status=1) and not found(sog=5.0, status=5)


def test_rtec_gaps_near_ports_are_left_out():
    p = ship(1, [0, 3600])
    assert rtec.gap(p, Context(port=at(1853.0))) and not rtec.gap(p, Context(port=at(1851.0)))


# -- meetings


@pytest.mark.parametrize(("metres", "minutes", "knots", "found"), [
    (495, 130, 1.9, 1), (505, 130, 1.9, 0), (495, 120, 1.9, 0), (495, 130, 2.1, 0),
])  # fmt: skip
def test_gfw_encounter(metres, minutes, knots, found):
    p = pair(metres, minutes * 60, step=300.0, sog=knots * KNOT)
    rows = gfw.encounter(p)
    assert len(rows) == found
    if found:
        assert rows[0].rule == "rendezvous" and rows[0].subjects == (1, 2) and seconds(rows[0]) == (0, 7800)


def test_gfw_merges_below_four_hours_and_drops_near_ports():
    def apart(hours):
        t = every(300, 4 * 3600 + hours * 3600)
        away = (t > 2 * 3600) & (t < (2 + hours) * 3600)
        return gfw.encounter(sea(ship(1, t), ship(2, t, east=np.where(away, 5000.0, 100.0))))

    # together at steps up to 2 h, again from 2 h and the hole on
    assert len(apart(3.8)) == 1 and len(apart(4.0)) == 0, "two spells of two hours are not over two hours"
    p = pair(100, 3 * 3600, step=300.0)
    for name, reach in (("port", 10_000.0), ("anchorage", 10_000.0), ("shore", 0.0)):
        assert gfw.encounter(p, Context(**{name: at(reach + 1)})) and not gfw.encounter(
            p, Context(**{name: at(reach - 1)})
        )


def test_gfw_bridges_an_hour():
    def found(hole):
        t = np.r_[every(300, 5400), every(300, 5400 + hole + 5400, 5400 + hole)]
        return gfw.encounter(sea(ship(1, t), ship(2, t, east=100.0)))

    assert len(found(3600)) == 1 and found(3600)[0].end - found(3600)[0].start == 14400 * SECOND
    assert len(found(4200)) == 1, "merged from two raw ones of an hour and a half"


@pytest.mark.parametrize(("metres", "minutes", "found"), [(249, 31, 1), (251, 31, 0), (249, 30, 0)])
def test_skylight_rendezvous(metres, minutes, found):
    assert len(skylight.rendezvous(pair(metres, minutes * 60))) == found


@pytest.mark.parametrize(
    ("metres", "minutes", "found"), [(49, 10, 1), (49, 9, 0), (51, 29, 0), (199, 30, 1), (201, 60, 0)]
)
def test_starboard_encounter(metres, minutes, found):
    p = pair(metres, minutes * 60)
    assert len(starboard.encounter(p)) == found
    assert not starboard.encounter(p, Context(shore=at(9_999))) and not starboard.encounter(p, Context(port=at(9_999)))
    assert len(starboard.encounter(p, Context(shore=at(10_001)))) == found


def test_starboard_counts_both_kinds_once():
    t = every(60, 3600)
    rows = starboard.encounter(sea(ship(1, t), ship(2, t, east=np.where((t > 1200) & (t < 2400), 30.0, 150.0))))
    assert len(rows) == 1 and seconds(rows[0]) == (0, 1800)


def test_rtec_rendezvous():
    def found(metres=90, lasts=270, context=None, **more):
        return rtec.rendezvous(pair(metres, lasts, step=10.0, **more), context or Context())

    assert len(found()) == 1 and not found(lasts=240) and not found(metres=110)
    assert found(sog=4.9 * KNOT) and not found(sog=5.1 * KNOT)
    assert not found(type=52) and not found(type=50)
    assert found(context=Context(shore=at(5001))) and not found(context=Context(shore=at(4999)))
    assert found(context=Context(port=at(1853))) and not found(context=Context(port=at(1851)))


def test_rtec_tugging():
    t = every(10, 330)

    def found(lasts=330, sog=3.0, types=(52, 70)):
        u = t[t <= lasts]
        return rtec.tugging(sea(ship(1, u, sog=sog, type=types[0]), ship(2, u, east=50.0, sog=sog, type=types[1])))

    assert len(found()) == 1 and found()[0].rule == "tow" and not found(lasts=300)
    assert not found(sog=1.1 * KNOT) and not found(sog=15.1 * KNOT) and found(sog=14.9 * KNOT)
    assert not found(types=(52, 52)) and not found(types=(70, 70)) and not found(types=(52, 50))
