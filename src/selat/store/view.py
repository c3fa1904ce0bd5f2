"""What one reader sees: the files of one generation, held while it reads."""

from __future__ import annotations

from dataclasses import dataclass

from selat.store.history import Part
from selat.store.latest import Latest
from selat.store.layout import Layout, Pin
from selat.store.state import State


@dataclass(slots=True)
class View:
    """A pinned generation of the manifest, its files and the last positions then."""

    layout: Layout
    state: State
    generation: int
    parts: list[Part]
    latest: dict[str, bytes]
    pin: Pin

    def ships(self) -> Latest:
        """Last positions and declarations of all ships."""
        return Latest(self.latest.get("latest_reports"), self.latest.get("latest_statics"))

    def close(self) -> None:
        """Let the files go."""
        self.pin.close()


def pin_view(layout: Layout, state: State) -> View:
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
    return View(layout, state, generation, parts, latest, pin)
