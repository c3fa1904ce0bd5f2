"""What the readers of zones share: what they give, texts to rules, rings that can be areas.

A reader gives all zones that it could make and all trouble that it had, so that a person can mend a file at one go.
Trouble names file, line or feature, and what to do. Quantities in files are texts with a unit (``"12 kn"``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.kernels.region import first_crossing
from selat.model import units
from selat.model.errors import ConfigError, SelatError, UnitError
from selat.model.zone import RULES, Zone

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong: ``where`` file and line or feature, what, and what to do."""

    where: str
    text: str
    hint: str = ""


@dataclass(slots=True)
class Found:
    """What a file held."""

    zones: list[Zone] = field(default_factory=list)
    trouble: list[Trouble] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)  #: things that are no zones, by what they are
    _names: dict[str, int] = field(default_factory=dict)

    def make(self, where: str, name: str, ring: Sequence[Point], **more: Any) -> None:
        """Add a zone, or the trouble with it. Names that are there already get a number."""
        try:
            ring = [p for k, p in enumerate(ring) if k == 0 or p != ring[k - 1]]  # the same corner twice says nothing
            zone = Zone(self._free(name), tuple(ring), **more)
            check_shape(zone)
        except SelatError as e:
            self.trouble.append(Trouble(where, e.message, e.hint))
        else:
            self.zones.append(zone)

    def skip(self, what: str) -> None:
        """Count a thing that is no zone."""
        self.left[what] = self.left.get(what, 0) + 1

    def _free(self, name: str) -> str:
        if name not in self._names:
            self._names[name] = 1
            return name
        while True:
            self._names[name] += 1
            other = f"{name} #{self._names[name]}"
            if other not in self._names:
                self._names[other] = 1
                return other


def check_shape(zone: Zone) -> None:
    """Raise :class:`ConfigError` for an area whose ring crosses itself, holds nothing, or has a hole outside it."""
    if zone.line:
        return
    for part, what in ((zone.ring, "ring"), *((hole, "hole") for hole in zone.holes)):
        corners = np.array(part)
        east, north = (corners - corners[0]).T
        far = int(np.argmax(np.hypot(east, north)))
        if np.abs(east * north[far] - north * east[far]).max() < 1e-12:
            raise ConfigError(f"zone {zone.name!r}: the {what} encloses nothing", hint="three corners, not on one line")
        i, j = (int(k) for k in first_crossing(corners))
        if i >= 0:
            edges = " and ".join(f"{say(part[k])} to {say(part[(k + 1) % len(part)])}" for k in (i, j))
            hint = "are two corners exchanged, or is it two areas? each area is a zone of its own"
            raise ConfigError(f"zone {zone.name!r}: the {what} crosses itself: {edges}", hint=hint)
    west, south, east, north = zone.bounds
    for hole in zone.holes:
        if not all(west <= x <= east and south <= y <= north for x, y in hole):
            raise ConfigError(f"zone {zone.name!r}: a hole lies outside the ring", hint="make it a zone of its own")


def say(point: Point) -> str:
    """A position for people: ``1.20850N 103.86917E``."""
    lon, lat = point
    return f"{abs(lat):.5f}{'N' if lat >= 0 else 'S'} {abs(lon):.5f}{'E' if lon >= 0 else 'W'}"


# --- texts to rules -------------------------------------------------------------------------------------------------------

_UNITS: dict[str, Callable[[str], float]] = {
    "speed": units.speed, "distance": units.distance, "duration": units.duration,
}  # fmt: skip
_EXAMPLE = {"speed": "12 kn", "distance": "50 m", "duration": "2 h"}
_YES = {"yes": True, "true": True, "no": False, "false": False}
_HOURS = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)\s*-\s*([01]?\d|2[0-4]):([0-5]\d)(?:\s*(?:UTC|Z))?")


def quantity(kind: str, value: Any, name: str) -> float:
    """SI value of a text with its unit; raises UnitError for a bare number. ``kind``: speed, distance, duration."""
    try:
        return _UNITS[kind](_text(value, name, _EXAMPLE[kind]))
    except SelatError as e:
        raise type(e)(f"{name}: {e.message}", hint=e.hint) from None


def direction(value: Any, name: str = "direction") -> float:
    """Degrees true of a text such as ``"244 deg"``, ``"244°"``; raises UnitError for a bare number."""
    try:
        return units.angle(_text(value, name, "244 deg"))
    except SelatError as e:
        raise type(e)(f"{name}: {e.message}", hint='write the unit, as in "244 deg" (true, of the flow)') from None


def rule(name: str, value: Any) -> Any:
    """Value of a rule of :data:`RULES` from what a file says; raises ConfigError with what to write."""
    if name not in RULES:
        raise ConfigError(f"{name!r} is no rule of a zone", hint=f"known: {', '.join(RULES)}")
    kind = RULES[name][0]
    if kind in _UNITS:
        return quantity(kind, value, name)
    text = str(value).strip()
    if kind == "flag":
        if isinstance(value, bool):
            return value
        if text.lower() not in _YES:
            raise ConfigError(f"{name}: {text!r}", hint="yes or no")
        return _YES[text.lower()]
    if kind in ("types", "numbers"):
        return _numbers(name, value if isinstance(value, list) else text)
    if kind == "texts":
        return [str(v).strip() for v in value] if isinstance(value, list) else re.split(r"[,;\s]+", text)
    if kind == "hours":
        match = _HOURS.fullmatch(text)
        if match is None:
            raise ConfigError(f"{name}: {text!r}", hint='write "18:00-06:00" (UTC)')
        a, b, c, d = (int(v) for v in match.groups())
        return [a * 3600 + b * 60, c * 3600 + d * 60]
    return text


def _text(value: Any, name: str, example: str) -> str:
    if isinstance(value, str):
        return value
    raise UnitError(f"{value!r} without a unit", hint=f'write {name} as a text with its unit, as in "{example}"')


def _numbers(name: str, value: str | list[Any]) -> list[int]:
    out: list[int] = []
    for part in re.split(r"[,;\s]+", value) if isinstance(value, str) else [str(v) for v in value]:
        first, _, last = part.partition("-")
        if not (first.isdecimal() and (last.isdecimal() or not last)) or (last and int(last) - int(first) > 99):
            raise ConfigError(f"{name}: {part!r} is no number", hint='as in "30, 80-89"')
        out += range(int(first), int(last or first) + 1)
    return out


def split_properties(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(what a zone is: kind, direction, width, source; its rules) of plain properties; others are left alone."""
    what: dict[str, Any] = {}
    rules: dict[str, Any] = {}
    for name, value in given.items():
        if value is None or value == "":
            continue
        if name in ("kind", "source"):
            what[name] = str(value)
        elif name == "direction":
            what[name] = direction(value)
        elif name == "width":
            what[name] = quantity("distance", value, name)
        elif name in RULES:
            rules[name] = rule(name, value)
    nested = given.get("rules")
    if isinstance(nested, Mapping):
        rules |= {name: rule(name, value) for name, value in nested.items()}
    return what, rules


def joined(sources: Iterable[str]) -> str:
    """Whose geometry, without the empty ones."""
    return "; ".join(s for s in sources if s)


__all__ = ["ConfigError", "Found", "Trouble", "check_shape", "direction", "joined", "quantity", "rule", "say"]
