"""A ship whose declared draught changes though she has not stopped.

What it finds
    A declared draught that differs from the one before by more than 1 m, of a ship that was under way all the time
    since we know her, at least an hour, or for 24 hours: no berth, no anchorage, no meeting with another ship at which
    she stopped. Judged every minute, told when the new value has stood for 10 minutes. A caution.
Why it matters
    Cargo that changed hands unseen shows in the draught; so does water in the ship.
False alarms
    Crews type the draught late, hours after the port, and mistype it. The longer she was watched under way, the surer;
    the confidence says so. Ballast that is taken at sea changes the draught of big ships by a metre or two.
Reference
    ITU-R M.1371-5 Message 5 (draught by hand); behaviours 2.4: 1 m.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _places as near
from selat.detectors import _seas as seas
from selat.detectors import _ships as fleet
from selat.detectors._life import Pace, PictureRule
from selat.detectors._ships import Array
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.units import KNOT
from selat.tracks import say
from selat.tracks.motion import Motion
from selat.tracks.window import Window


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    change: float = param(1.0, "m", "A change by more than", "behaviours 2.4")
    still: float = param(KNOT, "m/s", "Slower, she may be taking or giving cargo", "selat")
    slow: float = param(3 * KNOT, "m/s", "... and slower than this in an anchorage or port", "selat")
    watched: float = param(3600.0, "s", "Under way and watched for at least so long before", "selat")
    late: float = param(86400.0, "s", "A stop longer ago explains nothing", "selat: crews type late")
    stands: float = param(600.0, "s", "The new value has stood for so long", "selat: typing errors are corrected")
    told: float = param(3600.0, "s", "... and is told for so long", "selat")


@dataclass(frozen=True)
class DraughtChange(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "draught_change"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(2, 3, 600.0, 3600.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Memory by ship: draught, since when we watch her under way, and her last change."""
        p, s, c = self.p, fleet.ships(window), window.contacts
        # Of two hulls with one number each says what the other does not: the rule jump tells of those.
        number, times = np.unique(c.mmsi[(c.heard > window.now - round(self.p.told * SECOND))], return_counts=True)
        keep = np.flatnonzero((s.draught > 0) & ~np.isin(s.mmsi, number[times > 1]))
        lies = (s.speed < p.still) | fleet.among(c.motion[s.slot], (Motion.ANCHORED, Motion.MOORED))
        lies |= near.places(window).within("anchorage", "port") & (s.speed < p.slow)
        old = memory or {"id": [], "draught": [], "since": [], "changed": {}}
        state, changes = remember(
            old, s.id[keep], np.round(s.draught[keep], 1), lies[keep], window.now, p.change, p.late
        )
        changed = dict(old["changed"])
        for key, change in changes.items():
            before = changed.pop(key, None)
            if before is None or abs(before[1] - change[2]) > p.change:  # else it was a typing error
                changed[key] = change
        rows = dict(zip(s.id[keep].tolist(), keep.tolist(), strict=True))
        found = []
        for key, (time, was, new, since) in list(changed.items()):
            i = rows.get(int(key))
            if window.now - time > p.told * SECOND or (i is not None and abs(s.draught[i] - new) > 0.05):
                del changed[key]
            elif i is not None:
                evidence = {
                    "was": was, "new": new, "stood": round((window.now - time) / SECOND, 1),
                    "watched": round((time - since) / SECOND, 1), "statics": int(c.static("seq")[s.slot[i]]),
                }  # fmt: skip
                found.append(fleet.finding(window, s, i, time, evidence))
        return fleet.so(self, found), {**state, "changed": changed}

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Changed, under way all the time, and it stands."""
        e, p = evidence, self.p
        change = abs(e["new"] - e["was"])
        if change <= p.change or e["watched"] < p.watched or e["stood"] < p.stands:
            return None
        who = e["ship"]
        sentence = (
            f"{fleet.the(who)} now says that she draws {e['new']:.1f} m, {'more' if e['new'] > e['was'] else 'less'} by "
            f"{change:.1f} m (limit {p.change:.0f} m) than the {e['was']:.1f} m before, and has not stopped in the "
            f"{say.span(e['watched'])} that she was watched (limit {say.span(p.watched)})."
        )
        parts = {
            "margin": fleet.over(change, p.change, 3.0),
            "watched": 0.5 + 0.5 * min(1.0, e["watched"] / p.late), "prior": 0.7,
        }  # fmt: skip
        return Verdict(
            "caution", sentence, parts,
            ("the crew typed the draught of the last port late", "she has taken ballast"),
            "Compare with her last port; look for a ship that she met.",
        )  # fmt: skip

    def golden(self) -> Golden:
        """A tanker whose draught falls from 14 to 11 m on passage; another's changes by what it may."""
        reports = made.numbered(
            seas.voyage(563230001, 1.30, 104.5, [(11.0, 80.0, 6600.0)]),
            seas.voyage(563230002, 1.40, 104.5, [(11.0, 80.0, 6600.0)]),
        )
        statics = made.numbered(*[
            made.ship(563230001 + n, f"GOLDEN DRAUGHT {n}", 240, 40, 80, second).replace(draught=np.array([draught]))
            for n, second, draught in ((0, 0.0, 140), (1, 0.0, 140), (0, 5000.0, 110), (1, 5000.0, 133))
        ])  # fmt: skip
        return Golden(reports, statics, empty("messages"), (("caution", (563230001,)),))


def remember(
    old: dict[str, Any], ids: Array, draught: Array, lies: Array, now: int, least: float, late: float
) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """New memory (sorted by id), and changes of more than ``least``: [now, from, to, under way since] by id.

    Ships that are not heard now are kept for ``late`` s after they were last still.
    """
    oid, odraught, osince = (np.array(old[k], t) for k, t in (("id", "i8"), ("draught", "f8"), ("since", "i8")))
    before, since = draught, np.full(len(ids), now)
    if len(oid):
        place = np.minimum(np.searchsorted(oid, ids), len(oid) - 1)
        known = oid[place] == ids
        before = np.where(known, odraught[place], draught)
        since = np.where(known, osince[place], now)
    changes = {
        str(int(ids[k])): [now, float(before[k]), float(draught[k]), int(since[k])]
        for k in np.flatnonzero(np.abs(draught - before) > least + 0.001).tolist()
    }
    since = np.where(lies, now, since)
    away = ~np.isin(oid, ids) & (now - osince < late * SECOND)
    ids, draught, since = (
        np.concatenate(x) for x in ((ids, oid[away]), (draught, odraught[away]), (since, osince[away]))
    )
    order = np.argsort(ids, kind="stable")
    state = {"id": ids[order].tolist(), "draught": draught[order].tolist(), "since": since[order].tolist()}
    return state, changes


DETECTOR = DraughtChange()
