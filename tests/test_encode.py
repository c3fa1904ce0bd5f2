"""The encoder against the slow twin, known sentences, and the ranges of the standard."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import twin_ais
from selat.model.encode import (
    armour,
    bits,
    checksum,
    encode,
    fields_of,
    limits,
    pack,
    rot_code,
    sentences,
    tag_block,
)
from selat.model.errors import ConfigError
from selat.model.messages import AUXILIARY, BY_TYPE, LAYOUTS, TYPES
from strategies import ALL_LAYOUTS, Message, chunks, logs, messages


def expect(message: Message) -> None:
    """Every field given comes back; every field not given is "not available" or 0."""
    out = twin_ais.given_all(message.payload, message.fill)
    layout = twin_ais.layout_of(twin_ais.dearmour(message.payload, message.fill))
    assert layout is not None
    assert (layout.type, layout.variant) == (message.type, message.variant)
    assert out["msg_type"] == message.type
    for f in (*layout.fields, *layout.tail):
        if f.kind == "x" or f.name not in out:
            continue
        got, want = out[f.name], message.fields.get(f.name)
        if f.kind == "d":
            value, n = want or (0, 0)
            assert got == (f"{value:0{n}b}" if n else "")
        elif f.kind == "t":
            assert got == (want or "")
        elif f.name in message.fields:
            raw = None if want is None else round(want / f.scale)
            assert got == (None if raw is None or raw == f.na else pytest.approx(want, abs=1e-12)), f.name
    for name in message.fields:
        assert name in out, f"{name} was lost"


@pytest.mark.parametrize("layout", ALL_LAYOUTS, ids=lambda x: f"{x.type}{x.variant}")
def test_every_layout_comes_back(layout):
    @given(messages((layout,)))
    @settings(max_examples=12, deadline=None)
    def law(message):
        expect(message)
        assert message.nbits <= layout.max_bits
        if not any(f.width == 0 for f in layout.fields) and message.type not in (7, 13, 15, 16, 20):
            assert message.nbits == layout.bits

    law()


def test_lengths_of_messages_that_end_early():
    def size(n, **k):
        return bits(n, mmsi=1, **k)[1]

    assert [size(7, **{f"mmsi{k}": 5 for k in range(1, n)}) for n in (2, 3, 4, 5)] == [72, 104, 136, 168]
    assert size(15, mmsi1=2, type1_1=3) == 88
    assert size(15, mmsi1=2, type1_1=3, type1_2=5) == 112  # 110 by the fields, 112 by the byte
    assert size(15, mmsi1=2, type1_1=3, mmsi2=4, type2_1=5) == 160
    assert size(16, mmsi1=2) == 96
    assert size(16, mmsi1=2, mmsi2=3) == 144
    assert [size(20, **{f"offset{k}": 5 for k in range(1, n)}) for n in (2, 3, 4, 5)] == [72, 104, 136, 160]
    assert [size(24), size(24, callsign="A"), size(27), size(21), size(21, name_ext="ABC")] == [160, 168, 96, 272, 296]
    assert size(26, data=b"1234") == 40 + 32 + 4 + 20


#: public examples (gpsd test/sample.aivdm, libais typeexamples): sentences and what they say
KNOWN = (
    (
        1,
        "!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A",
        {
            "mmsi": 371798000,
            "nav_status": 0,
            "rot": -127,
            "sog": 12.3,
            "accuracy": 1,
            "lon": -123.39538333333333,
            "lat": 48.38163333333333,
            "cog": 224.0,
            "heading": 215,
            "second": 33,
            "radio": 34017,
        },
    ),
    (
        4,
        "!AIVDM,1,1,,A,403OviQuMGCqWrRO9>E6fE700@GO,0*4D",
        {
            "mmsi": 3669702,
            "year": 2007,
            "month": 5,
            "day": 14,
            "hour": 19,
            "minute": 57,
            "second": 39,
            "accuracy": 1,
            "lon": -76.35236166666667,
            "lat": 36.88376666666667,
            "epfd": 7,
            "radio": 67039,
        },
    ),
)


@pytest.mark.parametrize(("msg_type", "sentence", "fields"), KNOWN)
def test_known_sentences(msg_type, sentence, fields):
    channel = twin_ais.split(sentence)[4]
    if msg_type == 1:
        payload, fill = twin_ais.join([sentence])
        assert twin_ais.twin(payload, fill)["mmsi"] == fields["mmsi"]
    assert encode(msg_type, channel=channel, **fields)[0] == sentence


def test_defaults_are_not_available():
    for layout in (*LAYOUTS, AUXILIARY):
        mmsi = 980000001 if layout is AUXILIARY else 1
        payload, fill = armour(*bits(layout.type, mmsi=mmsi, variant=layout.variant))
        raw = twin_ais.twin(payload, fill)
        for f in layout.fields:
            if f.na is not None and f.name in raw:
                assert raw[f.name] == f.na, f"{layout.type}{layout.variant} {f.name}"


def test_none_is_the_code():
    raw = twin_ais.twin(*armour(*bits(1, mmsi=1, lat=None, lon=None, sog=None, cog=None, heading=None, rot=None)))
    assert (raw["lat"], raw["lon"]) == (0x3412140, 0x6791AC0)
    assert (raw["sog"], raw["cog"], raw["heading"], raw["rot"]) == (1023, 3600, 511, -128)
    raw = twin_ais.twin(*armour(*bits(27, mmsi=1)))
    assert (raw["lat"], raw["lon"], raw["sog"], raw["cog"]) == (91 * 600, 181 * 600, 63, 511)


@pytest.mark.parametrize(
    ("msg_type", "fields", "word", "hint"),
    [
        (1, {"lat": 90.1}, "lat", "-90 to 90 deg"),
        (1, {"lon": -180.01}, "lon", "-180 to 180 deg"),
        (1, {"sog": 103.0}, "sog", "0 to 102.3 kn"),
        (1, {"sog": -1}, "sog", "None means"),
        (1, {"cog": 361}, "cog", "0 to 359.9"),
        (1, {"heading": 400}, "heading", "0 to 359"),
        (1, {"mmsi": 1_000_000_000}, "mmsi", "999999999"),
        (1, {"nav_status": 16}, "nav_status", "0 to 15"),
        (1, {"lat": float("nan")}, "lat", "None"),
        (1, {"lat": "north"}, "lat", "None"),
        (5, {"shipname": "A" * 21}, "shipname", "20 characters"),
        (5, {"shipname": "CAF\u00c9"}, "\u00c9", "alphabet"),
        (5, {"month": 13}, "month", "0 to 12"),
        (29, {}, "29", "1 to 28"),
        (0, {}, "0", "1 to 28"),
        (1, {"speed": 3}, "speed", "sog"),
        (24, {"shipname": "A", "callsign": "B"}, "never in one message", "A, B"),
        (22, {"dest1": 5, "ne_lat": 3}, "never", "area"),
        (8, {"data": b"x" * 200}, "bits", "1008"),
        (8, {"data": "012"}, "0 and 1", "bytes"),
        (8, {"data": (4, 2)}, "2 bits", "value"),
        (27, {"lat": 95}, "lat", "90"),
        (26, {"radio": 1 << 20}, "radio", "1048575"),
    ],
)
def test_what_does_not_fit_is_an_error(msg_type, fields, word, hint):
    with pytest.raises(ConfigError) as e:
        bits(msg_type, **{"mmsi": 1, **fields})
    assert word in str(e.value)
    assert hint in e.value.hint


def test_other_errors():
    with pytest.raises(ConfigError, match="needs an mmsi"):
        bits(1, lat=1)
    with pytest.raises(ConfigError, match="no variant"):
        bits(24, mmsi=1, variant="C")
    with pytest.raises(ConfigError, match="seq_id"):
        sentences("0" * 80, 0, seq_id=10)
    with pytest.raises(ConfigError, match="10 sentences"):
        sentences("0" * 100, 0, max_payload=10)
    with pytest.raises(ConfigError, match="leaves no room"):
        sentences("0" * 100, 0, max_payload=0)
    with pytest.raises(ConfigError, match="29"):
        fields_of(29)


def test_faulty_messages_on_purpose():
    raw = twin_ais.twin(*armour(*bits(1, mmsi=0x3FFFFFFF, lat=95, heading=400, strict=False)))
    assert (raw["mmsi"], raw["lat"], raw["heading"]) == (0x3FFFFFFF, 95 * 600_000, 400)
    with pytest.raises(ConfigError):
        bits(1, mmsi=1, lat=120, strict=False)


def test_rounding_to_north_is_no_missing_course():
    raw = twin_ais.twin(*armour(*bits(1, mmsi=1, cog=359.96, heading=359.7)))
    assert (raw["cog"], raw["heading"]) == (0, 0)


def test_codes_may_be_given_as_they_are():
    assert bits(1, mmsi=1, lat=91, lon=181, sog=102.3, cog=360.0, heading=511, second=60) == bits(1, mmsi=1)


@given(st.sampled_from([np.float64, np.float32, np.int64, np.uint8]))
def test_numpy_numbers_are_numbers(kind):
    assert bits(5, mmsi=np.int64(533000001), draught=kind(20)) == bits(5, mmsi=533000001, draught=20)


def test_variants_follow_the_fields():
    def variant(n, **k):
        return twin_ais.layout_of(twin_ais.dearmour(*armour(*bits(n, **{"mmsi": 1, **k})))).variant

    assert [variant(24), variant(24, callsign="A"), variant(24, partno=1)] == ["A", "B", "B"]
    assert variant(24, mothership_mmsi=5, mmsi=980000001) == "B_auxiliary"
    assert [variant(25), variant(25, dac=1), variant(25, dest_mmsi=2), variant(25, dest_mmsi=2, dac=1)] == [
        "broadcast", "broadcast_structured", "addressed", "addressed_structured"]  # fmt: skip
    assert [variant(22), variant(22, dest1=3), variant(26, addressed=1)] == ["area", "addressed", "addressed"]


def test_sentences_of_a_long_message():
    lines = encode(
        5, mmsi=1, shipname="A", seq_id=3, channel="B", talker="BS", tag={"c": 1700000000, "s": "kl", "g": 9}
    )
    assert [twin_ais.split(x)[:5] for x in lines] == [["BSVDM", "2", "1", "3", "B"], ["BSVDM", "2", "2", "3", "B"]]
    assert lines[0].startswith("\\g:1-2-9,s:kl,c:1700000000*")
    assert lines[1].startswith("\\g:2-2-9*")
    assert [twin_ais.split(x)[6] for x in lines] == ["0", "2"]
    assert all(len(x[x.index("!") :]) <= 80 for x in lines)
    assert encode(1, mmsi=1, own=True, tag="\\s:x*00\\")[0].startswith("\\s:x*00\\!AIVDO,1,1,,A,")


@given(st.integers(1, 300), st.integers(0, 2**32), st.integers(1, 80))
@settings(deadline=None)
def test_armour_and_sentences_lose_nothing(nbits, seed, longest):
    value = (seed * 0x9E3779B97F4A7C15 + seed**7) % (1 << nbits)
    payload, fill = armour(value, nbits)
    assert twin_ais.dearmour(payload, fill) == f"{value:0{nbits}b}"
    assert 0 <= fill <= 5
    longest = max(longest, -(-len(payload) // 9))
    lines = sentences(payload, fill, max_payload=longest)
    assert twin_ais.join(lines) == (payload, fill)
    for line in lines:
        body, star = line[1 : line.rindex("*")], line[line.rindex("*") + 1 :]
        assert star == checksum(body)


def test_checksum_and_tag_block():
    assert checksum("AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0") == "4A"
    assert tag_block(s="a", n=3) == "\\s:a,n:3*" + checksum("s:a,n:3") + "\\"
    text = tag_block(c=1, s="a", g="1-2-3")[1:-1]
    assert text[: text.index("*")] == "g:1-2-3,s:a,c:1"
    assert text[-2:] == checksum(text[:-3])


def test_rate_of_turn():
    assert [rot_code(x) for x in (None, 0, 0.3, 20, -20, 800, -800)] == [-128, 0, 3, 21, -21, 126, -126]
    for code in range(-126, 127):  # M.1371-5 Table 48, backwards
        assert rot_code(np.sign(code) * (code / 4.733) ** 2) == code


def test_helpers():
    assert pack(None) == (0, 0)
    assert pack(b"\x01\x02") == (0x102, 16)
    assert pack("0101") == (5, 4)
    assert "mothership_mmsi" not in fields_of(1)
    assert fields_of(25) == ("msg_type", "repeat", "mmsi", "addressed", "structured", "data", "dac", "fid", "dest_mmsi")
    lat = next(f for f in BY_TYPE[27][0].fields if f.name == "lat")
    assert limits(lat) == (-54000, 54000)
    assert set(TYPES) == set(range(1, 29))


@given(logs(), st.data())
@settings(max_examples=40, deadline=None)
def test_logs_are_what_they_say(log, data):
    """The strategy that other tests rest on: its summary agrees with its bytes."""
    assert b"".join(data.draw(chunks(log.data))) == log.data
    seen: dict[int, dict[int, list[str]]] = {}
    for line in log.lines:
        if line.kind in ("part", "orphan"):
            text = line.data.decode()
            body = text[text.rindex("!") + 1 : text.rindex("*")]
            assert text[text.rindex("*") + 1 :][:2] == checksum(body)
            f = body.split(",")
            seen.setdefault(line.message, {})[int(f[2])] = f
        elif line.kind == "damaged":
            text = line.data.decode()
            assert text[text.rindex("*") + 1 :][:2] != checksum(text[text.rindex("!") + 1 : text.rindex("*")])
    for i in log.whole:
        parts = seen[i]
        assert sorted(parts) == list(range(1, int(parts[1][1]) + 1))
        payload = "".join(parts[k][5] for k in sorted(parts))
        assert (payload, int(parts[max(parts)][6])) == (log.messages[i].payload, log.messages[i].fill)
    assert len(set(log.payloads())) == len(log.whole)
