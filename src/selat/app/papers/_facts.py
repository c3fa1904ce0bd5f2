"""What the reports of a sea have in common: the basis, alerts with their outcome, ships, cells, outages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import sqlalchemy as sa

from selat import __version__
from selat.app.land import land
from selat.app.seen import alerts_of, source_seen, zones_of
from selat.exporters.paper.floor.given import AlertRow, Basis, Outage, Place, Ship
from selat.model.clock import SECOND
from selat.model.columns import Array, Columns
from selat.model.errors import ConfigError
from selat.model.handling import Handling, standing
from selat.model.messages import ship_type_name
from selat.model.nouns import Alert
from selat.model.schema import DEGREES, NO_TIME
from selat.model.sieve import category
from selat.store import handling, tables
from selat.store.engine import reading
from selat.store.fingerprint import rows_hash
from selat.store.identity import sea_id
from selat.tracks.flags import flag

if TYPE_CHECKING:
    from selat.app.archive import SeaArchive

_MASK = 2**64 - 1


class Hashed:
    """What the foot of a report says of the rows of a table, which may come some at a time."""

    def __init__(self, table: str, *rows: Columns) -> None:
        self._table, self.rows, self._sums = table, 0, (0, 0)
        for some in rows:
            self.take(some)

    def take(self, rows: Columns) -> None:
        """More rows."""
        self.rows += rows.rows
        a, b = rows_hash(rows)
        self._sums = (self._sums[0] + a) & _MASK, (self._sums[1] + b) & _MASK

    def line(self) -> bytes:
        """As the digest takes it."""
        a, b = self._sums
        return f"{self._table} {self.rows} {a:016x} {b:016x}\n".encode()


def whole(archive: SeaArchive) -> tuple[int, int]:
    """(first time, just after the last) of the history; raises :class:`ConfigError` for an empty sea."""
    span = archive.span()
    if span is None:
        raise ConfigError("this sea holds no reports", hint="`selat read FILE --sea SEA` brings some in")
    return span[0], span[1] + SECOND


def basis(archive: SeaArchive, begin: int, end: int, rows: Iterable[Hashed], alerts: Iterable[AlertRow]) -> Basis:
    """The foot of a report. The hash is over the rows (in any order, in whatever files) and alerts that it was made from."""
    digest = hashlib.sha256(f"{begin} {end}\n".encode())
    for table in rows:
        digest.update(table.line())
    for alert in sorted(alerts, key=lambda a: a.id):
        digest.update(json.dumps(asdict(alert), sort_keys=True).encode())
    sea = archive.sea
    with reading(sea.state.engine) as connection:
        log = tables.alert_log.c
        last = connection.execute(sa.select(log.n, log.hash).order_by(log.n.desc()).limit(1)).first()
    name = sea.layout.root.resolve().name
    number = sea_id(sea.state)
    return Basis(
        f"{name} ({number})" if number else name,
        begin,
        end,
        digest.hexdigest(),
        __version__,
        0 if last is None else last.n + 1,
        "" if last is None else last.hash,
    )


def alert_rows(archive: SeaArchive, found: Iterable[Alert]) -> tuple[AlertRow, ...]:
    """Alerts with the names of their ships and where they stand with people; folded ones are left out."""
    stands = handling.handled(archive.sea.state)
    found = [a for a in found if not a.lead]
    names = {s["id"]: s["name"] or "" for s in archive.labels(sorted({m for a in found for m in a.subjects}))}
    out = []
    for a in found:
        h = stands.get(a.id, Handling(a.id))
        out.append(
            AlertRow(
                a.id,
                a.rule,
                a.version,
                a.priority,
                standing(a, h),
                tuple((m, names.get(m, "")) for m in a.subjects),
                a.time,
                a.last,
                a.lat,
                a.lon,
                a.sentence,
                a.confidence,
                h.cause,
                h.closed_by,
                h.closed_at,
                h.acknowledged_by,
                h.acknowledged_at,
                h.assigned,
                h.note,
            )
        )
    return tuple(out)


def alerts_between(archive: SeaArchive, begin: int, end: int) -> list[Alert]:
    """Alerts that stood at some time between."""
    return alerts_of(archive.sea, begin=begin, end=end)


def ships(archive: SeaArchive, wanted: Iterable[int]) -> dict[int, Ship]:
    """Ships by MMSI, also those that nothing is known of."""
    every = sorted({int(m) for m in wanted})
    known = {s["id"]: s for s in archive.labels(every)}
    out = {}
    for m in every:
        s: dict[str, Any] = known.get(m, {})
        kind = s.get("ship_type") or 0
        out[m] = Ship(
            m,
            s.get("name") or "",
            s.get("callsign") or "",
            s.get("imo") or 0,
            category(kind),
            flag(m),
            s.get("length_m") or 0.0,
            s.get("beam_m") or 0.0,
            ship_type_name(kind) if kind else "",
        )
    return out


def track(rows: Columns, most: int = 6000) -> Array:
    """(m, 3) time, lat, lon of placed rows by time; thinned evenly beyond ``most``."""
    order = np.argsort(rows["time"], kind="stable")
    if len(order) > most:
        order = order[np.unique(np.linspace(0, len(order) - 1, most).astype(np.int64))]
    out: Array = np.column_stack(
        [rows["time"][order].astype(np.float64), rows["lat"][order] * DEGREES, rows["lon"][order] * DEGREES]
    )
    return out


def outages(archive: SeaArchive, begin: int, end: int) -> tuple[Outage, ...]:
    """When sources were silent in the period."""
    rows = archive.sea.state.rows("outages", ("began", "source"))
    names = _source_names(archive)
    out = []
    for r in rows:
        if not source_seen(archive.sea, names.get(r["source"], "")):
            continue
        began, ended = int(r["began"]), int(r["ended"] or 0)
        ended = 0 if ended in (0, NO_TIME) else ended
        if began < end and (not ended or ended > begin):
            out.append(Outage(names.get(r["source"], str(r["source"])), began, ended))
    return tuple(out)


def _source_names(archive: SeaArchive) -> dict[Any, str]:
    with reading(archive.sea.state.engine) as connection:
        return {r.id: r.name for r in connection.execute(sa.select(tables.sources.c.id, tables.sources.c.name))}


def place(archive: SeaArchive) -> Place:
    """Land, and the zones that may be seen."""
    return Place(land(), tuple(zones_of(archive.sea)))
