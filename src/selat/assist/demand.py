"""Where help is needed: places from a table of incidents or cases, with weights."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.assist.seasons import season_of
from selat.kernels import geodesy
from selat.model.errors import ConfigError, FormatError

Array = NDArray[Any]
_LAT, _LON = ("lat", "latitude"), ("lon", "longitude", "long")
_NOTHING = ("", "NA", "null", "None")


@dataclass(frozen=True, slots=True)
class Demand:
    """Places in degrees with weights; how many rows were left out for want of a place, and by the conditions."""

    lat: Array
    lon: Array
    weight: Array
    unplaced: int = 0
    elsewhere: int = 0
    season: tuple[str, ...] = ()  #: of each place by its date; empty where the table has no dates
    days: tuple[str, ...] = ()  #: date of each place, "" where none is given


def read_demand(
    path: str | Path, *, box: tuple[float, float, float, float] | None = None, begin: str = "", end: str = "~"
) -> Demand:
    """A CSV file with ``lat``/``latitude``, ``lon``/``longitude`` and, if given, ``weight`` and ``date`` (ISO text).

    ``box``: west, south, east, north; ``begin <= date < end`` as text. Raises :class:`FormatError` without such columns or
    places.
    """
    rows, days, unplaced, elsewhere = [], [], 0, 0
    with Path(path).open(encoding="utf-8-sig", newline="") as source:
        reader = csv.DictReader(source)
        names = {n.strip().lower(): n for n in reader.fieldnames or ()}
        lat, lon = (next((names[n] for n in known if n in names), None) for known in (_LAT, _LON))
        if lat is None or lon is None:
            raise FormatError(
                f"{path} has no columns lat and lon", hint="lat,lon in degrees; weight and date if you have them"
            )
        for row in reader:
            texts = [(row[n] or "").strip() for n in (lat, lon)]
            try:
                y, x = (float(t) for t in texts)
                weight = float(row[names["weight"]]) if "weight" in names else 1.0
            except (ValueError, TypeError):
                unplaced += 1
                continue
            if not (abs(y) <= 90 and abs(x) <= 180 and 0 <= weight < np.inf):
                unplaced += 1
            elif (box and not (box[0] <= x <= box[2] and box[1] <= y <= box[3])) or not begin <= row.get(
                names.get("date", ""), begin
            ) < end:
                elsewhere += 1
            else:
                rows.append((y, x, weight))
                days.append(row.get(names.get("date", ""), "") or "")
    if not rows:
        raise FormatError(f"{path}: no place is left", hint="check columns, box and dates")
    y, x, w = np.array(rows).T
    seasons = tuple(season_of(d) for d in days)
    return Demand(y.copy(), x.copy(), w.copy(), unplaced, elsewhere, seasons if any(seasons) else (), tuple(days))


def straight(bases: list[tuple[float, float]], demand: Demand) -> Array:
    """Metres by great circle (geodesic of WGS 84), (bases, demand): what others call the distance; land is not in it."""
    if not bases:
        raise ConfigError("no bases", hint="give one at least")
    return np.array([geodesy.distance(lat, lon, demand.lat, demand.lon) for lat, lon in bases])
