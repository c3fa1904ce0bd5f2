"""A ship that is too fast where courses cross.

What it finds
    A ship in a precautionary area, faster than the area's own speed limit, or than 18 knots where it has none, for 2
    minutes, while at least two other ships under way are within 2 miles on courses that cross hers. Judged every 30 s;
    a caution, and a warning beyond one and a half times the limit for ships of 100 m and more.
Why it matters
    In these areas lanes end and traffic joins and crosses; rule 6 asks for a speed at which there is time to act.
False alarms
    High-speed craft and ferries are fast by trade: left out unless the area's rules name a limit for all. A following
    current of 2 knots adds to the speed over ground.
Reference
    COLREGs rules 6 and 10; IMO Resolution A.572(14) (precautionary areas: navigate with particular caution); the limit
    where none is given is selat's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _places as near
from selat.detectors import _seas as seas
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.kernels import geodesy
from selat.model.clock import SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.features import over
from selat.tracks.window import Window

FAST = (*range(40, 50), *range(60, 70), 35, *fleet.SERVICE)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    limit: float = param(18 * KNOT, "m/s", "Speed limit of areas that name none", "selat")
    margin: float = param(0.5 * KNOT, "m/s", "Above it by more than", "selat: error of SOG and its rounding")
    lasting: float = param(120.0, "s", "Slowest speed of so long is above it", "behaviours 2.4: 2 min")
    reach: float = param(2 * NAUTICAL_MILE, "m", "Others within this count", "selat")
    angle: float = param(30.0, "deg", "... whose courses differ from hers by more than this, either way", "selat")
    others: int = param(2, "1", "So many of them", "behaviours 2.6: several crossing pairs")
    grave: float = param(1.5, "1", "Beyond so many times the limit it is a warning ...", "selat")
    big: float = param(100.0, "m", "... for ships of this length and more", "selat")


@dataclass(frozen=True)
class PrecautionarySpeed(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "precautionary_speed"
    every: int = 30 * SECOND
    pace: Pace = field(default_factory=lambda: Pace(2, 4, 300.0, 1200.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Fast ships in precautionary areas that have others around them."""
        p, at = self.p, near.places(window)
        s = at.ships
        row, zone = at.inside("precautionary")
        if not row.size:
            return [], None
        own = np.array([at.zones[k].rules.get("speed_max", np.nan) for k in zone.tolist()], "f8")
        limit = np.where(np.isnan(own), p.limit, own)
        use = (s.speed[row] > limit + p.margin) & ~(np.isnan(own) & fleet.among(s.type[row], FAST))
        row, zone, limit, own = row[use], zone[use], limit[use], own[use]
        if not row.size:
            return [], None
        f = over(window.contacts, s.slot[row], window.now, p.lasting)
        found, moving = [], np.flatnonzero(s.speed > 2 * KNOT)
        for k in np.flatnonzero((f.least > limit + p.margin) & (f.span >= 0.7 * p.lasting)).tolist():
            i = int(row[k])
            x, y = geodesy.plane(s.lat[i], s.lon[i], s.lat[moving], s.lon[moving])
            angle = fleet.turn(s.course[moving], s.course[i])
            angle = np.minimum(angle, 180.0 - angle)
            cross = (np.hypot(x, y) < p.reach) & (angle > p.angle) & (moving != i)
            others = [int(q) for q in s.seq[moving[cross]]]
            evidence = {
                "seq": sorted({*others, int(s.seq[i])}), "area": near.place(at.zones, int(zone[k])),
                "limit": round(float(limit[k]), 3), "named": bool(own[k] == own[k]), "seconds": round(float(f.span[k]), 1),
                "slowest": round(float(f.least[k]), 2), "mean": round(float(f.mean[k]), 2), "crossing": len(others),
            }  # fmt: skip
            found.append(fleet.finding(window, s, i, window.now - round(float(f.span[k]) * SECOND), evidence))
        return fleet.so(self, found), None

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Fast for long enough, among others."""
        e, p = evidence, self.p
        if e["slowest"] <= e["limit"] + p.margin or e["crossing"] < p.others:
            return None
        who, area = e["ship"], e["area"]
        whose = "its limit" if e["named"] else "our limit"
        sentence = (
            f"{fleet.the(who)} goes {e['mean'] / KNOT:.1f} kn through {area['name']} ({whose} {say.speed(e['limit'])}) "
            f"for {say.span(e['seconds'])}, with {e['crossing']} ships on crossing courses within {say.miles(p.reach)}."
        )
        grave = e["mean"] > p.grave * e["limit"] and (who["length"] or 0.0) >= p.big
        parts = {"margin": fleet.over(e["mean"], e["limit"], 1.3), "geometry": near.sure(area), "prior": 0.8}
        return Verdict(
            "warning" if grave else "caution", sentence, parts,
            ("a following current carries her", "she keeps clear of somebody"),
            "Watch her; ask her to slow down if others have to give way.", near.source(area),
        )  # fmt: skip

    def golden(self) -> Golden:
        """A container ship at 19 knots among crossing ferries; a slower one."""
        span = 900.0
        reports = made.numbered(
            seas.voyage(563160001, 1.234, 104.02, [(19.0, 80.0, span)]),
            seas.voyage(563160002, 1.231, 104.02, [(11.0, 80.0, span)]),
            *[seas.voyage(563160003 + n, 1.22, 104.05 + 0.01 * n, [(12.0, 350.0, span)]) for n in range(3)],
        )
        statics = made.numbered(*[
            made.ship(563160001 + n, f"GOLDEN PACE {n}", 200 if n < 2 else 35, 30, 71 if n < 2 else 60)
            for n in range(5)
        ])  # fmt: skip
        world = seas.zoned(seas.strip("precautionary", 1.200, 1.260, "crossing area"))
        return Golden(reports, statics, empty("messages"), (("caution", (563160001,)),), world)


DETECTOR = PrecautionarySpeed()
