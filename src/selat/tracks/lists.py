"""Lists: ships to watch for, and hulls that are no more. An empty one matches nobody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: ``kind`` watch or scrapped; numbers are 0 and texts empty where the list does not say."""

    kind: str
    source: str
    mmsi: int = 0
    imo: int = 0
    name: str = ""
    callsign: str = ""
    reason: str = ""


class Lists:
    """Entries of all lists."""

    def __init__(self, entries: tuple[Entry, ...] = ()) -> None:
        self.entries = entries

    def __len__(self) -> int:
        return len(self.entries)

    def match(self, mmsi: int = 0, imo: int = 0, name: str = "", callsign: str = "") -> list[tuple[Entry, str, float]]:
        """(entry, what it matched by, score 0 to 1) of entries that may be this ship, best first."""
        return []
