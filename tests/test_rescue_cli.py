"""`selat rescue new|drift|show|objects`: from a report to circles, by files and by the sea that keeps cases."""

from __future__ import annotations

import json

import pytest

import selat
from selat.cli import main
from selat.model.clock import MINUTE, parse_time
from selat.model.errors import StoreError
from selat.rescue.case import case_of
from small_sea import MINUTES, alerts, make_sea
from small_sea import T0 as START

T0 = parse_time("2026-11-27T18:40:00Z")


def words(capsys):
    out = capsys.readouterr()
    return out.out, out.err


def test_the_command_line_from_a_report_to_circles(tmp_path, capsys):
    file, cloud = str(tmp_path / "pd.json"), str(tmp_path / "pd.npz")
    report = ["--object", "person with life jacket=2", "--object", "life raft", "--position", "02-27.0N 101-42.0E"]
    report += ["--at", "2026-11-27T18:40Z", "--error", "0.5 nm", "--span", "20 min", "--weight", "3"]
    report += ["--bearing", "02-31.0N 101-48.0E", "245", "--from", "2 nm", "--far", "8 nm", "--at", "2026-11-27T18:50Z"]
    report += ["--wind", "230/12kn", "--current", "320/0.8kn", "--current-error", "0.4kn", "--memory", "6 h"]
    assert main(["rescue", "new", file, *report, "--particles", "1500", "--seed", "4"]) == 0
    made = json.loads(words(capsys)[0])
    assert made["scenarios"] == 2 and made["objects"] == ["PIW-3", "LIFE-RAFT-DB-10"]
    case = case_of((tmp_path / "pd.json").read_text(encoding="utf-8"))
    assert [s.weight for s in case.scenarios] == [3.0, 1.0] and case.scenarios[0].end == T0 + 20 * MINUTE
    assert case.sources[1].memory == 6 * 3600 and case.sources[1].spread == pytest.approx(0.20578, abs=1e-5)
    assert main(["rescue", "drift", file, "--hours", "3", "--out", cloud, "--json"]) == 0
    out, err = words(capsys)
    rows = [json.loads(line) for line in out.splitlines()]
    assert len(rows) == 4 and "approval by the SAR authority" in err
    assert main(["rescue", "show", cloud, "--json"]) == 0
    assert words(capsys)[0] == out
    assert main(["rescue", "show", file]) == 0
    out, _ = words(capsys)
    assert "75% position" in out and "67% PIW-3" in out and "US Coast Guard" in out
    assert main(["rescue", "objects", "skiff", "13"]) == 0
    assert "STRAIT-SKIFF-2" in words(capsys)[0]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--at", "2026-11-27T18:40Z"], "belongs to a scenario"),
        (["--position", "2.45 101.7", "--at", "2026-11-27T18:40Z"], "hemisphere"),
        (["--position", "2.45N 101.7E"], "when was"),
        (["--route", "2.4N 101.7E; 2.3N 101.5E", "--at", "2026-11-27T18:40Z"], "when was it to arrive"),
        (["--mmsi", "533000001", "--at", "2026-11-27T18:40Z"], "needs the sea"),
        (["--position", "2.45N 101.7E", "--at", "2026-11-27T18:40Z", "--wind", "230/12"], "not a wind"),
        (["--position", "3.14N 101.69E", "--at", "2026-11-27T18:40Z"], "on land"),
    ],
)
def test_the_command_line_says_what_is_missing(tmp_path, capsys, options, text):
    assert main(["rescue", "new", str(tmp_path / "x.json"), "--object", "person", *options]) == 2
    _, err = words(capsys)
    assert text in err and "hint:" in err
    assert not (tmp_path / "x.json").exists()


def test_a_sea_keeps_cases_and_logs_each_change(tmp_path, capsys):
    from selat.store import chain, tables
    from selat.store.cases import case_body, case_names, put_case
    from selat.store.engine import reading

    sea = str(tmp_path / "sea")
    selat.open(sea).close()
    report = ["--object", "person", "--position", "2.45N 101.70E", "--at", "2026-11-27T18:40Z"]
    for who in ("amin", "siti"):
        assert main(["rescue", "new", "--name", "PD", *report, "--sea", sea, "--who", who]) == 0
    assert main(["rescue", "drift", "PD", "--sea", sea, "--hours", "1", "--particles", "100"]) == 0
    words(capsys)
    assert main(["rescue", "show", "--sea", sea]) == 0
    out, _ = words(capsys)
    assert out.count("\n") == 1 and "siti" in out and "PD" in out
    with selat.open(sea) as opened:
        assert case_of(case_body(opened.state, "PD")).name == "PD"
        assert [n for n, _, _ in case_names(opened.state)] == ["PD"]
        with reading(opened.state.engine) as connection:
            assert chain.first_break(connection, tables.alert_log) is None
        log = opened.state.rows("alert_log", ["n"])
        assert [(r["who"], r["action"]) for r in log] == [("amin", "case"), ("siti", "case_changed")]
        with pytest.raises(StoreError, match="no case 'QX'") as e:
            case_body(opened.state, "QX")
        assert "PD" in e.value.hint
        with pytest.raises(StoreError):
            put_case(opened.state, "x", "{}", "")


def test_a_case_from_an_alert_and_from_a_ships_track(tmp_path, capsys):
    """Of the small sea of the tests: what it holds is what the case says."""
    path, file = make_sea(tmp_path / "sea"), tmp_path / "a.json"
    alert, ship = alerts()[0], 533000001
    asked = ["rescue", "new", str(file), "--object", "piw-3", "--alert", alert.id]
    assert main([*asked, "--error", "20 nm", "--sea", str(path), "--who", "amin"]) == 0
    (scenario,) = case_of(file.read_text(encoding="utf-8")).scenarios
    assert scenario.places == ((alert.lat, alert.lon),) and scenario.begin == alert.time and alert.rule in scenario.name
    assert main([*asked, "--sea", str(path)]) == 2 and "on land" in words(capsys)[1]  # 2.5 N 102 E is a forest
    assert main([*asked, "--at", "2026-11-21T23:00Z"]) == 2 and "needs the sea" in words(capsys)[1]
    assert main(["rescue", "new", str(file), "--object", "piw-3", "--alert", "nothing", "--sea", str(path)]) == 1
    asked = ["rescue", "new", str(file), "--object", "person", "--sea", str(path), "--mmsi", str(ship)]
    assert main([*asked, "--at", "2026-11-21T23:05Z", "--to", "2026-11-22T00:45Z"]) == 0
    (scenario,) = case_of(file.read_text(encoding="utf-8")).scenarios
    assert scenario.kind == "track" and len(scenario.places) == MINUTES // 10 and str(ship) in scenario.name
    assert scenario.places[3] == pytest.approx((2.0, 101.3), abs=1e-5) and scenario.times[3] == START + 30 * MINUTE
    words(capsys)
    assert main([*asked, "--at", "2026-11-21T23:05Z", "--to", "2026-11-22T02:00Z"]) == 2
    assert "no track" in words(capsys)[1]
