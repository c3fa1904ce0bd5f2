"""Patterns: their geometry as IAMSAR draws it, and waypoints with times on the earth."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selat.kernels import geodesy
from selat.model.clock import HOUR, SECOND
from selat.model.errors import ConfigError
from selat.rescue import patterns, sun
from selat.rescue.cloud import Cloud, Frame

T0 = 1_795_000_000 * SECOND
sizes = st.floats(500, 20_000)


def frame(flow=(0.0, 0.0)):
    steps = np.arange(7) * HOUR
    lat, lon = (np.empty((7, 1)) for _ in range(2))
    for k, t in enumerate(steps / SECOND):
        lat[k], lon[k] = geodesy.moved([2.4], [101.7], [flow[0] * t], [flow[1] * t])
    return Frame(Cloud(T0 + steps, lat, lon, np.ones(1)), T0)


def local(points, rect):
    d = points - rect[:2]
    c, s = math.cos(rect[4]), math.sin(rect[4])
    return c * d[:, 0] + s * d[:, 1], c * d[:, 1] - s * d[:, 0]


@given(sizes, sizes, st.floats(0, 3.1), st.floats(100, 2000), st.integers(0, 3), st.booleans())
def test_parallel_tracks_cover_the_rectangle(a, b, angle, spacing, corner, creeping):
    rect = np.array([1000.0, -500.0, a, b, angle])
    points = patterns.parallel(rect, spacing, corner=corner, creeping=creeping)
    u, v = local(points, rect)
    if creeping:
        u, v, a, b = v, u, b, a
    n, step = patterns.legs_of(2 * b, spacing)
    twice = 2 if a > step / 2 else 1
    rows = np.sort(v)[::twice]
    assert len(rows) == n
    assert rows == pytest.approx((np.arange(n) - (n - 1) / 2) * step, abs=0.01)
    # no track nearer to a side than half a spacing, so that neighbours' tracks are a spacing apart
    assert np.abs(v).max() <= b - step / 2 + 0.01
    assert np.abs(u).max() <= max(a - step / 2, 0.0) + 0.01
    if a > step / 2:
        assert len(points) == 2 * n
        length = n * (2 * a - step) + (n - 1) * step
        assert patterns.length_of(points) == pytest.approx(length, rel=1e-9)


def test_each_corner_can_begin():
    rect = np.array([0.0, 0.0, 3000.0, 1500.0, 0.3])
    starts = {
        tuple(np.sign(np.round(local(patterns.parallel(rect, 500.0, corner=k)[:1], rect), 6)).ravel()) for k in range(4)
    }
    assert len(starts) == 4


def test_expanding_square_legs_and_turns():
    points = patterns.expanding_square((0, 0), 100.0, heading=90.0, legs=6)
    legs = np.diff(points, axis=0)
    assert np.hypot(*legs.T) == pytest.approx([100, 100, 200, 200, 300, 300])
    assert legs[0] == pytest.approx([100, 0], abs=1e-9) and legs[1] == pytest.approx([0, -100], abs=1e-9)
    assert patterns.length_of(patterns.expanding_square((0, 0), 100.0, length=650.0)) == pytest.approx(600.0)
    with pytest.raises(ConfigError, match="without an end"):
        patterns.expanding_square((0, 0), 100.0)
    with pytest.raises(ConfigError, match="shorter than one leg"):
        patterns.expanding_square((0, 0), 100.0, length=50.0)


@given(st.floats(100, 20_000), st.floats(0, 360), st.integers(1, 3))
def test_sector_search_has_nine_legs_of_one_radius(radius, heading, passes):
    points = patterns.sector((5.0, 7.0), radius, heading=heading, passes=passes)
    legs = np.diff(points, axis=0)
    assert len(legs) == 9 * passes
    assert np.hypot(*legs.T) == pytest.approx(np.full(9 * passes, radius))
    assert np.hypot(*(points[::3] - [5.0, 7.0]).T) == pytest.approx(0, abs=1e-6)
    bearing = np.degrees(np.arctan2(legs[:, 0], legs[:, 1]))
    turns = np.round((np.diff(bearing) + 180) % 360 - 180, 6)[:8]
    assert turns.tolist() == [120, 120, 0, 120, 120, 0, 120, 120]
    # the spokes of one pass are 60 degrees apart, six in all
    out = np.round(np.degrees(np.arctan2(*(points[1:9] - [5.0, 7.0]).T)) % 60 - heading % 60, 3)[[0, 1, 3, 4, 6, 7]]
    assert np.abs((out + 30) % 60 - 30) == pytest.approx(0, abs=0.01)


def test_track_lines_return_or_do_not():
    route = np.array([[0.0, 0], [10_000, 0], [20_000, 5000]])
    back = patterns.track_line(route, 600.0, back=True)
    assert np.hypot(*(back[0] - route[0])) == pytest.approx(300.0)
    assert np.hypot(*(back[-1] - route[0])) == pytest.approx(300.0)
    assert back[0, 1] == pytest.approx(-300.0) and back[-1, 1] == pytest.approx(300.0)
    on = patterns.track_line(route, 600.0, back=False)
    assert np.hypot(*(on[-1] - route[-1])) == pytest.approx(600.0)


@given(
    st.lists(st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)), min_size=2, max_size=2, unique=True),
    st.floats(10, 900),
)
def test_a_line_beside_a_straight_line(ends, away):
    line = np.array(ends)
    if np.hypot(*(line[1] - line[0])) < 1.0:
        return
    out = patterns.offset(line, away)
    assert np.hypot(*(out - line).T) == pytest.approx([away, away])
    d = (line[1] - line[0]) / np.hypot(*(line[1] - line[0]))
    assert (out - line) @ d == pytest.approx([0, 0], abs=1e-6)
    assert (out - line) @ np.array([d[1], -d[0]]) == pytest.approx([away, away])  # to starboard


def test_contour_keeps_off_the_coast_and_barrier_goes_to_and_fro():
    coast = np.array([[0.0, 0], [4000, 300], [8000, -200], [12_000, 0]])
    points = patterns.contour(coast, 500.0, 3, starboard=True)
    assert len(points) == 12
    for k, away in enumerate((250.0, 750.0, 1250.0)):
        own = points[4 * k : 4 * k + 4]
        assert np.hypot(*(own[[0, -1]] - coast[[0, -1]][:: 1 if k % 2 == 0 else -1]).T) == pytest.approx(
            [away] * 2, rel=0.01
        )
    legs = patterns.barrier((0, 0), (0, 5000), 4)
    assert legs[:, 1].tolist() == [0, 5000, 0, 5000, 0]
    assert patterns.barrier_holds(5000.0, 7.0, 1000.0, 0.5) and not patterns.barrier_holds(5000.0, 7.0, 1000.0, 0.8)
    for wrong in (lambda: patterns.barrier((0, 0), (0, 0), 2), lambda: patterns.offset(coast[:1], 5.0)):
        with pytest.raises(ConfigError):
            wrong()
    for bad in (0.0, -1.0, math.nan):
        with pytest.raises(ConfigError, match="search pattern"):
            patterns.sector((0, 0), bad)


@given(st.floats(-1.0, 1.0), st.floats(-1.0, 1.0), st.floats(2.0, 20.0))
def test_waypoints_are_sailed_through_the_water(east, north, speed):
    f = frame((east, north))
    points = patterns.parallel(np.array([0.0, 0.0, 4000.0, 2000.0, 0.4]), 800.0)
    points = points[: max(2, int(6 * 3600 * speed / 8000))]
    way = patterns.waypoints(f, points, T0, speed)
    for k, (one, two) in enumerate(itertools.pairwise(way)):
        seconds = (two.time - one.time) / SECOND
        assert seconds * speed == pytest.approx(np.hypot(*(points[k + 1] - points[k])), rel=1e-6)
        e, n = geodesy.plane(one.lat, one.lon, two.lat, two.lon)
        if two.time < T0 + 6 * HOUR:
            assert (e - east * seconds, n - north * seconds) == pytest.approx(tuple(points[k + 1] - points[k]), abs=3.0)
        assert one.length == pytest.approx(float(geodesy.distance(one.lat, one.lon, two.lat, two.lon)))
    for k in range(1, len(way) - 1):
        assert (way[k - 1].course + way[k].turn - way[k].course + 180) % 360 - 180 == pytest.approx(0, abs=1e-9)


# Sun and moon -------------------------------------------------------------------------------------------------------


def ns(year, month, day, hour=0, minute=0):
    from datetime import UTC, datetime

    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()) * SECOND


def test_sun_of_meeus():
    """Astronomical Algorithms, example 25.a: 1992 October 13, 0h TD."""
    right, declination = sun.sun_place(ns(1992, 10, 13))
    assert right == pytest.approx(198.38083, abs=0.001) and declination == pytest.approx(-7.78507, abs=0.001)


def test_moon_of_meeus():
    """Example 47.a and 48.a: 1992 April 12, 0h TD."""
    lon, lat, parallax = sun.moon_place(ns(1992, 4, 12))
    assert lon == pytest.approx(133.16, abs=0.3) and lat == pytest.approx(-3.229, abs=0.2)
    assert parallax == pytest.approx(0.99199, abs=0.003)
    assert sun.moon_lit(ns(1992, 4, 12)) == pytest.approx(0.6786, abs=0.01)


def test_days_of_the_year_at_known_places():
    # equinox at Greenwich's equator: up at about 06:04, down at about 18:11 UTC (equation of time +7 min, refraction)
    day = sun.light(0.0, 0.0, ns(2024, 3, 20), ns(2024, 3, 21))
    assert abs(day.sunrise[0] - ns(2024, 3, 20, 6, 4)) < 120 * SECOND
    assert abs(day.sunset[0] - ns(2024, 3, 20, 18, 11)) < 120 * SECOND
    assert day.dawn[0] < day.sunrise[0] < day.sunset[0] < day.dusk[0]
    # Greenwich on the longest day of 2024: sunrise 03:43, sunset 20:21 UTC
    day = sun.light(51.4769, 0.0, ns(2024, 6, 20, 0), ns(2024, 6, 21, 0))
    assert abs(day.sunrise[0] - ns(2024, 6, 20, 3, 43)) < 120 * SECOND
    assert abs(day.sunset[0] - ns(2024, 6, 20, 20, 21)) < 120 * SECOND
    # full moon 2024-04-23 23:49, new moon 2024-04-08 18:21 UTC
    assert sun.moon_lit(ns(2024, 4, 23, 23, 49)) > 0.995 and sun.moon_lit(ns(2024, 4, 8, 18, 21)) < 0.005
    assert len(sun.light(2.5, 101.8, ns(2024, 4, 1), ns(2024, 4, 3)).moonrise) in (1, 2)


@given(st.floats(-60, 60), st.floats(-180, 180), st.integers(0, 365))
def test_daylight_and_night_make_the_day(lat, lon, day):
    begin = ns(2024, 1, 1) + day * 24 * HOUR
    spans = sun.daylight(lat, lon, begin, begin + 24 * HOUR)
    for a, b in spans:
        assert sun.sun_altitude((a + b) // 2, lat, lon) > sun.SUNRISE
    bright = sum(b - a for a, b in spans)
    assert 0 <= bright <= 24 * HOUR
    assert abs(lat) > 20 or abs(bright - 12 * HOUR) < 1.6 * HOUR
