"""The rescue desk by the server: a case from its form to files for the crews, errors at their fields, roles, jobs."""

from __future__ import annotations

import base64
import io
import json
import struct
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from browser.fake_picture import FakePicture
from rescue_floor import BOATS, FORM, SEARCH, done
from selat.app.archive import SeaArchive
from selat.app.rescue.bench import HEAD, case_id
from selat.app.rescue.desk import RescueDesk
from selat.model.errors import StoreError
from selat.web.accounts import Accounts
from selat.web.server import create_app
from small_sea import make_sea
from test_web_alerts import body
from test_web_server import ask


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sea(tmp_path_factory.mktemp("rescue") / "sea")


@pytest.fixture(scope="module")
def app(sea: Path):
    archive = SeaArchive(sea)
    desk = RescueDesk(archive)
    yield create_app(FakePicture(120), archive=archive, rescue=desk)
    desk.close()
    archive.close()


@pytest.fixture(scope="module")
def case(app) -> str:
    """The case, drifted."""
    made = ask(app, "POST", "/api/rescue/cases", **body(who="Aminah", form=FORM, new=True))
    assert made.status_code == 200, made.text
    number = made.json()["id"]
    assert number == case_id("Port Dickson")
    done(app, ask(app, "POST", f"/api/rescue/cases/{number}/drift", **body(who="Aminah", hours="6", every="30")))
    return number


@pytest.fixture(scope="module")
def planned(app, case: str) -> int:
    return done(app, ask(app, "POST", f"/api/rescue/cases/{case}/plan", **body(who="Aminah", **SEARCH)))["plan"]


def test_a_case_is_listed_and_shown(app, case) -> None:
    assert [c["name"] for c in ask(app, "GET", "/api/rescue/cases").json()["cases"]] == ["Port Dickson"]
    found = ask(app, "GET", f"/api/rescue/cases/{case}").json()
    assert found["form"] == FORM and found["objects"] == ["PIW-1"] and found["drift"]["hours"] == 6
    assert [e["action"] for e in found["log"]][:3] == ["case", "form", "drift"]
    assert ask(app, "GET", "/api/rescue/cases/nothing").status_code == 404


def test_times_and_particles(app, case) -> None:
    told = ask(app, "GET", f"/api/rescue/cases/{case}/times").json()
    assert told["whole"] and len(told["rows"]) == len(told["times_ms"]) == 13
    sizes = [told["rows"][-1]["regions"][level]["area_m2"] for level in ("50", "90", "95")]
    assert sizes == sorted(sizes) and told["rows"][-1]["regions"]["95"]["rings"]
    first = [r["r90"] for r in told["rows"]]
    assert first[-1] > first[0]
    rest = ask(app, "GET", f"/api/rescue/cases/{case}/times?first=11").json()["rows"]
    assert rest == told["rows"][11:]
    raw = ask(app, "GET", f"/api/rescue/cases/{case}/cloud?first=3").content
    magic, begin, t, n = HEAD.unpack_from(raw)
    assert (magic, begin, t, n) == (b"SLRC", 3, 10, 2000) and HEAD.size == struct.calcsize("<4sIII")
    assert len(raw) == HEAD.size + 2 * n + t * n + 8 * t * n
    place = np.frombuffer(raw, "<i4", offset=HEAD.size + 2 * n + t * n).reshape(t, n, 2) * 1e-6
    assert abs(place[-1, :, 1].mean() - told["rows"][-1]["lat"]) < 2e-3


def test_a_plan_its_figures_and_a_moved_area(app, case, planned) -> None:
    found = ask(app, "GET", f"/api/rescue/cases/{case}").json()["plans"]
    made = next(p for p in found if p["n"] == planned)["plan"]
    assert 0 < made["pos"] <= made["bound"] and made["approval"].startswith("Not for operational use")
    assert {t["searcher"] for t in made["tasks"]} == {"Penyelamat 7", "Bot Kilat 12"}
    a = made["tasks"][0]["area"]
    shape = {k: a[k] for k in ("lat", "lon", "length", "width", "axis")}
    path = f"/api/rescue/cases/{case}/score"
    ask(app, "POST", path, **body(plan=planned, areas={}))  # the first look makes the setting
    began = time.monotonic()
    moved = ask(app, "POST", path, **body(plan=planned, areas={"A1": {**shape, "lat": shape["lat"] + 1.0}})).json()
    took = time.monotonic() - began
    assert moved["plan"]["pos"] < made["pos"] and moved["plan"]["tasks"][0]["pos"] == 0.0
    assert took < 2.0, "many times what it takes on an idle machine"
    kept = ask(
        app, "POST", f"/api/rescue/cases/{case}/keep", **body(who="A", plan=planned, areas={"A1": shape}, title="B")
    )
    plans = ask(app, "GET", f"/api/rescue/cases/{case}").json()["plans"]
    assert [p["title"] for p in plans if p["n"] == kept.json()["plan"]] == ["B"]
    curve = ask(app, "GET", f"/api/rescue/cases/{case}/effort?plan={planned}").json()["curve"]
    worth = [p for _, p in curve]
    assert worth == sorted(worth) and 0 < worth[0] < worth[-1] <= 1


def test_files_for_the_crews(app, case, planned) -> None:
    path = f"/api/rescue/cases/{case}/export"
    gpx = ask(app, "POST", path, **body(plan=planned, format="gpx"))
    assert b"<rte>" in gpx.content and ".gpx" in gpx.headers["content-disposition"]
    assert b"Not for operational use" in gpx.content
    action = ask(app, "POST", path, **body(plan=planned, format="action", language="ms", facts={"persons": "1"}))
    assert action.status_code == 200 and len(action.text) > 500
    everything = zipfile.ZipFile(io.BytesIO(ask(app, "POST", path, **body(plan=planned, format="all")).content))
    names = everything.namelist()
    assert any(n.endswith(".rtz") for n in names) and any(n.endswith(".sitrep.txt") for n in names)
    for wrong in ({"plan": 999, "format": "gpx"}, {"plan": planned, "format": "doc"}, {"plan": "x"}):
        answer = ask(app, "POST", path, **body(**wrong))
        assert answer.status_code in (400, 404) and answer.json()["hint"]


def test_a_search_in_vain_moves_the_weights_and_is_found_again(app, sea, case, planned) -> None:
    before = ask(app, "GET", f"/api/rescue/cases/{case}/times").json()
    made = next(p for p in ask(app, "GET", f"/api/rescue/cases/{case}").json()["plans"] if p["n"] == planned)["plan"]
    task = next(t for t in made["tasks"] if t["searcher"] == "Bot Kilat 12")
    rows = [f"{np.datetime64(w['time'], 'ns')}Z,{w['lat']},{w['lon']}" for w in task["waypoints"]]
    sailed = "\n".join(["time,lat,lon", *rows])
    path = f"/api/rescue/cases/{case}/search"
    wrong = ask(app, "POST", path, **body(who="A", plan=planned, until="2026-11-28T12:00Z", tracks={"Nobody": "x"}))
    assert wrong.status_code == 422 and {e["field"] for e in wrong.json()["fields"]} == {"until", "tracks.Nobody"}
    told = ask(app, "POST", path, **body(who="A", plan=planned, tracks={"Bot Kilat 12": sailed})).json()
    assert 0 < told["pos"] < 1 and told["cumulative"] == pytest.approx(told["pos"])
    after = ask(app, "GET", f"/api/rescue/cases/{case}/times").json()
    assert after["version"] > before["version"] and after["rows"][-1] != before["rows"][-1]
    again = done(app, ask(app, "POST", f"/api/rescue/cases/{case}/plan", **body(who="A", **SEARCH)))["plan"]
    plans = {p["n"]: p["plan"] for p in ask(app, "GET", f"/api/rescue/cases/{case}").json()["plans"]}
    assert plans[again]["pos_before"] == pytest.approx(told["pos"]) and plans[again]["pos"] < plans[planned]["pos"]
    # another process, later: the same weights from what was kept
    archive = SeaArchive(sea)
    desk = RescueDesk(archive)
    assert desk.bench(case).rows()[-1] == after["rows"][-1]
    assert desk.case(case)["cumulative"] == pytest.approx(told["pos"])
    desk.close()
    archive.close()


def test_a_drift_that_was_changed_is_refused(app, sea, case) -> None:
    path = next((sea / "rescue").glob(f"{case}-*.npz"))
    whole = path.read_bytes()
    path.write_bytes(whole[:50] + bytes([whole[50] ^ 1]) + whole[51:])
    archive = SeaArchive(sea)
    desk = RescueDesk(archive)
    try:
        with pytest.raises(StoreError, match="not the drift that was recorded"):
            desk.bench(case)
    finally:
        path.write_bytes(whole)
        desk.close()
        archive.close()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"objects": []}, "objects.0.what"),
        ({"objects": [{"what": "teapot"}]}, "objects.0.what"),
        ({"objects": [{"what": "PIW-1", "weight": "much"}]}, "objects.0.weight"),
        ({"scenarios": []}, "scenarios"),
        ({"wind": "230/12"}, "wind"),
        ({"current": "400/1kn"}, "current"),
        ({"wind": "../../etc/x.nc"}, "wind"),
        ({"particles": "1e12"}, "particles"),
    ],
)
def test_errors_stand_at_their_field(app, change, field) -> None:
    found = ask(app, "POST", "/api/rescue/check", **body(form={**FORM, **change})).json()["errors"]
    assert [e["field"] for e in found] == [field] and found[0]["error"] and found[0]["hint"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"place": "2.4 101.7"}, "place"), ({"place": ""}, "place"), ({"at": "yesterday"}, "at"), ({"at": ""}, "at"),
        ({"span": "20"}, "span"), ({"error": "0.5 kn"}, "error"), ({"weight": "-1"}, ""), ({"kind": "guess"}, ""),
        ({"kind": "route"}, "to"), ({"kind": "bearing"}, "bearing"), ({"kind": "mmsi"}, "mmsi"),
    ],
)  # fmt: skip
def test_errors_of_a_scenario(app, change, field) -> None:
    row = {**FORM["scenarios"][0], **change}
    found = ask(app, "POST", "/api/rescue/check", **body(form={**FORM, "scenarios": [row]})).json()["errors"]
    wanted = f"scenarios.0.{field}" if field else "scenarios.0"
    assert wanted in [e["field"] for e in found]


@pytest.mark.parametrize(
    "row",
    [
        {"kind": "route", "place": "2.2N 102.1E; 2.0N 101.9E", "at": "2026-11-27T10:00Z", "to": "2026-11-27T16:00Z"},
        {"kind": "area", "place": "2.2N 101.8E\n2.2N 101.9E\n2.1N 101.9E", "at": "2026-11-27T10:00Z", "span": "1 h"},
        {
            "kind": "bearing",
            "place": "2.35N 101.75E",
            "bearing": "245",
            "near": "2 nm",
            "far": "9 nm",
            "at": "2026-11-27T10:00Z",
        },
        {"kind": "found", "place": "2.2N 101.9E", "at": "2026-11-27T10:00Z"},
        {"kind": "mmsi", "mmsi": "533000001", "at": "2026-11-21T23:20Z", "to": "2026-11-22T00:10Z"},
    ],
)
def test_every_kind_of_scenario_begins(app, row) -> None:
    found = ask(app, "POST", "/api/rescue/check", **body(form={**FORM, "scenarios": [row]})).json()
    assert found["errors"] == [] and len(found["start"]) == 500


def test_a_datum_on_land_is_said_at_the_scenarios(app) -> None:
    row = {**FORM["scenarios"][0], "place": "3.2N 102.0E"}
    found = ask(app, "POST", "/api/rescue/check", **body(form={**FORM, "scenarios": [row]})).json()["errors"]
    assert [e["field"] for e in found] == ["scenarios"] and "on land" in found[0]["error"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"speed": "12"}, "boats.0.speed"), ({"name": ""}, "boats.0.name"), ({"place": ""}, "boats.0.place"),
        ({"endurance": ""}, "boats.0.endurance"), ({"speed": "200 kn"}, "boats.0.name"),
    ],
)  # fmt: skip
def test_errors_of_boats(app, case, change, field) -> None:
    rows = [{**BOATS[0], **change}]
    answer = ask(app, "POST", f"/api/rescue/cases/{case}/plan", **body(who="A", **{**SEARCH, "boats": rows}))
    assert answer.status_code == 422 and field in [e["field"] for e in answer.json()["fields"]]


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"place": "7N 95E"}, "boats.0.endurance", "cannot search there"),
        ({"width": ""}, "boats.0.width", "in the dark"),
        ({"ready": "2026-11-27T22:58Z"}, "boats.0.ready", "arrives at"),
        ({"pattern": "TSR"}, "boats.0.line", "0 positions"),
        ({"pattern": "BS", "line": "2.4N 101.7E; 2.5N 101.6E; 2.6N 101.5E"}, "boats.0.line", "3 positions for a barrier"),
        ({"pattern": "OS", "line": "2.4N 101.7E; 2.5N 101.6E", "spacing": "3"}, "boats.0.spacing", ""),
    ],
)  # fmt: skip
def test_a_boat_that_cannot_take_part_is_told_at_its_field(app, case, change, field, says) -> None:
    rows = [{**BOATS[0], **change}, BOATS[1]]
    answer = ask(app, "POST", f"/api/rescue/cases/{case}/plan", **body(who="A", **{**SEARCH, "boats": rows}))
    assert answer.status_code == 422, answer.text
    told = {e["field"]: e for e in answer.json()["fields"]}
    assert says in told[field]["error"] and told[field]["hint"]


def test_work_is_broken_off(app, case) -> None:
    wanted = body(who="A", hours="200", every="60")
    ask(app, "POST", f"/api/rescue/cases/{case}/drift", **wanted)
    second = ask(app, "POST", f"/api/rescue/cases/{case}/drift", **wanted).json()
    run, number = second["id"].split("-")
    first = f"{run}-{int(number) - 1}"
    for number in (second["id"], first):
        ask(app, "DELETE", f"/api/rescue/jobs/{number}")
    for number in (second["id"], first):
        for _ in range(400):
            job = ask(app, "GET", f"/api/rescue/jobs/{number}").json()
            if job["state"] not in ("waiting", "running"):
                break
            time.sleep(0.05)
        assert job["state"] in ("cancelled", "done")
    assert ask(app, "GET", f"/api/rescue/jobs/{second['id']}").json()["state"] == "cancelled"
    assert ask(app, "DELETE", f"/api/rescue/jobs/{second['id']}").status_code == 404
    # what was broken off is not worked on: the drift that was recorded is, or the first where it was quicker than we
    whole = ask(app, "GET", f"/api/rescue/jobs/{first}").json()["state"] == "done"
    assert len(ask(app, "GET", f"/api/rescue/cases/{case}/times").json()["times_ms"]) == (201 if whole else 13)


def test_the_stream_tells_of_progress_to_the_end(app, case) -> None:
    job = ask(app, "POST", f"/api/rescue/cases/{case}/drift", **body(who="A", hours="6", every="30")).json()
    lines = ask(app, "GET", f"/api/rescue/jobs/{job['id']}/stream").text.split("\n\n")
    told = [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
    assert told[-1]["state"] == "done" and told[-1]["known"] == 13
    assert [t["known"] for t in told] == sorted(t["known"] for t in told)


def test_aids(app) -> None:
    day = ask(app, "GET", "/api/rescue/light?lat=2.4&lon=101.7&begin=1795750000000&end=1795836400000").json()
    assert len(day["sunrise"]) == 1 and 0 <= day["moon_lit"] <= 1
    told = ask(app, "GET", "/api/rescue/survival?begin=1795750000000&water=29").json()
    assert told["end_ms"] is None and told["reviews_ms"] and "no figure" in told["sentence"]
    ships = ask(app, "GET", "/api/rescue/vessels?lat=1.2&lon=103.8").json()["ships"]
    assert ships and [s["seconds"] for s in ships if not s["land"]] == sorted(
        s["seconds"] for s in ships if not s["land"]
    )
    lists = ask(app, "GET", "/api/rescue/lists").json()
    assert len(lists["objects"]) > 85 and "person in water" in lists["targets"]["boat"] and "gpx" in lists["formats"]
    for path in ("light?lat=x", "survival?begin=y", "vessels?lat=300&lon=0", "survival?begin=0&water=90"):
        assert ask(app, "GET", f"/api/rescue/{path}").status_code == 400


def test_decisions_are_in_the_log(app, case) -> None:
    path = f"/api/rescue/cases/{case}/decision"
    assert ask(app, "POST", path, **body(who="Aminah", note="Helicopter asked for")).status_code == 200
    assert ask(app, "GET", f"/api/rescue/cases/{case}").json()["log"][-1]["note"] == "Helicopter asked for"
    assert ask(app, "POST", path, **body(who="", note="x")).status_code == 400


def test_strangers_may_look_and_not_act(app, case) -> None:
    assert ask(app, "GET", f"/api/rescue/cases/{case}", client="192.0.2.7").status_code == 200
    for path in ("", f"/{case}/drift", f"/{case}/plan", f"/{case}/keep", f"/{case}/search", f"/{case}/decision"):
        answer = ask(app, "POST", f"/api/rescue/cases{path}", client="192.0.2.7", **body(who="X"))
        assert answer.status_code == 403, path
    assert ask(app, "DELETE", "/api/rescue/jobs/1", client="192.0.2.7").status_code == 403


def test_roles(tmp_path: Path, sea: Path) -> None:
    accounts = Accounts(tmp_path)
    for name, role in (("mira", "observer"), ("omar", "officer")):
        accounts.put(name, role, "long enough 123")
    archive = SeaArchive(sea)
    desk = RescueDesk(archive)
    guarded = create_app(FakePicture(20), archive=archive, rescue=desk, accounts=accounts)
    for name, status in (("mira", 403), ("omar", 200)):
        told = base64.b64encode(f"{name}:long enough 123".encode()).decode()
        head = {"authorization": f"Basic {told}", "content-type": "application/json"}
        form = {**FORM, "name": f"by {name}"}
        answer = ask(
            guarded, "POST", "/api/rescue/cases", content=json.dumps({"form": form, "who": "else"}), headers=head
        )
        assert answer.status_code == status
        assert ask(guarded, "GET", "/api/rescue/cases", headers=head).status_code == 200
    assert desk.case(case_id("by omar"))["log"][0]["who"] == "omar"  # whatever the body says
    desk.close()
    archive.close()


def test_without_a_sea_there_are_no_cases() -> None:
    assert ask(create_app(FakePicture(10)), "GET", "/api/rescue/cases").status_code == 501
