"""A ship that lies still where nobody may: in a traffic lane, a separation zone or a precautionary area.

What it finds
    A ship that hardly moved for 10 minutes (all positions within 150 m, slower than half a knot on average) inside a
    lane, a deep-water route, a separation zone or a precautionary area, and at least 50 m inside its edge. Judged every
    minute. An alarm in a lane or deep-water route; a warning elsewhere and for craft below 20 m.
Why it matters
    Rule 10(g): anchoring in a scheme or near its ends is to be avoided as far as practicable, and in the Straits it is
    prohibited. Ships in the lane have no room to go round.
False alarms
    Ships that broke down are in the same place for another reason: what drifts is the rule ``drifting``'s, and ships
    not under command are left out here. So are ships restricted in their ability to manoeuvre (10(k), (l)), dredgers,
    pilot, rescue and law enforcement craft. Positions near the edge of a drawn area may be outside it at sea.
Reference
    COLREGs rule 10(g); Malaysian Shipping Notice MSN 35/2010; the start values are selat's.
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
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.features import over
from selat.tracks.motion import Motion
from selat.tracks.window import Window

FORBIDDEN = ("lane", "deep_water_route", "separation_zone", "precautionary")
ALLOWED = ("anchorage", "port", "licensed")
LEFT_OUT = (33, 34, *(t for t in fleet.SERVICE if t != 52))


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    lasting: float = param(600.0, "s", "Still for so long", "selat: longer than a pilot's boarding")
    still: float = param(0.5 * KNOT, "m/s", "Mean speed below", "selat: swing and error of a ship at anchor")
    circle: float = param(150.0, "m", "All positions within this of their centre", "selat: swing in 10 minutes")
    edge: float = param(50.0, "m", "So far inside the area", "selat: five times the error of AIS")
    small: float = param(20.0, "m", "Shorter craft are a warning", "COLREGs rule 10(j)")


@dataclass(frozen=True)
class AnchoredInLane(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "anchored_in_lane"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(1, 3, 300.0, 1800.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Still ships in areas of traffic."""
        p, c, at = self.p, window.contacts, near.places(window)
        s = at.ships
        row, zone = at.inside(*FORBIDDEN)
        if not row.size:
            return [], None
        motion = c.motion[s.slot]
        use = (s.speed < 2 * p.still) & (motion != Motion.DRIFTING) & ~fleet.among(s.type, LEFT_OUT)
        use &= ~fleet.among(s.status, (fleet.NUC, fleet.RESTRICTED, *fleet.TOW_STATUS)) & ~at.within(*ALLOWED)
        keep = use[row]
        row, zone = row[keep], zone[keep]
        if not row.size:
            return [], None
        f = over(c, s.slot[row], window.now, p.lasting + 180.0)
        deep = -at.zones.distance(s.lat[row], s.lon[row], zone)
        bad = (f.span >= p.lasting) & (f.mean < p.still) & (f.radius < p.circle) & (deep >= p.edge)
        found = {}
        for k in np.flatnonzero(bad)[::-1].tolist():
            i, z = int(row[k]), int(zone[k])
            track = fleet.trail(c, int(s.slot[i]), window.now - round((p.lasting + 180.0) * SECOND))
            evidence = {
                "area": near.place(at.zones, z), "seconds": round(float(f.span[k]), 1),
                "mean": round(float(f.mean[k]), 3), "circle": round(float(f.radius[k]), 1),
                "inside": round(float(deep[k]), 1), "motion": int(motion[i]),
            }  # fmt: skip
            found[i] = fleet.finding(window, s, i, int(track.time[0]), evidence, track=track)
        return fleet.so(self, list(found.values())), None

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Still, long enough, well inside."""
        e, p = evidence, self.p
        if e["seconds"] < p.lasting or e["mean"] >= p.still or e["circle"] >= p.circle or e["inside"] < p.edge:
            return None
        who, area = e["ship"], e["area"]
        says = " and says that she is at anchor" if who["status"] == fleet.ANCHORED else ""
        sentence = (
            f"{fleet.the(who)} has lain still for {say.span(e['seconds'])} in {area['name']} "
            f"({area['kind'].replace('_', ' ')}), {say.miles(e['inside'])} inside its edge{says}: "
            f"{e['mean'] / KNOT:.1f} kn on average (limit {p.still / KNOT:.1f}) within {e['circle']:.0f} m "
            f"(limit {p.circle:.0f} m)."
        )
        sure = 1.0 if who["status"] == fleet.ANCHORED or e["motion"] == Motion.ANCHORED else 0.85
        parts = {"margin": fleet.over(e["inside"], p.edge, 4.0), "stillness": sure, "geometry": near.sure(area)}
        small = who["length"] is not None and who["length"] < p.small
        lane = area["kind"] in ("lane", "deep_water_route")
        return Verdict(
            "alarm" if lane and not small else "warning", sentence, parts,
            ("she has broken down", "the traffic service has told her to wait here", "the line is drawn wrongly"),
            "Ask her whether she is in trouble; have her moved, and warn the ships that come.", near.source(area),
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when she has moved."""
        return f"{evidence['ship']['name']} does not lie still in {evidence['area']['name']} any more."

    def golden(self) -> Golden:
        """A bulk carrier at anchor in a lane, another beside it, ships that pass."""
        every = range(0, 1800, 10)
        reports = made.numbered(
            made.sail(563130001, 1.2500, 104.1000, 0.1, 80.0, every, status=1),
            made.sail(563130002, 1.2900, 104.1000, 0.1, 80.0, every, status=1),
            made.sail(563130003, 1.2480, 104.0500, 12.0, 80.0, every),
        )
        statics = made.numbered(*[made.ship(563130001 + n, f"GOLDEN ANCHOR {n}", 180, 30, 70) for n in range(3)])
        return Golden(reports, statics, empty("messages"), (("alarm", (563130001,)),), seas.zoned(seas.lane()))


DETECTOR = AnchoredInLane()
