"""Ports: which is the nearest. From the World Port Index (NGA Pub 150, public domain), 3,669 ports of the world.

A port is one place, to a minute of arc or so: its berths may lie miles from it.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.kernels import nearest as kernel
from selat.kernels.flat import flat
from selat.model.errors import FormatError

Array = NDArray[Any]
SHIPPED = Path(__file__).parent / "data" / "ports.csv"


class Ports:
    """Ports by index, from south to north, read at the first question; without a file there are none."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.source = "World Port Index (NGA Pub 150)" if path == SHIPPED else str(path or "")
        self._loaded: tuple[Array, Array, list[str], list[str], list[str]] | None = None

    def __len__(self) -> int:
        return len(self._load()[2])

    def nearest(self, lat: Any, lon: Any) -> tuple[Array, Array]:
        """(index, metres) of the nearest port; -1 and NaN where there is none, or the place is not known."""
        (y, x), shape = flat(lat, lon)
        lats, lons, *_ = self._load()
        index, away = kernel.nearest(lats, lons, y, x)
        return index.reshape(shape), away.reshape(shape)

    def name(self, index: int) -> str:
        """Name of a port."""
        return self._load()[2][index]

    def country(self, index: int) -> str:
        """Its country, ISO 3166, two letters."""
        return self._load()[3][index]

    def size(self, index: int) -> str:
        """Size of its harbour: L, M, S or V (very small)."""
        return self._load()[4][index]

    def place(self, index: int) -> tuple[float, float]:
        """(lat, lon), degrees."""
        lats, lons, *_ = self._load()
        return float(lats[index]), float(lons[index])

    def named(self, name: str) -> list[int]:
        """Indices of ports of this name, upper or lower case."""
        return [i for i, known in enumerate(self._load()[2]) if known.casefold() == name.strip().casefold()]

    def _load(self) -> tuple[Array, Array, list[str], list[str], list[str]]:
        if self._loaded is None:
            rows: list[dict[str, str]] = []
            try:
                if self.path is not None:
                    with self.path.open(newline="", encoding="utf-8") as handle:
                        rows = sorted(csv.DictReader(handle), key=lambda r: float(r["lat"]))
                lat, lon = (np.array([float(r[c]) for r in rows], np.float64) for c in ("lat", "lon"))
                texts = [[r[c] for r in rows] for c in ("name", "country", "size")]
            except (OSError, ValueError, KeyError) as e:
                raise FormatError(
                    f"{self.path} cannot be read ({e})", hint="lat,lon,number,country,size,name"
                ) from None
            self._loaded = lat, lon, texts[0], texts[1], texts[2]
        return self._loaded
