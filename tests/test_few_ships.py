"""Asking a history for a few ships gives what asking for all of it and choosing gives, whatever the files are like."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import selat
from selat.app.archive import SeaArchive
from selat.model.clock import HOUR, SECOND
from selat.model.columns import Columns, blank, empty
from selat.model.ports import Batch
from selat.model.schema import REPORTS
from selat.store import footers, scan
from selat.store.writer import Store

T0 = 1_795_000_000 * SECOND
SHIPS = np.arange(533_000_001, 533_000_001 + 400 * 7, 7)


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory):
    """Two files of several row groups, one compacted; each ship in few of them."""
    path: Path = tmp_path_factory.mktemp("few") / "sea"
    rng = np.random.default_rng(3)
    with Store(path) as store, store.writer() as writer:
        for k in range(2):
            n = 150_000
            data = {c.name: blank(c.stored, c.null, n) for c in REPORTS.columns}
            data["mmsi"] = rng.choice(SHIPS[k::2], n).astype(np.int32)
            data["time"] = T0 + rng.integers(0, 6 * HOUR, n)
            data["received"], data["seq"] = data["time"].copy(), np.arange(k * n, (k + 1) * n)
            data["msg_type"][:] = 1
            data["lat"], data["lon"] = rng.integers(0, 10**7, n).astype(np.int32), np.full(n, 10**9, np.int32)
            others = {name: empty(name) for name in ("statics", "messages", "receptions", "rejects")}
            writer.stage(Batch(Columns("reports", data, n), **others, lines=n, kept=n))
            writer.commit()
            if k == 0:
                writer.finish()
    with selat.open(path) as found:
        yield found


@given(st.lists(st.sampled_from([*SHIPS.tolist(), 533_000_002, 999]), min_size=1, max_size=20), st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_few_ships_are_those_of_the_whole(sea, ships, hour) -> None:
    whole = sea.reports.between(T0 + hour * HOUR, T0 + (hour + 2) * HOUR).columns("mmsi", "seq", "lat").stored()
    keep = np.isin(whole["mmsi"], ships)
    got = (
        sea.reports.of(*ships).between(T0 + hour * HOUR, T0 + (hour + 2) * HOUR).columns("mmsi", "seq", "lat").stored()
    )
    assert got.rows == keep.sum()
    for name in ("mmsi", "seq", "lat"):
        assert (got[name] == whole[name][keep]).all()


def test_only_groups_that_hold_a_ship_are_read(sea, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    real = scan.pq.ParquetFile.read_row_groups

    def noted(self, groups, columns=None, **more):
        read.append(len(groups))
        return real(self, groups, columns=columns, **more)

    monkeypatch.setattr(scan.pq.ParquetFile, "read_row_groups", noted)
    monkeypatch.setattr(scan, "read_sieved", None)  # too few groups to ask another engine
    assert sea.reports.of(int(SHIPS[0])).columns("lat").stored().rows > 0
    assert 1 <= sum(read) <= 4
    read.clear()
    assert sea.reports.of(533_000_002).stored().rows == 0
    assert not read, "of a ship that was not there nothing is read"


def test_what_a_row_group_holds_is_known_by_its_footer(sea) -> None:
    for part in (p for p in sea.view.parts if p.table == "reports"):
        of = footers.footer(sea.layout.history, part)
        file = pq.ParquetFile(sea.layout.history / part.path)
        groups = [file.read_row_group(g, columns=["mmsi"]).column("mmsi").to_numpy() for g in range(len(of.rows))]
        for ships in ([int(SHIPS[0])], SHIPS[5:9].tolist(), [533_000_002], SHIPS.tolist()):
            want = [g for g, numbers in enumerate(groups) if np.isin(numbers, ships).any()]
            assert of.groups_of(ships).tolist() == want
        assert of.has("mmsi") and not of.has("sog") and of.bounds("lat")[:, 0].min() >= -9


def test_a_footer_is_parsed_once_whoever_asks(sea, monkeypatch: pytest.MonkeyPatch) -> None:
    footers._footers.clear()
    made, real = [], footers.Footer

    class Slow(real):
        def __init__(self, root, part) -> None:
            made.append(part.path)
            time.sleep(0.05)
            super().__init__(root, part)

    monkeypatch.setattr(footers, "Footer", Slow)
    part = next(p for p in sea.view.parts if p.table == "reports")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: footers.footer(sea.layout.history, part), range(8)))
    assert len(made) == 1 and all(f is found[0] for f in found)


def test_an_archive_reads_ahead_and_lets_go(sea) -> None:
    footers._footers.clear()
    archive = SeaArchive(sea.layout.root)
    archive._warming.join(30)
    assert len(footers._footers) == len([p for p in sea.view.parts if p.table == "reports"]) > 1
    archive.close()
    assert not archive._warming.is_alive()
