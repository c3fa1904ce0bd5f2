"""List vessels of opportunity: who of those that the sea knows would be at a place first.

Each at the usual speed of her kind of ship, or what she was seen to make where that is more; those that are moored or at anchor
half an hour later. Straight ways: where land lies between, the time is too short and she stands last.
"""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from selat.model.errors import ConfigError

if TYPE_CHECKING:
    from selat.app.session import Sea

EPILOG = """examples:
  selat rescue vessels sea/ --near "02-21.6N 101-42.0E"
  selat rescue vessels sea/ --near "02-21.6N 101-42.0E" --at 2026-11-27T19:00Z --most 20 --json
"""
MOORED = (1, 5)  #: navigational status: at anchor, moored (ITU-R M.1371, table 45)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("sea", metavar="SEA", help="the sea, also while a watch writes it")
    parser.add_argument("--near", metavar="PLACE", required=True, help="where help is needed")
    parser.add_argument("--at", metavar="TIME", help="as it was then (default: the newest report)")
    parser.add_argument("--within", metavar="TEXT", default="30 min", help="heard so long before (default %(default)s)")
    parser.add_argument("--most", type=int, default=10, metavar="N", help="so many (default %(default)s)")
    parser.add_argument("--json", action="store_true", help="a JSON object for each")


def run(args: argparse.Namespace) -> int:
    """Look, order, print."""
    from selat.cli._asking import open_sea, plain
    from selat.model.clock import SECOND, parse_time
    from selat.model.units import duration, knots, nautical_miles
    from selat.readers.zones_table import position

    lon, lat = position(args.near)
    with open_sea(args.sea) as sea:
        span = round(duration(args.within) * SECOND)
        at = parse_time(args.at) if args.at else _newest(sea)
        rows = _rows(sea, lat, lon, at - span, at, args.most)
    for r in rows:
        if args.json:
            print(json.dumps(r, ensure_ascii=False))
            continue
        notes = " (moored)" * r["moored"] + " (land between)" * r["land"]
        print(
            f"{r['mmsi']:9}  {plain(r['name'] or ''):20}  {nautical_miles(r['away_m']):6.1f} nm {r['bearing']:03.0f}  "
            f"{knots(r['speed']):4.1f} kn  {r['seconds'] / 60:5.0f} min{notes}"
        )
    return 0 if rows else 1


def _newest(sea: Sea) -> int:
    from selat.model.clock import SECOND

    last = [p.max_time for p in sea.view.parts if p.table == "reports" and p.max_time is not None]
    if not last:
        raise ConfigError("the sea holds no report", hint="`selat read` or `selat watch` fills it")
    return (max(last) + 1) * SECOND


def _rows(sea: Sea, lat: float, lon: float, begin: int, end: int, most: int) -> list[dict[str, Any]]:
    import numpy as np

    from selat.model.units import KNOT
    from selat.rescue.vessels import RAISE_STEAM, able, arrivals
    from selat.store.latest import declared
    from selat.tracks import coast

    table = sea.reports.between(begin, end).columns("time", "mmsi", "lat", "lon", "sog", "nav_status").arrow()
    got = {c: table[c].to_numpy(zero_copy_only=False) for c in ("mmsi", "lat", "lon", "sog", "nav_status")}
    time = table["time"].cast("int64").to_numpy()
    order = np.lexsort((time, got["mmsi"]))
    newest = order[np.r_[np.diff(got["mmsi"][order]) != 0, True]] if len(order) else order
    mmsi, lats, lons, sog = (got[c][newest].astype(float) for c in ("mmsi", "lat", "lon", "sog"))
    ship, _, facts = declared(sea.view.ships())
    told = {int(m): k for k, m in enumerate(ship)}
    where = [told.get(int(m), -1) for m in mmsi]
    kinds = np.array([int(facts["ship_type"][k]) if k >= 0 else 0 for k in where], np.int64)
    speed = able(kinds, sog)
    # stations and aids to navigation cannot come: MMSI of ships lie between 200 and 799 million (ITU-R M.585)
    speed[(mmsi < 200e6) | (mmsi >= 800e6)] = np.nan
    found = arrivals(lat, lon, lats, lons, speed, coast=coast.Coast(coast.SHIPPED), most=2 * most)
    out = []
    for k, row in enumerate(found.row.tolist()):
        status = got["nav_status"][newest[row]]
        moored = bool(status in MOORED and not sog[row] > KNOT)
        name = facts["name"][where[row]] if where[row] >= 0 else b""
        out.append({
            "mmsi": int(mmsi[row]), "name": name.decode() if isinstance(name, bytes) else str(name),
            "ship_type": int(kinds[row]), "lat": float(lats[row]), "lon": float(lons[row]), "away_m": float(found.away[k]),
            "bearing": float(found.bearing[k]), "speed": float(speed[row]), "moored": moored, "land": bool(found.land[k]),
            "seconds": float(found.seconds[k]) + (RAISE_STEAM if moored else 0.0),
        })  # fmt: skip
    return sorted(out, key=lambda r: (r["land"], r["seconds"]))[:most]
