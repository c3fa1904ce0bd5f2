"""Which rectangle for whom: areas on the plane that find most with given efforts, from several starts.

A start divides the cells that water filling would search (:mod:`selat.kernels.effort`) among the areas in proportion to their
efforts; a local search (:mod:`selat.kernels.areas_search`) improves it on a part of the particles, and the best starts are
polished on more. Areas never overlap. A searcher may get up to three areas, one after the other: a cloud with two heads
needs that, and a round one gains by a denser middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import areas, areas_search
from selat.kernels.effort import water_fill
from selat.kernels.effort_moving import cell_side, cells_of, columns_of, masses
from selat.rescue.shores import Land, no_land

Array = NDArray[Any]
QUICK, FINE = 3500, 12_000  #: particles in the first and in the last search


@dataclass(frozen=True, slots=True)
class Problem:
    """``x, y`` (g, n) float32 m; ``weight`` (n,); ``share`` (a, g): when each searcher works; ``effort`` (a,) m2;
    ``most`` (a,): longest side that each can sail; ``floor``: least half side, m; ``gap``: room between areas, m; ``land``: land
    among the particles, which takes no effort."""

    x: Array
    y: Array
    weight: Array
    share: Array
    effort: Array
    most: Array
    floor: float = 50.0
    gap: float = 0.0
    land: Land | None = None


@dataclass(frozen=True, slots=True)
class Areas:
    """``rects`` (k, 5), ``effort`` (k,) m2, ``owner`` (k,): searcher of each; ``found``: of the weights' sum, in sample."""

    rects: Array
    effort: Array
    owner: Array
    found: float


def allocate(problem: Problem, parts: int = 1, *, seed: int = 0, turns: int = 1300) -> Areas:
    """The best areas found, ``parts`` for each searcher; the same for the same seed."""
    a = len(problem.effort)
    owner = np.repeat(np.arange(a), parts)
    begin = np.repeat(problem.effort / parts, parts)
    rng = np.random.default_rng(seed)
    n = len(problem.weight)
    order = rng.permutation(n)
    quick, fine = (_part(problem, order[:m]) for m in (QUICK, FINE))
    seeds = _starts(problem, begin, owner, seed)
    land = problem.land or no_land(len(problem.x))

    def work(job: tuple[int, Array, Array, tuple[Array, ...], int, float]) -> Areas:
        number, rects, spent, sample, count, size = job
        rects, spent = rects.copy(), spent.copy()
        x, y, weight = sample
        share, most = problem.share[owner], problem.most[owner]
        args = (
            x,
            y,
            weight,
            share,
            rects,
            spent,
            owner,
            most,
            count,
            size,
            problem.gap,
            problem.floor,
            seed * 100 + number,
            land.x,
            land.y,
            land.cell,
        )
        return Areas(rects, spent, owner, float(areas_search.improve(*args)))

    k = len(owner)
    with ThreadPoolExecutor(2) as pool:
        first = list(
            pool.map(work, [(i, r, begin, quick, turns * (1 + k // 3) // 2, 0.15) for i, r in enumerate(seeds)])
        )
        first.sort(key=lambda f: -f.found)
        again = [(50 + i, f.rects, f.effort, fine, turns * (1 + k // 4) // 2, 0.05) for i, f in enumerate(first[:2])]
        return max(pool.map(work, again), key=lambda f: f.found)


def _part(problem: Problem, which: Array) -> tuple[Array, ...]:
    """A sample, with its weights raised to the sum of all."""
    weight = problem.weight[which]
    weight = weight * (problem.weight.sum() / weight.sum()) if weight.sum() > 0 else weight
    return np.ascontiguousarray(problem.x[:, which]), np.ascontiguousarray(problem.y[:, which]), weight


def _starts(problem: Problem, effort: Array, owner: Array, seed: int) -> list[Array]:
    """Rectangles to begin with: the support of water filling, divided in several ways; one good rectangle, divided."""
    middle = slice(problem.x.shape[0] // 2, problem.x.shape[0] // 2 + 1)
    x, y = problem.x[middle], problem.y[middle]
    side = cell_side(x, y, problem.weight)
    cell, cells = cells_of(x, y, side)
    mass = masses(cell[0], problem.weight, cells)
    z, _ = water_fill(mass, side * side, float(effort.sum()))
    used = np.flatnonzero(z > 0.0)
    columns = columns_of(x, side)
    px = float(np.nanmin(x)) + (used % columns + 0.5) * side
    py = float(np.nanmin(y)) + (used // columns + 0.5) * side
    points = np.stack([px, py], 1), z[used]
    k = len(effort)
    most = problem.most[owner]
    if k == 1:
        whole = [_fit(*points, None, side, float(most[0]))]
        for turn in (0.25, 0.5, 0.75):
            other = whole[0].copy()
            other[4] += turn * np.pi
            whole.append(other)
        for head in _heads(*points, side):
            whole.append(_fit(*head, None, side, float(most[0])))
        return [w[None, :] for w in whole]
    order = np.argsort(-effort, kind="stable")
    plans = [
        (order, 0, True),
        (order, 1, True),
        (order, 0, False),
        (order[::-1], 0, True),
        (np.roll(order, 1), 1, False),
    ]
    plans.append((np.random.default_rng(seed).permutation(k), 2, True))
    out = []
    for who, first, common in plans:
        rects = np.empty((k, 5))
        axes = _axes(*points) if common else None
        _divide(*points, list(who), effort, first, axes, side, most, rects)
        out.append(_clear(rects, problem.gap))
    single = _fit(*points, None, side, np.inf)
    for along in (0, 1):
        out.append(_clear(_slices(single, effort, along), problem.gap))
    return out


def _axes(points: Array, weight: Array) -> float:
    """Angle of the principal axis."""
    d = points - np.average(points, axis=0, weights=weight)
    xx, yy, xy = (np.average(v, weights=weight) for v in (d[:, 0] ** 2, d[:, 1] ** 2, d[:, 0] * d[:, 1]))
    return 0.5 * float(np.arctan2(2.0 * xy, xx - yy))


def _fit(points: Array, weight: Array, angle: float | None, side: float, most: float) -> Array:
    """The rectangle with the spread of the points, sides along the angle, or along their own axes."""
    angle = _axes(points, weight) if angle is None else angle
    c, s = np.cos(angle), np.sin(angle)
    centre = np.average(points, axis=0, weights=weight)
    d = points - centre
    u, v = c * d[:, 0] + s * d[:, 1], c * d[:, 1] - s * d[:, 0]
    a, b = (max(np.sqrt(3.0 * np.average(q * q, weights=weight)), 0.6 * side) for q in (u, v))
    limit = 0.49 * most
    return np.array([centre[0], centre[1], min(a, limit), min(b, limit), angle])


def _heads(points: Array, weight: Array, side: float) -> list[tuple[Array, Array]]:
    """The support cut in two across its axis: for clouds with two heads."""
    angle = _axes(points, weight)
    u = points @ np.array([np.cos(angle), np.sin(angle)])
    left = u < np.average(u, weights=weight)
    return [(points[m], weight[m]) for m in (left, ~left) if m.any()]


def _divide(
    points: Array, weight: Array, who: Sequence[int], effort: Array, axis: int, angle: float | None,
    side: float, most: Array, out: Array,
) -> None:  # fmt: skip
    """Cut the points in two by the efforts of the first and the second half, and again, until each has its own."""
    if len(who) == 1:
        out[who[0]] = _fit(points, weight, angle, side, float(most[who[0]]))
        return
    half = (len(who) + 1) // 2 if axis != 2 else 1
    first = list(who[:half])
    way = (_axes(points, weight) if angle is None else angle) + (np.pi / 2 if axis == 1 else 0.0)
    u = points @ np.array([np.cos(way), np.sin(way)])
    order = np.argsort(u, kind="stable")
    sums = np.cumsum(weight[order])
    cut = int(np.searchsorted(sums, sums[-1] * effort[first].sum() / effort[list(who)].sum()))
    cut = min(max(cut, 1), len(order) - 1) if len(order) > 1 else 0
    if len(order) < 2:
        halves = [order, order]
    else:
        halves = [order[:cut], order[cut:]]
    for members, part in ((first, halves[0]), (list(who[half:]), halves[1])):
        _divide(points[part], weight[part], members, effort, 1 - axis if axis < 2 else 2, angle, side, most, out)


def _slices(rect: Array, effort: Array, along: int) -> Array:
    """A rectangle cut into strips with areas as the efforts."""
    edges = np.concatenate([[0.0], np.cumsum(effort)]) / effort.sum() * 2.0 - 1.0
    out = np.repeat(rect[None, :], len(effort), 0)
    c, s = np.cos(rect[4]), np.sin(rect[4])
    middle = 0.5 * (edges[1:] + edges[:-1]) * rect[2 + along]
    out[:, 2 + along] = 0.5 * np.diff(edges) * rect[2 + along]
    out[:, 0] += middle * (c if along == 0 else -s)
    out[:, 1] += middle * (s if along == 0 else c)
    return out


def _clear(rects: Array, gap: float) -> Array:
    """Cut areas back until none overlaps another; one that would vanish is set down beside all others."""
    rects = rects.copy()
    for j in range(1, len(rects)):
        for i in range(j):
            if not areas.trim(rects[i], rects[j], gap):
                reach = np.hypot(rects[:, 2], rects[:, 3]).max() + gap
                rects[j, 2:4] = np.maximum(rects[j, 2:4], 0.05 * reach)
                rects[j, 0] = rects[:, 0].max() + 3.0 * reach
                break
    return rects
