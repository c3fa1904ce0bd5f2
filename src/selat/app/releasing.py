"""Of a stored sea: who may see what of it, asked and decided."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Self

from selat.app.kept import Desktop
from selat.app.seen import sees
from selat.app.session import Sea
from selat.app.weather import Weather, weather_of
from selat.model.errors import ConfigError
from selat.model.release import Groups, group_names, may_see
from selat.store import alertbook, cases, registry, releases


class Releasing:
    """The sea in ``folder`` as ``groups`` may see it; None: all of it. The base of what pages ask."""

    def __init__(self, folder: Path, groups: Groups | None = None) -> None:
        self._folder, self.groups = folder, groups
        self._others: dict[Groups, Self] = {}
        self._lock = threading.RLock()
        self.sea = Sea(folder, create=False, groups=groups)

    def released(self, groups: Groups | None) -> Self:
        """The sea as these groups may see it."""
        if groups is None or groups == self.groups:
            return self
        with self._lock:
            if groups not in self._others:
                self._others[groups] = type(self)(self._folder, groups)
            return self._others[groups]

    def close_others(self) -> None:
        """Let go of the seas that were opened for groups."""
        for other in self._others.values():
            other.sea.close()
        self._others.clear()

    def desktop(self) -> Desktop:
        """What people keep for the page."""
        return Desktop(self.sea.state)

    @property
    def weather(self) -> Weather:
        """Wind and current of the folder ``fields``: of those nothing is kept from anybody."""
        return weather_of(self._folder)

    def _may_change(self, name: str) -> None:
        if not sees(self.sea, "zone", name):
            raise ConfigError(f"the name {name!r} is taken", hint="choose another one")

    def release(self, kind: str, name: str, groups: Any, who: str) -> list[list[str]]:
        """Let groups see an alert, zone or case; nobody else does. An empty list: everybody. Returns its clauses.

        ``groups``: names, or lists of names where one of each list is asked for. Raises :class:`ConfigError`, also where
        whoever decides could not see it any more.
        """
        if not sees(self.sea, kind, name) or not self._there(kind, name):
            raise ConfigError(f"there is no {kind} {name!r}", hint="nothing was changed")
        return self._release(kind, name, groups, who)

    def _release(self, kind: str, name: str, groups: Any, who: str) -> list[list[str]]:
        if not isinstance(groups, list):
            raise ConfigError("released to whom?", hint='a list of groups: ["navy", "police"]')
        parts = groups if groups and all(isinstance(g, list) for g in groups) else [groups] if groups else []
        clauses = frozenset(group_names(p) for p in parts)
        if not may_see(clauses, self.groups):
            raise ConfigError("you could not see it yourself any more", hint="name one of your own groups too")
        releases.release(self.sea.state, kind, name, clauses, who)
        return sorted(sorted(c) for c in clauses)

    def clauses(self, kind: str, name: str) -> list[list[str]] | None:
        """Clauses of an alert, zone or case that may be seen; None where there is none."""
        if not sees(self.sea, kind, name) or not self._there(kind, name):
            return None
        return sorted(sorted(c) for c in releases.clauses_of(self.sea.state, kind).get(name, ()))

    def _there(self, kind: str, name: str) -> bool:
        if kind == "alert":
            return any(a.id == name for a in alertbook.alerts(self.sea.state, starts=name))
        if kind == "case":
            return any(n == name for n, _, _ in cases.case_names(self.sea.state))
        return kind == "zone" and name in registry.zones(self.sea.state)
