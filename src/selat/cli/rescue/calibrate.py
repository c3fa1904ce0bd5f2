"""Measure with drifters how right the drift's regions are, and fit the error of the current.

FILE is a CSV with the columns time (ISO 8601), lat, lon, and where known id, u and v (the model's current along the track, m/s),
wind_u and wind_v (10 m wind, m/s, to where it goes). Prints for 6, 12 and 24 h how many fixes lie in the region that should hold 50
and 95 %, with 95 % intervals by resampling drifters. --fit uses every second drifter for the fit and the others for the table.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selat.rescue.calibrate import Track
    from selat.rescue.fields import Flow

EPILOG = """examples:
  selat rescue calibrate drifters.csv
  selat rescue calibrate drifters.csv --fit --object SLDMB
  selat rescue calibrate drifters.csv --current hycom.nc --current-error 0.3m/s --memory "10 h"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("file", type=Path, metavar="FILE", help="drifters, .csv")
    parser.add_argument(
        "--object", default="SLDMB", metavar="NAME", help="what drifted (default %(default)s: no leeway)"
    )
    parser.add_argument("--current", metavar="FILE", help="currents of a netCDF file in place of u and v")
    parser.add_argument("--wind", metavar="FILE", help="winds of a netCDF file in place of wind_u and wind_v")
    parser.add_argument(
        "--current-error", metavar="TEXT", default="0.31 m/s", help="size of the error (default %(default)s)"
    )
    parser.add_argument("--memory", metavar="TEXT", default="11.6 h", help="how long it lasts (default %(default)s)")
    parser.add_argument("--fit", action="store_true", help="fit both to half of the drifters, test on the other half")
    parser.add_argument(
        "--every", type=float, metavar="HOURS", default=12.0, help="a window each (default %(default)g)"
    )
    parser.add_argument("--particles", type=int, default=1000, metavar="N", help="of each window (default %(default)s)")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    from selat.model.errors import ConfigError
    from selat.model.units import duration, speed
    from selat.rescue import calibrate
    from selat.rescue.objects import drift_object

    tracks = calibrate.read_tracks(args.file)
    what = drift_object(args.object)
    spread, memory = speed(args.current_error), duration(args.memory)
    if args.fit:
        if args.current or args.wind:
            raise ConfigError("--fit takes u and v of the file", hint="leave --current and --wind out")
        names = sorted({t.name for t in tracks})
        spread, memory = calibrate.fit([t for t in tracks if t.name in set(names[::2])], what)
        tracks = [t for t in tracks if t.name in set(names[1::2])]
        if not tracks:
            raise ConfigError(
                "one drifter cannot be both for the fit and for the test", hint="two drifters or more, with ids"
            )
    found = calibrate.windows(
        tracks, lambda t: _flow(t, args, spread, memory), what, every=args.every, particles=args.particles
    )
    rows = calibrate.table(found)
    told = {
        "object": what.key,
        "current_error": round(spread, 4),
        "memory_hours": round(memory / 3600.0, 2),
        "fitted": args.fit,
    }
    if args.json:
        held = [
            {"lead": r.lead, "windows": r.windows, "drifters": r.drifters, "miss": r.miss, "held": r.held} for r in rows
        ]
        print(json.dumps(told | {"rows": held}))
        return 0
    how = "fitted to the other half" if args.fit else "as given"
    print(f"{what.key}, error of the current {spread:.3f} m/s, memory {memory / 3600:.1f} h ({how})")
    for r in rows:
        (a, b, c), (d, e, f) = r.held
        print(
            f"{r.lead:4.0f} h  {r.windows:5,} windows of {r.drifters:,} drifters  median miss {r.miss / 1000:5.1f} km  "
            f"50 %: {a:4.0%} ({b:.0%} to {c:.0%})  95 %: {d:4.0%} ({e:.0%} to {f:.0%})"
        )
    return 0


def _flow(track: Track, args: argparse.Namespace, spread: float, memory: float) -> Flow:
    """Wind and current of a track: of the file's columns, or of netCDF files."""
    from selat.rescue import calibrate, fields

    if not args.current and not args.wind:
        return calibrate.flow_along(track, spread, memory)
    from selat.readers.ocean_cf import read_cf

    box = float(track.lon.min()) - 1, float(track.lat.min()) - 1, float(track.lon.max()) + 1, float(track.lat.max()) + 1
    when = int(track.time[0]), int(track.time[-1])
    own = calibrate.flow_along(track, spread, memory).fields if not (args.current and args.wind) else ()
    parts = [f for f in own if not getattr(args, f.kind)]
    for kind, error, lasts in (("current", spread, memory), ("wind", None, None)):
        path = getattr(args, kind)
        if path:
            parts.append(fields.of_model(read_cf(path, kind, box, *when), error, lasts))
    if not any(f.kind == "wind" for f in parts):
        parts.append(fields.typed("wind", "0/0kn", 0.0))
    return fields.pack(parts)
