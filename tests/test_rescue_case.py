"""Cases: scenarios and their laws, particles by weight, JSON, the drift of a case, the sea that keeps it, the command line."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selat.kernels import geodesy
from selat.model.clock import HOUR, format_time, parse_time
from selat.model.errors import ConfigError, FormatError, SelatError
from selat.model.units import NAUTICAL_MILE
from selat.rescue.case import Case, case_of
from selat.rescue.drift import ADRIFT, ASHORE, WAITING
from selat.rescue.drifted import SEARCHED, load
from selat.rescue.lines import along
from selat.rescue.plan import plan
from selat.rescue.scenario import Scenario, draw
from selat.rescue.searchers import Conditions, Searcher
from selat.rescue.sources import Source
from selat.tracks.coast import SHIPPED, Coast

T0 = parse_time("2026-11-27T18:40:00Z")
N = 8000
COAST = Coast(SHIPPED)
SEA = 2.45, 101.70  # off Port Dickson


def base(**more):
    case = Case("test", particles=2000, **more).adrift("PIW-1").position(*SEA, T0, "0.5 nm", "20 min")
    return case.wind("230/12kn").current("320/0.8kn")


def test_half_of_a_position_lies_within_its_probable_error():
    s = Scenario("position", T0, T0 + HOUR, (SEA,), 1000.0)
    lat, lon, time = draw(s, 3, 0, N)
    away = geodesy.distance(*SEA, lat, lon)
    assert (away < 1000).mean() == pytest.approx(0.5, abs=0.02)
    assert np.median(time - T0) == pytest.approx(HOUR / 2, rel=0.05) and T0 <= time.min() <= time.max() <= T0 + HOUR


def test_overdue_is_anywhere_on_the_way_at_the_time_it_was_there():
    places = ((2.0, 101.0), (2.0, 101.3), (2.4, 101.3))
    s = Scenario("route", T0, T0 + 10 * HOUR, places, 0.0)
    lat, lon, time = draw(s, 3, 0, N)
    legs = [float(geodesy.distance(*a, *b)) for a, b in pairwise(places)]
    first = lon < 101.3 - 1e-9
    assert first.mean() == pytest.approx(legs[0] / sum(legs), abs=0.02)
    gone = np.where(first, geodesy.distance(2.0, 101.0, lat, lon), legs[0] + geodesy.distance(2.0, 101.3, lat, lon))
    assert (time - T0) / (10 * HOUR) == pytest.approx(gone / sum(legs), abs=1e-3)


def test_over_the_side_is_where_the_ship_was():
    times = (T0, T0 + HOUR, T0 + 2 * HOUR)
    s = Scenario(
        "track", T0 + HOUR // 2, T0 + 3 * HOUR // 2, ((2.0, 101.0), (2.0, 101.2), (2.3, 101.2)), 0.0, 1.0, times
    )
    lat, lon, time = draw(s, 3, 0, N)
    hours = (time - T0) / HOUR
    assert lon == pytest.approx(np.minimum(101.0 + 0.2 * hours, 101.2), abs=1e-6)
    assert lat == pytest.approx(np.maximum(2.0, 2.0 + 0.3 * (hours - 1)), abs=1e-6)


def test_an_area_is_filled_evenly_also_where_it_is_hollow():
    """An L of three equal squares: a third each, none in the missing one."""
    ring = ((2.0, 101.0), (2.0, 101.2), (2.1, 101.2), (2.1, 101.1), (2.2, 101.1), (2.2, 101.0))
    for corners in (ring, ring[::-1], (*ring, ring[0])):
        lat, lon, _ = draw(Scenario("area", T0, T0, corners), 3, 0, N)
        cells = [
            ((lat > a) & (lat < a + 0.1) & (lon > b) & (lon < b + 0.1)).mean()
            for a in (2.0, 2.1)
            for b in (101.0, 101.1)
        ]
        assert cells == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0.0], abs=0.02)
    with pytest.raises(ConfigError, match="crosses itself"):
        Scenario("area", T0, T0, ((2.0, 101.0), (2.1, 101.1), (2.1, 101.0), (2.0, 101.1)))
    with pytest.raises(ConfigError, match="without a size"):
        draw(Scenario("area", T0, T0, ((2.0, 101.0), (2.1, 101.0), (2.2, 101.0))), 3, 0, 10)


def test_a_flare_is_on_its_bearing():
    s = Scenario("bearing", T0, T0, (SEA,), bearing=245.0, bearing_error=3.0, near=2000.0, far=9000.0)
    lat, lon, _ = draw(s, 3, 0, N)
    away, bearing, _ = geodesy.inverse(*SEA, lat, lon)
    assert 1999 < away.min() < 2050 and 8950 < away.max() < 9001
    assert bearing.mean() == pytest.approx(245, abs=0.2) and bearing.std() == pytest.approx(3, abs=0.2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "dream"}, {"places": ()}, {"end": T0 - 1}, {"weight": 0.0}, {"error": -1.0}, {"places": ((101.8, 2.4),)},
        {"kind": "route"}, {"kind": "track"}, {"kind": "bearing"}, {"kind": "area"}, {"weight": math.nan},
    ],
)  # fmt: skip
def test_a_wrong_scenario_says_what_is_wrong(wrong):
    with pytest.raises(ConfigError) as e:
        Scenario(**({"kind": "position", "begin": T0, "end": T0, "places": (SEA,)} | wrong))
    assert e.value.hint


def test_weights_are_kept_to_a_particle_or_two():
    case = base().adrift("life raft", 3.0).position(2.3, 101.6, T0, weight=4.0)
    p = case.start(COAST)
    for n, share in ((0, 0.2), (1, 0.8)):
        assert abs((p.scenario == n).sum() - 2000 * share) <= 3
    assert abs((p.start.what == 1).sum() - 1500) <= 3 and p.weight.sum() == pytest.approx(1.0)
    near = geodesy.distance(2.3, 101.6, p.start.lat, p.start.lon) < 8000
    assert (near == (p.scenario == 1)).all()


def test_nobody_begins_on_land_and_a_datum_on_land_is_an_error():
    beach = 2.5230, 101.7960  # Port Dickson's shore
    p = Case("x", particles=3000).adrift("PIW-1").position(*beach, T0, "1 nm").start(COAST)
    assert not COAST.land(p.start.lat, p.start.lon).any()
    assert "land" in p.notes[0]
    with pytest.raises(ConfigError, match="on land") as e:
        Case("x").adrift("PIW-1").position(3.14, 101.69, T0, "1 nm").start(COAST)
    assert "latitude before longitude" in e.value.hint


@given(
    st.floats(-80, 80),
    st.floats(-180, 180),
    st.integers(0, 2**40),
    st.text(max_size=8),
    st.floats(0.1, 9),
    st.booleans(),
)
def test_a_case_survives_its_json(lat, lon, time, name, weight, capsizing):
    case = Case(name, capsizing=capsizing).adrift("piw-6", weight).position(lat, lon, time, "2 nm", weight=weight)
    case = case.track([(lat, lon), (lat, lon)], [time, time + HOUR], time, time + 1).wind("230/12kn", spread=1.0)
    case = case.current("x.csv", high_waters=(time,), springs=1.0)
    assert case_of(case.as_json()) == case


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"selat_case": 1}',
        "not json",
        '{"selat_case": 9, "objects": [], "scenarios": [], "sources": []}',
    ],
)
def test_other_text_is_no_case(text):
    with pytest.raises((FormatError, ConfigError)) as e:
        case_of(text)
    assert e.value.hint


def test_a_drift_is_the_same_again_and_loses_nobody():
    one, two = (base(seed=9).drift(6, threads=n, sea=COAST) for n in (1, 2))
    assert np.array_equal(one.lat, two.lat) and np.array_equal(one.lon, two.lon)
    assert not np.array_equal(one.lat, base(seed=10).drift(6, sea=COAST).lat)
    assert one.time.tolist() == [T0 + k * HOUR for k in range(7)] and one.weight.sum() == pytest.approx(1.0)
    rows = one.summary()
    assert all(r["adrift"] + r["ashore"] + r["waiting"] == pytest.approx(1.0) for r in rows)
    assert (
        rows[0]["waiting"] == 1.0 and rows[-1]["waiting"] == 0.0 and rows[0]["r50"] < rows[-1]["r50"] < rows[-1]["r95"]
    )
    assert not COAST.land(one.lat[-1], one.lon[-1]).any()
    ashore = one.state == ASHORE
    assert (ashore[1:] >= ashore[:-1]).all()  # who is ashore stays


def test_later_times_do_not_change_earlier_ones():
    short, long = base().drift(3, sea=COAST), base().drift(6, every="3 h", sea=COAST)
    assert np.array_equal(short.lat[3], long.lat[1])


def test_the_mean_goes_with_the_current_and_downwind():
    far = (
        Case("x", particles=4000)
        .adrift("SLDMB")
        .position(3.6, 100.4, T0, "0.1 nm")
        .wind("230/12kn")
        .current("320/0.8kn", spread=0.0)
    )
    d = far.drift(5, sea=COAST)
    away, bearing, _ = geodesy.inverse(3.6, 100.4, *d.mean(-1))
    assert away / NAUTICAL_MILE == pytest.approx(4.0, abs=0.01) and bearing == pytest.approx(320, abs=0.1)


def test_found_goes_back_and_its_times_still_rise():
    case = (
        Case("x", particles=500)
        .adrift("FV-DEBRIS")
        .found(3.6, 100.4, T0, "0.1 nm")
        .wind("180/0kn")
        .current("90/1kn", spread=0.0)
    )
    d = case.drift(4, sea=COAST)
    assert d.time.tolist() == [T0 - k * HOUR for k in (4, 3, 2, 1, 0)]
    east, _ = geodesy.plane(3.6, 100.4, *d.mean(0))
    assert east == pytest.approx(-4 * NAUTICAL_MILE, rel=0.02)
    with pytest.raises(ConfigError, match="back in time"):
        case.position(3.6, 100.4, T0)


def test_a_drift_survives_its_file(tmp_path):
    d = base().drift(2, sea=COAST)
    d.save(tmp_path / "d.npz")
    again = load(tmp_path / "d.npz")
    assert (
        again.case == d.case
        and np.array_equal(again.lat, d.lat)
        and np.array_equal(again.state, d.state)
        and again.notes == d.notes
    )
    (tmp_path / "e.npz").write_bytes(b"PK nothing")
    np.savez(tmp_path / "f.npz", a=np.zeros(3))
    for name in ("e.npz", "f.npz"):
        with pytest.raises(FormatError):
            load(tmp_path / name)
    whole, rng = (tmp_path / "d.npz").read_bytes(), random.Random(6)
    for _ in range(300):  # bytes changed anywhere: read, or said to be damaged
        raw = bytearray(whole)
        for _ in range(rng.randint(1, 20)):
            raw[-rng.randrange(1, min(len(raw), 3000))] = rng.randrange(256)
        (tmp_path / "g.npz").write_bytes(raw)
        try:
            load(tmp_path / "g.npz")
        except FormatError as e:
            assert e.hint


def test_plans_take_a_drift_as_their_cloud():
    d = base().drift(2, sea=COAST)
    cloud = d.cloud().normal()
    lat, lon, ashore = cloud.at(T0 + 3 * HOUR // 2)
    assert geodesy.distance(lat, lon, (d.lat[1] + d.lat[2]) / 2, (d.lon[1] + d.lon[2]) / 2).max() < 1.0
    assert cloud.objects == d.cloud().take(np.arange(9)).objects == tuple(k for k, _ in base().objects)
    assert len(cloud) == 2000 and ashore.mean() == pytest.approx(d.summary()[-1]["ashore"], abs=0.03)


def test_a_plan_says_first_what_stands_in():
    """Also one along a line; what was searched before is no doubt about the drift."""
    d = Case("x", particles=400).adrift("PIW-1").position(*SEA, T0, "0.5 nm").drift(3, sea=COAST)
    d = replace(d, notes=(*d.notes, f"{SEARCHED} until then"))
    boat = Searcher("One", "boat", *SEA, speed=6.0, endurance=6 * 3600.0, ready=T0, width=300.0)
    sight = Conditions("person in water")
    begin, end = T0 + HOUR // 2, T0 + 2 * HOUR
    area = plan(d.cloud(), [boat], sight, begin, end)
    line = along(d.cloud(), boat, sight, "TSR", [SEA, (SEA[0] + 0.05, SEA[1])], begin, end)
    for made in (area, line):
        assert [w.split(":")[0] for w in made.weaknesses[:2]] == ["no wind was given", "no current was given"]
        assert SEARCHED not in made.first_line() and "the climatology stands in" in made.first_line()


def test_what_stands_in_and_what_is_not_known_is_noted():
    d = Case("x", particles=200).adrift("PIW-1").position(*SEA, T0, "0.5 nm").drift(1, sea=COAST)
    assert [n.split(":")[0] for n in d.notes] == ["no wind was given", "no current was given"]
    north = (
        Case("x", particles=200)
        .adrift("PIW-1")
        .position(60.0, 3.0, T0)
        .wind("230/12kn")
        .current("10/1kn")
        .drift(1, sea=COAST)
    )
    assert north.notes == ("100% of the particles are where no coast is known: none ran ashore there",)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Case().drift(1), "without a scenario"),
        (lambda: Case().position(*SEA, T0).drift(1), "what is adrift"),
        (lambda: base().drift(), "how long"),
        (lambda: base().drift(1, to=T0 + HOUR), "how long"),
        (lambda: base().drift(-1), "a drift of -1 h"),
        (lambda: base().drift(to=T0 - HOUR), "a drift of -1 h"),
        (lambda: Case("x").adrift("PIW-1").position(60.0, 3.0, T0).drift(1), "no current is known"),
        (lambda: Case(particles=0), "particles"),
        (lambda: base().adrift("unicorn"), "no drifting object"),
        (lambda: base().position(*SEA, T0, error="2"), "without a unit"),
        (lambda: base().position(*SEA, T0, error="2 kn"), "not a unit of distance"),
        (lambda: Source("wave", "1/1kn"), "no field"),
        (lambda: base().wind("nowhere.nc").drift(1), "nowhere.nc"),
        (lambda: base().wind("tides.csv").drift(1), "is no wind"),
    ],
)
def test_bad_input_is_an_error_with_the_remedy(make, text):
    with pytest.raises(SelatError, match=text) as e:
        make()
    assert e.value.hint


def test_a_netcdf_file_beside_the_case_and_typed_values_after_its_end(tmp_path):
    netcdf = pytest.importorskip("netCDF4")
    with netcdf.Dataset(str(tmp_path / "now.nc"), "w") as d:
        axes = {"time": ([0.0, 2.0], f"hours since {format_time(T0)[:19]}"), "lat": (np.arange(2.0, 3.6, 0.1), "degrees_north"),
                "lon": (np.arange(100.5, 102.6, 0.1), "degrees_east")}  # fmt: skip
        for name, (values, units) in axes.items():
            d.createDimension(name, len(values))
            d.createVariable(name, "f8", (name,))[:] = values
            d[name].units = units
        for name, value in (("uo", -0.5), ("vo", 0.0)):
            d.createVariable(name, "f4", ("time", "lat", "lon"))[:] = value
    case = Case("x", particles=300).adrift("SLDMB").position(2.6, 101.2, T0, "0.1 nm").wind("230/12kn")
    one = case.current("now.nc", spread=0.0)
    d = one.drift(2, home=tmp_path, sea=COAST)
    east, _ = geodesy.plane(2.6, 101.2, *d.mean(-1))
    assert east == pytest.approx(-3600, rel=0.02)
    with pytest.raises(ConfigError, match="holds") as e:
        one.drift(4, home=tmp_path, sea=COAST)
    assert "another field after it" in e.value.hint
    both = one.current("90/0.5m/s", spread=0.0).drift(4, home=tmp_path, sea=COAST)
    east, _ = geodesy.plane(2.6, 101.2, *both.mean(-1))
    assert east == pytest.approx(0, abs=60)
    assert both.state[-1].tolist() == [ADRIFT] * 300 and WAITING not in both.state[-1]


@settings(deadline=None, max_examples=10)
@given(st.integers(1, 400), st.integers(0, 2**32))
def test_a_particle_does_not_depend_on_how_many_there_are(count, seed):
    """Places are those of the particle's number; only the even division into scenarios is shared."""
    few, many = (Case(particles=n, seed=seed).adrift("PIW-1").position(*SEA, T0).start(None) for n in (count, 400))
    assert np.array_equal(few.start.lat, many.start.lat[:count])
