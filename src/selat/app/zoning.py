"""Zones that are changed while a watch runs: from which moment of the picture which zones hold, also after a restart.

Every change of a zone is an entry of the sea's audit log, so the zones after any entry can be had again
(:func:`selat.store.registry.zones_after`). A change takes effect from the moment after the last one that the floor has
evaluated; that moment and the entry's number are written into the journal between the blocks that were received before
and after, and the floor's saved state names both. A restart that reads the journal again therefore judges each moment
by the zones that it was judged by before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from selat.app.floor import Floor
from selat.store import registry
from selat.store.state_types import HasEngine
from selat.tracks.lanes import Lanes
from selat.tracks.world import World
from selat.tracks.zones import Zones

KEPT = 4  #: worlds that are remembered
KEY = "world"  #: in a journal's reference: number of the audit log's entry after which the zones hold


class Zoning:
    """The zones of a floor's world, over time. ``state`` is the sea's; what else the world holds stays as it is.

    ``number``: the entry of the audit log after which the floor's world has its zones.
    """

    def __init__(self, state: HasEngine, floor: Floor, number: int) -> None:
        self._state, self._floor = state, floor
        self._made: dict[int, World] = {number: floor.world}
        self.number = floor.world_number = number  #: where the floor is, or will be when all changes have taken effect

    def at(self, number: int) -> World:
        """The world with the zones as they were after an entry of the log; -1: before the first."""
        if number not in self._made:
            last = next(reversed(self._made.values()))
            zones = Zones(registry.zones_after(self._state, number))
            self._made[number] = replace(last, zones=zones, lanes=Lanes(last.lanes.counts, zones))
            while len(self._made) > KEPT:
                del self._made[next(iter(self._made))]
        return self._made[number]

    def restore(self, state: Mapping[str, Any]) -> None:
        """The floor goes on from a saved state, in the world it had."""
        self._floor.restore(state, self.at)
        self.number = self._floor.last_number

    def begin(self, references: Iterable[Mapping[str, Any] | None]) -> None:
        """The journal is read from its begin: in the world from before its first change."""
        first = next((r for r in references if r is not None and KEY in r), None)
        if first is not None:
            self._floor.world = self.at(int(first["before"]))
            self.number = self._floor.world_number = int(first["before"])

    def noted(self, reference: Mapping[str, Any]) -> None:
        """A change as the journal has it."""
        if KEY in reference and int(reference[KEY]) != self.number:
            self._take(int(reference[KEY]), int(reference["since"]))

    def look(self) -> dict[str, Any] | None:
        """Takes what was changed since the last look; what the journal has to note of it, or None."""
        number = registry.zones_number(self._state, self.number)
        if number == self.number:
            return None
        note = {KEY: number, "before": self.number, "since": self._floor.next_tick}
        self._take(number, note["since"])
        return note

    def _take(self, number: int, since: int) -> None:
        self.number = number
        self._floor.change(since, number, self.at(number))
