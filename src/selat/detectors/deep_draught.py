"""A deep ship outside the deep-water route, or over water that is too shallow for her.

What it finds
    *Off the route*: a ship of 15 m draught or more that for 3 minutes sails beside a deep-water route of her direction
    (within 45 degrees, abeam of it, at most 2 miles away) and not in it. *Under the keel*: a ship inside a depth area
    whose least depth leaves less than 3.5 m below her declared draught, for ships of 15 m draught and more. Judged
    every 30 s. A warning; an alarm where less than 1 m is left.
Why it matters
    The deep-water route is the only way on which such a ship has water under her; beside it she grounds.
False alarms
    Draughts typed wrong are the most common error of AIS statics. Ships that avoid another in the route. The depth is
    that of the chart: the tide adds to it and squat takes away; neither is known here.
Reference
    IMO SN/Circ.198 rules 2, 3 and 6 as in MPA Port Marine Circular 20/2019 (15 m draught, 3.5 m under the keel,
    deep-water routes eastbound).
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
from selat.model.nouns import Zone
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.window import Window

ROUTE, DEPTH = "deep_water_route", "depth"


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    draught: float = param(15.0, "m", "Ships of this draught and more are deep", "SN/Circ.198: deep draught vessel")
    keel: float = param(3.5, "m", "Water under the keel below this is told", "SN/Circ.198: 3.5 m at all times")
    alarm: float = param(1.0, "m", "... and below this is an alarm", "selat")
    speed: float = param(3 * KNOT, "m/s", "Slower is not judged", "selat")
    angle: float = param(45.0, "deg", "A route binds courses within this of its direction", "selat")
    reach: float = param(2 * NAUTICAL_MILE, "m", "... of ships no farther from it", "selat: the other lane is nearer")
    edge: float = param(50.0, "m", "... and farther than this", "selat: five times the error of AIS")
    lasting: float = param(180.0, "s", "... for so long", "selat: longer than a turn for another ship")


@dataclass(frozen=True)
class DeepDraught(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "deep_draught"
    every: int = 30 * SECOND
    pace: Pace = field(default_factory=lambda: Pace(2, 4, 300.0, 1800.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Deep ships beside routes of their direction, and over shallow depth areas."""
        p, at = self.p, near.places(window)
        s = at.ships
        deep = np.flatnonzero((s.draught >= p.draught) & (s.speed > p.speed) & (s.status != fleet.ANCHORED))
        if not deep.size or not at.each:
            return [], None
        found = []
        numbers, on_route = at.numbers(ROUTE), at.within(ROUTE)
        beside = deep[~on_route[deep]]
        point, zone = at.zones.of(ROUTE).near(s.lat[beside], s.lon[beside], p.reach)
        point, zone = beside[point], numbers[zone]
        with np.errstate(invalid="ignore"):
            mine = fleet.turn(s.course[point], at.direction[zone]) <= p.angle
        for i in np.unique(point[mine]).tolist():
            found += self._route(window, at, i, zone[mine][point[mine] == i])
        row, zone = at.inside(DEPTH)
        keep = np.isin(row, deep)
        for i, z in zip(row[keep].tolist(), zone[keep].tolist(), strict=True):
            if "depth" in at.each[z].rules:
                evidence = {"area": near.place(at.zones, z), "how": "keel", "away": 0.0, "seconds": 0.0}
                track = fleet.trail(window.contacts, int(s.slot[i]), window.now - 300 * SECOND)
                found.append(fleet.finding(window, s, i, window.now, evidence, "keel", track=track))
        return fleet.so(self, found), None

    def _route(self, w: Window, at: near.Places, i: int, routes: Any) -> list[Finding]:
        """The nearest of the routes of her direction, if she is abeam of it and has been for a while."""
        p, s = self.p, at.ships
        away = at.zones.distance(np.full(len(routes), s.lat[i]), np.full(len(routes), s.lon[i]), routes)
        k = int(np.argmin(away))
        mine, zone = int(routes[k]), at.each[int(routes[k])]
        track = fleet.trail(w.contacts, int(s.slot[i]), w.now - 3600 * SECOND)
        gone = at.zones.distance(track.lat, track.lon, np.full(len(track.time), mine))
        out = abeam(zone, track.lat, track.lon) & (gone > p.edge) & (gone <= p.reach)
        first = near.unbroken(out)
        if first >= len(out):
            return []
        track = type(track)(*(a[first:] for a in track))
        evidence = {
            "area": near.place(at.zones, mine), "how": "route", "away": round(float(away[k]), 1),
            "seconds": round(int(track.time[-1] - track.time[0]) / SECOND, 1),
        }  # fmt: skip
        return [fleet.finding(w, s, i, int(track.time[0]), evidence, "route", track=track)]

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Deep, and beside the route for long enough or too little under the keel."""
        e, p = evidence, self.p
        who, area = e["ship"], e["area"]
        if who["draught"] is None or who["draught"] < p.draught:
            return None
        deep = f"{fleet.the(who)} of {who['draught']:.1f} m draught"
        if e["how"] == "route":
            if e["seconds"] < p.lasting or not p.edge < e["away"] <= p.reach:
                return None
            sentence = (
                f"{deep} (limit {p.draught:.0f} m) has sailed beside {area['name']} for {say.span(e['seconds'])} "
                f"(limit {say.span(p.lasting)}), {say.miles(e['away'])} from it, and not in it."
            )
            margin, priority = fleet.over(e["away"], p.edge, 5.0), "warning"
        else:
            left = area["rules"]["depth"] - who["draught"]
            if left >= p.keel:
                return None
            sentence = (
                f"{deep} is in {area['name']}, whose least depth is {area['rules']['depth']:.1f} m: {left:.1f} m under "
                f"the keel without tide (limit {p.keel:.1f} m), at {say.speed(who['speed'])}."
            )
            margin, priority = fleet.over(p.keel, max(left, 0.1), 3.0), "alarm" if left < p.alarm else "warning"
        return Verdict(
            priority, sentence, {"margin": margin, "geometry": near.sure(area), "draught": 0.8},
            ("her draught is typed wrong", "she avoids another ship", "the tide gives her water"),
            "Ask her draught and warn her of the depth.", near.source(area),
        )  # fmt: skip

    def golden(self) -> Golden:
        """A deep tanker in the lane beside the deep-water route, one in the route, a shallow one; one over a shoal."""
        reports = made.numbered(
            seas.voyage(563270001, 1.2295, 104.02, [(11.0, 80.0, 900.0)]),
            seas.voyage(563270002, 1.2402, 104.02, [(11.0, 80.0, 900.0)]),
            seas.voyage(563270003, 1.2300, 104.03, [(11.0, 80.0, 900.0)]),
            seas.voyage(563270004, 1.4020, 104.02, [(11.0, 80.0, 900.0)]),
        )
        statics = made.numbered(*[
            made.ship(563270001 + n, f"GOLDEN DEEP {n}", 330, 60, 80).replace(draught=np.array([d]))
            for n, d in enumerate((205, 205, 120, 205))
        ])  # fmt: skip
        world = seas.zoned(
            seas.lane(south=1.225, north=1.235), seas.strip(ROUTE, 1.235, 1.240, direction=80.0),
            seas.strip(DEPTH, 1.395, 1.410, "shoal", rules={"depth": 21.0}),
        )  # fmt: skip
        expect = (("warning", (563270001,)), ("alarm", (563270004,)))
        return Golden(reports, statics, empty("messages"), expect, world)


def abeam(zone: Zone, lat: Any, lon: Any) -> Any:
    """Bool of each place: it lies between the ends of the zone, along the zone's direction."""
    ring = np.array(zone.ring)
    way = np.radians(zone.direction or 0.0)
    y0, x0 = float(ring[:, 1].mean()), float(ring[:, 0].mean())
    east, north = geodesy.plane(y0, x0, ring[:, 1], ring[:, 0])
    ends = east * np.sin(way) + north * np.cos(way)
    east, north = geodesy.plane(y0, x0, lat, lon)
    at = east * np.sin(way) + north * np.cos(way)
    return (at > ends.min()) & (at < ends.max())


DETECTOR = DeepDraught()
