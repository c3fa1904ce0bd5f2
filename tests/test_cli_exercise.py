"""`selat exercise`: scenes with their truth, grades, and the rules of others on the same receptions."""

from __future__ import annotations

import json

import pytest

import selat
from selat.cli import main


@pytest.mark.parametrize("suffix", ["nmea", "csv"])
def test_a_scene_and_its_truth(tmp_path, capsys, suffix):
    out = tmp_path / f"night.{suffix}"
    words = ["--minutes", "2", "--ships", "30", "--drills", "silences", "--count", "1", "--json"]
    assert main(["exercise", "write", str(out), *words]) == 0
    told = json.loads(capsys.readouterr().out)
    facts = json.loads((tmp_path / "night.truth.json").read_text())["truth"]
    assert told["facts"] == len(facts) and told["rows"] > 50
    assert {"rule", "subjects", "start", "end", "negative"} <= set(facts[0])
    if suffix == "nmea":
        assert len(selat.decode(out).reports) > 50
    else:
        assert out.read_text().startswith("time,received,seq,mmsi")


def test_grades_as_a_table_and_as_json(capsys):
    words = [
        "--seeds",
        "1",
        "--ships",
        "30",
        "--count",
        "1",
        "--hours",
        "1",
        "--drills",
        "meetings",
        "--rules",
        "rendezvous",
    ]
    assert main(["exercise", "score", *words, "--processes", "1", "--others"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("| rule | staged") and any(line.startswith("| rendezvous | 1 |") for line in lines)
    assert any("Skylight" in line for line in lines)
    assert main(["exercise", "score", *words, "--processes", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["hours"] == 1 and found["rules"][0]["rule"] == "rendezvous"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["write"], "write to which file"),
        (["write", "a.txt"], "write to which file"),
        (["score", "--seeds", "1,1000"], "not of one kind"),
        (["write", "a.nmea", "--drills", "dancing"], "no drill"),
    ],
)
def test_a_wrong_wish_is_told(capsys, words, said):
    assert main(["exercise", *words]) == 2
    assert said in capsys.readouterr().err


def test_drills_are_listed(capsys):
    assert main(["exercise", "drills"]) == 0
    assert {"meetings", "silences", "lanes"} <= set(capsys.readouterr().out.split())
