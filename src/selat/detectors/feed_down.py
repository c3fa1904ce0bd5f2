"""Everything is silent: no report of anybody, by any station.

What it finds
    No report at all for 2 minutes and longer, where by the rates of all stations together such a silence has a chance
    below 1 in a million. One alert a silence; it ends with the first report. The picture's clock is the newest report: it
    stands still while everything is silent, so this is told when the first report after it comes (or one of a feed that
    is hours late); the page of the watch shows at once that nothing comes in.
Why it matters
    The picture of that time is empty because nobody listened, not because nobody was there. No ship is called dark for it.
False alarms
    A recording with a hole, or one that was put together from pieces.
Reference
    The rates are learned from the feed (docs/concepts/reception.md); behaviours 2.11.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors._life import Pace, PictureRule
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.tracks import say
from selat.tracks.window import Window


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    silent: float = param(120.0, "s", "Nothing heard for so long", "selat: as a single receiver")
    chance: float = param(1e-6, "1", "Chance of such a silence below", "selat")


@dataclass(frozen=True)
class FeedDown(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "feed_down"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(1, 1, 900.0, 60.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """All stations together."""
        every = window.reception.stations.silent(window.now, limit=2.0)
        since = max((s.since for s in every if s.since > 0), default=0)
        seq = window.contacts.seq
        if not since or not seq.size or window.now - since < self.p.silent * SECOND:
            return [], None
        evidence = {
            "seq": [int(seq.max())], "since": since, "seconds": round((window.now - since) / SECOND, 1),
            "stations": len(every), "expected": round(sum(s.expected * _share(s.since, since, window.now) for s in every), 1),
            "chance": float(np.prod([s.chance for s in every])),
        }  # fmt: skip
        finding = Finding("feed", (), since, float("nan"), float("nan"), evidence, window.now)
        return [finding] if self.judge(evidence) is not None else [], None

    def judge(self, evidence: Evidence) -> Verdict | None:
        """The chance decides."""
        e, p = evidence, self.p
        if e["seconds"] < p.silent or e["chance"] >= p.chance:
            return None
        odds = f"1 in {min(round(1.0 / max(e['chance'], 1e-12)), 1_000_000_000):,}"
        sentence = (
            f"Nothing was heard by any of {e['stations']} station{'s' * (e['stations'] != 1)} for {say.span(e['seconds'])} (limit "
            f"{say.span(p.silent)}), where {e['expected']:.0f} reports are usual: the chance of that is {odds} (limit 1 in "
            f"{1 / p.chance:,.0f})."
        )
        return Verdict(
            "warning", sentence, {"rate": 0.99}, ("the recording has a hole",),
            "Look after the connection; keep watch by other means; trust no silence of this time.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when something is heard again."""
        return f"Reports come in again; nothing was heard from {say.clock(evidence['since'])} UTC on."

    def golden(self) -> Golden:
        """Eight ships are heard, then nothing for a quarter of an hour, then all again."""
        times = [*range(0, 1800, 10), *range(2700, 3300, 10)]
        parts = [made.sail(563500000 + n, 1.2 + 0.02 * n, 104.0, 9.0, 80.0 + n, times) for n in range(8)]
        statics = made.numbered(*[made.ship(563500000 + n, f"GOLDEN HUSH {n}", 120, 18, 70) for n in range(8)])
        return Golden(made.numbered(*parts), statics, empty("messages"), (("warning", ()),))


def _share(own: int, since: int, now: int) -> float:
    """Share of a station's own silence that lies in the silence of all."""
    return (now - since) / max(now - own, 1)


DETECTOR = FeedDown()
