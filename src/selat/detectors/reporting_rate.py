"""A ship that reports far more seldom than her class and speed ask for.

What it finds
    Over the last 15 minutes a ship under way (class A, or B above 2 knots) whose reports came in at less than a third of
    the rate that her class, speed and status ask for, though so much of what others send from there is heard that a
    count so low has a chance below 1 in 100,000; she made way all the time, and was never silent for more than 5 minutes.
    Judged every minute. A caution.
Why it matters
    A unit set to send seldom, a failing aerial, or somebody who switches on only now and then.
False alarms
    Slots that collide in crowded waters, a low aerial in the shadow of hills: then a ship is heard little at all times,
    and the sentence says what others are heard there. Long messages of stations that keep ships in assigned mode.
Reference
    ITU-R M.1371-5 Annex 1, Tables 1 and 2 (intervals); behaviours 2.3 (three times the nominal).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.features import over
from selat.tracks.intervals import nominal
from selat.tracks.kinds import Kind
from selat.tracks.trail import RECENT_EVERY
from selat.tracks.window import Window


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    window: float = param(900.0, "s", "Counted over", "selat: as long as a silence that is dark")
    times: float = param(3.0, "1", "More seldom than asked for by more than this factor", "behaviours 2.3")
    chance: float = param(1e-5, "1", "Chance of a count so low below", "selat")
    heard: float = param(
        0.5, "1", "Of others' reports from there, heard at least", "selat: else the reception is too poor"
    )
    clear: float = param(0.85, "1", "Heard from others meanwhile, of what is usual", "selat: else a receiver fails")
    speed: float = param(3.5 * KNOT, "m/s", "She made way all the time at more than", "selat: above 3 knots (Table 1)")
    late: float = param(300.0, "s", "Never silent for longer", "selat: else she is silent, not seldom")


@dataclass(frozen=True)
class ReportingRate(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "reporting_rate"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(3, 5, 900.0, 3600.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Count all contacts, then ask the reception about the few that are low."""
        p, c = self.p, window.contacts
        use = (c.kind <= Kind.CLASS_B) & (window.now - c.time < p.late * SECOND) & (c.sog > p.speed) & (c.reports >= 4)
        use &= window.now - c.begun > round(p.window * SECOND)
        slot = np.flatnonzero(use)
        if not slot.size:
            return [], None
        n, since = _count(c, slot, window.now - round(p.window * SECOND))
        every = nominal(c.kind[slot], c.sog[slot], c.status[slot])
        span = (window.now - since) / SECOND
        due = span / np.maximum(every, RECENT_EVERY / SECOND)
        low = np.flatnonzero(n * p.times < due * 0.9)
        if not low.size:
            return [], None
        slot, n, span = slot[low], n[low], span[low]
        f = over(c, slot, window.now, p.window)
        every = np.maximum(
            every[low], nominal(c.kind[slot], np.nan_to_num(f.least), c.status[slot])
        )  # the slowest allowed
        every = np.maximum(every, RECENT_EVERY / SECOND)
        a = window.reception.ask(c.lat[slot], c.lon[slot], c.kind[slot], span, every)
        due = span / every
        want = due * a.chance * a.ratio
        good = (
            (n * p.times < want)
            & (f.least > p.speed)
            & (a.chance * a.ratio >= p.heard)
            & (a.ratio >= p.clear)
            & (a.others >= 20.0)
        )
        found = []
        for k in np.flatnonzero(good).tolist():
            steps = np.diff(c.recent(int(slot[k])).time) / SECOND
            gap = float(steps[-int(n[k]) :].max(initial=0.0))
            evidence = {
                "gap": round(gap, 1), "ship": _who(window, int(slot[k])), "count": int(n[k]), "due": round(float(due[k]), 1),
                "interval": float(every[k]), "heard": round(float(a.chance[k] * a.ratio[k]), 3),
                "seconds": round(float(span[k]), 1),
                "others": round(float(a.others[k]), 0), "own": round(float(a.own[k]), 2),
                "seq": [int(q) for q in c.recent(int(slot[k])).seq[-20:] if q >= 0] or [int(c.seq[slot[k]])],
            }  # fmt: skip
            ids = window.ids([int(slot[k])])
            start = int(window.now - round(span[k] * SECOND))
            found.append(
                Finding(
                    str(ids[0]), (int(c.mmsi[slot[k]]),), start, float(c.lat[slot[k]]), float(c.lon[slot[k]]), evidence,
                    int(c.time[slot[k]]),
                )
            )  # fmt: skip
        return [f for f in found if self.judge(f.evidence) is not None], None

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Too few, and not by chance."""
        e, p, who = evidence, self.p, evidence["ship"]
        want = e["due"] * e["heard"]
        none = _chance(e["count"], e["due"], e["heard"])
        if e["gap"] > p.late:
            return None  # she was silent for a while, and reports as she should else
        if e["heard"] < p.heard or e["count"] * p.times >= want or none >= p.chance:
            return None
        sentence = (
            f"{fleet.the(who)} reports once in {say.span(e['seconds'] / max(e['count'], 1))} at {say.speed(who['speed'])}, where "
            f"{e['interval']:.0f} s are asked for (limit {p.times:.0f} times): {e['count']} reports in {say.span(e['seconds'])}, "
            f"{want:.0f} should have been heard, as {100 * e['heard']:.0f} % of others' are there."
        )
        return Verdict(
            "caution", sentence, {"margin": fleet.over(want, e["count"] * p.times + 1.0), "reception": 0.85},
            ("her aerial is low, or shadowed", "slots collide there", "a base station assigns her a lower rate"),
            "Tell her that her AIS is heard badly.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when she reports as she should."""
        return f"{evidence['ship']['name']} reports as often as she should again."

    def golden(self) -> Golden:
        """Ten ships report every 10 s, one of them every 80 s from half an hour on."""
        parts = [made.sail(563540000 + n, 1.30 + 0.005 * n, 104.30, 9.0, 80.0, range(0, 5400, 10)) for n in range(10)]
        parts.append(made.sail(563540099, 1.33, 104.30, 9.0, 80.0, [*range(0, 1800, 10), *range(1800, 5400, 80)]))
        statics = made.numbered(*[made.ship(563540000 + n, f"GOLDEN BEAT {n}", 120, 18, 70) for n in (*range(10), 99)])
        return Golden(made.numbered(*parts), statics, empty("messages"), (("caution", (563540099,)),))


def _count(c: Any, slot: Any, since: int) -> tuple[Any, Any]:
    """Positions remembered of each contact since a time (ns), and from when on they are all remembered."""
    ring = c.rings()[0]
    length = ring.rows.shape[1]
    time = np.where(
        np.arange(length)[None, :] < np.minimum(ring.n[slot], length)[:, None], ring.rows["time"][slot], since - 1
    )
    oldest = np.where(ring.n[slot] >= length, time.min(axis=1), since)
    begin = np.maximum(since, oldest)
    return (time > begin[:, None]).sum(axis=1), begin


def _chance(count: int, due: float, share: float) -> float:
    """Chance of ``count`` or fewer of ``due`` reports, each heard by ``share``, by Chernoff's bound."""
    got, p = min(count / max(due, 1.0), 1.0), min(share, 0.999)
    if got >= p:
        return 1.0
    d = got * np.log(max(got, 1e-12) / p) + (1.0 - got) * np.log((1.0 - got) / (1.0 - p))
    return float(np.exp(-max(due, 0.0) * d))


def _who(w: Window, slot: int) -> Evidence:
    c = w.contacts
    return {
        "mmsi": int(c.mmsi[slot]), "name": c.name(slot), "type": int(c.static("ship_type")[slot]),
        "speed": fleet.real(c.sog[slot], 2), "status": int(c.status[slot]), "class_b": bool(c.kind[slot] == Kind.CLASS_B),
    }  # fmt: skip


DETECTOR = ReportingRate()
