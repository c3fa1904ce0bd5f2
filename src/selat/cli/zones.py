"""Bring zones and lanes into a sea, list, show, check, remove or export them.

list     what is there (when no action is named): name, kind, direction, width, source
import   read FILE (GeoJSON, KML, KMZ, Overpass JSON, S-57 .000, or a text in selat's own form) into the sea; the name
         straits stands for the reporting lines and speed limits of the Straits that come with selat
show     all about the zones NAME, in selat's own form
check    what is wrong with the zones of the sea, or of FILE: status 1 where something is
remove   take out the zones NAME, or all of a --kind
export   write the zones to FILE: .geojson, else selat's own form; - for stdout

Nothing is imported where anything is wrong, unless --skip-bad leaves out what is. A zone of the same name is replaced.
A watch that runs takes changes within a second or two, from that moment of its picture on.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selat.cli._asking import open_sea, plain
from selat.model.errors import ConfigError, FormatError

if TYPE_CHECKING:
    from selat.app.session import Sea
    from selat.model.zone import Zone
    from selat.readers.zones_file import Found, Trouble

EPILOG = """examples:
  selat zones sea/
  selat zones sea/ import straits
  selat zones sea/ import lanes.geojson cables.kml --source "survey of 2026"
  selat zones sea/ check
  selat zones sea/ show "12 kn westbound segment 1"
  selat zones sea/ export zones.txt
"""
ACTIONS = ("list", "import", "show", "check", "remove", "export")
SHIPPED = "straits"  #: stands for the facts that come with selat


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("sea", metavar="SEA", help="folder of the sea")
    parser.add_argument("action", metavar="ACTION", nargs="?", choices=ACTIONS, default="list", help=", ".join(ACTIONS))
    parser.add_argument("names", metavar="NAME", nargs="*", help="files, or names of zones")
    parser.add_argument(
        "--kind", metavar="KIND", default="", help="only this kind; of an import, where a file does not say"
    )
    parser.add_argument(
        "--format", metavar="FORMAT", default="", help="geojson, overpass, kml, enc or table; else found out"
    )
    parser.add_argument("--source", metavar="TEXT", default="", help="whose lines these are, and which edition")
    parser.add_argument("--skip-bad", action="store_true", help="import what is right, leave out what is wrong")
    parser.add_argument("--who", metavar="NAME", default="selat", help="who does it, for the log")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Do the action."""
    if args.action in ("show", "import", "export") and not args.names:
        what = "zone" if args.action == "show" else "file"
        raise ConfigError(f"{args.action} which {what}?", hint=f"selat zones {args.sea} {args.action} NAME")
    with open_sea(args.sea) as sea:
        return {
            "list": _list, "import": _import, "show": _show, "check": _check, "remove": _remove, "export": _export,
        }[args.action](sea, args)  # fmt: skip


def _chosen(sea: Sea, args: argparse.Namespace) -> list[Zone]:
    """Zones of a kind, or those that are named."""
    from selat.model.zone import KINDS

    if args.kind and args.kind not in KINDS:
        raise ConfigError(f"{args.kind!r} is no kind of zone", hint=f"one of {', '.join(KINDS)}")
    every = {z.name: z for z in sea.zones}
    if args.action in ("show", "remove"):
        for name in args.names:
            if name not in every:
                hint = f"known: {', '.join(every) or 'none yet'}"[:400]
                raise ConfigError(f"there is no zone {name!r}", hint=hint)
        if args.names:
            return [every[n] for n in args.names]
    return [z for z in every.values() if not args.kind or z.kind == args.kind]


def _list(sea: Sea, args: argparse.Namespace) -> int:
    found = _chosen(sea, args)
    if args.json:
        for z in found:
            print(json.dumps(_told(z), ensure_ascii=False))
        return 0
    width = max((len(plain(z.name)) for z in found), default=0)
    for z in found:
        flow = "" if z.direction is None else f"{z.direction:05.1f} deg"
        wide = "" if z.width is None else f"{z.width:.0f} m"
        print(f"{plain(z.name):{width}}  {z.kind:19}  {flow:9}  {wide:7}  {plain(z.source)}".rstrip())
    print(f"{len(found):,} zone{'' if len(found) == 1 else 's'}" if found else "no zones", file=sys.stderr)
    return 0


def _told(zone: Zone) -> dict[str, Any]:
    from selat.model.zone import plain as values

    return {**values(zone), "version": zone.version}


def _show(sea: Sea, args: argparse.Namespace) -> int:
    from selat.exporters._zones import table

    found = _chosen(sea, args)
    for z in found if args.json else ():
        print(json.dumps(_told(z), ensure_ascii=False))
    if not args.json:
        print(table(found), end="")
    return 0


def _read(names: list[str], args: argparse.Namespace) -> Found:
    """Zones of all files together, lanes that are lines with their width."""
    from selat.readers.zones import read_zones
    from selat.readers.zones_file import Found
    from selat.tracks import straits
    from selat.tracks.zones_check import completed

    total = Found()
    for name in names:
        if name == SHIPPED and not Path(name).exists():
            total.zones += straits.zones()
            continue
        found = read_zones(name, args.format, args.kind, args.source)
        zones, unknown = completed(found.zones)
        for z in unknown:
            print(
                f"note: {plain(z.name)}: a line without width, and none could be measured; give it one", file=sys.stderr
            )
        total.zones += zones
        total.trouble += found.trouble
        for what, n in found.left.items():
            print(f"note: {name}: {n} left: {plain(what)}", file=sys.stderr)
    return total


def _import(sea: Sea, args: argparse.Namespace) -> int:
    from selat.store import registry
    from selat.tracks.zones_check import contradictions, exchanged

    found = _read(args.names, args)
    new = {z.name: z for z in found.zones}
    swapped = exchanged(list(new.values()), box) if (box := _box(sea)) else []
    against = contradictions([*(z for z in sea.zones if z.name not in new), *new.values()])
    trouble = [*found.trouble, *swapped, *against]
    _complain(trouble)
    if trouble and not args.skip_bad:
        raise FormatError(
            f"{len(trouble)} thing{'s' if len(trouble) > 1 else ''} wrong: nothing was imported",
            hint="mend them, or leave them out with --skip-bad",
        )
    for t in (*against, *swapped):
        for name in [n for n in new if n == t.where or n in t.where.split(" and ")]:
            del new[name]
    replaced = sum(z.name in new for z in sea.zones)
    registry.put_zones(sea.state, new.values(), args.who)
    print(f"{len(new):,} imported, {replaced:,} of them replaced", file=sys.stderr)
    return 0 if new or not trouble else 2


def _box(sea: Sea) -> tuple[float, float, float, float] | None:
    """Bounds of the positions in the history, degrees, as the manifest has them; None where there are none."""
    parts = [p for p in sea.view.parts if p.table == "reports" and p.min_lon is not None and p.min_lat is not None]
    if not parts:
        return None
    low = [min(getattr(p, f"min_{c}") for p in parts) for c in ("lon", "lat")]
    high = [max(getattr(p, f"max_{c}") for p in parts) for c in ("lon", "lat")]
    west, south, east, north = (v * 1e-7 for v in (*low, *high))
    return west, south, east, north


def _check(sea: Sea, args: argparse.Namespace) -> int:
    from selat.model.errors import SelatError
    from selat.readers.zones_file import Trouble, check_shape
    from selat.tracks.zones_check import contradictions

    if args.names:
        found = _read(args.names, args)
        zones, trouble = found.zones, found.trouble
    else:
        zones, trouble = list(sea.zones), []
        for z in zones:
            try:
                check_shape(z)
            except SelatError as e:
                trouble.append(Trouble(z.name, e.message, e.hint))
            if z.kind == "lane" and (z.direction is None or (z.line and not z.width)):
                what = "direction" if z.direction is None else "width"
                trouble.append(Trouble(z.name, f"a lane without {what}", "no rule can use it: import it with one"))
    trouble = [*trouble, *contradictions(zones)]
    if args.json:
        print(json.dumps([{"where": t.where, "text": t.text, "hint": t.hint} for t in trouble], ensure_ascii=False))
    else:
        _complain(trouble, sys.stdout)
    if not trouble:
        print(f"{len(zones):,} zones, nothing wrong", file=sys.stderr)
    return 1 if trouble else 0


def _complain(trouble: list[Trouble], stream: Any = None) -> None:
    for t in trouble:
        hint = f"\n  hint: {plain(t.hint)}" if t.hint else ""
        print(f"{plain(t.where)}: {plain(t.text)}{hint}", file=stream or sys.stderr)


def _remove(sea: Sea, args: argparse.Namespace) -> int:
    from selat.store import registry

    if not args.names and not args.kind:
        raise ConfigError("remove which zones?", hint="name them, or all of a kind: --kind cable")
    found = _chosen(sea, args)
    registry.remove_zones(sea.state, [z.name for z in found], args.who)
    print(f"{len(found):,} removed", file=sys.stderr)
    return 0


def _export(sea: Sea, args: argparse.Namespace) -> int:
    from selat.exporters._zones import geojson, table
    from selat.store.disk import write_whole

    found = _chosen(sea, args)
    as_json = args.json or args.names[0].lower().endswith((".json", ".geojson"))
    text = geojson(found) if as_json else table(found)
    if args.names[0] == "-":
        print(text, end="")
    else:
        write_whole(Path(args.names[0]), text.encode())
        print(f"{len(found):,} zones", file=sys.stderr)
    return 0
