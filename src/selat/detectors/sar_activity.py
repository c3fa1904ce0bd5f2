"""Search and rescue at work: aircraft, and rescue craft that search.

What it finds
    An aircraft that sends AIS (message 9, or an MMSI that begins with 111), heard in two reports; and a craft of type 51
    (search and rescue) that moves as in a search: over 40 minutes at 4 knots and more, at least 3 km of way, turned by
    360 degrees and more in all, and no more than 0.6 of the way made good. Judged every minute. A caution: somebody is
    already there.
Why it matters
    Where others search, something has happened; and whoever co-ordinates wants to know who is on scene.
False alarms
    Training and patrols look the same. Aircraft on transit are told of too, since few carry AIS for anything else.
Reference
    ITU-R M.1371-5 message 9; ITU-R M.585-9 (111MIDaxx); IAMSAR Manual volume III, search patterns; behaviours 2.1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _declared as said
from selat.detectors import _golden as made
from selat.detectors import _seas as seas
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.features import over
from selat.tracks.kinds import Kind
from selat.tracks.window import Window

RESCUE = 51


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    reports: int = param(2, "1", "Reports of an aircraft at least", "selat: a single one may be damaged")
    fresh: float = param(600.0, "s", "Heard within", "selat")
    window: float = param(2400.0, "s", "A craft searches over", "selat: some legs of a pattern")
    speed: float = param(4 * KNOT, "m/s", "... at a mean speed above", "IAMSAR: search speeds of small craft")
    way: float = param(3000.0, "m", "... over a way of", "selat")
    turned: float = param(360.0, "deg", "... turning by", "IAMSAR: two legs back, or a square")
    ratio: float = param(0.6, "1", "... and making good no more of the way than", "selat")


@dataclass(frozen=True)
class SarActivity(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "sar_activity"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(2, 10, 900.0, 3600.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Aircraft that are heard, and rescue craft that turn and turn."""
        p, c, found = self.p, window.contacts, []
        for slot in np.flatnonzero((c.kind == Kind.AIRCRAFT) & (window.now - c.time < p.fresh * SECOND)).tolist():
            f = over(c, [slot], window.now, p.window)
            evidence = {
                "seq": [int(q) for q in c.track(slot).seq[-20:] if q >= 0] or [int(c.seq[slot])], "aircraft": True,
                "ship": {
                    "mmsi": int(c.mmsi[slot]), "name": c.name(slot), "speed": fleet.real(c.sog[slot], 1),
                    "lat": round(float(c.lat[slot]), 6), "lon": round(float(c.lon[slot]), 6), "time": int(c.time[slot]),
                },
                "reports": int(c.reports[slot]), **_shape(f, 0),
            }  # fmt: skip
            found.append(
                Finding(
                    str(window.ids([slot])[0]), (int(c.mmsi[slot]),), int(c.begun[slot]), float(c.lat[slot]),
                    float(c.lon[slot]), evidence, int(c.time[slot]),
                )
            )  # fmt: skip
        s = fleet.ships(window)
        row = np.flatnonzero((s.type == RESCUE) & (s.speed > 0.5 * p.speed))
        if row.size:
            f = over(c, s.slot[row], window.now, p.window)
            for k in np.flatnonzero((f.turned >= p.turned) & (f.span >= 0.6 * p.window)).tolist():
                i = int(row[k])
                track = fleet.trail(c, int(s.slot[i]), window.now - round(p.window * SECOND))
                evidence = {"aircraft": False, "reports": int(f.n[k]), **_shape(f, k)}
                found.append(fleet.finding(window, s, i, int(track.time[0]), evidence, track=track))
        return fleet.so(self, found), None

    def judge(self, evidence: Evidence) -> Verdict | None:
        """An aircraft; or a craft whose way is a search."""
        e, p, who = evidence, self.p, evidence["ship"]
        searches = (
            (e["mean"] or 0.0) > p.speed and (e["gross"] or 0.0) >= p.way and (e["turned"] or 0.0) >= p.turned
            and (e["net"] or 0.0) <= p.ratio * (e["gross"] or 0.0)
        )  # fmt: skip
        if e["reports"] < p.reports or not (e["aircraft"] or searches):
            return None
        how = (
            f"over {say.span(e['seconds'])} she sailed {say.miles(e['gross'])}, turned by {e['turned']:.0f} degrees (limit "
            f"{p.turned:.0f}) and made good {say.miles(e['net'])}"
            if searches
            else f"heard in {said.times(e['reports'])} (limit {p.reports})"
        )
        what = "Search and rescue aircraft" if e["aircraft"] else "Rescue craft"
        doing = "searches" if searches else "is about"
        sentence = f"{what} {who['name']} {doing} at {say.place(who['lat'], who['lon'])}: {how}."
        return Verdict(
            "caution", sentence, {"kind": 0.95 if e["aircraft"] else 0.9, "pattern": 0.9 if searches else 0.6},
            ("training or patrol", "an aircraft on transit"), "Ask the rescue co-ordination centre what is known.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when the craft sails on."""
        return f"{evidence['ship']['name']} does not search any more."

    def golden(self) -> Golden:
        """A helicopter; a rescue boat on parallel tracks; another on passage."""
        legs = [
            (15.0, 90.0 * (1 + 2 * (n // 2 % 2)) if n % 2 == 0 else 0.0, 420.0 if n % 2 == 0 else 60.0)
            for n in range(12)
        ]
        reports = made.numbered(
            made.sail(111533001, 1.30, 104.50, 90.0, 45.0, range(0, 900, 10), msg_type=9),
            seas.voyage(533450002, 1.40, 104.50, legs), seas.voyage(533450003, 1.50, 104.50, [(15.0, 80.0, 3600.0)]),
        )  # fmt: skip
        statics = made.numbered(*[made.ship(533450002 + n, f"GOLDEN RESCUE {n}", 22, 6, RESCUE) for n in range(2)])
        expect = (("caution", (111533001,)), ("caution", (533450002,)))
        return Golden(reports, statics, empty("messages"), expect)


def _shape(f: Any, k: int) -> Evidence:
    return {
        "seconds": fleet.real(f.span[k], 0), "gross": fleet.real(f.gross[k], 0), "net": fleet.real(f.net[k], 0),
        "mean": fleet.real(f.mean[k], 2), "turned": fleet.real(f.turned[k], 0),
    }  # fmt: skip


DETECTOR = SarActivity()
