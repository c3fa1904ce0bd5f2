"""The register's log in the state: read it from a row on, append to it, find where it was altered, keep what it adds up to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from selat.store import chain, tables
from selat.store.engine import upsert

Row = tuple[int, str, str, int, str, str]  #: n, subject, who, time, action, note
_LOG = tables.assist_log
_NAME = "assist"
_BATCH = 20_000


def end(connection: Connection) -> tuple[int, str]:
    """(rows of the log, hash of the last one; empty where there is none)."""
    row = connection.execute(sa.select(_LOG.c.n, _LOG.c.hash).order_by(_LOG.c.n.desc()).limit(1)).first()
    return (0, "") if row is None else (row.n + 1, row.hash)


def hash_at(connection: Connection, rows: int) -> str:
    """Hash of the last of the first ``rows`` rows; empty where it is not there."""
    return connection.scalar(sa.select(_LOG.c.hash).where(_LOG.c.n == rows - 1)) or ""


def hashes(connection: Connection, entries: Iterable[int]) -> dict[int, str]:
    """Hashes of some rows."""
    wanted, out = sorted(set(entries)), {}
    for i in range(0, len(wanted), 500):
        for n, text in connection.execute(sa.select(_LOG.c.n, _LOG.c.hash).where(_LOG.c.n.in_(wanted[i : i + 500]))):
            out[int(n)] = str(text)
    return out


def rows_at(connection: Connection, digest: str) -> int | None:
    """Number of rows up to the one whose hash begins with ``digest`` (hex digits); None where that is not one row."""
    found = connection.scalars(
        sa.select(_LOG.c.n).where(_LOG.c.hash.startswith(digest, autoescape=True)).limit(2)
    ).all()
    return int(found[0]) + 1 if len(found) == 1 else None


def read(
    connection: Connection, begin: int = 0, before: int | None = None, subject: str = "", action: str = ""
) -> Iterator[Row]:
    """Rows in their order, of one subject or action where given."""
    for part in parts(connection, begin, before, subject, action):
        for row in part:
            yield tuple(row)


def parts(
    connection: Connection, begin: int = 0, before: int | None = None, subject: str = "", action: str = ""
) -> Iterator[Sequence[Any]]:
    """As :func:`read`, some thousand rows at a time: a log of years is read for all its rows."""
    c = _LOG.c
    query = sa.select(c.n, c.subject, c.who, c.time, c.action, c.note).where(c.n >= begin).order_by(c.n)
    if before is not None:
        query = query.where(c.n < before)
    if subject:
        query = query.where(c.subject == subject)
    if action:
        query = query.where(c.action == action)
    result = connection.execute(
        query.execution_options(yield_per=_BATCH)
    )  # of the statement: a connection keeps its own
    yield from result.partitions()


def naming(connection: Connection, text: str) -> Iterator[Row]:
    """Rows whose note holds a text of letters and digits, in their order."""
    c = _LOG.c
    query = (
        sa.select(c.n, c.subject, c.who, c.time, c.action, c.note)
        .where(c.note.contains(text, autoescape=True))
        .order_by(c.n)
    )
    for row in connection.execute(query):
        yield tuple(row)


def append(connection: Connection, entries: Sequence[dict[str, Any]]) -> None:
    """Append entries inside the caller's transaction."""
    for i in range(0, len(entries), _BATCH):
        chain.append(connection, _LOG, list(entries[i : i + _BATCH]))


def first_break(connection: Connection) -> int | None:
    """Number of the first row that was altered, moved or taken out; None where the chain holds."""
    return chain.first_break(connection, _LOG)


def saved(connection: Connection) -> tuple[int, bytes] | None:
    """(rows, bytes) of the last saved sum of the log."""
    s = tables.snapshot.c
    row = connection.execute(sa.select(s.generation, s.payload).where(s.name == _NAME)).first()
    return None if row is None else (int(row.generation), bytes(row.payload))


def save(connection: Connection, rows: int, payload: bytes) -> None:
    """Keep the sum of the first ``rows`` rows."""
    upsert(connection, tables.snapshot, [{"name": _NAME, "generation": rows, "payload": payload}])
