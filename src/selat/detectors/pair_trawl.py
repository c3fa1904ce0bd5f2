"""Two vessels that tow one net between them.

What it finds
    Two fishing vessels, or craft below 60 m that declare nothing else, that for an hour go abreast of each other, 0.1 to 0.5
    miles apart, at 2 to 4.5 knots, on one course (within 20 degrees) and without slipping past each other. Judged every
    minute. Caution: recorded; a warning inside a zone that forbids fishing.
Why it matters
    A net lies between them: who passes between the two fouls it. Pair trawling is closed in many waters where other fishing
    is not.
False alarms
    Two boats that search or survey in parallel, two that go home slowly together, tugs with one tow between them.
Reference
    Behaviours 2.9 (0.1 to 0.5 nm, 2 to 4 kn, parallel for more than an hour): selat's proposal, no published threshold was
    found. RTEC maritime for the speeds of trawling.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _company as way
from selat.detectors import _golden as made
from selat.detectors import _pairs as two
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.detectors._meetings import ramp
from selat.detectors._seas import voyage
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.window import Window


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    lasting: float = param(3600.0, "s", "Abreast for so long", "behaviours 2.9: 1 h")
    near: float = param(0.1 * NAUTICAL_MILE, "m", "Nearer than this no net fits between them", "behaviours 2.9")
    far: float = param(0.5 * NAUTICAL_MILE, "m", "Farther than this no net reaches", "behaviours 2.9")
    slow: float = param(2 * KNOT, "m/s", "Slowest haul", "behaviours 2.9")
    fast: float = param(4.5 * KNOT, "m/s", "Fastest haul", "behaviours 2.9: 4 kn, and half a knot of current")
    angle: float = param(20.0, "deg", "Courses differ by less", "selat")
    slip: float = param(0.35, "m/s", "One passes the other slower than this", "selat: noise of positions 75 s apart")
    abreast: float = param(45.0, "deg", "Each lies within this of the other's beam", "selat")
    large: float = param(60.0, "m", "Longer vessels do not trawl in pairs", "selat")


@dataclass(frozen=True)
class PairTrawl(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "pair_trawl"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(3, 8, 1800.0, 3600.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Pairs abreast at the speed of a haul."""
        p, q = self.p, two.pairs(window)
        s = q.ships
        mine = ((s.type == 30) | (s.status == fleet.FISHING) | fleet.among(s.type, (0, 90, 99))) & ~(s.length > p.large)
        mine &= (s.speed > 0.8 * p.slow) & (s.speed < 1.2 * p.fast)
        use = mine[q.a] & mine[q.b] & (q.range > 0.7 * p.near) & (q.range < 1.2 * p.far) & (q.relative < 3 * p.slip)
        use &= fleet.turn(s.course[q.a], s.course[q.b]) < 1.5 * p.angle
        rows = np.flatnonzero(use)
        if not rows.size:
            return [], None
        past = two.history(window, q, rows, 1.3 * p.far, p.near)
        found = []
        for k in np.flatnonzero((past.run >= p.lasting) & (past.slip < p.slip)).tolist():
            row = int(rows[k])
            c = way.company(window, int(s.slot[q.a[row]]), int(s.slot[q.b[row]]), p.lasting, 60.0)
            if c is None:
                continue
            beam = np.degrees(np.arctan2(np.abs(c.ahead), np.abs(c.right)))
            evidence = {
                "pair": two.told(past, k), "angle": round(float(np.median(fleet.turn(c.course_a, c.course_b))), 1),
                "abreast": round(float((beam < p.abreast).mean()), 3), "least": round(float(c.range.min()), 1),
                "forbids": [
                    {"name": z["name"], "source": z["source"], "version": z["version"]}
                    for z in two.context(window, float(s.lat[q.a[row]]), float(s.lon[q.a[row]]))["zones"]
                    if z["fishing"] is False or (z["kind"] == "closed_area" and z["fishing"] is None)
                ],
            }  # fmt: skip
            start = int(past.end[k]) - round(float(past.run[k]) * SECOND)
            found.append(way.finding(window, q, row, start, evidence))
        return fleet.so(self, found), None

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Abreast, apart, slow and steady, for an hour."""
        e, p, q = evidence, self.p, evidence["pair"]
        a, b = e["ships"]
        if q["run"] < p.lasting or q["slip"] is None or q["slip"] > p.slip or e["angle"] > p.angle:
            return None
        speed = 0.5 * (q["speed_a"] + q["speed_b"])
        if not (p.slow <= speed <= p.fast and p.near <= q["range"] <= p.far) or e["abreast"] < 0.7:
            return None
        where = f" in {e['forbids'][0]['name']}, where fishing is not allowed" if e["forbids"] else ""
        sentence = (
            f"{fleet.the(a)} and {fleet.the(b)} go abreast as a pair that trawls{where}: {say.miles(q['range'])} apart (limits "
            f"{p.near / NAUTICAL_MILE:.1f} to {p.far / NAUTICAL_MILE:.1f} nm) at {speed / KNOT:.1f} kn (limits "
            f"{p.slow / KNOT:.0f} to {p.fast / KNOT:.1f}) for {say.span(q['run'])} (limit {say.span(p.lasting)})."
        )
        fishers = sum(x["type"] == 30 or x["status"] == fleet.FISHING for x in (a, b))
        parts = {
            "steady": ramp(q["slip"], p.slip, 0.2, 0.6), "abreast": ramp(e["abreast"], 0.7, 0.95, 0.7),
            "declared": (0.5, 0.8, 1.0)[fishers],
        }  # fmt: skip
        return Verdict(
            "warning" if e["forbids"] else "caution", sentence, parts,
            ("they survey or search in parallel", "they go home together"),
            "Keep traffic from passing between them.", "; ".join(z["source"] or "source not told" for z in e["forbids"]),
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when they part or haul."""
        a, b = (x["name"] for x in evidence["ships"])
        return f"{a} and {b} do not go abreast any more."

    def golden(self) -> Golden:
        """Two trawlers 500 m apart tow east abreast; two others go in line."""
        deg = 110_580.0
        legs = [(3.0, 90.0, 5400.0)]
        reports = made.numbered(
            voyage(563710001, 3.20, 104.50, legs), voyage(563710002, 3.20 + 500.0 / deg, 104.50, legs),
            voyage(563710003, 3.30, 104.50, legs), voyage(563710004, 3.30, 104.50 + 500.0 / deg, legs),
        )  # fmt: skip
        statics = made.numbered(*[made.ship(563710001 + n, f"GOLDEN FISHER {n}", 24, 7, 30) for n in range(4)])
        return Golden(reports, statics, empty("messages"), (("caution", (563710001, 563710002)),))


DETECTOR = PairTrawl()
