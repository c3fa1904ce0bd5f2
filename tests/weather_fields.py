"""Fields of wind and current for tests of the weather layer: linear in place and time, so that a value tells its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from selat.model.clock import HOUR, SECOND

LON, LAT = np.arange(102.0, 106.01, 0.25), np.arange(0.0, 3.01, 0.25)
STANDARD = {
    "wind": ("eastward_wind", "northward_wind"),
    "current": ("eastward_sea_water_velocity", "northward_sea_water_velocity"),
}


def value(kind: str, hours: float, lon: Any, lat: Any) -> tuple[Any, Any]:
    """(east, north) m/s at hours from the begin."""
    if kind == "wind":
        return -6.0 + 0.5 * (lon - 104.0) + 0.5 * hours, 4.0 - 0.2 * lat
    return 0.5 + 0.1 * (lon - 104.0) - 0.1 * hours, 0.2 + 0.0 * lat


def write_field(
    path: Path, kind: str, begin: int, hours: tuple[float, ...] = (0.0, 1.0, 2.0, 3.0), plus: float = 0.0
) -> Path:
    """A CF netCDF file from ``begin`` (ns); ``plus``: m/s more to the east."""
    import netCDF4

    x, y = np.meshgrid(LON, LAT)
    path.parent.mkdir(parents=True, exist_ok=True)
    with netCDF4.Dataset(str(path), "w") as d:
        axes = (
            ("time", np.array([(begin + round(h * HOUR)) // SECOND for h in hours], float), "seconds since 1970-01-01"),
            ("lat", LAT, "degrees_north"),
            ("lon", LON, "degrees_east"),
        )
        for name, values, units in axes:
            d.createDimension(name, len(values))
            d.createVariable(name, "f8", (name,))[:] = values
            d[name].units = units
        data = np.stack([np.stack(value(kind, h, x, y)) for h in hours])
        data[:, 0] += plus
        for k, standard in enumerate(STANDARD[kind]):
            v = d.createVariable("uv"[k], "f4", ("time", "lat", "lon"))
            v[:] = data[:, k]
            v.units, v.standard_name = "m s-1", standard
    return path
