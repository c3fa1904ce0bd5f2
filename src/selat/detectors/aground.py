"""A ship that declares herself aground, and lies fast where she was sailing before.

What it finds
    Navigational status 6 in at least two reports, of a ship that declared another status before, made more than 2 knots
    in the hour before, is slower than 0.5 knots now, and has not moved by more than 100 m since she said so. Judged
    every 30 s. An alarm.
Why it matters
    She may be holed, break up or lie in the way; the next tide decides.
False alarms
    A stale or mistyped status is the commonest error of AIS: of ships that had it from the start, or that lay at anchor
    or at a berth before, nothing is said.
Reference
    ITU-R M.1371-5 Table 45; COLREGs rule 30(d); behaviours 2.1 (speed below 0.5 knots, two reports).
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
from selat.tracks.window import Window


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    reports: int = param(2, "1", "Reports with the status at least", "behaviours 2.1")
    still: float = param(0.5 * KNOT, "m/s", "Slower than", "behaviours 2.1")
    circle: float = param(
        100.0, "m", "Not moved by more than this since", "selat: position error, and a swing of the bow"
    )
    under_way: float = param(2 * KNOT, "m/s", "Faster than this before", "selat")
    before: float = param(3600.0, "s", "Looks so far back for that", "selat")


@dataclass(frozen=True)
class Aground(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "aground"
    every: int = 30 * SECOND
    pace: Pace = field(default_factory=lambda: Pace(1, 3, 600.0, 3600.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Ships with status 6 that hardly move; memory: since when they have it."""
        p, s = self.p, fleet.ships(window)
        those, memory = said.declared(window, s, fleet.AGROUND, memory)
        found = []
        for d in those:
            if not d.changed or s.speed[d.row] >= 2 * p.still:
                continue
            lying = near.places(window).within(*said.LYING)
            slot = int(s.slot[d.row])
            how, track = said.history(window, slot, d.since, p.before)
            evidence = {
                "since": d.since, "seconds": round((window.now - d.since) / SECOND, 1), "reports": d.reports,
                "changed": d.changed, "lying": bool(lying[d.row]),
                "shore": fleet.real(window.world.coast.distance(s.lat[d.row], s.lon[d.row]), 0), **how,
            }  # fmt: skip
            found.append(fleet.finding(window, s, d.row, d.since, evidence, track=track))
        return fleet.so(self, found), memory

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Declared anew, and fast."""
        e, p = evidence, self.p
        who = e["ship"]
        if not e["changed"] or e["reports"] < p.reports or who["speed"] >= p.still or e["moved"] > p.circle:
            return None
        if (e["most"] or 0.0) < p.under_way:
            return None
        shore = f", {say.miles(e['shore'])} from the shore" if e["shore"] is not None and e["shore"] > 0 else ""
        sentence = (
            f"{fleet.the(who)} declares herself aground since {say.clock(e['since'])} UTC, in {said.times(e['reports'])} (limit "
            f"{p.reports}), at {say.place(who['lat'], who['lon'])}{shore}; she makes {said.knots(who['speed'])} (limit "
            f"{said.knots(p.still)}) and made up to {said.knots(e['most'])} in the hour before."
        )
        sure = {
            "status": 0.9,
            "motion": 0.95 if e["moved"] < 0.3 * p.circle else 0.8,
            "place": 0.7 if e["lying"] else 0.95,
        }
        return Verdict(
            "alarm", sentence, sure, ("the status was keyed by mistake", "she has anchored or berthed"),
            "Call her: people, water, bottom, tide; keep others clear; look for oil; find tugs.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when she moves, or takes the status back."""
        return f"{evidence['ship']['name']} is not aground any more, by her status or her way."

    def golden(self) -> Golden:
        """A ship that runs aground at 9 knots; one at anchor that carries the status from the start."""
        sail = seas.voyage(563420001, 1.30, 104.50, [(9.0, 80.0, 1800.0), (2.0, 80.0, 20.0)])
        lat, lon = float(sail["lat"][-1]) * 1e-7, float(sail["lon"][-1]) * 1e-7
        wait = seas.voyage(563420001, lat, lon, [(0.0, 84.0, 200.0)], start=1830.0)
        fast = seas.voyage(563420001, lat, lon, [(0.0, 84.0, 1500.0)], start=2040.0, status=fleet.AGROUND)
        stale = seas.voyage(563420002, 1.40, 104.50, [(0.0, 80.0, 3600.0)], status=fleet.AGROUND)
        reports = made.numbered(concat([sail, wait, fast], "reports"), stale)
        statics = made.numbered(
            made.ship(563420001, "GOLDEN GROUNDING", 120, 20, 70), made.ship(563420002, "GOLDEN STALE", 120, 20, 70)
        )
        return Golden(reports, statics, empty("messages"), (("alarm", (563420001,)),))


DETECTOR = Aground()
