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
from selat.store.distinct import Distinct
from selat.tracks.flags import flag

if TYPE_CHECKING:
    from selat.app.archive import SeaArchive

MOVES = 20  #: 0.1 kn: faster than this a ship has a direction
HEADS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
FLAGS = 14  #: flags named; the rest are counted together
VESSELS = (200_000_000, 800_000_000)  #: numbers of ships' stations (ITU-R M.585-9)
COLUMNS = ("mmsi", "time", "sog", "cog", "station")
_NUMBER = 1 << 32  #: of a pair: before it the class, after it the ship
_STATIONS = 1 << 16


class Counting:
    """Counts the reports between two times as they come, in any order; rows with :data:`COLUMNS` at least."""

    def __init__(self, begin: int, end: int) -> None:
        self.rows = 0
        self.ships = Distinct()
        self._first, self._hours = begin // HOUR, -(-end // HOUR) - begin // HOUR
        self._by_hour, self._by_octant = Distinct(), Distinct()
        self._stations = np.zeros(_STATIONS, np.int64)

    def take(self, rows: Columns) -> None:
        """More reports."""
        ship = rows["mmsi"].astype(np.int64) & (_NUMBER - 1)
        self.rows += rows.rows
        self.ships.take(rows["mmsi"])
        known = rows["time"] != NO_TIME
        self._by_hour.take((rows["time"][known] // HOUR - self._first) * _NUMBER + ship[known])
        moving = (rows["sog"] >= MOVES) & (rows["sog"] < SOG_NA) & (rows["cog"] < COG_NA)
        octant = (rows["cog"][moving].astype(np.int64) + 225) // 450 % 8
        self._by_octant.take(octant * _NUMBER + ship[moving])
        self._stations += np.bincount(rows["station"], minlength=_STATIONS)

    def counts(self, archive: SeaArchive) -> dict[str, Any]:
        """What was counted."""
        ships = self.ships.values()
        everyone, facts = archive.known()
        types: Counter[str] = Counter()
        if len(everyone):
            at = np.minimum(np.searchsorted(everyone, ships), len(everyone) - 1)
            types.update(category(c) for c in np.where(everyone[at] == ships, facts["ship_type"][at], 0).tolist())
        names = registry.station_names(archive.sea.state)
        hours = np.bincount(self._by_hour.values() // _NUMBER, minlength=self._hours).tolist()
        octants = np.bincount(self._by_octant.values() // _NUMBER, minlength=8).tolist()
        return {
            "reports": self.rows, "ships": len(ships), "by_type": dict(sorted(types.items(), key=lambda c: (-c[1], c[0]))),
            "by_flag": _flags(ships), "by_hour": [((self._first + k) * HOUR, n) for k, n in enumerate(hours)],
            "by_direction": dict(zip(HEADS, octants, strict=True)),
            "by_station": {names[s]: int(self._stations[s]) for s in np.flatnonzero(self._stations) if s < len(names)},
        }  # fmt: skip


def _flags(ships: Array) -> dict[str, int]:
    """Vessels by the country that gave their number; digits of no country stand for themselves."""
    ours = ships[(ships >= VESSELS[0]) & (ships < VESSELS[1])].tolist()
    found = Counter(flag(m) or str(m // 1_000_000) for m in ours)
    order = sorted(found.items(), key=lambda c: (-c[1], c[0]))
    rest = sum(n for _, n in order[FLAGS:])
    return dict(order[:FLAGS]) | ({"other": rest} if rest else {})
