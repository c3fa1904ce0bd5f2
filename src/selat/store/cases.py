"""Cases of search and rescue, kept with a sea: as text, each change in the log of what people did."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from selat.model import clock
from selat.model.errors import StoreError
from selat.store import chain, tables
from selat.store.engine import reading, upsert, writing
from selat.store.state_types import HasEngine


def put_case(state: HasEngine, name: str, body: str, who: str, form: dict[str, Any] | None = None) -> None:
    """Keep a case under its name, new or changed; the log takes the hash of its text. ``form``: what it was made from, kept
    as a record in the same commit.

    Raises :class:`StoreError` for a case without a name or a person.
    """
    if not name.strip() or not who.strip():
        raise StoreError("a case needs a name and who makes it", hint="--name NAME --who NAME")
    c, now = tables.cases, clock.now()
    with writing(state.engine) as connection:
        made = connection.scalar(sa.select(c.c.made).where(c.c.name == name))
        row = {"name": name, "body": body, "made": now if made is None else made, "changed": now, "who": who}
        upsert(connection, c, [row])
        entry = {"subject": f"case:{name}", "who": who, "time": now}
        note = f"sha256 {hashlib.sha256(body.encode()).hexdigest()}"
        chain.append(
            connection,
            tables.alert_log,
            [{**entry, "action": "case" if made is None else "case_changed", "note": note}],
        )
        if form is not None:
            _record(connection, name, "form", {"form": form}, who, now, "")


def case_body(state: HasEngine, name: str) -> str:
    """The text of a case; raises :class:`StoreError` where there is none of that name."""
    c = tables.cases
    with reading(state.engine) as connection:
        found = connection.scalar(sa.select(c.c.body).where(c.c.name == name))
        names = list(connection.scalars(sa.select(c.c.name).order_by(c.c.changed.desc()).limit(8)))
    if found is None:
        hint = f"there are {', '.join(names)}" if names else "`selat rescue new --sea SEA` keeps one"
        raise StoreError(f"there is no case {name!r}", hint=hint)
    return str(found)


def case_names(state: HasEngine) -> list[tuple[str, int, str]]:
    """(name, when it was last changed, by whom), the newest first."""
    c = tables.cases
    with reading(state.engine) as connection:
        rows = connection.execute(sa.select(c.c.name, c.c.changed, c.c.who).order_by(c.c.changed.desc(), c.c.name))
        return [(r.name, int(r.changed), r.who) for r in rows]


@dataclass(frozen=True, slots=True)
class Record:
    """What was worked out for a case: ``n`` counts from 1 within it, ``body`` is what JSON can hold."""

    n: int
    kind: str
    time: int
    who: str
    body: dict[str, Any]


def add_record(state: HasEngine, name: str, kind: str, body: dict[str, Any], who: str, note: str = "") -> Record:
    """Add what was worked out for a case; the log takes its kind, number and hash, and a note for people.

    Raises :class:`StoreError` without a person, and for a case that there is not.
    """
    if not who.strip():
        raise StoreError(f"who does this to the case {name!r}?", hint="give a name")
    c = tables.cases
    with writing(state.engine) as connection:
        if connection.scalar(sa.select(c.c.name).where(c.c.name == name)) is None:
            raise StoreError(f"there is no case {name!r}", hint="make it first")
        return _record(connection, name, kind, body, who, clock.now(), note)


def _record(
    connection: Connection, name: str, kind: str, body: dict[str, Any], who: str, now: int, note: str
) -> Record:
    r, text = tables.case_records, json.dumps(body, ensure_ascii=False)
    n = int(connection.scalar(sa.select(sa.func.max(r.c.n)).where(r.c.case == name)) or 0) + 1
    row = {"case": name, "n": n, "kind": kind, "time": now, "who": who, "body": text}
    connection.execute(sa.insert(r), [row])
    told = {"n": n, "sha256": hashlib.sha256(text.encode()).hexdigest(), **({"note": note} if note else {})}
    entry = {"subject": f"case:{name}", "who": who, "time": now, "action": kind, "note": json.dumps(told)}
    chain.append(connection, tables.alert_log, [entry])
    return Record(n, kind, now, who, body)


def marks(state: HasEngine, name: str) -> tuple[list[tuple[int, str]], int]:
    """((number, kind) of each record of a case, rows of its log): both only grow, so that who looks sees whether there is news."""
    r, log = tables.case_records, tables.alert_log
    with reading(state.engine) as connection:
        rows = connection.execute(sa.select(r.c.n, r.c.kind).where(r.c.case == name).order_by(r.c.n))
        found = [(int(row.n), str(row.kind)) for row in rows]
        count = connection.scalar(sa.select(sa.func.count()).select_from(log).where(log.c.subject == f"case:{name}"))
    return found, int(count or 0)


def log_field(state: HasEngine, name: str, sha256: str, who: str) -> None:
    """Write into the audit that somebody put a field of wind or current beside the cases; raises :class:`StoreError` without a
    person."""
    if not who.strip():
        raise StoreError(f"who sends the field {name!r}?", hint="give a name")
    entry = {"subject": f"field:{name}", "who": who, "time": clock.now(), "action": "field", "note": f"sha256 {sha256}"}
    with writing(state.engine) as connection:
        chain.append(connection, tables.audit, [entry])


def records(state: HasEngine, name: str) -> list[Record]:
    """All that was worked out for a case, in its order."""
    r = tables.case_records
    with reading(state.engine) as connection:
        rows = connection.execute(sa.select(r).where(r.c.case == name).order_by(r.c.n))
        return [Record(row.n, row.kind, int(row.time), row.who, json.loads(row.body)) for row in rows]


def decide(state: HasEngine, name: str, who: str, note: str) -> None:
    """Write a decision of people into the log of a case; raises :class:`StoreError` without a person or a text."""
    if not who.strip() or not note.strip():
        raise StoreError("a decision needs its text and who takes it", hint="say what was decided, and who did")
    case_body(state, name)
    entry = {"subject": f"case:{name}", "who": who, "time": clock.now(), "action": "decision", "note": note}
    with writing(state.engine) as connection:
        chain.append(connection, tables.alert_log, [entry])


def case_log(state: HasEngine, name: str) -> list[dict[str, Any]]:
    """What people did to a case, the oldest first: who, time (ns), action, note, hash of the row."""
    log = tables.alert_log
    with reading(state.engine) as connection:
        rows = connection.execute(sa.select(log).where(log.c.subject == f"case:{name}").order_by(log.c.n))
        return [{"who": r.who, "time": int(r.time), "action": r.action, "note": r.note, "hash": r.hash} for r in rows]
