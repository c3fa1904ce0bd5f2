"""What the actions on search plans share: reading and writing plans, telling them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from selat.model.errors import ConfigError, FormatError

if TYPE_CHECKING:
    from selat.model.plan import Plan


def read_plan(path: Path) -> Plan:
    """The plan of a file; raises :class:`FormatError` for another file."""
    from selat.model.plan import from_dict

    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as e:
        raise FormatError(f"{path} is no search plan ({e})", hint="a file that `selat rescue plan` wrote") from None
    if not isinstance(data, dict):
        raise FormatError(f"{path} is no search plan", hint="a file that `selat rescue plan` wrote")
    return from_dict(data)


def write_plan_file(plan: Plan, path: Path) -> None:
    """Whole or not at all."""
    from selat.model.plan import to_dict
    from selat.store.disk import write_whole

    if path.suffix != ".json":
        raise ConfigError(
            f"{path}: plans are written as .json", hint="--out NAME.json; `selat rescue export` makes the rest"
        )
    write_whole(path, (json.dumps(to_dict(plan), ensure_ascii=False, indent=1) + "\n").encode())


def hand_over(plan: Plan, out: Path | None, as_json: bool) -> None:
    """A plan that was just made: into its file, where one is asked for, and told on the terminal."""
    from selat.model.plan import to_dict

    if out is not None:
        write_plan_file(plan, out)
    if as_json:
        print(json.dumps(to_dict(plan), ensure_ascii=False))
    else:
        tell(plan)


def pairs(texts: list[str], option: str, example: str) -> dict[str, str]:
    """``KEY=VALUE`` texts; raises :class:`ConfigError` for another form."""
    out = {}
    for text in texts:
        key, sign, value = text.partition("=")
        if not sign or not key.strip() or not value.strip():
            raise ConfigError(f"{option} {text!r}", hint=f"as in {option} {example}")
        out[key.strip()] = value.strip()
    return out


def tell(plan: Plan) -> None:
    """The plan in lines: what must be read first, then the tasks, then what it is worth."""
    from selat.cli._asking import plain
    from selat.model.clock import format_time
    from selat.model.units import KNOT, NAUTICAL_MILE

    print(plain(plan.first_line()))
    for t in plan.tasks:
        a = t.area
        print(
            f"{t.name}  {plain(t.searcher):16}  {t.pattern}  {format_time(t.begin)[11:16]}-{format_time(t.end)[11:16]}Z  "
            f"{a.lat:.4f} {a.lon:.4f}  {a.length / NAUTICAL_MILE:.1f} x {a.width / NAUTICAL_MILE:.1f} nm, axis {a.axis:03.0f}  "
            f"spacing {t.spacing / NAUTICAL_MILE:.2f} nm at {t.speed / KNOT:.0f} kn  POC {t.poc:.0%} POD {t.pod:.0%}"
        )
        for note in t.notes:
            print(f"    {plain(note)}")
    print(
        f"probability of success {plan.pos:.1%}; no plan with this effort exceeds {plan.bound:.1%}; "
        f"with tracks sailed exactly {plan.pos_ideal:.1%}"
    )
    if plan.pos_before > 0:
        print(f"with the searches before: {1 - (1 - plan.pos_before) * (1 - plan.pos):.1%}", file=sys.stderr)
