"""Values of facts: how a text or a cell becomes a value, and back, with errors that say what was expected."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from selat.model.clock import DAY, SECOND, format_time, parse_time
from selat.model.errors import ConfigError, UnitError

_INT = re.compile(r"[+-]?\d+")
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+")
_HASH = re.compile(r"[0-9a-f]{64}")
LONGEST = 20_000  #: characters of a text
_FIRST, _LAST = -(2**62), 2**62  #: ns UTC: 1823 to 2116, which an integer of the log holds
LARGEST = 2**53  #: beyond it a spreadsheet would not keep the last yen


@dataclass(frozen=True, slots=True)
class Field:
    """A value with its type: text, id, int, yen, number, day, time, list, position, ring, sha256, bool, json or choice."""

    name: str
    what: str = "text"
    choices: tuple[str, ...] = ()


def choice(name: str, choices: tuple[str, ...]) -> Field:
    """A field that is one of some words."""
    return Field(name, "choice", choices)


def read_value(field: Field, value: Any) -> Any:
    """A value in the type of its field; None where nothing is given. Raises :class:`ConfigError`."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        raise _wrong(field, value, "a finite number")
    return _READ[field.what](field, value)


def day_ns(day: str) -> int:
    """The first instant of a day, ns UTC."""
    return parse_time(day)


def ns_day(ns: int) -> str:
    """The day of a time, ``YYYY-MM-DD`` UTC."""
    return _day_of(ns // DAY)


@lru_cache(maxsize=100_000)
def _day_of(number: int) -> str:
    return format_time(number * DAY)[:10]


def days_between(a: str, b: str) -> int:
    """Days from one day to another."""
    return (day_ns(b) - day_ns(a)) // DAY


def show_value(field: Field, value: Any) -> str:
    """The text of a value, which :func:`read_value` reads back."""
    if value is None:
        return ""
    if field.what == "time":
        return format_time(value, 0 if value % SECOND == 0 else 9)
    if field.what == "list":
        return "; ".join(value)
    if field.what == "position":
        return f"{value[0]!r}, {value[1]!r}"
    if field.what in ("ring", "json"):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    if field.what == "bool":
        return "yes" if value else "no"
    return repr(value) if isinstance(value, float) else str(value)


def _wrong(field: Field, value: Any, expected: str) -> ConfigError:
    return ConfigError(f"{field.name}: {str(value)[:60]!r} is not {expected}", hint=_EXAMPLES.get(field.what, ""))


def plain_text(name: str, text: str, longest: int = LONGEST) -> str:
    """A text that every store and file can hold. Raises :class:`ConfigError` for a zero byte, half a character, or a book."""
    if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise ConfigError(f"{name}: a character that is none", hint="a zero byte or half a character: type it again")
    if len(text) > longest:
        raise ConfigError(
            f"{name}: {len(text):,} characters", hint=f"{longest:,} at most; keep the paper as a document"
        )
    return text


def _text(field: Field, value: Any) -> str:
    return plain_text(field.name, str(value).strip())


def _int(field: Field, value: Any) -> int:
    if isinstance(value, bool):
        raise _wrong(field, value, "a whole number")
    if isinstance(value, int):
        out = value
    elif isinstance(value, float) and value.is_integer():
        out = int(value)
    else:
        text = str(value).strip()
        text = text.replace(",", "") if _GROUPED.fullmatch(text) else text
        if not _INT.fullmatch(text) or not text.isascii():
            raise _wrong(field, value, "a whole number of yen" if field.what == "yen" else "a whole number")
        out = int(text) if len(text) < 40 else LARGEST + 1
    if out < 0:
        raise _wrong(field, value, "zero or more")
    if out > LARGEST:
        raise _wrong(field, value, "a believable amount")
    return out


def _number(field: Field, value: Any) -> float:
    try:
        out = float(value)
    except (TypeError, ValueError, OverflowError):
        raise _wrong(field, value, "a number") from None
    if not math.isfinite(out) or out < 0:
        raise _wrong(field, value, "a finite number, zero or more")
    return out


def _day(field: Field, value: Any) -> str:
    text = (
        (value.date() if isinstance(value, datetime) else value).isoformat()
        if isinstance(value, date)
        else str(value).strip()
    )
    try:
        out = date.fromisoformat(text).isoformat() if len(text) == 10 else _never(text)
    except ValueError:
        raise _wrong(field, value, "a day of the calendar") from None
    if not 1900 <= int(out[:4]) <= 2100:
        raise _wrong(field, value, "a day between 1900 and 2100")
    return out


def _never(text: str) -> str:
    raise ValueError(text)


def _time(field: Field, value: Any) -> int:
    if isinstance(value, datetime):
        value = value.isoformat(timespec="seconds")
    try:
        out = value if isinstance(value, int) and not isinstance(value, bool) else parse_time(str(value))
    except UnitError:
        raise _wrong(field, value, "a time") from None
    if not _FIRST < out < _LAST:
        raise _wrong(field, value, "a time between 1823 and 2116")
    return out


def _list(field: Field, value: Any) -> list[str]:
    parts = value if isinstance(value, (list, tuple)) else str(value).split(";")
    return [plain_text(field.name, str(p).strip()) for p in parts if str(p).strip()]


def _position(field: Field, value: Any) -> list[float]:
    parts = value if isinstance(value, (list, tuple)) else str(value).split(",")
    try:
        lat, lon = (float(p) for p in parts)
    except (TypeError, ValueError, OverflowError):
        raise _wrong(field, value, "a latitude and a longitude") from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise _wrong(field, value, "a place on the earth")
    return [lat, lon]


def _ring(field: Field, value: Any) -> list[list[float]]:
    try:
        ring = json.loads(value) if isinstance(value, str) else value
        out = [[float(lon), float(lat)] for lon, lat in ring]
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise _wrong(field, value, "a polygon") from None
    if len({tuple(p) for p in out}) < 3 or any(not (-180 <= x <= 180 and -90 <= y <= 90) for x, y in out):
        raise _wrong(field, value, "a polygon of three corners or more on the earth")
    return out


def _json(field: Field, value: Any) -> Any:
    try:
        out = json.loads(value) if isinstance(value, str) else value
        plain_text(field.name, json.dumps(out, ensure_ascii=False, allow_nan=False), 50 * LONGEST)
    except (TypeError, ValueError, RecursionError):
        raise _wrong(field, value, "JSON") from None
    return out


def _sha256(field: Field, value: Any) -> str:
    text = str(value).strip().lower()
    if not _HASH.fullmatch(text):
        raise _wrong(field, value, "a SHA-256")
    return text


def _bool(field: Field, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    found = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}.get(
        str(value).strip().lower()
    )
    if found is None:
        raise _wrong(field, value, "yes or no")
    return found


def _choice(field: Field, value: Any) -> str:
    text = str(value).strip()
    if text not in field.choices:
        raise ConfigError(f"{field.name}: {text[:60]!r} is not known", hint=f"one of {', '.join(field.choices)}")
    return text


_READ = {
    "text": _text, "id": _text, "int": _int, "yen": _int, "number": _number, "day": _day, "time": _time, "list": _list,
    "position": _position, "ring": _ring, "json": _json, "sha256": _sha256, "bool": _bool, "choice": _choice,
}  # fmt: skip
_EXAMPLES = {
    "int": "digits only, as in 14",
    "yen": "whole yen without a sign or a fraction, as in 400000000",
    "number": "as in 12.5",
    "day": "as in 2023-12-16",
    "time": "as in 2026-11-22T03:04:05Z",
    "position": 'as in "1.36, 104.25"',
    "ring": 'as in "[[100,2],[102,2],[102,4]]", longitude first',
    "json": 'as in {"2,101": 1.5}; numbers that are finite',
    "sha256": "64 hexadecimal digits, as `sha256sum FILE` prints them",
    "bool": "yes or no",
}
