"""``selat alerts``: acknowledge, assign, hand over, note, close, reopen; snoozes; send what waits."""

from __future__ import annotations

import argparse
import json
import secrets
import sys
from typing import TYPE_CHECKING

from selat.cli._asking import box_of, plain, print_json
from selat.model.errors import ConfigError
from selat.model.handling import OVER

if TYPE_CHECKING:
    from selat.app.session import Sea

#: verb: (what it does in the log, what it is called when nobody is named)
DEEDS = {
    "ack": ("acknowledge", "acknowledges"), "assign": ("assign", "assigns"), "handover": ("handover", "hands over"),
    "note": ("note", "notes"), "close": ("close", "closes"), "reopen": ("reopen", "reopens"),
}  # fmt: skip
_SHOWN = 8


def run(sea: Sea, args: argparse.Namespace) -> int:
    """Do what was asked."""
    if args.action in DEEDS:
        return _do(sea, args)
    return {"snooze": _snooze, "snoozes": _snoozes, "unsnooze": _unsnooze, "send": _send}[args.action](sea, args)


def whole(given: str, ids: list[str], what: str = "alert") -> str:
    """The one id that begins so. Raises ConfigError."""
    found = [i for i in ids if i.startswith(given)] if given else []
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigError(f"{len(found)} {what}s begin with {given!r}", hint=f"such as {found[0]}, {found[1]}")
    raise ConfigError(f"there is no {what} {given!r}", hint="`selat alerts SEA` lists them")


def _do(sea: Sea, args: argparse.Namespace) -> int:
    """Act on each; what is over or was acknowledged before is told and left."""
    action, words = DEEDS[args.action]
    if not args.ids:
        raise ConfigError(
            f"{args.action} of which alert?",
            hint=f"selat alerts SEA {args.action} ID --who NAME; `selat alerts SEA` lists the ids",
        )
    if not args.who.strip():
        raise ConfigError(f"who {words}?", hint="--who NAME: an alert is acted on by someone")
    states = dict(zip(*(sea.alerts.arrow()[name].to_pylist() for name in ("id", "state")), strict=True))
    ids = list(dict.fromkeys(whole(given, list(states)) for given in args.ids))
    for alert in ids:
        done = states[alert] in OVER if action == "close" else states[alert] in ("acknowledged", *OVER)
        if action in ("acknowledge", "close") and done:
            print(f"{alert[:_SHOWN]} is {states[alert]} already: nothing to do", file=sys.stderr)
            continue
        after = sea.act(alert, action, args.who, args.note, to=args.officer, cause=args.cause)
        print(f"{alert[:_SHOWN]} is {after.state}", file=sys.stderr)
    if args.json:
        import pyarrow as pa
        import pyarrow.compute as pc

        table = sea.alerts.arrow()
        print_json(table.filter(pc.is_in(table["id"], pa.array(ids))))
    return 0


def _snooze(sea: Sea, args: argparse.Namespace) -> int:
    from selat.model import clock
    from selat.model.handling import Snooze
    from selat.model.units import duration
    from selat.store import handling

    if not args.during:
        raise ConfigError("snooze for how long?", hint='--for "30 min": a snooze has an end')
    now = clock.now()
    west_south_east_north = None if args.box is None else box_of(args.box)
    snooze = Snooze(
        secrets.token_hex(4), now + round(duration(args.during) * clock.SECOND), args.who, args.note, now,
        tuple(sorted(args.ship)), args.rule or "", west_south_east_north,  # type: ignore[arg-type]
    )  # fmt: skip
    handling.put_snooze(sea.state, snooze)
    print(f"snooze {snooze.id} until {clock.format_time(snooze.until)}", file=sys.stderr)
    if args.json:
        print(json.dumps({"id": snooze.id, "until": snooze.until}))
    return 0


def _snoozes(sea: Sea, args: argparse.Namespace) -> int:
    from dataclasses import asdict

    from selat.model import clock
    from selat.store import handling

    for s in handling.snoozes(sea.state, clock.now()):
        if args.json:
            print(json.dumps(asdict(s)))
            continue
        ships = ", ".join(f"{m:09d}" for m in s.ships)
        scope = "; ".join(x for x in (s.rule, ships, str(s.area) if s.area else "") if x)
        print(f"{s.id}  until {clock.format_time(s.until)}  {scope}  by {plain(s.who)}: {plain(s.reason)}")
    return 0


def _unsnooze(sea: Sea, args: argparse.Namespace) -> int:
    from selat.model import clock
    from selat.store import handling

    if not args.ids or not args.who.strip():
        raise ConfigError("end which snooze, and who does?", hint="selat alerts SEA unsnooze ID --who NAME")
    known = [s.id for s in handling.snoozes(sea.state, clock.now())]
    for given in args.ids:
        handling.end_snooze(sea.state, whole(given, known, "snooze"), args.who)
    return 0


def _send(sea: Sea, args: argparse.Namespace) -> int:
    """One round over the queue: for a sea whose watch is not running."""
    from selat.app.notify.worker import Notifier
    from selat.model.config import channels
    from selat.store.layout import settings

    notifier = Notifier(sea.state, channels(settings(sea.layout)))
    if not notifier.channels:
        raise ConfigError("nobody is to be told", hint="add a section [notify.NAME] with to = ... to selat.toml")
    counts, health = notifier.once(), notifier.health()
    if args.json:
        print(json.dumps({**counts, "waiting": health}))
    else:
        print(f"{counts['sent']} sent, {counts['failed']} failed", file=sys.stderr)
    for name, found in health.items():
        if found["count"]:
            print(f"notify.{name}: {found['count']} waiting; {found['error']}", file=sys.stderr)
    return 1 if counts["failed"] else 0
