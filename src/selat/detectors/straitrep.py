"""A ship that has to report crosses a reporting line.

What it finds
    A ship that STRAITREP binds and whose track crosses a reporting line (the limits of the area, the lines between
    sectors): who must report to whom, on which channel. Bound are ships of 50 m and more (300 GT, which AIS does not
    send, is about that), cargo ships and tankers that do not send their length but an IMO number (they must have one from
    300 GT on), ships that tow, passenger ships, and ships that say they carry dangerous goods; or those that the line's own
    rules name. Judged every 30 s, from where she was at the last look, or after a gap of up to 15 minutes; a caution, told
    once a crossing. selat hears no voice: that a report is missing only the operator knows.
Why it matters
    The list of who has just come in is the list of who should have called by now.
False alarms
    Ships that wait on a line cross it again and again: within an hour it is one alert. Ships that send neither their
    length nor an IMO number are not found; some ships below 300 GT have such a number too. A step faster than 50 knots
    (satellites jammed, two ships of one number) is no crossing.
Reference
    IMO MSC.73(69) (STRAITREP: area, sectors, who must report); SOLAS XI-1/3 (IMO numbers: cargo ships of 300 GT and more);
    geometry as the zone's source says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _hulls as hulls
from selat.detectors import _places as near
from selat.detectors import _seas as seas
from selat.detectors import _ships as fleet
from selat.detectors import _ways as ways
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
NUMBERED = tuple(
    range(70, 100)
)  #: cargo ships, tankers and others, which need an IMO number from 300 GT on (SOLAS XI-1/3)
_WHERE = ("ids", "time", "lat", "lon")
STEP = 90 * SECOND  #: ns: one step of the track and some more


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    length: float = param(50.0, "m", "Ships of this length and more must report", "MSC.73(69)")
    speed: float = param(KNOT, "m/s", "Slower is no crossing but drift", "selat")
    back: float = param(240.0, "s", "Who was not there at the last look is looked at so far back", "selat: three steps")
    gap: float = param(900.0, "s", "A crossing in a longer gap is not told: nobody knows when", "selat: 15 min dark")
    leap: float = param(50 * KNOT, "m/s", "Faster steps are leaps of the position", "selat")
    beyond: float = param(50.0, "m", "She is so far beyond the line", "selat: five times the error of AIS")


@dataclass(frozen=True)
class Straitrep(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "straitrep"
    every: int = 30 * SECOND
    pace: Pace = field(default_factory=lambda: Pace(1, 2, 3600.0, 3600.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Ships that have come over a line since the last look. Memory: who was told (ns), and where each bound ship was."""
        p, at = self.p, near.places(window)
        s = at.ships
        memory = memory or {"told": {}, "ids": [], "time": [], "lat": [], "lon": []}
        told = {k: t for k, t in memory["told"].items() if window.now - t < 2.0 * p.gap * SECOND}
        if not at.numbers("report_line").size:
            return [], {**memory, "told": told}
        mine = at.zones.of("report_line")
        row = np.flatnonzero((s.speed > p.speed) & bound(s, p, self._numbers(window, s)))
        time, lat, lon = self._before(s, row, memory)
        step, zone, _, _ = mine.crossings(lat, lon, s.lat[row], s.lon[row])
        found, waits = [], np.zeros(len(row), bool)
        for k, z in sorted(set(zip(step.tolist(), zone.tolist(), strict=True))):
            i = int(row[k])
            if f"{int(s.id[i])}/{mine[z].name}" in told:
                continue
            new = fleet.so(self, self._crossed(window, s, mine, i, z, int(time[k])))
            waits[k] |= not new  # not yet well beyond it: she is looked at again from where she was
            found += new
        now = np.where(waits, time, s.time[row]), np.where(waits, lat, s.lat[row]), np.where(waits, lon, s.lon[row])
        return found, {"told": told | {f.key: window.now for f in found}, **self._kept(window, s.id[row], now, memory)}

    @staticmethod
    def _numbers(w: Window, s: Ships) -> Array:
        """IMO numbers of ships; 0 where there is none, or none that can be."""
        imo = w.contacts.static("imo")[s.slot].astype("i8")
        out: Array = np.where(hulls.odd_imo(imo), 0, imo)
        return out

    def _kept(self, w: Window, ids: Array, now: tuple[Array, Array, Array], memory: Any) -> dict[str, list[Any]]:
        """Where bound ships are now, and where those were that have not been heard for a while, by id."""
        was = [np.array(memory[name], kind) for name, kind in zip(_WHERE, ("i8", "i8", "f8", "f8"), strict=True)]
        old = ~np.isin(was[0], ids) & (was[1] > w.now - round(self.p.gap * SECOND))
        new = [np.concatenate([a[old], b]) for a, b in zip(was, (ids, *now), strict=True)]
        order = np.argsort(new[0], kind="stable")
        return {name: a[order].tolist() for name, a in zip(_WHERE, new, strict=True)}

    def _before(self, s: Ships, row: Array, memory: Any) -> tuple[Array, Array, Array]:
        """When (ns) and where ships were at the last look; by their course and speed where that is not known, or too long ago."""
        p, ids = self.p, np.array(memory["ids"], "i8")
        way, run = np.radians(s.course[row]), s.speed[row] * p.back
        north, east = fleet.per_degree(s.lat[row])
        time = s.time[row] - round(p.back * SECOND)
        lat, lon = s.lat[row] - run * np.cos(way) / north, s.lon[row] - run * np.sin(way) / east
        if not len(ids):
            return time, lat, lon
        k = np.minimum(np.searchsorted(ids, s.id[row]), len(ids) - 1)
        was, y, x = np.array(memory["time"], "i8")[k], np.array(memory["lat"])[k], np.array(memory["lon"])[k]
        known = (ids[k] == s.id[row]) & (s.time[row] - was <= round(p.gap * SECOND))
        return np.where(known, was, time), np.where(known, y, lat), np.where(known, x, lon)

    def _crossed(self, w: Window, s: Ships, lines: Any, i: int, z: int, since: int) -> list[Finding]:
        """The last crossing of a line in a ship's track since a time (ns), by steps that a ship can make."""
        track = fleet.fine_trail(w.contacts, int(s.slot[i]), since - STEP)
        if len(track.time) < 2:
            return []
        hit, which, part, _ = lines.crossings(track.lat[:-1], track.lon[:-1], track.lat[1:], track.lon[1:])
        seconds, metres, _ = ways.steps(track)
        here = np.flatnonzero((which == z) & (metres[hit] <= self.p.leap * np.maximum(seconds[hit], 1.0)))
        if not here.size:
            return []
        k = int(hit[here[-1]])
        span = int(track.time[k + 1] - track.time[k])
        when = int(track.time[k]) + round(span * float(part[here[-1]]))
        evidence = {
            "line": near.place(lines, z), "crossed": when, "towards": _towards(track, k),
            "beyond": round(abs(float(lines.distance(s.lat[i], s.lon[i], z)[0])), 1),
            "tows": bool(fleet.among(s.type[i], fleet.TOWING) or fleet.among(s.status[i], fleet.TOW_STATUS)),
            "imo": int(self._numbers(w, s)[i]),
        }  # fmt: skip
        return [fleet.finding(w, s, i, when, evidence, lines[z].name, track=track)]

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Bound, and well beyond the line."""
        e, p = evidence, self.p
        who, line = e["ship"], e["line"]
        if e["beyond"] < p.beyond or not near.binds(line["rules"], who, now=e["crossed"]):
            return None
        why = reason(who, e["tows"], e.get("imo", 0), p)
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


def bound(s: Ships, p: Parameters, imo: Array) -> Array:
    """Ships that may have to report: those of :func:`reason`; ``imo``: their IMO numbers, 0: none."""
    out = (s.length >= p.length) | fleet.among(s.type, (*fleet.TOWING, *PASSENGER, *HAZARD))
    out |= np.isnan(s.length) & (imo > 0) & fleet.among(s.type, NUMBERED)
    result: Array = out | fleet.among(s.status, fleet.TOW_STATUS)
    return result


def reason(who: Evidence, tows: bool, imo: int, p: Parameters) -> str:
    """Why a ship must report; empty where she need not."""
    if who["length"] is not None and who["length"] >= p.length:
        return f"{who['length']:.0f} m long (limit {p.length:.0f} m)"
    if tows:
        return "towing"
    if who["type"] in PASSENGER:
        return "a passenger ship"
    if who["type"] in HAZARD:
        return "with dangerous goods"
    if who["length"] is None and imo and who["type"] in NUMBERED:
        return f"of unknown length, with IMO number {imo} (from 300 GT on)"
    return ""


def _towards(track: Any, k: int) -> str:
    """Side of the compass to which a step of a track goes."""
    east, north = (float(v) for v in geodesy.plane(track.lat[k], track.lon[k], track.lat[k + 1], track.lon[k + 1]))
    return ("east" if east > 0 else "west") if abs(east) > abs(north) else "north" if north > 0 else "south"


DETECTOR = Straitrep()
