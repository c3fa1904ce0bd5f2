"""A dredger that goes to and fro between a place where she works and one where she unloads.

What it finds
    A dredger (type 33) that worked, slowly (1 to 3.5 knots, or stopped) and within a mile of one place for 45 minutes and more,
    then ran 2 miles and more, faster than 4 knots, to another place, stopped there, and came back to work near the first: a
    cycle. Told at the first return as a caution, from the second cycle on as a warning; not where a zone licenses
    dredging. A draught that she declares deeper on the way out and lighter on the way back speaks for it. Judged
    every minute.
Why it matters
    Sand taken without leave undermines coasts, cables and fishing grounds, and leaves the country by the same ship.
False alarms
    Maintenance of fairways under a contract that no zone names, trials, a dredger that shelters. Dredgers that declare
    another type are not seen.
Reference
    Behaviours 2.10 (slow loop of 1 h and more at 1 to 3 kn, a run to a second place, repeated at least twice, outside licensed
    polygons; cases off Pulau Ketam, Pulau Rimau and Teluk Ramunia): selat's proposal, no published threshold was found.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _places as near
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.detectors._meetings import ramp
from selat.detectors._seas import voyage, zoned
from selat.kernels import geodesy
from selat.model.clock import HOUR, MINUTE, SECOND
from selat.model.columns import empty
from selat.model.nouns import Zone
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.features import over
from selat.tracks.window import Window

DREDGER = 33


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    work: float = param(2700.0, "s", "Works in one place for so long", "behaviours 2.10: 1 h; of it some is arrival")
    slow: float = param(
        3.5 * KNOT, "m/s", "... slower than this", "behaviours 2.10: 1 to 3 kn, and half a knot of current"
    )
    place: float = param(NAUTICAL_MILE, "m", "... within this of one place", "selat")
    run: float = param(2 * NAUTICAL_MILE, "m", "Unloads so far from there", "selat")
    unload: float = param(600.0, "s", "... and stops or goes slowly there for so long", "selat")
    cycles: int = param(2, "1", "So many cycles for a warning", "behaviours 2.10: 2")
    forget: float = param(36 * 3600.0, "s", "A place where she did not work for so long is forgotten", "selat")


@dataclass(frozen=True)
class SandDredging(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "sand_dredging"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(3, 30, 1800.0, 12 * 3600.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Dredgers and their stops; memory: the stops of each, [lat, lon, from, to, draught], oldest first."""
        p, s, c = self.p, fleet.ships(window), window.contacts
        old: dict[str, list[list[Any]]] = memory or {}
        row = np.flatnonzero(s.type == DREDGER)
        new = {k: v for k, v in old.items() if v and window.now - v[-1][3] < p.forget * SECOND}
        if not row.size:
            return [], new
        late = over(c, s.slot[row], window.now, p.unload)
        dug = near.places(window)
        found = []
        for k, i in enumerate(row.tolist()):
            key = str(int(s.id[i]))
            slow = (
                late.n[k] >= 2 and late.span[k] > 0.6 * p.unload and late.most[k] < p.slow and late.radius[k] < p.place
            )
            stops = _stopped(new.get(key, []), s, i, late, k, p) if slow else new.get(key, [])
            if stops:
                new[key] = stops
            cycles = _cycles(stops, p)
            if cycles and slow:
                found.append(self._finding(window, s, i, stops, cycles, _licensed(dug, i)))
        return fleet.so(self, found), new

    def _finding(
        self, w: Window, s: fleet.Ships, i: int, stops: list[list[Any]], cycles: list[list[int]], licence: Any
    ) -> Finding:
        used = stops[cycles[0][0] :]
        told = {
            "stops": [[round(x[0], 5), round(x[1], 5), *x[2:5]] for x in used], "licence": licence,
            "cycles": [[a - cycles[0][0] for a in cycle] for cycle in cycles],
        }  # fmt: skip
        track = fleet.trail(w.contacts, int(s.slot[i]), w.now - HOUR)
        return fleet.finding(w, s, i, int(used[0][2]), told, track=track)

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Worked, unloaded, came back; how often, and without a licence."""
        e, p, who = evidence, self.p, evidence["ship"]
        n = len(e["cycles"])
        if not n or e["licence"] is not None:
            return None
        first, other, _ = e["cycles"][-1]
        dig, dump = e["stops"][first], e["stops"][other]
        run = float(np.hypot(*geodesy.plane(dig[0], dig[1], dump[0], dump[1])))
        deeper = dig[4] is not None and dump[4] is not None and abs(dig[4] - dump[4]) >= 0.5
        sentence = (
            f"{fleet.the(who)} goes to and fro between a place of work ({say.place(dig[0], dig[1])}, "
            f"{say.span((dig[3] - dig[2]) / SECOND)}, limit {say.span(p.work)}) and another {say.miles(run)} from it "
            f"(limit {say.miles(p.run)}): {n} cycle{'s' * (n != 1)} "
            f"(limit {p.cycles}), in no zone that licenses dredging{', her draught changes with it' if deeper else ''}."
        )
        parts = {
            "cycles": min(1.0, 0.5 + 0.25 * n), "run": ramp(run, p.run, 2 * p.run, 0.7), "draught": 1.0 if deeper else 0.85,
            "identity": fleet.known(who),
        }  # fmt: skip
        return Verdict(
            "warning" if n >= p.cycles else "caution", sentence, parts,
            ("she keeps a fairway deep under a contract", "she has a licence that no zone names"),
            "Ask for her permit; note both places; look at her by camera or patrol.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when she has worked nowhere for half an hour."""
        return f"{evidence['ship']['name']} has left her place of work."

    def golden(self) -> Golden:
        """A dredger works, unloads four miles off, and comes back twice; another does so in a licensed area."""
        out, home = [(8.0, 90.0, 1800.0)], [(8.0, 270.0, 1800.0)]
        work = [(1.5, 30.0 + 90.0 * n, 900.0) for n in range(4)]
        dump = [(0.2, 0.0, 1500.0)]
        legs = [*work, *out, *dump, *home, *work, *out, *dump, *home, *work]
        reports = made.numbered(
            voyage(563770001, 1.20, 105.50, legs, every=30.0), voyage(563770002, 1.40, 105.50, legs, every=30.0)
        )
        statics = made.numbered(
            made.ship(563770001, "GOLDEN SUCKER", 90, 18, 33, 0.0),
            made.ship(563770002, "GOLDEN KEEPER", 90, 18, 33, 0.0),
        )
        ring = ((105.45, 1.37), (105.70, 1.37), (105.70, 1.44), (105.45, 1.44))
        world = zoned(Zone("Golden Fairway Works", ring, "made up", kind="licensed", rules={"dredging": True}))
        return Golden(
            reports, statics, empty("messages"), (("caution", (563770001,)), ("warning", (563770001,))), world
        )


def _stopped(stops: list[list[Any]], s: fleet.Ships, i: int, late: Any, k: int, p: Parameters) -> list[list[Any]]:
    """The stops with this moment's slow stretch: it goes on the last one where that is near, else it is a new one."""
    lat, lon, time = float(late.lat[k]), float(late.lon[k]), int(s.time[i])
    begin = time - round(float(late.span[k]) * SECOND)
    draught = fleet.real(s.draught[i], 1)
    if stops:
        last = stops[-1]
        away = float(np.hypot(*geodesy.plane(last[0], last[1], lat, lon)))
        if away < 1.5 * p.place and begin - last[3] < 30 * MINUTE:
            return [*stops[:-1], [*last[:3], time, draught if draught is not None else last[4]]]
    return [*stops, [lat, lon, begin, time, draught]][-24:]


def _cycles(stops: list[list[Any]], p: Parameters) -> list[list[int]]:
    """Numbers of the stops of each cycle: work, unloading away from it, and back near the first."""
    out = []
    a = 0
    while a + 2 < len(stops):
        dig = stops[a]
        x, y = geodesy.plane(dig[0], dig[1], np.array([t[0] for t in stops]), np.array([t[1] for t in stops]))
        away = np.hypot(x, y)
        long = (dig[3] - dig[2]) / SECOND >= p.work
        back = [c for c in range(a + 2, len(stops)) if away[c] < 2 * p.place]
        dumps = list(range(a + 1, back[0])) if back else []
        far = [b for b in dumps if away[b] >= p.run]
        if long and far:
            out.append([a, far[-1], back[0]])
            a = back[0]
        else:
            a += 1
    return out


def _licensed(at: near.Places, i: int) -> Evidence | None:
    """The zone that licenses dredging where the ship is; None where there is none."""
    for zone in at.zone[at.ship == i].tolist():
        if at.each[zone].rules.get("dredging") is True:
            return near.place(at.zones, zone)
    return None


DETECTOR = SandDredging()
