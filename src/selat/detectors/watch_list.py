"""A ship that is on a watch list of the user's.

What it finds
    A ship whose IMO number, MMSI, or name and call sign match an entry of a list that was brought (`selat check` shows
    the lists); the sentence says what matched and with which score. Judged every minute. A warning from a score of 0.7
    on; below (a name alone, or an MMSI of another IMO number) nothing is said unless `least` is lowered: then a
    caution.
Why it matters
    Somebody wanted to know when she comes.
False alarms
    MMSI go to another ship with the flag, and names are common: the basis is always told. Lists that are out of date.
Reference
    Scores: selat.tracks.lists; behaviours 2.2.
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

    score: float = param(0.7, "1", "A warning from this score on", "selat: call sign and nearly the name")
    least: float = param(0.7, "1", "Nothing below; lower it for names alone", "selat: namesakes are many")
    reports: int = param(2, "1", "Reports heard of her", "selat")


@dataclass(frozen=True)
class WatchList(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "watch_list"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(1, 3, 21600.0, 86400.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Ships that match; memory: who did."""
        found, memory = lists.listed(window, "watch", memory)
        return [f for f in found if self.judge(f.evidence) is not None], memory

    def judge(self, evidence: Evidence) -> Verdict | None:
        """The score decides."""
        e, p, who, entry = evidence, self.p, evidence["ship"], evidence["entry"]
        if e["score"] < p.least or e["reports"] < p.reports:
            return None
        why = f" ({entry['reason'][:120]})" if entry["reason"] else ""
        sentence = (
            f"{who['name']} (MMSI {who['mmsi']:09d}) may be {entry['name'] or 'a ship'} of the list {entry['source'][:60]}{why}: "
            f"matched by {e['basis']}, score {e['score']:.1f} (limit {p.score:.1f}), at {say.place(who['lat'], who['lon'])}."
        )
        return Verdict(
            "warning" if e["score"] >= p.score else "caution", sentence, {"match": e["score"]},
            ("the number was given to another ship since", "another ship of that name", "the list is out of date"),
            "Check her identity; do what the list asks for.",
        )  # fmt: skip

    def golden(self) -> Golden:
        """One ship of a list by her IMO number, one by her name alone, and one that only shares a word."""
        reports = made.numbered(*[
            made.sail(563570001 + n, 1.30 + 0.05 * n, 104.3, 9.0, 80.0, range(0, 600, 10)) for n in range(3)
        ])  # fmt: skip
        names = ("GOLDEN WANTED", "GOLDEN NAMESAKE", "GOLDEN")
        statics = made.numbered(*[
            made.ship(563570001 + n, name, 120, 18, 70).replace(imo=np.array([9074729 if n == 0 else 0]))
            for n, name in enumerate(names)
        ])  # fmt: skip
        entries = (
            Entry("watch", "made up", imo=9074729, name="OLD NAME", reason="seen taking cargo at night"),
            Entry("watch", "made up", name="GOLDEN NAMESAKE"),
        )
        expect = (("warning", (563570001,)),)
        return Golden(reports, statics, empty("messages"), expect, World(lists=Lists(entries)))


DETECTOR = WatchList()
