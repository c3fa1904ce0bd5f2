"""A ship on passage that uses an inshore traffic zone.

What it finds
    A ship of 20 m or more that has sailed more than 4 miles inside an inshore traffic zone at more than 8 knots on a
    nearly straight way (net distance 0.9 of the gross), while the lane beside it would have taken her. Judged every
    minute; a caution, told once a passage.
Why it matters
    Rule 10(d): through traffic belongs into the lanes; beside the shore it meets ferries, fishing and small craft.
False alarms
    Ships that call at a port, anchorage or pilot station within the zone: their way is only known when they stop. Left
    out: vessels below 20 m, sailing and fishing vessels (10(d) permits them), ferries and high-speed craft, pilots,
    tugs and other service craft, and ships on the zone's list (``mmsi``).
Reference
    COLREGs rule 10(d); the start values are selat's.
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
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.window import Window

LEFT_OUT = (30, *fleet.TOWING, 33, 34, 35, 36, 37, *range(40, 50), *fleet.SERVICE, *range(60, 70))


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    length: float = param(20.0, "m", "Shorter vessels may use the zone", "COLREGs rule 10(d)(i)")
    speed: float = param(8 * KNOT, "m/s", "Slower is not on passage", "selat: bunker tankers and tugs go 5 to 8")
    way: float = param(4 * NAUTICAL_MILE, "m", "Sailed inside the zone without a break", "selat: no way to a berth")
    straight: float = param(0.9, "1", "Net over gross distance of that way", "selat")


@dataclass(frozen=True)
class InshoreZone(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "inshore_zone"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(2, 3, 600.0, 3600.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Ships under way in inshore zones, and the way they have made there."""
        p, at = self.p, near.places(window)
        s = at.ships
        row, zone = at.inside("inshore_zone")
        if not row.size:
            return [], None
        use = (s.speed > p.speed) & (s.length >= p.length) & ~fleet.among(s.type, LEFT_OUT)
        use &= ~fleet.among(s.status, (fleet.NUC, fleet.RESTRICTED, fleet.FISHING, *fleet.TOW_STATUS))
        said = window.contacts.static("destination")[s.slot]
        found, mine = [], at.zones.of("inshore_zone")
        for i, z in zip(row.tolist(), zone.tolist(), strict=True):
            if not use[i]:
                continue
            track = fleet.trail(window.contacts, int(s.slot[i]), window.now - 7200 * SECOND)
            first = near.unbroken(near.inside_of(mine, track) >= 0)
            track = type(track)(*(a[first:] for a in track))
            if len(track.time) < 2:
                continue
            x, y = geodesy.plane(track.lat[0], track.lon[0], track.lat, track.lon)
            gross = float(np.hypot(np.diff(x), np.diff(y)).sum())
            evidence = {
                "area": near.place(at.zones, z), "way": round(gross, 1),
                "straight": round(float(np.hypot(x[-1], y[-1])) / max(gross, 1e-9), 3),
                "destination": bytes(said[i]).decode("ascii", "replace").strip(" @\0"),
            }  # fmt: skip
            found.append(fleet.finding(window, s, i, int(track.time[0]), evidence, track=track))
        return fleet.so(self, found), None

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Far enough and straight."""
        e, p = evidence, self.p
        who, area = e["ship"], e["area"]
        if e["way"] < p.way or e["straight"] < p.straight:
            return None
        if who["mmsi"] in area["rules"].get("mmsi", ()):
            return None
        sentence = (
            f"{fleet.the(who)} of {who['length']:.0f} m has sailed {say.miles(e['way'])} (limit {say.miles(p.way)}) "
            f"straight through {area['name']} at {say.speed(who['speed'])}, bound for "
            f"{e['destination'] or 'an unnamed port'}; through traffic belongs into the lane (rule 10(d))."
        )
        parts = {"margin": fleet.over(e["way"], p.way), "geometry": near.sure(area), "prior": 0.7}
        return Verdict(
            "caution", sentence, parts,
            ("she calls at a port or pilot station within the zone", "the traffic service has sent her there"),
            "Note it; ask her where she is bound.", near.source(area),
        )  # fmt: skip

    def golden(self) -> Golden:
        """A cargo ship through the inshore zone; a ferry, a yacht, and a ship in the lane beside it."""
        span = 2400.0
        reports = made.numbered(
            seas.voyage(563150001, 1.205, 104.01, [(11.0, 80.0, span)]),
            seas.voyage(563150002, 1.206, 104.01, [(11.0, 80.0, span)]),
            seas.voyage(563150003, 1.207, 104.01, [(9.0, 80.0, span)]),
            seas.voyage(563150004, 1.234, 104.01, [(11.0, 80.0, span)]),
        )
        statics = made.numbered(*[
            made.ship(563150001 + n, f"GOLDEN SHORE {n}", size, 20, kind)
            for n, (size, kind) in enumerate(((140, 70), (40, 60), (14, 36), (180, 80)))
        ])  # fmt: skip
        world = seas.zoned(seas.lane(), seas.strip("inshore_zone", 1.190, 1.222))
        return Golden(reports, statics, empty("messages"), (("caution", (563150001,)),), world)


DETECTOR = InshoreZone()
