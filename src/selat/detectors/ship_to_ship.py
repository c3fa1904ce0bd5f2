"""Two tankers alongside each other: cargo may change ships.

What it finds
    Two tankers (types 80 to 89) whose hulls, as declared and turned by their headings, are within 60 m of each other, with
    keels in parallel (within 20 degrees, or reciprocal), slow or drifting alike. What speaks for a transfer is weighed,
    each part from 0 to 1: how long it lasts (full after 40 minutes), how near and how parallel the hulls are, that neither
    slips past the other, how slow they are, the place, the sizes, how they came, and whether afterwards one lies deeper
    and the other higher. An alert when the product reaches 0.4. Judged every minute. Warning; a caution below 0.6, and
    where the zone licenses transfers or the smaller ship may bunker the other in an anchorage.
Why it matters
    Oil changes owner and origin off Tanjung Sedili and in the straits; a spill there is everybody's. In Malaysia it needs
    leave (Merchant Shipping Ordinance 1952, section 491B).
False alarms
    Bunkering of a tanker under way or outside declared anchorages, double banking at a berth that no zone names, tankers
    that help each other. Left out: ships that lie still and never yaw (a berth), and pairs without a parallel heading.
Reference
    Starboard: 50 m for 10 min; behaviours of tanker transfers as in reported Malaysian cases (6.7 to 32 nm off the
    coast). Distance of hulls, and the weights: selat's, tuned on training seeds of the exercise.
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
from selat.detectors._seas import voyage, zoned
from selat.detectors.rendezvous import where
from selat.model.clock import MINUTE
from selat.model.columns import empty
from selat.model.nouns import Zone
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.window import Window

UNSEEN = 0.45  # how much a pair counts that has always been close
ANCHORAGE, BUNKERING = (
    0.75,
    0.3,
)  # how much it counts in an anchorage, of two large tankers, and where one may bunker the other


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    brief: float = param(600.0, "s", "Alongside for less is no transfer", "Starboard: 10 min")
    long: float = param(
        2400.0, "s", "From so long on time speaks fully for it", "selat: hoses take half an hour to connect"
    )
    near: float = param(
        60.0, "m", "Gap between hulls within which they lie alongside", "behaviours 2.5: (beams)/2 + 60 m"
    )
    lean: float = param(20.0, "deg", "Keels that differ more are not parallel", "behaviours 2.5")
    slow: float = param(3 * KNOT, "m/s", "Ships below this speed ...", "selat: transfers under way are at 3 to 6 kn")
    fast: float = param(8 * KNOT, "m/s", "... and above this transfer nothing", "selat")
    slip: float = param(0.7, "m/s", "One that passes the other so fast is not made fast to it", "selat")
    bunker: float = param(
        110.0, "m", "A shorter tanker may bunker the other", "selat: bunker tankers of the region are 60 to 105 m"
    )
    exchange: float = param(
        0.5, "m", "Draughts that change so much, one up and one down, show a transfer", "selat: sent in 0.1 m"
    )
    caution: float = param(0.4, "1", "Likelihood for a caution", "selat: training seeds of the exercise")
    warning: float = param(0.6, "1", "Likelihood for a warning", "selat: training seeds of the exercise")


@dataclass(frozen=True)
class ShipToShip(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "ship_to_ship"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(2, 5, 300.0, 3600.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Pairs of tankers that are close for some time."""
        c = meet.close(window)
        s, r = c.pairs.ships, c.rows
        oil = s.type // 10 == 8
        p, h = self.p, c.history
        wanted = oil[c.pairs.a[r]] & oil[c.pairs.b[r]] & (h.gap < 2 * p.near) & ~(h.slip > p.slip)
        likely = meet.ramps(h.gap, 2 * p.near, 0.5 * p.near, 0.2) * meet.ramps(h.slip, p.slip, 0.5 * p.slip)
        likely *= meet.ramps(h.lean, 1.5 * p.lean, p.lean)
        small = np.fmin(s.length[c.pairs.a[r]], s.length[c.pairs.b[r]]) < p.bunker
        likely *= np.where(meet.both_within(window, "anchorage"), np.where(small, BUNKERING, ANCHORAGE), 1.0)
        found, memory = meet.meetings(
            window, memory, (p.brief, p.long, 0.4), np.where(wanted, likely, 0.0), p.caution, UNSEEN
        )
        return fleet.so(self, [meet.finding(e) for e in found]), memory

    def parts(self, e: Evidence) -> dict[str, float]:
        """What speaks for a transfer, each from 0 to 1."""
        p, q = self.p, e["pair"]
        lasted = min(meet.lasted(e), q["close"] + 300.0) if q["run"] < 7000.0 else meet.lasted(e)
        return {
            "time": ramp(lasted, p.brief, p.long, 0.4),
            "closeness": ramp(q["gap"], 2 * p.near, 0.5 * p.near, 0.2),
            "parallel": ramp(q["lean"], 1.5 * p.lean, p.lean, 0.0, 0.7),
            "together": ramp(q["slip"], p.slip, 0.5 * p.slip),
            "slow": ramp(max(q["speed_a"] or 0.0, q["speed_b"] or 0.0), p.fast, p.slow, 0.2),
            "place": self._place(e),
            "arrival": meet.arrival(e, UNSEEN),
            "afloat": meet.fixed(e),
            "draughts": 1.0 if self.exchanged(e) else 0.95,
        }

    def exchanged(self, e: Evidence) -> bool:
        """One lies deeper and the other higher than when they met, as declared."""
        now = [x["draught"] for x in e["ships"]]
        if None in now or None in e["draughts"]:
            return False
        change = [b - a for a, b in zip(e["draughts"], now, strict=True)]
        return bool(min(change) <= -self.p.exchange and max(change) >= self.p.exchange)

    def _bunkers(self, e: Evidence) -> bool:
        lengths = [x["length"] or 0.0 for x in e["ships"]]
        return bool(min(lengths) < self.p.bunker)

    def _place(self, e: Evidence) -> float:
        """How much the place speaks for a transfer that needs a look."""
        place = e["place"]
        licensed, small = two.inside(place, "licensed"), self._bunkers(e)
        if licensed and licensed["transfer"]:
            return 0.45
        if two.inside(place, "port") or (place["shore"] is not None and place["shore"] < 150.0):
            return 0.3
        if two.inside(place, "anchorage"):
            return BUNKERING if small else ANCHORAGE
        crowd = e["still_near"] >= 4 and not place["anchorages_known"]
        return (0.4 if small else 0.75) if crowd else 1.0

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Alongside, parallel, slow, for long enough."""
        e, q = evidence, evidence["pair"]
        a, b = e["ships"]
        if not (kinds.tanker(a) and kinds.tanker(b)) or q["gap"] is None or q["gap"] >= 2 * self.p.near:
            return None
        parts = self.parts(e)
        likely = float(np.prod(list(parts.values())))
        if likely < self.p.caution:
            return None
        lean = "keels unknown" if q["lean"] is None else f"keels {q['lean']:.0f}° apart (limit {self.p.lean:.0f}°)"
        more = "; since then one lies deeper and the other higher" if self.exchanged(e) else ""
        sentence = (
            f"{a['name']} and {b['name']}, both tankers, have been alongside for {say.span(meet.lasted(e))}, hulls "
            f"{q['gap']:.0f} m apart (limit {self.p.near:.0f} m), {lean}, at "
            f"{max(q['speed_a'] or 0.0, q['speed_b'] or 0.0) / KNOT:.1f} kn{more} "
            f"(likelihood {likely:.2f}, limit {self.p.caution:.2f}; {where(e)})."
        )
        return Verdict(
            "warning" if likely >= self.p.warning or self.exchanged(e) else "caution", sentence, parts,
            ("the transfer has leave", "one bunkers the other", "one helps the other", "a berth lies there that no zone names"),
            "Ask for the notification of the transfer; watch for oil; compare draughts afterwards.",
            two.geometry(e["place"]),
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when they part."""
        a, b = (x["name"] for x in evidence["ships"])
        return f"{a} and {b} parted after {say.span(meet.lasted(evidence))} alongside."

    def golden(self) -> Golden:
        """Two tankers drift side by side, 8 m between them; in an anchorage a bunker tanker lies at another tanker."""
        gap = 0.5 * (44 + 42) + 8.0
        drift = [(0.7, 120.0, 4800.0)]
        at, deg = (7.50, 104.60), 111_000.0
        reports = made.numbered(
            voyage(563640001, *at, [(0.0, 120.0, 1080.0), *drift], heading=20.0, start=-2880.0),
            voyage(563640002, at[0] - gap * np.sin(np.radians(20.0)) / deg, at[1] + gap * np.cos(np.radians(20.0)) / deg - 0.05,
                   [(10.0, 90.0, 1800.0 * 0.3 * 2)], start=-2880.0, heading=90.0),
            voyage(563640002, at[0] - gap * np.sin(np.radians(20.0)) / deg, at[1] + gap * np.cos(np.radians(20.0)) / deg,
                   drift, heading=201.0, start=-1800.0),
            voyage(563640003, 7.30, 104.10, [(0.1, 0.0, 4800.0)], heading=90.0, start=-1800.0, status=1, every=60.0),
            voyage(563640004, 7.30 + 30.0 / deg, 104.10 - 0.01, [(1.2, 90.0, 1800.0)], start=-3600.0),
            voyage(563640004, 7.30 + 30.0 / deg, 104.10, [(0.1, 0.0, 4800.0)], heading=91.0, start=-1800.0),
        )  # fmt: skip
        statics = made.numbered(
            made.ship(563640001, "GOLDEN CRUDE", 250, 44, 80, -2900.0),
            made.ship(563640002, "GOLDEN AFRAMAX", 244, 42, 81, -2900.0),
            made.ship(563640003, "GOLDEN PRODUCTS", 180, 32, 80, -3700.0),
            made.ship(563640004, "GOLDEN BUNKER", 95, 16, 80, -3700.0),
        )  # fmt: skip
        ring = ((104.05, 7.27), (104.15, 7.27), (104.15, 7.33), (104.05, 7.33))
        world = zoned(Zone("Golden Anchorage", ring, "made up", kind="anchorage"))
        return Golden(reports, statics, empty("messages"), (("warning", (563640001, 563640002)),), world)


DETECTOR = ShipToShip()
