"""`selat exercise`: scenes with their truth, grades, and the rules of others on the same receptions."""

from __future__ import annotations

import json

import numpy as np
import pytest

import selat
from selat.cli import main
from selat.detectors import _golden as made
from selat.exercise.baselines import gaps, meetings
from selat.exercise.baselines._grid import grid, near, runs
from selat.model.clock import HOUR, MINUTE, SECOND
from selat.tracks.world import World


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


# -- the rules of others


def pair(minutes, metres, knots=0.2, lat=1.0):
    """Two ships ``metres`` apart for so many minutes, that then part."""
    t = range(0, round(minutes * 60) + 1, 30)
    away = range(round(minutes * 60) + 30, round(minutes * 60) + 1800, 30)
    north = metres / 110_574
    return made.numbered(
        made.sail(563000001, lat, 104.5, knots, 90.0, t), made.sail(563000002, lat + north, 104.5, knots, 90.0, t),
        made.sail(563000001, lat, 104.5, 10.0, 180.0, away), made.sail(563000002, lat + north, 104.5, 10.0, 0.0, away),
    )  # fmt: skip


STATICS = made.numbered(made.ship(563000001, "A", 80, 12, 70), made.ship(563000002, "B", 80, 12, 70))


@pytest.mark.parametrize(
    ("rule", "minutes", "metres", "found"),
    [
        ("Skylight standard rendezvous", 33, 240, True),
        ("Skylight standard rendezvous", 28, 240, False),
        ("Skylight standard rendezvous", 60, 260, False),
        ("Starboard encounter, near shore too", 12, 45, True),
        ("Starboard encounter, near shore too", 12, 100, False),
        ("Starboard encounter, near shore too", 33, 190, True),
        ("GFW encounter, near shore too", 130, 480, True),
        ("GFW encounter, near shore too", 100, 480, False),
        ("GFW encounter, near shore too", 130, 520, False),
        ("RTEC rendezvous, near shore too", 6, 90, True),
        ("RTEC rendezvous, near shore too", 6, 110, False),
    ],
)
def test_meetings_on_each_side_of_their_limits(rule, minutes, metres, found):
    alerts = meetings.RULES[rule](pair(minutes, metres), STATICS, World())
    assert bool(alerts) is found
    assert all(a.subjects == (563000001, 563000002) for a in alerts)


def test_fast_ones_meet_nobody():
    rows = pair(130, 400, knots=6.0)
    assert not meetings.RULES["GFW encounter, near shore too"](rows, STATICS, World())


def test_gaps_on_each_side_of_the_limit():
    other = made.sail(563000009, 2.0, 104.0, 5.0, 90.0, range(0, 30_000, 60))
    rows = made.numbered(
        other, made.sail(563000001, 1.0, 104.0, 10.0, 90.0, [*range(0, 600, 10), *range(600 + 950, 2400, 10)])
    )
    assert [a.subjects for a in gaps.gaps(rows, 15 * MINUTE, True) if a.subjects == (563000001,)] == [(563000001,)] * 2
    assert len([a for a in gaps.gaps(rows, 17 * MINUTE, True) if a.time < made.START + HOUR // 2]) == 0
    slow = made.numbered(other, made.sail(563000001, 1.0, 104.0, 1.0, 90.0, [0, 10, 20]))
    assert not [a for a in gaps.gaps(slow, 15 * MINUTE, True) if a.subjects == (563000001,)]
    assert [a for a in gaps.gaps(slow, 6 * HOUR, False) if a.subjects == (563000001,)]


def test_the_grid_bridges_what_it_may():
    rows = made.numbered(made.sail(563000001, 1.0, 104.0, 6.0, 0.0, [*range(0, 600, 60), *range(6000, 6600, 60)]))
    g = grid(rows, STATICS, MINUTE, bridge=1800.0)
    inside = np.isfinite(g.lat[0])
    assert inside[:10].all() and not inside[12:98].any() and inside[102:108].all()
    assert near(g, 100.0) == {}
    assert runs([1, 2, 3, 7, 8, 20], 2) == [(1, 3), (7, 8)]
    assert g.time[1] - g.time[0] == 60 * SECOND
