"""The base of rules that look at each report and conclude at beats."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

from selat.detectors._life import PictureRule
from selat.model.nouns import Alert
from selat.tracks.window import Window


@dataclass(frozen=True)
class RowRule(PictureRule):
    """Each window with reports goes to :meth:`take`, which remembers what matters; :meth:`look` concludes at beats."""

    def step(self, window: Window, state: Any) -> tuple[list[Alert], Any]:
        """Alerts of this window; state as that of every picture rule."""
        state = state or {"memory": None, "life": {}}
        if window.reports.rows:
            state = {**state, "memory": self.take(window, state["memory"])}
        return super().step(window, state)

    @abstractmethod
    def take(self, window: Window, memory: Any) -> Any:
        """The new memory (plain values; the old one is left alone)."""
