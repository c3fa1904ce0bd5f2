"""Rows that follow each other: steps between the reports of one sender, implied speed, silences."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels._jit import inline, jit
from selat.kernels.geodesy import near

Floats = NDArray[np.float64]


def _pace(away: float, seconds: float, slack: float, jitter: float) -> float:
    """Speed (m/s) that a step of ``away`` metres in ``seconds`` needs at least.

    ``slack`` metres and ``jitter`` seconds are given to the errors of the positions and of the clocks.
    """
    return max(0.0, away - slack) / max(abs(seconds) + jitter, 1e-3)


pace = inline(_pace)


def _steps(who: Any, time: Any, lat: Floats, lon: Floats, out: Floats) -> None:
    """Fill ``out`` (2, n) with seconds and metres since the sender's last row; NaN at its first row.

    ``who`` (int) and ``time`` (ns) sorted by (who, time); positions in degrees, NaN for none: such rows are passed
    over.
    """
    last = -1
    for i in range(who.size):
        out[0, i] = math.nan
        out[1, i] = math.nan
        if i == 0 or who[i] != who[i - 1]:
            last = -1
        if math.isnan(lat[i]) or math.isnan(lon[i]):
            continue
        if last >= 0:
            out[0, i] = (time[i] - time[last]) * 1e-9
            out[1, i] = near(lat[last], lon[last], lat[i], lon[i])
        last = i


_steps_jit = jit(_steps)


def steps(who: Any, time: Any, lat: Any, lon: Any) -> tuple[Floats, Floats]:
    """Seconds and metres from the sender's last row with a position, NaN at its first.

    ``who`` ints, ``time`` ns, ``lat``/``lon`` degrees; sorted by (who, time).
    """
    out = np.empty((2, len(who)))
    _steps_jit(np.asarray(who), np.asarray(time), np.asarray(lat, np.float64), np.asarray(lon, np.float64), out)
    return out[0], out[1]


def implied_speed(who: Any, time: Any, lat: Any, lon: Any, slack: float = 0.0, jitter: float = 0.0) -> Floats:
    """Speed (m/s) that each step needs at least, NaN at a sender's first row; arguments as in :func:`steps`."""
    seconds, away = steps(who, time, lat, lon)
    result: Floats = np.maximum(0.0, away - slack) / np.maximum(np.abs(seconds) + jitter, 1e-3)
    return result


def _gaps(who: Any, time: Any, limit: int) -> Any:
    """Rows after which the sender was silent for more than ``limit`` ns (sorted by who, time)."""
    found = 0
    for i in range(1, who.size):
        if who[i] == who[i - 1] and time[i] - time[i - 1] > limit:
            found += 1
    out = np.empty(found, np.int64)
    found = 0
    for i in range(1, who.size):
        if who[i] == who[i - 1] and time[i] - time[i - 1] > limit:
            out[found] = i - 1
            found += 1
    return out


gaps = jit(_gaps)
