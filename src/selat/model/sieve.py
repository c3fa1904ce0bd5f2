"""Which ships are meant: the words of the watch page's address, in one place for maps, gates, counts and exports.

``hide=cargo,tanker`` ``types=fishing`` ``min_kn=0.5`` ``max_kn=30`` ``min_m=100`` ``max_m=400`` ``flag=533,563`` (first
digits of the MMSI) ``mmsi=533000001`` ``only=TEXT`` (part of a name, call sign or number) ``course=045-135`` (clockwise)
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from selat.model.errors import ConfigError
from selat.model.units import KNOT

#: kinds of ship, as the page's legend has them
CATEGORIES = ("cargo", "tanker", "passenger", "fast", "service", "fishing", "pleasure", "unknown")
WORDS = ("hide", "types", "min_kn", "max_kn", "min_m", "max_m", "flag", "mmsi", "only", "course")
_TENS = {2: "fast", 4: "fast", 5: "service", 6: "passenger", 7: "cargo", 8: "tanker"}
_ONES = {30: "fishing", 36: "pleasure", 37: "pleasure"} | dict.fromkeys(range(31, 36), "service")
_COURSE = re.compile(r"(\d{1,3}(?:\.\d+)?)-(\d{1,3}(?:\.\d+)?)")
_MANY = 500


def category(code: int) -> str:
    """Kind of ship of an AIS ship-type code (ITU-R M.1371-5 table 53), as the page's legend has it."""
    return _ONES.get(code) or _TENS.get(code // 10, "unknown")


@dataclass(frozen=True, slots=True)
class Sieve:
    """What passes. Speeds in m/s, lengths in metres, ``course`` (from, to) degrees clockwise; empty: anything.

    A bound on length is passed by no ship of unknown length; a bound on speed by no report without one.
    """

    types: tuple[str, ...] = ()
    slow: float = 0.0
    quick: float = math.inf
    shortest: float = 0.0
    longest: float = math.inf
    flags: tuple[str, ...] = ()
    mmsi: tuple[int, ...] = ()
    only: str = ""
    course: tuple[float, float] | None = None

    @property
    def any_ship(self) -> bool:
        """True where nothing is asked of the ship herself."""
        return not (self.types or self.shortest or math.isfinite(self.longest) or self.flags or self.mmsi or self.only)


def sieve_of(words: Mapping[str, str]) -> Sieve:
    """The sieve of words as in an address; others than :data:`WORDS` are not looked at. Raises :class:`ConfigError`."""
    hide, types = _kinds(words, "hide"), _kinds(words, "types")
    if hide:
        types = tuple(c for c in (types or CATEGORIES) if c not in hide) or ("none",)
    slow, quick = _number(words, "min_kn", 0.0), _number(words, "max_kn", math.inf)
    flags = tuple(f for f in re.split(r"[\s,]+", words.get("flag", "").strip()) if f)
    if any(not re.fullmatch(r"\d{1,9}", f) for f in flags[:_MANY]) or len(flags) > _MANY:
        raise ConfigError("a flag is the first digits of the MMSI", hint="flag=533,563")
    ships = [m for m in re.split(r"[\s,]+", words.get("mmsi", "").strip()) if m]
    if any(not re.fullmatch(r"\d{1,9}", m) for m in ships) or len(ships) > _MANY:
        raise ConfigError("an MMSI has nine digits", hint=f"mmsi=533000001,563000002, at most {_MANY}")
    return Sieve(
        types, slow * KNOT, quick * KNOT, _number(words, "min_m", 0.0), _number(words, "max_m", math.inf), flags,
        tuple(sorted({int(m) for m in ships})), words.get("only", "").strip()[:60], _sector(words.get("course", "")),
    )  # fmt: skip


def _kinds(words: Mapping[str, str], name: str) -> tuple[str, ...]:
    found = tuple(c for c in words.get(name, "").replace(",", " ").split() if c)
    wrong = [c for c in found if c not in (*CATEGORIES, "aid")]  # the page's word for what is no ship: never counted
    if wrong:
        raise ConfigError(f"{wrong[0][:40]!r} is no kind of ship", hint=f"kinds: {', '.join(CATEGORIES)}")
    return tuple(dict.fromkeys(found))


def _number(words: Mapping[str, str], name: str, none: float) -> float:
    text = words.get(name, "").strip()
    if not text:
        return none
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise ConfigError(f"{name}={text[:40]} is no number from 0", hint=f"as in {name}=10")
    return value


def _sector(text: str) -> tuple[float, float] | None:
    if not text.strip():
        return None
    match = _COURSE.fullmatch(text.strip())
    if match is None or float(match[1]) > 360 or float(match[2]) > 360:
        raise ConfigError(f"course={text[:40]} is no sector", hint="degrees, clockwise: course=045-135, or 315-045")
    return float(match[1]), float(match[2])
