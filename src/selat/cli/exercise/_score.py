"""`selat exercise score`: grades of the rules over some seeds."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from selat.exercise.trial import Outcome


def score(args: argparse.Namespace) -> int:
    """Run, and print the report."""
    if args.day:
        from selat.cli.exercise._inject import score_day

        return score_day(args)
    from selat.app.drill import Job, run_all
    from selat.exercise.drills import FAMILIES
    from selat.exercise.report import document
    from selat.exercise.trial import seeds_of
    from selat.store.disk import write_whole

    rules = tuple(args.rules.split(",")) if args.rules else ()
    families = tuple(args.drills.split(",")) if args.drills else tuple(FAMILIES)
    seeds = seeds_of(args.seeds, mixed=args.mixed)
    _known(rules)
    jobs = [Job(s, families, args.ships, args.count, args.hours, rules, not args.ours) for s in seeds]
    jobs[0].scene()  # a wrong number is told here and not by a process
    outcomes = run_all(jobs, args.processes, teller(len(jobs)))
    hours = args.hours * len(seeds)
    about = how(args.seeds, seeds, families, args.ships, args.count, args.hours)
    text = document(outcomes, hours, about)
    if args.out:
        write_whole(args.out, text.encode())
    print(json.dumps(summary(outcomes, seeds, hours)) if args.json else text, end="\n" if args.json else "")
    return 0


def _known(rules: tuple[str, ...]) -> None:
    from selat.app.floor import detectors
    from selat.model.errors import ConfigError

    names = [rule.name for rule in detectors()]
    for rule in rules:
        if rule not in names:
            raise ConfigError(f"there is no rule {rule!r}", hint=f"known: {', '.join(names)}")


def teller(of: int) -> Any:
    """Says on stderr which scenes are done."""
    done = 0

    def tell(outcome: Outcome) -> None:
        nonlocal done
        done += 1
        print(f"{done} of {of}: seed {outcome.seed}, {outcome.reports:,} reports", file=sys.stderr, flush=True)

    return tell


def how(text: str, seeds: list[int], families: tuple[str, ...], ships: int, count: int, hours: float) -> str:
    """How a report was made, and on seeds of which kind."""
    from selat.exercise.trial import kind_of

    kinds = {
        "test": "Test seeds: no threshold was set on them.",
        "training": "TRAINING SEEDS: thresholds may have been set on them, so these grades flatter.",
        "mixed": "MIXED SEEDS, training and test: thresholds may have been set on some of them, so these grades flatter.",
    }
    return (
        f"`selat exercise score --seeds {text} --ships {ships} --count {count} --hours {hours:g}`, drills "
        f"{', '.join(families)}: {len(seeds)} scenes of {hours:g} hours. {kinds[kind_of(seeds)]}"
    )


def summary(outcomes: list[Outcome], seeds: list[int], hours: float) -> dict[str, Any]:
    """All figures as one JSON object."""
    from selat.exercise.report import as_dict
    from selat.exercise.trial import kind_of, others_together, together
    from selat.model.nouns import PRIORITIES

    load = {p: round(sum(o.load.get(p, 0.0) for o in outcomes) / len(outcomes), 4) for p in PRIORITIES}
    others = others_together(outcomes)
    rules = [as_dict(g) for g in together(outcomes).values()]
    return {
        "seeds": seeds, "kind": kind_of(seeds), "hours": hours, "load": load, "rules": rules,
        "others": [{"instead_of": ours, "name": name, **as_dict(g)} for (ours, name), g in others.items()],
        "asked": sum(o.asked for o in outcomes), "same": sum(o.same for o in outcomes),
        "reports": sum(o.reports for o in outcomes),
    }  # fmt: skip
