"""What a full strait asks of an officer: ``python bench/load.py [--seeds 1004,1005] [--ships 1500] [--hours 2]``.

The invented traffic of the exercise with nothing staged, all rules on: whatever is told at warning or alarm is load (it
may be right all the same: ships of the invented traffic do come close). Cautions ask nothing of an officer
(IMO MSC.302(87)) and are counted beside. Each event counts once, at its first; what another alert stands for does not.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter

from selat.app.drill import Job, play
from selat.exercise.grade import asks, first_told, load
from selat.exercise.trial import seeds_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", default="1004,1005")
    parser.add_argument("--ships", type=int, default=1500)
    parser.add_argument("--hours", type=float, default=2.0)
    args = parser.parse_args()
    for seed in seeds_of(args.seeds):
        began = time.perf_counter()
        played = play(Job(seed, (), args.ships, 1, args.hours, (), False))
        rates = load(played.alerts, args.hours)
        rules = Counter(
            e.alert.rule for e in first_told(played.alerts) if not e.alert.lead and e.alert.priority != "caution"
        )
        told = ", ".join(f"{n} {rule}" for rule, n in rules.most_common()) or "none"
        print(
            f"seed {seed}, {args.ships} ships, {args.hours:g} h, {played.rows:,} reports: {asks(rates):.1f} an hour at "
            f"warning or alarm ({told}), {rates.get('caution', 0.0):.0f} cautions; "
            f"{time.perf_counter() - began:.0f} s, load average {os.getloadavg()[0]:.1f}"
        )


if __name__ == "__main__":
    main()
