"""Numbers that nobody can have: an MMSI that is no ship's, an IMO number with a wrong check digit.

What it finds
    An MMSI whose country digits belong to nobody, that begins with a digit that no ship's has, or made of one digit or a
    row of them; and an IMO number that is not of seven digits or fails its check digit. Ships of class A and B, heard in
    three reports. One caution a ship. Judged every 2 minutes.
Why it matters
    Without a true number nobody can call her, look her up, or tell her from another.
False alarms
    Units that were never set up, handheld radios, buoys of nets; crews who type their official number instead.
Reference
    ITU-R M.585-9 and the ITU table of maritime identification digits; IMO A.1117(30) (check digit); behaviours 2.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _hulls as hulls
from selat.detectors._life import Pace, PictureRule
from selat.model.clock import MINUTE
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.watchlist import imo_valid
from selat.tracks.kinds import sends
from selat.tracks.window import Window


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    reports: int = param(3, "1", "Reports heard of her", "DMA AisAbnormal: raise after 3")


@dataclass(frozen=True)
class IdentityFormat(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "identity_format"
    every: int = 2 * MINUTE
    pace: Pace = field(default_factory=lambda: Pace(1, 3, 21600.0, 86400.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Numbers of all contacts at once."""
        c = window.contacts
        use = (sends(c.kind, c.mmsi) | (c.mmsi == 111_111_111)) & (c.reports >= self.p.reports) & ~np.isnan(c.lat)
        if not use.any():
            return [], None
        slots = np.flatnonzero(use & (hulls.odd_mmsi(c.mmsi.astype("i8")) | hulls.odd_imo(c.static("imo"))))
        found = []
        for slot in slots.tolist():
            evidence = {"seq": hulls.seqs(c, slot), "ship": hulls.declared(c, slot), "reports": int(c.reports[slot])}
            key = str(window.ids([slot])[0])
            found.append(
                Finding(key, (int(c.mmsi[slot]),), int(c.begun[slot]), float(c.lat[slot]), float(c.lon[slot]), evidence)
            )
        return [f for f in found if self.judge(f.evidence) is not None], None

    def judge(self, evidence: Evidence) -> Verdict | None:
        """What is wrong with her numbers."""
        e, who = evidence, evidence["ship"]
        faults = []
        wrong = hulls.mmsi_fault(who["mmsi"])
        if wrong:
            faults.append(f"MMSI {who['mmsi']:09d}: {wrong}")
        if who["imo"] and not imo_valid(who["imo"]):
            faults.append(
                f"IMO {who['imo']}: "
                + ("the check digit is wrong" if 10**6 <= who["imo"] < 10**7 else "not seven digits")
            )
        if not faults or e["reports"] < self.p.reports:
            return None
        sentence = (
            f"{who['name']} gives numbers that she cannot have: {'; '.join(faults)} (in {e['reports']} reports, limit "
            f"{self.p.reports})."
        )
        return Verdict(
            "caution", sentence, {"format": 0.95 if wrong else 0.9}, ("a unit that was never set up", "a slip of the keys"),
            "Ask her for her name and numbers by radio.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when she gives possible numbers."""
        return f"{evidence['ship']['name']} gives possible numbers now."

    def golden(self) -> Golden:
        """One with digits of no country, one with a wrong IMO number, and one with both right."""
        reports = made.numbered(
            made.sail(800_222_333, 1.30, 104.3, 9.0, 80.0, range(0, 600, 10)),
            made.sail(563560002, 1.35, 104.3, 9.0, 80.0, range(0, 600, 10)),
            made.sail(563560003, 1.40, 104.3, 9.0, 80.0, range(0, 600, 10)),
        )
        statics = made.numbered(
            made.ship(563560002, "GOLDEN DIGIT", 120, 18, 70).replace(imo=np.array([9074728])),
            made.ship(563560003, "GOLDEN TRUE", 120, 18, 70).replace(imo=np.array([9074729])),
        )
        expect = (("caution", (800_222_333,)), ("caution", (563560002,)))
        return Golden(reports, statics, empty("messages"), expect)


DETECTOR = IdentityFormat()
