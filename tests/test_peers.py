"""The table of peers says y only where tests show it, and the tests that it names are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "docs" / "peers.md"
PEERS = ["tar1090", "OpenCPN", "Freeboard-SK", "AIS-catcher web", "Global Fishing Watch", "SeaVision"]
ROWS = 24
_LINK = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def rows() -> list[list[str]]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    cells = [[c.strip() for c in line.strip("|").split("|")] for line in lines]
    assert cells[0] == ["feature", *PEERS, "selat", "shown by, or missing"]
    return cells[2:]


def functions(path: Path) -> set[str]:
    return {n.name for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.FunctionDef)}


def test_every_row_is_judged() -> None:
    found = rows()
    assert len(found) == ROWS and len({r[0] for r in found}) == ROWS
    for row in found:
        assert len(row) == 9 and all(c in ("y", "~", "-", "?") for c in row[1:7]), row[0]
        assert row[7] in ("y", "n"), row[0]


def test_no_row_says_no() -> None:
    """What selat lacks of what others have: nothing of this table any longer. A new row that is n belongs on the list below."""
    assert [row[0] for row in rows() if row[7] == "n"] == []


def test_yes_stands_on_tests_and_no_says_what_is_missing() -> None:
    for row in rows():
        if row[7] == "y":
            assert _LINK.findall(row[8]) and not _LINK.sub("", row[8]).strip(", "), f"{row[0]}: tests and nothing else"
        else:
            assert len(_LINK.sub("", row[8])) > 20, f"{row[0]}: what is missing?"


def test_the_tests_that_are_named_are_there() -> None:
    links = _LINK.findall(TABLE.read_text(encoding="utf-8"))
    assert len(links) > 30
    for path, name in links:
        assert (ROOT / path).is_file(), path
        assert name in functions(ROOT / path), f"{path}::{name}"
