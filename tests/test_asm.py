"""Binary payloads: round trips, a twin of the reader, public sentences, and pyais and libais as oracles."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import twin_ais
from asm_draw import drawn, packed
from selat.kernels import geodesy
from selat.model.asm import ASM, NOTICES, ROUTES, Cell
from selat.model.asm_encode import encode_asm
from selat.model.columns import Columns
from selat.model.encode import bits
from selat.model.errors import ConfigError
from selat.readers.asm import application_data, decode_asm, outline, table


def reread(dac: int, fi: int, **fields: Any) -> dict[str, Any]:
    value, nbits = encode_asm(dac, fi, **fields)
    out = decode_asm(dac, fi, packed(value, nbits), nbits)
    assert out is not None
    return out


@pytest.mark.parametrize("key", ASM, ids=lambda k: f"{k[0]}-{k[1]}")
def test_what_is_written_is_read(key):
    @given(st.integers(0, 2**40))
    @settings(max_examples=40, deadline=None)
    def law(seed):
        fields = drawn(ASM[key], random.Random(seed))
        got = reread(*key, **fields)
        group = ASM[key].group
        if group is not None:
            records = [{k: v for k, v in r.items() if k != "kind"} for r in got[group.name]]
            assert records == [pytest.approx(r) if "legs" not in r else r for r in fields[group.name]]
            assert all(r["kind"] == group.kinds[r[group.pick.name]].name for r in got[group.name] if group.pick)
            got, fields = ({k: v for k, v in d.items() if k != group.name} for d in (got, fields))
        assert got == pytest.approx(fields)

    law()


@pytest.mark.parametrize("key", ASM, ids=lambda k: f"{k[0]}-{k[1]}")
def test_the_twin_sees_the_same_bits(key):
    """Cells read one behind another from a string of bits, without the reader."""
    asm, rng = ASM[key], random.Random(str(key))
    for _ in range(20):
        fields = drawn(asm, rng)
        value, nbits = encode_asm(*key, **fields)
        text = f"{value:0{nbits}b}"
        parts = [(asm.cells, fields)]
        for record in fields.get(asm.group.name, ()) if asm.group else ():
            kind = record[asm.group.pick.name] if asm.group.pick else 0
            parts.append((asm.group.cells(kind), record))
        for cells, want in parts:
            for cell in cells:
                raw, text = text[: cell.width], text[cell.width :]
                if cell.kind == "x":
                    assert set(raw) == {"0"}
                elif cell.name in want and not cell.power:
                    assert twin_value(cell, raw) == pytest.approx(want[cell.name])
        assert text == ""


def twin_value(cell: Cell, raw: str) -> Any:
    value = twin_ais.raw(cell, raw)
    if isinstance(value, str):
        return value or None
    if cell.kind == "b":
        return bool(value)
    if value == cell.na:
        return None
    return (value + cell.offset) * cell.scale


def test_tables_are_sound():
    assert {k: a.bits for k, a in ASM.items() if a.group is None} == {(1, 11): 296, (1, 31): 304, (200, 10): 112}
    assert {k: a.bits for k, a in ASM.items() if a.group} == {
        (1, 22): 55,
        (1, 23): 55,
        (1, 26): 0,
        (1, 27): 61,
        (1, 28): 61,
    }
    for asm in ASM.values():
        for kind in asm.group.kinds if asm.group else ():
            assert sum(c.width for c in asm.group.cells(kind)) == asm.group.bits
    assert NOTICES[74] == "distress: person overboard" and 22 not in NOTICES
    assert ROUTES[31] == "cancelled"


#: one sentence each from gpsd's test/sample.aivdm, with what it says
MET = "8>j`;MP0GhRHI1S`CrTW2?u2Ot1owwnews0F003wwwwwww0001wwwwwwwwh000"
INLAND = "83aDChPj2d<dL<uM=hhhI?a@6HP0"


def by_payload(payload: str, fill: int) -> tuple[int, int, dict[str, Any]]:
    text = twin_ais.dearmour(payload, fill)
    found = application_data(packed(int(text, 2), len(text)), len(text))
    assert found is not None
    dac, fi, value, nbits = found
    out = decode_asm(dac, fi, packed(value, nbits), nbits)
    assert out is not None
    return dac, fi, out


def test_public_sentences():
    dac, fi, met = by_payload(MET, 4)
    assert (dac, fi) == (1, 31)
    said = {k: v for k, v in met.items() if v is not None}
    assert said == pytest.approx(
        {
            "lon": 18.776667,
            "lat": 54.411183,
            "accuracy": False,
            "day": 20,
            "hour": 18,
            "minute": 28,
            "wind_speed": 17,
            "wind_direction": 132,
            "air_temperature": 1.4,
            "dew_point": -0.1,
            "pressure": 1013,
            "visibility_more": True,
            "water_level": 5.38,
            "current_speed": 0,
            "current_direction": 0,
            "wave_height": 0,
            "wave_period": 0,
            "wave_direction": 0,
            "water_temperature": -0.1,
        },
        abs=1e-6,
    )
    dac, fi, ship = by_payload(INLAND, 0)
    assert (dac, fi) == (200, 10)
    assert ship == {
        "eni": "02103547",
        "length": 39.0,
        "beam": 5.0,
        "eri_type": 8010,
        "hazard": 0,
        "draught": 2.04,
        "loaded": 1,
        "speed_quality": False,
        "course_quality": False,
        "heading_quality": False,
    }


def test_area_notice_in_all_shapes():
    circle = {"shape": "circle", "lat": 2.5, "lon": 101.2, "radius": 15000}
    polygon = {"shape": "polygon", "legs": [(90, 2000), (180.5, 3000)]}
    more = [
        {"shape": "rectangle", "lat": -2.5, "lon": -101.2, "east": 150, "north": 200, "orientation": 45},
        {"shape": "sector", "lat": 0, "lon": 0, "radius": 4000, "left": 10, "right": 100},
        {"shape": "text", "text": "MAN OVERBOARD"},
    ]
    got = reread(
        1, 22, linkage=3, notice=74, month=11, day=5, hour=3, minute=4, duration=90, areas=[circle, polygon, *more]
    )
    assert [a["kind"] for a in got["areas"]] == ["circle", "polygon", "rectangle", "sector", "text"]
    assert got["areas"][0]["radius"] == 15000 and got["areas"][0]["scale"] == 1
    assert got["areas"][1]["legs"] == [(90.0, 2000), (180.5, 3000)]
    assert got["areas"][3]["precision"] is None
    assert got["areas"][4]["text"] == "MAN OVERBOARD"
    assert (got["linkage"], got["notice"], got["duration"]) == (3, 74, 90)
    blank = reread(1, 23, areas=[{"shape": 0}])
    assert {k: v for k, v in blank.items() if v is not None} == {"areas": blank["areas"]}


def test_outlines_of_lines():
    areas = reread(
        1,
        22,
        areas=[
            {"shape": 4, "legs": [(0, 100)]},
            {"shape": 0, "lat": 2.5, "lon": 101.2},
            {"shape": 3, "legs": [(90, 1000), (0, 500)]},
            {"shape": 3, "legs": [(180, 500)]},
            {"shape": 0},
            {"shape": 3, "legs": [(1, 1)]},
        ],
    )["areas"]
    lines = outline(areas)
    assert [len(x) for x in lines] == [4]  # a line without a place to begin is none
    (a, b, c, d) = lines[0]
    assert a == (2.5, 101.2)
    assert float(geodesy.distance(*a, *b)) == pytest.approx(1000, abs=0.01)
    assert d == pytest.approx(b, abs=1e-6) and c[0] > b[0]


def test_what_is_no_such_message():
    assert decode_asm(1, 99, b"\0" * 20, 160) is None
    assert decode_asm(1, 31, b"\0" * 10, 80) is None
    assert decode_asm(1, 26, b"", 0) == {"reports": []}
    value, nbits = encode_asm(1, 31, pressure=1012)
    short = decode_asm(1, 31, packed(value >> 10, nbits - 10), nbits - 10)  # the spare bits are missing
    assert short is not None and short["pressure"] == 1012
    value, nbits = encode_asm(1, 26, reports=[{"report": 2, "wind_speed": 5}, {"report": 2}])
    value |= 9 << nbits - 116  # second report: kind 11 is reserved
    got = decode_asm(1, 26, packed(value, nbits), nbits)
    assert got is not None and got["reports"][0]["wind_speed"] == 5
    assert got["reports"][1]["report"] == 11 and got["reports"][1]["raw"] >> 108 == 11
    cut = decode_asm(1, 26, packed(value, nbits), nbits - 1)
    assert cut is not None and len(cut["reports"]) == 1


@pytest.mark.parametrize(
    ("key", "fields", "word"),
    [
        ((1, 99), {}, "no layout"),
        ((1, 31), {"lat": 91.5}, "does not fit"),
        ((1, 31), {"wind": 3}, "no field"),
        ((1, 22), {}, "0 areas"),
        ((1, 22), {"areas": [{"shape": "star"}]}, "no shape"),
        ((1, 22), {"areas": [{"shape": 3, "legs": [(1, 1)] * 5}]}, "5 legs"),
        ((1, 22), {"areas": [{"shape": 0, "radius": 5e6}]}, "does not fit"),
        ((1, 31), {"lat": "x"}, "no number"),
        ((1, 27), {"waypoints": [{"lat": 1, "lon": 2}] * 17}, "17 waypoints"),
    ],
)
def test_what_cannot_be_written(key, fields, word):
    with pytest.raises(ConfigError, match=word) as e:
        encode_asm(*key, **fields)
    assert e.value.hint


def test_where_the_data_of_a_message_lie():
    data = encode_asm(1, 31, pressure=1000)
    for msg_type, more in ((8, {}), (6, {"dest_mmsi": 5}), (25, {}), (26, {}), (26, {"dest_mmsi": 5})):
        small = (3, 7) if msg_type == 25 else data
        value, nbits = bits(msg_type, mmsi=1, dac=1, fid=31, data=small, **more)
        assert application_data(packed(value, nbits), nbits) == (1, 31, *small)
    for value, nbits in (bits(25, mmsi=1, data="0101"), bits(1, mmsi=1), (0, 0), (8 << 40, 46)):
        assert application_data(packed(value, nbits), nbits) is None


def test_table_of_messages():
    rows = [
        bits(
            8,
            mmsi=5330001 + i,
            dac=1,
            fid=22,
            data=encode_asm(
                1,
                22,
                notice=74,
                areas=[{"shape": 0, "lat": 2, "lon": 101, "radius": 500}, {"shape": 4, "legs": [(90, 100)]}],
            ),
        )
        for i in range(2)
    ]
    rows.append(bits(8, mmsi=7, dac=1, fid=31, data=encode_asm(1, 31, lat=1, lon=100, wind_speed=12)))
    columns = Columns(
        "messages",
        {
            "seq": np.arange(3),
            "mmsi": np.array([5330001, 5330002, 7]),
            "time": np.array([5, -(2**63), 6]),
            "dac": np.array([1, 1, 1]),
            "fi": np.array([22, 22, 31]),
            "nbits": np.array([r[1] for r in rows]),
            "payload": np.array([packed(*r) for r in rows], dtype=object),
        },
    )
    areas = table(columns, 1, 22)
    assert areas["kind"].to_pylist() == ["circle", "polygon"] * 2
    assert areas["seq"].to_pylist() == [0, 0, 1, 1]
    assert areas["time"].null_count == 2
    assert areas["radius"].to_pylist() == [500.0, None, 500.0, None]
    assert areas["legs"].to_pylist()[1] == [{"bearing": 90.0, "distance": 100.0}]
    met = table(columns, 1, 31)
    assert met.num_rows == 1 and met["wind_speed"].to_pylist() == [12.0] and met["gust_speed"].null_count == 1
    assert table(columns, 1, 26).num_rows == 0
    for key in ASM:
        assert table(columns.slice(0, 0), *key).num_rows == 0
    with pytest.raises(ConfigError, match="no layout"):
        table(columns, 1, 99)


@given(st.sampled_from(sorted(ASM)), st.binary(max_size=130), st.integers(0, 1100))
@settings(max_examples=300, deadline=None)
def test_any_bits_can_be_read(key, data, nbits):
    """Noise gives values, None or nothing, and never an error; positions stay on the Earth."""
    got = decode_asm(*key, data, nbits)
    application_data(data, nbits)
    for record in [got or {}, *(r for v in (got or {}).values() if isinstance(v, list) for r in v)]:
        assert record.get("lat") is None or -90 <= record["lat"] <= 90
        assert record.get("lon") is None or -180 <= record["lon"] <= 180
