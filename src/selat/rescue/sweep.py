"""Sweep width: how wide a strip a searcher effectively sees, by object, height of eye, visibility, weather, fatigue, speed.

``W = W_table * f_weather * f_fatigue * f_speed`` (IAMSAR Manual, Volume II, 4.6; US Coast Guard COMDTINST M16130.2F).
Visual search by day. Between two entries of the table the width is linear in visibility and in height of eye; beyond
the last visibility of a row it stays as it is. Below the first one there is no entry, and so no answer: :class:`ConfigError`.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from selat.model.errors import ConfigError
from selat.model.units import FOOT, KNOT, NAUTICAL_MILE

HOME = Path(__file__).parent / "data"
VISIBILITIES = (1.0, 3.0, 5.0, 10.0, 15.0, 20.0, 30.0)  #: nautical miles: columns of the table
PLATFORMS = ("boat", "helicopter", "aircraft", "ship")
FATIGUE = (
    0.9  #: factor for a crew that is tired (IAMSAR II, 4.6; quoted from memory there: see docs/concepts/search.md)
)

# Weather: (wind above, m/s; sea above, m; factor for small objects, for others). M16130.2F and IAMSAR II agree.
WEATHER = (
    (25.0 * KNOT, 5.0 * FOOT, 0.25, 0.9),
    (15.0 * KNOT, 3.0 * FOOT, 0.5, 0.9),
    (0.0, 0.0, 1.0, 1.0),
)
_SMALL_SAIL = ("sail boat 15 ft", "sail boat 20 ft", "sail boat 25 ft")
_SMALL_POWER = ("power boat under 15 ft", "power boat 20 ft")


@dataclass(frozen=True, slots=True)
class SweepWidth:
    """A sweep width in metres, what it was made of, and what a reader must know about it."""

    width: float
    table: float  #: before the factors, metres
    weather: float = 1.0
    fatigue: float = 1.0
    speed: float = 1.0
    notes: tuple[str, ...] = field(default=())


def _rows(name: str) -> Iterable[dict[str, str]]:
    lines = (HOME / name).read_text(encoding="utf-8").splitlines()
    return csv.DictReader(line for line in lines if not line.startswith("#"))


@cache
def table() -> dict[tuple[str, str], tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """(object, platform) to (heights of eye in feet (h,), visibilities in nm (v,), widths in nm (h, v)).

    Empty cells are filled from their left; columns after the last that any row of the object uses are not there.
    Heights of merchant ships are not in their table: a single one, NaN.
    """
    found: dict[tuple[str, str], list[tuple[float, list[float]]]] = {}
    for row in _rows("sweep_widths.csv"):
        cells: list[float] = []
        for v in VISIBILITIES:
            text = row[f"v{v:.0f}"]
            cells.append(float(text) if text else (cells[-1] if cells else math.nan))
        found.setdefault((row["object"], row["platform"]), []).append((float(row["eye"] or "nan"), cells))
    out = {}
    for key, rows in found.items():
        # eyes on the water have no column for 30 miles
        last = len(VISIBILITIES) - (key[1] in ("boat", "ship"))
        first = 1 if key[1] == "ship" else 0
        widths = np.array([cells[first:last] for _, cells in rows])
        out[key] = np.array([eye for eye, _ in rows]), np.array(VISIBILITIES[first:last]), widths
    return out


@cache
def _speeds() -> dict[tuple[str, str], tuple[tuple[float, ...], tuple[float, ...]]]:
    """(object, platform) to (speeds in knots, factors)."""
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for row in _rows("sweep_speed.csv"):
        found.setdefault((row["object"], row["platform"]), []).append((float(row["speed"]), float(row["factor"])))
    return {k: (tuple(s for s, _ in v), tuple(f for _, f in v)) for k, v in found.items()}


def objects(platform: str = "boat") -> tuple[str, ...]:
    """Search objects that a platform's table knows."""
    return tuple(name for name, known in table() if known == platform)


def is_small(name: str) -> bool:
    """True for objects that weather hides sooner: persons, rafts, boats below 30 ft (M16130.2F)."""
    return name.startswith(("person", "raft")) or name in _SMALL_SAIL or name in _SMALL_POWER


def weather_factor(name: str, wind: float, sea: float) -> float:
    """Factor of wind (m/s) and height of the sea (m): the worse of the two counts."""
    for least, waves, small, large in WEATHER:
        if wind > least or sea > waves:
            return small if is_small(name) else large
    return 1.0


def speed_factor(name: str, platform: str, speed: float) -> float:
    """Factor of the searcher's speed (m/s): aircraft and helicopters only; held at the ends of the table."""
    known = _speeds().get((name, platform))
    if known is None or speed <= 0.0:
        return 1.0
    return float(np.interp(speed / KNOT, *known))


def sweep_width(
    name: str,
    platform: str = "boat",
    *,
    eye: float = 8.0 * FOOT,
    visibility: float = 10.0 * NAUTICAL_MILE,
    wind: float = 0.0,
    sea: float = 0.0,
    speed: float = 0.0,
    tired: bool = False,
) -> SweepWidth:
    """Sweep width for a search object of :func:`objects` from a platform.

    ``eye``: height of eye or altitude, m; ``visibility``: meteorological, m; ``wind``, ``speed``: m/s; ``sea``: m.
    Raises :class:`ConfigError` for unknown objects and platforms, for values that cannot be (negative, not a number),
    and for visibility below the table.
    """
    if platform not in PLATFORMS:
        raise ConfigError(
            f"{platform!r} is no platform of the sweep-width tables", hint=f"one of {', '.join(PLATFORMS)}"
        )
    known = table().get((name, platform))
    if known is None:
        raise ConfigError(
            f"no sweep width for {name!r} from a {platform}", hint=f"one of: {', '.join(objects(platform))}"
        )
    for what, value in (("eye", eye), ("visibility", visibility), ("wind", wind), ("sea", sea), ("speed", speed)):
        if not (math.isfinite(value) and value >= 0.0):
            raise ConfigError(f"{what} of {value}", hint="give a number, zero or more")
    eyes, visibilities, widths = known
    miles = visibility / NAUTICAL_MILE
    if miles < visibilities[0] * (1.0 - 1e-9):
        raise ConfigError(
            f"visibility {miles:.2g} nm is below the sweep-width table, which begins at {visibilities[0]:g} nm",
            hint="give the boat's sweep width by hand ('sweep_width: 0.1 nm'), or wait for better visibility",
        )
    notes = []
    by_eye = np.array([np.interp(miles, visibilities, row) for row in widths])
    feet = eye / FOOT
    if len(eyes) == 1:
        width = float(by_eye[0])
    else:
        width = float(np.interp(feet, eyes, by_eye))
        if feet < eyes[0] * (1.0 - 1e-9):
            notes.append(
                f"height of eye {eye:.1f} m is below the table: the width for {eyes[0] * FOOT:.1f} m is too good"
            )
        elif feet > eyes[-1] * (1.0 + 1e-9):
            notes.append(
                f"height of eye {eye:.1f} m is above the table: the width for {eyes[-1] * FOOT:.1f} m was taken"
            )
    if miles > visibilities[-1]:
        notes.append(f"visibility beyond {visibilities[-1]:g} nm adds nothing in the table")
    base = width * NAUTICAL_MILE
    weather, fatigue = weather_factor(name, wind, sea), FATIGUE if tired else 1.0
    fast = speed_factor(name, platform, speed)
    if base == 0.0:
        notes.append("the table says 0: this object is not seen from here")
    return SweepWidth(base * weather * fatigue * fast, base, weather, fatigue, fast, tuple(notes))
