"""What helpers of the state need of it, without importing it."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy.engine import Engine


class HasEngine(Protocol):
    """Something with a database behind it: a :class:`~selat.store.state.State`."""

    engine: Engine
