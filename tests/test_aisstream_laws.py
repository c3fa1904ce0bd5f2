"""Laws of the reader of aisstream.io: cuts change nothing, no line is lost, no message breaks it."""

from __future__ import annotations

import copy
import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from selat.model.columns import concat
from selat.readers.aisstream import AisStreamReader
from test_aisstream import HEAD, POSITION, STATIC, changed, envelope, read

LINES = [
    *(json.dumps(changed(Cog=c, Timestamp=c)).encode() for c in (1, 2, 1, 3)),
    *(b"", b"\r", b"{", b"x" * 5000, b'{"error": 1}', json.dumps(envelope("ShipStaticData", STATIC)).encode()),
]
FILES = st.lists(st.sampled_from(LINES), max_size=12).map(b"\n".join)


def parts(reader, data, cuts, save=False):
    """Feed ``data`` in pieces; the tables joined, and the counts."""
    out, at = [], 0
    for cut in [*sorted(c % (len(data) + 1) for c in cuts), len(data)]:
        out.append(reader.feed(data[at:cut], 7))
        at = cut
        if save:
            state = copy.deepcopy(reader.state())
            reader = AisStreamReader()
            reader.restore(state)
    out.append(reader.flush())
    tables = {
        t: concat([getattr(b, t) for b in out], t) for t in ("reports", "statics", "messages", "receptions", "rejects")
    }
    return tables, [sum(getattr(b, c) for b in out) for c in ("lines", "kept", "duplicates", "bytes")]


@settings(max_examples=60, deadline=None)
@given(FILES, st.lists(st.integers(0, 20_000), max_size=6), st.booleans())
def test_chunking_and_saving_change_nothing_and_no_line_is_lost(data, cuts, save):
    expected, counts = parts(AisStreamReader(), data, [])
    got, again = parts(AisStreamReader(), data, cuts, save)
    assert counts == again and counts[0] == counts[1] + counts[2] + expected["rejects"].rows
    assert counts[3] == len(data) and counts[0] == len(data.split(b"\n")) - data.endswith(b"\n") - (not data)
    for name, table in expected.items():
        for column in table:
            assert np.array_equal(table[column], got[name][column]), (name, column)


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.just({}) | st.just([1])


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["PositionReport", "ShipStaticData", "StaticDataReport", "AidsToNavigationReport", "New", 3]),
    st.dictionaries(
        st.sampled_from([*POSITION, *STATIC, "ReportA", "ReportB", "DestinationID", "ApplicationID"]), VALUES
    ),
    VALUES,
)
def test_no_message_breaks_the_reader(kind, body, time):
    batch = read(envelope(kind, {**HEAD, **body}, time_utc=time))
    assert batch.lines == 1 == batch.kept + batch.rejects.rows


def test_numbered_as_the_journal_numbers():
    reader = AisStreamReader()
    line = json.dumps(changed()).encode()
    reader.feed(line[:50], 1, seq=100)
    other = json.dumps(changed(Cog=9)).encode()
    batch = reader.feed(line[50:] + b"\n" + other + b"\n", 2, seq=107)
    assert batch.reports["seq"].tolist() == [107, 108]
    assert reader.feed(b"\n", 3).rejects["seq"].tolist() == [109]
