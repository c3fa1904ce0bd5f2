"""One message by itself: the same as in the tables, and errors that say what to do."""

from __future__ import annotations

import contextlib
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import selat
from decoding import nmea_logs, sentence
from selat.model.encode import armour, encode, sentences
from selat.model.errors import FormatError
from strategies import messages
from test_decode_oracles import gather
from test_decode_twin import lines
from twin_ais import dearmour, layout_of

ONE = "!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A"


def alike(table, one) -> None:
    row = {k: v for k, v in table.to_pylist()[0].items() if k not in ("seq", "time", "nbits")}
    assert {k: v for k, v in row.items() if k in one} == one
    assert [k for k in row if k in one] == list(one)  # in the same order
    assert all(v is None for k, v in row.items() if k not in one)


@settings(max_examples=300)
@given(messages(), st.booleans(), st.sampled_from(["", "\\c:1700000000*59\\"]))
def test_the_same_as_in_a_table(message, as_bytes, tag):
    longest = max(60, -(-len(message.payload) // 9))
    parts = [tag + x for x in sentences(message.payload, message.fill, max_payload=longest)]
    given_ = [x.encode() for x in parts] if as_bytes else parts
    one = selat.decode_one(*reversed(given_))
    alike(selat.decode("\n".join(parts).encode()).messages(message.type), one)


@settings(max_examples=200)
@given(messages(), st.integers(0, 400))
def test_a_message_cut_short(message, nbits):
    bits = dearmour(message.payload, message.fill)[:nbits]
    if not bits:
        return
    payload, fill = armour(int(bits, 2), len(bits))
    raw = lines(payload, fill, max_payload=max(62, -(-len(payload) // 9)))
    d = selat.decode(raw)
    if not d.types:
        with pytest.raises(FormatError):
            selat.decode_one(*raw.split())
    else:
        assert layout_of(bits) is not None
        alike(d.messages(message.type), selat.decode_one(*raw.split()))


def test_every_message_of_short_recordings(shared):
    for name, data in nmea_logs(shared).items():
        if len(data) > 100_000:
            continue
        d = selat.decode(data)
        rows = {r["seq"]: r for n in d.types for r in d.messages(n).to_pylist()}
        for seq, parts in gather(data):
            if seq in rows:
                for key, value in selat.decode_one(*parts).items():
                    assert rows[seq][key] == value, (name, seq, key)


@pytest.mark.parametrize(("bad", "message"), [
    ([ONE.replace("4A", "4B")], "wrong checksum: 4B stands there, 4A is right"),
    ([ONE.replace("gt0P", "gt1P").encode()], "wrong checksum"),
    ([""], "not an AIS sentence"), ([b"\xff\n"], "not an AIS sentence"), (["$GPRMC,1*00"], "not an AIS sentence"),
    ([ONE[:-2]], "not an AIS sentence"), ([ONE.replace("*4A", "*ZZ")], "not an AIS sentence"),
    ([], "0 sentences"), ([ONE, ONE], "not the parts of one message"),
    (encode(5, mmsi=1)[:1], "one of 2 parts"), ([*encode(5, mmsi=1)] * 2, "not the parts"),
    ([sentence("AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,7")], "7 fill bits"),
    ([sentence("AIVDM,1,0,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0")], "part 0 of 1"),
    ([sentence("AIVDM,1,1,,A,,0")], "message 0 of an unknown kind"), ([sentence("AIVDM,1,1,,A,w5RTgt0PAso,0")], "message 63 of an"),
    ([sentence("AIVDM,1,1,,A,15RTgt0,0")], "message 1 has only 42 bits"), ([sentence("AIVDM,1,1,,A,15X~,0")], "not a payload"),
    ([sentence("AIVDM,1,1,,A,15XX,0")], "not a payload"), ([sentence("AIVDM,1,1,,A,15=,0")], "only 18 bits"),
    ([sentence("AIVDM,1,1,,A,H3KLehdt00000000?6ekkjm000000,0")], "message 24 of an unknown kind"),
])  # fmt: skip
def test_what_is_no_message_is_refused_with_a_hint(bad, message):
    with pytest.raises(FormatError, match=message.replace("*", r"\*")) as e:
        selat.decode_one(*bad)
    assert e.value.hint


@given(st.lists(st.text(max_size=90) | st.binary(max_size=90), max_size=3))
def test_nothing_but_a_format_error_comes_out(given_):
    with contextlib.suppress(FormatError):
        selat.decode_one(*given_)


def test_no_engine_is_loaded_for_one_message():
    code = f"import sys, selat; selat.decode_one({ONE!r}); print(sorted({{'numba', 'numpy', 'pyarrow'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
