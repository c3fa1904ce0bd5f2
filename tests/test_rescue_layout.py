"""Searches laid out by people: lines beside areas, patterns chosen by hand; what each and all are worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from browser.fake_picture import FakePicture
from rescue_floor import BOATS, FORM, SEARCH, done
from selat.app.archive import SeaArchive
from selat.app.rescue.desk import RescueDesk
from selat.app.rescue.layout import sailed
from selat.model.plan import from_dict
from selat.rescue.probability import exponent_of_task, exponent_of_track, update
from selat.web.server import create_app
from small_sea import make_sea
from test_web_alerts import body
from test_web_server import ask

pytestmark = pytest.mark.long

LINE = "02-22.0N 101-41.0E; 02-28.0N 101-36.0E"
MIXED = {**SEARCH, "boats": [BOATS[0], {**BOATS[1], "pattern": "TSR", "line": LINE}]}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RescueDesk]:
    archive = SeaArchive(make_sea(tmp_path_factory.mktemp("layout") / "sea"))
    made = RescueDesk(archive)
    yield made
    made.close()
    archive.close()


@pytest.fixture(scope="module")
def app(desk: RescueDesk) -> Any:
    return create_app(FakePicture(20), archive=desk.archive, rescue=desk)


@pytest.fixture(scope="module")
def path(app) -> str:
    made = ask(app, "POST", "/api/rescue/cases", **body(who="A", form={**FORM, "particles": "4000"}, new=True)).json()[
        "id"
    ]
    done(app, ask(app, "POST", f"/api/rescue/cases/{made}/drift", **body(who="A", hours="6", every="30")))
    return f"/api/rescue/cases/{made}"


def planned(app, path: str, form: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    n = done(app, ask(app, "POST", f"{path}/plan", **body(who="A", **form)))["plan"]
    return n, next(p for p in ask(app, "GET", path).json()["plans"] if p["n"] == n)


def test_a_line_and_areas_are_one_plan_worth_what_both_find(app, desk, path) -> None:
    n, record = planned(app, path, MIXED)
    plan = record["plan"]
    kinds = {t["searcher"]: t["pattern"] for t in plan["tasks"]}
    assert kinds["Bot Kilat 12"] == "TSR" and kinds["Penyelamat 7"] in ("PS", "CS")
    assert record["lines"]["L1"] == [pytest.approx(p, abs=1e-4) for p in ([2.366667, 101.683333], [2.466667, 101.6])]
    # a slow twin: what both miss of each particle, one after the other
    made = from_dict(plan)
    cloud = desk.bench(path.rsplit("/", 1)[-1]).cloud().normal()
    exponent = np.zeros(len(cloud))
    for task in made.tasks:
        track = sailed(task, 0) if task.pattern == "TSR" else None
        exponent += exponent_of_track(cloud, track) if track is not None else exponent_of_task(cloud, task)
    assert made.pos == pytest.approx(update(cloud, exponent)[1], abs=0.04)
    assert made.pos <= made.bound <= 1 and made.pos == pytest.approx(sum(t.pos for t in made.tasks), abs=0.02)
    alone = planned(app, path, {**SEARCH, "boats": [BOATS[0]]})[1]["plan"]["pos"]
    assert made.pos > alone
    kept = ask(app, "POST", f"{path}/export", **body(plan=n, format="gpx"))
    assert (kept.status_code == 200 and b"TSR" in kept.content) or b"L1" in kept.content


def test_two_boats_on_one_line_find_what_is_there_once(app, desk, path) -> None:
    """Each particle is missed by one boat and then by the other: what both find is far less than of two that are apart."""
    boats = [{**b, "pattern": "TSR", "line": LINE} for b in BOATS]
    plan = from_dict(planned(app, path, {**SEARCH, "boats": boats})[1]["plan"])
    cloud = desk.bench(path.rsplit("/", 1)[-1]).cloud().normal()
    met = [exponent_of_track(cloud, sailed(t, 0)) for t in plan.tasks]
    want = update(cloud, met[0] + met[1])[1]
    first, second = (update(cloud, m)[1] for m in met)
    apart = 1.0 - (1.0 - first) * (1.0 - second)
    assert plan.pos == pytest.approx(want, abs=2e-3) and want < apart - 0.01, (plan.pos, want, apart)
    assert sum(t.pos for t in plan.tasks) == pytest.approx(plan.pos, abs=1e-6)


@pytest.mark.parametrize("kind", ["TSN", "BS", "OS"])
def test_every_search_along_a_line_is_planned_alone(app, path, kind) -> None:
    form = {**SEARCH, "boats": [{**BOATS[1], "pattern": kind, "line": LINE}]}
    n, record = planned(app, path, form)
    (task,) = record["plan"]["tasks"]
    assert task["pattern"] == kind and task["name"] == "L1" and 0 < task["pos"] <= record["plan"]["bound"]
    assert len(task["waypoints"]) > 1 and task["waypoints"][-1]["time"] == task["end"]
    for form_of in ("gpx", "rtz", "action", "sitrep", "html"):
        assert ask(app, "POST", f"{path}/export", **body(plan=n, format=form_of)).status_code == 200, form_of


def test_a_line_is_pulled_and_the_worth_of_all_follows(app, path) -> None:
    n, record = planned(app, path, MIXED)
    whole = record["plan"]["pos"]
    same = ask(app, "POST", f"{path}/score", **body(plan=n, areas={})).json()["plan"]
    assert same["pos"] == pytest.approx(whole, abs=1e-6) and [t["name"] for t in same["tasks"]] == [
        t["name"] for t in record["plan"]["tasks"]
    ]
    away = {"L1": {"places": [[1.9, 101.2], [1.95, 101.1]]}}
    told = ask(app, "POST", f"{path}/score", **body(plan=n, areas=away)).json()["plan"]
    line = next(t for t in told["tasks"] if t["name"] == "L1")
    assert line["pos"] < 1e-3 and told["pos"] < whole
    kept = ask(app, "POST", f"{path}/keep", **body(who="A", plan=n, areas=away, title="")).json()["plan"]
    found = next(p for p in ask(app, "GET", path).json()["plans"] if p["n"] == kept)
    assert found["lines"]["L1"] == [pytest.approx(p, abs=1e-4) for p in away["L1"]["places"]]
    again = ask(app, "POST", f"{path}/score", **body(plan=kept, areas={})).json()["plan"]
    assert again["pos"] == pytest.approx(found["plan"]["pos"], abs=1e-6)
    back = ask(app, "POST", f"{path}/score", **body(plan=kept, areas={"L1": {"places": record["lines"]["L1"]}})).json()
    assert back["plan"]["pos"] == pytest.approx(whole, abs=2e-3)
    for wrong in ({"L1": {"places": [[1, 2]]}}, {"L1": {"lat": 1}}, {"L1": {"places": [[99, 0], [1, 1]]}}, {"Z": {}}):
        answer = ask(app, "POST", f"{path}/score", **body(plan=n, areas=wrong))
        assert answer.status_code == 400 and answer.json()["hint"], wrong


def test_a_line_through_an_area_is_said(app, path) -> None:
    n, record = planned(app, path, MIXED)
    area = next(t for t in record["plan"]["tasks"] if t["name"] == "A1")["area"]
    through = {"L1": {"places": [[area["lat"] - 0.1, area["lon"]], [area["lat"] + 0.1, area["lon"]]]}}
    told = ask(app, "POST", f"{path}/score", **body(plan=n, areas=through)).json()
    assert ["L1", "A1"] in told["overlaps"]
    assert any("L1 crosses A1" in w for w in told["plan"]["weaknesses"])


@pytest.mark.parametrize("pattern", ["PS", "CS", "SS", "VS"])
def test_a_pattern_is_chosen_by_hand_within_the_effort(app, path, pattern) -> None:
    n, record = planned(app, path, {**SEARCH, "areas": "1"})
    task = record["plan"]["tasks"][0]
    shape = {k: task["area"][k] for k in ("lat", "lon", "length", "width", "axis")}
    told = ask(app, "POST", f"{path}/score", **body(plan=n, areas={task["name"]: {**shape, "pattern": pattern}})).json()
    new = next(t for t in told["plan"]["tasks"] if t["name"] == task["name"])
    assert new["pattern"] == pattern and 0 < new["pos"] <= told["plan"]["bound"]
    legs = sum(w["length"] for w in new["waypoints"])
    paid = task["coverage"] * task["area"]["length"] * task["area"]["width"] / task["sweep_width"]
    # the drift of the water adds to the way over the ground, and never more track is drawn than is paid for
    assert legs < paid * 1.12, f"{legs:.0f} m of legs, {paid:.0f} m paid for"
    wrong = ask(app, "POST", f"{path}/score", **body(plan=n, areas={task["name"]: {**shape, "pattern": "XX"}}))
    assert wrong.status_code == 400 and wrong.json()["hint"]


def test_a_line_in_vain_goes_into_the_weights_by_its_track_as_far_as_it_was_sailed(app, desk, path) -> None:
    n, record = planned(app, path, {**SEARCH, "boats": [{**BOATS[1], "pattern": "TSR", "line": LINE}]})
    task = from_dict(record["plan"]).tasks[0]
    middle = (task.begin + task.end) // 2
    half = sailed(task, middle)
    assert half is not None and half.time[-1] == middle and sailed(task, task.begin) is None
    cloud = desk.bench(path.rsplit("/", 1)[-1]).cloud()
    want = update(cloud, exponent_of_track(cloud, half))[1]
    until = f"{np.datetime64(middle // 10**9, 's')}Z"
    told = ask(app, "POST", f"{path}/search", **body(who="A", plan=n, until=until)).json()
    assert told["pos"] == pytest.approx(want, abs=2e-3)
    whole = update(
        cloud,
        exponent_of_track(
            cloud, replace(half, time=sailed(task, 0).time, lat=sailed(task, 0).lat, lon=sailed(task, 0).lon)
        ),
    )[1]  # type: ignore[union-attr]
    assert told["pos"] < whole
