"""`selat exercise write`: a scene into a file, its truth beside it."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from selat.model.errors import ConfigError


def write(args: argparse.Namespace) -> int:
    """Write the scene and its truth."""
    from selat.exercise.drills import FAMILIES
    from selat.exercise.facts import text_of
    from selat.exercise.incidents import truth
    from selat.exercise.play import write_log
    from selat.exercise.scene import Scene
    from selat.exercise.sheets import write_scene
    from selat.store.disk import write_whole

    if not args.file or Path(args.file).suffix not in (".nmea", ".csv"):
        raise ConfigError("write to which file?", hint="selat exercise write night.nmea, or night.csv")
    path = Path(args.file)
    beside = args.truth or path.with_suffix(".truth.json")
    if beside.suffix not in (".json", ".csv"):
        raise ConfigError(f"{beside}: truth is written as .json or .csv", hint="--truth night-truth.csv")
    families = tuple(args.drills.split(",")) if args.drills else tuple(FAMILIES)
    scene = Scene(args.seed, ships=args.ships, drills=families, count=args.count, hours=args.minutes / 60.0)
    rows = (write_log if path.suffix == ".nmea" else write_scene)(path, args.minutes, scene)
    facts = truth(scene)
    about = {
        "seed": args.seed,
        "ships": args.ships,
        "drills": list(families),
        "count": args.count,
        "minutes": args.minutes,
    }
    write_whole(beside, text_of(facts, beside.suffix, about).encode())
    told = {"rows": rows, "path": str(path), "truth": str(beside), "facts": len(facts)}
    if args.json:
        print(json.dumps(told))
    else:
        print(f"{path}: {rows:,} rows; {beside}: {len(facts)} facts", file=sys.stderr)
    return 0
