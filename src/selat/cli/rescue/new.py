"""Make a case: what may have happened to which objects, in which wind and current.

Each of --position, --found, --route, --track, --area and --bearing is one scenario. The options --at, --span, --error, --weight
and --to that follow one belong to it. Positions have hemispheres: "02-27.0N 101-48.0E" or "2.45N 101.80E".
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selat.model.errors import ConfigError

if TYPE_CHECKING:
    from selat.rescue.case import Case

EPILOG = """examples:
  selat rescue new pd.json --object piw-1 --position "02-27.0N 101-48.0E" --at 2026-11-27T18:40Z --span "20 min"
  selat rescue new late.json --object sampan --route "2.2N 102.1E; 2.0N 101.6E" --at 2026-11-27T10:00Z --to 2026-11-27T16:00Z
  selat rescue new mob.json --object person --mmsi 533000001 --sea sea/ --at 2026-11-27T18:00Z --to 2026-11-27T19:30Z
  selat rescue new beacon.json --object piw-3 --alert 5f2c9a --sea sea/ --wind 230/12kn --current 320/0.8kn
  selat rescue new red.json --object "life raft" --bearing "2.45N 101.80E" 245 --from "2 nm" --far "9 nm" --at 2026-11-27T18:40Z
"""
SCENARIOS = ("position", "found", "route", "area", "bearing", "mmsi", "alert")


class _Of(argparse.Action):
    """An option of the scenario before it."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:
        rows: list[dict[str, Any]] = namespace.scenarios if namespace.scenarios is not None else []
        if self.dest in SCENARIOS:
            rows = [*rows, {"kind": self.dest, "what": values}]
        elif not rows:
            parser.error(f"{option} belongs to a scenario: name one before it, such as --position")
        else:
            rows = [*rows[:-1], {**rows[-1], self.dest: values}]
        namespace.scenarios = rows


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument(
        "file", metavar="FILE", nargs="?", help="the case to write, .json; with --sea it may be left out"
    )
    parser.add_argument("--name", help="name of the case (default: of the file)")
    parser.add_argument(
        "--object", metavar="NAME[=WEIGHT]", action="append", default=[], help="what is adrift; several: any of them"
    )
    parser.set_defaults(scenarios=None)
    scenario = parser.add_argument_group("scenarios")
    for name, text in (
        ("position", "last known position"),
        ("found", "something was found adrift here: where did it come from?"),
        ("route", "overdue on a voyage: positions with ; between"),
        ("area", "inside a ring of positions with ; between"),
    ):
        scenario.add_argument(f"--{name}", metavar="PLACE", action=_Of, help=text)
    scenario.add_argument(
        "--bearing", metavar=("PLACE", "DEG"), nargs=2, action=_Of, help="seen from a place at a true bearing"
    )
    scenario.add_argument("--mmsi", metavar="N", action=_Of, help="over the side of this ship, whose track --sea holds")
    scenario.add_argument(
        "--alert", metavar="ID", action=_Of, help="where and when an alert of --sea was (a distress beacon)"
    )
    for name, metavar, text in (
        ("at", "TIME", "when, ISO 8601 (route: departure; --mmsi: not before)"),
        ("to", "TIME", "until when (route: expected arrival; --mmsi: not after)"),
        ("span", "TEXT", "how long after --at it may have been, as in '20 min'"),
        ("error", "TEXT", "probable error of the position: half of all cases lie within it (1 nm)"),
        ("from", "TEXT", "bearing: nearest distance (0.1 nm)"),
        ("far", "TEXT", "bearing: farthest distance"),
        ("spread", "DEG", "bearing: its standard error (2)"),
        ("weight", "N", "how likely, against the other scenarios (1)"),
    ):
        scenario.add_argument(f"--{name}", metavar=metavar, action=_Of, help=text)
    for kind, what in (("wind", "from where it comes"), ("current", "to where it goes")):
        parser.add_argument(
            f"--{kind}", metavar="SOURCE", action="append", default=[],
            help=f"direction {what} and speed (230/12kn), with times, a netCDF file, or climatology; several: in their order",
        )  # fmt: skip
    parser.add_argument(
        "--high-water", metavar="TIMES", default="", help="of a tidal-stream table (--current FILE.csv), commas between"
    )
    parser.add_argument(
        "--springs", metavar="N", type=float, default=0.5, help="of a tidal-stream table: 0 neaps to 1 springs"
    )
    parser.add_argument("--current-error", metavar="TEXT", help="standard error of the current, as in 0.5kn")
    parser.add_argument("--wind-error", metavar="TEXT", help="standard error of the wind, as in 5kn")
    parser.add_argument("--memory", metavar="TEXT", help="how long an error of the current lasts, as in '12 h'")
    parser.add_argument("--particles", metavar="N", type=int, default=10_000, help="default %(default)s")
    parser.add_argument("--seed", metavar="N", type=int, default=1, help="default %(default)s")
    parser.add_argument("--capsizing", action="store_true", help="hulls may turn over in strong wind")
    parser.add_argument("--sea", metavar="SEA", help="keep the case with this sea too; --mmsi takes the track from it")
    parser.add_argument("--who", default="", help="who makes it, for the log of the sea")
    parser.add_argument("--note", default="", help="a remark")


def run(args: argparse.Namespace) -> int:
    """Make it, try its beginning, write it."""
    from selat.model.clock import format_time

    if not args.file and not args.sea:
        raise ConfigError("where to write the case?", hint="a FILE.json, or --sea SEA")
    case = _case(args)
    start = case.start(_coast())
    if args.file:
        from selat.store.disk import write_whole

        write_whole(Path(args.file), (case.as_json() + "\n").encode())
    if args.sea:
        _keep(case, args)
    first, last = int(start.start.time.min()), int(start.start.time.max())
    told = {
        "name": case.name, "scenarios": len(case.scenarios), "objects": [k for k, _ in case.objects],
        "particles": case.particles, "first": format_time(first), "last": format_time(last), "notes": list(start.notes),
    }  # fmt: skip
    print(json.dumps(told, ensure_ascii=False))
    return 0


def _coast() -> Any:
    from selat.tracks import coast

    return coast.Coast(coast.SHIPPED)


def _keep(case: Case, args: argparse.Namespace) -> None:
    from selat.cli._asking import open_sea
    from selat.store.cases import put_case

    with open_sea(args.sea) as sea:
        put_case(sea.state, case.name, case.as_json(), args.who or "unknown")


def _case(args: argparse.Namespace) -> Case:
    from dataclasses import replace

    from selat.model.clock import parse_time
    from selat.model.units import duration, speed
    from selat.rescue.case import Case
    from selat.rescue.sources import Source

    name = args.name or (Path(args.file).stem if args.file else "case")
    case = Case(name, particles=args.particles, seed=args.seed, capsizing=args.capsizing, note=args.note)
    for text in args.object:
        what, _, weight = text.partition("=")
        case = case.adrift(what, _number(weight or "1", "weight of an object"))
    for row in args.scenarios or []:
        case = _add(case, row, args.sea)
    tides = tuple(parse_time(t.strip()) for t in args.high_water.split(",") if t.strip())
    for kind in ("wind", "current"):
        error = getattr(args, f"{kind}_error")
        memory = duration(args.memory) if args.memory and kind == "current" else None
        for text in getattr(args, kind):
            spread = speed(error) if error else None
            source = Source(kind, text, spread, memory, tides if text.endswith(".csv") else (), args.springs)
            case = replace(case, sources=(*case.sources, source))
    return case


def _number(text: str, what: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ConfigError(f"not a {what}: {text!r}", hint="a number, as in 0.5") from None


def _places(text: str) -> list[tuple[float, float]]:
    """(lat, lon) of positions with ; between."""
    from selat.readers.zones_table import position

    found = [position(part) for part in text.split(";") if part.strip()]
    return [(lat, lon) for lon, lat in found]


def _one(places: Sequence[tuple[float, float]], kind: str) -> tuple[float, float]:
    if len(places) != 1:
        raise ConfigError(f"--{kind} takes one position, not {len(places)}", hint='as in "02-27.0N 101-48.0E"')
    return places[0]


def _add(case: Case, row: dict[str, Any], sea: str | None) -> Case:
    kind, weight = row["kind"], _number(row.get("weight", "1"), "weight")
    if kind == "alert":
        return _alert(case, row, sea, weight)
    if "at" not in row:
        raise ConfigError(f"when was --{kind}?", hint="--at 2026-11-27T18:40Z after it")
    at, span = row["at"], row.get("span", "0 min")
    if kind == "mmsi":
        return _overboard(case, row, sea, weight)
    if kind == "bearing":
        place = _one(_places(row["what"][0]), kind)
        if "far" not in row:
            raise ConfigError("how far off can it have been?", hint='--far "9 nm" after --bearing')
        angle = _number(row["what"][1], "bearing")
        spread = _number(row.get("spread", "2"), "standard error of a bearing")
        return case.bearing(*place, angle, row.get("from", "0.1 nm"), row["far"], at, spread, span, weight)
    places = _places(row["what"])
    if kind == "route":
        if "to" not in row:
            raise ConfigError("when was it to arrive?", hint="--to TIME after --route")
        return case.route(places, at, row["to"], row.get("error", "2 nm"), weight)
    if kind == "area":
        return case.area(places, at, span, weight)
    place = _one(places, kind)
    if kind == "found":
        return case.found(*place, at, row.get("error", "0.1 nm"), span, weight)
    return case.position(*place, at, row.get("error", "1 nm"), span, weight)


def _alert(case: Case, row: dict[str, Any], path: str | None, weight: float) -> Case:
    """The place and time of an alert that the sea holds."""
    import math

    from selat.cli._asking import open_sea
    from selat.store.alertbook import alert

    if path is None:
        raise ConfigError("--alert needs the sea that holds it", hint="--sea SEA")
    with open_sea(path) as sea:
        found = alert(sea.state, row["what"])
    if math.isnan(found.lat) or math.isnan(found.lon):
        raise ConfigError(f"alert {row['what']} has no position", hint="give one: --position")
    time = row.get("at", found.time)
    error, span = row.get("error", "0.5 nm"), row.get("span", "0 min")
    return case.position(found.lat, found.lon, time, error, span, weight, name=f"alert {found.rule}")


def _overboard(case: Case, row: dict[str, Any], path: str | None, weight: float) -> Case:
    """A scenario along a ship's track in the sea."""
    import numpy as np

    from selat.cli._asking import open_sea
    from selat.model.clock import HOUR, parse_time

    if path is None or "to" not in row:
        raise ConfigError(
            "--mmsi needs the sea that holds the track, and until when", hint="--sea SEA, and --to TIME after it"
        )
    mmsi = int(_number(row["what"], "MMSI"))
    begin, end = parse_time(row["at"]), parse_time(row["to"])
    with open_sea(path) as sea:
        query = sea.reports.between(begin - HOUR, end + HOUR).of(mmsi)
        table = query.columns("time", "lat", "lon").arrow()
    times = table["time"].cast("int64").to_numpy()
    lat, lon = (table[c].to_numpy(zero_copy_only=False).astype(float) for c in ("lat", "lon"))
    good = np.isfinite(lat) & np.isfinite(lon)
    times, order = np.unique(times[good], return_index=True)
    lat, lon = lat[good][order], lon[good][order]
    if len(times) < 2 or times[0] > begin or times[-1] < end:
        raise ConfigError(
            f"the sea has no track of {mmsi} over these times ({len(times)} positions)",
            hint="`selat ships SEA --mmsi N` shows when it was heard",
        )
    places = list(zip(lat.tolist(), lon.tolist(), strict=True))
    return case.track(places, times.tolist(), begin, end, row.get("error", "0.1 nm"), weight, f"overboard from {mmsi}")
