"""Rules of others about one ship, and close encounters: each threshold from both sides."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline_sea import NAN, T0, at, every, sea, seconds, ship
from selat.exercise.baselines import Context, dma, gfw, rtec
from selat.kernels import geodesy
from selat.model.clock import HOUR
from selat.model.units import KNOT, NAUTICAL_MILE

# -- one ship


def drifter(knots=2.0, angle=60.0, lasts=720.0, before=660.0, **more):
    t = every(10, before + lasts)
    adrift = t > before
    return ship(1, t, east=np.maximum(0.0, t - before) * knots * KNOT, sog=knots * KNOT, cog=90.0,
                heading=np.where(adrift, (90.0 - angle) % 360, 90.0), **more)  # fmt: skip


@pytest.mark.parametrize(("more", "found"), [
    ({}, 1), ({"angle": 46.0}, 1), ({"angle": 44.0}, 0), ({"angle": 134.0}, 1), ({"angle": 136.0}, 0),
    ({"knots": 5.1}, 0), ({"knots": 0.9, "lasts": 2000.0}, 0), ({"knots": 1.1, "lasts": 2000.0}, 1),
    ({"lasts": 590.0}, 0), ({"knots": 1.5, "lasts": 640.0}, 0), ({"knots": 1.5, "lasts": 670.0}, 1),
    ({"length": 49.0}, 0), ({"length": 50.0}, 1), ({"length": 74.0, "type": 90}, 0), ({"length": 75.0, "type": 90}, 1),
    ({"type": 0}, 0), ({"length": NAN}, 0), ({"type": 31}, 0), ({"type": 52}, 0), ({"small": True}, 0), ({"type": 37}, 0),
])  # fmt: skip
def test_dma_drift(more, found):
    rows = dma.drift(drifter(**more))
    assert len(rows) == found and all(r.rule == "drifting" for r in rows)


def test_dma_drift_is_told_when_both_limits_are_passed():
    begin, told = seconds(dma.drift(drifter(knots=4.0))[0])
    assert begin == 670 and 1260 < told <= 1280, "ten minutes after the last report that was none"
    assert seconds(dma.drift(drifter(knots=1.1, lasts=2000.0))[0])[1] == pytest.approx(670 + 500 / (1.1 * KNOT), abs=11)


def stopper(high=8.0, low=0.9, within=30.0, after=90.0, spike=None, **more):
    t = np.r_[every(10, 300), every(10, 300 + within + after, 300 + within)]
    sog = np.where(t <= 300, high, low)
    if spike is not None:
        sog[t == 300 + within + spike] = 1.2
    return ship(1, t, sog=sog * KNOT, **more)


@pytest.mark.parametrize(("more", "found"), [
    ({}, 1), ({"high": 7.0}, 1), ({"high": 6.9}, 0), ({"low": 1.0}, 1), ({"low": 1.1}, 0), ({"within": 31.0}, 0),
    ({"after": 30.0}, 0), ({"after": 40.0}, 1), ({"spike": 30.0}, 0), ({"type": 30}, 1), ({"type": 30, "length": 60.0}, 0),
    ({"type": 52}, 0),
])  # fmt: skip
def test_dma_sudden_speed_change(more, found):
    assert len(dma.sudden_speed_change(stopper(**more))) == found


@given(st.lists(st.tuples(st.integers(1, 2), st.booleans()), max_size=40))
def test_raised_is_what_a_counter_says(rows):
    rows = sorted(rows, key=lambda r: r[0])
    want, score, up, before = [], 0, False, None
    for mmsi, odd in rows:
        if mmsi != before:
            score, up, before = 0, False, mmsi
        if odd == up:
            score = 0
        else:
            score += 1
            if score == (5 if up else 3):
                up, score = not up, 0
        want.append(dma.UNCERTAIN if score else dma.RAISED if up else dma.LOWERED)
    got = dma.raised(np.array([r[1] for r in rows], bool), np.array([r[0] for r in rows]))
    assert got.tolist() == want


def passing(beside, knots=8.0, other=8.0, **more):
    t = every(10, 60)
    a = ship(1, t, north=t * knots * KNOT, sog=knots * KNOT, cog=0.0, heading=0.0, **more)
    b = ship(2, t, east=beside, north=t * knots * KNOT, sog=other * KNOT, cog=0.0, heading=0.0, **more)
    return dma.close_encounter(sea(a, b))


def test_dma_close_encounter():
    """Two of 100 by 16 m abreast: half of three beams and half a beam, 32 m, is where they begin to touch."""
    assert len(passing(31.0)) == 1 and not passing(33.0)
    assert not passing(20.0, knots=4.9, other=4.9) and passing(20.0, knots=5.1, other=2.0)
    assert not passing(20.0, type=52) and not passing(20.0, type=30) and not passing(20.0, type=0)
    assert not passing(20.0, length=29.0) and passing(20.0, length=31.0)
    assert not passing(20.0, beam=NAN)


@pytest.mark.parametrize(("ahead", "found"), [(170, 1), (180, 0), (-120, 1), (-130, 0)])
def test_the_safety_ellipse_reaches_far_ahead(ahead, found):
    """2 lengths, a quarter of one behind the stern: from 75 m astern to 125 m ahead; the other hull has 50 m each way."""
    t = every(10, 60)
    a = ship(1, t, north=t * 4.0, sog=4.0, cog=0.0, heading=0.0)
    b = ship(2, t, north=t * 4.0 + ahead, sog=2.0, cog=NAN, heading=0.0)
    assert len(dma.close_encounter(sea(a, b))) == found


def test_dma_free_flow():
    def found(beside=60.0, angle=0.0, lasts=120.0, **more):
        t = every(10, lasts)
        a = ship(1, t, sog=5.0, cog=0.0, heading=0.0, **more)
        b = ship(2, t, east=beside, sog=5.0, cog=angle, heading=angle, **more)
        return dma.free_flow(sea(a, b))

    assert len(found()) == 1 and found()[0].rule == "follow"
    assert found(63.0) and not found(65.0), "half of eight beams of 16 m"
    assert found(angle=14.0) and not found(angle=16.0)
    assert not found(length=74.0) and not found(type=60) and found(type=89)
    assert len(found(lasts=29 * 60)) == 1 and len(found(lasts=30 * 60)) == 2


@pytest.mark.parametrize(("knots", "miles", "found"), [(1.9, 21, 1), (2.1, 21, 0), (1.9, 19, 0)])
def test_gfw_loitering(knots, miles, found):
    t = every(300, 3 * 3600)
    rows = gfw.loitering(ship(1, t, east=t * knots * KNOT), Context(shore=at(miles * NAUTICAL_MILE)))
    assert len(rows) == found
    if found:
        assert rows[0].start == T0 and rows[0].end == T0 + 3 * HOUR and rows[0].told == T0 + HOUR


def test_gfw_loitering_is_cut_by_a_fast_hour():
    t = every(300, 3 * 3600)
    fast = np.clip(t - 3600, 0, 3600) * 5.0
    assert len(gfw.loitering(ship(1, t, east=fast))) == 2
    assert not gfw.loitering(ship(1, [0]))


def harbour(miles, knots=0.1, hole=None):
    """In from 10 km to so many km off an anchorage at the origin, and out again."""
    t = every(60, 4 * 3600)
    away = np.interp(t, [0, 3600, 3 * 3600, 4 * 3600], [10_000, miles * 1000, miles * 1000, 10_000])
    p = ship(1, t, east=away, sog=np.where((t > 4000) & (t < 10_000), knots, 8.0) * KNOT)
    if hole is not None:
        p = p.take((t < 4000) | (t > 4000 + hole))
    return gfw.port_visit(p, Context(anchorage=lambda lat, lon: geodesy.distance(lat, lon, 5.0, 105.0)))


def test_gfw_port_visit():
    assert len(harbour(2.9)) == 1 and not harbour(3.1)
    assert "confidence 4" in harbour(2.0)[0].sentence
    assert harbour(2.0, 0.19) and not harbour(2.0, 0.21)
    assert harbour(3.5, 0.1) == []


def test_gfw_port_visit_hysteresis():
    t = every(60, 3600)
    away = np.interp(t, [0, 1200, 2400, 3600], [2000, 3900, 3900, 2000])
    where = Context(anchorage=lambda lat, lon: geodesy.distance(lat, lon, 5.0, 105.0))
    p = ship(1, t, east=away, sog=np.where(t < 600, 0.1, 0.4) * KNOT)
    assert len(gfw.port_visit(p, where)) == 1, "3.9 km is not out, 0.4 kn does not end a stop"
    assert "confidence 2" in gfw.port_visit(p, where)[0].sentence
    far = ship(1, t, east=np.where(t > 2000, 4100.0, 2000.0), sog=8.0 * KNOT)
    assert gfw.port_visit(far, where) == [], "in and out without a stop is confidence 1"


def test_gfw_port_gap():
    where = Context(anchorage=at(100.0))
    for silent, found in ((239, 0), (240, 1)):
        assert len(gfw.port_visit(ship(1, [0, 60, 60 + silent * 60], sog=4.0), where)) == found


def test_rtec_drifting_and_speeds():
    assert rtec.drifting(ship(1, [0, 10], sog=1.0, cog=90.0, heading=131.0))
    assert not rtec.drifting(ship(1, [0, 10], sog=1.0, cog=90.0, heading=129.0))
    assert not rtec.drifting(ship(1, [0, 10], sog=0.4 * KNOT, cog=90.0, heading=180.0))
    assert not rtec.drifting(ship(1, [0, 10], sog=1.0, cog=90.0, heading=NAN))
    for knots, found in ((8.9, 1), (9.1, 0), (14.9, 0), (15.1, 1), (0.4, 0)):
        assert len(rtec.unusual_speed(ship(1, [0, 10], sog=knots * KNOT, type=70))) == found
    assert not rtec.unusual_speed(ship(1, [0, 10], sog=30.0, type=0))
    fast = ship(1, [0, 10], sog=5.1 * KNOT)
    assert rtec.high_speed_near_coast(fast, Context(shore=at(4999)))
    assert not rtec.high_speed_near_coast(fast, Context(shore=at(5001)))
    assert not rtec.high_speed_near_coast(ship(1, [0, 10], sog=4.9 * KNOT), Context(shore=at(0)))


def test_rtec_loitering():
    def found(lasts=1810, context=None, **more):
        return rtec.loitering(ship(1, every(10, lasts), **more), context or Context())

    assert len(found(sog=4.9 * KNOT)) == 1 and not found(sog=5.1 * KNOT) and not found(lasts=1800)
    assert not found(context=Context(shore=at(4999)))
    assert not found(context=Context(anchorage=at(-5))), "at anchor in an anchorage"
    assert found(sog=2.0 * KNOT, context=Context(anchorage=at(-5))), "but slow in it is not at anchor"
    assert not found(context=Context(port=at(100)))


def test_rtec_trawling_and_search():
    t = every(60, 3720)
    zigzag = np.where((t // 600) % 2 == 0, 0.0, 20.0)

    def trawl(**more):
        return rtec.trawling(ship(1, t, **{"sog": 2.0, "heading": zigzag, "type": 30, **more}), Context())

    assert not trawl(), "the first turn comes after ten minutes, so an hour is not full"
    t = every(60, 4320)
    zigzag = np.where((t // 600) % 2 == 0, 0.0, 20.0)
    assert len(trawl()) == 1 and not trawl(type=70) and not trawl(sog=0.9 * KNOT) and not trawl(sog=9.1 * KNOT)
    assert not trawl(heading=zigzag * 0.7), "14 degrees is no turn"
    assert not trawl(heading=0.0)
    p = ship(1, t, sog=2.0, heading=zigzag, type=30)
    assert not rtec.trawling(p, Context(fishing=at(1.0)))
    cutter = ship(1, t, sog=5.0, heading=zigzag, type=51)
    assert [r.rule for r in rtec.search(cutter)] == ["sar_activity"]
    assert not rtec.search(cutter._replace(sog=np.full(t.size, 2.6 * KNOT)))
