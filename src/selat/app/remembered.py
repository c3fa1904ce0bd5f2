"""Alerts that are remembered while they are open, which may be weeks: each as one text."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping

from selat.model.nouns import Alert
from selat.model.rule import seal, unseal


class Remembered(MutableMapping[str, Alert]):
    """Alerts by id, kept as :func:`~selat.model.rule.seal` makes them: a fourth of what they take as objects.

    Each look at one makes it anew, in some 30 µs; ids and ``in`` cost nothing.
    """

    def __init__(self) -> None:
        self._sealed: dict[str, bytes] = {}

    def __getitem__(self, alert_id: str) -> Alert:
        return unseal(self._sealed[alert_id])

    def __setitem__(self, alert_id: str, alert: Alert) -> None:
        self._sealed[alert_id] = seal(alert)

    def __delitem__(self, alert_id: str) -> None:
        del self._sealed[alert_id]

    def __contains__(self, alert_id: object) -> bool:
        return alert_id in self._sealed

    def __iter__(self) -> Iterator[str]:
        return iter(self._sealed)

    def __len__(self) -> int:
        return len(self._sealed)
