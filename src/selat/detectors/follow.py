"""A ship that follows another.

What it finds
    A ship that for 20 minutes keeps within a mile astern of another (within 30 degrees of its wake), on its course (within 15
    degrees) and at its speed, outside traffic lanes, and that takes its way: it keeps within 250 m of the track that the
    other left, though that turned by 40 degrees or more. Where the other did not turn, only a small or undeclared craft
    behind a ship of 50 m and more counts. Where no lanes are known, a turn is needed in any case. Judged every minute.
    Caution; a warning where a small or undeclared craft follows so.
Why it matters
    To shadow a ship comes before boarding her; it may also show a guard, or two that belong together.
False alarms
    Traffic on a way that no lane describes, convoys, racing yachts, a patrol at work. Left out: pilot, rescue, patrol and
    other service craft, tugs and tows, ferries behind ferries, fishing vessels behind fishing vessels.
Reference
    Behaviours 2.5 (within 1 nm astern, course within 15 degrees, more than 20 minutes outside a lane): selat's proposal,
    no published threshold was found. The likeness of the ways is selat's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _company as way
from selat.detectors import _golden as made
from selat.detectors import _kinds as kinds
from selat.detectors import _pairs as two
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.detectors._meetings import ramp
from selat.detectors._seas import voyage
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.window import Window


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    lasting: float = param(1200.0, "s", "Follows for so long", "behaviours 2.5: 20 min")
    reach: float = param(NAUTICAL_MILE, "m", "Keeps within this distance", "behaviours 2.5: 1 nm")
    wake: float = param(30.0, "deg", "Lies within this of right astern", "selat")
    angle: float = param(15.0, "deg", "Courses differ by less", "behaviours 2.5")
    speed: float = param(3 * KNOT, "m/s", "Slower ships follow nobody", "selat")
    slip: float = param(1.5 * KNOT, "m/s", "Speeds differ by less", "selat: ships on one way overtake faster")
    path: float = param(
        250.0, "m", "Keeps within this of the track that the other left", "selat: three times the error of both"
    )
    share: float = param(0.6, "1", "Astern and on course for this share of the time: in turns it is not", "selat")
    turned: float = param(40.0, "deg", "... though that turned by so much", "selat")
    large: float = param(50.0, "m", "A ship that is followed is so long", "STRAITREP: 50 m")
    steady: float = param(0.35, "1", "Distance stays within this share of its mean", "selat")


@dataclass(frozen=True)
class Follow(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "follow"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(3, 10, 600.0, 1800.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Pairs in line, outside lanes, of which one took the other's way."""
        p, q = self.p, two.pairs(window)
        s = q.ships
        moving = (
            (s.speed > p.speed)
            & ~fleet.among(s.type, (*fleet.SERVICE, *fleet.TOWING))
            & ~fleet.among(s.status, fleet.TOW_STATUS)
        )
        use = moving[q.a] & moving[q.b] & (fleet.turn(s.course[q.a], s.course[q.b]) < p.angle) & (q.relative < p.slip)
        use &= (q.range < p.reach) & (q.range > 50.0) & ~_alike(s, q)
        toward = np.degrees(np.arctan2(q.x, q.y))
        b_leads = fleet.turn(toward, s.course[q.a]) < p.wake
        a_leads = fleet.turn(toward + 180.0, s.course[q.b]) < p.wake
        use &= b_leads != a_leads
        lane, known = way.in_lanes(window, s.lat, s.lon)
        rows = np.flatnonzero(use & ~lane[q.a] & ~lane[q.b])
        past = two.history(window, q, rows, p.reach, p.reach)
        rows = rows[(past.run >= 0.9 * p.lasting) & (past.far < 1.2 * p.reach)]
        found = []
        for row in rows.tolist():
            first, second = (int(q.b[row]), int(q.a[row])) if b_leads[row] else (int(q.a[row]), int(q.b[row]))
            evidence = self._measured(window, s, first, second)
            if evidence is not None:
                evidence["lanes_known"] = known
                found.append(way.finding(window, q, row, evidence.pop("begin"), evidence, second))
        return fleet.so(self, found), None

    def _measured(self, w: Window, s: fleet.Ships, first: int, second: int) -> Evidence | None:
        """How ``second`` (row of ships) kept behind ``first`` in the last 20 minutes; None where it did not."""
        p = self.p
        c = way.company(w, int(s.slot[first]), int(s.slot[second]), p.lasting, 30.0)
        if c is None:
            return None
        wake = np.degrees(np.arctan2(np.abs(c.right), -c.ahead))
        good = (c.range < p.reach) & (wake < 1.5 * p.wake) & (fleet.turn(c.course_a, c.course_b) < 3 * p.angle)
        if good.mean() < self.p.share or np.ptp(c.range) > 2 * p.steady * c.range.mean():
            return None
        gap, turned = way.path_gap(w, int(s.slot[first]), int(s.slot[second]), p.lasting)
        return {
            "begin": int(c.time[0]), "span": round(float((c.time[-1] - c.time[0]) / SECOND), 1),
            "range": round(float(c.range.mean()), 1), "least": round(float(c.range.min()), 1),
            "most": round(float(c.range.max()), 1),
            "good": round(float(good.mean()), 3), "speed": round(float(c.speed_b.mean()), 2),
            "path": fleet.real(gap, 1), "turned": round(turned, 1),
        }  # fmt: skip

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Astern, as fast, on the same way."""
        e, p = evidence, self.p
        who, led = e["ships"]
        if e["good"] < p.share or e["range"] > p.reach or e["path"] is None:
            return None
        copied = e["path"] < p.path and e["turned"] >= p.turned
        small = kinds.boat(who) and (led["length"] or 0.0) >= p.large
        if not (copied or (small and e["lanes_known"] and e["path"] < p.path)):
            return None
        how = f"and took her way within {e['path']:.0f} m (limit {p.path:.0f} m)"
        how += f" though she turned by {e['turned']:.0f}°" if copied else ""
        sentence = (
            f"{fleet.the(who)} has followed {fleet.the(led)} for {say.span(e['span'])} (limit {say.span(p.lasting)}), "
            f"{say.miles(e['range'])} astern (limit {say.miles(p.reach)}) at {e['speed'] / KNOT:.1f} kn, {how}."
        )
        parts = {
            "likeness": ramp(e["path"], p.path, 0.3 * p.path, 0.5), "turns": ramp(e["turned"], 0.0, 2 * p.turned, 0.5),
            "steady": ramp(e["most"] - e["least"], 2 * p.steady * e["range"], 0.5 * p.steady * e["range"], 0.6),
            "prior": 0.8 if small or not who["type"] else 0.5,
        }  # fmt: skip
        return Verdict(
            "warning" if copied and (small or not who["type"]) else "caution", sentence, parts,
            ("both go the same way on their own business", "they belong together", "a guard or a patrol goes behind her"),
            f"Ask {who['name']} for her intentions; tell {led['name']} who is astern of her.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when the two do not go in line any more."""
        who, led = (x["name"] for x in evidence["ships"])
        return f"{who} does not follow {led} any more."

    def golden(self) -> Golden:
        """A launch half a mile behind a coaster that turns twice; two ships on one straight course a mile apart."""
        legs = [(9.0, 60.0, 900.0), (9.0, 100.0, 900.0), (9.0, 40.0, 1800.0)]
        back = (900.0 * np.cos(np.radians(60.0)) / 110_574.0, 900.0 * np.sin(np.radians(60.0)) / 111_290.0)
        delay = 900.0 / (9.0 * KNOT)
        straight = [(10.0, 80.0, 3600.0)]
        reports = made.numbered(
            voyage(563660001, 3.40, 104.50, legs),
            voyage(563660002, 3.40 - back[0], 104.50 - back[1], [(9.0, 60.0, 900.0 + delay), *legs[1:]]),
            voyage(563660003, 3.60, 104.50, straight), voyage(563660004, 3.60, 104.488, straight),
        )  # fmt: skip
        statics = made.numbered(
            made.ship(563660001, "GOLDEN LEADER", 90, 14, 70), made.ship(563660002, "GOLDEN LAUNCH", 18, 5, 0),
            made.ship(563660003, "GOLDEN FIRST", 180, 30, 70), made.ship(563660004, "GOLDEN SECOND", 170, 28, 70),
        )  # fmt: skip
        return Golden(reports, statics, empty("messages"), (("warning", (563660001, 563660002)),))


def _alike(s: fleet.Ships, q: two.Pairs) -> Any:
    """Pairs that go one behind the other by custom: two ferries, two fishing vessels."""
    ferry = (s.type // 10 == 4) | (s.type // 10 == 6)
    fisher = (s.type == 30) | (s.status == fleet.FISHING)
    return (ferry[q.a] & ferry[q.b]) | (fisher[q.a] & fisher[q.b])


DETECTOR = Follow()
