"""The public record of Official Security Assistance as data of the project: every row names its source."""

from __future__ import annotations

from pathlib import Path

from selat.assist.facts import Fact
from selat.assist.sheets import read_sheets
from selat.model.errors import FormatError

FOLDER = Path(__file__).parent / "data"


def public_record(who: str = "selat") -> list[Fact]:
    """Budgets, programmes, models, lots and deliveries of fiscal years 2023 to 2026, as far as they were published.

    Sources disagree in places (the value in ringgit of the Malaysian grant): both stand. Raises :class:`FormatError` where
    the files were damaged.
    """
    read = read_sheets(FOLDER, who=who)
    if read.bad:
        first = read.bad[0]
        raise FormatError(f"{first.line.sheet}, row {first.line.row}: {first.message}", hint="install selat again")
    return read.facts
