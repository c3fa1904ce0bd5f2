"""A plain time threshold: what a gap rule is without a model of reception.

What: a ship under way of which nothing is heard for some minutes.
Thresholds: 15 minutes (where our rule begins to look), over 2 kn before, neither anchored nor moored by her status. Near ports
and anchorages too.
Source: none; this is the rule that is often written first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from selat.exercise.baselines import _table as table
from selat.exercise.baselines._table import Context, Positions, Row
from selat.model.clock import MINUTE
from selat.model.units import KNOT


@dataclass(frozen=True, slots=True)
class Parameters:
    """ns, m/s."""

    silent: int = 15 * MINUTE
    speed: float = 2.0 * KNOT


def silence(p: Positions, context: Context | None = None, q: Parameters | None = None) -> list[Row]:
    """Nothing heard for more than 15 minutes of a ship that was under way; also where nothing follows."""
    del context
    q = q or Parameters()
    if not len(p.mmsi):
        return []
    end = int(p.time.max())
    until = np.where(p.follows(), np.r_[p.time[1:], end], end)
    moving = (p.sog > q.speed) & ~np.isin(p.status, (1, 5))
    out = []
    for k in np.flatnonzero((until - p.time > q.silent) & moving).tolist():
        text = f"Not heard for {table.minutes(int(until[k] - p.time[k]))}, threshold {table.minutes(q.silent)}."
        out.append(Row("dark", (int(p.mmsi[k]),), int(p.time[k]), int(until[k]), int(p.time[k]) + q.silent,
                       float(p.lat[k]), float(p.lon[k]), text))  # fmt: skip
    return out


RULES = {"silence of 15 min": silence}
