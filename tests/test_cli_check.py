"""`selat check` finds what is wrong, each kind by its own line, and says nothing where all is well."""

from __future__ import annotations

import json
import shutil

import pytest
import sqlalchemy as sa

import selat
from selat.cli import main
from selat.cli.check import _machine
from selat.model import clock
from selat.store import tables
from selat.store.layout import open_layout, open_state
from selat.store.writer import Store
from small_sea import make_sea


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_sea(tmp_path_factory.mktemp("check") / "sea")


@pytest.fixture
def sea(made, tmp_path):
    return shutil.copytree(made, tmp_path / "sea")


def checked(capsys, *words):
    """(status, {level of each finding by name}, findings)."""
    status = main(["check", *map(str, words), "--json"])
    told = json.loads(capsys.readouterr().out)
    wrong = [c for c in told["checks"] if c["level"] == "wrong"]
    assert told["ok"] == (not wrong) == (status == 0)
    assert all(c["hint"] for c in wrong)
    return {c["name"]: c["text"] for c in wrong}, {c["name"]: c for c in told["checks"]}


def change(sea, statement):
    state = open_state(open_layout(sea))
    with state.engine.connect() as connection:
        connection.execute(statement)
        connection.commit()
    state.close()


def one_file(sea):
    return next(p for p in sorted((sea / "history").rglob("*.parquet")))


@pytest.mark.parametrize("deep", [[], ["--deep"]])
def test_all_is_well(sea, capsys, deep):
    wrong, found = checked(capsys, sea, *deep)
    assert wrong == {}
    assert {
        "python",
        "numba",
        "disk",
        "clock",
        "settings",
        "state",
        "history",
        "journal",
        "audit",
        "alert_log",
        "lines",
        "rows",
    } <= set(found)
    assert main(["check", str(sea), *deep]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("ok     python") and "checks passed" in shown.err


def test_a_file_that_is_gone_or_shorter(sea, capsys):
    file = one_file(sea)
    data = file.read_bytes()
    file.write_bytes(data[:-1])
    assert f"has {len(data) - 1} bytes, not {len(data)}" in checked(capsys, sea)[0]["history"]
    file.unlink()
    assert "is gone" in checked(capsys, sea)[0]["history"]
    assert main(["check", str(sea)]) == 1
    shown = capsys.readouterr()
    assert "wrong  history" in shown.out and "hint: " in shown.out and "1 of" in shown.err


def test_a_changed_byte_is_seen_when_looked_at(sea, capsys):
    file = one_file(sea)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    assert checked(capsys, sea)[0] == {}
    assert "was changed" in checked(capsys, sea, "--deep")[0]["history"]


def test_files_that_no_commit_lists_are_a_note(sea, capsys):
    (sea / "history" / "reports" / "left.parquet.tmp").write_bytes(b"x")
    wrong, found = checked(capsys, sea)
    assert wrong == {} and found["history"]["level"] == "note"


@pytest.fixture
def long_journal(sea):
    """The sea with more blocks in its journal."""
    with Store(sea) as store, store.writer() as writer:
        for n in range(3):
            writer.journal(1, b"!AIVDM %d\r\n" % n * 10, clock.now())
        writer.commit()
    return next((sea / "journal").glob("*.seg"))


def test_a_damaged_journal(sea, capsys, long_journal):
    data = bytearray(long_journal.read_bytes())
    data[60] ^= 1
    long_journal.write_bytes(data)
    assert "damaged" in checked(capsys, sea)[0]["journal"]


def test_a_journal_that_ends_too_early(sea, capsys, long_journal):
    data = long_journal.read_bytes()
    long_journal.write_bytes(data[:-5])
    assert "before the last commit" in checked(capsys, sea)[0]["journal"]


def test_a_torn_tail_is_a_note(sea, capsys, long_journal):
    with long_journal.open("ab") as f:
        f.write(b"SLJ1 half a fr")
    wrong, found = checked(capsys, sea)
    assert wrong == {} and "14 bytes of a torn tail" in found["journal"]["text"]


def test_a_segment_in_the_middle_that_is_gone(sea, capsys, long_journal):
    last = len(long_journal.read_bytes())
    (long_journal.parent / f"{last + 100:020d}.seg").write_bytes(long_journal.read_bytes())
    assert "missing" in checked(capsys, sea)[0]["journal"]


@pytest.mark.parametrize(("log", "table"), [("audit", tables.audit), ("alert_log", tables.alert_log)])
def test_a_log_that_was_written_to_by_hand(sea, capsys, log, table):
    change(sea, sa.update(table).where(table.c.n == 0).values(who="nobody"))
    assert "entry 0 was changed" in checked(capsys, sea)[0][log]


def test_an_alert_without_an_entry(sea, capsys):
    change(sea, sa.update(tables.alerts).where(tables.alerts.c.rule == "jump").values(id="feedbeef"))
    assert "feedbeef" in checked(capsys, sea)[0]["alerts"]


def test_lines_that_are_not_accounted_for(sea, capsys):
    counters = tables.counters
    change(sea, sa.update(counters).where(counters.c.name == "lines").values(value=counters.c.value + 1))
    assert "log.nmea" in checked(capsys, sea)[0]["lines"]
    change(sea, sa.update(tables.sources).values(done=False))
    wrong, found = checked(capsys, sea)
    assert wrong == {} and "+ 1 that wait for more" in found["lines"]["text"]


def test_rows_that_were_taken_out_with_their_file(sea, capsys):
    change(sea, sa.delete(tables.manifest).where(tables.manifest.c.table == "reports"))
    assert set(checked(capsys, sea)[0]) == {"rows"}


def test_a_database_that_is_none(sea, capsys):
    for name in ("state.db-wal", "state.db-shm"):
        (sea / name).unlink(missing_ok=True)
    (sea / "state.db").write_bytes(b"not a database, but long enough to be looked at" * 100)
    assert "cannot be opened" in checked(capsys, sea)[0]["state"]


def test_settings_that_are_wrong(sea, capsys):
    (sea / "selat.toml").write_text("[watch]\ncomit = 1\n")
    assert "watch.comit" in checked(capsys, sea)[0]["settings"]
    (sea / "selat.toml").write_text("[watch\n")
    assert "selat.toml" in checked(capsys, sea)[0]["settings"]


def test_facts_of_the_future_are_a_note_and_a_wrong_clock_is_wrong(sea, capsys, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: clock.parse_time("2026-06-01"))
    wrong, found = checked(capsys, sea)
    assert wrong == {} and "in the future" in found["times"]["text"]
    monkeypatch.setattr(clock, "now", lambda: 0)
    assert set(checked(capsys, sea)[0]) == {"clock"}


def test_a_sea_can_be_checked_while_it_is_written(sea, capsys):
    with Store(sea) as store, store.writer() as writer:
        writer.journal(1, b"!AIVDM\r\n" * 10, clock.now())
        assert checked(capsys, sea)[0] == {}
    with selat.open(sea) as opened:
        assert opened.reports.count() > 0


def test_the_machine(monkeypatch, capsys):
    assert checked(capsys)[0] == {}
    monkeypatch.setattr(_machine, "LEAST_FREE", 1 << 80)
    assert set(checked(capsys)[0]) == {"disk"}
    monkeypatch.setattr(_machine, "LEAST_FREE", 0)
    monkeypatch.setattr(
        _machine.importlib.metadata, "requires", lambda _: ["numpy>=99", "no-such-package", "x; extra == 'y'"]
    )
    text = checked(capsys)[0]["packages"]
    assert "older than 99" in text and "no-such-package is missing" in text
