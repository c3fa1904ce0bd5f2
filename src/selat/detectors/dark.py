"""A ship that falls silent where she would be heard.

What it finds
    A ship under way that has not been heard for a quarter of an hour or 20 of her reporting intervals, whichever is
    longer, although at least 20 reports were expected from where her course took her and a silence as long has a chance
    below 1 in 1,000: the reception there is learned from the feed itself (cell, class, station, how well she was heard
    before, the neighbours that are heard meanwhile). One alert a silence; when she is heard again it says how long she
    was gone, how far she came, and how fast that would have been.
Why it matters
    Switching off is how ships meet, fish and discharge unseen; and a ship that burns or sinks falls silent too.
False alarms
    Shadow of a hill or a large ship beside her, a failing aerial, slots crowded out, a power failure on board: the chance
    tells how rare that is here. Not judged: class B (switched off at will, and sent at low power), ships at anchor,
    moored or in a port, ships whose course leaves the coverage (then few reports are expected) or ends on the shore. A
    silent receiver is told of as such and makes no ship dark: where less than half of what is usual was heard of others
    meanwhile, nothing is claimed.
Reference
    ITU-R M.1371-5 Annex 1, Table 1 (intervals); GFW AIS disabling (12 h, 14 positions before) and Skylight (6 h) for what
    others ask; a gap probability model that reaches gaps of an hour: PLoS ONE 2018, e0201640. The limits are selat's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _ships as fleet
from selat.detectors._life import FORGET, Pace, PictureRule
from selat.kernels import geodesy
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.schema import NO_TIME
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.intervals import nominal
from selat.tracks.kinds import Kind, is_ship
from selat.tracks.window import Window

_LYING = (1, 5)  #: navigational status: at anchor, moored


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    silent: float = param(900.0, "s", "Not heard for so long", "behaviours 2.3: 15 min under way in terrestrial cover")
    intervals: float = param(20.0, "1", "... and for so many of her reporting intervals", "behaviours 2.3")
    expected: float = param(20.0, "1", "Reports that should have been heard", "selat")
    chance: float = param(1e-3, "1", "Chance of such a silence below", "behaviours 2.3")
    clear: float = param(0.5, "1", "Heard from others meanwhile, of what is usual: less is an outage", "selat")
    speed: float = param(2 * KNOT, "m/s", "Slower ships are not judged", "selat: class A sends every 3 min at rest")
    longest: float = param(6 * 3600.0, "s", "Silences that are longer are history", "Skylight: 6 h")
    reports: int = param(20, "1", "Positions heard of her before", "GFW: 14 in the 12 hours before")
    coast: float = param(0.0, "m", "A course that ends nearer to the shore ends in a port", "selat")


@dataclass(frozen=True)
class Dark(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "dark"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(1, 1, 900.0, 60.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Silent ships that should be heard; memory: evidence of the silences that were told of, by contact."""
        told: dict[str, Evidence] = dict(memory or {})
        slots = self._silent(window)
        found = fleet.so(self, self._asked(window, slots)) if slots.size else []
        silent = {f.key for f in found}
        back = self._back(window, {key: e for key, e in told.items() if key not in silent})
        over = {f.key for f in back}
        told = {key: e for key, e in told.items() if key not in over and window.now - e["ship"]["time"] < FORGET}
        told.update((f.key, f.evidence) for f in found)
        return found + back, told

    def _silent(self, w: Window) -> Any:
        """Slots of ships under way that were not heard for long enough."""
        p, c = self.p, w.contacts
        age = np.where(c.heard == NO_TIME, 0.0, (w.now - c.heard) / SECOND)
        every = nominal(c.kind, c.sog, c.status)
        speed = np.hypot(c.vx, c.vy)
        use = is_ship(c.kind) & (c.kind != Kind.CLASS_B) & (c.reports >= p.reports) & (speed > p.speed)
        use &= (age >= np.maximum(p.silent, p.intervals * every)) & (age <= p.longest)
        use &= ~np.isin(c.status, _LYING) & np.isfinite(c.lat)
        slots = np.flatnonzero(use)
        if slots.size and len(w.world.zones):
            port = w.world.zones.of("port", "anchorage")
            if len(port):
                inside = np.zeros(slots.size, bool)
                inside[port.members(c.lat[slots], c.lon[slots])[0]] = True
                slots = slots[~inside]
        return slots

    def _asked(self, w: Window, slots: Any) -> list[Finding]:
        """Ask the reception; evidence of those whose silence is not by chance."""
        p, c = self.p, w.contacts
        age = (w.now - c.time[slots]) / SECOND
        every = nominal(c.kind[slots], c.sog[slots], c.status[slots])
        vx, vy = c.vx[slots].astype("f8"), c.vy[slots].astype("f8")
        heard, of = self._before(c, slots, every)
        asked = w.reception.ask(c.lat[slots], c.lon[slots], c.kind[slots], age, every, vx=vx, vy=vy, heard=heard, of=of)
        lat, lon = geodesy.moved(c.lat[slots], c.lon[slots], vx * np.minimum(age, 1800.0), vy * np.minimum(age, 1800.0))
        shore = w.world.coast.distance(lat, lon)
        good = (asked.none < p.chance) & (asked.expected >= p.expected) & (asked.ratio >= p.clear) & ~(shore < p.coast)
        ids = c.ids()
        out = []
        for k in np.flatnonzero(good).tolist():
            slot = int(slots[k])
            track = c.recent(slot)
            seq = [int(q) for q in track.seq[-20:] if q >= 0] or [int(c.seq[slot])]
            evidence = {
                "ship": _who(w, slot), "seconds": round(float(age[k]), 1), "interval": float(every[k]),
                "expected": round(float(asked.expected[k]), 2), "none": float(asked.none[k]),
                "chance": round(float(asked.chance[k]), 4), "taught": round(float(asked.taught[k]), 1),
                "others": round(float(asked.others[k]), 1), "clear": round(float(asked.ratio[k]), 4),
                "heard": round(float(heard[k]), 1), "of": round(float(of[k]), 1),
                "shore": fleet.real(shore[k], 0), "back": None, "track": fleet.rows(track), "seq": seq,
            }  # fmt: skip
            key = str(int(ids[slot]))
            start = int(c.time[slot])
            out.append(
                Finding(key, (int(c.mmsi[slot]),), start, float(c.lat[slot]), float(c.lon[slot]), evidence, w.now)
            )
        return out

    @staticmethod
    def _before(c: Any, slots: Any, every: Any) -> tuple[Any, Any]:
        """Reports of these very ships that were heard, and that were due, in the last ten minutes before their silence."""
        heard, of = np.zeros(slots.size), np.zeros(slots.size)
        for k, slot in enumerate(slots.tolist()):
            time = c.recent(slot).time
            last = time[time >= time[-1] - 10 * MINUTE] if time.size else time
            if last.size >= 2:
                of[k] = (last[-1] - last[0]) / SECOND / max(float(every[k]), 5.0)  # nearer ones are not remembered
                heard[k] = min(float(last.size - 1), of[k])
        return heard, of

    def _back(self, w: Window, told: dict[str, Evidence]) -> list[Finding]:
        """Ships that were told of and are heard again: how long they were gone, how far they came, and how fast."""
        if not told:
            return []
        c, out = w.contacts, []
        place = {i: slot for slot, i in enumerate(c.ids().tolist())}
        for key, was in sorted(told.items()):
            slot, ship = place.get(int(key)), was["ship"]
            if slot is None or int(c.time[slot]) <= ship["time"]:
                continue
            seconds = (int(c.time[slot]) - ship["time"]) / SECOND
            away = float(geodesy.distance(ship["lat"], ship["lon"], c.lat[slot], c.lon[slot]))
            back = {
                "time": int(c.time[slot]), "lat": round(float(c.lat[slot]), 6), "lon": round(float(c.lon[slot]), 6),
                "away": round(away, 0), "pace": round(away / max(seconds, 1.0), 2),
            }  # fmt: skip
            evidence = {**was, "back": back, "seconds": round(seconds, 1), "seq": [*was["seq"], int(c.seq[slot])]}
            out.append(Finding(key, (ship["mmsi"],), ship["time"], back["lat"], back["lon"], evidence, w.now))
        return out

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Expected, and not heard: the chance decides."""
        e, p = evidence, self.p
        if e["none"] >= p.chance or e["expected"] < p.expected or e["seconds"] < p.silent:
            return None
        who = e["ship"]
        odds = f"1 in {min(round(1.0 / max(e['none'], 1e-9)), 1_000_000):,}"
        sentence = (
            f"{fleet.the(who)} has not been heard for {say.span(e['seconds'])} (limit {say.span(p.silent)}), last on "
            f"{say.bearing(who['course'])} at {say.speed(who['speed'])}; {e['expected']:.0f} reports should have come in, and "
            f"{e['others']:.0f} came from others around: the chance of it is {odds} (limit 1 in {1 / p.chance:,.0f})."
        )
        if e["back"] is not None:
            sentence = (
                f"{fleet.the(who)} is heard again after {say.span(e['seconds'])} (limit {say.span(p.silent)}), "
                f"{say.miles(e['back']['away'])} from where she fell silent: {say.speed(e['back']['pace'])} on the straight line; "
                f"before, she made {say.speed(who['speed'])}. Such a silence had a chance of {odds}."
            )
        sure = {
            "reception": float(np.clip(1.0 - 100.0 * e["none"], 0.5, 0.99)),
            "learned": 0.95 if e["taught"] >= 10 else 0.8,
            "neighbours": 0.95 if e["others"] >= 20 else 0.75,
            "identity": fleet.known(who),
        }
        return Verdict(
            "warning", sentence, sure,
            ("her aerial or power failed", "something between her and the receiver", "she is in a harbour that is not declared"),
            "Call her by name; look at radar and ask ships near her last position.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when she is heard again."""
        if evidence["back"] is None:
            return ""
        return f"{evidence['ship']['name']} is heard again; she had been silent for {say.span(evidence['seconds'])}."

    def golden(self) -> Golden:
        """Twelve ships are heard well for an hour; one of them falls silent, and the others go on."""
        return _golden()


def _who(w: Window, slot: int) -> Evidence:
    c = w.contacts
    draught = float(c.static("draught")[slot]) * 0.1
    return {
        "mmsi": int(c.mmsi[slot]), "name": c.name(slot), "type": int(c.static("ship_type")[slot]),
        "length": fleet.real(c.length()[slot], 0), "draught": fleet.real(draught if draught > 0 else np.nan, 1),
        "status": int(c.status[slot]), "class_b": bool(c.kind[slot] == Kind.CLASS_B),
        "speed": round(float(np.hypot(c.vx[slot], c.vy[slot])), 2),
        "course": round(float(np.degrees(np.arctan2(c.vx[slot], c.vy[slot])) % 360.0), 1),
        "heading": fleet.real(c.heading[slot], 1), "time": int(c.time[slot]),
        "lat": round(float(c.lat[slot]), 6), "lon": round(float(c.lon[slot]), 6),
    }  # fmt: skip


def _golden() -> Golden:
    every = range(0, 7200, 10)
    parts = [
        made.sail(563310000 + n, 1.30 + 0.01 * n, 104.30, 6.0 + 0.2 * n, 70.0 if n % 2 else 250.0, every)
        for n in range(12)
    ]
    parts.append(made.sail(563310099, 1.36, 104.32, 7.0, 70.0, range(0, 4200, 10)))
    statics = made.numbered(*[made.ship(563310000 + n, f"GOLDEN {n}", 120, 18, 70) for n in (*range(12), 99)])
    return Golden(made.numbered(*parts), statics, empty("messages"), (("warning", (563310099,)),))


DETECTOR = Dark()
