"""The number of a sea: made at random when it is first asked for, kept in its state, so that copies and backups share it."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from selat.store.engine import reading, writing
from selat.store.state_types import HasEngine
from selat.store.tables import meta

_KEY = "sea_id"


def sea_id(state: HasEngine) -> str:
    """Sixteen hex digits; empty where the state may not be written and has no number yet."""
    where = sa.select(meta.c.value).where(meta.c.key == _KEY)
    with reading(state.engine) as connection:
        known = connection.scalar(where)
    if known is None:
        try:
            with writing(state.engine) as connection:
                known = connection.scalar(where)  # somebody else may have been quicker
                if known is None:
                    known = uuid.uuid4().hex[:16]
                    connection.execute(sa.insert(meta).values(key=_KEY, value=known))
        except OperationalError:  # read-only
            return ""
    return str(known)
