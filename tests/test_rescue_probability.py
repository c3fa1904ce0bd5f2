"""Clouds, containment, Bayes: against closed forms, slow twins and laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selat.kernels import detect, geodesy
from selat.kernels.contour import rings
from selat.kernels.effort import inverse_cube
from selat.model.clock import HOUR, SECOND
from selat.model.errors import ConfigError, SchemaError
from selat.rescue import probability
from selat.rescue.cloud import Cloud, Frame

T0 = 1_795_000_000 * SECOND
LAT, LON = 2.4, 101.7


def cloud(n=2000, sigma=3000.0, flow=(0.3, -0.2), seed=1, hours=6, own=0.0):
    rng = np.random.default_rng(seed)
    p = rng.normal(size=(n, 2)) * sigma
    v = np.array(flow) + rng.normal(size=(n, 2)) * own
    steps = np.arange(hours + 1) * HOUR
    lat, lon = np.empty((len(steps), n)), np.empty((len(steps), n))
    for k, t in enumerate(steps / SECOND):
        lat[k], lon[k] = geodesy.moved(LAT, LON, p[:, 0] + v[:, 0] * t, p[:, 1] + v[:, 1] * t)
    return Cloud(T0 + steps, lat, lon, np.full(n, 1 / n))


def test_a_cloud_says_what_is_wrong_with_it():
    good = cloud(10)
    with pytest.raises(SchemaError, match="shape"):
        Cloud(good.time[:2], good.lat, good.lon, good.weight)
    with pytest.raises(SchemaError, match="do not rise"):
        Cloud(good.time[::-1], good.lat, good.lon, good.weight)
    with pytest.raises(SchemaError, match="no numbers"):
        Cloud(good.time, good.lat * np.nan, good.lon, good.weight)
    with pytest.raises(SchemaError, match="probabilities"):
        Cloud(good.time, good.lat, good.lon, good.weight * 3)
    with pytest.raises(ConfigError, match="the drift goes from") as error:
        good.at(T0 + 100 * HOUR)
    assert "drift for longer" in error.value.hint


@given(st.floats(-20000, 20000), st.floats(-20000, 20000), st.integers(0, 6 * 3600))
def test_the_moving_plane_goes_there_and_back(east, north, seconds):
    frame = Frame(cloud(50), T0 + HOUR)
    time = T0 + seconds * SECOND
    lat, lon = frame.earth(east, north, time)
    back = frame.plane(lat, lon, time)
    assert back == (pytest.approx(east, abs=0.02), pytest.approx(north, abs=0.02))


def test_the_plane_moves_with_the_water():
    c = cloud(500, flow=(0.5, 0.25))
    frame = Frame(c, T0)
    x, y, _ = frame.paths(c, c.time)
    assert np.abs(x - x[0]).max() < 5.0 and np.abs(y - y[0]).max() < 5.0
    speed, way = frame.drift(T0, T0 + 6 * HOUR)
    assert speed == pytest.approx(math.hypot(0.5, 0.25), rel=1e-3)
    assert way == pytest.approx(math.degrees(math.atan2(0.5, 0.25)), abs=0.1)
    assert Frame(c, T0, still=True).drift(T0, T0 + HOUR)[0] == 0.0


def test_rings_of_a_cone_are_circles_and_of_a_ring_have_a_hole():
    y, x = np.mgrid[-20:21, -20:21].astype(float)
    r = np.hypot(x, y)
    (ring,) = rings(-r, -10.0)
    assert np.hypot(ring[:, 0] - 20, ring[:, 1] - 20) == pytest.approx(10.0, abs=0.05)
    area = 0.5 * np.sum(ring[:, 0] * np.roll(ring[:, 1], -1) - np.roll(ring[:, 0], -1) * ring[:, 1])
    assert area == pytest.approx(math.pi * 100, rel=0.01)
    both = rings(-np.abs(r - 10.0), -3.0)
    signed = sorted(0.5 * float(np.sum(p[:, 0] * np.roll(p[:, 1], -1) - np.roll(p[:, 0], -1) * p[:, 1])) for p in both)
    assert signed[0] == pytest.approx(-math.pi * 49, rel=0.03) and signed[1] == pytest.approx(math.pi * 169, rel=0.02)


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_rings_close_and_part_high_from_low(seed):
    grid = np.random.default_rng(seed).normal(size=(9, 11))
    found = rings(grid, 0.3)
    inside = probability.inside_rings(
        *(v.ravel() for v in np.mgrid[0:9, 0:11].astype(float)), [f[:, ::-1] for f in found]
    )
    assert (inside.reshape(9, 11) == (grid > 0.3)).all()


def test_regions_of_a_normal_cloud_are_its_circles():
    c = cloud(20_000)
    lat, lon, _ = c.at(T0 + HOUR)
    for region in probability.regions(c, T0 + HOUR):
        held = probability.inside_rings(lat, lon, region.rings).mean()
        assert held == pytest.approx(region.level, abs=0.012)
        circle = math.pi * 3000**2 * -2.0 * math.log(1 - region.level)
        assert region.area == pytest.approx(circle, rel=0.12)
    with pytest.raises(ConfigError, match="levels"):
        probability.regions(c, T0, (0.5, 1.0))


def slow_exponent(c, track, steps=20_000):
    """Koopman's rate, integrated over many short moments, on the earth."""
    out = np.zeros(len(c))
    kh = track.sweep_width**2 * track.speed / (8 * math.pi)
    times = np.linspace(track.time[0], track.time[-1], steps + 1)
    dt = (times[1] - times[0]) / SECOND
    for t in (times[1:] + times[:-1]) / 2:
        lat, lon, _ = c.at(int(t))
        e, n = geodesy.plane(np.interp(t, track.time, track.lat), np.interp(t, track.time, track.lon), lat, lon)
        out += kh / np.hypot(e, n) ** 3 * dt
    return out


def track_of(frame, points, begin, speed, width=900.0):
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    time = begin + (length / speed * SECOND).astype(np.int64)
    lat, lon = frame.earth(points[:, 0], points[:, 1], time)
    return probability.Track(time, lat, lon, width, speed, "boat")


def test_a_track_finds_as_its_slow_twin():
    c = cloud(60, own=0.1)
    frame = Frame(c, T0, still=True)
    points = np.array([[-5000.0, -1000], [5000, -900], [5000, 500], [-2000, 700]])
    track = track_of(frame, points, T0 + HOUR // 2, 7.0)
    fast, slow = probability.exponent_of_track(c, track), slow_exponent(c, track)
    near = slow < 3.0  # beyond it is as good as found, and the twin's steps are too long for it
    assert near.sum() > 30
    assert fast[near] == pytest.approx(slow[near], rel=0.01, abs=2e-4)
    assert (np.exp(-fast[~near]) < 0.06).all()


def test_parallel_tracks_find_what_the_inverse_cube_law_says():
    """Objects spread evenly between many long tracks: erf(sqrt(pi)/2 C)."""
    width, spacing, speed = 800.0, 1000.0, 8.0
    y = (np.arange(400) + 0.5) / 400 * spacing
    exponent = np.zeros(400)
    for k in range(-30, 32):
        exponent += detect.seen(
            [0.0], np.zeros((1, 400)), y[None, :], [0.0, 250_000.0], [-1e6, 1e6], [k * spacing] * 2, width, speed
        )
    found = np.mean(-np.expm1(-exponent))
    assert found == pytest.approx(float(inverse_cube(width / spacing)), abs=0.004)


def test_bayes_is_brute_force_bayes():
    """Weights after two searches in vain, one along a track and one of an area, against Bayes' rule typed out."""
    c = cloud(300, own=0.05)
    frame = Frame(c, T0, still=True)
    track = track_of(frame, np.array([[-4000.0, 0], [4000, 0]]), T0 + HOUR, 6.0)
    exponent = probability.exponent_of_track(c, track)
    after, pos = probability.update(c, exponent)
    joint = [float(w) * math.exp(-float(e)) for w, e in zip(c.weight, exponent, strict=True)]
    assert after.weight == pytest.approx([j / sum(joint) for j in joint])
    assert pos == pytest.approx(1 - sum(joint))
    again, pos2 = probability.update(after, exponent)
    both, total = probability.update(c, 2 * exponent)
    assert again.weight == pytest.approx(both.weight)
    assert 1 - (1 - pos) * (1 - pos2) == pytest.approx(total)


@given(st.integers(0, 1000), st.floats(0.0, 5.0), st.floats(0.0, 5.0))
def test_probability_is_conserved_and_rises_with_effort(seed, one, two):
    c = cloud(40, seed=seed)
    e = np.random.default_rng(seed).exponential(size=40)
    low, high = sorted((one, two))
    a, p = probability.update(c, low * e)
    b, q = probability.update(c, high * e)
    assert a.weight.sum() == pytest.approx(1.0) and b.weight.sum() == pytest.approx(1.0)
    assert 0.0 <= p <= q + 1e-12 <= 1.0 + 1e-12
    joint = a.weight * (1 - p)
    assert (joint <= c.weight + 1e-12).all()


def test_a_search_that_leaves_nothing_says_so():
    with pytest.raises(ConfigError, match="no place is left") as error:
        probability.update(cloud(5), np.full(5, 100.0))
    assert "scenario" in error.value.hint


def test_a_track_that_is_none_or_goes_on_after_the_drift():
    c = cloud(20)
    with pytest.raises(ConfigError, match="no track"):
        probability.exponent_of_track(c, probability.Track(c.time[:1], c.lat[:1, 0], c.lon[:1, 0], 500.0, 5.0))
    late = np.array([T0, T0 + 50 * HOUR])
    with pytest.raises(ConfigError, match="the drift goes from"):
        probability.exponent_of_track(c, probability.Track(late, np.full(2, LAT), np.full(2, LON), 500.0, 5.0))


def test_the_next_boat_adds_less_than_the_last():
    curve = probability.effort_curve(cloud(5000), T0, [0.0, 2e7, 4e7, 6e7, 8e7])
    gains = np.diff(curve)
    assert curve[0] == 0.0 and (gains > 0).all() and (np.diff(gains) < 0).all()
