"""Grades of rules against the truth of a scene: found, missed, false, and how soon.

One alert finds at most one incident and an incident is found once (:mod:`selat.exercise.matching`): alerts beyond the first are
counted as ``again``: neither hits nor false, but part of the load. An alert that was not staged and is not a look-alike is
``other``: in the made-up traffic two ships may really come close, so it is false for every rule but those named in
:data:`NATURAL`. A ``judge`` that knows the motion says so of single alerts.

Precision takes hits and false alerts, of any priority; F1 both. False alerts are counted apart by what they ask of the officer:
``quiet`` (caution) and ``loud`` (warning and above).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from selat.exercise.interval import f1_of, wilson
from selat.exercise.matching import SLACK, Event, first_told, fits, match, moment
from selat.exercise.staged import Truth
from selat.model.clock import HOUR, SECOND
from selat.model.nouns import PRIORITIES, Alert

Judge = Callable[[Alert], bool]
#: rules that the traffic itself may fulfil
NATURAL = frozenset({"collision", "follow", "lane_crossing", "late_data", "speed_limit", "sar_activity"})
#: rules that may find an incident staged for another rule, and are neither right nor false for it
KIN: dict[str, frozenset[str]] = {
    "rendezvous": frozenset({"ship_to_ship"}), "ship_to_ship": frozenset({"rendezvous"}),
    # Whose reports are held back is silent until they come; then the desk takes the alert back, which is late_data.
    "dark": frozenset({"sudden_loss", "late_data"}), "sudden_loss": frozenset({"dark", "late_data"}),
}  # fmt: skip
#: kinds of incidents that a rule of another name is to find
FOUND_BY: Mapping[str, str] = {"two_places": "jump", "beacon_test": "distress"}
IN_TRAFFIC = "in the traffic"  #: kind of a false alert that no look-alike was staged for


@dataclass(slots=True)
class Grade:
    """Counts of one rule over some hours; ``hours`` are an officer's, who watches one scene.

    ``hits``: the incidents found; for each, ``delays``: s from when it could be known to when it was told, and ``waits``: s from
    its start. ``parts``: (found, false, missed) of each scene; ``fakes``: the false alerts.
    """

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
    hits: list[Truth] = field(default_factory=list)
    loud: int = 0
    quiet: int = 0
    natural: int = 0
    waits: list[float] = field(default_factory=list)
    parts: list[tuple[int, int, int]] = field(default_factory=list)
    fakes: list[Alert] = field(default_factory=list)

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
        return f1_of(self.found, self.false, self.staged - self.found)

    def add(self, other: Grade) -> None:
        """Take in the counts of another scene."""
        for name in ("staged", "found", "again", "false", "other", "hours", "loud", "quiet", "natural"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.delays += other.delays
        self.waits += other.waits
        self.fooled.update(other.fooled)
        self.missed += other.missed
        self.hits += other.hits
        self.parts += other.parts
        self.fakes += other.fakes

    def _fake(self, alert: Alert, what: str) -> None:
        self.false += 1
        self.fooled[what] += 1
        self.fakes.append(alert)
        if alert.priority == "caution":
            self.quiet += 1
        else:
            self.loud += 1


def grade(
    truths: Sequence[Truth],
    alerts: Iterable[Alert],
    hours: float,
    rules: Iterable[str] = (),
    *,
    judge: Mapping[str, Judge] | None = None,
    slack: int = SLACK,
    found_by: Mapping[str, str] = FOUND_BY,
) -> dict[str, Grade]:
    """Grades by rule: of those staged, and of ``rules``, over ``hours`` of a scene.

    ``judge``: by rule, whether an alert that nothing was staged for is true of the traffic all the same. ``found_by``: the rule
    that is to find a kind of incident, where its name is another.
    """
    truths = [replace(t, rule=found_by[t.rule]) if t.rule in found_by else t for t in truths]
    wanted = {t.rule for t in truths} | set(rules)
    by_rule: dict[str, list[Event]] = {}
    for event in first_told(alerts):
        by_rule.setdefault(event.alert.rule, []).append(event)
    judge = judge or {}
    return {
        rule: _graded(rule, truths, by_rule.get(rule, []), hours, judge.get(rule), slack) for rule in sorted(wanted)
    }


def _graded(
    rule: str, truths: Sequence[Truth], events: list[Event], hours: float, judge: Judge | None, slack: int
) -> Grade:
    g = Grade(rule, hours=hours)
    positive = [t for t in truths if t.rule == rule and not t.negative]
    negative = [t for t in truths if t.rule == rule and t.negative]
    kin = [t for t in truths if t.rule in KIN.get(rule, ()) and not t.negative]
    pairs = match(positive, events, slack)
    for n, event in enumerate(events):
        alert = event.alert
        if n in pairs:
            truth = positive[pairs[n]]
            told = moment(truth, event)
            g.hits.append(truth)
            g.delays.append((told - (truth.known or truth.start)) / SECOND)
            g.waits.append((told - truth.start) / SECOND)
        elif any(fits(t, alert, slack) for t in positive):
            g.again += 1
        elif (fooled := _fooled(negative, kin, alert, slack)) is not None:
            if not _rightly_quiet(fooled, event):
                g._fake(alert, fooled.note or "look-alike")
        elif any(fits(t, alert, slack) for t in kin):
            continue
        elif judge is not None and judge(alert):
            g.natural += 1
        else:
            g.other += 1
            if judge is not None or rule not in NATURAL:
                g._fake(alert, IN_TRAFFIC)
    g.staged, g.found = len(positive), len(pairs)
    hit = set(pairs.values())
    g.missed = [t for k, t in enumerate(positive) if k not in hit]
    g.parts = [(g.found, g.false, len(g.missed))]
    return g


def _fooled(negative: Sequence[Truth], kin: Sequence[Truth], alert: Alert, slack: int) -> Truth | None:
    """The look-alike that an alert fell for. One of no ship in particular (a receiver that fails) explains no alert about a
    ship to which something else is staged that this rule may find.
    """
    about = any(fits(t, alert, slack) for t in kin)
    return next((t for t in negative if fits(t, alert, slack) and (t.subjects or not about)), None)


def _rightly_quiet(truth: Truth, event: Event) -> bool:
    """A beacon under test is to be shown as such, and not as an emergency."""
    return truth.rule == "distress" and event.loud is None


def load(alerts: Iterable[Alert], hours: float) -> Mapping[str, float]:
    """Alerts an hour by priority, each event once at its first; what another alert stands for is not counted."""
    counts = Counter(e.alert.priority for e in first_told(alerts) if not e.alert.lead)
    return {priority: n / hours for priority, n in counts.items()}


def asks(rates: Mapping[str, float]) -> float:
    """Alerts an hour that ask something of the officer: warning and above."""
    return sum(rates.get(p, 0.0) for p in PRIORITIES if p != "caution")


def length(begin: int, end: int) -> float:
    """Hours between two times (ns)."""
    return (end - begin) / HOUR


__all__ = [
    "FOUND_BY", "IN_TRAFFIC", "KIN",
    "NATURAL", "SLACK", "Grade", "Judge", "asks", "first_told", "fits", "grade", "length", "load", "wilson",
]  # fmt: skip
