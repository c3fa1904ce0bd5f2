"""A person overboard off Port Dickson at night, two boats: case, drift, plan, and all files for the crews, in one command.

Invented, to show the way; boats, wind and current are made up. By night there is no sweep-width table: those of the boats are
given by hand (a life-jacket light seen at a tenth of a mile and more), and the plan's first line says so.
"""

from __future__ import annotations

import argparse
from pathlib import Path

EPILOG = """examples:
  selat rescue demo
  selat rescue demo --to mob/
"""
AT = "2026-11-27T18:40Z"
BOATS = """# Searchers of the demo; invented.
[[searcher]]
name = "Penyelamat 7"
platform = "boat"
lat = 2.520
lon = 101.793
ready = "2026-11-27T19:10Z"
speed = "12 kn"
transit = "25 kn"
endurance = "6 h"
width = "0.25 nm"
callsign = "DEMO1"
agency = "SAR agency"

[[searcher]]
name = "Bot Kilat 12"
platform = "boat"
lat = 2.210
lon = 102.150
ready = "2026-11-27T19:10Z"
speed = "14 kn"
transit = "32 kn"
endurance = "5 h"
width = "0.2 nm"
callsign = "DEMO2"
agency = "Police"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("--to", type=Path, metavar="FOLDER", default=Path("rescue-demo"), help="default: %(default)s")
    parser.add_argument("--particles", type=int, default=20_000, metavar="N", help="default: %(default)s")


def run(args: argparse.Namespace) -> int:
    """From the report to the files."""
    from selat.cli.rescue._plan_file import tell, write_plan_file
    from selat.cli.rescue.export import write_all
    from selat.model.clock import HOUR, format_time, monotonic, parse_time
    from selat.model.units import KNOT
    from selat.rescue import sun, survival
    from selat.rescue.case import Case
    from selat.rescue.plan import plan
    from selat.rescue.searchers import Conditions, read_searchers
    from selat.tracks.coast import SHIPPED, Coast

    started = monotonic()
    folder: Path = args.to
    folder.mkdir(parents=True, exist_ok=True)
    case = Case(name="Port Dickson demo", particles=args.particles, note="invented").adrift("PIW-1")
    case = case.position(2.36, 101.70, AT, error="0.5 nm", span="20 min", name="seen last on board")
    case = case.wind("230/12kn").current("320/0.8kn")
    (folder / "case.json").write_text(case.as_json(), encoding="utf-8")
    (folder / "boats.toml").write_text(BOATS, encoding="utf-8")
    found = case.drift(6.0, every="30 min")
    found.save(folder / "drift.npz")
    begin = parse_time("2026-11-27T19:10Z")
    cloud = found.cloud()
    made = plan(
        cloud,
        read_searchers(BOATS),
        Conditions("person in water", wind=12 * KNOT, sea=0.5),
        begin,
        begin + 4 * HOUR,
        case=case.name,
        coast=Coast(SHIPPED),
    )
    write_plan_file(made, folder / "plan.json")
    facts = {
        "from": "DEMO RCC", "to": "ALL UNITS", "casualty": "ONE PERSON, LIFE-JACKET WITH LIGHT", "persons": "1",
        "situation": f"PERSON OVERBOARD BETWEEN {AT} AND 20 MIN LATER, INVENTED FOR THE DEMO", "osc": "PENYELAMAT 7",
    }  # fmt: skip
    paths = write_all(made, folder / "plan", [], facts, "en", found, 29.0)
    tell(made)
    day = sun.light(2.36, 101.70, begin, begin + 24 * HOUR)
    print(f"first light {format_time(day.dawn[0])}, sunrise {format_time(day.sunrise[0])}, moon {day.moon_lit:.0%} lit")
    print(survival.clock(int(found.time[0]), 29.0).sentence)
    print(f"{len(paths) + 4} files in {folder}, in {monotonic() - started:.0f} s")
    return 0
