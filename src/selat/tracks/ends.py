"""Ships by number of place, and the last report of each: what is carried from one block of the history to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels.heat import Ends, Rows
from selat.model.columns import Columns
from selat.model.schema import NO_TIME
from selat.tracks.kinds import is_ship, kinds_of

Array = NDArray[Any]
COLUMNS = ("mmsi", "time", "lat", "lon", "sog", "cog", "msg_type")  #: what :meth:`Ships.rows` needs
_FIRST = 1024


class Ships:
    """Places of ships in arrays that grow; ``keeps`` (MMSI array -> bool array) says who is asked for.

    Base stations, aids, aircraft and beacons are never kept: only vessels make traffic.
    """

    def __init__(self, keeps: Callable[[Array], Array]) -> None:
        self._keeps = keeps
        self._at: dict[int, int] = {}
        self.ends = _grown(None, _FIRST)
        self.mmsi = np.zeros(_FIRST, np.int64)

    def __len__(self) -> int:
        return len(self._at)

    def rows(self, reports: Columns) -> Rows:
        """Reports, in the order of the table, as the kernels take them."""
        who = reports["mmsi"]
        starts = np.flatnonzero(np.r_[True, who[1:] != who[:-1]]) if len(who) else np.zeros(0, np.int64)
        place = np.repeat(self._places(reports, starts).astype(np.int32), np.diff(np.r_[starts, len(who)]))
        return Rows(place, *(reports[n] for n in ("time", "lat", "lon", "sog", "cog")))

    def _places(self, reports: Columns, starts: Array) -> Array:
        ships = reports["mmsi"][starts].astype(np.int64)
        new = [k for k, m in enumerate(ships.tolist()) if m not in self._at]
        if new:
            fresh = ships[new]
            n = len(self._at)
            if n + len(new) > len(self.mmsi):
                size = max(2 * len(self.mmsi), n + len(new))
                self.ends = _grown(self.ends, size)
                self.mmsi = np.r_[self.mmsi, np.zeros(size - len(self.mmsi), np.int64)]
            vessel = is_ship(kinds_of(fresh, reports["msg_type"][starts[new]]))
            self.ends.keep[n : n + len(new)] = vessel & self._keeps(fresh)
            self.mmsi[n : n + len(new)] = fresh
            self._at.update(zip(fresh.tolist(), range(n, n + len(new)), strict=True))
        return np.array([self._at[m] for m in ships.tolist()], np.int64)


def _grown(old: Ends | None, size: int) -> Ends:
    out = Ends(
        np.zeros(size, np.uint8), np.full(size, NO_TIME, np.int64), np.zeros(size, np.int32), np.zeros(size, np.int32),
        np.zeros(size, np.uint16), np.zeros(size, np.uint16),
    )  # fmt: skip
    if old is not None:
        for to, of in zip(out, old, strict=True):
            to[: len(of)] = of
    return out
