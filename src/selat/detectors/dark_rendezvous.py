"""A ship that stopped at sea, and another that fell silent on her way to her.

What it finds
    A ship that had made way, and for 15 minutes now goes slower than 1.5 knots outside anchorages, ports and pilot grounds;
    and another ship, silent for 15 minutes and more where others like her are heard, that can have reached her by now and
    was within 5 miles and on her way there (within 30 degrees). Weighed, each part from 0 to 1: how sure the silence is her
    own (chance of it by the learned reception: full below 1 in 10,000), how straight her way led there, how near she was,
    how long the first has waited, whether she says that she is at anchor, the types, the place. If the silent ship is heard
    again within a mile of the one that waits, that speaks fully for it. A silent ship is held to be bound for the one of
    those who wait that fits best; a course that was only that of the lane she sailed in counts half. Caution from 0.5,
    warning from 0.65. Judged every minute.
Why it matters
    Who has something to hand over at sea switches off before and not after; what is left to see is the other.
False alarms
    Ships that wait for a pilot or orders while another drops out for her own reasons; coverage that changes with the
    weather. Skylight's operators say that such alerts also fire on other slow movement: so this one asks for both halves.
    A report that comes late takes the alert back.
Reference
    Skylight dark rendezvous (15 min and more, one track; by a learned model); behaviours 2.5. The weights are selat's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _kinds as kinds
from selat.detectors import _pairs as two
from selat.detectors import _places as near
from selat.detectors import _ships as fleet
from selat.detectors import _silent as quiet
from selat.detectors import _ways as way
from selat.detectors._life import Pace, PictureRule
from selat.detectors._meetings import ramp
from selat.detectors._seas import voyage
from selat.kernels import geodesy
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import concat, empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.features import over
from selat.tracks.window import Window


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    wait: float = param(900.0, "s", "The one has stopped for so long", "Skylight: 15 min")
    slow: float = param(1.5 * KNOT, "m/s", "Slower than this she has stopped", "selat")
    made_way: float = param(4 * KNOT, "m/s", "... after she went faster than this", "selat")
    silent: float = param(900.0, "s", "The other is silent for so long", "behaviours 2.3: 15 min under way")
    far: float = param(5 * NAUTICAL_MILE, "m", "... and was last heard within this", "selat")
    angle: float = param(30.0, "deg", "... on a course that leads there within this", "selat")
    by_lane: float = param(0.5, "1", "Worth of a course that is only that of the lane she was in", "selat")
    again: float = param(NAUTICAL_MILE, "m", "Heard again within this of the first, she was there", "selat")
    caution: float = param(
        0.5, "1", "Likelihood for a caution", "selat: half where only a lane led there, all else sure"
    )
    warning: float = param(0.65, "1", "Likelihood for a warning", "selat")


@dataclass(frozen=True)
class DarkRendezvous(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "dark_rendezvous"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(2, 5, 600.0, 3600.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Ships that wait, with a silent one that can be there; memory: those told, to know them when heard again."""
        q, s = quiet.silent(window), fleet.ships(window)
        known: dict[str, list[Any]] = dict(memory or {})
        waiting = self._waiting(window, s)
        found: list[Finding] = []
        if waiting.size:
            found += self._with_silent(window, s, waiting, q)
            found += self._with_returned(window, s, waiting, known, {f.key for f in found})
        keep = {f.key: [int(f.evidence["other_id"]), f.evidence] for f in found}
        return fleet.so(self, found), keep

    def _waiting(self, w: Window, s: fleet.Ships) -> Any:
        """Rows of ships that made way and have stopped where nobody waits."""
        p, c = self.p, w.contacts
        use = (
            (s.speed < p.slow)
            & ~fleet.among(s.type, (*fleet.SERVICE, *fleet.TOWING, 33, 34, 36, 37))
            & ~(s.length < 15.0)
        )
        use &= ~near.places(w).within("anchorage", "port", "pilot_boarding", "licensed") & (s.status != fleet.MOORED)
        row = np.flatnonzero(use)
        if not row.size:
            return row
        late, long = over(c, s.slot[row], w.now, p.wait), over(c, s.slot[row], w.now, 7200.0)
        stopped = (late.mean < p.slow) & (late.span > 0.7 * p.wait) & (long.most > p.made_way)
        return row[stopped]

    def _with_silent(self, w: Window, s: fleet.Ships, waiting: Any, q: quiet.Silent) -> list[Finding]:
        p = self.p
        use = np.flatnonzero(
            ~fleet.among(q.type, (*fleet.SERVICE, *fleet.TOWING)) & (q.seconds >= p.silent) & (q.speed > KNOT)
        )
        found: dict[int, tuple[float, Finding]] = {}  # by silent ship: she can be with one only
        for a in waiting.tolist() if use.size else ():
            x, y = geodesy.plane(q.lat[use], q.lon[use], s.lat[a], s.lon[a])
            away = np.hypot(x, y)
            off = fleet.turn(np.degrees(np.arctan2(x, y)), q.course[use])
            fits = (away < p.far) & (away < quiet.reach(q, use)) & ((off < p.angle) | (away < NAUTICAL_MILE))
            fits &= q.mmsi[use] != s.mmsi[a]
            best = np.flatnonzero(fits)
            for k in best[np.lexsort((q.id[use[best]], off[best] / p.angle + away[best] / p.far))][:3].tolist():
                i = int(use[k])
                heard = quiet.reception(w, q, i)
                if quiet.worth(heard) < 0.2:
                    continue
                other = {
                    "away": round(float(away[k]), 1),
                    "off": round(float(off[k]), 1),
                    "seconds": round(float(q.seconds[i]), 1),
                    "lane": _along_lane(w, q, i),
                }
                number, fit = int(q.id[i]), float(off[k] / p.angle + away[k] / p.far)
                if number not in found or fit < found[number][0]:
                    more = {"reception": heard, **other, "back": None}
                    found[number] = fit, self._finding(w, s, a, quiet.subject(w, q, i), number, more)
                break
        return [f for _, f in found.values()]

    def _with_returned(
        self, w: Window, s: fleet.Ships, waiting: Any, known: dict[str, list[Any]], told: set[str]
    ) -> list[Finding]:
        """Those whose silent ship was heard again, near the one that still waits."""
        by_id = {int(i): k for k, i in enumerate(s.id.tolist())}
        still = {int(s.id[a]): int(a) for a in waiting.tolist()}
        found = []
        for key, (other, old) in sorted(known.items()):
            a, b = still.get(int(key.split("/")[0])), by_id.get(other)
            if key in told or a is None or b is None:
                continue
            x, y = geodesy.plane(s.lat[a], s.lon[a], s.lat[b], s.lon[b])
            away = float(np.hypot(x, y))
            if away <= self.p.again:
                more = {name: old[name] for name in ("reception", "away", "off", "seconds", "lane")}
                found.append(self._finding(w, s, a, old["silent"], other, {**more, "back": round(away, 1)}))
        return found

    def _finding(self, w: Window, s: fleet.Ships, a: int, other: Evidence, number: int, more: Evidence) -> Finding:
        track = fleet.trail(w.contacts, int(s.slot[a]), w.now - 120 * MINUTE)
        first = min(way.slow_since(track, self.p.slow), len(track.time) - 1)
        late = over(w.contacts, s.slot[[a]], w.now, self.p.wait)
        wait = float((track.time[-1] - track.time[first]) / SECOND)
        told = {
            "silent": other, "other_id": number, "wait": round(wait, 1), "mean": round(float(late.mean[0]), 2),
            "place": two.context(w, float(s.lat[a]), float(s.lon[a])), **more,
        }  # fmt: skip
        f = fleet.finding(
            w, s, a, int(other["time"]), told, f"dark-{number}", fleet.since(track, int(track.time[first]))
        )
        f.evidence["seq"] = sorted({*f.evidence["seq"], other["seq"]})
        return Finding(f.key, (f.subjects[0], other["mmsi"]), f.start, f.lat, f.lon, f.evidence, f.fresh)

    def judge(self, evidence: Evidence) -> Verdict | None:
        """One waits, one is silent by her own will, and could be there."""
        e, p = evidence, self.p
        who, other, back = e["ship"], e["silent"], e["back"]
        if (
            e["mean"] > p.slow
            or e["wait"] < 0.8 * p.wait
            or e["seconds"] < p.silent
            or kinds.caller(who)
            or kinds.caller(other)
        ):
            return None
        parts = {
            "silence": quiet.worth(e["reception"]),
            "course": 1.0 if back is not None else ramp(e["off"], p.angle, 10.0, 0.5) * (p.by_lane if e["lane"] else 1.0),
            "nearness": 1.0 if back is not None else ramp(e["away"], p.far, 2 * NAUTICAL_MILE, 0.4),
            "waiting": ramp(e["wait"], p.wait, 2 * p.wait, 0.7),
            "types": 0.4 if kinds.fishing(who) and kinds.fishing(other) else 1.0 if who["type"] and other["type"] else 0.85,
            "lying": 0.6 if who["status"] == fleet.ANCHORED else 1.0,
            "place": 1.0 if e["place"]["shore"] is None or e["place"]["shore"] > 500.0 else 0.5,
        }  # fmt: skip
        likely = float(np.prod(list(parts.values())))
        if likely < p.caution:
            return None
        was = f"{other['name']} was {say.miles(e['away'])} away, {e['off']:.0f}° off the course to her"
        now = (
            f"is heard again {say.miles(back)} from her"
            if back is not None
            else f"is silent since {say.clock(other['time'])}"
        )
        sentence = (
            f"{fleet.the(who)} has stopped ({e['mean'] / KNOT:.1f} kn, limit {p.slow / KNOT:.1f}) for {say.span(e['wait'])}; "
            f"{was}, and {now} ({say.span(e['seconds'])}, limit {say.span(p.silent)}; chance of that {e['reception']['none']:.2g}; "
            f"likelihood {likely:.2f}, limit {p.caution:.2f})."
        )
        return Verdict(
            "warning" if likely >= p.warning else "caution", sentence, parts,
            ("the silent ship went elsewhere", "her transponder or its reception failed", "the one that waits has leave to wait"),
            f"Ask {who['name']} what she waits for; look there by radar or camera.", two.geometry(e["place"]),
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when the one goes on, or the other is heard elsewhere."""
        return f"{evidence['ship']['name']} goes on, or {evidence['silent']['name']} is heard elsewhere."

    def golden(self) -> Golden:
        """A coaster stops; a tanker bound for her falls silent among ten ships that are heard; another has a gap far off."""
        return _golden()


def _along_lane(w: Window, q: quiet.Silent, i: int) -> bool:
    """Whether a silent ship was last heard in a lane, declared or learned, on its course: that led her there anyway."""
    lanes = getattr(w.world, "lanes", None)
    if lanes is None or not len(lanes):
        return False
    hit = lanes.at(q.lat[[i]], q.lon[[i]], q.course[[i]])
    with np.errstate(invalid="ignore"):
        inside = (hit.lane[0] >= 0) & (hit.declared[0] | (abs(hit.cross[0]) < 2.0 * hit.sigma[0]))
    return bool(inside) and float(fleet.turn(q.course[i], hit.direction[0])) < 20.0


def _golden() -> Golden:
    parts = [
        voyage(563720001, 8.50, 104.30, [(9.0, 90.0, 1800.0), (0.5, 90.0, 4800.0)]),
        voyage(563720002, 8.50, 104.53, [(10.0, 270.0, 2400.0)]),
        *[voyage(563720010 + n, 8.42 + 0.02 * n, 104.30, [(6.0, 90.0, 6600.0)]) for n in range(10)],
    ]  # fmt: skip
    names = [made.ship(563720001, "GOLDEN WAITER", 90, 14, 70), made.ship(563720002, "GOLDEN SHADOW", 120, 18, 80)]
    names += [made.ship(563720010 + n, f"GOLDEN HEARD {n}", 100, 16, 70) for n in range(10)]
    reports = made.numbered(concat(parts, "reports"))
    reports = reports.replace(station=np.ones(reports.rows, "u2"))
    return Golden(reports, made.numbered(*names), empty("messages"), (("caution", (563720001, 563720002)),))


DETECTOR = DarkRendezvous()
