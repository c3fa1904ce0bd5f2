"""Reach: real incidents against real ports, over water beside straight lines; and what makes no demand."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from selat.assist.basing import covering
from selat.assist.demand import read_demand, straight
from selat.cli import main
from selat.model.errors import FormatError
from selat.model.units import KNOT


@pytest.fixture(scope="module")
def incidents(shared):
    """525 incidents of 2011 to 2020; the corner east of 104 E and north of 2 N is off."""
    found = read_demand(
        shared / "assist" / "imb_pirate_attacks_1993_2020.csv", box=(95, 0.5, 105, 7), begin="2011", end="2021"
    )
    keep = ~((found.lon > 104) & (found.lat > 2))
    return type(found)(found.lat[keep], found.lon[keep], found.weight[keep])


@pytest.fixture(scope="module")
def ports(shared):
    with (shared / "map" / "world_port_index.csv").open(encoding="utf-8-sig") as source:
        rows = [r for r in csv.DictReader(source) if r["country"] == "MY" and float(r["port_longitude"]) < 104.2]
    return {
        r["port_name"]: (float(r["port_latitude"]), float(r["port_longitude"]))
        for r in rows
        if float(r["port_longitude"]) < 103 or float(r["port_latitude"]) < 2
    }


#: speed kn, best one, best two, all: an independent computation with great circles and 30 minutes to launch, per cent
TABLE = [(20, 42.1, 50.5, 51.4), (30, 60.6, 61.1, 62.1), (40, 69.9, 82.9, 83.8)]


@pytest.mark.parametrize(("knots", "one", "two", "every"), TABLE)
def test_the_location_table(incidents, ports, knots, one, two, every):
    """Within a point: the port list and the corner of the box are ours."""
    assert len(incidents.lat) == 525
    names = list(ports)
    reach = 1.5 * 3600 * knots * KNOT >= straight(list(ports.values()), incidents).T
    first, second = covering(reach, incidents.weight, 1), covering(reach, incidents.weight, 2)
    assert names[first.chosen[0]].startswith("JOHOR") and first.proven and second.proven
    assert 100 * first.value / 525 == pytest.approx(one, abs=1.0)
    assert 100 * second.value / 525 == pytest.approx(two, abs=1.0)
    assert 100 * reach.any(axis=1).mean() == pytest.approx(every, abs=1.0)


@pytest.mark.long
def test_the_verb_tells_water_beside_line(incidents, tmp_path, capsys):
    with (tmp_path / "d.csv").open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["lat", "lon", "weight"])
        writer.writerows(zip(incidents.lat, incidents.lon, incidents.weight, strict=True))
        writer.writerow(["NA", "", ""])
    argv = [
        "assist",
        "reach",
        str(tmp_path / "d.csv"),
        "--base",
        "Port Dickson,2.53,101.78,30 kn",
        "--added",
        "Johor,1.43,103.9,30 kn",
    ]
    assert main([*argv, "--best", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    value = {(r["set"], r["way"], r["measure"]): r["value"] for r in told["rows"]}
    share = "share reached in 2 h"
    for s in ("before", "after"):
        assert value[s, "over water", share] <= value[s, "straight line", share]
    assert value["after", "over water", share] > value["before", "over water", share] + 0.2
    assert told["best"]["bases"] == ["Johor"] and told["best"]["gap"] == 0 and told["unplaced"] == 1
    assert main(argv) == 0
    assert "over water" in capsys.readouterr().out


def test_what_makes_no_demand(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    with pytest.raises(FormatError, match="no columns"):
        read_demand(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text("lat,lon\n99,2\nNA,NA\n")
    with pytest.raises(FormatError, match="no place"):
        read_demand(tmp_path / "b.csv")
    (tmp_path / "c.csv").write_text("lat,lon\n1,103\n")
    assert main(["assist", "reach", str(tmp_path / "c.csv")]) == 2
    assert main(["assist", "reach", str(tmp_path / "c.csv"), "--base", "a,1.2,103.5,30"]) == 2
    assert main(["assist", "reach", str(tmp_path / "c.csv"), "--base", "a,1.2"]) == 2
    assert np.isfinite(read_demand(tmp_path / "c.csv").lat).all()


def test_detectable(capsys):
    assert main(["assist", "detectable", "60", "--before", "1", "--after", "1"]) == 0
    assert "46%" in capsys.readouterr().out
    assert main(["assist", "detectable", "0.1"]) == 0
    assert "not even" in capsys.readouterr().out
