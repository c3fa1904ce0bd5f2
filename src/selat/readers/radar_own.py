"""Where the ship that carries the radar is and heads, by the sentences of her own instruments in the same feed."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from selat.model.clock import DAY, MINUTE
from selat.model.units import KNOT
from selat.readers.radar_sentences import UNITS, Fields, place

FRESH = MINUTE  #: ns: a place or a heading that is older says nothing
STEERED = 2.0  #: m/s over ground from which the course stands for a heading that nothing tells
NEVER = -(2**62)


@dataclass(slots=True)
class OwnShip:
    """What own ship said last; times ns UTC, angles degrees, speed m/s."""

    lat: float = math.nan
    lon: float = math.nan
    placed: int = NEVER
    heading: float = math.nan
    headed: int = NEVER
    course: float = math.nan
    speed: float = math.nan
    coursed: int = NEVER
    now: int = 0  #: by her own clock and date; 0: not told

    def hear(self, kind: str, f: Fields, when: int) -> None:
        """Take a sentence heard at ``when`` (ns UTC)."""
        if kind in ("RMC", "ZDA"):
            self._clock(kind, f)
        if kind in ("RMC", "GGA", "GNS", "GLL") and _good(kind, f):
            found = place(f)
            if found is not None:
                self.lat, self.lon, self.placed = *found, when
        if (
            kind in ("HDT", "THS", "OSD")
            and "heading" in f
            and f.get("mode", "A") != "V"
            and f.get("valid", "A") == "A"
        ):
            self.heading, self.headed = f["heading"], when
        over_ground = (
            kind == "VTG"
            or (kind == "RMC" and f["valid"] == "A")
            or (kind == "OSD" and f.get("speed_of") in ("R", "P"))
        )
        if over_ground and "course" in f and "speed" in f:
            unit = UNITS[f.get("units", "N")][1] if kind == "OSD" else KNOT
            self.course, self.speed, self.coursed = f["course"], f["speed"] * unit, when

    def _clock(self, kind: str, f: Fields) -> None:
        if kind == "ZDA":
            day, month, year = int(f["day"]), int(f["month"]), int(f["year"])
        elif "date" in f and "clock" in f and f["valid"] == "A":
            day, month, year = f["date"] // 10_000, f["date"] // 100 % 100, 2000 + f["date"] % 100
        else:
            return
        midnight = days(year, month, day)
        if midnight is not None:
            self.now = midnight + f["clock"]

    def at(self, lat: float, lon: float, when: int) -> None:
        """Her own AIS (VDO) told her place."""
        self.lat, self.lon, self.placed = lat, lon, when

    def place(self, when: int) -> tuple[float, float] | None:
        """(lat, lon) at ``when``; None where nothing fresh was told."""
        known = math.isfinite(self.lat) and abs(when - self.placed) <= FRESH
        return (self.lat, self.lon) if known else None

    def ahead(self, when: int) -> float:
        """Direction of her bow (degrees true) at ``when``: her heading, else her course under way; NaN: not known."""
        if abs(when - self.headed) <= FRESH:
            return self.heading
        if abs(when - self.coursed) <= FRESH and self.speed >= STEERED and self.headed == NEVER:
            return self.course
        return math.nan

    def state(self) -> dict[str, Any]:
        """All that is needed to go on."""
        return asdict(self)


def _good(kind: str, f: Fields) -> bool:
    """Does the sentence call its place valid?"""
    if kind == "GGA":
        return bool(f["quality"] in (1, 2, 3, 4, 5, 9))
    if kind == "GNS":
        return any(c in "ADPFR" for c in f["mode"])
    return bool(f["valid"] == "A")


def days(year: int, month: int, day: int) -> int | None:
    """Midnight of a date, ns UTC; None where there is no such day (H. Hinnant, days from civil)."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if (
        not 1 <= month <= 12
        or not 1 <= day <= (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
    ):
        return None
    y = year - (month <= 2)
    era, yoe = y // 400, y % 400
    doy = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return (era * 146_097 + yoe * 365 + yoe // 4 - yoe // 100 + doy - 719_468) * DAY


def nearest(clock: int, reference: int) -> int:
    """The moment with time of day ``clock`` (ns since midnight) that is nearest to ``reference``, across midnight."""
    return reference + (clock - reference + DAY // 2) % DAY - DAY // 2
