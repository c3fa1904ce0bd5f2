"""Fetch wind and current from services, for those who have a network; what comes is a file that cases read.

===============  ======================================================================================================
``open-meteo``   wind and current at points of a grid, as JSON (open-meteo.com, documentation of its forecast and marine API);
                 no account; written as netCDF
``ecmwf``        wind of ECMWF's open data: the index of each step, and from the GRIB file the two messages it names alone
``thredds``      any grid behind a THREDDS server's NetCDF Subset Service, by the address of its data set (HYCOM has such ones)
``cmems``        currents with tides of the Copernicus Marine Service, by its own package ``copernicusmarine`` and account
===============  ======================================================================================================

Nothing is fetched unless somebody says so; only ``https`` is spoken, except with this machine.
"""

from __future__ import annotations

import json
import math
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import numpy as np
from numpy.typing import NDArray

from selat.model.clock import HOUR, SECOND, format_time
from selat.model.errors import ConfigError, ConnectError, FormatError, SourceError

Array = NDArray[Any]
Box = tuple[float, float, float, float]
MOST_BYTES = 500_000_000
PATIENCE = 60.0  #: s for an answer
POINTS = 100  #: places that one request to Open-Meteo names
FINEST = 0.05  #: degrees between places
MOST_POINTS = 900
STEP = 3  #: hours between steps of ECMWF's open data, up to 144 h
LATE = timedelta(hours=9)  #: after which a run of ECMWF is there for sure
URLS = {
    ("open-meteo", "wind"): "https://api.open-meteo.com/v1/forecast",
    ("open-meteo", "current"): "https://marine-api.open-meteo.com/v1/marine",
    ("ecmwf", "wind"): "https://data.ecmwf.int/forecasts",
}
HOURLY = {
    "wind": ("wind_speed_10m", "wind_direction_10m"),
    "current": ("ocean_current_velocity", "ocean_current_direction"),
}
LOCAL = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: ``kind`` wind or current, ``box`` (west, south, east, north), ``begin`` and ``end`` (ns), the service's
    ``url`` ("": its usual one), ``step`` degrees between places, ``now`` (ns)."""

    kind: str
    box: Box
    begin: int
    end: int
    url: str = ""
    step: float = 0.25
    now: int = 0


def fetch(source: str, wish: Wish, path: Path) -> Path:
    """Fetch into a file; the file. Raises :class:`ConfigError` for what a service does not have, :class:`ConnectError` where
    it does not answer, :class:`FormatError` for an answer that is none."""
    if source not in FETCHERS:
        raise ConfigError(f"there is no service {source!r}", hint=f"one of {', '.join(FETCHERS)}")
    west, south, east, north = wish.box
    if not (west < east and south < north and abs(south) <= 90 and abs(north) <= 90 and wish.begin < wish.end):
        raise ConfigError("fetch what, from when to when?", hint="a box west, south, east, north; begin before end")
    return FETCHERS[source](wish, path)


def _fit(url: str) -> None:
    where = urlsplit(url)
    if where.scheme != "https" and not (where.scheme == "http" and where.hostname in LOCAL):
        what = where.scheme or url
        raise ConfigError(f"{what!r} is not spoken with services", hint="an address that begins with https://")


class _Careful(urllib.request.HTTPRedirectHandler):
    """Follows a service to another address only where that one would have been asked too."""

    def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: str) -> Any:
        _fit(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


_OPENER = urllib.request.build_opener(_Careful)


def asked(url: str, *, part: tuple[int, int] | None = None) -> bytes:
    """The answer to a request, or ``part`` (first byte, bytes) of it."""
    _fit(url)
    where = urlsplit(url)
    head = {"User-Agent": "selat", "Accept": "*/*"}
    if part is not None:
        head["Range"] = f"bytes={part[0]}-{part[0] + part[1] - 1}"
    try:
        with _OPENER.open(urllib.request.Request(url, headers=head), timeout=PATIENCE) as answer:
            data: bytes = answer.read(MOST_BYTES + 1)
            whole = answer.status == 200
    except urllib.error.HTTPError as e:
        said = e.read(300).decode("utf-8", "replace").strip()
        raise ConnectError(f"{where.hostname} answers {e.code}: {said[:200]}", hint="is that time there yet?") from None
    except (urllib.error.URLError, TimeoutError, OSError) as e:
        raise ConnectError(
            f"{where.hostname} is not reached ({e})", hint="type wind and current by hand meanwhile"
        ) from None
    if len(data) > MOST_BYTES:
        raise SourceError(
            f"{where.hostname} sends more than {MOST_BYTES // 1_000_000} MB", hint="ask for a smaller box"
        )
    if part is not None:
        data = data[part[0] : part[0] + part[1]] if whole else data  # a server may send all in place of a part
        if len(data) != part[1]:
            raise FormatError(f"{where.hostname} sends {len(data)} bytes of {part[1]}", hint="fetch it again")
    return data


def _open_meteo(wish: Wish, path: Path) -> Path:
    lat, lon = (_axis(wish.box[k], wish.box[k + 2], wish.step) for k in (1, 0))
    if len(lat) * len(lon) > MOST_POINTS:
        raise ConfigError(
            f"{len(lat) * len(lon)} places", hint=f"at most {MOST_POINTS}: a smaller box or a larger step"
        )
    names = (
        ("wind_speed_10m", "wind_direction_10m")
        if wish.kind == "wind"
        else ("ocean_current_velocity", "ocean_current_direction")
    )
    y, x = (g.ravel() for g in np.meshgrid(lat, lon, indexing="ij"))
    rows: list[Any] = []
    base = wish.url or URLS["open-meteo", wish.kind]
    dates = {k: format_time(t)[:10] for k, t in (("start_date", wish.begin), ("end_date", wish.end))}
    for k in range(0, len(y), POINTS):
        query = {
            "latitude": ",".join(f"{v:.4f}" for v in y[k : k + POINTS]),
            "longitude": ",".join(f"{v:.4f}" for v in x[k : k + POINTS]),
            "hourly": ",".join(names), "timeformat": "unixtime", "timezone": "GMT", **dates,
        }  # fmt: skip
        try:
            found = json.loads(asked(f"{base}?{urlencode(query, safe=',')}"))
        except ValueError as e:
            raise FormatError(f"Open-Meteo's answer is no JSON ({e})", hint="fetch it again") from None
        rows += found if isinstance(found, list) else [found]
    try:
        time = np.array(rows[0]["hourly"]["time"], np.int64)
        units = {str(r["hourly_units"][names[0]]) for r in rows}
        speed, way = (np.array([r["hourly"][n] for r in rows], np.float64).T for n in names)
    except (KeyError, TypeError, ValueError, IndexError) as e:
        raise FormatError(f"Open-Meteo's answer lacks {e}", hint="does it know this place and time?") from None
    factor = {"km/h": 1 / 3.6, "m/s": 1.0}.get(units.pop() if len(units) == 1 else "", math.nan)
    if len(rows) != len(y) or not factor == factor:
        raise FormatError("Open-Meteo's answer is not in km/h for all places", hint="fetch it again")
    # wind comes from its direction, a current goes to it
    sign = -factor if wish.kind == "wind" else factor
    shape = len(time), len(lat), len(lon)
    angle = np.radians(way)
    east, north = ((sign * speed * f(angle)).reshape(shape) for f in (np.sin, np.cos))
    return _write(path, wish.kind, time, lat, lon, east, north)


def _axis(low: float, high: float, step: float) -> Array:
    step = max(step, FINEST)
    return np.linspace(low, high, max(2, math.ceil((high - low) / step - 1e-9) + 1))


def _write(path: Path, kind: str, time: Array, lat: Array, lon: Array, east: Array, north: Array) -> Path:
    """A CF netCDF file of a field; times in seconds since 1970."""
    try:
        import netCDF4
    except ModuleNotFoundError:
        raise SourceError("netCDF files need a package", hint="pip install 'selat[ocean]'") from None
    with netCDF4.Dataset(str(path), "w") as out:
        out.Conventions = "CF-1.11"
        axes = (
            ("time", time, "seconds since 1970-01-01"),
            ("latitude", lat, "degrees_north"),
            ("longitude", lon, "degrees_east"),
        )
        for name, values, units in axes:
            out.createDimension(name, len(values))
            v = out.createVariable(name, values.dtype, (name,))
            v[:], v.units = values, units
        middle = "wind" if kind == "wind" else "sea_water_velocity"
        for name, standard, values in (("u", f"eastward_{middle}", east), ("v", f"northward_{middle}", north)):
            v = out.createVariable(name, "f4", ("time", "latitude", "longitude"), fill_value=np.float32(np.nan))
            v[:], v.units, v.standard_name = values, "m s-1", standard
    return path


def _ecmwf(wish: Wish, path: Path) -> Path:
    if wish.kind != "wind":
        raise ConfigError("ECMWF's open data hold no current", hint="open-meteo, thredds or cmems")
    base = (wish.url or URLS["ecmwf", "wind"]).rstrip("/")
    begin, end, now = (
        datetime.fromtimestamp(t / SECOND, UTC) for t in (wish.begin, wish.end, wish.now or wish.begin + 12 * HOUR)
    )
    latest = min(begin, now - LATE)
    run = latest.replace(hour=latest.hour // 12 * 12, minute=0, second=0, microsecond=0)
    first = (begin - run) // timedelta(hours=STEP) * STEP
    last = math.ceil((end - run) / timedelta(hours=STEP)) * STEP
    if last > 144:
        raise ConfigError(f"the wind {last} h ahead", hint="ECMWF's steps of 3 h go to 144 h: ask for an earlier time")
    out = bytearray()
    for step in range(first, last + STEP, STEP):
        name = f"{base}/{run:%Y%m%d}/{run:%H}z/ifs/0p25/oper/{run:%Y%m%d%H}0000-{step}h-oper-fc"
        lines = asked(f"{name}.index").decode("utf-8", "replace").splitlines()
        for message in _messages(lines, ("10u", "10v")):
            out += asked(f"{name}.grib2", part=message)
    path.write_bytes(out)
    return path


def _messages(lines: Sequence[str], wanted: Sequence[str]) -> list[tuple[int, int]]:
    """(offset, length) of the messages of some parameters, by an index of a JSON object a line."""
    try:
        rows = [json.loads(line) for line in lines if line.strip()]
        found = {r["param"]: (int(r["_offset"]), int(r["_length"])) for r in rows if r.get("levtype") == "sfc"}
        return [found[name] for name in wanted]
    except (ValueError, KeyError, TypeError) as e:
        raise FormatError(f"ECMWF's index lacks {e}", hint="is that run there yet?") from None


def _thredds(wish: Wish, path: Path) -> Path:
    if not wish.url:
        raise ConfigError(
            "which data set?",
            hint="--url: its address at the NetCDF Subset Service, variables after '#': ...#water_u,water_v",
        )
    base, _, names = wish.url.partition("#")
    west, south, east, north = wish.box
    query = [("var", n) for n in (names or ("water_u,water_v" if wish.kind == "current" else "u10,v10")).split(",")]
    query += [("north", f"{north:.4f}"), ("south", f"{south:.4f}"), ("west", f"{west:.4f}"), ("east", f"{east:.4f}")]
    query += [("time_start", format_time(wish.begin - 3 * HOUR)), ("time_end", format_time(wish.end + 3 * HOUR))]
    query += [("vertCoord", "0"), ("accept", "netcdf4")]
    data = asked(f"{base}?{urlencode(query)}")
    if not data.startswith((b"CDF", b"\x89HDF")):
        raise FormatError(f"the server sends no netCDF but {data[:60]!r}", hint="are the names of the variables right?")
    path.write_bytes(data)
    return path


def _cmems(wish: Wish, path: Path) -> Path:
    if wish.kind != "current":
        raise ConfigError(
            "the Copernicus Marine Service is asked for currents alone", hint="open-meteo or ecmwf for the wind"
        )
    try:
        import copernicusmarine
    except ModuleNotFoundError:
        raise SourceError(
            "the Copernicus Marine Service needs its package",
            hint="pip install copernicusmarine; copernicusmarine login",
        ) from None
    west, south, east, north = wish.box
    copernicusmarine.subset(
        dataset_id=wish.url or "cmems_mod_glo_phy_anfc_merged-uv_PT1H-i", variables=["utotal", "vtotal"],
        minimum_longitude=west, maximum_longitude=east, minimum_latitude=south, maximum_latitude=north,
        start_datetime=format_time(wish.begin - HOUR), end_datetime=format_time(wish.end + HOUR),
        output_filename=path.name, output_directory=str(path.parent),
    )  # fmt: skip
    if not path.is_file():
        raise FormatError(
            "the Copernicus Marine Service wrote no file", hint="copernicusmarine login; is that time there?"
        )
    return path


FETCHERS: dict[str, Callable[[Wish, Path], Path]] = {
    "open-meteo": _open_meteo, "ecmwf": _ecmwf, "thredds": _thredds, "cmems": _cmems,
}  # fmt: skip
