"""Sails a fleet whose navigators keep clear of each other, step by step (:mod:`selat.kernels.keepclear`)."""

from __future__ import annotations

import numpy as np

from selat.kernels._jit import inline, jit
from selat.kernels.keepclear import decide
from selat.kernels.ways import (
    AGILE,
    AHEAD,
    BERTHS,
    KEEP,
    KEPT,
    LOOK,
    MOVES,
    OFF,
    ON,
    PULL,
    ROW,
    SHARPLY,
    STEP,
    STILL,
    TURN,
    Floats,
    Ints,
    helm,
    moment,
    roll,
)


def _neighbours(tracks: Floats, speeds: Floats, hulls: Floats, t: float, near: Ints, count: Ints) -> None:
    """Who can come near whom in the next minutes: for each that moves, ``count`` numbers in ``near``."""
    n, most = near.shape
    for i in range(n):
        count[i] = 0
        if hulls[i, MOVES] == 0.0 or speeds[i] < 0.05 or t < hulls[i, ON] - 300.0:
            continue
        for j in range(n):
            if j == i or t < hulls[j, ON] - 60.0 or t > hulls[j, OFF] or count[i] >= most:
                continue
            reach = (speeds[i] + speeds[j]) * (AHEAD * LOOK * (0.75 if hulls[i, AGILE] > 0.0 else 1.0) + 60.0) + 1200.0
            dx, dy = tracks[j, 0, 0] - tracks[i, 0, 0], tracks[j, 0, 1] - tracks[i, 0, 1]
            if abs(dx) < reach and abs(dy) < reach and dx * dx + dy * dy < reach * reach:
                near[i, count[i]] = j
                count[i] += 1


neighbours = jit(_neighbours)


def _bound(limits: Floats, body: int, u: float) -> tuple[float, float]:
    """Metres to the left (negative) and right of her way where there is room, now and in the next five minutes."""
    low, high = -1e9, 1e9
    for k in range(4):
        f = min(max(u / ROW + 8.0 * k, 0.0), limits.shape[0] - 1.0)
        low, high = max(low, limits[int(f), body, 0]), min(high, limits[int(f), body, 1])
    return low, high


bound = inline(_bound)


def _idle(table: Floats, body: int, u: float) -> bool:
    """Whether she lies at her berth, for a minute and a half yet."""
    for k in range(10):
        if moment(table, body, u + ROW * k)[4] > 0.05:
            return False
    return True


idle = jit(_idle)


def _steer(
    t: float,
    seed: int,
    table: Floats,
    limits: Floats,
    hulls: Floats,
    begin: Floats,
    state: Floats,
    plans: Floats,
    knots: Floats,
) -> None:
    """Sail all bodies for ``len(knots) - 1`` steps from ``t`` s on.

    ``table``: (rows, bodies, 5): m east, m north, right-hand normal, m/s on the way; ``limits``: (rows, bodies, 2) room to both
    sides; ``begin``: own time of the first row; ``hulls``: (bodies, :data:`HULL`); ``state``: (bodies, 4) side, rate, late,
    pace, and ``plans``: (bodies, 2), both changed; ``knots``: (steps + 1, bodies, 4) of the states at each step.
    """
    n = hulls.shape[0]
    tracks, speeds = np.zeros((n, AHEAD + 1, 4)), np.zeros(n)
    near, count = np.zeros((n, min(n, 400)), np.int64), np.zeros(n, np.int64)
    work = np.zeros((AHEAD + 1, 4))
    knots[0] = state
    for step in range(knots.shape[0] - 1):
        now = t + STEP * step
        if step % 3 == 0:
            for i in range(n):
                if step == 0 or hulls[i, STILL] == 0.0:
                    u = now - state[i, 2] - begin[i]
                    speeds[i] = moment(table, i, u)[4]
                    roll(
                        table,
                        i,
                        u,
                        state[i, 0],
                        state[i, 1],
                        state[i, 3],
                        plans[i, 0],
                        plans[i, 1],
                        hulls[i],
                        tracks[i],
                    )
            if step % 6 == 0:
                neighbours(tracks, speeds, hulls, now, near, count)
            for i in range(n):
                if count[i] > 0 or plans[i, 0] != 0.0 or plans[i, 1] != 0.0:
                    u = now - state[i, 2] - begin[i]
                    if now > hulls[i, KEEP] and now < hulls[i, KEPT]:
                        plans[i] = 0.0
                        continue
                    room = bound(limits, i, u)
                    decide(
                        seed, i, near[i], count[i], table, u, state[i], plans, hulls, tracks, speeds, room, work
                    )  # fmt: skip
        for i in range(n):
            if hulls[i, MOVES] > 0.0:
                advance(table, i, now - state[i, 2] - begin[i], state[i], plans[i], hulls[i])
        knots[step + 1] = state


def _advance(table: Floats, body: int, u: float, state: Floats, plan: Floats, hull: Floats) -> None:
    """One step of one body."""
    side, rate, pace = state[0], state[1], state[3]
    behind = hull[BERTHS] > 0.0 and state[2] > 0.0
    if side == 0.0 and rate == 0.0 and pace == 0.0 and plan[0] == 0.0 and plan[1] == 0.0 and not behind:
        return
    v = moment(table, body, u)[4]
    slow = plan[1]
    if behind and idle(table, body, u):
        slow = -min(0.5, max(0.0, state[2] / (2.0 * STEP)))  # a shorter stay at the berth makes up for it
        pace = max(pace, -0.5)
        pull = 1.0
    else:
        slow, pull = max(slow, 0.0), hull[PULL]
    new_rate, new_pace = helm(v, side, rate, pace, plan[0], slow, hull[TURN], pull, hull[SHARPLY], STEP)
    state[0] = side + 0.5 * (rate + new_rate) * STEP
    state[2] = max(0.0, state[2] + 0.5 * (pace + new_pace) * STEP)
    state[1], state[3] = new_rate, new_pace
    if abs(state[0] - plan[0]) < 0.3 and abs(new_rate) < 0.1:
        state[0], state[1] = plan[0], 0.0


advance = jit(_advance)
steer = jit(_steer)
