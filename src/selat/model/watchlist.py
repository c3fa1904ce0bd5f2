"""Entry: one line of a list of ships to watch for, or of hulls that are no more."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from selat.model.errors import ConfigError

LISTS = {"watch": "ships to look at", "scrapped": "hulls that were scrapped or lost"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One ship on a list. Numbers are 0 and texts empty where the list does not say.

    ``kind``: one of :data:`LISTS`. ``source``: whose list, and edition. ``reason``: why it is on it. ``since``: ISO date.
    An entry without IMO, MMSI and call sign cannot be matched: :class:`ConfigError`.
    """

    kind: str
    source: str
    mmsi: int = 0
    imo: int = 0
    name: str = ""
    callsign: str = ""
    reason: str = ""
    since: str = ""

    def __post_init__(self) -> None:
        if self.kind not in LISTS:
            raise ConfigError(f"{self.kind!r} is no kind of list", hint=f"one of {', '.join(LISTS)}")
        if self.imo and not imo_valid(self.imo):
            raise ConfigError(f"{self.imo} is no IMO number", hint="seven digits, of which the last is a check digit")
        if self.mmsi and not 1_000_000 <= self.mmsi <= 999_999_999:
            raise ConfigError(f"{self.mmsi} is no MMSI", hint="nine digits")
        if self.kind == "scrapped" and not self.imo:
            raise ConfigError("a scrapped hull without its IMO number", hint="only that number stays with a hull")
        if not (self.imo or self.mmsi or self.callsign or self.name):
            raise ConfigError("nothing to know the ship by", hint="give an IMO number, an MMSI, or name and call sign")


def imo_valid(imo: int) -> bool:
    """True where the check digit is right (IMO A.1117(30)): the first six digits times 7 to 2, last digit of the sum."""
    if not 1_000_000 <= imo <= 9_999_999:
        return False
    digits = [int(d) for d in str(imo)]
    return sum(d * w for d, w in zip(digits, range(7, 1, -1), strict=False)) % 10 == digits[6]


def plain_name(text: str) -> str:
    """A name or call sign for comparing: letters and digits only, upper case, no accents, no prefix such as M/V."""
    text = unicodedata.normalize("NFKD", text).upper()
    text = re.sub(r"^\s*(?:M[./ ]?[VT]|S[./ ]?S|M[./ ]?S|M[./ ]?T)[. ]+(?=\S)", "", text)
    return re.sub(r"[^A-Z0-9]", "", text)
