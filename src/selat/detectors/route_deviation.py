"""A merchant ship on a way where ships of her direction do not go.

What it finds
    A cargo ship or tanker of 50 m and more, faster than 5 knots, that for 10 minutes and at least five positions sails
    along a learned lane of her direction (within 20 degrees), to one side of it, farther from its middle than 99.9 of
    100 ships were (3.3 standard deviations of the lateral profile, 1,100 m to 3 miles), where at least 500 ships of her
    kind had passed (cargo ships, tankers, and ships that did not say what they are: the way of tugs along a shore is
    not hers). Judged every minute. A caution; a warning where the shore lies on her course within 20 minutes.
Why it matters
    A ship that leaves the beaten track is lost, in trouble, or about something else than her passage.
False alarms
    Ships that call at a port, anchorage or pilot, or that avoid others; new routes and works at sea; lanes that were
    learned from few ships. Who leaves a lane, joins it or crosses it does so at an angle, and is not meant. Left out:
    ships inside declared lanes and routes (their edges are known), anchorages, ports, pilot grounds, inshore zones;
    tows, ships not under command or restricted, and ships whose positions leapt there (satellites jammed).
Reference
    DMA AisAbnormal (abnormal below 0.001, cells of 5,000 ships); the lateral profile is selat.tracks.lanes'.
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
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.lanes import LaneHit, Lanes
from selat.tracks.window import Window
from selat.tracks.world import World

REACH = 5556.0  #: m: ships farther from any learned lane than this (3 miles) are on a way of their own
KNOWN = (
    "lane", "deep_water_route", "separation_zone", "precautionary", "roundabout", "two_way_route", "recommended_track",
    "inshore_zone", "anchorage", "port", "pilot_boarding",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    sigmas: float = param(3.3, "1", "Farther from the middle than so many standard deviations", "DMA: 0.001")
    ashore: float = param(
        1200.0, "s", "A warning with the shore on her course within", "selat: time to be called and turn"
    )
    least: float = param(
        1100.0, "m", "... and farther than this", "selat: half of the widest lane (MPA: 1,617 m) and 300 m"
    )
    reach: float = param(3 * NAUTICAL_MILE, "m", "... and not farther than this: that is other water", "selat")
    passages: int = param(500, "1", "Merchant ships that the lane was learned from", "selat; DMA: 5,000 a cell")
    angle: float = param(
        20.0, "deg", "Courses within this of the lane's direction", "selat: who leaves or joins it turns more"
    )
    lasting: float = param(600.0, "s", "For so long", "selat: longer than the way out of a lane")
    reports: int = param(5, "1", "... and so many positions of the track", "behaviours 2.4: 3")
    speed: float = param(5 * KNOT, "m/s", "Slower is not on passage", "selat")
    leap: float = param(50 * KNOT, "m/s", "A faster step is a leap of the position: where it led is no place", "selat")
    length: float = param(50.0, "m", "Shorter ships go where they like", "STRAITREP: 50 m")


@dataclass(frozen=True)
class RouteDeviation(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "route_deviation"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(2, 5, 600.0, 3600.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Ships off the lanes that are known; then their track against the same lanes."""
        p, at, lanes = self.p, near.places(window), getattr(window.world, "lanes", None)
        s = at.ships
        if lanes is None or not len(lanes):
            return [], None
        use = (s.type >= 70) & (s.type < 90) & (s.length >= p.length) & (s.speed > p.speed) & ~at.within(*KNOWN)
        use &= ~fleet.among(s.status, (fleet.NUC, fleet.RESTRICTED, *fleet.TOW_STATUS))
        row = np.flatnonzero(use)
        if not row.size:
            return [], None
        hit = lanes.at(s.lat[row], s.lon[row], s.course[row], reach=REACH)
        found = []
        for k in np.flatnonzero(self._off(hit, s.course[row])).tolist():
            i = int(row[k])
            track = fleet.trail(window.contacts, int(s.slot[i]), window.now - 1800 * SECOND)
            if ways.led_astray(window.contacts, int(s.slot[i]), track, p.leap):
                continue
            before = lanes.at(track.lat, track.lon, track.cog, reach=REACH)
            off = self._off(before, track.cog) & (np.sign(before.cross) == np.sign(hit.cross[k]))
            off |= self._off(before, track.cog, few=True)  # beside a way of few ships, between it and this one
            track = fleet.since(track, int(track.time[min(near.unbroken(off), len(off) - 1)]))
            evidence = {
                "lane": int(hit.lane[k]), "cross": round(float(hit.cross[k]), 1), "sigma": round(float(hit.sigma[k]), 1),
                "direction": round(float(hit.direction[k]), 1), "passages": int(hit.merchants[k]),
                "seconds": round(int(track.time[-1] - track.time[0]) / SECOND, 1), "positions": len(track.time),
                "source": lanes.source(int(hit.lane[k])), "ashore": self._ashore(window, s, i),
            }  # fmt: skip
            found.append(fleet.finding(window, s, i, int(track.time[0]), evidence, track=track))
        return fleet.so(self, found), None

    def _off(self, hit: LaneHit, course: Any, few: bool = False) -> Any:
        """Whether places are beside a learned way of many ships, or (``few``) of few, on its course."""
        p = self.p
        with np.errstate(invalid="ignore"):
            off = (hit.lane >= 0) & ~hit.declared & ((hit.merchants >= p.passages) != few) & (hit.sigma > 0)
            off &= (
                (np.abs(hit.cross) > p.sigmas * hit.sigma)
                & (np.abs(hit.cross) > p.least)
                & (np.abs(hit.cross) < p.reach)
            )
            return off & (fleet.turn(course, hit.direction) <= p.angle)

    def _ashore(self, w: Window, s: fleet.Ships, i: int) -> float | None:
        """Seconds until her course meets the shore; None: not soon, or the coast is not known."""
        seconds = np.arange(60.0, self.p.ashore + 60.0, 60.0)
        lat, lon = geodesy.destination(s.lat[i], s.lon[i], s.course[i], s.speed[i] * seconds)
        land = np.flatnonzero(w.world.coast.distance(lat, lon) <= 0.0)
        return float(seconds[land[0]]) if land.size else None

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Far enough beside it, for long enough."""
        e, p = evidence, self.p
        away, ratio = abs(e["cross"]), abs(e["cross"]) / e["sigma"]
        if ratio <= p.sigmas or away <= p.least or e["passages"] < p.passages:
            return None
        if e["seconds"] < p.lasting or e["positions"] < p.reports:
            return None
        who, soon = e["ship"], e["ashore"] is not None and e["ashore"] <= p.ashore
        shore = f"; she meets the shore in {say.span(e['ashore'])}" if soon else ""
        sentence = (
            f"{fleet.the(who)} sails {say.miles(away)} to {'starboard' if e['cross'] > 0 else 'port'} of the way that "
            f"ships bound {say.bearing(e['direction'])} take here, for {say.span(e['seconds'])}: {ratio:.1f} standard "
            f"deviations of {e['sigma']:.0f} m (limit {p.sigmas:.1f}), learned from {e['passages']} passages{shore}."
        )
        parts = {
            "margin": fleet.over(ratio, p.sigmas), "geometry": min(0.9, 0.6 + 0.3 * e["passages"] / 5000.0),
            "identity": fleet.known(who),
        }  # fmt: skip
        return Verdict(
            "warning" if soon else "caution", sentence, parts,
            ("she makes for a port, an anchorage or a pilot", "she avoids others", "ships have begun to go another way"),
            "Ask her intentions; look at the depth ahead of her.", e["source"],
        )  # fmt: skip

    def golden(self) -> Golden:
        """A tanker a mile beside a learned lane, one in it, one that crosses it."""
        reports = made.numbered(
            seas.voyage(563300001, 1.2700, 104.0, [(11.0, 90.0, 1500.0)]),
            seas.voyage(563300002, 1.2510, 104.0, [(11.0, 90.0, 1500.0)]),
            seas.voyage(563300003, 1.2200, 104.1, [(11.0, 0.0, 1500.0)]),
        )
        statics = made.numbered(*[made.ship(563300001 + n, f"GOLDEN WAY {n}", 180, 30, 80) for n in range(3)])
        world = World(lanes=Straight())
        return Golden(reports, statics, empty("messages"), (("caution", (563300001,)),), world)


class Straight(Lanes):
    """A learned lane for examples: eastbound along 1.25 N, 250 m to either side."""

    def __len__(self) -> int:
        return 1

    def at(self, lat: Any, lon: Any, course: Any = np.nan, group: Any = -1, reach: float = 0.0) -> LaneHit:
        """The lane, within 3 miles of it."""
        y, x = (np.asarray(v, "f8") for v in (lat, lon))
        east, north = geodesy.plane(1.25, 103.0, y, x)
        near_it, one = np.abs(north) < 5556.0, np.ones(y.shape)
        return LaneHit(
            90.0 * one, np.where(near_it, 0, -1), -north, east, 250.0 * one, 6.0 * one, one,
            np.full(y.shape, 2000), np.zeros(y.shape, np.bool_), one, np.full(y.shape, 2000),
        )  # fmt: skip

    def source(self, lane: int) -> str:
        """Whose it is."""
        return "made up, learned"


DETECTOR = RouteDeviation()
