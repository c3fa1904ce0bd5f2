"""Which alert found which incident: one to one, by ships and time.

An alert finds at most one incident and an incident is found by at most one alert, so that one alert does not stand for two, nor
twenty for twenty. Among all ways to pair as many as can be, earlier alerts come first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from selat.exercise.staged import Truth
from selat.model.clock import SECOND
from selat.model.nouns import Alert

SLACK = 600 * SECOND  #: ns by which an alert may come before or after its incident
GROUP = 2  #: of a larger group of ships an alert need not name all


class Event(NamedTuple):
    """An alert as an officer meets it: as it was first told, when (ns), and when first above caution; None: never."""

    alert: Alert
    told: int
    loud: int | None


def first_told(alerts: Iterable[Alert]) -> list[Event]:
    """Each alert once, however often it was refreshed, in order of the moment at which it was first told.

    The moment is the ``last`` of the first telling: until then the rule had seen nothing later.
    """
    first: dict[str, tuple[Alert, int]] = {}
    loud: dict[str, int] = {}
    for alert in alerts:
        if alert.state != "active":
            continue
        first.setdefault(alert.id, (alert, alert.last))
        if alert.priority != "caution":
            loud.setdefault(alert.id, alert.last)
    events = [Event(alert, told, loud.get(key)) for key, (alert, told) in first.items()]
    return sorted(events, key=lambda e: (e.told, e.alert.id))


def names(truth: Truth, subjects: Iterable[int]) -> bool:
    """Whether an alert about these ships can be about the incident.

    It names both ships of a pair, or the one of one, and at most two more; of a larger group it names half, and no more strangers
    than the group has ships. An alert about everybody is about nobody. Incidents without ships fit by time alone.
    """
    wanted, told = set(truth.subjects), set(subjects)
    if not wanted:
        return True
    strangers, there = len(told - wanted), len(told & wanted)
    if len(wanted) <= GROUP:
        return there == len(wanted) and strangers <= 2
    return 2 * there >= len(wanted) and there >= 2 and strangers <= len(wanted)


def fits(truth: Truth, alert: Alert, slack: int = SLACK) -> bool:
    """The alert is about the incident's ships, and what it tells of overlaps the incident's time, give or take ``slack``."""
    if not names(truth, alert.subjects):
        return False
    return alert.time <= truth.end + slack and max(alert.last, alert.time) >= truth.start - slack


def loud_enough(truth: Truth, event: Event) -> bool:
    """What is of high severity must be told above caution: a caution asks nothing of an officer."""
    return truth.severity != "high" or event.loud is not None


def moment(truth: Truth, event: Event) -> int:
    """When the incident was told (ns)."""
    return event.loud if truth.severity == "high" and event.loud is not None else event.told


def match(truths: Sequence[Truth], events: Sequence[Event], slack: int = SLACK) -> dict[int, int]:
    """Pairs (number of an event: number of a truth), as many as there can be.

    Augmenting paths (Kuhn 1955), events in their order: an event that was paired stays so, hence earlier ones come first; of the
    truths that it fits, an event tries the one that begins nearest to it first.
    """
    fit = [
        sorted(
            (k for k, t in enumerate(truths) if fits(t, e.alert, slack) and loud_enough(t, e)),
            key=lambda k: (abs(truths[k].start - e.alert.time), k),
        )
        for e in events
    ]
    finder: dict[int, int] = {}

    def place(event: int, tried: set[int]) -> bool:
        for k in fit[event]:
            if k in tried:
                continue
            tried.add(k)
            if k not in finder or place(finder[k], tried):
                finder[k] = event
                return True
        return False

    for event in range(len(events)):
        place(event, set())
    return {event: k for k, event in finder.items()}
