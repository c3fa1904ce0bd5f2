"""Grades of all rules, and of the rules of others, on the test seeds of the exercise: writes bench/exercise.md.

    python bench/exercise.py [--seeds 1000-1007] [--ships 400] [--count 2] [--hours 3] [--processes 2]

The same command on the same code writes the same file, which is what `selat exercise score` prints.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
OUT = Path(__file__).with_name("exercise.md")


def main() -> None:
    from selat.app.drill import Job, run_all
    from selat.cli.exercise._score import how, teller
    from selat.exercise.drills import FAMILIES
    from selat.exercise.report import document
    from selat.exercise.trial import seeds_of
    from selat.model.clock import monotonic

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", default="1000-1007")
    parser.add_argument("--ships", type=int, default=400)
    parser.add_argument("--count", type=int, default=2)
    parser.add_argument("--hours", type=float, default=3.0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    seeds, families = seeds_of(args.seeds), tuple(FAMILIES)
    jobs = [Job(s, families, args.ships, args.count, args.hours, (), True) for s in seeds]
    began = monotonic()
    outcomes = run_all(jobs, args.processes, teller(len(jobs)))
    given = {name: getattr(args, name) for name in ("seeds", "ships", "count", "hours")}
    words = "".join(f" --{name} {value}" for name, value in given.items() if value != parser.get_default(name))
    same = how(args.seeds, seeds, families, args.ships, args.count, args.hours)
    about = f"Made by `python3 dev.py bench exercise{words}`, the same as {same}"
    args.out.write_text(document(outcomes, args.hours * len(seeds), about), encoding="utf-8")
    print(f"{args.out.name}: {len(jobs)} scenes in {monotonic() - began:.0f} s, load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
