"""Trials: a runner of rules and the rules of others over seeded scenes, graded; scenes apart, so that processes share the work.

Seeds 1 to 999 are for training: thresholds may be set on them. Seeds 1000 to 1999 are for tests, and for nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import NamedTuple, TypeVar

from selat.exercise.baselines import BASELINES, Context, Positions, context_of, positions_of
from selat.exercise.drills import FAMILIES
from selat.exercise.grade import FOUND_BY, KIN, Grade, Judge, grade, load
from selat.exercise.incidents import truth
from selat.exercise.scene import Scene, scenario
from selat.exercise.score import judges
from selat.exercise.staged import Truth
from selat.exercise.world import world_of
from selat.model.columns import Columns
from selat.model.errors import ConfigError
from selat.model.nouns import Alert

TRAINING, TEST = range(1, 1000), range(1000, 2000)
_Key = TypeVar("_Key")
OPEN = ", nowhere left out"  #: after the name of a rule of others that was run without the waters it leaves out


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

    def scene(self) -> Scene:
        """Its scene: a whole strait's traffic, without the incidents of the demo."""
        return scenario(self.seed, self.families, count=self.count, ships=self.ships, hours=self.hours)


class Play(NamedTuple):
    """What a runner made of a scene: all alerts in the order of telling, the names of the rules that ran, what came in.

    ``asked``: alerts whose rule was asked again about the stored evidence; ``same``: those that came out alike, bit for bit.
    ``reports``, ``statics`` are empty where they are not wanted; ``rows``: position reports in all.
    """

    alerts: list[Alert]
    rules: tuple[str, ...]
    reports: Columns
    statics: Columns
    rows: int
    asked: int = 0
    same: int = 0


Runner = Callable[[Job], Play]  #: runs the rules of a job over its scene; a function of a module, for processes to find


@dataclass(slots=True)
class Outcome:
    """What came of a scene: grades by rule, those of others by (our rule, their name), alerts an hour by priority.

    ``nobodys``: incidents staged by kind for which no rule was run.
    """

    seed: int
    grades: dict[str, Grade]
    load: dict[str, float]
    others: dict[tuple[str, str], Grade] = field(default_factory=dict)
    alerts: list[Alert] = field(default_factory=list)
    reports: int = 0
    asked: int = 0
    same: int = 0
    nobodys: dict[str, int] = field(default_factory=dict)


def trial(job: Job, runner: Runner, *, keep: bool = False) -> Outcome:
    """Run one scene and grade it; ``keep``: its alerts too."""
    play, scene = runner(job), job.scene()
    truths = truth(scene)
    judge = judges(scene)
    mine = [t for t in truths if FOUND_BY.get(t.rule, t.rule) in play.rules]
    graded = grade(mine, play.alerts, job.hours, play.rules, judge=judge)
    out = Outcome(job.seed, graded, dict(load(play.alerts, job.hours)))
    if not job.rules:
        out.nobodys = dict(Counter(t.rule for t in truths if not t.negative and t not in mine))
    if job.others:
        positions, known = positions_of(play.reports, play.statics), context_of(world_of(scene))
        out.others = compare(mine, positions, known, job.hours, judge)
    out.alerts, out.reports, out.asked, out.same = play.alerts if keep else [], play.rows, play.asked, play.same
    return out


def compare(
    truths: Sequence[Truth], positions: Positions, known: Context, hours: float, judge: dict[str, Judge] | None = None
) -> dict[tuple[str, str], Grade]:
    """Grades of the rules of others, where something was staged for the rule of ours that they are compared with."""
    out = {}
    for b in BASELINES.values():
        staged = [t for t in truths if t.rule == b.ours or t.rule in KIN.get(b.ours, ())]
        if not any(t.rule == b.ours for t in staged):
            continue
        for name, context in [(b.name, known), (b.name + OPEN, Context())][: 1 + b.excludes]:
            alerts = [row.alert(name) for row in b.find(positions, context)]
            out[b.ours, name] = grade(staged, alerts, hours, [b.ours], judge=judge)[b.ours]
    return out


def trials(
    jobs: Sequence[Job], runner: Runner, processes: int = 2, tell: Callable[[Outcome], None] | None = None
) -> list[Outcome]:
    """Run scenes, several at a time; ``tell`` hears of each that is done. Outcomes come in the order of the jobs."""
    if processes <= 1 or len(jobs) == 1:
        return [_told(trial(job, runner), tell) for job in jobs]
    with ProcessPoolExecutor(min(processes, len(jobs)), mp_context=get_context("spawn")) as pool:
        running = {pool.submit(trial, job, runner): n for n, job in enumerate(jobs)}
        done = {running[future]: _told(future.result(), tell) for future in as_completed(running)}
    return [done[n] for n in range(len(jobs))]


def _told(outcome: Outcome, tell: Callable[[Outcome], None] | None) -> Outcome:
    if tell is not None:
        tell(outcome)
    return outcome


def together(outcomes: Iterable[Outcome]) -> dict[str, Grade]:
    """Grades of all scenes, added up, by rule."""
    return dict(sorted(_summed((rule, g) for o in outcomes for rule, g in o.grades.items()).items()))


def others_together(outcomes: Iterable[Outcome]) -> dict[tuple[str, str], Grade]:
    """Grades of the rules of others in all scenes, by (our rule, their name)."""
    return dict(sorted(_summed((key, g) for o in outcomes for key, g in o.others.items()).items()))


def _summed(parts: Iterable[tuple[_Key, Grade]]) -> dict[_Key, Grade]:
    out: dict[_Key, Grade] = {}
    for key, g in parts:
        out.setdefault(key, Grade(g.rule)).add(g)
    return out


def seeds_of(text: str, *, mixed: bool = False) -> list[int]:
    """Seeds of a text such as ``1-5,9``. Raises :class:`ConfigError`, also for training and test seeds together.

    ``mixed``: those may be together, because the table will say so.
    """
    found = sorted(set(_numbers(text)))
    if not found or any(s not in TRAINING and s not in TEST for s in found):
        raise ConfigError(f"seeds {text!r} are not 1 to 1999", hint="training 1 to 999, test 1000 to 1999")
    if not mixed and kind_of(found) == "mixed":
        raise ConfigError(
            f"seeds {text!r} are not of one kind",
            hint="training 1 to 999, test 1000 to 1999; not both, unless the table is to say so (--mixed)",
        )
    return found


def _numbers(text: str) -> Iterator[int]:
    try:
        for part in text.split(","):
            low, _, high = part.partition("-")
            yield from range(int(low), int(high or low) + 1)
    except ValueError:
        raise ConfigError(f"not seeds: {text!r}", hint="as in 1-5,9") from None


def kind_of(seeds: Iterable[int]) -> str:
    """``training``, ``test`` or ``mixed``."""
    kinds = {"test" if s in TEST else "training" for s in seeds}
    return kinds.pop() if len(kinds) == 1 else "mixed"
