"""A ship that stops as ships do in an emergency only.

What it finds
    A ship of 50 m and more (cargo, tanker, passenger, or a type that is not known) that made more than 7 knots, by her
    reports and by her positions, and less than 1 knot within 5 minutes and for 60 s since, outside anchorages, ports
    and pilot grounds; and harder than ships do it by themselves: within 20 s, or with more deceleration than 3 m2/s2
    over her length (a ship of 100 m: from 7 knots within 2 minutes). Judged every 10 s. A warning; an alarm in a lane,
    separation zone, deep-water route or precautionary area.
Why it matters
    A crash stop, a rock, another hull, a wreck or a net: nobody stops a ship like that without a reason.
False alarms
    Speeds of 102.2 knots are no speeds and are not taken; a satellite receiver that was lost keeps its last position:
    the confidence falls when the last positions are all the same. Tugs, ferries below 50 m, fishing and pilot craft
    stop like that every day and are left out.
Reference
    DMA AisAbnormal, sudden speed change (from 7 to 1 knots in 30 s, 60 s); IMO MSC.137(76) (a crash stop takes up to 15
    ship lengths). The deceleration is selat's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _declared as said
from selat.detectors import _golden as made
from selat.detectors import _places as near
from selat.detectors import _seas as seas
from selat.detectors import _ships as fleet
from selat.detectors._life import FORGET, Pace, PictureRule
from selat.kernels import geodesy
from selat.model.clock import SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.features import over
from selat.tracks.window import Window

LEFT_OUT = (30, *fleet.TOWING, 33, 34, 35, 36, 37, *fleet.SERVICE)
_LIES = ("anchorage", "port", "pilot_boarding")


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    fast: float = param(7 * KNOT, "m/s", "She made more than", "DMA: 7 kn")
    still: float = param(KNOT, "m/s", "... and makes less than", "DMA: 1 kn")
    within: float = param(300.0, "s", "... after no more than", "behaviours 2.1: 30 s to 5 min")
    at_once: float = param(20.0, "s", "So soon is sudden for any ship", "selat: two reports; DMA: 30 s")
    brake: float = param(3.0, "m2/s2", "... else the deceleration times her length must exceed", "selat")
    lasting: float = param(60.0, "s", "Still since for so long", "DMA: 60 s")
    length: float = param(50.0, "m", "Shorter ships are not judged", "DMA: cargo, tankers, passengers")
    told: float = param(1200.0, "s", "A stop is found for so long", "selat")


@dataclass(frozen=True)
class SuddenStop(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "sudden_stop"
    pace: Pace = field(default_factory=lambda: Pace(1, 3, 300.0, 1800.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Still ships that were fast minutes ago; memory: evidence of stops that last."""
        p, s, c = self.p, fleet.ships(window), window.contacts
        held: dict[str, Evidence] = dict(memory or {})
        use = (s.sog < p.still) & (s.speed < 2.5 * p.still) & ~fleet.among(s.type, LEFT_OUT) & ~(s.length < p.length)
        row = np.flatnonzero(use)
        found: list[Finding] = []
        if row.size:
            f = over(c, s.slot[row], window.now, p.within + p.lasting + 60.0)
            with np.errstate(invalid="ignore"):
                row = row[f.most > p.fast]
            for i in row.tolist():
                found += self._one(window, s, i)
        found = fleet.so(self, found)
        new = {f.key: f.evidence for f in found}
        rows = {str(int(x)): i for i, x in enumerate(s.id.tolist())} if held else {}
        for key, e in held.items():
            i = rows.get(key, -1)
            if key in new or window.now - e["time"] > FORGET:
                continue
            if i < 0:
                new[key] = e
            elif s.speed[i] < 2.5 * p.still:
                new[key] = e
                found.append(
                    Finding(key, (e["ship"]["mmsi"],), e["from"], e["ship"]["lat"], e["ship"]["lon"], e, int(s.time[i]))
                )
        return found, new

    def _one(self, w: Window, s: Any, i: int) -> list[Finding]:
        p = self.p
        t = w.contacts.recent(int(s.slot[i]))
        sog = np.where(np.isnan(t.sog), np.inf, t.sog)
        j = near.unbroken(sog < p.still)
        # As the evidence will have it, or 7.0 knots are above the limit here and not when they are judged.
        before = np.flatnonzero((np.round(t.sog[:j], 2) > p.fast) & (t.time[:j] > w.now - round(p.told * SECOND)))
        if j >= len(t.time) or not before.size:
            return []
        k = int(before[-1])
        earlier = np.flatnonzero(t.time[:k] <= t.time[k] - 30 * SECOND)
        if not earlier.size:
            return []
        first = int(earlier[-1])
        span = (t.time[k] - t.time[first]) * 1e-9
        run = float(np.hypot(*geodesy.plane(t.lat[first], t.lon[first], t.lat[k], t.lon[k])))
        stopped = float(np.hypot(*geodesy.plane(t.lat[k], t.lon[k], t.lat[j], t.lon[j])))
        since = float(np.hypot(*geodesy.plane(t.lat[j], t.lon[j], t.lat[-1], t.lon[-1])))
        busy, lies = (near.places(w).within(*kinds)[i] for kinds in (said.TRAFFIC, _LIES))
        evidence = {
            "from": int(t.time[k]), "time": int(t.time[j]), "was": round(float(t.sog[k]), 2),
            "made": round(run / max(span, 1.0), 2), "now": round(float(t.sog[j:].max()), 2),
            "seconds": round(float((t.time[j] - t.time[k]) * 1e-9), 1),
            "lasting": round(float((t.time[-1] - t.time[j]) * 1e-9), 1), "way": round(stopped, 1), "since": round(since, 1),
            "frozen": bool(np.ptp(t.lat[j:]) == 0 and np.ptp(t.lon[j:]) == 0), "in_traffic": bool(busy), "lying": bool(lies),
        }  # fmt: skip
        return [fleet.finding(w, s, i, int(t.time[k]), evidence, track=fleet.since(t, int(t.time[first])))]

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Fast, then still, and shorter than ships can."""
        e, p, who = evidence, self.p, evidence["ship"]
        if e["lying"] or (who["length"] or p.length) < p.length or e["lasting"] < p.lasting or e["seconds"] > p.within:
            return None
        if (
            e["was"] <= p.fast
            or not 0.7 * p.fast <= e["made"]
            or e["was"] > 1.5 * e["made"]
            or e["now"] >= p.still
            or e["since"] > 150.0
        ):
            return None
        length = min(max(who["length"] or 100.0, p.length), 300.0)
        slowed = (e["was"] - e["now"]) / max(e["seconds"], 1.0)
        if e["seconds"] > p.at_once and slowed * length <= p.brake:
            return None
        sentence = (
            f"{fleet.the(who)} stopped from {said.knots(e['was'])} (limit {said.knots(p.fast)}) to {said.knots(e['now'])} (limit "
            f"{said.knots(p.still)}) within {say.span(e['seconds'])} and {say.miles(e['way'])}, "
            f"at {say.place(who['lat'], who['lon'])}, still for {say.span(e['lasting'])} (limit {say.span(p.lasting)})."
        )
        sure = {
            "margin": 0.95 if e["seconds"] <= p.at_once else fleet.over(slowed * length, p.brake),
            "positions": 0.6 if e["frozen"] else 0.95, "identity": fleet.known(who),
        }  # fmt: skip
        return Verdict(
            "alarm" if e["in_traffic"] else "warning", sentence, sure,
            ("her satellite receiver was lost and keeps its last position", "she stopped for somebody in the water"),
            "Call her: aground, collision, or a net? Look who was near; warn those behind her.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when she goes on."""
        return f"{evidence['ship']['name']} moves again after her sudden stop."

    def golden(self) -> Golden:
        """A ship that strikes a rock at 12 knots; another that takes six minutes to stop; a third sends 102.2 knots."""
        crash = seas.voyage(563440001, 1.30, 104.50, [(12.0, 80.0, 1500.0), (4.0, 80.0, 10.0), (0.0, 80.0, 600.0)])
        slow = [(12.0, 80.0, 1500.0), (9.0, 80.0, 120.0), (6.0, 80.0, 120.0), (3.0, 80.0, 120.0), (0.0, 80.0, 600.0)]
        odd = seas.voyage(563440003, 1.50, 104.50, [(0.1, 80.0, 1500.0)])
        odd = odd.replace(sog=np.where(np.arange(odd.rows) % 12 == 0, 1022, odd["sog"]))
        reports = made.numbered(crash, seas.voyage(563440002, 1.40, 104.50, slow), odd)
        statics = made.numbered(*[made.ship(563440001 + n, f"GOLDEN HALT {n}", 120, 20, 70) for n in range(3)])
        return Golden(reports, statics, empty("messages"), (("warning", (563440001,)),))


DETECTOR = SuddenStop()
