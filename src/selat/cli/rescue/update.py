"""Tell the particles that a search was in vain: each loses weight by the chance that it would have been found.

Searchers with a --track (GPX, or CSV with the columns time, lat, lon) count as they sailed; the others as planned, until --until.
The drift that is written is planned on as the first was.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from selat.model.errors import ConfigError

EPILOG = """examples:
  selat rescue update pd.npz --plan plan.json --out pd2.npz
  selat rescue update pd.npz --plan plan.json --until 2026-11-27T22:10Z --track "Penyelamat 7=p7.gpx" --out pd2.npz
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("drift", type=Path, metavar="DRIFT", help="the particles, .npz")
    parser.add_argument("--plan", type=Path, metavar="FILE", required=True, help="the plan that was carried out")
    parser.add_argument("--until", metavar="TIME", help="it was broken off at this time")
    parser.add_argument("--track", metavar="NAME=FILE", action="append", default=[], help="where a searcher really was")
    parser.add_argument("--out", type=Path, metavar="FILE", required=True, help="write the particles, .npz")


def run(args: argparse.Namespace) -> int:
    """Update, and say what the search was worth."""
    from dataclasses import replace

    from selat.cli.rescue._plan_file import pairs, read_plan
    from selat.model.clock import format_time, parse_time
    from selat.readers.track_file import read_track
    from selat.rescue.drifted import SEARCHED, load
    from selat.rescue.probability import Track, update_plan

    if args.out.suffix != ".npz":
        raise ConfigError(f"{args.out}: particles are written as .npz", hint="--out NAME.npz")
    found, plan = load(args.drift), read_plan(args.plan)
    known = {t.searcher: t for t in plan.tasks}
    tracks = []
    for name, file in pairs(args.track, "--track", '"Penyelamat 7=p7.gpx"').items():
        if name not in known:
            raise ConfigError(f"the plan has no searcher {name!r}", hint=f"it has {', '.join(known)}")
        tracks.append(Track(*read_track(Path(file)), known[name].sweep_width, known[name].speed, name))
    until = parse_time(args.until) if args.until else 0
    after, pos = update_plan(found.cloud(), plan, until=until, tracks=tracks)
    when = format_time(until or plan.end)
    note = f"{SEARCHED} until {when}: the search had a probability of success of {pos:.1%}"
    after_all = replace(found, weight=after.weight, notes=(*found.notes, note), searched=(*found.searched, pos))
    after_all.save(args.out)
    print(note)
    print(f"{len(after_all.searched)} searches so far: cumulative probability of success {after_all.cumulative:.1%}")
    return 0
