"""Wind and current of netCDF files that follow the Climate and Forecast conventions (CF 1.11), on their native grids.

Variables are found by their ``standard_name``, or by the names in use where it is absent. Regular grids in degrees (0 to 360 or
-180 to 180, north up or down), rotated poles and projections (``grid_mapping``, by pyproj); packed integers, masked land.
Components along a projected grid (``x_wind``) are turned to east and north at each node; ``eastward_wind`` is not.
Needs ``pip install 'selat[ocean]'``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.model.clock import format_time
from selat.model.errors import ConfigError, FormatError, SourceError
from selat.readers.ocean_grid import Grid, check, fill_coast, gaps_of, map_of

Array = NDArray[Any]
Box = tuple[float, float, float, float]  # west, south, east, north
When = tuple[int | None, int | None, bool]  # begin, end, whether a part is enough

# (first component, second, True where they follow the grid)
STANDARD = {
    "wind": [("eastward_wind", "northward_wind", False), ("x_wind", "y_wind", True)],
    "current": [
        ("eastward_sea_water_velocity", "northward_sea_water_velocity", False),
        ("surface_eastward_sea_water_velocity", "surface_northward_sea_water_velocity", False),
        ("x_sea_water_velocity", "y_sea_water_velocity", True),
        ("sea_water_x_velocity", "sea_water_y_velocity", True),
    ],
}
USUAL = {
    "wind": [("u10", "v10"), ("u10m", "v10m"), ("wind_u", "wind_v"), ("uwnd", "vwnd")],
    "current": [("uo", "vo"), ("utotal", "vtotal"), ("water_u", "water_v"), ("u", "v")],
}
#: the HDF5 library behind netCDF4 takes one caller at a time, and both a drift and the map read on threads of their own
_LIBRARY = threading.Lock()
_METRES = {"m s-1", "m/s", "m s**-1", "meter second-1", "meters second-1", "metre second-1", "ms-1", "m.s-1"}


def read_cf(
    path: Path | str,
    kind: str,
    box: Box | None = None,
    begin: int | None = None,
    end: int | None = None,
    *,
    part: bool = False,
) -> Grid:
    """The ``wind`` (10 m) or ``current`` (surface) of a file, cut to a box and to the times around begin and end (ns).

    ``part``: some of the times are enough, since other fields follow.
    Raises :class:`SourceError` for a file that cannot be read or a package that is not installed, :class:`FormatError` for
    one that holds no such field, :class:`ConfigError` where it does not reach the box or the times.
    """
    try:
        import netCDF4
    except ModuleNotFoundError:
        raise SourceError("netCDF files need a package", hint="pip install 'selat[ocean]'") from None
    with _LIBRARY:
        try:
            dataset = netCDF4.Dataset(str(path))
        except OSError as e:
            raise SourceError(
                f"{path}: {e.strerror or e}", hint="is it a netCDF file, and may this user read it?"
            ) from None
        with dataset:
            return check(_read(netCDF4, dataset, Path(path).name, kind, box, (begin, end, part)))


def read_dataset(
    dataset: Any, name: str, kind: str, box: Box | None, begin: int | None, end: int | None, *, part: bool = False
) -> Grid:
    """The same of variables that were opened elsewhere (:class:`selat.readers.ocean_held.Dataset`)."""
    try:
        import netCDF4
    except ModuleNotFoundError:
        raise SourceError("the calendars of fields need a package", hint="pip install 'selat[ocean]'") from None
    return check(_read(netCDF4, dataset, name, kind, box, (begin, end, part)))


def _read(netcdf: Any, dataset: Any, name: str, kind: str, box: Box | None, when: When) -> Grid:
    first, second, along = _components(dataset, name, kind)
    t_dim, y_dim, x_dim = _dimensions(dataset, first, name)
    times = _times(netcdf, dataset, t_dim, name)
    rows = _when(times, *when, name)
    crs = _projection(dataset, first)
    y, x = _axis(dataset, y_dim, name), _axis(dataset, x_dim, name)
    if crs is None:
        if not _is_degrees(dataset, x_dim):
            raise FormatError(
                f"{name}: a grid that is not in degrees and names no projection", hint="add grid_mapping (CF 5.6)"
            )
        grid = _regular(name, kind, (first, second), times, rows, (t_dim, y_dim, x_dim), y, x, box)
    else:
        grid = _projected(name, kind, (first, second), along, times, rows, (t_dim, y_dim, x_dim), y, x, crs, box)
    return replace(grid, gaps=gaps_of(times))  # as the whole file shows them, not the part that is wanted


def _components(dataset: Any, name: str, kind: str) -> tuple[Any, Any, bool]:
    if kind not in STANDARD:
        raise ConfigError(f"{kind!r} is no field", hint="wind or current")
    named: dict[str, Any] = {}
    for v in dataset.variables.values():
        named.setdefault(getattr(v, "standard_name", ""), v)
    found: tuple[Any, Any, bool] | None = None
    for one, two, along in STANDARD[kind]:
        if found is None and one in named and two in named:
            found = named[one], named[two], along
    other = {name for k, pairs in STANDARD.items() if k != kind for pair in pairs for name in pair[:2]}
    for one, two in USUAL[kind]:
        both = one in dataset.variables and two in dataset.variables
        # u and v are usual for either: where the file says that they are the other, they are not taken for this one
        if found is None and both and getattr(dataset.variables[one], "standard_name", "") not in other:
            found = dataset.variables[one], dataset.variables[two], False
    if found is None:
        have = ", ".join(
            f"{v.name} ({getattr(v, 'standard_name', 'no standard_name')})" for v in dataset.variables.values()
        )
        raise FormatError(f"{name}: no {kind} in it", hint=f"it holds {have}")
    for v in found[:2]:
        units = str(getattr(v, "units", "m s-1"))
        if units.strip() not in _METRES:
            raise FormatError(f"{name}: {v.name} is in {units!r}, not in m/s", hint="convert it, or correct its units")
    return found


def _dimensions(dataset: Any, variable: Any, name: str) -> tuple[str, str, str]:
    """(time, y, x); any other dimension has one entry, or its first one is taken: the surface."""
    names = variable.dimensions
    if len(names) < 3:
        raise FormatError(f"{name}: {variable.name} has no time, rows and columns", hint="give a file with a time axis")
    t = next((d for d in names if _is_time(dataset, d)), names[0])
    rest = [d for d in names if d != t]
    return t, rest[-2], rest[-1]


def _is_time(dataset: Any, dim: str) -> bool:
    v = dataset.variables.get(dim)
    return v is not None and " since " in str(getattr(v, "units", ""))


def _is_degrees(dataset: Any, dim: str) -> bool:
    v = dataset.variables.get(dim)
    return v is not None and str(getattr(v, "units", "degrees")).lower().startswith("degree")


def _axis(dataset: Any, dim: str, name: str) -> Array:
    v = dataset.variables.get(dim)
    if v is None or v.ndim != 1 or len(v) < 2:
        raise FormatError(f"{name}: the dimension {dim} has no values", hint="add its coordinate variable (CF 5)")
    return np.ma.filled(v[:].astype(np.float64), np.nan)


def _times(netcdf: Any, dataset: Any, dim: str, name: str) -> Array:
    v = dataset.variables.get(dim)
    if v is None or " since " not in str(getattr(v, "units", "")):
        raise FormatError(f"{name}: its times have no unit", hint="units such as 'hours since 2026-01-01' (CF 4.4)")
    calendar = getattr(v, "calendar", "standard")
    try:
        moments = netcdf.num2date(
            v[:], v.units, calendar, only_use_cftime_datetimes=False, only_use_python_datetimes=True
        )
    except ValueError as e:
        raise FormatError(f"{name}: its times cannot be read ({e})", hint="a standard calendar is needed") from None
    out = np.array([round(m.replace(tzinfo=UTC).timestamp() * 1e6) * 1000 for m in np.ravel(moments)], np.int64)
    if not (np.diff(out) > 0).all():
        raise FormatError(f"{name}: its times do not rise", hint="sort the file by time (cdo sorttimestamp)")
    return out


def _when(times: Array, begin: int | None, end: int | None, part: bool, name: str) -> slice:
    low = times[0] if begin is None else begin
    high = times[-1] if end is None else end
    if part and low <= times[-1] and high >= times[0]:
        low, high = max(low, times[0]), min(high, times[-1])
    if low < times[0] or high > times[-1]:
        known, asked = (
            f"{format_time(times[0])} to {format_time(times[-1])}",
            f"{format_time(low)} to {format_time(high)}",
        )
        raise ConfigError(
            f"{name} holds {known}, and the drift is from {asked}",
            hint="give a file for these times, or another field after it (manual, climatology)",
        )
    return slice(int(np.searchsorted(times, low, "right")) - 1, int(np.searchsorted(times, high)) + 1)


def _values(pair: tuple[Any, Any], dims: tuple[str, str, str], rows: slice, ys: slice, xs: slice) -> Array:
    """(times, rows, columns, 2) float32, NaN where masked; of further dimensions the first entry."""
    out = []
    for v in pair:
        cut = {dims[0]: rows, dims[1]: ys, dims[2]: xs}
        block = v[tuple(cut.get(d, 0) for d in v.dimensions)]
        kept = [d for d in v.dimensions if d in cut]
        block = np.ma.filled(np.ma.asarray(block, np.float32), np.nan)
        out.append(np.transpose(block, [kept.index(d) for d in dims]))
    return np.stack(out, -1)


def _span(values: Array, low: float, high: float, name: str, what: str) -> slice:
    """Indices of a rising or falling axis that enclose low to high, with one more on each side; an error where outside."""
    if high < values.min() or low > values.max():
        raise ConfigError(
            f"{name} covers {what} {values.min():.3f} to {values.max():.3f}, and the case is at {low:.3f} to {high:.3f}",
            hint="give a field of that area, or another one after it (manual, climatology)",
        )
    inside = np.flatnonzero((values >= low) & (values <= high))
    if len(inside) == 0:
        inside = np.array([int(np.argmin(np.abs(values - low))), int(np.argmin(np.abs(values - high)))])
    return slice(max(0, int(inside.min()) - 2), min(len(values), int(inside.max()) + 3))


def _regular(
    name: str,
    kind: str,
    pair: tuple[Any, Any],
    times: Array,
    rows: slice,
    dims: tuple[str, str, str],
    lat: Array,
    lon: Array,
    box: Box | None,
) -> Grid:
    """Cut out and turn a grid in degrees; uneven steps go through a map."""
    lon = np.degrees(np.unwrap(np.radians(lon)))
    ys, xs = slice(0, len(lat)), slice(0, len(lon))
    if box is not None:
        # whole turns bring the box to the grid's own longitudes
        turn = 360.0 * round((lon.mean() - (box[0] + box[2]) / 2.0) / 360.0)
        ys = _span(lat, box[1], box[3], name, "latitudes")
        xs = _span(lon, box[0] + turn, box[2] + turn, name, "longitudes")
    data, lat, lon = _values(pair, dims, rows, ys, xs), lat[ys], lon[xs]
    if len(lat) > 1 and lat[0] > lat[-1]:
        data, lat = data[:, ::-1], lat[::-1]
    if len(lon) > 1 and lon[0] > lon[-1]:
        data, lon = data[:, :, ::-1], lon[::-1]
    steps = np.diff(lon), np.diff(lat)
    data = fill_coast(data)
    around = float(lon[0]), float(lat[0]), float(lon[-1]), float(lat[-1])
    even = all(np.allclose(s, s.mean(), rtol=1e-3, atol=1e-7) for s in steps)
    if even:
        west, step_lon, step_lat = float(_turns(lon[0])), float(steps[0].mean()), float(steps[1].mean())
        return Grid(kind, name, times[rows], data, west, float(lat[0]), step_lon, step_lat, box=around)

    def inverse(x: Array, y: Array) -> tuple[Array, Array]:
        return (
            np.interp(x, lon, np.arange(len(lon)), np.nan, np.nan), np.interp(y, lat, np.arange(len(lat)), np.nan, np.nan)
        )  # fmt: skip

    return Grid(kind, name, times[rows], data, map=map_of(inverse, around), box=around)


def _projection(dataset: Any, variable: Any) -> Any:
    """pyproj's Proj of a variable's grid mapping; None for plain latitudes and longitudes."""
    named = str(getattr(variable, "grid_mapping", "")).split(":")[0].strip()
    mapping = dataset.variables.get(named)
    if mapping is None or getattr(mapping, "grid_mapping_name", "") == "latitude_longitude":
        return None
    if getattr(mapping, "grid_mapping_name", "") == "rotated_latitude_longitude":
        return _rotated(mapping, named)
    try:
        import pyproj
    except ModuleNotFoundError:
        raise SourceError("projected grids need a package", hint="pip install 'selat[ocean]'") from None
    attributes = {k: mapping.getncattr(k) for k in mapping.ncattrs()}
    attributes = {k: v.tolist() if isinstance(v, np.ndarray | np.generic) else v for k, v in attributes.items()}
    try:
        return pyproj.Proj(pyproj.CRS.from_cf(attributes))
    except (pyproj.exceptions.CRSError, KeyError, ValueError, TypeError) as e:
        if "proj4" in attributes:
            return pyproj.Proj(attributes["proj4"])
        raise FormatError(
            f"the projection {named} cannot be read ({e})", hint="CF appendix F lists its attributes"
        ) from None


def _rotated(mapping: Any, name: str) -> Callable[..., tuple[Array, Array]]:
    """Rotated longitude and latitude of places, and back: spherical trigonometry (CF appendix F, rotated pole)."""
    if float(getattr(mapping, "north_pole_grid_longitude", 0.0)) != 0.0:
        raise FormatError(f"{name}: a turned rotated pole", hint="regrid it to latitude and longitude (cdo remapbil)")
    pole_lat, pole_lon = np.radians([float(mapping.grid_north_pole_latitude), float(mapping.grid_north_pole_longitude)])
    sine, cosine = np.sin(pole_lat), np.cos(pole_lat)

    def turn(lon: Any, lat: Any, inverse: bool = False) -> tuple[Array, Array]:
        x, y = np.radians(lon), np.radians(lat)
        if inverse:
            east, north, up = np.cos(y) * np.sin(x), np.cos(y) * np.cos(x), np.sin(y)
            away = np.arctan2(-east, up * cosine - north * sine)
            return _turns(np.degrees(away + pole_lon)), np.degrees(
                np.arcsin(np.clip(north * cosine + up * sine, -1, 1))
            )
        x = x - pole_lon
        up = np.sin(y) * sine + np.cos(y) * cosine * np.cos(x)
        north = np.sin(y) * cosine - np.cos(y) * sine * np.cos(x)
        return np.degrees(np.arctan2(-np.cos(y) * np.sin(x), north)), np.degrees(np.arcsin(np.clip(up, -1, 1)))

    return turn


def _turns(lon: Any) -> Any:
    """Longitudes in -180 to 180."""
    return (lon + 180.0) % 360.0 - 180.0


def _projected(
    name: str,
    kind: str,
    pair: tuple[Any, Any],
    along: bool,
    times: Array,
    rows: slice,
    dims: tuple[str, str, str],
    y: Array,
    x: Array,
    proj: Any,
    box: Box | None,
) -> Grid:
    """Cut out a grid in the plane of a projection (or on a rotated pole); its vectors to east and north."""
    ys, xs = slice(0, len(y)), slice(0, len(x))
    if box is not None:
        edge_lon, edge_lat = _frame(box)
        px, py = proj(edge_lon, edge_lat)
        ys, xs = (
            _span(y, float(py.min()), float(py.max()), name, "rows"),
            _span(x, float(px.min()), float(px.max()), name, "columns"),
        )
    data, y, x = _values(pair, dims, rows, ys, xs), y[ys], x[xs]
    if y[0] > y[-1]:
        data, y = data[:, ::-1], y[::-1]
    if x[0] > x[-1]:
        data, x = data[:, :, ::-1], x[::-1]
    gx, gy = np.meshgrid(x, y)
    lon, lat = proj(gx, gy, inverse=True)
    if along:
        data = _turn(data, proj, gx, gy, lon, lat, float(np.diff(x).mean()))
    step_x, step_y = float(np.diff(x).mean()), float(np.diff(y).mean())

    def inverse(at_lon: Array, at_lat: Array) -> tuple[Array, Array]:
        a, b = proj(at_lon, at_lat)
        a, b = (a - x[0]) / step_x, (b - y[0]) / step_y
        # far outside, a projection may fold: only what is near the grid counts
        near = (a > -len(x)) & (a < 2 * len(x)) & (b > -len(y)) & (b < 2 * len(y))
        return np.where(near, a, np.nan), np.where(near, b, np.nan)

    around = float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())
    if box is not None:
        around = max(around[0], box[0]), max(around[1], box[1]), min(around[2], box[2]), min(around[3], box[3])
    return Grid(kind, name, times[rows], fill_coast(data), map=map_of(inverse, around), box=around)


def _frame(box: Box, points: int = 25) -> tuple[Array, Array]:
    """Places along the frame of a box, and inside it."""
    lon, lat = np.meshgrid(np.linspace(box[0], box[2], points), np.linspace(box[1], box[3], points))
    return lon.ravel(), lat.ravel()


def _turn(data: Array, proj: Any, gx: Array, gy: Array, lon: Array, lat: Array, step: float) -> Array:
    """Components along the grid's axes as east and north: by where a small step along each axis leads."""
    small = step * 1e-3
    out = np.zeros_like(data)
    for part, (dx, dy) in enumerate(((small, 0.0), (0.0, small))):
        lon2, lat2 = proj(gx + dx, gy + dy, inverse=True)
        east = ((lon2 - lon + 180.0) % 360.0 - 180.0) * np.cos(np.radians(lat))
        north = lat2 - lat
        length = np.hypot(east, north)
        out[..., 0] += data[..., part] * (east / length).astype(np.float32)
        out[..., 1] += data[..., part] * (north / length).astype(np.float32)
    return out
