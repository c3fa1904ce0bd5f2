"""Plan a search: from a report to where the object is likely to be, and boats on it."""

from __future__ import annotations

import argparse
import pkgutil
from importlib import import_module
from pathlib import Path

EPILOG = """examples:
  selat rescue new pd.json --object "person with life jacket" --position "02-27.0N 101-48.0E" --at 2026-11-27T18:40Z \\
      --error "0.5 nm" --span "20 min" --wind 230/12kn --current 320/0.8kn
  selat rescue drift pd.json --hours 6 --out pd.npz
  selat rescue show pd.npz
  selat rescue plan pd.npz --with boats.toml --for "person in water" --out plan.json
  selat rescue export plan.json gpx rtz
  selat rescue demo
Not for operational use without approval by the SAR authority.
"""
PREFIX = "_rescue_"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One parser for each module ``_rescue_NAME.py`` beside this one: its own ``add_arguments`` and ``run``."""
    below = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name in actions():
        module = import_module(f"selat.cli.{PREFIX}{name}")
        text = (module.__doc__ or "").strip()
        first = text.splitlines()[0].rstrip(".")
        inner = below.add_parser(
            name, help=first, description=text, epilog=getattr(module, "EPILOG", None), allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )  # fmt: skip
        module.add_arguments(inner)
        inner.set_defaults(work=module.run)


def actions() -> list[str]:
    """Names of the actions there are: in the order of the work, others after them."""
    order = (
        "new",
        "fetch",
        "drift",
        "show",
        "vessels",
        "plan",
        "update",
        "worth",
        "export",
        "demo",
        "objects",
        "calibrate",
    )
    found = [
        m.name[len(PREFIX) :] for m in pkgutil.iter_modules([str(Path(__file__).parent)]) if m.name.startswith(PREFIX)
    ]
    return sorted(found, key=lambda n: (order.index(n) if n in order else len(order), n))


def run(args: argparse.Namespace) -> int:
    """Do the action."""
    status: int = args.work(args)
    return status
