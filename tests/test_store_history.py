"""Rows through stage, commit, compaction and back: all of them, whatever the way they came."""

import json
import tempfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import selat
from selat.model.clock import DAY, SECOND
from selat.model.columns import Columns, empty
from selat.model.errors import StoreError
from selat.model.nouns import Alert
from selat.model.schema import NO_TIME, TABLES
from selat.store import history
from selat.store.history import KEPT, block_folder, block_of
from selat.store.layout import sweep
from selat.store.writer import Store
from store_twin import all_of, in_order, nothing, some_batch, some_reports, split_batch


def write(path, batches, *, compact=(), commit_every=1):
    """Write batches as a pipeline would; the store."""
    store = Store(path)
    with store.writer(grace=0) as writer:
        source = writer.source("test", "file")
        for number, batch in enumerate(batches):
            position = writer.journal(source, b"%d" % number, number)
            writer.stage(batch, source)
            if (number + 1) % commit_every == 0:
                writer.commit(position, {source: {"batch": number}}, next_seq=number)
            if number in compact:
                writer.commit(position)
                writer.compact(min_parts=1)
        writer.commit()
    return store


def test_what_is_staged_is_what_is_read(tmp_path):
    batch = some_batch(np.random.default_rng(1), 300)
    store = write(tmp_path / "sea", [batch])
    with selat.open(tmp_path / "sea") as sea:
        for name in KEPT:
            columns = getattr(batch, name)
            rows = getattr(sea, name)
            assert rows.count() == columns.rows
            stored = rows.stored()
            assert list(zip(*(stored[n].tolist() for n in stored), strict=True)) == in_order(columns), name
    counters = store.state.counters()[1]
    assert store.state.rows("sources")[0]["bytes"] == counters["bytes"] == batch.bytes
    assert (counters["lines"], counters["kept"], counters["duplicates"]) == (batch.lines, batch.kept, batch.duplicates)
    assert sum(v for k, v in counters.items() if k.startswith("reason.")) == batch.rejects.rows
    kept = batch.reports.rows + batch.statics.rows + batch.messages.rows
    assert sum(v for k, v in counters.items() if k.startswith("type.")) == kept


@settings(max_examples=6)
@given(
    st.integers(0, 2**32),
    st.lists(st.floats(0, 1), max_size=5),
    st.integers(1, 3),
    st.sets(st.integers(0, 5)),
    st.randoms(use_true_random=False),
)
def test_any_split_gives_the_same_sea(seed, cuts, commit_every, compact, random):
    batch = some_batch(np.random.default_rng(seed), 120)
    pieces = split_batch(batch, cuts)
    random.shuffle(pieces)
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder, "one"), [batch], compact={0})
        write(Path(folder, "many"), pieces, compact=compact, commit_every=commit_every)
        with selat.open(Path(folder, "one")) as one, selat.open(Path(folder, "many")) as many:
            assert one.content_hash() == many.content_hash()
            for name in KEPT:
                assert getattr(one, name).arrow().equals(getattr(many, name).arrow()), name
            assert one.ships.arrow().equals(many.ships.arrow())


def test_the_content_hash_sees_one_changed_lost_or_doubled_row(tmp_path):
    batch = some_batch(np.random.default_rng(3), 50)
    hashes = set()
    changed = batch.reports.replace(cog=np.where(np.arange(50) == 7, 123, batch.reports["cog"]))
    doubled = batch.reports.take(np.r_[np.arange(50), 7])
    others = {n: getattr(batch, n) for n in KEPT[1:]}
    for number, reports in enumerate([batch.reports, changed, doubled, batch.reports.slice(1, 50)]):
        write(tmp_path / str(number), [type(batch)(reports, **others)])
        with selat.open(tmp_path / str(number)) as sea:
            hashes.add(sea.content_hash())
    assert len(hashes) == 4


def test_files_lie_by_table_day_and_block(tmp_path):
    n = 4
    time = np.array([0, 6 * 3600 * SECOND, DAY, NO_TIME])
    received = np.array([NO_TIME, NO_TIME, NO_TIME, 2 * DAY])
    reports = Columns("reports", {"time": time, "received": received, "seq": np.arange(n), "mmsi": np.full(n, 1)})
    assert block_of(reports).tolist() == [0, 1, 4, 8]
    unknown = Columns("reports", {"seq": np.array([9]), "mmsi": np.array([1])})
    assert block_folder("reports", int(block_of(unknown)[0])) == "reports/date=unknown"
    batch = nothing()
    batch.reports = reports
    store = write(tmp_path / "sea", [batch])
    _, parts = store.state.parts()
    folders = [p.path.rsplit("/", 1)[0] for p in parts]
    assert folders == [f"reports/date=1970-01-0{d}" for d in (1, 1, 2, 3)]
    for part in parts:
        file = tmp_path / "sea" / "history" / part.path
        assert file.stat().st_size == part.bytes
        assert pq.read_metadata(file).num_rows == part.rows


@pytest.mark.parametrize("whole", [False, True], ids=["groups of some ships", "groups of all ships, as commits write"])
def test_a_block_is_merged_in_bounded_memory(tmp_path, monkeypatch, whole):
    monkeypatch.setattr(history, "MERGE_ROWS", 500)
    monkeypatch.setattr(history, "ROW_GROUP", 1000 if whole else 100)
    monkeypatch.setattr(history, "_SAMPLE", 10)
    rng = np.random.default_rng(5)
    batches = []
    for k in range(4):
        batch = nothing()
        batch.reports = some_reports(rng, 1000, k * 1000, spread=3600)
        many = rng.integers(1, 400, 1000)
        batch.reports = batch.reports.replace(mmsi=many)
        batches.append(batch)
    store = write(tmp_path / "sea", batches)
    with selat.open(tmp_path / "sea") as sea:
        before = sea.content_hash()
    held = []
    merged = history.merged
    monkeypatch.setattr(history, "merged", lambda *a: (held.append(r.rows) or r for r in merged(*a)))
    with store.writer(grace=0) as writer:
        writer.finish()
    assert sum(held) >= 4000 * 0.9 and max(held) < 750, held
    _, parts = store.state.parts()
    assert len({(p.table, p.block) for p in parts}) == len(parts) and all(p.level == 1 for p in parts)
    with selat.open(tmp_path / "sea") as sea:
        assert sea.content_hash() == before
        expected = in_order(all_of(batches, "reports"))
        stored = sea.reports.stored()
        assert list(zip(*(stored[n].tolist() for n in stored), strict=True)) == expected
    for part in parts:
        table = pq.read_table(tmp_path / "sea" / "history" / part.path)
        keys = table.column("mmsi").to_pylist()
        assert keys == sorted(keys)


def test_a_reader_keeps_its_snapshot_while_a_writer_compacts(tmp_path):
    rng = np.random.default_rng(6)
    batches = [some_batch(rng, 100, k * 1000) for k in range(3)]
    store = write(tmp_path / "sea", batches[:2])
    sea = selat.open(tmp_path / "sea")
    old = sea.reports.arrow()
    old_files = {p.path for p in sea.view.parts}
    with store.writer(grace=0) as writer:
        writer.stage(batches[2])
        writer.commit()
        writer.finish()
        assert all((tmp_path / "sea" / "history" / p).exists() for p in old_files)
        assert sea.reports.arrow().equals(old)
        assert sea.sql("SELECT count(*) AS n FROM reports").arrow()["n"].to_pylist() == [200]
        assert sea.refresh().reports.count() == 300
        writer.compact(min_parts=1)
        assert not any((tmp_path / "sea" / "history" / p).exists() for p in old_files)
    sea.close()


def test_replaced_files_stay_for_the_time_of_grace(tmp_path):
    store = write(tmp_path / "sea", [some_batch(np.random.default_rng(7), 50, k * 500) for k in range(2)])
    with store.writer() as writer:
        writer.finish()
        _, live = store.state.parts()
        on_disk = list((tmp_path / "sea" / "history").rglob("*.parquet"))
        assert len(on_disk) > len(live)
        assert sweep(writer.layout, store.state) == 0
        assert sweep(writer.layout, store.state, 0) == len(on_disk) - len(live)


def test_what_a_crash_left_is_cleared_and_the_last_commit_is_given_back(tmp_path):
    write(tmp_path / "sea", [some_batch(np.random.default_rng(8), 50)])
    orphan = tmp_path / "sea" / "history" / "reports" / "date=2026-11-22" / "00h-lost.parquet.tmp"
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(b"half")
    store = Store(tmp_path / "sea")
    with store.writer() as writer:
        assert writer.recovered.orphans == 1 and not orphan.exists()
        assert writer.recovered.states == {1: {"batch": 0}}
        assert writer.recovered.position == writer.raw.end
        assert list(writer.raw.frames(writer.recovered.position)) == []


def test_a_failed_write_is_raised_and_the_sea_stays_as_it_was(tmp_path, monkeypatch):
    batch = some_batch(np.random.default_rng(9), 50)
    store = write(tmp_path / "sea", [batch])
    before = store.state.generation()

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    with store.writer() as writer:
        monkeypatch.setattr(history, "to_storage", full_disk)
        writer.stage(some_batch(np.random.default_rng(10), 50, 1000))
        with pytest.raises(OSError, match="No space"):
            writer.commit()
        monkeypatch.undo()
        with pytest.raises(StoreError, match="earlier commit failed"):
            writer.commit()
    assert store.state.generation() == before
    assert not list((tmp_path / "sea").rglob("*.tmp"))


def test_commits_may_run_behind_and_tell_how_far_they_are(tmp_path):
    store = Store(tmp_path / "sea")
    with store.writer() as writer:
        source = writer.source("test")
        end = writer.journal(source, b"x", 1)
        writer.stage(some_batch(np.random.default_rng(11), 500), source)
        assert writer.staged_rows > 500 and not writer.full
        writer.commit(end, {source: {"n": 1}}, wait=False)
        assert writer.staged_rows == 0
        writer.drain()
        assert writer.committed == end
        with pytest.raises(StoreError, match="after the end"):
            writer.commit(end + 1)
        writer.stage(some_batch(np.random.default_rng(12), 5, 9000))
        with pytest.raises(StoreError, match="staged and not committed"):
            writer.finish()


def test_alerts_and_outages_go_with_the_commit_and_again_change_nothing(tmp_path):
    alert = Alert("dark", "1", "alarm", (533000001,), 100, 200, 3.0, 101.0, "silent for 20 min", evidence={"seq": [1]})
    outage = {"source": "tcp", "began": 5, "ended": None, "reason": "silent"}
    store = Store(tmp_path / "sea")
    with store.writer() as writer:
        for _ in range(2):
            writer.commit(alerts=[alert], outages=[outage], counters={1: {"lines": 2}})
        writer.commit(outages=[{**outage, "ended": 9, "detail": "back"}])
    with selat.open(tmp_path / "sea") as sea:
        (row,) = sea.alerts.arrow().to_pylist()
        assert (row["id"], row["state"], json.loads(row["subjects"])) == (alert.id, "active", [533000001])
        (gap,) = sea.outages.arrow().to_pylist()
        assert gap["reason"] == "silent" and gap["detail"] == "back" and gap["ended"].value == 9
        assert [r["action"] for r in sea.state.rows("alert_log")] == ["raised"]
        assert sea.act(alert.id, "acknowledged", "Aminah", "boat sent").state == "acknowledged"
    assert store.state.counters() == {1: {"lines": 4}}


def test_empty_tables_have_their_columns(tmp_path):
    with selat.open(tmp_path / "sea") as sea:
        for name in KEPT:
            assert getattr(sea, name).arrow().column_names == list(TABLES[name].names)
            assert sea.sql(f"SELECT * FROM {name}").arrow().num_rows == 0
        assert sea.ships.count() == 0
        assert empty("reports").rows == 0


def test_a_block_that_grows_is_made_into_one_in_tiers(tmp_path):
    """Only what commits wrote is merged; when that made enough files, those; a block that is over, all of it."""
    rng = np.random.default_rng(9)

    def batch(k, begin=DAY):
        out = nothing()
        when = begin + rng.integers(0, 3600, 60) * SECOND
        out.reports = some_reports(rng, 60, k * 60).replace(time=when, received=when)
        return out

    batches = [batch(k) for k in range(10)]
    store = write(tmp_path / "sea", [])

    def levels():
        return sorted((p.block, p.level) for p in store.state.parts()[1])

    with store.writer(grace=0) as writer:
        for k, one in enumerate(batches):
            writer.stage(one)
            writer.commit()
            if k % 3 == 2:
                done = writer.compact(min_parts=3, tiers=True)
                assert done == 1
        newest = levels()[0][0]
        assert levels() == [(newest, 0)] + 3 * [(newest, 1)], "nine files are three"
        assert writer.compact(min_parts=3, tiers=True) == 1 and levels() == [(newest, 0), (newest, 1)]
        assert writer.compact(min_parts=3, tiers=True) == 0
        batches.append(batch(10, DAY + 12 * 3600 * SECOND))
        writer.stage(batches[-1])
        writer.commit()
        assert writer.compact(min_parts=2, tiers=True) == 1
        assert levels() == [(newest, 1), (newest + 2, 0)], "it is over: all of it"
    with selat.open(tmp_path / "sea") as sea:
        stored = sea.reports.stored()
        assert list(zip(*(stored[n].tolist() for n in stored), strict=True)) == in_order(all_of(batches, "reports"))
