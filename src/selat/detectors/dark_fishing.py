"""A fishing vessel that falls silent at the edge of a place where fishing is closed.

What it finds
    A fishing vessel that falls silent within 5 miles of a zone that forbids fishing, outside it or inside, for 30 minutes and
    more while others like her are heard there (chance of the silence below 1 in 100 by the learned reception); and one that
    after such a silence is heard again inside the zone. Judged every minute. Caution while she is silent; a warning when she
    comes back inside, or was lost inside.
Why it matters
    Who switches off before the line does not want to be seen behind it.
False alarms
    Class B units heard badly, batteries, coverage that ends there; a boat that goes home past the zone. The reception is
    shown, and a report that comes late takes the alert back.
Reference
    Behaviours 2.9 (gap that starts within 5 nm of a boundary and ends inside); Global Fishing Watch's intentional
    disabling (12 h by satellite) for the idea that reception must be shown to be good.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _fisher as gear
from selat.detectors import _golden as made
from selat.detectors import _places as near
from selat.detectors import _ships as fleet
from selat.detectors import _silent as quiet
from selat.detectors._life import Pace, PictureRule
from selat.detectors._meetings import ramp
from selat.detectors._seas import voyage, zoned
from selat.model.clock import HOUR, MINUTE, SECOND
from selat.model.columns import concat, empty
from selat.model.nouns import Zone
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.flags import flag
from selat.tracks.window import Window
from selat.tracks.zones import Zones


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    edge: float = param(5 * NAUTICAL_MILE, "m", "Fell silent within this of the zone", "behaviours 2.9: 5 nm")
    lasting: float = param(1800.0, "s", "Silent for so long", "selat; behaviours 2.3: 15 min for ships under way")
    chance: float = param(0.01, "1", "The chance of the silence, by the learned reception, is below", "selat")


@dataclass(frozen=True)
class DarkFishing(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "dark_fishing"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(1, 5, 1800.0, 3600.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Fishing vessels that are silent near a closed zone; memory: those, to know where they are heard again."""
        zones = _closed(window)
        old: dict[str, Evidence] = dict(memory or {})
        if zones is None:
            return [], None
        found = self._gone(window, zones)
        back, keep = self._back(window, zones, old)
        new = {f.key: f.evidence for f in found}
        return fleet.so(self, [*found, *back]), {**keep, **new}

    def _gone(self, w: Window, zones: Zones) -> list[Finding]:
        p, q, c = self.p, quiet.silent(w), w.contacts
        fisher = (q.type == 30) | (c.status[q.slot] == fleet.FISHING)
        row = np.flatnonzero(fisher & (q.seconds >= p.lasting))
        point, zone = zones.near(q.lat[row], q.lon[row], p.edge)
        found = []
        for k in np.unique(point).tolist():
            i = int(row[k])
            mine = zone[point == k]
            away = zones.distance(np.full(mine.size, q.lat[i]), np.full(mine.size, q.lon[i]), mine)
            n = int(np.argmin(away))
            told = {
                "silent": quiet.subject(w, q, i), "reception": quiet.reception(w, q, i), "seconds": round(float(q.seconds[i]), 1),
                "away": round(float(away[n]), 0), "zone": near.place(zones, int(mine[n])), "inside": bool(away[n] <= 0.0),
                "back": None, "now": w.now, "seq": [int(c.seq[int(q.slot[i])])],
            }  # fmt: skip
            found.append(self._finding(int(q.id[i]), told))
        return found

    def _back(self, w: Window, zones: Zones, old: dict[str, Evidence]) -> tuple[list[Finding], dict[str, Evidence]]:
        """Those that are heard again, and what is remembered of them for two hours more."""
        s = fleet.ships(w)
        row = {int(i): k for k, i in enumerate(s.id.tolist())}
        found, keep = [], {}
        for key, e in sorted(old.items()):
            i = row.get(int(key.split("/")[0]))
            if i is None:
                if w.now - e["now"] < 6 * HOUR:
                    keep[key] = e
                continue
            if int(s.time[i]) <= e["silent"]["time"] or w.now - e["now"] > 2 * HOUR:
                continue
            z = zones.named(e["zone"]["name"])
            away = float(zones.distance(s.lat[i], s.lon[i], z)[0]) if z >= 0 else float("nan")
            first = e["back"] or {"time": int(s.time[i]), "away": round(away, 0), "seq": int(s.seq[i]),
                                  "lat": round(float(s.lat[i]), 6), "lon": round(float(s.lon[i]), 6)}  # fmt: skip
            told = {**e, "back": first, "seconds": round((first["time"] - e["silent"]["time"]) / SECOND, 1)}
            told["seq"] = sorted({*e["seq"], first["seq"]})
            keep[key] = told
            if away <= 0.0:
                found.append(self._finding(int(s.id[i]), told, int(s.seq[i])))
        return found, keep

    def _finding(self, number: int, told: Evidence, fresh: int | None = None) -> Finding:
        last = told["back"] or told["silent"]
        key = f"{number}/{told['zone']['name']}"
        return Finding(
            key, (told["silent"]["mmsi"],), told["silent"]["time"], last["lat"], last["lon"], told, fresh or told["now"]
        )

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Silent by her own will, near the line or behind it."""
        e, p, who, zone = evidence, self.p, evidence["silent"], evidence["zone"]
        none = e["reception"]["none"]
        worth = quiet.worth(e["reception"])
        if e["seconds"] < p.lasting or none > p.chance or not worth or e["away"] > p.edge:
            return None
        if not near.binds(zone["rules"], who | {"draught": None}, flag(who["mmsi"]), e["now"]):
            return None
        back = e["back"]
        inside = e["inside"] or (back is not None and back["away"] <= 0.0)
        where = "inside" if e["inside"] else f"{say.miles(e['away'])} outside (limit {say.miles(p.edge)})"
        then = (
            f"and was heard again {'inside' if back['away'] <= 0.0 else 'outside'} after"
            if back
            else "and has been so for"
        )
        sentence = (
            f"{fleet.the(who)} fell silent {where} {zone['name']}, where fishing is not allowed, {then} "
            f"{say.span(e['seconds'])} (limit {say.span(p.lasting)}); the chance of that is {none:.2g} (limit {p.chance:g})."
        )
        parts = {
            "silence": worth, "nearness": 1.0 if inside else ramp(e["away"], p.edge, 0.2 * p.edge, 0.4),
            "geometry": near.sure(zone),
        }  # fmt: skip
        return Verdict(
            "warning" if inside else "caution", sentence, parts,
            ("her transponder or its reception failed", "she went home past the zone"),
            "Look there by radar, camera or patrol; ask her for her log when she is back.", near.source(zone),
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when she is heard again outside, or has left."""
        return f"{evidence['silent']['name']} is heard again, and not in {evidence['zone']['name']}."

    def golden(self) -> Golden:
        """A trawler falls silent two miles off a reef and is heard again on it; ten others are heard all the time."""
        parts = [
            voyage(563730001, 9.50, 104.26, [(6.0, 90.0, 2400.0)]),
            voyage(563730001, 9.50, 104.38, [(3.0, 90.0, 1500.0)], start=6000.0),
            *[voyage(563730010 + n, 9.40 + 0.02 * n, 104.25, [(5.0, 90.0, 7500.0)]) for n in range(10)],
        ]  # fmt: skip
        names = [made.ship(563730001, "GOLDEN GHOST", 30, 8, 30)]
        names += [made.ship(563730010 + n, f"GOLDEN HEARD {n}", 30, 8, 70) for n in range(10)]
        reports = made.numbered(concat(parts, "reports"))
        reports = reports.replace(station=np.ones(reports.rows, "u2"))
        ring = ((104.36, 9.45), (104.46, 9.45), (104.46, 9.55), (104.36, 9.55))
        world = zoned(Zone("Golden Reef", ring, "made up", kind="closed_area"))
        return Golden(reports, made.numbered(*names), empty("messages"), (("warning", (563730001,)),), world)


def _closed(w: Window) -> Zones | None:
    """The zones that forbid fishing; None where there are none."""
    return fleet.once(w, _forbidding)


_kept: dict[str, Zones] = {}


def _forbidding(w: Window) -> Zones | None:
    zones = w.world.zones
    if not len(zones):
        return None
    if zones.version not in _kept:
        _kept.clear()
        _kept[zones.version] = Zones(z for z in zones if gear.forbids(z))
    return _kept[zones.version] if len(_kept[zones.version]) else None


DETECTOR = DarkFishing()
