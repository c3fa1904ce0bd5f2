"""From plots to turns of an antenna: a turn is judged as a whole, since one target gives at most one plot in it.

Plots come in order of time. Where they carry the number of the turn, that decides. Otherwise a turn ends when the azimuth
passes north again, or, for a radar that gives one time to all plots of a turn, when the time goes on; and in any case
after one and a quarter turns. A turn is due at the moment of the first plot of the next one, or when one and a quarter
turns have passed since its own last plot: moments of event time, so how the input was cut changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.model.clock import SECOND
from selat.model.columns import Columns, concat
from selat.model.schema import PLOTS

SLACK = 1.25  #: turns after which one has ended in any case
_ROUND, _BACK = 360_000_000, 20_000_000  # a turn in steps of the azimuth; less than the other is a step back


@dataclass(slots=True)
class Turn:
    """Plots of one radar in one turn of its antenna; ``due`` ns when it is judged."""

    radar: int
    due: int
    plots: Columns


@dataclass(slots=True)
class Scans:
    """Turns that have not ended yet, by number of the radar: a table of plots, and turns that wait for their moment."""

    open: dict[int, Columns] = field(default_factory=dict)
    waiting: list[Turn] = field(default_factory=list)

    def push(self, plots: Columns, periods: dict[int, float]) -> None:
        """Take plots, in order of (time, seq); ``periods``: s of a turn by radar."""
        for radar in np.unique(plots["radar"]).tolist():
            mine = plots.take(plots["radar"] == radar)
            held = self.open.pop(radar, None)
            mine = mine if held is None else concat([held, mine], PLOTS)
            period = round(periods[radar] * SECOND)
            cuts = _cuts(mine["time"], mine["azimuth"], mine["scan"], period)
            ends = [*cuts.tolist(), mine.rows]
            for lo, hi in pairwise(ends[:-1]):
                turn = mine.slice(lo, hi)
                due = min(int(mine["time"][hi]), int(turn["time"][-1]) + round(SLACK * period))
                self.waiting.append(Turn(radar, due, turn))
            self.open[radar] = mine.slice(ends[-2], mine.rows)

    def pull(self, until: int, periods: dict[int, float]) -> Iterator[Turn]:
        """Turns that are due at ``until`` (ns), in order; later plots may no longer belong to them."""
        for radar in sorted(self.open):
            turn = self.open[radar]
            due = int(turn["time"][-1]) + round(SLACK * periods[radar] * SECOND)
            if due <= until:
                self.waiting.append(Turn(radar, due, self.open.pop(radar)))
        self.waiting.sort(key=lambda t: (t.due, t.radar, int(t.plots["time"][0])))
        while self.waiting and self.waiting[0].due <= until:
            yield self.waiting.pop(0)

    @property
    def waits(self) -> bool:
        """True while plots are held."""
        return bool(self.open or self.waiting)

    def copy(self) -> Scans:
        """Another one; tables are never changed, so they are shared."""
        return Scans(dict(self.open), list(self.waiting))

    def state(self) -> dict[str, Any]:
        """Plain values and arrays."""
        return {
            "open": [[radar, dict(rows)] for radar, rows in self.open.items()],
            "waiting": [[t.radar, t.due, dict(t.plots)] for t in self.waiting],
        }

    @classmethod
    def of(cls, state: dict[str, Any]) -> Scans:
        """The scans of a :meth:`state`."""
        waiting = [Turn(int(r), int(due), Columns(PLOTS, rows)) for r, due, rows in state["waiting"]]
        return cls({int(r): Columns(PLOTS, rows) for r, rows in state["open"]}, waiting)


def _cuts(time: NDArray[Any], azimuth: NDArray[Any], scan: NDArray[Any], period: int) -> NDArray[np.int64]:
    """First rows of the turns; ``period`` ns."""
    out = [0]
    if (scan >= 0).all():
        return np.concatenate([[0], np.flatnonzero(np.diff(scan)) + 1]).astype(np.int64)
    times, turns, numbers = time.tolist(), azimuth.tolist(), scan.tolist()
    begin, first, turned = times[0], 0, turns[0]
    for k in range(1, len(times)):
        since = times[k] - begin
        turned += (turns[k] - turns[k - 1] + _BACK) % _ROUND - _BACK
        together = k - first > 1 and times[k - 1] == begin  # one time for all: their azimuths come in any order
        passed = times[k] > times[k - 1] and not together and turned >= _ROUND
        if numbers[k] != numbers[k - 1] or passed or 4 * since >= (3 if together else 5) * period:
            out.append(k)
            begin, first, turned = times[k], k, turns[k]
    return np.array(out, np.int64)
