"""The verbs that ask a sea: export, ships, alerts. What they say is what the sea holds."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import selat
from selat.cli import _asking, main
from selat.model.schema import TABLES
from selat.model.units import KNOT
from selat.store.history import KEPT
from small_sea import MINUTES, NAMES, alerts, make_sea

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[1]
REPORTS = 5 * MINUTES // 10
OPEN, OVER = (a.id for a in alerts())


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_sea(tmp_path_factory.mktemp("cli") / "sea")


@pytest.fixture
def sea(made, tmp_path):
    """A copy of the small sea, for tests that change it."""
    return shutil.copytree(made, tmp_path / "sea")


def json_lines(text):
    return [json.loads(line) for line in text.splitlines()]


# -- export


@pytest.mark.parametrize("suffix", ["csv", "parquet", "geoparquet", "geojson", "gpx", "ndjson"])
def test_export_by_suffix(made, tmp_path, capsys, suffix):
    out = tmp_path / f"a.{suffix}"
    assert main(["export", str(made), str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"rows": REPORTS, "left_out": 0, "bytes": out.stat().st_size, "format": suffix, "path": str(out)}


def test_every_table_is_exported_whole(made, tmp_path, capsys):
    with selat.open(made) as opened:
        for table in _asking.TABLES:
            out = tmp_path / f"{table}.parquet"
            assert main(["export", str(made), str(out), "--table", table]) == 0
            expected = getattr(opened, table).arrow()
            keys = [(k, "ascending", "at_start") for k in getattr(TABLES.get(table), "order", ())]
            found = pq.read_table(out)  # by blocks of six hours
            assert (found.take(pc.sort_indices(found, sort_keys=keys)) if table in KEPT else found).equals(expected), (
                table
            )
            assert f"{expected.num_rows:,} rows of {table}" in capsys.readouterr().err


def exported(made, capsysbinary, *words):
    assert main(["export", str(made), "-", *words]) == 0
    return list(csv.DictReader(io.StringIO(capsysbinary.readouterr().out.decode(), newline="")))


def test_conditions_narrow(made, capsysbinary):
    day = exported(made, capsysbinary, "--from", "2026-11-22", "--to", "2026-11-22T00:20")
    assert len(day) == 10 and {r["time"] for r in day} == {f"2026-11-22T00:{m}0:00.000000000Z" for m in "01"}
    some = exported(made, capsysbinary, "--mmsi", "533000001", "563000002", "--mmsi", "1")
    assert {r["mmsi"] for r in some} == {"533000001", "563000002"}
    over = exported(made, capsysbinary, "--box", "179.5,3,-179.5,4")
    assert {r["mmsi"] for r in over} == {"412000004"} and {r["lon"][0] for r in over} == {"1", "-"}
    assert {r["mmsi"] for r in exported(made, capsysbinary, "--zone", "klang")} == {"533000001", "563000002"}
    ships = exported(made, capsysbinary, "--table", "ships", "--zone", "klang", "--mmsi", "533000001")
    assert [r["name"] for r in ships] == ["BUNGA LAUT"]
    found = exported(made, capsysbinary, "--table", "alerts", "--mmsi", "563000002", "--box=-10,1,102.5,3")
    assert [r["id"] for r in found] == [OPEN]
    assert exported(made, capsysbinary, "--table", "alerts", "--from", "2026-11-21T23:00:02Z") == []
    assert exported(made, capsysbinary, "--table", "alerts", "--to", "2026-11-21T23:00:01Z")[0]["id"] == OPEN


def test_a_name_that_is_a_formula_is_a_text(made, capsysbinary):
    names = {r["mmsi"]: r["name"] for r in exported(made, capsysbinary, "--table", "ships")}
    assert names["563000002"] == "'=CMD()" and names["412000004"] == 'O"NEIL, K'


def test_tracks_are_by_ship_in_bounded_groups(made, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(_asking, "GROUP", 15)  # rows: one ship at a time
    lines, gpx = tmp_path / "t.geojson", tmp_path / "t.gpx"
    assert main(["export", str(made), str(lines), "--tracks"]) == 0
    features = json.loads(lines.read_text())["features"]
    assert {f["id"]: f["properties"]["reports"] for f in features} == dict.fromkeys(sorted(NAMES), MINUTES // 10)
    kinds = {f["id"]: f["geometry"]["type"] for f in features}
    assert kinds == {m: "MultiLineString" if m == 412000004 else "LineString" for m in NAMES}
    assert main(["export", str(made), str(gpx), "--tracks"]) == 0
    assert len(ET.parse(gpx).getroot().findall("{*}trk")) == len(NAMES)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["{sea}", "a.xls"], "suffix"),
        (["{sea}", "a.csv", "--format", "xls"], "no format 'xls'"),
        (["{sea}", "a.gpx", "--table", "statics"], "cannot hold the table statics"),
        (["{sea}", "a.csv", "--tracks"], "csv has no tracks"),
        (["{sea}", "-", "--json"], "mixed with the data"),
        (["{sea}", "a.csv", "--box", "1,2,3"], "not a box"),
        (["{sea}", "a.csv", "--zone", "atlantis"], "no zone 'atlantis'"),
        (["{sea}", "a.csv", "--from", "yesterday"], "not a time"),
        (["{sea}", "a.csv", "--table", "rejects", "--mmsi", "1"], "no mmsi"),
        (["{sea}", "a.csv", "--table", "outages", "--mmsi", "1"], "no ships"),
        (["{sea}", "a.csv", "--table", "outages", "--zone", "klang"], "no positions"),
        (["{sea}", "absent/a.csv"], "no such folder"),
        (["{sea}", ".", "--format", "csv"], "is a folder"),
    ],
)
def test_what_cannot_be_exported_is_told(made, tmp_path, monkeypatch, capsys, words, said):
    monkeypatch.chdir(tmp_path)
    assert main(["export", *(w.format(sea=made) for w in words)]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and said in captured.err and "hint:" in captured.err
    assert list(tmp_path.iterdir()) == []


def test_no_sea_is_told_and_none_is_made(tmp_path, capsys):
    for verb in (["export", "SEA", "a.csv"], ["ships", "SEA"], ["alerts", "SEA"], ["check", "SEA"]):
        assert main([w.replace("SEA", str(tmp_path / "none")) for w in verb]) == 1
        assert "there is no sea" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


# -- ships


def test_ships_for_people(made, capsys):
    assert main(["ships", str(made)]) == 0
    shown = capsys.readouterr()
    head, *rows = shown.out.splitlines()
    assert head.split()[:3] == ["MMSI", "NAME", "CALL"] and len(rows) == len(NAMES)
    (line,) = [r for r in rows if "BUNGA LAUT" in r]
    assert line.split("  ")[0] == "533000001" and "cargo" in line and "02°00.00'N 102°06.00'E" in line
    assert "10.0" in line and "000°" in line and "2026-11-22 00:50:00" in line
    assert shown.err == "5 ships\n"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("bunga", 533000001),
        ("9mab1", 563000002),
        ("9074731", 525000003),
        ("412", 412000004),
        ("538000005", 538000005),
        ("a&b", 525000003),
    ],
)
def test_ships_are_found(made, capsys, query, found):
    assert main(["ships", str(made), query, "--json"]) == 0
    assert [s["mmsi"] for s in json_lines(capsys.readouterr().out)] == [found]


def test_ships_json_is_in_si(made, capsys):
    assert main(["ships", str(made), "--json", "--limit", "2"]) == 0
    shown = capsys.readouterr()
    first, second = json_lines(shown.out)
    assert (first["mmsi"], second["mmsi"]) == (412000004, 525000003)
    assert first["sog"] == pytest.approx(13 * KNOT) and first["time"] == "2026-11-22T00:50:00.000000000Z"
    assert "2 of 5 ships" in shown.err


def test_a_ship_that_is_not_there_is_status_1(made, capsys):
    assert main(["ships", str(made), "TITANIC"]) == 1
    assert capsys.readouterr().err == "no such ship\n"
    assert main(["ships", str(made), "TITANIC", "--json"]) == 1
    assert capsys.readouterr().out == ""


# -- alerts


def test_alerts_are_sentences_without_control_characters(made, capsys):
    assert main(["alerts", str(made)]) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines() == [
        f"{OPEN[:8]}  2026-11-21T23:00:00Z  alarm      active        collision: Too close: 0.10 nm < 0.25 nm.",
        f"{OVER[:8]}  2026-11-21T23:00:01Z  warning    cleared       jump: It ?[31mjumped.",
    ]
    assert shown.err == "2 alerts\n"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--open"], [OPEN]),
        (["--rule", "jump"], [OVER]),
        (["--rule", "distress"], []),
        (["--since", "2026-11-21T23:10:00Z"], [OPEN, OVER]),
        (["--since", "2026-11-21T23:10:01Z"], []),
        (["--mmsi", "525000003"], [OVER]),
    ],
)
def test_alerts_are_chosen(made, capsys, words, found):
    assert main(["alerts", str(made), "--json", *words]) == 0
    rows = json_lines(capsys.readouterr().out)
    assert [r["id"] for r in rows] == found
    assert all(isinstance(r["subjects"], list) and isinstance(r["evidence"], dict) for r in rows)


def test_ack_is_logged_with_who_and_why(sea, capsys):
    words = ["alerts", str(sea), "ack", OPEN[:6], "--who", "Lt Aminah", "--note", "called on 16"]
    assert main([*words, "--json"]) == 0
    assert [r["state"] for r in json_lines(capsys.readouterr().out)] == ["acknowledged"]
    assert main(words) == 0 and "acknowledged already" in capsys.readouterr().err
    with selat.open(sea) as opened:
        acts = [r for r in opened.state.rows("alert_log") if r["who"] == "Lt Aminah"]
        assert [(r["subject"], r["action"]) for r in acts] == [(OPEN, "acknowledge")]
        assert json.loads(acts[0]["note"]) == {"note": "called on 16"}
    assert main(["alerts", str(sea), "ack", OVER, "--who", "x"]) == 0
    assert "is cleared already" in capsys.readouterr().err
    with selat.open(sea) as opened:
        assert opened.alerts.arrow()["state"].to_pylist() == ["acknowledged", "cleared"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ack"], "ack of which alert"),
        (["ack", OPEN], "who acknowledges"),
        (["ack", "zzzz", "--who", "x"], "no alert 'zzzz'"),
        (["--rule", "colision"], "no rule 'colision'"),
        (["acknowledge"], "invalid choice"),
    ],
)
def test_a_wrong_wish_about_alerts_is_told(made, capsys, words, said):
    assert main(["alerts", str(made), *words]) == 2
    shown = capsys.readouterr()
    assert said in shown.err and "hint:" in shown.err and shown.out == ""


# -- as processes


def command(*words):
    """The command line in an interpreter of its own, of this checkout."""
    source = str(ROOT / "src")
    code = f"import sys; sys.path.insert(0, {source!r}); from selat.cli import main; sys.exit(main({[*map(str, words)]!r}))"
    return [sys.executable, "-c", code]


def test_stdout_holds_data_only(made):
    words = command("export", made, "-", "--format", "parquet", "--table", "ships")
    done = subprocess.run(words, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0 and done.stderr == b""
    assert pq.read_table(io.BytesIO(done.stdout)).num_rows == len(NAMES)


def test_a_reader_that_goes_away_is_no_error(made):
    read, write = os.pipe()
    os.close(read)
    words = command("export", made, "-")
    done = subprocess.run(words, stdout=write, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(write)
    assert done.returncode == 141 and b"Traceback" not in done.stderr
