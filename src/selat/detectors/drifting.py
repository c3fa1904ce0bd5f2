"""A ship that is carried by the stream: she goes where she does not point.

What it finds
    For 10 minutes and at least 500 m a ship of 50 m and more made 1 to 5 knots over the ground with her course more
    than 45 degrees off her heading, and off the reciprocal of it, on a way that is straight (net over gross distance
    above 0.7). Without a heading: she sailed at 5 knots or more within the two hours before, and for 20 minutes has
    gone straight at 0.3 to 2 knots, by her motion drifting. Judged every 30 s. A warning, without a heading a caution;
    an alarm when she will meet the shore within an hour that way, or is in a lane. The sentence says when she meets it.
Why it matters
    A ship without power is ashore within hours, in the Straits within one; tugs need that time.
False alarms
    Left out are those who do it for a living: fishing, towing, tugs, dredgers, diving, pilot and rescue craft, sailing
    and pleasure craft; ships at anchor (they swing about a place) and those restricted in their ability to manoeuvre. A
    heading that is off by a constant looks like drift: who never had her course within 30 degrees of her heading before
    is left out, if she keeps her speed, and who was not seen before if she makes more than 3 knots. Ships that wait
    under way with the engine stopped do drift, and on purpose.
Reference
    DMA AisAbnormal, drift (1 to 5 knots, 45 degrees, 10 minutes, 500 m, 50 m of length); behaviours 2.1.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from selat.detectors import _declared as said
from selat.detectors import _golden as made
from selat.detectors import _places as near
from selat.detectors import _seas as seas
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.kernels import geodesy
from selat.model.clock import SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.features import Features, over
from selat.tracks.motion import Motion
from selat.tracks.window import Window

LEFT_OUT = (30, *fleet.TOWING, 33, 34, 35, 36, 37, *fleet.SERVICE)
AHEAD = np.arange(300.0, 7201.0, 300.0)  #: s: where she would be along her drift


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    window: float = param(600.0, "s", "For so long", "DMA: 10 min")
    slowly: float = param(1000.0, "s", "... or so long, for those who take it to make the way", "selat: 500 m at 1 kn")
    before: float = param(
        30.0, "deg", "Her course was within this of her heading before", "selat: else the heading is wrong"
    )
    alike: float = param(
        15.0, "deg", "As far off her heading as when she sailed: it is wrong", "selat: an error of mounting is constant"
    )
    unseen: float = param(
        3 * KNOT, "m/s", "Faster than this, that must have been seen", "selat: streams of the Straits"
    )
    way: float = param(500.0, "m", "... and so far", "DMA: 500 m")
    slow: float = param(KNOT, "m/s", "Mean speed above", "DMA: 1 kn")
    fast: float = param(5 * KNOT, "m/s", "Mean speed below", "DMA: 5 kn")
    angle: float = param(45.0, "deg", "Course off heading and its reciprocal by more than", "DMA: 45 deg")
    straight: float = param(0.7, "1", "Net over gross distance above", "selat")
    length: float = param(50.0, "m", "Shorter ships are not judged", "DMA: LOA 50 m")
    blind: float = param(1200.0, "s", "Without a heading: for so long", "selat")
    blind_fast: float = param(2 * KNOT, "m/s", "... and no faster than", "selat: streams of the Straits")
    ashore: float = param(3600.0, "s", "An alarm when she meets the shore within", "selat: the time that a tug needs")


@dataclass(frozen=True)
class Drifting(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "drifting"
    every: int = 30 * SECOND
    pace: Pace = field(default_factory=lambda: Pace(2, 4, 300.0, 1800.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Slow ships across their heading, and slow straight ones without any."""
        p, s, c = self.p, fleet.ships(window), window.contacts
        use = (
            (s.speed < 1.3 * p.fast) & (s.speed > 0.3 * KNOT) & ~fleet.among(s.type, LEFT_OUT) & ~(s.length < p.length)
        )
        use &= ~fleet.among(s.status, (fleet.RESTRICTED, fleet.FISHING, *fleet.TOW_STATUS)) & ~fleet.fishes(c, s)
        row = np.flatnonzero(use)
        if not row.size:
            return [], None
        f = over(c, s.slot[row], window.now, p.window + 90.0)
        slow = over(c, s.slot[row], window.now, p.slowly)
        late = (f.net <= p.way) & (slow.net > p.way)
        f = Features(*(np.where(late, getattr(slow, k.name), getattr(f, k.name)) for k in fields(Features)))
        with np.errstate(invalid="ignore"):
            good = (f.span >= 0.95 * p.window) & (f.net > p.straight * f.gross)
            across = good & (f.across > p.angle) & (f.mean > p.slow) & (f.mean < p.fast) & (f.net > p.way)
            blind = (
                good
                & np.isnan(f.crab)
                & np.isnan(s.heading[row])
                & (f.most < p.blind_fast)
                & (c.motion[s.slot[row]] == Motion.DRIFTING)
            )
        found = []
        at = near.places(window) if (across | blind).any() else None
        for k in np.flatnonzero(across | blind).tolist():
            i = int(row[k])
            assert at is not None
            found += self._one(window, s, i, bool(across[k]), f, k, bool(at.within(*said.TRAFFIC)[i]))
        return fleet.so(self, found), None

    def _one(self, w: Window, s: Any, i: int, across: bool, f: Any, k: int, busy: bool) -> list[Finding]:
        p, c, slot = self.p, w.contacts, int(s.slot[i])
        old = over(c, [slot], w.now, 7200.0)
        track = fleet.fine_trail(c, slot, w.now - round((p.window if across else p.blind) * SECOND) - 90 * SECOND)
        span = (track.time[-1] - track.time[0]) * 1e-9
        x, y = geodesy.plane(track.lat[0], track.lon[0], track.lat[-1], track.lon[-1])
        turned = np.degrees(np.arctan2(x, y)) % 360.0
        evidence = {
            "across": fleet.real(f.across[k], 1) if across else None, "mean": round(float(f.mean[k]), 3),
            "most": round(float(f.most[k]), 3), "net": round(float(f.net[k]), 1), "gross": round(float(f.gross[k]), 1),
            "seconds": round(float(span), 1), "towards": round(float(turned), 1), "fast": fleet.real(old.most[0], 2),
            "crab_before": fleet.real(_crab(c.track(slot), int(track.time[0]) - 120 * SECOND), 1),
            "motion": int(c.motion[slot]), "in_traffic": busy, "ashore": _ashore(w, s, i),
        }  # fmt: skip
        return [fleet.finding(w, s, i, int(track.time[0]), evidence, track=track)]

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Across her heading; or blind, slow and straight after she sailed."""
        e, p, who = evidence, self.p, evidence["ship"]
        if (who["length"] or p.length) < p.length or e["net"] <= p.straight * e["gross"]:
            return None
        blind = e["across"] is None
        if blind:
            if e["motion"] != Motion.DRIFTING or (e["fast"] or 0.0) < p.fast or e["seconds"] < 0.9 * p.blind:
                return None
            how = f"without a heading, straight at {said.knots(e['mean'])} (limit {said.knots(p.blind_fast)})"
        else:
            if not (p.slow < e["mean"] < p.fast) or e["across"] <= p.angle or e["net"] <= p.way:
                return None
            if e["crab_before"] is None and e["mean"] > p.unseen:
                return None
            fast, crab = e["fast"] or 0.0, e["crab_before"]
            alike = fast > p.fast and crab is not None and abs(crab - e["across"]) < p.alike
            if crab is not None and crab > p.before and (alike or e["mean"] > 0.7 * fast):
                return None  # her heading is wrong: it was as far off when she sailed
            how = f"{e['across']:.0f} degrees off her heading (limit {p.angle:.0f}) at {said.knots(e['mean'])}"
        soon = e["ashore"] is not None and e["ashore"] < p.ashore
        shore = "" if e["ashore"] is None else f"; that way she meets the shore in {say.span(e['ashore'])}"
        sentence = (
            f"{fleet.the(who)} drifts towards {say.bearing(e['towards'])}, {how}, for {say.span(e['seconds'])} and "
            f"{say.miles(e['net'])} (limits {say.span(p.window)}, {p.way:.0f} m){shore}."
        )
        sure = {
            "margin": 0.6 if blind else fleet.over(e["across"], p.angle, 1.7),
            "motion": 0.95 if e["motion"] == Motion.DRIFTING else 0.8, "identity": fleet.known(who),
        }  # fmt: skip
        priority = "alarm" if soon or (e["in_traffic"] and not blind) else "caution" if blind else "warning"
        return Verdict(
            priority, sentence, sure,
            ("she waits with her engine stopped", "her heading sensor is wrong", "she holds station by thrusters"),
            "Call her: does she need a tug? Work out where she grounds and when; warn those below her.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when she sails or anchors."""
        return f"{evidence['ship']['name']} does not drift any more."

    def golden(self) -> Golden:
        """A tanker whose engine fails, and one that sails slowly where she points."""
        reports = made.numbered(
            seas.voyage(563430001, 1.30, 104.50, [(11.0, 80.0, 1200.0)]),
            seas.voyage(
                563430001, 1.306, 104.5605, [(2.2, 150.0, 1800.0)], start=1210.0, heading=80.0
            ),
            seas.voyage(563430002, 1.40, 104.50, [(11.0, 80.0, 1200.0), (2.2, 80.0, 1800.0)]),
        )  # fmt: skip
        statics = made.numbered(
            made.ship(563430001, "GOLDEN FRIO", 180, 30, 80), made.ship(563430002, "GOLDEN SLOW", 180, 30, 80)
        )
        return Golden(reports, statics, empty("messages"), (("warning", (563430001,)),))


def _crab(track: Any, before: int) -> float:
    """Least mean angle (0 to 90 deg) between course and heading, or its reciprocal, over three positions before a time
    (ns) at which she made a knot; NaN without any.
    """
    keep = (track.time < before) & (track.sog > KNOT) & np.isfinite(track.cog) & np.isfinite(track.heading)
    if keep.sum() < 3:
        return float("nan")
    off = fleet.turn(track.cog[keep], track.heading[keep])
    off = np.minimum(off, 180.0 - off)
    return float(np.convolve(off, np.ones(3) / 3.0, "valid").min())


def _ashore(w: Window, s: Any, i: int) -> float | None:
    """Seconds until her drift meets the shore; None within two hours not, or not known."""
    vx, vy = float(w.contacts.vx[s.slot[i]]), float(w.contacts.vy[s.slot[i]])
    lat, lon = geodesy.moved(float(s.lat[i]), float(s.lon[i]), vx * AHEAD, vy * AHEAD)
    hit = np.flatnonzero(w.world.coast.distance(lat, lon) < 0)
    return float(AHEAD[hit[0]]) if hit.size else None


DETECTOR = Drifting()
