"""Tracks of the history: any time, smoothed, smaller; against slow twins and simulated truth."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import selat
from selat.app.batch import read_files
from selat.app.pipeline import Pipeline
from selat.cli import main
from selat.detectors import _golden as made
from selat.exercise.play import write_log
from selat.exercise.scene import Scene
from selat.kernels import geodesy
from selat.model.clock import MINUTE, SECOND
from selat.model.columns import concat
from selat.model.errors import ConfigError
from selat.model.schema import Flag
from selat.model.units import KNOT
from selat.store.writer import Store
from selat.tracks import paths
from selat.tracks.contacts import ERRORS, Contacts
from selat.tracks.paths import How, simplify

START = made.START


def drunk(seed, n, lat0=1.2, lon0=103.8):
    rng = np.random.default_rng(seed)
    time = START + np.cumsum(rng.integers(1, 60, n)) * SECOND
    return time, lat0 + np.cumsum(rng.normal(0, 2e-4, n)), lon0 + np.cumsum(rng.normal(0, 2e-4, n))


def off_line(time, lat, lon, i, j, k):
    """Metres of point k from where the line from i to j would have the ship then, on the ellipsoid."""
    s = (time[k] - time[i]) / (time[j] - time[i]) if time[j] > time[i] else 0.0
    return float(geodesy.distance(lat[i] + s * (lat[j] - lat[i]), lon[i] + s * (lon[j] - lon[i]), lat[k], lon[k]))


def twin(time, lat, lon, metres):
    """Top-down time ratio, by recursion."""
    keep = {0, len(time) - 1}

    def split(i, j):
        off = [(off_line(time, lat, lon, i, j, k), -k) for k in range(i + 1, j)]
        if off and max(off)[0] > metres:
            k = -max(off)[1]
            keep.add(k)
            split(i, k)
            split(k, j)

    split(0, len(time) - 1)
    return sorted(keep)


@given(st.integers(0, 10**6), st.integers(1, 60), st.sampled_from([5.0, 25.0, 100.0]))
@settings(max_examples=40)
def test_simplified_tracks_are_those_of_the_twin(seed, n, metres):
    time, lat, lon = drunk(seed, n, lat0=[1.2, 55.0][seed % 2])
    kept = simplify(time, lat, lon, metres, gap=10**15)
    assert np.flatnonzero(kept).tolist() == twin(time, lat, lon, metres)


@given(st.integers(0, 10**6), st.integers(2, 400), st.floats(1.0, 300.0))
def test_every_position_is_told_within_the_tolerance(seed, n, metres):
    time, lat, lon = drunk(seed, n)
    kept = np.flatnonzero(simplify(time, lat, lon, metres))
    y, x = np.interp(time, time[kept], lat[kept]), np.interp(time, time[kept], lon[kept])
    assert geodesy.distance(y, x, lat, lon).max() <= metres * 1.001 + 0.01
    assert kept[0] == 0 and kept[-1] == n - 1


def test_silences_are_kept_and_nonsense_is_refused():
    time = START + np.array([0, 60, 120, 5000, 5060, 5120]) * SECOND
    lat, lon = np.full(6, 1.0), 179.99 + np.arange(6) * 0.01
    assert np.flatnonzero(simplify(time, lat, (lon + 180) % 360 - 180, 25.0)).tolist() == [0, 2, 3, 5]
    assert simplify([], [], [], 25.0).size == 0
    with pytest.raises(ConfigError, match="tolerance"):
        simplify(time, lat, lon, 0.0)


def test_the_table_of_the_solent(shared):
    """Ratio and greatest distance at four tolerances, as measured before by another program of the same method."""
    with (shared / "csv" / "stonesoup_solent_20160112.csv").open(newline="") as f:
        rows = list(csv.DictReader(f))
    time = (
        np.array([round(datetime.fromisoformat(r["Time"]).replace(tzinfo=UTC).timestamp() * 1000) for r in rows])
        * 10**6
    )
    mmsi, lat, lon = (np.array([float(r[k]) for r in rows]) for k in ("MMSI", "Latitude_degrees", "Longitude_degrees"))
    for metres, ratio in ((10, 6.5), (25, 16.5), (50, 23.6), (100, 32.1)):
        kept = 0
        for ship in np.unique(mmsi):
            at = np.flatnonzero(mmsi == ship)
            at = at[np.argsort(time[at], kind="stable")]
            kept += int(simplify(time[at], lat[at], lon[at], metres, gap=10 * MINUTE).sum())
        assert len(rows) / kept == pytest.approx(ratio, rel=0.02)


def turn(every, seconds=1800, radius=1500.0, knots=14.0):
    """A ship on a circle: positions, and the truth at any second."""
    v = knots * KNOT

    def truth(t):
        a = v * np.asarray(t, float) / radius
        return geodesy.moved(1.2, 103.8, radius * np.sin(a), radius * (1 - np.cos(a))), a

    t = np.arange(0, seconds + 1, every)
    (lat, lon), a = truth(t)
    rows = made.sail(563000001, 1.2, 103.8, knots, 90.0, t.tolist())
    course = np.round(((90.0 - np.degrees(a)) % 360) * 10) % 3600
    return rows.replace(lat=np.round(lat * 1e7), lon=np.round(lon * 1e7), cog=course), truth


def test_between_positions_a_curve_a_line_and_then_a_guess():
    rows, truth = turn(240)
    path = paths.read(rows)
    at = START + np.arange(0, 1680, 7) * SECOND
    found = path.at(at)
    (lat, lon), _ = truth((at - START) / 1e9)
    off = geodesy.distance(found.lat, found.lon, lat, lon)
    assert (found.how == How.CURVE).all() and off.max() < 120.0  # 1,500 m of arc between two positions
    chord = paths.Path(path.time, path.lat, path.lon, path.vx * np.nan, path.vy, path.rp, path.rv, path.q).at(at)
    straight = geodesy.distance(chord.lat, chord.lon, lat, lon)
    assert (chord.how == How.LINE).all() and straight.max() > 2.0 * off.max()
    sparse = made.sail(563000001, 1.2, 103.8, 10.0, 90.0, [0, 1500, 9000])
    how = (
        paths.read(sparse)
        .at([START - 1, START, START + 700 * SECOND, START + 5000 * SECOND, START + 9001 * SECOND])
        .how
    )
    assert how.tolist() == [How.NOWHERE, How.LINE, How.LINE, How.INFERRED, How.NOWHERE]
    assert np.isnan(paths.read(sparse).at(START - 1).lat[0])


def test_positions_are_their_own_places():
    rows, _ = turn(60)
    path = paths.read(rows)
    found = path.at(path.time)
    np.testing.assert_allclose(found.lat, path.lat, atol=1e-9)
    np.testing.assert_allclose(found.lon, path.lon, atol=1e-9)
    assert paths.read(rows.slice(0, 0)).at([START]).how.tolist() == [How.NOWHERE]


def test_velocities_that_do_not_fit_bend_no_curve():
    rows = made.sail(563000001, 1.2, 103.8, 10.0, 90.0, [0, 300])
    path = paths.read(rows.replace(cog=np.array([2700, 2700])))
    assert path.at(START + 100 * SECOND).how[0] == How.LINE


def noisy(seed, n=200, every=30.0):
    rng = np.random.default_rng(seed)
    q = ERRORS.q[1]
    noise = np.linalg.cholesky(np.array([[every**3 / 3, every**2 / 2], [every**2 / 2, every]]) * q)
    x, v, xs, vs = np.zeros(2), np.array([5.0, 2.0]), [], []
    for _ in range(n):
        xs.append(x)
        vs.append(v)
        w = noise @ rng.normal(0, 1, (2, 2))
        x, v = x + v * every + w[0], v + w[1]
    x, v = np.array(xs), np.array(vs)
    speed = np.hypot(*v.T)
    z = x + rng.normal(0, 1, (n, 2)) * np.hypot(ERRORS.accurate, speed * ERRORS.second)[:, None]
    w = v + rng.normal(0, 1, (n, 2)) * np.hypot(ERRORS.speed, ERRORS.share * speed)[:, None]
    lat, lon = geodesy.moved(1.0, 103.0, z[:, 0], z[:, 1])
    rows = made.sail(563000001, 1.0, 103.0, 1.0, 0.0, (np.arange(n) * every).tolist())
    rows = rows.replace(
        lat=np.round(lat * 1e7), lon=np.round(lon * 1e7), sog=np.round(np.hypot(*w.T) / KNOT * 10),
        cog=np.round(np.degrees(np.arctan2(*w.T)) % 360 * 10) % 3600, flags=np.full(n, int(Flag.SECOND | Flag.ACCURATE)),
    )  # fmt: skip
    return rows, x, v


def test_smoothed_tracks_are_better_than_filtered_ones_and_say_how_good():
    nees, slip, better = [], [], []
    for seed in range(12):
        rows, x, v = noisy(seed)
        s = paths.read(rows).smoothed()
        east, north = geodesy.plane(1.0, 103.0, s.lat, s.lon)
        off = (east - x[:, 0]) ** 2 + (north - x[:, 1]) ** 2
        nees.append(np.mean(off / 2 / s.sigma**2))
        slip.append(np.mean(((s.vx - v[:, 0]) ** 2 + (s.vy - v[:, 1]) ** 2) / 2 / s.vsigma**2))
        raw = ((np.array(geodesy.plane(1.0, 103.0, rows["lat"] * 1e-7, rows["lon"] * 1e-7)) - x.T) ** 2).sum(0)
        better.append(np.sqrt(off.mean() / raw.mean()))
    assert np.mean(nees) == pytest.approx(1.0, abs=0.15) and np.mean(slip) == pytest.approx(1.0, abs=0.15)
    assert np.mean(better) < 0.8


def test_smoothing_is_that_of_the_matrices():
    """Batch least squares: the smoothed mean is the one answer that weighs all measurements and all steps."""
    rows, _, _ = noisy(3, n=12)
    path = paths.read(rows)
    _, mx = geodesy.metres(float(path.lat[0]))
    z = (path.lon - path.lon[0]) * mx
    n, dt = len(path), 30.0
    cov = np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]]) * path.q
    a, b = np.zeros((2 * n, 2 * n)), np.zeros(2 * n)
    f = np.array([[1, dt], [0, 1]])
    for k in range(n):
        h = np.diag([1 / path.rp[k], 1 / path.rv[k]])
        a[2 * k : 2 * k + 2, 2 * k : 2 * k + 2] += h
        b[2 * k : 2 * k + 2] += h @ [z[k], path.vx[k]]
        if k:
            j = np.zeros((2, 2 * n))
            j[:, 2 * k - 2 : 2 * k], j[:, 2 * k : 2 * k + 2] = -f, np.eye(2)
            a += j.T @ np.linalg.inv(cov) @ j
    best, spread = np.linalg.solve(a, b), np.linalg.inv(a)
    s = path.smoothed()
    np.testing.assert_allclose((s.lon - path.lon[0]) * mx, best[::2], atol=1e-4)
    np.testing.assert_allclose(s.vx, best[1::2], atol=1e-6)
    np.testing.assert_allclose(s.sigma, np.sqrt(np.diag(spread)[::2]), rtol=1e-6)


def test_reckoning_ahead_says_how_unsure_it_becomes():
    c = Contacts()
    c.update(made.numbered(made.sail(563000001, 1.2, 103.8, 10.0, 90.0, range(0, 300, 10))))
    lat, lon, sigma = paths.ahead(c, [0], int(c.time[0]) + 300 * SECOND)
    assert geodesy.distance(lat[0], lon[0], *made_at(590)) < 25.0
    assert sigma[0] > 2 * c.sigma[0]


def made_at(second):
    rows = made.sail(563000001, 1.2, 103.8, 10.0, 90.0, [second])
    return rows["lat"][0] * 1e-7, rows["lon"][0] * 1e-7


def test_paths_are_read_from_a_sea_and_exported_with_fewer_points(tmp_path, capsys):
    write_log(tmp_path / "log.nmea", 6, Scene(ships=30))
    store = Store(tmp_path / "sea")
    with store.writer() as writer:
        read_files(Pipeline(writer, rules=False), [tmp_path / "log.nmea"])
        writer.finish()
    store.close()
    with selat.open(tmp_path / "sea") as sea:
        rows = sea.reports.stored()
        mmsi = (
            int(np.bincount(rows["mmsi"]).argmax()) if rows["mmsi"].max() < 10**7 else int(np.unique(rows["mmsi"])[0])
        )
        path = paths.read(sea.reports.of(mmsi))
        assert len(path) == (rows["mmsi"] == mmsi).sum() and len(path.simplified(25.0)) <= len(path)
    points = {}
    for name, more in (
        ("all.gpx", []),
        ("few.gpx", ["--simplify", "25m"]),
        ("few.geojson", ["--tracks", "--simplify", "25 m"]),
    ):
        assert main(["export", str(tmp_path / "sea"), str(tmp_path / name), "--json", *more]) == 0
        points[name] = json.loads(capsys.readouterr().out)["rows"]
    assert points["few.gpx"] == points["few.geojson"] < 0.5 * points["all.gpx"]
    assert main(["export", str(tmp_path / "sea"), str(tmp_path / "x.csv"), "--simplify", "25m"]) == 2
    assert "tracks" in capsys.readouterr().err
    assert main(["export", str(tmp_path / "sea"), str(tmp_path / "x.gpx"), "--simplify", "25"]) == 2


def test_a_track_of_several_ships_is_not_mixed():
    two = concat(
        [made.sail(563000001, 1.2, 103.8, 10.0, 90.0, [0]), made.sail(563000001, 1.3, 103.8, 10.0, 90.0, [0])],
        "reports",
    )
    path = paths.read(two.replace(seq=np.array([1, 0])))
    assert path.lat.tolist() == [1.3, 1.2]  # equal times: in the order of arrival
