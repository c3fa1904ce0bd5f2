"""Plan a search along a line that people choose: an overdue boat's route, a barrier across the drift, a coast.

KIND is TSR (along the route and back beside it), TSN (along it, not back), BS (barrier: to and fro between two places) or OS
(along a coast or a line of depth, leg after leg farther off). It is worth what its track, as sailed, finds of the particles.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from selat.model.errors import ConfigError

EPILOG = """examples:
  selat rescue along TSR pd.npz --route "02-31.2N 101-47.6E; 02-10.0N 102-05.0E" --with boats.toml --by "Penyelamat 7" \\
      --for "person in water" --begin 2026-11-27T23:00Z --out first.json
  selat rescue along BS pd.npz --route "02-24N 101-36E; 02-28N 101-42E" --with boats.toml --by "Bot Kilat 12" \\
      --for "person in water"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("kind", metavar="KIND", help="TSR, TSN, BS or OS")
    parser.add_argument("drift", type=Path, metavar="DRIFT", help="the particles, .npz")
    parser.add_argument("--route", metavar="PLACES", required=True, help="positions with ; between")
    parser.add_argument(
        "--with", dest="searchers", type=Path, metavar="FILE", required=True, help="boats and aircraft, .toml"
    )
    parser.add_argument("--by", metavar="NAME", required=True, help="which of them")
    parser.add_argument("--for", dest="target", metavar="OBJECT", required=True, help="object of the sweep-width table")
    parser.add_argument("--begin", metavar="TIME", help="not before (default: the drift's first time)")
    parser.add_argument("--end", metavar="TIME", help="not after (default: the drift's last time)")
    parser.add_argument("--spacing", metavar="TEXT", help="between legs (default: by the sweep width)")
    parser.add_argument(
        "--times",
        type=int,
        default=0,
        metavar="N",
        help="passes of a barrier, legs off a coast",
    )
    parser.add_argument("--port", action="store_true", help="OS: on the port side of the line")
    parser.add_argument("--visibility", metavar="TEXT", default="10 nm", help="meteorological (default %(default)s)")
    parser.add_argument("--wind", metavar="TEXT", default="0 kn", help="its speed (default %(default)s)")
    parser.add_argument("--sea", metavar="TEXT", default="0 m", help="height of the sea (default %(default)s)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the plan, .json")
    parser.add_argument("--json", action="store_true", help="the plan as JSON")


def run(args: argparse.Namespace) -> int:
    """Make it, tell it."""
    from selat.cli.rescue._plan_file import hand_over
    from selat.model import units
    from selat.model.clock import parse_time
    from selat.readers.zones_table import position
    from selat.rescue.case import case_of
    from selat.rescue.drifted import load
    from selat.rescue.lines import along
    from selat.rescue.searchers import Conditions, read_searchers
    from selat.tracks.coast import SHIPPED, Coast

    found = load(args.drift)
    searchers = {s.name: s for s in read_searchers(args.searchers.read_text(encoding="utf-8"))}
    if args.by not in searchers:
        raise ConfigError(f"there is no searcher {args.by!r}", hint=f"there are {', '.join(searchers)}")
    places = [(lat, lon) for lon, lat in (position(p) for p in args.route.split(";") if p.strip())]
    sight = Conditions(args.target, units.distance(args.visibility), units.speed(args.wind), units.distance(args.sea))
    made = along(
        found.cloud(), searchers[args.by], sight, args.kind.upper(), places,
        parse_time(args.begin) if args.begin else int(found.time[0]), parse_time(args.end) if args.end else int(found.time[-1]),
        spacing=units.distance(args.spacing) if args.spacing else 0.0, times=args.times, port=args.port,
        case=case_of(found.case).name, pos_before=found.cumulative, coast=Coast(SHIPPED),
    )  # fmt: skip
    hand_over(made, args.out, args.json)
    return 0
