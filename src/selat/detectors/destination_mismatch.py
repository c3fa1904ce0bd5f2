"""A ship that sails away from where she says she is bound.

What it finds
    In the Straits of Malacca and Singapore (98.0 to 104.8 E), a cargo ship or tanker of 100 m and more on passage (5
    miles made good, nearly straight, faster than 6 knots) whose declared destination lies on the other side of the
    Straits: bound for Rotterdam and sailing east, for Ningbo and sailing west. Destinations are read as UN/LOCODE (``CN
    NGB``, ``CNNGB``; after the last ``>``): the country tells the side. Judged every minute; a caution.
Why it matters
    Mostly the crew forgot to type the new one. Where they did not, the voyage is not what was declared.
False alarms
    Ships that call at a port of the Straits first, or turn to their anchorage. Countries on both sides or with coasts
    on two oceans (Malaysia, Indonesia, Singapore, Thailand, the United States, Canada, Mexico and others) are not
    judged; neither is free text, nor ``FOR ORDERS``, nor what was not said again within those 5 miles: she may have
    changed it where she was not heard.
Reference
    UN/LOCODE (country codes of ISO 3166-1); IMO SN/Circ.244 asks for UN/LOCODE in the destination.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _seas as seas
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.kernels import geodesy
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.window import Window

#: countries all of whose ports are reached by leaving the Straits westwards, or eastwards
WEST = frozenset(
    "AE AO BD BE BG BH BJ CG CI CM CV DE DJ DK DZ EE EG ER ES FI FR GA GB GE GH GI GM GN GQ GR HR IE IL IN IQ IR IS IT JO "
    "KE KM KW LB LK LR LT LV LY MA MC MG ML MM MR MT MU MV MZ NA NG NL NO OM PK PL PT QA RE RO SA SC SD SE SI SL SN SO ST "
    "SY TG TN TR TZ UA YE ZA".split()
)
EAST = frozenset("AU BN CL CN FJ FM GU HK JP KH KI KP KR MH MO MP NC NR NZ PE PF PG PH PW SB TL TV TW VN VU WS".split())
_CODE = re.compile(r"^([A-Z]{2})(?:[ .,/-]([A-Z0-9]{3})(?![A-Z0-9])|[A-Z0-9]{3}$)")


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    west: float = param(98.0, "deg", "Western end of the Straits", "chart: north end of the Strait of Malacca")
    east: float = param(104.8, "deg", "Eastern end of the Straits", "chart: east of Horsburgh")
    south: float = param(0.5, "deg", "Southern limit", "chart: Singapore Strait")
    north: float = param(6.0, "deg", "Northern limit", "chart: north end of the Strait of Malacca")
    length: float = param(100.0, "m", "Shorter ships trade locally", "selat")
    speed: float = param(6 * KNOT, "m/s", "Slower is not on passage", "selat")
    made_good: float = param(5 * NAUTICAL_MILE, "m", "Made good to the wrong side", "selat: no way to a berth")
    straight: float = param(0.9, "1", "... and this share of the way sailed", "selat")
    slant: float = param(20.0, "deg", "East and west are at least so far from north and south", "selat")


@dataclass(frozen=True)
class DestinationMismatch(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "destination_mismatch"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(3, 5, 1800.0, 7200.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Ships on passage in the Straits whose destination names the other side."""
        p, s, c = self.p, fleet.ships(window), window.contacts
        use = (s.lon > p.west) & (s.lon < p.east) & (s.lat > p.south) & (s.lat < p.north) & (s.speed > p.speed)
        use &= (s.type >= 70) & (s.type < 90) & (s.length >= p.length)
        slant = np.abs(np.sin(np.radians(s.course)))
        row = np.flatnonzero(use & (slant > np.sin(np.radians(p.slant))))
        said, which = np.unique(c.static("destination")[s.slot[row]], return_inverse=True)
        side_said = np.array([side_of(raw) for raw in said.tolist()], "U4")[which]
        wrong = (side_said != "") & (side_said != np.where(s.course[row] < 180.0, "east", "west"))
        found = []
        for i, side, raw in zip(
            row[wrong].tolist(), side_said[wrong].tolist(), said[which[wrong]].tolist(), strict=True
        ):
            track = fleet.trail(c, int(s.slot[i]), window.now - 7200 * SECOND)
            if len(track.time) < 5:
                continue
            told = _passage(track, side, p.made_good)
            if told is None:
                continue
            start, made_good, gross = told
            if int(c.static("time")[s.slot[i]]) < start:
                continue  # what she said before she turned may have been changed, and not been heard
            evidence = {
                "destination": text(raw), "side": side, "made_good": round(made_good, 1), "gross": round(gross, 1),
                "statics": int(c.static("seq")[s.slot[i]]),
            }  # fmt: skip
            found.append(fleet.finding(window, s, i, start, evidence, track=track))
        return fleet.so(self, found), None

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Far enough to the wrong side."""
        e, p = evidence, self.p
        if side_of(e["destination"].encode()) != e["side"] or e["made_good"] < p.made_good:
            return None
        if e["made_good"] < p.straight * e["gross"]:
            return None
        who = e["ship"]
        goes = "west" if e["side"] == "east" else "east"
        sentence = (
            f"{fleet.the(who)} says that she is bound for {e['destination']}, {e['side']} of the Straits, and has sailed "
            f"{say.miles(e['made_good'])} {goes} (limit {say.miles(p.made_good)}), now {say.bearing(who['course'])} at "
            f"{say.speed(who['speed'])}."
        )
        return Verdict(
            "caution", sentence, {"margin": fleet.over(e["made_good"], p.made_good, 3.0), "prior": 0.7},
            ("the crew has not typed the new destination", "she calls at a port of the Straits first"),
            "Ask her destination when she next reports.",
        )  # fmt: skip

    def golden(self) -> Golden:
        """Bound for Rotterdam and eastbound; for Ningbo and eastbound; for Singapore."""
        wanted = ("NL RTM", "CN NGB", "SG SIN")
        reports = made.numbered(*[
            seas.voyage(563290001 + n, 1.25 + 0.03 * n, 104.0, [(12.0, 80.0, 2400.0)]) for n in range(3)
        ])  # fmt: skip
        statics = made.numbered(*[
            made.ship(563290001 + n, f"GOLDEN BOUND {n}", 200, 32, 70, at).replace(destination=np.array([w.encode()]))
            for at in (0.0, 1600.0) for n, w in enumerate(wanted)
        ])  # fmt: skip
        return Golden(reports, statics, empty("messages"), (("caution", (563290001,)),))


def text(raw: bytes) -> str:
    """A destination as typed, without padding."""
    return bytes(raw).decode("ascii", "replace").strip(" @\0").upper()


def side_of(raw: bytes) -> str:
    """``east`` or ``west`` of the Straits, by the country of the last UN/LOCODE in a destination; else empty."""
    found = _CODE.match(text(raw).rsplit(">", 1)[-1].strip())
    if found is None:
        return ""
    country = found[1]
    return "west" if country in WEST else "east" if country in EAST else ""


def _passage(track: Any, side: str, enough: float) -> tuple[int, float, float] | None:
    """Since when (ns), how far net and gross (m) she has sailed away from ``side``: the shortest end that is enough."""
    x, y = geodesy.plane(track.lat[-1], track.lon[-1], track.lat, track.lon)
    net = np.hypot(x, y)
    far = np.flatnonzero(net >= enough)
    if not far.size:
        return None
    k = int(far[-1])
    if (x[k] < 0) == (side == "east"):  # she came from the side that she is bound for
        return None
    return int(track.time[k]), float(net[k]), float(np.hypot(np.diff(x[k:]), np.diff(y[k:])).sum())


DETECTOR = DestinationMismatch()
