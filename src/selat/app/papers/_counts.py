"""Ships counted for reports: by type, flag, hour and direction; reports by station. Each ship once in each class she was in."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from selat.model.clock import HOUR
from selat.model.columns import Array, Columns
from selat.model.picture import COG_NA, SOG_NA
from selat.model.schema import NO_TIME
from selat.model.sieve import category
from selat.store import registry
from selat.tracks.flags import flag

if TYPE_CHECKING:
    from selat.app.archive import SeaArchive

MOVES = 20  #: 0.1 kn: faster than this a ship has a direction
HEADS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
FLAGS = 14  #: flags named; the rest are counted together
VESSELS = (200_000_000, 800_000_000)  #: numbers of ships' stations (ITU-R M.585-9)
COLUMNS = ("mmsi", "time", "sog", "cog", "station")


def counts(archive: SeaArchive, rows: Columns, begin: int, end: int) -> dict[str, Any]:
    """Counts of the reports between two times; ``rows`` with :data:`COLUMNS` at least."""
    ships = np.unique(rows["mmsi"])
    everyone, facts = archive.known()
    types: Counter[str] = Counter()
    if len(everyone):
        at = np.minimum(np.searchsorted(everyone, ships), len(everyone) - 1)
        types.update(category(c) for c in np.where(everyone[at] == ships, facts["ship_type"][at], 0).tolist())
    names = registry.station_names(archive.sea.state)
    station, heard = np.unique(rows["station"], return_counts=True)
    return {
        "reports": rows.rows, "ships": len(ships), "by_type": dict(sorted(types.items(), key=lambda c: (-c[1], c[0]))),
        "by_flag": _flags(ships), "by_hour": _hours(rows, begin, end), "by_direction": _directions(rows),
        "by_station": {names[s]: int(n) for s, n in zip(station.tolist(), heard, strict=True) if s < len(names)},
    }  # fmt: skip


def _flags(ships: Array) -> dict[str, int]:
    """Vessels by the country that gave their number; digits of no country stand for themselves."""
    ours = ships[(ships >= VESSELS[0]) & (ships < VESSELS[1])].tolist()
    found = Counter(flag(m) or str(m // 1_000_000) for m in ours)
    order = sorted(found.items(), key=lambda c: (-c[1], c[0]))
    rest = sum(n for _, n in order[FLAGS:])
    return dict(order[:FLAGS]) | ({"other": rest} if rest else {})


def _hours(rows: Columns, begin: int, end: int) -> list[tuple[int, int]]:
    """(begin of the hour in ns, ships heard in it), all hours of the time."""
    first = begin // HOUR
    known = rows["time"] != NO_TIME
    key = np.unique((rows["time"][known] // HOUR - first) * 1_000_000_000 + rows["mmsi"][known].astype(np.int64))
    n = np.bincount(key // 1_000_000_000, minlength=-(-end // HOUR) - first)
    return [((first + k) * HOUR, v) for k, v in enumerate(n.tolist())]


def _directions(rows: Columns) -> dict[str, int]:
    """Ships by the octant they made way in, each in all octants where she did."""
    moving = (rows["sog"] >= MOVES) & (rows["sog"] < SOG_NA) & (rows["cog"] < COG_NA)
    octant = (rows["cog"][moving].astype(np.int64) + 225) // 450 % 8
    pairs = np.unique(octant * 2_000_000_000 + rows["mmsi"][moving])
    n = np.bincount(pairs // 2_000_000_000, minlength=8)
    return dict(zip(HEADS, n.tolist(), strict=True))
