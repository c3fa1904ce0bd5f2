"""Search plans on 50 seeded cases: how near to the bound, how fast; one searcher against an exhaustive search; replanning.

Run ``python bench/plan.py [plans|replans|one ...] [CASES]``, cases as 50 or 10-20. Clouds are
compact, elongated, crescent, two-peaked and cut by a coast; 20,000 particles
that drift and spread; one to six searchers. The score is taken on 20,000 fresh particles of the same case, and so is the bound.
"""

from __future__ import annotations

import math
import sys
import time
from dataclasses import replace

import numba
import numpy as np

from selat.kernels import geodesy
from selat.model.clock import HOUR, SECOND
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.rescue.allocate import Problem, allocate
from selat.rescue.cloud import Cloud
from selat.rescue.plan import plan
from selat.rescue.probability import exponent_of_task, update
from selat.rescue.searchers import Conditions, Searcher

KINDS = ("compact", "elongated", "crescent", "peaks", "coast")
LAT, LON, START = 2.4, 101.7, 1_795_000_000 * SECOND
SIGHT = Conditions("raft 4")


def shape(kind: str, rng: np.random.Generator, n: int, scale: float) -> np.ndarray:
    """East and north (n, 2) of a cloud at its begin, metres."""
    p = rng.normal(size=(4 * n, 2)) * scale
    if kind == "elongated":
        p *= [2.2, 0.7]
    elif kind == "crescent":
        angle, radius = 0.8 * rng.normal(size=4 * n), scale * (2.7 + 0.4 * rng.normal(size=4 * n))
        p = np.stack([radius * np.sin(angle), radius * np.cos(angle)], 1)
    elif kind == "peaks":
        p = 0.7 * p + np.where((rng.random(4 * n) < 0.6)[:, None], [-2.0 * scale, 0.0], [2.0 * scale, scale])
    elif kind == "coast":
        p = p[p[:, 1] > 0.4 * p[:, 0] - 0.3 * scale]
    return p[:n]


def case(seed: int, n: int = 20_000, hours: int = 13, stream: int = 0) -> tuple[Cloud, list[Searcher]]:
    """A drifting, spreading cloud and its searchers; another ``stream``: other particles of the same case."""
    kind = KINDS[seed % 5]
    facts = np.random.default_rng(seed)
    scale = facts.uniform(1.5, 4.0) * NAUTICAL_MILE / 2
    flow = facts.normal(size=2) * 0.5 * KNOT
    turn = facts.uniform(0, 2 * np.pi)
    count = 1 + (seed // 5) % 6
    boats = []
    for k in range(count):
        bearing, far = facts.uniform(0, 360), facts.uniform(5, 20) * NAUTICAL_MILE
        lat, lon = geodesy.destination(LAT, LON, bearing, far)
        speed = facts.uniform(10, 18) * KNOT
        width = facts.uniform(0.25, 1.0) * NAUTICAL_MILE / np.sqrt(count)
        boats.append(
            Searcher(f"boat {k + 1}", "boat", float(lat), float(lon), speed, facts.uniform(6, 10) * 3600.0, width=width,
                     transit=25 * KNOT)
        )  # fmt: skip
    rng = np.random.default_rng([seed, stream])
    p = shape(kind, rng, n, scale) @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    own = flow + rng.normal(size=(n, 2)) * 0.08  # m/s: drift errors of each particle
    steps = np.arange(0, hours * 2 + 1) * (HOUR // 2)
    lat, lon = np.empty((len(steps), n)), np.empty((len(steps), n))
    for k, t in enumerate(steps / SECOND):
        lat[k], lon[k] = geodesy.moved(LAT, LON, p[:, 0] + own[:, 0] * t, p[:, 1] + own[:, 1] * t)
    return Cloud(START + steps, lat, lon, np.full(n, 1.0 / n)), boats


def later(boats: list[Searcher], begin: int) -> list[Searcher]:
    """The same boats, ready again at ``begin``."""
    return [replace(b, ready=begin) for b in boats]


def replanning(seed: int, searches: int = 3, hours: int = 3, parts: int = 0) -> tuple[float, float]:
    """(probability found by replanned searches, by the first plan carried out again and again), on fresh particles."""
    cloud, boats = case(seed, n=8000, hours=searches * hours + 1)
    fresh, _ = case(seed, n=8000, hours=searches * hours + 1, stream=1)
    known = cloud
    left, left_again = np.ones(len(fresh)), np.ones(len(fresh))
    first = None
    for k in range(searches):
        begin = START + k * hours * HOUR
        made = plan(known, later(boats, begin), SIGHT, begin, begin + hours * HOUR, seed=seed, parts=parts)
        for task in made.tasks:
            left *= np.exp(-exponent_of_task(fresh, task))
        known, _ = update(known, sum(exponent_of_task(known, t) for t in made.tasks))
        first = first or plan(cloud, boats, SIGHT, begin, begin + hours * HOUR, seed=seed, parts=parts)
        for task in first.tasks:
            left_again *= np.exp(-exponent_of_task(fresh, moved_on(task, k * hours * HOUR)))
    return float(1 - left.mean()), float(1 - left_again.mean())


@numba.njit
def exhaust(x, y, w, z, us, vs, lengths, widths, angles):
    """(most that any rectangle of a grid of them finds with effort ``z``, and that rectangle)."""
    best, at = 0.0, (0.0, 0.0, 1.0, 1.0, 0.0)
    for t in angles:
        c, s = math.cos(t), math.sin(t)
        u, v = c * x + s * y, c * y - s * x
        for cu in us:
            for cv in vs:
                for a in lengths:
                    for b in widths:
                        p = 0.0
                        for i in range(x.size):
                            if abs(u[i] - cu) <= a and abs(v[i] - cv) <= b:
                                p += w[i]
                        p *= 1 - math.exp(-z / (4 * a * b))
                        if p > best:
                            best, at = p, (cu, cv, a, b, t)
    return best, at


def one_area(kind: str, z: float, n: int = 1500) -> float:
    """What our one area finds, as a part of what the best of 437,500 rectangles, three times refined, finds: same particles."""
    p = shape(kind, np.random.default_rng(5), n, 3000.0)
    x, y = (np.ascontiguousarray(v.astype(np.float32))[None] for v in p.T)
    w = np.full(n, 1 / n)
    found = allocate(Problem(x, y, w, np.ones((1, 1)), np.array([z]), np.array([1e6])), 1)
    span, halves = np.linspace(-9000, 9000, 25), np.geomspace(900, 9000, 10)
    best, at = exhaust(p[:, 0], p[:, 1], w, z, span, span, halves, halves, np.linspace(0, np.pi / 2, 7))
    near = np.linspace(-1, 1, 7)
    for step in (1.0, 0.35, 0.12):
        us, vs = (at[k] + 750 * step * near for k in (0, 1))
        lengths, widths = (at[k] * 1.29 ** (step * near) for k in (2, 3))
        more, at = exhaust(p[:, 0], p[:, 1], w, z, us, vs, lengths, widths, at[4] + 0.26 * step * near)
        best = max(best, more)
    return found.found / best


def moved_on(task, by: int):
    """The same task, later: its area goes on with the drift that it was given."""
    return replace(task, begin=task.begin + by, end=task.end + by)


def plans(cases: range) -> None:
    plan(*case(0, n=2000), SIGHT, START, START + 6 * HOUR)  # compile
    rows = []
    for seed in cases:
        cloud, boats = case(seed)
        fresh, _ = case(seed, stream=1)
        begin = time.perf_counter()
        made = plan(cloud, boats, SIGHT, START, START + 6 * HOUR, fresh=fresh, seed=seed)
        rows.append((made.share, time.perf_counter() - begin))
        print(f"{seed:3} {KINDS[seed % 5]:9} {len(boats)} boats {len(made.tasks)} areas  POS {made.pos:.4f} bound "
              f"{made.bound:.4f} {made.share:.4f}  {rows[-1][1]:.2f} s", flush=True)  # fmt: skip
    share, took = np.array(rows).T
    print(f"share of the bound: median {np.median(share):.4f}, worst {share.min():.4f}; time: median {np.median(took):.2f} s, "
          f"longest {took.max():.2f} s")  # fmt: skip


def one(cases: range) -> None:
    shares = [one_area(kind, z) for kind in KINDS for z in (4e7, 1.5e8)]
    print(
        f"one area against {len(shares)} exhaustive searches: least {min(shares):.4f}, median {np.median(shares):.4f}"
    )


def replans(cases: range) -> None:
    found = []
    for seed in cases:
        found.append(replanning(seed, parts=1))
        print(f"{seed:3} replanned {found[-1][0]:.4f}, repeated {found[-1][1]:.4f}", flush=True)
    pairs = np.array(found)
    print(f"three searches: replanned {pairs[:, 0].mean():.4f}, the first plan repeated {pairs[:, 1].mean():.4f}, "
          f"better in {np.mean(pairs[:, 0] > pairs[:, 1]):.0%} of the cases")  # fmt: skip


if __name__ == "__main__":
    kinds = {"plans": plans, "replans": replans, "one": one}
    asked = [a for a in sys.argv[1:] if a in kinds] or ["plans"]
    first, _, last = next((a for a in sys.argv[1:] if a not in kinds), "50").rpartition("-")
    for kind in asked:
        kinds[kind](range(int(first or 0), int(last)))
