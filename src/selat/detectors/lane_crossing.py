"""A ship that crosses a traffic lane at too small an angle.

What it finds
    A ship under way that came into a lane over one of its long sides and left it over the other, with headings that
    differed from the lane's run by less than 60 degrees on average. Judged every 30 s, told once, when she has left. A
    caution, and a warning below 45 degrees; craft below 50 m, such as ferries that cross all day, are a caution below
    45 degrees and not told above.
Why it matters
    Rule 10(c): who must cross does so on a heading as nearly as practicable at right angles, so that she is in the lane
    for the shortest time and all see what she is about.
False alarms
    It is the heading that counts, not the course over the ground, which a current bends: where a ship sends no heading
    (class B, most ferries below 300 GT) the course is taken and the sentence says so. Ships that join or leave a lane
    at a small angle are right (10(b)(iii)): who followed the lane for two fifths of the time is not found. Avoiding a
    ship in the lane makes an angle small. Left out: ships not under command or restricted, fishing vessels, rescue and
    law enforcement craft.
Reference
    COLREGs rule 10(b), (c); the angles are selat's (behaviours 2.6).
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
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.window import Window

LEFT_OUT = (30, 51, 54, 55, 35)
LANES = ("lane",)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    record: float = param(
        60.0, "deg", "A mean angle to the lane's run below this is told of big ships", "behaviours 2.6"
    )
    warn: float = param(45.0, "deg", "... below this it is a warning, and of smaller craft a caution", "behaviours 2.6")
    follow: float = param(12.0, "deg", "A heading within this of the lane's run follows the lane ...", "selat")
    followed: float = param(
        0.4, "1", "... and who did so for this share of the time has joined it, and left again", "selat"
    )
    speed: float = param(2 * KNOT, "m/s", "Slower is not judged", "selat: the course of who drifts means nothing")
    back: float = param(7200.0, "s", "Came in no longer ago than this", "selat: the track that is kept")
    big: float = param(50.0, "m", "Ships of this length and more are big", "STRAITREP: 50 m")


@dataclass(frozen=True)
class LaneCrossing(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "lane_crossing"
    every: int = 30 * SECOND
    pace: Pace = field(default_factory=lambda: Pace(1, 1, 300.0, 900.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Memory: ships that are in a lane. Those that have left one are judged once: how they went through is past."""
        p, at = self.p, near.places(window)
        s = at.ships
        row, _ = at.inside(*LANES)
        now_in = np.unique(s.id[row])
        gone = np.setdiff1d(np.array(memory or [], "i8"), now_in)
        found = []
        if gone.size:
            use = (s.speed > p.speed) & ~fleet.among(s.type, LEFT_OUT) & np.isin(s.id, gone)
            use &= ~fleet.among(s.status, (fleet.NUC, fleet.RESTRICTED, fleet.FISHING))
            lanes = at.zones.of(*LANES)
            for i in np.flatnonzero(use).tolist():
                track = fleet.fine_trail(window.contacts, int(s.slot[i]), window.now - round(p.back * SECOND))
                told = crossing(lanes, track, p.follow)
                if told is not None:
                    evidence, part = told
                    what = evidence["lane"]["name"]
                    found.append(fleet.finding(window, s, i, int(part.time[0]), evidence, what, track=part))
        return fleet.so(self, found), now_in.tolist()

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Over both sides, at too small an angle."""
        e, p = evidence, self.p
        big = (e["ship"]["length"] or 0.0) >= p.big
        limit = p.record if big else p.warn
        if e["angle"] >= limit or e["came"] == e["went"] or e["followed"] > p.followed:
            return None
        who, lane = e["ship"], e["lane"]
        what = "heading" if e["by_heading"] else "course (she sends no heading)"
        sentence = (
            f"{fleet.the(who)} has crossed {lane['name']} from its {e['came']} to its {e['went']} side with a {what} "
            f"of {e['angle']:.0f} degrees to the traffic (limit {limit:.0f}, right angles are asked for), in "
            f"{say.span(e['seconds'])} over {say.miles(e['way'])} (rule 10(c))."
        )
        parts = {
            "margin": fleet.over(limit, max(e["angle"], 1.0)), "heading": 0.95 if e["by_heading"] else 0.7,
            "geometry": near.sure(lane),
        }  # fmt: skip
        return Verdict(
            "warning" if e["angle"] < p.warn and big else "caution", sentence, parts,
            ("she avoided another ship", "she joined the lane and left it again", "her heading sensor is wrong"),
            "Note it; warn her if she goes on to the next lane.", near.source(lane),
        )  # fmt: skip

    def golden(self) -> Golden:
        """A ferry that crosses at 35 degrees, one at right angles, a ship that joins and one that follows the lane."""
        reports = made.numbered(
            seas.voyage(563240001, 1.215, 104.02, [(20.0, 45.0, 900.0)]),
            seas.voyage(563240002, 1.220, 104.08, [(20.0, 350.0, 900.0)]),
            seas.voyage(563240003, 1.222, 104.02, [(12.0, 60.0, 600.0), (12.0, 80.0, 900.0)]),
            seas.voyage(563240004, 1.234, 104.01, [(12.0, 80.0, 1500.0)]),
        )
        statics = made.numbered(*[made.ship(563240001 + n, f"GOLDEN CROSS {n}", 60, 12, 60) for n in range(4)])
        return Golden(reports, statics, empty("messages"), (("warning", (563240001,)),), seas.zoned(seas.lane()))


def crossing(lanes: Any, track: Any, follow: float) -> tuple[Evidence, Any] | None:
    """The last way through a lane on a track that now lies outside: which sides, at which angle; and that part of it."""
    number = near.inside_of(lanes, track)
    inside = np.flatnonzero(number >= 0)
    if not inside.size or number[-1] >= 0:
        return None
    last = int(inside[-1])
    lane = lanes[int(number[last])]
    headed = np.array([lanes[k].direction if k >= 0 else np.nan for k in number.tolist()], "f8")
    same = fleet.turn(headed, lane.direction) < 60.0  # NaN: not in a lane
    first = near.unbroken(same[: last + 1])
    if first == 0:
        return None  # she was in it as long as we know her
    came = _side(lanes[int(number[first])], track, first - 1, first)
    went = _side(lane, track, last + 1, last)
    if came is None or went is None:
        return None
    part = type(track)(*(a[first - 1 : last + 2] for a in track))
    heading, run = track.heading[first : last + 1], headed[first : last + 1]
    by_heading = bool(np.isfinite(heading).any())
    if not by_heading:
        east, north = geodesy.plane(part.lat[:-1], part.lon[:-1], part.lat[1:], part.lon[1:])
        heading = np.degrees(np.arctan2(east, north))[: last + 1 - first]
    angle = fleet.turn(heading, run)
    angle = np.minimum(angle, 180.0 - angle)
    east, north = geodesy.plane(part.lat[:-1], part.lon[:-1], part.lat[1:], part.lon[1:])
    return {
        "lane": near.place(lanes, int(number[last])), "came": came, "went": went, "by_heading": by_heading,
        "angle": round(float(np.nanmean(angle)), 1), "followed": round(float(np.nanmean(angle < follow)), 3),
        "way": round(float(np.hypot(east, north).sum()), 1),
        "seconds": round(int(part.time[-1] - part.time[0]) / SECOND, 1), "left": int(part.time[-1]),
    }, part  # fmt: skip


def _side(lane: Zone, track: Any, out: int, into: int) -> str | None:
    """Side of the lane, seen along its direction, on which row ``out`` of a track lies; None where it is an end."""
    lat, lon = (track.lat[out] + track.lat[into]) / 2.0, (track.lon[out] + track.lon[into]) / 2.0
    if near.along(near.edge(lane, float(lat), float(lon)), lane.direction or 0.0) > 45.0:
        return None
    east, north = (float(v) for v in geodesy.plane(track.lat[into], track.lon[into], track.lat[out], track.lon[out]))
    way = np.radians(lane.direction or 0.0)
    return "right" if east * np.cos(way) - north * np.sin(way) > 0 else "left"


DETECTOR = LaneCrossing()
