"""Two ships that meet at sea.

What it finds
    Two ships that came together and lie, drift or go slowly within 250 m, hull to hull, for some time. What speaks for a
    meeting is weighed, each part from 0 to 1: how long it lasts (full after 30 minutes), how near the hulls are (full
    below 60 m), that one does not slip past the other, how slow they are, what the place is (open water, anchorage,
    port, pilot ground), what the two ships are to each other, that they were seen to come together from more than
    1,000 m, and that they move as ships afloat and not as ships at a berth. An alert when the product reaches 0.4.
    Judged every minute. Caution; a warning from 0.6. It works inside 10 km of shore and ports, with or without a map.
Why it matters
    Fuel, catch, people and contraband change ships where nobody watches; in a narrow strait that is near the shore.
False alarms
    Bunker barges and stores boats outside declared anchorages, agents' launches that did not say what they are, ships
    that wait side by side, convoys that stop. Weighed down: pilot boats, tugs, tenders, patrols; fishing boats among
    themselves, yachts, ferries; anchorages, and places where many lie still; berths (neither moves nor yaws); pairs
    that were always there. Two tankers alongside each other are told by the rule ship_to_ship.
Reference
    Skylight: 250 m for 30 min; Starboard: 50 m for 10 min or 200 m for 30 min; Global Fishing Watch: 500 m for 2 h at
    less than 2 kn; RTEC maritime: tugs and pilots left out. All but the first exclude waters within 10 km of shore or
    ports. The weights are selat's, tuned on training seeds of the exercise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _kinds as kinds
from selat.detectors import _meetings as meet
from selat.detectors import _pairs as two
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.detectors._meetings import ramp
from selat.detectors._seas import voyage
from selat.model.clock import MINUTE
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.window import Window

UNSEEN = 0.35  # how much a pair counts that has always been close
ANCHORAGE = 0.35  # how much a meeting in an anchorage counts: bunkers, stores and crews come alongside there


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    brief: float = param(540.0, "s", "A shorter meeting is none: a pilot boards in less", "selat; Starboard: 10 min")
    long: float = param(1800.0, "s", "From so long on time speaks fully for it", "Skylight: 30 min")
    near: float = param(
        60.0, "m", "A gap between hulls below this speaks fully for it ...", "behaviours 2.5; Starboard: 50 m"
    )
    far: float = param(250.0, "m", "... and above this against it", "Skylight: 250 m")
    slow: float = param(2 * KNOT, "m/s", "Ships below this speed ...", "GFW: median below 2 kn")
    fast: float = param(8 * KNOT, "m/s", "... and above this hand nothing over", "selat")
    slip: float = param(0.9, "m/s", "One that passes the other so fast does not stay with it", "selat")
    caution: float = param(0.4, "1", "Likelihood for a caution", "selat: training seeds of the exercise")
    warning: float = param(0.6, "1", "Likelihood for a warning", "selat: training seeds of the exercise")


@dataclass(frozen=True)
class Rendezvous(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "rendezvous"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(2, 5, 300.0, 1800.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Close pairs that last, but two tankers alongside."""
        c = meet.close(window)
        s, r = c.pairs.ships, c.rows
        a, b = c.pairs.a[r], c.pairs.b[r]
        work = fleet.among(s.type, kinds.CALLERS) & ~(s.length >= 90.0)
        p, h = self.p, c.history
        wanted = ~(work[a] | work[b]) & (h.gap < p.far) & ~(h.slip > p.slip)
        likely = meet.ramps(h.gap, p.far, p.near, 0.2) * meet.ramps(h.slip, p.slip, 0.4 * p.slip)
        likely *= meet.ramps(np.fmax(h.speed_a, h.speed_b), p.fast, p.slow, 0.15)
        likely *= _types_of(s, a, b)
        likely *= np.where(meet.both_within(window, "anchorage", "port"), ANCHORAGE, 1.0)
        found, memory = meet.meetings(
            window, memory, (p.brief, p.long, 0.3), np.where(wanted, likely, 0.0), p.caution, UNSEEN
        )
        return fleet.so(self, [meet.finding(e) for e in found]), memory

    def parts(self, e: Evidence) -> dict[str, float]:
        """What speaks for a meeting, each from 0 to 1."""
        p, q = self.p, e["pair"]
        speed = max(q["speed_a"] or 0.0, q["speed_b"] or 0.0)
        return {
            "time": ramp(meet.lasted(e), p.brief, p.long, 0.3),
            "closeness": ramp(q["gap"], p.far, p.near, 0.2),
            "together": ramp(q["slip"], p.slip, 0.4 * p.slip),
            "slow": ramp(speed, p.fast, p.slow, 0.15),
            "place": _place(e),
            "types": _types(e["ships"][0], e["ships"][1], speed),
            "arrival": meet.arrival(e, UNSEEN),
            "afloat": meet.fixed(e),
        }

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Together for long enough, in a place and between ships where that means something."""
        e, q = evidence, evidence["pair"]
        a, b = e["ships"]
        alongside = q["gap"] is not None and q["gap"] < meet.ALONGSIDE
        if kinds.tanker(a) and kinds.tanker(b) and alongside:
            return None
        parts = self.parts(e)
        likely = float(np.prod(list(parts.values())))
        if likely < self.p.caution:
            return None
        speed = max(q["speed_a"] or 0.0, q["speed_b"] or 0.0)
        how = "alongside each other" if alongside else f"{say.miles(q['gap'])} from each other"
        came = "" if e["before"] is None else f", after they were {say.miles(e['before'])} apart"
        sentence = (
            f"{fleet.the(a)} and {fleet.the(b)} have been {how} for {say.span(meet.lasted(e))} at "
            f"{speed / KNOT:.1f} kn{came} (likelihood {likely:.2f}, limit {self.p.caution:.2f}; {where(e)})."
        )
        return Verdict(
            "warning" if likely >= self.p.warning else "caution", sentence, parts,
            ("one serves the other with leave", "they wait, or are rafted up by custom", "one is in trouble and helped"),
            "Ask both what they do there; look for boats, hoses and lights; compare draughts afterwards.",
            two.geometry(e["place"]),
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when they part."""
        a, b = (x["name"] for x in evidence["ships"])
        return f"{a} and {b} parted after {say.span(meet.lasted(evidence))} together."

    def golden(self) -> Golden:
        """A coaster drifts and a trawler comes alongside; a pilot boat stays at a ship as long."""
        at = (6.32, 104.45)
        reports = made.numbered(
            voyage(563630001, *at, [(8.0, 90.0, 1200.0), (0.6, 90.0, 3000.0)], start=-1200.0, heading=90.0),
            voyage(563630002, at[0] + 0.0004, at[1] + 0.0444 + 0.05, [(9.0, 270.0, 1200.0), (0.6, 90.0, 3000.0)],
                   start=-1200.0, heading=80.0),
            voyage(563630003, 6.45, 104.60, [(1.0, 45.0, 4200.0)], start=-1200.0),
            voyage(563630004, 6.452, 104.55, [(9.0, 90.0, 1200.0), (1.0, 45.0, 3000.0)], start=-1200.0),
        )  # fmt: skip
        statics = made.numbered(
            made.ship(563630001, "GOLDEN COASTER", 90, 15, 70, -1200.0), made.ship(563630002, "GOLDEN TRAWLER", 35, 8, 30, -1200.0),
            made.ship(563630003, "GOLDEN CARRIER", 180, 30, 70, -1200.0), made.ship(563630004, "GOLDEN PILOT", 15, 5, 50, -1200.0),
        )  # fmt: skip
        return Golden(reports, statics, empty("messages"), (("warning", (563630001, 563630002)),))


def where(e: Evidence) -> str:
    """The place of a meeting in words."""
    place = e["place"]
    zone = two.inside(
        place, "anchorage", "port", "pilot_boarding", "licensed", "lane", "precautionary", "separation_zone"
    )
    if zone:
        return f"in {zone['name']}"
    if place["shore"] is not None:
        return f"{say.miles(max(0.0, place['shore']))} off the shore"
    return "in no zone that is known"


def _place(e: Evidence) -> float:
    """How much the place speaks for a meeting that needs a look."""
    place = e["place"]
    licensed = two.inside(place, "licensed")
    if licensed and licensed["transfer"]:
        return 0.1
    if two.inside(place, "port") or (place["shore"] is not None and place["shore"] < 150.0):
        return 0.3
    if two.inside(place, "anchorage"):
        return ANCHORAGE
    if two.inside(place, "pilot_boarding"):
        return 0.6
    crowd = e["still_near"]
    if place["anchorages_known"]:
        return 0.85 if crowd >= 4 else 1.0
    return 0.5 if crowd >= 4 else 0.8 if crowd >= 2 else 1.0


def _types(a: Evidence, b: Evidence, speed: float) -> float:
    """How much it takes a look when these two meet, and go at ``speed`` m/s."""
    if kinds.caller(a) or kinds.caller(b):
        return 0.15
    if kinds.tug(a) and kinds.tug(b):
        return 0.25
    if kinds.tug(a) or kinds.tug(b):  # at work they make way; lying still at sea beside a ship is another thing
        return 0.2 + 0.6 * (1.0 - ramp(speed, 1.0 * KNOT, 2.0 * KNOT))
    if kinds.passenger(a) and kinds.passenger(b):
        return 0.3
    if kinds.fishing(a) and kinds.fishing(b):
        return 0.35
    if (kinds.pleasure(a) or kinds.boat(a)) and (kinds.pleasure(b) or kinds.boat(b)):
        return 0.35
    if kinds.passenger(a) or kinds.passenger(b):
        return 0.7
    return 0.9 if a["type"] in (0, 90, 99) or b["type"] in (0, 90, 99) else 1.0


def _types_of(s: fleet.Ships, a: Any, b: Any) -> Any:
    """No less than :func:`_types`, of pairs of rows."""
    ferry = (s.type // 10 == 4) | (s.type // 10 == 6)
    fisher = (s.type == 30) | (s.status == fleet.FISHING)
    light = fleet.among(s.type, (36, 37)) | (s.length <= kinds.SMALL) | (np.isnan(s.length) & (s.kind == 2))
    light &= ~fleet.among(s.type, (*fleet.TOWING, 52))
    out = np.where(light[a] & light[b], 0.35, 1.0)
    out = np.where(ferry[a] & ferry[b], 0.3, out)
    return np.where(fisher[a] & fisher[b], 0.35, out)


DETECTOR = Rendezvous()
