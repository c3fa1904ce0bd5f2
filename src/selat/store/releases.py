"""Who may see an alert, a zone or a case: clauses by subject (:mod:`selat.model.release`).

The watch writes those of alerts in the commit of the alert itself; what people decide afterwards stays, and is logged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from selat.model import clock
from selat.model.errors import ConfigError
from selat.model.nouns import Alert
from selat.model.release import EVERYBODY, KINDS, PARTS, Clauses, Groups, dump, load, may_see, released_alert
from selat.store import chain, tables
from selat.store.engine import reading, upsert, writing
from selat.store.state_types import HasEngine

SYSTEM = "selat"  #: who, where no person decided


def mark(connection: Connection, clauses: Mapping[str, Clauses]) -> None:
    """Write what the watch found, by subject, inside the caller's transaction; a person's word is not replaced."""
    if not clauses:
        return
    t = tables.releases
    query = sa.select(t.c.subject).where(t.c.subject.in_(list(clauses)), t.c.who != SYSTEM)
    by_people = set(connection.scalars(query))
    now = clock.now()
    rows = [
        {"subject": s, "clauses": dump(c), "who": SYSTEM, "time": now} for s, c in clauses.items() if s not in by_people
    ]
    upsert(connection, t, rows)


def release(state: HasEngine, kind: str, name: str, clauses: Clauses, who: str) -> None:
    """Let these groups see it, nobody else; logged. No clauses: everybody. Raises :class:`ConfigError`."""
    if kind not in KINDS:
        raise ConfigError(f"{kind!r} cannot be released", hint=f"one of {', '.join(KINDS)}")
    if not who.strip():
        raise ConfigError("released by whom?", hint="say who decides")
    subject, now = f"{kind}:{name}", clock.now()
    row = {"subject": subject, "clauses": dump(clauses), "who": who, "time": now}
    with writing(state.engine) as connection:
        upsert(connection, tables.releases, [row])
        entry = {"subject": subject, "who": who, "time": now, "action": "release", "note": dump(clauses)}
        chain.append(connection, tables.audit, [entry])


def clauses_of(state: HasEngine, kind: str, *, by_people: bool = False) -> dict[str, Clauses]:
    """Clauses of all of a kind that have some, by name; ``by_people``: only those that a person set, also none."""
    t, prefix = tables.releases.c, f"{kind}:"
    query = sa.select(t.subject, t.clauses).where(t.subject.startswith(prefix, autoescape=True))
    if by_people:
        query = query.where(t.who != SYSTEM)
    with reading(state.engine) as connection:
        rows = connection.execute(query)
        return {r.subject[len(prefix) :]: load(r.clauses) for r in rows}


def released(state: HasEngine, alerts: Iterable[Alert], groups: Groups | None) -> list[Alert]:
    """Alerts as these groups may see them (:func:`selat.model.release.released_alert`), in their order."""
    if groups is None:
        return list(alerts)
    known = of_alerts(state)
    return [a for a in (released_alert(alert, known, groups) for alert in alerts) if a is not None]


def of_alerts(state: HasEngine) -> dict[str, Clauses]:
    """Clauses of alerts and their parts, by subject."""
    return {f"{part}:{name}": c for part in PARTS for name, c in clauses_of(state, part).items()}


def seen(state: HasEngine, kind: str, names: Iterable[str], groups: Groups | None) -> list[str]:
    """Those of ``names`` that these groups may see, in their order."""
    known = {} if groups is None else clauses_of(state, kind)
    return [n for n in names if may_see(known.get(n, EVERYBODY), groups)]
