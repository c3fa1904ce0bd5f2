"""The facts of a day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from selat.app.papers import _facts as facts
from selat.app.papers._counts import COLUMNS, VESSELS, Counting
from selat.app.papers._traffic import COLUMNS as PLACES
from selat.app.papers._traffic import cells
from selat.exporters.paper.floor import day
from selat.exporters.paper.floor.given import AlertRow, Day, Ship
from selat.model.clock import DAY
from selat.model.columns import Array, Columns
from selat.model.errors import ConfigError
from selat.model.nouns import PRIORITIES
from selat.model.units import KNOT, knots
from selat.store.distinct import Distinct

if TYPE_CHECKING:
    from selat.app.archive import SeaArchive
    from selat.exporters.paper.blocks import Document

MOST_DAYS = 31
NOTABLE = 15  #: ships told
ODD = (2, 3, 6, 14)  #: navigational statuses that are told (ITU-R M.1371-5, table 45)
BELIEVED = 60.0 * KNOT  #: m/s: a faster report is an error, not the fastest ship
_AT_ONCE = 1 << 18  #: speeds held before all but the highest are let go of
Why = tuple[tuple[str, Mapping[str, Any]], ...]


def document(archive: SeaArchive, begin: int | None, end: int | None, language: str) -> Document:
    """The report of a day: the last whole one of the history when not given (else the last begun)."""
    first, last = facts.whole(archive)
    if begin is None:
        begin = (
            (last // DAY - 1) * DAY
            if last // DAY * DAY - DAY >= first // DAY * DAY and last // DAY > first // DAY
            else first // DAY * DAY
        )
    end = begin + DAY if end is None else end
    if not 0 < end - begin <= MOST_DAYS * DAY:
        raise ConfigError("that is no period for a report", hint=f"end after begin, by {MOST_DAYS} days or less")
    return day.document(_gathered(archive, begin, end), language)


def _gathered(archive: SeaArchive, begin: int, end: int) -> Day:
    sea = archive.sea
    reports = sea.reports.between(begin, end)
    hashed, counting, seen = facts.Hashed("reports"), Counting(begin, end), _Seen()
    for rows in reports.pieces():
        hashed.take(rows)
        counting.take(rows)
        seen.take(rows)
    statics = facts.Hashed("statics")
    for rows in sea.statics.between(begin, end).pieces():
        statics.take(rows)
    before = Counting(2 * begin - end, begin)
    for rows in sea.reports.between(2 * begin - end, begin).columns(*COLUMNS).pieces():
        before.take(rows)
    alerts = facts.alert_rows(archive, facts.alerts_between(archive, begin, end))
    return Day(
        facts.basis(archive, begin, end, (hashed, statics), alerts),
        counting.counts(archive),
        before.counts(archive) if before.rows else None,
        alerts,
        facts.outages(archive, begin, end),
        sea.rejects.between(begin, end).count() if archive.groups is None else None,
        _notable(archive, seen, alerts),
        cells(reports.columns(*PLACES).pieces),
        facts.place(archive),
    )


class _Seen:
    """What is told of single ships, from rows that come some at a time."""

    def __init__(self) -> None:
        self.ours = Distinct()
        self.odd = {status: Distinct() for status in ODD}
        self._fast: list[Array] = []  # (ship, 0.1 kn) of the three fastest reports of each ship

    def take(self, rows: Columns) -> None:
        """More reports."""
        ours = (rows["mmsi"] >= VESSELS[0]) & (rows["mmsi"] < VESSELS[1])
        self.ours.take(rows["mmsi"][ours])
        for status, ships in self.odd.items():
            ships.take(rows["mmsi"][rows["nav_status"] == status])
        k = np.flatnonzero(ours & (rows["sog"] * (KNOT / 10) <= BELIEVED))
        self._fast.append(_three(np.stack([rows["mmsi"][k].astype(np.int64), rows["sog"][k].astype(np.int64)])))
        if sum(f.shape[1] for f in self._fast) > _AT_ONCE:
            self._fast = [_three(np.concatenate(self._fast, axis=1))]

    def fastest(self) -> tuple[int, float] | None:
        """(MMSI, m/s) of the highest speed that three reports of one ship reach; aircraft and errors are left out."""
        ship, sog = _three(np.concatenate([np.zeros((2, 0), np.int64), *self._fast], axis=1))
        third = np.flatnonzero(ship[2:] == ship[:-2]) + 2 if len(ship) > 2 else np.zeros(0, np.int64)
        if not len(third):
            return None
        best = int(third[np.argmax(sog[third])])
        return int(ship[best]), float(sog[best] * (KNOT / 10))


def _three(pairs: Array) -> Array:
    """Of (ship, speed) the three fastest of each ship, by ship, the fastest first."""
    ship, sog = pairs[:, np.lexsort((-pairs[1], pairs[0]))]
    keep = np.ones(len(ship), bool)
    keep[3:] = ship[3:] != ship[:-3]
    out: Array = np.stack([ship[keep], sog[keep]])
    return out


def _notable(archive: SeaArchive, seen: _Seen, alerts: tuple[AlertRow, ...]) -> tuple[tuple[Ship, Why], ...]:
    """Ships that alerts name (the gravest and most first), of odd status, the longest and the fastest."""
    why: dict[int, list[tuple[str, Mapping[str, Any]]]] = {}
    of: dict[int, list[AlertRow]] = {}
    for a in alerts:
        for mmsi, _ in a.names:
            of.setdefault(mmsi, []).append(a)

    def gravity(mmsi: int) -> tuple[int, int, int]:
        return min(PRIORITIES.index(a.priority) for a in of[mmsi]), -len(of[mmsi]), mmsi

    for mmsi in sorted(of, key=gravity)[:NOTABLE]:
        worst = min((a.priority for a in of[mmsi]), key=PRIORITIES.index)
        why.setdefault(mmsi, []).append(("why.alerts", {"n": len(of[mmsi]), "worst": worst}))
    for status, ships in seen.odd.items():
        for mmsi in ships.values()[:5].tolist():
            why.setdefault(mmsi, []).append((f"status.{status}", {}))
    known = facts.ships(archive, seen.ours.values().tolist())
    longest = max(known.values(), key=lambda s: (s.length, -s.mmsi), default=None)
    if longest is not None and longest.length > 0:
        why.setdefault(longest.mmsi, []).append(("why.longest", {"n": f"{longest.length:.0f}"}))
    fast = seen.fastest()
    if fast is not None:
        why.setdefault(fast[0], []).append(("why.fastest", {"n": f"{knots(fast[1]):.1f}"}))
    told = facts.ships(archive, why)
    return tuple((told[m], tuple(reasons)) for m, reasons in why.items())
