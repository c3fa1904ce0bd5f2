"""Made-up radar scenes with known truth, and scores: GOSPA with its parts, switches, delays, consistency.

A scene is like those of the notes on tracking: 20 turns a minute, targets of constant velocity with white acceleration,
70 % there at first and 30 % born later, 10 % ended early, false plots Poisson and uniform over a square. Drawn by
``numpy.random.default_rng(seed)``. Places are metres in the azimuthal equidistant plane of the antenna.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from selat.kernels import geodesy
from selat.model.columns import Columns
from selat.model.schema import PLOTS

LAT, LON = 1.25, 103.8
STEP = 3_000_000_000
BEGIN = 1_700_000_000_000_000_000
KINDS = {  # targets, half side of the square (m), false plots a turn, range and bearing
    "s20": (20, 20e3, 10, False), "s100": (100, 20e3, 50, False), "s400": (400, 20e3, 100, False),
    "d20": (20, 1e3, 100, False), "d100": (100, 2e3, 100, False), "d400": (400, 4e3, 100, False),
    "rb100": (100, 20e3, 50, True), "s1000": (1000, 40e3, 500, False), "s3000": (3000, 60e3, 1500, False),
    "s10000": (10000, 100e3, 5000, False), "d10000": (10000, 30e3, 5000, False),
}  # fmt: skip


@dataclass
class Scene:
    """``truth`` (turns, targets, 4): x, y, vx, vy, NaN where not there; ``plots`` by turn (n, 2); ``whose`` target or -1."""

    truth: np.ndarray
    plots: list
    whose: list
    polar: bool
    antenna: tuple
    sigma: float = 10.0
    sigma_azimuth: float = 0.1

    def table(self, k: int, first: int) -> Columns:
        """Plots of turn ``k`` as a table; ``first``: number of the first one."""
        xy = self.plots[k]
        e, n = xy[:, 0] - self.antenna[0], xy[:, 1] - self.antenna[1]
        away, rows = np.hypot(e, n), len(xy)
        angle = np.full(rows, self.sigma_azimuth) if self.polar else np.degrees(self.sigma / np.maximum(away, 1.0))
        return Columns(PLOTS, {
            "time": np.full(rows, BEGIN + k * STEP), "received": np.full(rows, BEGIN + k * STEP), "seq": first + np.arange(rows),
            "radar": np.ones(rows, int), "radar_lat": np.full(rows, round(LAT * 1e7)), "radar_lon": np.full(rows, round(LON * 1e7)),
            "range": np.rint(away * 10), "azimuth": np.rint(np.degrees(np.arctan2(e, n)) % 360.0 * 1e6),
            "sigma_range": np.full(rows, round(self.sigma * 10)), "sigma_azimuth": np.minimum(np.rint(angle * 1e3), 65534),
            "scan": np.full(rows, k),
        })  # fmt: skip

    def plane(self, lat, lon):
        """Places in the plane of the scene."""
        away, bearing, _ = geodesy.inverse(LAT, LON, lat, lon)
        a = np.radians(bearing)
        return np.stack([away * np.sin(a) + self.antenna[0], away * np.cos(a) + self.antenna[1]], -1)


def scene(kind: str, seed: int, *, scans: int = 100, pd: float = 0.9, q: float = 0.01) -> Scene:
    """The scene of a kind and seed."""
    targets, half, clutter, polar = KINDS[kind]
    return draw(targets, half, clutter, polar, seed, scans=scans, pd=pd, q=q)


def draw(targets, half, clutter, polar, seed, *, scans=100, pd=0.9, q=0.01, die=0.1) -> Scene:
    """A scene of ``targets`` in a square of ``half`` m to each side, with ``clutter`` false plots a turn."""
    rng = np.random.default_rng(seed)
    born = np.where(rng.random(targets) < 0.7, 0, rng.integers(1, max(61 * scans // 100, 2), targets))
    ends = np.where(rng.random(targets) < die, rng.integers(scans // 2, scans, targets), scans)
    speed, course = rng.uniform(1, 12, targets), rng.uniform(0, 2 * np.pi, targets)
    x = np.empty((targets, 4))
    x[:, :2] = rng.uniform(-half, half, (targets, 2))
    x[:, 2], x[:, 3] = speed * np.sin(course), speed * np.cos(course)
    t = STEP * 1e-9
    noise = np.linalg.cholesky(q * np.array([[t**3 / 3, t**2 / 2], [t**2 / 2, t]]) + 1e-15 * np.eye(2))
    antenna = (0.0, 0.0) if polar or half > 20e3 else (-half - 5000.0, 0.0)
    truth = np.full((scans, targets, 4), np.nan)
    plots, whose = [], []
    for k in range(scans):
        there = (born <= k) & (k < ends)
        truth[k, there] = x[there]
        seen = np.flatnonzero(there & (rng.random(targets) < pd))
        if polar:
            away = np.hypot(*x[seen, :2].T) + rng.normal(0, 10, len(seen))
            angle = np.arctan2(x[seen, 0], x[seen, 1]) + np.radians(rng.normal(0, 0.1, len(seen)))
            found = np.stack([away * np.sin(angle), away * np.cos(angle)], -1)
        else:
            found = x[seen, :2] + rng.normal(0, 10, (len(seen), 2))
        false = rng.uniform(-half, half, (rng.poisson(clutter), 2))
        both, who = np.concatenate([found, false]), np.concatenate([seen, np.full(len(false), -1)])
        order = rng.permutation(len(both))
        plots.append(both[order])
        whose.append(who[order])
        w = noise @ rng.normal(size=(2, 2 * targets))
        step = np.concatenate(
            [w[:, :targets].T[:, :1], w[:, targets:].T[:, :1], w[:, :targets].T[:, 1:], w[:, targets:].T[:, 1:]], 1
        )
        x = x + step
        x[:, :2] += t * x[:, 2:] - t * step[:, 2:]
    return Scene(truth, plots, whose, polar, antenna)


def match(truth: np.ndarray, found: np.ndarray, c: float = 100.0):
    """Best assignment of places within ``c`` m (GOSPA, alpha 2, p 2): (truth, found) index pairs, squared distances."""
    if not len(truth) or not len(found):
        return np.zeros(0, int), np.zeros(0, int), np.zeros(0)
    near = cKDTree(truth).sparse_distance_matrix(cKDTree(found), c, output_type="coo_matrix")
    n, m = len(truth), len(found)
    joined = coo_matrix((np.ones(near.nnz), (near.row, near.col + n)), (n + m, n + m))
    label = connected_components(joined, directed=False)[1]
    order = np.argsort(label[near.row], kind="stable")
    row, col, d2 = near.row[order], near.col[order], near.data[order] ** 2
    cuts = np.flatnonzero(np.diff(label[row])) + 1
    out: tuple[list, list, list] = ([], [], [])
    for r, f, d in zip(np.split(row, cuts), np.split(col, cuts), np.split(d2, cuts), strict=True):
        if not len(r):
            continue
        ru, ri = np.unique(r, return_inverse=True)
        fu, fi = np.unique(f, return_inverse=True)
        cost = np.full((len(ru), len(fu)), c * c)
        cost[ri, fi] = d
        a, b = linear_sum_assignment(cost)
        good = cost[a, b] < c * c
        for into, values in zip(out, (ru[a[good]], fu[b[good]], cost[a, b][good]), strict=True):
            into.extend(values.tolist())
    return np.array(out[0], int), np.array(out[1], int), np.array(out[2])


def gospa(truth: np.ndarray, found: np.ndarray, c: float = 100.0):
    """(GOSPA, localisation, missed, false) of one moment: m, m^2, counts."""
    a, _, d2 = match(truth, found, c)
    missed, false = len(truth) - len(a), len(found) - len(a)
    return float(np.sqrt(d2.sum() + 0.5 * c * c * (missed + false))), float(d2.sum()), missed, false


def score(scene_: Scene, told: list, first: int = 10) -> dict:
    """Scores of confirmed tracks; ``told`` by turn: (ids, (n, 2) places)."""
    values, parts, errors = [], [], []
    last, switches, met = {}, 0, {}
    for k, (ids, places) in enumerate(told):
        there = np.flatnonzero(np.isfinite(scene_.truth[k, :, 0]))
        a, b, d2 = match(scene_.truth[k, there, :2], places)
        for target, track in zip(there[a].tolist(), np.asarray(ids)[b].tolist(), strict=True):
            met.setdefault(target, k)
            switches += last.get(target, track) != track
            last[target] = track
        if k >= first:
            missed, false = len(there) - len(a), len(places) - len(a)
            values.append(np.sqrt(d2.sum() + 5000.0 * (missed + false)))
            parts.append((d2.sum(), missed, false, len(there)))
            errors.append(d2)
    p = np.mean(parts, 0)
    begun = np.argmax(np.isfinite(scene_.truth[:, :, 0]), 0)
    delays = [met[i] - begun[i] for i in met]
    return {
        "gospa": float(np.mean(values)), "norm": float(np.mean(values) / np.sqrt(p[3])), "missed": float(p[1]),
        "false": float(p[2]),
        "rmse": float(np.sqrt(np.mean(np.concatenate(errors)))), "switches": switches, "delay": float(np.median(delays)),
        "met": len(met),
    }  # fmt: skip
