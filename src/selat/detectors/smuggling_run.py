"""A small craft that runs at night from one shore towards another.

What it finds
    A craft of up to 30 m, or one that declares nothing, faster than 25 knots, at night (19 to 6 h local mean time), that left a
    shore within the last hour (first seen within 2 miles of it), is 3 miles and more from there, and has another shore
    ahead within 25 miles. Judged every 30 s. Warning for targets of a radar or a camera that send no AIS; a caution for
    craft with AIS, since few who smuggle say where they are. Without a shoreline, nothing is said; without a
    small-target radar or a camera, most of these craft are not seen at all.
Why it matters
    Cigarettes, drugs and people cross the straits in fast boats: 376 of 1,095 incidents in the first half of 2024 were
    contraband (IFC).
False alarms
    Ferries that declare no type, patrols with AIS off, crews' boats, anglers in a hurry. Left out: ferries, pilot, rescue,
    patrol and other service craft.
Reference
    Behaviours 2.10 (small fast contact above 25 kn, shore to shore, at night, no ferry's route): selat's proposal, no published
    threshold was found. The shore is that of the world's coast, with its source.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _boats as boats
from selat.detectors import _golden as made
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.detectors._meetings import ramp
from selat.detectors._seas import voyage
from selat.kernels import geodesy
from selat.model.clock import SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import coast, say
from selat.tracks.coast import Coast
from selat.tracks.window import Window
from selat.tracks.world import World


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    speed: float = param(25 * KNOT, "m/s", "Faster than this", "behaviours 2.10: 25 kn")
    length: float = param(30.0, "m", "Craft no longer than this", "selat")
    left: float = param(2 * NAUTICAL_MILE, "m", "First seen within this of a shore", "selat")
    back: float = param(3600.0, "s", "... within this time", "selat")
    gone: float = param(3 * NAUTICAL_MILE, "m", "... and now so far from there", "selat")
    ahead: float = param(
        25 * NAUTICAL_MILE, "m", "Another shore lies within this ahead", "selat: the straits are 8 to 30 nm wide"
    )


@dataclass(frozen=True)
class SmugglingRun(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "smuggling_run"
    every: int = 30 * SECOND
    pace: Pace = field(default_factory=lambda: Pace(3, 8, 300.0, 1800.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Fast small craft at night that come from a shore."""
        p, s, c = self.p, fleet.ships(window), window.contacts
        shore = window.world.coast
        fast = np.flatnonzero(boats.small(s, p.length) & (s.speed > p.speed))
        if not fast.size or not shore.source:
            return [], None
        hidden, found = boats.unseen(c, s), []
        for i in fast.tolist():
            h = float(boats.hour(window.now, s.lon[i]))
            track = fleet.trail(c, int(s.slot[i]), window.now - round(p.back * SECOND))
            if not boats.night(h) or len(track.time) < 3:
                continue
            x, y = geodesy.plane(track.lat[0], track.lon[0], s.lat[i], s.lon[i])
            told = {
                "hour": round(h, 2), "unseen": bool(hidden[i]), "shore_source": shore.source,
                "left": fleet.real(np.ravel(shore.distance(track.lat[0], track.lon[0]))[0], 0),
                "off": fleet.real(np.ravel(shore.distance(s.lat[i], s.lon[i]))[0], 0),
                "gone": round(float(np.hypot(x, y)), 0), "ahead": self._ahead(shore, s, i),
                "seconds": round(float((track.time[-1] - track.time[0]) / SECOND), 0),
            }  # fmt: skip
            found.append(fleet.finding(window, s, i, int(track.time[0]), told, track=track))
        return fleet.so(self, found), None

    def _ahead(self, shore: Coast, s: fleet.Ships, i: int) -> float | None:
        """Metres to land on her course; None where there is none within reach."""
        away = np.arange(250.0, self.p.ahead, 250.0)
        lat, lon = geodesy.destination(s.lat[i], s.lon[i], s.course[i], away)
        land = np.flatnonzero(shore.distance(lat, lon) <= 0.0)
        return float(away[land[0]]) if land.size else None

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Small, fast, at night, from shore to shore."""
        e, p, who = evidence, self.p, evidence["ship"]
        if who["speed"] <= p.speed or not boats.night(e["hour"]) or e["gone"] < p.gone:
            return None
        if e["left"] is None or e["left"] > p.left or e["ahead"] is None:
            return None
        what = "A craft without AIS" if e["unseen"] else fleet.the(who)
        sentence = (
            f"{what} runs at {who['speed'] / KNOT:.0f} kn (limit {p.speed / KNOT:.0f}) at night from one shore towards another: it "
            f"was {say.miles(max(0.0, e['left']))} off the shore {say.span(e['seconds'])} ago (limit {say.miles(p.left)}), is "
            f"{say.miles(e['gone'])} from there (limit {say.miles(p.gone)}), and has land {say.miles(e['ahead'])} ahead."
        )
        parts = {
            "speed": fleet.over(who["speed"], p.speed, 1.4), "shore": ramp(e["left"], p.left, 0.3 * p.left, 0.7),
            "crossing": ramp(e["gone"], p.gone, 2 * p.gone, 0.8), "identity": 0.9 if e["unseen"] else 0.4,
        }  # fmt: skip
        return Verdict(
            "warning" if e["unseen"] else "caution", sentence, parts,
            ("a ferry or a crew boat that declares no type", "a patrol with its AIS off", "an angler in a hurry"),
            "Follow her on radar and camera; tell the patrol where she will land.", f"shore: {e['shore_source']}",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when she slows or lands."""
        return f"{evidence['ship']['name']} does not run any more."

    def golden(self) -> Golden:
        """At night a target without AIS runs from Pengerang to Bintan at 36 knots; a ferry does too."""
        night = 8 * 3600.0 + 1800.0  # 16:30 UTC, half past eleven there
        reports = made.numbered(
            voyage(800000011, 1.362, 104.105, [(36.0, 132.0, 1300.0)], start=night, msg_type=0),
            voyage(563750001, 1.365, 104.115, [(28.0, 132.0, 1600.0)], start=night),
        )
        statics = made.ship(563750001, "GOLDEN FERRY", 28, 7, 40, night)
        return Golden(
            reports, statics, empty("messages"), (("warning", (800000011,)),), World(coast=Coast(coast.SHIPPED))
        )


DETECTOR = SmugglingRun()
