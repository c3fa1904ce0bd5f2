"""Wind and current for the map, out of the fields that people put into the folder ``fields`` of a sea.

The same files that a rescue case takes (netCDF, GRIB2, Zarr; ``selat rescue fetch`` writes them). Of several fields of a kind
the file that was written last comes first, and the others fill what it does not hold. Nothing stands in where there is none:
no climatology, no holding of the last time.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from selat.model.columns import Array
from selat.model.errors import ConfigError, SelatError
from selat.rescue import fields
from selat.rescue.fields import Field
from selat.rescue.sources import FOLDER, KINDS, Box, is_field, reader_of
from selat.tracks import coast
from selat.tracks.coast import Coast

REGION: Box = (86.0, -13.0, 128.0, 25.0)  #: the map of the page: of a larger field no more is read
MOST_BYTES = 256_000_000  #: of fields that are held
MOST_POINTS = 4000  #: of one answer
MOST_FILES = 60
_MS = 1_000_000


class Weather:
    """The fields in a folder, read when they are asked for and again when a file has changed. For any thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._held: OrderedDict[tuple[str, str, int, int], Field | str] = OrderedDict()
        self._coast: Coast | None = None

    def fields(self) -> list[dict[str, Any]]:
        """What there is, newest file first: ``name, kind, begin_ms, end_ms, written_ms``; or ``name, problem``."""
        told: list[dict[str, Any]] = []
        for path, stamp in self._files():
            found = [(kind, self._read(path, stamp, kind)) for kind in KINDS]
            good = [(kind, f) for kind, f in found if isinstance(f, Field)]
            told += [{**_said(f), "kind": kind, "written_ms": stamp[0] // _MS} for kind, f in good]
            if not good:
                told.append({"name": path.name, "problem": str(found[0][1])})
        return told

    def arrows(self, kind: str, time: int, box: Box, columns: int, rows: int) -> dict[str, Any]:
        """A kind at a time (ns) on ``columns`` x ``rows`` places of a box, equal in degrees.

        ``lon, lat`` (deg), ``east, north`` (m/s, to where it goes), places without a value left out; a current is said of water
        alone. ``sources``: what holds that time, first what counts first, with the times that it lies between. Raises
        :class:`ConfigError` for what cannot be asked.
        """
        if kind not in KINDS:
            raise ConfigError(f"{kind[:20]!r} is no field", hint="wind or current")
        west, south, east, north = box
        if not (-180.0 <= west < east <= 180.0 and -89.0 <= south < north <= 89.0):
            raise ConfigError("that is no box", hint="box=103.5,1.0,104.5,1.5 (west,south,east,north)")
        if min(columns, rows) < 1 or columns * rows > MOST_POINTS:
            raise ConfigError(f"{columns} x {rows} places", hint=f"at most {MOST_POINTS} of them")
        there = [(f, stamp) for path, stamp in self._files() if isinstance(f := self._read(path, stamp, kind), Field)]
        mine = [(f, stamp) for f, stamp in there if f.grid.time[0] <= time <= f.grid.time[-1]]
        told: dict[str, Any] = {"kind": kind, "at_ms": time // _MS, "known": [_said(f) for f, _ in there]}
        told["sources"] = [{**_said(f), **_between(f, time), "written_ms": s[0] // _MS} for f, s in mine]
        y, x = fields.raster(box, columns, rows)
        if not mine:
            return {**told, "lon": [], "lat": [], "east": [], "north": []}
        u, v, _ = fields.pack([f for f, _ in mine]).at(kind, time, y, x)
        good = np.isfinite(u) & np.isfinite(v)
        if kind == "current":  # readers carry a coarse current a few cells inland, for the drift along shores
            good[good] = ~self._ashore(y[good], x[good])
        said = {"lon": (x, 5), "lat": (y, 5), "east": (u, 2), "north": (v, 2)}
        return {**told, **{name: np.round(a[good], digits).tolist() for name, (a, digits) in said.items()}}

    def _ashore(self, lat: Array, lon: Array) -> Array:
        with self._lock:
            self._coast = self._coast or Coast(coast.SHIPPED)
        out: Array = self._coast.land(lat, lon)
        return out

    def _files(self) -> list[tuple[Path, tuple[int, int]]]:
        """Files of fields with when they were written (ns) and their size, the newest first."""
        if not self._folder.is_dir():
            return []
        found = []
        for path in self._folder.iterdir():
            if is_field(path):
                with suppress(OSError):  # taken away since it was listed
                    told = path.stat()
                    found.append((path, (told.st_mtime_ns, told.st_size)))
        return sorted(found, key=lambda f: (-f[1][0], f[0].name))[:MOST_FILES]

    def _read(self, path: Path, stamp: tuple[int, int], kind: str) -> Field | str:
        """The field of a kind in a file, or why there is none."""
        key = (path.name, kind, *stamp)
        with self._lock:
            known = self._held.get(key)
            if known is None:
                try:
                    known = fields.of_model(reader_of(path)(path, kind, REGION, None, None))
                except SelatError as e:
                    known = f"{e.message}. {e.hint}" if e.hint else e.message
                self._held[key] = known
            self._held.move_to_end(key)
            while len(self._held) > 2 * MOST_FILES or sum(map(_weight, self._held.values())) > MOST_BYTES:
                if len(self._held) == 1:
                    break
                self._held.popitem(last=False)
            return known


@lru_cache(maxsize=4)
def weather_of(folder: Path) -> Weather:
    """The fields of a sea; one for all who ask, since no group is kept from them."""
    return Weather(folder / FOLDER)


def _weight(held: Field | str) -> int:
    return int(held.grid.data.nbytes) if isinstance(held, Field) else 0


def _said(f: Field) -> dict[str, Any]:
    return {"name": f.grid.source, "begin_ms": int(f.grid.time[0]) // _MS, "end_ms": int(f.grid.time[-1]) // _MS}


def _between(f: Field, time: int) -> dict[str, Any]:
    """The times of a field that a time lies between: what is shown between them is worked out."""
    k = int(np.searchsorted(f.grid.time, time, "right")) - 1
    after = min(k + (f.grid.time[k] != time), len(f.grid.time) - 1)
    return {"before_ms": int(f.grid.time[k]) // _MS, "after_ms": int(f.grid.time[after]) // _MS}
