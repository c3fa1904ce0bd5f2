"""Truth against alerts: which staged things were found, how soon, and what else was said.

An alert that was not staged need not be false: two ferries may really come close. Give ``judge`` (for collision
courses :func:`close_quarters`) to tell such alerts, counted as ``natural``, from false ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from selat.exercise.incidents import JUMP, TEST, TWO_PLACES, approach
from selat.exercise.scene import Scene
from selat.exercise.staged import Truth
from selat.model.clock import SECOND
from selat.model.nouns import Alert
from selat.model.units import NAUTICAL_MILE

Judge = Callable[[Alert], bool]
RULES: Mapping[str, Sequence[str]] = {"jump": (JUMP, TWO_PLACES)}  #: one detector finds both


@dataclass(slots=True)
class Score:
    """Of one rule. ``delays``: seconds from the start of what was found to the ``time`` that the alert gives."""

    rule: str
    staged: int = 0
    found: int = 0
    alerts: int = 0
    hits: int = 0
    natural: int = 0
    false: list[Alert] = field(default_factory=list)
    missed: list[Truth] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Share of what was staged that was found; 1 where nothing was."""
        return self.found / self.staged if self.staged else 1.0

    @property
    def precision(self) -> float:
        """Share of alerts that were right, staged or natural; 1 where there were none."""
        return (self.hits + self.natural) / self.alerts if self.alerts else 1.0


def matches(truth: Truth, alert: Alert, slack_s: float = 60.0) -> bool:
    """The alert names all subjects of the truth (it may name more), and falls in its time, give or take ``slack_s``."""
    slack = round(slack_s * SECOND)
    return (
        set(truth.subjects) <= set(alert.subjects)
        and alert.time <= truth.end + slack
        and max(alert.time, alert.last) >= truth.start - slack
    )


def score(
    truths: Iterable[Truth],
    alerts: Iterable[Alert],
    *,
    names: Mapping[str, Sequence[str]] = RULES,
    judge: Mapping[str, Judge] | None = None,
    slack_s: float = 60.0,
) -> dict[str, Score]:
    """Scores by the truth's rule. ``names``: the truths that a detector is to find, by its name; others keep theirs.

    Emergencies for a beacon under test are false alerts of the rule that raised them, whatever its name.
    """
    truths, tests = [t for t in truths if t.rule != TEST], {t.subjects for t in truths if t.rule == TEST}
    out: dict[str, Score] = {t.rule: Score(t.rule) for t in truths}
    for t in truths:
        out[t.rule].staged += 1
    unfound = list(truths)
    for alert in sorted(alerts, key=lambda a: a.time):
        if alert.subjects in tests and alert.priority != "emergency":
            continue
        finds = names.get(alert.rule, (alert.rule,))
        right = [t for t in truths if t.rule in finds and matches(t, alert, slack_s)]
        rule = right[0].rule if right else finds[0]
        s = out.setdefault(rule, Score(rule))
        s.alerts += 1
        if right:
            s.hits += 1
        elif judge and rule in judge and judge[rule](alert):
            s.natural += 1
        else:
            s.false.append(alert)
        for t in right:
            if t in unfound:
                unfound.remove(t)
                s.found += 1
                s.delays.append((alert.time - t.start) / SECOND)
    for t in unfound:
        out[t.rule].missed.append(t)
    return out


def close_quarters(scene: Scene, metres: float = 0.3 * NAUTICAL_MILE, seconds: float = 1200.0) -> Judge:
    """Judges an alert by the motion: from ``time`` to ``last``, did its two ships ever head for less than that?"""

    def judge(alert: Alert) -> bool:
        ships = [i for i, s in enumerate(scene.fleet) if s.mmsi in alert.subjects]
        if len(ships) != 2:
            return False
        begin, end = ((t - scene.start) / SECOND for t in (alert.time, max(alert.time, alert.last)))
        steps = int(min(end - begin, 3600) // 10) + 1
        for k in range(steps):
            miss, ahead = approach(scene, ships, max(0.0, begin + 10 * k))
            if miss < metres and ahead < seconds:
                return True
        return False

    return judge
