"""Lists: ships to watch for, and hulls that are no more; who of those heard may be one of them, and how sure that is.

A match says what it rests on, since numbers are reused and names are common (the scores are a house scale, not
probabilities):

* IMO number: 1.0. It stays with the hull (IMO A.1117(30)). Scrapped hulls are matched by it alone.
* MMSI: 0.8, and 0.3 where both have an IMO number and these differ: a number goes to another ship with its flag.
* Name and call sign: 0.9 both equal; 0.7 where the call sign is equal and the name differs in two letters or fewer.
* Name alone: 0.3, where the entry has nothing better or the ship did not say more.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from selat.model.watchlist import Entry, plain_name

IMO, MMSI, MMSI_BUT, BOTH, CALLSIGN, NAME = 1.0, 0.8, 0.3, 0.9, 0.7, 0.3


class Lists:
    """Entries of all lists, found by number and name. Not to be changed."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries = tuple(entries)
        self._imo: dict[int, list[int]] = {}
        self._mmsi: dict[int, list[int]] = {}
        self._callsign: dict[str, list[int]] = {}
        self._name: dict[str, list[int]] = {}
        for i, e in enumerate(self.entries):
            if e.imo:
                self._imo.setdefault(e.imo, []).append(i)
            if e.kind == "scrapped":
                continue
            if e.mmsi:
                self._mmsi.setdefault(e.mmsi, []).append(i)
            if plain_name(e.callsign):
                self._callsign.setdefault(plain_name(e.callsign), []).append(i)
            if plain_name(e.name):
                self._name.setdefault(plain_name(e.name), []).append(i)
        self.imo = np.array(sorted(self._imo), np.int64)
        self.mmsi = np.array(sorted(self._mmsi), np.int64)

    def __len__(self) -> int:
        return len(self.entries)

    def numbers(self, mmsi: NDArray[np.int64], imo: NDArray[np.int64]) -> NDArray[np.bool_]:
        """True for ships whose MMSI or IMO number is on a list: the look at the whole picture, before :meth:`match`."""
        found: NDArray[np.bool_] = np.isin(mmsi, self.mmsi) | np.isin(imo, self.imo)
        return found

    def match(self, mmsi: int = 0, imo: int = 0, name: str = "", callsign: str = "") -> list[tuple[Entry, str, float]]:
        """(entry, what it matched by, score 0 to 1) of entries that may be this ship, best first.

        Give 0 and empty texts for what the ship did not say.
        """
        own_name, own_call = plain_name(name), plain_name(callsign)
        at = {*self._imo.get(imo, ()), *self._mmsi.get(mmsi, ()), *self._callsign.get(own_call, ())}
        at |= set(self._name.get(own_name, ()))
        found = []
        for i in sorted(at):
            entry = self.entries[i]
            judged = _judge(entry, mmsi, imo, own_name, own_call)
            if judged is not None:
                found.append((entry, *judged))
        return sorted(found, key=lambda f: -f[2])


def _judge(entry: Entry, mmsi: int, imo: int, name: str, call: str) -> tuple[str, float] | None:
    """(basis, score) of the best reason to take a ship for that of an entry."""
    if entry.imo and entry.imo == imo:
        return f"IMO {imo}", IMO
    if entry.kind == "scrapped":
        return None
    other = bool(entry.imo and imo)  # both say who they are, and they are not the same hull
    if entry.mmsi and entry.mmsi == mmsi:
        return (f"MMSI {mmsi}, but the IMO numbers differ", MMSI_BUT) if other else (f"MMSI {mmsi}", MMSI)
    if other:
        return None
    its_name, its_call = plain_name(entry.name), plain_name(entry.callsign)
    if its_call and its_call == call:
        if its_name == name and name:
            return f"name {entry.name} and call sign {entry.callsign}", BOTH
        if name and its_name and distance(name, its_name) <= 2:
            return f"call sign {entry.callsign}, and nearly the name {entry.name}", CALLSIGN
        return None
    if its_name and its_name == name and not (its_call and call) and not (entry.mmsi and mmsi):
        return f"name {entry.name} alone", NAME
    return None


def distance(a: str, b: str) -> int:
    """Letters to change, add or leave out to come from one text to the other (Levenshtein 1966)."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


__all__ = ["Entry", "Lists", "distance"]
