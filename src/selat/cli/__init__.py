"""The command line: one verb, one file, or a folder where it has several actions or parts.

A verb is a module of this package, or a package in it: its docstring's first line is its line in ``selat --help``, and it offers

* ``add_arguments(parser: argparse.ArgumentParser) -> None``
* ``run(args: argparse.Namespace) -> int``, the exit status
* ``EPILOG: str``, a few examples, shown at the end of ``selat VERB --help``

``selat --help`` reads the docstrings without importing the modules, so it stays fast whatever a verb needs.
Names with a leading underscore are helpers, not verbs. Data goes to stdout, words go to stderr.

Exit status: 0 done; 1 something was found, or the work failed; 2 the command or its input is wrong;
130 interrupted; 141 nobody reads our output any more.
"""

from __future__ import annotations

import argparse
import os
import pkgutil
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from selat.model.errors import ConnectError, SelatError, StoreError

FIRST = (
    "demo",
    "read",
    "watch",
    "serve",
    "ships",
    "alerts",
    "zones",
    "lanes",
    "density",
    "gates",
    "rescue",
    "assist",
    "report",
    "export",
    "check",
    "config",
)
FAILED, WRONG, INTERRUPTED, CLOSED = 1, 2, 130, 141
_DOCSTRING = re.compile(r'\A(?:#[^\n]*\n|\s)*[rR]?"""\s*(.+?)\s*(?:\n|""")')


def verbs() -> dict[str, str]:
    """The verbs there are, in the order of a day's work, each with its one line of help; imports none of them."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            found[module.name] = _first_line(module.name)
    order = {name: n for n, name in enumerate(FIRST)}
    return {name: found[name] for name in sorted(found, key=lambda name: (order.get(name, len(order)), name))}


def _first_line(name: str) -> str:
    """The first line of the docstring of a verb's module, or of its package."""
    for folder in __path__:
        for path in (Path(folder, f"{name}.py"), Path(folder, name, "__init__.py")):
            if path.exists():
                match = _DOCSTRING.match(path.read_text(encoding="utf-8"))
                return match[1].rstrip(".") if match else ""
    return ""


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit status; ``argv`` is ``sys.argv[1:]`` unless given."""
    try:
        status = _dispatch(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
        return status
    except SystemExit as stop:  # argparse's way out of --help and of wrong arguments
        return stop.code if isinstance(stop.code, int) else FAILED
    except SelatError as error:
        _complain(str(error), error.hint)
        return FAILED if isinstance(error, (ConnectError, StoreError)) else WRONG
    except BrokenPipeError:  # `selat ... | head`: not an error, and no traceback when Python closes stdout
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError) as error:
        if error.filename is None:
            raise
        _complain(f"{error.filename}: {error.strerror}", "is the path right, and may this user read and write it?")
        return WRONG
    except KeyboardInterrupt:
        return INTERRUPTED


def _dispatch(argv: list[str]) -> int:
    """Split ``argv`` at the verb: what comes before is for selat, what follows for the verb."""
    at = next((n for n, word in enumerate(argv) if not word.startswith("-")), len(argv))
    known = verbs()
    top = _top_parser(known)
    options = top.parse_args(argv[:at])
    _set_up_logging(options.verbose)
    if at == len(argv):
        top.print_help(sys.stderr)
        return WRONG
    name = argv[at]
    if name == "help":  # `selat help`, `selat help watch`
        return _dispatch([*argv[at + 1 : at + 2], "--help"])
    if name not in known:
        raise SelatError(f"there is no verb {name!r}", hint=_nearest(name, list(known)))
    status: int = _module(name).run(parser_of(name).parse_args(argv[at + 1 :]))
    return status


def _module(name: str) -> Any:
    return import_module(f"{__name__}.{name}")


def parser_of(name: str) -> argparse.ArgumentParser:
    """The parser of one verb; the reference pages are made from it too."""
    verb = _module(name)
    text = (verb.__doc__ or "").strip()
    parser = _parser(f"selat {name}", description=text, epilog=getattr(verb, "EPILOG", None))
    verb.add_arguments(parser)
    return parser


def _top_parser(known: dict[str, str]) -> argparse.ArgumentParser:
    width = max(map(len, known), default=0)
    lines = "\n".join(f"  {name:{width}}  {line}" for name, line in known.items())
    parser = _parser(
        "selat",
        usage="selat [--version] [-v] VERB ...",
        description="Watch over a sea lane, go out to rescue on it, account for the equipment given to do so.",
        epilog=f"verbs:\n{lines}\n\n`selat VERB --help` shows a verb's options, with examples.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="say more on stderr; twice: still more")
    return parser


class _Parser(argparse.ArgumentParser):
    """As argparse's own, with errors in the house's two lines."""

    def error(self, message: str) -> NoReturn:
        _complain(message, f"see `{self.prog} --help`")
        raise SystemExit(WRONG)


def _parser(prog: str, usage: str | None = None, description: str = "", epilog: str | None = None) -> _Parser:
    style = argparse.RawDescriptionHelpFormatter
    return _Parser(prog, usage, description, epilog, formatter_class=style, allow_abbrev=False)


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from selat import __version__

        print(f"selat {__version__}")
        parser.exit()


def _set_up_logging(verbose: int) -> None:
    import logging

    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")


def _nearest(name: str, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean `selat {near[0]}`?" if near else "`selat --help` lists the verbs"


def _complain(message: str, hint: str = "") -> None:
    print(f"error: {message}", file=sys.stderr)
    if hint:
        print(f"hint: {hint}", file=sys.stderr)
