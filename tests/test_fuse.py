"""One vessel, one contact: targets join ships, part, go on by radar; the radar's errors are found; live and batch agree."""

from __future__ import annotations

import itertools
import threading

import numpy as np
import pytest

from fuse_scene import SITE, START, scene
from selat.app.floor import Floor
from selat.app.picture import LivePicture
from selat.detectors import _ships as fleet
from selat.kernels import fuse as kernel
from selat.kernels.fuse import Pairs
from selat.model.clock import SECOND
from selat.model.columns import empty
from selat.model.picture import CLASS_A, CLASS_MASK, FLAG_LOST, FLAG_SENSOR
from selat.model.targets import is_target
from selat.tracks.fuse import Fusion
from selat.tracks.fuse_near import matching
from selat.tracks.reorder import Patience
from selat.tracks.window import Window

NONE = empty("messages")


class Clock:
    def __init__(self, now):
        self._now = now

    def now(self):
        return self._now


def floor_of(s, cuts=(), save=False, until=None, keep=None, order=None):
    """A floor that took the scene, in parts cut at ``cuts`` (s)."""
    floor = Floor([], patience=Patience(tick=10 * SECOND))
    floor.fusion.sites = {1: SITE}
    rows = s.reports if keep is None else s.reports.take(keep)
    last = int(rows["time"].max()) + 1
    edges = [START - 1, *(START + round(c * SECOND) for c in cuts), last]
    for n, (lo, hi) in enumerate(itertools.pairwise(edges)):
        a, b = np.searchsorted(rows["time"], [lo, hi])
        part = rows.slice(int(a), int(b))
        if order is not None:
            part = part.take(order.permutation(part.rows))
        floor.step(part, s.statics if n == 0 else empty("statics"), NONE, hi, final=hi == last)
        if save and hi != last:
            state, floor = floor.state(), Floor([], patience=Patience(tick=10 * SECOND))
            floor.fusion.sites = {1: SITE}
            floor.restore(state)
    return floor


@pytest.fixture(scope="module")
def small():
    return scene(7, ships=60, mute=15, seconds=600, size=(14e3, 6e3), life=1e9, swap=0.0)


@pytest.fixture(scope="module")
def floor(small):
    return floor_of(small)


def numbers(links):
    return {link.target >> 20: link.ship >> 20 for link in links}


def test_targets_join_their_ships_and_boats_without_ais_stay_alone(small, floor):
    said, truth = numbers(floor.fusion.links()), small.truth(595.0)
    right = [said.get(n) == (small.mmsi[k] if small.ais[k] else None) for n, k in truth.items()]
    assert np.mean(right) >= 0.96
    assert all(n not in said for n, k in truth.items() if not small.ais[k])
    assert len(set(said.values())) == len(said), "a ship has one target"


def test_the_radars_errors_are_found(floor):
    (r,) = floor.fusion.registration()
    assert r.placed and r.pairs > 100
    assert r.error[0] == pytest.approx(50.0, abs=12.0)
    assert r.error[1] == pytest.approx(0.3, abs=0.08)
    seen = floor.fusion.where(floor.contacts, np.flatnonzero(is_target(floor.contacts.mmsi)))
    raw = floor.contacts.lat[seen.slot]
    assert np.abs(seen.lat - raw).max() > 20 / 111e3, "places are corrected"


def test_where_a_radar_stands_need_not_be_known(small):
    floor = Floor([], patience=Patience(tick=10 * SECOND))
    floor.step(small.reports, small.statics, NONE, int(small.reports["time"].max()) + 1, final=True)
    (r,) = floor.fusion.registration()
    assert not r.placed
    said = numbers(floor.fusion.links())
    right = [said.get(n) == (small.mmsi[k] if small.ais[k] else None) for n, k in small.truth(595.0).items()]
    assert np.mean(right) >= 0.9


def test_live_and_batch_agree_however_it_was_cut_and_saved(small, floor):
    cut = floor_of(small, cuts=(33.3, 171.0, 172.5, 400.2), save=True, order=np.random.default_rng(1))
    for name in ("target", "ship", "since", "radars", "count"):
        assert (getattr(cut.fusion, name) == getattr(floor.fusion, name)).all(), name
    for name in ("score", "bias", "cov"):
        assert np.array_equal(getattr(cut.fusion, name), getattr(floor.fusion, name)), name
    assert np.array_equal(cut.contacts.joined, floor.contacts.joined)
    assert np.array_equal(cut.contacts.echoes, floor.contacts.echoes)
    for name in ("target", "count", "at", "left"):
        assert np.array_equal(getattr(cut.fusion.loners, name), getattr(floor.fusion.loners, name)), name


def picture(floor):
    now = floor.now
    p = LivePicture(floor.contacts, Clock(now), threading.RLock(), lambda: {})
    p.refresh()
    return p, p.rows(0)[1]


def test_the_picture_has_her_once_and_says_both(small, floor):
    p, rows = picture(floor)
    joined = {int(t) >> 20: int(s) >> 20 for t, s in floor.contacts.joined}
    assert joined and not np.isin(rows["mmsi"], list(joined)).any()
    ship = rows[np.isin(rows["mmsi"], list(joined.values()))]
    assert len(ship) == len(joined)
    assert (ship["flags"] & FLAG_SENSOR > 0).all() and (ship["flags"] & CLASS_MASK == CLASS_A).all()
    target, number = next(iter(joined.items()))
    card = p.ship(number)
    assert card["source"] == "AIS, radar" and card["sensors"][0]["since_ms"] > 0
    assert card["sensors"][0]["target"] == target and card["sensors"][0]["score"] > 8
    assert p.ship(target)["sensors"][0]["ship"] == number


def test_rules_see_her_once(floor):
    s = fleet.ships(Window(floor.now, empty("reports"), np.zeros(0, "u1"), None, NONE, floor.contacts))
    assert not np.isin(s.id, floor.contacts.joined[:, 0]).any()
    alone = s.mmsi[is_target(s.mmsi)]
    assert alone.size >= 10, "boats without AIS are still there"


def test_where_ais_falls_silent_she_goes_on_by_radar(small, floor):
    moving = floor.contacts.joined[:, 1] >> 20
    c = floor.contacts
    who = next(int(m) for m in moving if np.hypot(c.vx[c.of(int(m))[0]], c.vy[c.of(int(m))[0]]) > 4)
    rows = small.reports
    keep = (rows["mmsi"] != who) | (rows["time"] < START + 400 * SECOND)
    quiet = floor_of(small, keep=keep)
    links = [link for link in quiet.fusion.links() if link.ship >> 20 == who]
    assert len(links) == 1, "she is still that target"
    _, after = picture(quiet)
    _, before = picture(floor)
    a, b = after[after["mmsi"] == who][0], before[before["mmsi"] == who][0]
    assert abs(int(a["lon"]) - int(b["lon"])) / 600_000 * 111e3 < 150
    assert abs(int(a["lat"]) - int(b["lat"])) / 600_000 * 111e3 < 150
    assert not a["flags"] & FLAG_LOST


def test_two_targets_that_exchange_their_numbers_are_told_apart_again():
    s = scene(3, ships=2, mute=0, seconds=900, size=(3e3, 1e3), life=1e9, swap=0.0, metres=0.0, degrees=0.0)
    rows, half = s.reports, START + 450 * SECOND
    late = rows["time"] >= half
    a, b = 900_000_000, 900_000_001
    m = rows["mmsi"].copy()
    m[late & (rows["mmsi"] == a)], m[late & (rows["mmsi"] == b)] = b, a
    swapped = s.reports.replace(mmsi=m)
    before = floor_of(s, keep=~late).fusion.links()
    s.reports = swapped
    after = floor_of(s).fusion.links()
    assert len(before) == 2
    one = numbers(before)
    assert numbers(after) == {a: one[b], b: one[a]}


# Kernels against slow, obvious twins


def pairs(rng, n=40):
    draw = rng.normal
    at = draw(0, 8000, (2, n))
    at[:, ::5] = np.nan
    return Pairs(
        rng.integers(0, 2, n), *draw(0, 120, (2, n)), *draw(0, 1, (2, n)), *at, *draw(0, 5, (2, n)),
        rng.uniform(50, 4000, n), rng.uniform(0.05, 2, n), draw(-18, 1, n),
    )  # fmt: skip


def turn(p, k):
    e, n = p.from_e[k], p.from_n[k]
    left = np.eye(2) if np.isnan(e) else np.array([[e / np.hypot(e, n), n], [n / np.hypot(e, n), -e]])
    return np.column_stack([left, [-p.ship_u[k], -p.ship_v[k]]])


def errors(rng):
    half = rng.normal(0, [30, 1e-3, 0.5], (2, 3, 3))
    return rng.normal(0, [30, 1e-3, 0.5], (2, 3)), half.transpose(0, 2, 1) @ half + np.diag([1.0, 1e-8, 1e-4])


def test_weights_are_the_likelihoods_of_the_differences():
    rng = np.random.default_rng(5)
    p, (bias, cov) = pairs(rng), errors(rng)
    out = np.zeros((3, 40))
    kernel.weigh(p, bias, cov, 100.0, 1.0, out)
    for k in range(40):
        h, r = turn(p, k), p.radar[k]
        d = np.append(np.array([p.east[k], p.north[k]]) - h @ bias[r], [p.u[k], p.v[k]])
        s = np.zeros((4, 4))
        s[:2, :2] = p.var[k] * np.eye(2) + h @ cov[r] @ h.T
        s[2:, 2:] = p.vvar[k] * np.eye(2)
        chi = d @ np.linalg.solve(s, d)
        place = np.hypot(d[0], d[1]) <= 100.0 or d[:2] @ np.linalg.solve(s[:2, :2], d[:2]) <= 25.0
        pace = np.hypot(d[2], d[3]) <= 1.0 or d[2:] @ d[2:] <= 25.0 * p.vvar[k]
        assert out[2, k] == (place and pace)
        like = -0.5 * chi - 0.5 * np.log(np.linalg.det(2 * np.pi * s))
        assert out[0, k] == pytest.approx(like - p.base[k]) and out[1, k] == pytest.approx(chi)


def test_the_registration_is_a_kalman_filter():
    rng = np.random.default_rng(6)
    p, (bias, cov) = pairs(rng), errors(rng)
    grow = np.abs(rng.normal(0, [1.0, 1e-8, 1e-4], (2, 3)))
    x, c, count = bias.copy(), cov + np.stack([np.diag(g) for g in grow]), np.zeros(2, "i8")
    for k in range(40):
        h, r = turn(p, k), p.radar[k]
        d = np.array([p.east[k], p.north[k]]) - h @ x[r]
        s = h @ c[r] @ h.T + p.var[k] * np.eye(2)
        if d @ np.linalg.solve(s, d) > kernel.FAR:
            continue
        gain = c[r] @ h.T @ np.linalg.inv(s + 9.0 * p.var[k] * np.eye(2))
        x[r] = x[r] + gain @ d
        c[r] = (np.eye(3) - gain @ h) @ c[r]
        count[r] += 1
    taught = np.zeros(2, "i8")
    kernel.learn(p, bias, cov, grow, 10.0, taught)
    assert (taught == count).all() and count.sum() > 10
    assert bias == pytest.approx(x, rel=1e-6, abs=1e-9)
    assert cov == pytest.approx(c, rel=1e-5, abs=1e-9)


def test_covariance_intersection_claims_no_more_than_either_knew():
    rng = np.random.default_rng(8)
    for _ in range(20):
        a, b = rng.normal(0, 10, (2, 2))
        pa, pb = (h @ h.T + np.eye(2) for h in rng.normal(0, 5, (2, 2, 2)))
        x, c = np.zeros(2), np.zeros((2, 2))
        w = kernel.intersect(a, pa, b, pb, x, c)
        inverse = w * np.linalg.inv(pa) + (1 - w) * np.linalg.inv(pb)
        assert c == pytest.approx(np.linalg.inv(inverse))
        assert x == pytest.approx(c @ (w * np.linalg.solve(pa, a) + (1 - w) * np.linalg.solve(pb, b)))
        assert np.linalg.det(c) <= min(np.linalg.det(pa), np.linalg.det(pb)) * (1 + 1e-9)


def test_the_assignment_is_the_best_of_all():
    rng = np.random.default_rng(9)
    for _ in range(30):
        a, b = (k.ravel() for k in np.indices((4, 4)))
        use = rng.random(16) < 0.6
        a, b = a[use], b[use] + 100
        worth = rng.uniform(0, 30, a.size)
        got = matching(a, b, worth)
        assert len(set(a[got])) == len(got) == len(set(b[got]))
        best = 0.0
        for size in range(5):
            for rows in itertools.combinations(range(a.size), size):
                if len(set(a[list(rows)])) == size == len(set(b[list(rows)])):
                    best = max(best, float(worth[list(rows)].sum()))
        assert worth[got].sum() == pytest.approx(best, abs=1e-3)


def test_without_a_radar_nothing_is_made():
    f = Fusion()
    assert f.links() == [] and f.registration() == [] and f.best(1) is None and f.of_target(1) is None
