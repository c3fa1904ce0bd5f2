"""Learning lanes: counts of traffic from the history of any sea. A step: rows in, counts out.

Counts are whole numbers that add up: parts of the history may be learned apart, by any number of processes, in any
order, and :func:`merge` gives the same bytes. What is cut by the border between two parts (6 hours) is counted in each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import lanes as kernel
from selat.model.columns import Columns
from selat.model.errors import StoreError
from selat.model.schema import NO_TIME
from selat.tracks.kinds import is_ship, kinds_of

Array = NDArray[Any]
PER = 360  #: cells a degree: 309 m of latitude
SLOW = 1.5  #: m/s: a ship is under way
GAP = 900.0  #: s: between reports farther apart nothing is known
STAY = 1800.0  #: s: a stop
RADIUS = 500.0  #: m: round the place where it came to lie (Global Fishing Watch's anchorages take as much)

#: groups of ships, by type and length
GROUPS = ("unknown", "passenger", "fishing", "service", "under 100 m", "100 to 200 m", "200 to 300 m", "300 m and more")


@dataclass(frozen=True, slots=True)
class Counts:
    """Traffic by cell, direction and group: ``keys`` ascending (n,), ``sums`` (n, 10) of :mod:`selat.kernels.lanes`.

    ``since``, ``until``: first and last time (ns UTC) of the reports; ``reports``: how many counted.
    """

    keys: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    sums: Array = field(default_factory=lambda: np.zeros((0, kernel.WIDTH), np.int64))
    since: int = NO_TIME
    until: int = NO_TIME
    reports: int = 0
    per: int = PER

    @property
    def version(self) -> str:
        """Hash of all of it, 16 hex digits."""
        head = f"{self.per} {self.since} {self.until} {self.reports}".encode()
        return hashlib.sha256(head + self.keys.tobytes() + self.sums.tobytes()).hexdigest()[:16]

    def state(self) -> dict[str, Any]:
        """Plain values, for a file."""
        names = ("keys", "sums", "since", "until", "reports", "per")
        return {"counts": 1, **{name: getattr(self, name) for name in names}}

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Counts:
        """The counts of a :meth:`state`; raises :class:`StoreError` for one of another layout."""
        if state.get("counts") != 1:
            raise StoreError("the learned lanes are of another version of selat", hint="selat lanes SEA learn")
        numbers = {n: int(state[n]) for n in ("since", "until", "reports", "per")}
        return cls(np.asarray(state["keys"], np.int64), np.asarray(state["sums"], np.int64), **numbers)


def learn(reports: Columns, ships: Array | None = None, groups: Array | None = None) -> Counts:
    """Counts of reports in stored layout, in order of mmsi, time and seq.

    ``ships``: MMSI ascending, ``groups``: their groups (:func:`group_of`); others are "unknown". Only vessels count.
    """
    own = is_ship(kinds_of(reports["mmsi"], reports["msg_type"]))
    rows = reports if own.all() else reports.take(np.flatnonzero(own))
    mmsi, time = rows["mmsi"].astype(np.int64), rows["time"]
    group = np.zeros(rows.rows, np.int64)
    if ships is not None and groups is not None and len(ships) and rows.rows:
        at = np.minimum(np.searchsorted(ships, mmsi), len(ships) - 1)
        group = np.where(ships[at] == mmsi, groups[at], 0).astype(np.int64)
    told, state, fresh = kernel.motion(mmsi, time, rows["lat"], rows["lon"], rows["sog"], rows["cog"], SLOW, GAP)
    passed = kernel.passages(told, state, fresh, group, PER)
    stopped = kernel.stops(told, state, fresh, rows["nav_status"], group, PER, STAY, RADIUS)
    keys, sums = (np.concatenate(parts) for parts in zip(passed, stopped, strict=True))
    at = np.argsort(keys)
    known = time[time != NO_TIME]
    span = (int(known.min()), int(known.max())) if len(known) else (NO_TIME, NO_TIME)
    return Counts(keys[at], sums[at], *span, int((state > 0).sum()))


def merge(parts: Iterable[Counts]) -> Counts:
    """Counts of all parts together, the same in any order."""
    parts = [p for p in parts if p.reports]
    if not parts:
        return Counts()
    if len({p.per for p in parts}) > 1:
        raise StoreError("counts of cells of different size", hint="learn all parts with one version of selat")
    keys = np.concatenate([p.keys for p in parts])
    sums = np.concatenate([p.sums for p in parts])
    order = np.argsort(keys, kind="stable")
    keys, sums = kernel.added(keys[order], sums[order])
    since, until = min(p.since for p in parts), max(p.until for p in parts)
    return Counts(keys, sums, since, until, sum(p.reports for p in parts), parts[0].per)


def group_of(ship_type: Array, length: Array) -> Array:
    """Group (place in :data:`GROUPS`) by declared type (M.1371 Table 53) and length in m, 0: unknown."""
    kind, long = np.asarray(ship_type, np.int64), np.asarray(length, np.float64)
    out = np.zeros(kind.shape, np.int64)
    cargo = np.digitize(long, [100.0, 200.0, 300.0]) + 4
    out = np.where(((kind >= 70) & (kind <= 99)) & (long > 0), cargo, out)
    out = np.where(((kind >= 40) & (kind < 50)) | ((kind >= 60) & (kind < 70)), 1, out)
    out = np.where(kind == 30, 2, out)
    return np.where(((kind > 30) & (kind < 40)) | ((kind >= 50) & (kind < 60)), 3, out)
