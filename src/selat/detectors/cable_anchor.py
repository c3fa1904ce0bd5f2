"""A ship that anchors, or is about to, over a cable or pipeline.

What it finds
    A ship over the buffer of a cable or pipeline (the width of its zone, to either side) that lies at anchor (by its
    motion and slower than half a knot on average for 5 minutes, or slower than that all the time for 10), or says so
    and goes slower than 1.5 knots; or that suddenly goes slower than 0.4 of what it kept over the last hour, and slower
    than 3 knots, for more than 5 minutes. Judged every 30 s. An alarm where it anchors, a warning where it only slows
    down.
Why it matters
    An anchor that is dropped cuts or snags what lies there; before it is dropped a call can still prevent it.
False alarms
    Ships that slow for a pilot, a lock or a berth above a cable, and cables whose place is drawn roughly. Left out:
    ships in drawn anchorages and ports, below 20 m, and cable layers and others restricted in their ability to
    manoeuvre, fishing vessels, tugs, pilot, rescue and law enforcement craft, ferries.
Reference
    UNCLOS article 113 and the Convention of 1884 for the duty to keep clear; the start values are selat's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from selat.detectors import _cables as cables
from selat.detectors import _golden as made
from selat.detectors import _places as near
from selat.detectors import _seas as seas
from selat.detectors import _ships as fleet
from selat.detectors import _ways as ways
from selat.detectors._life import Pace, PictureRule
from selat.model.clock import SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.features import over
from selat.tracks.motion import Motion
from selat.tracks.window import Window

LEFT_OUT = (30, *fleet.SERVICE, *range(40, 50), *range(60, 70))


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    share: float = param(0.4, "1", "Slower than this share of its own mean of the last hour", "behaviours 2.8")
    lasting: float = param(300.0, "s", "... for so long", "behaviours 2.8: 5 min")
    slow: float = param(3 * KNOT, "m/s", "... and slower than this", "selat: a speed at which anchors are dropped")
    norm: float = param(5 * KNOT, "m/s", "Ships that kept less than this are not slowing down", "selat")
    still: float = param(1.5 * KNOT, "m/s", "A ship that says anchored is so below this", "selat: stale status")
    rest: float = param(0.5 * KNOT, "m/s", "Slower than this ...", "selat: swing and error of a ship at anchor")
    resting: float = param(600.0, "s", "... for so long, she lies at anchor", "selat: longer than a pilot's boarding")
    length: float = param(20.0, "m", "Shorter craft are not judged", "selat: light anchors")


@dataclass(frozen=True)
class CableAnchor(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "cable_anchor"
    every: int = 30 * SECOND
    pace: Pace = field(default_factory=lambda: Pace(2, 4, 300.0, 1800.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Slow ships over cables: anchored, or slowed down against their own norm."""
        p, at, c = self.p, near.places(window), window.contacts
        s = at.ships
        use = (s.speed < p.slow) & (s.length >= p.length) & ~fleet.among(s.type, LEFT_OUT)
        use &= ~fleet.among(s.status, (fleet.RESTRICTED, fleet.MOORED, fleet.AGROUND, fleet.FISHING))
        motion, found = c.motion[s.slot], []
        row, zone = cables.over_cables(at, use)
        deep = -at.zones.distance(s.lat[row], s.lon[row], zone) if row.size else row
        mean = (
            dict(zip(row.tolist(), over(c, s.slot[row], window.now, p.lasting).mean.tolist(), strict=True))
            if row.size
            else {}
        )
        for i, z, inside in zip(row.tolist(), zone.tolist(), deep, strict=True):
            track = fleet.trail(c, int(s.slot[i]), window.now - 4500 * SECOND)
            if len(track.time) < 3:
                continue
            since = track.time[ways.slow_since(track, p.slow)]
            still = track.time[ways.slow_since(track, p.rest)]
            calm = motion[i] == Motion.ANCHORED and mean[i] < p.rest
            anchored = bool(calm or s.time[i] - still >= p.resting * SECOND)
            evidence = {
                "cable": near.place(at.zones, z), "inside": round(float(inside), 1), "anchored": anchored,
                "slow": round(int(s.time[i] - since) / SECOND, 1),
                "norm": fleet.real(ways.norm(track, int(since)), 2),
            }  # fmt: skip
            found.append(fleet.finding(window, s, i, int(still if anchored else since), evidence, track=track))
        return fleet.so(self, found), None

    def judge(self, evidence: Evidence) -> Verdict | None:
        """At anchor, or slowed down for long enough."""
        e, p = evidence, self.p
        who, cable = e["ship"], e["cable"]
        says = who["status"] == fleet.ANCHORED and who["speed"] < p.still
        slowed = e["norm"] is not None and e["norm"] >= p.norm and e["slow"] > p.lasting
        slowed = slowed and who["speed"] < p.share * e["norm"]
        if e["anchored"] or says:
            how = "lies at anchor" + ("" if e["anchored"] else " as she says")
            why = f"she goes {cables.knots(who['speed'])}"
        elif slowed:
            how = "slows down as if to anchor"
            why = (
                f"{cables.knots(who['speed'])} for {say.span(e['slow'])}, {100 * who['speed'] / e['norm']:.0f} % of the "
                f"{cables.knots(e['norm'])} that she kept (limit {100 * p.share:.0f} %, {say.span(p.lasting)})"
            )
        else:
            return None
        sentence = f"{fleet.the(who)} {how} over {cable['name']}, {say.miles(e['inside'])} inside its buffer: {why}."
        parts = {
            "evidence": 0.95 if e["anchored"] else 0.85 if says else 0.7, "geometry": near.sure(cable),
            "identity": fleet.known(who),
        }  # fmt: skip
        return Verdict(
            "alarm" if e["anchored"] or says else "warning", sentence, parts, cables.FALSE,
            "Call her at once: she must not let go or weigh without advice; tell the owner of the cable.",
            near.source(cable),
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when she is gone from there or sails again."""
        return f"{evidence['ship']['name']} is not at anchor over {evidence['cable']['name']} any more."

    def golden(self) -> Golden:
        """A cargo ship that slows and anchors on a cable, one that anchors beside it, one that passes over it."""
        stop = [(10.0, 80.0, 1800.0), (2.5, 80.0, 400.0), (0.1, 80.0, 2600.0)]
        far = 10.0 * KNOT * 1800.0 / 111_300.0
        reports = made.numbered(
            seas.voyage(563170001, 1.25, 104.097 - far, stop), seas.voyage(563170002, 1.30, 104.080 - far, stop),
            seas.voyage(563170003, 1.20, 104.097 - far, [(10.0, 80.0, 4000.0)]),
        )  # fmt: skip
        statics = cables.cast(563170001, "GOLDEN HOOK", "GOLDEN BESIDE", "GOLDEN PASSER")
        return Golden(reports, statics, empty("messages"), (("alarm", (563170001,)),), seas.zoned(cables.cable()))


DETECTOR = CableAnchor()
