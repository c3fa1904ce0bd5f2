"""What the page keeps with the sea: views, lists and keys by name; and the boats and aircraft that can be sent."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from selat.store import kept, registry
from selat.store.state_types import HasEngine


class Desktop:
    """Asks and changes it; see :class:`selat.model.archive.Desktop`."""

    def __init__(self, state: HasEngine) -> None:
        self._state = state

    def all(self, owner: str) -> dict[str, Any]:
        """All that an owner keeps, and our assets."""
        return {**kept.kept(self._state, owner), "assets": [asdict(a) for a in registry.assets(self._state).values()]}

    def keep(self, owner: str, kind: str, name: str, value: Any) -> None:
        """Keep something by name."""
        kept.keep(self._state, owner, kind, name, value)

    def forget(self, owner: str, kind: str, name: str) -> bool:
        """Take something out."""
        return kept.forget(self._state, owner, kind, name)
