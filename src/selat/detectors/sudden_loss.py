"""A ship whose transmission ends at once, in good reception, while she is under way.

What it finds
    A ship that made more than 3 knots and is not heard for 20 of her reporting intervals and 5 minutes at least, where
    20 reports should have come in, such a silence has a chance below 1 in 10,000, at least 20 reports of others came in
    from around and no less than 0.8 of what is usual; not within 2 nautical miles of a port or anchorage (declared, or
    in the World Port Index; where she made more than 8 knots she does not anchor: half a mile of a port then), nor on a
    course that ends on the shore. Of class B only fishing vessels. Judged every minute. A warning; an alarm where
    something more speaks for an accident: she slowed to half or turned by 60 degrees in the last 2 minutes, another
    ship was within 300 m when she was last heard, or she carries passengers.
Why it matters
    A ship that capsizes or burns falls silent within seconds. Whoever sees it at once can look while people still swim.
False alarms
    She switched off (the rule ``dark`` takes it up after a quarter of an hour), lost power or her aerial, or sails
    behind a hill. A silent receiver is excluded by the neighbours, and a number that begins where hers ended: she changed
    it. Class B is switched off at will.
Reference
    ITU-R M.1371-5 Annex 1, Table 1 (intervals); behaviours 2.1 (20 reports, 1 in 10,000, 2 nm).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _ships as fleet
from selat.detectors import _silence as quiet
from selat.detectors._life import Pace
from selat.kernels import geodesy
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.kinds import Kind, is_ship
from selat.tracks.window import Window

_FISHING = 30


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    silent: float = param(300.0, "s", "Not heard for so long", "selat: half the time a swimmer is seen")
    intervals: float = param(20.0, "1", "... and for so many of her reporting intervals", "behaviours 2.1")
    expected: float = param(20.0, "1", "Reports that should have been heard", "behaviours 2.1")
    chance: float = param(1e-4, "1", "Chance of such a silence below", "behaviours 2.1")
    clear: float = param(0.8, "1", "Heard from others meanwhile, of what is usual", "selat")
    others: float = param(20.0, "1", "Reports of others from around meanwhile", "selat: the neighbours still heard")
    speed: float = param(3 * KNOT, "m/s", "She made more than", "selat: under way")
    port: float = param(2 * NAUTICAL_MILE, "m", "Not so near a port or anchorage", "behaviours 2.1")
    arrives: float = param(8 * KNOT, "m/s", "... where she is slower than this; faster, she does not berth", "selat")
    berth: float = param(926.0, "m", "Not so near a port at any speed", "selat: half a mile")
    longest: float = param(3600.0, "s", "A silence that was not told of for so long is another matter", "selat")
    reports: int = param(20, "1", "Positions heard of her before", "GFW: 14 in the 12 hours before")
    close: float = param(300.0, "m", "Another ship so near when she was last heard", "selat: length of a large ship")


@dataclass(frozen=True)
class SuddenLoss(quiet.SilenceRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "sudden_loss"
    version: str = "2"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(1, 1, 900.0, 60.0))

    def silent(self, w: Window, told: dict[str, Evidence]) -> list[Finding]:
        """Silences that began lately."""
        p, c = self.p, w.contacts
        slots = quiet.candidates(w, p.silent, p.intervals, p.speed, p.longest, p.reports)
        if not slots.size:
            return []
        ids = c.ids()[slots]
        kind, fishes = c.kind[slots], c.static("ship_type")[slots] == _FISHING
        fresh = np.array([str(i) not in told for i in ids.tolist()])
        slots = slots[fresh & ((kind != Kind.CLASS_B) | fishes)]
        slow = np.hypot(c.vx[slots], c.vy[slots]) < p.arrives  # on her way in; a ferry at full speed is not
        slots = np.concatenate(
            [self._off(w, slots[slow], p.port, "port", "anchorage"), self._off(w, slots[~slow], p.berth, "port")]
        )
        if not slots.size:
            return []
        s = quiet.ask(w, slots)
        good = (s.asked.none < p.chance) & (s.asked.expected >= p.expected) & (s.asked.ratio >= p.clear)
        good &= (s.asked.others >= p.others) & ~(s.shore < 0.0)
        found = [quiet.finding(w, s, k, **_signs(w, int(slots[k]))) for k in np.flatnonzero(good).tolist()]
        return [f for f in found if not _renamed(f.evidence)]

    def _off(self, w: Window, slots: Any, within: float, *kinds: str) -> Any:
        """Those farther than ``within`` m from ports, and from zones of these kinds."""
        slots = quiet.outside(w, slots, within, *kinds)
        if not slots.size:
            return slots
        return slots[~(w.world.ports.nearest(w.contacts.lat[slots], w.contacts.lon[slots])[1] < within)]

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Expected, and not heard, though the others are."""
        e, p, who = evidence, self.p, evidence["ship"]
        if e["none"] >= p.chance or e["expected"] < p.expected or e["others"] < p.others or e["clear"] < p.clear:
            return None
        signs = []
        if e["speed_last"] is not None and e["speed_before"] and e["speed_last"] < 0.5 * e["speed_before"]:
            signs.append(f"she slowed from {say.speed(e['speed_before'])} to {say.speed(e['speed_last'])}")
        if e["turned"] is not None and e["turned"] >= 60.0:
            signs.append(f"she turned by {e['turned']:.0f} degrees")
        if e["nearest"] is not None and e["nearest"]["away"] < p.close:
            signs.append(f"{e['nearest']['name']} was {say.miles(e['nearest']['away'])} off")
        if 60 <= who["type"] < 70:
            signs.append("she carries passengers")
        grave = f" Before that {' and '.join(signs)}." if signs else ""
        sentence = (
            f"{fleet.the(who)}, at {say.speed(who['speed'])} on {say.bearing(who['course'])}, fell silent at "
            f"{say.clock(who['time'])} UTC: {e['expected']:.0f} reports missed (limit {p.expected:.0f}), {e['others']:.0f} came "
            f"from others around; the chance is {quiet.odds(e['none'])} (limit {quiet.odds(p.chance)}).{grave}"
        )
        if e["back"] is not None:
            sentence = f"{quiet.returned(e)}."
        sure = {
            "reception": float(np.clip(1.0 - 1000.0 * e["none"], 0.5, 0.99)), "learned": 0.95 if e["taught"] >= 10 else 0.8,
            "prior": 0.7 if signs else 0.4,
        }  # fmt: skip
        return Verdict(
            "alarm" if signs and e["back"] is None else "warning", sentence, sure,
            ("she switched off, or lost power or her aerial", "something between her and the receiver"),
            "Call her, and the ships nearest to her last position; look at radar; open a rescue case if nobody sees her.",
        )  # fmt: skip

    def golden(self) -> Golden:
        """Twelve ships are heard well; one of them falls silent when another is close by."""
        every = range(0, 5400, 10)
        parts = [
            made.sail(563460000 + n, 1.30 + 0.01 * n, 104.30, 6.0 + 0.2 * n, 70.0 if n % 2 else 250.0, every)
            for n in range(12)
        ]
        parts.append(made.sail(563460099, 1.36, 104.32, 7.0, 70.0, range(0, 3800, 10)))
        parts.append(made.sail(563460098, 1.361, 104.32, 7.0, 70.0, every))
        statics = made.numbered(*[made.ship(563460000 + n, f"GOLDEN {n}", 120, 18, 70) for n in (*range(12), 98, 99)])
        return Golden(made.numbered(*parts), statics, empty("messages"), (("alarm", (563460099,)),))


def _renamed(e: Evidence) -> bool:
    """Another number began where and when she was last heard: it is she, and ``identity_change`` tells of it."""
    n = e["nearest"]
    return n is not None and n["away"] < 300.0 and n["begun"] > e["ship"]["time"] - MINUTE


def _signs(w: Window, slot: int) -> Evidence:
    """What came before: speed and turn in the last two minutes, and the ship that was nearest when she was last heard."""
    c = w.contacts
    t = c.recent(slot)
    age = (t.time[-1] - t.time) / SECOND
    before, last = (age > 120.0) & (age < 600.0), age < 40.0
    with np.errstate(invalid="ignore"):
        turned = np.abs((t.cog[age < 120.0] - t.cog[-1] + 180.0) % 360.0 - 180.0)
    speeds = [
        float(np.nanmean(t.sog[m])) if m.any() and np.isfinite(t.sog[m]).any() else np.nan for m in (before, last)
    ]
    moving = np.isfinite(turned) & (t.sog[age < 120.0] > KNOT)
    nearest = None
    rows = np.flatnonzero(
        is_ship(c.kind) & ~fleet.echoes(c) & (np.arange(len(c)) != slot) & (np.abs(c.lat - c.lat[slot]) < 0.2)
    )
    rows = rows[(c.heard[rows] >= int(c.time[slot]) - 5 * MINUTE) & (np.abs(c.lon[rows] - c.lon[slot]) < 0.2)]
    away = []
    for other in rows.tolist():
        o = c.recent(other)
        k = int(np.argmin(np.abs(o.time - c.time[slot]))) if len(o.time) else -1
        if k < 0 or abs(int(o.time[k]) - int(c.time[slot])) > 2 * MINUTE:
            continue
        away.append((float(geodesy.distance(c.lat[slot], c.lon[slot], o.lat[k], o.lon[k])), int(c.mmsi[other]), other))
    if away:
        metres, mmsi, other = min(away)
        nearest = {"mmsi": mmsi, "name": c.name(other), "away": round(metres, 0), "seq": int(c.seq[other]),
                   "begun": int(c.begun[other])}  # fmt: skip
    return {
        "speed_before": fleet.real(speeds[0], 2), "speed_last": fleet.real(speeds[1], 2),
        "turned": fleet.real(turned[moving].max(initial=0.0), 0), "nearest": nearest,
    }  # fmt: skip


DETECTOR = SuddenLoss()
