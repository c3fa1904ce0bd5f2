"""Plan a search: which boat searches which area, in which pattern, and what that is worth.

DRIFT is a file of `selat rescue drift` or `update`; --with names a TOML file with a table [[searcher]] for each boat or aircraft:
name, platform (boat, ship, helicopter, aircraft), lat, lon, speed, endurance; and, if wanted, ready, transit, eye, width (its
sweep width by hand: needed at night), tired, home, sea_speeds, pattern (PS, CS, SS or VS; TSR, TSN, BS or OS with a line of
places), line, spacing, agency, callsign, mmsi. Quantities are texts with units.
"""

from __future__ import annotations

import argparse
from pathlib import Path

EPILOG = """examples:
  selat rescue plan pd.npz --with boats.toml --for "person in water" --out plan.json
  selat rescue plan pd.npz --with boats.toml --for "raft 4" --visibility "5 nm" --wind "18 kn" --begin 2026-11-27T23:00Z
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("drift", type=Path, metavar="DRIFT", help="the particles, .npz")
    parser.add_argument(
        "--with", dest="searchers", type=Path, metavar="FILE", required=True, help="boats and aircraft, .toml"
    )
    parser.add_argument("--for", dest="target", metavar="OBJECT", required=True, help="object of the sweep-width table")
    parser.add_argument("--begin", metavar="TIME", help="not before (default: the drift's first time)")
    parser.add_argument("--end", metavar="TIME", help="not after (default: the drift's last time)")
    parser.add_argument("--visibility", metavar="TEXT", help="meteorological (default 10 nm)")
    parser.add_argument("--wind", metavar="TEXT", help="its speed (default: light)")
    parser.add_argument("--sea", metavar="TEXT", help="height of the sea (default: slight)")
    parser.add_argument(
        "--areas", type=int, metavar="N", default=0, help="for each searcher (default: as many as pay, up to 3)"
    )
    parser.add_argument(
        "--still", action="store_true", help="areas lie still over the ground instead of moving with the drift"
    )
    parser.add_argument("--shore-party", action="store_true", help="count particles ashore as if searchers found them")
    parser.add_argument("--seed", type=int, default=0, help="of the planner (default %(default)s)")
    parser.add_argument("--approval", metavar="TEXT", help="replaces the line that the plan is not approved")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the plan, .json")
    parser.add_argument("--json", action="store_true", help="the plan as JSON")


def run(args: argparse.Namespace) -> int:
    """Make it, tell it."""
    from dataclasses import replace

    from selat.cli.rescue._plan_file import hand_over
    from selat.model import units
    from selat.model.clock import parse_time
    from selat.model.plan import APPROVAL
    from selat.rescue.case import case_of
    from selat.rescue.drifted import load
    from selat.rescue.searchers import Conditions, read_searchers
    from selat.rescue.together import together
    from selat.tracks.coast import SHIPPED, Coast

    found = load(args.drift)
    searchers = read_searchers(args.searchers.read_text(encoding="utf-8"))
    sight = Conditions(
        args.target,
        units.distance(args.visibility or "10 nm"),
        units.speed(args.wind or "0 kn"),
        units.distance(args.sea or "0 m"),
    )
    made = together(
        found.cloud(), searchers, sight,
        parse_time(args.begin) if args.begin else int(found.time[0]),
        parse_time(args.end) if args.end else int(found.time[-1]),
        parts=args.areas, seed=args.seed, follow=not args.still, case=case_of(found.case).name,
        approval=APPROVAL if args.approval is None else args.approval, shore_party=args.shore_party, coast=Coast(SHIPPED),
        pos_before=found.cumulative,
    )  # fmt: skip
    given = {"visibility": args.visibility, "wind": args.wind, "sea": args.sea, "particles": True}
    # messages say what was observed, never what was assumed
    made = replace(made, conditions={k: v for k, v in made.conditions.items() if given.get(k)})
    hand_over(made, args.out, args.json)
    return 0
