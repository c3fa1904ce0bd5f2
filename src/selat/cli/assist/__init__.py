"""Account for the equipment given: register, evidence, checks, and what it changed.

Every deed is an entry of a hash-chained log with its source, its time and who wrote it; nothing is changed or deleted.
`selat assist ACTION --help` shows an action's options. Ids of items, programmes and so on are yours to choose.
"""

from __future__ import annotations

import argparse

from selat.cli._actions import act, add_actions

EPILOG = """examples:
  selat assist demo grant/
  selat assist import grant/ public
  selat assist programmes grant/ --country MY
  selat assist show grant/ OSA-2023-MY-1
  selat assist import grant/ notes.xlsx --who "Sato"
  selat assist custody grant/ BOAT-3 --unit "Base Jugra" --who "Lt Aminah" --source "form 12"
  selat assist checks grant/
  selat assist audit grant/
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One sub-command a file of this folder."""
    add_actions(parser, __name__, __path__)


def run(args: argparse.Namespace) -> int:
    """Do the action."""
    return act(args)
