"""A station that still hears, but much less than it used to.

What it finds
    Over the last 3 to 8 minutes, in the cells that this station hears alone or nearly so (four fifths of what is heard
    there): less than 0.35 of the reports that are usual from the ships that are there, 60 of them at least; or three
    cells and more, with a fifth of what is usual, that fell nearly silent (below 0.3) while others are heard. Judged
    every minute. A warning; ``receiver_down`` tells of a station that hears nothing.
Why it matters
    Ships beyond the new edge are missing from the picture, and nobody sees a hole that grows slowly.
False alarms
    Rain and the end of a day with ducting bring the far edge back; several ships that go dark together in empty waters
    look like it too. Not judged within 20 minutes of a silence of the station. The usual is counted per ship and cell,
    so ships that leave or anchor change nothing.
Reference
    The model is selat's (docs/concepts/reception.md); behaviours 2.11.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors._life import Pace, PictureRule
from selat.model.clock import MINUTE
from selat.model.columns import concat, empty
from selat.model.rule import Evidence, Finding, Golden, Verdict, param
from selat.tracks.cells import CELL
from selat.tracks.reception import BIN, BINS
from selat.tracks.window import Window

_STATIONS = 1 << 16  #: keys of (cell, station) are cell * this + station
_ROUND = 3600


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    ratio: float = param(0.35, "1", "Heard over usual below", "selat: garbled slots cost half")
    usual: float = param(60.0, "1", "... where so many reports are usual", "selat")
    alone: float = param(0.8, "1", "Cells of which the station hears this share", "selat")
    silent: float = param(0.3, "1", "A cell is nearly silent below", "selat")
    cells: int = param(3, "1", "So many cells nearly silent ...", "selat")
    share: float = param(0.2, "1", "... with this share of what is usual", "selat")
    learned: float = param(3000.0, "s", "The station was heard for so long before", "selat: until its cells are known")


@dataclass(frozen=True)
class CoverageDrop(PictureRule):
    """The rule."""

    p: Parameters = field(default_factory=Parameters)
    name: str = "coverage_drop"
    every: int = MINUTE
    pace: Pace = field(default_factory=lambda: Pace(2, 6, 900.0, 600.0))

    def look(self, window: Window, memory: Any) -> tuple[list[Finding], Any]:
        """Stations and their own cells; memory: since when each station is heard, and when it was silent last."""
        r, p = window.reception, self.p
        m = memory or {"since": {}, "down": {}}
        since, down = dict(m["since"]), dict(m["down"])
        for station in r.stations.ids.tolist():
            since.setdefault(str(station), window.now)
        down.update((str(s.station), window.now) for s in r.silent(window.now))
        memory = {"since": since, "down": down}
        if not len(r.by.keys) or not window.contacts.seq.size:
            return [], memory
        last = (window.now - 1) // BIN  # the bin that goes on, with the one before while it is young
        bins = (last - np.arange(1 if window.now - last * BIN >= 3 * MINUTE else 2)) % BINS
        cell, station = r.by.keys // _STATIONS, r.by.keys % _STATIONS
        number = r.cells.find(cell)
        heard = r.by.tables["heard"]
        total = np.bincount(number[number >= 0], heard[number >= 0], minlength=len(r.cells))
        usual = r.cells.tables["usual"][:, bins].sum(axis=1)
        got = r.cells.tables["got"][:, bins].sum(axis=1)
        found = []
        for one in np.unique(station).tolist():
            if (
                window.now - down.get(str(one), 0) < 4 * BIN
                or window.now - since.get(str(one), window.now) < p.learned * 1e9
            ):
                continue
            k = np.flatnonzero((station == one) & (number >= 0))
            k = k[heard[k] >= p.alone * total[number[k]]]
            u, g = usual[number[k]], np.minimum(got[number[k]], usual[number[k]] * 1.5)
            if u.sum() < p.usual:
                continue
            hush = (u >= 10.0) & (g < p.silent * u)
            lat, lon = (cell[k] // _ROUND + 0.5) * CELL - 90.0, (cell[k] % _ROUND + 0.5) * CELL - 180.0
            weight = np.maximum(u - g, 1e-9)
            evidence = {
                "seq": [int(window.contacts.seq.max())], "station": int(one), "usual": round(float(u.sum()), 1),
                "heard": round(float(g.sum()), 1), "cells": int((u >= 10.0).sum()), "hushed": int(hush.sum()),
                "share": round(float(u[hush].sum() / u.sum()), 3), "seconds": (window.now - (last - len(bins) + 1) * BIN) // 10**9,
            }  # fmt: skip
            place = float((lat * weight).sum() / weight.sum()), float((lon * weight).sum() / weight.sum())
            start = (last - len(bins) + 1) * BIN + int(one)
            found.append(Finding(f"station/{one}", (), start, *place, evidence, window.now))
        return [f for f in found if self.judge(f.evidence) is not None], memory

    def judge(self, evidence: Evidence) -> Verdict | None:
        """Much less than usual, or an edge that fell silent."""
        e, p = evidence, self.p
        ratio = e["heard"] / max(e["usual"], 1e-9)
        edge = e["hushed"] >= p.cells and e["share"] >= p.share
        if e["usual"] < p.usual or (ratio >= p.ratio and not edge):
            return None
        sentence = (
            f"Station {e['station']} hears {ratio:.2f} of what is usual (limit {p.ratio:.2f}) in the {e['cells']} cells that it "
            f"hears alone: {e['heard']:.0f} reports of {e['usual']:.0f} in {e['seconds'] // 60} min; {e['hushed']} cells with "
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


DETECTOR = CoverageDrop()
