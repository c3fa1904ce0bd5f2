"""Time: int64 nanoseconds since 1970-01-01 UTC, everywhere; and the clocks that tell it.

No other module asks the machine for the time. Python's ``datetime`` cuts to microseconds and is only met at the edges.
"""

from __future__ import annotations

import re
import time as _time
from datetime import UTC, datetime
from typing import Protocol

from selat.model.errors import UnitError

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_ISO = re.compile(
    r"^\s*(\d{4})-(\d{2})-(\d{2})"
    r"(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?"
    r"\s*(Z|z|[+-]\d{2}:?\d{2}|UTC)?\s*$"
)


class Clock(Protocol):
    """Tells the time of the picture: the real one, or that of a replay."""

    def now(self) -> int:
        """Nanoseconds UTC."""
        ...


class RealClock:
    """The machine's clock."""

    def now(self) -> int:
        """Nanoseconds UTC of the machine."""
        return _time.time_ns()


class ReplayClock:
    """A clock that runs from ``start`` (ns) at ``rate`` times the speed of the machine's."""

    def __init__(self, start: int, rate: float = 1.0) -> None:
        self.start = start
        self.rate = rate
        self._origin = _time.monotonic_ns()

    def now(self) -> int:
        """Nanoseconds UTC in the replayed time."""
        return self.start + int((_time.monotonic_ns() - self._origin) * self.rate)


def now() -> int:
    """Nanoseconds UTC of the machine."""
    return _time.time_ns()


def monotonic() -> float:
    """Seconds of a clock that never goes back, for measuring how long something took."""
    return _time.perf_counter()


def parse_time(text: str) -> int:
    """Nanoseconds UTC of an ISO 8601 text; without a zone it is UTC.

    >>> parse_time("2012-01-31T00:00:01.5Z")
    1327968001500000000

    Raises :class:`UnitError` when the text is no such time.
    """
    m = _ISO.match(text)
    if m is None:
        raise UnitError(f"not a time: {text!r}", hint="write 2026-11-22T03:04:05Z (UTC), or with +08:00")
    year, month, day, hour, minute, second = (int(g or 0) for g in m.groups()[:6])
    try:
        base = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError as e:
        raise UnitError(f"not a time: {text!r} ({e})", hint="write 2026-11-22T03:04:05Z") from None
    nanos = int((m.group(7) or "0").ljust(9, "0"))
    leap = SECOND if second == 60 else 0
    zone = m.group(8) or "Z"
    shift = 0
    if zone[0] in "+-":
        digits = zone[1:].replace(":", "")
        shift = (int(digits[:2]) * 60 + int(digits[2:])) * MINUTE * (1 if zone[0] == "+" else -1)
    return int(base.timestamp()) * SECOND + nanos + leap - shift


def format_time(ns: int, digits: int = 0) -> str:
    """ISO 8601 text in UTC with ``digits`` decimals of the second (0 to 9).

    >>> format_time(1327968001500000000, 3)
    '2012-01-31T00:00:01.500Z'
    """
    seconds, rest = divmod(int(ns), SECOND)
    text = datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S")
    if digits:
        text += "." + f"{rest:09d}"[:digits]
    return text + "Z"
