"""The actions on plans from the command line, the survival clock, vessels near by, tracks of searchers."""

from __future__ import annotations

import itertools
import json
import math
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selat.cli import main
from selat.kernels import geodesy
from selat.model.clock import HOUR, SECOND, parse_time
from selat.model.errors import ConfigError, FormatError, SchemaError
from selat.model.plan import APPROVAL
from selat.readers.track_file import read_track
from selat.rescue import survival, vessels
from selat.rescue.drifted import load
from selat.tracks import coast

pytestmark = pytest.mark.long

T0 = parse_time("2026-11-27T18:40:00Z")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    assert main(["rescue", "demo", "--to", str(folder), "--particles", "3000"]) == 0
    return folder


def test_demo_writes_a_plan_and_what_the_crews_need(demo, capsys):
    names = {p.name for p in demo.iterdir()}
    assert {
        "case.json",
        "drift.npz",
        "plan.json",
        "plan.gpx",
        "plan.sitrep.txt",
        "plan.action.txt",
        "plan.A1.rtz",
    } <= names
    plan = json.loads((demo / "plan.json").read_text(encoding="utf-8"))
    assert plan["approval"] == APPROVAL and 0.1 < plan["pos"] <= plan["bound"] * 1.02
    assert {t["searcher"] for t in plan["tasks"]} == {"Penyelamat 7", "Bot Kilat 12"}
    assert len(ET.parse(demo / "plan.gpx").getroot()) == 1 + len(plan["tasks"])


def test_plan_update_and_plan_again(demo, tmp_path, capsys):
    drift, boats, one = str(demo / "drift.npz"), str(demo / "boats.toml"), tmp_path / "one.json"
    words = [
        "rescue",
        "plan",
        drift,
        "--with",
        boats,
        "--for",
        "person in water",
        "--end",
        "2026-11-27T22:10Z",
        "--areas",
        "1",
    ]
    assert main([*words, "--out", str(one), "--wind", "12 kn"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(APPROVAL) and "probability of success" in said
    plan = json.loads(one.read_text(encoding="utf-8"))
    assert set(plan["conditions"]) == {"wind", "particles"}
    # Penyelamat 7 as sailed: the track of the GPX route, and the other as planned
    route = tmp_path / "p7.csv"
    way = [w for t in plan["tasks"] if t["searcher"] == "Penyelamat 7" for w in t["waypoints"]]
    from selat.model.clock import format_time

    route.write_text(
        "time,lat,lon\n" + "\n".join(f"{format_time(w['time'])},{w['lat']},{w['lon']}" for w in way), encoding="utf-8"
    )
    two = tmp_path / "two.npz"
    assert (
        main(["rescue", "update", drift, "--plan", str(one), "--track", f"Penyelamat 7={route}", "--out", str(two)])
        == 0
    )
    said = capsys.readouterr().out
    assert "had a probability of success" in said and "1 searches so far" in said
    after, before = load(two), load(demo / "drift.npz")
    assert after.weight.sum() == pytest.approx(1.0) and not np.allclose(after.weight, before.weight)
    assert "searched in vain" in after.notes[-1]
    words[2] = str(two)
    assert main([*words, "--json", "--approval", "Approved by the SMC"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["approval"] == "Approved by the SMC" and again["pos"] < plan["pos"]
    assert len(after.searched) == 1 and again["pos_before"] == pytest.approx(after.searched[0]) == after.cumulative
    # a second search in vain: the probabilities join as those of independent failures
    plan2 = tmp_path / "plan2.json"
    assert main([*words, "--out", str(plan2)]) == 0
    three = tmp_path / "three.npz"
    assert main(["rescue", "update", str(two), "--plan", str(plan2), "--out", str(three)]) == 0
    last = load(three)
    assert last.cumulative == pytest.approx(1 - (1 - last.searched[0]) * (1 - last.searched[1]))
    capsys.readouterr()
    assert main(["rescue", "worth", str(three), "--plan", str(plan2), "--json"]) == 0
    worth = json.loads(capsys.readouterr().out)
    found = [r["pos"] for r in worth["curve"]]
    assert found == sorted(found) and 0 < found[0] < found[-1] < 1
    assert all(r["cumulative"] >= last.cumulative for r in worth["curve"])
    assert main(["rescue", "worth", str(three), "--plan", str(plan2)]) == 0
    assert "searched so far" in capsys.readouterr().out
    assert main(["rescue", "show", str(three)]) == 0
    assert "searched 2 times in vain" in capsys.readouterr().err


def test_export_by_format_and_its_errors(demo, tmp_path, capsys):
    plan = str(demo / "plan.json")
    assert (
        main(
            [
                "rescue",
                "export",
                plan,
                "rtz-1.0",
                "action",
                "--language",
                "ms",
                "--fact",
                "persons=1",
                "--to",
                str(tmp_path),
            ]
        )
        == 0
    )
    files = capsys.readouterr().out.split()
    assert any(f.endswith(".A1.rtz") for f in files) and "kelulusan" in (tmp_path / "plan.action.txt").read_text(
        encoding="utf-8"
    )
    for words, said in (
        (["rescue", "export", plan, "shp"], "no format 'shp'"),
        (["rescue", "export", plan, "sitrep", "--fact", "persons"], "--fact 'persons'"),
        (["rescue", "export", str(demo / "case.json")], "no search plan"),
        (["rescue", "export", str(demo / "boats.toml")], "no search plan"),
        (["rescue", "update", str(demo / "drift.npz"), "--plan", plan, "--track", "Nobody=x.gpx", "--out", "a.npz"], "no searcher"),
        (["rescue", "update", str(demo / "drift.npz"), "--plan", plan, "--out", "a.json"], "written as .npz"),
        (["rescue", "plan", str(demo / "drift.npz"), "--with", str(demo / "boats.toml"), "--for", "raft 4", "--visibility", "5"],
         "without a unit"),
        (["rescue", "plan", str(demo / "drift.npz"), "--with", str(demo / "boats.toml"), "--for", "raft 4", "--wind", "5 nm"],
         "not a unit of speed"),
    ):  # fmt: skip
        assert main(words) == 2
        assert said in capsys.readouterr().err


# Tracks --------------------------------------------------------------------------------------------------------------


def test_tracks_of_files(tmp_path):
    gpx = tmp_path / "a.gpx"
    points = "".join(
        f'<trkpt lat="2.{k}" lon="101.5"><time>2026-11-27T19:0{k}:00Z</time></trkpt>' for k in (2, 1, 3, 3)
    )
    gpx.write_text(
        f'<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>{points}</trkseg></trk></gpx>', encoding="utf-8"
    )
    time, lat, lon = read_track(gpx)
    assert lat.tolist() == [2.1, 2.2, 2.3] and (np.diff(time) == 60 * SECOND).all() and set(lon) == {101.5}
    for text, said in (("time,lat,lon\n", "two points"), ("a,b\n1,2\n", "no track"), ("<gpx>", "no track"),
                       ("<!DOCTYPE a><gpx/>", "no place in GPX"),
                       ("time,lat,lon\n2026-11-27,95,0\n2026-11-28,2,0\n", "are none")):  # fmt: skip
        (tmp_path / "b").write_text(text, encoding="utf-8")
        with pytest.raises(FormatError, match=said):
            read_track(tmp_path / "b")


# Survival ------------------------------------------------------------------------------------------------------------


def test_warm_water_gets_no_false_precision():
    c = survival.clock(T0, 29.0)
    assert c.end == 0 and "no figure" in c.sentence and len(c.reviews) == 9
    assert survival.clock(T0, 29.0, survival.Policy(limit=96.0)).end == T0 + 96 * HOUR
    assert survival.clock(T0, 12.0).end == T0 + 6 * HOUR
    assert survival.clock(T0, 12.0, survival.Policy(factor=3.0)).end == T0 + 18 * HOUR
    for water in (-5.0, 60.0, math.nan):
        with pytest.raises(ConfigError, match="sea water"):
            survival.clock(T0, water)
    with pytest.raises(ConfigError, match="does not rise"):
        survival.Policy(hours=((10.0, 3.0), (5.0, 6.0)))


@given(st.floats(-2, 40), st.floats(-2, 40))
def test_colder_water_never_gives_longer(one, two):
    low, high = sorted((one, two))
    a, b = survival.clock(T0, low).end, survival.clock(T0, high).end
    assert b == 0 or a <= b


# Vessels of opportunity ----------------------------------------------------------------------------------------------


def test_who_would_be_there_first():
    rng = np.random.default_rng(1)
    lats, lons, speed = rng.uniform(1, 4, 200), rng.uniform(100, 103, 200), rng.uniform(0, 12, 200)
    lats[3], speed[4] = np.nan, np.nan
    found = vessels.arrivals(2.4, 101.6, lats, lons, speed, most=7)
    slow = [(float(geodesy.distance(lats[i], lons[i], 2.4, 101.6)) / speed[i], i) for i in range(200)
            if np.isfinite(lats[i]) and np.isfinite(speed[i]) and speed[i] >= 0.5]  # fmt: skip
    assert found.row.tolist() == [i for _, i in sorted(slow)[:7]]
    assert found.seconds == pytest.approx([t for t, _ in sorted(slow)[:7]])
    with pytest.raises(SchemaError):
        vessels.arrivals(2.4, 101.6, lats, lons[:5], speed)


def test_a_ship_behind_land_comes_by_sea_and_last_where_no_way_is_known():
    # from the South China Sea round Singapore; from down the strait; from a lake
    lats, lons, speed = np.array([2.6, 1.9, 3.14]), np.array([103.9, 102.2, 101.69]), np.array([30.0, 5.0, 30.0])
    found = vessels.arrivals(2.40, 101.75, lats, lons, speed, coast=coast.Coast(coast.SHIPPED))
    assert found.row.tolist() == [1, 0, 2] and found.land.tolist() == [False, False, True]
    straight = geodesy.distance(2.6, 103.9, 2.40, 101.75)
    # 2.6 N 103.9 E to Horsburgh (1.33 N 104.41 E), south of Singapore (1.17 N 103.75 E), and up the Strait
    stops = [(2.6, 103.9), (1.33, 104.41), (1.17, 103.75), (1.9, 102.2), (2.40, 101.75)]
    about = sum(float(geodesy.distance(*a, *b)) for a, b in itertools.pairwise(stops))
    assert straight < 0.7 * found.away[1] and found.away[1] == pytest.approx(about, rel=0.1)
    assert found.seconds[2] < found.seconds[0]


def test_a_search_along_a_line(demo, tmp_path, capsys):
    words = ["rescue", "along", "bs", str(demo / "drift.npz"), "--route", "02-24N 101-38E; 02-25N 101-41E"]
    words += ["--with", str(demo / "boats.toml"), "--for", "person in water", "--end", "2026-11-27T23:10Z"]
    out = tmp_path / "barrier.json"
    assert main([*words, "--by", "Penyelamat 7", "--times", "4", "--out", str(out)]) == 0
    assert capsys.readouterr().out.startswith(APPROVAL)
    assert [t["pattern"] for t in json.loads(out.read_text(encoding="utf-8"))["tasks"]] == ["BS"]
    assert main(["rescue", "export", str(out), "gpx", "action", "--to", str(tmp_path)]) == 0
    assert main([*words, "--by", "Nobody"]) != 0
    assert "there are Penyelamat 7" in capsys.readouterr().err
