"""What is worked on for one case: its drift, the searches that were in vain, and what pages draw of them."""

from __future__ import annotations

import hashlib
import struct
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.app.rescue.layout import Layout, sailed
from selat.model.clock import format_time
from selat.model.errors import StoreError
from selat.model.plan import from_dict
from selat.rescue.cloud import Cloud
from selat.rescue.drifted import SEARCHED, Drifted, load
from selat.rescue.lines import KINDS
from selat.rescue.probability import Track, regions, update_plan
from selat.store.cases import Record

Array = NDArray[Any]
FOLDER = "rescue"  #: of the sea: drifts of its cases
HEAD = struct.Struct("<4sIII")  #: "SLRC", first time, times, particles
DRAWN = 4000  #: particles that a page is given
_MS = 1_000_000


@dataclass
class Bench:
    """A drift, growing or whole, with the weights that the searches so far have left.

    ``searches``: numbers of the records of searches that are in the weights, with the probability that each had.
    """

    case: str
    record: int  #: number of the drift's record; 0 while it grows
    drifted: Drifted
    times: Array  #: (t,) ns of all times that there will be
    backward: bool = False
    searches: dict[int, float] = field(default_factory=dict)
    made: dict[int, Layout] = field(default_factory=dict)
    version: int = 1
    lock: threading.RLock = field(default_factory=threading.RLock)
    _rows: dict[int, dict[str, Any]] = field(default_factory=dict)

    def cloud(self) -> Cloud:
        """The particles as plans take them."""
        return self.drifted.cloud()

    def grow(self, drifted: Drifted) -> None:
        """There are more times than before."""
        with self.lock:
            self.drifted = drifted
            if self.backward:  # times come in at the front
                self._rows.clear()
            self.version += 1

    def reweigh(self, n: int, pos: float, weight: Array, note: str) -> None:
        """A search was in vain."""
        with self.lock:
            self.drifted = replace(self.drifted, weight=weight, notes=(*self.drifted.notes, note))
            self.searches[n] = pos
            self._rows.clear()
            self.made.clear()
            self.version += 1

    @property
    def cumulative(self) -> float:
        """Probability that the searches so far would have found it."""
        left = 1.0
        for pos in self.searches.values():
            left *= 1.0 - pos
        return 1.0 - left

    def rows(self, first: int = 0) -> list[dict[str, Any]]:
        """For each time from ``first`` on: mean, circles, shares, and the regions of 50, 90 and 95 % as rings of [lon, lat]."""
        with self.lock:
            found = self.drifted
            missing = [k for k in range(first, len(found.time)) if k not in self._rows]
            if missing:
                sums = found.summary()
                cloud = found.cloud()
                for k in missing:
                    self._rows[k] = _row(sums[k], cloud, int(found.time[k]))
            return [self._rows[k] for k in range(first, len(found.time))]

    def packed(self, first: int = 0) -> bytes:
        """Particles for drawing, from time ``first`` on: HEAD; weight u1 (n,), 255 the heaviest; scenario u1 (n,); state u1
        (t, n); longitude and latitude i4 in 1e-6 degree (t, n, 2)."""
        with self.lock:
            found = self.drifted
        n = len(found.weight)
        which = np.arange(n) if n <= DRAWN else np.linspace(0, n - 1, DRAWN).astype(np.int64)
        weight = found.weight[which]
        heavy = np.rint(255.0 * weight / max(float(weight.max()), 1e-300)).astype(np.uint8)
        story = np.minimum(found.scenario[which], 255).astype(np.uint8)
        place = np.stack([found.lon[first:, which], found.lat[first:, which]], -1)
        head = HEAD.pack(b"SLRC", first, len(place), len(which))
        state = np.ascontiguousarray(found.state[first:, which], np.uint8)
        return b"".join(
            [head, heavy.tobytes(), story.tobytes(), state.tobytes(), np.rint(place * 1e6).astype("<i4").tobytes()]
        )


def _row(summed: dict[str, Any], cloud: Cloud, time: int) -> dict[str, Any]:
    areas = {}
    for region in regions(cloud, time):
        rings = [[[round(float(lon), 5), round(float(lat), 5)] for lat, lon in ring] for ring in region.rings]
        areas[f"{region.level * 100:.0f}"] = {"area_m2": region.area, "rings": rings}
    rest = {k: round(float(v), 6) for k, v in summed.items() if k != "time"}
    return {"time_ms": time / _MS, **rest, "regions": areas}


def path_of(folder: Path, drift: Record, case: str) -> Path:
    """File of a drift of a case; before files had names of their own they were called by number."""
    return folder / FOLDER / Path(drift.body.get("file") or f"{case_id(case)}-{drift.n}.npz").name


def case_id(name: str) -> str:
    """A case in addresses: names may hold anything."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]


def opened(folder: Path, case: str, records: list[Record], *, backward: bool) -> Bench | None:
    """The newest drift of a case with all searches after; None where it was never drifted.

    Raises :class:`StoreError` where the file of the drift is not the one that was recorded.
    """
    drift = next((r for r in reversed(records) if r.kind == "drift"), None)
    if drift is None:
        return None
    path = path_of(folder, drift, case)
    if not path.is_file():
        raise StoreError(f"the drift of {case!r} is gone ({path.name})", hint="drift the case again")
    if hashlib.sha256(path.read_bytes()).hexdigest() != drift.body["file_sha256"]:
        raise StoreError(f"{path.name} is not the drift that was recorded", hint="restore it, or drift the case again")
    found = load(path)
    bench = Bench(case, drift.n, found, found.time, backward)
    for r in records:
        if r.kind == "search":
            apply(bench, r, records)
    return bench


def apply(bench: Bench, search: Record, records: list[Record]) -> float:
    """Take a search that was in vain into the weights; the probability of success that it had."""
    body = search.body
    plan = from_dict(next(r for r in records if r.n == body["plan"]).body["plan"])
    tracks = [
        Track(np.array(t["time"], np.int64), np.array(t["lat"]), np.array(t["lon"]), t["width"], t["speed"], t["name"])
        for t in body["tracks"]
    ]
    known, begun = {t.name for t in tracks}, list(plan.tasks)
    for task in plan.tasks:
        if task.pattern in KINDS and task.searcher not in known:  # its box says little of where a line was sailed
            begun.remove(task)
            tracks += [found] if (found := sailed(task, int(body["until"]))) is not None else []
    plan = replace(plan, tasks=tuple(begun))
    after, pos = update_plan(bench.cloud(), plan, until=int(body["until"]), tracks=tracks)
    until = format_time(int(body["until"]) or plan.end)
    bench.reweigh(search.n, pos, after.weight, f"{SEARCHED} until {until} (plan {body['plan']}): {pos:.1%}")
    return pos
