"""Rows of a block in pieces: all of them, each ship in one piece, in the order of the table, in bounded memory."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selat.model.clock import DAY, HOUR, SECOND
from selat.model.columns import concat
from selat.store import pieces, scan
from selat.store.history import ROW_GROUP
from selat.store.scan import Region, Where, blocks_of, read_rows
from selat.store.view import pin_view
from selat.store.writer import Store
from store_twin import nothing, some_reports

NAMES = ("mmsi", "time", "lat", "lon", "sog")


def write(path, rng, files, rows, ships, compact):
    store = Store(path)
    with store.writer(grace=0) as writer:
        for k in range(files):
            out, reports = nothing(), some_reports(rng, rows, k * rows)
            time = DAY + rng.integers(0, 6 * HOUR // SECOND, rows) * SECOND
            lat, lon = rng.integers(0, 50_000_000, rows), rng.integers(1_000_000_000, 1_050_000_000, rows)
            out.reports = reports.replace(
                time=time, received=time, mmsi=rng.integers(1, ships + 1, rows).astype("i4"),
                lat=lat.astype("i4"), lon=lon.astype("i4"),
            )  # fmt: skip
            writer.stage(out)
            writer.commit()
            if k in compact:
                writer.compact(min_parts=2)
    return store


def same(a, b):
    return a.rows == b.rows and all(np.array_equal(a[n], b[n]) for n in NAMES)


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    files=st.integers(1, 4),
    ships=st.sampled_from([1, 3, 50]),
    compact=st.sets(st.integers(0, 3), max_size=2),
    most=st.sampled_from([20, 90, 400]),
    hours=st.sampled_from([(None, None), (1, 4), (0, 7)]),
    box=st.sampled_from([(), ((1_000_000_000, 0, 1_050_000_000, 50_000_000),), ((1_000_000_000, 0, 1_030_000_000, 40_000_000),)]),
)  # fmt: skip
def test_pieces_are_all_rows(seed, files, ships, compact, most, hours, box):
    rng = np.random.default_rng(seed)
    begin, end = (None if h is None else DAY + h * HOUR for h in hours)
    where = Where(begin, end, regions=(Region(box),) if box else ())
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setattr("selat.store.history.ROW_GROUP", 32)
        store = write(Path(place) / "sea", rng, files, 300, ships, compact)
        view = pin_view(store.layout, store.state)
        for parts in blocks_of(view.parts, "reports", where):
            whole = read_rows(view.layout.history, parts, "reports", where, NAMES)
            got = [r() for r in pieces.readings(view.layout.history, parts, where, NAMES, most)]
            assert len(got) > 1 or ships == 1 or whole.rows < 4 * most
            (first, *_), few = pieces.readings(view.layout.history, parts, where, ("sog",), most), got[0]
            assert np.array_equal(first()["sog"], few["sog"]), "columns without the ship"
            assert same(concat(got, "reports"), whole)
            seen = [set(g["mmsi"].tolist()) for g in got]
            assert sum(len(s) for s in seen) == len(set().union(*seen)), "each ship is in one piece"
        view.close()
        store.close()


@pytest.mark.long
def test_pieces_are_small(tmp_path):
    rng = np.random.default_rng(3)
    store = write(tmp_path / "sea", rng, 6, 150_000, 900, {2})
    view = pin_view(store.layout, store.state)
    (parts,) = blocks_of(view.parts, "reports", Where())
    got = [r().rows for r in pieces.readings(view.layout.history, parts, Where(), NAMES, 100_000)]
    assert sum(got) == 900_000 and max(got) < 100_000 + 2 * ROW_GROUP and len(got) >= 8
    view.close()
    store.close()


def test_a_small_place_is_left_to_the_sieve(tmp_path, monkeypatch):
    """Where few rows are wanted of many groups, whole row groups are not read."""
    rng = np.random.default_rng(4)
    store = write(tmp_path / "sea", rng, 2, 60_000, 50, {1})
    view = pin_view(store.layout, store.state)
    where = Where(regions=(Region(((1_000_000_000, 0, 1_001_000_000, 1_000_000),)),))
    (parts,) = blocks_of(view.parts, "reports", where)
    sieved = []
    monkeypatch.setattr(scan, "SMALL", 1)
    real = scan.read_sieved
    monkeypatch.setattr(scan, "read_sieved", lambda *a: sieved.append(1) or real(*a))
    (read,) = pieces.readings(view.layout.history, parts, where, NAMES, 10_000)
    assert same(read(), read_rows(view.layout.history, parts, "reports", where, NAMES)) and sieved
    view.close()
    store.close()
