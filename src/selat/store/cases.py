"""Cases of search and rescue, kept with a sea: as text, each change in the log of what people did."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from selat.model import clock
from selat.model.errors import StoreError
from selat.store import chain, tables
from selat.store.engine import reading, upsert, writing
from selat.store.state_types import HasEngine


def put_case(state: HasEngine, name: str, body: str, who: str) -> None:
    """Keep a case under its name, new or changed; the log takes the hash of its text.

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
