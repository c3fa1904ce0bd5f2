"""Tables read in pieces by threads: the same rows whatever the pieces, and the same sea whatever the machine."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import csv_twin
import selat
from conformance.test_readers import assert_same
from selat.app.batch import block_cut, read_files, split
from selat.app.pipeline import Pipeline
from selat.model.clock import HOUR
from selat.model.columns import concat
from selat.readers import archive, csv_dma, csv_noaa, csv_piece
from selat.readers.csv_reader import CsvReader, join
from selat.store import blocks as store_blocks
from selat.store import writer as store_writer
from selat.store.blocks import settled
from selat.store.history import UNKNOWN, block_of
from selat.store.writer import Store
from test_csv_twin import CASES, same, table

pytestmark = pytest.mark.long

HEAD = b"MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign\n"


def in_pieces(reader: CsvReader, data: bytes, edges: list[int], ahead: int) -> list:
    """Blocks of ``data`` cut at ``edges``: ``ahead`` of them are scanned before the first of these is admitted."""
    blocks = [data[a:b] for a, b in pairwise(sorted({0, *edges, len(data)}))]
    out, waiting = [], deque()
    for block in blocks:
        if not reader.begun:
            out.append(reader.feed(block))
            continue
        waiting.append((block, reader.scan(block)))
        if len(waiting) > ahead:
            out.append(reader.admit(*waiting.popleft()))
    out += [reader.admit(*w) for w in waiting]
    return [*out, reader.flush()]


@pytest.mark.parametrize("case", CASES)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_pieces_cut_anywhere_are_as_the_obvious_reader(case, data):
    layout, names = CASES[case]
    text = data.draw(table(layout, names))
    if layout.headless and not text.lstrip(b"\xef\xbb\xbf\r\n ")[:1].isdigit():
        return
    ends = [k + 1 for k, c in enumerate(text) if c == 10]
    edges = data.draw(st.lists(st.sampled_from(ends), max_size=8)) if ends else []
    edges += data.draw(st.lists(st.integers(0, len(text)), max_size=3))
    same(join(in_pieces(CsvReader(layout), text, edges, data.draw(st.integers(0, 3)))), csv_twin.read(text, layout))


def expected(lines: list[bytes], ring: int) -> tuple[list[int], list[tuple[int, int]]]:
    """The rule in words: a row repeats one of the last ``ring`` kept rows, or it is kept."""
    last: deque[tuple[bytes, int]] = deque(maxlen=ring)
    kept, repeats = [], []
    for k, line in enumerate(lines):
        known = dict(last)
        if line in known:
            repeats.append((k, known[line]))
        else:
            kept.append(k)
            last.append((line, k))
    return kept, repeats


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.integers(0, 25), st.integers(0, 3), st.integers(0, 4)), max_size=120),
    st.lists(st.integers(0, 120), max_size=10), st.sampled_from(["ordered", "one time", "any"]), st.integers(0, 3),
)  # fmt: skip
def test_repeats_across_pieces_are_those_of_the_rule(rows, cuts, how, ahead):
    near, ring = 4, 8
    lines = []
    for k, (when, ship, name) in enumerate(rows):
        second = {"ordered": k // 4, "one time": 0, "any": when}[how]
        lines.append(b"21900000%d,2023-01-11T00:00:%02d,50.1,1.5,1.0,2.0,3,S%d,,\n" % (ship, second % 60, name))
    starts = np.cumsum([len(HEAD), *(len(line) for line in lines)]).tolist()
    edges = [len(HEAD), *(starts[c] for c in cuts if c < len(starts))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_piece, "RING", ring)
        patch.setattr(csv_piece, "SLOTS", 4 * ring)
        patch.setattr(csv_piece.scan, "RING", near)
        patch.setattr(csv_piece.scan, "SLOTS", 4 * near)
        batch = join(in_pieces(csv_noaa.reader(), HEAD + b"".join(lines), edges, ahead))
        plain = csv_noaa.reader()
        whole = join([plain.feed(HEAD + b"".join(lines)), plain.flush()])
    kept, repeats = expected(lines, ring)
    assert batch.reports["seq"].tolist() == kept
    assert list(zip(batch.receptions["seq"].tolist(), batch.receptions["first_seq"].tolist(), strict=True)) == repeats
    assert batch.receptions["mmsi"].tolist() == [219000000 + rows[k][1] for k, _ in repeats]
    assert_same([batch], [whole])
    said: dict[int, int] = {}
    changes = [k for k in kept if said.get(rows[k][1]) != rows[k][2] and not said.update({rows[k][1]: rows[k][2]})]
    assert batch.statics["seq"].tolist() == changes


def test_members_with_other_columns_do_not_hide_repeats():
    a, b = b"MMSI,BaseDateTime,LAT,LON,X,Y\n", b"X,Y,LAT,LON,MMSI,BaseDateTime\n"
    row = b"219000001,2023-01-11T00:00:00,1.5,2.5,219000002,2023-01-12T00:00:00\n"
    reader = csv_noaa.reader()
    batches = in_pieces(reader, a + row, [len(a)], 1)
    reader.next_file()
    batches += in_pieces(reader, b + row, [len(b)], 1)
    assert join(batches).receptions["first_seq"].tolist() == [0]


def day(path: Path, hours: float = 20, ships: int = 40, step: int = 60, straggler: bool = False) -> int:
    """A table in order of time with repeats; the number of its rows. ``straggler``: rows of the first hour come last."""
    lines = []
    for second in range(0, int(hours * 3600), step):
        stamp = b"2023-01-11T%02d:%02d:%02d" % (second // 3600, second // 60 % 60, second % 60)
        for ship in range(ships):
            line = b"2190000%02d,%s,%.4f,1.5,1.0,2.0,3,SHIP %d,," % (ship, stamp, 50 + second / 1e5, ship)
            lines += [line] * (1 + (ship + second // step) % 3 // 2)
    if straggler:
        lines += [line.replace(b",1.5,", b",1.6,") for line in lines[:200]]
    path.write_bytes(HEAD + b"\n".join(lines) + b"\n")
    return len(lines)


def read(sea: Path, path: Path, *, finish: bool = True) -> tuple[dict, list, str]:
    """What was read, the files before they are compacted, the hash of the content."""
    with Store(sea) as store, store.writer() as writer:
        found = read_files(Pipeline(writer, rules=False), [path]).as_dict()
        _, parts = store.state.parts()
        if finish:
            writer.finish()
    with selat.open(sea) as opened:
        return found, parts, opened.content_hash()


def test_any_number_of_threads_and_any_blocks_give_the_same_sea(tmp_path, monkeypatch):
    path = tmp_path / "day.csv"
    rows = day(path)
    hashes = set()
    for k, (workers, size) in enumerate(((1, 1 << 22), (2, 50_000), (3, 20_011), (4, 300_000))):
        monkeypatch.setattr(archive, "WORKERS", workers)
        monkeypatch.setattr(archive, "BLOCK", size)
        monkeypatch.setattr(archive.blocks, "__defaults__", (size,))
        found, _, content = read(tmp_path / f"sea{k}", path)
        assert found["lines"] == rows == found["kept"] + found["duplicates"]
        hashes.add(content)
    assert len(hashes) == 1


def small_holds(monkeypatch) -> None:
    """Blocks of 6 hours are more than a quarter of what may be held, and two files are made of each."""
    monkeypatch.setattr(store_writer, "HOLD_BYTES", 3 << 20)
    monkeypatch.setattr(store_blocks, "TWO_THREADS", 4000)
    monkeypatch.setattr(archive.blocks, "__defaults__", (100_000,))


@pytest.mark.parametrize("straggler", [False, True])
def test_a_table_in_order_of_time_is_written_once(tmp_path, monkeypatch, straggler):
    path = tmp_path / "day.csv"
    day(path, straggler=straggler)
    *_, plain = read(tmp_path / "plain", path)
    small_holds(monkeypatch)
    _, parts, content = read(tmp_path / "held", path)
    assert content == plain
    reports = [p for p in parts if p.table == "reports"]
    assert len({p.generation for p in parts}) > 2, "the blocks were written one after another"
    by_block = [[p for p in reports if p.block == b] for b in sorted({p.block for p in reports})]
    assert [settled(b) for b in by_block] == [not straggler, True, True, True]
    assert max(len(b) for b in by_block) == 3 if straggler else 2
    with selat.open(tmp_path / "held") as sea:
        after = {(p.table, p.block): 0 for p in sea.view.parts}
        times = sea.reports.stored()
        assert len(sea.view.parts) <= 2 * len(after)
    key = list(zip(times["mmsi"].tolist(), times["time"].tolist(), times["seq"].tolist(), strict=True))
    assert key == sorted(key)
    if not straggler:
        with selat.open(tmp_path / "held") as sea:
            assert {p.path for p in reports} == {p.path for p in sea.view.parts if p.table == "reports"}


class Cut(Exception):
    """The power went."""


@pytest.mark.parametrize("after", [3, 15, 30])
def test_a_table_cut_off_between_blocks_goes_on_where_it_was(tmp_path, monkeypatch, after):
    path = tmp_path / "day.csv"
    rows = day(path)
    *_, plain = read(tmp_path / "plain", path)
    small_holds(monkeypatch)
    taken = 0

    def progress(*_: object) -> None:
        nonlocal taken
        taken += 1
        if taken == after:
            raise Cut

    with pytest.raises(Cut), Store(tmp_path / "sea") as store, store.writer() as writer:
        read_files(Pipeline(writer, rules=False), [path], progress=progress)
    found, _, content = read(tmp_path / "sea", path)
    assert content == plain
    assert (found["lines"] < rows) == (after > 3), "what was committed was not read again"


def batch_of(hours: list[float]):
    lines = [
        b"219000001,2023-01-11T%02d:%02d:00,50.1,%d.5,1,2,3,A,,\n" % (int(h), h % 1 * 60, k)
        for k, h in enumerate(hours)
    ]
    reader = csv_noaa.reader()
    return join([reader.feed(HEAD + b"".join(lines)), reader.flush()])


@pytest.mark.parametrize(
    ("hours", "newest", "cut"),
    [
        ([4, 5, 5.5], 0, -1),
        ([5, 5.5, 6, 7], 0, 2),
        ([5, 6, 5.9, 7], 0, -1),
        ([6, 7], 0, 0),
        ([5, 6], None, -1),
        ([5, 7, 13, 14], 0, 2),
        ([1, 6.5], 1, -1),
    ],
)
def test_where_a_new_block_begins(hours, newest, cut):
    batch = batch_of(hours)
    base = int(block_of(batch_of([0]).reports)[0])
    first = UNKNOWN if newest is None else base + newest
    found, top = block_cut(batch, first)
    assert (found, top) == (cut, max(base + int(max(hours)) // 6, first))


def test_halves_of_a_batch_are_the_batch():
    lines = [b"21900000%d,2023-01-11T00:00:0%d,50.1,1.5,1,2,3,A,,\n" % (k % 3, k % 4) for k in range(40)]
    reader = csv_noaa.reader()
    batch = join([reader.feed(HEAD + b"".join([*lines[:20], b"x\n", *lines[20:]])), reader.flush()])
    for cut in range(batch.lines + 1):
        one, other = split(batch, 0, cut)
        for part, lines_of in ((one, cut), (other, batch.lines - cut)):
            assert part.lines == lines_of == part.kept + part.duplicates + part.rejects.rows
        assert_same([batch], [one, other])


def test_blocks_end_with_a_line_and_stay_good(tmp_path):
    data = b"".join(b"%d,%s\n" % (k, b"x" * (k % 90)) for k in range(3000)) + b"z" * 5000 + b"\nlast"
    with (tmp_path / "f").open("wb") as out:
        out.write(data)
    with (tmp_path / "f").open("rb", buffering=0) as stream:
        held, copies = deque(maxlen=3), deque(maxlen=3)
        out = []
        for block in archive.blocks("f", stream, 1000, good=3, lines=True):
            held.append(block)
            copies.append(bytes(block))
            assert [bytes(b) for b in held] == list(copies)
            out.append(bytes(block))
    assert b"".join(out) == data
    assert all(b.endswith(b"\n") for b in out if b"\n" in b[:-1] and b != out[-1])


def test_a_long_line_and_an_open_quote_at_the_edge_of_a_piece():
    rows = [b"219000001,2023-01-11T00:00:%02d,50.1,1.5,1,2,3,SHIP %d,,\n" % (k, k) for k in range(20)]
    rows[5] = rows[5].replace(b"SHIP 5", b'"SHIP\n5"')
    rows[8] = rows[8].replace(b"SHIP 8", b"S" * 40_000)
    rows[11] = rows[11].replace(b"SHIP", b'"SHIP')
    data = HEAD + b"".join(rows)
    want = csv_twin.read(data, csv_noaa.LAYOUT)
    for k in range(4, 13):
        for shift in (0, 45, 47, 20_000):
            edge = len(HEAD) + sum(len(r) for r in rows[:k]) + shift
            same(join(in_pieces(csv_noaa.reader(), data, [len(HEAD), edge, edge + 30_000], 2)), want)


def test_danish_repeats_over_a_file(tmp_path, monkeypatch):
    rows = [
        b"29/02/2024 00:%02d:%02d,Class A,21900000%d,55.1,12.0,Moored,0.0,1.0,2.0,3,Unknown,OX,N%d,Cargo,,6,18,GPS,2.7,"
        b"H,,AIS,5,13,3,3\n" % (k // 60 % 60, k % 60, k % 7, k % 5)
        for k in range(3000)
        for _ in range(1 + k % 4)
    ]
    path = tmp_path / "aisdk.csv"
    path.write_bytes(",".join(csv_dma.COLUMNS).encode() + b"\n" + b"".join(rows))
    monkeypatch.setattr(archive.blocks, "__defaults__", (30_000,))
    batch = join(list(csv_dma.read(path)))
    assert batch.kept == 3000
    assert batch.duplicates == len(rows) - 3000
    assert (np.diff(batch.receptions["seq"]) > 0).all()
    whole = csv_dma.reader()
    assert_same([batch], [join([whole.feed(path.read_bytes()), whole.flush()])])


def test_hours_are_counted_from_six_to_six():
    reports = concat([batch_of([5.99, 6.0]).reports], "reports")
    assert np.diff(block_of(reports)).tolist() == [1]
    assert 6 * HOUR == 21_600 * 10**9
