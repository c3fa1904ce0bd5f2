"""A small boat that comes slowly over open water to a shore where nobody lands.

What it finds
    A craft of up to 30 m, or one that declares nothing, that for an hour came 4 miles and more at less than 6 knots on a
    straight way (net over gross above 0.85) and now is within 2 miles of a shore that it heads for, farther than 2 miles from
    a port, and neither fishes nor declares other work. Judged every minute. Warning for targets of a radar or a camera
    that send no AIS, and for craft that came from another shore or from the open strait (4 miles off); else a
    caution. Without a shoreline, nothing is said; without a small-target radar or a camera, most of these boats are not
    seen at all.
Why it matters
    Boats that are too full are slow, low and without AIS; they founder near the shore, at night. Whoever finds one first
    must come as a rescuer.
False alarms
    Fishing boats on the way home to a beach that is no port, traders under sail, barges adrift that a radar tracks.
Reference
    Behaviours 2.10 (below 6 kn, from Sumatra to Selangor or Johor, landing away from ports within 2 nm): selat's
    proposal, no published threshold was found. Shore and ports are those of the world, with their sources.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _boats as boats
from selat.detectors import _golden as made
from selat.detectors import _places as near
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.detectors._meetings import ramp
from selat.detectors._seas import voyage
from selat.kernels import geodesy
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import coast, ports, say
from selat.tracks.coast import Coast
from selat.tracks.features import over
from selat.tracks.motion import Motion
from selat.tracks.ports import Ports
from selat.tracks.window import Window
from selat.tracks.world import World


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    speed: float = param(6 * KNOT, "m/s", "Slower than this ...", "behaviours 2.10: 6 kn")
    least: float = param(1.5 * KNOT, "m/s", "... and faster than this: it does not drift", "selat")
    length: float = param(30.0, "m", "Craft no longer than this", "selat")
    lasting: float = param(3600.0, "s", "Came so for this time", "selat")
    gross: float = param(4 * NAUTICAL_MILE, "m", "... over this way and more", "selat")
    straight: float = param(0.85, "1", "... net over gross above", "selat: fishing turns")
    shore: float = param(2 * NAUTICAL_MILE, "m", "Now within this of a shore", "behaviours 2.10: 2 nm")
    open: float = param(4 * NAUTICAL_MILE, "m", "Came from farther off than this: out of the open strait", "selat")
    port: float = param(2 * NAUTICAL_MILE, "m", "... and farther than this from a port", "selat")


@dataclass(frozen=True)
class OverloadedBoat(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "overloaded_boat"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(3, 8, 600.0, 3600.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Slow small craft near a shore that came straight from far off."""
        p, s, c, world = self.p, fleet.ships(window), window.contacts, window.world
        if not world.coast.source:
            return [], None
        use = (
            boats.small(s, p.length) & (s.speed < p.speed) & (s.speed > p.least) & fleet.among(s.type, (0, 37, 90, 99))
        )
        use &= c.motion[s.slot] != int(Motion.FISHING)
        row = np.flatnonzero(use & ~near.places(window).within("port"))
        if not row.size:
            return [], None
        f, off = over(c, s.slot[row], window.now, 2 * p.lasting), world.coast.distance(s.lat[row], s.lon[row])
        fits = (f.span >= p.lasting) & (f.gross >= p.gross) & (f.net > p.straight * f.gross) & (f.mean < p.speed)
        fits &= (off < p.shore) & (off > 0.0)
        hidden, found = boats.unseen(c, s), []
        for k in np.flatnonzero(fits).tolist():
            i = int(row[k])
            track = fleet.trail(c, int(s.slot[i]), window.now - round(2 * p.lasting * SECOND))
            port, away = (np.ravel(v)[0] for v in world.ports.nearest(s.lat[i], s.lon[i]))
            x, y = geodesy.destination(s.lat[i], s.lon[i], s.course[i], min(600.0, 0.5 * float(off[k])))
            told = {
                "span": round(float(f.span[k]), 0), "gross": round(float(f.gross[k]), 0), "net": round(float(f.net[k]), 0),
                "mean": round(float(f.mean[k]), 2), "off": round(float(off[k]), 0), "unseen": bool(hidden[i]),
                "closing": bool(float(np.ravel(world.coast.distance(x, y))[0]) < float(off[k])),
                "began": fleet.real(np.ravel(world.coast.distance(track.lat[0], track.lon[0]))[0], 0),
                "port": {"name": world.ports.name(int(port)), "away": round(float(away), 0)} if port >= 0 else None,
                "shore_source": world.coast.source, "hour": round(float(boats.hour(window.now, s.lon[i])), 2),
            }  # fmt: skip
            found.append(fleet.finding(window, s, i, int(track.time[0]), told, track=track))
        return fleet.so(self, found), None

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Slow, straight, from far off, to a shore that is no port."""
        e, p, port = evidence, self.p, evidence["port"]
        if e["span"] < p.lasting or e["gross"] < p.gross or e["net"] < p.straight * e["gross"] or e["mean"] >= p.speed:
            return None
        if not e["closing"] or e["off"] > p.shore or (port is not None and port["away"] < p.port):
            return None
        crossed = e["began"] is not None and e["began"] < p.shore and e["net"] > 2 * p.gross
        far = e["began"] is not None and e["began"] > p.open
        port_far = "away from ports" if port is None else f"{say.miles(port['away'])} from {port['name']}"
        what = "A boat without AIS" if e["unseen"] else fleet.the(e["ship"])
        sentence = (
            f"{what} came {say.miles(e['gross'])} (limit {say.miles(p.gross)}) in {say.span(e['span'])} at "
            f"{e['mean'] / KNOT:.1f} kn (limit {p.speed / KNOT:.0f}) straight to a shore, now "
            f"{say.miles(e['off'])} off (limit {say.miles(p.shore)})"
            f"{', from another shore' if crossed else ', out of the open strait' if far else ''}, {port_far}."
        )
        parts = {
            "straight": ramp(e["net"] / e["gross"], p.straight, 0.97, 0.7), "way": fleet.over(e["gross"], p.gross),
            "identity": 0.9 if e["unseen"] else 0.5, "origin": 1.0 if crossed else 0.8 if far else 0.7,
        }  # fmt: skip
        return Verdict(
            "warning" if e["unseen"] or crossed or far else "caution", sentence, parts,
            ("a fishing boat on its way home to a beach", "a barge or a log that drifts"),
            "Look at her by camera or patrol; have rescue ready: such boats founder close to the shore.",
            f"shore: {e['shore_source']}",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when it has landed, turned or stopped."""
        return f"{evidence['ship']['name']} does not head for the shore any more."

    def golden(self) -> Golden:
        """A target without AIS comes from mid-strait to the coast at 5 knots; a fishing boat does too."""
        legs = [(5.2, 16.0, 7600.0)]
        reports = made.numbered(
            voyage(800000021, 2.295, 101.776, legs, msg_type=0, every=20.0),
            voyage(563760001, 2.290, 101.79, legs, msg_type=18),
        )
        statics = made.ship(563760001, "GOLDEN SAMPAN", 12, 3, 30, 0.0)
        world = World(coast=Coast(coast.SHIPPED), ports=Ports(ports.SHIPPED))
        return Golden(reports, statics, empty("messages"), (("warning", (800000021,)),), world)


DETECTOR = OverloadedBoat()
