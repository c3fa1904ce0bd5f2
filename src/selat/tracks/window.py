"""Window: what a detector sees at one instant of event time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels.segments import Traced
from selat.model.columns import Columns
from selat.tracks.contacts import Contacts
from selat.tracks.reception import Reception
from selat.tracks.world import World


@dataclass(frozen=True, slots=True)
class Window:
    """The picture at ``now`` (ns, event time), and what is new since the last window.

    ``reports`` are in order of time, late ones first; ``traced`` says for each which contact it belongs to and what
    became of it, ``mark`` whether it was late (:mod:`selat.tracks.reorder`). ``messages`` are texts and binary
    messages. ``contacts`` is to be read only; ``reception`` says how well ships are heard. Windows come at every tick
    (1 s) in which something was heard, and at every full 10 s of event time; what a detector concludes may depend on
    nothing else.
    """

    now: int
    reports: Columns
    mark: NDArray[np.uint8]
    traced: Traced
    messages: Columns
    contacts: Contacts
    world: World = field(default_factory=World)
    reception: Reception = field(default_factory=Reception)

    def at(self, every: int) -> bool:
        """True at the full ``every`` ns of event time: for rules that look at the picture, not at rows."""
        return self.now % every == 0

    def ids(self, slots: Any) -> list[int]:
        """Lasting numbers of contacts in these slots."""
        return [int(i) for i in self.contacts.ids()[np.asarray(slots)]]
