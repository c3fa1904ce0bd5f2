"""A local search for the best search areas: change one at random, cut the others clear of it, keep what finds more."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import jit
from selat.kernels.areas import inside, missed, move, trim

Array = NDArray[Any]
KINDS = 9  #: kinds of change: eight of :func:`selat.kernels.areas.move`, and effort from one area of a boat to another


def _settle(rects: Array, k: int, others_yield: bool, gap: float, changed: Array) -> bool:
    """Clear area k of all others: cut them back, or it. Marks what changed; False where an area would vanish."""
    n = rects.shape[0]
    before = np.empty(5)
    for j in range(n):
        if j == k:
            continue
        if others_yield:
            before[:] = rects[j]
            if not trim(rects[k], rects[j], gap):
                return False
            for m in range(5):
                if before[m] != rects[j, m]:
                    changed[j] = True
        elif not trim(rects[j], rects[k], gap):
            return False
    return True


settle = jit(_settle)


def _water(rect: Array, share: Array, lx: Array, ly: Array, cell: float, room: Array) -> float:
    """m2 of a rectangle without the land in it, 5 % of it at least; ``lx, ly`` (g, m): land, each point for ``cell`` m2."""
    size = 4.0 * rect[2] * rect[3]
    if room.size == 0:
        return size
    inside(lx, ly, share, rect, room)
    dry = 0.0
    for i in range(room.size):
        dry += room[i]
    return max(size - dry * cell, 0.05 * size)


water = jit(_water)


def _tell(weight: Array, total: Array, inner: Array, fresh: Array, old: Array, new: Array, changed: Array) -> float:
    """Weight that would be left with the changed areas' new rates and time shares."""
    k = inner.shape[0]
    left = 0.0
    for i in range(weight.size):
        c = total[i]
        for j in range(k):
            if changed[j]:
                c += new[j] * fresh[j, i] - old[j] * inner[j, i]
        left += weight[i] * math.exp(-c) if c > 1e-6 else weight[i]
    return left


tell = jit(_tell)


def _improve(
    x: Array, y: Array, weight: Array, share: Array, rects: Array, effort: Array, owner: Array, most: Array,
    turns: int, size: float, gap: float, floor: float, seed: int, lx: Array, ly: Array, cell: float,
) -> float:  # fmt: skip
    """Improve ``rects`` (k, 5) and ``effort`` (k,) in place in ``turns`` trials; the probability found (of sum(weight)).

    ``owner`` (k,): whose area it is; ``most`` (k,): longest side, metres (the track that the effort buys, or the sight of
    it). ``size``: first scale of the changes, relative to the area; each kind of change then keeps its own, by the rule of
    one success in five (I. Rechenberg, Evolutionsstrategie, 1973). Land (see :func:`water`) takes no effort.
    """
    np.random.seed(seed)
    k, n = rects.shape[0], weight.size
    inner, fresh = np.empty((k, n), np.float32), np.empty((k, n), np.float32)
    rate, new, room = np.empty(k), np.empty(k), np.empty(lx.shape[1], np.float32)
    total = np.zeros(n)
    for j in range(k):
        inside(x, y, share[j], rects[j], inner[j])
        rate[j] = effort[j] / water(rects[j], share[j], lx, ly, cell, room)
        for i in range(n):
            total[i] += rate[j] * inner[j, i]
    all_weight = weight.sum()
    best = tell(weight, total, inner, fresh, rate, new, np.zeros(k, np.bool_))
    scale = np.full((k, KINDS), size)
    trial, spent = rects.copy(), effort.copy()
    changed = np.zeros(k, np.bool_)
    for turn in range(turns):
        j = turn % k
        kind = np.random.randint(KINDS)
        changed[:] = False
        changed[j] = True
        trial[:] = rects
        spent[:] = effort
        if kind == 8:
            other = np.random.randint(k)
            if other == j or owner[other] != owner[j]:
                continue
            amount = scale[j, kind] * np.random.standard_normal() * min(effort[j], effort[other])
            spent[j] += amount
            spent[other] -= amount
            changed[other] = True
            if spent[j] < 0.05 * effort[j] or spent[other] < 0.05 * effort[other]:
                continue
        else:
            move(trial[j], kind, scale[j, kind], floor)
            if max(trial[j, 2], trial[j, 3]) * 2.0 > most[j]:
                continue
            if not settle(trial, j, np.random.random() < 0.5, gap, changed):
                scale[j, kind] = max(0.97 * scale[j, kind], 0.002)
                continue
        for m in range(k):
            if changed[m]:
                if kind == 8:
                    new[m] = rate[m] * spent[m] / effort[m]
                    fresh[m] = inner[m]
                else:
                    new[m] = spent[m] / water(trial[m], share[m], lx, ly, cell, room)
                    inside(x, y, share[m], trial[m], fresh[m])
        left = tell(weight, total, inner, fresh, rate, new, changed)
        if left < best:
            best = left
            for m in range(k):
                if changed[m]:
                    for i in range(n):
                        total[i] += new[m] * fresh[m, i] - rate[m] * inner[m, i]
                    inner[m] = fresh[m]
                    rate[m] = new[m]
            rects[:] = trial
            effort[:] = spent
            scale[j, kind] = min(scale[j, kind] * 1.22, 0.5)
        else:
            scale[j, kind] = max(scale[j, kind] * 0.95, 0.002)
    return all_weight - best


improve = jit(_improve)


def _found(x: Array, y: Array, weight: Array, share: Array, rects: Array, effort: Array, left: Array) -> float:
    """Probability found by given areas; what is left of each weight into ``left`` (n,)."""
    k = rects.shape[0]
    inner = np.empty((k, weight.size), np.float32)
    for j in range(k):
        inside(x, y, share[j], rects[j], inner[j])
    return weight.sum() - missed(weight, inner, rects, effort, left)


found = jit(_found)
