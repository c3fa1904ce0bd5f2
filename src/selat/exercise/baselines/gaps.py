"""Gaps as others define them: a time without reports, whatever the reception.

GFW (pipe-gaps): 12 h. Skylight (potential dark activity): 6 h. A plain threshold of 15 minutes for ships under way, which is what
our rule begins from.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from selat.model.clock import HOUR, MINUTE
from selat.model.columns import Columns
from selat.model.nouns import Alert
from selat.model.schema import I32
from selat.model.units import KNOT
from selat.tracks.kinds import is_ship, kinds_of
from selat.tracks.world import World


def gaps(reports: Columns, silent: int, moving: bool) -> list[Alert]:
    """An alert for every silence longer than ``silent`` ns, also one that lasts to the end; ``moving``: under way before."""
    use = is_ship(kinds_of(reports["mmsi"], reports["msg_type"])) & (reports["lat"] != I32)
    rows = reports.take(np.flatnonzero(use))
    rows = rows.take(np.lexsort((rows["time"], rows["mmsi"])))
    time, mmsi = rows["time"], rows["mmsi"]
    last = np.r_[mmsi[1:] != mmsi[:-1], True]
    after = np.where(last, time.max(), np.r_[time[1:], 0])
    found = after - time > silent
    if moving:
        found &= (rows["sog"] != 65535) & (rows["sog"] * 0.1 * KNOT > 2 * KNOT) & ~np.isin(rows["nav_status"], (1, 5))
    return [
        Alert(
            "dark", "1", "warning", (int(mmsi[k]),), int(time[k]), int(time[k] + silent), rows["lat"][k] * 1e-7,
            rows["lon"][k] * 1e-7, "As others define it.",
        )
        for k in np.flatnonzero(found).tolist()
    ]  # fmt: skip


RULES: dict[str, Callable[[Columns, Columns, World], list[Alert]]] = {
    "GFW gap, 12 h": lambda r, s, w: gaps(r, 12 * HOUR, False),
    "Skylight, 6 h": lambda r, s, w: gaps(r, 6 * HOUR, False),
    "plain 15 min under way": lambda r, s, w: gaps(r, 15 * MINUTE, True),
}
