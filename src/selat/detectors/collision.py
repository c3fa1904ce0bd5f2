"""Two ships that will come too close.

What it finds
    Pairs of ships whose courses, if both keep them, bring them within a quarter of a mile, or one into the other's
    domain (ellipse of 4 x 1.6 lengths). They are watched from 20 minutes before on, every second of event time, and told
    of when who has to give way should have done so by now. Ships of 150 m and more: 6 minutes before, where they all but
    touch (closest approach within half of both lengths and 80 m; overtaking: half of both beams and 15 m), as a warning; 4
    minutes before, where they will touch, as an alarm; else 3 minutes before, as a caution. Shorter ones turn in a few
    lengths, and later: down to 2 minutes and 75 s for craft below 50 m. Round a stopped ship half of that time is left. After
    three judgements in a row 10 s apart; ended after five. While the distance at which they will pass changes, 60 m and
    more in the last minute, or the time at which they will (by 15 s and a seventh of what is left), or while they have
    been too close for less than 40 s, one of them is acting, and nothing is told, or raised, until a minute before. A
    caution at most: two craft below 50 m without passengers; whoever comes slower than 7 knots towards a stopped ship; two
    that handle their ships near a berth (below 150 m, slower than 8 knots, one made less than 3 knots in the last 5
    minutes, none is out of command).
Why it matters
    A strait is narrow: officers have minutes. The sentence names the encounter (rules 13 to 15) and who has whom to
    starboard.
False alarms
    Left out: ships moored or at anchor among themselves, ships that move together (tug and tow, pilot alongside), ships
    of one direction that overtake with more than two beams between them, pilot boats, tenders and patrols whose work is
    to close ships, craft below 50 m that make for a stopped ship or for one of their kind that hardly moves, positions
    older than 3 minutes, ships whose positions of the last 10 minutes contradict the speed that they report (a leap, or
    a place that stands still: satellites jammed or another ship of the same number). Other craft below 50 m, ships that
    did not say how long they are, and ships that pass a stopped one are judged by the domain alone and 5 minutes ahead.
    Ships that follow a lane, declared or learned, are taken round its bends: a pass more than 3 minutes away that the
    bend undoes is none. Where no lanes are known, courses are taken as straight, and at a bend the word may come and
    go. The velocity is smoothed over 20 s, and beyond 6 miles nothing is said.
Reference
    COLREGs rules 7, 13, 14, 15; Fujii and Tanaka 1971 and the strait's smaller ellipse; hysteresis after DMA
    AisAbnormal; IMO MSC.302(87) for the priorities. Geometry: WGS 84 radii at the pair's mid-latitude.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _ways as ways
from selat.detectors._collision import Parameters, handled, times
from selat.detectors._encounter import Encounter, Fleet, Pairs, contradicted, measure
from selat.detectors._golden import numbered, sail, ship
from selat.detectors._life import plain
from selat.detectors._predict import along
from selat.detectors._ships import echoes, real
from selat.kernels import geodesy, motion
from selat.model.clock import SECOND
from selat.model.columns import empty
from selat.model.nouns import PRIORITIES, Alert
from selat.model.rule import Evidence, Golden, Verdict, conclude, explain, seal, unseal, values
from selat.model.schema import NO_TIME
from selat.tracks import say
from selat.tracks.contacts import Contacts
from selat.tracks.features import over
from selat.tracks.kinds import Kind, is_ship
from selat.tracks.lanes import Lanes
from selat.tracks.window import Window

SERVICE = (50, 51, 53, 54, 55)  #: pilot, rescue, port tender, anti-pollution, law enforcement: closing is work
SERVICE_LENGTH = 60.0
PASSENGERS = (*range(40, 50), *range(60, 70))  #: high-speed craft and passenger ships
Meeting = dict[str, Any]
_RANK = {name: rank for rank, name in enumerate(PRIORITIES)}


@dataclass(frozen=True, slots=True)
class Collision:
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "collision"
    version: str = "8"

    @property
    def every(self) -> int:
        """ns between judgements."""
        return round(self.p.look * SECOND)

    def parameters(self) -> dict[str, Any]:
        """Parameters in force."""
        return values(self.p)

    def step(self, window: Window, state: Any) -> tuple[list[Alert], Any]:
        """Alerts of this window; state: the pairs that are or were lately too close."""
        old: dict[str, Meeting] = state["meetings"] if state else {}
        if not window.at(self.every):
            return [], {"meetings": old}
        fleet = self._fleet(window)
        pairs = self._dangerous(window.contacts, fleet, window.world.lanes, window.now)
        ids = window.contacts.ids()
        meetings: dict[str, Meeting] = {}
        alerts: list[Alert] = []
        found = {}
        for k in range(len(pairs.a)):
            first, second = sorted((int(ids[fleet.slot[pairs.a[k]]]), int(ids[fleet.slot[pairs.b[k]]])))
            found[f"{first}-{second}"] = k
        for key in sorted(found):
            meetings[key] = self._closer(window, fleet, pairs, found[key], old.get(key), alerts)
        heard = {int(i) for i in ids[fleet.slot]} if old else set()
        for key in sorted(old.keys() - found.keys()):
            m = self._apart(window, old[key], alerts, all(int(i) in heard for i in key.split("-")))
            if m is not None:
                meetings[key] = m
        return alerts, {"meetings": meetings}

    def _fleet(self, w: Window) -> Fleet:
        """Ships whose position is fresh and velocity known, moved on to now; without those moored or aground."""
        c, p = w.contacts, self.p
        speed = np.hypot(c.vx, c.vy)
        use = is_ship(c.kind) & ~c.lost & np.isfinite(speed) & (c.reports >= p.reports)
        use &= ~echoes(c) & (c.time != NO_TIME) & (w.now - c.time <= p.stale * SECOND)
        fast = np.isin(c.status, (1, 5, 6))
        still = (speed < p.still) | (fast & (speed < p.swing))
        use &= ~(still & (fast & (c.status != 1)))
        slot = np.flatnonzero(use)
        vx, vy = c.vx[slot].astype("f8"), c.vy[slot].astype("f8")
        age = (w.now - c.time[slot]) / SECOND
        lat, lon = geodesy.moved(c.lat[slot], c.lon[slot], vx * age, vy * age)
        length, beam = c.length()[slot], c.beam()[slot]
        default = np.where(c.kind[slot] == Kind.CLASS_B, p.length_b, p.length_a)
        agile = ~(length >= p.agile)  # also where it did not say
        length = np.where(np.isnan(length), default, length)
        beam = np.where(np.isnan(beam), length / 6.5, beam)
        course = np.degrees(np.arctan2(vx, vy)) % 360.0
        return Fleet(slot, lat, lon, vx, vy, np.hypot(vx, vy), course, length, beam, still[slot], agile)

    def _dangerous(self, c: Contacts, f: Fleet, lanes: Lanes, now: int) -> Pairs:
        """Pairs that are too close now or will be, after all that is left out."""
        p = self.p
        reach = max(p.limit, 0.5 * p.ahead * float(f.length.max(initial=0.0)))
        a, b, *_ = motion.pairs(f.lat, f.lon, f.vx, f.vy, p.radius, p.warn, reach)
        m = measure(f, a, b, p.warn, p.ahead, p.across, p.narrow)
        agile, still, both = f.agile[a] | f.agile[b], f.still[a] | f.still[b], f.still[a] & f.still[b]
        bad = m.domain < 1.0
        bad |= (m.dcpa < p.limit) & ~agile & ~still
        hulls = p.beams * np.maximum(f.beam[a], f.beam[b]) + 0.5 * (f.beam[a] + f.beam[b])
        bad &= ~((m.swing < p.parallel) & ~still & (m.dcpa > hulls))
        bad &= (m.tcpa > 0.0) & (m.tcpa <= np.where(still, p.stopped, np.where(agile, p.agile_warn, p.warn)))
        bad &= ~both & ~(f.still[a] & f.agile[b]) & ~(f.still[b] & f.agile[a])
        slow = f.speed < p.agile_slow
        bad &= ~(f.agile[a] & f.agile[b] & (slow[a] | slow[b]))
        bad &= ~((m.range < p.together) & (m.relative < p.together_speed))
        kinds = c.static("ship_type")[f.slot]
        service = np.isin(kinds, SERVICE) & (f.length < SERVICE_LENGTH)
        bad &= ~(service[a] | service[b])
        mmsi = c.mmsi[f.slot]
        bad &= mmsi[a] != mmsi[b]
        bad[bad] = ~self._clear_round_bends(f, lanes, a[bad], b[bad], m.tcpa[bad])
        a, b = a[bad], b[bad]
        if len(a):
            ships, place = np.unique(np.concatenate([a, b]), return_inverse=True)
            odd = contradicted(c, f.slot[ships], now, p.leap, p.odd)[place]
            sure = ~(odd[: len(a)] | odd[len(a) :])
            a, b = a[sure], b[sure]
        return measure(f, a, b, p.warn, p.ahead, p.across, p.narrow)

    def _clear_round_bends(self, f: Fleet, lanes: Lanes, a: Any, b: Any, tcpa: Any) -> Any:
        """Pairs that pass clear if those that follow a lane go on to follow it; none of those that are near in time."""
        p = self.p
        if not len(lanes) or not len(a):
            return np.zeros(len(a), bool)
        ships, place = np.unique(np.concatenate([a, b]), return_inverse=True)
        lat, lon = along(lanes, f.lat[ships], f.lon[ships], f.speed[ships], f.course[ships], p.warn, 20.0)
        i, j = place[: len(a)], place[len(a) :]
        east, north = geodesy.plane(lat[i], lon[i], lat[j], lon[j])
        domain = 0.5 * p.ahead * np.maximum(f.length[a], f.length[b])
        safe = np.where(f.agile[a] | f.agile[b], domain, np.maximum(p.limit, domain))
        # Between two moments both go straight: the nearest point lies on the step.
        x, y, dx, dy = east[:, :-1], north[:, :-1], np.diff(east), np.diff(north)
        share = np.clip(-(x * dx + y * dy) / np.maximum(dx * dx + dy * dy, 1e-9), 0.0, 1.0)
        return (np.hypot(x + share * dx, y + share * dy).min(axis=1) > safe) & (tcpa > p.bend)

    def _closer(self, w: Window, f: Fleet, m: Pairs, k: int, old: Meeting | None, alerts: list[Alert]) -> Meeting:
        """A judgement "too close" of one pair."""
        p = self.p
        e: Meeting = dict(old) if old else {
            "bad": 0, "good": 0, "start": w.now, "told": NO_TIME, "alert": None, "open": False, "counted": NO_TIME,
            "seq": [], "least": 1e9, "misses": [],
        }  # fmt: skip
        if e["bad"] == 0 and e["alert"] is None:
            e["start"] = w.now
        # Only what was heard anew confirms: a course drawn on from the same two positions proves nothing.
        seqs = [int(w.contacts.seq[f.slot[n]]) for n in (m.a[k], m.b[k])]
        if seqs != e["seq"] and (e["bad"] == 0 or w.now - e.get("counted", NO_TIME) >= p.apart * SECOND):
            e.update(bad=e["bad"] + 1, good=0, seq=seqs, counted=w.now)
            recent = [row for row in e["misses"] if w.now - row[0] <= p.acted * SECOND]
            e["misses"] = [*recent, [w.now, round(float(m.miss[k]), 1), round(float(m.tcpa[k]), 1)]]
        e["least"] = min(e["least"], float(m.range[k]))
        waits = self._waits(w, f, m, k, e)
        if not e["open"] and (e["bad"] < p.raise_after or waits):
            return e
        alert = self._alert(w, f, m, k, e, waits)
        grown = e["open"] and _RANK[alert.priority] < _RANK[unseal(e["alert"]).priority]
        fresh = not e["open"]
        if fresh or grown or (e["open"] and w.now - e["told"] >= p.refresh * SECOND):
            alerts.append(alert)
            e.update(alert=seal(alert), open=True, told=w.now)
        return e

    def _waits(self, w: Window, f: Fleet, m: Pairs, k: int, e: Meeting) -> bool:
        """Whether it is too early to speak: there is time for who gives way, or one of them acts; or no place is sure."""
        p, a, b, t = self.p, int(m.a[k]), int(m.b[k]), float(m.tcpa[k])
        if m.kind[k] == Encounter.OVERTAKING:
            hulls = 0.5 * float(f.beam[a] + f.beam[b]) + p.beside
        else:
            hulls = 0.5 * float(f.length[a] + f.length[b]) + p.skin
        look, _ = times(p, (f.length[a], f.length[b]), (f.still[a], f.still[b]))
        if t > (p.near if m.dcpa[k] > hulls else max(p.near, look)):
            return True
        # Who came into danger a moment ago did so by a turn, or a change of speed, that may go on.
        fresh = w.now - e["misses"][0][0] < p.seen * SECOND
        if t > p.late and (fresh or any(self._acts(w.now, float(m.miss[k]), t, *row) for row in e["misses"])):
            return True
        if e["open"] or e["bad"] < p.raise_after:
            return False
        c = w.contacts
        return any(
            ways.led_astray(c, slot, trail, p.astray)
            for slot in (int(f.slot[a]), int(f.slot[b]))
            for trail in (c.track(slot), c.recent(slot))
        )

    def _acts(self, now: int, miss: float, t: float, then: int, was: float, ahead: float) -> bool:
        """Whether one of two has turned, or changed her speed, since a judgement that found another distance or time."""
        p = self.p
        sooner = abs(ahead - (now - then) / SECOND - t)
        return abs(miss - was) >= p.acting or sooner >= max(p.shift, p.slower * t)

    def _apart(self, w: Window, old: Meeting, alerts: list[Alert], heard: bool) -> Meeting | None:
        """A judgement "not too close" of a pair that was; None when it need not be remembered."""
        if w.now - old.get("counted", NO_TIME) < self.p.apart * SECOND:
            return old
        e = {**old, "bad": 0, "good": old["good"] + 1, "counted": w.now}
        if e["open"] and e["good"] >= self.p.clear_after:
            was = unseal(e["alert"]).evidence
            evidence = {**was, "ended": w.now, "heard": heard, "least_range": round(e["least"], 1)}
            evidence["alert"] = {**was["alert"], "last": w.now}
            alert = explain(self, plain(evidence), "rectified")
            assert alert is not None, "what was judged once is judged again alike"
            alerts.append(alert)
            e.update(open=False, alert=seal(alert), told=w.now)
        if e["open"] or (e["alert"] is not None and w.now - e["told"] < self.p.again * SECOND):
            return e
        return None

    def _alert(self, w: Window, f: Fleet, m: Pairs, k: int, e: Meeting, waits: bool) -> Alert:
        """The alert that the evidence of this moment makes."""
        a, b = int(m.a[k]), int(m.b[k])
        c, t = w.contacts, float(m.tcpa[k])
        slots = int(f.slot[a]), int(f.slot[b])
        mmsis = int(c.mmsi[slots[0]]), int(c.mmsi[slots[1]])
        names = c.name(slots[0]), c.name(slots[1])
        lat, lon = geodesy.moved(
            f.lat[a], f.lon[a], f.vx[a] * t + 0.5 * (m.x[k] + (f.vx[b] - f.vx[a]) * t),
            f.vy[a] * t + 0.5 * (m.y[k] + (f.vy[b] - f.vy[a]) * t),
        )  # fmt: skip
        how, give_way = _words(f, m, k, names, mmsis)
        worst = unseal(e["alert"]).evidence["worst"] if e["open"] else ""
        evidence = {
            "tcpa": round(t, 1), "dcpa": round(float(m.dcpa[k]), 1), "range": round(float(m.range[k]), 1),
            "relative_speed": round(float(m.relative[k]), 2), "domain": round(float(m.domain[k]), 3),
            "domain_of": int(m.domain_of[k] != a), "encounter": Encounter(int(m.kind[k])).name.lower(), "how": how,
            "give_way": give_way, "judgements": e["bad"], "alone": bool(f.agile[a] or f.agile[b] or f.still[a] or f.still[b]),
            "ships": [
                {
                    "mmsi": mmsi, "name": name, "speed": round(float(f.speed[n]), 2),
                    "course": round(float(f.course[n]), 1), "agile": bool(f.agile[n]), "still": bool(f.still[n]),
                    "type": int(c.static("ship_type")[f.slot[n]]), "status": int(c.status[f.slot[n]]), "least": least,
                    "length": round(float(f.length[n]), 1), "beam": round(float(f.beam[n]), 1),
                    "lat": round(float(f.lat[n]), 7), "lon": round(float(f.lon[n]), 7), "bearing_of_other": round(float(r[k]), 1),
                }
                for n, mmsi, name, r, least in zip(
                    (a, b), mmsis, names, (m.bearing_a, m.bearing_b), _least(c, slots, w.now), strict=True
                )
            ],
            "seq": [int(c.seq[s]) for s in slots],
            "alert": {"subjects": list(mmsis), "start": e["start"], "last": w.now, "place": [float(lat), float(lon)]},
        }  # fmt: skip
        evidence["worst"] = worst if worst == "alarm" or (waits and worst) else self._priority(evidence, worst)
        alert = conclude(self, plain(evidence))
        assert alert is not None
        return alert

    def _priority(self, e: Evidence, worst: str) -> str:
        """Alarm: they will touch, soon. Warning: they will all but touch. Caution: nearer than is good seamanship."""
        p, (a, b) = self.p, e["ships"]
        hulls = 0.5 * (a["length"] + b["length"])
        if e["encounter"] == "overtaking":
            hulls = 0.5 * (a["beam"] + b["beam"]) + p.beside
        elif a["still"] or b["still"]:
            hulls = 0.5 * hulls
        agile = min(a["length"], b["length"]) < p.agile or a["still"] or b["still"]
        berths = e["encounter"] == "stopped" and max(a["speed"], b["speed"]) < p.berthing
        if self._among_themselves(a, b) or berths or handled(p, e):
            return "caution"
        look, soon = times(p, (a["length"], b["length"]), (a["still"], b["still"]))
        if e["dcpa"] <= hulls and e["tcpa"] <= soon:
            return "alarm"
        wide = hulls if e["encounter"] == "overtaking" or agile else hulls + p.skin
        if e["dcpa"] <= wide and e["tcpa"] <= look:
            return "warning"
        return "warning" if worst == "warning" else "caution"

    @staticmethod
    def _among_themselves(a: Evidence, b: Evidence) -> bool:
        """Two small craft of which none carries passengers: they see each other, and the watch cannot help them."""
        return a["agile"] and b["agile"] and not any(x["type"] in PASSENGERS for x in (a, b))

    def judge(self, evidence: Evidence) -> Verdict | None:
        """How near, how soon, and which rule of the road speaks of it."""
        e, p = evidence, self.p
        (a, b), priority = e["ships"], e["worst"]
        why = "" if e["alone"] else f"limit {say.miles(p.limit)} within {say.span(p.warn)}"
        if e["domain"] < 1.0:
            o = e["ships"][e["domain_of"]]
            size = f"{p.ahead * o['length']:.0f} x {p.across * o['length']:.0f} m"
            why += ("" if e["alone"] else "; ") + f"inside the domain of {o['name']}, {size}"
        pass_ = f"will pass {say.miles(e['dcpa'])} apart in {say.span(e['tcpa'])}"
        sentence = f"{a['name']} and {b['name']} {pass_} ({why}), {e['how']}."
        sure = {
            "nearness": 0.95 if e["dcpa"] <= 0.5 * (a["length"] + b["length"]) else 0.8,
            "time": 0.98 if e["tcpa"] <= p.soon else 0.85 if e["tcpa"] <= p.alarm else 0.6,
            "agility": 0.7 if a["agile"] or b["agile"] else 0.95,
        }
        return Verdict(
            priority, sentence, sure,
            ("one of them is about to turn, at a bend or by agreement", "a pilot passes so close on purpose"),
            "Call both by name on the sector's channel; the one that must give way first.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when they are clear of each other, or silent."""
        if "ended" not in evidence:
            return ""
        a, b = (x["name"] for x in evidence["ships"])
        how = "are no danger to each other any more" if evidence["heard"] else "are not both heard any more"
        return f"{a} and {b} {how}; they were {say.miles(evidence['least_range'])} apart at the nearest."

    def golden(self) -> Golden:
        """A tanker eastbound and a coaster that crosses her bow; another ship overtakes a barge with room to spare."""
        return _golden()


def _words(f: Fleet, m: Pairs, k: int, names: tuple[str, str], mmsis: tuple[int, int]) -> tuple[str, int]:
    """How the two meet, in words, and the MMSI of the one that has to keep out of the way (0: both or none)."""
    kind = m.kind[k]
    a_first = bool(f.speed[m.a[k]] >= f.speed[m.b[k]])
    if kind == Encounter.STOPPED:
        moving, stopped = (0, 1) if a_first else (1, 0)
        return f"{names[stopped]} lies still in the way of {names[moving]}", mmsis[moving]
    if kind == Encounter.HEAD_ON:
        return "head-on (rule 14)", 0
    if kind == Encounter.OVERTAKING:
        over, under = (0, 1) if abs(m.bearing_b[k]) > abs(m.bearing_a[k]) else (1, 0)
        return f"{names[over]} overtakes {names[under]} (rule 13)", mmsis[over]
    giver, other = (0, 1) if 0.0 < m.bearing_a[k] < 112.5 else (1, 0)
    return f"crossing (rule 15), {names[giver]} has {names[other]} to starboard", mmsis[giver]


def _least(c: Contacts, slots: tuple[int, int], now: int) -> list[float | None]:
    """Least speed (m/s) of two in the last 5 minutes."""
    return [real(v, 2) for v in over(c, np.array(slots), now, 300.0).least]


def _golden() -> Golden:
    every = range(-900, 600, 10)
    reports = numbered(
        sail(563100001, 1.2200, 103.8500, 14.0, 70.0, every),
        sail(563100002, 1.2204, 103.8503, 9.0, 160.0, every),
        sail(563100003, 1.3000, 104.2000, 15.0, 70.0, every),
        sail(563100004, 1.3040, 104.2000, 6.0, 70.0, every),
        sail(563100005, 1.3041, 104.2001, 6.0, 70.0, every),
    )
    statics = numbered(
        ship(563100001, "ORIENT GRACE", 240, 40, 80, -900.0), ship(563100002, "SRI KINTA", 80, 13, 70, -900.0),
        ship(563100003, "LADY OF THE LINE", 300, 42, 70, -900.0), ship(563100004, "TUG BRAVE", 30, 9, 52, -900.0),
    )  # fmt: skip
    return Golden(reports, statics, empty("messages"), (("alarm", (563100001, 563100002)),))


DETECTOR = Collision()
