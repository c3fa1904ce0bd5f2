"""Learning lanes from the history of a sea, block by block: what needs memory is one block and the counts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from selat.app.session import Sea
from selat.store.latest import declared
from selat.store.scan import ANYWHERE, Where, blocks_of, read_rows
from selat.tracks.lanes_learn import Counts, group_of, learn, merge

_NAMES = ("mmsi", "time", "lat", "lon", "sog", "cog", "nav_status", "msg_type")


def learn_lanes(
    sea: Sea, begin: int | None = None, end: int | None = None, told: Callable[[int, int], None] | None = None
) -> Counts:
    """Counts of the traffic in the history of ``sea``, of reports with ``begin <= time < end`` (ns UTC).

    ``told(blocks done, of all)`` is called after each block. Groups of ships are by what they declared last.
    """
    where = ANYWHERE if begin is None and end is None else Where(begin, end)
    ships, groups = groups_of(sea)
    blocks = list(blocks_of(sea.view.parts, "reports", where))
    total = Counts()
    for n, parts in enumerate(blocks, 1):
        rows = read_rows(sea.view.layout.history, parts, "reports", where, _NAMES)
        total = merge([total, learn(rows, ships, groups)])
        if told is not None:
            told(n, len(blocks))
    return total


def groups_of(sea: Sea) -> tuple[np.ndarray, np.ndarray]:
    """(MMSI ascending, group) of all ships that declared themselves."""
    ship, _, facts = declared(sea.view.ships())
    bow, stern = (facts[n].astype(np.int64) for n in ("to_bow", "to_stern"))
    known = (bow != 65535) & (stern != 65535)
    length = np.where(known, bow + stern, 0)
    return ship.astype(np.int64), group_of(facts["ship_type"], length)


__all__ = ["groups_of", "learn_lanes"]
