"""Made-up scenes with known truth: write them, and grade the rules against them.


write     a scene as NMEA sentences (OUT.nmea) or as a table of reports (OUT.csv), and its truth beside it (OUT.truth.json)
score     run all rules over drills of some seeds and print their grades: recall, precision and F1 with 95 % intervals, how soon
          they tell, what fooled them; --others runs the rules of others over the same receptions
drills    the families of incidents there are

Seeds 1 to 999 are for training: thresholds may be set on them. Seeds 1000 to 1999 are for tests only.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selat.model.errors import ConfigError

if TYPE_CHECKING:
    from selat.app.drill import Outcome
    from selat.exercise.grade import Grade

EPILOG = """examples:
  selat exercise write night.nmea --seed 7 --minutes 60 --drills meetings,silences
  selat exercise score --seeds 1-3
  selat exercise score --seeds 1000-1009 --drills meetings --others --out grades.md
"""
_SAFE_DEFAULT = 400


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("action", choices=("write", "score", "drills"), help="what to do")
    parser.add_argument("out", metavar="OUT", nargs="?", help="write: the file to make, .nmea or .csv")
    parser.add_argument("--seed", type=int, default=1, help="write: seed of the scene (default 1)")
    parser.add_argument("--seeds", metavar="A-B", default="1-3", help="score: seeds, as in 1-3,7 (default 1-3)")
    parser.add_argument("--drills", metavar="NAMES", default="", help="families with commas between (default: all)")
    parser.add_argument("--rules", metavar="NAMES", default="", help="score: only these rules (default: all)")
    parser.add_argument(
        "--ships", type=int, default=_SAFE_DEFAULT, help="ships beside those of the drills (default 400)"
    )
    parser.add_argument("--count", type=int, default=4, help="incidents of each kind in a scene (default 4)")
    parser.add_argument("--hours", type=float, default=3.0, help="score: length of a scene (default 3)")
    parser.add_argument("--minutes", type=float, default=180.0, help="write: length of the scene (default 180)")
    parser.add_argument("--others", action="store_true", help="score: the rules of others too, on the same receptions")
    parser.add_argument("--processes", type=int, default=2, help="score: scenes at a time (default 2)")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from selat.exercise.drills import FAMILIES

    families = tuple(args.drills.split(",")) if args.drills else tuple(FAMILIES)
    if args.action == "drills":
        for name in FAMILIES:
            print(name)
        return 0
    return _write(args, families) if args.action == "write" else _score(args, families)


def _write(args: argparse.Namespace, families: tuple[str, ...]) -> int:
    from dataclasses import asdict

    from selat.exercise.incidents import truth
    from selat.exercise.play import write_log
    from selat.exercise.scene import Scene

    if not args.out or Path(args.out).suffix not in (".nmea", ".csv"):
        raise ConfigError("write to which file?", hint="selat exercise write night.nmea, or night.csv")
    scene = Scene(args.seed, ships=args.ships, drills=families, count=args.count, hours=args.minutes / 60.0)
    path = Path(args.out)
    rows = write_log(path, args.minutes, scene) if path.suffix == ".nmea" else _table(path, scene, args.minutes)
    facts = [asdict(t) for t in truth(scene)]
    beside = path.with_suffix(".truth.json")
    beside.write_text(json.dumps({"seed": args.seed, "truth": facts}, indent=1) + "\n", encoding="utf-8")
    told = {"rows": rows, "path": str(path), "truth": str(beside), "facts": len(facts)}
    print(
        json.dumps(told) if args.json else f"{path}: {rows:,} rows; {beside}: {len(facts)} facts",
        file=sys.stdout if args.json else sys.stderr,
    )
    return 0


def _table(path: Path, scene: Any, minutes: float) -> int:
    from selat.exercise.columns import emit_columns
    from selat.exporters import choose_exporter
    from selat.model.arrow import to_arrow

    rows, _, _ = emit_columns(scene, 0.0, minutes * 60.0)
    with path.open("wb") as out:
        return choose_exporter("csv", str(path)).write(to_arrow(rows).to_batches(), out)


def _score(args: argparse.Namespace, families: tuple[str, ...]) -> int:
    from selat.app.drill import Job, run_all, seeds_of, together

    rules = tuple(args.rules.split(",")) if args.rules else ()
    seeds = seeds_of(args.seeds)
    jobs = [Job(s, families, args.ships, args.count, args.hours, rules, args.others) for s in seeds]

    def tell(outcome: Outcome) -> None:
        print(f"seed {outcome.seed}: {outcome.reports:,} reports", file=sys.stderr, flush=True)

    outcomes = run_all(jobs, args.processes, tell)
    grades = together(outcomes)
    hours = args.hours * len(seeds)
    load = {
        p: sum(o.load.get(p, 0.0) for o in outcomes) / len(outcomes)
        for p in ("emergency", "alarm", "warning", "caution")
    }
    if args.json:
        print(
            json.dumps({"seeds": seeds, "hours": hours, "load": load, "rules": [as_dict(g) for g in grades.values()]})
        )
        return 0
    for line in table(grades):
        print(line)
    shares = ", ".join(f"{n:.1f} {p}" for p, n in load.items())
    print(
        f"{hours:g} hours, seeds {args.seeds}, {args.ships} ships and those of the drills; alerts an hour: {shares}",
        file=sys.stderr,
    )
    return 0


def as_dict(g: Grade) -> dict[str, Any]:
    """A grade as JSON."""
    from selat.exercise.grade import wilson

    def real(x: float) -> float | None:
        return None if math.isnan(x) else round(x, 4)

    return {
        "rule": g.rule, "staged": g.staged, "found": g.found, "false": g.false, "again": g.again, "recall": real(g.recall),
        "recall_95": wilson(g.found, g.staged), "precision": real(g.precision),
        "precision_95": wilson(g.found, g.found + g.false), "f1": real(g.f1), "delay_s": real(median(g.delays)),
        "false_an_hour": round(g.false / g.hours, 3) if g.hours else None, "fooled_by": dict(g.fooled),
    }  # fmt: skip


def median(values: list[float]) -> float:
    """The middle value; NaN without any."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if ordered else math.nan


def table(grades: dict[str, Grade]) -> list[str]:
    """Grades as a Markdown table; rules for which nothing was staged and that told nothing are left out."""
    from selat.exercise.grade import wilson

    head = (
        "rule",
        "staged",
        "found",
        "false",
        "precision (95 %)",
        "recall (95 %)",
        "F1",
        "told after",
        "false an hour",
        "fooled by",
    )
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for g in grades.values():
        if not (g.staged or g.false):
            continue

        def share(k: int, n: int) -> str:
            low, high = wilson(k, n)
            return f"{k / n:.3f} ({low:.2f} to {high:.2f})" if n else "-"

        after = f"{median(g.delays) / 60:.1f} min" if g.delays else "-"
        fooled = ", ".join(f"{what} {n}" for what, n in g.fooled.most_common(4))
        f1 = f"{g.f1:.3f}" if g.staged else "-"
        cells = (g.rule, g.staged, g.found, g.false, share(g.found, g.found + g.false), share(g.found, g.staged), f1, after,
                 f"{g.false / g.hours:.2f}" if g.hours else "-", fooled or "-")  # fmt: skip
        lines.append("| " + " | ".join(str(c) for c in cells) + " |")
    return lines
