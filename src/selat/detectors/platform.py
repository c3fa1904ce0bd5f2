"""A ship inside the safety zone of a platform.

What it finds
    A ship within the safety zone of a platform or other installation (its zone; the usual radius is 500 m) that is not
    on the zone's list of permitted ships. Judged every 30 s, two judgements in a row. A warning; an alarm when she
    comes within half the zone's depth at more than 3 knots, or heads for the middle of it so fast that she is there
    within three minutes.
Why it matters
    A platform cannot move. Ships that hit one were asleep, drunk or on autopilot, and the last miles are the only
    warning.
False alarms
    Supply and stand-by vessels, which belong on the zone's list (``mmsi`` in its rules); tugs, rescue and law
    enforcement craft and ships restricted in their ability to manoeuvre are left out.
Reference
    UNCLOS article 60(5): safety zones of up to 500 m; IMO Resolution A.671(16).
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


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    edge: float = param(20.0, "m", "So far inside the zone", "selat: the error of AIS")
    alarm_share: float = param(0.5, "1", "An alarm nearer to the middle than this share of the radius ...", "selat")
    alarm_speed: float = param(3 * KNOT, "m/s", "... at more than this", "selat")
    alarm_time: float = param(180.0, "s", "... or when she is at the middle within this", "selat")


@dataclass(frozen=True)
class Platform(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "platform"
    every: int = 30 * SECOND
    pace: Pace = field(default_factory=lambda: Pace(2, 4, 120.0, 900.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Ships inside the safety zones."""
        at = near.places(window)
        s = at.ships
        row, zone = at.inside("platform")
        if not row.size:
            return [], None
        use = ~fleet.among(s.status, (fleet.RESTRICTED,)) & ~fleet.among(s.type, (*fleet.TOWING, 51, 52, 54, 55))
        row, zone = row[use[row]], zone[use[row]]
        deep = -at.zones.distance(s.lat[row], s.lon[row], zone) if row.size else row
        found = []
        for i, z, inside in zip(row.tolist(), zone.tolist(), deep, strict=True):
            lat, lon, radius = _middle(at.zones[z])
            x, y = (float(v) for v in geodesy.plane(s.lat[i], s.lon[i], lat, lon))
            way = np.radians(s.course[i])
            closing = float(s.speed[i]) * (x * np.sin(way) + y * np.cos(way)) / max(np.hypot(x, y), 1.0)
            evidence = {
                "platform": near.place(at.zones, z), "inside": round(float(inside), 1), "radius": round(radius, 1),
                "range": round(float(np.hypot(x, y)), 1), "closing": round(float(closing), 2),
                "miss": round(float(abs(x * np.cos(way) - y * np.sin(way))), 1),
            }  # fmt: skip
            track = fleet.trail(window.contacts, int(s.slot[i]), window.now - 600 * SECOND)
            found.append(fleet.finding(window, s, i, window.now, evidence, f"{at.zones[z].name}", track=track))
        return fleet.so(self, found), None

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Inside, and not permitted."""
        e, p = evidence, self.p
        who, zone = e["ship"], e["platform"]
        rules = zone["rules"]
        if e["inside"] < p.edge or who["mmsi"] in rules.get("mmsi", ()):
            return None
        near_it = e["range"] < p.alarm_share * e["radius"] and who["speed"] > p.alarm_speed
        soon = e["closing"] > 0.5 and e["range"] / e["closing"] < p.alarm_time and e["miss"] < 100.0
        heads = f", and heads for it at {say.speed(e['closing'])}" if soon else ""
        sentence = (
            f"{fleet.the(who)} is {e['range']:.0f} m from {zone['name']}, {e['inside']:.0f} m inside its safety zone of "
            f"{e['radius']:.0f} m, at {say.speed(who['speed'])} without a permit{heads}."
        )
        parts = {
            "margin": fleet.over(e["inside"], p.edge, 5.0),
            "geometry": near.sure(zone),
            "identity": fleet.known(who),
        }
        return Verdict(
            "alarm" if near_it or soon else "warning", sentence, parts,
            ("she serves the platform and nobody has entered her", "the platform was moved"),
            "Call ship and platform; have her turn away.", near.source(zone),
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when she has left the zone."""
        return f"{evidence['ship']['name']} has left the safety zone of {evidence['platform']['name']}."

    def golden(self) -> Golden:
        """A cargo ship that passes a platform at 300 m, a supply vessel that is permitted, one that keeps clear."""
        zone = Zone(
            "platform GOLDEN ALPHA", disc(1.300, 104.100, 500.0), "made up", kind="platform",
            rules={"mmsi": [563200002]},
        )  # fmt: skip
        reports = made.numbered(
            seas.voyage(563200001, 1.3027, 104.085, [(8.0, 90.0, 900.0)]),
            seas.voyage(563200002, 1.2990, 104.0995, [(0.5, 90.0, 900.0)]),
            seas.voyage(563200003, 1.3100, 104.085, [(12.0, 90.0, 900.0)]),
        )
        statics = made.numbered(*[
            made.ship(563200001 + n, name, 90, 15, 70) for n, name in enumerate(("GOLDEN NEAR", "SUPPLY", "CLEAR"))
        ])  # fmt: skip
        return Golden(reports, statics, empty("messages"), (("warning", (563200001,)),), seas.zoned(zone))


def disc(lat: float, lon: float, radius: float) -> tuple[tuple[float, float], ...]:
    """A ring of 36 corners around a point."""
    lats, lons = geodesy.destination(lat, lon, np.arange(0.0, 360.0, 10.0), radius)
    return tuple((float(x), float(y)) for x, y in zip(lons, lats, strict=True))


def _middle(zone: Zone) -> tuple[float, float, float]:
    """Middle of the zone and its mean radius (m); about a point, the width of the zone."""
    ring = np.array(zone.ring)
    lat, lon = float(ring[:, 1].mean()), float(ring[:, 0].mean())
    east, north = geodesy.plane(lat, lon, ring[:, 1], ring[:, 0])
    return lat, lon, float(np.hypot(east, north).mean()) + (zone.width or 0.0)


DETECTOR = Platform()
