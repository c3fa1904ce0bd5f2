"""Run the rules of the floor over drills of the exercise; what a trial (:mod:`selat.exercise.trial`) asks of a runner."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

from selat.app.explain import concludes_again
from selat.app.floor import Floor, detectors
from selat.exercise.columns import stretches
from selat.exercise.trial import TEST, TRAINING, Job, Outcome, Play, seeds_of, together, trial, trials
from selat.exercise.world import world_of
from selat.model.columns import Columns, concat
from selat.model.nouns import Alert

TOLD_BY_DESK = ("late_data",)  #: what the desk finds, and no rule


def play(job: Job) -> Play:
    """A floor with the job's rules, fed what comes in minute by minute, as a watch is."""
    scene = job.scene()
    rules = [rule for rule in detectors() if not job.rules or rule.name in job.rules]
    floor, alerts, rows = Floor(rules, world=world_of(scene)), [], 0
    kept: list[tuple[Columns, Columns]] = []
    for part in stretches(scene, job.hours * 3600.0):
        alerts += floor.step(part.reports, part.statics, part.messages, part.until)
        rows += part.reports.rows
        if job.others:
            kept.append((part.reports, part.statics))
    reports, statics = (concat([k[n] for k in kept], name) for n, name in enumerate(("reports", "statics")))
    asked = [a for a in _last_told(alerts) if a.evidence]
    same = sum(concludes_again(_stored(a), rules) for a in asked)
    names = [r.name for r in rules] + ([] if job.rules else list(TOLD_BY_DESK))
    return Play(alerts, tuple(names), reports, statics, rows, len(asked), same)


def _last_told(alerts: Sequence[Alert]) -> list[Alert]:
    return list({a.id: a for a in alerts}.values())


def _stored(alert: Alert) -> Alert:
    """The alert as it comes out of the store: evidence and parameters have been JSON."""
    return replace(
        alert, evidence=json.loads(json.dumps(alert.evidence)), parameters=json.loads(json.dumps(alert.parameters))
    )


def run(job: Job, *, keep: bool = False) -> Outcome:
    """Run one scene through the floor; ``keep``: its alerts too."""
    return trial(job, play, keep=keep)


def run_all(jobs: Sequence[Job], processes: int = 2, tell: Callable[[Outcome], None] | None = None) -> list[Outcome]:
    """Run scenes, several at a time; ``tell`` hears of each that is done."""
    return trials(jobs, play, processes, tell)


__all__ = ["TEST", "TRAINING", "Job", "Outcome", "play", "run", "run_all", "seeds_of", "together"]
