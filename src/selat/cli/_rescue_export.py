"""Write a plan for the crews and for other centres: routes, maps, messages.

FORMAT is one of gpx, rtz (1.2), rtz-1.1, rtz-1.0, kml, geojson, csv, sitrep, action (search action message), safetynet;
without one, all but the older RTZ. Files are named after the plan's; RTZ makes one for each task. With --fact the messages
are told what the plan does not know: from, to, number, priority, casualty, persons, situation, assistance, description,
initial, smc, osc, control, onscene, press, plans, more.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selat.model.plan import Plan

EPILOG = """examples:
  selat rescue export plan.json gpx rtz
  selat rescue export plan.json action --language ms --fact "persons=1" --fact "control=VHF 16" --to out/
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("plan", type=Path, metavar="PLAN", help="a file of `selat rescue plan`")
    parser.add_argument("formats", metavar="FORMAT", nargs="*", help="which (default: all)")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="where to (default: beside the plan)")
    parser.add_argument("--language", default="en", help="of messages: en, ms or ja (default %(default)s)")
    parser.add_argument("--fact", metavar="KEY=TEXT", action="append", default=[], help="for messages")
    parser.add_argument("--approval", metavar="TEXT", help="replaces the line that the plan is not approved")


def run(args: argparse.Namespace) -> int:
    """Write them, name them."""
    from dataclasses import replace

    from selat.cli._plan_file import pairs, read_plan

    plan = read_plan(args.plan)
    if args.approval is not None:
        plan = replace(plan, approval=args.approval)
    facts = pairs(args.fact, "--fact", '"persons=1"')
    folder = args.plan.parent if args.to is None else args.to
    folder.mkdir(parents=True, exist_ok=True)
    for path in write_all(plan, folder / args.plan.stem, args.formats, facts, args.language):
        print(path)
    return 0


def write_all(plan: Plan, stem: Path, formats: list[str], facts: dict[str, str], language: str) -> list[Path]:
    """The files of a plan."""
    from selat.exporters.plans import FORMATS, write_plan
    from selat.store.disk import write_whole

    out = []
    for name in formats or [f for f in FORMATS if f not in ("rtz-1.0", "rtz-1.1")]:
        more: dict[str, object] = (
            {"facts": facts, "language": language} if name in ("sitrep", "action", "safetynet") else {}
        )
        for suffix, text in write_plan(plan, name, **more).items():
            path = stem.with_name(stem.name + suffix)
            write_whole(path, text.encode())
            out.append(path)
    return out
