"""Show what share of a demand radars and AIS receivers at sites can see, by kind of target; sites of the register too.

DEMAND is a CSV file with lat and lon. A site is NAME,LAT,LON,HEIGHT with the height of the antenna in m. With --sea SEA, radars of
the register that are in service are sites too. Radar by the two-ray law set on IMO MSC.192(79) Table 2 (X band, calm, no rain),
never beyond the radio horizon; land between is not looked at. AIS by the horizon to antennas of 3 m (class B) and 20 m (class A).
--waves tells beside it how a target near by is seen among waves (JRC JMA-932B, Table 6.2).
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from selat.cli._asking import box_of, plain
from selat.model.errors import ConfigError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("demand", metavar="DEMAND", help="CSV file of places")
    parser.add_argument("--site", metavar="NAME,LAT,LON,HEIGHT", action="append", default=[], help="an antenna")
    parser.add_argument("--sea", metavar="SEA", help="folder of a sea: its radars in service")
    parser.add_argument("--waves", type=int, default=0, metavar="STATE", help="sea state, 0 to 9 (default %(default)s)")
    parser.add_argument("--box", metavar="W,S,E,N", help="only demand inside these degrees")
    parser.add_argument("--seed", type=int, default=1, help="of the intervals (default %(default)s)")
    parser.add_argument("--json", action="store_true", help="as JSON lines")


def run(args: argparse.Namespace) -> int:
    """Read, measure, print."""
    from selat.assist.demand import read_demand
    from selat.assist.sensing import seen_share
    from selat.model.units import NAUTICAL_MILE

    sites = [_site(text) for text in args.site] + (_register_sites(args.sea) if args.sea else [])
    if not sites:
        raise ConfigError("no antennas", hint='--site "Tower,1.27,103.83,30", or --sea SEA with radars in service')
    if not 0 <= args.waves <= 9:
        raise ConfigError(f"a sea state of {args.waves}", hint="0 to 9")
    box: Any = box_of(args.box) if args.box else None
    for row in seen_share(sites, read_demand(args.demand, box=box), args.waves, args.seed):
        if args.json:
            print(json.dumps(row))
        else:
            near = "" if row["in_waves"] == "" else f"; near by in sea state {args.waves}: {row['in_waves']}"
            print(
                f"{row['sensor']:6} {row['target']:40} {row['share']:6.1%} ({row['low']:.1%} to {row['high']:.1%}), "
                f"range {row['range_m'] / NAUTICAL_MILE:.1f} nm{near}"
            )
    print(f"{len(sites)} sites: {plain(', '.join(s[0] for s in sites))}; calm, no rain, no land between")
    return 0


def _site(text: str) -> tuple[str, float, float, float]:
    parts = [p.strip() for p in text.split(",")]
    try:
        name, lat, lon, height = parts[0], *(float(p) for p in parts[1:])
    except ValueError:
        raise ConfigError(f"no site: {text!r}", hint='NAME,LAT,LON,HEIGHT as in "Tower,1.27,103.83,30"') from None
    if not (name and abs(lat) <= 90 and abs(lon) <= 180 and 0 < height <= 5000):
        raise ConfigError(f"no site: {text!r}", hint="a place on the earth and a height in m above zero")
    return name, lat, lon, height


def _register_sites(folder: str) -> list[tuple[str, float, float, float]]:
    from selat.assist.assets import assets_of
    from selat.assist.register import open_register
    from selat.model.clock import now

    book = open_register(folder).book()
    found = [a for a in assets_of(book, now()) if a.kind == "radar"]
    height = {a.name: book.value("model", book.value("item", a.name, "model") or "", "radar_height_m") for a in found}
    return [(a.name, a.lat, a.lon, float(height[a.name])) for a in found if height[a.name]]
