"""A ship that sails along a separation zone.

What it finds
    A ship faster than 2 knots that has been inside a separation zone without a break for more than 5 minutes, at least
    50 m from its edge at some time, on courses within 35 degrees of the zone's run, whichever way. Judged every 30 s. A
    warning for ships of 20 m and more; a caution for smaller craft.
Why it matters
    The zone is the only thing between ships that meet at the sum of their speeds. Rule 10(e) keeps it free but for
    crossing, emergencies, and fishing inside it.
False alarms
    Ships that cross it at a shallow angle, ships that avoid another, zones narrower than the error of their drawing.
    Left out: ships whose positions leapt there (satellites jammed), fishing vessels and what moves like fishing, ships
    not under command or restricted in their ability to manoeuvre (10(k), (l)), rescue, law enforcement and pilot craft.
Reference
    COLREGs rule 10(e), (k), (l); the start values are selat's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _places as near
from selat.detectors import _seas as seas
from selat.detectors import _ships as fleet
from selat.detectors import _ways as ways
from selat.detectors._life import Pace, PictureRule
from selat.kernels import geodesy
from selat.model.clock import SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.window import Window

LEFT_OUT = (30, 33, 34, 35, 50, 51, 54, 55, 58)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    lasting: float = param(300.0, "s", "Inside for longer than", "selat: behaviours 2.6, 5 min")
    speed: float = param(2 * KNOT, "m/s", "Slower is the matter of other rules", "selat")
    angle: float = param(35.0, "deg", "Courses within this of the zone's run are along it", "selat")
    edge: float = param(50.0, "m", "So far inside the zone at least once", "selat: five times the error of AIS")
    share: float = param(0.8, "1", "Least share of the way that was along it", "selat")
    back: float = param(3600.0, "s", "The track is looked at so far back", "selat")
    leap: float = param(50 * KNOT, "m/s", "A faster step is a leap of the position: where it led is no place", "selat")
    small: float = param(20.0, "m", "Shorter craft are a caution", "COLREGs rule 10(j)")


@dataclass(frozen=True)
class SeparationZone(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "separation_zone"
    every: int = 30 * SECOND
    pace: Pace = field(default_factory=lambda: Pace(2, 4, 120.0, 900.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Ships under way in separation zones, and how long they have been there by their track."""
        p, at = self.p, near.places(window)
        s = at.ships
        row, zone = at.inside("separation_zone")
        if not row.size:
            return [], None
        use = (s.speed > p.speed) & ~fleet.among(s.type, LEFT_OUT)
        use &= ~fleet.among(s.status, (fleet.NUC, fleet.RESTRICTED, fleet.FISHING))
        use &= ~fleet.fishes(window.contacts, s)
        found, mine = [], at.zones.of("separation_zone")
        for i, z in zip(row.tolist(), zone.tolist(), strict=True):
            run = near.axis(at.zones[z], float(s.lat[i]), float(s.lon[i])) if use[i] else 0.0
            if not use[i] or near.along(float(s.course[i]), run) > p.angle:
                continue
            track = fleet.trail(window.contacts, int(s.slot[i]), window.now - round(p.back * SECOND))
            number = near.inside_of(mine, track)
            first = near.unbroken(number >= 0)
            if len(number) - first < 2 or ways.led_astray(window.contacts, int(s.slot[i]), track, p.leap):
                continue
            track = type(track)(*(a[first:] for a in track))
            evidence = {
                "area": near.place(at.zones, z), "run": round(run, 1), **_stay(mine, track, number[first:], p.angle),
            }  # fmt: skip
            found.append(fleet.finding(window, s, i, int(track.time[0]), evidence, track=track))
        return fleet.so(self, found), None

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Long enough, along the zone, well inside."""
        e, p = evidence, self.p
        if e["seconds"] <= p.lasting or e["share"] < p.share or e["inside"] < p.edge:
            return None
        who, area = e["ship"], e["area"]
        sentence = (
            f"{fleet.the(who)} has sailed along {area['name']} for {say.span(e['seconds'])} "
            f"(limit {say.span(p.lasting)}), {say.miles(e['inside'])} inside it, {100 * e['share']:.0f} % of the way "
            f"within {p.angle:.0f} degrees of its run (rule 10(e))."
        )
        parts = {
            "margin": fleet.over(e["seconds"], p.lasting) * fleet.over(e["inside"], p.edge, 3.0),
            "geometry": near.sure(area), "identity": fleet.known(who),
        }  # fmt: skip
        small = who["length"] is not None and who["length"] < p.small
        return Verdict(
            "caution" if small else "warning", sentence, parts,
            ("she avoids another ship or is in trouble", "she fishes and does not say so", "the zone is drawn wrongly"),
            "Call her and ask her to clear the zone.", near.source(area),
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when she has left it."""
        return f"{evidence['ship']['name']} does not sail along {evidence['area']['name']} any more."

    def golden(self) -> Golden:
        """A coaster along a separation zone, another that crosses it, and one in the lane beside it."""
        reports = made.numbered(
            seas.voyage(563140001, 1.2490, 104.03, [(9.0, 80.0, 1500.0)]),
            seas.voyage(563140002, 1.2300, 104.12, [(9.0, 350.0, 1500.0)]),
            seas.voyage(563140003, 1.2340, 104.01, [(9.0, 80.0, 1500.0)]),
        )
        statics = made.numbered(*[made.ship(563140001 + n, f"GOLDEN MIDDLE {n}", 80, 13, 70) for n in range(3)])
        world = seas.zoned(seas.lane(), seas.strip("separation_zone", 1.240, 1.248, "middle zone"))
        return Golden(reports, statics, empty("messages"), (("warning", (563140001,)),), world)


def _stay(zones: Any, track: Any, number: Any, angle: float) -> Evidence:
    """How long, how deep inside, and which share of the way was along the zone."""
    east, north = geodesy.plane(track.lat[:-1], track.lon[:-1], track.lat[1:], track.lon[1:])
    step, way = np.hypot(east, north), np.degrees(np.arctan2(east, north))
    flow = [near.axis(zones[z], y, x) for z, y, x in zip(number[1:], track.lat[1:], track.lon[1:], strict=True)]
    with_it = np.array([near.along(w, f) for w, f in zip(way, flow, strict=True)]) <= angle
    depth = -zones.distance(track.lat, track.lon, number)
    return {
        "seconds": round(int(track.time[-1] - track.time[0]) / SECOND, 1), "inside": round(float(depth.max()), 1),
        "share": round(float(step[with_it].sum() / max(step.sum(), 1e-9)), 3),
    }  # fmt: skip


DETECTOR = SeparationZone()
