"""Encounters of Starboard Maritime Intelligence (New Zealand).

What: two ships very close for some minutes, or close for half an hour.
Thresholds: within 50 m for 10 minutes, or within 200 m for 30 minutes; not within 10 km of the shore, a port or inland waters
(published as 10 km, give or take 3).
Source: Starboard's help pages, event types.
Ours: a grid of one minute, straight between positions up to 15 minutes apart; spells of the two kinds that overlap are one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from selat.exercise.baselines import _table as table
from selat.exercise.baselines._table import Context, Positions, Row, Spell
from selat.model.clock import MINUTE


@dataclass(frozen=True, slots=True)
class Parameters:
    """Defaults as published, but for ``grid`` and ``bridge``; ns, m."""

    touch: float = 50.0
    touch_lasts: int = 10 * MINUTE
    near: float = 200.0
    near_lasts: int = 30 * MINUTE
    shore: float = 10_000.0
    grid: int = MINUTE
    bridge: int = 15 * MINUTE


def encounter(p: Positions, context: Context | None = None, q: Parameters | None = None) -> list[Row]:
    """Within 50 m for 10 minutes or 200 m for 30, 10 km off the shore."""
    context, q = context or Context(), q or Parameters()
    g = table.resample(p, q.grid, q.bridge)
    a, b, metres = table.meetings(g, q.near)
    close = metres < q.touch
    found = [(s, q.touch, q.touch_lasts) for s in table.spells(g, a[close], b[close], q.touch_lasts)]
    less = metres < q.near
    found += [(s, q.near, q.near_lasts) for s in table.spells(g, a[less], b[less], q.near_lasts)]
    out: list[Row] = []
    for group in _overlapping(found):
        rows = np.concatenate([np.r_[s.a, s.b] for s, _, _ in group])
        y, x = np.array([g.lat[rows].mean()]), np.array([g.lon[rows].mean()])
        if bool((context.shore(y, x) < q.shore) | (context.port(y, x) < q.shore)):
            continue
        s, reach, lasts = min(group, key=lambda k: k[0].first * q.grid + k[2])
        first, last = min(k[0].first for k in group), max(k[0].last for k in group)
        text = (
            f"Within {reach:.0f} m for {table.minutes((s.last - s.first) * q.grid)}, threshold {table.minutes(lasts)}."
        )
        out.append(Row("rendezvous", (s.one, s.two), first * q.grid, last * q.grid, s.first * q.grid + lasts,
                       float(y[0]), float(x[0]), text))  # fmt: skip
    return out


def _overlapping(found: list[tuple[Spell, float, int]]) -> list[list[tuple[Spell, float, int]]]:
    groups: list[list[tuple[Spell, float, int]]] = []
    until = 0
    for item in sorted(found, key=lambda k: (k[0].one, k[0].two, k[0].first)):
        s = item[0]
        if groups and groups[-1][0][0][:2] == s[:2] and s.first <= until:
            groups[-1].append(item)
            until = max(until, s.last)
        else:
            groups.append([item])
            until = s.last
    return groups


RULES = {"encounter": encounter}
