"""A ship that seems to drag something over a cable or pipeline.

What it finds
    A ship of 50 m and more that for 20 minutes made good 3 to 10 knots, at least 30 % less than it kept before, with
    courses that spread by more than 8 degrees about a steady turn and swing to and fro at least three times, and whose
    track in that time went over a cable or pipeline. Judged every minute; an alarm.
Why it matters
    An anchor that hangs out slows a ship and makes her yaw; the cables lost in the Baltic and off Taiwan were cut so,
    over tens of miles, while everybody could see the track.
False alarms
    Engine trouble, towing that nobody declared, heavy weather or a strong current from ahead (it slows all ships
    alike), turns for traffic, pilots and berths. Left out: fishing vessels, tugs and tows, dredgers, service craft,
    ships restricted in their ability to manoeuvre, and ships in anchorages and ports.
Reference
    behaviours of the drags of Balticconnector (October 2023) and others, as reported; the start values are selat's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _cables as cables
from selat.detectors import _golden as made
from selat.detectors import _places as near
from selat.detectors import _seas as seas
from selat.detectors import _ships as fleet
from selat.detectors import _ways as ways
from selat.detectors._life import Pace, PictureRule
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import concat, empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.features import over
from selat.tracks.window import Window

LEFT_OUT = (30, *fleet.TOWING, 33, 34, 35, 36, 37, *fleet.SERVICE, *range(40, 50))


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    least: float = param(3 * KNOT, "m/s", "Mean speed above", "behaviours 2.8")
    most: float = param(10 * KNOT, "m/s", "Mean speed below", "behaviours 2.8")
    deficit: float = param(0.3, "1", "Slower than its norm by this share", "behaviours 2.8")
    lasting: float = param(1200.0, "s", "For so long", "behaviours 2.8: 20 min")
    spread: float = param(8.0, "deg", "Standard deviation of the course above", "behaviours 2.8")
    swing: float = param(10.0, "deg", "She yaws where her course swings by this to and fro ...", "selat")
    swings: int = param(3, "1", "... so many times", "selat: a turn, or two for a ship, are no yaw")
    length: float = param(50.0, "m", "Shorter ships are not judged", "selat: their anchors are light")
    back: float = param(7200.0, "s", "The norm is that of the track so far back", "selat: all that is kept")


@dataclass(frozen=True)
class CableDrag(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "cable_drag"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(2, 5, 300.0, 3600.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Ships that yaw along more slowly than they did, where there are cables at all."""
        p, at, c = self.p, near.places(window), window.contacts
        s = at.ships
        if not at.numbers(*cables.KINDS).size:
            return [], None
        use = (s.speed > 0.5 * p.least) & (s.speed < 1.3 * p.most) & (s.length >= p.length)
        use &= ~fleet.among(s.type, LEFT_OUT) & ~at.within(*cables.ALLOWED)
        use &= ~fleet.among(s.status, (fleet.NUC, fleet.RESTRICTED, fleet.FISHING, *fleet.TOW_STATUS))
        row = np.flatnonzero(use & ~fleet.fishes(c, s))
        if not row.size:
            return [], None
        f = over(c, s.slot[row], window.now, p.lasting)
        bad = (f.mean > p.least) & (f.mean < p.most) & (f.turned > p.swings * p.swing) & (f.span >= 0.9 * p.lasting)
        found, mine = [], at.zones.of(*cables.KINDS)
        for k in np.flatnonzero(bad).tolist():
            i = int(row[k])
            track = fleet.trail(c, int(s.slot[i]), window.now - round(p.back * SECOND))
            since = window.now - round(p.lasting * SECOND)
            over_it = near.inside_of(mine, track)[track.time >= since]
            hit = over_it[over_it >= 0]
            if not hit.size:
                continue
            made_good = ways.course_made(fleet.since(track, since), 0.5 * p.least) or [[0, 0.0, 0.0]]
            evidence = {
                "cable": near.place(mine, int(hit[0])), "mean": round(float(f.mean[k]), 2),
                "norm": fleet.real(ways.norm(track, since), 2), "spread": round(ways.spread(made_good), 1),
                "seconds": p.lasting, "rows_over": len(hit),
                "swings": len(ways.pivots([x[1] for x in made_good], p.swing)),
            }  # fmt: skip
            found.append(fleet.finding(window, s, i, since, evidence, track=track))
        return fleet.so(self, found), None

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Slower than before, yawing, over a cable."""
        e, p = evidence, self.p
        if e["norm"] is None or not p.least < e["mean"] < p.most or e["spread"] <= p.spread:
            return None
        if e["swings"] < p.swings:
            return None
        lost = 1.0 - e["mean"] / e["norm"]
        if lost < p.deficit:
            return None
        who, cable = e["ship"], e["cable"]
        sentence = (
            f"{fleet.the(who)} may drag an anchor over {cable['name']}: {cables.knots(e['mean'])} for "
            f"{say.span(e['seconds'])}, {100 * lost:.0f} % less than the {cables.knots(e['norm'])} before (limit "
            f"{100 * p.deficit:.0f} %), and her course wanders by {e['spread']:.0f} degrees (limit {p.spread:.0f}), "
            f"to and fro {e['swings']} times."
        )
        parts = {
            "margin": fleet.over(lost, p.deficit) * fleet.over(e["spread"], p.spread), "geometry": near.sure(cable),
            "prior": 0.7,
        }  # fmt: skip
        return Verdict(
            "alarm", sentence, parts,
            ("she has engine trouble", "a current or weather holds her up", "she manoeuvres for traffic or a pilot"),
            "Call her: is her anchor home? Tell the owner of the cable, keep her track.", near.source(cable),
        )  # fmt: skip

    def golden(self) -> Golden:
        """A cargo ship that slows from 12 to 7 knots and yaws over a cable; a steady one as slow."""
        yaw = [(7.0, 80.0 + a, 150.0) for a in (20, -18, 22, -20, 18, -22, 20, -18, 22, -20, 18, -22)]
        far = 12.0 * KNOT * 3000.0 / 111_300.0
        calm = [(12.0, 80.0, 3000.0), (7.0, 80.0, 1800.0)]
        reports = made.numbered(
            seas.voyage(563180001, 1.20, 104.06 - far, [(12.0, 80.0, 3000.0), *yaw]),
            seas.voyage(563180002, 1.27, 104.06 - far, calm),
        )
        statics = concat([cables.cast(563180001, "GOLDEN DRAG", "GOLDEN STEADY")], "statics")
        return Golden(reports, statics, empty("messages"), (("alarm", (563180001,)),), seas.zoned(cables.cable()))


DETECTOR = CableDrag()
