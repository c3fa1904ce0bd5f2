"""Events of Skylight (Allen Institute for AI): standard rendezvous, potential dark activity.

What: two ships with AIS close together for long; a ship of which nothing is heard for hours.
Thresholds: rendezvous within 250 m for more than 30 minutes; dark for 6 hours or more. No waters are left out.
Source: Skylight's help pages on event icons and their wiki. Their dark rendezvous and other learned events have no published
definition and are not here.
Ours: a grid of one minute, straight between positions up to 15 minutes apart.
"""

from __future__ import annotations

from dataclasses import dataclass

from selat.exercise.baselines import _table as table
from selat.exercise.baselines import gfw
from selat.exercise.baselines._table import Context, Positions, Row
from selat.model.clock import HOUR, MINUTE


@dataclass(frozen=True, slots=True)
class Parameters:
    """Defaults as published, but for ``grid`` and ``bridge``; ns, m."""

    near: float = 250.0
    lasts: int = 30 * MINUTE
    dark: int = 6 * HOUR
    grid: int = MINUTE
    bridge: int = 15 * MINUTE


def rendezvous(p: Positions, context: Context | None = None, q: Parameters | None = None) -> list[Row]:
    """Two within 250 m for more than 30 minutes."""
    del context
    q = q or Parameters()
    g = table.resample(p, q.grid, q.bridge)
    a, b, _ = table.meetings(g, q.near)
    out = []
    for s in table.spells(g, a, b, q.lasts + q.grid):
        lasts = (s.last - s.first) * q.grid
        text = f"Within {q.near:.0f} m for {table.minutes(lasts)}, threshold {table.minutes(q.lasts)}."
        out.append(Row("rendezvous", (s.one, s.two), s.first * q.grid, s.last * q.grid, s.first * q.grid + q.lasts + q.grid,
                       float(g.lat[s.a].mean()), float(g.lon[s.a].mean()), text))  # fmt: skip
    return out


def dark(p: Positions, context: Context | None = None, q: Parameters | None = None) -> list[Row]:
    """Nothing heard of a ship for 6 hours or more."""
    q = q or Parameters()
    return gfw.gap(p, context, gfw.Parameters(gap=q.dark - 1))


RULES = {"standard rendezvous": rendezvous, "potential dark activity": dark}
