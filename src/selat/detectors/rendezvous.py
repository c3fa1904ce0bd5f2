"""Two vessels that come together at sea and lie together, where that is not the custom.

What it finds
    Two vessels, neither faster than 3 knots on average, within 250 m (and a share of their lengths) of each other for at least
    25 minutes, that came from more than half a mile apart: judged every minute, near the shore and near ports as well, where the
    rules of others look away. Evidence is weighed, not only limited: how long, how near, how slow, which types, the place, and
    whether they were seen to come together. Warning when the product of the parts reaches the limit.
Why it matters
    Goods, fuel, fish and people change ships where nobody looks. In a strait 8 to 30 miles wide, "not within 10 km of the shore"
    means not at all.
False alarms
    Pilots, tugs, tenders and patrols whose work it is (their types weigh little), bunkering and crew changes in an anchorage or a
    port (zones of these kinds, or three ships lying still within a mile, weigh against), berths (the shore within 300 m), boats
    of one fleet tied together (two fishing craft), ships at anchor that swing near one another (they did not come together).
    Ships that wait for the same pilot. Where no anchorages are declared, anchorages are only seen by those who lie there.
Reference
    Skylight standard rendezvous (250 m, 30 min); GFW encounters (500 m, 2 h, below 2 kn, not within 10 km of ports); Starboard
    (50 m for 10 min, 200 m for 30 min); RTEC (240 s, not near coast). The weights are selat's, set on training seeds of the
    exercise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _meet as meet
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.window import Window

TUGS = (31, 32, 52)
WORK = (*TUGS, 50, 51, 53, 54, 55, 58)  #: types whose work is to lie alongside others


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    stay: float = param(1500.0, "s", "Together for so long", "Skylight: 30 min; five minutes go to hearing them")
    slow: float = param(3 * KNOT, "m/s", "Neither is faster, on average", "GFW: 2 kn; 3 for ships that drift together")
    came: float = param(0.5 * NAUTICAL_MILE, "m", "They were so far apart in the two hours before", "selat")
    berth: float = param(300.0, "m", "Nearer to the shore, it is a berth or a landing", "selat")
    crowd: int = param(3, "1", "So many ships lying still within a mile make an anchorage", "selat")
    idle: float = param(
        1 * KNOT, "m/s", "A tug with another, slower than this ...", "selat: she neither tows nor pushes"
    )
    long: float = param(2400.0, "s", "... for so long, is no assistance", "selat")
    least: float = param(0.3, "1", "Product of the parts at which to warn", "selat: training seeds of the exercise")


@dataclass(frozen=True)
class Rendezvous(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "rendezvous"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(2, 5, 600.0, 1800.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Pairs that have been together for long enough; memory: the pairs that are together."""
        s = fleet.ships(window)
        found, known = meet.pairs(window, memory or {})
        out = []
        for t in found:
            if t.came < self.p.came or window.now - t.start < self.p.stay * SECOND:
                continue
            evidence = meet.measured(window, s, t)
            if not evidence or meeting_of_tankers(evidence):
                continue
            lat, lon = evidence["place"]
            subjects = tuple(sorted((int(s.mmsi[t.a]), int(s.mmsi[t.b]))))
            out.append(Finding(t.key, subjects, t.start, lat, lon, evidence))
        return fleet.so(self, out), known

    def judge(self, evidence: Evidence) -> Verdict | None:
        """All parts weighed together."""
        e, p = evidence, self.p
        if e["seconds"] < p.stay or max(e["speeds"]) > p.slow or e["came"] < p.came:
            return None
        parts = weigh(e, p)
        if float(np.prod(list(parts.values()))) < p.least:
            return None
        a, b = e["ships"]
        pace = max(e["speeds"]) / KNOT
        sentence = (
            f"{fleet.the(a)} and {fleet.the(b)} have been {e['median']:.0f} m apart for {say.span(e['seconds'])} (limit "
            f"{say.span(p.stay)}) at {pace:.1f} kn at most (limit {p.slow / KNOT:.0f}){_where(e)}; they came from "
            f"{say.miles(e['came'])} apart."
        )
        return Verdict(
            "warning", sentence, parts,
            ("one brings stores, crew or a pilot to the other", "they wait for the same thing",
             "an anchorage that is not declared"),
            "Ask both for their business, and look where they came from and go to.",
            "" if e["waiting"] is None else f"{e['waiting']['name']}: {e['waiting']['source'] or 'source not told'}",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when they part."""
        a, b = evidence["ships"]
        return f"{a['name']} and {b['name']} have parted after {say.span(evidence['seconds'])} together."

    def golden(self) -> Golden:
        """A coaster waits, another comes alongside for an hour; a pilot boat meets a ship for six minutes."""
        return _golden()


def meeting_of_tankers(e: Evidence) -> bool:
    """True where both are tankers, alongside each other: a transfer, which has a rule of its own."""
    both = all(80 <= x["type"] <= 89 for x in e["ships"])
    return both and e["median"] <= meet.NEAR + meet.HULLS * sum(x["length"] or 40.0 for x in e["ships"])


def weigh(e: Evidence, p: Parameters) -> dict[str, float]:
    """Parts of the confidence, each 0 to 1."""
    types = [x["type"] for x in e["ships"]]
    small = [x["class_b"] or (x["length"] or 99.0) < 24.0 for x in e["ships"]]
    idle = max(e["speeds"]) < p.idle and e["seconds"] >= p.long
    if any(t in TUGS for t in types) and idle and all(t in TUGS or t not in WORK for t in types):
        kind = 0.5  # a tug that neither pushes nor tows for so long does something else
    elif any(t in WORK for t in types):
        kind = 0.12
    elif all(t == 30 for t in types) and all(small):
        kind = 0.25
    else:
        kind = 0.95
    place = 0.95
    if e["waiting"] is not None:
        place = 0.15
    elif e["crowd"] >= p.crowd:
        place = 0.4
    elif e["shore"] is not None and e["shore"] < p.berth:
        place = 0.25
    hulls = sum((x["length"] or 30.0) for x in e["ships"])
    return {
        "duration": min(0.98, 0.75 + 0.23 * min(1.0, (e["seconds"] / p.stay - 1.0))),
        "nearness": 0.95 if e["median"] <= 60.0 + 0.35 * hulls else 0.7,
        "speed": 0.95 if max(e["speeds"]) < 0.5 * p.slow else 0.75,
        "steadiness": 0.95 if e["spread"] < 60.0 else 0.8,
        "types": kind,
        "place": place,
    }


def _where(e: Evidence) -> str:
    if e["waiting"] is not None:
        return f" in {e['waiting']['name']}"
    return "" if e["shore"] is None else f", {say.miles(e['shore'])} off the shore"


def _golden() -> Golden:
    every = range(0, 7200, 30)
    wait = made.sail(563210001, 1.3300, 104.4000, 0.2, 80.0, every)
    come = made.sail(563210002, 1.3300, 104.3995, 8.0, 90.0, range(-1500, 0, 10))
    stay = made.sail(563210002, 1.33003, 104.4003, 0.2, 80.0, range(20, 4500, 30))
    lead = made.sail(563210001, 1.3300, 104.4000, 0.2, 80.0, range(-1500, 0, 30))
    passing = made.sail(563210003, 1.4000, 104.5000, 8.0, 90.0, range(-1500, 4500, 10))
    boat = made.sail(563210004, 1.4002, 104.5000, 8.0, 90.0, range(-180, 180, 10))
    reports = made.numbered(lead, wait, come, stay, passing, boat)
    statics = made.numbered(
        made.ship(563210001, "GOLDEN WAITER", 90, 14, 70, -1500.0), made.ship(563210002, "GOLDEN CALLER", 60, 10, 79, -1500.0),
        made.ship(563210003, "GOLDEN TRADER", 200, 32, 70, -1500.0), made.ship(563210004, "GOLDEN PILOT", 17, 5, 50, -1500.0),
    )  # fmt: skip
    return Golden(reports, statics, empty("messages"), (("warning", (563210001, 563210002)),))


DETECTOR = Rendezvous()
