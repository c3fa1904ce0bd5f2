"""A target of a radar that is no ship of AIS, where AIS would have been heard.

What it finds
    A target of 15 m and more, or of unknown size, that a radar has tracked for 10 minutes in which no ship of AIS was
    where it is (the likelihood of the best candidate stays below that of "somebody else"), although a ship with AIS
    there would have been heard with a chance above 99 %: the reception is learned from the feed itself. What has not left
    its place since it was first seen is left out, as it may be no vessel. Small craft may go without AIS, so targets are
    ranked by size, speed and zone, and only the upper half is told of: those under way in lanes and other routes, those
    in areas where entry or fishing is restricted, and elsewhere those known to be long. One alert a target, as long as
    nobody explains it. Without a radar the rule is silent.
Why it matters
    Who must send and does not (ships of 300 GT on voyages abroad, passenger ships) has a reason or a fault; who need not
    send and is in a lane is seen by nobody who looks at AIS alone.
False alarms
    Fishing and pleasure boats, patrols and naval vessels, which need not send; a barge on a long tow, whose tug has the AIS;
    clutter and the echoes of ships from bridges that a radar tracks; a class B or an aerial that does not reach the receiver.
Reference
    SOLAS V/19.2.4 (who must carry AIS). Association: see "One vessel, one contact" in the concepts. The limits are selat's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.detectors._meetings import ramp
from selat.detectors._pairs import geometry
from selat.detectors._seas import lane, zoned
from selat.detectors._silence import odds
from selat.kernels import geodesy
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.targets import is_target
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.features import over
from selat.tracks.intervals import nominal
from selat.tracks.kinds import Kind
from selat.tracks.window import Window

ROUTES = (
    "lane", "separation_zone", "roundabout", "precautionary", "deep_water_route", "two_way_route", "recommended_track",
    "speed_segment", "restricted", "closed_area", "platform",
)  # fmt: skip
_NEAR = 5 * NAUTICAL_MILE
_KEEP = 10 * MINUTE  # a target that is not seen for a while goes on where it was
HOME = ("port", "anchorage", "inshore_zone")  #: where small craft belong


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    length: float = param(15.0, "m", "Shorter targets, where the radar tells, are not judged", "behaviours 2.3: 15 m")
    lasting: float = param(600.0, "s", "Explained by nobody for so long", "behaviours 2.3: 10 min")
    chance: float = param(0.01, "1", "Chance that AIS of a ship there were not heard, below", "selat")
    taught: float = param(3.0, "1", "Ships that taught the reception there", "selat")
    moved: float = param(
        100.0, "m", "What never was so far from where it began is fixed", "selat: 3 times the radar's error"
    )
    large: float = param(50.0, "m", "A ship that must send, as a rule, is so long", "SOLAS V/19: 300 GT is about 45 m")
    still: float = param(1 * KNOT, "m/s", "Slower, it is not under way", "selat")
    worth: float = param(0.5, "1", "Rank by size, speed and zone from which it is told", "selat")
    warning: float = param(0.8, "1", "... of a large one for a warning", "selat")


@dataclass(frozen=True)
class Uncorrelated(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "uncorrelated"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(2, 3, 600.0, 1800.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Targets that nobody explains; memory: since when, and when last seen (ns), by lasting number."""
        p, s, c = self.p, fleet.ships(window), window.contacts
        row = np.flatnonzero(is_target(s.mmsi) & ~(s.length < p.length))
        if not row.size or c.fusion is None:
            return [], None
        best = [c.fusion.best(int(i)) for i in s.id[row]]
        since = self._since(window, s, row, best, memory or {})
        alone = np.array([(window.now - since[str(int(i))][0]) / SECOND for i in s.id[row]])
        use = (alone >= p.lasting) & self._moves(window, s, row)
        row, alone, best = row[use], alone[use], [b for b, u in zip(best, use.tolist(), strict=True) if u]
        if not row.size:
            return [], since
        asked, zones = self._heard(window, s, row, alone), self._zones(window, s, row)
        good = np.flatnonzero((asked.none < p.chance) & (asked.taught >= p.taught))
        found = []
        for k in good.tolist():
            i = int(row[k])
            told = {
                "alone": round(float(alone[k]), 0), "best": self._best(window, s, i, best[k]),
                "expected": round(float(asked.expected[k]), 1), "none": float(f"{asked.none[k]:.3g}"),
                "taught": round(float(asked.taught[k]), 1), "place": {"zones": zones[k], "shore_source": ""},
            }  # fmt: skip
            found.append(fleet.finding(window, s, i, since[str(int(s.id[i]))][0], told))
        return fleet.so(self, found), since

    def _since(
        self, w: Window, s: fleet.Ships, row: Any, best: list[tuple[int, float] | None], old: dict[str, list[int]]
    ) -> dict[str, list[int]]:
        """Since when each target is nobody: from its first position on, or from when a ship explained it last."""
        ships = {str(i) for i in w.contacts.joined[:, 0].tolist()}
        out = {k: v for k, v in old.items() if w.now - v[1] < _KEEP and k not in ships}
        for k, i in enumerate(row.tolist()):
            name, begun, likely = str(int(s.id[i])), int(w.contacts.begun[s.slot[i]]), best[k]
            first = begun if w.now - begun <= 3 * self.every else w.now  # an old one that is new here was a ship
            explained = likely is not None and likely[1] > 0.0
            out[name] = [w.now if explained else out[name][0] if name in out else first, w.now]
        return out

    def _zones(self, w: Window, s: fleet.Ships, row: Any) -> list[list[Evidence]]:
        """Zones in which each target is."""
        out: list[list[Evidence]] = [[] for _ in range(row.size)]
        zones = w.world.zones
        if len(zones):
            for k, z in zip(*(x.tolist() for x in zones.members(s.lat[row], s.lon[row])), strict=True):
                one = zones[z]
                out[k].append({"name": one.name, "kind": one.kind, "source": one.source, "version": zones.versions[z]})
        return out

    def _moves(self, w: Window, s: fleet.Ships, row: Any) -> Any:
        """Targets that are under way, or that were elsewhere within the memory of their tracks."""
        out = s.speed[row] > self.p.still
        lies = np.flatnonzero(~out)
        if lies.size:
            out[lies] = over(w.contacts, s.slot[row[lies]], w.now, 7200.0).radius > 0.5 * self.p.moved
        return out

    def _heard(self, w: Window, s: fleet.Ships, row: Any, alone: Any) -> Any:
        """What would have been heard of a ship of class A that went as the target did."""
        seconds = np.minimum(alone, 7200.0)
        vx, vy = (w.contacts.vx[s.slot[row]].astype("f8"), w.contacts.vy[s.slot[row]].astype("f8"))
        back = np.where(s.speed[row] > self.p.still, np.minimum(seconds, 1800.0), 0.0)
        lat, lon = geodesy.moved(s.lat[row], s.lon[row], -vx * back, -vy * back)
        status = np.where(s.speed[row] > self.p.still, 0, 1)
        every = nominal(np.full(row.size, int(Kind.CLASS_A)), s.speed[row], status)
        return w.reception.ask(lat, lon, int(Kind.CLASS_A), np.where(back > 0, back, seconds), every, vx=vx, vy=vy)

    def _best(self, w: Window, s: fleet.Ships, i: int, best: tuple[int, float] | None) -> Evidence | None:
        """The ship that it is least unlikely to be: who, score, and how far she is (m); else the nearest, without a score."""
        if best is not None:
            slot = int(np.flatnonzero(w.contacts.ids() == best[0])[0])  # of this hull: others may use her number
            away = float(geodesy.distance(s.lat[i], s.lon[i], w.contacts.lat[slot], w.contacts.lon[slot]))
            return {"name": w.contacts.name(slot), "score": round(best[1], 1), "range": round(away, 0)}
        ships = np.flatnonzero(~is_target(s.mmsi))
        if not ships.size:
            return None
        far = np.hypot(*geodesy.plane(s.lat[i], s.lon[i], s.lat[ships], s.lon[ships]))
        k = int(np.argmin(far))
        if far[k] > _NEAR:
            return None
        return {"name": w.contacts.name(int(s.slot[ships[k]])), "score": None, "range": round(float(far[k]), 0)}

    def _ranked(self, e: Evidence) -> dict[str, float]:
        """Size, speed and place, each 0 to 1."""
        p, who = self.p, e["ship"]
        kinds = {z["kind"] for z in e["place"]["zones"]}
        return {
            "size": ramp(who["length"], p.length, p.large, 0.3, unknown=0.6),
            "speed": 1.0 if who["speed"] > p.still else 0.5,
            "place": 1.0 if kinds & set(ROUTES) else 0.3 if kinds & set(HOME) else 0.6,
        }

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Nobody explains it, AIS would have been heard, and it is worth a look."""
        e, p, who = evidence, self.p, evidence["ship"]
        if (
            e["alone"] < p.lasting
            or e["none"] >= p.chance
            or e["taught"] < p.taught
            or (who["length"] or p.length) < p.length
        ):
            return None
        rank = self._ranked(e)
        worth = float(np.prod(list(rank.values())))
        if worth < p.worth:
            return None
        size = f"{who['length']:.0f} m long" if who["length"] else "of unknown size"
        where = next((f" in {z['name']}" for z in e["place"]["zones"] if z["kind"] in ROUTES), "")
        b = e["best"]
        if b is None:
            near = f"No ship is within {say.miles(_NEAR)}"
        elif b["score"] is None:
            near = f"The nearest ship, {b['name']}, {say.miles(b['range'])} off, is not she by place or speed"
        else:
            near = f"The likeliest ship, {b['name']}, is {say.miles(b['range'])} off (score {b['score']:.0f}; 8 joins)"
        sentence = (
            f"A target of a radar ({who['mmsi']}), {size}, on {say.bearing(who['course'])} at {say.speed(who['speed'])}{where}, "
            f"has been no ship of AIS for {say.span(e['alone'])} (limit {say.span(p.lasting)}). {near}. Were she to send, "
            f"{e['expected']:.0f} reports would have come in; that none was heard has a chance of {odds(e['none'])} (limit "
            f"{odds(p.chance)}). Rank {worth:.2f} (limit {p.worth:.2f})."
        )
        large = bool(who["length"]) and who["length"] >= p.large
        sure = {
            **rank,
            "reception": float(np.clip(1.0 - 10.0 * e["none"], 0.5, 0.99)),
            "learned": 0.95 if e["taught"] >= 10 else 0.8,
        }
        return Verdict(
            "warning" if large and worth >= p.warning else "caution", sentence, sure,
            ("a fishing boat, a patrol or a naval vessel", "a barge whose tug has the AIS", "an echo that is no vessel"),
            "Look at radar and camera; call her on channel 16 by place and course; ask ships near her what they see.",
            geometry(e["place"]),
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when a ship explains it, or it went where nobody would be heard."""
        return f"Target {evidence['ship']['mmsi']} is not without explanation any more."

    def golden(self) -> Golden:
        """Ships are heard well along a lane; a target of 60 m in it sends nothing, another is a ship, a third lies at a buoy."""
        every = range(0, 5400, 10)
        parts = [made.sail(563320000 + n, 1.20 + 0.004 * n, 104.02, 8.0 + 0.3 * n, 80.0, every) for n in range(10)]
        parts.append(made.sail(900000001, 1.232, 104.03, 6.0, 80.0, range(2400, 5400, 5), msg_type=0))
        parts.append(made.sail(900000002, 1.20, 104.02, 8.0, 80.0, range(0, 5400, 5), msg_type=0))
        parts.append(made.sail(900000003, 1.234, 104.10, 0.0, 80.0, range(0, 5400, 5), msg_type=0))
        statics = made.numbered(
            *[made.ship(563320000 + n, f"GOLDEN {n}", 120, 18, 70) for n in range(10)],
            made.ship(900000001, "", 60, 0, 0),
        )
        world = zoned(lane())
        return Golden(made.numbered(*parts), statics, empty("messages"), (("warning", (900000001,)),), world)


DETECTOR = Uncorrelated()
