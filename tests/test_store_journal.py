"""The raw log: what was synced is there, torn tails go aside, damage is skipped and told."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selat.model.errors import StoreError
from selat.store import journal as journal_module
from selat.store.journal import Journal

blocks = st.lists(
    st.tuples(st.one_of(st.binary(min_size=1, max_size=50), st.integers(4000, 9000).map(lambda n: b"!AIVDM" * n)),
              st.integers(0, 2**32 - 1), st.integers(-(2**63), 2**63 - 1)),
    max_size=12,
)  # fmt: skip


def fill(folder, items, segment=1 << 20):
    with Journal(folder, write=True, segment=segment) as journal:
        return [journal.append(*item) for item in items]


@settings(max_examples=30)
@given(blocks, st.integers(1, 3000))
def test_frames_come_back_whatever_the_segments(tmp_path_factory, items, segment):
    folder = tmp_path_factory.mktemp("j")
    ends = fill(folder, items, segment)
    reader = Journal(folder)
    frames = list(reader.frames())
    assert [(f.data, f.source, f.received) for f in frames] == items
    assert [f.end for f in frames] == ends
    assert [f.position for f in frames] == [0, *ends][: len(items)]
    for k, start in enumerate([0, *ends]):
        assert [f.data for f in reader.frames(start)] == [i[0] for i in items[k:]]
    assert reader.end == (ends[-1] if ends else 0)
    assert not reader.damage


def test_blocks_of_4_kib_are_compressed(tmp_path):
    data = b"!AIVDM,1,1,,A,15MgK45P3@G?fl0E`JbR0OwT0@MS,0*4E\r\n" * 1000
    fill(tmp_path, [(data, 1, 2)])
    assert sum(p.stat().st_size for p in tmp_path.glob("*.seg")) < len(data) // 20


def test_appending_goes_on_after_reopening(tmp_path):
    fill(tmp_path, [(b"a", 1, 1)])
    fill(tmp_path, [(b"b", 1, 2)])
    assert [f.data for f in Journal(tmp_path).frames()] == [b"a", b"b"]


def test_reference_to_a_file_that_stays(tmp_path):
    with Journal(tmp_path, write=True) as journal:
        end = journal.refer({"path": "ais.csv", "size": 3, "sha256": "00"}, 7, 9)
    (frame,) = Journal(tmp_path).frames()
    assert frame.reference == {"path": "ais.csv", "size": 3, "sha256": "00"}
    assert (frame.data, frame.source, frame.end) == (b"", 7, end)


@settings(max_examples=40)
@given(st.data())
def test_a_torn_tail_goes_aside_and_good_frames_stay(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("j")
    items = [(bytes([65 + i]) * (i * 7 + 1), i, i) for i in range(5)]
    ends = fill(folder, items)
    (segment,) = folder.glob("*.seg")
    cut = data.draw(st.integers(0, ends[-1]))
    garbage = data.draw(st.sampled_from([b"", b"\0" * 40, b"SLJ1", b"SLJ1" + b"\xff" * 60]))
    os.truncate(segment, cut)
    with segment.open("ab") as file:
        file.write(garbage)
    good = max(e for e in [0, *ends] if e <= cut)
    with Journal(folder, write=True) as journal:
        assert journal.end == good
        torn = cut - good + len(garbage)
        assert [(d.start, d.end) for d in journal.damage] == ([(good, good + torn)] if torn else [])
        if torn:
            assert journal.damage[0].aside.stat().st_size == torn
        journal.append(b"next", 9, 9)
    expected = [i[0] for i, e in zip(items, ends, strict=True) if e <= cut]
    assert [f.data for f in Journal(folder).frames()] == [*expected, b"next"]


def test_damage_in_the_middle_is_skipped_and_nothing_is_cut_off(tmp_path):
    ends = fill(tmp_path, [(b"x" * 100, 1, 1), (b"y" * 100, 1, 2), (b"z" * 100, 1, 3)])
    (segment,) = tmp_path.glob("*.seg")
    raw = bytearray(segment.read_bytes())
    raw[ends[0] + 50] ^= 1
    segment.write_bytes(raw)
    with Journal(tmp_path, write=True) as journal:
        assert journal.end == ends[2]
        assert [f.data[:1] for f in journal.frames()] == [b"x", b"z"]
        assert [(d.start, d.end) for d in journal.damage] == [(ends[0], ends[1])]
        assert [f.data[:1] for f in journal.frames()] == [b"x", b"z"]
        assert len(journal.damage) == 1


def test_a_damaged_end_of_an_older_segment_is_told(tmp_path):
    ends = fill(tmp_path, [(b"x" * 100, 1, 1), (b"y" * 100, 1, 2), (b"z" * 100, 1, 3)], segment=200)
    first = min(tmp_path.glob("*.seg"))
    os.truncate(first, ends[0] + 10)
    journal = Journal(tmp_path)
    assert [f.data[:1] for f in journal.frames()] == [b"x", b"z"]
    assert [d.start for d in journal.damage] == [ends[0]]


def test_a_reader_follows_a_writer(tmp_path):
    with Journal(tmp_path, write=True) as writer:
        end = writer.append(b"one", 1, 1)
        assert [f.data for f in Journal(tmp_path).frames()] == [b"one"]
        writer.append(b"two", 1, 2)
        assert [f.data for f in Journal(tmp_path).frames(end)] == [b"two"]


def test_positions_that_are_not_there(tmp_path):
    fill(tmp_path, [(b"one", 1, 1)])
    with pytest.raises(StoreError, match="no position 9999"):
        list(Journal(tmp_path).frames(9999))
    with pytest.raises(StoreError, match="not open for writing"):
        Journal(tmp_path).append(b"x", 1, 1)
    assert list(Journal(tmp_path / "absent").frames()) == []


def test_a_full_disk_leaves_no_half_frame(tmp_path, monkeypatch):
    with Journal(tmp_path, write=True) as journal:
        end = journal.append(b"one", 1, 1)
        real = os.write

        def failing(fd, data):
            real(fd, bytes(data)[:10])
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(journal_module.os, "write", failing)
        with pytest.raises(OSError, match="No space"):
            journal.append(b"two", 1, 2)
        monkeypatch.undo()
        assert journal.end == end
        journal.append(b"three", 1, 3)
    assert [f.data for f in Journal(tmp_path).frames()] == [b"one", b"three"]


def test_sync_reaches_the_disk_once(tmp_path, monkeypatch):
    calls = []
    real = os.fsync
    monkeypatch.setattr(journal_module.os, "fsync", lambda fd: (calls.append(fd), real(fd)))
    with Journal(tmp_path, write=True) as journal:
        journal.append(b"one", 1, 1)
        calls.clear()
        assert journal.sync() == journal.end
        journal.sync()
        assert len(calls) == 1
