"""The table of messages against what others know of ITU-R M.1371: field by field, with their departures named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import Phase, given, seed, settings

import oracles
import twin_ais
from selat.model.encode import sentences
from selat.model.messages import (
    AUXILIARY,
    BY_TYPE,
    LAT,
    LAT_NA,
    LAT_NA_10TH,
    LON,
    LON_NA,
    LON_NA_10TH,
    NAMES,
    SIXBIT,
    TYPES,
    ship_type_name,
)
from strategies import ALL_LAYOUTS, Message, messages

#: first bit of fields by the tables of M.1371-5 Annex 8 (M.1371-6 for Message 28)
STARTS = {
    (1, ""): """
        nav_status 38 rot 42 sog 50 accuracy 60 lon 61 lat 89 cog 116 heading 128 second 137 maneuver 143 raim
        148 radio 149""",
    (4, ""): """
        year 38 month 52 day 56 hour 61 minute 66 second 72 accuracy 78 lon 79 lat 107 epfd 134 long_range 138
        raim 148 radio 149""",
    (5, ""): """
        ais_version 38 imo 40 callsign 70 shipname 112 ship_type 232 to_bow 240 to_stern 249 to_port 258
        to_starboard 264 epfd 270 month 274 day 278 hour 283 minute 288 draught 294 destination 302 dte 422""",
    (6, ""): """
        seqno 38 dest_mmsi 40 retransmit 70 dac 72 fid 82 data 88""",
    (8, ""): """
        dac 40 fid 50 data 56""",
    (9, ""): """
        alt 38 sog 50 accuracy 60 lon 61 lat 89 cog 116 second 128 alt_sensor 134 dte 142 assigned 146 raim 147
        radio 148""",
    (15, ""): """
        mmsi1 40 type1_1 70 offset1_1 76 type1_2 90 offset1_2 96 mmsi2 110 type2_1 140 offset2_1 146""",
    (17, ""): """
        lon 40 lat 58 data 80""",
    (18, ""): """
        sog 46 accuracy 56 lon 57 lat 85 cog 112 heading 124 second 133 cs 141 display 142 dsc 143 band 144
        msg22 145 assigned 146 raim 147 radio 148""",
    (19, ""): """
        sog 46 lon 57 lat 85 shipname 143 ship_type 263 to_bow 271 epfd 301 raim 305 dte 306 assigned 307""",
    (20, ""): """
        offset1 40 number1 52 timeout1 56 increment1 59 offset2 70 offset4 130""",
    (21, ""): """
        aid_type 38 name 43 accuracy 163 lon 164 lat 192 to_bow 219 epfd 249 second 253 off_position 259
        aton_status 260 raim 268 virtual_aid 269 assigned 270 name_ext 272""",
    (22, "area"): """
        channel_a 40 channel_b 52 txrx 64 power 68 ne_lon 69 ne_lat 87 sw_lon 104 sw_lat 122 addressed 139
        band_a 140 band_b 141 zonesize 142""",
    (22, "addressed"): """
        dest1 69 dest2 104 addressed 139""",
    (23, ""): """
        ne_lon 40 sw_lat 93 station_type 110 ship_type 114 txrx 144 interval 146 quiet 150""",
    (24, "A"): """
        partno 38 shipname 40""",
    (24, "B"): """
        partno 38 ship_type 40 vendorid 48 model 66 serial 70 callsign 90 to_bow 132 epfd 162""",
    (27, ""): """
        accuracy 38 raim 39 nav_status 40 lon 44 lat 62 sog 79 cog 85 gnss 94""",
    (28, ""): """
        second 38 lon 44 lat 72 restricted 99 station_type 101 aid_type 104 iala_mrn 111 auth 167""",
}


@pytest.mark.parametrize(("msg_type", "variant"), STARTS)
def test_fields_stand_where_the_standard_has_them(msg_type, variant):
    layout = next(x for x in BY_TYPE[msg_type] if x.variant == variant)
    words = STARTS[msg_type, variant].split()
    starts = dict(zip(words[::2], map(int, words[1::2]), strict=True))
    assert {n: layout.start(n) for n in starts} == starts


@pytest.mark.parametrize("layout", ALL_LAYOUTS, ids=lambda x: f"{x.type}{x.variant}")
def test_every_layout_is_sound(layout):
    widths = sum(f.width for f in layout.fields)
    open_ended = layout.fields[-1].width == 0
    assert layout.min_bits <= layout.bits <= layout.max_bits
    assert widths <= layout.max_bits
    if not open_ended:
        assert widths == layout.bits
        assert layout.bits % 8 == 0
    assert sum(f.width == 0 for f in layout.fields) == open_ended
    names = [f.name for f in (*layout.fields, *layout.tail) if f.kind != "x"]
    assert len(names) == len(set(names))
    for f, start in zip(layout.fields, layout.starts, strict=True):
        assert f.kind in "uibtdx"
        assert f.kind != "b" or f.width == 1
        assert f.kind != "t" or f.width % 6 == 0
        if f.na is not None:
            low, high = (-(1 << f.width - 1), (1 << f.width - 1) - 1) if f.kind == "i" else (0, (1 << f.width) - 1)
            assert low <= f.na <= high
        for at, width, value in layout.when:
            if at == start:
                assert width == f.width and value < 1 << width
    with pytest.raises(KeyError):
        layout.start("nothing")


def test_codes_of_the_standard():
    assert (LON_NA, LAT_NA) == (0x6791AC0, 0x3412140)
    assert (LON_NA_10TH, LAT_NA_10TH) == (0x1A838, 0xD548)
    assert (LON.width, LAT.width) == (28, 27)
    assert len(SIXBIT) == 64 and SIXBIT[0] == "@" and SIXBIT[32] == " " and SIXBIT[48] == "0"
    assert set(NAMES) == set(TYPES) == set(range(1, 29))
    assert AUXILIARY.start("mothership_mmsi") == 132
    assert sum(f.width for f in BY_TYPE[26][0].tail) == 24  # M.1371-5 Table 82: 40 + 104 + 4 x 224 + 24 = 1064


_SHIPS = "0 unknown 19 unknown 30 fishing 36 sailing 52 tug 70 cargo 89 tanker 69 passenger 100 unknown 255 unknown"


@pytest.mark.parametrize(("code", "name"), [*zip(map(int, _SHIPS.split()[::2]), _SHIPS.split()[1::2], strict=True)])
def test_ship_types(code, name):
    assert ship_type_name(code) == name


# --- against pyais -------------------------------------------------------------------------------------------------
_PYAIS_NAMES = {
    "nav_status": "status",
    "rot": "turn",
    "sog": "speed",
    "cog": "course",
    "aton_status": "reserved_1",
    "reserved": "reserved_1",
    "reserved2": "reserved_2",
    "charted": "charted_status",
    "dimension_more": "dimension_additional_data",
}

#: where pyais 3.3.1 departs from the standard: (type, field) and the clause. Its values there are not compared.
PYAIS_DEPARTS = {
    "17 lon lat; 22 ne_lon ne_lat sw_lon sw_lat; 23 ne_lon ne_lat sw_lon sw_lat":
        "tenths of minutes are given as minutes, not as degrees (M.1371-5 Messages 17, 22, 23)",
    "26 radio": "the communication state is the last 20 bits, not what is left after 1004 bits of data (Message 26)",
    "25 dac fid; 26 dac fid": "DAC and FI are one number, app_id (Messages 25, 26)",
    "4 epfd; 5 epfd; 11 epfd; 19 epfd; 21 epfd": "codes 9 to 15 become 0; 15 is the internal GNSS (Message 4)",
    "24 epfd": "the type of position fixing device is read as spare (Message 24, part B)",
    "4 long_range; 11 long_range": "the transmission control for Message 27 is read as spare (Message 4)",
    "9 alt_sensor": "the altitude sensor is a part of 8 reserved bits (Message 9)",
    "5 ship_type; 19 ship_type; 23 ship_type": "codes that are not in its list become 0 (Message 5, Table 53)",
    "23 interval station_type txrx; 28 aid_type station_type restricted dimension": "reserved codes become another one",
}  # fmt: skip
_NOT_COMPARED = {(int(g.split()[0]), f) for key in PYAIS_DEPARTS for g in key.split(";") for f in g.split()[1:]}


def _near(msg_type: int, field: str, want: float | str, got: object) -> bool:
    """Equal but for pyais's form: text without leading space, None for "", ROT in degrees a minute, 6 decimals."""
    if isinstance(want, str):
        return (got or "") == want.strip()
    if field == "rot":
        if abs(want) >= 127:
            return got in (want, "", -128, 127, -127) or abs(float(str(got))) >= 708
        sign = -1 if want < 0 else 1
        return abs(float(str(got)) - sign * (want / 4.733) ** 2) <= 0.5 + 1e-9
    return isinstance(got, (int, float)) and abs(got - want) < 6e-7


def some_of_each(count: int) -> list[Message]:
    """The same messages every time, ``count`` of each layout."""
    drawn: list[Message] = []
    for layout in ALL_LAYOUTS:

        @seed(20240229)
        @settings(max_examples=count, deadline=None, database=None, phases=[Phase.generate])
        @given(messages((layout,)))
        def draw(message):
            drawn.append(message)

        draw()
    return drawn


def test_every_field_as_pyais_reads_it():
    drawn = some_of_each(16)
    answers = oracles.ask(oracles.PYAIS, [sentences(m.payload, m.fill) for m in drawn])
    compared: dict[tuple[int, str], int] = {}
    for message, answer in zip(drawn, answers, strict=True):
        assert "error" not in answer, (message, answer)
        layout = twin_ais.layout_of(twin_ais.dearmour(message.payload, message.fill))
        fields = {f.name: f for f in (*layout.fields, *layout.tail)}
        for name, raw in twin_ais.twin(message.payload, message.fill).items():
            f = fields[name]
            if f.kind == "d" or (message.type, name) in _NOT_COMPARED:
                continue
            want = raw if isinstance(raw, str) else raw / round(1 / f.scale)
            got = answer[name] if name in answer else answer[_PYAIS_NAMES[name]]
            assert _near(message.type, name, want, got), (message.type, message.variant, name, raw, got)
            compared[message.type, name] = compared.get((message.type, name), 0) + 1
    assert {k[0] for k in compared} == set(TYPES)
    assert len(compared) > 200


# --- against gpsd --------------------------------------------------------------------------------------------------
_GPSD_NAMES = {
    "status": "nav_status",
    "turn": "rot",
    "speed": "sog",
    "course": "cog",
    "shiptype": "ship_type",
    "stationtype": "station_type",
}
_GPSD_ONLY = "class device scaled type eta timestamp data app_id fid dac regional reserved"


def read_sentences(path: Path) -> list[tuple[str, int]]:
    """(payload, fill) of the messages of a file, parts joined in order."""
    out: list[tuple[str, int]] = []
    waiting: dict[tuple[str, ...], list[str]] = {}
    for line in path.read_text(encoding="latin-1").splitlines():
        if not line.startswith("!") or "*" not in line:
            continue
        f = twin_ais.split(line)
        if f[1] == "1":
            out.append((f[5], int(f[6])))
            continue
        parts = waiting.setdefault((f[1], f[3]), [])
        parts.append(line)
        if len(parts) == int(f[1]):
            out.append(twin_ais.join(waiting.pop((f[1], f[3]))))
    return out


def test_every_field_as_gpsd_reads_it(shared):
    """gpsd joins parts A and B of Message 24, joins the name of Message 21 with its extension, gives the radio
    status of Message 26 as 0, and calls reserved bits regional."""
    ours = [twin_ais.twin(p, f) for p, f in read_sentences(shared / "expected" / "gpsd_sample.aivdm")]
    theirs = [json.loads(x) for x in (shared / "expected" / "gpsd_sample.aivdm.ju.chk").read_text().splitlines()]
    compared, missing = 0, []
    for g in theirs:
        candidates = [m for m in ours if (m.get("msg_type"), m.get("mmsi")) == (g["type"], g["mmsi"])]
        best = min((differences(m, g) for m in candidates), key=lambda d: len(d[0]), default=(["absent"], 0))
        if best[0]:
            missing.append((g["type"], g["mmsi"], best[0]))
        compared += best[1]
    assert not missing
    assert compared > 650


def differences(ours: dict[str, int | str], gpsd: dict[str, object]) -> tuple[list[object], int]:
    """What differs between one message of ours and one of gpsd (unscaled), and how many fields were compared."""
    out: list[object] = []
    n = 0
    for name, want in gpsd.items():
        ours_name = _GPSD_NAMES.get(name, name)
        if name in _GPSD_ONLY.split() or name.endswith("_text") or ours_name not in ours:
            continue
        got = ours[ours_name]
        if ours["msg_type"] == 21 and name == "name":
            got = f"{got}{ours.get('name_ext', '')}"
        if ours["msg_type"] == 26 and name == "radio":
            continue
        same = got == int(want) if isinstance(want, bool) else str(got).strip() == str(want).strip()
        n += 1
        if not same:
            out.append((name, want, got))
    return out, n
