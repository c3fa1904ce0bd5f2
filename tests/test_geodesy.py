"""The earth's geometry against published lines and a slow twin that integrates the differential equations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selat.kernels import geodesy as g
from selat.kernels import sequence

MILE = 1852.0
lats = st.floats(-89.0, 89.0)
lons = st.floats(-180.0, 180.0)


def slow_direct(lat, lon, bearing, away, steps=600):
    """Runge-Kutta on dphi/ds = cos a / M, dlambda/ds = sin a / (N cos phi), da/ds = tan phi sin a / N (Bessel 1825)."""

    def slope(y):
        s = math.sin(y[0])
        w = 1 - g.E2 * s * s
        n = g.A / math.sqrt(w)
        m = g.A * (1 - g.E2) / w**1.5
        return np.array(
            [math.cos(y[2]) / m, math.sin(y[2]) / (n * math.cos(y[0])), math.tan(y[0]) * math.sin(y[2]) / n]
        )

    y, h = np.radians([lat, lon, bearing]), away / steps
    for _ in range(steps):
        k1 = slope(y)
        k2 = slope(y + h / 2 * k1)
        k3 = slope(y + h / 2 * k2)
        k4 = slope(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return np.degrees(y)


# Flinders Peak to Buninyong: Geocentric Datum of Australia technical manual (GRS 80, 0.1 um from WGS 84 here);
# New York to London and Wellington to Salamanca: C. F. F. Karney's documentation of GeographicLib.
PUBLISHED = [
    (-(37 + 57 / 60 + 3.72030 / 3600), 144 + 25 / 60 + 29.52440 / 3600, -(37 + 39 / 60 + 10.15610 / 3600),
     143 + 55 / 60 + 35.38390 / 3600, 54972.271, 306 + 52 / 60 + 5.37 / 3600, 5e-4),
    (40.6, -73.8, 51.6, -0.5, 5551759.400, None, 5e-4),
    (-41.32, 174.81, 40.96, -5.50, 19959679.267, 161.067669986160, 1e-3),
]  # fmt: skip


@pytest.mark.parametrize("lat1, lon1, lat2, lon2, away, bearing, within", PUBLISHED)
def test_published_lines(lat1, lon1, lat2, lon2, away, bearing, within):
    assert abs(g.distance(lat1, lon1, lat2, lon2) - away) < within
    if bearing is not None:
        assert abs(g.bearing(lat1, lon1, lat2, lon2) - bearing) < 5e-6


@pytest.mark.parametrize(
    "lat, lon, bearing, away",
    [
        (1.2, 103.8, 37.0, 5e5),
        (-45.0, 179.9, 91.0, 2e6),
        (60.0, -3.0, 300.0, 3e6),
        (5.0, 100.0, 180.0, 1e6),
        (0.0, 0.0, 90.0, 1e6),
    ],
)
def test_direct_follows_the_slow_twin(lat, lon, bearing, away):
    slow = slow_direct(lat, lon, bearing, away)
    fast = g.destination(lat, lon, bearing, away)
    assert abs(fast[0] - slow[0]) < 1e-9
    assert abs((fast[1] - slow[1] + 180) % 360 - 180) < 1e-9


@given(lats, lons, st.floats(0, 360), st.floats(1.0, 1.9e7))
def test_inverse_undoes_direct(lat, lon, bearing, away):
    lat2, lon2 = g.destination(lat, lon, bearing, away)
    assert abs(g.distance(lat, lon, lat2, lon2) - away) < 2e-4


@given(lats, lons, lats, lons)
def test_distance_is_symmetric_and_positive(lat1, lon1, lat2, lon2):
    there, back = g.distance(lat1, lon1, lat2, lon2), g.distance(lat2, lon2, lat1, lon1)
    assert np.isnan(there) == np.isnan(back)
    if not np.isnan(there):
        assert abs(there - back) < 1e-4
        assert there >= 0


def test_antipodes_are_nan_and_not_wrong():
    assert np.isnan(g.distance(0.0, 0.0, 0.2, 179.9))


@given(st.floats(-7.0, 7.0), lons, st.floats(0, 360), st.floats(0.0, 6 * MILE))
def test_plane_is_within_a_millimetre_at_six_miles(lat, lon, bearing, away):
    lat2, lon2 = g.destination(lat, lon, bearing, away)
    east, north = g.plane(lat, lon, lat2, lon2)
    assert abs(np.hypot(east, north) - away) < 1e-3
    lat3, lon3 = g.moved(lat, lon, east, north)
    assert g.distance(lat2, lon2, lat3, lon3) < 1e-4


def test_a_sphere_would_be_wrong_by_tens_of_metres():
    lat2, _lon2 = g.destination(1.2, 103.8, 0.0, 6 * MILE)
    sphere = math.radians(float(lat2) - 1.2) * 6371000.0
    assert abs(sphere - 6 * MILE) > 50.0


@given(lats, lons, st.floats(0, 360), st.floats(0.0, 5e6))
def test_near_is_good_enough_for_gates(lat, lon, bearing, away):
    lat2, lon2 = g.destination(lat, lon, bearing, away)
    assert abs(g.near(lat, lon, float(lat2), float(lon2)) - away) <= 0.012 * away + 0.01


def test_arrays_are_broadcast():
    lat, lon = g.destination(1.0, 103.0, np.arange(0, 360, 90.0), np.array([[1000.0], [2000.0]]))
    assert lat.shape == (2, 4)
    np.testing.assert_allclose(g.distance(1.0, 103.0, lat, lon), [[1000.0] * 4, [2000.0] * 4], atol=1e-4)


def test_steps_start_anew_with_each_sender_and_pass_over_missing_positions():
    who = np.array([1, 1, 1, 2, 2])
    time = np.array([0, 10, 20, 0, 10]) * 10**9
    lat = np.array([1.0, np.nan, 1.001, 5.0, 5.0])
    lon = np.array([103.0, np.nan, 103.0, 103.0, 103.0])
    seconds, away = sequence.steps(who, time, lat, lon)
    assert np.isnan(seconds[[0, 1, 3]]).all()
    assert seconds[2] == 20.0 and seconds[4] == 10.0
    np.testing.assert_allclose(away[[2, 4]], [float(g.distance(1.0, 103.0, 1.001, 103.0)), 0.0], atol=1e-3)
    speed = sequence.implied_speed(who, time, lat, lon, slack=10.0, jitter=5.0)
    np.testing.assert_allclose(speed[2], (away[2] - 10.0) / 25.0)


def test_gaps_are_those_of_a_plain_loop():
    rng = np.random.default_rng(3)
    who = np.sort(rng.integers(0, 20, 500))
    time = rng.integers(0, 10**6, 500)
    order = np.lexsort((time, who))
    who, time = who[order], time[order]
    plain = [i - 1 for i in range(1, 500) if who[i] == who[i - 1] and time[i] - time[i - 1] > 50_000]
    assert sequence.gaps(who, time, 50_000).tolist() == plain
