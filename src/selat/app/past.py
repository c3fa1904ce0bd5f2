"""Past reports packed for the page: thinned, in the units of the feed.

Rows come by ship and time, as the history gives them, in stored units.
"""

from __future__ import annotations

import numpy as np

from selat.model.archive import PLAY, PLAY_CLASS, PLAY_LONGEST, PLAY_MOORED, PLAY_TICK
from selat.model.columns import Array, Columns
from selat.model.errors import ConfigError
from selat.model.picture import COG_NA, HEADING_NA, POSITION_SCALE, SOG_NA
from selat.model.schema import DEGREES, I32, NO_TIME
from selat.tracks.kinds import kinds_of

COLUMNS = ("mmsi", "time", "lat", "lon", "sog", "cog", "heading", "nav_status", "msg_type")
_AT_REST = (1, 5)  #: navigational status: at anchor, moored
_SLOW = 10  #: 0.1 kn: faster than this a ship is not at rest, whatever she says
_LONG_RANGE = 27  #: message type, to 185 m: never beside a better position


def packed(rows: Columns, begin: int, end: int, step: int, by: str = "time") -> Array:
    """Reports with ``begin <= by < end`` as :data:`PLAY`, at most one a ship in each ``step`` ns, the first of them.

    Raises :class:`ConfigError` for a time longer than one answer holds.
    """
    if not 0 < end - begin <= PLAY_LONGEST:
        raise ConfigError(
            "that is no time to play", hint=f"more than 0 and at most {PLAY_LONGEST // 60_000_000_000} minutes"
        )
    keep = (rows["lat"] != I32) & (rows["lon"] != I32) & (rows[by] != NO_TIME) & (rows[by] >= begin) & (rows[by] < end)
    other = np.unique(rows["mmsi"][keep & (rows["msg_type"] != _LONG_RANGE)])
    keep &= (rows["msg_type"] != _LONG_RANGE) | ~np.isin(rows["mmsi"], other)
    rows = rows.take(np.flatnonzero(keep))
    if by != "time":
        rows = rows.take(np.lexsort((rows[by], rows["mmsi"])))
    when, ship = rows[by], rows["mmsi"]
    part = (when - begin) // max(step, 1)
    first = np.ones(rows.rows, bool)
    first[1:] = (ship[1:] != ship[:-1]) | (part[1:] != part[:-1])
    rows, when = rows.take(first), when[first]
    out = np.zeros(rows.rows, PLAY)
    out["mmsi"] = rows["mmsi"]
    out["lon"] = np.rint(rows["lon"] * (DEGREES * POSITION_SCALE))
    out["lat"] = np.rint(rows["lat"] * (DEGREES * POSITION_SCALE))
    out["at"] = (when - begin) // PLAY_TICK
    out["sog"] = np.minimum(rows["sog"], SOG_NA)
    out["cog"] = np.minimum(rows["cog"], COG_NA)
    heading = np.where(rows["heading"] < 360, rows["heading"], HEADING_NA).astype(np.uint16)
    kind = kinds_of(rows["mmsi"], rows["msg_type"]).astype(np.uint16)
    still = np.isin(rows["nav_status"], _AT_REST) & ~((rows["sog"] > _SLOW) & (rows["sog"] < SOG_NA))
    out["hdg"] = heading | (kind << PLAY_CLASS) | still * PLAY_MOORED
    return out
