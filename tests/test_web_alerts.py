"""Alerts by the server: explained, acted on, snoozed; what is not understood is refused, and strangers only look."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from selat.app.session import open as open_sea
from selat.app.standing import Standing
from selat.web.server import create_app
from small_sea import make_sea
from test_web_server import ask


@pytest.fixture
def handled(tmp_path: Path):
    """A picture over a small sea, as `selat serve` shows it."""
    with open_sea(make_sea(tmp_path / "sea")) as sea:
        yield Standing(sea)


def body(**more):
    return {"content": json.dumps(more), "headers": {"content-type": "application/json"}}


def test_alerts_are_acted_on(handled) -> None:
    app = create_app(handled.picture)
    alert = next(a for a in handled.picture.alerts(0)[1] if a["rule"] == "collision")["id"]
    path = f"/api/alerts/{alert}"
    for action, more in (
        ("ack", {}),
        ("assign", {"to": "Boat 7"}),
        ("handover", {"to": "Razak", "note": "watch it"}),
        ("note", {"note": "called"}),
        ("close", {"cause": "benign", "note": "passed clear"}),
    ):
        assert ask(app, "POST", f"{path}/{action}", **body(who="Aminah", **more)).status_code == 200
    found = ask(app, "GET", path).json()
    assert (
        found["state"] == "cleared"
        and found["handling"]["cause"] == "benign"
        and found["handling"]["assigned"] == "Razak"
    )
    assert [e["action"] for e in found["log"]] == ["raised", "acknowledge", "assign", "handover", "note", "close"]
    shown = {a["id"]: a for a in handled.picture.alerts(0)[1]}[alert]
    assert (shown["state"], shown["cause"], shown["assigned"]) == ("cleared", "benign", "Razak")
    assert ask(app, "POST", f"{path}/reopen", **body(who="Razak")).status_code == 200
    assert {a["id"]: a for a in handled.picture.alerts(0)[1]}[alert]["state"] == "active"


def test_what_another_console_did_is_shown(handled) -> None:
    alert = next(a for a in handled.picture.alerts(0)[1] if a["rule"] == "collision")["id"]
    version = handled.picture.alerts(0)[0]
    handled.sea.act(alert, "close", "Razak", cause="true")
    handled.look()
    assert [(a["id"], a["state"]) for a in handled.picture.alerts(version)[1]] == [(alert, "cleared")]


def test_snoozes_by_the_api(handled) -> None:
    app = create_app(handled.picture)
    wanted = body(who="Aminah", reason="exercise", seconds=600, rule="collision")
    made = ask(app, "POST", "/api/snoozes", **wanted).json()
    assert [s["id"] for s in ask(app, "GET", "/api/snoozes").json()["snoozes"]] == [made["id"]]
    assert [a["rule"] for a in handled.picture.alerts(0)[1] if a["snoozed"]] == ["collision"]
    assert ask(app, "DELETE", f"/api/snoozes/{made['id']}?who=Aminah").status_code == 200
    assert ask(app, "DELETE", f"/api/snoozes/{made['id']}").status_code == 404
    assert not any(a["snoozed"] for a in handled.picture.alerts(0)[1])


@pytest.mark.parametrize(
    ("path", "more", "status"),
    [
        ("ack", {"content": "no json"}, 400),
        ("ack", {"content": "[1]"}, 400),
        ("ack", {"content": "[" * 100_000}, 400),
        ("ack", {"content": b"\xff"}, 400),
        ("ack", body(who=3), 400),
        ("close", body(who="A"), 400),
        ("close", body(cause="true"), 400),
        ("assign", body(who="A"), 400),
        ("explode", body(who="A"), 404),
    ],
)
def test_bad_deeds_are_refused(handled, path, more, status) -> None:
    alert = handled.picture.alerts(0)[1][0]["id"]
    answer = ask(create_app(handled.picture), "POST", f"/api/alerts/{alert}/{path}", **more)
    assert answer.status_code == status and answer.json()["error"]


@pytest.mark.parametrize(
    "wanted",
    [
        {"seconds": "1"}, {"seconds": -1, "rule": "x"}, {"seconds": 60}, {"seconds": 60, "rule": "distress"},
        {"seconds": 60, "area": [1, 2]}, {"seconds": 60, "ships": ["a"]}, {"seconds": 1e8, "rule": "x"},
        {"seconds": 60, "rule": "x", "reason": ""}, {"seconds": True, "rule": "x"}, {"seconds": 60, "area": [0, 0, 0, 999]},
    ],
)  # fmt: skip
def test_bad_snoozes_are_refused(handled, wanted) -> None:
    given = {"who": "A", "reason": "r", **wanted}
    answer = ask(create_app(handled.picture), "POST", "/api/snoozes", **body(**given))
    assert answer.status_code == 400 and answer.json()["hint"]


def test_strangers_may_look_and_not_act(handled) -> None:
    app = create_app(handled.picture)
    alert = handled.picture.alerts(0)[1][0]["id"]
    assert ask(app, "GET", f"/api/alerts/{alert}", client="192.0.2.7").status_code == 200
    for method, path in (
        ("POST", f"/api/alerts/{alert}/close"),
        ("POST", "/api/snoozes"),
        ("DELETE", "/api/snoozes/x"),
    ):
        assert ask(app, method, path, client="192.0.2.7").status_code == 403
    assert ask(app, "GET", "/api/alerts/none").status_code == 404
