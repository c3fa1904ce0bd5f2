"""Laws of the reader, for any bytes: nothing is lost, cuts do not matter, and a saved state goes on as if never stopped."""

from __future__ import annotations

import copy
import itertools
import random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from decoding import nmea_logs, read, same, sentence
from selat.kernels.scan import MAX_LINE
from selat.model.encode import encode
from selat.model.errors import Reason
from selat.model.schema import NO_TIME
from selat.readers.aivdm import KEEP_RAW, AivdmReader
from strategies import chunks, logs

ONE = sentence("AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0")
OTHER = sentence("AIVDM,1,1,,A,403Ovl@000Htt<tSF0l4Q@100`Pq,0")
TWO = [x.encode() for x in encode(5, mmsi=533000001, shipname="SELAT", destination="LUMUT", seq_id=3)]
#: pieces of sentences, in all kinds of wrong order: what random bytes would never hit upon
CRUMBS = st.sampled_from([
    ONE, *TWO, b"\n", b"\r", b"\r\n", b"\n\n", b"!", b"!AIVDM,", b"!AIVDM,1,1,,A,", b",0*4A", b"*", b"\\", b"\\c:1420030798*00\\",
    b"\\s:kl,c:1700000000*5A\\", b"\\g:1-2-77*66\\", b"\\g:2-2-77*65\\",
    b"$PGHP,1,2012,1,31,5,7,2,151,316,2,316000002,1AIS_S,4A*09",
    b"$PGHP,1,2012,1,31", b",1327992119157", b",s1234,d-119,T12.34,S0042,r003669958,1085889680", b"# x", b"\x00", b"\xff\x80", b" ",
    b"2012-01-31T00:00:01 ", b"1327992119 ", b"!AIVDM,2,1,3,A,5", b"!AIVDM,1,1,,A,,0*26", b"!AIVDM,9,1,3,A,5,0*", b",", b"*4A!",
])  # fmt: skip
DIRT = st.binary(max_size=200) | st.lists(CRUMBS | st.binary(max_size=6), max_size=30).map(b"".join)


@st.composite
def cut(draw, data=DIRT):
    whole = draw(data)
    return whole, draw(chunks(whole))


@settings(max_examples=400)
@example(
    (b'!""VDM,,,,,,000000*!\x00', [b'!""VDM,,,,,,000000*!', b"\x00"]), False
)  # no digits where the checksum stands
@example((b"!AIVDM,1,1,,A,,0*4\n!", [b"!AIVDM,1,1,,A,,0*4\n", b"!"]), False)
@example((b"$X*!AIVDM", [b"$X*!", b"AIVDM"]), True)
@given(cut(), st.booleans())
@example((ONE + b"\r\n" + ONE, [ONE + b"\r", b"\n" + ONE]), False)
@example((ONE + b"\r", [ONE, b"\r"]), False)
@example((b"".join(TWO), [TWO[0][:9], TWO[0][9:] + TWO[1]]), True)
def test_any_bytes_in_any_pieces(bytes_and_pieces, live):
    data, pieces = bytes_and_pieces
    whole = read(data, live=live, received=1_700_000_000_000_000_000)
    assert whole.balance == 0
    assert whole.bytes == len(data)
    same(whole, read(pieces, live=live, received=1_700_000_000_000_000_000))
    seqs = whole.rejects["seq"]
    assert len(set(seqs.tolist())) == len(seqs) and (seqs < whole.lines).all()
    for offset, length, raw in zip(*(whole.rejects[c].tolist() for c in ("offset", "length", "raw")), strict=True):
        assert raw == data[offset : offset + min(length, KEEP_RAW)]


@settings(max_examples=50)
@given(st.data())
def test_logs_in_any_pieces(data):
    log = data.draw(logs(most=6))
    whole = read(log.data)
    assert whole.balance == 0
    same(whole, read(data.draw(chunks(log.data))))
    same(whole, read(log.data[i : i + 1] for i in range(len(log.data))))


@settings(max_examples=60)
@given(st.data())
def test_going_on_from_a_saved_state(data):
    log = data.draw(logs())
    whole = log.data if data.draw(st.booleans()) else data.draw(DIRT)
    at = data.draw(st.integers(0, len(whole)))
    live = data.draw(st.booleans())
    now = 1_700_000_000_000_000_000
    straight = read([whole[:at], whole[at:]], live=live, received=now)
    first = AivdmReader(live=live)
    batches = [first.feed(whole[:at], now)]
    saved = first.state()
    assert all(isinstance(v, (int, str, bytes, np.ndarray)) for v in saved.values())
    saved = copy.deepcopy(saved)
    first.feed(b"!AIVDM,2,1,3,A,5,0*5F\nwhat comes later must not change what was saved\n" + ONE, now)
    second = AivdmReader()
    second.feed(ONE + b"\n" + TWO[0] + b"\n\\s:other*6B\\" + ONE, 5)  # nor does what was read before matter
    second.restore(saved)
    assert second.next_seq == batches[0].lines
    batches += [second.feed(whole[at:], now), second.flush()]
    got = type(straight)(second, batches)
    same(straight, got)


def test_a_state_is_taken_as_it_was_given():
    reader = AivdmReader()
    reader.feed(TWO[0] + b"\n\\s:kl,c:1700000000*5A\\" + ONE[:20], 7)
    saved = reader.state()
    again = AivdmReader(live=True)
    again.restore(saved)
    once_more = again.state()
    assert saved.keys() == once_more.keys()
    for key, value in saved.items():
        assert np.array_equal(value, once_more[key]), key


def test_every_recording_in_any_pieces(shared):
    rnd = random.Random(7)
    for name, data in nmea_logs(shared).items():
        data = data[: 400_000 if "terrestrial" in name else 150_000]
        whole = read(data)
        assert whole.balance == 0, name
        cuts = [0, *sorted(rnd.sample(range(len(data)), min(97, len(data) - 1))), len(data)]
        same(whole, read(data[a:b] for a, b in itertools.pairwise(cuts)))


# --- long lines ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("length", [MAX_LINE - 1, MAX_LINE, MAX_LINE + 1, 3 * MAX_LINE + 7])
@pytest.mark.parametrize("step", [1 << 20, 4096, 997])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_long_line_is_one_reject(length, step, end):
    data = ONE + end + b"x" * length + end + OTHER + end
    r = read(data[i : i + step] for i in range(0, len(data), step))
    assert r.balance == 0
    assert (r.lines, r.kept) == (3, 2)
    assert r.row("rejects") == {
        "seq": 1, "received": NO_TIME, "offset": len(ONE + end), "source": 0, "length": min(length, MAX_LINE),
        "reason": Reason.NOISE if length < MAX_LINE else Reason.TOO_LONG, "raw": b"x" * KEEP_RAW,
    }  # fmt: skip
    assert r.reports["seq"].tolist() == [0, 2]


def test_an_endless_line_takes_no_memory_and_the_next_sentence_is_read():
    reader = AivdmReader()
    block = b"\xaa" * (1 << 20)
    batches = [reader.feed(ONE + b"\n", 0)]
    for _ in range(1024):  # 1 GiB without a line end
        batches.append(reader.feed(block, 0))
        assert len(reader._tail) <= MAX_LINE
    batches.append(reader.feed(b"!AIV", 0))
    batches.append(reader.feed(OTHER[4:] + b"\n", 0))
    batches.append(reader.flush())
    assert sum(b.lines for b in batches) == 3
    assert sum(b.kept for b in batches) == 2
    assert sum(b.rejects.rows for b in batches) == 1
    assert len(reader._words) < 1_000_000


@pytest.mark.parametrize("junk", [b"", b"no end of line: ", b"!AIVDM,1,1,,A,15RT", b"$GPRMC,1", b"\\s:x*00\\", ONE])
def test_a_sentence_glued_behind_another_is_a_line_of_its_own(junk):
    r = read(junk + OTHER + b"\n")
    assert r.balance == 0
    assert r.reports["msg_type"].tolist() == ([1, 4] if junk == ONE else [4])
    assert r.rejects["raw"].tolist() == ([junk] if junk[:1] in (b"!", b"$") and junk != ONE else [])


def test_seq_goes_on_from_where_it_is_told():
    reader = AivdmReader()
    batch = reader.feed(ONE + b"\nnoise\n", 0, seq=1000)
    assert batch.reports["seq"].tolist() == [1000]
    assert batch.rejects["seq"].tolist() == [1001]
    assert reader.next_seq == 1002


def test_an_orphan_does_not_shift_the_pairs_behind_it():
    """A second part whose first was lost, and then whole messages with the same sequence number."""
    pairs = [[x.encode() for x in encode(5, mmsi=533000000 + i, destination=f"PORT {i}", seq_id=1)] for i in range(5)]
    filler = [sentence("AIVDM,1,1,,A,403Ovl@000Htt<tSF0l4Q@100`Pq,0")] * 40
    out = [pairs[0][1], *filler]
    for pair in pairs[1:]:
        out += [*pair, *filler]
    r = read(b"\n".join(out) + b"\n")
    assert [(m, d) for m, d in zip(r.statics["mmsi"].tolist(), r.statics["destination"].tolist(), strict=True)] == [
        (533000000 + i, f"PORT {i}".encode()) for i in range(1, 5)
    ]
    assert (r.rejects["reason"].tolist(), r.balance) == ([Reason.FRAGMENT_MISSING], 0)
