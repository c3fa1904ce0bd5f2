"""A ship that has to report crosses a reporting line.

What it finds
    A ship that STRAITREP binds and whose track crosses a reporting line (the limits of the area, the lines between
    sectors): who must report to whom, on which channel. Bound are ships of 50 m and more (300 GT, which AIS does not
    send, is about that), ships that tow, passenger ships, and ships that say they carry dangerous goods; or those that
    the line's own rules name. Judged every 30 s; a caution, told once a crossing. selat hears no voice: that a report
    is missing only the operator knows.
Why it matters
    The list of who has just come in is the list of who should have called by now.
False alarms
    Ships that wait on a line cross it again and again: within an hour it is one alert. Ships that did not send their
    length are not found.
Reference
    IMO MSC.73(69) (STRAITREP: area, sectors, who must report); geometry as the zone's source says.
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
from selat.detectors._ships import Array, Ships
from selat.kernels import geodesy
from selat.model.clock import SECOND
from selat.model.columns import empty
from selat.model.nouns import Zone
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.window import Window

#: ship types with a second digit 1 to 4 in these decades carry dangerous goods or pollutants (M.1371-5 Table 53)
HAZARD = tuple(10 * d + k for d in (2, 4, 6, 7, 8, 9) for k in (1, 2, 3, 4))
PASSENGER = tuple(range(60, 70))


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    length: float = param(50.0, "m", "Ships of this length and more must report", "MSC.73(69)")
    speed: float = param(KNOT, "m/s", "Slower is no crossing but drift", "selat")
    back: float = param(240.0, "s", "The crossing is looked for in the track of so long", "selat: three of its steps")
    beyond: float = param(50.0, "m", "She is so far beyond the line", "selat: five times the error of AIS")


@dataclass(frozen=True)
class Straitrep(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "straitrep"
    every: int = 30 * SECOND
    pace: Pace = field(default_factory=lambda: Pace(1, 2, 3600.0, 3600.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Ships whose course over the last minutes crosses a line; then the track itself. Memory: who was told (ns)."""
        p, at = self.p, near.places(window)
        s = at.ships
        told = {k: t for k, t in (memory or {}).items() if window.now - t < 2.0 * p.back * SECOND}
        if not at.numbers("report_line").size:
            return [], told
        mine = at.zones.of("report_line")
        row = np.flatnonzero((s.speed > p.speed) & bound(s, p))
        way, run = np.radians(s.course[row]), s.speed[row] * p.back
        north, east = fleet.per_degree(s.lat[row])
        lat, lon = s.lat[row] - run * np.cos(way) / north, s.lon[row] - run * np.sin(way) / east
        step, zone, _, _ = mine.crossings(lat, lon, s.lat[row], s.lon[row])
        found = []
        for i, z in sorted({(int(row[k]), int(m)) for k, m in zip(step, zone, strict=True)}):
            if f"{int(s.id[i])}/{mine[z].name}" not in told:
                found += self._crossed(window, s, mine, i, z)
        found = fleet.so(self, found)
        return found, told | {f.key: window.now for f in found}

    def _crossed(self, w: Window, s: Ships, lines: Any, i: int, z: int) -> list[Finding]:
        """The last crossing of a line in a ship's track."""
        track = fleet.trail(w.contacts, int(s.slot[i]), w.now - round(self.p.back * SECOND))
        if len(track.time) < 2:
            return []
        hit, which, part, _ = lines.crossings(track.lat[:-1], track.lon[:-1], track.lat[1:], track.lon[1:])
        here = np.flatnonzero(which == z)
        if not here.size:
            return []
        k = int(hit[here[-1]])
        span = int(track.time[k + 1] - track.time[k])
        when = int(track.time[k]) + round(span * float(part[here[-1]]))
        evidence = {
            "line": near.place(lines, z), "crossed": when, "towards": _towards(track, k),
            "beyond": round(abs(float(lines.distance(s.lat[i], s.lon[i], z)[0])), 1),
            "tows": bool(np.isin(s.type[i], fleet.TOWING) or np.isin(s.status[i], fleet.TOW_STATUS)),
        }  # fmt: skip
        return [fleet.finding(w, s, i, when, evidence, lines[z].name, track=track)]

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Bound, and well beyond the line."""
        e, p = evidence, self.p
        who, line = e["ship"], e["line"]
        if e["beyond"] < p.beyond or not near.binds(line["rules"], who, now=e["crossed"]):
            return None
        why = reason(who, e["tows"], p)
        if not why:
            return None
        rules = line["rules"]
        whom = rules.get("authority", "the traffic service") + (f" on VHF {rules['vhf']}" if "vhf" in rules else "")
        whom += f" ({rules['note'][:120]})" if "note" in rules else ""
        sentence = (
            f"{fleet.the(who)}, {why}, crossed {line['name']} at {say.clock(e['crossed'])} UTC towards {e['towards']} at "
            f"{say.speed(who['speed'])}: she must report to {whom}."
        )
        return Verdict(
            "caution", sentence, {"geometry": near.sure(line), "identity": fleet.known(who)},
            ("she has reported", "her length is typed wrong"), "Check whether she has reported.", near.source(line),
        )  # fmt: skip

    def golden(self) -> Golden:
        """A cargo ship that crosses the line, a yacht that does, a ship that turns before it."""
        line = Zone(
            "east limit", ((104.1, 1.1), (104.1, 1.4)), "made up", kind="report_line", line=True,
            rules={"authority": "VTS Example", "vhf": "10"},
        )  # fmt: skip
        reports = made.numbered(
            seas.voyage(563280001, 1.25, 104.08, [(12.0, 90.0, 900.0)]),
            seas.voyage(563280002, 1.26, 104.08, [(12.0, 90.0, 900.0)]),
            seas.voyage(563280003, 1.27, 104.08, [(12.0, 90.0, 300.0), (12.0, 270.0, 600.0)]),
        )
        statics = made.numbered(*[
            made.ship(563280001 + n, f"GOLDEN REPORT {n}", size, 5, kind)
            for n, (size, kind) in enumerate(((150, 70), (12, 37), (150, 70)))
        ])  # fmt: skip
        return Golden(reports, statics, empty("messages"), (("caution", (563280001,)),), seas.zoned(line))


def bound(s: Ships, p: Parameters) -> Array:
    """Ships that may have to report: those of :func:`reason`."""
    out = (s.length >= p.length) | np.isin(s.type, (*fleet.TOWING, *PASSENGER, *HAZARD))
    result: Array = out | np.isin(s.status, fleet.TOW_STATUS)
    return result


def reason(who: Evidence, tows: bool, p: Parameters) -> str:
    """Why a ship must report; empty where she need not."""
    if who["length"] is not None and who["length"] >= p.length:
        return f"{who['length']:.0f} m long (limit {p.length:.0f} m)"
    if tows:
        return "towing"
    if who["type"] in PASSENGER:
        return "a passenger ship"
    return "with dangerous goods" if who["type"] in HAZARD else ""


def _towards(track: Any, k: int) -> str:
    """Side of the compass to which a step of a track goes."""
    east, north = (float(v) for v in geodesy.plane(track.lat[k], track.lon[k], track.lat[k + 1], track.lon[k + 1]))
    return ("east" if east > 0 else "west") if abs(east) > abs(north) else "north" if north > 0 else "south"


DETECTOR = Straitrep()
