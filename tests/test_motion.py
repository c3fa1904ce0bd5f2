"""Closest approach of pairs, and all pairs of a sea, against plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selat.kernels import geodesy, motion

MILE = 1852.0


def slow_pairs(lat, lon, vx, vy, radius, horizon, limit):
    """Every pair in turn, in the plane of its own mid-latitude."""
    out = {}
    for i in range(len(lat)):
        for j in range(i + 1, len(lat)):
            x, y = (float(v) for v in geodesy.plane(lat[i], lon[i], lat[j], lon[j]))
            if math.hypot(x, y) > radius:
                continue
            u, v = vx[j] - vx[i], vy[j] - vy[i]
            t = -(x * u + y * v) / (u * u + v * v) if u * u + v * v > 1e-12 else 0.0
            t = min(max(t, 0.0), horizon)
            d = math.hypot(x + u * t, y + v * t)
            if d <= limit:
                out[i, j] = (t, d, math.hypot(x, y))
    return out


def sea(rng, n, lat, lon, spread):
    lats = rng.uniform(lat - spread, lat + spread, n)
    lons = (rng.uniform(lon - spread, lon + spread, n) / max(0.2, math.cos(math.radians(lat))) * 0.5 + 180) % 360 - 180
    vx, vy = motion.velocity(rng.uniform(0, 15, n), rng.uniform(0, 360, n))
    return lats, lons, vx, vy


@pytest.mark.parametrize(
    "lat, lon", [(1.2, 103.8), (0.0, 0.0), (-60.0, 20.0), (75.0, 10.0), (3.0, 359.98), (5.0, -360.0)]
)
@pytest.mark.parametrize("limit", [6 * MILE, 500.0])
def test_all_pairs_are_those_of_a_plain_loop(lat, lon, limit):
    rng = np.random.default_rng(5)
    fleet = sea(rng, 90, lat, lon, 0.15)
    slow = slow_pairs(*fleet, 6 * MILE, 1200.0, limit)
    i, j, t, d, r = motion.pairs(*fleet, 6 * MILE, 1200.0, limit)
    assert list(zip(i.tolist(), j.tolist(), strict=True)) == sorted(slow)
    expected = np.array([slow[k] for k in sorted(slow)]).reshape(-1, 3)
    np.testing.assert_allclose(r, expected[:, 2], atol=1e-3)
    np.testing.assert_allclose(d, expected[:, 1], atol=2e-3)
    np.testing.assert_allclose(t, expected[:, 0], atol=1e-2)


def test_pairs_meet_across_the_antimeridian():
    i, j, _, _, r = motion.pairs([2.0, 2.0], [179.99, -179.99], [0, 0], [0, 0], 3000.0, 0.0, 3000.0)
    assert (i.tolist(), j.tolist()) == ([0], [1])
    assert abs(r[0] - geodesy.distance(2.0, 179.99, 2.0, -179.99)) < 1e-3


def test_ships_without_position_or_speed_make_no_pair():
    i, *_ = motion.pairs([1.0, np.nan, 1.0], [103.0, 103.0, 103.0], [0, 0, np.nan], [0, 0, 0], 3000.0, 60.0, 3000.0)
    assert i.size == 0
    assert motion.pairs([], [], [], [], 1000.0, 1.0, 1.0)[0].size == 0


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(2, 40))
def test_order_of_the_ships_does_not_matter(seed, n):
    rng = np.random.default_rng(seed)
    fleet = sea(rng, n, 1.2, 103.8, 0.1)
    turn = rng.permutation(n)
    a = motion.pairs(*fleet, 5000.0, 600.0, 2000.0)
    b = motion.pairs(*(v[turn] for v in fleet), 5000.0, 600.0, 2000.0)
    one = {(int(i), int(j)) for i, j in zip(a[0], a[1], strict=True)}
    two = {tuple(sorted((int(turn[i]), int(turn[j])))) for i, j in zip(b[0], b[1], strict=True)}
    assert one == two


@given(*[st.floats(-1e4, 1e4)] * 2, *[st.floats(-20, 20)] * 2)
def test_the_closest_point_is_the_closest(x, y, u, v):
    t, d = motion.cpa(x, y, u, v)
    assert d <= math.hypot(x, y) + 1e-6
    for other in (t - 1.0, t + 1.0, t - 100.0, t + 100.0):
        assert d <= math.hypot(x + u * other, y + v * other) + 1e-3


def test_the_domain_is_longer_than_broad():
    # 100 m abeam of a ship that heads north is nearer, in domains, than 100 m ahead of it.
    ahead = motion.domain(0.0, 100.0, 0.0, 0.0, 0.0, 200.0, 80.0, 0.0)
    abeam = motion.domain(100.0, 0.0, 0.0, 0.0, 0.0, 200.0, 80.0, 0.0)
    assert ahead == pytest.approx(0.5) and abeam == pytest.approx(1.25)
    assert motion.domain(0.0, 500.0, 0.0, -5.0, 0.0, 200.0, 80.0, 60.0) == pytest.approx(1.0)
