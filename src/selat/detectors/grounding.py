"""A ship whose course leads over water that is too shallow for her.

What it finds
    A ship that makes way and whose course and speed, kept, bring her within 20 minutes into an area of known depth (zones of the
    kind depth that the user brought) that is less than her declared draught and what she needs under the keel: 10 % of the
    draught for squat and half a metre, or 3.5 m for ships of 15 m and more. Alarm below 10 minutes where the depth is less
    than the draught itself; else a warning. Judged every 10 s, raised after three; where she would be there in more than
    10 minutes, when she has headed for it for two. Where no depths are known, it says
    nothing.
Why it matters
    A ship aground in a strait closes it, and her cargo with it. Ten minutes are enough to turn a large ship.
False alarms
    Tide that nobody told (depths are those of the chart), draughts typed wrong or at the last port, a pilot's way that turns
    before the bank: lanes that are known are followed round their bends. Ships inside the area already, at anchor or
    moored, and ships that declare no draught are not judged.
Reference
    Behaviours 2.7 (predicted track over 10 to 20 min meets a depth below draught and 3.5 m, or 10 % for squat); Rules for
    vessels navigating the Straits of Malacca and Singapore (SN.1/Circ.198): 3.5 m under the keel of deep draught vessels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _places as near
from selat.detectors import _predict as ahead
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.detectors._meetings import ramp
from selat.detectors._seas import voyage, zoned
from selat.model.clock import SECOND
from selat.model.columns import empty
from selat.model.nouns import Zone
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.window import Window

LAPSE = 30 * SECOND  #: ns: looks between which she may seem to head clear


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    warn: float = param(1200.0, "s", "Looks so far ahead", "behaviours 2.7: 20 min")
    alarm: float = param(600.0, "s", "... and below this it can be an alarm", "behaviours 2.7: 10 min")
    hold: float = param(
        120.0,
        "s",
        "Farther off she must have headed for it so long",
        "selat: who joins a lane or gives way turns sooner",
    )
    step: float = param(20.0, "s", "Places ahead are so far apart", "selat: 200 m at 20 kn")
    squat: float = param(0.1, "1", "Of the draught, for squat", "behaviours 2.7: 10 %")
    clear: float = param(0.5, "m", "... and so much under the keel", "selat")
    deep: float = param(15.0, "m", "Ships of this draught and more ...", "SN.1/Circ.198: deep draught vessels")
    deep_clear: float = param(3.5, "m", "... need so much under the keel", "SN.1/Circ.198")
    speed: float = param(2 * KNOT, "m/s", "Slower ships are not judged", "selat")


@dataclass(frozen=True)
class Grounding(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "grounding"
    every: int = 10 * SECOND
    pace: Pace = field(default_factory=lambda: Pace(3, 5, 60.0, 1200.0))

    def needed(self, draught: Any) -> Any:
        """Depth (m) that a ship of this draught needs."""
        p = self.p
        return np.where(
            np.asarray(draught) >= p.deep,
            np.asarray(draught) + p.deep_clear,
            (1.0 + p.squat) * np.asarray(draught) + p.clear,
        )

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Ships whose way ahead enters a depth that is too little; memory: since when (ns), and when last, by contact."""
        p, s, memory = self.p, fleet.ships(window), memory or {}
        depths = window.world.zones.of("depth") if len(window.world.zones) else None
        if depths is None or not len(depths):
            return [], None
        least = depths.limit("depth")
        use = (
            (s.speed > p.speed)
            & (s.draught > 0)
            & ~fleet.among(s.status, (fleet.ANCHORED, fleet.MOORED, fleet.AGROUND))
        )
        row = np.flatnonzero(use)
        if not row.size:
            return [], None
        lat, lon = ahead.way(window, s, row, p.warn, p.step)  # (ships, moments), the first is now
        need = self.needed(s.draught[row])
        point, zone = depths.members(lat.ravel(), lon.ravel())
        ship, moment = np.divmod(point, lat.shape[1])
        shallow = least[zone] < need[ship]
        inside = np.unique(ship[shallow & (moment == 0)])
        hit = shallow & ~np.isin(ship, inside)
        ship, moment, zone = ship[hit], moment[hit], zone[hit]
        found, since = [], {}
        for k in np.unique(ship).tolist():
            mine = np.flatnonzero(ship == k)
            m = int(mine[np.lexsort((least[zone[mine]], moment[mine]))[0]])
            i, at = int(row[k]), int(moment[m])
            told = {
                "time": round(at * p.step, 0), "zone": near.place(depths, int(zone[m])), "depth": float(least[zone[m]]),
                "at": [round(float(lat[k, at]), 6), round(float(lon[k, at]), 6)], "bends": ahead.bends(window),
            }  # fmt: skip
            key = str(int(s.id[i]))
            first, last = memory.get(key, (window.now, window.now))
            since[key] = [first if window.now - last <= LAPSE else window.now, window.now]
            told["held"] = round((window.now - since[key][0]) / SECOND, 0)
            found.append(fleet.finding(window, s, i, window.now, told))
        kept = {k: v for k, v in memory.items() if k not in since and window.now - v[1] <= LAPSE}
        return fleet.so(self, found), {**kept, **since}

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Too little water, how soon."""
        e, p, who = evidence, self.p, evidence["ship"]
        draught, depth = who["draught"], e["depth"]
        if draught is None or e["time"] > p.warn:
            return None
        if e["time"] > p.alarm and e.get("held", p.hold) < p.hold:
            return None
        need = float(self.needed(draught))
        if depth >= need:
            return None
        sentence = (
            f"{fleet.the(who)} draws {draught:.1f} m and will be over {depth:.1f} m in {e['zone']['name']} in "
            f"{say.span(e['time'])} (limit {say.span(p.warn)}) at {who['speed'] / KNOT:.0f} kn on {say.bearing(who['course'])}; "
            f"she needs {need:.1f} m."
        )
        parts = {
            "margin": ramp(need - depth, 0.0, 2.0, 0.6), "time": ramp(e["time"], 1.5 * p.warn, 0.5 * p.alarm, 0.4),
            "geometry": near.sure(e["zone"]),
        }  # fmt: skip
        return Verdict(
            "alarm" if e["time"] <= p.alarm and depth < draught else "warning", sentence, parts,
            ("she is about to turn, as her pilot means to", "the tide stands high", "her draught is typed wrong"),
            f"Call {who['name']}: shoal ahead, ask what she means to do.", near.source(e["zone"]),
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when her way ahead is clear."""
        return f"{evidence['ship']['name']} heads clear of {evidence['zone']['name']}."

    def golden(self) -> Golden:
        """A tanker of 12 m heads for a bank of 9 m; a coaster of 4 m does too, another tanker passes it."""
        reports = made.numbered(
            voyage(563780001, 2.50, 105.30, [(12.0, 90.0, 900.0)]), voyage(563780002, 2.51, 105.30, [(12.0, 90.0, 900.0)]),
            voyage(563780003, 2.60, 105.30, [(12.0, 90.0, 900.0)]),
        )  # fmt: skip
        drawn = [(563780001, "GOLDEN DEEP", 120), (563780002, "GOLDEN LIGHT", 40), (563780003, "GOLDEN CLEAR", 120)]
        statics = made.numbered(*[
            made.ship(m, name, 180, 30, 80, 0.0).replace(draught=np.array([d], "u1")) for m, name, d in drawn
        ])  # fmt: skip
        ring = ((105.38, 2.47), (105.42, 2.47), (105.42, 2.54), (105.38, 2.54))
        world = zoned(Zone("Golden Bank", ring, "made up", kind="depth", rules={"depth": 9.0}))
        return Golden(reports, statics, empty("messages"), (("warning", (563780001,)), ("alarm", (563780001,))), world)


DETECTOR = Grounding()
