"""What people keep for the page by name: views, lists of ships, keys, each owner's own. One row of the state an owner."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from selat.model.errors import ConfigError
from selat.store import tables
from selat.store.engine import reading, upsert, writing
from selat.store.state_types import HasEngine

KINDS = ("view", "list", "keys")  #: what can be kept: how the page looks; ships; which key does what
MOST = 200  #: of a kind, of an owner
LONGEST = 8000  #: letters of a value as JSON
_KEY = "kept:"

Kept = dict[str, dict[str, Any]]


def kept(state: HasEngine, owner: str) -> Kept:
    """All that ``owner`` (an account; empty: whoever sits at the machine) keeps: by kind, by name."""
    with reading(state.engine) as connection:
        return _read(connection, owner)


def keep(state: HasEngine, owner: str, kind: str, name: str, value: Any) -> None:
    """Keep something under a name, instead of what was there. Raises :class:`ConfigError`."""
    if kind not in KINDS:
        raise ConfigError(f"{kind!r} cannot be kept", hint=f"one of {', '.join(KINDS)}")
    if not name.strip() or len(name) > 80 or not name.isprintable():
        raise ConfigError(f"{name[:80]!r} is no name", hint="1 to 80 letters")
    if len(json.dumps(value)) > LONGEST:
        raise ConfigError("that is too long to keep", hint=f"at most {LONGEST} letters of JSON")
    with writing(state.engine) as connection:
        found = _read(connection, owner)
        found[kind][name] = value
        if len(found[kind]) > MOST:
            raise ConfigError(f"more than {MOST} of them", hint="take some out first")
        _write(connection, owner, found)


def forget(state: HasEngine, owner: str, kind: str, name: str) -> bool:
    """Take something out; False when there is none."""
    with writing(state.engine) as connection:
        found = _read(connection, owner)
        if name not in found.get(kind, {}):
            return False
        del found[kind][name]
        _write(connection, owner, found)
        return True


def _read(connection: Connection, owner: str) -> Kept:
    raw = connection.scalar(sa.select(tables.meta.c.value).where(tables.meta.c.key == _KEY + owner))
    known: Kept = json.loads(raw) if raw else {}
    return {kind: known.get(kind, {}) for kind in KINDS}


def _write(connection: Connection, owner: str, found: Kept) -> None:
    upsert(connection, tables.meta, [{"key": _KEY + owner, "value": json.dumps(found, sort_keys=True)}])
