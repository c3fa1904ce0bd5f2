"""Incidents in a real day: what is put in is there, what is left out is gone, all else is as it was, byte for byte."""

from __future__ import annotations

import gzip
import json
from collections import Counter

import numpy as np
import pytest

from selat.app.injected import judge_day, read_day, unlabelled, vessel_days, write_injected
from selat.cli import main
from selat.detectors import _golden as made
from selat.exercise import facts, sheets
from selat.exercise.inject import KINDS, inject
from selat.exercise.splice import places, spliced
from selat.model.clock import HOUR, MINUTE, SECOND
from selat.model.columns import Columns, concat, empty
from selat.model.encode import encode
from selat.model.errors import ConfigError, FormatError
from selat.model.units import KNOT
from selat.tracks.kinds import kinds_of

pytestmark = pytest.mark.long

SHIPS, EVERY, HOURS = 12, 40, 4


@pytest.fixture(scope="module")
def day():
    """Ships that sail for hours, and some that lie; a second station repeats some of what the first heard."""
    t = range(0, HOURS * 3600, EVERY)
    parts = [made.sail(563000001 + k, 1.0 + 0.05 * k, 104.5, 8.0 + k, 90.0 * (k % 4), t) for k in range(SHIPS)]
    parts += [made.sail(563000101 + k, 2.0 + 0.01 * k, 103.0, 0.0, 0.0, t, status=1) for k in range(4)]
    return made.numbered(*parts)


STATICS = concat([made.ship(563000001 + k, f"SHIP {k}", 120, 18, 70) for k in range(SHIPS)], "statics")


def table(tmp_path, day, sheet="noaa", header=None, repeat=False):
    out, declared = sheets.Sheet(sheet, header), sheets.Declared()
    declared.take(STATICS)
    lines = [out.line(day, i, declared.of(int(day["mmsi"][i]))) for i in range(day.rows)]
    if repeat:
        lines = [line for line in lines for _ in range(2)]
    path = tmp_path / f"{sheet}.csv"
    path.write_text("\n".join([",".join(out.header), *lines]) + "\n")
    return path


def log(tmp_path, day):
    path = tmp_path / "day.nmea"
    with path.open("w") as out:
        for i in range(day.rows):
            time = int(day["time"][i])
            tag = {"c": time // SECOND, "s": "A"}
            where = {"lat": day["lat"][i] * 1e-7, "lon": day["lon"][i] * 1e-7, "second": time // SECOND % 60}
            line = encode(1, tag=tag, mmsi=int(day["mmsi"][i]), sog=day["sog"][i] / 10, cog=day["cog"][i] / 10,
                          heading=int(day["heading"][i]), nav_status=int(day["nav_status"][i]), **where)[0]  # fmt: skip
            out.write(line + "\r\n")
            if i % 3 == 0:
                out.write(line.replace("s:A", "s:B").replace("*", "*", 1) + "\r\n")
    return path


def test_what_is_put_in_is_what_the_truth_says(day):
    found = inject(day, seed=4, count=2)
    rules = Counter((t.rule, t.negative) for t in found.truths)
    assert rules == {
        **{(rule, False): 2 for rule in KINDS}, ("dark", True): 2, ("rendezvous", True): 2,
    } and not found.short  # fmt: skip
    gone = np.isin(day["seq"], found.drop)
    for t in found.truths:
        mine = day["mmsi"] == t.subjects[0]
        added = found.reports.take(np.isin(found.reports["mmsi"], t.subjects))
        assert (t.start < t.end and t.known >= t.start) or t.known == 0
        if t.rule == "dark":
            inside = mine & (day["time"] > t.start) & (day["time"] < t.end)
            assert inside.sum() > 30 and (gone[mine] == inside[mine]).all() and not added.rows
            assert 35 * MINUTE <= t.end - t.start <= 76 * MINUTE and t.known in (0, t.start + 15 * MINUTE)
        elif t.rule == "jump":
            old = day.take(mine & (day["time"] >= t.start) & (day["time"] <= t.end))
            assert added.rows == old.rows and (added["time"] == old["time"]).all()
            assert (np.abs(added["lat"] - old["lat"]) > 500_000).all()
        else:
            assert not np.isin(t.subjects, day["mmsi"]).any() and added.rows > 15
            assert set(found.statics["mmsi"].tolist()) >= set(t.subjects) or t.rule == "distress"
    assert (np.diff(found.reports["time"]) >= 0).all()
    assert (found.reports["time"] >= day["time"].min()).all()


def test_those_put_in_do_what_they_are_said_to(day):
    found = inject(day, seed=9, count=2, kinds=("rendezvous", "drifting", "sudden_stop", "loitering", "distress"))
    for t in found.truths:
        rows = found.reports.take(np.isin(found.reports["mmsi"], t.subjects))
        inside = rows.take((rows["time"] > t.start + 2 * MINUTE) & (rows["time"] < t.end - 2 * MINUTE))
        speed = inside["sog"] * 0.1 * KNOT
        if t.rule == "rendezvous" and not t.negative:
            assert t.end - t.start >= 45 * MINUTE and speed.max() < 1.5
            for half in (inside.take(inside["mmsi"] == m) for m in t.subjects):
                assert np.ptp(half["lat"]) < 300_000
        elif t.rule == "drifting":
            apart = np.abs((inside["cog"] * 0.1 - inside["heading"] + 180) % 360 - 180)
            assert 0.5 < np.median(speed) < 2.6 and np.median(apart) > 60
        elif t.rule == "sudden_stop":
            before = rows.take((rows["time"] < t.start) & (rows["time"] > t.start - 5 * MINUTE))
            assert before["sog"].min() > 120 and np.median(inside["sog"]) <= 5
        elif t.rule == "loitering":
            assert t.end - t.start > 75 * MINUTE and speed.max() < 1.5
        elif t.rule == "distress":
            assert set(rows["nav_status"].tolist()) == {14} and set(kinds_of(rows["mmsi"], rows["msg_type"])) == {6}
            assert any(text.mmsi == t.subjects[0] for text in found.texts)


def test_the_same_seed_puts_in_the_same(day):
    one, two, three = inject(day, 5, 1), inject(day, 5, 1), inject(day, 6, 1)
    assert one.truths == two.truths and (one.drop == two.drop).all()
    assert all((one.reports[c] == two.reports[c]).all() for c in one.reports)
    assert one.truths != three.truths


def test_a_day_without_room_says_so(day):
    with pytest.raises(ConfigError, match="nobody is under way"):
        inject(day.take(day["sog"] == 0))
    with pytest.raises(ConfigError, match="no positions"):
        inject(empty("reports"))
    with pytest.raises(ConfigError, match="cannot be put"):
        inject(day, kinds=("zone",))
    short = day.take(day["time"] < day["time"].min() + 40 * MINUTE)
    with pytest.raises(ConfigError, match="nothing could be put into"):
        inject(short, kinds=("rendezvous", "dark"))
    found = inject(day.take(day["time"] < day["time"].min() + HOUR), count=1, kinds=("distress", "loitering"))
    assert list(found.short.values()) == [1] and "80 minutes" in next(iter(found.short))


# -- files


def lines_of(path):
    return Counter(path.read_bytes().replace(b"\r\n", b"\n").split(b"\n"))


@pytest.mark.parametrize("form", ["noaa", "dma", "nmea", "new", "twice", "packed"])
def test_the_rest_of_the_file_is_as_it_was(tmp_path, day, form):
    head = (
        "mmsi",
        "base_date_time",
        "longitude",
        "latitude",
        "sog",
        "cog",
        "heading",
        "vessel_name",
        "status",
        "transceiver",
    )
    if form == "nmea":
        path = log(tmp_path, day)
    else:
        sheet = "dma" if form == "dma" else "noaa"
        path = table(tmp_path, day, sheet, head if form == "new" else None, form == "twice")
    plain = path
    if form == "packed":
        packed = path.with_suffix(".csv.gz")
        packed.write_bytes(gzip.compress(path.read_bytes()))
        path = packed
    read = read_day(path)
    out = tmp_path / "out"
    found = write_injected(read, out, 4, 1, tuple(KINDS))
    before, after = lines_of(plain), lines_of(out)
    gone = before - after
    assert sum(gone.values()) == len(found.drop) and not any(m not in found.gone for m in set(found.gone.tolist()))
    again = read_day(out, read.form)
    assert again.form == read.form
    unique = len(np.unique(np.isin(read.reports["seq"], found.drop).nonzero()[0]))
    assert again.reports.rows == read.reports.rows - unique + found.reports.rows
    for t in (t for t in found.truths if t.rule == "dark"):
        mine = (
            (again.reports["mmsi"] == t.subjects[0])
            & (again.reports["time"] > t.start)
            & (again.reports["time"] < t.end)
        )
        assert not mine.any()
    times = again.reports["time"]
    assert (np.maximum.accumulate(times) - times).max() <= 2 * EVERY * SECOND, "put in by time, not at the end"
    if form == "nmea":
        assert again.messages.rows == len(found.texts) and again.statics.rows == found.statics.rows
    else:
        for rule in ("rendezvous", "distress"):
            t = next(t for t in found.truths if t.rule == rule and not t.negative)
            want, got = (r.take(np.isin(r["mmsi"], t.subjects)) for r in (found.reports, again.reports))
            assert got.rows == want.rows and np.abs(np.sort(got["lat"]) - np.sort(want["lat"])).max() <= 60


def test_rows_find_their_place():
    rows = Columns("reports", {"seq": np.array([0, 1, 3, 4]), "time": np.array([10, 30, 20, 40]), "mmsi": np.ones(4)})
    lines = [(5, b"a\n"), (10, b"b\n"), (25, b"c\n"), (30, b"d\n"), (50, b"e\n")]
    where = places(rows, lines)
    assert where[:4].tolist() == [0, 1, 1, 4] and where[4] > 10**9
    none = inject_nothing()
    got = b"".join(spliced([b"0\n", b"1\n", b"2\n", b"3\n", b"4"], 0, none, lines, where))
    assert got == b"a\n0\nb\nc\n1\n2\n3\nd\n4\ne\n"


def inject_nothing():
    from selat.exercise.inject import Injection

    nothing = np.zeros(0, np.int64)
    return Injection(nothing, nothing, empty("reports"), empty("statics"), [], [])


def test_a_file_that_changed_meanwhile_is_an_error():
    found = inject_nothing()
    found.drop, found.gone = np.array([1]), np.array([563000001])
    assert list(spliced([b"563000002,x\n", b"563000001,y\n"], 0, found, [], np.zeros(0))) == [b"563000002,x\n"]
    with pytest.raises(FormatError, match="row 1 is not of 563000001"):
        list(spliced([b"563000002,x\n", b"563000003,y\n"], 0, found, [], np.zeros(0)))


def test_the_day_itself_is_never_written_over(tmp_path, day):
    path = table(tmp_path, day)
    with pytest.raises(ConfigError, match="is the day itself"):
        write_injected(read_day(path), path, 1, 1, ("dark",))
    other = tmp_path / "x.json"
    other.write_text('{"MessageType": "PositionReport"}\n')
    with pytest.raises(FormatError, match="cannot be written again"):
        read_day(other)


def test_vessel_days_are_hours_heard():
    rows = made.numbered(
        made.sail(1 + 563000000, 1.0, 104.0, 5.0, 0.0, [0, 100, 7300]), made.sail(563000002, 1.0, 104.0, 5.0, 0.0, [0])
    )
    assert vessel_days(rows) == pytest.approx(3 / 24)


def test_inject_and_grade_by_command(tmp_path, day, capsys):
    path, out = table(tmp_path, day), tmp_path / "out.csv"
    rules = ["--rules", "dark,jump,distress"]
    assert (
        main(["exercise", "inject", str(path), "--out", str(out), "--count", "1", "--seed", "3", *rules, "--json"]) == 0
    )
    told = json.loads(capsys.readouterr().out)
    truth = facts.read(told["truth"])
    assert told["facts"] == len(truth) == 4 and told["short"] == {}
    words = ["exercise", "score", "--day", str(out), "--truth", told["truth"], *rules]
    assert main([*words, "--json", "--ours"]) == 0
    found = {g["rule"]: g for g in json.loads(capsys.readouterr().out)["rules"]}
    assert all(found[rule]["found"] == 1 == found[rule]["staged"] for rule in ("jump", "distress"))
    assert found["dark"]["staged"] == 1
    assert main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("| distress | 1 | 1 |") for line in lines) and any(
        "dark: Plain" in line for line in lines
    )
    assert main(["exercise", "score", "--day", str(out)]) == 2 and main(["exercise", "inject"]) == 2


def test_what_is_told_of_the_day_itself_is_counted_apart(tmp_path, day):
    read = read_day(table(tmp_path, day))
    verdicts = judge_day(read, [], ("dark", "collision"), others=False)
    assert verdicts.vessel_days == pytest.approx(16 * HOURS / 24, rel=0.1) and verdicts.hours == pytest.approx(
        HOURS, rel=0.01
    )
    assert all(g.found == 0 and unlabelled(g) >= 0 for g in verdicts.grades.values())
