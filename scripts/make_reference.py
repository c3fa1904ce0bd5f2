"""Write docs/reference/*.md from the declarations they describe. With --check: say which are stale, write nothing.

The text is the same whatever Python runs this, so that a test can compare it.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Callable, Iterable
from enum import IntEnum
from inspect import getsource
from itertools import groupby
from pathlib import Path

from selat.cli import parser_of, verbs
from selat.model import errors, messages, schema
from selat.model.plugins import find
from selat.model.rule import describe

OUT = Path(__file__).resolve().parents[1] / "docs" / "reference"
NOTE = "<!-- Made by `python3 dev.py docs` from {source}; change it there. -->\n\n"
KINDS = {"u": "unsigned", "i": "signed", "b": "bit", "t": "six-bit text", "d": "data", "x": "spare"}


def cell(value: object) -> str:
    """A value as the text of a table cell."""
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    return " ".join(text.split()).replace("|", "\\|")


def table(head: tuple[str, ...], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table with a blank line after it."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell(c) for c in line) + " |\n" for line in lines) + "\n"


def tables_page() -> str:
    """Every column of every table."""
    text = "# Tables\n\n" + NOTE.format(source="selat/model/schema.py")
    text += (
        "A fact is *stored* as a scaled integer, as the standard sends it, and *given* in SI units and degrees: "
        "given = stored × step. The stored value under *null* means not available and is given as null. "
        "Times are nanoseconds since 1970-01-01 UTC. Only `rot` is not linear: its row says how it is stored.\n\n"
    )
    for name, one in (schema.TABLES | {"plots": schema.PLOTS}).items():
        text += f"## {name}\n\n{one.text}.\n\n"
        if one.order:
            text += f"At rest sorted by {', '.join(f'`{c}`' for c in one.order)}.\n\n"
        text += table(
            ("column", "given as", "unit", "stored as", "step", "null", "meaning", "source"),
            (
                (f"`{c.name}`", c.given, c.unit, c.stored, c.scale, null_of(c.null), c.text, c.clause)
                for c in one.columns
            ),
        )
    return text


def null_of(null: int | bytes | None) -> str:
    """The sentinel in words."""
    return {None: "never", b"": "empty", schema.NO_TIME: "-2^63", schema.I32: "-2^31"}.get(null, str(null))


def messages_page() -> str:
    """Every field of every AIS message."""
    text = "# AIS messages\n\n" + NOTE.format(source="selat/model/messages.py")
    text += (
        "ITU-R M.1371-5, Annex 8, and Message 28 of M.1371-6. The value is raw × step in the unit; the raw value "
        "under *not available* is given as null. Bits are counted from 0. A field without a width takes all bits "
        "that are left.\n\n"
    )
    for same in alike(messages.LAYOUTS):
        layout = same[0]
        text += f"## {'; '.join(map(title, same))}\n\n"
        longest = f" to {layout.max_bits}" if layout.max_bits > layout.bits else ""
        text += f"{layout.bits}{longest} bits by the standard; read from {layout.min_bits} bits on.\n\n"
        fields = [*zip(layout.starts, layout.fields, strict=True), *(("at the end", f) for f in layout.tail)]
        text += table(
            ("bit", "width", "field", "kind", "step", "unit", "not available", "meaning"),
            (
                (at, f.width or "", f"`{f.name}`", KINDS[f.kind], *step_and_unit(f), blank(f.na), f.text)
                for at, f in fields
            ),
        )
    return text


def alike(layouts: Iterable[messages.Layout]) -> Iterable[list[messages.Layout]]:
    """Layouts that differ in nothing but their number stand together."""
    groups: dict[object, list[messages.Layout]] = {}
    for one in layouts:
        groups.setdefault((one.fields, one.tail, one.bits, one.min_bits, one.max_bits), []).append(one)
    return groups.values()


def title(layout: messages.Layout) -> str:
    variant = f", {layout.variant}" if layout.variant and layout.variant not in layout.name else ""
    return f"{layout.type}: {layout.name}{variant}".replace("_", " ")


def step_and_unit(field: messages.Field) -> tuple[str, str]:
    """Step and unit of a number; nothing for text, data and plain counts."""
    if field.unit == "1" and field.scale == 1:
        return "", ""
    shown = {messages.MINUTE_1E4: "1/10,000 min", messages.MINUTE_1E1: "1/10 min"}
    return shown.get(field.scale, cell(float(field.scale))), field.unit


def blank(value: object) -> object:
    return "" if value is None else value


def codes_page() -> str:
    """The numbers that columns hold, in words."""
    text = "# Codes\n\n" + NOTE.format(source="selat/model/schema.py, errors.py and messages.py")
    for title, kind in (
        ("Reasons of a reject", errors.Reason),
        ("Time quality", schema.TimeQuality),
        ("Flags", schema.Flag),
    ):
        text += f"## {title}\n\n" + table(("code", "name", "meaning"), members(kind))
    text += "## Navigational status\n\n" + table(("code", "meaning"), enumerate(messages.NAV_STATUS))
    text += "## Position fixing device\n\n" + table(("code", "meaning"), enumerate(messages.EPFD_NAMES))
    text += "## Ship type\n\n" + table(("code", "meaning"), runs(messages.ship_type_name, range(20, 100)))
    return text


def runs(name_of: Callable[[int], str], codes: Iterable[int]) -> Iterable[tuple[str, str]]:
    """Codes that mean the same, as first to last."""
    for name, same in groupby(codes, key=name_of):
        first, *rest = same
        yield f"{first} to {rest[-1]}" if rest else str(first), name


def members(kind: type[IntEnum]) -> Iterable[tuple[int, str, str]]:
    """Value, name and the comment ``#: text`` of each member."""
    source = getsource(kind)
    lines = source.splitlines()
    for node in ast.parse(source).body[0].body:
        if isinstance(node, ast.Assign):
            name = node.targets[0].id
            yield int(kind[name]), f"`{name.lower()}`", lines[node.lineno - 1].partition("#:")[2].replace("``", "`")


def commands_page() -> str:
    """Every verb of the command line with its options."""
    text = "# Commands\n\n" + NOTE.format(source="selat/cli/*.py")
    text += "Data goes to stdout, words to stderr. Exit status: 0 done; 1 something was found, or the work failed; "
    text += "2 the command or its input is wrong.\n\n"
    for name in verbs():
        text += command(parser_of(name), "## ")
    return text


def command(parser: argparse.ArgumentParser, heading: str) -> str:
    """One parser and those below it."""
    text = f"{heading}{parser.prog}\n\n" + (f"{(parser.description or '').strip()}\n\n" if parser.description else "")
    shown = [a for a in parser._actions if a.help != argparse.SUPPRESS]
    below = [a for a in shown if isinstance(a, argparse._SubParsersAction)]
    rows = [(named(a), help_of(a) + default_of(a)) for a in shown if a not in below and a.dest != "help"]
    if rows:
        text += table(("argument", "meaning"), rows)
    if parser.epilog:
        text += f"```text\n{parser.epilog.strip()}\n```\n\n"
    for action in below:
        for inner in dict.fromkeys(action.choices.values()):
            text += command(inner, f"#{heading}")
    return text


def named(action: argparse.Action) -> str:
    """How an argument is written, with the name of its value."""
    value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else action.dest.upper())
    value = " ".join(value) if isinstance(value, tuple) else value
    many = {"*": "...", "+": "...", "?": ""}.get(str(action.nargs), "")
    if not action.option_strings:
        return f"`{value}{many}`"
    takes = "" if action.nargs == 0 else f" {value}{many}"
    return f"`{', '.join(action.option_strings)}{takes}`"


def help_of(action: argparse.Action) -> str:
    """Its help as argparse would show it."""
    return (action.help or "").replace("%(default)s", str(action.default)).replace("%%", "%")


def default_of(action: argparse.Action) -> str:
    """Its default where that says something and the help does not."""
    default = action.default
    if default in (None, False, [], (), "", argparse.SUPPRESS) or "default" in (action.help or "") or action.nargs == 0:
        return ""
    return f" (default: {default})"


def rules_page() -> str:
    """Every rule: what it finds, why, when it is wrong, and its parameters."""
    rules = sorted(find("selat.detectors", "DETECTOR"), key=lambda rule: rule.name)
    text = "# Rules\n\n" + NOTE.format(source="selat/detectors/*.py")
    text += "Values are SI, as inside; in selat.toml they are written with a unit. Sources of the defaults stand beside them.\n\n"
    text += table(
        ("rule", "what it finds"), ((f"[{r.name}](#{r.name})", doc_of(r).splitlines()[0].rstrip(".")) for r in rules)
    )
    for rule in rules:
        text += f"## {rule.name}\n\n{dedented(doc_of(rule))}\n\n"
        rows = describe(rule.p)
        shown = ((f"`{p['name']}`", value_of(p["value"]), p["unit"], p["text"], p["source"]) for p in rows)
        text += table(("parameter", "default", "unit", "meaning", "source"), shown)
    return text


def doc_of(rule: object) -> str:
    """The account that a rule gives of itself."""
    return (sys.modules[type(rule).__module__].__doc__ or "").strip()


def dedented(doc: str) -> str:
    """Headings of a rule's account in bold, their text below them."""
    lines = [f"**{line}**\n" if line in ACCOUNT else line.removeprefix("    ") for line in doc.splitlines()]
    return "\n".join(f"\n{line}" if line.startswith("**") else line for line in lines).replace("\n\n\n", "\n\n")


def value_of(value: object) -> object:
    """A default as text: numbers short, tuples as lists."""
    return ", ".join(str(value_of(v)) for v in value) if isinstance(value, tuple) else value


ACCOUNT = ("What it finds", "Why it matters", "False alarms", "Reference")
PAGES: dict[str, Callable[[], str]] = {
    "tables.md": tables_page,
    "messages.md": messages_page,
    "codes.md": codes_page,
    "commands.md": commands_page,
    "rules.md": rules_page,
}


def stale() -> list[str]:
    """Names of the pages that do not say what the code says now."""
    now = {name: (OUT / name).read_text(encoding="utf-8") if (OUT / name).exists() else "" for name in PAGES}
    return [name for name, page in PAGES.items() if page().rstrip() + "\n" != now[name]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say which pages are stale")
    old = stale()
    if parser.parse_args().check:
        for name in old:
            print(f"docs/reference/{name} is stale: run `python3 dev.py docs`")
        return 1 if old else 0
    OUT.mkdir(parents=True, exist_ok=True)
    for name in old:
        (OUT / name).write_text(PAGES[name]().rstrip() + "\n", encoding="utf-8")
        print(f"docs/reference/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
