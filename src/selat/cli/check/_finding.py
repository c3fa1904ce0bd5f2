"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass

OK, NOTE, WRONG = "ok", "note", "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `selat check`: ``level`` ok, note or wrong; what was looked at, what was seen, what to do."""

    level: str
    name: str
    text: str
    hint: str = ""


def judged(name: str, good: bool, text: str, hint: str = "") -> Finding:
    """ok, or wrong with its hint."""
    return Finding(OK, name, text) if good else Finding(WRONG, name, text, hint)
