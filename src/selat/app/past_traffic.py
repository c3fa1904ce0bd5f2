"""Traffic of the stored sea as pages ask it: maps, gates, counts; what was worked out is remembered.

One answer is worked out at a time, so that a few large questions do not take the machine from the watch; who asks the
same meanwhile gets the same answer.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from selat.app import statistics, traffic
from selat.app.session import Sea
from selat.model import clock
from selat.model.clock import DAY
from selat.model.columns import Array
from selat.model.errors import BusyError, ConfigError
from selat.model.sieve import Sieve
from selat.tracks.gates import CLEAR, Passages
from selat.tracks.heat import GAP, Grid, Heat

Box = tuple[float, float, float, float]
LONGEST = 366 * DAY  #: ns of history in one question
KEPT = 24  #: answers that are remembered
WAITING = 12  #: questions that may wait for each other; more are refused, so that a page always finds a free thread
CELLS = 160_000  #: most cells of a map for a page
T = TypeVar("T")


class PastTraffic:
    """Asks the sea that ``sea()`` gives, at its newest; see :class:`selat.model.archive.Traffic`."""

    def __init__(self, sea: Callable[[], Sea], known: Callable[[], tuple[Array, dict[str, Array]]]) -> None:
        self._sea, self._known = sea, known
        self._work = threading.RLock()
        self._waiting = threading.BoundedSemaphore(WAITING)
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._took = 1.0  # s that an answer took lately

    def _once(self, key: Hashable, work: Callable[[Sea], T]) -> T:
        known: T | None = self._answers.get((self._sea().view.generation, key))
        if known is not None:
            return known
        if not self._waiting.acquire(blocking=False):
            after = max(self._took, 1.0)
            raise BusyError(
                f"{WAITING} questions about traffic wait already", hint=f"ask again in {after:.0f} s", after=after
            )
        try:
            return self._worked(key, work)
        finally:
            self._waiting.release()

    def _worked(self, key: Hashable, work: Callable[[Sea], T]) -> T:
        with self._work:
            sea = self._sea()
            whole = (sea.view.generation, key)
            if whole in self._answers:
                self._answers.move_to_end(whole)
            else:
                begun = clock.monotonic()
                self._answers[whole] = work(sea)
                self._took += 0.5 * (clock.monotonic() - begun - self._took)
                while len(self._answers) > KEPT:
                    self._answers.popitem(last=False)
            found: T = self._answers[whole]
            return found

    def density(
        self, begin: int, end: int, box: Box, cell: float, sieve: Sieve, percentile: float | None = None, gap: int = GAP
    ) -> Heat:
        """A map; see :func:`selat.app.traffic.density`. Raises :class:`ConfigError` for more than :data:`CELLS` cells."""
        _check(begin, end)
        grid = Grid.of(box, cell)
        if grid.rows * grid.columns > CELLS:
            least = cell * (grid.rows * grid.columns / CELLS) ** 0.5
            raise ConfigError(
                f"{grid.rows * grid.columns:,} cells", hint=f"cells of {int(least) + 1:,} m, or a smaller box"
            )
        key = ("density", begin, end, box, cell, sieve, percentile, gap)
        return self._once(key, lambda sea: traffic.density(sea, begin, end, box, cell, sieve, percentile, gap))

    def passages(
        self, begin: int, end: int, gates: tuple[str, ...], sieve: Sieve, clear: float = CLEAR
    ) -> tuple[Passages, list[dict[str, Any]]]:
        """Passages of gates by name (none named: all of kind ``gate``), and their counts."""
        _check(begin, end)
        lines = traffic.gates_named(self._sea(), gates)
        if not lines:
            raise ConfigError("there is no gate yet", hint="draw a line of kind gate, or selat zones SEA import FILE")
        key = ("gates", begin, end, tuple(g.version for g in lines), tuple(g.name for g in lines), sieve, clear)

        def work(sea: Sea) -> tuple[Passages, list[dict[str, Any]]]:
            found = traffic.passages(sea, begin, end, lines, sieve, clear=clear)
            return found, traffic.counted(found, begin, end, self._known())

        return self._once(key, work)

    def lines(self) -> list[dict[str, Any]]:
        """Lines that can be gates: ``name``, ``kind``, ``gate`` (whether it is of that kind)."""
        zones = traffic.lines_of_sea(self._sea())
        return [{"name": z.name, "kind": z.kind, "gate": z.kind == "gate"} for z in zones]

    def statistics(self, begin: int, end: int, sieve: Sieve, box: Box | None = None) -> dict[str, Any]:
        """Counts; see :func:`selat.app.statistics.counted`. Alerts are counted anew each time: people handle them."""
        _check(begin, end)
        key = ("statistics", begin, end, sieve, box)
        found = self._once(key, lambda sea: statistics.counted(sea, begin, end, self._known(), sieve, box))
        return {**found, "alerts": statistics.alerts_counted(self._sea(), begin, end, box)}


def _check(begin: int, end: int) -> None:
    if not 0 < end - begin <= LONGEST:
        raise ConfigError("that is no time to ask about", hint=f"end after begin, by {LONGEST / DAY:g} days or less")
