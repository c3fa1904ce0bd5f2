"""A case by the name that a user gives: a file, or one that a sea keeps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selat.rescue.case import Case


def case_named(name: str, sea: str | None) -> tuple[Case, Path]:
    """A case by file or by name in a sea, and the folder of its files."""
    from selat.rescue.case import case_of

    if sea is None:
        path = Path(name)
        return case_of(path.read_text(encoding="utf-8")), path.parent
    from selat.cli._asking import open_sea
    from selat.store.cases import case_body

    with open_sea(sea) as opened:
        return case_of(case_body(opened.state, name)), Path()
