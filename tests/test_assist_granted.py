"""What a grant changed, measured from the page: a job whose figures are those of the verb, written down, to take along."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from browser.fake_picture import FakePicture
from selat.app.granted import asked_of, traffic
from selat.app.papers import capability as paper
from selat.assist.capability import capability, others_of
from selat.assist.demo import BOATS, GRANT, NOW, demo_boats, demo_demand, play
from selat.assist.desk import Desk
from selat.assist.register import open_register
from selat.model.errors import ConfigError
from selat.web.server import create_app
from test_assist_tiers import as_
from test_web_server import ask

pytestmark = pytest.mark.long

BASE = "/api/assist/capability"
ASKED = {
    "programme": GRANT, "demand": "example", "who": "Sato",
    "before": ["2024-07-01", "2025-07-01"], "after": ["2025-10-15", "2026-07-01"],
    "boats": [{"name": a.name, "lat": a.lat, "lon": a.lon, "speed_kn": a.speed * 3600 / 1852} for a in demo_boats()],
    "slowed": {"north-east monsoon": 0.7},
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("granted") / "sea"
    register = open_register(made, create=True)
    play(register)
    register.engine.dispose()
    return made


@pytest.fixture(scope="module")
def desk(folder: Path) -> Iterator[Desk]:
    found = Desk(folder)
    yield found
    found.close()


@pytest.fixture(scope="module")
def app(desk: Desk) -> Any:
    return create_app(FakePicture(3), assist=desk)


def ended(app: Any, job: dict[str, Any]) -> dict[str, Any]:
    end = time.monotonic() + 240
    while job["state"] in ("waiting", "running") and time.monotonic() < end:
        time.sleep(0.1)
        job = ask(app, "GET", f"{BASE}/jobs/{job['id']}").json()
    return job


@pytest.fixture(scope="module")
def done(app: Any, desk: Desk) -> dict[str, Any]:
    rows = desk.register.end()[0]
    answer = ask(app, "POST", BASE, json=ASKED)
    assert answer.status_code == 202, answer.text
    return {**ended(app, answer.json()), "rows": rows}


def test_what_can_be_chosen(app: Any) -> None:
    told = ask(app, "GET", f"{BASE}?programme={GRANT}").json()
    assert told["demands"] == ["traffic", "file", "example"]
    assert [c["name"] for c in told["craft"]] == BOATS and told["craft"][0]["speed_kn"] == 25.0
    assert ask(app, "GET", f"{BASE}?programme=nothing").status_code == 400
    assert "example" not in ask(app, "GET", f"{BASE}?programme=OSA-2025-MY-1").json()["demands"], (
        "only where all is made up"
    )


def test_the_figures_are_those_of_the_verb(done: dict[str, Any], desk: Desk) -> None:
    assert done["state"] == "done", done["error"]
    assert done["done"] == done["of"] > 0
    book = desk.register.book(done["rows"])
    found = capability(
        book, GRANT, demo_demand(), NOW + 10**17, others_of({}, GRANT, demo_boats()), slowed={"north-east monsoon": 0.7},
        before=("2024-07-01", "2025-07-01"), after=("2025-10-15", "2026-07-01"),
    )  # fmt: skip
    result = done["result"]
    assert len(result["rows"]) == len(found.rows) > 40
    for told, row in zip(result["rows"], found.rows, strict=True):
        assert (told["basis"], told["indicator"]) == (row.basis, row.indicator)
        assert told["value"] == pytest.approx(row.value, abs=1e-9) and told["low"] <= told["value"] <= told["high"]
    seasons = {r["season"] for r in result["rows"]}
    assert {"", "demand before", "demand after", "north-east monsoon", "south-west monsoon"} <= seasons
    share = {r["basis"]: r["value"] for r in result["rows"] if r["indicator"] == "share reached in 2 h"}
    assert 0 < share["baseline"] < share["measured"] <= share["expected"] < 1
    assert set(result["ready"]) == set(BOATS) and 0 < min(result["ready"].values()) <= 1
    assert set(result["evidence"]) == {"B", "C"}
    assert any("2025-10-15 to 2026-07-01" in a for a in result["assumptions"])


def test_a_run_is_in_the_registers_log(done: dict[str, Any], desk: Desk, app: Any) -> None:
    first, last = done["result"]["entries"]
    facts = [f for f in desk.register.facts(kind="measurement") if first <= f.n <= last]
    assert len(facts) == len(done["result"]["rows"]) and first >= done["rows"]
    assert {f.who for f in facts} == {"Sato"} and all("made up" in f.source for f in facts)
    assert all(done["result"]["demand"] in f.data["text"] and "seed 1" in f.data["text"] for f in facts)
    assert desk.register.first_break() is None
    shown = ask(app, "GET", f"/api/assist/programme/{GRANT}").json()["measures"]
    row = next(m for m in shown if m["indicator"] == "share reached in 2 h")
    assert row["baseline"]["value"] < row["measured"]["value"] and row["expected"]["low"] < row["expected"]["high"]


def test_it_can_be_taken_along(done: dict[str, Any], app: Any) -> None:
    path = f"{BASE}/jobs/{done['id']}/export?format="
    rows = list(csv.reader(io.StringIO(ask(app, "GET", path + "csv").content.decode("utf-8-sig"))))
    assert rows[0] == ["programme", "basis", "season", "indicator", "unit", "value", "low", "high"]
    figures = [r for r in rows[1:] if r[1] in ("baseline", "expected", "measured") and r[6]]
    assert len(figures) == len(done["result"]["rows"])
    assert float(figures[0][5]) == done["result"]["rows"][0]["value"]
    assert [r[3] for r in rows if r[1] == "evidence"] == ["hours of use, grade B", "hours of use, grade C"]
    assert all(a in [r[3] for r in rows if r[1] == "rests on"] for a in done["result"]["assumptions"])
    html = ask(app, "GET", path + "html&language=ja").text
    assert "供与が変えたもの" in html and "架空" in html and all(a in html for a in done["result"]["assumptions"][1:2])
    assert ask(app, "GET", path + "xlsx").content[:2] == b"PK"
    pytest.importorskip("typst")
    assert ask(app, "GET", path + "pdf").content[:5] == b"%PDF-"


def test_bad_questions_are_told_and_write_nothing(app: Any, desk: Desk) -> None:
    rows = desk.register.end()
    for wrong in (
        {"demand": "no"}, {"programme": "no"}, {"who": ""}, {"boats": [{"name": "A", "lat": None, "lon": 1, "speed_kn": 3}]},
        {"boats": [{"name": "A", "lat": 91, "lon": 1, "speed_kn": 3}]}, {"before": ["2025-01-01"]},
        {"after": ["2026-01-01", "2025-01-01"]}, {"within_min": "soon"}, {"slowed": {"spring": 1}}, {"slowed": {"": 0}},
    ):  # fmt: skip
        answer = ask(app, "POST", BASE, json={**ASKED, **wrong})
        assert answer.status_code == 400 and answer.json()["hint"], wrong
    for table in ("", "a,b\n1,2\n", "lat,lon\n,\n"):
        answer = ask(app, "POST", BASE, json={**ASKED, "demand": "file", "table": table})
        job = ended(app, answer.json())
        assert job["state"] == "failed" and job["hint"], table
        assert ask(app, "GET", f"{BASE}/jobs/{job['id']}/export").status_code == 404
    assert ask(app, "GET", f"{BASE}/jobs/none").status_code == 404
    assert ask(app, "DELETE", f"{BASE}/jobs/none").status_code == 404
    assert desk.register.end() == rows


@pytest.mark.parametrize("role", ["donor", "auditor", "public", "observer"])
def test_free_questions_are_for_who_holds_the_register(
    desk: Desk, folder: Path, done: dict[str, Any], role: str
) -> None:
    from selat.web.accounts import ROLES, Accounts

    accounts = Accounts(folder)
    for r in ROLES:
        accounts.put(f"a {r}", r, "correct horse 7")
    closed = create_app(FakePicture(3), assist=desk, accounts=accounts)
    for method, path in (("GET", f"{BASE}?programme={GRANT}"), ("POST", BASE), ("GET", f"{BASE}/jobs/1"),
                         ("DELETE", f"{BASE}/jobs/1"),
                         ("GET", f"{BASE}/jobs/1/export")):  # fmt: skip
        more = {"json": ASKED} if method == "POST" else {}
        assert ask(closed, method, path, headers=as_(role), **more).status_code == 403, (role, path)


def test_a_spreadsheet_takes_no_text_for_a_formula() -> None:
    result = {"programme": "=1+1", "rows": [], "alone": {}, "ready": {}, "evidence": {}, "assumptions": ["-2"], "source": "file",
              "demand": "x", "seed": 1}  # fmt: skip
    assert b"'=1+1" in paper.table(result) and b"'-2" in paper.table(result)
    assert paper.figure({"unit": "share", "value": 0.5, "low": 0.4, "high": 0.6}) == "50.0 % (40.0 – 60.0)"
    assert (
        paper.figure({"unit": "h", "value": 1.5, "low": None, "high": None}) == "1.50 h" and paper.figure(None) == "–"
    )


def test_ships_of_the_sea_are_a_demand() -> None:
    class Query:
        def between(self, begin: int, end: int) -> Any:
            return self

        def columns(self, *names: str) -> Any:
            return self

        def arrow(self) -> Any:
            import pyarrow as pa

            return pa.table(
                {"mmsi": [1, 1, 2, 3], "lat": [1.01, 1.02, 1.03, np.nan], "lon": [103.01, 103.02, 103.31, 103.0]}
            )

    sea: Any = type("Sea", (), {"reports": Query()})()
    found = traffic(sea, 0.1, None, 0, 1)
    assert found.lat.tolist() == pytest.approx([1.05, 1.05]) and found.weight.tolist() == [1.0, 1.0]
    with pytest.raises(ConfigError, match="which size"):
        traffic(sea, 0.0, None, 0, 1)
    assert asked_of({"demand": "traffic"}).within == 7200
