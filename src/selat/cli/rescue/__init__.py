"""Plan a search: from a report to where the object is likely to be, and boats on it."""

from __future__ import annotations

import argparse

from selat.cli._actions import act, add_actions

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
ORDER = (
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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One sub-command a file of this folder."""
    add_actions(parser, __name__, __path__, ORDER)


def run(args: argparse.Namespace) -> int:
    """Do the action."""
    return act(args)
