"""Grades of rules against the truth of a scene: found, missed, false, and how soon; with intervals.

One alert finds at most one incident and an incident is found once: alerts beyond the first are counted as ``again``, not as hits.
An alert that was not staged and is not a look-alike is ``other``: in the made-up traffic two ships may really come close, so
it counts as false for every rule but those named in :data:`NATURAL`. Precision takes hits and false alerts; F1 both.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from selat.exercise.staged import Truth
from selat.model.clock import HOUR, SECOND
from selat.model.nouns import Alert

SLACK = 600 * SECOND  #: ns by which an alert may come before or after its incident
#: rules that the traffic itself may fulfil
NATURAL = frozenset({"collision", "follow", "lane_crossing", "speed_limit", "sar_activity"})
#: rules that may find an incident staged for another rule, and are neither right nor false for it
KIN: dict[str, frozenset[str]] = {
    "rendezvous": frozenset({"ship_to_ship"}), "ship_to_ship": frozenset({"rendezvous"}),
    "dark": frozenset({"sudden_loss"}), "sudden_loss": frozenset({"dark"}),
}  # fmt: skip


@dataclass(slots=True)
class Grade:
    """Counts of one rule over some hours. ``delays``: s from when it could be known to the alert."""

    rule: str
    staged: int = 0
    found: int = 0
    again: int = 0
    false: int = 0
    other: int = 0
    hours: float = 0.0
    delays: list[float] = field(default_factory=list)
    fooled: Counter[str] = field(default_factory=Counter)
    missed: list[Truth] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Share of what was staged that was found; NaN where nothing was."""
        return self.found / self.staged if self.staged else math.nan

    @property
    def precision(self) -> float:
        """Share of alerts about different events that were right; NaN without any."""
        told = self.found + self.false
        return self.found / told if told else math.nan

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0 where nothing was found."""
        total = 2 * self.found + self.false + (self.staged - self.found)
        return 2 * self.found / total if total else math.nan

    def add(self, other: Grade) -> None:
        """Take in the counts of another scene."""
        for name in ("staged", "found", "again", "false", "other", "hours"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.delays += other.delays
        self.fooled.update(other.fooled)
        self.missed += other.missed


def wilson(k: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Interval (95 % unless said) of a share k of n (Wilson 1927); (0, 1) for n = 0."""
    if n == 0:
        return 0.0, 1.0
    p, zz = k / n, z * z
    middle = (p + zz / (2 * n)) / (1 + zz / n)
    half = z / (1 + zz / n) * math.sqrt(p * (1 - p) / n + zz / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def fits(truth: Truth, alert: Alert) -> bool:
    """The alert names all of the incident's ships and falls into its time, give or take :data:`SLACK`."""
    if not set(truth.subjects) <= set(alert.subjects):
        return False
    return alert.time <= truth.end + SLACK and max(alert.last, alert.time) >= truth.start - SLACK


def first_told(alerts: Iterable[Alert]) -> list[tuple[Alert, int]]:
    """Each alert once, as it was first told, with the moment (``last`` of the first telling), in order of that."""
    seen: dict[str, tuple[Alert, int]] = {}
    for alert in alerts:
        if alert.state == "active" and alert.id not in seen:
            seen[alert.id] = alert, alert.last
    return sorted(seen.values(), key=lambda x: x[1])


def grade(
    truths: Sequence[Truth], alerts: Iterable[Alert], hours: float, rules: Iterable[str] = ()
) -> dict[str, Grade]:
    """Grades by rule: of those staged, and of ``rules``, over ``hours`` of a scene."""
    wanted = {t.rule for t in truths} | set(rules)
    out = {rule: Grade(rule, hours=hours) for rule in sorted(wanted)}
    by_rule: dict[str, list[tuple[Alert, int]]] = {}
    for alert, told in first_told(alerts):
        by_rule.setdefault(alert.rule, []).append((alert, told))
    for rule, g in out.items():
        positive = [t for t in truths if t.rule == rule and not t.negative]
        negative = [t for t in truths if t.rule == rule and t.negative]
        kin = [t for t in truths if t.rule in KIN.get(rule, ()) and not t.negative]
        g.staged = len(positive)
        open_ = list(positive)
        for alert, told in by_rule.get(rule, []):
            hit = next((t for t in open_ if fits(t, alert)), None)
            if hit is not None:
                open_.remove(hit)
                g.found += 1
                g.delays.append((told - (hit.known or hit.start)) / SECOND)
            elif any(fits(t, alert) for t in positive):
                g.again += 1
            elif (fooled := next((t for t in negative if fits(t, alert)), None)) is not None:
                g.false += 1
                g.fooled[fooled.note or "look-alike"] += 1
            elif not any(fits(t, alert) for t in kin):
                g.other += 1
                if rule not in NATURAL:
                    g.false += 1
                    g.fooled["in the traffic"] += 1
        g.missed = open_
    return out


def load(alerts: Iterable[Alert], hours: float) -> Mapping[str, float]:
    """Alerts an hour by priority, each event once: what another alert stands for is not counted."""
    counts = Counter(a.priority for a, _ in first_told(alerts) if not a.lead)
    return {priority: n / hours for priority, n in counts.items()}


def length(begin: int, end: int) -> float:
    """Hours between two times (ns)."""
    return (end - begin) / HOUR
