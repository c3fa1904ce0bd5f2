"""A ship that goes to and fro slowly and gets nowhere.

What it finds
    A ship that over 30 minutes went slower than 2 knots on average and came less than 0.3 of its way ahead (net over
    gross distance), never faster than 2.5 knots, and that lies neither at anchor nor at a berth by its motion, outside
    anchorages (declared or learned), ports and pilot grounds. Judged every minute. Caution; a warning inside a traffic
    lane, a separation zone or a precautionary area.
Why it matters
    Waiting for somebody, searching, or trouble on board that nobody has reported begins like this.
False alarms
    Ships that wait for a pilot or a berth outside the drawn grounds, bunkering, fishing that does not look like
    fishing, survey and dredging. Left out: fishing vessels and what moves like fishing, pilot boats, tugs, rescue and
    law enforcement craft, dredgers and diving vessels, ships that declare themselves towing, fishing or restricted,
    ships that only drift (their track is straight), craft below 20 m (anglers, yachts) and the swing at an anchor (150
    m).
Reference
    Global Fishing Watch's loitering (hours slower than 2 knots); RTEC loitering (30 min); the ratio is selat's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _places as near
from selat.detectors import _ships as fleet
from selat.detectors import _ways as ways
from selat.detectors._life import Pace, PictureRule
from selat.detectors._seas import voyage
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.features import over
from selat.tracks.motion import Motion
from selat.tracks.window import Window

LEFT_OUT = (30, *fleet.TOWING, 33, 34, 35, 36, 37, *fleet.SERVICE)  #: whose work is to be slow somewhere
WAITING = ("anchorage", "port", "pilot_boarding", "licensed")
TRAFFIC = ("lane", "separation_zone", "precautionary", "deep_water_route")


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    window: float = param(1800.0, "s", "Looks so far back", "RTEC: 1,800 s; GFW: an hour")
    slow: float = param(2 * KNOT, "m/s", "Mean speed below", "GFW pipe-loitering: 2 kn")
    faster: float = param(2.5 * KNOT, "m/s", "Never faster: who has just stopped and drifts does not loiter", "selat")
    alive: float = param(0.4 * KNOT, "m/s", "Mean speed above: slower lies still", "selat")
    ratio: float = param(0.3, "1", "Net over gross distance below", "selat: behaviours 2.4")
    radius: float = param(150.0, "m", "Keeps no smaller a circle than this: that is an anchor", "selat: swing of 300 m")
    length: float = param(20.0, "m", "Shorter craft are not judged", "COLREGs rule 10(j): craft below 20 m")


@dataclass(frozen=True)
class Loitering(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "loitering"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(2, 5, 300.0, 1800.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Slow ships outside waiting grounds whose last half hour led nowhere."""
        p, s, c = self.p, fleet.ships(window), window.contacts
        at = near.places(window)
        motion = c.motion[s.slot]
        use = (s.speed < 2 * p.slow) & ~fleet.among(motion, (Motion.ANCHORED, Motion.MOORED)) & ~fleet.fishes(c, s)
        use &= ~fleet.among(s.type, LEFT_OUT) & (s.length >= p.length) & ~at.within(*WAITING)
        use &= ~fleet.among(s.status, (*fleet.TOW_STATUS, fleet.RESTRICTED, fleet.NUC, fleet.FISHING))
        lanes = getattr(window.world, "lanes", None)
        if lanes is not None and len(lanes):
            use &= lanes.stops(s.lat, s.lon) < 0  # where ships have stopped before they wait
        row = np.flatnonzero(use)
        if not row.size:
            return [], None
        f = over(c, s.slot[row], window.now, p.window)
        bad = (f.span >= 0.85 * p.window) & (f.mean < p.slow) & (f.mean > p.alive) & (f.radius > p.radius)
        bad &= f.net < p.ratio * f.gross
        busy = at.within(*TRAFFIC)
        found = []
        for k in np.flatnonzero(bad).tolist():
            i = int(row[k])
            track = fleet.trail(c, int(s.slot[i]), window.now - round(p.window * SECOND))
            slow = ways.slow_since(track, p.faster)
            if track.time[-1] - track.time[slow] < 0.85 * p.window * SECOND:
                continue  # she has stopped just now: the way on which she lost her speed is no loitering
            evidence = {
                "seconds": round(float(f.span[k]), 1), "net": round(float(f.net[k]), 1),
                "gross": round(float(f.gross[k]), 1), "mean": round(float(f.mean[k]), 3),
                "radius": round(float(f.radius[k]), 1), "motion": int(motion[i]), "in_traffic": bool(busy[i]),
            }  # fmt: skip
            found.append(fleet.finding(window, s, i, int(track.time[0]), evidence, track=track))
        return fleet.so(self, found), None

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Slow, alive, and nowhere."""
        e, p = evidence, self.p
        if not (p.alive < e["mean"] < p.slow and e["net"] < p.ratio * e["gross"] and e["radius"] > p.radius):
            return None
        who, ratio = e["ship"], e["net"] / e["gross"]
        where = " in the way of traffic" if e["in_traffic"] else ""
        sentence = (
            f"{fleet.the(who)} has loitered{where} for {say.span(e['seconds'])}: {e['mean'] / KNOT:.1f} kn on average "
            f"(limit {p.slow / KNOT:.0f}), {say.miles(e['gross'])} sailed and {say.miles(e['net'])} made good "
            f"({ratio:.2f} of it, limit {p.ratio:.1f})."
        )
        parts = {"margin": fleet.over(p.ratio, max(ratio, 0.01)), "identity": fleet.known(who), "prior": 0.8}
        return Verdict(
            "warning" if e["in_traffic"] else "caution", sentence, parts,
            ("she waits for a pilot, a berth or orders", "she surveys, fishes or trains"),
            "Ask her intentions; look for craft that meet her.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when she goes on or anchors."""
        return f"{evidence['ship']['name']} does not loiter any more."

    def golden(self) -> Golden:
        """A tanker that goes to and fro at 1.5 knots; another that drifts on the current as slowly, but straight."""
        legs = [(1.5, 45.0 + 180.0 * (n % 2) + 10.0 * n, 600.0) for n in range(8)]
        reports = made.numbered(
            voyage(563120001, 1.30, 104.50, legs), voyage(563120002, 1.40, 104.60, [(1.5, 80.0, 4800.0)])
        )
        statics = made.numbered(
            made.ship(563120001, "GOLDEN WAITER", 180, 30, 80), made.ship(563120002, "GOLDEN DRIFTER", 180, 30, 80)
        )
        return Golden(reports, statics, empty("messages"), (("caution", (563120001,)),))


DETECTOR = Loitering()
