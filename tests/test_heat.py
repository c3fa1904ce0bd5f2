"""Density and speed maps: the kernel against a slow twin, and laws that hold for any traffic."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import selat
from selat.app.traffic import density
from selat.kernels.heat import BIN
from selat.model.clock import HOUR, MINUTE, SECOND
from selat.model.errors import ConfigError
from selat.model.schema import I32, NO_TIME
from selat.model.sieve import Sieve, sieve_of
from selat.model.units import KNOT
from selat.tracks.heat import FASTEST, GAP, Grid, Heating, percentile_of
from small_sea import MINUTES, NAMES, T0, make_sea
from test_archive import reports

END = T0 + MINUTES * MINUTE
BEGIN = 1_795_000_000 * SECOND


def everyone(mmsi):
    return np.ones(len(mmsi), bool)


def traffic(seed, ships=3, n=40, lat0=1.2, lon0=103.8, far=0.02):
    """Drunk ships: jumps, silences, unknown places and speeds among them; rows in the order of the table."""
    rng = np.random.default_rng(seed)
    parts = []
    for s in range(ships):
        time = BEGIN + np.cumsum(rng.integers(1, 400, n)) * SECOND + rng.integers(0, SECOND, n)
        lat = np.rint((lat0 + np.cumsum(rng.normal(0, far, n))) * 1e7)
        lon = np.rint((((lon0 + np.cumsum(rng.normal(0, far, n))) + 180) % 360 - 180) * 1e7)
        lat[rng.random(n) < 0.05] = I32
        time[rng.random(n) < 0.02] = NO_TIME
        order = np.argsort(time, kind="stable")
        parts.append(
            {"mmsi": np.full(n, 563000001 + s), "time": time, "lat": lat, "lon": lon, "sog": rng.integers(0, 300, n),
                 "cog": rng.integers(0, 3601, n), "msg_type": np.ones(n), "order": order}
        )  # fmt: skip
        parts[-1]["sog"][rng.random(n) < 0.1] = 1023
    return reports(**{k: np.concatenate([p[k][p["order"]] for p in parts]) for k in parts[0] if k != "order"})


def twin(rows, grid, begin, end, sieve=None, gap=GAP):
    """Seconds, ships, way and time of pieces by cell; each piece cut at every edge of the grid, placed by its middle."""
    sieve = sieve or Sieve()
    shape = (grid.rows, grid.columns)
    seconds, way, seen, pieces = np.zeros(shape), np.zeros(shape), {}, {}
    dlon, dlat = grid.wide / grid.columns, (grid.north - grid.south) / grid.rows
    last = {}

    def cell(lat, lon):
        x, y = ((lon - grid.west) % 360.0) / dlon, (lat - grid.south) / dlat
        return (math.floor(y), math.floor(x)) if 0 <= x < grid.columns and 0 <= y < grid.rows else None

    def course_passes(c):
        return sieve.course is None or (c - sieve.course[0]) % 360 <= (sieve.course[1] - sieve.course[0]) % 360

    for i in range(rows.rows):
        m, t, la, lo, sog, cog = (int(rows[n][i]) for n in ("mmsi", "time", "lat", "lon", "sog", "cog"))
        if t == NO_TIME or la == I32 or lo == I32 or (m in last and t <= last[m][0]):
            continue
        now = (t, la * 1e-7, lo * 1e-7, sog, cog)
        bounded = sieve.slow > 0 or math.isfinite(sieve.quick)
        passes = (not bounded or (sog < 1022 and sieve.slow <= sog * 0.1 * KNOT <= sieve.quick)) and (
            sieve.course is None or (cog < 3600 and course_passes(cog / 10))
        )
        if begin <= t < end and passes and (c := cell(now[1], now[2])):
            seen.setdefault(c, set()).add(m)
        if m in last:
            t0, la0, lo0, sog0, cog0 = last[m]
            dx, dy, dt = (now[2] - lo0 + 180) % 360 - 180, now[1] - la0, t - t0
            cos = math.cos(math.radians(la0 + dy / 2))
            east, north = dx * 111_320 * cos, dy * (110_574 + 1_120 * (1 - cos * cos))
            v = 0.05 * KNOT * (sog0 + sog) if max(sog0, sog) < 1022 else math.hypot(east, north) / (dt / 1e9)
            c = cog0 / 10 if cog0 < 3600 else math.degrees(math.atan2(east, north)) % 360
            if (
                dt <= gap
                and math.hypot(east, north) <= FASTEST * dt / 1e9
                and sieve.slow <= v <= sieve.quick
                and course_passes(c)
            ):
                cuts = {0.0, 1.0}
                for edge, at, by in ((dlon, (lo0 - grid.west + 180) % 360 - 180, dx), (dlat, la0 - grid.south, dy)):
                    for turn in (0, 360) if edge == dlon else (0,):
                        low, high = sorted((at + turn, at + turn + by))
                        cuts |= {
                            (k * edge - at - turn) / by
                            for k in range(math.ceil(low / edge), math.floor(high / edge) + 1)
                        }
                cuts |= {(begin - t0) / dt, (end - t0) / dt}
                cuts = sorted(c for c in cuts if 0 <= c <= 1 and begin <= t0 + c * dt <= end + 1)
                for a, b in itertools.pairwise(cuts):
                    mid = (a + b) / 2
                    if b > a and (c := cell(la0 + dy * mid, lo0 + dx * mid)):
                        seconds[c] += (b - a) * dt / 1e9
                        way[c] += (b - a) * dt / 1e9 * v
                        seen.setdefault(c, set()).add(m)
                        pieces[c] = pieces.get(c, 0) + 1
        last[m] = now
    ships = np.zeros(shape, int)
    for c, who in seen.items():
        ships[c] = len(who)
    return seconds, ships, way, pieces


def heat_of(rows, grid, begin, end, sieve=None, percentile=None, cuts=()):
    heating = Heating(grid, begin, end, everyone, sieve, percentile)
    times = np.where(rows["time"] == NO_TIME, BEGIN, rows["time"])
    edges = [0, *cuts, np.iinfo(np.int64).max]
    for a, b in itertools.pairwise(edges):
        heating.take(rows.take(np.flatnonzero((times >= a) & (times < b))))
    return heating.done()


PLACES = {"strait": (1.2, 103.8), "north": (58.0, 10.0), "date line": (-17.0, 179.99)}


@given(st.integers(0, 10**6), st.sampled_from(sorted(PLACES)), st.sampled_from([2_000.0, 9_000.0]))
@settings(max_examples=40, deadline=None)
def test_a_map_is_that_of_the_twin(seed, place, cell):
    lat0, lon0 = PLACES[place]
    rows = traffic(seed, lat0=lat0, lon0=lon0, far=[0.002, 0.02, 0.2][seed % 3])
    box = (lon0 - 0.3, lat0 - 0.2, (lon0 + 0.4 + 180) % 360 - 180, lat0 + 0.3)
    grid = Grid.of(box, cell)
    begin, end = BEGIN + HOUR // 2, BEGIN + 3 * HOUR
    sieve = [Sieve(), Sieve(slow=5.0, quick=12.0), Sieve(course=(300.0, 60.0))][seed % 3]
    found = heat_of(rows, grid, begin, end, sieve)
    seconds, ships, way, pieces = twin(rows, grid, begin, end, sieve)
    slack = np.zeros(seconds.shape)
    for c, n in pieces.items():
        slack[c] = 0.0021 * n
    assert (np.abs(found.seconds - seconds) <= slack + 1e-9).all()
    assert (found.ships == ships).all()
    some = seconds > 10
    assert np.allclose(found.speed[some], way[some] / seconds[some], rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("bits", [0, 700, 1_500])
def test_ships_are_counted_the_same_however_many_have_a_bit(bits, monkeypatch):
    """Of no ship, of some until there are too many, of all: who was counted by her bit is not counted again."""
    early, late = traffic(5, ships=2), traffic(6, ships=5)
    rows = (
        early.replace(time=early["time"]),
        late.replace(time=np.where(late["time"] == NO_TIME, NO_TIME, late["time"] + 6 * HOUR)),
    )
    grid = Grid.of((103.6, 1.0, 104.0, 1.4), 2_500.0)
    assert 300 < grid.rows * grid.columns < 350

    def counted():
        heating = Heating(grid, BEGIN, BEGIN + 12 * HOUR, everyone)
        for part in rows:
            heating.take(part)
        return heating.done().ships, len(heating._held), len(heating._bits)

    want, held, _ = counted()
    assert not held and want.max() > 1
    monkeypatch.setattr("selat.tracks.heat.BITS", bits)
    got, held, words = counted()
    assert (got == want).all() and held and words * 64 <= bits + 64


@given(st.integers(0, 10**6), st.integers(1, 5 * 3600))
@settings(max_examples=40, deadline=None)
def test_periods_that_touch_add_up_to_the_last_bit_and_blocks_change_nothing(seed, cut):
    rows, grid = traffic(seed), Grid.of((103.6, 1.0, 104.0, 1.4), 1000.0)
    a, b, c = BEGIN, BEGIN + cut * SECOND + 123_456_789, BEGIN + 6 * HOUR
    whole, first, second = (heat_of(rows, grid, *t) for t in ((a, c), (a, b), (b, c)))
    assert (np.rint(whole.seconds * 1000) == np.rint(first.seconds * 1000) + np.rint(second.seconds * 1000)).all()
    assert (np.maximum(first.ships, second.ships) <= whole.ships).all()
    assert (whole.ships <= first.ships + second.ships).all()
    pieces = heat_of(rows, grid, a, c, cuts=(b, b + HOUR))
    assert (pieces.seconds == whole.seconds).all() and (pieces.ships == whole.ships).all()
    fine = heat_of(rows, Grid(grid.west, grid.south, grid.east, grid.north, grid.rows * 3, grid.columns * 2), a, c)
    shape = (grid.rows, 3, grid.columns, 2)
    assert np.abs(fine.seconds.reshape(shape).sum((1, 3)) - whole.seconds).max() < 0.02 * len(rows["mmsi"])


def test_all_the_time_of_a_segment_is_somewhere_and_speeds_are_in_order():
    rows = reports(
        mmsi=[563000001] * 3, time=[BEGIN, BEGIN + 600 * SECOND, BEGIN + 900 * SECOND], lat=[1.2e7, 1.21e7, 1.21e7],
        lon=[103.8e7, 103.8317e7, 103.8317e7], sog=[120, 120, 0], cog=[700] * 3, msg_type=[1] * 3,
    )  # fmt: skip
    found = heat_of(rows, Grid.of((103.7, 1.1, 103.9, 1.3), 500.0), BEGIN, BEGIN + HOUR, percentile=95.0)
    assert found.seconds.sum() == pytest.approx(900.0, abs=1e-9) and found.told["counted"] == 2
    crossed = found.seconds > 0
    assert crossed.sum() > 6 and (found.ships == crossed).all()
    alone = crossed & (np.abs(found.speed - 12.0 * KNOT) < 0.01)
    assert np.abs(found.percentile[alone] - 12.0 * KNOT).max() < BIN / 1000
    assert np.isnan(found.speed[~crossed]).all() and np.isnan(found.percentile[~crossed]).all()


def test_percentiles_are_those_of_the_bins():
    bins = np.zeros((3, 80), np.int64)
    bins[0, 4], bins[1, 0], bins[1, 10] = 100, 50, 50
    got = percentile_of(bins, 50.0)
    assert got[0] == pytest.approx(4.5 * BIN / 1000) and got[1] == pytest.approx(BIN / 1000) and np.isnan(got[2])
    assert percentile_of(bins, 90.0)[1] == pytest.approx(10.8 * BIN / 1000)


def test_a_box_becomes_whole_cells_or_is_refused():
    grid = Grid.of((103.0, 1.0, 104.0, 2.0), 1000.0)
    assert (grid.rows, grid.columns) == (111, 112) and abs(grid.areas().sum() * grid.columns / 1e6 - 12_300) < 40
    assert Grid.of((179.0, -1.0, -179.0, 1.0), 10_000.0).wide == pytest.approx(2.0)
    for box, cell in (
        ((1, 2, 3), 5.0),
        ((0, 1, 1, 1), 5.0),
        ((0, 0, 1, 1), 0.0),
        ((0, 0, 50, 50), 10.0),
        ((0, 0, 999, 1), 5.0),
    ):
        with pytest.raises((ConfigError, ValueError)):
            Grid.of(box, cell)  # type: ignore[arg-type]


def test_the_map_of_a_sea(tmp_path: Path) -> None:
    with selat.open(make_sea(tmp_path / "sea")) as sea:
        box = (100.0, 1.0, 110.0, 6.0)
        found = density(sea, T0, END, box, 20_000.0, gap=600 * SECOND)
        assert found.seconds.sum() == pytest.approx(4 * 110 * 60) and found.ships.max() == 1
        one = density(sea, T0, END, box, 20_000.0, sieve_of({"only": "bunga"}))
        assert one.seconds.sum() == pytest.approx(110 * 60)
        assert density(
            sea, T0, END, box, 20_000.0, sieve_of({"mmsi": "533000001,563000002"})
        ).seconds.sum() == pytest.approx(2 * 110 * 60)
        assert density(sea, T0, END, box, 20_000.0, sieve_of({"types": "tanker"})).seconds.sum() == 0
        assert density(sea, T0, END, box, 20_000.0, sieve_of({"flag": "533,538"})).seconds.sum() == pytest.approx(
            2 * 110 * 60
        )
        over = density(sea, T0, END, (179.0, 3.0, -178.0, 4.0), 5_000.0)
        assert over.seconds.sum() == pytest.approx(110 * 60), "over the antimeridian nothing is lost"
        world = density(sea, T0, END, (-180.0, -90.0, 180.0, 90.0), 100_000.0)
        assert world.seconds.sum() == pytest.approx(5 * 110 * 60)
        seen = []
        density(sea, T0, T0 + MINUTE, box, 20_000.0, told=seen.append)
        assert seen and len(NAMES) == 5
        with pytest.raises(ConfigError):
            density(sea, T0, T0, box, 20_000.0)


def test_words_of_a_sieve():
    asked = sieve_of({"hide": "cargo", "min_kn": "1", "max_m": "100", "course": "315-045", "flag": "533 563", "x": "?"})
    assert "cargo" not in asked.types and "tanker" in asked.types and asked.slow == pytest.approx(KNOT)
    assert asked.longest == 100 and asked.course == (315.0, 45.0) and asked.flags == ("533", "563")
    assert sieve_of({}) == Sieve() and sieve_of({}).any_ship and not asked.any_ship
    for bad in (
        {"hide": "boat"},
        {"min_kn": "-1"},
        {"max_kn": "x"},
        {"flag": "SG"},
        {"mmsi": "a"},
        {"course": "1"},
        {"min_m": "nan"},
    ):
        with pytest.raises(ConfigError) as told:
            sieve_of(bad)
        assert told.value.hint
