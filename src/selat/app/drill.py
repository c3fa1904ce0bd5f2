"""Run the rules over drills of the exercise and grade them: seeds apart, so that processes can share the work.

Seeds 1 to 999 are for training: thresholds may be set on them. Seeds 1000 to 1999 are for tests, and for nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context

from selat.app.floor import Floor, detectors
from selat.exercise.baselines import BASELINES, Context, context_of, positions_of
from selat.exercise.columns import stretches
from selat.exercise.drills import FAMILIES
from selat.exercise.grade import KIN, Grade, grade, load
from selat.exercise.incidents import truth
from selat.exercise.scene import Scene
from selat.exercise.staged import Truth
from selat.exercise.world import world_of
from selat.model.columns import Columns, concat
from selat.model.errors import ConfigError
from selat.model.nouns import Alert
from selat.tracks.world import World

TRAINING, TEST = range(1, 1000), range(1000, 2000)


@dataclass(frozen=True, slots=True)
class Job:
    """One scene to run: seed, families, number of ships, incidents of each kind, hours, and the rules (none: all).

    ``others``: the rules of :mod:`selat.exercise.baselines` too.
    """

    seed: int
    families: tuple[str, ...] = tuple(FAMILIES)
    ships: int = 400
    count: int = 4
    hours: float = 3.0
    rules: tuple[str, ...] = ()
    others: bool = False


@dataclass(slots=True)
class Outcome:
    """What came of a scene."""

    seed: int
    grades: dict[str, Grade]
    load: dict[str, float]
    alerts: list[Alert] = field(default_factory=list)
    reports: int = 0


def run(job: Job, *, keep: bool = False) -> Outcome:
    """Run one scene through the floor; ``keep``: its alerts too."""
    scene = Scene(
        seed=job.seed, ships=job.ships, incidents=False, drills=job.families, count=job.count, hours=job.hours
    )
    rules = [rule for rule in detectors() if not job.rules or rule.name in job.rules]
    world = world_of(scene)
    floor, alerts, reports = Floor(rules, world=world), [], 0
    kept: list[tuple[Columns, Columns]] = []
    for part in stretches(scene, job.hours * 3600.0):
        alerts += floor.step(part.reports, part.statics, part.messages, part.until)
        reports += part.reports.rows
        if job.others:
            kept.append((part.reports, part.statics))
    wanted, truths = [r.name for r in rules], truth(scene)
    graded = grade([t for t in truths if t.rule in wanted], alerts, job.hours, wanted)
    if job.others:
        graded |= _others([t for t in truths if t.rule in wanted], kept, world, job)
    return Outcome(job.seed, graded, dict(load(alerts, job.hours)), alerts if keep else [], reports)


def _others(truths: list[Truth], kept: list[tuple[Columns, Columns]], world: World, job: Job) -> dict[str, Grade]:
    """Grades of the rules of others, under our rule's name and theirs."""
    reports, statics = (concat([k[n] for k in kept], name) for n, name in enumerate(("reports", "statics")))
    positions, known = positions_of(reports, statics), context_of(world)
    out = {}
    for b in BASELINES.values():
        staged = [t for t in truths if t.rule == b.ours or t.rule in KIN.get(b.ours, ())]
        if not any(t.rule == b.ours for t in staged):
            continue
        for name, context in [(b.name, known), (f"{b.name}, nowhere left out", Context())][: 1 + b.excludes]:
            alerts = [row.alert(name) for row in b.find(positions, context)]
            g = grade(staged, alerts, job.hours, [b.ours])[b.ours]
            out[f"{b.ours}: {name}"] = replace(g, rule=f"{b.ours}: {name}")
    return out


def run_all(jobs: Sequence[Job], processes: int = 2, tell: Callable[[Outcome], None] | None = None) -> list[Outcome]:
    """Run scenes, several at a time; ``tell`` hears of each that is done."""
    out = []
    if processes <= 1 or len(jobs) == 1:
        for job in jobs:
            out.append(run(job))
            if tell is not None:
                tell(out[-1])
        return out
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for outcome in pool.map(run, jobs):
            out.append(outcome)
            if tell is not None:
                tell(outcome)
    return out


def together(outcomes: Iterable[Outcome]) -> dict[str, Grade]:
    """Grades of all scenes, added up."""
    out: dict[str, Grade] = {}
    for outcome in outcomes:
        for rule, g in outcome.grades.items():
            if rule not in out:
                out[rule] = Grade(rule)
            out[rule].add(g)
    return dict(sorted(out.items()))


def seeds_of(text: str) -> list[int]:
    """Seeds of a text such as ``1-5,9``. Raises :class:`ConfigError`, also where training and test seeds are mixed."""
    found: list[int] = []
    try:
        for part in text.split(","):
            low, _, high = part.partition("-")
            found += range(int(low), int(high or low) + 1)
    except ValueError:
        raise ConfigError(f"not seeds: {text!r}", hint="as in 1-5,9") from None
    kinds = {s in TEST for s in found}
    if not found or len(kinds) > 1 or any(s not in TRAINING and s not in TEST for s in found):
        raise ConfigError(f"seeds {text!r} are not of one kind", hint="training 1 to 999, test 1000 to 1999; not both")
    return found
