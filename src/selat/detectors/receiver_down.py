"""A receiving station whose silence is not by chance.

What it finds
    A station that usually hears so much that its present silence has a chance below 1 in 10,000, by its own rate and scatter as
    learned from the feed. One alert an outage; it ends when what the station hears comes in again. Reports from before the
    silence that come in late (a relay gives out what it kept) do not end it.
Why it matters
    What a silent receiver would have heard is missing from the picture. No ship is called dark for it.
False alarms
    A station on a quiet coast at night, until its nights are learned; a network that sends its data in lumps of many minutes.
Reference
    ITU-R M.1371-5 Annex 1 (how often ships send); the model is selat's (docs/concepts/reception.md).
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

    chance: float = param(1e-4, "1", "Chance of such a silence below", "selat")
    silent: float = param(120.0, "s", "Silent for so long at least", "selat: two minutes of ships under way")


@dataclass(frozen=True)
class ReceiverDown(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "receiver_down"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(1, 1, 900.0, 300.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Stations that are silent; no memory: the model knows since when."""
        out = []
        heard = window.reception.stations.tables["last"].max(initial=0)
        if window.now - heard > self.p.silent * SECOND:
            return [], None  # everything is silent: the rule feed_down tells of that
        for s in window.reception.silent(window.now):
            seconds = (window.now - s.since) / SECOND
            evidence = {
                "seq": self._near(window), "station": s.station, "since": s.since, "seconds": round(seconds, 1),
                "expected": round(s.expected, 1), "chance": s.chance,
            }  # fmt: skip
            out.append(
                Finding(
                    f"station/{s.station}", (), s.since + s.station, float("nan"), float("nan"), evidence, window.now
                )
            )
        return [f for f in out if self.judge(f.evidence) is not None], None

    @staticmethod
    def _near(w: Window) -> list[int]:
        """The newest line of the picture: that something else was heard."""
        seq = w.contacts.seq
        return [int(seq.max())] if seq.size else []

    def judge(self, evidence: Evidence) -> Verdict | None:
        """The chance decides."""
        e, p = evidence, self.p
        if e["chance"] >= p.chance or e["seconds"] < p.silent:
            return None
        odds = f"1 in {min(round(1.0 / max(e['chance'], 1e-9)), 1_000_000_000):,}"
        sentence = (
            f"Nothing has come in from station {e['station']} for {say.span(e['seconds'])} (limit {say.span(p.silent)}), where "
            f"{e['expected']:.0f} reports are usual in that time: the chance of that is {odds} (limit 1 in {1 / p.chance:,.0f})."
        )
        return Verdict(
            "warning", sentence, {"rate": float(np.clip(1.0 - 1000.0 * e["chance"], 0.6, 0.99))},
            ("the network between here and there delivers late", "its aerial was shut down on purpose"),
            "Call whoever keeps the station; watch its waters by other means.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when its reports come in again."""
        return f"Reports of station {evidence['station']} come in again, after {say.span(evidence['seconds'])}."

    def golden(self) -> Golden:
        """Two stations hear eight ships each; one of them falls silent."""
        return _golden()


def _golden() -> Golden:
    parts = []
    for n in range(16):
        until = 2400 if n >= 8 else 3600
        rows = made.sail(563320000 + n, 1.2 + 0.02 * n, 104.0, 9.0, 80.0 + n, range(0, until, 10))
        parts.append(rows.replace(station=np.full(rows.rows, 1 + (n >= 8))))
    statics = made.numbered(*[made.ship(563320000 + n, f"GOLDEN HEARD {n}", 120, 18, 70) for n in range(16)])
    return Golden(made.numbered(*parts), statics, empty("messages"), (("warning", ()),))


DETECTOR = ReceiverDown()
