"""One transponder of the exercise: who she says she is, and how she moves."""

from __future__ import annotations

from dataclasses import dataclass

from selat.exercise.traffic import Move

FOREVER = float("inf")


@dataclass(frozen=True, slots=True)
class Ship:
    """One transponder. Lengths in metres; ``cls`` A, B, S (search aircraft) or M (fixed: mark or base station).

    ``status``: navigational status while she sails; ``berthed``: while she lies still. ``destinations``: on the way
    out and back. ``on``, ``off``: seconds since the start between which she transmits. ``crab``: heading minus course.
    ``so``: class B of the self-organising sort. ``noise``: metres (1 sigma) of her position's noise. ``skew``: seconds
    by which her clock is ahead. ``lacks``: what her unit never says: sog, cog, heading, rot, size.
    """

    mmsi: int
    name: str
    kind: str
    cls: str
    ship_type: int
    move: Move
    length: int = 0
    beam: int = 0
    draught: float = 0.0
    callsign: str = ""
    imo: int = 0
    destinations: tuple[str, str] = ("", "")
    status: int = 0
    berthed: int = 5
    crab: float = 0.0
    on: float = 0.0
    off: float = FOREVER
    so: bool = False
    noise: float = 0.8
    skew: float = 0.0
    lacks: tuple[str, ...] = ()
