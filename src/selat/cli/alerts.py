"""List the alerts of a sea, or acknowledge some.

A line an alert: id, when it began, priority, state, rule, and the reason in one sentence. `ack` says that a person has
seen it; the log keeps who, when and why. An id may be shortened as long as it is the only one that begins so.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from selat.cli._asking import add_conditions, batches_of, open_sea, plain, print_json
from selat.model.errors import ConfigError

if TYPE_CHECKING:
    import pyarrow as pa

    from selat.app.session import Sea

EPILOG = """examples:
  selat alerts sea/
  selat alerts sea/ --open --rule collision
  selat alerts sea/ --since 2026-11-22T00:00Z --json
  selat alerts sea/ ack 3f2a91c0 --who "Lt Aminah" --note "called on channel 16"
"""
_OVER = ("cleared", "retracted")
_SHOWN = 8  #: characters of an id


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("sea", metavar="SEA", help="folder of the sea")
    parser.add_argument(
        "action", metavar="ack", nargs="?", choices=["ack"], help="acknowledge the alerts with these ids"
    )
    parser.add_argument("ids", metavar="ID", nargs="*", help="ids of alerts, or how they begin")
    parser.add_argument("--rule", metavar="NAME", help="only those of this rule")
    parser.add_argument("--open", action="store_true", help="only those that are not cleared or retracted")
    parser.add_argument("--since", metavar="TIME", help="only those that were so at this time or later, ISO 8601")
    add_conditions(parser)
    parser.add_argument("--who", metavar="NAME", default="", help="who acknowledges")
    parser.add_argument("--note", metavar="TEXT", default="", help="what was seen or done")
    parser.add_argument("--json", action="store_true", help="one JSON object an alert")


def run(args: argparse.Namespace) -> int:
    """List, or acknowledge."""
    with open_sea(args.sea) as sea:
        if args.action:
            return _acknowledge(sea, args)
        table = _chosen(sea, args)
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
    if args.open:
        table = table.filter(pc.invert(pc.is_in(table["state"], pa.array(_OVER))))
    if args.since is not None:
        table = table.filter(pc.greater_equal(table["last"].cast(pa.int64()), nanoseconds(args.since)))
    return table


def _is_rule(name: str) -> bool:
    from selat.model.plugins import find

    return name in {rule.name for rule in find("selat.detectors", "DETECTOR")}


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


def _acknowledge(sea: Sea, args: argparse.Namespace) -> int:
    """Acknowledge each; what is over or was acknowledged before is told and left."""
    if not args.ids:
        raise ConfigError(
            "ack of which alert?", hint="selat alerts SEA ack ID --who NAME; `selat alerts SEA` lists the ids"
        )
    if not args.who.strip():
        raise ConfigError("who acknowledges?", hint="--who NAME: an alert is acted on by someone")
    states = dict(zip(*(sea.alerts.arrow()[name].to_pylist() for name in ("id", "state")), strict=True))
    ids = [_whole(given, list(states)) for given in args.ids]
    for alert in dict.fromkeys(ids):
        if states[alert] in ("acknowledged", *_OVER):
            print(f"{alert[:_SHOWN]} is {states[alert]} already: nothing to do", file=sys.stderr)
            continue
        after = sea.act(alert, "acknowledged", args.who, args.note)
        print(f"{alert[:_SHOWN]} is {after.state}", file=sys.stderr)
    if args.json:
        import pyarrow as pa
        import pyarrow.compute as pc

        table = sea.alerts.arrow()
        print_json(table.filter(pc.is_in(table["id"], pa.array(ids))))
    return 0


def _whole(given: str, ids: list[str]) -> str:
    """The one id that begins so. Raises ConfigError."""
    found = [i for i in ids if i.startswith(given)] if given else []
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigError(f"{len(found)} alerts begin with {given!r}", hint=f"such as {found[0]}, {found[1]}")
    raise ConfigError(f"there is no alert {given!r}", hint="`selat alerts SEA` lists them")
