"""A ship that enters a zone that is closed to her, or stays too long in one.

What it finds
    For every zone of kind area, restricted, no_anchoring, licensed or anchorage whose rules say something about entry
    (``entry = false``), the longest stay (``dwell_max``), or whom it is about (types, flags, length, draught, hours): a
    ship that these conditions bind, inside it by 50 m or more in two reports; she counts as inside until she is 50 m
    outside. When she has left, the alert ends and says how long she was there. Judged every 10 s. A warning where entry
    is forbidden or the stay is over; a caution where the zone only wants to be told.
Why it matters
    It is the simplest question to a watch: who went in there, when, and for how long?
False alarms
    Lines that are not where they are drawn; ships that declare a wrong type or size. Left out: rescue and law enforcement
    craft, as far as they say so. A ship with a permit belongs on
    the zone's list (``mmsi``). Positions jitter: two reports and 50 m either way keep an alert from flickering.
Reference
    Hysteresis after Global Fishing Watch's port visits (enter at 3 km, leave at 4) and DMA AisAbnormal (in a row).
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
from selat.model.clock import SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.tracks import say
from selat.tracks.flags import flag
from selat.tracks.window import Window

AT_WORK = (51, 55)  #: rescue, law enforcement: they go where they are needed
KINDS = ("area", "restricted", "no_anchoring", "licensed", "anchorage")
CONDITIONS = ("types", "flags", "length_min", "length_max", "draught_min", "draught_max", "hours")


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    buffer: float = param(50.0, "m", "Inside by this to be in; outside by this to be out", "behaviours 2.6: 50 m")


@dataclass(frozen=True)
class InZone(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "zone"
    pace: Pace = field(default_factory=lambda: Pace(2, 2, 600.0, 600.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Memory: since when (ns) each ship is in each of these zones."""
        at = near.places(window)
        old: dict[str, int] = (memory or {}).get("in", {})
        mine = [k for k in at.numbers(*KINDS).tolist() if asks(at.each[k].rules)]
        if not mine:
            return [], {"in": {}}
        s, pairs = at.ships, self._pairs(at, mine, old)
        found, inside = [], {}
        ids = s.id
        for i, z, depth in pairs:
            zone = at.each[z]
            what = f"{int(ids[i])}/{zone.name}"
            if depth < self.p.buffer and not (what in old and depth > -self.p.buffer):
                continue
            since = inside[what] = old.get(what, int(s.time[i]))
            evidence = {
                "zone": near.place(at.zones, z), "inside": round(depth, 1), "now": window.now, "flag": flag(int(s.mmsi[i])),
                "seconds": round((window.now - since) / SECOND, 1), "since": since,
            }  # fmt: skip
            found.append(fleet.finding(window, s, i, since, evidence, zone.name))
        return fleet.so(self, found), {"in": inside}

    def _pairs(self, at: near.Places, mine: list[int], old: dict[str, int]) -> list[tuple[int, int, float]]:
        """Ships and zones to look at, with the depth inside: those inside, and those that were."""
        keep = np.isin(at.zone, mine)
        pairs = set(zip(at.ship[keep].tolist(), at.zone[keep].tolist(), strict=True))
        if old:
            rows = {str(int(k)): n for n, k in enumerate(at.ships.id)}
            names = {at.each[z].name: z for z in mine}
            for what in old:
                who, name = what.split("/", 1)
                if who in rows and name in names:
                    pairs.add((rows[who], names[name]))
        if not pairs:
            return []
        row, zone = (np.array(x, "i8") for x in zip(*sorted(pairs), strict=True))
        depth = -at.zones.distance(at.ships.lat[row], at.ships.lon[row], zone)
        return list(zip(row.tolist(), zone.tolist(), depth.tolist(), strict=True))

    def judge(self, evidence: Evidence) -> Verdict | None:
        """In it, bound by it; or too long in it."""
        e = evidence
        who, zone, rules = e["ship"], e["zone"], e["zone"]["rules"]
        if who["type"] in AT_WORK:
            return None
        if not near.binds(rules, who, e["flag"], e["now"]):
            return None
        longest, closed = rules.get("dwell_max"), rules.get("entry") is False
        late = longest is not None and e["seconds"] > longest
        if longest is not None and not late and not closed:
            return None
        if rules.get("entry") is True and not late:
            return None
        stay = f"for {say.span(e['seconds'])}"
        if late:
            stay += f" (limit {say.span(longest)})"
        bound = near.conditions(rules)
        why = "which is closed" if closed else "which asks to be told" if not late else "where the stay is limited"
        sentence = (
            f"{fleet.the(who)} is in {zone['name']} {stay}, {say.miles(max(e['inside'], 0.0))} inside its edge, {why}"
            f"{' to ships ' + bound if bound and closed else ' of ships ' + bound if bound else ''}."
        )
        parts = {"margin": fleet.over(max(e["inside"], self.p.buffer), self.p.buffer, 4.0), "geometry": near.sure(zone),
                 "identity": fleet.known(who)}  # fmt: skip
        return Verdict(
            "warning" if closed or late else "caution", sentence, parts,
            ("the line is not where it is drawn", "she has a permit that nobody entered", "she declares a wrong type or size"),
            "Ask her what she does there." if closed or late else "Note it.", near.source(zone),
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when she has left."""
        e = evidence
        return (
            f"{e['ship']['name']} has left {e['zone']['name']}, where she was for {say.span(e['seconds'])} or longer."
        )

    def golden(self) -> Golden:
        """A tanker into an area closed to tankers, a yacht that may, one along its edge; an anchorage overstayed."""
        area = seas.strip("area", 1.30, 1.32, "reef", rules={"entry": False, "types": range(80, 90)})
        stay = seas.strip("anchorage", 1.40, 1.42, "short stay", rules={"dwell_max": 1200.0})
        reports = made.numbered(
            seas.voyage(563260001, 1.310, 103.99, [(10.0, 80.0, 1500.0)]),
            seas.voyage(563260002, 1.312, 103.99, [(10.0, 80.0, 1500.0)]),
            seas.voyage(563260003, 1.2995, 104.0, [(10.0, 80.0, 1500.0)]),
            seas.voyage(563260004, 1.425, 104.1, [(0.0, 80.0, 1800.0)], status=1),
        )
        statics = made.numbered(*[
            made.ship(563260001 + n, f"GOLDEN ZONE {n}", 100, 16, t) for n, t in enumerate((80, 37, 80, 70))
        ])  # fmt: skip
        expect = (("warning", (563260001,)), ("warning", (563260004,)))
        return Golden(reports, statics, empty("messages"), expect, seas.zoned(area, stay))


def asks(rules: Any) -> bool:
    """True where a zone wants something told: no entry, a longest stay, or whom it is about."""
    return rules.get("entry") is False or "dwell_max" in rules or any(name in rules for name in CONDITIONS)


DETECTOR = InZone()
