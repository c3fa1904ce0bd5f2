"""The reference cases of EPD (SarOperationTest): datum, drift, radius, box."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selat.kernels import geodesy
from selat.model.errors import ConfigError
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.rescue.datum import SPHERE, Interval, datum, radius_of, square

LAT, LON = 61.0, -51.0
PIW = 0.011, 0.068 * KNOT  # leeway of a person in the water: 0.011 W + 0.068, knots


def interval(minutes, current, to, wind, comes):
    a, b = math.radians(to), math.radians(comes + 180)
    c, w = current * KNOT, wind * KNOT
    return Interval(minutes * 60, (c * math.sin(a), c * math.cos(a)), (w * math.sin(b), w * math.cos(b)))


def at(text):
    lat, lon = text.split()
    return float(lat[:2]) + float(lat[3:]) / 60, -(float(lon[:3]) + float(lon[4:]) / 60)


def miles_off(place, text):
    """On the sphere of the reference."""
    (a, b), (c, d) = ([math.radians(v) for v in p] for p in (place, at(text)))
    h = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * SPHERE * math.asin(math.sqrt(h)) / NAUTICAL_MILE


FIRST = interval(60, 5, 45, 15, 30)


def test_one_interval_is_as_epd_has_it():
    d = datum(LAT, LON, [FIRST], *PIW, position=NAUTICAL_MILE, searcher=0.1 * NAUTICAL_MILE, sphere=True)
    assert miles_off((d.lat, d.lon), "61-03.328 050-52.939") < 0.01
    assert d.legs[0][0] / NAUTICAL_MILE == pytest.approx(4.775445, abs=1e-3) and d.legs[0][1] == pytest.approx(
        45.780030, abs=0.1
    )
    assert d.drift[0] / NAUTICAL_MILE == pytest.approx(4.775445, abs=0.01) and d.drift[1] == pytest.approx(
        45.78, abs=0.1
    )
    assert d.radius / NAUTICAL_MILE == pytest.approx(2.532634, abs=1e-3)
    corners = ("61-06.905 050-52.842", "61-03.278 050-45.541", "60-59.748 050-53.043", "61-03.375 051-00.331")
    assert max(miles_off(c, text) for c, text in zip(d.box, corners, strict=True)) < 0.01


def test_two_intervals_are_as_epd_has_them_but_the_radius_counts_both_legs():
    """EPD's radius counts the last leg alone; here the error grows with all that was drifted."""
    halves = [interval(30, 5, 45, 15, 30), interval(30, 8, 35, 10, 20)]
    d = datum(LAT, LON, halves, *PIW, position=0.1 * NAUTICAL_MILE, searcher=0.1 * NAUTICAL_MILE, sphere=True)
    assert miles_off((d.lat, d.lon), "61-04.854 050-51.794") < 0.01
    last = d.legs[1]
    assert last[0] / NAUTICAL_MILE == pytest.approx(3.914134, abs=1e-3) and last[1] == pytest.approx(35.372815, abs=0.1)
    epd = radius_of(last[0], 0.1 * NAUTICAL_MILE, 0.1 * NAUTICAL_MILE) / NAUTICAL_MILE
    assert epd == pytest.approx(1.374240, abs=1e-3)
    assert d.radius / NAUTICAL_MILE == pytest.approx(1.374240 + 0.3 * 4.775445 / 2, abs=2e-3)


@given(st.floats(-60, 60), st.floats(-179, 179), st.floats(100, 20_000), st.floats(0, 360))
def test_a_square_has_its_corners_round_its_middle(lat, lon, half, bearing):
    corners = square(lat, lon, half, bearing)
    assert [float(geodesy.distance(lat, lon, *c)) for c in corners] == pytest.approx([half * 2**0.5] * 4, rel=1e-6)
    sides = [float(geodesy.distance(*corners[k], *corners[(k + 1) % 4])) for k in range(4)]
    assert sides == pytest.approx([2 * half] * 4, rel=1e-4)


def test_no_interval_is_an_error():
    for bad in ([], [Interval(0.0, (1.0, 0.0), (0.0, 0.0))]):
        with pytest.raises(ConfigError):
            datum(LAT, LON, bad, *PIW, position=100.0)


def test_the_earth_is_no_sphere():
    """On WGS 84 the same hour ends 27 m away: a mile of latitude at 61 degrees is longer than the sphere's."""
    ours, theirs = (datum(LAT, LON, [FIRST], *PIW, position=100.0, sphere=s) for s in (False, True))
    assert 10 < geodesy.distance(ours.lat, ours.lon, theirs.lat, theirs.lon) < 40
