"""`selat exercise`: scenes with their truth, grades as tables, seeds kept apart; what is written is read again."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import selat
from selat.cli import main
from selat.detectors import _golden as made
from selat.exercise import facts, sheets
from selat.exercise.baselines import BASELINES
from selat.exercise.grade import Grade
from selat.exercise.report import as_dict, headline, others_table, span_text, table
from selat.exercise.staged import Truth
from selat.exercise.trial import OPEN, Job, Outcome, Play, kind_of, others_together, seeds_of, together, trials
from selat.model.clock import SECOND
from selat.model.columns import concat, empty
from selat.model.errors import ConfigError, FormatError
from selat.readers import csv_dma, csv_noaa

SMALL = [
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
    "--processes",
    "1",
]


@pytest.mark.long
@pytest.mark.parametrize("suffix", ["nmea", "csv"])
@pytest.mark.parametrize("truth", ["night.truth.json", "facts.csv"])
def test_a_scene_and_its_truth(tmp_path, capsys, suffix, truth):
    out = tmp_path / f"night.{suffix}"
    words = ["--minutes", "2", "--ships", "30", "--drills", "silences", "--count", "1", "--json"]
    assert main(["exercise", "write", str(out), "--truth", str(tmp_path / truth), *words]) == 0
    told = json.loads(capsys.readouterr().out)
    found = facts.read(tmp_path / truth)
    assert told["facts"] == len(found) and told["rows"] > 50
    assert {t.rule for t in found} >= {"dark", "receiver_down"} and any(t.negative for t in found)
    if suffix == "nmea":
        assert len(selat.decode(out).reports) > 50
    else:
        batches = list(csv_noaa.read(out))
        assert sum(b.reports.rows for b in batches) == told["rows"] and not sum(b.rejects.rows for b in batches)


@pytest.mark.parametrize(("sheet", "reader"), [("noaa", csv_noaa), ("dma", csv_dma)])
def test_a_sheet_is_read_as_it_was_meant(tmp_path, sheet, reader):
    """All that a table has a column for comes back, but for the fractions that it does not have."""
    rows = made.sail(563000001, 1.25, 103.8, 11.3, 47.0, range(0, 60, 10), status=0)
    small = made.sail(563000002, 1.26, 103.9, 0.0, 0.0, [0, 30], msg_type=18)
    small = small.replace(cog=np.full(2, 65535), heading=np.full(2, 65535), nav_status=np.full(2, 255))
    both = concat([rows, small], "reports")
    statics = made.ship(563000001, "A, B", 200, 32, 80)
    declared = sheets.Declared()
    declared.take(statics)
    out = sheets.Sheet(sheet)
    text = [",".join(out.header), *(out.line(both, i, declared.of(int(both["mmsi"][i]))) for i in range(both.rows))]
    path = tmp_path / "day.csv"
    path.write_text("\n".join(text) + "\n")
    batches = list(reader.read(path))
    got = concat([b.reports for b in batches], "reports")
    for name in ("time", "mmsi", "msg_type", "sog", "cog", "heading", "nav_status"):
        assert got[name].tolist() == both[name].tolist(), name
    assert np.abs(got["lat"] - both["lat"]).max() <= 50 and np.abs(got["lon"] - both["lon"]).max() <= 50
    said = concat([b.statics for b in batches], "statics")
    one = said.take(said["mmsi"] == 563000001).slice(0, 1)
    assert one["name"][0] == b"A  B" and one["ship_type"][0] == 80 and one["to_bow"][0] + one["to_stern"][0] == 200


truths = st.builds(
    Truth, st.sampled_from(["dark", "rendezvous"]),
    st.lists(st.integers(1, 10**9 - 1), max_size=4, unique=True).map(lambda x: tuple(sorted(x))),
    st.integers(0, 2 * 10**9).map(lambda s: s * SECOND), st.integers(0, 2 * 10**9).map(lambda s: s * SECOND),
    st.tuples(st.integers(-90, 90).map(float), st.integers(-180, 180).map(float)), st.sampled_from(["high", "low"]), st.booleans(),
    st.sampled_from(["", "a, \"quoted\" note"]), st.integers(1, 2 * 10**9).map(lambda s: s * SECOND),
)  # fmt: skip


@given(st.lists(truths, max_size=4), st.sampled_from([".json", ".csv"]))
def test_truths_come_back(tmp_path_factory, some, suffix):
    path = tmp_path_factory.mktemp("facts") / f"truth{suffix}"
    path.write_text(facts.text_of(some, suffix, {"seed": 1}))
    assert facts.read(path) == some


def test_what_is_no_truth_is_told(tmp_path):
    path = tmp_path / "x.json"
    path.write_text("[1]")
    with pytest.raises(FormatError, match="no truths"):
        facts.read(path)


@pytest.mark.long
def test_grades_as_a_table_and_as_json(capsys, tmp_path):
    report = tmp_path / "grades.md"
    assert main(["exercise", "score", "--seeds", "1", *SMALL, "--out", str(report)]) == 0
    out = capsys.readouterr()
    lines = out.out.splitlines()
    assert "1 of 1: seed 1" in out.err and report.read_text() == out.out
    assert any(line.startswith("| rule | staged") for line in lines) and any(
        line.startswith("| rendezvous | 1 |") for line in lines
    )
    assert any("Skylight" in line for line in lines) and "TRAINING SEEDS" in out.out
    assert main(["exercise", "score", "--seeds", "1000", *SMALL, "--ours", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (
        found["hours"] == 1
        and found["rules"][0]["rule"] == "rendezvous"
        and found["kind"] == "test"
        and not found["others"]
    )
    assert found["same"] == found["asked"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["write"], "write to which file"),
        (["write", "a.txt"], "write to which file"),
        (["write", "a.csv", "--truth", "b.txt"], "truth is written as"),
        (["score", "--seeds", "1,1000"], "not of one kind"),
        (["score", "--seeds", "1", "--rules", "nonsense"], "no rule"),
        (["score", "--seeds", "1", "--ships", "2"], "2 ships"),
        (["score", "--seeds", "1", "--drills", "dancing"], "no drill"),
    ],
)
def test_a_wrong_wish_is_told(capsys, words, said):
    assert main(["exercise", *words]) == 2
    assert said in capsys.readouterr().err


def test_drills_are_listed(capsys):
    assert main(["exercise", "drills"]) == 0
    assert {"meetings", "silences", "lanes"} <= set(capsys.readouterr().out.split())


# -- trials


def test_seeds_are_mixed_only_where_it_is_said():
    assert (
        kind_of([1, 2]) == "training"
        and kind_of([1000]) == "test"
        and kind_of(seeds_of("1,1000", mixed=True)) == "mixed"
    )
    assert seeds_of("3,1-2,2") == [1, 2, 3]
    with pytest.raises(ConfigError, match="not of one kind"):
        seeds_of("999-1000")


def nobody(job: Job) -> Play:
    """A runner whose rules never say anything."""
    return Play([], ("rendezvous", "dark"), empty("reports"), empty("statics"), job.seed)


@pytest.mark.long
def test_trials_in_processes_come_in_order_and_as_one_by_one():
    jobs = [Job(seed, ("meetings",), 30, 1, 1.0) for seed in (3, 1, 2)]
    told = []
    apart, alone = trials(jobs, nobody, 2, told.append), trials(jobs, nobody, 1)
    assert [o.seed for o in apart] == [o.seed for o in alone] == [3, 1, 2] and {o.seed for o in told} == {1, 2, 3}
    assert [o.grades for o in apart] == [o.grades for o in alone]
    total = together(apart)["rendezvous"]
    assert (total.staged, total.found, total.hours) == (3, 0, 3.0) and len(total.missed) == 3


def test_a_report_says_what_was_counted():
    g = Grade("dark", staged=4, found=3, again=1, false=2, hours=6.0, loud=1, quiet=1, waits=[60.0, 90.0, 600.0])
    g.fooled.update({"class B": 1, "in the traffic": 1})
    g.parts = [(1, 1, 1), (2, 1, 0)]
    row = table({"dark": g, "quiet": Grade("quiet")})
    assert len(row) == 3 and row[2].startswith(
        "| dark | 4 | 3 | 1 | 1 | 1 | 0.600 (0.23 to 0.88) | 0.750 (0.30 to 0.95) | 0.667 ("
    )
    assert (
        "90 s, 10.0 min" in row[2]
        and "0.17 (0.00 to 0.93)" in row[2]
        and row[2].endswith("class B 1, in the traffic 1 |")
    )
    assert as_dict(g)["false_loud"] == 1 and as_dict(Grade("x"))["f1"] is None
    o = Outcome(1, {"dark": g}, {"warning": 2.0, "caution": 3.0}, {("dark", "GFW gap" + OPEN): g}, asked=5, same=4)
    assert "warning and above together 2.0" in headline([o], 6.0)[0] and "4 of 5" in headline([o], 6.0)[2]
    assert "GFW gap, nowhere left out; what it finds lasts 12 h at least" in others_table(others_together([o]))[2]
    assert BASELINES["GFW encounter"].excludes and span_text(179) == "179 s" and span_text(180) == "3.0 min"
