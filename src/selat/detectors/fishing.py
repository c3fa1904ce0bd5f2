"""A ship that fishes.

What it finds
    A ship that moves as ships do that fish: for 20 minutes and more at 1 to 9 knots, over 500 m and more, turning all the
    while for the way she makes; or one that declares herself a fishing vessel and goes at the even, slow speed of a haul
    (1.5 to 4.2 knots, never below half of the mean). Who declares nothing must make 1.5 knots, two miles off the shore.
    Judged every 5 minutes, told after 20 minutes. Always a caution: it is recorded.
Why it matters
    A ship that fishes cannot keep clear, and her nets reach behind her. Who fishes, where and how long is what closed
    areas, licences and stocks are judged by.
False alarms
    Survey, dredging, waiting and practising look alike; so types that say other work are left out, and so are ports and
    anchorages. Craft that say nothing count less.
Reference
    Global Fishing Watch (events over 20 minutes, more than 5 points, mean below 10 kn, over 500 m); RTEC maritime
    (trawling, 1 to 9 kn with changes of heading); the motion is that of selat's tracks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _fisher as gear
from selat.detectors import _golden as made
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.detectors._seas import voyage
from selat.model.clock import MINUTE
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.tracks import say
from selat.tracks.window import Window


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    lasting: float = param(1200.0, "s", "Moves so for so long", "GFW: 20 min")
    like: float = param(0.5, "1", "How sure the motion must be", "selat: motion state of tracks")
    points: int = param(5, "1", "Positions, more than", "GFW: 5 points")
    gross: float = param(500.0, "m", "Way made, more than", "GFW: 500 m")


@dataclass(frozen=True)
class Fishing(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "fishing"
    every: int = 5 * MINUTE
    pace: Pace = field(default_factory=lambda: Pace(2, 9, 3600.0, 4 * 3600.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Ships that move as those do that fish, outside ports and anchorages."""
        f, p = gear.fishers(window), self.p
        use = (
            (f.like >= p.like)
            & (f.features.span >= p.lasting)
            & (f.features.n > p.points)
            & (f.features.gross > p.gross)
        )
        found = []
        for k in np.flatnonzero(use & ~gear.sheltered(window, f)).tolist():
            told, track = gear.evidence(window, f, k)
            found.append(gear.finding(window, f, k, int(track.time[0]), told, track))
        return fleet.so(self, found), None

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Long enough, far enough, and like it."""
        e, p = evidence, self.p
        if e["like"] < p.like or e["span"] < p.lasting or e["points"] <= p.points or e["gross"] <= p.gross:
            return None
        sentence = (
            f"{fleet.the(e['ship'])} moves as ships do that fish: for {say.span(e['span'])} (limit {say.span(p.lasting)}) "
            f"{gear.how(e)}."
        )
        parts = {"motion": e["like"], "declared": 1.0 if e["declared"] else 0.6}
        return Verdict(
            "caution", sentence, parts, ("she surveys, searches, waits or practises",),
            "None; keep clear of her gear.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when she goes on or lies."""
        return f"{evidence['ship']['name']} does not move like a fishing vessel any more."

    def golden(self) -> Golden:
        """A trawler tows to and fro; another goes home at 8 knots."""
        legs = [(3.0, 60.0 + 180.0 * (n % 2) + 25.0 * (n % 3), 420.0) for n in range(12)]
        reports = made.numbered(
            voyage(563690001, 2.80, 104.50, legs), voyage(563690002, 2.90, 104.50, [(8.0, 200.0, 5000.0)])
        )
        statics = made.numbered(
            made.ship(563690001, "GOLDEN TRAWLER", 24, 7, 30), made.ship(563690002, "GOLDEN HOMEBOUND", 24, 7, 30)
        )
        return Golden(reports, statics, empty("messages"), (("caution", (563690001,)),))


DETECTOR = Fishing()
