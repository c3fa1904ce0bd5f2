"""A ship that declares herself not under command, and moves like one.

What it finds
    Navigational status 2 in at least two reports, of a ship that declared another status before and was under way then
    (faster than 1 knot in the hour before), and that has slowed: below 6 knots, or to less than 0.7 of her speed before.
    A ship that declared it from the first moment on counts where she really drifts. Judged every 30 s. A warning; an
    alarm in a lane, separation zone, deep-water route or precautionary area.
Why it matters
    She cannot keep out of the way of others (COLREGs rule 3(f)), and without help she goes where the stream does.
False alarms
    A stale status is the commonest error of AIS: ships that never changed it are left out unless they drift, and so are
    ships that lay still before, or that keep their speed for 10 minutes.
Reference
    COLREGs rules 3(f), 18 and 27(a); ITU-R M.1371-5 Table 45; behaviours 2.1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from selat.detectors import _declared as said
from selat.detectors import _golden as made
from selat.detectors import _places as near
from selat.detectors import _seas as seas
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.model.clock import SECOND
from selat.model.columns import concat, empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.motion import Motion
from selat.tracks.window import Window


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    reports: int = param(2, "1", "Reports with the status at least", "behaviours 2.1")
    speed: float = param(6 * KNOT, "m/s", "Slower than this is as it says", "selat: way that a big ship carries")
    share: float = param(0.7, "1", "... or slower than this share of her speed before", "selat")
    under_way: float = param(KNOT, "m/s", "Faster than this before, she was under way", "selat")
    before: float = param(3600.0, "s", "Looks so far back for that", "selat")


@dataclass(frozen=True)
class NotUnderCommand(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "not_under_command"
    every: int = 30 * SECOND
    pace: Pace = field(default_factory=lambda: Pace(1, 2, 300.0, 1800.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Ships with status 2; memory: since when they have it."""
        p, s, c = self.p, fleet.ships(window), window.contacts
        those, memory = said.declared(window, s, fleet.NUC, memory)
        if not those:
            return [], memory
        at, found = near.places(window), []
        busy, lying = at.within(*said.TRAFFIC), at.within(*said.LYING)
        for d in those:
            slot = int(s.slot[d.row])
            how, track = said.history(window, slot, d.since, p.before)
            evidence = {
                "since": d.since, "seconds": round((window.now - d.since) / SECOND, 1), "reports": d.reports,
                "changed": d.changed, "motion": int(c.motion[slot]), "sure": round(float(c.motion_sure[slot]), 2),
                "in_traffic": bool(busy[d.row]), "lying": bool(lying[d.row]), **how,
            }  # fmt: skip
            found.append(fleet.finding(window, s, d.row, d.since, evidence, track=track))
        return fleet.so(self, found), memory

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Declared, not stale, and the speed allows it."""
        e, p = evidence, self.p
        who, drifts = e["ship"], e["motion"] == Motion.DRIFTING
        before, speed = e["before"] or 0.0, who["speed"]
        if e["reports"] < p.reports or e["motion"] in (Motion.ANCHORED, Motion.MOORED):
            return None
        if not e["changed"] and not drifts:
            return None
        if e["changed"] and not drifts and max(before, e["most"] or 0.0) < p.under_way:
            return None
        if speed >= p.speed and not (before and speed < p.share * before):
            return None
        if e["lying"] and speed < p.under_way:
            return None
        was = f"; she made {said.knots(before)} before" if e["before"] is not None else ""
        sentence = (
            f"{fleet.the(who)} declares herself not under command since {say.clock(e['since'])} UTC, in {said.times(e['reports'])} "
            f"(limit {p.reports}), and makes {said.knots(speed)} (limit {said.knots(p.speed)} or {p.share:.1f} of before){was}."
        )
        sure = {
            "status": 0.9 if e["changed"] else 0.7,
            "motion": 0.95 if drifts else (0.85 if speed < 0.5 * max(before, p.speed) else 0.7),
        }
        return Verdict(
            "alarm" if e["in_traffic"] else "warning", sentence, sure,
            ("the status was keyed by mistake", "she manoeuvres as before"),
            "Call her: what failed, what help she needs; warn the ships around her; find tugs.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when she takes the status back, or sails on."""
        return f"{evidence['ship']['name']} is no longer not under command, by her status or her way."

    def golden(self) -> Golden:
        """A ship that loses her engine and drifts; one that carries the status from the start at 12 knots."""
        sail = seas.voyage(563410001, 1.30, 104.50, [(12.0, 80.0, 1800.0)])
        slow = [(9.0, 80.0, 60.0), (6.0, 80.0, 90.0), (3.0, 80.0, 120.0), (1.2, 95.0, 1500.0)]
        lat, lon = float(sail["lat"][-1]) * 1e-7, float(sail["lon"][-1]) * 1e-7
        drift = seas.voyage(563410001, lat, lon, slow, start=1810.0, heading=60.0, status=fleet.NUC)
        stale = seas.voyage(563410002, 1.40, 104.50, [(12.0, 80.0, 3600.0)], status=fleet.NUC)
        reports = made.numbered(concat([sail, drift], "reports"), stale)
        statics = made.numbered(
            made.ship(563410001, "GOLDEN BLACKOUT", 180, 30, 70), made.ship(563410002, "GOLDEN STALE", 180, 30, 70)
        )
        return Golden(reports, statics, empty("messages"), (("warning", (563410001,)),))


DETECTOR = NotUnderCommand()
