"""List the alerts of a sea, explain them, act on them.

A line an alert: id, when it began, priority, state, rule, and the reason in one sentence. An id may be shortened as long as
it is the only one that begins so. Folded alerts (another one stands for the same event) are listed with --all.

list      what is there (when no action is named), gravest first with --open
show      everything about one alert: reason, confidence, evidence, what was done with it
explain   ask the rule again about the stored evidence: status 0 when it concludes the same alert, bit for bit
ack       a person has seen it; assign --officer, handover --officer --note, note --note, close --cause, reopen
snooze    list quietly for a while: --for and --ship, --rule or --box; never distress. snoozes lists them, unsnooze ID ends one
log       who did what, and whether the log is whole
send      try now to send what waits for the channels of selat.toml
export    write the alerts to FILE (csv, geojson, parquet, ndjson), as `selat export --table alerts`
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from selat.cli._asking import add_conditions, batches_of, open_sea, plain, print_json
from selat.cli.alerts import _deeds, _show
from selat.model.errors import ConfigError
from selat.model.handling import CAUSES, OVER

if TYPE_CHECKING:
    import pyarrow as pa

    from selat.app.session import Sea

EPILOG = """examples:
  selat alerts sea/
  selat alerts sea/ --open --rule collision
  selat alerts sea/ explain 3f2a91c0
  selat alerts sea/ ack 3f2a91c0 --who "Lt Aminah" --note "called on channel 16"
  selat alerts sea/ close 3f2a91c0 --who "Lt Aminah" --cause benign --note "waited for her pilot"
  selat alerts sea/ snooze --rule loitering --box 103.7,1.1,103.8,1.2 --for "8 h" --who "Lt Aminah" --note "dredging works"
"""
_SHOWN = 8  #: characters of an id
ACTIONS = ("list", "show", "explain", *_deeds.DEEDS, "snooze", "snoozes", "unsnooze", "log", "send", "export")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("sea", metavar="SEA", help="folder of the sea")
    parser.add_argument("action", metavar="ACTION", nargs="?", choices=ACTIONS, default="list", help=", ".join(ACTIONS))
    parser.add_argument("ids", metavar="ID", nargs="*", help="ids of alerts, or how they begin; FILE for export")
    parser.add_argument("--rule", metavar="NAME", help="only those of this rule")
    parser.add_argument(
        "--open", action="store_true", help="only those that are not cleared or retracted, gravest first"
    )
    parser.add_argument("--all", action="store_true", help="also those that another alert of the same event stands for")
    parser.add_argument("--since", metavar="TIME", help="only those that were so at this time or later, ISO 8601")
    add_conditions(parser)
    parser.add_argument("--who", metavar="NAME", default="", help="who acts")
    parser.add_argument("--note", metavar="TEXT", default="", help="what was seen or done; the reason of a snooze")
    parser.add_argument("--officer", metavar="NAME", default="", help="to whom it is assigned or handed over")
    parser.add_argument("--cause", choices=CAUSES, default="", help="how it is closed")
    parser.add_argument(
        "--ship", metavar="MMSI", nargs="+", action="extend", type=int, default=[], help="ships of a snooze"
    )
    parser.add_argument(
        "--for", dest="during", metavar="TIME", default="", help='how long a snooze lasts, as in "30 min"'
    )
    parser.add_argument("--json", action="store_true", help="one JSON object an alert")


def run(args: argparse.Namespace) -> int:
    """List, show, or act."""
    if args.action == "export":
        return _export(args)
    with open_sea(args.sea) as sea:
        if args.action == "list":
            table = _chosen(sea, args)
        elif args.action in ("show", "explain", "log"):
            return _show.run(sea, args)
        else:
            return _deeds.run(sea, args)
    if args.json:
        print_json(table)
        return 0
    for line in _lines(table):
        print(line)
    n = table.num_rows
    print(f"{n:,} alert{'' if n == 1 else 's'}" if n else "no alerts", file=sys.stderr)
    return 0


def _chosen(sea: Sea, args: argparse.Namespace) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    from selat.store.query import nanoseconds

    table = pa.Table.from_batches(list(batches_of(sea, "alerts", args)))
    if args.rule is not None:
        rules = sorted(set(table["rule"].to_pylist()))
        if args.rule not in rules and not _is_rule(args.rule):
            raise ConfigError(
                f"there is no rule {args.rule!r}", hint=f"rules with alerts here: {', '.join(rules) or 'none'}"
            )
        table = table.filter(pc.equal(table["rule"], args.rule))
    if not args.all:
        table = table.filter(pc.equal(pc.fill_null(table["lead"], ""), ""))
    if args.since is not None:
        table = table.filter(pc.greater_equal(table["last"].cast(pa.int64()), nanoseconds(args.since)))
    return _ranked(sea, table) if args.open else table


def _ranked(sea: Sea, table: pa.Table) -> pa.Table:
    """Alerts that are not over, gravest first; snoozed ones last."""
    from selat.model import clock
    from selat.model.handling import covering
    from selat.store import alertbook, handling
    from selat.store.feedback import Shares

    ids = table["id"].to_pylist()
    place = {alert: n for n, alert in enumerate(ids)}
    every = alertbook.alerts(sea.state)
    shares, now = Shares(every, handling.handled(sea.state)), clock.now()
    snoozes = handling.snoozes(sea.state, now)
    chosen = [a for a in every if a.id in place and a.state not in OVER]
    chosen.sort(key=lambda a: (covering(snoozes, a, now) is not None, *shares.rank(a)))
    return table.take([place[a.id] for a in chosen])


def _is_rule(name: str) -> bool:
    from selat.app.desk import FAMILIES
    from selat.model.plugins import find

    known = {rule.name for rule in find("selat.detectors", "DETECTOR")} | {"rule_storm", "late_data"}
    return name in known.union(*FAMILIES.values())


def _lines(table: pa.Table) -> list[str]:
    import pyarrow as pa

    from selat.model.clock import format_time

    names = ["id", "priority", "state", "rule", "sentence"]
    rows: list[dict[str, Any]] = table.select(names).to_pylist()
    times = table["time"].cast(pa.int64()).to_pylist()
    return [
        f"{r['id'][:_SHOWN]}  {format_time(t)}  {r['priority']:9}  {r['state']:12}  {plain(r['rule'])}: {plain(r['sentence'])}"
        for r, t in zip(rows, times, strict=True)
    ]


def _export(args: argparse.Namespace) -> int:
    from selat.cli import export

    if len(args.ids) != 1:
        raise ConfigError("export to which file?", hint="selat alerts SEA export alerts.geojson")
    return export.run(
        argparse.Namespace(
            sea=args.sea, out=args.ids[0], table="alerts", format=None, tracks=False, simplify=None, json=args.json,
            begin=args.begin,
            end=args.end, mmsi=args.mmsi, box=args.box, zone=args.zone,
        )
    )  # fmt: skip
