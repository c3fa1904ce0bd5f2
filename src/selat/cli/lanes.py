"""Learn traffic lanes and anchorages from the history of a sea, or show them.

show     the lanes (when no action is named): number, direction, ships, width, speed; declared ones first
learn    count the traffic in the history and keep it with the sea; a watch uses it when it is started again
export   write the learned flows to FILE.csv, or lanes and anchorages as lines and areas to FILE.geojson; - for stdout

Learned lanes are what ships did, not what is right. Rules take declared lanes (selat zones) first, and each alert says
which it used.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selat.cli._asking import open_sea, plain
from selat.model.errors import ConfigError

if TYPE_CHECKING:
    from selat.app.session import Sea
    from selat.tracks.lanes import Lanes

EPILOG = """examples:
  selat lanes sea/ learn
  selat lanes sea/ learn --from 2026-06-01 --add
  selat lanes sea/
  selat lanes sea/ export flows.csv
"""
ACTIONS = ("show", "learn", "export")
MOST = 20  #: lanes that are shown


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("sea", metavar="SEA", help="folder of the sea")
    parser.add_argument("action", metavar="ACTION", nargs="?", choices=ACTIONS, default="show", help=", ".join(ACTIONS))
    parser.add_argument("file", metavar="FILE", nargs="?", help="of export")
    parser.add_argument("--from", dest="begin", metavar="TIME", help="learn from this time on, ISO 8601")
    parser.add_argument("--to", dest="end", metavar="TIME", help="and before this one")
    parser.add_argument("--add", action="store_true", help="add to what was learned before, from where that ends")
    parser.add_argument("--all", action="store_true", help=f"show all lanes, not the {MOST} with most traffic")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Do the action."""
    if args.action == "export" and not args.file:
        raise ConfigError("export to which file?", hint=f"selat lanes {args.sea} export flows.csv")
    with open_sea(args.sea) as sea:
        return {"show": _show, "learn": _learn, "export": _export}[args.action](sea, args)


def _learn(sea: Sea, args: argparse.Namespace) -> int:
    from selat.app.learn import learn_lanes
    from selat.app.world import counts_of, keep_counts
    from selat.model.clock import format_time, monotonic
    from selat.store.query import nanoseconds
    from selat.tracks.lanes import Lanes
    from selat.tracks.lanes_learn import Counts, merge

    old = counts_of(sea.layout) if args.add else Counts()
    begin, end = (None if t is None else nanoseconds(t) for t in (args.begin, args.end))
    if args.add and old.reports:
        begin = max(old.until + 1, begin or 0)
    started = monotonic()
    told = _tell if sys.stderr.isatty() else None
    new = learn_lanes(sea, begin, end, told)
    if not new.reports:
        raise ConfigError("no reports to learn from", hint="is the history empty, or the time wrong? selat check SEA")
    counts = merge([old, new])
    keep_counts(sea.layout, counts)
    lanes = Lanes(counts)
    pace = new.reports / max(monotonic() - started, 1e-9)
    since, until = (format_time(t)[:10] for t in (counts.since, counts.until))
    if args.json:
        print(json.dumps({
            "reports": counts.reports, "since": since, "until": until, "flows": len(lanes.flows()["lat"]),
            "lanes": len(lanes), "anchorages": len(lanes.anchorages), "version": counts.version,
        }))  # fmt: skip
    else:
        print(
            f"{counts.reports:,} reports, {since} to {until}: {len(lanes):,} lanes of {len(lanes.flows()['lat']):,} flows, "
            f"{len(lanes.anchorages):,} anchorages ({pace:,.0f} reports/s)"
        )
    return 0


def _tell(done: int, of: int) -> None:
    print(f"\r{done:,} of {of:,} blocks", end="\n" if done == of else "", file=sys.stderr)


def _lanes(sea: Sea) -> Lanes:
    from selat.app.world import counts_of
    from selat.tracks.lanes import Lanes

    return Lanes(counts_of(sea.layout), sea.zones)


def _show(sea: Sea, args: argparse.Namespace) -> int:
    lanes = _lanes(sea)
    found = _summary(lanes)
    if args.json:
        for row in found:
            print(json.dumps(row, ensure_ascii=False))
        return 0
    for row in found if args.all else found[:MOST]:
        speed = "" if row["knots"] is None else f"{row['knots']:5.1f} kn"
        ships = "" if row["ships"] is None else f"{row['ships']:,} ships"
        place = f"{row['lat']:.3f} {row['lon']:.3f}"
        print(
            f"{row['lane']:5}  {row['direction']:03.0f} deg  {place:16}  {ships:>12}  {speed:8}  {plain(row['source'])}"
        )
    for n, a in enumerate(lanes.anchorages):
        what = "berths" if a.moored > 0.5 else "anchorage"
        print(f"{what} {n}: {a.lat:.3f} {a.lon:.3f}  {a.stops:,} stops, {a.hours / max(a.stops, 1):.1f} h each")
    rest = "" if args.all or len(found) <= MOST else f" ({MOST} shown; --all shows all)"
    print(f"{len(found):,} lanes{rest}, {len(lanes.anchorages):,} anchorages", file=sys.stderr)
    if not len(lanes):
        print("hint: selat lanes SEA learn, or selat zones SEA import FILE", file=sys.stderr)
    return 0


def _summary(lanes: Lanes) -> list[dict[str, Any]]:
    """Declared lanes, then learned ones, most ships first."""
    import numpy as np

    from selat.model.units import knots

    out: list[dict[str, Any]] = []
    for n, zone in enumerate(lanes.declared.zones):
        lon, lat = (sum(c) / len(zone.ring) for c in zip(*zone.ring, strict=True))
        out.append({
            "lane": n, "declared": True, "direction": zone.direction, "lat": round(lat, 5), "lon": round(lon, 5),
            "ships": None, "knots": None, "flows": None, "source": lanes.source(n),
        })  # fmt: skip
    flows = lanes.flows()
    order = np.argsort(flows["lane"], kind="stable")
    starts = np.flatnonzero(np.diff(flows["lane"][order], prepend=-1))
    learned: list[dict[str, Any]] = []
    for part in np.split(order, starts[1:]) if len(order) else []:
        best = part[np.argmax(flows["ships"][part])]
        learned.append({
            "lane": int(flows["lane"][best]), "declared": False, "direction": round(float(flows["direction"][best]), 1),
            "lat": round(float(flows["lat"][best]), 5), "lon": round(float(flows["lon"][best]), 5),
            "ships": int(flows["ships"][best]), "knots": round(knots(float(flows["speed_mean"][best])), 1),
            "flows": len(part), "source": lanes.source(int(flows["lane"][best])),
        })  # fmt: skip
    return out + sorted(learned, key=lambda r: (-r["ships"], r["lane"]))


def _export(sea: Sea, args: argparse.Namespace) -> int:
    from selat.exporters._zones import geojson
    from selat.store.disk import write_whole

    lanes = _lanes(sea)
    if args.file.lower().endswith((".json", ".geojson")):
        source = f"learned from this sea's traffic, version {lanes.counts.version}"
        text = geojson([a.zone(f"learned {n}", source) for n, a in enumerate(lanes.anchorages)])
    else:
        columns = lanes.flows()
        lines = [",".join(columns)]
        lines += [",".join(f"{v:.6g}" if isinstance(v, float) else str(v) for v in row) for row in
                  zip(*(c.tolist() for c in columns.values()), strict=True)]  # fmt: skip
        text = "\n".join(lines) + "\n"
    if args.file == "-":
        print(text, end="")
    else:
        write_whole(Path(args.file), text.encode())
    return 0
