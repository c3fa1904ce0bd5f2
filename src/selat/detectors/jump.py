"""A position that leaps: one ship thrown about, or one MMSI in two places.

What it finds
    *Position jump*: a ship that lay or sailed in one place (three reports or more) is next heard at another that it
    cannot have reached, three times in a row, and no more at the first. *Two places*: one MMSI heard in turns from two
    places, more than three changes over five minutes: two transmitters with one number, or one receiver of satellite
    positions that is thrown to and fro. Both are told apart by the segments of the identity: after a jump one segment
    ends as the other begins; in two places both live.
Why it matters
    Jumps are the mark of jammed or spoofed satellite navigation: the ship itself may not know where it is. An MMSI in
    two places hides a ship, or hides which ship it is; and each report of the one makes nonsense of the other's.
False alarms
    A single bad fix raises nothing; where two others leap alike it is the rule ``interference`` that tells; a bad
    clock is allowed for (20 s and 200 m are taken off each step); type 27 reports, late ones and those with untrusted
    times are left out; so are aircraft, beacons and stations on land. Net buoys share one MMSI on purpose. A receiver
    network that relays old messages as new looks like two places.
Reference
    Gates: Global Fishing Watch's segmenter (see selat.tracks.identity); 60 knots between consecutive reports: the limit
    of craft in trade; ITU-R M.585-9 (one identity, one station).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _ships as fleet
from selat.detectors._golden import numbered, sail, ship
from selat.detectors._life import plain
from selat.kernels.segments import ACCEPTED
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.nouns import Alert
from selat.model.rule import Evidence, Golden, Verdict, conclude, pack, param, unpack, values
from selat.model.units import KNOT, NAUTICAL_MILE
from selat.tracks import say
from selat.tracks.kinds import is_ship, sends
from selat.tracks.window import Window


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    speed: float = param(60 * KNOT, "m/s", "A step that needs more is a leap", "fastest craft in trade; selat")
    least: float = param(
        3 * NAUTICAL_MILE, "m", "A shorter step is no leap", "selat: minutes of clock error of satellites"
    )
    confirm: int = param(3, "1", "Reports in a row at the new place", "DMA AisAbnormal: raise after 3")
    rooted: int = param(3, "1", "Reports at the old place before", "DMA AisAbnormal: raise after 3")
    settle: float = param(120.0, "s", "The old place must be silent for", "selat: 12 reports of a ship under way")
    company: int = param(
        2, "1", "With so many others that leap alike it is interference", "selat: interference asks for 5"
    )
    changes: int = param(4, "1", "Changes between two places", "selat: more than three")
    persist: float = param(300.0, "s", "... over so long", "selat; behaviours asked for 30 min, too late for a watch")
    forget: float = param(3600.0, "s", "After so long without a leap the matter is closed", "selat")


Case = dict[str, Any]
Leap = dict[str, Any]
_KEPT = 40  # numbers of lines kept as evidence


@dataclass(frozen=True, slots=True)
class Jump:
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "jump"
    version: str = "1"

    def parameters(self) -> dict[str, Any]:
        """Parameters in force."""
        return values(self.p)

    def step(self, window: Window, state: Any) -> tuple[list[Alert], Any]:
        """Alerts of this window; state: the MMSIs that leapt lately, with their leaps."""
        cases: dict[str, Case] = dict(state["cases"]) if state else {}
        alerts: list[Alert] = []
        rows = self._concerned(window, cases).tolist()
        ids = window.contacts.ids() if rows else None
        for i in rows:
            self._take(window, cases, i, ids, alerts)
        if window.at(MINUTE):
            for key, case in list(cases.items()):
                if window.now - case["leap"]["time"] > self.p.forget * SECOND:
                    del cases[key]
                    alerts += [_closed(a, window.now) for a in case["alerts"].values()]
        return alerts, {"cases": cases}

    def _concerned(self, w: Window, cases: dict[str, Case]) -> Any:
        """Rows that leap, and rows of MMSIs that leapt before."""
        if not w.reports.rows:
            return np.zeros(0, "i8")
        t = w.traced
        if not cases and not (t.pace > self.p.speed).any():
            return np.zeros(0, "i8")
        use = (t.verdict >= ACCEPTED) & (w.mark == 0) & (t.slot >= 0)
        leap = use & (t.pace > self.p.speed) & (t.away > self.p.least)
        if cases:
            leap |= use & np.isin(w.reports["mmsi"], [int(k) for k in cases])
        rows = np.flatnonzero(leap)
        return rows[sends(w.contacts.kind[t.slot[rows]], w.reports["mmsi"][rows])]

    def _take(self, w: Window, cases: dict[str, Case], i: int, ids: Any, alerts: list[Alert]) -> None:
        """One report of a suspect: a leap, or a step that confirms the place where it is."""
        t, r = w.traced, w.reports
        key = str(int(r["mmsi"][i]))
        here = int(ids[t.slot[i]])
        case = dict(cases.get(key) or {"leap": None, "pairs": {}, "alerts": {}, "stays": 0, "jumps": 0})
        if t.pace[i] > self.p.speed and t.away[i] > self.p.least:
            leap = {
                "time": int(r["time"][i]), "before": int(t.from_time[i]), "seq": [int(t.from_seq[i]), int(r["seq"][i])],
                "from": [float(t.from_lat[i]), float(t.from_lon[i])], "away": float(t.away[i]),
                "pace": float(t.pace[i]),
                "to": [int(r["lat"][i]) * 1e-7, int(r["lon"][i]) * 1e-7], "here": here,
                "there": int(ids[t.from_slot[i]]) if t.from_slot[i] >= 0 else -1,
                "rooted": int(w.contacts.reports[t.from_slot[i]]) if t.from_slot[i] >= 0 else 0, "told": False,
            }  # fmt: skip
            case["leap"], case["stays"] = leap, 1
            _count(case, leap)
        elif case["leap"]["here"] == here:
            case["stays"] += 1
            case["leap"] = _confirmed(case["leap"], int(r["seq"][i]), self.p.confirm)
        cases[key] = case
        self._judge(w, cases, case, int(r["mmsi"][i]), int(r["time"][i]), alerts)

    def _company(self, cases: dict[str, Case], mmsi: int, leap: Leap) -> int:
        """Other ships that leapt to the same place, or by the same vector, within ten minutes."""
        count, (dy, dx) = 0, (leap["to"][k] - leap["from"][k] for k in (0, 1))
        for key, other in cases.items():
            x = other["leap"]
            if key == str(mmsi) or abs(x["time"] - leap["time"]) > 10 * MINUTE:
                continue
            oy, ox = (x["to"][k] - x["from"][k] for k in (0, 1))
            same = max(0.005, 0.1 * max(abs(dy), abs(dx)))
            alike = abs(oy - dy) < same and abs(ox - dx) < same
            there = all(abs(x["from"][k] - leap["from"][k]) < 0.017 for k in (0, 1))  # back from where all were thrown
            count += (
                alike or there or (abs(x["to"][0] - leap["to"][0]) < 0.017 and abs(x["to"][1] - leap["to"][1]) < 0.017)
            )
        return count

    def _crowd(self, w: Window, mmsi: int, leap: Leap) -> int:
        """Other ships that are at the very place where she leapt to, and say that they sail: all were put there."""
        c, (lat, lon) = w.contacts, leap["to"]
        at = (np.abs(c.lat - lat) < 0.001) & (np.abs(c.lon - lon) < 0.001) & (c.sog > KNOT) & (c.mmsi != mmsi)
        return int(np.unique(c.mmsi[at & (c.heard > w.now - 10 * MINUTE) & is_ship(c.kind)]).size)

    def _judge(self, w: Window, cases: dict[str, Case], case: Case, mmsi: int, time: int, alerts: list[Alert]) -> None:
        leap = case["leap"]
        pair = case["pairs"].get(_between(leap))
        if pair and pair["changes"] >= self.p.changes and leap["time"] - pair["first"] >= self.p.persist * SECOND:
            self._raise(w, case, mmsi, "two places", pair["first"], time, pair, alerts)
            return
        if "two places" in case["alerts"]:
            return  # the last change of many is no jump
        quiet = time - leap["before"] >= self.p.settle * SECOND
        if leap["told"] or not quiet or case["stays"] < self.p.confirm or leap["rooted"] < self.p.rooted:
            return
        if self._company(cases, mmsi, leap) >= self.p.company or self._crowd(w, mmsi, leap) >= self.p.company:
            case["leap"] = {**leap, "told": True}  # the others may be back before her, and it is true all the same
            return  # many leap alike: that is the rule interference's, and no ship's doing
        case["leap"], case["jumps"] = {**leap, "told": True}, case["jumps"] + 1
        self._raise(w, case, mmsi, "jump", leap["time"], time, {"changes": case["jumps"], "seq": leap["seq"]}, alerts)

    def _raise(
        self,
        w: Window,
        case: Case,
        mmsi: int,
        kind: str,
        start: int,
        now: int,
        more: dict[str, Any],
        alerts: list[Alert],
    ) -> None:
        """Raise an alert, or refresh it: at most every ten minutes."""
        old = case["alerts"].get(kind)
        if old is None or now - old["last"] >= 10 * MINUTE:
            alert = self._alert(w, mmsi, kind, start if old is None else old["time"], now, case["leap"], more)
            case["alerts"] = {**case["alerts"], kind: pack(alert)}
            alerts.append(alert)

    def _alert(self, w: Window, mmsi: int, kind: str, start: int, now: int, x: Leap, more: dict[str, Any]) -> Alert:
        slots = w.contacts.of(mmsi)
        who = w.contacts.name(int(slots[0])) if slots.size else f"MMSI {mmsi:09d}"
        shore = w.world.coast.distance(*x["to"])
        evidence = {
            "kind": kind, "from": x["from"], "to": x["to"], "distance": round(x["away"], 1),
            "seconds": (x["time"] - x["before"]) / SECOND, "implied_speed": round(x["pace"], 2),
            "changes": more["changes"], "name": who, "rooted": x["rooted"],
            "lasted": (x["time"] - more["first"]) / SECOND if "first" in more else None,
            "inland": round(-float(shore), 0) if shore < 0 else None,
            "segments": sorted({x["here"], x["there"]}), "seq": sorted({*more["seq"], *x["seq"]}),
            "alert": {"subjects": [mmsi], "start": start, "last": now, "place": x["to"]},
        }  # fmt: skip
        alert = conclude(self, plain(evidence))
        assert alert is not None
        return alert

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Farther than she can have gone."""
        e = evidence
        if e["implied_speed"] <= self.p.speed or e["distance"] <= self.p.least:
            return None
        a, b = say.place(*e["from"]), say.place(*e["to"])
        needed = f"{say.speed(e['implied_speed'])} (limit {say.speed(self.p.speed)})"
        if e["kind"] == "two places":
            sentence = (
                f"{e['name']} is heard from two places, {a} and {b}, {say.miles(e['distance'])} apart: "
                f"{e['changes']} changes in {say.span(e['lasted'])}, "
                f"each would need {needed} or more: two transmitters with one number, or a position thrown to and fro."
            )
            return Verdict(
                "warning", sentence, {"changes": min(0.95, 0.7 + 0.05 * e["changes"]), "pace": 0.95},
                ("a network relays old messages as new", "net buoys that share a number on purpose"),
                "Look for both by radar; call her by name and ask for her position.",
            )  # fmt: skip
        land = f", {say.miles(e['inland'])} inland" if e["inland"] else ""
        sentence = (
            f"{e['name']} jumped {say.miles(e['distance'])} in {say.span(e['seconds'])}, from {a} to {b}{land}: that would need "
            f"{needed}; {self.p.confirm} reports confirm the new place, none came from the old one since."
        )
        return Verdict(
            "warning", sentence, {"pace": fleet.over(e["implied_speed"], self.p.speed), "place": 0.95 if e["inland"] else 0.85},
            ("a clock leapt, or a satellite's reports came late", "another ship took over the number"),
            "Tell her that her position is wrong; look for her by radar where she was.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Nothing more is said when the matter is closed."""
        return ""

    def golden(self) -> Golden:
        """A ship is thrown 20 nm to a place ashore; another number is used by two ferries 30 nm apart."""
        return _golden()


def _between(leap: Leap) -> str:
    """Name of the two segments of a leap, whatever its direction."""
    return f"{min(leap['here'], leap['there'])}-{max(leap['here'], leap['there'])}"


def _count(case: Case, leap: Leap) -> None:
    """Count the changes between the two segments; most recent pairs are kept."""
    name = _between(leap)
    old = case["pairs"].get(name) or {"first": leap["time"], "changes": 0, "seq": []}
    seqs = sorted({*old["seq"], *leap["seq"]})
    new = {**old, "changes": old["changes"] + 1, "seq": seqs[: _KEPT // 2] + seqs[_KEPT // 2 :][-_KEPT // 2 :]}
    others = {k: v for k, v in case["pairs"].items() if k != name}
    case["pairs"] = dict([*others.items(), (name, new)][-20:])


def _confirmed(leap: Leap, seq: int, most: int) -> Leap:
    return {**leap, "seq": [*leap["seq"], seq]} if len(leap["seq"]) <= most else leap


def _closed(alert: dict[str, Any], now: int) -> Alert:
    return unpack(alert, state="cleared", evidence={**alert["evidence"], "closed": now})


def _golden() -> Golden:
    before, after = range(0, 900, 10), range(900, 1500, 10)
    reports = numbered(
        sail(533000111, 1.2000, 103.6000, 12.0, 60.0, before),
        sail(533000111, 1.4500, 103.8000, 12.0, 60.0, after),
        sail(525000222, 1.1500, 104.0000, 20.0, 0.0, range(0, 3000, 30)),
        sail(525000222, 1.1500, 104.5000, 20.0, 180.0, range(15, 3000, 30)),
    )
    return Golden(
        reports, numbered(ship(533000111, "BUNGA LAUT", 120, 20, 70)), empty("messages"),
        (("warning", (533000111,)), ("warning", (525000222,))),
    )  # fmt: skip


DETECTOR = Jump()
