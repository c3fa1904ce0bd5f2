"""A ship that fishes where fishing is closed.

What it finds
    A ship that for 15 minutes inside a zone that forbids fishing (a closed area, or any zone whose rules say so) moves as ships
    do that fish, or that declares herself a fishing vessel and goes there at the speed of a haul. Judged every minute.
    Warning; a caution where the motion alone speaks for it and she does not declare herself a fishing vessel.
Why it matters
    Closed areas let stocks and reefs recover; who fishes there takes what others gave up.
False alarms
    A vessel that only crosses slowly, drifts or shelters there, one with a licence that the zone does not name (list its MMSI
    in the zone's rules), a boundary drawn too wide; limits of states are claims, and the zone says whose.
Reference
    Global Fishing Watch and RTEC maritime for what fishing looks like (see the rule fishing); zones as the user gives
    them, with their source.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from selat.detectors import _fisher as gear
from selat.detectors import _golden as made
from selat.detectors import _places as near
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.detectors._seas import voyage, zoned
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.nouns import Zone
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.tracks import say
from selat.tracks.flags import flag
from selat.tracks.window import Window


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    lasting: float = param(900.0, "s", "Inside for so long", "selat; GFW: 20 min for any fishing")
    like: float = param(0.5, "1", "How sure the motion must be", "selat: motion state of tracks")


@dataclass(frozen=True)
class ClosedAreaFishing(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "closed_area_fishing"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(3, 8, 900.0, 3600.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Fishers inside zones that forbid it, that were there for some time."""
        f, zones, found = gear.fishers(window), near.places(window).zones, []
        for k, z in gear.closed(window, f.row):
            if f.like[k] < self.p.like:
                continue
            told, track = gear.evidence(window, f, k)
            inside = near.inside_of(zones.of(zones[z].kind), track) >= 0
            if not inside[-1]:
                continue
            since = int(track.time[near.unbroken(inside)])
            told |= {
                "inside": round((int(track.time[-1]) - since) / SECOND, 1),
                "zone": near.place(zones, z),
                "now": window.now,
            }
            found.append(gear.finding(window, f, k, since, told, track, zones[z].name))
        return fleet.so(self, found), None

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Fishes, there, for long enough, and the zone binds her."""
        e, p, zone = evidence, self.p, evidence["zone"]
        if e["like"] < p.like or e["inside"] < p.lasting:
            return None
        if not near.binds(zone["rules"], e["ship"], flag(e["ship"]["mmsi"]), e["now"]):
            return None
        sentence = (
            f"{fleet.the(e['ship'])} fishes in {zone['name']}, where it is not allowed: inside for {say.span(e['inside'])} "
            f"(limit {say.span(p.lasting)}), {gear.how(e)}."
        )
        parts = {"motion": e["like"], "declared": 1.0 if e["declared"] else 0.6, "geometry": near.sure(zone)}
        return Verdict(
            "warning" if e["declared"] else "caution", sentence, parts,
            ("she only crosses or drifts there", "she has a licence that the zone does not name", "the boundary is another"),
            "Ask her what she does; keep the track; send a patrol if she stays.", near.source(zone),
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when she has left or stopped."""
        return f"{evidence['ship']['name']} does not fish in {evidence['zone']['name']} any more."

    def golden(self) -> Golden:
        """A trawler tows in a closed area, another beside it, a third crosses it at 8 knots."""
        legs = [(3.0, 60.0 + 180.0 * (n % 2) + 25.0 * (n % 3), 420.0) for n in range(12)]
        reports = made.numbered(
            voyage(563700001, 3.80, 104.60, legs), voyage(563700002, 3.80, 104.75, legs),
            voyage(563700003, 3.80, 104.50, [(8.0, 90.0, 5000.0)]),
        )  # fmt: skip
        names = ("GOLDEN POACHER", "GOLDEN NEIGHBOUR", "GOLDEN CROSSER")
        statics = made.numbered(*[made.ship(563700001 + n, name, 24, 7, 30) for n, name in enumerate(names)])
        ring = ((104.57, 3.77), (104.65, 3.77), (104.65, 3.83), (104.57, 3.83))
        world = zoned(Zone("Golden Reef", ring, "made up", kind="closed_area"))
        return Golden(reports, statics, empty("messages"), (("warning", (563700001,)),), world)


DETECTOR = ClosedAreaFishing()
