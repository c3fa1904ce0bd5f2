"""A small craft that comes up to a ship from astern and stays with her.

What it finds
    A craft of up to 30 m, or one that says neither type nor length, that closed a ship of 50 m or more under way from her
    stern quarters by more than 3 knots within the last 8 minutes, and then for 2 minutes kept within half a mile of her
    stern at her speed (within 2 knots). Judged every 10 s. Alarm within 150 m, or at night (19 to 6 h local mean time)
    within 400 m; else a warning.
Why it matters
    So ships are boarded in the strait: from astern, at night, at 7 to 12 knots. The bridge looks ahead.
False alarms
    Pilot boats, agents' launches and bumboats that say who they are not, anglers in the wake, craft that overtake and are
    slowed. Left out: pilot, rescue, patrol, tender and medical craft, tugs, ferries, and pilot grounds weigh against it.
    Boats without AIS are seen only where a radar or a camera reports small targets: without one this rule is blind to
    most of those it is meant for, and says nothing.
Reference
    Behaviours 2.5 (range below 0.5 nm, closing above 3 kn, then matched within 2 kn for 2 min); ReCAAP and IFC on how
    ships were boarded in the Singapore Strait (87 % between 18 and 6 h; 7 to 12 kn).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _boats as boats
from selat.detectors import _company as way
from selat.detectors import _golden as made
from selat.detectors import _pairs as two
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.detectors._meetings import ramp
from selat.detectors._seas import voyage
from selat.model.clock import HOUR, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.window import Window


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    reach: float = param(0.5 * NAUTICAL_MILE, "m", "Stays within this", "behaviours 2.5: 0.5 nm")
    closing: float = param(3 * KNOT, "m/s", "Came up by more than this", "behaviours 2.5: 3 kn")
    matched: float = param(2 * KNOT, "m/s", "Then kept the ship's speed within this", "behaviours 2.5: 2 kn")
    stay: float = param(120.0, "s", "... for so long", "behaviours 2.5: 2 min")
    back: float = param(480.0, "s", "Looks so far back for how it came", "selat")
    quarter: float = param(
        100.0,
        "deg",
        "More than this off the bow is the stern quarter",
        "selat: COLREGs rule 21: 112.5 for the sternlight",
    )
    large: float = param(50.0, "m", "A ship that is approached is so long", "STRAITREP: 50 m")
    small: float = param(30.0, "m", "A craft that approaches is no longer", "selat")
    speed: float = param(4 * KNOT, "m/s", "The ship goes at least so fast", "selat; boarded at 7 to 12 kn")
    touch: float = param(150.0, "m", "Within this it is an alarm ...", "selat")
    night: float = param(400.0, "m", "... at night within this", "selat")


@dataclass(frozen=True)
class Approach(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "approach"
    every: int = 10 * SECOND
    pace: Pace = field(default_factory=lambda: Pace(2, 6, 120.0, 900.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Small craft astern of ships and as fast, that came up to them."""
        p, q = self.p, two.pairs(window)
        s = q.ships
        boat, ship = boats.small(s, p.small), (s.length >= p.large) & (s.speed >= p.speed)
        seen: dict[str, list[float]] = {k: v for k, v in (memory or {}).items() if window.now - v[3] < HOUR}
        found = []
        for row, a, b in self.behind(q, ship, boat):
            evidence = self.measured(window, s, a, b, two.key(s, a, b), seen)
            if evidence is not None and evidence["closing"] >= p.closing:
                found.append(way.finding(window, q, row, evidence.pop("begin"), evidence, b))
        return fleet.so(self, found), seen

    def behind(self, q: two.Pairs, ship: Any, boat: Any) -> list[tuple[int, int, int]]:
        """(pair, ship, craft) rows of craft in the stern quarters of a ship, near and about as fast."""
        p, s = self.p, q.ships
        close = (q.range < p.reach) & (q.relative < 1.5 * p.matched)
        out = []
        for mine, other, sign in ((q.a, q.b, 1.0), (q.b, q.a, -1.0)):
            toward = np.degrees(np.arctan2(sign * q.x, sign * q.y))
            astern = fleet.turn(toward, s.course[mine]) > p.quarter
            rows = np.flatnonzero(close & ship[mine] & boat[other] & astern)
            out += [(int(r), int(mine[r]), int(other[r])) for r in rows.tolist()]
        return out

    def measured(
        self, w: Window, s: fleet.Ships, a: int, b: int, key: str, seen: dict[str, list[float]]
    ) -> Evidence | None:
        """How craft ``b`` (row of ships) came to ship ``a`` and stayed; None where the tracks do not say.

        ``seen``: how pairs came together, by key, from before; what is seen now is noted there.
        """
        p = self.p
        c = way.company(w, int(s.slot[a]), int(s.slot[b]), p.back + p.stay, 10.0)
        if c is None:
            return None
        now = c.time > c.time[-1] - round(p.stay * SECOND)
        span = 6  # moments: one minute
        closing = (c.range[:-span] - c.range[span:]) / (span * 10.0)
        came = c.range[:-span] < 3 * p.reach
        bow = np.degrees(np.arctan2(np.abs(c.right), c.ahead))
        before = ~now[:-span] & came
        k = int(np.argmax(np.where(before, closing, -np.inf))) if before.any() else 0
        at = 0.5 * (s.lat[a] + s.lat[b]), 0.5 * (s.lon[a] + s.lon[b])
        told: Evidence = {
            "range": round(float(c.range[-1]), 1), "far": round(float(c.range[now].max()), 1),
            "slip": round(float(np.quantile(c.slip[now], 0.8)), 2), "bow": round(float(np.median(bow[now])), 1),
            "closing": round(float(closing[k]) if before.any() else 0.0, 2), "from": round(float(c.range[k]), 1),
            "from_bow": round(float(bow[k]), 1), "speed": round(float(c.speed_a[now].mean()), 2),
            "begin": int(c.time[0]), "hour": round(float(boats.hour(w.now, s.lon[a])), 2), "now": w.now,
            "place": two.context(w, float(at[0]), float(at[1])),
        }  # fmt: skip
        _remember(told, key, seen, p.closing)
        return told

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Came up from astern, and stays."""
        e, p = evidence, self.p
        craft, ship = e["ships"]
        if e["closing"] < p.closing or e["from_bow"] < p.quarter or e["bow"] < p.quarter:
            return None
        if e["far"] > p.reach or e["slip"] > p.matched or e["speed"] < p.speed or (ship["length"] or 0.0) < p.large:
            return None
        night = boats.night(e["hour"])
        alarm = e["range"] < p.touch or (night and e["range"] < p.night)
        sentence = (
            f"{fleet.the(craft)} came up to {fleet.the(ship)} from astern by {e['closing'] / KNOT:.0f} kn "
            f"(limit {p.closing / KNOT:.0f}) and has stayed {say.miles(e['range'])} off her stern for {say.span(p.stay)}, "
            f"matching her {e['speed'] / KNOT:.0f} kn within {e['slip'] / KNOT:.1f} (limit {p.matched / KNOT:.0f})"
            f"{', at night' if night else ''}."
        )
        ground = two.inside(e["place"], "pilot_boarding", "port", "anchorage")
        parts = {
            "closing": fleet.over(e["closing"], p.closing), "nearness": ramp(e["range"], p.reach, p.touch, 0.5),
            "matched": ramp(e["slip"], p.matched, 0.5 * p.matched, 0.6), "place": 0.5 if ground else 1.0,
            "identity": 0.9 if craft["type"] else 1.0, "hour": 1.0 if night else 0.7,
        }  # fmt: skip
        return Verdict(
            "alarm" if alarm and not ground else "warning", sentence, parts,
            ("a pilot, agent or supplier's boat that does not say so", "an angler or a craft that overtakes", "a patrol"),
            f"Call {ship['name']}: look astern, light up, muster; send the nearest patrol.", two.geometry(e["place"]),
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when the craft falls back or turns away."""
        craft, ship = (x["name"] for x in evidence["ships"])
        return f"{craft} is not at the stern of {ship} any more."

    def golden(self) -> Golden:
        """A boat comes up to a bulk carrier at 20 knots and slows to hers 90 m astern; another boat only overtakes."""
        deg, ship = 111_290.0, 10.0
        lead = 2400.0
        run = (lead - 90.0) / ((20.0 - ship) * KNOT)
        reports = made.numbered(
            voyage(563670001, 4.40, 104.50, [(ship, 90.0, 1500.0)]),
            voyage(563670002, 4.40, 104.50 - lead / deg, [(20.0, 90.0, run), (ship, 90.0, 1500.0 - run)], msg_type=18),
            voyage(563670003, 4.50, 104.50, [(ship, 90.0, 1500.0)]),
            voyage(563670004, 4.5008, 104.48, [(20.0, 90.0, 1500.0)], msg_type=18),
        )  # fmt: skip
        statics = made.numbered(
            made.ship(563670001, "GOLDEN BULKER", 190, 32, 70), made.ship(563670003, "GOLDEN CARRIER", 190, 32, 70),
            made.ship(563670002, "GOLDEN SPEEDBOAT", 9, 3, 0), made.ship(563670004, "GOLDEN RUNABOUT", 9, 3, 37),
        )  # fmt: skip
        return Golden(reports, statics, empty("messages"), (("alarm", (563670001, 563670002)),))


def _remember(evidence: Evidence, key: str, seen: dict[str, list[float]], closing: float) -> None:
    """How a craft that stays came up is told for as long as it stays, however long ago that was."""
    now = [evidence["closing"], evidence["from"], evidence["from_bow"]]
    if key in seen and seen[key][0] > now[0]:
        now = seen[key][:3]
    if now[0] >= closing:
        seen[key] = [*now, evidence["now"]]
    evidence["closing"], evidence["from"], evidence["from_bow"] = now


DETECTOR = Approach()
