"""Show or check the settings of a sea (selat.toml), or give their JSON Schema.

show: every setting with its value and where that comes from; without a sea the defaults. check: all that is wrong with
the file; status 1 where something is. schema: for editors and other programs.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selat.model.errors import ConfigError, SelatError, StoreError

if TYPE_CHECKING:
    from selat.model.config import Problem, Settings

EPILOG = """examples:
  selat config show sea/
  selat config show
  selat config check sea/
  selat config schema > selat.schema.json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("action", choices=["show", "check", "schema"], help="what to do")
    parser.add_argument("sea", metavar="SEA", nargs="?", help="folder of the sea")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Show, check, or give the schema."""
    from selat.model.config import Settings, settings_of

    if args.action == "schema":
        print(json.dumps(Settings.model_json_schema(), indent=2, ensure_ascii=False))
        return 0
    if args.action == "check" and args.sea is None:
        raise ConfigError("check which sea?", hint="selat config check SEA")
    data, where = _data(args.sea) if args.sea is not None else ({}, "selat.toml")
    if args.action == "check":
        return _check(data, where, args.json)
    return _show(settings_of(data, where), args.json)


def _data(sea: str) -> tuple[dict[str, Any], str]:
    """Values of a sea's file, and its path. Raises StoreError where there is no such folder."""
    from selat.store.layout import Layout, settings_data

    layout = Layout(Path(sea))
    if not layout.root.is_dir():
        raise StoreError(f"there is no sea at {layout.root}", hint="give the folder of a sea")
    return settings_data(layout), str(layout.config)


def _show(settings: Settings, as_json: bool) -> int:
    from selat.model.config import effective

    shown = list(effective(settings))
    if as_json:
        print(json.dumps([asdict(s) for s in shown], ensure_ascii=False, indent=2))
        return 0
    width = max(len(f"{s.name} = {s.value}") for s in shown)
    for s in shown:
        print(f"{f'{s.name} = {s.value}':{width}}  # {s.origin}{f'. {s.text}' if s.text else ''}")
    return 0


def _check(data: dict[str, Any], where: str, as_json: bool) -> int:
    found = all_problems(data)
    if as_json:
        print(json.dumps({"path": where, "ok": not found, "problems": [asdict(p) for p in found]}, ensure_ascii=False))
    for p in [] if as_json else found:
        print(f"{where}: {p.where}: {p.text}" + (f"\n  hint: {p.hint}" if p.hint else ""))
    if not found:
        print(f"{where}: all is well", file=sys.stderr)
    return 1 if found else 0


def all_problems(data: dict[str, Any]) -> list[Problem]:
    """What is wrong with the values of a selat.toml, sources and rules too."""
    from selat.model.config import Problem, nearest, override, problems, settings_of
    from selat.model.plugins import find
    from selat.readers.live_spec import parse_source

    found = problems(data)
    if found:
        return found
    settings = settings_of(data)
    for n, address in enumerate(settings.sources.addresses):
        try:
            parse_source(address)
        except SelatError as e:
            found.append(Problem(f"sources.addresses.{n}", e.message, e.hint))
    rules = {rule.name: rule for rule in find("selat.detectors", "DETECTOR")} if settings.rules else {}
    for name, changes in settings.rules.items():
        if name not in rules:
            found.append(Problem(f"rules.{name}", "there is no such rule", nearest(name, list(rules))))
        elif not hasattr(rules[name], "p"):
            found.append(Problem(f"rules.{name}", "this rule has no parameters to set", "leave it out"))
        for key, value in changes.items() if name in rules and hasattr(rules[name], "p") else ():
            try:
                override(rules[name].p, {key: value}, f"rules.{name}")
            except ConfigError as e:
                found.append(Problem(f"rules.{name}.{key}", e.message.partition(": ")[2], e.hint))
    return found
