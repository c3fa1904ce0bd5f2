"""Capability before and after a grant by item and season, and the verbs that measure: no Python is needed for any of them."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from selat.assist.capability import capability, measurements, reached, response
from selat.assist.demand import read_demand
from selat.assist.demo import BOATS, GRANT, NOW, demo_facts
from selat.assist.pages import measures
from selat.assist.register import Register, open_register
from selat.assist.sensing import IMO_ROWS, WAVES, cell_area, in_waves, visits
from selat.cli import main
from selat.kernels import geodesy
from selat.model.errors import ConfigError
from selat.model.nouns import Asset

pytestmark = pytest.mark.long

AT = "2026-07-20"


@pytest.fixture(scope="module")
def sea(tmp_path_factory):
    """The demonstration's register in a folder."""
    folder = tmp_path_factory.mktemp("measures") / "sea"
    register = open_register(folder, create=True)
    register.write(demo_facts(1))
    register.engine.dispose()
    return folder


@pytest.fixture(scope="module")
def register(sea) -> Register:
    found = open_register(sea)
    yield found
    found.engine.dispose()


@pytest.fixture(scope="module")
def incidents(tmp_path_factory):
    """Places off Selangor and in the Strait, with dates of several years and seasons."""
    rng = np.random.default_rng(4)
    path = tmp_path_factory.mktemp("demand") / "incidents.csv"
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["date", "lat", "lon", "weight"])
        for n in range(120):
            month = (1, 4, 7, 11)[n % 4]
            writer.writerow(
                [f"{2020 + n % 5}-{month:02d}-10", 1.9 + 1.4 * rng.random(), 100.6 + 0.9 * rng.random(), 1 + n % 2]
            )
    return path


OLD = [Asset("Lumut", "boat", 4.20, 100.58, speed=12.0)]


def test_expected_is_no_less_than_measured_and_measured_no_less_than_before(register, incidents):
    found = capability(register.book(), GRANT, read_demand(incidents), NOW, OLD)
    by = {(r.indicator, r.basis): r for r in found.rows}
    for season in ("", ", north-east monsoon", ", south-west monsoon", ", between monsoons"):
        for name in ("share reached in 2 h", "share with a second boat in 2 h"):
            before, expected, measured = (by[name + season, b].value for b in ("baseline", "expected", "measured"))
            assert before <= measured <= expected
        gain = by[f"gain of share reached in 2 h{season}", "expected"]
        assert gain.low <= gain.value <= gain.high
        assert (
            by[f"mean response{season}", "expected"].value
            <= by[f"90th percentile of response{season}", "expected"].value
        )
    assert by["share reached in 2 h", "expected"].value > by["share reached in 2 h", "baseline"].value
    assert set(found.fleets["expected"]) == {"Lumut", *BOATS} and set(found.alone) == set(BOATS)
    assert all(v >= 0 for v in found.alone.values()) and sum(found.alone.values()) < 1e-9, (
        "seven at one base: none is missed alone"
    )
    assert found.seed == 1 and len(found.demand) == 16 and found.assumptions
    again = capability(register.book(), GRANT, read_demand(incidents), NOW, OLD)
    assert again == found, "the same input gives the same figures"
    slow = capability(register.book(), GRANT, read_demand(incidents), NOW, OLD, slowed={"north-east monsoon": 0.5})
    calm = by["mean response, north-east monsoon", "expected"].value
    assert (
        next(r for r in slow.rows if r.indicator == "mean response, north-east monsoon" and r.basis == "expected").value
        > calm
    )
    with pytest.raises(ConfigError, match="no programme"):
        capability(register.book(), "nope", read_demand(incidents), NOW, OLD)
    with pytest.raises(ConfigError, match="no craft"):
        capability(register.book(), "OSA-2023-PH-1", read_demand(incidents), NOW, OLD)


def test_readiness_is_what_a_simulation_finds():
    rng = np.random.default_rng(5)
    seconds, ready = rng.uniform(1000, 12000, (4, 30)), np.array([0.9, 0.5, 0.2, 1.0])
    seconds[3, 20:] = np.inf
    weight = rng.uniform(0.5, 2.0, 30)
    up = rng.random((40_000, 4, 1)) < ready[:, None]
    there = np.where(up, seconds, np.inf)
    hit, twice = reached(seconds, ready, 6000)
    assert np.abs(((there <= 6000).sum(1) >= 1).mean(0) - hit).max() < 0.02
    assert np.abs(((there <= 6000).sum(1) >= 2).mean(0) - twice).max() < 0.02
    soonest = there.min(axis=1)
    known = np.isfinite(soonest)
    mean, p90 = response(seconds, ready, weight[None, :])
    w = np.broadcast_to(weight, soonest.shape)[known]
    assert mean[0] == pytest.approx(np.average(soonest[known], weights=w), rel=0.01)
    order = np.argsort(soonest[known])
    at = np.searchsorted(np.cumsum(w[order]), 0.9 * w.sum())
    assert p90[0] == pytest.approx(soonest[known][order][at], rel=0.01)


def test_what_was_measured_stands_in_the_register_the_page_and_the_review(tmp_path, incidents, capsys):
    folder = tmp_path / "sea"
    open_register(folder, create=True).write(demo_facts(1))
    argv = [
        "assist",
        "capability",
        str(folder),
        str(incidents),
        "--programme",
        GRANT,
        "--at",
        AT,
        "--base",
        "Lumut,4.20,100.58,23 kn",
    ]
    assert main([*argv, "--incidents", "--expected-fall", "0.1"]) == 0
    told = capsys.readouterr().out
    assert (
        "No effect is claimed" in told
        and "gain of share reached in 2 h" in told
        and "incidents by year: 2020: 24" in told
    )
    assert main([*argv, "--put"]) == 2, "somebody must say who writes it down"
    assert main([*argv, "--incidents", "--expected-fall", "0.1", "--put", "--who", "Sato"]) == 0
    book = open_register(folder).book()
    rows = {m["indicator"]: m for m in measures(book, GRANT, NOW)}
    share = rows["share reached in 2 h"]
    assert (
        share["baseline"]["value"] <= share["measured"]["value"] <= share["expected"]["value"]
        and share["expected"]["low"] is not None
    )
    assert "adds when it alone is left out" in rows["gain of share reached in 2 h"]["expected"]["text"]
    assert main(["assist", "review", str(folder), "2026", "--programme", GRANT, "--out", str(tmp_path / "r.html")]) == 0
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "share reached in 2 h" in page and "gain of share reached in 2 h, north-east monsoon" in page
    capsys.readouterr()
    assert main([*argv, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {r["basis"] for r in found["rows"]} == {"baseline", "expected", "measured"} and found["left_out"] == {}
    with pytest.raises(ConfigError, match="zero or more"):
        register = open_register(folder)
        bad = measurements(capability(book, GRANT, read_demand(incidents), NOW, OLD), NOW, "x", "y")[0]
        register.write([type(bad)(bad.kind, bad.subject, bad.at, {**bad.data, "value": -1.0}, "y", "x")])


def test_traffic_is_a_demand(tmp_path, capsys):
    import selat

    folder = tmp_path / "sea"
    open_register(folder, create=True).write(demo_facts(1))
    assert main(["assist", "capability", str(folder), "traffic", "--programme", GRANT, "--at", AT]) == 2
    assert "no positions" in capsys.readouterr().err
    assert main(["assist", "capability", str(folder), "traffic", "--programme", GRANT, "--incidents"]) == 2
    assert selat.__version__


def test_verbs_of_sensors(tmp_path, incidents, sea, capsys):
    assert (
        main(
            [
                "assist",
                "barrier",
                "--lane",
                "40 nm",
                "--sweep",
                "5 nm",
                "--patrol",
                "15 kn",
                "--target",
                "10 kn",
                "--json",
            ]
        )
        == 0
    )
    told = json.loads(capsys.readouterr().out)
    assert told["low"] - 3 * told["error"] <= told["detected"] <= told["high"] + 3 * told["error"]
    assert main(["assist", "barrier", "--lane", "40", "--sweep", "5 nm", "--patrol", "15 kn", "--target", "10 kn"]) == 2
    assert (
        main(["assist", "barrier", "--lane", "40 nm", "--sweep", "0 nm", "--patrol", "15 kn", "--target", "10 kn"]) == 2
    )
    capsys.readouterr()
    site = ["--site", "Tower,2.9,101.2,60"]
    assert main(["assist", "coverage", str(incidents), *site, "--waves", "3", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    share = {r["target"]: r["share"] for r in rows}
    assert (
        len(rows) == len(IMO_ROWS) + 2
        and share["AIS of class A (antenna 20 m)"] >= share["AIS of class B (antenna 3 m)"] > 0
    )
    assert all(r["low"] <= r["share"] <= r["high"] for r in rows)
    demand = read_demand(incidents)
    away = np.asarray(geodesy.distance(2.9, 101.2, demand.lat, demand.lon))
    near = rows[0]
    assert near["share"] == pytest.approx(demand.weight[away <= near["range_m"]].sum() / demand.weight.sum())
    for bad in (["--site", "Tower,2.9,101.2"], ["--site", "Tower,99,101,10"], [], [*site, "--waves", "12"]):
        assert main(["assist", "coverage", str(incidents), *bad]) == 2
    capsys.readouterr()
    assert main(["assist", "ready", str(sea), "--programme", GRANT, "--at", AT]) == 0
    assert "ready days" in (out := capsys.readouterr().out) and "by best evidence, north-east monsoon" in out
    assert main(["assist", "ready", str(sea), "--programme", GRANT, "--items", "--at", AT, "--json"]) == 0
    items = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {i["item"] for i in items} >= set(BOATS) and all(i["ready_days"] <= i["held_days"] for i in items)


def test_waves_and_cells():
    assert [in_waves(2.5, n) for n in range(5)] == ["seen", "seen", "often", "not", "not"]
    assert (
        in_waves(0.5, 2) == "unknown"
        and in_waves(0.5, 0) == "seen"
        and in_waves(1e9, 5) == WAVES[10.0][4]
        and in_waves(10, 9) == "not"
    )
    assert cell_area("2,101") == pytest.approx(1.23e10, rel=0.02)


def test_patrol(tmp_path, capsys):
    from selat.assist.facts import Fact
    from selat.model.clock import DAY, HOUR, parse_time

    folder = tmp_path / "sea"
    register = open_register(folder, create=True)
    register.write(demo_facts(1))
    begin = parse_time("2026-06-01")
    told = {"hours": 2.0, "grade": "B", "cells": {"2,101": 1.5, "3,101": 0.5}}
    uses = [
        Fact("use", BOATS[0], begin + d * DAY, {**told, "ended": begin + d * DAY + 2 * HOUR}, "x", "x")
        for d in (2, 5, 20)
    ]  # fmt: skip
    found = visits(uses, begin, begin + 30 * DAY)
    assert found["2,101"]["visits"] == 3 and found["2,101"]["hours"] == 4.5 and found["2,101"]["longest"] == 15 * 86400
    register.write(
        [Fact(u.kind, u.subject, u.at + HOUR, {**u.data, "ended": u.data["ended"] + HOUR}, "x", "x") for u in uses]
    )
    argv = ["assist", "patrol", str(folder), "--programme", GRANT, "--from", "2026-06-01", "--to", "2026-07-01"]
    assert main([*argv, "--sweep", "2 nm", "--speed", "12 kn", "--json"]) == 0
    rows = {r["cell"]: r for r in map(json.loads, capsys.readouterr().out.splitlines())}
    assert rows["2,101"]["visits"] == 3 and rows["2,101"]["swept_m2"] == pytest.approx(4.5 * 2 * 12 * 1852**2)
    assert 0 < rows["2,101"]["detection"] < 1
    assert main([*argv, "--sweep", "2 nm"]) == 2
    assert main(argv) == 0
    assert "visits" in capsys.readouterr().out
