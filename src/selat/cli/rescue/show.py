"""Show a case, or where its particles are: mean place, circles that hold 50, 90 and 95 %, shares ashore.

FILE is a case (.json) or a drift (.npz); with --sea alone, the cases of the sea are listed.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from selat.cli.rescue._case_file import case_named
from selat.model.errors import ConfigError

if TYPE_CHECKING:
    from selat.rescue.case import Case
    from selat.rescue.drifted import Drifted

EPILOG = """examples:
  selat rescue show pd.npz
  selat rescue show pd.json
  selat rescue show --sea sea/
"""
WARNING = "not for operational use without approval by the SAR authority"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("file", metavar="FILE", nargs="?", help="a case or a drift; with --sea the name of a case")
    parser.add_argument("--sea", metavar="SEA", help="the sea that holds the case")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Show it."""
    if args.file is None and args.sea is None:
        raise ConfigError("show what?", hint="a file, or --sea SEA")
    if args.file is None:
        return _list(args)
    if args.sea is None and args.file.endswith(".npz"):
        from selat.rescue.drifted import load

        print_summary(load(Path(args.file)), as_json=args.json)
        return 0
    case, _ = case_named(args.file, args.sea)
    print(case.as_json() if args.json else "\n".join(_lines(case)))
    return 0


def _list(args: argparse.Namespace) -> int:
    from selat.cli._asking import open_sea, plain
    from selat.model.clock import format_time
    from selat.store.cases import case_names

    with open_sea(args.sea) as sea:
        rows = case_names(sea.state)
    for name, changed, who in rows:
        if args.json:
            print(json.dumps({"name": name, "changed": format_time(changed), "who": who}, ensure_ascii=False))
        else:
            print(f"{format_time(changed)}  {plain(who):12}  {plain(name)}")
    print(f"{len(rows)} cases", file=sys.stderr)
    return 0


def _lines(case: Case) -> list[str]:
    """A case, to be read."""
    from selat.cli._asking import plain
    from selat.model.clock import format_time
    from selat.rescue.objects import drift_object
    from selat.tracks.say import miles, place

    out = [plain(case.name) + (f": {plain(case.note)}" if case.note else "")]
    total = sum(s.weight for s in case.scenarios) or 1.0
    for s in case.scenarios:
        when = format_time(s.begin) + (f" to {format_time(s.end)}" if s.end > s.begin else "")
        first = place(*s.places[0]) + (f" and {len(s.places) - 1} more" if len(s.places) > 1 else "")
        out.append(
            f"  {s.weight / total:4.0%} {plain(s.name or s.kind)}: {first}, probable error {miles(s.error)}, {when}"
        )
    whole = sum(w for _, w in case.objects) or 1.0
    for key, weight in case.objects:
        o = drift_object(key)
        out.append(f"  {weight / whole:4.0%} {key}: {o.description} ({o.source})" + (f"; {o.note}" if o.note else ""))
    out += [f"       {s.kind}: {plain(s.text)}" for s in case.sources]
    return [*out, f"       {case.particles:,} particles, seed {case.seed}, steps of {case.step:g} s", WARNING]


def print_summary(found: Drifted, *, as_json: bool) -> None:
    """Where the particles are at each time; notes and warning on stderr."""
    from selat.model.clock import format_time
    from selat.tracks.say import miles, place

    for row in found.summary():
        if as_json:
            print(json.dumps({**row, "time": format_time(row["time"])}))
            continue
        circles = f"50 % {miles(row['r50']):>8}  90 % {miles(row['r90']):>8}  95 % {miles(row['r95']):>8}"
        shares = f"ashore {row['ashore']:4.0%}" + (f"  not yet adrift {row['waiting']:4.0%}" if row["waiting"] else "")
        print(f"{format_time(row['time'])}  {place(row['lat'], row['lon'])}  {circles}  {shares}")
    if found.searched:
        each = ", ".join(f"{pos:.1%}" for pos in found.searched)
        print(
            f"note: searched {len(found.searched)} times in vain ({each}): cumulative {found.cumulative:.1%}",
            file=sys.stderr,
        )
    for note in found.notes:
        print(f"note: {note}", file=sys.stderr)
    print(f"note: {WARNING}", file=sys.stderr)
