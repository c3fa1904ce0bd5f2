"""What a ship declares of herself does not fit together, or is another's.

What it finds
    *Twice*: one IMO number, declared by two ships under different MMSI that are both heard. *Flag*: a call sign of
    another country than the MMSI, of a ship of class A with an IMO number or 50 m of length, that has had it from the
    start. *Size*: a length that differs by more than 40 % from what she declared before, heard twice; less than 1.7
    times the beam or more than twelve times, a beam of over 80 m, a draught of more than a third of the beam and 3 m
    more than half of it, or a cargo ship or tanker of less than 15 m. All of them heard in two static messages or for
    10 minutes; flag and size not while two hulls use the MMSI, and what of her size does not fit together neither
    afterwards. Judged every 2 minutes. A warning for a number used twice by ships that are apart; else a caution.
Why it matters
    An identity that was put together does not fit; one that was borrowed has an owner.
False alarms
    Ships that changed their flag keep the old call sign in the unit for weeks; dimensions of 0 are left out; barges
    with tugs declare both as one. What one of two hulls with one MMSI does not declare stays as the other said it: the
    draught of the one at the beam of the other says nothing, and the rule ``jump`` tells of the two.
Reference
    IMO A.1117(30); ITU Radio Regulations, Appendix 42 (call signs) and the table of maritime identification digits;
    behaviours 2.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _hulls as hulls
from selat.detectors import _prefixes as prefixes
from selat.detectors._life import Pace, PictureRule
from selat.kernels import geodesy
from selat.model.clock import HOUR, MINUTE, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.tracks import say
from selat.tracks.kinds import Kind, is_ship
from selat.tracks.window import Window


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    fresh: float = param(1800.0, "s", "Ships that were heard within this are there", "selat")
    apart: float = param(926.0, "m", "Two of one IMO number are apart beyond", "behaviours 2.2: half a mile")
    change: float = param(0.4, "1", "A length that differs by this share from that before", "behaviours 2.2: 40 %")
    heard: int = param(2, "1", "Times that it was heard", "selat: static data come every 6 minutes")
    watched: float = param(600.0, "s", "Heard for so long", "selat: two static messages")
    thin: float = param(12.0, "1", "Longer than so many beams", "selat: the slimmest ships have 10")
    thick: float = param(1.7, "1", "Shorter than so many beams", "selat: barges have 2")
    beam: float = param(80.0, "m", "Broader", "selat: the broadest ships have 75 m")
    small: float = param(15.0, "m", "Shorter cargo ships and tankers", "selat")
    two: float = param(900.0, "s", "Two segments of one MMSI heard within this are two hulls", "identity_change")
    at_once: float = param(180.0, "s", "... for certain if both are heard within this ...", "identity_change")
    lasting: float = param(300.0, "s", "... for so long", "identity_change")
    length: float = param(50.0, "m", "Flags of ships of this length, or with an IMO number", "STRAITREP: 50 m")


@dataclass(frozen=True)
class IdentityMismatch(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "identity_mismatch"
    version: str = "2"
    every: int = 2 * MINUTE
    pace: Pace = field(default_factory=lambda: Pace(1, 3, 21600.0, 86400.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Memory: when we looked last, what was amiss with whom, and numbers that two hulls use (``twins``) or used (``mixed``)."""
        m = memory or {"at": 0, "odd": [], "long": {}}
        twins = hulls.twins(window, m.get("twins", {}), self.p.two, self.p.at_once, self.p.lasting)
        mixed = set(m.get("mixed", [])) | {k for k, (_, sure) in twins.items() if sure}
        if window.now % HOUR == 0:  # who is gone from the picture is forgotten
            mixed &= {str(x) for x in np.unique(window.contacts.mmsi).tolist()}
        sizes = dict(m["long"])
        for slot in hulls.fresh(window, m["at"]).tolist():
            _size(window, slot, sizes, self.p.change)
        c, p = window.contacts, self.p
        use = is_ship(c.kind) & (window.now - c.heard < p.fresh * SECOND) & ~np.isnan(c.lat)
        use &= c.heard - c.begun >= round(p.watched * SECOND)
        found = self._twice(window, use)
        # Those whose watch became long enough since, or who said something new; and those who were odd before.
        ripe = use & (window.now - c.begun < round((p.watched + 4 * 60) * SECOND))
        look = set(np.flatnonzero(ripe).tolist()) | {s for s in hulls.fresh(window, m["at"]).tolist() if use[s]}
        look |= set(np.flatnonzero(np.isin(c.ids(), m["odd"]) & use).tolist())
        told = c.static("seq") >= 0  # who declared nothing contradicts nothing
        odd = []
        for slot in sorted(s for s in look if told[s]):
            f = self._own(window, slot, sizes, mixed)
            if f is not None:
                odd.append(int(c.ids()[slot]))
                found.append(f)
        memory = {"at": window.now, "odd": sorted(odd), "long": sizes, "twins": twins, "mixed": sorted(mixed)}
        return found, memory

    def _own(self, w: Window, slot: int, sizes: dict[str, list[Any]], mixed: set[str]) -> Finding | None:
        """What a ship declares that does not fit together."""
        c, who = w.contacts, hulls.declared(w.contacts, slot)
        key, draught = str(who["mmsi"]), float(c.said(slot)["draught"]) * 0.1
        size = sizes.get(key) or [None, None, 0, who["callsign"]]
        heard = c.heard[c.of(who["mmsi"])]
        alone = bool((heard > w.now - round(self.p.two * SECOND)).sum() < 2)  # else two hulls use it: the rule jump
        native = (
            alone and size[3] == who["callsign"] and int(c.predecessor[slot]) < 0
        )  # else she changed: identity_change
        evidence = {"kind": "own", "seq": hulls.seqs(c, slot), "ship": {**who, "draught": round(draught, 1)},
                    "was": size[0], "now": size[1], "heard": size[2] if alone else 0, "native": native,
                    "class_a": bool(c.kind[slot] != Kind.CLASS_B), "other": None,
                    "hers": alone and key not in mixed}  # fmt: skip
        if self.judge(evidence) is None:
            return None
        place = float(c.lat[slot]), float(c.lon[slot])
        return Finding(str(w.ids([slot])[0]), (who["mmsi"],), int(c.begun[slot]), *place, evidence)

    def _twice(self, w: Window, use: Any) -> list[Finding]:
        """Pairs of ships with one IMO number."""
        c, out = w.contacts, []
        imo = c.static("imo").astype("i8")
        slots = np.flatnonzero(use & (imo > 0) & ~hulls.odd_imo(imo) & (c.successor < 0) & (c.predecessor < 0))
        order = slots[np.lexsort((c.ids()[slots], imo[slots]))]
        same = np.flatnonzero((imo[order][1:] == imo[order][:-1]) & (c.mmsi[order][1:] != c.mmsi[order][:-1]))
        for k in same.tolist():
            a, b = int(order[k]), int(order[k + 1])
            if abs(int(c.heard[a]) - int(c.heard[b])) > 10 * MINUTE:
                continue
            away = float(geodesy.distance(c.lat[a], c.lon[a], c.lat[b], c.lon[b]))
            who, other = hulls.declared(c, a), hulls.declared(c, b)
            evidence = {
                "kind": "twice", "seq": sorted({*hulls.seqs(c, a), *hulls.seqs(c, b)}), "ship": who, "other": other,
                "class_a": True, "away": round(away, 0),
            }  # fmt: skip
            ids = w.ids([a, b])
            start = max(int(c.begun[a]), int(c.begun[b]))
            f = Finding(
                f"{ids[0]}-{ids[1]}/imo",
                (who["mmsi"], other["mmsi"]),
                start,
                float(c.lat[a]),
                float(c.lon[a]),
                evidence,
            )
            if self.judge(evidence) is not None:
                out.append(f)
        return out

    def judge(self, evidence: Evidence) -> Verdict | None:
        """What does not fit."""
        e, p, who = evidence, self.p, evidence["ship"]
        if e["kind"] == "twice":
            if e["away"] < p.apart:
                return None
            other = e["other"]
            sentence = (
                f"IMO {who['imo']} is declared by two ships {say.miles(e['away'])} apart (limit {say.miles(p.apart)}): "
                f"{who['name']} (MMSI {who['mmsi']:09d}) and {other['name']} (MMSI {other['mmsi']:09d})."
            )
            return Verdict(
                "warning", sentence, {"apart": 0.95}, ("a slip of the keys of one of them",),
                "Ask both for their papers; compare their sizes with the register.",
            )  # fmt: skip
        faults = self._faults(e, who)
        if not faults:
            return None
        sentence = f"What {who['name']} (MMSI {who['mmsi']:09d}) declares does not fit together: {'; '.join(faults)}."
        return Verdict(
            "caution", sentence, {"fit": 0.8 if len(faults) == 1 else 0.9},
            ("she changed her flag lately", "a slip of the keys", "a tug and her barge declared as one"),
            "Ask for her papers; measure her on radar or camera.",
        )  # fmt: skip

    def _faults(self, e: Evidence, who: Evidence) -> list[str]:
        p, out = self.p, []
        length, beam, draught = who["length"], who["beam"], who["draught"]
        known = who["imo"] or (length or 0.0) >= p.length
        if e["was"] and e["now"] and e["heard"] >= p.heard:
            out.append(
                f"{e['now']:.0f} m long, and {e['was']:.0f} m before (limit {100 * p.change:.0f} %), heard {e['heard']} times"
            )
        if (
            e["native"]
            and e["class_a"]
            and known
            and who["flag"]
            and prefixes.contradicts(who["flag"], who["callsign"])
        ):
            other = "/".join(sorted(prefixes.countries(who["callsign"])))
            out.append(f"call sign {who['callsign']} is of {other}, her MMSI of {who['flag']}")
        if not e.get("hers", True):  # some of it may be what another hull declared under this number
            return out
        if length and beam and beam > 1 and length > 5:
            if length > p.thin * beam or (length < p.thick * beam and length > 12.0):
                out.append(f"{length:.0f} m long and {beam:.0f} m broad (limits {p.thick:.1f} and {p.thin:.0f} beams)")
            if beam > p.beam:
                out.append(f"{beam:.0f} m broad (limit {p.beam:.0f} m)")
            if draught > max(0.33 * beam, 0.5 * beam + 3.0) and draught < 25.0:
                out.append(f"draws {draught:.1f} m at a beam of {beam:.0f} m")
        if 70 <= who["type"] < 90 and length and length < p.small:
            out.append(f"a {'tanker' if who['type'] >= 80 else 'cargo ship'} of {length:.0f} m (limit {p.small:.0f} m)")
        return out

    def golden(self) -> Golden:
        """A ship of Singapore with a call sign of Panama; two that share an IMO number; one in order."""
        reports = made.numbered(*[
            made.sail(563610001 + n, 1.30 + 0.05 * n, 104.3, 9.0, 80.0, range(0, 1500, 10)) for n in range(4)
        ])  # fmt: skip
        numbers = (9176187, 9074729, 9074729, 0)
        calls = (b"HP1234", b"9V1111", b"9V2222", b"9V3333")
        statics = made.numbered(*[
            made.ship(563610001 + n, f"GOLDEN PAPER {n}", 180, 30, 70, second).replace(
                imo=np.array([numbers[n]]), callsign=np.array([calls[n]])
            )
            for n in range(4)
            for second in (0.0, 360.0, 720.0)
        ])  # fmt: skip
        expect = (("caution", (563610001,)), ("warning", (563610002, 563610003)))
        return Golden(reports, statics, empty("messages"), expect)


def _size(w: Window, slot: int, sizes: dict[str, list[Any]], share: float) -> None:
    """Keep up what a ship declared: [length before, another length now, times heard, call sign from the start]."""
    who = hulls.declared(w.contacts, slot)
    length, key = who["length"], str(who["mmsi"])
    was, now, times, call = sizes.get(key) or [length, None, 0, who["callsign"]]
    call = call or who["callsign"]
    if not length or not was or abs(length - was) <= share * max(length, was):
        sizes[key] = [length or was, None, 0, call]
    else:
        sizes[key] = [was, length, times + 1 if now == length else 1, call]


DETECTOR = IdentityMismatch()
