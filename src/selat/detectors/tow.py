"""A tug with another vessel in tow.

What it finds
    A towing vessel or tug (types 31, 32, 52, or status "towing") and another vessel that keep within 300 m, hull to hull,
    on one course (within 20 degrees) at 1.2 to 10 knots for 5 minutes, the other astern of the tug or lashed alongside,
    without slipping past each other faster than 0.5 m/s. Judged every minute. Always a caution: it is recorded, since a
    tow is slow, long and cannot stop; the sentence says when the tug does not declare it.
Why it matters
    Who crosses between tug and barge hits the wire. A tow that does not declare itself, or leaves its barge, is worth
    knowing; so is who tows whom.
False alarms
    A tug that escorts a ship close astern or alongside (ships of more than 150 m under their own power are left out), two
    coasters in company of which one is mistaken for a tug.
Reference
    RTEC maritime: tugging, pairs at 1.2 to 15 knots for 300 s; COLREGs rule 24 for the signals; ITU-R M.1371-5 Table 53
    (types 31, 32, 52) and navigational status 11, 12.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _company as way
from selat.detectors import _golden as made
from selat.detectors import _pairs as two
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.detectors._meetings import ramp
from selat.detectors._seas import voyage
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.window import Window

TUGS = (31, 32, 52)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    reach: float = param(300.0, "m", "Gap between the hulls, at most", "behaviours 2.5: 300 m")
    lasting: float = param(300.0, "s", "Together for so long", "RTEC: 300 s")
    slow: float = param(1.2 * KNOT, "m/s", "Slower than this is no towing ...", "RTEC: 1.2 kn")
    fast: float = param(10 * KNOT, "m/s", "... nor is faster", "selat; RTEC: 15 kn")
    slip: float = param(
        0.5, "m/s", "One that passes the other so fast is not made fast to it", "selat: noise of positions 75 s apart"
    )
    angle: float = param(20.0, "deg", "Courses that differ more are two courses", "selat")
    own_power: float = param(150.0, "m", "A longer ship that makes way is escorted, not towed", "selat")


@dataclass(frozen=True)
class Tow(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "tow"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(2, 5, 1800.0, 3600.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Pairs of a tug and another that sail as one."""
        p, q = self.p, two.pairs(window)
        s, h = q.ships, two.hulls(window)
        tug = fleet.among(s.type, TUGS) | fleet.among(s.status, fleet.TOW_STATUS)
        half = 0.5 * (h.length[s.slot[q.a]] + h.length[s.slot[q.b]])
        use = (tug[q.a] | tug[q.b]) & (q.range < p.reach + half) & (q.relative < 3 * p.slip)
        use &= (np.minimum(s.speed[q.a], s.speed[q.b]) > 0.8 * p.slow) & (
            np.maximum(s.speed[q.a], s.speed[q.b]) < p.fast
        )
        use &= fleet.turn(s.course[q.a], s.course[q.b]) < 2 * p.angle
        rows = np.flatnonzero(use)
        if not rows.size:
            return [], None
        past = two.history(window, q, rows, p.reach, p.reach)
        found = []
        for k in np.flatnonzero((past.run >= p.lasting) & (past.slip < p.slip)).tolist():
            row = int(rows[k])
            a, b = int(q.a[row]), int(q.b[row])
            first = (
                a
                if tug[a]
                and (not tug[b] or np.nan_to_num(s.length[a], nan=30.0) <= np.nan_to_num(s.length[b], nan=99.0))
                else b
            )
            start = int(past.end[k]) - round(float(past.run[k]) * SECOND)
            angle = float(fleet.turn(s.course[a], s.course[b]))
            evidence = {
                "pair": two.told(past, k),
                "angle": round(angle, 1),
                "bearing": round(_bearing(q, row, first), 1),
            }
            found.append(way.finding(window, q, row, start, evidence, first))
        return fleet.so(self, found), None

    def judge(self, evidence: Evidence) -> Verdict | None:
        """As one, at the speed of a tow."""
        e, p, q = evidence, self.p, evidence["pair"]
        tug, other = e["ships"]
        declared = tug["status"] in fleet.TOW_STATUS
        if not (tug["type"] in TUGS or declared) or q["run"] < p.lasting or q["slip"] is None or q["slip"] >= p.slip:
            return None
        speed = max(q["speed_a"], q["speed_b"])
        if not p.slow <= speed <= p.fast or e["angle"] > p.angle or (other["length"] or 0.0) > p.own_power:
            return None
        astern = abs(e["bearing"]) > 120.0
        if not (astern or q["gap"] < 30.0):
            return None
        said = "as declared" if declared else "not declared"
        sentence = (
            f"{fleet.the(tug)} has {other['name']} in tow ({said}): {q['gap']:.0f} m apart (limit {p.reach:.0f} m) for "
            f"{say.span(q['run'])} (limit {say.span(p.lasting)}) at {speed / KNOT:.1f} kn, "
            f"{'astern' if astern else 'alongside'}."
        )
        parts = {
            "margin": fleet.over(q["run"], p.lasting), "together": ramp(q["slip"], p.slip, 0.3, 0.6),
            "declared": 1.0 if declared else 0.8, "identity": fleet.known(other),
        }  # fmt: skip
        return Verdict(
            "caution", sentence, parts, ("the tug only escorts her", "two vessels go the same way by chance"),
            "Count them as one long vessel; warn who would pass between them.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when they part."""
        tug, other = (x["name"] for x in evidence["ships"])
        return f"{tug} and {other} do not go as a tow any more."

    def golden(self) -> Golden:
        """A tug with a barge 200 m astern; another tug that passes a coaster."""
        deg = 111_320.0
        legs = [(5.0, 90.0, 1500.0)]
        reports = made.numbered(
            voyage(563650001, 2.40, 104.50, legs, status=11), voyage(563650002, 2.40, 104.50 - 200.0 / deg, legs),
            voyage(563650003, 2.45, 104.50, [(9.0, 90.0, 1500.0)]), voyage(563650004, 2.451, 104.52, legs),
        )  # fmt: skip
        statics = made.numbered(
            made.ship(563650001, "GOLDEN TUG", 28, 9, 31), made.ship(563650002, "GOLDEN BARGE", 75, 20, 79),
            made.ship(563650003, "GOLDEN FAST TUG", 30, 10, 52), made.ship(563650004, "GOLDEN COASTER", 80, 13, 70),
        )  # fmt: skip
        return Golden(reports, statics, empty("messages"), (("caution", (563650001, 563650002)),))


def _bearing(q: two.Pairs, row: int, first: int) -> float:
    """Bearing of the other off the course of the first, -180 to 180 deg."""
    sign = 1.0 if int(q.a[row]) == first else -1.0
    toward = np.degrees(np.arctan2(sign * q.x[row], sign * q.y[row]))
    return float((toward - q.ships.course[first] + 180.0) % 360.0 - 180.0)


DETECTOR = Tow()
