"""A ship that sails under the IMO number of a hull that is no more.

What it finds
    An IMO number of a list of scrapped and lost hulls, declared by a ship that is heard. Judged every minute. A warning,
    with whose list says so and since when.
Why it matters
    The number stays with the hull for good. Who uses that of a dead one wants to be taken for somebody else.
False alarms
    Registers lag and err: a hull that was sold for scrap and sails on. A slip of the keys that passes the check digit is
    one in ten.
Reference
    IMO A.1117(30) (the number is never given again); behaviours 2.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _listed as lists
from selat.detectors._life import Pace, PictureRule
from selat.model.clock import MINUTE
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.watchlist import Entry
from selat.tracks import say
from selat.tracks.lists import Lists
from selat.tracks.window import Window
from selat.tracks.world import World


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    score: float = param(1.0, "1", "Score of the match", "IMO A.1117(30): by the IMO number only")
    reports: int = param(2, "1", "Reports heard of her", "selat")


@dataclass(frozen=True)
class ZombieImo(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "zombie_imo"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(1, 3, 21600.0, 86400.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Ships that match; memory: who did."""
        found, memory = lists.listed(window, "scrapped", memory)
        return [f for f in found if self.judge(f.evidence) is not None], memory

    def judge(self, evidence: Evidence) -> Verdict | None:
        """The number is that of a dead hull."""
        e, p, who, entry = evidence, self.p, evidence["ship"], evidence["entry"]
        if e["score"] < p.score or e["reports"] < p.reports:
            return None
        since = f" since {entry['since']}" if entry["since"] else ""
        why = f", {entry['reason'][:100]}" if entry["reason"] else ""
        sentence = (
            f"{who['name']} (MMSI {who['mmsi']:09d}) declares IMO {who['imo']}, of {entry['name'] or 'a hull'} that is "
            f"no more{since}{why} (list {entry['source'][:60]}): matched by {e['basis']}, score {e['score']:.1f} "
            f"(limit {p.score:.1f})."
        )
        return Verdict(
            "warning", sentence, {"match": 0.9, "list": 0.9 if entry["since"] else 0.8},
            ("the list errs: she was never scrapped", "a slip of the keys"),
            f"Ask for her papers; look at her where she is, {say.place(who['lat'], who['lon'])}.",
        )  # fmt: skip

    def golden(self) -> Golden:
        """A tanker under the number of a scrapped one; another under her own."""
        reports = made.numbered(*[
            made.sail(563580001 + n, 1.30 + 0.05 * n, 104.3, 9.0, 80.0, range(0, 600, 10)) for n in range(2)
        ])  # fmt: skip
        statics = made.numbered(*[
            made.ship(563580001 + n, f"GOLDEN PHANTOM {n}", 240, 40, 80).replace(imo=np.array([imo]))
            for n, imo in enumerate((9074729, 9176187))
        ])  # fmt: skip
        entry = Entry("scrapped", "made up", imo=9074729, name="GOLDEN DEAD", since="2021-05-01", reason="broken up")
        world = World(lists=Lists([entry]))
        return Golden(reports, statics, empty("messages"), (("warning", (563580001,)),), world)


DETECTOR = ZombieImo()
