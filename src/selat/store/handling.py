"""What people did with alerts, in the state: every deed in the log, and where each alert stands now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from selat.model import clock
from selat.model.errors import StoreError
from selat.model.handling import ACTIONS, Deed, Handling, Snooze, after, state_after
from selat.model.nouns import Alert
from selat.store import chain, tables
from selat.store.alertbook import alert_of
from selat.store.engine import reading, upsert, writing
from selat.store.state_types import HasEngine

_FIELDS = tuple(f.name for f in fields(Handling))


def do(state: HasEngine, alert_id: str, deed: Deed) -> Alert:
    """Do something with an alert; the alert as it is then. Raises :class:`StoreError` for an unknown alert."""
    a = tables.alerts
    with writing(state.engine) as connection:
        found = connection.execute(sa.select(a).where(a.c.id == alert_id)).mappings().first()
        if found is None:
            raise StoreError(f"there is no alert {alert_id!r}", hint="`selat alerts SEA` lists them")
        row, now = dict(found), clock.now()
        stands = after(_handling(connection, alert_id), deed, now)
        row["state"] = state_after(row["state"], deed)
        upsert(connection, a, [row])
        upsert(connection, tables.handling, [asdict(stands)])
        entry = {"subject": alert_id, "who": deed.who, "time": now, "action": deed.action}
        chain.append(connection, tables.alert_log, [{**entry, "note": json.dumps(deed.told, sort_keys=True)}])
    return alert_of(row)


def _handling(connection: Connection, alert_id: str) -> Handling:
    found = connection.execute(sa.select(tables.handling).where(tables.handling.c.id == alert_id)).mappings().first()
    return Handling(alert_id) if found is None else _of(found)


def _of(row: Mapping[Any, Any]) -> Handling:
    return Handling(**{name: row[name] for name in _FIELDS})


def handled(state: HasEngine) -> dict[str, Handling]:
    """Where alerts stand with people, by id; those that nobody touched are left out."""
    with reading(state.engine) as connection:
        return {r["id"]: _of(r) for r in connection.execute(sa.select(tables.handling)).mappings()}


def touched(state: HasEngine, since: int) -> int:
    """Number of the last thing that a person did with alerts or snoozes after entry ``since`` of their log, else ``since``."""
    log = tables.alert_log
    deeds = (*ACTIONS, "snooze", "end snooze")
    with reading(state.engine) as connection:
        found = connection.scalar(sa.select(sa.func.max(log.c.n)).where(log.c.n > since, log.c.action.in_(deeds)))
    return since if found is None else int(found)


def history(state: HasEngine, alert_id: str) -> list[dict[str, Any]]:
    """All that was done with an alert, by rules and people, oldest first: ``who, time, action`` and what was told."""
    log = tables.alert_log
    with reading(state.engine) as connection:
        rows = connection.execute(sa.select(log).where(log.c.subject == alert_id).order_by(log.c.n)).mappings().all()
    return [{"n": r["n"], "who": r["who"], "time": r["time"], "action": r["action"], **_told(r["note"])} for r in rows]


def _told(note: str) -> dict[str, Any]:
    if not note.startswith("{"):
        return {"note": note} if note else {}
    told: dict[str, Any] = json.loads(note)
    return told


def put_snooze(state: HasEngine, snooze: Snooze) -> None:
    """Add or replace a snooze; it goes into the log."""
    row = {**asdict(snooze), "ships": json.dumps(snooze.ships), "area": json.dumps(snooze.area)}
    note = json.dumps({k: row[k] for k in ("until", "ships", "rule", "area", "reason")}, sort_keys=True)
    with writing(state.engine) as connection:
        upsert(connection, tables.snoozes, [row])
        entry = {"subject": snooze.id, "who": snooze.who, "time": snooze.made, "action": "snooze", "note": note}
        chain.append(connection, tables.alert_log, [entry])


def end_snooze(state: HasEngine, snooze_id: str, who: str) -> None:
    """End a snooze now. Raises :class:`StoreError` where there is none."""
    now, s = clock.now(), tables.snoozes
    with writing(state.engine) as connection:
        done = connection.execute(sa.update(s).where(s.c.id == snooze_id, s.c.until > now).values(until=now))
        if not done.rowcount:
            raise StoreError(f"there is no snooze {snooze_id!r} in force", hint="`selat alerts SEA snoozes` lists them")
        entry = {"subject": snooze_id, "who": who, "time": now, "action": "end snooze", "note": ""}
        chain.append(connection, tables.alert_log, [entry])


def snoozes(state: HasEngine, at: int | None = None) -> list[Snooze]:
    """Snoozes, by their end; ``at`` (ns): only those in force then."""
    with reading(state.engine) as connection:
        out = read_snoozes(connection)
    return out if at is None else [x for x in out if x.made <= at < x.until]


def read_snoozes(connection: Connection) -> list[Snooze]:
    """All snoozes, inside the caller's transaction."""
    s, out = tables.snoozes, []
    for row in connection.execute(sa.select(s).order_by(s.c.until, s.c.id)).mappings().all():
        area = json.loads(row["area"])
        given = {**row, "ships": tuple(json.loads(row["ships"])), "area": None if area is None else tuple(area)}
        if row["until"] > row["made"]:  # one that was ended in the moment it was made silences nothing
            out.append(Snooze(**given))
    return out
