"""Many small craft that make for one ship.

What it finds
    Four or more craft of up to 24 m (or of class B without a length, or that declare nothing) within a mile of a ship of 50
    m and more, each of which heads for her: by its own speed of 3 knots and more, in a direction that passes within 300 m of
    where she will be, within 10 minutes. Judged every 10 s. Alarm from three quarters of the horizon, else a warning.
Why it matters
    Boats that come from several sides leave a ship no way out: boarding by many, a blockade, or a crowd that asks for
    help.
False alarms
    Fishing fleets that cross a fairway, regattas, bumboats at a ship that slows for a port, harbour festivals. Left out:
    pilot, rescue, patrol and tender craft, tugs, ferries; fishing boats and yachts count half. Boats without AIS are seen
    only where a radar or a camera reports small targets.
Reference
    Behaviours 2.5 (at least 4 small craft within 1 nm, closing): selat's proposal, no published threshold was found.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _boats as crafts
from selat.detectors import _golden as made
from selat.detectors import _kinds as kinds
from selat.detectors import _pairs as two
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.detectors._seas import voyage
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.window import Window

_KEEP = 30 * MINUTE  # ns: a ship that no craft made for so long is another event next time


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    count: float = param(4.0, "1", "So many craft; fishing boats and yachts count half", "behaviours 2.5: 4")
    reach: float = param(NAUTICAL_MILE, "m", "... within this", "behaviours 2.5: 1 nm")
    pass_by: float = param(300.0, "m", "... that will pass so near", "selat")
    horizon: float = param(600.0, "s", "... within this", "selat")
    speed: float = param(3 * KNOT, "m/s", "... and come by their own speed of this and more", "selat")
    large: float = param(50.0, "m", "The ship is so long", "STRAITREP: 50 m")


@dataclass(frozen=True)
class Swarm(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "swarm"
    every: int = 10 * SECOND
    pace: Pace = field(default_factory=lambda: Pace(6, 12, 120.0, 1800.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Ships with enough craft about them that make for them."""
        p, q = self.p, two.pairs(window)
        s = q.ships
        boat = crafts.small(s, kinds.SMALL) & (s.speed >= p.speed)
        ship = s.length >= p.large
        host, craft, side = self._making_for(q, ship, boat)
        weight = np.where(fleet.among(s.type[craft], (30, 36, 37)), 0.5, 1.0)
        sums = np.bincount(host, weight, len(s.slot)) if host.size else np.zeros(len(s.slot))
        found = []
        named: dict[str, list[Any]] = {k: v for k, v in (memory or {}).items() if window.now - v[1] < _KEEP}
        for a in np.flatnonzero(sums >= p.count).tolist():
            mine = np.flatnonzero(host == a)
            mine = mine[np.argsort(s.id[craft[mine]])]
            boats = [self._boat(window, q, int(craft[m]), int(side[m]), a) for m in mine.tolist()]
            rows = [a, *craft[mine].tolist()]
            evidence = {
                "seq": sorted({int(s.seq[i]) for i in rows}), "ship": two.subjects(window, s, a), "boats": boats,
                "at": [round(float(s.lat[a]), 6), round(float(s.lon[a]), 6)],
            }  # fmt: skip
            key = f"{int(s.id[a])}/swarm"
            named[key] = _named(named.get(key), [int(s.mmsi[i]) for i in rows[1:]], window.now)
            subjects = (int(s.mmsi[a]), *named[key][2])
            found.append(Finding(key, subjects, window.now, float(s.lat[a]), float(s.lon[a]), evidence))
        return fleet.so(self, found), named

    def _making_for(self, q: two.Pairs, ship: Any, boat: Any) -> tuple[Any, Any, Any]:
        """(ship, craft, pair) rows where the craft makes for the ship; pair is negative where the ship is b."""
        p, s = self.p, q.ships
        t = np.clip(-(q.x * q.u + q.y * q.v) / np.maximum(q.relative**2, 1e-9), 0.0, p.horizon)
        miss = np.hypot(q.x + q.u * t, q.y + q.v * t)
        near = (q.range < p.reach) & (miss < p.pass_by)
        out = []
        for mine, other, sign in ((q.a, q.b, 1.0), (q.b, q.a, -1.0)):
            # by the craft's own speed: that of the ship alone would make every boat ahead of her come nearer
            toward = np.degrees(np.arctan2(-sign * q.x, -sign * q.y))
            own = s.speed[other] * np.cos(np.radians(toward - s.course[other]))
            k = np.flatnonzero(near & ship[mine] & boat[other] & (own > 0.5 * p.speed) & (q.closing > 0.0))
            out.append((mine[k], other[k], k if sign > 0 else -k - 1))
        host, craft, side = (np.concatenate(parts) for parts in zip(*out, strict=True))
        return host, craft, side

    def _boat(self, w: Window, q: two.Pairs, i: int, side: int, ship: int) -> Evidence:
        k, sign = (side, 1.0) if side >= 0 else (-side - 1, -1.0)
        toward = np.degrees(np.arctan2(sign * q.x[k], sign * q.y[k])) % 360.0
        return fleet.subject(w.contacts, q.ships, i) | {
            "range": round(float(q.range[k]), 1), "bearing": round(float(toward), 1),
            "closing": round(float(q.closing[k]), 2),
        }  # fmt: skip

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Enough of them, from how many sides."""
        p, ship, boats = self.p, evidence["ship"], evidence["boats"]
        count = sum(0.5 if b["type"] in (30, 36, 37) else 1.0 for b in boats)
        if count < p.count:
            return None
        nearest = min(b["range"] for b in boats)
        sides = len({int(b["bearing"] // 90.0) for b in boats})
        sentence = (
            f"{len(boats)} small craft within {say.miles(max(b['range'] for b in boats))} (limit {p.count:.0f} within "
            f"{say.miles(p.reach)}) make for {fleet.the(ship)} from {sides} quarter{'s' * (sides != 1)}; the nearest is "
            f"{say.miles(nearest)} off, they close by up to {max(b['closing'] for b in boats) / KNOT:.0f} kn."
        )
        parts = {
            "number": fleet.over(count, p.count), "sides": (0.6, 0.8, 1.0, 1.0)[sides - 1],
            "identity": 1.0 - 0.1 * sum(b["type"] in (30, 36, 37) for b in boats) / len(boats),
        }  # fmt: skip
        return Verdict(
            "alarm" if sides >= 3 else "warning", sentence, parts,
            ("a fishing fleet or a regatta that she crosses", "bumboats that offer their wares", "people in need of help"),
            f"Call {ship['name']}: lights, hoses, muster, speed; send the nearest patrol.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when fewer make for her."""
        return f"Fewer than {self.p.count:.0f} small craft make for {evidence['ship']['name']} now."

    def golden(self) -> Golden:
        """Five boats make for a slow tanker from all sides; five others lie about a bulk carrier."""
        deg = 111_290.0
        parts = [voyage(563680001, 5.40, 104.50, [(6.0, 90.0, 900.0)])]
        names = [made.ship(563680001, "GOLDEN PREY", 180, 32, 80)]
        for n in range(5):
            bearing = 72.0 * n
            # each is 1,500 m off after 200 s and arrives after 500 s, where the tanker then is
            east, north = 500.0 * 6.0 * KNOT, 0.0
            x, y = east + 2600.0 * np.sin(np.radians(bearing)), north + 2600.0 * np.cos(np.radians(bearing))
            at = (5.40 + y / 110_574.0, 104.50 + x / deg)
            mmsi = 563680010 + n
            parts.append(voyage(mmsi, *at, [(2600.0 / 500.0 / KNOT, (bearing + 180.0) % 360.0, 500.0)], msg_type=18))
            names.append(made.ship(mmsi, f"GOLDEN BOAT {n}", 9, 3, 0))
        parts.append(voyage(563680002, 5.60, 104.50, [(6.0, 90.0, 900.0)]))
        names.append(made.ship(563680002, "GOLDEN PASSER", 190, 32, 70))
        for n in range(5):
            mmsi = 563680020 + n
            parts.append(voyage(mmsi, 5.604, 104.505 + 0.003 * n, [(4.0, 180.0 + 40.0 * (n - 2), 900.0)], msg_type=18))
            names.append(made.ship(mmsi, f"GOLDEN ANGLER {n}", 9, 3, 37))
        everybody = (563680001, *range(563680010, 563680015))
        return Golden(made.numbered(*parts), made.numbered(*names), empty("messages"), (("alarm", everybody),))


def _named(old: list[Any] | None, boats: list[int], now: int) -> list[Any]:
    """[since, last, boats that the alert names]: those of the first minute, so that one event keeps one alert."""
    if old is None:
        return [now, now, sorted(boats)]
    grow = now - old[0] < MINUTE
    return [old[0], now, sorted({*old[2], *boats}) if grow else old[2]]


DETECTOR = Swarm()
