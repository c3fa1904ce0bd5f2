"""Two tankers alongside each other at sea, where no transfer is licensed.

What it finds
    Two tankers (types 80 to 89) that came together and lie alongside: heads parallel or opposite within 20 degrees where both tell
    theirs, positions within half of both beams and 60 m (and a share of their lengths, since positions are those of antennas),
    moving as one, slower than 6 knots, for at least 25 minutes; not in a zone where transfer is licensed, nor in an anchorage or
    port, where it is bunkering. Draughts that change afterwards are told by their own rule and belong to the same event.
Why it matters
    Transfers outside the licensed places hide where oil comes from, and one that goes wrong spills on both shores. Malaysian
    cases lay 6 to 32 miles off Tanjung Sedili and off Pengerang.
False alarms
    Bunkering in an anchorage that is not declared (three ships lying still within a mile weigh against), a tanker in trouble
    with another standing by, lightering under a licence that the zones do not know.
Reference
    ITU-R M.1371-5 Table 53 for the types; OCIMF's practice of mooring alongside with fenders for the distances; Malaysia, Merchant
    Shipping Notice 05/2014 (transfers need notice); the weights are selat's, set on training seeds of the exercise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _meet as meet
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.detectors.rendezvous import meeting_of_tankers
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.window import Window


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    stay: float = param(1500.0, "s", "Alongside for so long", "Skylight: 30 min; five minutes go to hearing them")
    slow: float = param(6 * KNOT, "m/s", "Neither is faster, on average", "OCIMF: approaches under way at 5 to 6 kn")
    fenders: float = param(60.0, "m", "Half of both beams and so much between the positions", "behaviours 2.5")
    parallel: float = param(20.0, "deg", "Heads differ by no more, or are opposite", "behaviours 2.5")
    came: float = param(0.5 * NAUTICAL_MILE, "m", "They were so far apart in the two hours before", "selat")
    crowd: int = param(3, "1", "So many ships lying still within a mile make an anchorage", "selat")
    least: float = param(0.3, "1", "Product of the parts at which to warn", "selat: training seeds of the exercise")


@dataclass(frozen=True)
class ShipToShip(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "ship_to_ship"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(2, 5, 600.0, 1800.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Pairs of tankers that have been together for long enough; memory: the pairs that are together."""
        s = fleet.ships(window)
        found, known = meet.pairs(window, memory or {})
        out = []
        for t in found:
            tankers = 80 <= s.type[t.a] <= 89 and 80 <= s.type[t.b] <= 89
            if not tankers or t.came < self.p.came or window.now - t.start < self.p.stay * SECOND:
                continue
            evidence = meet.measured(window, s, t)
            if not evidence or not meeting_of_tankers(evidence):
                continue
            lat, lon = evidence["place"]
            subjects = tuple(sorted((int(s.mmsi[t.a]), int(s.mmsi[t.b]))))
            out.append(Finding(t.key, subjects, t.start, lat, lon, evidence))
        return fleet.so(self, out), known

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Alongside, as one, for long, and not where it is the custom."""
        e, p = evidence, self.p
        if e["seconds"] < p.stay or max(e["speeds"]) > p.slow or e["came"] < p.came:
            return None
        parts = self._weigh(e)
        if float(np.prod(list(parts.values()))) < p.least:
            return None
        a, b = e["ships"]
        how = (
            ""
            if e["lean"] is None
            else f", heads {min(e['lean'], 180 - e['lean']):.0f} degrees apart (limit {p.parallel:.0f})"
        )
        where = "" if e["shore"] is None else f", {say.miles(e['shore'])} off the shore"
        sentence = (
            f"The tankers {a['name']} and {b['name']} have lain alongside for {say.span(e['seconds'])} (limit {say.span(p.stay)}), "
            f"{e['median']:.0f} m between their antennas{how}{where}; they came from {say.miles(e['came'])} apart."
        )
        return Verdict(
            "warning", sentence, parts,
            ("the transfer is licensed or was notified", "one stands by the other in trouble", "an anchorage that is not declared"),
            "Ask both for the permit of the transfer; keep their draughts from before.",
            "" if e["waiting"] is None else f"{e['waiting']['name']}: {e['waiting']['source'] or 'source not told'}",
        )  # fmt: skip

    def _weigh(self, e: Evidence) -> dict[str, float]:
        p, hulls = self.p, sum((x["length"] or 100.0) for x in e["ships"])
        alongside = e["median"] <= sum(e["beams"]) / 2 + p.fenders + meet.HULLS * hulls
        lean = None if e["lean"] is None else min(e["lean"], 180.0 - e["lean"])
        place = 0.95
        if e["waiting"] is not None:
            place = 0.15
        elif e["crowd"] >= p.crowd:
            place = 0.4
        return {
            "duration": min(0.98, 0.75 + 0.23 * min(1.0, (e["seconds"] / p.stay - 1.0))),
            "alongside": 0.95 if alongside else 0.4,
            "parallel": 0.8 if lean is None else 0.95 if lean <= p.parallel else 0.4,
            "as one": 0.95 if e["spread"] < 60.0 else 0.7,
            "place": place,
        }

    def ended(self, evidence: Evidence) -> str:
        """Said when they part."""
        a, b = evidence["ships"]
        return f"{a['name']} and {b['name']} have parted after {say.span(evidence['seconds'])} alongside."

    def golden(self) -> Golden:
        """A product tanker comes alongside a larger one for an hour; two others pass each other."""
        return _golden()


def _golden() -> Golden:
    lead = made.sail(563220001, 1.3300, 104.4500, 0.3, 60.0, range(-1500, 5400, 30))
    come = made.sail(563220002, 1.3300, 104.4493, 8.0, 90.0, range(-1500, 0, 10))
    stay = made.sail(563220002, 1.33025, 104.4503, 0.3, 60.0, range(20, 4500, 30))
    east = made.sail(563220003, 1.5000, 104.6000, 9.0, 90.0, range(-1500, 4500, 10))
    west = made.sail(563220004, 1.5020, 104.6000, 9.0, 270.0, range(-1500, 4500, 10))
    statics = made.numbered(*[
        made.ship(563220001 + n, f"GOLDEN TANKER {n}", length, beam, 80, -1500.0)
        for n, (length, beam) in enumerate(((230, 38), (140, 22), (180, 30), (180, 30)))
    ])  # fmt: skip
    expect = (("warning", (563220001, 563220002)),)
    return Golden(made.numbered(lead, come, stay, east, west), statics, empty("messages"), expect)


DETECTOR = ShipToShip()
