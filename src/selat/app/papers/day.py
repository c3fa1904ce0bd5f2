"""The facts of a day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from selat.app.papers import _facts as facts
from selat.app.papers._counts import COLUMNS, VESSELS, counts
from selat.exporters.paper.floor import day
from selat.exporters.paper.floor.given import AlertRow, Day, Ship
from selat.model.clock import DAY
from selat.model.columns import Array, Columns
from selat.model.errors import ConfigError
from selat.model.nouns import PRIORITIES
from selat.model.units import KNOT, knots

if TYPE_CHECKING:
    from selat.app.archive import SeaArchive
    from selat.exporters.paper.blocks import Document

MOST_DAYS = 31
NOTABLE = 15  #: ships told
ODD = (2, 3, 6, 14)  #: navigational statuses that are told (ITU-R M.1371-5, table 45)
BELIEVED = 60.0 * KNOT  #: m/s: a faster report is an error, not the fastest ship
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
    rows = sea.reports.between(begin, end).stored()
    statics = sea.statics.between(begin, end).stored()
    alerts = facts.alert_rows(archive, facts.alerts_between(archive, begin, end))
    told = counts(archive, rows, begin, end)
    earlier = sea.reports.between(2 * begin - end, begin).columns(*COLUMNS).stored()
    before = counts(archive, earlier, 2 * begin - end, begin)
    placed = facts.placed(rows)
    return Day(
        facts.basis(archive, begin, end, (rows, statics), alerts),
        told,
        before if before["reports"] else None,
        alerts,
        facts.outages(archive, begin, end),
        sea.rejects.between(begin, end).count() if archive.groups is None else None,
        _notable(archive, rows, alerts),
        facts.cells(placed),
        facts.place(archive),
    )


def _notable(archive: SeaArchive, rows: Columns, alerts: tuple[AlertRow, ...]) -> tuple[tuple[Ship, Why], ...]:
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
    ours = (rows["mmsi"] >= VESSELS[0]) & (rows["mmsi"] < VESSELS[1])
    for status in ODD:
        for mmsi in np.unique(rows["mmsi"][rows["nav_status"] == status]).tolist()[:5]:
            why.setdefault(mmsi, []).append((f"status.{status}", {}))
    known = facts.ships(archive, np.unique(rows["mmsi"][ours]).tolist())
    longest = max(known.values(), key=lambda s: (s.length, -s.mmsi), default=None)
    if longest is not None and longest.length > 0:
        why.setdefault(longest.mmsi, []).append(("why.longest", {"n": f"{longest.length:.0f}"}))
    fast = _fastest(rows, ours)
    if fast is not None:
        why.setdefault(fast[0], []).append(("why.fastest", {"n": f"{knots(fast[1]):.1f}"}))
    told = facts.ships(archive, why)
    return tuple((told[m], tuple(reasons)) for m, reasons in why.items())


def _fastest(rows: Columns, ours: Array) -> tuple[int, float] | None:
    """(MMSI, m/s) of the highest speed that three reports of one ship reach; aircraft and errors are left out."""
    speed = rows["sog"] * (KNOT / 10)
    k = np.flatnonzero(ours & (speed <= BELIEVED))
    best: tuple[int, float] | None = None
    order = k[np.lexsort((-speed[k], rows["mmsi"][k]))]
    ship = rows["mmsi"][order]
    starts = np.flatnonzero(np.r_[True, ship[1:] != ship[:-1]]) if len(order) else np.zeros(0, np.int64)
    ends = np.r_[starts[1:], len(order)]
    for a in starts[ends - starts >= 3].tolist():
        third = float(speed[order[a + 2]])
        if best is None or third > best[1]:
            best = int(ship[a]), third
    return best
