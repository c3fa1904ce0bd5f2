"""Bad input to a search, from the command line: each is an error with its remedy, and leaves no file behind."""

from __future__ import annotations

import pytest

from selat.cli import main
from selat.model.plan import APPROVAL

BOAT = """
[[searcher]]
name = "Penyelamat 7"
platform = "boat"
lat = 2.52
lon = 101.79
speed = "15 kn"
endurance = "8 h"
"""
REPORT = ["--object", "person", "--position", "02-27.0N 101-42.0E", "--at", "2026-11-27T23:40Z"]
FOR = ["--for", "raft 4", "--begin", "2026-11-28T00:00Z", "--end", "2026-11-28T04:00Z"]


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad")
    assert main(["rescue", "new", str(folder / "c.json"), *REPORT, "--particles", "600", "--wind", "230/12kn",
                 "--current", "320/0.8kn"]) == 0  # fmt: skip
    assert main(["rescue", "drift", str(folder / "c.json"), "--hours", "5", "--out", str(folder / "d.npz")]) == 0
    return folder


def field(path, hours, west=101.0):
    netCDF4 = pytest.importorskip("netCDF4")
    import numpy as np

    with netCDF4.Dataset(str(path), "w") as d:
        for name, values, units in (
            ("time", hours, "hours since 2026-11-27T20:00:00"),
            ("lat", np.arange(1.5, 3.6, 0.25), "degrees_north"),
            ("lon", west + np.arange(0, 1.6, 0.25), "degrees_east"),
        ):
            d.createDimension(name, len(values))
            d.createVariable(name, "f8", (name,))[:] = values
            d[name].setncatts({"units": units})
        for name, label in (("uo", "eastward_sea_water_velocity"), ("vo", "northward_sea_water_velocity")):
            d.createVariable(name, "f4", ("time", "lat", "lon"))[:] = 0.3
            d[name].setncatts({"standard_name": label, "units": "m s-1"})
    return path


def refused(capsys, words, *said):
    """Exit status 2, what is said, and a hint."""
    capsys.readouterr()
    assert main([str(w) for w in words]) == 2
    err = capsys.readouterr().err
    assert "hint:" in err and all(s in err for s in said), err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("hours", "west", "said"),
    [
        ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 110.0, "longitudes"),
        ([0, 1, 2], 101.0, "2026-11-27T22:00:00Z"),
        ([0, 1, 2, 3, 8, 9, 10, 11], 101.0, "gap"),
    ],
    ids=["elsewhere", "too early", "a gap in time"],
)
def test_a_field_that_does_not_cover_the_case(tmp_path, capsys, hours, west, said):
    nc, case = field(tmp_path / "f.nc", hours, west), tmp_path / "c.json"
    made = main(["rescue", "new", str(case), *REPORT, "--particles", "200", "--current", str(nc), "--wind", "230/12kn"])
    if made == 0:  # what a file holds is looked at when it is drifted in
        refused(capsys, ["rescue", "drift", case, "--hours", "5", "--out", tmp_path / "d.npz"], said)
        assert not (tmp_path / "d.npz").exists()
    else:
        err = capsys.readouterr().err
        assert said in err and "hint:" in err and not case.exists()


def test_a_datum_on_land(tmp_path, capsys):
    inland = ["--object", "person", "--position", "3.14N 101.69E", "--at", "2026-11-27T23:40Z"]
    refused(capsys, ["rescue", "new", tmp_path / "c.json", *inland], "on land")
    assert not (tmp_path / "c.json").exists()


@pytest.mark.parametrize(
    ("change", "more", "said"),
    [
        (('endurance = "8 h"', 'endurance = "30 min"'), [], ("cannot search there", "nm away")),
        (("lat = 2.52\nlon = 101.79", "lat = 7.2\nlon = 98.1"), [], ("cannot search there", "nm away")),
        (('speed = "15 kn"', 'speed = "15 kn"\nready = 2026-11-28T05:00:00Z'), [], ("arrives at", "ends at")),
        (("", ""), ["--visibility", "0.3 nm"], ("below the sweep-width table",)),
        (('speed = "15 kn"', 'speed = "15 m/s"\ntransit = "90 m/s"'), [], ("is the unit right",)),
        (('speed = "15 kn"', 'speed = "15 nm"'), [], ("not a unit of speed",)),
        (('speed = "15 kn"', "speed = 15"), [], ("without a unit",)),
        (('speed = "15 kn"', "speed = [15, 16]"), [], ("speed of [15, 16]",)),
        (("lat = 2.52", 'lat = "2.52N"'), [], ("lat of '2.52N'",)),
        (('speed = "15 kn"', 'speed = "15 kn"\nhome = 7'), [], ("home of 7", "latitude and longitude")),
        (("", ""), ["--wind", "12"], ("without a unit",)),
        (("", ""), ["--sea", "2 kn"], ("not a unit",)),
    ],
    ids=[
        "no endurance",
        "too far",
        "too late",
        "fog",
        "too fast",
        "a length as speed",
        "no unit",
        "a list",
        "a place as text",
        "no home",
        "no unit of wind",
        "a speed as height",
    ],
)
def test_boats_and_conditions_that_cannot_be(case, tmp_path, capsys, change, more, said):
    boats = tmp_path / "b.toml"
    boats.write_text(BOAT.replace(*change) if change[0] else BOAT, encoding="utf-8")
    words = ["rescue", "plan", case / "d.npz", "--with", boats, *FOR, *more, "--out", tmp_path / "p.json"]
    refused(capsys, words, *said)
    assert not (tmp_path / "p.json").exists()


def test_what_is_weak_stands_on_the_first_line(case, tmp_path, capsys):
    boats = tmp_path / "b.toml"
    boats.write_text(BOAT + 'width = "0.05 nm"\n', encoding="utf-8")
    assert main(["rescue", "plan", str(case / "d.npz"), "--with", str(boats), *FOR]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith(APPROVAL) and "given by hand" in first and "rough" in first
