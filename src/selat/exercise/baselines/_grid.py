"""Tracks on a common clock: ships by minutes, straight between reports that are not too far apart."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from selat.kernels import motion
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import Columns
from selat.model.schema import I32
from selat.model.units import KNOT
from selat.tracks.kinds import is_ship, kinds_of

Floats = NDArray[np.float64]


class Grid(NamedTuple):
    """Ships (rows) at instants ``time`` (ns): degrees, m/s; NaN where there is no track. ``type``: as declared."""

    mmsi: Any
    type: Any
    time: Any
    lat: Floats
    lon: Floats
    speed: Floats


def grid(reports: Columns, statics: Columns, step: int = MINUTE, bridge: float = 3600.0) -> Grid:
    """Resample to every ``step`` ns, bridging gaps of at most ``bridge`` s."""
    use = is_ship(kinds_of(reports["mmsi"], reports["msg_type"])) & (reports["lat"] != I32)
    rows = reports.take(np.flatnonzero(use))
    rows = rows.take(np.lexsort((rows["time"], rows["mmsi"])))
    ships, first = np.unique(rows["mmsi"], return_index=True)
    ends = np.append(first, rows.rows)
    time = np.arange(rows["time"].min() // step * step, rows["time"].max() + 1, step)
    lat, lon, speed = (np.full((ships.size, time.size), np.nan) for _ in range(3))
    for k in range(ships.size):
        part = slice(ends[k], ends[k + 1])
        t = rows["time"][part]
        j = np.clip(np.searchsorted(t, time), 1, max(t.size - 1, 1))
        if t.size < 2:
            continue
        inside = (time >= t[0]) & (time <= t[-1]) & (t[j] - t[j - 1] <= bridge * SECOND)
        for out, name, scale in ((lat, "lat", 1e-7), (lon, "lon", 1e-7), (speed, "sog", 0.1 * KNOT)):
            out[k, inside] = np.interp(time[inside], t, rows[name][part] * scale)
    kinds = dict(zip(statics["mmsi"].tolist(), statics["ship_type"].tolist(), strict=True))
    return Grid(ships, np.array([kinds.get(int(m), 0) for m in ships]), time, lat, lon, speed)


def near(g: Grid, radius: float) -> dict[tuple[int, int], list[int]]:
    """Pairs of ships (rows) within ``radius`` m: the instants (numbers) at which they are."""
    out: dict[tuple[int, int], list[int]] = {}
    still = np.zeros(g.mmsi.size)
    for k in range(g.time.size):
        i, j, *_ = motion.pairs(g.lat[:, k], g.lon[:, k], still, still, radius, 0.0, radius)
        for a, b in zip(i.tolist(), j.tolist(), strict=True):
            out.setdefault((a, b), []).append(k)
    return out


def runs(instants: list[int], least: int) -> list[tuple[int, int]]:
    """(first, last) of each run of consecutive instants of ``least`` or more."""
    at = np.array(instants)
    cut = np.flatnonzero(np.diff(at) > 1)
    begins, ends = np.r_[0, cut + 1], np.r_[cut, at.size - 1]
    return [(int(at[b]), int(at[e])) for b, e in zip(begins, ends, strict=True) if at[e] - at[b] + 1 >= least]
