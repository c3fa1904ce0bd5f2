"""Say how likely a patrol to and fro across a lane detects what passes, with its bounds and a simulation beside them.

The lane is as wide as --lane, the patrol sees --sweep to both sides together; targets go straight along it. The lower bound is
search at random, the upper one search without overlap (B. O. Koopman, OEG report 56, 1946).
"""

from __future__ import annotations

import argparse
import json

from selat.model.errors import ConfigError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("--lane", required=True, metavar="WIDTH", help='width of the lane, as in "12 nm"')
    parser.add_argument("--sweep", required=True, metavar="WIDTH", help='swept width, as in "4 nm"')
    parser.add_argument("--patrol", required=True, metavar="SPEED", help='of the patrol, as in "15 kn"')
    parser.add_argument("--target", required=True, metavar="SPEED", help='of what passes, as in "12 kn"')
    parser.add_argument("--targets", type=int, default=20_000, metavar="N", help="simulated (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the simulation (default %(default)s)")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Print it."""
    from selat.assist.sensing import Barrier
    from selat.model.units import distance, speed

    barrier = Barrier(distance(args.lane), distance(args.sweep), speed(args.patrol), speed(args.target))
    if min(barrier.lane, barrier.sweep, barrier.patrol, barrier.target) <= 0 or not 100 <= args.targets <= 1_000_000:
        raise ConfigError(
            "widths and speeds above zero, 100 to 1,000,000 targets", hint='--lane "12 nm" --patrol "15 kn"'
        )
    share, error = barrier.simulated(args.targets, args.seed)
    low, high = barrier.bounds
    if args.json:
        print(
            json.dumps(
                {"detected": share, "error": error, "low": low, "high": high, "rate": barrier.rate, "seed": args.seed}
            )
        )
    else:
        print(
            f"detected {share:.1%} (simulated, standard error {error:.1%}); bounds {low:.1%} (at random) to {high:.1%} (no overlap)"
        )
        print("assumes: straight targets at one speed, calm, every target within the sweep is seen")
    return 0
