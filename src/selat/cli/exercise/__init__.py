"""Made-up scenes and real days with known truth: write them, and grade the rules against them.

write     a scene as NMEA sentences (OUT.nmea) or as a NOAA table (OUT.csv), and its truth beside it (OUT.truth.json)
score     run our rules, and those of others, over drills of some seeds and print their grades: precision, recall and F1 with
          95 % intervals, how soon they tell, false alarms an officer-hour, what fooled them; or over one --day with --truth
inject    put incidents into a real day (a NOAA or Danish table, a log of sentences): writes it with them, and their truth
drills    the families of incidents there are

Seeds 1 to 999 are for training: thresholds may be set on them. Seeds 1000 to 1999 are for tests only.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from selat.cli.exercise._inject import inject
from selat.cli.exercise._score import score
from selat.cli.exercise._write import write

EPILOG = """examples:
  selat exercise write night.nmea --seed 7 --minutes 60 --drills meetings,silences
  selat exercise write night.csv --truth night-truth.csv
  selat exercise score --seeds 1-3
  selat exercise score --seeds 1000-1009 --drills meetings --out grades.md
  selat exercise inject AIS_2024_01_01.zip --seed 1 --out day.csv
  selat exercise score --day day.csv --truth day.truth.json
"""
ACTIONS = {"write": write, "score": score, "inject": inject}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("action", choices=("write", "score", "inject", "drills"), help="what to do")
    parser.add_argument(
        "file", metavar="FILE", nargs="?", help="write: the file to make, .nmea or .csv; inject: the day"
    )
    parser.add_argument("--seed", type=int, default=1, help="write, inject: the seed (default %(default)s)")
    parser.add_argument("--truth", type=Path, metavar="FILE", help="truth, .json or .csv (default: beside the file)")
    parser.add_argument(
        "--day", type=Path, metavar="FILE", help="score: over this file instead, whose --truth is known"
    )
    parser.add_argument("--minutes", type=float, default=180.0, help="write: length of the scene (default %(default)g)")
    parser.add_argument("--seeds", metavar="A-B", default="1-3", help="score: as in 1-3,7 (default %(default)s)")
    parser.add_argument(
        "--mixed", action="store_true", help="score: training and test seeds together; the table says so"
    )
    parser.add_argument("--drills", metavar="NAMES", default="", help="families with commas between (default: all)")
    parser.add_argument("--rules", metavar="NAMES", default="", help="score, inject: only these rules (default: all)")
    parser.add_argument("--ours", action="store_true", help="score: leave out the rules of others")
    parser.add_argument("--ships", type=int, default=400, help="ships beside those of the drills (default %(default)s)")
    parser.add_argument("--count", type=int, default=4, help="incidents of each kind in a scene (default %(default)s)")
    parser.add_argument("--hours", type=float, default=3.0, help="score: length of a scene (default %(default)g)")
    parser.add_argument("--processes", type=int, default=2, help="score: scenes at a time (default %(default)s)")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="score: write the report here too; inject: the new day"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    if args.action == "drills":
        from selat.exercise.drills import FAMILIES

        print("\n".join(FAMILIES))
        return 0
    return ACTIONS[args.action](args)
