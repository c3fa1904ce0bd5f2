"""Wind at 10 m and current at the surface of GRIB edition 2 files on regular grids in degrees (GFS, ECMWF open data, RTOFS).

Fields are found by their parameters (WMO Manual on Codes I.2, code table 4.2: wind 0-2-2 and 0-2-3 at 10 m above ground, current
10-1-2 and 10-1-3 at the surface or at most 5 m below it); all other messages of a file are left alone. Forecasts and analyses
alike count at the time for which they hold; where several hold for one time, that of the newest run does.
Decoding is gribberish's. Needs ``pip install 'selat[ocean]'``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from selat.model.errors import ConfigError, FormatError, SourceError
from selat.readers.ocean_cf import Box, read_dataset
from selat.readers.ocean_grid import Grid
from selat.readers.ocean_held import Array, Dataset

SUFFIXES = (".grib2", ".grb2", ".grib", ".grb")
MOST_BYTES = 4_000_000_000
PARTS = {"wind": ("UGRD", "VGRD"), "current": ("UOGRD", "VOGRD")}
NAMES = {
    "wind": ("eastward_wind", "northward_wind"),
    "current": ("eastward_sea_water_velocity", "northward_sea_water_velocity"),
}
HIGH, DEEP = 10.0, 5.0  #: m


class _Found(NamedTuple):
    message: bytes
    offset: int
    told: Any


def read_grib(
    path: Path | str,
    kind: str,
    box: Box | None = None,
    begin: int | None = None,
    end: int | None = None,
    *,
    part: bool = False,
) -> Grid:
    """The ``wind`` or ``current`` of a file; arguments and errors as of :func:`selat.readers.ocean_cf.read_cf`."""
    return read_dataset(held_grib(path, kind), Path(path).name, kind, box, begin, end, part=part)


def held_grib(path: Path | str, kind: str) -> Dataset:
    """The two components of ``wind`` or ``current`` of a file, with their times and axes. Raises as :func:`read_grib`."""
    try:
        import gribberish
    except ModuleNotFoundError:
        raise SourceError("GRIB files need a package", hint="pip install 'selat[ocean]'") from None
    name = Path(path).name
    if kind not in PARTS:
        raise ConfigError(f"{kind!r} is no field", hint="wind or current")
    try:
        if Path(path).stat().st_size > MOST_BYTES:
            raise SourceError(f"{path} is too large", hint="cut it to the region and the fields (wgrib2, cdo)")
        data = Path(path).read_bytes()
    except OSError as e:
        raise SourceError(f"{path}: {e.strerror or e}", hint="is it there, and may this user read it?") from None
    if data[:4] != b"GRIB" or len(data) < 16 or data[7] != 2:
        edition = f"GRIB edition {data[7]}" if data[:4] == b"GRIB" and len(data) > 7 else "no GRIB"
        raise FormatError(f"{name}: {edition}", hint="GRIB edition 2 is read (grib_set -s edition=2 converts)")
    return _dataset(gribberish, data, name, kind)


def _messages(data: bytes, name: str) -> Iterator[bytes]:
    """Message after message, by the lengths in their headers (edition 2: octets 9 to 16); what lies between is passed over."""
    at = data.find(b"GRIB")
    while at >= 0:
        size = int.from_bytes(data[at + 8 : at + 16], "big")
        whole = data[at : at + size]
        if data[at + 7 : at + 8] != b"\2" or size < 20 or len(whole) < size or not whole.endswith(b"7777"):
            raise FormatError(f"{name}: a message that is cut off or damaged", hint="is the file whole? fetch it again")
        yield whole
        at = data.find(b"GRIB", at + size)


def _dataset(gribberish: Any, data: bytes, name: str, kind: str) -> Dataset:
    found: dict[tuple[str, datetime], _Found] = {}
    have: set[str] = set()
    for message in _messages(data, name):
        try:
            known = gribberish.parse_grib_mapping(message)
        except (ValueError, RuntimeError, TypeError, OSError) as e:
            raise FormatError(
                f"{name}: a message cannot be read ({e})", hint="bring it to simple packing (wgrib2)"
            ) from None
        for _, offset, told in known.values():
            have.add(f"{told.var_abbrev} ({told.level_type} {told.level_value or 0:g})")
            if told.var_abbrev in PARTS[kind] and _level(kind, told) and not told.statistical_process:
                key = told.var_abbrev, told.forecast_date
                if key not in found or told.reference_date > found[key].told.reference_date:
                    found[key] = _Found(message, offset, told)
    first, second = ({t for v, t in found if v == part} for part in PARTS[kind])
    times = sorted(first & second)
    if not times:
        where = "at 10 m above ground" if kind == "wind" else "at the surface"
        raise FormatError(f"{name}: no {kind} {where}", hint=f"it holds {', '.join(sorted(have)[:12])}")
    told = found[PARTS[kind][0], times[0]].told
    if not told.is_regular_grid or "latlon" not in str(told.proj):
        raise FormatError(
            f"{name}: a grid that is not in degrees", hint="bring it to one (cdo remapbil, wgrib2 -new_grid)"
        )
    if len({tuple(found[part, t].told.grid_shape) for part in PARTS[kind] for t in times}) != 1:
        raise FormatError(f"{name}: its fields are on several grids", hint="give each grid in a file of its own")
    return _held(gribberish, kind, times, found)


def _level(kind: str, told: Any) -> bool:
    value, text = float(told.level_value or 0.0), str(told.level_type)
    if kind == "wind":
        return "above ground" in text and value == HIGH
    return "surface" in text or "mean sea level" in text or ("depth" in text and 0.0 <= value <= DEEP)


def _held(gribberish: Any, kind: str, times: list[datetime], found: dict[tuple[str, datetime], _Found]) -> Dataset:
    told = found[PARTS[kind][0], times[0]].told
    shape = tuple(told.grid_shape)
    lat, lon = (np.asarray(v, np.float64).reshape(-1) for v in told.latlng())
    out = Dataset()
    seconds = np.array([round(t.replace(tzinfo=UTC).timestamp()) for t in times], np.int64)
    out.add("time", ("time",), seconds, units="seconds since 1970-01-01 00:00:00")
    out.add("latitude", ("latitude",), lat, units="degrees_north")
    out.add("longitude", ("longitude",), lon, units="degrees_east")
    for part, standard in zip(PARTS[kind], NAMES[kind], strict=True):
        blocks: list[Array] = [
            np.asarray(gribberish.parse_grib_array(f.message, f.offset), np.float32).reshape(shape)
            for f in (found[part, t] for t in times)
        ]
        out.add(part, ("time", "latitude", "longitude"), np.stack(blocks), standard_name=standard, units="m s-1")
    return out
