"""A craft without AIS comes up from astern to a ship of the kind that is robbed.

What it finds
    A small target of a radar or a camera that sends no AIS and that does to a ship under way what the rule approach describes
    (closes from the stern quarters by more than 3 knots, then keeps within half a mile of her stern at her speed), weighed
    by how robbers choose: night, a speed of 7 to 12 knots, cargo ships, tankers and tows, the places where it happened most,
    and an approach of the same kind within 48 hours and 5 miles. Alarm from 0.4, warning from 0.2. Judged every 10 s.
    It needs a small-target radar or a camera whose targets come in as positions that are not from AIS: without one it cannot
    see the boats, and says nothing.
Why it matters
    In 2024, 62 ships were robbed in the Singapore Strait, 54 of them in the Phillip Channel; most noticed when it was over.
False alarms
    Fishing boats without AIS that cross a wake, agents' boats, patrols with AIS off, clutter that a radar tracks.
Reference
    ReCAAP and IFC reports of 2023 to 2025 (hours, speeds, types, repetition within 2 h and about a mile); places: cells of
    0.05 degrees with 17 and more attacks 1993 to 2020 (Benden et al. 2021, CC BY 4.0). The weights are selat's.
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
from selat.detectors.approach import Approach
from selat.kernels import geodesy
from selat.model.clock import HOUR, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.window import Window

_BENDEN = "Benden et al. 2021 (CC BY 4.0): cells of 0.05 degrees with 17 and more attacks 1993 to 2020"
_HOW = Approach()


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    slow: float = param(7 * KNOT, "m/s", "Ships from this speed ...", "IFC: 7 to 12 kn")
    fast: float = param(12 * KNOT, "m/s", "... to this are boarded", "IFC: 7 to 12 kn")
    places: tuple[float, ...] = param(
        (1.10, 103.60, 1.30, 104.25, 1.25, 104.10, 1.25, 104.05, 1.10, 103.50, 1.05, 103.65), "deg",
        "Latitude and longitude of places where it happened most, one after the other", _BENDEN,
    )  # fmt: skip
    around: float = param(
        5 * NAUTICAL_MILE, "m", "Within this of such a place, or of another approach", "IFC: several within 1.1 nm"
    )
    lately: float = param(48 * 3600.0, "s", "... of the last", "behaviours 2.10: 48 h")
    warning: float = param(0.2, "1", "Risk for a warning", "selat")
    alarm: float = param(0.4, "1", "Risk for an alarm", "selat")


@dataclass(frozen=True)
class RobberyRisk(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "robbery_risk"
    every: int = 10 * SECOND
    pace: Pace = field(default_factory=lambda: Pace(2, 6, 120.0, 1800.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Targets without AIS at the stern of ships; memory: how each came up, and where it was lately so."""
        old = memory or {"seen": {}, "events": []}
        if not boats.radar(window):
            return [], old
        q, c = two.craft_pairs(window), window.contacts
        s, how = q.ships, _HOW.p
        craft, ship = boats.unseen(c, s), (s.length >= how.large) & (s.speed >= how.speed)
        seen = {k: v for k, v in old["seen"].items() if window.now - v[3] < HOUR}
        events = [e for e in old["events"] if window.now - e[0] < self.p.lately * SECOND]
        found = []
        for row, a, b in _HOW.behind(q, ship, craft):
            evidence = _HOW.measured(window, s, a, b, two.key(s, a, b), seen)
            if evidence is None:
                continue
            lat, lon = float(s.lat[a]), float(s.lon[a])
            number = int(s.id[a])
            evidence |= {"near": self._near(lat, lon), "before": self._before(events, number, lat, lon)}
            f = way.finding(window, q, row, evidence.pop("begin"), evidence, b)
            if self.judge(f.evidence) is not None:
                found.append(f)
                events = [e for e in events if e[1] != number] + [[window.now, number, round(lat, 4), round(lon, 4)]]
        return found, {"seen": seen, "events": events}

    def _near(self, lat: float, lon: float) -> float:
        """Metres to the nearest of the places."""
        at = np.array(self.p.places).reshape(-1, 2)
        return round(float(np.hypot(*geodesy.plane(lat, lon, at[:, 0], at[:, 1])).min()), 0) if at.size else 1e9

    def _before(self, events: list[Any], number: int, lat: float, lon: float) -> int:
        """How many other ships were approached so lately and near."""
        others = [e for e in events if e[1] != number]
        away = [float(np.hypot(*geodesy.plane(lat, lon, e[2], e[3]))) for e in others]
        return sum(d < self.p.around for d in away)

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Comes up as robbers do, to a ship as they choose."""
        e, p = evidence, self.p
        if _HOW.judge(e) is None:
            return None
        craft, ship = e["ships"]
        night = boats.night(e["hour"])
        parts = {
            "hour": 1.0 if night else 0.3,
            "speed": min(ramp(e["speed"], 0.6 * p.slow, p.slow, 0.4), ramp(e["speed"], 1.3 * p.fast, p.fast, 0.4)),
            "type": 1.0 if ship["type"] // 10 in (7, 8) or ship["type"] in fleet.TOWING else 0.6,
            "place": ramp(e["near"], 4 * p.around, p.around, 0.6),
            "lately": 1.0 if e["before"] else 0.8,
            "nearness": ramp(e["range"], _HOW.p.reach, _HOW.p.touch, 0.5),
        }  # fmt: skip
        risk = float(np.prod(list(parts.values())))
        if risk < p.warning:
            return None
        more = f", {e['before']} other{'s' * (e['before'] != 1)} lately near here" if e["before"] else ""
        sentence = (
            f"A craft without AIS ({craft['name']}) came up to {fleet.the(ship)} from astern by {e['closing'] / KNOT:.0f} kn and "
            f"keeps {say.miles(e['range'])} off her stern at {e['speed'] / KNOT:.1f} kn (boarded at {p.slow / KNOT:.0f} to "
            f"{p.fast / KNOT:.0f}), {'at night' if night else 'by day'}, {say.miles(e['near'])} from where it happened most{more} "
            f"(risk {risk:.2f}, limit {p.warning:.2f})."
        )
        return Verdict(
            "alarm" if risk >= p.alarm else "warning", sentence, parts,
            ("a fishing boat that crosses her wake", "an agent's boat or a patrol without AIS", "clutter that the radar tracks"),
            f"Call {ship['name']}: lights on deck and astern, all hands in, hoses; send the nearest patrol.",
            two.geometry(e["place"]),
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when the craft falls back or turns away."""
        return f"No craft without AIS is at the stern of {evidence['ships'][1]['name']} any more."

    def golden(self) -> Golden:
        """At night a target without AIS comes up to a bulk carrier in the Phillip Channel; another to a ferry by its own way."""
        deg, ship, lead = 111_290.0, 9.5, 2400.0
        run = (lead - 90.0) / ((20.0 - ship) * KNOT)
        later = 8 * 3600.0  # 16:00 UTC: near midnight there
        reports = made.numbered(
            voyage(563740001, 1.06, 103.60, [(ship, 60.0, 1500.0)], start=later),
            voyage(800000001, 1.06 - lead * 0.5 / 110_580.0, 103.60 - lead * np.sin(np.radians(60.0)) / deg,
                   [(20.0, 60.0, run), (ship, 60.0, 1500.0 - run)], start=later, msg_type=0),
            voyage(563740002, 1.20, 103.95, [(24.0, 150.0, 900.0)], start=later),
            voyage(800000002, 1.20, 103.94, [(12.0, 90.0, 900.0)], start=later, msg_type=0),
        )  # fmt: skip
        statics = made.numbered(
            made.ship(563740001, "GOLDEN BULKER", 190, 32, 70, later),
            made.ship(563740002, "GOLDEN FERRY", 55, 10, 60, later),
        )
        return Golden(reports, statics, empty("messages"), (("alarm", (563740001, 800000001)),))


DETECTOR = RobberyRisk()
