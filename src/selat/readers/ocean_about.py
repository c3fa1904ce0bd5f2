"""What a field of wind or current covers, without reading its values: times, the box, gaps between its times."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selat.model.errors import SourceError
from selat.readers import ocean_cf as cf
from selat.readers.ocean_cf import Box
from selat.readers.ocean_grib import SUFFIXES, held_grib
from selat.readers.ocean_grid import gaps_of
from selat.readers.ocean_zarr import held_zarr

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class About:
    """``times`` (t,) int64 ns UTC; ``box`` west, south, east, north in degrees, of the whole grid."""

    kind: str
    times: Array
    box: Box

    @property
    def step(self) -> int:
        """Usual step between its times, ns; 0 where there is one time."""
        return int(np.median(np.diff(self.times))) if len(self.times) > 1 else 0

    def gaps(self) -> tuple[tuple[int, int], ...]:
        """(last time before, first time after) where times are missing (:func:`selat.readers.ocean_grid.gaps_of`), ns."""
        return gaps_of(self.times)


def about(path: Path, kind: str) -> About:
    """What the ``wind`` or ``current`` of a file (netCDF, GRIB edition 2, Zarr) covers.

    Raises :class:`SourceError` for a file that cannot be read or a package that is not installed, :class:`FormatError` for
    one that holds no such field.
    """
    suffix = path.suffix.lower()
    try:
        import netCDF4
    except ModuleNotFoundError:
        raise SourceError("fields need a package", hint="pip install 'selat[ocean]'") from None
    if suffix in SUFFIXES:
        return _about(netCDF4, held_grib(path, kind), path.name, kind)
    if suffix == ".zarr":
        return _about(netCDF4, held_zarr(path), path.name, kind)
    try:
        dataset = netCDF4.Dataset(str(path))
    except OSError as e:
        raise SourceError(f"{path.name}: {e.strerror or e}", hint="is it a netCDF file, and whole?") from None
    with dataset:
        return _about(netCDF4, dataset, path.name, kind)


def _about(netcdf: Any, dataset: Any, name: str, kind: str) -> About:
    first, _, _ = cf._components(dataset, name, kind)
    t, y, x = cf._dimensions(dataset, first, name)
    times = cf._times(netcdf, dataset, t, name)
    rows, columns = cf._axis(dataset, y, name), cf._axis(dataset, x, name)
    crs = cf._projection(dataset, first)
    if crs is None:
        lon = np.degrees(np.unwrap(np.radians(columns)))
        lon = lon - 360.0 * round(float(lon.mean()) / 360.0)
        return About(kind, times, (float(lon.min()), float(rows.min()), float(lon.max()), float(rows.max())))
    # the edge of the grid, not its corners only: parallels bulge in a projection
    along = np.concatenate([columns, columns, np.full(len(rows), columns[0]), np.full(len(rows), columns[-1])])
    up = np.concatenate([np.full(len(columns), rows[0]), np.full(len(columns), rows[-1]), rows, rows])
    lon, lat = crs(along, up, inverse=True)
    return About(kind, times, (float(np.min(lon)), float(np.min(lat)), float(np.max(lon)), float(np.max(lat))))
