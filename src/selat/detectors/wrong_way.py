"""A ship that sails against the direction of a traffic lane.

What it finds
    A ship inside a traffic lane, faster than 3 knots, whose course differs from the lane's direction by more than 120
    degrees, for at least 3 minutes and 0.3 miles made good against the traffic, at least 50 m inside the lane's edge.
    Where the way made good lies more than 20 degrees off the lane's run she crosses (``lane_crossing``) and is told
    only after 2.5 miles. Judged every 10 s; the run against the traffic is measured on the track. Lanes are those of
    the declared zones; where there is none, lanes learned from 200 passages and more of merchant ships (cargo, tanker,
    or not said; the way of tugs along a shore is none), where 97 of 100 ships go one way: that is a warning, never an
    alarm, and told only of ships on passage of 50 m and more (cargo, tanker, passenger, or a type that is not known). No
    rule binds anybody to what others did: such a lane only says where her like go the other way.
Why it matters
    Ships in a lane expect all others to go their way: a ship that comes against them closes at the sum of both speeds,
    in a lane of a few hundred metres. It is the gravest breach of rule 10(b)(i).
False alarms
    Ships along the edge of a lane in the inshore zone (the 50 m, and the error of positions), ships that cross (their
    way against the lane is short) or join at an end, ships that the traffic service has permitted to go against the
    lane (list them in the zone's rules, ``mmsi``; MARS 200903 tells how common it is), pilot, rescue and law
    enforcement craft, whose work it is to meet ships in the lane (left out, as far as they say so), ships that are
    restricted in their ability to manoeuvre, towing, or not under command, as they declare, and ships whose positions
    leapt to where they seem to be within the last half hour (satellites jammed: that is another alert). A lane whose direction was
    drawn the wrong way round raises an alert of every ship in it.
Reference
    COLREGs rule 10(a), (b)(i), (k), (l); MARS 200903; the start values are selat's.
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
from selat.detectors._ships import Array, Ships
from selat.kernels import geodesy
from selat.model.clock import SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.window import Window

AT_WORK = (50, 51, 55)  #: pilot, rescue, law enforcement


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    speed: float = param(3 * KNOT, "m/s", "Slower is not judged", "selat: behaviours 2.6")
    angle: float = param(120.0, "deg", "A course that differs more from the lane's is against it", "selat")
    lasting: float = param(180.0, "s", "Against it for so long ...", "selat: longer than a crossing")
    made_good: float = param(0.3 * NAUTICAL_MILE, "m", "... and so far", "selat: longer than a crossing")
    slant: float = param(
        20.0, "deg", "A way made good that is farther off the lane's run is that of a crossing ...", "selat"
    )
    aslant: float = param(
        2.5 * NAUTICAL_MILE, "m", "... and is told only from so far on", "selat: across a lane of 1,600 m"
    )
    edge: float = param(50.0, "m", "So far inside the lane at least once", "selat: five times the error of AIS")
    back: float = param(1800.0, "s", "The track is looked at so far back", "selat")
    small: float = param(20.0, "m", "Shorter craft are a warning, others an alarm", "COLREGs rule 10(j)")
    passages: int = param(200, "1", "A learned lane counts from so many passages of merchant ships on", "selat")
    leap: float = param(50 * KNOT, "m/s", "A faster step is a leap of the position: where it led is no place", "selat")
    share: float = param(0.97, "1", "... of which this share goes one way", "selat: the rest are ferries, and errors")
    length: float = param(
        50.0, "m", "Shorter ships go as they like in a learned lane", "COLREGs rule 10(a); STRAITREP: 50 m"
    )


@dataclass(frozen=True)
class WrongWay(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "wrong_way"
    pace: Pace = field(default_factory=lambda: Pace(2, 5, 60.0, 900.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Ships that go against the lane they are in; no memory: the track tells since when."""
        s = fleet.ships(window)
        at = near.places(window)
        free = (s.speed > self.p.speed) & ~_exempt(s)
        found = self._declared(window, at, free)
        found += self._learned(
            window, s, free & ~at.within("lane", "deep_water_route", "precautionary", "anchorage", "port")
        )
        return fleet.so(self, found), None

    def _declared(self, w: Window, at: near.Places, free: Array) -> list[Finding]:
        s = at.ships
        row, zone = at.inside("lane", "deep_water_route")
        if not row.size:
            return []
        headed = at.direction[zone]
        angle = fleet.turn(s.course[row], headed)
        right = np.zeros(len(s.slot), bool)
        right[row[angle < 90.0]] = True  # where lanes overlap, one that agrees is enough
        wrong = free[row] & (angle > self.p.angle) & ~right[row]
        out, lanes = [], None
        for i, k in {int(i): int(k) for i, k in zip(row[wrong], zone[wrong], strict=True)}.items():
            lanes = at.zones.of("lane", "deep_water_route") if lanes is None else lanes
            track = fleet.trail(w.contacts, int(s.slot[i]), w.now - round(self.p.back * SECOND))
            run = _run(lanes, track, self.p.angle - 10.0)
            if run is None or ways.led_astray(w.contacts, int(s.slot[i]), track, self.p.leap):
                continue
            start, made_good, aslant, depth = run
            evidence = {
                "lane": near.place(at.zones, k), "angle": round(float(fleet.turn(s.course[i], at.direction[k])), 1),
                "made_good": round(made_good, 1), "seconds": round((int(s.time[i]) - start) / SECOND, 1),
                "inside": round(depth, 1), "slant": round(aslant, 1),
            }  # fmt: skip
            out.append(fleet.finding(w, s, i, start, evidence, track=fleet.since(track, start)))
        return out

    def _learned(self, w: Window, s: Ships, free: Array) -> list[Finding]:
        """Where nothing is declared: against what nearly all ships did that were heard there."""
        p, lanes = self.p, getattr(w.world, "lanes", None)
        long = np.where(np.isnan(s.length), (s.type >= 70) & (s.type < 90), s.length >= p.length)
        row = np.flatnonzero(free & long & (((s.type >= 60) & (s.type < 90)) | (s.type == 0)))
        if lanes is None or not len(lanes) or not row.size:
            return []
        hit, out = lanes.at(s.lat[row], s.lon[row]), []
        with np.errstate(invalid="ignore"):
            wrong = _one_way(hit, p) & (fleet.turn(s.course[row], hit.direction) > p.angle)
        for k in np.flatnonzero(wrong).tolist():
            i = int(row[k])
            track = fleet.trail(w.contacts, int(s.slot[i]), w.now - round(p.back * SECOND))
            there = lanes.at(track.lat, track.lon)
            run = _against(track, np.where(_one_way(there, p), there.direction, np.nan), p.angle - 10.0)
            if run is None or ways.led_astray(w.contacts, int(s.slot[i]), track, p.leap):
                continue
            first, made_good, aslant = run
            start = int(track.time[first])
            lane = {
                "name": "the lane learned here", "kind": "learned", "direction": round(float(hit.direction[k]), 1),
                "rules": {}, "source": lanes.source(int(hit.lane[k])), "version": lanes.version,
                "passages": int(hit.merchants[k]), "share": round(float(hit.share[k]), 3),
            }  # fmt: skip
            evidence = {
                "lane": lane, "angle": round(float(fleet.turn(s.course[i], hit.direction[k])), 1),
                "made_good": round(made_good, 1), "seconds": round((int(s.time[i]) - start) / SECOND, 1),
                "inside": round(2.0 * float(hit.sigma[k]) - abs(float(hit.cross[k])), 1), "slant": round(aslant, 1),
            }  # fmt: skip
            out.append(fleet.finding(w, s, i, start, evidence, track=fleet.since(track, start)))
        return out

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Against the lane, long and far enough, and well inside it."""
        e, p = evidence, self.p
        who, lane = e["ship"], e["lane"]
        learned = lane["kind"] == "learned"
        if who["mmsi"] in lane["rules"].get("mmsi", ()) or (learned and (who["length"] or p.length) < p.length):
            return None
        if who["speed"] <= p.speed or e["angle"] <= p.angle or e["inside"] < p.edge:
            return None
        enough = p.made_good if e["slant"] <= p.slant else p.aslant
        if e["seconds"] < p.lasting or e["made_good"] < enough:
            return None
        sentence = (
            f"{fleet.the(who)} sails {say.bearing(who['course'])} at {say.speed(who['speed'])} in {lane['name']}, whose "
            f"traffic goes {say.bearing(lane['direction'])}: {e['angle']:.0f} degrees against it (limit {p.angle:.0f}), "
            f"for {say.span(e['seconds'])} and {say.miles(e['made_good'])} (limits {say.span(p.lasting)}, "
            f"{say.miles(enough)})."
        )
        parts = {
            "margin": fleet.over(e["angle"], p.angle, 1.3) * fleet.over(e["made_good"], p.made_good, 3.0),
            "geometry": 0.75 if learned else near.sure(lane), "identity": fleet.known(who),
        }  # fmt: skip
        small = who["length"] is not None and who["length"] < p.small
        return Verdict(
            "warning" if small or learned else "alarm", sentence, parts,
            ("the traffic service has permitted it", "she avoids another ship", "the lane's line is not where it is drawn"),
            "Call her on the sector's channel, and warn the ships ahead of her.", lane["source"] if learned else near.source(lane),
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when she has left the lane or turned."""
        return f"{evidence['ship']['name']} does not sail against the traffic of {evidence['lane']['name']} any more."

    def golden(self) -> Golden:
        """One ship of three goes west in an eastbound lane; a fourth crosses it."""
        return _golden()


def _exempt(s: Ships) -> Array:
    status, types = (fleet.NUC, fleet.RESTRICTED, *fleet.TOW_STATUS), (*fleet.TOWING, *AT_WORK)
    out: Array = fleet.among(s.status, status) | fleet.among(s.type, types)
    return out


def _one_way(hit: Any, p: Parameters) -> Array:
    with np.errstate(invalid="ignore"):
        out: Array = (
            (hit.lane >= 0) & ~hit.declared & (hit.merchants >= p.passages) & (np.asarray(hit.share) >= p.share)
        )
    return out


def _run(lanes: Any, track: Any, angle: float) -> tuple[int, float, float, float] | None:
    """The unbroken run against the lane up to now.

    Start (ns), metres made good against it, angle (deg) of the whole way to the lane's run, greatest depth inside (m).
    """
    number = near.inside_of(lanes, track)
    headed = np.array([lanes[k].direction if k >= 0 else np.nan for k in number.tolist()], "f8")
    run = _against(track, headed, angle)
    if run is None:
        return None
    first, made_good, aslant = run
    depth = -lanes.distance(track.lat[first:], track.lon[first:], number[first:])
    return int(track.time[first]), made_good, aslant, float(depth.max())


def _against(track: Any, headed: Array, angle: float) -> tuple[int, float, float] | None:
    """First row, metres against, and slant (deg) of the run at the end of a track against ``headed`` (deg; NaN: none)."""
    if len(track.time) < 2:
        return None
    east, north = geodesy.plane(track.lat[:-1], track.lon[:-1], track.lat[1:], track.lon[1:])
    step = np.hypot(east, north)
    way = np.degrees(np.arctan2(east, north)) % 360.0
    with np.errstate(invalid="ignore"):
        off = fleet.turn(way, headed[1:])
        against = np.isfinite(headed[:-1]) & np.isfinite(headed[1:]) & ((off > angle) | (step < 20.0))
    first = near.unbroken(against)
    if first >= len(step):
        return None
    toward = np.radians(headed[first + 1 :])
    made_good = -(east[first:] * np.sin(toward) + north[first:] * np.cos(toward)).sum()
    across = (east[first:] * np.cos(toward) - north[first:] * np.sin(toward)).sum()
    return first, float(made_good), float(np.degrees(np.arctan2(abs(across), max(made_good, 1.0))))


def _golden() -> Golden:
    every = range(-600, 600, 10)
    reports = made.numbered(
        made.sail(563110001, 1.2500, 104.1000, 12.0, 260.0, every), made.sail(563110002, 1.2480, 104.0800, 13.0, 80.0, every),
        made.sail(563110003, 1.2520, 104.1200, 11.0, 80.0, every), made.sail(563110004, 1.2500, 104.1000, 9.0, 190.0, every),
    )  # fmt: skip
    statics = made.numbered(*[
        made.ship(563110001 + n, f"GOLDEN LANE {n}", 180, 30, 70, -600.0) for n in range(4)
    ])  # fmt: skip
    return Golden(reports, statics, empty("messages"), (("alarm", (563110001,)),), seas.zoned(seas.lane()))


DETECTOR = WrongWay()
