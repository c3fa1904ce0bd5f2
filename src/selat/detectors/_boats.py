"""Small craft at sea: those that a radar or a camera sees and that send nothing, and those of AIS that say little."""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.detectors import _kinds as kinds
from selat.detectors import _ships as fleet
from selat.detectors._ships import Array, Ships
from selat.model.clock import HOUR
from selat.model.targets import of_nobody
from selat.tracks.contacts import Contacts
from selat.tracks.kinds import Kind
from selat.tracks.window import Window

DUSK, DAWN = (
    19.0,
    6.0,
)  #: local mean time; 87 % of robberies in the Singapore Strait lie between 18 and 6 h (IFC, H1 2023)


def unseen(c: Contacts, s: Ships) -> Array:
    """Of each ship: is it a target of a radar or a camera without AIS? Not from AIS, under a number that nobody has.

    Targets that are ships of AIS (:mod:`selat.tracks.fuse`) are not among ``s``.
    """
    out: Array = (s.kind == int(Kind.VESSEL)) & (c.msg_type[s.slot] == 0) & of_nobody(s.mmsi)
    return out


def small(s: Ships, length: float) -> Array:
    """Craft of up to ``length`` m that do no other work, and those that declare neither type nor length."""
    work = fleet.among(s.type, (*kinds.CALLERS, *fleet.TOWING, 52)) | fleet.among(s.type // 10, (4, 6))
    mute = np.isnan(s.length) & ((s.type == 0) | (s.kind == int(Kind.CLASS_B)))
    out: Array = ~work & ((s.length <= length) | mute)
    return out


def hour(now: int, lon: Any) -> Any:
    """Local mean time (h) at a longitude (deg)."""
    return (now / HOUR + np.asarray(lon) / 15.0) % 24.0


def night(h: float) -> bool:
    """True between dusk and dawn, local mean time."""
    return h >= DUSK or h < DAWN


def radar(w: Window) -> bool:
    """Does anything but AIS see small craft here? Any target without AIS in the picture says so."""
    s = fleet.craft(w)
    return bool(unseen(w.contacts, s).any())
