"""Closest approach of all pairs: strips against NumPy's brute force and plain Python, in one run.

Run ``python bench/cpa.py``; one thread, its own processor time; medians of 7 (Python: one run over 200 ships). "pairs"
are those within the radius: each of them is measured, and those that come within a quarter of a mile in 20 minutes are
the answer. All three give the same answer, or the run fails.
"""

from __future__ import annotations

import math
import time

import numpy as np

from selat.kernels import motion
from selat.model.units import NAUTICAL_MILE

HORIZON, LIMIT = 1200.0, 0.25 * NAUTICAL_MILE


def brute(lat, lon, vx, vy, radius):
    """Every pair, with arrays of n x n, 500 rows at a time."""
    out = []
    for lo in range(0, len(lat), 500):
        rows = slice(lo, lo + 500)
        mid = np.radians((lat[rows, None] + lat[None, :]) / 2)
        w = 1 - 0.00669437999014 * np.sin(mid) ** 2
        n = 6378137.0 / np.sqrt(w)
        x = np.radians((lon[None, :] - lon[rows, None] + 180) % 360 - 180) * n * np.cos(mid)
        y = np.radians(lat[None, :] - lat[rows, None]) * n * (1 - 0.00669437999014) / w
        u, v = vx[None, :] - vx[rows, None], vy[None, :] - vy[rows, None]
        t = np.clip(-(x * u + y * v) / np.maximum(u * u + v * v, 1e-12), 0, HORIZON)
        bad = (x * x + y * y <= radius**2) & ((x + u * t) ** 2 + (y + v * t) ** 2 <= LIMIT**2)
        i, j = np.nonzero(bad)
        keep = i + lo < j
        out += list(zip((i[keep] + lo).tolist(), j[keep].tolist(), strict=True))
    return sorted(out)


def loop(lat, lon, vx, vy, radius):
    """Every pair, in plain Python."""
    out = []
    for i in range(len(lat)):
        for j in range(i + 1, len(lat)):
            mid = math.radians((lat[i] + lat[j]) / 2)
            w = 1 - 0.00669437999014 * math.sin(mid) ** 2
            n = 6378137.0 / math.sqrt(w)
            x = math.radians((lon[j] - lon[i] + 180) % 360 - 180) * n * math.cos(mid)
            y = math.radians(lat[j] - lat[i]) * n * (1 - 0.00669437999014) / w
            if x * x + y * y > radius * radius:
                continue
            u, v = vx[j] - vx[i], vy[j] - vy[i]
            v2 = u * u + v * v
            t = min(max(-(x * u + y * v) / v2, 0), HORIZON) if v2 > 1e-12 else 0.0
            if (x + u * t) ** 2 + (y + v * t) ** 2 <= LIMIT**2:
                out.append((i, j))
    return out


def median(f, times=7):
    spans = []
    for _ in range(times):
        start = time.thread_time()
        result = f()
        spans.append(time.thread_time() - start)
    return sorted(spans)[times // 2] * 1e3, result


def sea(n, west, east, south, north, seed=1):
    rng = np.random.default_rng(seed)
    velocity = motion.velocity(rng.uniform(0, 8, n), rng.uniform(0, 360, n))
    return rng.uniform(south, north, n), rng.uniform(west, east, n), *velocity


SEAS = {
    "Singapore box, 2,000": (2000, 103.5, 104.3, 1.15, 1.35, 6.0),
    "Singapore box, 2,000, 12 nm": (2000, 103.5, 104.3, 1.15, 1.35, 12.0),
    "Singapore box, 500": (500, 103.5, 104.3, 1.15, 1.35, 6.0),
    "strait, 10,000": (10_000, 98.0, 104.5, 1.0, 6.0, 6.0),
    "open sea, 50,000": (50_000, 95.0, 115.0, -8.0, 12.0, 6.0),
}


def main():
    motion.pairs(*sea(10, 103, 104, 1, 2), 1000.0, 1.0, 1000.0)
    print(f"{'sea':30s} {'pairs':>9s} {'found':>7s} {'strips':>9s} {'per pair':>9s} {'NumPy':>9s} {'times':>6s}")
    for name, (n, west, east, south, north, miles) in SEAS.items():
        fleet, radius = sea(n, west, east, south, north), miles * NAUTICAL_MILE
        all_pairs = len(motion.pairs(*fleet, radius, 0.0, radius)[0])
        span, found = median(lambda f=fleet, r=radius: motion.pairs(*f, r, HORIZON, LIMIT))
        answer = list(zip(found[0].tolist(), found[1].tolist(), strict=True))
        slow = "-", "-"
        if n <= 2000:
            numpy_span, check = median(lambda f=fleet, r=radius: brute(*f, r), 3)
            assert check == answer, "strips and NumPy differ"
            slow = f"{numpy_span:.1f} ms", f"{numpy_span / span:.0f}"
        per = f"{span * 1e6 / max(all_pairs, 1):.0f} ns"
        print(f"{name:30s} {all_pairs:9d} {len(answer):7d} {span:6.2f} ms {per:>9s} {slow[0]:>9s} {slow[1]:>6s}")
    small = sea(200, 103.5, 104.3, 1.15, 1.35)
    fast, found = median(lambda: motion.pairs(*small, 6 * NAUTICAL_MILE, HORIZON, LIMIT))
    slow, check = median(lambda: loop(*(a.tolist() for a in small), 6 * NAUTICAL_MILE), 1)
    assert check == list(zip(found[0].tolist(), found[1].tolist(), strict=True)), "strips and Python differ"
    print(f"200 ships: strips {fast:.3f} ms, plain Python {slow:.1f} ms, {slow / fast:.0f} times")


if __name__ == "__main__":
    main()
