"""Targets that were somebody of their own before they came near a ship: a boat alongside her is not her echo.

A target that was where no ship was, while the ship was heard, is not that ship, however long it then keeps her place and her
speed: it must not take her name, or the rules about boats close to ships would no longer see it. Only where her own target has
left her, and is still seen elsewhere, have the two exchanged their numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.model.clock import MINUTE, SECOND
from selat.model.targets import parts_of
from selat.tracks.contacts import Contacts
from selat.tracks.fuse_near import SILENT, SILENT_STILL, Places
from selat.tracks.slots import ID_BITS

Array = NDArray[Any]
ALONE = 3  #: comparisons (10 s apart) in which no ship was where a target is: from then on it is somebody of its own
PARTED = 3 * MINUTE  #: ns: so long a ship whose target left her may have got another's number
ALIVE = 120.0  #: s: a target without a position for longer is forgotten
_STALE = 12.0  # s: a target without a position for longer is not seen elsewhere


class Loners:
    """What is remembered of them: by lasting number how often they were alone, when last; and whose target left her."""

    def __init__(self) -> None:
        self.target = np.zeros(0, "i8")  #: ascending
        self.count = np.zeros(0, "i8")
        self.at = np.zeros(0, "i8")  #: ns
        self.left = np.zeros((0, 3), "i8")  #: ship, her former target, when (ns)

    def see(self, c: Contacts, places: Places, alone: Array, joined: Array, now: int) -> None:
        """Note who was alone at ``now`` (lasting numbers); who is a ship is nobody of its own any more."""
        slot = places.of(self.target)
        keep = (slot >= 0) & ~np.isin(self.target, joined)
        keep[keep] = (now - c.time[slot[keep]]) / SECOND <= ALIVE
        every = np.union1d(self.target[keep], alone)
        count, at = np.zeros(every.size, "i8"), np.zeros(every.size, "i8")
        old, new = np.searchsorted(every, self.target[keep]), np.searchsorted(every, alone)
        count[old], at[old] = self.count[keep], self.at[keep]
        count[new] += 1
        at[new] = now
        self.target, self.count, self.at = every, count, at

    def part(self, ships: Array, targets: Array, now: int) -> None:
        """Note that targets left the ships that they were."""
        fresh = self.left[now - self.left[:, 2] <= PARTED]
        self.left = np.concatenate([fresh, np.stack([ships, targets, np.full(ships.size, now, "i8")], axis=1)])

    def forget(self, radars: Array) -> None:
        """Who was alone by these radars counts for nothing: they were wrong by more than was thought."""
        keep = ~np.isin(parts_of(self.target >> ID_BITS)[0], radars)
        self.target, self.count, self.at = self.target[keep], self.count[keep], self.at[keep]

    def barred(self, c: Contacts, places: Places, targets: Array, ships: Array, leaving: Array, now: int) -> Array:
        """Of pairs (lasting numbers): was the target somebody else while the ship was heard?

        Not of ships that are ``leaving`` or have left: those whose own target goes another way, seen.
        """
        out = np.zeros(targets.size, bool)
        if not self.target.size:
            return out
        at = np.minimum(np.searchsorted(self.target, targets), self.target.size - 1)
        asked = np.flatnonzero((self.target[at] == targets) & (self.count[at] >= ALONE))
        if not asked.size:
            return out
        slot = places.of(self.left[:, 1])
        elsewhere = (slot >= 0) & ((now - c.time[slot]) / SECOND <= _STALE)
        free = np.concatenate([self.left[elsewhere, 0], leaving])
        heard = _heard(c, places.of(ships[asked]), self.at[at[asked]])
        out[asked] = heard & ~np.isin(ships[asked], free)
        return out

    def state(self) -> dict[str, Any]:
        """All of it as plain arrays."""
        return {name: getattr(self, name).copy() for name in ("target", "count", "at", "left")}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a saved :meth:`state`."""
        for name, value in state.items():
            setattr(self, name, np.array(value))


def _heard(c: Contacts, slots: Array, when: Array) -> Array:
    """Whether ships were heard so lately before moments (ns) that they were compared then."""
    still = np.hypot(c.vx[slots], c.vy[slots]) <= 0.5
    first = when - (np.where(still, SILENT_STILL, SILENT) * SECOND).astype("i8")
    out = np.zeros(slots.size, bool)
    for ring in c.rings():
        time = ring.rows["time"][slots]
        kept = np.arange(time.shape[1]) < ring.n[slots][:, None]
        out |= (kept & (time >= first[:, None]) & (time <= when[:, None])).any(axis=1)
    return out
