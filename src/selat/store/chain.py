"""Append-only logs that show it when a row was changed or taken out: each row carries the hash of the one before."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

_START = "0" * 64
_SIGNED = ("n", "subject", "who", "time", "action", "note", "before")


def row_hash(row: dict[str, Any]) -> str:
    """SHA-256 over the row and the hash of the one before, as canonical JSON."""
    text = json.dumps([row[name] for name in _SIGNED], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def append(connection: Connection, log: sa.Table, entries: list[dict[str, Any]]) -> None:
    """Append entries (subject, who, time, action, note) inside the caller's transaction."""
    if not entries:
        return
    last = connection.execute(sa.select(log.c.n, log.c.hash).order_by(log.c.n.desc()).limit(1)).first()
    n, before = (last.n + 1, last.hash) if last is not None else (0, _START)
    rows = []
    for entry in entries:
        row = {**entry, "n": n, "before": before}
        row["hash"] = before = row_hash(row)
        rows.append(row)
        n += 1
    connection.execute(sa.insert(log), rows)


def first_break(connection: Connection, log: sa.Table) -> int | None:
    """Number of the first row whose hash or link is wrong; None when the whole log holds.

    Rows cut off at the end cannot be seen from inside: keep the last hash elsewhere to see that too.
    """
    before, n = _START, 0
    for row in connection.execute(sa.select(log).order_by(log.c.n)).mappings():
        if row["n"] != n or row["before"] != before or row["hash"] != row_hash(dict(row)):
            return n
        before, n = row["hash"], n + 1
    return None
