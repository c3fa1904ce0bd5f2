"""Numbers of a radar's targets over time: a track number that comes again is another target.

A radar has 100 to 65,536 track numbers and gives one that fell free to the next target it acquires. Were both one
contact, she would jump. So each life of a track number gets a number of its own, until those of :data:`TRACKS` are used.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.model.clock import MINUTE
from selat.model.targets import TRACKS, target_number

SILENT = 5 * MINUTE  #: ns: a track that was not heard for so long has ended, though nobody said so


class Lives:
    """Targets of the radars of one source. ``span``: track numbers that a radar may have (from 0)."""

    def __init__(self, span: int = 10_000) -> None:
        self._span = span
        self._known: dict[tuple[int, int], tuple[int, int, bool]] = {}  # (radar, track): life, last heard, ended

    def number(self, radar: int, track: int, time: int, last: bool = False) -> int:
        """The target's number at ``time`` (ns UTC). ``last``: the radar says that it lost or ended the track."""
        life, heard, ended = self._known.get((radar, track), (0, time, False))
        if ended or time - heard > SILENT:
            life = (life + 1) % max(TRACKS // self._span, 1)
        self._known[radar, track] = (life, max(time, heard), last)
        return int(target_number(radar, life * self._span + track % self._span))

    def ended(self, radar: int, track: int) -> bool:
        """True where the track has ended, or was never there."""
        known = self._known.get((radar, track))
        return known is None or known[2]

    def state(self) -> dict[str, Any]:
        """All that is needed to go on."""
        rows = [(*key, *value) for key, value in self._known.items()]
        return {"span": self._span, "rows": np.array(rows, np.int64).reshape(-1, 5)}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a saved :meth:`state`."""
        self._span = int(state["span"])
        self._known = {
            (int(r), int(t)): (int(k), int(h), bool(e)) for r, t, k, h, e in np.asarray(state["rows"]).tolist()
        }
