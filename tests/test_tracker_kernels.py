"""Kernels of the radar tracker against slow, obvious twins: conversion, marginals by enumeration, one track by plain algebra."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selat.kernels import geodesy, loopy, radarplots, radarscan, radartracks
from selat.kernels.radarmodes import DIM, MODES, Model, spread_out
from selat.kernels.radarscan import Plots, Tracks

MODEL = Model(0.01, 0.5, 0.05, 1e-4, 40.0)


def enumerated(w: np.ndarray, w0: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(beta (tracks, plots), miss (tracks)) by every joint hypothesis; ``w`` (tracks, plots), 0 where not in the gate."""
    n, m = w.shape
    beta, miss, total = np.zeros((n, m)), np.zeros(n), 0.0
    for choice in itertools.product(range(-1, m), repeat=n):
        used = [j for j in choice if j >= 0]
        if len(set(used)) < len(used):
            continue
        weight = float(np.prod([w0[i] if j < 0 else w[i, j] for i, j in enumerate(choice)]))
        total += weight
        for i, j in enumerate(choice):
            if j < 0:
                miss[i] += weight
            else:
                beta[i, j] += weight
    return beta / total, miss / total


def by_messages(w: np.ndarray, w0: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same by the kernel, and the probability of each plot that it is nobody's."""
    n, m = w.shape
    start = np.concatenate([[0], np.cumsum((w > 0).sum(1))]).astype("i8")
    plot = np.concatenate([np.flatnonzero(row > 0) for row in w]).astype("i8")
    beta, miss, alone = np.empty(len(plot)), np.empty(n), np.empty(m)
    loopy.marginals(start, plot, w[w > 0], w0, beta, miss, alone)
    out = np.zeros((n, m))
    out[np.repeat(np.arange(n), np.diff(start)), plot] = beta
    return out, miss, alone


weights = st.floats(0.01, 1000.0)


@given(st.lists(weights, min_size=1, max_size=5), st.floats(0.01, 1.0))
def test_one_track_and_many_plots_is_exact(ws: list[float], w0: float) -> None:
    w = np.array([ws])
    beta, miss, alone = by_messages(w, np.array([w0]))
    want, none = enumerated(w, np.array([w0]))
    assert beta == pytest.approx(want, abs=1e-9)
    assert miss == pytest.approx(none, abs=1e-9)
    assert alone == pytest.approx(1 - want.sum(0), abs=1e-6)


@given(st.data())
def test_a_chain_of_tracks_is_exact(data: st.DataObject) -> None:
    """Track i may have plots i and i + 1: no loop, so the messages say what all joint hypotheses say."""
    n = data.draw(st.integers(1, 4))
    w = np.zeros((n, n + 1))
    for i in range(n):
        w[i, i], w[i, i + 1] = data.draw(weights), data.draw(weights)
    w0 = np.array(data.draw(st.lists(st.floats(0.01, 1.0), min_size=n, max_size=n)))
    beta, miss, _ = by_messages(w, w0)
    want, none = enumerated(w, w0)
    assert beta == pytest.approx(want, abs=1e-5)
    assert miss == pytest.approx(none, abs=1e-5)


def test_clusters_with_loops_are_near_what_enumeration_gives() -> None:
    """Over 300 drawn clusters with Pd 0.9 the messages are off by little on the mean, and keep who is likeliest."""
    rng = np.random.default_rng(5)
    off, agree, all_ = [], 0, 0
    for _ in range(300):
        n, m = rng.integers(2, 5), rng.integers(1, 6)
        w = np.exp(rng.normal(1.0, 2.0, (n, m))) * (rng.random((n, m)) < 0.7)
        w0 = 1 - 0.9 * rng.uniform(0.1, 1.0, n)
        want, none = enumerated(w, w0)
        if not (w > 0).any():
            continue
        beta, miss, _ = by_messages(w, w0)
        assert beta.sum(1) + miss == pytest.approx(np.ones(n), abs=1e-9)
        assert (beta.sum(0) <= 1 + 1e-6).all()
        off.append(np.abs(beta - want).max())
        clear = np.sort(np.column_stack([want, none]), 1)
        clear = clear[:, -1] - clear[:, -2] > 0.2
        top, best = np.column_stack([beta, miss]).argmax(1), np.column_stack([want, none]).argmax(1)
        agree += int((top == best)[clear].sum())
        all_ += int(clear.sum())
    assert np.mean(off) < 0.03
    assert np.max(off) < 0.25
    assert agree >= 0.995 * all_


def test_clusters_do_not_change_one_another() -> None:
    rng = np.random.default_rng(1)
    a, b = np.exp(rng.normal(0, 1, (3, 3))), np.exp(rng.normal(0, 1, (2, 4)))
    both = np.zeros((5, 7))
    both[:3, :3], both[3:, 3:] = a, b
    w0 = np.full(5, 0.2)
    beta, _, _ = by_messages(both, w0)
    assert (beta[:3, :3] == by_messages(a, w0[:3])[0]).all()
    assert (beta[3:, 3:] == by_messages(b, w0[3:])[0]).all()


@given(
    st.floats(-70, 70),
    st.floats(-180, 180),
    st.floats(50, 90_000),
    st.floats(0, 360),
    st.floats(1, 60),
    st.floats(0.02, 2.0),
)
def test_a_plot_lies_on_the_geodesic(lat: float, lon: float, away: float, azimuth: float, sr: float, sa: float) -> None:
    out = radarplots.place([lat], [lon], [away], [azimuth], [sr], [sa])[:, 0]
    far, first, second = geodesy.inverse(lat, lon, out[0], out[1])
    assert float(far) == pytest.approx(away * np.exp(0.5 * np.radians(sa) ** 2), rel=1e-9, abs=1e-4)
    assert abs((float(first) - azimuth + 180) % 360 - 180) < 1e-5
    cov = np.array([[out[2], out[3]], [out[3], out[4]]])
    beam = np.array([np.sin(np.radians(float(second))), np.cos(np.radians(float(second)))])
    across = np.array([beam[1], -beam[0]])
    # along the beam at least the range's own variance; across it about (range x azimuth)^2
    assert beam @ cov @ beam == pytest.approx(sr * sr + 1.5 * away**2 * np.radians(sa) ** 4, rel=0.01)
    assert across @ cov @ across == pytest.approx((away**2 + sr**2) * np.radians(sa) ** 2, rel=0.005)


def test_the_conversion_is_unbiased_and_its_covariance_true() -> None:
    """A small boat's radar, 1.5 degrees at 20 km: the plain conversion is 7 m short; this one is not, and knows its errors."""
    rng = np.random.default_rng(3)
    n, away, sr, sa = 200_000, 20_000.0, 30.0, 1.5
    ranges, angles = away + rng.normal(0, sr, n), rng.normal(0, sa, n)
    factor = np.exp(0.5 * np.radians(sa) ** 2)
    x, y = factor * ranges * np.sin(np.radians(angles)), factor * ranges * np.cos(np.radians(angles))
    assert abs(y.mean() - away) < 0.3
    assert abs((ranges * np.cos(np.radians(angles))).mean() - away) > 6.0
    out = radarplots.place(
        np.zeros(2000), np.zeros(2000), ranges[:2000], angles[:2000], np.full(2000, sr), np.full(2000, sa)
    )
    e = np.stack([x[:2000], y[:2000] - away])
    cov = np.stack([[out[2], out[3]], [out[3], out[4]]])
    nees = np.einsum("ik,ijk,jk->k", e, np.linalg.inv(cov.transpose(2, 0, 1)).transpose(1, 2, 0), e)
    assert nees.mean() == pytest.approx(2.0, abs=0.15)


def one_track(rng: np.random.Generator) -> Tracks:
    p = np.zeros((1, MODES, DIM, DIM))
    root = rng.normal(size=(4, 4)) * np.array([9.0, 8.0, 2.0, 3.0])[:, None]
    p[0, 0, :4, :4] = root @ root.T + np.diag([4.0, 4.0, 0.1, 0.1])
    x = np.zeros((1, MODES, DIM))
    x[0, 0, 2:4] = 5.0, -3.0
    one = np.ones(1)
    return Tracks(
        np.array([1.2]), np.array([103.8]), x, p, np.array([[1.0, 0, 0]]), np.zeros(1, "u1"), np.zeros(1, "i8"), 0.9 * one,
        one.copy(), np.ones(1, "i8"), np.zeros(1, "i8"), np.zeros(1, "i8"), np.ones(1, "u1"),
    )  # fmt: skip


def test_one_track_with_three_plots_is_the_mixture_of_its_kalman_updates() -> None:
    """Twin: predict with matrices, update by each plot in turn, weigh by likelihood, match two moments."""
    rng = np.random.default_rng(2)
    t = one_track(rng)
    x, p = t.x[0, 0, :4].copy(), t.p[0, 0, :4, :4].copy()
    s = 3.0
    f = np.eye(4) + s * np.eye(4, k=2)
    q = 0.01 * np.kron([[s**3 / 3, s**2 / 2], [s**2 / 2, s]], np.eye(2))
    px, pp = f @ x, f @ p @ f.T + q
    offsets = np.array([[14.0, -6.0], [20.0, -15.0], [2.0, -9.0]])
    lat, lon = geodesy.moved(1.2, 103.8, offsets[:, 0], offsets[:, 1])
    order = np.argsort(lat)
    lat, lon, offsets = lat[order], lon[order], offsets[order]
    when = np.full(3, 3_000_000_000)
    z = Plots(lat, lon, np.full(3, 90.0), np.full(3, 10.0), np.full(3, 120.0), when, np.arange(3))
    h, r = np.eye(2, 4), np.array([[90.0, 10.0], [10.0, 120.0]])
    sigma = h @ pp @ h.T + r
    nu = offsets - px[:2]
    like = np.array([np.exp(-0.5 * v @ np.linalg.inv(sigma) @ v) for v in nu]) / (
        2 * np.pi * np.sqrt(np.linalg.det(sigma))
    )
    exists, pd, density = 0.9 * np.exp(-3.0 / 600.0), 0.8, 1e-4
    w = exists * pd * like / density
    beta = w / (1 - exists * pd + w.sum())
    miss = 1 - beta.sum()
    hidden = miss * exists * (1 - pd) / (1 - exists * pd)
    want_r = hidden + beta.sum()
    gain = pp @ h.T @ np.linalg.inv(sigma)
    means = [px, *(px + gain @ v for v in nu)]
    covs = [pp, *([(np.eye(4) - gain @ h) @ pp] * 3)]
    share = np.array([hidden, *beta]) / want_r
    mean = sum(a * m for a, m in zip(share, means, strict=True))
    cov = sum(a * (c + np.outer(m - mean, m - mean)) for a, m, c in zip(share, means, covs, strict=True))

    at, reach = np.zeros(1, "i8"), np.zeros(1)
    radarscan.aim(t, z, 3_000_000_000, 20.0, at, reach)
    radarscan.predict(t, at, MODEL, 600.0)
    start, plot = np.zeros(2, "i8"), np.zeros(9, "i8")
    likes, modes, dist = np.zeros(9), np.zeros((9, MODES)), np.zeros(9)
    n = radarscan.gate(t, z, reach, start, plot, likes, modes, dist)
    assert n == 3
    assert likes[:3] == pytest.approx(like, rel=1e-5)
    wk = t.r[0] * pd * likes[:3] / density
    b, none, alone = np.empty(3), np.empty(1), np.empty(3)
    loopy.marginals(start, plot[:3], wk, np.array([1 - t.r[0] * pd]), b, none, alone)
    radarscan.update(t, z, start, plot, likes, modes, dist, b, none, np.array([pd]))
    out = np.zeros((1, 11))
    radartracks.mean(t, out)
    east, north = geodesy.plane(1.2, 103.8, out[0, 0], out[0, 1])
    assert t.r[0] == pytest.approx(want_r, rel=1e-6)
    assert (float(east), float(north)) == pytest.approx(tuple(mean[:2]), abs=1e-3)
    assert out[0, 2:4] == pytest.approx(mean[2:], abs=1e-4)
    assert t.p[0, 0, :4, :4] == pytest.approx(cov, rel=1e-4, abs=1e-3)


def test_a_turn_is_followed_by_the_mixed_ways_and_not_by_one() -> None:
    """A boat of 15 m/s turns at 6 degrees a second: predicted 3 s on, the three ways together are nearer than straight on."""
    truth, t, w = [], 0.0, np.radians(6.0)
    for k in range(12):
        a = w * 3 * k
        truth.append((15 / w * np.sin(a), 15 / w * (1 - np.cos(a))))
        t += 3
    off = {}
    for many in (0, 1):
        tr = one_track(np.random.default_rng(0))
        tr.x[0, 0, :] = 0, 0, 15, 0, 0
        tr.p[0, 0] = np.diag([100.0, 100, 4, 4, 0.0027])
        if many:
            spread_out(tr.x[0], tr.p[0], tr.mu[0])
            tr.many[0] = 1
        errors = []
        for k, (e, n) in enumerate(truth[1:], 1):
            lat, lon = geodesy.moved(1.2, 103.8, e, n)
            z = Plots(
                *(np.array([v]) for v in (float(lat), float(lon), 100.0, 0.0, 100.0)),
                np.array([3_000_000_000 * k]),
                np.array([k]),
            )
            at, reach = np.array([3_000_000_000 * k]), np.full(1, 500.0)
            radarscan.predict(tr, at, MODEL, 600.0)
            out = np.zeros((1, 11))
            radartracks.mean(tr, out)
            errors.append(float(np.hypot(*geodesy.plane(out[0, 0], out[0, 1], lat, lon))))
            start, plot = np.zeros(2, "i8"), np.zeros(4, "i8")
            like, modes, dist = np.zeros(4), np.zeros((4, MODES)), np.zeros(4)
            if radarscan.gate(tr, z, reach, start, plot, like, modes, dist):
                one, none = np.array([0.99]), np.array([0.01])
                radarscan.update(tr, z, start, plot, like, modes, dist, one, none, np.array([0.9]))
        off[many] = np.mean(errors[4:])
    assert off[1] < 0.3 * off[0]
    assert off[1] < 12.0


def test_two_tracks_of_one_target_become_one_and_a_tow_stays_two() -> None:
    def both(metres: float) -> np.ndarray:
        t = one_track(np.random.default_rng(0))
        t = Tracks(*(np.repeat(a, 2, axis=0) for a in t))
        t.p[:, 0] = np.diag([20.0, 20.0, 0.1, 0.1, 0.0027])
        t.lon[1] += metres / 111_000
        t.hits[:] = 9, 4
        out = np.zeros((2, 11))
        radartracks.mean(t, out)
        kill = np.zeros(2, "u1")
        radartracks.twins(t, out, np.array([0, 1]), t.lat.copy(), kill)
        return kill

    assert both(4.0).tolist() == [0, 1]
    assert both(30.0).tolist() == [0, 0]
