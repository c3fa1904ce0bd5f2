"""Write a plan for the crews and for other centres: routes, maps, messages.

FORMAT is one of gpx, rtz (1.2), rtz-1.1, rtz-1.0, kml, geojson, csv, sitrep, action (search action message), safetynet, and
html or pdf for the brief on paper; without one, all but the older RTZ (and pdf where the extra `paper` is installed). The
brief shows the drift of --drift, the file that was planned on. Files are named after the plan's; RTZ makes one for each
task. With --fact the messages and the brief are told what the plan does not know: from, to, number, priority, casualty,
persons, situation, assistance, description, initial, smc, osc, control, onscene, press, plans, more.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selat.model.plan import Plan
    from selat.rescue.drifted import Drifted

EPILOG = """examples:
  selat rescue export plan.json gpx rtz
  selat rescue export plan.json pdf --drift pd.npz --language ja
  selat rescue export plan.json action --language ms --fact "persons=1" --fact "control=VHF 16" --to out/
"""

PAPER = ("html", "pdf")  #: the brief


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("plan", type=Path, metavar="PLAN", help="a file of `selat rescue plan`")
    parser.add_argument("formats", metavar="FORMAT", nargs="*", help="which (default: all)")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="where to (default: beside the plan)")
    parser.add_argument("--format", action="append", default=[], metavar="FORMAT", help="the same as naming it")
    parser.add_argument("--drift", type=Path, metavar="FILE", help="the particles that were planned on, for the brief")
    parser.add_argument(
        "--water", type=float, metavar="C", help="temperature of the sea, for the brief's survival clock"
    )
    parser.add_argument("--language", default="en", help="of messages and brief: en, ms or ja (default %(default)s)")
    parser.add_argument("--fact", metavar="KEY=TEXT", action="append", default=[], help="for messages and brief")
    parser.add_argument("--approval", metavar="TEXT", help="replaces the line that the plan is not approved")


def run(args: argparse.Namespace) -> int:
    """Write them, name them."""
    from dataclasses import replace

    from selat.cli.rescue._plan_file import pairs, read_plan

    plan = read_plan(args.plan)
    if args.approval is not None:
        plan = replace(plan, approval=args.approval)
    facts = pairs(args.fact, "--fact", '"persons=1"')
    folder = args.plan.parent if args.to is None else args.to
    folder.mkdir(parents=True, exist_ok=True)
    found = None
    if args.drift is not None:
        from selat.rescue.drifted import load

        found = load(args.drift)
    wanted = [*args.formats, *args.format]
    for path in write_all(plan, folder / args.plan.stem, wanted, facts, args.language, found, args.water):
        print(path)
    return 0


def write_all(
    plan: Plan, stem: Path, formats: list[str], facts: dict[str, str], language: str, found: Drifted | None = None,
    water: float | None = None,
) -> list[Path]:  # fmt: skip
    """The files of a plan; ``found``: the drift behind it."""
    from selat.app.papers import brief
    from selat.exporters.plans import FORMATS, write_plan
    from selat.store.disk import write_whole

    out = []
    for name in formats or [*(f for f in FORMATS if f not in ("rtz-1.0", "rtz-1.1")), "html", *_pdf()]:
        files: dict[str, bytes]
        if name in PAPER:
            files = {f".{name}": brief.file(plan, name, found, facts=facts, language=language, water=water)}
        else:
            messages = name in ("sitrep", "action", "safetynet")
            more: dict[str, object] = {"facts": facts, "language": language} if messages else {}
            files = {suffix: text.encode() for suffix, text in write_plan(plan, name, **more).items()}
        for suffix, data in files.items():
            path = stem.with_name(stem.name + suffix)
            write_whole(path, data)
            out.append(path)
    return out


def _pdf() -> list[str]:
    """``pdf`` where Typst is installed."""
    from importlib.util import find_spec

    return ["pdf"] if find_spec("typst") else []
