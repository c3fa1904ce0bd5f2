"""What one reader sees: the files of one generation, held while it reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from selat.model.schema import TABLES
from selat.store.history import Part
from selat.store.latest import Latest
from selat.store.layout import Layout, Pin
from selat.store.scan import Where, read_rows
from selat.store.state import State


@dataclass(slots=True)
class View:
    """A pinned generation of the manifest, its files and the last positions then.

    ``hidden``: numbers of stations whose rows are not for this reader.
    """

    layout: Layout
    state: State
    generation: int
    parts: list[Part]
    latest: dict[str, bytes]
    pin: Pin
    hidden: tuple[int, ...] = ()

    def ships(self) -> Latest:
        """Last positions and declarations of all ships."""
        latest = Latest(self.latest.get("latest_reports"), self.latest.get("latest_statics"))
        return latest if not self.hidden else self._released(latest)

    def _released(self, latest: Latest) -> Latest:
        """The last that may be seen: of ships whose newest row is hidden, the newest of the history that is not."""
        out = Latest()
        for rows in (latest.reports, latest.statics):
            kept = ~np.isin(rows["station"], self.hidden)
            ships = tuple(np.unique(rows["mmsi"][~kept]).tolist())
            out.update(rows.take(kept))
            if ships:
                name = rows.table.name
                where = Where(ships=ships, hidden=self.hidden)
                out.update(read_rows(self.layout.history, self.parts, name, where, TABLES[name].names))
        return out

    def close(self) -> None:
        """Let the files go."""
        self.pin.close()


def pin_view(layout: Layout, state: State, hidden: tuple[int, ...] = ()) -> View:
    """See the newest generation.

    The pin stands before the manifest is read: a file that is replaced after that reading is replaced by a generation
    above the pinned one, and a sweep that comes later finds the pin.
    """
    pin = Pin(layout, state.generation())
    try:
        generation, parts, latest = state.now(("latest_reports", "latest_statics"))
    except BaseException:
        pin.close()
        raise
    return View(layout, state, generation, parts, latest, pin, hidden)
