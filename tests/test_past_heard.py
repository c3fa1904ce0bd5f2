"""Ships heard in each part of the time: as a slow count of all rows, whatever files they lie in, and in little memory."""

from __future__ import annotations

import tempfile
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import selat
from selat.app import past_heard
from selat.app.past_heard import Heard
from selat.model.clock import DAY, HOUR, MINUTE, SECOND
from selat.model.schema import NO_TIME
from selat.store import scan
from selat.store.writer import Store
from store_twin import nothing, some_reports


def batch(rng, rows, number, begin, span, ships=6):
    out = nothing()
    time = begin + rng.integers(0, span, rows)
    time[rng.random(rows) < 0.05] = NO_TIME
    reports = some_reports(rng, rows, number * rows)
    out.reports = reports.replace(time=time, mmsi=rng.integers(1, ships + 1, rows).astype(reports["mmsi"].dtype))
    return out


def write(path, batches, compact=()):
    store = Store(path)
    with store.writer(grace=0) as writer:
        for k, one in enumerate(batches):
            writer.stage(one)
            writer.commit()
            if k in compact:
                writer.compact(min_parts=2)
    store.close()


def twin(batches, begin, end, bins):
    seen = [set() for _ in range(bins)]
    for one in batches:
        for ship, t in zip(one.reports["mmsi"].tolist(), one.reports["time"].tolist(), strict=True):
            if t != NO_TIME and begin <= t < end:
                seen[(t - begin) * bins // (end - begin)].add(ship)
    return [len(s) for s in seen]


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    files=st.integers(1, 5),
    compact=st.sets(st.integers(0, 4), max_size=2),
    asked=st.lists(
        st.tuples(
            st.integers(-2 * 3600, 30 * 3600),
            st.one_of(st.just(24 * 3600), st.integers(1, 40 * 3600)),
            st.one_of(st.sampled_from([1, 24, 144]), st.integers(1, 2000)),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_as_a_slow_count(seed, files, compact, asked):
    rng = np.random.default_rng(seed)
    batches = [batch(rng, 60, k, DAY + k * 3 * HOUR, 9 * HOUR) for k in range(files)]
    with tempfile.TemporaryDirectory() as place:
        write(Path(place) / "sea", batches, compact)
        counts = Heard()
        with selat.open(Path(place) / "sea") as sea:
            for begin, span, bins in asked:
                begin = DAY + begin * SECOND
                end = begin + span * SECOND
                assert counts.count(sea.reports, begin, end, bins).tolist() == twin(batches, begin, end, bins)


def test_files_that_were_read_are_not_read_again(tmp_path, monkeypatch):
    rng = np.random.default_rng(5)
    batches = [batch(rng, 80, k, DAY + k * HOUR, HOUR) for k in range(4)]
    write(tmp_path / "sea", batches[:3])
    read = []
    real = scan.read_some
    monkeypatch.setattr(past_heard, "read_some", lambda root, part, *a: read.append(part.path) or real(root, part, *a))
    counts = Heard()

    def ask(begin):
        read.clear()
        with selat.open(tmp_path / "sea") as sea:
            got = counts.count(sea.reports, begin, begin + DAY, 144).tolist()
        assert got == twin(known, begin, begin + DAY, 144)
        return len(read)

    known = batches[:3]
    assert ask(DAY) == 3 and ask(DAY) == 0
    assert ask(DAY + 10 * MINUTE) == 0, "parts that begin at the same minutes are the same parts"
    known = batches
    write(tmp_path / "sea", batches[3:])
    assert ask(DAY) == 1, "only what is new"
    monkeypatch.setattr(past_heard, "KEPT", 1)
    assert ask(DAY + 5 * MINUTE) == 4 and len(counts._kept) == 1 and ask(DAY + 5 * MINUTE) >= 3


def test_hidden_stations_are_not_counted(tmp_path):
    rng = np.random.default_rng(6)
    one = batch(rng, 400, 0, DAY, DAY, ships=40)
    one.reports = one.reports.replace(station=(one.reports["mmsi"] % 2).astype("u2"))
    write(tmp_path / "sea", [one])
    counts = Heard()
    with selat.open(tmp_path / "sea") as sea:
        both = counts.count(sea.reports, DAY, 2 * DAY, 4)
        query = sea.reports
        half = counts.count(scan_hidden(query, (1,)), DAY, 2 * DAY, 4)
        other = counts.count(scan_hidden(query, (0,)), DAY, 2 * DAY, 4)
    assert (half > 0).all() and (other > 0).all() and (half + other == both).all()


def scan_hidden(query, hidden):
    return replace(query, where=replace(query.where, hidden=hidden))


@pytest.mark.long
def test_a_long_history_takes_little_memory(tmp_path):
    """Two million rows in one block: held as a whole they and what was made of them took 100 MB."""
    rng = np.random.default_rng(7)
    rows, ships = 500_000, 1000
    write(tmp_path / "sea", [batch(rng, rows, k, DAY, 6 * HOUR, ships) for k in range(4)], compact={3})
    with selat.open(tmp_path / "sea") as sea:
        counts = Heard()
        tracemalloc.start()
        got = counts.count(sea.reports, DAY, 2 * DAY, 144)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert got[:36].tolist() == [ships] * 36 and not got[36:].any()
    assert most < 30e6
