"""Fields of CF netCDF files: regular, rotated, projected, packed, masked; against pyproj and plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest

from selat.kernels import geodesy
from selat.model.clock import HOUR, parse_time
from selat.model.errors import ConfigError, FormatError, SourceError
from selat.rescue import fields

netCDF4 = pytest.importorskip("netCDF4")
pyproj = pytest.importorskip("pyproj")

from selat.readers.ocean_cf import read_cf  # noqa: E402

pytestmark = pytest.mark.long

T0 = parse_time("2026-02-01T00:00:00Z")
CALM = fields.typed("wind", "0/1kn")


def at(grid, time, lat, lon, kind="current"):
    flow = fields.pack([fields.of_model(grid), CALM] if kind == "current" else [fields.of_model(grid)])
    return flow.at(kind, time, lat, lon)[:2]


def make(
    path, dims, *, u="uo", v="vo", standard=("eastward_sea_water_velocity", "northward_sea_water_velocity"), **more
):
    """A file with (t, y, x) of ``dims`` (name, values, attributes)."""
    with netCDF4.Dataset(str(path), "w") as d:
        for name, values, attributes in dims:
            d.createDimension(name, len(values))
            d.createVariable(name, "f8", (name,))[:] = values
            d[name].setncatts(attributes)
        shape = tuple(len(d.dimensions[n]) for n, _, _ in dims)
        rng = np.random.default_rng(4)
        for name, label in zip((u, v), standard, strict=True):
            packed = more.get("packed")
            var = d.createVariable(
                name, "i2" if packed else "f4", tuple(n for n, _, _ in dims), fill_value=more.get("fill")
            )
            if packed:
                var.setncatts({"scale_factor": 0.001, "add_offset": 0.1})
            var.setncatts({"standard_name": label, "units": more.get("units", "m s-1")})
            if "mapping" in more:
                var.grid_mapping = "crs"
            values = rng.uniform(-1, 1, shape)
            if "mask" in more:
                values = np.ma.masked_array(values, np.broadcast_to(more["mask"], shape))
            var[:] = values
        if "mapping" in more:
            d.createVariable("crs", "i4").setncatts(more["mapping"])
    return path


TIME = ("time", [0.0, 1.0, 2.0], {"units": "hours since 2026-02-01"})
LAT = ("lat", np.arange(8.0, 0.9, -0.5), {"units": "degrees_north"})
LON = ("lon", np.arange(97.0, 105.1, 0.25), {"units": "degrees_east"})


def nodes(path, name="uo"):
    with netCDF4.Dataset(str(path)) as d:
        return np.ma.filled(d[name][:].astype(float), np.nan)


def test_north_down_and_packed_is_as_the_file_says_at_its_nodes(tmp_path):
    path = make(tmp_path / "a.nc", [TIME, LAT, LON], packed=True, fill=-32767)
    grid = read_cf(path, "current", (99.0, 2.0, 101.0, 4.0), T0, T0 + HOUR)
    assert grid.data.shape[0] == 2 and grid.data.shape[2] < len(LON[1])
    u, v = nodes(path, "uo"), nodes(path, "vo")
    for row, lat in enumerate(LAT[1]):
        for column, lon in enumerate(LON[1]):
            if 99 <= lon <= 101 and 2 <= lat <= 4:
                found = at(grid, T0 + HOUR, lat, lon)[:, 0]
                assert found == pytest.approx([u[1, row, column], v[1, row, column]], abs=1e-6)


@pytest.mark.parametrize("turn", [-360.0, 0.0, 360.0])
def test_longitudes_by_any_turn(tmp_path, turn):
    plain = read_cf(make(tmp_path / "a.nc", [TIME, LAT, LON]), "current")
    lon = ("lon", LON[1] + turn, LON[2])
    turned = read_cf(make(tmp_path / "b.nc", [TIME, LAT, lon]), "current", (99.0, 2.0, 101.0, 4.0))
    assert at(turned, T0, 3.3, 100.1) == pytest.approx(at(plain, T0, 3.3, 100.1), abs=1e-6)


def test_across_the_date_line(tmp_path):
    lon = ("lon", np.arange(170.0, 191.0, 1.0), {"units": "degrees_east"})
    path = make(tmp_path / "a.nc", [TIME, LAT, lon])
    grid = read_cf(path, "current", (178.0, 2.0, 182.0, 4.0))
    u = nodes(path)
    assert at(grid, T0, 3.0, -179.0)[0, 0] == pytest.approx(u[0, 10, 11], abs=1e-6)
    assert at(grid, T0, 3.0, 179.0)[0, 0] == pytest.approx(u[0, 10, 9], abs=1e-6)


def test_uneven_steps_go_through_a_map(tmp_path):
    lat = ("lat", np.array([1.0, 1.5, 2.5, 4.0, 6.0]), LAT[2])
    path = make(tmp_path / "a.nc", [TIME, lat, LON])
    grid, u = read_cf(path, "current"), nodes(path)
    assert grid.map is not None
    assert at(grid, T0, 3.25, 100.0)[0, 0] == pytest.approx((u[0, 2, 12] + u[0, 3, 12]) / 2, abs=2e-3)


def test_land_is_filled_four_cells_deep_and_no_further(tmp_path):
    mask = np.zeros((len(LAT[1]), len(LON[1])), bool)
    mask[:, 10:] = True
    grid = read_cf(make(tmp_path / "a.nc", [TIME, LAT, LON], mask=mask, fill=-9999.0), "current")
    assert np.isfinite(at(grid, T0, 3.0, 97.0 + 13 * 0.25)).all()
    assert np.isnan(at(grid, T0, 3.0, 97.0 + 14 * 0.25)).all()


ROTATED = {
    "grid_mapping_name": "rotated_latitude_longitude", "grid_north_pole_latitude": 35.0, "grid_north_pole_longitude": -160.0,
    "earth_radius": 6371000.0,
}  # fmt: skip


def rotated_north(lon, lat):
    """Rotated longitude and latitude of a place, by spherical trigonometry (degrees)."""
    pole_lat, pole_lon = math.radians(35.0), math.radians(-160.0)
    y, x = math.radians(lat), math.radians(lon) - pole_lon
    z = math.sin(y) * math.sin(pole_lat) + math.cos(y) * math.cos(pole_lat) * math.cos(x)
    east = -math.cos(y) * math.sin(x)
    north = math.sin(y) * math.cos(pole_lat) - math.cos(y) * math.sin(pole_lat) * math.cos(x)
    return math.degrees(math.atan2(east, north)), math.degrees(math.asin(z))


def test_a_rotated_pole_is_as_spherical_trigonometry_has_it(tmp_path):
    y = ("rlat", np.arange(-3.0, 3.1, 0.25), {"standard_name": "grid_latitude", "units": "degrees"})
    x = ("rlon", np.arange(-4.0, 4.1, 0.25), {"standard_name": "grid_longitude", "units": "degrees"})
    standard = "x_sea_water_velocity", "y_sea_water_velocity"
    path = make(tmp_path / "a.nc", [TIME, y, x], mapping=ROTATED, standard=standard)
    grid, u, v = read_cf(path, "current"), nodes(path, "uo"), nodes(path, "vo")
    for lon, lat in ((20.3, 55.1), (21.7, 54.2), (17.2, 56.4)):
        a, b = rotated_north(lon, lat)
        c, r = (a + 4.0) / 0.25, (b + 3.0) / 0.25
        k, m = int(c), int(r)
        f, g = c - k, r - m
        there = [
            (w[0, m, k] * (1 - f) + w[0, m, k + 1] * f) * (1 - g)
            + (w[0, m + 1, k] * (1 - f) + w[0, m + 1, k + 1] * f) * g
            for w in (u, v)
        ]
        a2, b2 = rotated_north(lon, lat + 1e-4)  # the way of true north in the rotated plane
        turn = math.atan2((a2 - a) * math.cos(math.radians(b)), b2 - b)
        east = there[0] * math.cos(turn) - there[1] * math.sin(turn)
        north = there[0] * math.sin(turn) + there[1] * math.cos(turn)
        assert at(grid, T0, lat, lon)[:, 0] == pytest.approx([east, north], abs=4e-3)


def twin(path, u, v, x, y, proj4, time, lat, lon):
    """A projected field at a place: bilinear in the plane, linear in time, turned at the place itself."""
    proj = pyproj.Proj(proj4)
    with netCDF4.Dataset(str(path)) as d:
        xs, ys, ts = (d[n][:].astype(float) for n in (x, y, "time"))
        px, py = proj(lon, lat)
        c, r = (px - xs[0]) / (xs[1] - xs[0]), (py - ys[0]) / (ys[1] - ys[0])
        k, m, q = int(c), int(r), int(np.searchsorted(ts, time / 1e9, "right")) - 1
        w = (time / 1e9 - ts[q]) / (ts[q + 1] - ts[q])
        f, g = c - k, r - m
        out = []
        for name in (u, v):
            block = np.squeeze(np.ma.filled(d[name][q : q + 2].astype(float), np.nan))[:, m : m + 2, k : k + 2]
            plane = block[0] * (1 - w) + block[1] * w
            out.append((plane[0] * np.array([1 - f, f])).sum() * (1 - g) + (plane[1] * np.array([1 - f, f])).sum() * g)
    qx, qy = proj(lon, lat + 1e-5)
    turn = math.atan2(qx - px, qy - py)
    return out[0] * math.cos(turn) - out[1] * math.sin(turn), out[0] * math.sin(turn) + out[1] * math.cos(turn)


@pytest.mark.parametrize(
    ("name", "kind", "names"),
    [
        ("norkyst800_subset_16Nov2015.nc", "current", ("u", "v", "X", "Y", "projection_stere")),
        ("arome_subset_16Nov2015.nc", "wind", ("x_wind_10m", "y_wind_10m", "x", "y", "projection_lambert")),
    ],
)
def test_real_fields_on_their_native_grids(shared, name, kind, names):
    path = shared / "rescue" / name
    u, v, x, y, mapping = names
    with netCDF4.Dataset(str(path)) as d:
        xs, ys, proj4 = d[x][:].astype(float), d[y][:].astype(float), d[mapping].proj4
        t = int(d["time"][5]) * 10**9 + 1000 * 10**9
    grid = read_cf(path, kind)
    rng = np.random.default_rng(2)
    lon, lat = pyproj.Proj(proj4)(rng.uniform(xs[2], xs[-3], 90), rng.uniform(ys[2], ys[-3], 90), inverse=True)
    found = at(grid, t, lat, lon, kind)
    exact = np.array([twin(path, u, v, x, y, proj4, t, b, a) for a, b in zip(lon, lat, strict=True)]).T
    known = np.isfinite(exact[0])
    assert known.sum() > 40 and np.isfinite(found[:, known]).all()
    # cells of the map are right to 0.002; vectors are turned at the nodes, not at the place
    assert np.abs(found - exact)[:, known].max() < (0.005 if kind == "current" else 0.05)
    middle = float(np.median(lat)), float(np.median(lon))
    box = middle[1] - 0.2, middle[0] - 0.2, middle[1] + 0.2, middle[0] + 0.2
    cut = read_cf(path, kind, box, t - HOUR, t + HOUR)
    assert cut.data.size < grid.data.size / 10
    assert at(cut, t, *middle, kind) == pytest.approx(at(grid, t, *middle, kind), abs=2e-3, nan_ok=True)


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"box": (110.0, 2.0, 111.0, 3.0)}, ConfigError, "longitudes"),
        ({"box": (99.0, 20.0, 101.0, 21.0)}, ConfigError, "latitudes"),
        ({"begin": T0 - HOUR}, ConfigError, "holds"),
        ({"end": T0 + 3 * HOUR}, ConfigError, "2026-02-01T02:00:00Z"),
        ({"kind": "wind"}, FormatError, "no wind"),
        ({"kind": "wave"}, ConfigError, "no field"),
    ],
)
def test_a_field_that_does_not_cover_the_case_says_so(tmp_path, change, error, text):
    path = make(tmp_path / "a.nc", [TIME, LAT, LON])
    with pytest.raises(error, match=text) as e:
        read_cf(path, **{"kind": "current", **change})
    assert e.value.hint


def test_hours_that_a_file_lacks_are_a_gap_and_longer_steps_are_none(tmp_path):
    """A gap is never drawn straight across: the next field takes over there, and without one the drift does not begin."""
    holed = ("time", [0.0, 1.0, 2.0, 3.0, 8.0, 9.0, 10.0], TIME[2])
    longer = ("time", [0.0, 1.0, 2.0, 3.0, 6.0, 9.0, 12.0], TIME[2])
    grid = read_cf(make(tmp_path / "a.nc", [holed, LAT, LON]), "current", begin=T0 + 3 * HOUR, end=T0 + 8 * HOUR)
    assert len(grid.time) == 2 and grid.gaps == ((T0 + 3 * HOUR, T0 + 8 * HOUR),) and "with a gap from" in grid.span()
    assert read_cf(make(tmp_path / "b.nc", [longer, LAT, LON]), "current").gaps == ()
    alone = fields.pack([CALM, fields.of_model(grid)])
    with pytest.raises(ConfigError, match="no current at 2026-02-01T05:30:00Z") as e:
        alone.cover(T0 + 3 * HOUR, T0 + 8 * HOUR)
    assert "gap from 2026-02-01T03:00:00Z to 2026-02-01T08:00:00Z" in e.value.hint
    both = fields.pack([CALM, fields.of_model(grid), fields.typed("current", "90/2kn")])
    both.cover(T0 + 3 * HOUR, T0 + 8 * HOUR)
    inside = both.at("current", T0 + 5 * HOUR, 3.0, 100.0)[:2, 0]
    assert inside == pytest.approx([2 * 1852 / 3600, 0.0], abs=1e-6)
    assert both.at("current", T0 + 8 * HOUR, 3.0, 100.0)[:2, 0] == pytest.approx(
        alone.at("current", T0 + 8 * HOUR, 3.0, 100.0)[:2, 0]
    )


def test_wrong_files_are_errors_with_a_hint(tmp_path):
    (tmp_path / "no.nc").write_bytes(b"not a netCDF file")
    bad = make(tmp_path / "knots.nc", [TIME, LAT, LON], units="knots")
    back = make(tmp_path / "back.nc", [("time", [0.0, 2.0, 1.0], TIME[2]), LAT, LON])
    plain = make(tmp_path / "plain.nc", [("time", [0.0, 1.0], {"units": "1"}), LAT, LON])
    plane = make(tmp_path / "plane.nc", [TIME, ("y", [0.0, 1.0], {"units": "m"}), ("x", [0.0, 1.0], {"units": "m"})])
    for path, error in (
        (tmp_path / "no.nc", SourceError),
        (bad, FormatError),
        (back, FormatError),
        (plain, FormatError),
        (plane, FormatError),
    ):
        with pytest.raises(error) as e:
            read_cf(path, "current")
        assert e.value.hint
    with pytest.raises(SourceError):
        read_cf(tmp_path / "absent.nc", "current")


def test_a_drift_on_a_native_grid_goes_with_the_water(shared):
    """A float without leeway, 3 h of NorKyst, 10-minute steps against 1-minute ones of the twin's velocity."""
    from selat.rescue.drift import Drift, Options, Start
    from selat.rescue.objects import drift_object

    path = shared / "rescue" / "norkyst800_subset_16Nov2015.nc"
    grid = read_cf(path, "current")
    flow = fields.pack([CALM, fields.of_model(grid, 0.0)])
    begin = int(grid.time[3])
    with netCDF4.Dataset(str(path)) as d:
        proj4 = d["projection_stere"].proj4
    lat, lon = 59.9, 4.6
    s = Start(np.array([lat]), np.array([lon]), np.array([begin]), np.zeros(1, np.int64), (drift_object("SLDMB"),))
    d = Drift(s, flow, begin, Options())
    for _ in d.run([18]):
        pass
    y, x = lat, lon
    for k in range(180):
        u, v = twin(path, "u", "v", "X", "Y", proj4, begin + (k * 60 + 30) * 10**9, y, x)
        y, x = (float(p) for p in geodesy.moved(y, x, u * 60, v * 60))
    assert geodesy.distance(lat, lon, y, x) > 500
    assert geodesy.distance(d.lat[0], d.lon[0], y, x) < 20


def test_u_and_v_that_say_they_are_wind_are_no_current(tmp_path):
    """The names are usual for either; a 10 m/s wind must not drift anybody as a current."""
    path = make(tmp_path / "w.nc", [TIME, LAT, LON], u="u", v="v", standard=("eastward_wind", "northward_wind"))
    assert read_cf(path, "wind").kind == "wind"
    with pytest.raises(FormatError, match="no current"):
        read_cf(path, "current")
    unnamed = make(tmp_path / "c.nc", [TIME, LAT, LON], u="u", v="v", standard=("unknown", "unknown"))
    assert read_cf(unnamed, "current").kind == "current"
