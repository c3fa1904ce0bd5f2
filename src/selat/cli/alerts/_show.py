"""``selat alerts``: show one, explain it again from its evidence, and what was done."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from selat.cli._asking import plain
from selat.cli.alerts._deeds import whole
from selat.model.errors import ConfigError

if TYPE_CHECKING:
    from selat.app.explain import Explanation
    from selat.app.session import Sea

_DIFFERS = 1  #: exit status: the rule does not conclude the same again


def run(sea: Sea, args: argparse.Namespace) -> int:
    """Show or explain each; without ids, ``explain`` takes all and ``log`` the whole log."""
    from selat.app.explain import as_dict, explain
    from selat.app.floor import detectors

    if args.action == "log" and not args.ids:
        return _log(sea, args)
    ids = sea.alerts.arrow()["id"].to_pylist()
    if not args.ids and args.action != "explain":
        raise ConfigError(f"{args.action} which alert?", hint="`selat alerts SEA` lists the ids")
    chosen = [whole(given, ids) for given in args.ids] or ids
    rules, status = detectors(), 0
    for alert_id in chosen:
        found = explain(sea, alert_id, rules)
        if args.json:
            print(json.dumps(as_dict(found)))
        elif args.action == "log":
            _print_log(found)
        elif args.action == "show" or len(chosen) == 1:
            _print(found)
        else:
            print(f"{alert_id[:8]}  {verdict(found)}")
        if args.action == "explain" and not found.same:
            status = _DIFFERS
    if args.action == "explain" and not args.json:
        print(f"{len(chosen)} explained", file=sys.stderr)
    return status


def verdict(found: Explanation) -> str:
    """In one line, what the rule says of the evidence today."""
    if found.again is None:
        return f"not concluded again: {found.note}"
    if found.differs:
        return f"concluded again, but it differs in {', '.join(found.differs)}"
    lost = f"; {len(found.missing)} of its rows are not in the history" if found.missing else ""
    return f"the same, bit for bit, from {found.rows.rows} rows of the history{lost}"


def _print(found: Explanation) -> None:
    from selat.model.clock import format_time

    a, d = found.alert, found.alert.detail
    print(f"{a.id}  {a.priority}, {a.state}: {a.rule} (version {a.version})")
    print(f"  {plain(a.sentence)}")
    print(f"  from {format_time(a.time)} to {format_time(a.last)}, at {a.lat:.5f}, {a.lon:.5f}")
    parts = ", ".join(f"{name} {value:.2f}" for name, value in d.get("confidence", {}).items())
    print(f"  sure to {a.confidence:.0%}{f' = {parts}' if parts else ''}")
    for text in d.get("false_if", ()):
        print(f"  false if: {plain(text)}")
    for name, key in (("to do", "action"), ("lines", "geometry")):
        if d.get(key):
            print(f"  {name}: {plain(str(d[key]))}")
    if a.lead:
        print(f"  belongs to alert {a.lead}")
    print(f"  asked again: {verdict(found)}")
    print(f"  parameters: {json.dumps(a.parameters, sort_keys=True)}")
    print(f"  evidence: {json.dumps(a.evidence, sort_keys=True)[:2000]}")
    for s in found.similar:
        print(f"  similar ({s.basis}): {s.alert.id[:8]} {s.cause or 'not closed'}: {plain(s.alert.sentence)}")
    _print_log(found)


def _print_log(found: Explanation) -> None:
    from selat.model.clock import format_time

    for e in found.log:
        more = ", ".join(f"{k} {plain(str(v))}" for k, v in e.items() if k in ("to", "cause", "note"))
        print(f"  {format_time(e['time'])}  {plain(e['who'])}  {e['action']}{f': {more}' if more else ''}")


def _log(sea: Sea, args: argparse.Namespace) -> int:
    """The whole log, and whether its chain holds."""
    from selat.store import chain, tables
    from selat.store.engine import reading

    for row in sea.state.rows("alert_log"):
        if args.json:
            print(json.dumps({name: row[name] for name in ("n", "subject", "who", "time", "action", "note")}))
        else:
            print(f"{row['n']:6}  {row['subject'][:8]}  {plain(row['who'])}  {row['action']}  {plain(row['note'])}")
    with reading(sea.state.engine) as connection:
        broken = chain.first_break(connection, tables.alert_log)
    if broken is not None:
        print(f"the log is broken at row {broken}: it was changed from outside", file=sys.stderr)
        return 1
    print("the log is whole", file=sys.stderr)
    return 0
