"""Verbs of several actions: one file of the verb's folder for each, as the verbs themselves are files of this one."""

from __future__ import annotations

import argparse
import pkgutil
from collections.abc import Iterable, Sequence
from importlib import import_module


def add_actions(
    parser: argparse.ArgumentParser, package: str, folders: Iterable[str], first: Sequence[str] = ()
) -> None:
    """A parser for each module without a leading underscore: its own ``add_arguments``, ``run`` and, if it has one, ``EPILOG``.

    ``first`` names those that come first, in the order of the work; the others follow by name.
    """
    below = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    found = [m.name for m in pkgutil.iter_modules(list(folders)) if not m.name.startswith("_")]
    for name in sorted(found, key=lambda n: (first.index(n) if n in first else len(first), n)):
        module = import_module(f"{package}.{name}")
        text = (module.__doc__ or "").strip()
        line = text.splitlines()[0].rstrip(".").replace("%", "%%")
        inner = below.add_parser(
            name, help=line, description=text, epilog=getattr(module, "EPILOG", None),
            formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
        )  # fmt: skip
        module.add_arguments(inner)
        inner.set_defaults(work=module.run)


def act(args: argparse.Namespace) -> int:
    """Do the action that was named."""
    status: int = args.work(args)
    return status
