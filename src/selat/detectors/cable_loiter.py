"""A ship that stays over a cable or pipeline, or comes back to it again and again.

What it finds
    A ship that spent 30 minutes over the buffer of a cable or pipeline without a break at less than 2 knots on average,
    neither at anchor nor at a berth; or that has gone over the same one four times within two hours. Judged every
    minute; a warning.
Why it matters
    Who looks for a cable, or works on it, moves like this; owners want to know while it happens.
False alarms
    Cable ships, survey, fishing, dredging, waiting for a pilot, ferries whose way crosses a cable each trip. Left out:
    ships restricted in their ability to manoeuvre, fishing vessels and what moves like fishing, ferries and high-speed
    craft, tugs, pilots and other service craft, craft below 20 m, anchorages, ports and pilot grounds.
Reference
    The start values are selat's.
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
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.features import over
from selat.tracks.motion import Motion
from selat.tracks.window import Window

LEFT_OUT = (30, *fleet.TOWING, 33, 35, 36, *fleet.SERVICE, *range(40, 50), *range(60, 70))


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    lasting: float = param(1800.0, "s", "Over it for so long", "behaviours 2.8: 30 min")
    slow: float = param(2 * KNOT, "m/s", "Mean speed below", "behaviours 2.8")
    alive: float = param(0.4 * KNOT, "m/s", "Mean speed above: slower is cable_anchor's matter", "selat")
    passes: int = param(4, "1", "Or so many times over the same one", "selat: more than there and back")
    within: float = param(7200.0, "s", "... within so long", "selat: the track that is kept")
    length: float = param(20.0, "m", "Shorter craft are not judged", "selat: anglers and yachts")


@dataclass(frozen=True)
class CableLoiter(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "cable_loiter"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(2, 5, 300.0, 3600.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Ships over cables, with how long they have stayed and how often they came."""
        p, at, c = self.p, near.places(window), window.contacts
        s = at.ships
        use = (s.length >= p.length) & ~fleet.among(s.type, LEFT_OUT) & ~at.within("pilot_boarding")
        use &= ~fleet.among(s.status, (fleet.NUC, fleet.RESTRICTED, fleet.FISHING, *fleet.TOW_STATUS))
        use &= ~fleet.among(c.motion[s.slot], (Motion.ANCHORED, Motion.MOORED)) & ~fleet.fishes(c, s)
        found = []
        row, zone = cables.over_cables(at, use)
        if not row.size:
            return [], None
        way = over(c, s.slot[row], window.now, p.within)
        lingers = (way.net < 0.5 * way.gross) | (s.speed[row] < 2 * p.slow)  # who passes has come straight on
        row, zone = row[lingers], zone[lingers]
        mine = at.zones.of(*cables.KINDS)
        order = at.numbers(*cables.KINDS)
        for i, z in zip(row.tolist(), zone.tolist(), strict=True):
            track = fleet.trail(c, int(s.slot[i]), window.now - round(p.within * SECOND))
            if len(track.time) < 3:
                continue
            point, which = mine.members(track.lat, track.lon)
            over_it = np.zeros(len(track.time), bool)
            over_it[point[order[which] == z]] = True
            first = near.unbroken(over_it)
            span, step, _ = ways.steps(track)
            stay = float(span[first:].sum())
            evidence = {
                "cable": near.place(at.zones, z), "seconds": round(stay, 1),
                "mean": round(float(step[first:].sum() / max(stay, 1.0)), 3), "motion": int(c.motion[s.slot[i]]),
                "passes": int((np.diff(over_it.astype("i1")) == 1).sum() + over_it[0]),
            }  # fmt: skip
            since = int(track.time[min(first, len(track.time) - 1)])
            found.append(fleet.finding(window, s, i, since, evidence, track=track))
        return fleet.so(self, found), None

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Stays there, or comes back."""
        e, p = evidence, self.p
        stays = e["seconds"] >= p.lasting and p.alive < e["mean"] < p.slow
        if not stays and e["passes"] < p.passes:
            return None
        who, cable = e["ship"], e["cable"]
        if stays:
            how = (
                f"has stayed over {cable['name']} for {say.span(e['seconds'])} (limit {say.span(p.lasting)}) at "
                f"{cables.knots(e['mean'])} on average (limit {cables.knots(p.slow)})"
            )
            margin = fleet.over(e["seconds"], p.lasting)
        else:
            how = f"has gone over {cable['name']} {e['passes']} times within {say.span(p.within)} (limit {p.passes})"
            margin = fleet.over(e["passes"], p.passes)
        parts = {"margin": margin, "geometry": near.sure(cable), "identity": fleet.known(who), "prior": 0.8}
        return Verdict(
            "warning", f"{fleet.the(who)} {how}.", parts, ("she surveys or repairs it", *cables.FALSE),
            "Ask her what she does there; tell the owner of the cable.", near.source(cable),
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when she has gone."""
        return f"{evidence['ship']['name']} has left {evidence['cable']['name']}."

    def golden(self) -> Golden:
        """A ship to and fro over a cable at 1.6 knots, another that goes over it again and again, one that passes."""
        slow = [(1.6, 0.0 + 180.0 * (n % 2), 600.0) for n in range(6)]
        again = [(9.0, 90.0 + 180.0 * (n % 2), 600.0) for n in range(7)]
        reports = made.numbered(
            seas.voyage(563190001, 1.25, 104.1, slow), seas.voyage(563190002, 1.30, 104.085, again),
            seas.voyage(563190003, 1.20, 104.05, [(10.0, 90.0, 3600.0)]),
        )  # fmt: skip
        statics = cables.cast(563190001, "GOLDEN STAYER", "GOLDEN AGAIN", "GOLDEN PASSER")
        expect = (("warning", (563190001,)), ("warning", (563190002,)))
        return Golden(reports, statics, empty("messages"), expect, seas.zoned(cables.cable()))


DETECTOR = CableLoiter()
