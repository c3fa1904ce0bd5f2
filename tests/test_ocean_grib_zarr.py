"""Fields of GRIB2 files and Zarr stores: written here by other means, read back, cut, packed, masked; what is wrong is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from grib2_write import DEPTH_BELOW_SEA, METRES_ABOVE_GROUND, U10, U_CURRENT, V10, V_CURRENT, message
from selat.model.clock import HOUR, parse_time
from selat.model.errors import ConfigError, FormatError, SourceError
from selat.readers.ocean_grib import read_grib
from selat.readers.ocean_zarr import read_zarr
from selat.rescue.case import Case

pytest.importorskip("netCDF4")
RUN = datetime(2026, 11, 27, 12, tzinfo=UTC)
T0 = parse_time("2026-11-27T12:00Z")
LAT, LON = np.arange(5.0, -0.1, -0.25), np.arange(99.0, 105.1, 0.25)
X, Y = np.meshgrid(LON, LAT)
WRONG_BOX = (120.0, 2.0, 121.0, 3.0)


def wind(hour: int) -> tuple[np.ndarray, np.ndarray]:
    """Linear in place and time, so that what is read can be told from the place."""
    return 3.0 + 0.5 * (X - 99.0) + 0.1 * hour, -2.0 + 0.4 * Y - 0.2 * hour


@pytest.fixture
def gfs(tmp_path: Path) -> Path:
    pytest.importorskip("gribberish")
    out = b""
    for hour in (0, 3, 6, 9):
        u, v = wind(hour)
        out += message(u + 20.0, LAT, LON, U10, RUN, hour, (METRES_ABOVE_GROUND, 100.0))  # another height: left alone
        out += message(u, LAT, LON, U10, RUN, hour) + message(v, LAT, LON, V10, RUN, hour)
    path = tmp_path / "gfs.grib2"
    path.write_bytes(out)
    return path


def test_a_wind_of_grib_is_what_was_written(gfs: Path) -> None:
    grid = read_grib(gfs, "wind")
    assert grid.data.shape == (4, len(LAT), len(LON), 2)
    np.testing.assert_array_equal(grid.time, T0 + np.array([0, 3, 6, 9]) * HOUR)
    assert (grid.west, grid.south) == (99.0, 0.0) and grid.step_lat == pytest.approx(0.25)
    for k, hour in enumerate((0, 3, 6, 9)):
        u, v = wind(hour)
        np.testing.assert_allclose(grid.data[k, ::-1, :, 0], u, atol=2e-4)
        np.testing.assert_allclose(grid.data[k, ::-1, :, 1], v, atol=2e-4)


def test_grib_is_cut_to_the_case(gfs: Path) -> None:
    cut = read_grib(gfs, "wind", (101.0, 2.0, 101.6, 2.5), T0 + HOUR, T0 + 4 * HOUR)
    assert cut.data.shape[0] == 3 and cut.data.shape[1] < 10 and cut.west >= 100.0
    with pytest.raises(ConfigError, match="longitudes"):
        read_grib(gfs, "wind", WRONG_BOX)
    with pytest.raises(ConfigError, match="the drift is from"):
        read_grib(gfs, "wind", None, T0, T0 + 12 * HOUR)
    assert read_grib(gfs, "wind", None, T0, T0 + 12 * HOUR, part=True).data.shape[0] == 4


def test_a_current_of_grib_with_land_is_masked_and_the_newest_run_counts(tmp_path: Path) -> None:
    pytest.importorskip("gribberish")
    u = np.where(X > 102.0, np.nan, 0.5)
    older = datetime(2026, 11, 27, 6, tzinfo=UTC)
    out = b""
    for run, first, scale in ((RUN, 0, 1.0), (older, 6, 3.0)):
        for hour in (first, first + 3):
            for what, sign in ((U_CURRENT, 1.0), (V_CURRENT, -1.0)):
                out += message(sign * scale * u, LAT, LON, what, run, hour, (DEPTH_BELOW_SEA, 0.0))
    path = tmp_path / "rtofs.grb2"
    path.write_bytes(out)
    grid = read_grib(path, "current")
    np.testing.assert_array_equal(grid.time, T0 + np.array([0, 3]) * HOUR)
    west = grid.data[:, :, 0]
    np.testing.assert_allclose(west, np.broadcast_to([0.5, -0.5], west.shape), atol=1e-4)
    assert np.isnan(grid.data[:, :, -1]).all()


def test_what_is_wrong_with_a_grib_file_is_said(gfs: Path, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no current at the surface") as told:
        read_grib(gfs, "current")
    assert "UGRD" in told.value.hint
    one = tmp_path / "one.grib"
    one.write_bytes(b"GRIB\0\0\0\1" + b"\0" * 40)
    with pytest.raises(FormatError, match="edition 1"):
        read_grib(one, "wind")
    one.write_bytes(b"<html>not found</html>")
    with pytest.raises(FormatError, match="no GRIB"):
        read_grib(one, "wind")
    with pytest.raises(SourceError):
        read_grib(tmp_path / "absent.grib2", "wind")
    with pytest.raises(ConfigError):
        read_grib(gfs, "tide")
    one.write_bytes(gfs.read_bytes()[:200])
    with pytest.raises(FormatError):
        read_grib(one, "wind")


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("packed", [False, True])
def test_a_zarr_store_is_read_as_xarray_would(tmp_path: Path, version: int, packed: bool) -> None:
    zarr = pytest.importorskip("zarr")
    path = tmp_path / "fields.zarr"
    group = zarr.open_group(str(path), mode="w", zarr_format=version)

    def add(name: str, values: np.ndarray, dims: tuple[str, ...], **attributes: object) -> None:
        more = {"dimension_names": dims} if version == 3 else {}
        array = group.create_array(name, shape=values.shape, dtype=values.dtype, **more)
        array[...] = values
        if version == 2:
            attributes["_ARRAY_DIMENSIONS"] = list(dims)
        array.attrs.update(attributes)

    add("time", np.array([0, 3, 6]), ("time",), units="hours since 2026-11-27 12:00:00", calendar="standard")
    add("latitude", LAT, ("latitude",), units="degrees_north")
    add("longitude", LON, ("longitude",), units="degrees_east")
    for k, (name, standard) in enumerate((("a", "eastward_sea_water_velocity"), ("b", "northward_sea_water_velocity"))):
        values = np.stack([wind(hour)[k] / 10.0 for hour in (0, 3, 6)])
        values[:, :, -3:] = np.nan
        dims = ("time", "latitude", "longitude")
        if packed:
            raw = np.where(np.isnan(values), -32768, np.rint((values - 0.1) / 1e-4)).astype(np.int16)
            add(
                name,
                raw,
                dims,
                standard_name=standard,
                units="m s-1",
                scale_factor=1e-4,
                add_offset=0.1,
                _FillValue=-32768,
            )
        else:
            add(name, values, dims, standard_name=standard, units="m s-1")
    grid = read_zarr(path, "current", (100.0, 1.0, 101.0, 2.0), T0, T0 + 5 * HOUR)
    assert grid.data.shape[0] == 3 and np.isfinite(grid.data).all()
    rows = np.flatnonzero((grid.south + grid.step_lat * (grid.data.shape[1] - 0.5) >= LAT) & (grid.south - 0.01 <= LAT))
    cols = np.flatnonzero((grid.west - 0.01 <= LON) & (grid.west + grid.step_lon * (grid.data.shape[2] - 0.5) >= LON))
    u, v = wind(3)
    np.testing.assert_allclose(grid.data[1, ::-1, :, 0], u[np.ix_(rows, cols)] / 10.0, atol=1e-4)
    np.testing.assert_allclose(grid.data[1, ::-1, :, 1], v[np.ix_(rows, cols)] / 10.0, atol=1e-4)
    whole = read_zarr(path, "current")
    assert np.isnan(whole.data[..., -1, 0]).any() or np.isfinite(whole.data).all()
    with pytest.raises(FormatError, match="no wind"):
        read_zarr(path, "wind")


def test_a_store_that_is_none(tmp_path: Path) -> None:
    zarr = pytest.importorskip("zarr")
    with pytest.raises(SourceError):
        read_zarr(tmp_path / "absent.zarr", "wind")
    group = zarr.open_group(str(tmp_path / "bare.zarr"), mode="w", zarr_format=2)
    group.create_array("u10", shape=(2, 3, 4), dtype="f4")
    with pytest.raises(FormatError, match="names no dimensions"):
        read_zarr(tmp_path / "bare.zarr", "wind")


def test_a_case_drifts_in_a_wind_of_grib(gfs: Path) -> None:
    case = Case(particles=200).adrift("PIW-1").position(2.3, 101.7, "2026-11-27T12:30Z")
    case = case.wind(gfs.name).current("320/0.8kn")
    found = case.drift(6.0, home=gfs.parent)
    assert not any("wind" in note and "climatology" in note for note in found.notes)
    assert json.loads(found.case)["sources"][0]["text"] == "gfs.grib2"
    with pytest.raises(ConfigError, match="the drift is from"):
        case.drift(24.0, home=gfs.parent)
