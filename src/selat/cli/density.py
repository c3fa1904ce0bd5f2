"""Map the traffic of a sea: ship hours, ships and speeds on a grid.

Tracks are laid on the grid between reports that are at most --gap apart; the time of a segment is shared out among the
cells that it crosses. Written are cells in which somebody was: CSV, GeoJSON or GeoParquet with all measures in SI units
and degrees, or a picture (PNG) of one measure.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from selat.cli._asking import box_of, open_sea
from selat.cli._sieve import add_sieve, period, sieve_from
from selat.model.errors import ConfigError

if TYPE_CHECKING:
    from selat.app.session import Sea

EPILOG = """examples:
  selat density sea/ traffic.geojson
  selat density sea/ tankers.png --types tanker --box 103.5,1.0,104.5,1.5 --cell 250m
  selat density sea/ speed.csv --from 2026-11-01 --to 2026-12-01 --min-kn 0.5 --percentile 95
"""
CELLS = 250  #: along the longer side of a box, where no size of cells is given


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("sea", metavar="SEA", help="folder of the sea")
    parser.add_argument(
        "out", metavar="OUT", help="file to write: .csv, .geojson, .geoparquet or .png; - for stdout (csv)"
    )
    parser.add_argument("--format", metavar="NAME", help="name of the format, where the suffix of OUT does not say")
    add_sieve(parser)
    parser.add_argument("--box", metavar="W,S,E,N", help="inside these degrees (left out: all that was heard)")
    parser.add_argument("--zone", metavar="NAME", help="the box round a zone of the sea")
    parser.add_argument(
        "--cell", metavar="DISTANCE", help=f"size of a cell, as in 500m (left out: {CELLS} along the longer side)"
    )
    parser.add_argument(
        "--gap",
        metavar="TIME",
        default="10 min",
        help="reports farther apart tell nothing (default 10 min)",
    )
    parser.add_argument(
        "--percentile", metavar="N", type=float, help="also the speed below which N %% of the time falls"
    )
    parser.add_argument(
        "--measure",
        metavar="NAME",
        default="hours",
        help="shown by a picture: hours, hours_per_km2, ships, speed, percentile",
    )
    parser.add_argument("--json", action="store_true", help="say what was written as JSON")


def run(args: argparse.Namespace) -> int:
    """Work it out and write it."""
    from selat.app.traffic import density
    from selat.exporters.heat import MEASURES, format_of, whole
    from selat.model.units import duration

    form = format_of(args.out, args.format or ("csv" if args.out == "-" else ""))
    if args.measure not in MEASURES:
        raise ConfigError(f"{args.measure!r} is no measure", hint=f"one of {', '.join(MEASURES)}")
    if args.out == "-" and args.json:
        raise ConfigError("--json would be mixed with the data on stdout", hint="name a file, or leave --json out")
    with open_sea(args.sea) as sea:
        box = _box(sea, args)
        told = _tell if sys.stderr.isatty() else None
        gap = round(duration(args.gap) * 1e9)
        heat = density(
            sea, *period(sea, args), box, _cell(box, args.cell), sieve_from(args), args.percentile, gap, told
        )
    data = whole(heat, form, args.measure)
    if args.out == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
    else:
        from selat.store.disk import write_whole

        write_whole(Path(args.out), data)
    hours, cells = float(heat.seconds.sum() / 3600), int((heat.ships > 0).sum())
    if args.json:
        print(json.dumps({
            "path": args.out, "format": form, "bytes": len(data), "cells": cells, "ship_hours": round(hours, 3),
            "rows": heat.grid.rows, "columns": heat.grid.columns, "segments": heat.told,
        }))  # fmt: skip
    else:
        print(f"{args.out}: {hours:,.1f} ship hours in {cells:,} cells, {len(data):,} bytes of {form}", file=sys.stderr)
    return 0 if cells else 1


def _tell(rows: int) -> None:
    print(f"\r{rows:,} reports", end="", file=sys.stderr)


def _box(sea: Sea, args: argparse.Namespace) -> tuple[float, float, float, float]:
    if args.box is not None:
        w, s, e, n = box_of(args.box)
        return w, s, e, n
    if args.zone is not None:
        from selat.store import registry

        known = registry.zones(sea.state)
        if args.zone not in known:
            raise ConfigError(f"there is no zone {args.zone!r}", hint=f"known: {', '.join(known) or 'none yet'}")
        return known[args.zone].bounds
    return _all_of(sea)


def _all_of(sea: Sea) -> tuple[float, float, float, float]:
    """The box of all last positions, a little larger."""
    import numpy as np

    from selat.store.latest import last_positions
    from selat.tracks.kinds import is_ship, kinds_of

    last = last_positions(sea.view.ships())
    last = last.take(np.flatnonzero(is_ship(kinds_of(last["mmsi"], last["msg_type"]))))
    if not last.rows:
        raise ConfigError("no ship has a position", hint="selat read FILE --sea SEA")
    lon, lat = last["lon"] * 1e-7, last["lat"] * 1e-7
    w, e = (float(v) for v in np.percentile(lon, [0.5, 99.5]))
    s, n = (float(v) for v in np.percentile(lat, [0.5, 99.5]))
    x, y = max(0.1 * (e - w), 0.05), max(0.1 * (n - s), 0.05)
    return max(w - x, -180.0), max(s - y, -90.0), min(e + x, 180.0), min(n + y, 90.0)


def _cell(box: tuple[float, float, float, float], text: str | None) -> float:
    from selat.kernels.geodesy import metres
    from selat.model.units import distance

    if text is not None:
        return distance(text)
    my, mx = metres(0.5 * (box[1] + box[3]))
    return max(((box[2] - box[0]) % 360 or 360) * mx, (box[3] - box[1]) * my) / CELLS
