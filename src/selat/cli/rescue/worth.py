"""Tell what more or less effort would find at most, and what the searches so far were worth together.

The curve is that of water filling on the particles as they are after the searches in DRIFT, at the middle of the plan: no division
of the effort over the sea finds more. It answers which boat more is worth sending.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

EPILOG = """examples:
  selat rescue worth pd2.npz --plan plan2.json
  selat rescue worth pd2.npz --plan plan2.json --json
"""
TIMES = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)  #: of the plan's effort


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("drift", type=Path, metavar="DRIFT", help="the particles, .npz")
    parser.add_argument("--plan", type=Path, metavar="FILE", required=True, help="the plan whose effort is the measure")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Work it out, print it."""
    from selat.cli.rescue._plan_file import read_plan
    from selat.rescue.drifted import load
    from selat.rescue.probability import effort_curve

    found, plan = load(args.drift), read_plan(args.plan)
    effort = sum(t.coverage * t.area.size for t in plan.tasks)
    worth = effort_curve(found.cloud().normal(), (plan.begin + plan.end) // 2, [effort * k for k in TIMES])
    before = found.cumulative
    rows = [
        {"effort": k, "pos": p, "cumulative": 1.0 - (1.0 - before) * (1.0 - p)}
        for k, p in zip(TIMES, worth, strict=True)
    ]
    if args.json:
        print(json.dumps({"searches": list(found.searched), "cumulative": before, "plan": plan.pos, "curve": rows}))
        return 0
    for n, pos in enumerate(found.searched, 1):
        print(f"search {n}: {pos:.1%}")
    print(
        f"searched so far: {before:.1%}; with this plan ({plan.pos:.1%}): {1.0 - (1.0 - before) * (1.0 - plan.pos):.1%}"
    )
    for row in rows:
        print(f"{row['effort']:5.2f} times its effort: at most {row['pos']:6.1%}, in all {row['cumulative']:6.1%}")
    return 0
