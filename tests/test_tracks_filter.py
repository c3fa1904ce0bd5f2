"""The filter of each contact: against a matrix twin, and its claims against simulated truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selat.detectors import _golden as made
from selat.kernels import geodesy
from selat.kernels.filter import GATE, Smooth, begin, correct
from selat.model.columns import Columns
from selat.model.schema import Flag
from selat.model.units import KNOT
from selat.tracks.contacts import ERRORS, Contacts
from selat.tracks.slots import SMOOTH

START = made.START


def filters(n):
    f = Smooth(**{k: np.full(n, v, t) for k, (t, v) in SMOOTH.items()})
    for s in range(n):
        begin(f, s)
    return f


@given(st.integers(0, 10**6), st.integers(2, 30), st.booleans())
@settings(max_examples=40)
def test_the_filter_is_that_of_the_matrices(seed, n, silent):
    """Joseph's form with 4 x 4 matrices, position and velocity taken in one after the other."""
    rng = np.random.default_rng(seed)
    f = filters(1)
    q, rp, rv = 10 ** rng.uniform(-3, -1), rng.uniform(20, 400), rng.uniform(0.01, 0.1)
    v = rng.normal(0, 5, 2)
    x = p = None
    away = np.zeros(2)
    for k in range(n):
        dt = 0.0 if k == 0 else float(rng.uniform(1, 150))
        away = away + v * dt
        z = away + rng.normal(0, np.sqrt(rp) * 0.5, 2)
        w = v + rng.normal(0, np.sqrt(rv) * 0.5, 2)
        mute = silent and k % 3 == 1
        lat, lon = geodesy.moved(0.0, 100.0, *z)
        correct(f, 0, dt, float(lat), float(lon), *((np.nan, np.nan) if mute else w), rp, rv, q)
        if x is None:
            x, p = np.concatenate([z, [0, 0] if mute else w]), np.diag([rp, rp, *([100.0 if mute else rv] * 2)])
            continue
        a = np.eye(4)
        a[0, 2] = a[1, 3] = dt
        noise = np.kron(np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]]) * q, np.eye(2))
        x, p = a @ x, a @ p @ a.T + noise
        for h, got, r in ((np.eye(4)[:2], z, rp), (np.eye(4)[2:], w, rv)):
            if mute and got is w:
                continue
            s = h @ p @ h.T + np.eye(2) * r
            d = got - h @ x
            if d @ np.linalg.solve(s, d) > GATE - 0.1:
                return  # what the filter makes of outliers is tested below
            g = p @ h.T @ np.linalg.inv(s)
            i = np.eye(4) - g @ h
            x, p = x + g @ d, i @ p @ i.T + g @ g.T * r
    east, north = geodesy.plane(0.0, 100.0, float(f.slat[0]), float(f.slon[0]))
    assert (float(east), float(north)) == pytest.approx((x[0], x[1]), abs=0.05)
    assert (f.su[0], f.sv[0]) == pytest.approx((x[2], x[3]), abs=2e-3)
    assert (f.pp[0], f.pv[0], f.vv[0]) == pytest.approx((p[0, 0], p[0, 2], p[2, 2]), rel=1e-6)


def simulated(seed, ships=200, seconds=1800, every=10.0, accurate=True):
    """Ships whose velocity wanders as the filter believes, and reports with the errors it believes."""
    rng = np.random.default_rng(seed)
    q, sp = ERRORS.q[1], ERRORS.accurate if accurate else ERRORS.coarse
    steps = int(seconds / every)
    x, v = np.zeros((ships, 2)), rng.normal(0, 4, (ships, 2))
    parts, truth = [], []
    for k in range(steps):
        if k:
            noise = np.linalg.cholesky(np.array([[every**3 / 3, every**2 / 2], [every**2 / 2, every]]) * q)
            w = np.einsum("ij,snj->sni", noise, rng.normal(0, 1, (ships, 2, 2)))
            x, v = x + v * every + w[:, :, 0], v + w[:, :, 1]
        speed = np.hypot(*v.T)
        late = speed * ERRORS.second
        z = x + rng.normal(0, 1, (ships, 2)) * np.hypot(sp, late)[:, None]
        w = v + rng.normal(0, 1, (ships, 2)) * np.hypot(ERRORS.speed, ERRORS.share * speed)[:, None]
        lat, lon = geodesy.moved(1.0, 103.0 + np.arange(ships) * 1e-2, z[:, 0], z[:, 1])
        time = np.full(ships, START + round(k * every * 1e9))
        flags = int(Flag.SECOND) | (int(Flag.ACCURATE) if accurate else 0)
        parts.append({
            "time": time, "received": time, "seq": np.arange(ships) + k * ships, "mmsi": 563000000 + np.arange(ships),
            "msg_type": np.full(ships, 1), "lat": np.round(lat * 1e7), "lon": np.round(lon * 1e7),
            "sog": np.round(np.hypot(*w.T) / KNOT * 10), "cog": np.round(np.degrees(np.arctan2(*w.T)) % 360 * 10) % 3600,
            "flags": np.full(ships, flags), "time_quality": np.full(ships, 5),
        })  # fmt: skip
        truth.append((x, v))
    rows = Columns("reports", {k: np.concatenate([p[k] for p in parts]).astype("i8") for k in parts[0]})
    return rows, truth


@pytest.mark.parametrize("accurate", [True, False])
def test_errors_are_as_large_as_the_filter_says(accurate):
    """Normalised squared errors (NEES, 2 degrees of freedom each) and innovations (NIS) average to 1."""
    ships = 200
    rows, truth = simulated(3, ships, accurate=accurate)
    c = Contacts()
    c.update(rows)
    assert len(c) == ships
    x, v = truth[-1]
    east, north = geodesy.plane(1.0, 103.0 + np.arange(ships) * 1e-2, c.slat, c.slon)
    off = np.stack([east, north], 1) - x
    slip = np.stack([c.vx, c.vy], 1) - v
    assert np.mean((off**2).sum(1) / 2 / c.sigma**2) == pytest.approx(1.0, abs=0.25)
    assert np.mean((slip**2).sum(1) / 2 / c.vsigma**2) == pytest.approx(1.0, abs=0.25)
    assert c.nis.mean() == pytest.approx(1.0, abs=0.1)
    assert np.sqrt((off**2).sum(1).mean() / 2) < 0.85 * (10.0 if accurate else 50.0)


def test_one_bad_fix_throws_no_track_and_a_second_is_believed():
    good = made.sail(1, 1.2, 103.8, 12.0, 90.0, range(0, 300, 10))
    flags = np.full(good.rows, int(Flag.ACCURATE | Flag.SECOND))
    c = Contacts()
    c.update(good.replace(flags=flags))
    lat = float(c.slat[0])
    bad = made.sail(1, 1.204, 103.8, 12.0, 90.0, [300, 310, 320]).replace(flags=flags[:3])
    c.update(bad.slice(0, 1))
    assert abs(float(c.slat[0]) - lat) * 111_000 < 80 and c.odd[0] == 1 and c.lat[0] == bad["lat"][0] * 1e-7
    c.update(bad.slice(1, 3))
    assert float(c.slat[0]) == pytest.approx(1.204, abs=1e-5) and c.odd[0] == 0


def test_a_sudden_stop_is_seen_at_the_second_report():
    c = Contacts()
    c.update(made.sail(1, 1.2, 103.8, 14.0, 90.0, range(0, 300, 10)))
    c.update(made.sail(1, float(c.lat[0]), float(c.lon[0]) + 5e-4, 0.2, 90.0, [300, 310]))
    assert np.hypot(c.vx[0], c.vy[0]) < 0.5 * KNOT


def test_a_velocity_is_found_without_speed_and_course():
    rows = made.sail(1, 1.2, 103.8, 10.0, 0.0, range(0, 600, 10))
    rows = rows.replace(sog=np.full(rows.rows, 1023), flags=np.full(rows.rows, int(Flag.ACCURATE)))
    c = Contacts()
    c.update(rows.slice(0, 1))
    assert np.isnan(c.vx[0]) and c.vsigma[0] == 10.0
    c.update(rows.slice(1, rows.rows))
    assert c.vy[0] == pytest.approx(10 * KNOT, abs=0.3) and c.vsigma[0] < 1.0


def test_uncertainty_grows_with_silence():
    c = Contacts()
    c.update(made.sail(1, 1.2, 103.8, 10.0, 0.0, range(0, 100, 10)))
    before = float(c.sigma[0])
    c.update(made.sail(1, 1.2, 103.8, 10.0, 0.0, [250]))
    assert c.sigma[0] > before
