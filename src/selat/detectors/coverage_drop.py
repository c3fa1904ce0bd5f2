"""A station that still hears, but much less than it used to.

What it finds
    Over the last 3 to 8 minutes the reports that a station brought first of all, against what is usual of it from the
    ships that are there (by cell, and its share of the cell): less than 0.75 of it, where 150 and more are usual; or
    three cells and more, with a fifth of what is usual, of which it brings nearly nothing (below 0.25) while it still
    hears the others. Judged every minute, told at the second. A warning; ``receiver_down`` tells of a station that hears
    nothing.
Why it matters
    Ships beyond the new edge are missing from the picture, and nobody sees a hole that grows slowly.
False alarms
    Rain and the end of a day with ducting bring the far edge back; several ships that go dark together in empty waters
    look like it too. A link that became slower lets others be first: not judged while a station's reports come 0.2 s
    later than usual, nor within 20 minutes of a silence of 20 s and more, or of a clock that was off. A neighbour whose
    link became faster is not seen. The usual is counted per ship and cell, so ships that leave or anchor change nothing.
Reference
    The model is selat's (docs/concepts/reception.md); behaviours 2.11.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors._life import Pace
from selat.detectors._rows import RowRule
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import concat, empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.model.schema import I32, NO_TIME
from selat.tracks.cells import CELL, keys_of
from selat.tracks.reception import BIN, BINS
from selat.tracks.window import Window

_STATIONS = 1 << 16  #: keys of (cell, station) are cell * this + station
_ROUND = 3600


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    ratio: float = param(
        0.75, "1", "Brought over usual below", "selat: from one minute to the next it varies by a tenth"
    )
    usual: float = param(150.0, "1", "... where so many reports are usual", "selat")
    silent: float = param(0.25, "1", "A cell is nearly silent below", "selat")
    cell: float = param(12.0, "1", "... where so many reports are usual of the station", "selat: chance counts below")
    cells: int = param(3, "1", "So many cells nearly silent ...", "selat")
    share: float = param(0.2, "1", "... with this share of what is usual", "selat")
    off: float = param(
        10.0, "s", "Not judged where its times are off by more than this", "selat: networks deliver in 2 s"
    )
    slower: float = param(0.2, "s", "... or its reports come so much later than usual", "selat: latencies of networks")
    gap: float = param(
        20.0,
        "s",
        "... nor for 20 min after it was silent for so long",
        "selat: a busy one is quiet for a second or two by chance",
    )
    learned: float = param(3000.0, "s", "The station was heard for so long before", "selat: until its cells are known")


@dataclass(frozen=True)
class CoverageDrop(RowRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "coverage_drop"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(2, 6, 900.0, 600.0))

    def take(self, window: Window, memory: Any) -> Any:
        """Memory: since when each station is heard, when it was not to be judged (ns), its usual delay (s); keys of cell
        and station of the reports since the last look (``raw``) and by minute (``minutes``: [ns, keys, counts]); and by
        station since the last look: [reports, with times that are off, others, s of delay].
        """
        m = memory or _nothing()
        r = window.reports
        station = r["station"].astype("i8")
        at_sea = (r["lat"] != I32) & (r["lon"] != I32) & (r["msg_type"] != 4) & (r["msg_type"] != 21)
        keys = keys_of(r["lat"][at_sea] * 1e-7, r["lon"][at_sea] * 1e-7) * _STATIONS + station[at_sea]
        known = (r["received"] != NO_TIME) & (r["time"] != NO_TIME)
        delay = np.where(known, (r["received"] - r["time"]) / SECOND, 0.0)
        odd = np.abs(delay) > self.p.off
        late = dict(m["late"])
        for one in np.unique(station).tolist():
            k = known & (station == one)
            old = late.get(str(one), [0, 0, 0, 0.0])
            new = [int(k.sum()), int((k & odd).sum()), int((k & ~odd).sum()), float(delay[k & ~odd].sum())]
            late[str(one)] = [a + b for a, b in zip(old, new, strict=True)]
        return {**m, "late": late, "raw": [*m["raw"], *([keys.tolist()] if keys.size else [])]}

    def _fit(self, w: Window, m: Any) -> tuple[dict[str, int], dict[str, float]]:
        """When each station was last not to be judged, and its usual delay."""
        down, delays = dict(m["down"]), dict(m["delay"])
        # Of a busy station a second without a report is no chance any more, and no outage yet.
        away = [s for s in w.reception.silent(w.now) if w.now - s.since >= self.p.gap * SECOND]
        down.update((str(s.station), w.now) for s in away)
        for one, (n, odd, fine, total) in m["late"].items():
            if 2 * odd > n:
                down[one] = w.now
            elif fine >= 10:
                mean, usual = total / fine, delays.get(one, total / fine)
                if mean > usual + self.p.slower:
                    down[one] = max(down.get(one, 0), w.now - 2 * BIN)
                delays[one] = round(usual + 0.02 * (mean - usual), 4)
        return down, delays

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """What each station brought of its own cells, against what is usual of it."""
        r, p = window.reception, self.p
        m = memory or _nothing()
        since = dict(m["since"])
        for station in r.stations.ids.tolist():
            since.setdefault(str(station), window.now)
        down, delays = self._fit(window, m)
        raw = np.concatenate([np.zeros(0, "i8"), *(np.array(x, "i8") for x in m["raw"])])
        keys, counts = np.unique(raw, return_counts=True)
        minutes = [x for x in m["minutes"] if window.now - x[0] < 2 * BIN] + [
            [window.now, keys.tolist(), counts.tolist()]
        ]
        memory = {"since": since, "down": down, "delay": delays, "late": {}, "raw": [], "minutes": minutes}
        if not len(r.by.keys) or not window.contacts.seq.size:
            return [], memory
        last = (window.now - 1) // BIN  # the bin that goes on, with the one before while it is young
        bins = last - np.arange(1 if window.now - last * BIN >= 3 * MINUTE else 2)
        cell, station = r.by.keys // _STATIONS, r.by.keys % _STATIONS
        number = r.cells.find(cell)
        known = number >= 0
        heard = r.by.tables["heard"]
        total = np.bincount(number[known], heard[known], minlength=len(r.cells))
        share = np.where(known, heard / np.maximum(total[number], 1e-9), 0.0)
        usual = share * r.cells.tables["usual"][:, bins % BINS].sum(axis=1)[number]
        brought = np.zeros(len(usual))
        for end, *pair in minutes:
            key, count = (np.array(x, "i8") for x in pair)
            if end > int(bins[-1]) * BIN:
                at = np.minimum(np.searchsorted(r.by.keys, key), len(r.by.keys) - 1)
                same = r.by.keys[at] == key
                brought[at[same]] += count[same]
        found = []
        for one in np.unique(station).tolist():
            quiet = window.now - down.get(str(one), 0) < 4 * BIN
            if quiet or window.now - since.get(str(one), window.now) < p.learned * SECOND:
                continue
            k = np.flatnonzero((station == one) & known)
            u, g = usual[k], np.minimum(brought[k], usual[k] * 1.5)
            if u.sum() < p.usual:
                continue
            full = u >= p.cell
            hush = full & (g < p.silent * u)
            lat, lon = (cell[k] // _ROUND + 0.5) * CELL - 90.0, (cell[k] % _ROUND + 0.5) * CELL - 180.0
            weight = np.maximum(u - g, 1e-9)
            start = int(bins[-1]) * BIN
            evidence = {
                "seq": [int(window.contacts.seq.max())], "station": int(one), "usual": round(float(u.sum()), 1),
                "heard": round(float(g.sum()), 1), "cells": int(full.sum()), "hushed": int(hush.sum()),
                "share": round(float(u[hush].sum() / u.sum()), 3), "seconds": (window.now - start) // SECOND,
            }  # fmt: skip
            place = float((lat * weight).sum() / weight.sum()), float((lon * weight).sum() / weight.sum())
            found.append(Finding(f"station/{one}", (), start + int(one), *place, evidence, window.now))
        return [f for f in found if self.judge(f.evidence) is not None], memory

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Much less than usual, or an edge that fell silent."""
        e, p = evidence, self.p
        ratio = e["heard"] / max(e["usual"], 1e-9)
        edge = e["hushed"] >= p.cells and e["share"] >= p.share
        if e["usual"] < p.usual or (ratio >= p.ratio and not edge):
            return None
        sentence = (
            f"Station {e['station']} hears {ratio:.2f} of what is usual (limit {p.ratio:.2f}) in its {e['cells']} cells: "
            f"{e['heard']:.0f} reports of {e['usual']:.0f} in {e['seconds'] // 60} min; {e['hushed']} cells with "
            f"{100 * e['share']:.0f} % of the usual fell nearly silent (limits {p.cells} cells and {100 * p.share:.0f} %)."
        )
        return Verdict(
            "warning", sentence, {"rate": float(np.clip(1.2 - ratio, 0.5, 0.95)), "cells": 0.9 if e["cells"] >= 5 else 0.7},
            ("weather or the end of ducting", "ships there went dark together"),
            "Call whoever keeps the station: aerial, cable, interference? Watch its far waters by other means.",
        )  # fmt: skip

    def ended(self, evidence: Evidence) -> str:
        """Said when it hears as usual."""
        return f"Station {evidence['station']} hears as usual again."

    def golden(self) -> Golden:
        """A station hears twelve ships in a row of cells; after an hour those of the far half are heard no more."""
        parts = []
        for n in range(12):
            rows = made.sail(563510000 + n, 1.25, 104.05 + 0.1 * n, 6.0, 0.0 if n % 2 else 180.0, range(0, 5400, 10))
            keep = np.flatnonzero((n < 6) | (rows["time"] < made.START + 4200 * 10**9))
            parts.append(rows.take(keep).replace(station=np.full(len(keep), 1)))
        far = made.sail(563510099, 4.25, 101.05, 6.0, 0.0, range(0, 5400, 10))
        parts.append(far.replace(station=np.full(far.rows, 2)))
        statics = made.numbered(*[made.ship(563510000 + n, f"GOLDEN EDGE {n}", 120, 18, 70) for n in range(12)])
        return Golden(made.numbered(concat(parts, "reports")), statics, empty("messages"), (("warning", ()),))


def _nothing() -> dict[str, Any]:
    return {"since": {}, "down": {}, "delay": {}, "late": {}, "raw": [], "minutes": []}


DETECTOR = CoverageDrop()
