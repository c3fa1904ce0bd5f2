"""A ship that falls silent where she would be heard.

What it finds
    A ship under way that has not been heard for a quarter of an hour or 20 of her reporting intervals, whichever is
    longer, although at least 20 reports were expected from where her course took her and a silence as long has a chance
    below 1 in 1,000: the reception there is learned from the feed itself (cell, class, station, how well she was heard
    before, the neighbours that are heard meanwhile). Where a radar whose target she was still sees
    her, the sentence says where. One alert a silence; when she is heard again it says how long she
    was gone, how far she came, and how fast that would have been.
Why it matters
    Switching off is how ships meet, fish and discharge unseen; and a ship that burns or sinks falls silent too.
False alarms
    Shadow of a hill or a large ship beside her, a failing aerial, slots crowded out, a power failure on board: the
    chance tells how rare that is here. Not judged: class B (switched off at will, and sent at low power), craft below
    20 m, naval and law enforcement vessels, ships at anchor, moored or in a port, ships whose course leaves the
    coverage (then few reports are expected) or ends on the shore. A silent receiver is told of as such and makes no
    ship dark: times at which less than half of what is usual was heard of others do not count.
Reference
    ITU-R M.1371-5 Annex 1, Table 1 (intervals); GFW AIS disabling (12 h, 14 positions before) and Skylight (6 h) for
    what others ask; a gap probability model that reaches gaps of an hour: PLoS ONE 2018, e0201640. The limits are
    selat's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _ships as fleet
from selat.detectors import _silence as quiet
from selat.detectors._life import Pace
from selat.model.clock import MINUTE
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.kinds import Kind
from selat.tracks.window import Window

FREE = (35, 55)  #: naval and law enforcement vessels are free to switch off


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    silent: float = param(900.0, "s", "Not heard for so long", "behaviours 2.3: 15 min under way in terrestrial cover")
    intervals: float = param(20.0, "1", "... and for so many of her reporting intervals", "behaviours 2.3")
    expected: float = param(
        20.0, "1", "Reports that should have been heard, at times when half of the usual was", "selat"
    )
    chance: float = param(1e-3, "1", "Chance of such a silence below", "behaviours 2.3")
    others: float = param(20.0, "1", "Reports of others from around meanwhile", "selat: the neighbours still heard")
    speed: float = param(2 * KNOT, "m/s", "Slower ships are not judged", "selat: class A sends every 3 min at rest")
    length: float = param(20.0, "m", "Shorter craft are not judged", "SOLAS V/19 binds ships of 300 GT")
    longest: float = param(6 * 3600.0, "s", "Silences that are longer are history", "Skylight: 6 h")
    reports: int = param(20, "1", "Positions heard of her before", "GFW: 14 in the 12 hours before")
    coast: float = param(0.0, "m", "A course that ends nearer to the shore ends in a port", "selat")


@dataclass(frozen=True)
class Dark(quiet.SilenceRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "dark"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(1, 1, 900.0, 60.0))

    def silent(self, w: Window, told: dict[str, Evidence]) -> list[Finding]:
        """Ships under way that were not heard for long enough, and whose silence is not by chance."""
        p = self.p
        slots = quiet.candidates(w, p.silent, p.intervals, p.speed, p.longest, p.reports)
        length, types = w.contacts.length()[slots], w.contacts.static("ship_type")[slots]
        bound = (w.contacts.kind[slots] != Kind.CLASS_B) & ~(length < p.length) & ~np.isin(types, FREE)
        slots = quiet.outside(w, slots[bound], 0.0, "port", "anchorage")
        if not slots.size:
            return []
        s = quiet.ask(w, slots)
        good = (s.asked.none < p.chance) & (s.asked.clearly >= p.expected) & (s.asked.others >= p.others)
        good &= ~(s.shore < p.coast)
        return [quiet.finding(w, s, k) for k in np.flatnonzero(good).tolist()]

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Expected, and not heard: the chance decides."""
        e, p = evidence, self.p
        if e["none"] >= p.chance or e["clearly"] < p.expected or e["others"] < p.others or e["seconds"] < p.silent:
            return None
        who = e["ship"]
        odds = quiet.odds(e["none"])
        sentence = (
            f"{fleet.the(who)} has not been heard for {say.span(e['seconds'])} (limit {say.span(p.silent)}), last on "
            f"{say.bearing(who['course'])} at {say.speed(who['speed'])}; {e['expected']:.0f} reports should have come in, and "
            f"{e['others']:.0f} came from others around: the chance of it is {odds} (limit 1 in {1 / p.chance:,.0f})."
        )
        sentence += quiet.still_seen(e)
        if e["back"] is not None:
            sentence = f"{quiet.returned(e, f' (limit {say.span(p.silent)})')}. Such a silence had a chance of {odds}."
        sure = {
            "reception": float(np.clip(1.0 - 100.0 * e["none"], 0.5, 0.99)),
            "learned": 0.95 if e["taught"] >= 10 else 0.8,
            "neighbours": 0.95 if e["others"] >= 20 else 0.75,
            "identity": fleet.known(who),
        }
        return Verdict(
            "warning", sentence, sure,
            ("her aerial or power failed", "something between her and the receiver", "she is in a harbour that is not declared"),
            "Call her by name; look at radar and ask ships near her last position.",
        )  # fmt: skip

    def golden(self) -> Golden:
        """Twelve ships are heard well for an hour; one of them falls silent, and the others go on."""
        return _golden()


def _golden() -> Golden:
    every = range(0, 7200, 10)
    parts = [
        made.sail(563310000 + n, 1.30 + 0.01 * n, 104.30, 6.0 + 0.2 * n, 70.0 if n % 2 else 250.0, every)
        for n in range(12)
    ]
    parts.append(made.sail(563310099, 1.36, 104.32, 7.0, 70.0, range(0, 4200, 10)))
    statics = made.numbered(*[made.ship(563310000 + n, f"GOLDEN {n}", 120, 18, 70) for n in (*range(12), 99)])
    return Golden(made.numbered(*parts), statics, empty("messages"), (("warning", (563310099,)),))


DETECTOR = Dark()
