"""Objects that drift: leeway classes, found by number, key or what people call them.

The leeway of an object is linear in the wind (A. Allen and J. V. Plourde, CG-D-08-99, 1999): slope times wind speed plus
offset, downwind and to either side, each with the standard error of the fit. Sides are those of someone who looks
downwind. 85 classes of the US Coast Guard; craft of tropical waters from the literature, with what had to be assumed.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from selat.model.errors import ConfigError

HOME = Path(__file__).parent / "data"
USCG = "US Coast Guard: A. Allen, J. V. Plourde (CG-D-08-99, 1999); A. Allen (CG-D-05-05, 2005); table: A. Allen, O. Breivik"
JIBING = 0.04  #: share of objects an hour that change sides (O. Breivik, A. Allen, Ocean Dynamics 58, 2008)

#: Per cent of wind speed and cm/s, as published, to m/s
_PER_CENT, _CM = 0.01, 0.01


@dataclass(frozen=True, slots=True)
class Side:
    """Leeway in one direction: ``slope`` (m/s per m/s of wind), ``offset`` and ``error`` (m/s, standard error)."""

    slope: float
    offset: float
    error: float

    def speed(self, wind: float) -> float:
        """Mean leeway (m/s) in a wind of ``wind`` m/s at 10 m."""
        return self.slope * wind + self.offset


@dataclass(frozen=True, slots=True)
class DriftObject:
    """A leeway class. ``left`` is measured to the right too: to the left is negative, as published."""

    id: int
    key: str
    description: str
    downwind: Side
    right: Side
    left: Side
    source: str = USCG
    note: str = ""  #: what was assumed, or why this class was taken for the name given
    jibing: float = JIBING  #: share an hour

    @property
    def coefficients(self) -> tuple[float, ...]:
        """Slope, offset, error: downwind, right, left; the nine numbers that the kernel takes."""
        return tuple(v for s in (self.downwind, self.right, self.left) for v in (s.slope, s.offset, s.error))


def _rows(name: str) -> Iterable[dict[str, str]]:
    lines = (HOME / name).read_text(encoding="utf-8").splitlines()
    return csv.DictReader(line for line in lines if not line.startswith("#"))


def _side(row: dict[str, str], name: str) -> Side:
    return Side(
        float(row[name]) * _PER_CENT, float(row[f"{name}_offset"]) * _CM, float(row[f"{name}_error"]) * _CM
    )  # fmt: skip


@cache
def classes() -> tuple[DriftObject, ...]:
    """All classes: 1 to 85 of the US Coast Guard, then those from 201 on, from the literature."""
    out = []
    for name in ("leeway.csv", "leeway_strait.csv"):
        for row in _rows(name):
            downwind, right, left = (_side(row, side) for side in ("dw", "right", "left"))
            source, note = row.get("source") or USCG, row.get("note") or ""
            out.append(DriftObject(int(row["id"]), row["key"], row["description"], downwind, right, left, source, note))
    return tuple(out)


@cache
def names() -> dict[str, tuple[str, str]]:
    """What people call objects, to (key of the class, why that one)."""
    return {row["name"]: (row["key"], row["why"]) for row in _rows("leeway_names.csv")}


@cache
def _index() -> dict[str, DriftObject]:
    found = {o.key.lower(): o for o in classes()}
    return found | {str(o.id): o for o in classes()}


def drift_object(name: str | int) -> DriftObject:
    """The class of a number (``26``), a key (``PIW-1``) or a common name (``"life raft"``), in any case of letters.

    Raises :class:`ConfigError` that names the nearest ones.
    """
    text = str(name).strip().lower()
    index = _index()
    if text in index:
        return index[text]
    if text in names():
        return index[names()[text][0].lower()]
    near = difflib.get_close_matches(text, [*names(), *(o.key.lower() for o in classes())], n=3, cutoff=0.5)
    words = [o.key for o in classes() if text and text in o.description.lower()]
    found = [*near, *words][:4]
    hint = f"did you mean {', '.join(found)}?" if found else "`selat rescue objects` lists them"
    raise ConfigError(f"there is no drifting object {name!r}", hint=hint)


def search(words: str = "") -> list[DriftObject]:
    """Classes whose key, description or common name has all of the words; all of them without words."""
    called: dict[str, list[str]] = {}
    for name, (key, _) in names().items():
        called.setdefault(key, []).append(name)
    wanted = words.lower().split()
    texts = {o: " ".join([o.key, o.description, *called.get(o.key, [])]).lower() for o in classes()}
    return [o for o, text in texts.items() if all(w in text for w in wanted)]
