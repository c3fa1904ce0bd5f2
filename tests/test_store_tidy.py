"""Tidying the history beside the commits of a live watch: nothing waits for it, and nothing is lost by it."""

import logging
import threading
from functools import partial

import numpy as np
import pytest

import selat
from selat.model.errors import StoreError
from selat.model.nouns import Alert
from selat.store import tidy
from selat.store.writer import Store
from store_twin import all_of, in_order, some_batch

TIDY = {"min_parts": 2, "tiers": True, "wait": False}


@pytest.fixture
def slow(monkeypatch):
    """Merging that does not end until it may; (it has begun, it may)."""
    begun, may, real = threading.Event(), threading.Event(), tidy.merge_parts

    def merge(*args):
        begun.set()
        assert may.wait(30)
        return real(*args)

    monkeypatch.setattr(tidy, "merge_parts", merge)
    yield begun, may
    may.set()


def batches(count, seed=3):
    rng = np.random.default_rng(seed)
    return [some_batch(rng, 40, number * 200) for number in range(count)]


def put(writer, some):
    for batch in some:
        writer.stage(batch, 1)
        writer.commit()


def rows(path, table="reports"):
    with selat.open(path) as sea:
        stored = getattr(sea, table).stored()
        return list(zip(*(stored[n].tolist() for n in stored), strict=True))


def merged(store):
    return [p for p in store.state.parts()[1] if p.level]


def test_commits_and_alerts_do_not_wait_for_it(tmp_path, slow):
    begun, may = slow
    some = batches(9)
    store = Store(tmp_path / "sea")
    with store.writer(grace=0) as writer:
        put(writer, some[:4])
        writer.compact(**TIDY)
        assert begun.wait(30)
        put(writer, some[4:])
        alert = Alert("dark", "1", "alarm", (533000001,), 100, 200, 3.0, 101.0, "silent", evidence={"seq": [1]})
        writer.tell([alert])
        assert store.state.rows("alerts")[0]["id"] == alert.id and not merged(store), "all that while files are merged"
        seen = rows(tmp_path / "sea")
        writer.compact(**TIDY)  # the first still goes on: nothing is begun
        may.set()
    assert merged(store), "closing waits for the file that is being written"
    assert rows(tmp_path / "sea") == seen == in_order(all_of(some, "reports"))


def test_a_file_that_is_written_meanwhile_stays_and_no_row_is_lost_or_doubled(tmp_path, slow):
    begun, may = slow
    some = batches(8, seed=4)
    store = Store(tmp_path / "sea")
    with store.writer(grace=0) as writer:
        put(writer, some[:3])
        old = {p.path for p in store.state.parts()[1]}
        writer.compact(**TIDY)
        assert begun.wait(30)
        put(writer, some[3:])
        new = {p.path for p in store.state.parts()[1]} - old
        may.set()
        writer._tidier.wait()
        left = {p.path for p in store.state.parts()[1]}
        assert new <= left and merged(store)
        assert (
            not old & {str(f.relative_to(store.layout.history)) for f in store.layout.history.rglob("*.parquet")} - left
        )
        writer.finish()
    for table in ("reports", "statics"):
        assert rows(tmp_path / "sea", table) == in_order(all_of(some, table))


def test_what_goes_wrong_is_told_and_the_next_time_tries_again(tmp_path, monkeypatch, caplog):
    def fail(*args):
        raise StoreError("no room on the disk", hint="make room")

    some = batches(4, seed=5)
    store = Store(tmp_path / "sea")
    with store.writer(grace=0) as writer, caplog.at_level(logging.WARNING):
        put(writer, some)
        with monkeypatch.context() as m:
            m.setattr(tidy, "merge_parts", fail)
            writer.compact(**TIDY)
            writer._tidier.wait()
            assert "the history was not tidied: no room on the disk" in caplog.text
            with pytest.raises(StoreError, match="no room"):
                writer.compact()
        writer.commit()
        assert not merged(store) and rows(tmp_path / "sea") == in_order(all_of(some, "reports"))
        writer.compact(**TIDY)
        writer._tidier.wait()
        assert merged(store)
    assert rows(tmp_path / "sea") == in_order(all_of(some, "reports"))


def test_closing_ends_it_after_the_file_at_hand(tmp_path, slow):
    begun, may = slow
    store = Store(tmp_path / "sea")
    with store.writer(grace=0) as writer:
        put(writer, batches(3, seed=6))
        piles = len(tidy.piles(store.state.parts()[1], 2))
        assert piles > 1
        writer.compact(**TIDY)
        assert begun.wait(30)
        threading.Timer(0.2, may.set).start()
    assert 0 < len(merged(store)) < piles
    assert not list(store.layout.history.rglob("*.tmp"))


def test_which_files_belong_into_one_does_not_depend_on_their_order(tmp_path):
    store = Store(tmp_path / "sea")
    with store.writer(grace=0) as writer:
        put(writer, batches(5, seed=7))
        parts = store.state.parts()[1]

    def names(piles):
        return {frozenset(p.path for p in pile) for pile in piles}

    for choose in (partial(tidy.piles, min_parts=2), partial(tidy.piles, min_parts=3, tiers=True)):
        assert names(choose(parts)) == names(choose(parts[::-1]))
        assert all(len({(p.table, p.block) for p in pile}) == 1 for pile in choose(parts))
    assert tidy.piles(parts, 2, before=min(p.block for p in parts)) == []
