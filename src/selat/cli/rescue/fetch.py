"""Fetch wind or current about a place from a service, into a file that `selat rescue new --wind FILE` takes. Needs a network.

SERVICE is open-meteo (wind, current; no account), ecmwf (wind), thredds (any data set of a THREDDS server, by --url) or cmems
(currents with tides; its package and an account).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from selat.model.errors import ConfigError

EPILOG = """examples:
  selat rescue fetch open-meteo current current.nc --near "02-21.6N 101-42.0E" --begin 2026-11-27T18:00Z --hours 12
  selat rescue fetch ecmwf wind wind.grib2 --near "02-21.6N 101-42.0E" --begin 2026-11-27T18:00Z --hours 24
  selat rescue fetch thredds current hycom.nc --url "https://SERVER/thredds/ncss/DATASET#water_u,water_v" \\
      --near "02-21.6N 101-42.0E" --begin 2026-11-27T18:00Z
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("service", metavar="SERVICE", help="open-meteo, ecmwf, thredds or cmems")
    parser.add_argument("kind", choices=("wind", "current"), help="wind or current")
    parser.add_argument("file", type=Path, metavar="FILE", help=".nc (ecmwf: .grib2)")
    parser.add_argument("--near", metavar="PLACE", required=True, help="middle of the region")
    parser.add_argument(
        "--reach", metavar="TEXT", default="60 nm", help="so far in each direction (default %(default)s)"
    )
    parser.add_argument("--begin", metavar="TIME", required=True, help="from when")
    parser.add_argument("--hours", type=float, default=24.0, metavar="N", help="for so long (default %(default)g)")
    parser.add_argument(
        "--step", type=float, default=0.25, metavar="DEG", help="between places (open-meteo; %(default)g)"
    )
    parser.add_argument("--url", default="", help="another address of the service; of thredds the data set")


def run(args: argparse.Namespace) -> int:
    """Fetch, read what came, say what it is."""
    from selat.kernels.geodesy import metres
    from selat.model import clock, units
    from selat.model.clock import HOUR, parse_time
    from selat.readers.ocean_fetch import Wish, fetch
    from selat.readers.zones_table import position
    from selat.rescue.sources import reader_of

    wanted = ".grib2" if args.service == "ecmwf" else ".nc"
    if args.file.suffix != wanted:
        raise ConfigError(
            f"{args.file}: {args.service} gives {wanted}", hint=f"give a name that ends so: {args.file.stem}{wanted}"
        )
    lon, lat = position(args.near)
    north, east = metres(lat)
    reach = units.distance(args.reach)
    box = lon - reach / east, lat - reach / north, lon + reach / east, lat + reach / north
    begin = parse_time(args.begin)
    wish = Wish(args.kind, box, begin, begin + round(args.hours * HOUR), args.url, args.step, clock.now())
    path = fetch(args.service, wish, args.file)
    grid = reader_of(path)(path, args.kind, None, None, None)
    print(json.dumps({"file": str(path), "kind": args.kind, "times": grid.span(), "shape": list(grid.data.shape[:3])}))
    return 0
