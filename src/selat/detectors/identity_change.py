"""A hull that changes who it says it is.

What it finds
    *MMSI*: a contact that falls silent and another that begins where she would be, within half a mile and 10 minutes,
    and that fits her way and what both declare (the link of selat.tracks.succession). *Name, call sign, IMO number,
    type* of one MMSI, heard twice with the new value: names that differ in more than two letters, call signs in more
    than one, IMO numbers both of which are possible, another group of types. Not while two hulls use the number at once
    (that is the rule ``jump``): then nobody knows whose name it is, and what the one declares that is left counts as
    said for the first time. Judged every minute, told for an hour. A warning for MMSI, IMO number, or two things
    together; else a caution.
Why it matters
    Ships that are sought, sanctioned or stolen change their name at sea.
False alarms
    Crews correct what they mistyped; a ship is sold and takes her new name in port; halves of message 24 of two units
    that share a number are mixed: those show as two hulls.
Reference
    ITU-R M.585-9; IMO A.1117(30); behaviours 2.2 (half a mile, 10 minutes, more than two letters).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _hulls as hulls
from selat.detectors._life import Pace, PictureRule
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.tracks import say
from selat.tracks.window import Window

FIELDS = ("imo", "callsign", "name", "type")
WORDS = {
    "imo": "IMO number",
    "callsign": "call sign",
    "name": "name",
    "type": "type",
    "mmsi": "MMSI",
}


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    heard: int = param(2, "1", "Times that the new value was heard", "selat: static data come every 6 minutes")
    told: float = param(3600.0, "s", "Told for so long, then taken as hers", "selat")
    score: float = param(3.0, "1", "Weight of a link between two MMSI at least", "selat.tracks.succession")
    apart: float = param(900.0, "s", "Two segments heard within this are two hulls", "selat")
    at_once: float = param(
        180.0, "s", "... for certain if both are heard within this ...", "M.1371-5 Table 1: slowest interval"
    )
    lasting: float = param(300.0, "s", "... for so long: a jump of one hull is shorter", "selat")


@dataclass(frozen=True)
class IdentityChange(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "identity_change"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(1, 2, 1800.0, 7200.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Memory: when we looked last; by MMSI what she declared, and what she declares of late [time, value, times]."""
        m = memory or {"at": 0, "said": {}, "now": {}}
        c, limit = window.contacts, window.now - round(self.p.told * SECOND)
        p = self.p
        twins = hulls.twins(window, m.get("twins", {}), p.apart, p.at_once, p.lasting)
        said, late = dict(m["said"]), dict(m["now"])
        for slot in hulls.fresh(window, m["at"]).tolist():
            self._hear(window, slot, said, late)
        for key in (k for k, (_, sure) in twins.items() if sure):
            said.pop(key, None)
            late.pop(key, None)
        found = self._links(window, limit)
        for key, changes in list(late.items()):
            if max(v[0] for v in changes.values()) < limit:  # told long enough: it is hers
                said[key] = [changes[f][1] if f in changes else old for f, old in zip(FIELDS, said[key], strict=True)]
                del late[key]
                continue
            slots = c.of(int(key))
            if len(slots) and not self._shared(window, slots):
                found += self._changed(window, int(slots[0]), said[key], changes)
        if window.now % (60 * MINUTE) == 0:  # who is gone from the picture is forgotten
            here = {str(x) for x in np.unique(c.mmsi).tolist()}
            said, late = ({k: v for k, v in x.items() if k in here} for x in (said, late))
        memory = {"at": window.now, "said": said, "now": late, "twins": twins}
        return [f for f in found if self.judge(f.evidence) is not None], memory

    def _shared(self, w: Window, slots: Any) -> bool:
        """Two hulls use this number at once."""
        heard = w.contacts.heard[slots]
        return bool((heard > w.now - round(self.p.apart * SECOND)).sum() > 1)

    def _hear(self, w: Window, slot: int, said: dict[str, list[Any]], late: dict[str, Any]) -> None:
        """What a ship declares now, against what she declared."""
        who = hulls.declared(w.contacts, slot)
        key, time = str(who["mmsi"]), int(w.contacts.said(slot)["time"])
        values = [who[f] if f != "name" or who["named"] else "" for f in FIELDS]
        old = said.get(key)
        if old is None:
            said[key] = values
            return
        changes = dict(late.get(key, {}))
        kept = list(old)
        for k, name in enumerate(FIELDS):
            was, new = old[k], values[k]
            if hulls.differs(name, was, new):
                since, value, times = changes.get(name) or [time, None, 0]
                changes[name] = [since, new, times + 1] if value == new else [time, new, 1]
            elif new:
                kept[k] = new
                changes.pop(name, None)
        said[key] = kept
        if changes:
            late[key] = changes
        else:
            late.pop(key, None)

    def _changed(self, w: Window, slot: int, old: list[Any], changes: dict[str, Any]) -> list[Finding]:
        c = w.contacts
        told = [
            {"what": name, "from": old[k], "to": changes[name][1], "time": changes[name][0], "heard": changes[name][2]}
            for k, name in enumerate(FIELDS)
            if name in changes and changes[name][2] >= self.p.heard
        ]  # fmt: skip
        if not told:
            return []
        evidence = {"seq": hulls.seqs(c, slot), "ship": hulls.declared(c, slot), "changes": told, "link": None}
        start = min(x["time"] for x in told)
        key = str(w.ids([slot])[0])
        fresh = [[x["what"], x["to"]] for x in told]
        return [Finding(key, (int(c.mmsi[slot]),), start, float(c.lat[slot]), float(c.lon[slot]), evidence, fresh)]

    def _links(self, w: Window, limit: int) -> list[Finding]:
        """Contacts that go on as others."""
        c, out = w.contacts, []
        recent = {k: v for k, v in c.links.items() if v["time"] >= limit}
        place = {i: slot for slot, i in enumerate(c.ids().tolist())} if recent else {}
        for new, link in sorted(recent.items()):
            a, b = place.get(link["old"]), place.get(new)
            if a is None or b is None:
                continue
            old, now = hulls.declared(c, a), hulls.declared(c, b)
            change = {
                "what": "mmsi",
                "from": old["mmsi"],
                "to": now["mmsi"],
                "time": int(c.begun[b]),
                "heard": self.p.heard,
            }
            evidence = {"seq": sorted({*link["seq"], int(c.seq[b])}), "ship": now, "before": old, "changes": [change],
                        "link": {k: link[k] for k in ("score", "away", "seconds", "same", "different", "rivals")}}  # fmt: skip
            subjects = (old["mmsi"], now["mmsi"])
            out.append(
                Finding(
                    f"{new}/mmsi", subjects, int(c.begun[b]), float(c.lat[b]), float(c.lon[b]), evidence, link["time"]
                )
            )
        return out

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Changed in earnest, and heard often enough."""
        e, p, who = evidence, self.p, evidence["ship"]
        changes = [x for x in e["changes"] if x["heard"] >= p.heard]
        if not changes:
            return None
        if e["link"] is not None:
            link = e["link"]
            if link["score"] < p.score:
                return None
            same = (
                f"; both declare the same {' and '.join(WORDS.get(x, x) for x in link['same'])}" if link["same"] else ""
            )
            sentence = (
                f"{e['before']['name']} (MMSI {e['before']['mmsi']:09d}) goes on as {who['name']} (MMSI {who['mmsi']:09d}): "
                f"{say.span(link['seconds'])} after the one fell silent the other began {say.miles(link['away'])} from where "
                f"she would be{same} (weight {link['score']:.1f}, limit {p.score:.1f})."
            )
            sure = {"link": min(0.95, 0.5 + 0.08 * link["score"]), "rivals": 0.9 if not link["rivals"] else 0.6}
            return Verdict("warning", sentence, sure, ("two ships near each other, one of which went out of reception",),
                           "Look at her by radar and camera; ask for her papers.")  # fmt: skip
        words = [f"her {WORDS[x['what']]} from {_said(x['from'])} to {_said(x['to'])}" for x in changes]
        times = min(x["heard"] for x in changes)
        sentence = (
            f"MMSI {who['mmsi']:09d} changed {', '.join(words)} at {say.clock(changes[0]['time'])} UTC, heard {times} times "
            f"(limit {p.heard}), at {say.place(who['lat'], who['lon'])}."
        )
        grave = len(changes) > 1 or changes[0]["what"] == "imo"
        sure = {"heard": min(0.95, 0.7 + 0.1 * times), "fields": 0.9 if grave else 0.75}
        return Verdict(
            "warning" if grave else "caution", sentence, sure,
            ("the crew corrected what was mistyped", "she was sold and renamed", "two units share the number"),
            "Compare with her papers and her last port.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when the new identity is taken as hers, or she has gone back to the old one."""
        return f"MMSI {evidence['ship']['mmsi']:09d} is taken as what she declares now."

    def golden(self) -> Golden:
        """One ship takes a new name and call sign under way; one corrects a letter; one goes on under another MMSI."""
        reports = made.numbered(
            made.sail(563590001, 1.30, 104.3, 9.0, 80.0, range(0, 2400, 10)),
            made.sail(563590002, 1.40, 104.3, 9.0, 80.0, range(0, 2400, 10)),
            made.sail(563590003, 1.50, 104.3, 9.0, 80.0, range(0, 1200, 10)),
            made.sail(511590004, 1.50, 104.3, 9.0, 80.0, range(1230, 2400, 10)),
        )
        said = []
        for second in range(0, 2400, 360):
            new = second > 1000
            for mmsi, name, call in (
                (563590001, "QUIET DAWN" if new else "GOLDEN ORIGIN", b"HP1234" if new else b"9V1234"),
                (563590002, "GOLDEN TYPO" if new else "GOLDEN TYPE", b"9V2222"),
                (511590004 if new else 563590003, "DRAGON STAR" if new else "GOLDEN SHIFT", b""),
            ):
                when = second + (300 if mmsi == 511590004 else 0)
                said.append(made.ship(mmsi, name, 180, 30, 70, float(when)).replace(callsign=np.array([call])))
        expect = (("warning", (563590001,)), ("warning", (563590003, 511590004)))
        return Golden(reports, made.numbered(*said), empty("messages"), expect)


def _said(x: Any) -> str:
    return f"{x:.0f} m" if isinstance(x, float) else str(x)


DETECTOR = IdentityChange()
