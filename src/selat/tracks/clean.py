"""Cleaning: reports from the stored layout to what the tracks are made of; "not available" becomes NaN here only.

Nothing is thrown away: a row whose position, speed or time cannot be used stays a row, and is not used for that.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from selat.kernels.segments import Rows
from selat.model.columns import Columns
from selat.model.schema import I32, Flag, TimeQuality
from selat.model.units import KNOT


def degrees(stored: NDArray[np.int32]) -> NDArray[np.float64]:
    """Latitude or longitude in degrees of the stored integers; NaN where not available."""
    out: NDArray[np.float64] = stored.astype("f8") * 1e-7
    out[stored == I32] = np.nan
    return out


def tenths(stored: NDArray[np.uint16], least_invalid: int) -> NDArray[np.float32]:
    """A tenth of the stored integers; NaN from ``least_invalid`` on (not available, or "that or more")."""
    out = (stored * np.float32(0.1)).astype(np.float32)
    out[stored >= least_invalid] = np.nan
    return out


def rows_of(reports: Columns, mark: NDArray[np.uint8]) -> Rows:
    """Reports as the kernels take them: degrees, metres a second, NaN where not available.

    SOG of 102.2 knots ("that or more") is no speed, except of an aircraft.
    """
    sog = tenths(reports["sog"], 1022)
    fast = np.flatnonzero(reports["msg_type"] == 9)
    sog[fast] = tenths(reports["sog"][fast], 10220)
    loose = (reports["time_quality"] == TimeQuality.NONE) | (mark > 0)
    exact = ((reports["flags"] & int(Flag.SECOND)) > 0) | (reports["time_quality"] == TimeQuality.ARCHIVE)
    return Rows(
        reports["mmsi"], reports["time"], degrees(reports["lat"]), degrees(reports["lon"]),
        sog * np.float32(KNOT), tenths(reports["cog"], 3600), reports["msg_type"], reports["seq"], loose, mark,
        exact,
    )  # fmt: skip
