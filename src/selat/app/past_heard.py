"""How many ships were heard when: counted file by file, a few row groups at a time, however long the history is.

A day of 5,000 ships are 35 million rows. What a file of the history says never changes, so that it is read once: kept
are its pairs of a ship and a part of the time (a block of 6 hours in parts of 10 minutes: 1.7 MB).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence

import numpy as np

from selat.model.clock import MINUTE
from selat.model.columns import Array
from selat.model.schema import NO_TIME
from selat.store.distinct import distinct
from selat.store.history import Part
from selat.store.query import Query
from selat.store.scan import Where, read_some, select_parts

KEPT = 48 << 20  #: bytes of pairs that are kept
_BITS = 32  #: of a pair: the ship's
_SHIP = (1 << _BITS) - 1
_FINEST = MINUTE  #: ns: of finer parts nothing is kept


class Heard:
    """Counts ships; :meth:`count` may be called by several threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Array] = OrderedDict()
        self._bytes = 0
        self._turn = threading.Lock()  # several pages that ask at once wait for one reading

    def count(self, reports: Query, begin: int, end: int, bins: int) -> Array:
        """Ships of these reports heard in each of ``bins`` equal parts of [begin, end) ns."""
        where = Where(hidden=reports.where.hidden)
        parts = select_parts(reports.view.parts, "reports", reports.between(begin, end).where)
        width, rest = divmod(end - begin, bins)
        if rest or width < _FINEST:
            edges = np.array([begin - (begin - end) * k // bins for k in range(bins + 1)])  # rounded up
            found = [_pairs(reports, p, reports.between(begin, end).where, edges) for p in parts]
            return _counted(found, 0, bins)
        phase = begin % width
        with self._turn:
            found = [self._of(reports, p, where, phase, width) for p in parts]
        return _counted(found, (begin - phase) // width, bins)

    def _of(self, reports: Query, part: Part, where: Where, phase: int, width: int) -> Array:
        key = (part.path, phase, width, where.hidden)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        pairs = self._kept[key] = _pairs(reports, part, where, (phase, width))
        self._bytes += pairs.nbytes
        while self._bytes > KEPT and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].nbytes
        return pairs


def _pairs(reports: Query, part: Part, where: Where, parts: Array | tuple[int, int]) -> Array:
    """The ships of a file and the parts in which they were heard, each pair once: part << 32 | ship.

    ``parts``: edges, or when one begins and how long it is. Rows come by ship and time: a pair is new where one of them
    changes, which leaves little to sort.
    """
    found = [np.zeros(0, np.int64)]
    for rows in read_some(reports.view.layout.history, part, where, ("mmsi", "time")):
        known = rows["time"] != NO_TIME
        ship, time = rows["mmsi"][known].astype(np.int64) & _SHIP, rows["time"][known]
        number = (
            (time - parts[0]) // parts[1] if isinstance(parts, tuple) else np.searchsorted(parts, time, "right") - 1
        )
        pair = (number << _BITS) | ship
        first = np.ones(len(pair), bool)
        np.not_equal(pair[1:], pair[:-1], out=first[1:])
        found.append(pair[first])
    return distinct(np.concatenate(found))


def _counted(found: Sequence[Array], first: int, bins: int) -> Array:
    """Ships in each of ``bins`` parts from number ``first`` on."""
    cut = [pairs[slice(*np.searchsorted(pairs, [first << _BITS, (first + bins) << _BITS]))] for pairs in found]
    pairs = distinct(np.concatenate([np.zeros(0, np.int64), *cut]))
    out: Array = np.bincount((pairs >> _BITS) - first, minlength=bins)
    return out
