"""The coast and the ports: against exact polygons and slow twins; outside nothing is known."""

import gzip
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selat.kernels import geodesy
from selat.model.errors import FormatError
from selat.model.nouns import Zone
from selat.tracks import coast as coasts
from selat.tracks import ports as ports_of
from selat.tracks.coast import Coast, packed
from selat.tracks.ports import Ports
from selat.tracks.zones import Zones


@pytest.fixture(scope="module")
def coast():
    return Coast(coasts.SHIPPED)


@pytest.fixture(scope="module")
def ports():
    return Ports(ports_of.SHIPPED)


def test_known_places(coast):
    """Middle of Singapore and Kuala Lumpur, the Main Strait off Raffles, the Malacca Strait, the South China Sea."""
    lat, lon = [1.3521, 3.1390, 1.1450, 3.4, 4.0], [103.8198, 101.6869, 103.75, 100.2, 105.0]
    away = coast.distance(lat, lon)
    assert coast.land(lat, lon).tolist() == [True, True, False, False, False]
    assert away[0] < -3000 and 1000 < away[2] < 4000 and away[3] > 20_000 and away[4] > 80_000
    assert "OpenStreetMap contributors" in coast.source and "ODbL" in coast.source


def test_outside_the_grid_nothing_is_known(coast):
    lat, lon = [8.001, -2.001, 3.0, 3.0, math.nan, 1.0], [100.0, 100.0, 96.999, 106.001, 100.0, math.nan]
    assert np.isnan(coast.distance(lat, lon)).all() and not coast.land(lat, lon).any()
    assert np.isfinite(coast.distance([8.0, -2.0], [106.0, 97.0])).all()
    assert Coast().source == "" and np.isnan(Coast().distance(1.0, 103.0))


def test_shapes_are_kept(coast):
    assert coast.distance(1.2, 103.8).shape == () and coast.distance([[1.2, 1.3]], [[103.8], [103.9]]).shape == (2, 2)


def land_of(shared):
    """Rings of the exact polygons, as zones."""
    with gzip.open(shared / "map" / "land_osm_97E-106E_2S-8N.geojson.gz") as handle:
        features = json.load(handle)["features"]
    zones = []
    for f in features:
        g = f["geometry"]
        for polygon in [g["coordinates"]] if g["type"] == "Polygon" else g["coordinates"]:
            outer, *holes = (tuple((x, y) for x, y in ring) for ring in polygon)
            zones.append(Zone("land", outer, holes=tuple(holes)))
    return Zones(zones)


def test_distances_are_those_to_the_exact_polygons(coast, shared):
    land = land_of(shared)
    rng = np.random.default_rng(3)
    corners = np.concatenate([np.array(z.ring) for z in land])
    # the cut along the edge of the file is no shore
    inner = (corners > [97.2, -1.8]).all(1) & (corners < [105.8, 7.8]).all(1)
    places = corners[inner][rng.integers(0, inner.sum(), 1500)] + rng.normal(0, 0.008, (1500, 2))
    lon, lat = places.T
    point, zone = land.near(lat, lon, 6000.0)
    each = land.distance(lat[point], lon[point], zone)
    away = np.full(len(lat), np.inf)
    np.minimum.at(away, point, np.abs(each))
    on_land = np.zeros(len(lat), bool)
    on_land[point[each < 0]] = True
    exact = np.where(on_land, -away, away)
    got = coast.distance(lat, lon)
    off = np.abs(got - exact)
    close = away < 1500
    assert close.sum() > 1000 and np.isfinite(away).all()
    assert np.median(off[close]) < 10 and np.quantile(off[close], 0.99) < 110 and off[close].max() < 160
    assert np.quantile(off[~close], 0.99) < 300 and off.max() < 600
    sure = away > 160
    assert (coast.land(lat, lon)[sure] == on_land[sure]).all()


def test_a_grid_comes_back_from_its_file(tmp_path):
    """A round island of 3 km, and the distances of a far corner; nodes near the shore are exact to half a step."""
    per, west, south = 400, 103.0, 1.0
    y, x = np.mgrid[0:161, 0:201] / per
    east, north = geodesy.plane(1.2, 103.25, south + y, west + x)
    grid = np.hypot(east, north) - 3000.0
    head = {"source": "made", "licence": "none", "attribution": "me", "west": west, "south": south, "per_degree": per,
            "step": 10.0, "times": 4, "near": 250}  # fmt: skip
    path = tmp_path / "coast.zst"
    path.write_bytes(packed(grid, head))
    coast = Coast(path)
    got = coast.distance(south + y, west + x)
    near = np.abs(grid) < 1500
    assert np.abs(got - grid)[near].max() <= 10.0 and np.abs(got - grid).max() < 400
    assert (coast.land(south + y, west + x) == (grid < 0)).all()
    rng = np.random.default_rng(1)
    lat, lon = rng.uniform(south, south + 0.4, 500), rng.uniform(west, west + 0.5, 500)
    exact = np.hypot(*geodesy.plane(1.2, 103.25, lat, lon)) - 3000.0
    assert np.abs(coast.distance(lat, lon) - exact)[np.abs(exact) < 1500].max() < 20.0


def test_what_is_asked_is_what_the_whole_grid_says(coast):
    """Blocks near the shore and coarse nodes beyond give what all fine nodes give, bit for bit."""
    grid, west, south, per, step = coast.grid
    rng = np.random.default_rng(2)
    rows, columns = grid.shape
    x, y = rng.uniform(0, columns - 1, 40_000), rng.uniform(0, rows - 1, 40_000)
    x[:9000], y[6000:15_000] = np.round(x[:9000]), np.round(y[6000:15_000] / 4) * 4  # on edges and corners of cells
    lat, lon = south + y / per, west + x / per
    x, y = (lon - west) * per, (lat - south) * per
    inside = (x >= 0) & (y >= 0) & (x <= columns - 1) & (y <= rows - 1)
    c, r = np.minimum(x[inside].astype(int), columns - 2), np.minimum(y[inside].astype(int), rows - 2)
    u, v = x[inside] - c, y[inside] - r
    low = grid[r, c] * (1.0 - u) + grid[r, c + 1] * u
    want = low * (1.0 - v) + (grid[r + 1, c] * (1.0 - u) + grid[r + 1, c + 1] * u) * v
    assert inside.mean() > 0.99 and (coast.distance(lat, lon)[inside] == want * step).all()
    assert 0.05 < np.mean(coast._cells[1] >= 0) < 0.2, "and both kinds were asked"


def test_a_damaged_grid_is_an_error(tmp_path):
    path = tmp_path / "coast.zst"
    path.write_bytes(coasts.SHIPPED.read_bytes()[:1000])
    with pytest.raises(FormatError, match=r"coast\.zst") as error:
        Coast(path).distance(1.0, 103.0)
    assert error.value.hint
    with pytest.raises(FormatError):
        Coast(tmp_path / "none.zst").land(1.0, 103.0)


# --- ports ---------------------------------------------------------------------------------------------------------------


def test_known_ports(ports):
    index, away = ports.nearest([1.25, 3.0, math.nan], [103.85, 101.35, 0.0])
    assert ports.name(index[0]) == "Keppel - (East Singapore)" and ports.country(index[0]) == "SG"
    assert "Klang" in ports.name(index[1]) and away[1] < 20_000
    assert index[2] == -1 and math.isnan(away[2])
    assert len(ports) == 3669 and "Pub 150" in ports.source
    assert ports.size(index[0]) in "LMSV" and ports.named(" port klang ") == [index[1]]


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=1, max_size=4))
def test_nearest_equals_the_twin(places):
    ports = Ports(ports_of.SHIPPED)
    every = np.array([ports.place(i) for i in range(len(ports))])
    lat, lon = np.array(places).T
    index, away = ports.nearest(lat, lon)
    for i in range(len(lat)):
        exact = geodesy.distance(lat[i], lon[i], every[:, 0], every[:, 1])
        least = np.nanmin(exact)
        # two ports of nearly one distance may change places: the sphere that chooses is off by 0.6 % at the most
        assert least <= away[i] <= least * 1.012 + 0.001
        assert away[i] == pytest.approx(exact[index[i]], abs=0.001)


def test_no_ports():
    index, away = Ports().nearest([1.0], [103.0])
    assert index.tolist() == [-1] and np.isnan(away).all() and len(Ports()) == 0


def test_a_file_that_is_no_list_of_ports_is_an_error(tmp_path):
    path = tmp_path / "ports.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(FormatError, match=r"ports\.csv"):
        len(Ports(path))
