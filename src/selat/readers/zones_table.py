"""Zones from a text that people write by hand, with every unit and every hemisphere.

::

    # whose lines these are, where they are from
    source "Chart 4041, edition 5 of 2026, WGS 84"

    zone "Westbound lane off Raffles"
      kind lane
      direction 244 deg
      01-12.51N 103-52.15E
      01-11.59N 103-50.21E
      1.2014N 103.8500E
    zone "Cable A"
      kind cable
      line                          # not an area; `point`: one position
      width 1 nm                    # to either side
      anchoring no
      01-05-30N 103-40-00E
      01-20-30N 103-44-00E

A ``zone`` begins with its name; below it, in any order, ``kind``, ``direction``, ``width``, ``source``, rules
(:data:`selat.model.zone.RULES`), and positions, one a line, in order; ``hole`` begins a hole. A ``source`` before the
first zone holds for all that have none. Positions are degrees (``1.2014N``), degrees and minutes (``01-12.51N``,
``01°12.51'N``) or degrees, minutes and seconds (``01-12-30.6N``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from selat.model.errors import ConfigError, SelatError
from selat.model.zone import RULES
from selat.readers.zones_file import Found, Trouble, direction, quantity, rule

Point = tuple[float, float]
_NUMBER = r"\d+(?:\.\d+)?"
_ANGLE = re.compile(rf"({_NUMBER})(?:\s*[-°]\s*({_NUMBER})(?:\s*[-'′]\s*({_NUMBER})?)?\s*[\"″'′]*)?°?\s*([NSEWnsew])")
_BARE = re.compile(rf"[-+]?{_NUMBER}[\s,]+[-+]?{_NUMBER}")


@dataclass(slots=True)
class _Draft:
    """A zone while it is read."""

    name: str
    line_no: int
    ring: list[Point] = field(default_factory=list)
    holes: list[list[Point]] = field(default_factory=list)
    what: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    form: str = ""
    broken: bool = False


def read_table(path: Path, text: str, kind: str = "area", source: str = "") -> Found:
    """Zones of our own table; ``kind`` and ``source`` hold where neither zone nor file says. Trouble names the line."""
    found = Found()
    draft: _Draft | None = None
    for n, raw in enumerate(text.splitlines(), 1):
        line = _comment_off(raw).strip()
        if not line:
            continue
        word, _, rest = line.partition(" ")
        try:
            if word == "zone":
                _close(found, path, draft, kind, source)
                draft = _Draft(_unquoted(rest) or f"zone {n}", n)
            elif draft is None and word == "source":
                source = _unquoted(rest)
            elif draft is None:
                raise ConfigError(f"{line!r} before the first zone", hint='begin a zone with: zone "its name"')
            else:
                _take(draft, word, rest.strip(), line)
        except SelatError as e:
            found.trouble.append(Trouble(f"{path}:{n}", e.message, e.hint))
            if draft is not None:
                draft.broken = True
    _close(found, path, draft, kind, source)
    return found


def _take(draft: _Draft, word: str, rest: str, line: str) -> None:
    """One line of a zone."""
    if word in ("area", "line", "point") and not rest:
        draft.form = word
    elif word == "hole" and not rest:
        draft.holes.append([])
    elif word in ("kind", "source"):
        draft.what[word] = _unquoted(rest)
    elif word == "direction":
        draft.what[word] = direction(rest)
    elif word == "width":
        draft.what[word] = quantity("distance", rest, word)
    elif word in RULES:
        draft.rules[word] = rule(word, _unquoted(rest))
    else:
        (draft.holes[-1] if draft.holes else draft.ring).append(position(line))


def _close(found: Found, path: Path, draft: _Draft | None, kind: str, source: str) -> None:
    if draft is None or draft.broken:  # its trouble is noted
        return
    where = f"{path}:{draft.line_no} ({draft.name})"
    is_line = draft.form in ("line", "point")
    if draft.form == "point" and len(draft.ring) != 1:
        found.trouble.append(Trouble(where, f"a point with {len(draft.ring)} positions", "give one position"))
        return
    if draft.form == "line" and len(draft.ring) < 2:
        found.trouble.append(Trouble(where, f"a line with {len(draft.ring)} positions", "give two positions or more"))
        return
    if draft.name in {z.name for z in found.zones}:
        found.trouble.append(Trouble(where, "a second zone of this name", "each zone has a name of its own"))
        return
    what = {"kind": kind, "source": source or path.name} | draft.what
    holes = tuple(tuple(h) for h in draft.holes)
    found.make(where, draft.name, draft.ring, holes=holes, line=is_line, rules=draft.rules, **what)


def position(text: str) -> Point:
    """(lon, lat) of a text such as ``01-12.51N 103-52.15E``; raises :class:`ConfigError` with what to write."""
    found = list(_ANGLE.finditer(text))
    if len(found) != 2 or re.sub(r"[\s,;]", "", _ANGLE.sub("", text)):
        if _BARE.fullmatch(text.strip()):
            hint = "write the hemisphere of each, as in 1.2085N 103.8692E or 01-12.51N 103-52.15E"
            raise ConfigError(f"a position without hemispheres: {text!r}", hint=hint)
        words = "a position such as 01-12.51N 103-52.15E, or one of: kind, direction, width, source, line, point, hole"
        raise ConfigError(
            f"{text!r} is neither a position nor a word that is known", hint=f"{words}, {', '.join(RULES)}"
        )
    value = {}
    for match in found:
        degrees, minutes, seconds, letter = match.groups()
        if any(part is not None and float(part) >= 60 for part in (minutes, seconds)):
            raise ConfigError(
                f"minutes or seconds of 60 or more: {match[0]!r}", hint="minutes and seconds are below 60"
            )
        if (minutes and "." in degrees) or (seconds and "." in minutes):
            raise ConfigError(f"a fraction before the last part: {match[0]!r}", hint="as in 01-12.51N")
        angle = float(degrees) + float(minutes or 0) / 60 + float(seconds or 0) / 3600
        letter = letter.upper()
        if angle > (90 if letter in "NS" else 180):
            raise ConfigError(f"{match[0]!r} leaves the earth", hint="latitude up to 90, longitude up to 180 degrees")
        value["lat" if letter in "NS" else "lon"] = -angle if letter in "SW" else angle
    if len(value) != 2:
        raise ConfigError(f"two latitudes, or two longitudes: {text!r}", hint="one of N or S, one of E or W")
    return value["lon"], value["lat"]


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _comment_off(line: str) -> str:
    """Without what follows a # that is not in quotes."""
    quoted = False
    for k, letter in enumerate(line):
        if letter == '"':
            quoted = not quoted
        elif letter == "#" and not quoted:
            return line[:k]
    return line
