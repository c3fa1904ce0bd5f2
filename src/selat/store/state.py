"""What the sea knows besides its history: which files count, how far sources were read, alerts, zones, logs.

Everything that one batch changed is one transaction (:meth:`State.commit`), so that a crash never shows half of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from selat.model import clock
from selat.model.channel import Channel
from selat.model.columns import Columns
from selat.model.errors import StoreError
from selat.model.nouns import Alert
from selat.model.release import Clauses
from selat.model.schema import NO_TIME, OUTAGES
from selat.store import alertbook, handling, outbox, releases, tables
from selat.store.engine import connect, reading, upsert, writing
from selat.store.history import Part

_PART = tuple(f.name for f in fields(Part))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a source was read: go on from ``position`` of the journal with ``state`` (bytes of ``store/blob``)."""

    source: int
    position: int
    next_seq: int
    state: bytes


@dataclass(slots=True)
class Commit:
    """All that one commit changes. ``counters`` are added; outages, alerts and snapshots replace those of their key."""

    parts: Sequence[Part] = ()
    removed: Sequence[str] = ()
    checkpoints: Sequence[Checkpoint] = ()
    counters: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    outages: Columns | Sequence[Mapping[str, Any]] = ()
    alerts: Sequence[Alert] = ()
    channels: Sequence[Channel] = ()
    releases: Mapping[str, Clauses] = field(default_factory=dict)
    snapshots: Mapping[str, bytes] = field(default_factory=dict)
    position: int | None = None
    next_seq: int | None = None
    finished: Mapping[int, bool] = field(default_factory=dict)


class State:
    """The state behind one database address; made when ``create``. Raises :class:`StoreError`."""

    def __init__(self, url: str, *, create: bool = False) -> None:
        self.engine: Engine = connect(url, create=create)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    # -- the one transaction

    def commit(self, change: Commit) -> int:
        """Write all of ``change`` or nothing; the new generation of the manifest."""
        with writing(self.engine) as connection:
            generation = _number(connection, "generation") + 1
            _set(connection, "generation", generation)
            if change.position is not None:
                _set(connection, "position", change.position)
            if change.next_seq is not None:
                _set(connection, "next_seq", change.next_seq)
            if change.removed:
                _remove(connection, change.removed, generation)
            if change.parts:
                rows = [{**asdict(p), "generation": generation} for p in change.parts]
                connection.execute(sa.insert(tables.manifest), rows)
            upsert(connection, tables.checkpoints, [asdict(c) for c in change.checkpoints])
            added = [
                {"source": source, "name": name, "value": int(value)}
                for source, numbers in change.counters.items()
                for name, value in numbers.items()
                if value
            ]
            upsert(connection, tables.counters, added, add=True)
            upsert(connection, tables.outages, outage_rows(change.outages))
            told = alertbook.upsert_alerts(connection, change.alerts)
            releases.mark(connection, change.releases)
            if told and change.channels:
                outbox.enqueue(connection, told, change.channels, handling.read_snoozes(connection), change.releases)
            read = [{"source_": s, "more": n["bytes"]} for s, n in change.counters.items() if n.get("bytes")]
            if read:
                c = tables.sources.c
                update = sa.update(tables.sources).where(c.id == sa.bindparam("source_"))
                connection.execute(update.values(bytes=c.bytes + sa.bindparam("more")), read)
            for source, done in change.finished.items():
                where = tables.sources.c.id == source
                connection.execute(sa.update(tables.sources).where(where).values(done=done))
            snapshots = [{"name": n, "generation": generation, "payload": p} for n, p in change.snapshots.items()]
            upsert(connection, tables.snapshot, snapshots)
        return generation

    # -- what is there

    def generation(self) -> int:
        """Number of the last commit."""
        with reading(self.engine) as connection:
            return _number(connection, "generation")

    def progress(self) -> tuple[int, int]:
        """(position of the journal, next seq) of the last commit."""
        with reading(self.engine) as connection:
            return _number(connection, "position"), _number(connection, "next_seq")

    def parts(self, generation: int | None = None) -> tuple[int, list[Part]]:
        """(generation, the files that make up the history then); the last generation when not given."""
        m = tables.manifest.c
        with reading(self.engine) as connection:
            at = _number(connection, "generation") if generation is None else generation
            live = sa.or_(m.removed.is_(None), m.removed > at)
            query = sa.select(tables.manifest).where(m.generation <= at, live)
            rows = connection.execute(query.order_by(m.table, m.block, m.generation, m.path)).mappings()
            return at, [Part(**{n: row[n] for n in _PART}) for row in rows]

    def now(self, snapshots: Sequence[str]) -> tuple[int, list[Part], dict[str, bytes]]:
        """(generation, live files, payloads of snapshots) of one moment."""
        m, found = tables.manifest.c, tables.snapshot.c
        with reading(self.engine) as connection:
            at = _number(connection, "generation")
            query = sa.select(tables.manifest).where(m.removed.is_(None))
            rows = connection.execute(query.order_by(m.table, m.block, m.generation, m.path)).mappings()
            parts = [Part(**{n: row[n] for n in _PART}) for row in rows]
            payloads = connection.execute(sa.select(found.name, found.payload).where(found.name.in_(snapshots)))
            return at, parts, {r.name: bytes(r.payload) for r in payloads}

    def removed(self) -> list[tuple[str, int, int]]:
        """(path, generation, time ns) of files that were replaced and not yet forgotten."""
        m = tables.manifest.c
        with reading(self.engine) as connection:
            rows = connection.execute(sa.select(m.path, m.removed, m.removed_at).where(m.removed.is_not(None)))
            return [(r.path, r.removed, r.removed_at) for r in rows]

    def forget(self, paths: Sequence[str]) -> None:
        """Take files that were deleted from the disk out of the manifest."""
        m = tables.manifest.c
        if paths:
            with writing(self.engine) as connection:
                where = m.path == sa.bindparam("gone")
                connection.execute(
                    sa.delete(tables.manifest).where(where, m.removed.is_not(None)), [{"gone": p} for p in paths]
                )

    def checkpoints(self) -> dict[int, Checkpoint]:
        """The last checkpoint of each source."""
        with reading(self.engine) as connection:
            rows = connection.execute(sa.select(tables.checkpoints)).mappings()
            return {r["source"]: Checkpoint(**r) for r in rows}

    def snapshot(self, name: str) -> bytes | None:
        """Payload of a snapshot, None when there is none."""
        with reading(self.engine) as connection:
            where = tables.snapshot.c.name == name
            found = connection.scalar(sa.select(tables.snapshot.c.payload).where(where))
            return None if found is None else bytes(found)

    def counters(self) -> dict[int, dict[str, int]]:
        """Numbers of each source: lines, kept, duplicates, bytes, ``reason.<label>``, ``type.<n>``."""
        out: dict[int, dict[str, int]] = {}
        with reading(self.engine) as connection:
            for row in connection.execute(sa.select(tables.counters)):
                out.setdefault(row.source, {})[row.name] = int(row.value)
        return out

    def rows(self, table: str, order: Sequence[str] = ()) -> list[dict[str, Any]]:
        """All rows of a small table (``sources``, ``stations``, ``zones``, ``outages``, ``alerts``, logs) as dicts."""
        found = tables.metadata.tables.get(table)
        if found is None:
            raise StoreError(f"the state has no table {table!r}", hint=f"one of {', '.join(tables.metadata.tables)}")
        with reading(self.engine) as connection:
            query = sa.select(found).order_by(*(found.c[n] for n in order or [c.name for c in found.primary_key]))
            return [dict(row) for row in connection.execute(query).mappings()]


def outage_rows(outages: Columns | Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows for SQL: "not available" as NULL, columns that were not given too."""
    if isinstance(outages, Columns):
        outages = [{n: outages[n][i] for n in outages} for i in range(outages.rows)]
    out = []
    for row in outages:
        full = {name: row.get(name) for name in OUTAGES.names}
        for name in ("began", "ended"):
            value = full[name]
            full[name] = None if value is None or int(value) == NO_TIME else int(value)
        out.append(full)
    return out


def _number(connection: Connection, key: str) -> int:
    found = connection.scalar(sa.select(tables.meta.c.value).where(tables.meta.c.key == key))
    return int(found or 0)


def _set(connection: Connection, key: str, value: Any) -> None:
    upsert(connection, tables.meta, [{"key": key, "value": str(value)}])


def _remove(connection: Connection, paths: Iterable[str], generation: int) -> None:
    m = tables.manifest.c
    paths = list(paths)
    values = {"removed": generation, "removed_at": clock.now()}
    where = sa.and_(m.path == sa.bindparam("gone"), m.removed.is_(None))
    connection.execute(sa.update(tables.manifest).where(where).values(values), [{"gone": p} for p in paths])
    left = sa.select(sa.func.count()).where(m.removed == generation).select_from(tables.manifest)
    if connection.scalar(left) != len(paths):
        raise StoreError("a file that was to be replaced is not in the manifest", hint="is another writer at work?")
