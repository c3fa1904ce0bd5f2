"""The queue of what is to be sent: written with the alerts in one commit, emptied by one worker, kept over crashes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from selat.model import clock
from selat.model.channel import Channel
from selat.model.handling import Snooze, covering
from selat.model.nouns import Alert
from selat.model.release import Clauses, released_alert
from selat.store import tables
from selat.store.engine import reading, writing
from selat.store.state_types import HasEngine

KEEP = 7 * 86400 * 1_000_000_000  #: ns that what was sent is kept


@dataclass(frozen=True, slots=True)
class Letter:
    """One message on its way. ``payload``: the alert as JSON, with ``action`` (raised, rectified, ...)."""

    id: int
    channel: str
    payload: dict[str, Any]
    tries: int


def payload_of(alert: Alert, action: str) -> dict[str, Any]:
    """What is told of an alert, as JSON; times in ns UTC and as ISO 8601."""
    return {
        "action": action, "id": alert.id, "rule": alert.rule, "version": alert.version, "priority": alert.priority,
        "state": alert.state, "subjects": list(alert.subjects), "time": alert.time, "last": alert.last,
        "time_utc": clock.format_time(alert.time), "lat": alert.lat if alert.lat == alert.lat else None,
        "lon": alert.lon if alert.lon == alert.lon else None, "sentence": alert.sentence,
        "confidence": alert.confidence, "detail": alert.detail,
    }  # fmt: skip


def enqueue(
    connection: Connection, told: Sequence[tuple[Alert, str]], channels: Sequence[Channel], snoozes: Sequence[Snooze],
    releases: Mapping[str, Clauses] | None = None,
) -> int:  # fmt: skip
    """Queue what happened to alerts (alert, action) inside the caller's transaction; how many messages that makes.

    ``releases``: clauses by subject; a channel is told of what its groups may see.
    """
    now, clauses = clock.now(), releases or {}
    rows = [
        {
            "channel": channel.name, "alert": alert.id, "payload": json.dumps(payload_of(seen, action), sort_keys=True),
            "made": now, "tries": 0, "due": now, "sent": None, "error": "",
        }
        for alert, action in told
        if covering(snoozes, alert, now) is None
        for channel in channels
        if channel.wants(alert) and (seen := released_alert(alert, clauses, channel.groups)) is not None
    ]  # fmt: skip
    if rows:
        connection.execute(sa.insert(tables.outbox), rows)
    return len(rows)


def due(state: HasEngine, now: int, most: int = 100) -> list[Letter]:
    """Messages that may be sent at ``now`` (ns), oldest first: none of a channel whose oldest one has to wait."""
    o = tables.outbox.c
    with reading(state.engine) as connection:
        blocked = sa.select(o.channel).where(o.sent.is_(None), o.due > now)
        query = sa.select(tables.outbox).where(o.sent.is_(None), o.channel.not_in(blocked)).order_by(o.id).limit(most)
        rows = connection.execute(query).mappings().all()
    return [Letter(r["id"], r["channel"], json.loads(r["payload"]), r["tries"]) for r in rows]


def mark(state: HasEngine, letter: Letter, now: int, *, error: str = "", again: int = 0) -> None:
    """Note that a message was sent at ``now``, or why not and when to try ``again`` (ns)."""
    o = tables.outbox
    values: dict[str, Any] = {"tries": letter.tries + 1, "error": error[:500]}
    values |= {"due": again} if error else {"sent": now}
    with writing(state.engine) as connection:
        connection.execute(sa.update(o).where(o.c.id == letter.id).values(**values))
        if not error:
            connection.execute(sa.delete(o).where(o.c.sent < now - KEEP))


def waiting(state: HasEngine) -> dict[str, dict[str, Any]]:
    """By channel: how many messages wait, since when (ns), and the last error."""
    o = tables.outbox.c
    with reading(state.engine) as connection:
        query = sa.select(o.channel, sa.func.count(), sa.func.min(o.made), sa.func.max(o.error)).where(o.sent.is_(None))
        rows = connection.execute(query.group_by(o.channel)).all()
    return {r[0]: {"count": int(r[1]), "since": int(r[2]), "error": r[3]} for r in rows}
