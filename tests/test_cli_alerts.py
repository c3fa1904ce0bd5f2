"""`selat alerts`: explain, act, snooze, log; what it says is what the sea holds."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

import selat
from selat.app import explain as explaining
from selat.app.floor import Floor
from selat.cli import main
from selat.detectors._life import Pace, PictureRule
from selat.model.clock import SECOND
from selat.model.columns import empty
from selat.model.rule import Finding, Verdict, param
from selat.model.units import KNOT
from selat.store.state import Commit
from selat.store.writer import Store
from small_sea import T0, alerts, make_sea

OPEN, OVER = (a.id for a in alerts())


@dataclass(frozen=True)
class P:
    limit: float = param(11 * KNOT, "m/s", "Faster is too fast", "test")


@dataclass(frozen=True)
class Fast(PictureRule):
    """A rule for the tests."""

    p: P = field(default_factory=P)
    name: str = "fast"
    pace: Pace = field(default_factory=lambda: Pace(2))

    def look(self, window, memory: Any):
        c = window.contacts
        slots = np.flatnonzero((c.sog > self.p.limit) & (window.now - c.time < 60 * SECOND))
        evidence = [{"seq": [int(c.seq[s])], "sog": c.sog[s]} for s in slots]
        ids = window.ids(slots)
        return [
            Finding(str(i), (int(c.mmsi[s]),), window.now, c.lat[s], c.lon[s], e)
            for i, s, e in zip(ids, slots.tolist(), evidence, strict=True)
        ], memory

    def judge(self, evidence):
        if evidence["sog"] <= self.p.limit:
            return None
        return Verdict("warning", f"{evidence['sog']:.3f} m/s.", {"margin": 0.9}, ("a wrong log",), "Look.")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The small sea with the alerts of a rule that judges from evidence."""
    path = make_sea(tmp_path_factory.mktemp("alerts") / "sea")
    with selat.open(path) as sea:
        rows = sea.reports.stored()
    rows = rows.take(np.lexsort((rows["seq"], rows["time"])))
    found = Floor([Fast()]).step(rows, empty("statics"), empty("messages"), T0, True)
    assert found
    with Store(path) as store:
        store.state.commit(Commit(alerts=found))
    return path


@pytest.fixture
def sea(made, tmp_path, monkeypatch):
    monkeypatch.setattr(explaining, "detectors", lambda: [Fast()])
    monkeypatch.setattr("selat.app.floor.detectors", lambda changes=None: [Fast()])
    return shutil.copytree(made, tmp_path / "sea")


def fast_ids(sea):
    with selat.open(sea) as opened:
        table = opened.alerts.arrow().to_pylist()
    return [r["id"] for r in table if r["rule"] == "fast"]


def said(capsys):
    return capsys.readouterr().out


def test_explained_bit_for_bit_from_rows_of_the_history(sea, capsys):
    for alert in fast_ids(sea):
        assert main(["alerts", str(sea), "explain", alert, "--json"]) == 0
        found = json.loads(said(capsys))
        assert found["same"] and found["differs"] == [] and found["missing"] == [] and found["rows"] == 1
        assert found["detail"]["confidence"] == {"margin": 0.9} and found["log"][0]["action"] == "raised"
        (report,), (track,) = found["reports"], found["tracks"]
        assert report["seq"] == found["evidence"]["seq"][0] and report["mmsi"] == track["mmsi"] == found["subjects"][0]
        assert [report["time_ms"], report["lon"], report["lat"]] in [p[:3] for p in track["points"]]
        assert [(x["name"], x["value"]) for x in found["limits"]] == list(found["parameters"].items())


def test_in_words(sea, capsys):
    alert = fast_ids(sea)[0]
    assert main(["alerts", str(sea), "show", alert[:6]]) == 0
    text = said(capsys)
    assert "sure to 90% = margin 0.90" in text and "false if: a wrong log" in text and "to do: Look." in text
    assert "the same, bit for bit, from 1 rows of the history" in text


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"sentence": "9 m/s."}, "differs in sentence"),
        ({"confidence": 0.1}, "differs in confidence"),
        ({"version": "0"}, "made by version 0"),
        ({"rule": "gone"}, "not installed"),
        ({"evidence": {"sog": 0.0, "seq": [1], "alert": None}}, "would not raise"),
    ],
)
def test_an_alert_that_was_changed_is_found_out(sea, capsys, change, word):
    with selat.open(sea) as opened:
        alert = explaining.alertbook.alert(opened.state, fast_ids(sea)[0])
        changed = replace(alert, **change)
        opened.state.commit(Commit(alerts=[replace(changed, last=alert.last + SECOND)]))
    assert main(["alerts", str(sea), "explain", changed.id]) == 1
    assert word in said(capsys)


def test_rows_that_are_not_in_the_history_are_named(sea, capsys):
    with selat.open(sea) as opened:
        alert = explaining.alertbook.alert(opened.state, fast_ids(sea)[0])
        evidence = {**alert.evidence, "seq": [*alert.evidence["seq"], 999_999]}
        opened.state.commit(Commit(alerts=[replace(alert, evidence=evidence, last=alert.last + SECOND)]))
    main(["alerts", str(sea), "explain", alert.id, "--json"])
    assert json.loads(said(capsys))["missing"] == [999_999]


def test_the_parameters_of_then_are_used(sea, capsys):
    with selat.open(sea) as opened:
        alert = explaining.alertbook.alert(opened.state, fast_ids(sea)[0])
        then = {"limit": 1.0}
        opened.state.commit(Commit(alerts=[replace(alert, parameters=then, last=alert.last + SECOND)]))
    assert main(["alerts", str(sea), "explain", alert.id]) == 0


def test_a_life(sea, capsys):
    alert = fast_ids(sea)[0]
    who = ["--who", "Lt Aminah"]
    for words in (
        ["ack", alert, *who],
        ["assign", alert, *who, "--officer", "Boat 7"],
        ["handover", alert, *who, "--officer", "Razak", "--note", "waits for her pilot"],
        ["close", alert, *who, "--cause", "benign", "--note", "pilot on board"],
    ):
        assert main(["alerts", str(sea), *words]) == 0
    assert main(["alerts", str(sea), "log", alert]) == 0
    text = said(capsys)
    assert "handover: note waits for her pilot, to Razak" in text and "close: cause benign, note pilot on board" in text
    assert main(["alerts", str(sea), "log"]) == 0 and "the log is whole" in capsys.readouterr().err
    assert main(["alerts", str(sea), "--open", "--rule", "fast", "--json"]) == 0
    assert alert not in said(capsys)


def test_a_log_that_was_tampered_with_is_told(sea, capsys):
    with selat.open(sea) as opened, opened.state.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alert_log SET who = 'x' WHERE n = 1")
    assert main(["alerts", str(sea), "log"]) == 1 and "broken at row 1" in capsys.readouterr().err


def test_snoozed_alerts_come_last_and_snoozes_are_listed(sea, capsys):
    def order():
        assert main(["alerts", str(sea), "--open", "--json"]) == 0
        return [json.loads(line)["rule"] for line in said(capsys).splitlines()]

    assert order()[0] == "collision"
    words = ["snooze", "--rule", "collision", "--for", "30 min", "--who", "Lt Aminah", "--note", "exercise", "--json"]
    assert main(["alerts", str(sea), *words]) == 0
    made = json.loads(said(capsys))["id"]
    assert order()[-1] == "collision"
    assert main(["alerts", str(sea), "snoozes"]) == 0 and "collision  by Lt Aminah: exercise" in said(capsys)
    assert main(["alerts", str(sea), "unsnooze", made, "--who", "Razak"]) == 0
    assert order()[0] == "collision"


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (["snooze", "--rule", "distress", "--for", "1 h", "--who", "A", "--note", "x"], "cannot be snoozed"),
        (["snooze", "--rule", "jump", "--who", "A", "--note", "x"], "for how long"),
        (["snooze", "--for", "1 h", "--who", "A", "--note", "x"], "snooze what"),
        (["snooze", "--rule", "jump", "--for", "30", "--who", "A", "--note", "x"], "without a unit"),
        (["close", OPEN, "--who", "A"], "closed with cause"),
        (["assign", OPEN, "--who", "A"], "assign to whom"),
        (["show"], "show which alert"),
        (["unsnooze", "abc", "--who", "A"], "no snooze 'abc'"),
        (["send"], "nobody is to be told"),
        (["export"], "export to which file"),
    ],
)
def test_a_wrong_wish_is_told(made, capsys, words, word):
    assert main(["alerts", str(made), *words]) == 2
    told = capsys.readouterr().err
    assert word in told and "hint:" in told


def test_export(made, tmp_path):
    out = tmp_path / "alerts.geojson"
    assert main(["alerts", str(made), "export", str(out)]) == 0
    assert len(json.loads(out.read_text())["features"]) == 2 + len(fast_ids(made))
