"""Accounts of a sea: who may log in to its page, and what they may do there."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path

EPILOG = """examples:
  selat accounts sea/                                 list them
  selat accounts sea/ add "Lt Aminah" --role officer  asks for the password
  SELAT_PASSWORD=... selat accounts sea/ add feeder --role machine
  selat accounts sea/ add liaison --role observer --group navy --group police
  selat accounts sea/ remove "Lt Aminah"
roles:
  observer sees; officer also handles alerts; supervisor also changes zones; admin also makes accounts; machine sees
  (with HTTP Basic authentication, for scripts); recipient, donor, auditor and public see the register of given equipment alone,
  each in its tier
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("sea", type=Path, metavar="SEA", help="folder of the sea")
    parser.add_argument("action", nargs="?", choices=("list", "add", "remove"), default="list", help="what to do")
    parser.add_argument("name", nargs="?", default="", help="name of the account")
    parser.add_argument("--role", default="officer", help="what it may do (default %(default)s)")
    parser.add_argument(
        "--group", action="append", default=[], help="group of releasability it is in (see [release.NAME]); repeatable"
    )
    parser.add_argument("--json", action="store_true", help="list as JSON")


def run(args: argparse.Namespace) -> int:
    """List, add or remove; each change goes into the audit log."""
    from selat.app.session import Sea
    from selat.model.errors import ConfigError
    from selat.store import registry
    from selat.web.accounts import Accounts

    with Sea(args.sea, create=False) as sea:
        accounts = Accounts(sea.layout.root)
        if args.action == "list":
            _list(accounts.all(), args.json)
            return 0
        if not args.name:
            raise ConfigError("which account?", hint="selat accounts SEA add NAME")
        if args.action == "add":
            accounts.put(args.name, args.role, _password(), args.group)
            note = " ".join([args.role, *sorted(args.group)])
            registry.record(sea.state, getpass.getuser(), "put", f"account:{args.name}", note)
        elif not accounts.remove(args.name):
            raise ConfigError(f"there is no account {args.name!r}", hint="selat accounts SEA lists them")
        else:
            registry.record(sea.state, getpass.getuser(), "remove", f"account:{args.name}")
    return 0


def _list(everyone: dict, as_json: bool) -> None:  # type: ignore[type-arg]
    if as_json:
        import json

        print(json.dumps([{"name": a.name, "role": a.role, "groups": sorted(a.groups)} for a in everyone.values()]))
        return
    for account in everyone.values():
        print(f"{account.role:<11}{account.name}{'  ' * bool(account.groups)}{' '.join(sorted(account.groups))}")


def _password() -> str:
    """From the environment, the terminal, or a line of the input."""
    if told := os.environ.get("SELAT_PASSWORD"):
        return told
    if sys.stdin.isatty():
        return getpass.getpass("password: ")
    return sys.stdin.readline().rstrip("\n")
