"""Ships that are on a list: a look at all numbers, and at the names of those who said who they are since the last look."""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.detectors import _hulls as hulls
from selat.model.rule import Evidence, Finding
from selat.model.watchlist import Entry
from selat.tracks.kinds import is_ship
from selat.tracks.window import Window


def listed(w: Window, kind: str, memory: Any) -> tuple[list[Finding], Any]:
    """Findings of ships that match an entry of this kind; memory: when we looked last, and who matched then."""
    lists, c = w.world.lists, w.contacts
    if not len(lists) or not len(c):
        return [], None
    m = memory or {"at": 0, "hits": []}
    by_number = is_ship(c.kind) & lists.numbers(c.mmsi.astype("i8"), c.static("imo").astype("i8"))
    slots = set(np.flatnonzero(by_number).tolist()) | set(hulls.fresh(w, m["at"]).tolist())
    slots |= set(np.flatnonzero(np.isin(c.ids(), m["hits"])).tolist())
    found, hits = [], []
    for slot in sorted(slots):
        who = hulls.declared(c, slot)
        name = who["name"] if who["named"] else ""
        match = [x for x in lists.match(who["mmsi"], who["imo"], name, who["callsign"]) if x[0].kind == kind]
        if not match or np.isnan(c.lat[slot]):
            continue
        entry, basis, score = match[0]
        ids = w.ids([slot])
        hits += ids
        evidence = {"seq": hulls.seqs(c, slot), "ship": who, "entry": told(entry), "basis": basis, "score": score,
                    "reports": int(c.reports[slot])}  # fmt: skip
        start = int(c.begun[slot])
        found.append(Finding(str(ids[0]), (who["mmsi"],), start, float(c.lat[slot]), float(c.lon[slot]), evidence))
    return found, {"at": w.now, "hits": sorted(hits)}


def told(entry: Entry) -> Evidence:
    """An entry as evidence."""
    return {
        "source": entry.source, "imo": entry.imo, "mmsi_listed": entry.mmsi, "name": entry.name, "callsign": entry.callsign,
        "reason": entry.reason, "since": entry.since,
    }  # fmt: skip
