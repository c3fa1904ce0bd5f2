"""Two co-ordinators at one case, on one server and on two; and a server that is killed in the middle of a drift."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser.fake_picture import FakePicture
from rescue_floor import FORM, SEARCH, done, ended
from selat.app.archive import SeaArchive
from selat.app.rescue.desk import RescueDesk
from selat.app.rescue.form import Conflict, FormError
from selat.store import cases
from selat.web.server import create_app
from small_sea import make_sea
from test_web_alerts import body
from test_web_server import ask

pytestmark = pytest.mark.long

KILLED = """
import os, signal, sys, time
sys.path.insert(0, {tests!r})
from pathlib import Path
from rescue_floor import FORM, SEARCH, ended
from selat.app.archive import SeaArchive
from selat.app.rescue.desk import RescueDesk
archive = SeaArchive(Path({sea!r}))
desk = RescueDesk(archive)
case = desk.put(FORM, "Aminah", new=True)
ended(desk.drift(case, {{"hours": "6", "every": "60"}}, "Aminah"))
plan = ended(desk.plan(case, dict(SEARCH), "Aminah"))["plan"]
desk.put({{**FORM, "wind": "200/20kn"}}, "Aminah")
job = desk.drift(case, {{"hours": "240", "every": "60"}}, "Aminah")
while job.done < 20:
    time.sleep(0.002)
print("told saved", case, plan, job.state, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def sea(tmp_path: Path) -> Path:
    return make_sea(tmp_path / "sea")


@pytest.fixture
def two(sea: Path) -> Iterator[tuple[RescueDesk, RescueDesk]]:
    """Two desks on one sea, as two processes have them."""
    archives = SeaArchive(sea), SeaArchive(sea)
    desks = RescueDesk(archives[0]), RescueDesk(archives[1])
    yield desks
    for desk, archive in zip(desks, archives, strict=True):
        desk.close()
        archive.close()


def drifted(desk: RescueDesk) -> str:
    case = desk.put(FORM, "Aminah", new=True)
    ended(desk.drift(case, {"hours": "6", "every": "60"}, "Aminah"))
    return case


def test_a_drift_killed_in_its_middle_loses_nothing_that_was_told_saved(sea) -> None:
    script = KILLED.format(tests=str(Path(__file__).parent), sea=str(sea))
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=280)
    assert run.returncode == -signal.SIGKILL, run.stderr
    assert run.stdout.startswith("told saved") and run.stdout.split()[-1] == "running", run.stdout + run.stderr
    case, plan = run.stdout.split()[2], int(run.stdout.split()[3])
    archive = SeaArchive(sea)
    desk = RescueDesk(archive)
    try:
        told = desk.case(case)
        assert told["form"]["wind"] == "200/20kn" and [p["n"] for p in told["plans"]] == [plan]
        assert told["drift"]["hours"] == 6, "the drift that was told saved, not the one that was killed"
        assert len(desk.bench(case).rows()) == 7
        assert desk.score(case, plan, {})["plan"]["pos"] == pytest.approx(told["plans"][0]["plan"]["pos"], abs=1e-9)
        assert desk.news(case)["jobs"] == [], "nothing is at work any more, and nothing says so"
        # it can be begun again, and counts then
        ended(desk.drift(case, {"hours": "2", "every": "60"}, "Aminah"))
        assert desk.case(case)["drift"]["hours"] == 2 and len(desk.bench(case).rows()) == 3
        assert desk.archive.sea.state is not None
        records = cases.records(desk.state, told["name"])
        assert all((sea / "rescue" / r.body["file"]).is_file() for r in records if r.kind == "drift")
    finally:
        desk.close()
        archive.close()


def test_what_one_process_records_the_other_sees_at_once(two) -> None:
    one, other = two
    case = drifted(one)
    mark = other.case(case)["mark"]
    plan = ended(one.plan(case, dict(SEARCH), "Aminah"))["plan"]
    assert other.news(case)["mark"] != mark
    before = other.bench(case).rows()[-1]
    told = one.search(case, {"plan": plan}, "Aminah")
    after = other.bench(case)
    assert after.cumulative == pytest.approx(told["cumulative"]) and after.rows()[-1] != before
    assert after.rows()[-1] == one.bench(case).rows()[-1]
    ended(other.drift(case, {"hours": "5", "every": "60"}, "Hafiz"))
    assert len(one.bench(case).rows()) == 6, "the newer drift is that of all"
    assert one.bench(case).cumulative == pytest.approx(other.bench(case).cumulative)


def test_a_drift_that_ends_before_what_was_searched_is_refused_and_changes_nothing(two) -> None:
    one, _ = two
    case = drifted(one)
    plan = ended(one.plan(case, dict(SEARCH), "Aminah"))["plan"]
    told = one.search(case, {"plan": plan}, "Aminah")
    with pytest.raises(FormError) as e:
        one.drift(case, {"hours": "3", "every": "60"}, "Hafiz")
    assert e.value.fields[0]["field"] == "hours" and "4.5 hours at least" in e.value.fields[0]["hint"]
    assert one.case(case)["drift"]["hours"] == 6 and one.bench(case).cumulative == pytest.approx(told["cumulative"])


def test_two_forms_of_one_case_are_a_conflict_that_loses_neither(two) -> None:
    one, other = two
    case = one.put(FORM, "Aminah", new=True)
    seen = one.case(case)["form_n"]
    other.put({**FORM, "wind": "200/15kn"}, "Hafiz", seen=seen)
    with pytest.raises(Conflict, match="Hafiz changed the case") as e:
        one.put({**FORM, "current": "300/1kn"}, "Aminah", seen=seen)
    assert e.value.who == "Hafiz" and e.value.hint and e.value.n > seen
    assert one.case(case)["form"]["wind"] == "200/15kn", "what Hafiz was told is kept"
    one.put({**FORM, "wind": "200/15kn"}, "Aminah", seen=seen)  # the same as theirs is no conflict
    one.put({**FORM, "current": "300/1kn"}, "Aminah", seen=one.case(case)["form_n"])
    forms = [r.body["form"] for r in cases.records(one.state, "Port Dickson") if r.kind == "form"]
    assert {f["wind"] for f in forms} == {"230/12kn", "200/15kn"} and forms[-1]["current"] == "300/1kn"


def test_the_same_search_is_not_counted_twice_by_two(two) -> None:
    one, other = two
    case = drifted(one)
    plan = ended(one.plan(case, dict(SEARCH), "Aminah"))["plan"]
    first = one.search(case, {"plan": plan, "seen": 0}, "Aminah")
    with pytest.raises(Conflict, match="Aminah recorded at") as e:
        other.search(case, {"plan": plan, "seen": 0}, "Hafiz")
    assert "both would count" in e.value.hint
    assert other.bench(case).cumulative == pytest.approx(first["cumulative"])
    again = other.search(case, {"plan": plan, "seen": e.value.n}, "Hafiz")  # it was another search after all
    assert again["cumulative"] > first["cumulative"]


def test_by_http_a_conflict_names_who_and_when_and_work_of_others_is_seen(sea) -> None:
    archive = SeaArchive(sea)
    desk = RescueDesk(archive)
    app = create_app(FakePicture(20), archive=archive, rescue=desk)
    try:
        case = ask(app, "POST", "/api/rescue/cases", **body(who="Aminah", form=FORM, new=True)).json()["id"]
        path = f"/api/rescue/cases/{case}"
        seen = ask(app, "GET", path).json()["form_n"]
        mine = {**FORM, "wind": "210/9kn"}
        assert ask(app, "POST", "/api/rescue/cases", **body(who="Hafiz", form=mine, seen=seen)).status_code == 200
        answer = ask(app, "POST", "/api/rescue/cases", **body(who="Aminah", form=FORM, seen=seen))
        told = answer.json()
        assert answer.status_code == 409 and told["who"] == "Hafiz" and told["time_ms"] > 0 and told["hint"]
        news = ask(app, "GET", f"{path}/news").json()
        assert news == {"mark": ask(app, "GET", path).json()["mark"], "jobs": []}
        job = ask(app, "POST", f"{path}/drift", **body(who="Hafiz", hours="6", every="60"))
        seen_jobs: list[dict[str, Any]] = []
        end = time.monotonic() + 60
        while not seen_jobs and time.monotonic() < end:
            seen_jobs = ask(app, "GET", f"{path}/news").json()["jobs"]
            if ask(app, "GET", f"/api/rescue/jobs/{job.json()['id']}").json()["state"] == "done":
                break
        done(app, job)
        assert all(j["who"] == "Hafiz" and j["kind"] == "drift" for j in seen_jobs)
        assert ask(app, "GET", f"{path}/news").json()["mark"] != news["mark"]
        assert ask(app, "GET", "/api/rescue/cases/nothing/news").status_code == 404
        assert json.loads(ask(app, "GET", path).text)["drift"]["who"] == "Hafiz"
    finally:
        desk.close()
        archive.close()
