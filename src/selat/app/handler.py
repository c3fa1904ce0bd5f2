"""What people do with alerts, on its way from a page or a script into the sea.

A watch stores deeds with its next commit, since an alert that the page shows may not be in the sea yet; others at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from selat.app.explain import as_dict, explain
from selat.app.session import Sea
from selat.model.errors import StoreError
from selat.model.handling import Deed, Snooze
from selat.model.release import Groups, withhold
from selat.store import handling, releases
from selat.store.state_types import HasEngine


class Handler:
    """Stores deeds in ``state``. ``first`` is called before a deed or question that needs all alerts stored; of what is
    not for ``groups`` nothing is told.
    """

    def __init__(
        self, state: HasEngine, folder: Path, first: Callable[[], None] | None = None, groups: Groups | None = None
    ) -> None:
        self._groups = groups
        self._state, self._folder, self._first = state, folder, first
        self._waiting: list[tuple[str, Deed]] = []
        self._lock = threading.Lock()
        self.at_once = first is None  #: no commit will come

    def act(self, alert_id: str, deed: Deed) -> None:
        """Store a deed, now or with the next commit."""
        with self._lock:
            if not self.at_once:
                self._waiting.append((alert_id, deed))
                return
        handling.do(self._state, alert_id, deed)

    @property
    def waiting(self) -> bool:
        """True while deeds wait for a commit."""
        return bool(self._waiting)

    def named(self) -> set[str]:
        """Alerts that deeds wait for."""
        with self._lock:
            return {alert_id for alert_id, _ in self._waiting}

    def take(self) -> list[tuple[str, Deed]]:
        """The deeds that wait; whoever takes them commits, and then stores them."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        return waiting

    def store(self, deeds: Iterable[tuple[str, Deed]]) -> None:
        """Store deeds about alerts that are in the sea now."""
        for alert_id, deed in deeds:
            handling.do(self._state, alert_id, deed)

    def explanation(self, alert_id: str) -> dict[str, Any] | None:
        """All about an alert, as JSON; None when the sea does not have it."""
        if self._first is not None:
            self._first()
        with Sea(self._folder, create=False, groups=self._groups) as sea:
            try:
                found = as_dict(explain(sea, alert_id))
            except StoreError:
                return None
            return found if self._groups is None else withhold(found, releases.of_alerts(self._state), self._groups)

    def snooze(self, snooze: Snooze) -> None:
        """Store a snooze."""
        handling.put_snooze(self._state, snooze)

    def unsnooze(self, snooze_id: str, who: str) -> None:
        """End a snooze. Raises :class:`StoreError` where there is none."""
        handling.end_snooze(self._state, snooze_id, who)
