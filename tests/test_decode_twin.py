"""Every field of every message against the slow twin: single and multipart, cut short and too long, alone and in dirty logs."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import selat
import twin_ais
from decoding import read
from selat.model.encode import armour, sentences
from selat.model.errors import Reason
from selat.model.messages import AUXILIARY, LAYOUTS, POSITION_TYPES, STATIC_TYPES, TYPES
from selat.model.schema import I32, Flag
from strategies import ALL_LAYOUTS, logs, messages

HEADS = ("seq", "time", "nbits")


def lines(payload: str, fill: int, **more) -> bytes:
    return b"".join(x.encode() + b"\n" for x in sentences(payload, fill, **more))


def expected(bits: str) -> dict[str, object]:
    """Fields of a message as ``Decoded.messages`` gives them: None for what is not available or not whole, text as far as
    it goes, raw bits as bytes."""
    layout = twin_ais.layout_of(bits)
    out: dict[str, object] = {}
    raws = twin_ais.twin_bits(bits)
    for f in (*layout.fields, *layout.tail):
        if f.kind == "x":
            continue
        value = twin_ais.given(f, raws[f.name]) if f.name in raws else None
        if f.kind == "t":
            start = layout.start(f.name)
            value = twin_ais.raw(f, bits[start : start + f.width] if f.width else bits[start:]) or None
        elif f.kind == "d":
            bits_ = str(value or "")
            value = bytes(int(bits_[i : i + 8].ljust(8, "0"), 2) for i in range(0, len(bits_), 8))
        out[f.name] = value
    return out


def row_of(table, i: int = 0) -> dict[str, object]:
    """A row, less what is not of the message and less the columns of other variants."""
    return {k: v for k, v in table.slice(i, 1).to_pylist()[0].items() if k not in HEADS}


def agree(got: dict[str, object], want: dict[str, object]) -> None:
    for name, value in want.items():
        assert got[name] == value and type(got[name]) in (type(value), int, float), (name, value, got[name])
    assert all(got[name] is None for name in got.keys() - want.keys())


@settings(max_examples=400)
@given(messages(), st.sampled_from([60, 28, 120, 9]), st.sampled_from("AB12"))
def test_a_message_of_any_type(message, longest, channel):
    longest = max(longest, -(-len(message.payload) // 9))
    d = selat.decode(lines(message.payload, message.fill, max_payload=longest, channel=channel, seq_id=7))
    assert d.types == {message.type: 1}
    table = d.messages(message.type)
    agree(row_of(table), expected(twin_ais.dearmour(message.payload, message.fill)))
    assert table["nbits"].to_pylist() == [message.nbits]
    assert len(d.rejects) == 0


@settings(max_examples=300)
@given(messages(), st.data())
def test_messages_cut_short_or_too_long(message, data):
    """Whole fields are read; the table ``reports`` and ``statics`` say by a flag that the length is not the standard's."""
    bits = twin_ais.dearmour(message.payload, message.fill)
    layout = twin_ais.layout_of(bits)
    at = data.draw(st.integers(min(38, layout.min_bits), len(bits) + 60))
    bits = bits[:at] + data.draw(st.text("01", min_size=max(at - len(bits), 0), max_size=max(at - len(bits), 0)))
    assume(twin_ais.layout_of(bits) is not None)
    payload, fill = armour(int(bits, 2), len(bits))
    raw = lines(payload, fill, max_payload=max(62, -(-len(payload) // 9)))
    d = selat.decode(raw)
    layout = twin_ais.layout_of(bits)
    if len(bits) < layout.min_bits:
        assert set(d.rejects["reason"].to_pylist()) == {int(Reason.LENGTH)}
        return
    agree(row_of(d.messages(message.type)), expected(bits))
    r = read(raw)
    for table in ("reports", "statics", "messages"):
        for flags in r.tables[table]["flags"].tolist():
            assert bool(flags & Flag.LONG) == (len(bits) > layout.max_bits)
    assert [r.reports.rows, r.statics.rows] == [message.type in POSITION_TYPES, message.type in STATIC_TYPES]
    assert r.messages.rows == (message.type not in POSITION_TYPES + STATIC_TYPES)


@settings(max_examples=80)
@given(logs())
def test_messages_of_a_dirty_log(log):
    d = selat.decode(log.data)
    assert d.lines == d.kept + d.duplicates + len(d.rejects)
    want = {n: [] for n in TYPES}
    for payload, fill in log.payloads():
        bits = twin_ais.dearmour(payload, fill)
        want[int(bits[:6], 2)].append(expected(bits))
    for n in TYPES:
        table = d.messages(n)
        assert len(table) == len(want[n])
        for i, fields in enumerate(want[n]):
            agree(row_of(table, i), fields)
    reasons = d.rejects["reason"].to_pylist()
    assert reasons.count(Reason.CHECKSUM) == log.count("damaged")
    assert reasons.count(Reason.FRAGMENT_MISSING) == log.count("orphan")
    assert reasons.count(Reason.BLANK) == log.count("blank")
    assert d.duplicates == 0


def test_no_message_at_all_is_a_table_with_its_columns():
    for n in TYPES:
        table = selat.decode(b"").messages(n)
        assert len(table) == 0
        assert {"seq", "time", "nbits", "msg_type", "mmsi"} <= set(table.column_names)
    with pytest.raises(selat.SelatError, match="no AIS message type 29"):
        selat.decode(b"").messages(29)


# --- the tables reports and statics --------------------------------------------------------------------------------
def nearest(raw: int, steps: int) -> int:
    """1e-7 degrees of a raw position, the nearest."""
    x = Fraction(raw * 10_000_000, steps)
    return int(x + Fraction(1, 2)) if x >= 0 else -int(-x + Fraction(1, 2))


def twin_report(f: dict[str, int | str], nbits: int) -> dict[str, int]:
    """Stored columns of a position report from the raw fields of its message."""
    steps = 600 if f["msg_type"] == 27 else 600_000
    lon, lat = f.get("lon", 181 * steps), f.get("lat", 91 * steps)
    nulled = (abs(lon) > 180 * steps and lon != 181 * steps) or (abs(lat) > 90 * steps and lat != 91 * steps)
    known = abs(lon) <= 180 * steps and abs(lat) <= 90 * steps
    sog, cog = f.get("sog"), f.get("cog")
    if sog is not None:
        sog = {27: None if sog == 63 else sog * 10, 9: None if sog == 1023 else sog * 10}.get(
            f["msg_type"], None if sog == 1023 else sog
        )
    if cog is not None and f["msg_type"] == 27:
        nulled |= cog > 360 and cog != 511
        cog = cog * 10 if cog < 360 else None
    elif cog is not None:
        nulled |= cog > 3600
        cog = cog if cog < 3600 else None
    heading = f.get("heading", 511)
    nulled |= 360 <= heading < 511
    flags = Flag.NULLED * nulled | Flag.REPEATED * (f["repeat"] > 0)
    for name, flag in (("accuracy", Flag.ACCURATE), ("raim", Flag.RAIM), ("assigned", Flag.ASSIGNED),
                       ("off_position", Flag.OFF_POSITION), ("virtual_aid", Flag.VIRTUAL)):  # fmt: skip
        flags |= flag * (f.get(name) == 1)
    flags |= Flag.MANOEUVRE * (f.get("maneuver") == 1) | Flag.DEAD_RECKONED * (f.get("second") in (61, 62))
    rot = f.get("rot", -128)
    return {
        "mmsi": f["mmsi"], "msg_type": f["msg_type"], "flags": int(flags),
        "lat": nearest(lat, steps) if known else I32, "lon": nearest(lon, steps) if known else I32,
        "sog": 65535 if sog is None else sog, "cog": 65535 if cog is None else cog,
        "heading": heading if heading < 360 else 65535, "rot": rot if rot != -128 else -32768,
        "nav_status": f.get("nav_status", 255), "altitude": f.get("alt", 4095) if f.get("alt", 4095) < 4095 else 65535,
    }  # fmt: skip


@st.composite
def wild(draw, layouts):
    """Messages of these layouts with any bits at all, of the standard's length."""
    layout = draw(st.sampled_from(layouts))
    nbits = layout.bits if not layout.lengths else draw(st.sampled_from([layout.bits, *layout.lengths]))
    nbits = max(nbits, layout.min_bits)
    value = draw(st.integers(0, (1 << nbits) - 1)) if draw(st.booleans()) else 0
    bits = list(f"{value:0{nbits}b}")
    bits[:6] = f"{layout.type:06b}"
    for at, width, v in layout.when:
        bits[at : at + width] = f"{v:0{width}b}"
    for name, codes in (
        ("lon", (0, 108_000_000, -108_000_000, 108_000_001, 181 * 600_000)),
        ("cog", (3599, 3600, 3601)),
    ):
        if draw(st.booleans()) and layout.type in (1, 2, 3, 18, 19):
            f = next(x for x in layout.fields if x.name == name)
            start = layout.start(name)
            bits[start : start + f.width] = f"{draw(st.sampled_from(codes)) & ((1 << f.width) - 1):0{f.width}b}"
    return "".join(bits)


@settings(max_examples=400)
@given(wild([x for x in LAYOUTS if x.type in POSITION_TYPES]))
def test_reports_of_any_bits(bits):
    payload, fill = armour(int(bits, 2), len(bits))
    r = read(lines(payload, fill))
    got = r.row("reports")
    want = twin_report(twin_ais.twin_bits(bits), len(bits))
    got["flags"] &= ~int(Flag.LONG | Flag.SHORT)
    assert {k: got[k] for k in want} == want
    assert (got["seq"], got["time_quality"], got["station"]) == (0, 0, 0) or len(payload) > 60


_TEXTS = {"callsign": "callsign", "name": "shipname", "destination": "destination", "vendor": "vendorid"}
_CODES = {"imo": 0, "ship_type": 0, "draught": 0, "epfd": 255, "eta_month": 0, "eta_day": 0, "eta_hour": 24,
          "eta_minute": 60}  # fmt: skip
_OTHER = {"eta_month": "month", "eta_day": "day", "eta_hour": "hour", "eta_minute": "minute"}


def twin_static(bits: str) -> dict[str, object]:
    """Stored columns of static data from the bits of its message."""
    layout = twin_ais.layout_of(bits)
    f, fields = expected(bits), {x.name: x for x in layout.fields}
    raws = twin_ais.twin_bits(bits)
    out: dict[str, object] = {"mmsi": f["mmsi"], "msg_type": f["msg_type"]}
    for column, name in _TEXTS.items():
        out[column] = str(f.get(name) or "").encode()
    if layout.type == 21:
        name = str(f["name"] or "")
        out["name"] = (name + str(f["name_ext"] or "" if len(name) == 20 else "")).encode()
    for column, null in _CODES.items():
        field = "aid_type" if column == "ship_type" and layout.type == 21 else _OTHER.get(column, column)
        out[column] = raws[field] if field in raws and raws[field] != fields[field].na else null
    size = [raws.get(k) for k in ("to_bow", "to_stern", "to_port", "to_starboard")]
    for column, value in zip(("to_bow", "to_stern", "to_port", "to_starboard"), size, strict=True):
        out[column] = value if any(size) and value is not None else (65535 if column in ("to_bow", "to_stern") else 255)
    out["mothership"] = f.get("mothership_mmsi") or 0
    return out


@settings(max_examples=300)
@given(
    wild([*(x for x in LAYOUTS if x.type in STATIC_TYPES), AUXILIARY])
    | messages(tuple(x for x in ALL_LAYOUTS if x.type in STATIC_TYPES))
)
def test_statics_of_any_bits(bits):
    if not isinstance(bits, str):
        bits = twin_ais.dearmour(bits.payload, bits.fill)
    payload, fill = armour(int(bits, 2), len(bits))
    r = read(lines(payload, fill))
    got = r.row("statics")
    want = twin_static(bits)
    assert {k: got[k] for k in want} == want
