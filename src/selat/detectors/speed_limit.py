"""A ship that is faster than a place allows, or than her type can be.

What it finds
    *Limit of a place*: a ship that a zone with a highest speed binds (its length, draught, type, hours, and within 60
    degrees of its direction where it has one), all whose speeds over the last 2 minutes were above the limit and half a
    knot more; zones that follow one another with the same limit are one place, and one alert. *Speed of a type*: 3
    minutes faster than ships of the declared type go: fishing vessels 18 knots, tugs and pilot boats 20 and 35, cargo
    ships 28, tankers 20, and so on. Judged every 30 s. A warning in the first case; in the second a caution, for then the
    type is more often wrong than the speed.
Why it matters
    Deep ships westbound past St John's and towards Raffles may make no more than 12 knots over the ground: they squat,
    and cannot stop. A tanker that does 35 knots is no tanker.
False alarms
    Deadweight is not sent: tankers of 270 m and more count as of 150,000 dwt. A following current counts into the speed
    over the ground, but so it does in the rule of the Straits. Draughts that were typed wrong bind ships that are not
    deep. Precautionary areas are judged by ``precautionary_speed``.
Reference
    IMO SN/Circ.198 as in MPA Port Marine Circular 20/2019 (12 knots over the ground); the table of types after RTEC's
    typeSpeeds (ranges of cruising), widened by selat to what ships of the type can do.
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
from selat.detectors._ships import Array
from selat.model.clock import SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.features import over
from selat.tracks.window import Window

#: knots that ships of a type do not exceed; 0: not judged. By type, from decades to single types
_DECADE = {2: 0.0, 3: 45.0, 4: 0.0, 5: 45.0, 6: 45.0, 7: 28.0, 8: 20.0}
_SINGLE = {
    30: 18.0,
    31: 18.0,
    32: 18.0,
    33: 20.0,
    34: 20.0,
    35: 0.0,
    36: 25.0,
    37: 0.0,
    50: 35.0,
    51: 0.0,
    52: 18.0,
    55: 0.0,
}


def _table() -> Array:
    out = np.zeros(256)
    for decade, knots in _DECADE.items():
        out[10 * decade : 10 * decade + 10] = knots
    for one, knots in _SINGLE.items():
        out[one] = knots
    return np.where(out > 0, out * KNOT, np.inf)


LIMITS = _table()


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    lasting: float = param(120.0, "s", "Above the limit of a place all the time for so long", "behaviours 2.4: 2 min")
    margin: float = param(0.5 * KNOT, "m/s", "Above it by more than", "selat: error of SOG and its rounding")
    angle: float = param(60.0, "deg", "A zone with a direction binds courses within", "selat")
    vlcc: float = param(
        270.0, "m", "Tankers of this length count as of 150,000 dwt, bound like deep ships", "selat: a Suezmax is 274 m"
    )
    type_lasting: float = param(180.0, "s", "Above the speed of the type all the time for so long", "selat")


@dataclass(frozen=True)
class SpeedLimit(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "speed_limit"
    every: int = 30 * SECOND
    pace: Pace = field(default_factory=lambda: Pace(2, 4, 120.0, 900.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Ships in zones with a limit, and ships too fast for their type."""
        found = self._places(window) + self._types(window)
        return fleet.so(self, found), None

    def _places(self, w: Window) -> list[Finding]:
        p, at = self.p, near.places(w)
        s = at.ships
        if not at.zone.size:
            return []
        limits = np.array([z.rules.get("speed_max", np.nan) for z in at.each], "f8")
        limits[at.kind == "precautionary"] = np.nan
        limit = limits[at.zone]
        with np.errstate(invalid="ignore"):
            fast = s.speed[at.ship] > limit + p.margin
        headed = at.direction[at.zone]
        fast &= np.isnan(headed) | (fleet.turn(s.course[at.ship], np.nan_to_num(headed)) <= p.angle)
        row, zone, limit = at.ship[fast], at.zone[fast], limit[fast]
        if not row.size:
            return []
        f, out = over(w.contacts, s.slot[row], w.now, p.lasting), dict[str, Finding]()
        for k in np.flatnonzero((f.least > limit + p.margin) & (f.span >= 0.7 * p.lasting)).tolist():
            i, z = int(row[k]), int(zone[k])
            what = f"limit {limit[k] / KNOT:.1f}"  # a limit that goes on in the next zone is one limit
            evidence = _evidence(f, k, limit[k]) | {"zone": near.place(at.zones, z), "now": w.now}
            track = fleet.trail(w.contacts, int(s.slot[i]), w.now - 600 * SECOND)
            start = w.now - round(float(f.span[k]) * SECOND)
            new = fleet.finding(w, s, i, start, evidence, what, track=track)
            if self.judge(new.evidence) is not None:
                out.setdefault(new.key, new)
        return list(out.values())

    def _types(self, w: Window) -> list[Finding]:
        p, s, out = self.p, fleet.ships(w), []
        row = np.flatnonzero(s.speed > LIMITS[s.type])
        if not row.size:
            return []
        f = over(w.contacts, s.slot[row], w.now, p.type_lasting)
        for k in np.flatnonzero((f.least > LIMITS[s.type[row]]) & (f.span >= 0.7 * p.type_lasting)).tolist():
            i = int(row[k])
            evidence = _evidence(f, k, LIMITS[s.type[i]]) | {"zone": None, "now": w.now}
            track = fleet.trail(w.contacts, int(s.slot[i]), w.now - 600 * SECOND)
            out.append(fleet.finding(w, s, i, w.now - round(float(f.span[k]) * SECOND), evidence, "type", track=track))
        return out

    def judge(self, evidence: Evidence) -> Verdict | None:
        """All speeds above the limit that binds her."""
        e, p = evidence, self.p
        who, zone, limit = e["ship"], e["zone"], e["limit"]
        fast = f"{e['mean'] / KNOT:.1f} kn on average over {say.span(e['seconds'])}, never below {e['slowest'] / KNOT:.1f} kn"
        if zone is None:
            if e["slowest"] <= limit:
                return None
            what = fleet.word(who["type"])
            return Verdict(
                "caution", f"{fleet.the(who)} goes {fast}: more than a {what} does (limit {limit / KNOT:.0f} kn).",
                {"margin": fleet.over(e["slowest"], limit, 1.3), "prior": 0.8},
                ("she declares a wrong type", "her satellite receiver is wrong"), "Check who she is.",
            )  # fmt: skip
        if e["slowest"] <= limit + p.margin or not self._binds(zone, who, e["now"]):
            return None
        bound = near.conditions(zone["rules"])
        sentence = (
            f"{fleet.the(who)} goes {fast} in {zone['name']}, where {limit / KNOT:.0f} kn over the ground are allowed"
            f"{' for ships ' + bound if bound else ''}."
        )
        parts = {
            "margin": fleet.over(e["slowest"], limit, 1.3),
            "geometry": near.sure(zone),
            "identity": fleet.known(who),
        }
        return Verdict(
            "warning", sentence, parts, ("her draught or type is typed wrong", "she was permitted"),
            "Call her and ask her to slow down.", near.source(zone),
        )  # fmt: skip

    def _binds(self, zone: Evidence, who: Evidence, now: int) -> bool:
        rules = zone["rules"]
        if near.binds(rules, who, now=now):
            return True
        big = 80 <= who["type"] < 90 and (who["length"] or 0.0) >= self.p.vlcc
        others = {name: rule for name, rule in rules.items() if name != "draught_min"}
        return big and "draught_min" in rules and near.binds(others, who, now=now)

    def ended(self, evidence: Evidence) -> str:
        """Said when she has slowed down or left the zone."""
        if evidence["zone"] is None:
            return ""
        return f"{evidence['ship']['name']} keeps the speed limit of {evidence['zone']['name']}, or has left it."

    def golden(self) -> Golden:
        """A deep tanker too fast westbound, one eastbound, a shallow one westbound; and a tanker at 30 knots."""
        west = (260.0, 104.15, 1.258)
        reports = made.numbered(
            seas.voyage(563250001, west[2], west[1], [(14.0, 260.0, 900.0)]),
            seas.voyage(563250002, 1.240, 104.02, [(14.0, 80.0, 900.0)]),
            seas.voyage(563250003, west[2] + 0.002, west[1], [(14.0, 260.0, 900.0)]),
            seas.voyage(563250004, 1.400, 104.02, [(30.0, 80.0, 900.0)]),
        )
        draughts = (180, 180, 90, 90)
        statics = made.numbered(*[
            made.ship(563250001 + n, f"GOLDEN PACE {n}", 250, 44, 80).replace(draught=np.array([d]))
            for n, d in enumerate(draughts)
        ])  # fmt: skip
        zone = seas.strip(
            "speed_segment", 1.225, 1.245, direction=260.0, rules={"speed_max": 12 * KNOT, "draught_min": 15.0}
        )
        expect = (("warning", (563250001,)), ("caution", (563250004,)))
        return Golden(reports, statics, empty("messages"), expect, seas.zoned(zone))


def _evidence(f: Any, k: int, limit: float) -> Evidence:
    return {
        "limit": round(float(limit), 4), "slowest": round(float(f.least[k]), 3), "mean": round(float(f.mean[k]), 3),
        "seconds": round(float(f.span[k]), 1), "reports": int(f.n[k]),
    }  # fmt: skip


DETECTOR = SpeedLimit()
