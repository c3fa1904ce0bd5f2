"""Alerts in the state: written by rules, acted on by people, every change in a log that shows tampering."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from selat.model import clock
from selat.model.columns import Columns
from selat.model.errors import StoreError
from selat.model.handling import NEVER
from selat.model.nouns import PRIORITIES, STATES, Alert
from selat.model.schema import ALERTS, TABLES
from selat.store import chain, tables
from selat.store.engine import reading, upsert, writing
from selat.store.state_types import HasEngine

SYSTEM = "selat"  #: who, in the log, where no person acted
_JSON = frozenset({"subjects", "evidence", "parameters", "detail"})  #: columns that hold JSON
_RANK = {name: rank for rank, name in enumerate(STATES)}


def alert_row(alert: Alert) -> dict[str, Any]:
    """An alert as a row of the table ``alerts``."""
    row: dict[str, Any] = {name: getattr(alert, name) for name in ALERTS.names}
    for name in _JSON:
        row[name] = json.dumps(row[name], sort_keys=True)
    row["time"], row["last"] = int(alert.time), int(alert.last)
    row["lat"], row["lon"], row["confidence"] = float(alert.lat), float(alert.lon), float(alert.confidence)
    return row


def alert_of(row: Mapping[Any, Any]) -> Alert:
    """The alert of a row."""
    values = {name: row[name] for name in ALERTS.names if name != "id" and row[name] is not None}
    for name in _JSON & values.keys():
        values[name] = json.loads(values[name])
    values["subjects"] = tuple(values["subjects"])
    return Alert(**{"lat": math.nan, "lon": math.nan, **values})  # a place that is not known is null in SQL


def merge_state(old: Mapping[str, Any], new: Mapping[str, Any], closed: bool = False) -> str | None:
    """State after a rule reports ``new`` where ``old`` is known; None when it is old news (a replay).

    A person's acknowledgement stays while the rule goes on saying "active"; an acknowledged alert whose cause is gone
    is cleared (IEC 62923-1: rectified and acknowledged is normal). What a person ``closed`` stays so while the same
    event goes on, except distress: a beacon that is heard again is active again. What was retracted stays so.
    """
    if new["last"] < old["last"]:
        return None
    if new["last"] == old["last"] and _RANK[new["state"]] < _RANK[old["state"]]:
        return None
    if old["state"] == "retracted" or (closed and old["state"] == "cleared" and new["rule"] not in NEVER):
        return str(old["state"])
    if old["state"] == "acknowledged":
        return {"active": "acknowledged", "rectified": "cleared"}.get(new["state"], str(new["state"]))
    return str(new["state"])


def upsert_alerts(connection: Connection, alerts: Sequence[Alert]) -> list[tuple[Alert, str]]:
    """Write what rules said, newest last, inside the caller's transaction; the same again changes nothing.

    Returns the alerts that were raised or changed their state or priority, each with what happened.
    """
    if not alerts:
        return []
    a = tables.alerts
    rows: dict[str, dict[str, Any]] = {}
    entries = []
    ids = sorted({alert.id for alert in alerts})
    for at in range(0, len(ids), 500):
        found = connection.execute(sa.select(a).where(a.c.id.in_(ids[at : at + 500]))).mappings()
        rows.update({r["id"]: dict(r) for r in found})
    changed = set()
    closed = _closed(connection, ids)
    now = clock.now()
    for alert in alerts:
        new = alert_row(alert)
        old = rows.get(new["id"])
        state = new["state"] if old is None else merge_state(old, new, new["id"] in closed)
        if state is None:
            continue
        new["state"] = state
        graver = old is not None and PRIORITIES.index(new["priority"]) < PRIORITIES.index(old["priority"])
        if old is None or old["state"] != state or graver:
            action = "raised" if old is None else state if old["state"] != state else "escalated"
            entries.append({"subject": new["id"], "who": SYSTEM, "time": now, "action": action, "note": ""})
        if new != old:
            rows[new["id"]] = new
            changed.add(new["id"])
    upsert(connection, a, [rows[i] for i in sorted(changed)])
    chain.append(connection, tables.alert_log, entries)
    return [(alert_of(rows[entry["subject"]]), entry["action"]) for entry in entries]


def _closed(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Alerts among ``ids`` that a person closed."""
    h, out = tables.handling.c, set()
    for at in range(0, len(ids), 500):
        out |= set(connection.scalars(sa.select(h.id).where(h.id.in_(ids[at : at + 500]), h.cause != "")))
    return out


def act(state: HasEngine, alert_id: str, action: str, who: str, note: str = "") -> Alert:
    """A person sets the state of an alert (``acknowledged``, ``cleared``, ``active``, ...); it is logged with who.

    Raises :class:`StoreError` for an unknown alert or state, or without a name.
    """
    if action not in STATES:
        raise StoreError(f"{action!r} is no alert state", hint=f"one of {', '.join(STATES)}")
    if not who.strip():
        raise StoreError("nobody named: an alert is acted on by someone", hint="give who")
    a = tables.alerts
    with writing(state.engine) as connection:
        found = connection.execute(sa.select(a).where(a.c.id == alert_id)).mappings().first()
        if found is None:
            raise StoreError(f"there is no alert {alert_id!r}", hint="see sea.alerts")
        row = {**found, "state": action}
        if found["state"] == "rectified" and action == "acknowledged":
            row["state"] = "cleared"
        upsert(connection, a, [row])
        entry = {"subject": alert_id, "who": who, "time": clock.now(), "action": action, "note": note}
        chain.append(connection, tables.alert_log, [entry])
    return alert_of(row)


def alert(state: HasEngine, alert_id: str) -> Alert:
    """One alert as it stands. Raises :class:`StoreError` for an unknown id."""
    a = tables.alerts
    with reading(state.engine) as connection:
        found = connection.execute(sa.select(a).where(a.c.id == alert_id)).mappings().first()
    if found is None:
        raise StoreError(f"there is no alert {alert_id!r}", hint="`selat alerts SEA` lists them")
    return alert_of(found)


def alert_columns(state: HasEngine) -> Columns:
    """All alerts as a table in stored layout, by time and id."""
    a = tables.alerts
    with reading(state.engine) as connection:
        found = connection.execute(sa.select(a).order_by(a.c.time, a.c.id)).mappings().all()
    return rows_to_columns("alerts", found)


def alerts(
    state: HasEngine, *, begin: int | None = None, end: int | None = None, ship: int | None = None,
    rule: str | None = None, starts: str = "", newest: int | None = None,
) -> list[Alert]:  # fmt: skip
    """Alerts as they stand, by time and id: all of them, or those that are asked for.

    Those that stood at some time in [``begin``, ``end``) (ns), of a ``ship`` (MMSI), of a ``rule``, whose id ``starts``
    with this; of these the ``newest``. A sea keeps alerts for years, with their evidence: ask for what is wanted.
    """
    c = tables.alerts.c
    query = sa.select(tables.alerts).order_by(c.time.desc(), c.id.desc()).limit(newest)
    if begin is not None:
        query = query.where(c.last >= begin)
    if end is not None:
        query = query.where(c.time < end)
    if ship is not None:
        query = query.where(c.subjects.contains(str(ship)))  # of the text, which holds longer numbers too
    if rule is not None:
        query = query.where(c.rule == rule)
    if starts:
        query = query.where(c.id.startswith(starts, autoescape=True))
    with reading(state.engine) as connection:
        found = [alert_of(row) for row in connection.execute(query).mappings()]
    return [a for a in reversed(found) if ship is None or ship in a.subjects]


def rows_to_columns(table: str, rows: Sequence[Any]) -> Columns:
    """SQL rows as a table in stored layout."""
    out = {}
    for column in TABLES[table].columns:
        values = [row[column.name] for row in rows]
        if column.stored == "object":
            array: Any = np.empty(len(rows), dtype=object)
            array[:] = values
        else:
            null = np.nan if column.stored == "f8" else column.null
            array = np.array([null if v is None else v for v in values], dtype=column.stored)
        out[column.name] = array
    return Columns(table, out, len(rows))
