"""Grades of all rules, and of the rules of others, on the test seeds of the exercise: writes bench/exercise.md.

    python bench/exercise.py [--seeds 1000-1007] [--ships 400] [--count 4] [--hours 3]

The table is what `selat exercise score` prints; thresholds were never set on these seeds.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
OUT = Path(__file__).with_name("exercise.md")


def main() -> None:
    from selat.app.drill import Job, run_all, seeds_of, together
    from selat.cli.exercise import table
    from selat.exercise.drills import FAMILIES

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", default="1000-1007")
    parser.add_argument("--ships", type=int, default=400)
    parser.add_argument("--count", type=int, default=4)
    parser.add_argument("--hours", type=float, default=3.0)
    args = parser.parse_args()
    jobs = [Job(s, tuple(FAMILIES), args.ships, args.count, args.hours, (), True) for s in seeds_of(args.seeds)]
    outcomes = run_all(jobs, 2, lambda o: print(f"seed {o.seed}: {o.reports:,} reports", file=sys.stderr, flush=True))
    load = {
        p: sum(o.load.get(p, 0.0) for o in outcomes) / len(outcomes)
        for p in ("emergency", "alarm", "warning", "caution")
    }
    told = ", ".join(f"{n:.1f} {p}" for p, n in load.items())
    text = (
        "# Grades of the rules on test seeds\n\n"
        f"`python3 dev.py bench exercise --seeds {args.seeds} --ships {args.ships} --count {args.count} --hours {args.hours:g}`, "
        f"{args.hours * len(jobs):g} hours of a made-up strait of {args.ships} ships beside those of the drills "
        f"({', '.join(FAMILIES)}). Alerts an hour: {told}.\n\n"
        "*false*: alerts about look-alikes and about traffic that is neither. Intervals are Wilson's, 95 %. Below a rule of ours, "
        "behind a colon, the rules of others for the same thing, on the same receptions.\n\n"
    )
    OUT.write_text(text + "\n".join(table(together(outcomes))) + "\n", encoding="utf-8")
    print(f"{OUT.name}: {len(jobs)} scenes, load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
