"""Messages of aisstream.io to rows. The expected rows are worked out by hand from the published definitions."""

from __future__ import annotations

import json

import pytest

from selat.model.clock import SECOND, parse_time
from selat.model.errors import Reason
from selat.model.schema import I32, Flag, TimeQuality
from selat.readers.aisstream import KEPT, LONGEST, AisStreamReader
from selat.readers.aisstream_rows import time_of

HEARD = "2024-09-17 14:38:55.281038479 +0000 UTC"
HEARD_NS = parse_time("2024-09-17T14:38:55.281038479Z")
HEAD = {"RepeatIndicator": 0, "UserID": 538010505, "Valid": True}
POSITION = {
    **HEAD,
    **{"MessageID": 3, "Cog": 217.3, "CommunicationState": 59916, "Latitude": 13.351478333333334},
    **{"Longitude": 100.601575, "NavigationalStatus": 1, "PositionAccuracy": False, "Raim": False, "RateOfTurn": 0},
    **{"Sog": 0, "Spare": 0, "SpecialManoeuvreIndicator": 0, "Timestamp": 54, "TrueHeading": 338},
}
DIMENSION = {"A": 23, "B": 166, "C": 17, "D": 11}


def envelope(kind, body, **meta):
    data = {"MMSI": 538010505, "MMSI_String": 538010505, "ShipName": "X", "time_utc": HEARD, **meta}
    return {"Message": {kind: body}, "MessageType": kind, "MetaData": data}


def read(*messages, received=5):
    reader = AisStreamReader()
    lines = b"".join((m if isinstance(m, bytes) else json.dumps(m).encode()) + b"\n" for m in messages)
    batch = reader.feed(lines, received)
    assert reader.flush().lines == 0
    return batch


def row(columns, n=0):
    return {
        name: columns[name][n].item() if hasattr(columns[name][n], "item") else columns[name][n] for name in columns
    }


def check(columns, expected):
    got = row(columns)
    assert {k: got[k] for k in expected} == expected


def test_position_report():
    batch = read(envelope("PositionReport", POSITION))
    assert (batch.lines, batch.kept, batch.duplicates, batch.rejects.rows) == (1, 1, 0, 0)
    expected = {"mmsi": 538010505, "msg_type": 3, "lat": 133514783, "lon": 1006015750, "sog": 0, "cog": 2173}
    expected |= {"heading": 338, "rot": 0, "nav_status": 1, "altitude": 65535, "station": 0, "seq": 0}
    expected |= {"received": HEARD_NS, "time": HEARD_NS - 1281038479, "flags": int(Flag.SECOND)}
    check(batch.reports, {**expected, "time_quality": int(TimeQuality.ARCHIVE)})


def test_not_available_is_null_and_out_of_range_is_null_with_a_flag():
    na = {"Sog": 102.3, "Cog": 360, "TrueHeading": 511, "Latitude": 91, "Longitude": 181, "RateOfTurn": -128}
    batch = read(envelope("PositionReport", {**POSITION, **na, "NavigationalStatus": 15, "Timestamp": 60}))
    null = {"sog": 65535, "cog": 65535, "heading": 65535, "lat": I32, "lon": I32, "rot": -32768, "nav_status": 255}
    check(batch.reports, {**null, "flags": 0, "time": HEARD_NS})
    for wrong in (
        {"Sog": 102.4},
        {"Cog": 360.1},
        {"TrueHeading": 360},
        {"Latitude": 90.0001},
        {"Longitude": -181},
        {"Sog": 1e300},
    ):
        batch = read(envelope("PositionReport", {**POSITION, **wrong}))
        name = {"Sog": "sog", "Cog": "cog", "TrueHeading": "heading", "Latitude": "lat", "Longitude": "lon"}[
            next(iter(wrong))
        ]
        check(batch.reports, {name: null[name], "flags": int(Flag.SECOND | Flag.NULLED)})
    most = read(
        envelope("PositionReport", {**POSITION, "Sog": 102.2, "Cog": 359.9, "RateOfTurn": -127, "Latitude": -90})
    )
    check(most.reports, {"sog": 1022, "cog": 3599, "rot": -127, "lat": -900000000})


def test_flags():
    set_ = {
        "PositionAccuracy": True,
        "Raim": True,
        "RepeatIndicator": 1,
        "SpecialManoeuvreIndicator": 2,
        "Timestamp": 62,
    }
    batch = read(envelope("PositionReport", {**POSITION, **set_}))
    flags = Flag.ACCURATE | Flag.RAIM | Flag.REPEATED | Flag.MANOEUVRE | Flag.DEAD_RECKONED
    check(batch.reports, {"flags": int(flags), "time": HEARD_NS})


def test_a_second_long_past_is_not_the_time():
    batch = read(envelope("PositionReport", {**POSITION, "Timestamp": 30}))
    check(batch.reports, {"time": HEARD_NS, "flags": 0})
    batch = read(envelope("PositionReport", {**POSITION, "Timestamp": 58}, time_utc="2024-09-17 14:39:01 +0000 UTC"))
    check(batch.reports, {"time": parse_time("2024-09-17T14:38:58Z"), "flags": int(Flag.SECOND)})


def test_class_b_reports():
    body = {**POSITION, "MessageID": 18, "AssignedMode": True, "ClassBUnit": True}
    for key in ("NavigationalStatus", "RateOfTurn", "SpecialManoeuvreIndicator"):
        body.pop(key)
    batch = read(envelope("StandardClassBPositionReport", body))
    check(batch.reports, {"msg_type": 18, "rot": -32768, "nav_status": 255, "cog": 2173})
    assert row(batch.reports)["flags"] == Flag.SECOND | Flag.ASSIGNED
    extended = {**body, "MessageID": 19, "Name": "ARIEL@@@@", "Type": 36, "Dimension": DIMENSION, "FixType": 1}
    batch = read(envelope("ExtendedClassBPositionReport", extended))
    assert (batch.kept, batch.reports.rows, batch.statics.rows) == (1, 1, 1)
    check(batch.statics, {"msg_type": 19, "name": b"ARIEL", "ship_type": 36, "to_bow": 23, "epfd": 1, "seq": 0})
    assert batch.statics["time"][0] == batch.reports["time"][0]


STATIC = {
    **HEAD,
    **{"MessageID": 5, "AisVersion": 1, "ImoNumber": 8719188, "CallSign": "OIZS   ", "Name": "VIKING CINDERELLA   "},
    **{"Type": 60, "Dimension": DIMENSION, "FixType": 1, "Eta": {"Month": 10, "Day": 3, "Hour": 7, "Minute": 10}},
    **{"MaximumStaticDraught": 6.7, "Destination": "FIHEL<>FIMHQ<>SESTO", "Dte": False, "Spare": False},
}


def test_ship_static_data():
    batch = read(envelope("ShipStaticData", STATIC))
    expected = {"imo": 8719188, "callsign": b"OIZS", "name": b"VIKING CINDERELLA", "ship_type": 60, "draught": 67}
    expected |= {"to_bow": 23, "to_stern": 166, "to_port": 17, "to_starboard": 11, "epfd": 1}
    expected |= {"eta_month": 10, "eta_day": 3, "eta_hour": 7, "eta_minute": 10, "mothership": 0, "vendor": b""}
    check(batch.statics, {**expected, "destination": b"FIHEL<>FIMHQ<>SESTO", "time": HEARD_NS, "flags": 0})


def test_static_not_available():
    na = {"ImoNumber": 0, "CallSign": "@@@@@@@", "Name": "", "Type": 0, "FixType": 0, "MaximumStaticDraught": 0}
    na |= {"Dimension": {"A": 0, "B": 0, "C": 0, "D": 0}, "Eta": {"Month": 0, "Day": 0, "Hour": 24, "Minute": 60}}
    batch = read(envelope("ShipStaticData", {**STATIC, **na}))
    null = {"imo": 0, "callsign": b"", "name": b"", "ship_type": 0, "epfd": 255, "draught": 0, "to_bow": 65535}
    null |= {"to_stern": 65535, "to_port": 255, "to_starboard": 255, "eta_month": 0, "eta_hour": 24, "eta_minute": 60}
    check(batch.statics, {**null, "flags": 0})
    batch = read(
        envelope("ShipStaticData", {**STATIC, "Type": 200, "Eta": {"Month": 13, "Day": 1, "Hour": 1, "Minute": 1}})
    )
    check(batch.statics, {"ship_type": 0, "eta_month": 0, "eta_day": 1, "flags": int(Flag.NULLED)})


def test_static_data_report_parts():
    report_b = {"Valid": False, "ShipType": 37, "VendorIDName": "SRT", "VenderIDModel": 1, "VenderIDSerial": 2}
    report_b |= {"CallSign": "VZ1234@", "Dimension": DIMENSION, "FixType": 1, "Spare": 0}
    body = {
        **HEAD,
        "MessageID": 24,
        "Reserved": 0,
        "ReportA": {"Valid": True, "Name": "RVS308B     "},
        "ReportB": report_b,
    }
    for part_a in ({"PartNumber": False}, {"PartNumber": 0}, {}):
        batch = read(envelope("StaticDataReport", {**body, **part_a}))
        check(batch.statics, {"msg_type": 24, "name": b"RVS308B", "callsign": b"", "ship_type": 0, "to_bow": 65535})
    body["ReportB"] = {**report_b, "Valid": True}
    for part_b in ({"PartNumber": True}, {"PartNumber": 1}, {}):
        batch = read(envelope("StaticDataReport", {**body, **part_b}))
        check(batch.statics, {"name": b"", "callsign": b"VZ1234", "ship_type": 37, "vendor": b"SRT", "to_stern": 166})
    mother = 563012345
    bits = {"A": mother >> 21, "B": mother >> 12 & 511, "C": mother >> 6 & 63, "D": mother & 63}
    body = {**body, "UserID": 985630001, "PartNumber": True, "ReportB": {**report_b, "Dimension": bits}}
    check(read(envelope("StaticDataReport", body)).statics, {"mothership": mother, "to_bow": 65535})


def test_long_range_aircraft_base_station_and_aid():
    far = {
        **HEAD,
        "MessageID": 27,
        "Latitude": 1.5,
        "Longitude": 103.25,
        "Sog": 12,
        "Cog": 200,
        "NavigationalStatus": 0,
    }
    check(
        read(envelope("LongRangeAisBroadcastMessage", far)).reports,
        {"sog": 120, "cog": 2000, "nav_status": 0, "lat": 15000000},
    )
    none = read(envelope("LongRangeAisBroadcastMessage", {**far, "Sog": 63, "Cog": 511}))
    check(none.reports, {"sog": 65535, "cog": 65535, "flags": 0, "time": HEARD_NS})
    air = {
        **HEAD,
        "MessageID": 9,
        "Altitude": 300,
        "Sog": 110,
        "Cog": 90.5,
        "Latitude": 1.5,
        "Longitude": 103.25,
        "Timestamp": 54,
    }
    check(
        read(envelope("StandardSearchAndRescueAircraftReport", air)).reports, {"altitude": 300, "sog": 1100, "cog": 905}
    )
    none = read(envelope("StandardSearchAndRescueAircraftReport", {**air, "Altitude": 4095, "Sog": 1023}))
    check(none.reports, {"altitude": 65535, "sog": 65535})
    base = {**HEAD, "MessageID": 4, "UtcSecond": 55, "Latitude": 1.5, "Longitude": 103.25, "PositionAccuracy": True}
    expected = {
        "msg_type": 4,
        "time": HEARD_NS // SECOND * SECOND,
        "flags": int(Flag.SECOND | Flag.ACCURATE),
        "sog": 65535,
    }
    check(read(envelope("BaseStationReport", base)).reports, expected)
    aid = {**HEAD, "MessageID": 21, "Type": 25, "Name": "ONE FATHOM BANK     ", "NameExtension": "", "Fixtype": 7}
    aid |= {
        "Latitude": 2.88,
        "Longitude": 100.99,
        "Dimension": DIMENSION,
        "OffPosition": True,
        "VirtualAtoN": True,
        "Timestamp": 61,
    }
    batch = read(envelope("AidsToNavigationReport", aid))
    check(batch.reports, {"flags": int(Flag.OFF_POSITION | Flag.VIRTUAL | Flag.DEAD_RECKONED), "lat": 28800000})
    check(batch.statics, {"name": b"ONE FATHOM BANK", "ship_type": 25, "epfd": 7, "to_starboard": 11})


def test_other_messages_are_kept_whole():
    text = {**HEAD, "MessageID": 14, "Text": "MAN OVERBOARD @@@"}
    batch = read(envelope("SafetyBroadcastMessage", text))
    check(batch.messages, {"msg_type": 14, "text": "MAN OVERBOARD", "dest_mmsi": 0, "dac": -1, "fi": -1, "nbits": 0})
    assert json.loads(batch.messages["payload"][0])["Message"]["SafetyBroadcastMessage"] == text
    to = {**HEAD, "MessageID": 12, "Text": "HELLO", "DestinationID": 533180000}
    check(read(envelope("AddressedSafetyMessage", to)).messages, {"text": "HELLO", "dest_mmsi": 533180000})
    binary = {
        **HEAD,
        "MessageID": 8,
        "ApplicationID": {"Valid": True, "DesignatedAreaCode": 1, "FunctionIdentifier": 31},
    }
    check(read(envelope("BinaryBroadcastMessage", binary)).messages, {"msg_type": 8, "dac": 1, "fi": 31, "text": None})
    batch = read(envelope("SomethingNew", {**HEAD, "MessageID": 99}))
    check(batch.messages, {"msg_type": 0, "mmsi": 538010505})
    assert batch.kept == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-07-30 06:17:43.375540658 +0000 UTC", "2024-07-30T06:17:43.375540658Z"),
        ("2024-07-30 06:17:43 +0000 UTC", "2024-07-30T06:17:43Z"),
        ("2024-07-30 06:17:43.1 +0000 UTC m=+0.5", "2024-07-30T06:17:43.1Z"),
        ("2026-08-28 11:14:03 +0200 CEST", "2026-08-28T09:14:03Z"),
        ("2024-07-30T06:17:43Z", "2024-07-30T06:17:43Z"),
        ("0001-01-01 00:00:00 +0000 UTC", None),
        ("2024-13-30 06:17:43 +0000 UTC", None),
        ("yesterday", None),
        (1722320263, None),
    ],
)
def test_time_is_exact_to_the_nanosecond(text, expected):
    assert time_of(text) == (None if expected is None else parse_time(expected))


def test_a_message_without_a_time_has_ours():
    for time in (None, "soon"):
        batch = read(envelope("ShipStaticData", STATIC, time_utc=time), received=HEARD_NS + 7)
        check(batch.statics, {"time": HEARD_NS + 7, "received": HEARD_NS + 7, "time_quality": int(TimeQuality.CLOCK)})


def changed(**fields):
    return envelope("PositionReport", {**POSITION, **fields})


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", Reason.BLANK),
        (b" \t\r", Reason.BLANK),
        (b'{"Message', Reason.JSON),
        (b"[]", Reason.JSON),
        (b"[" * 100_000, Reason.JSON),
        (b'{"a": ' + b"9" * 5000 + b"}", Reason.JSON),
        (b'"\xff\xfe"', Reason.ENCODING),
        (b'{"error": "Api Key Is Not Valid"}', Reason.NOT_AIS),
        ({"MessageType": "PositionReport"}, Reason.STRUCTURE),
        ({"MessageType": "PositionReport", "Message": {}}, Reason.STRUCTURE),
        ({"MessageType": 1, "Message": {}}, Reason.STRUCTURE),
        ({"MessageType": "PositionReport", "Message": {"PositionReport": POSITION}, "MetaData": 3}, Reason.STRUCTURE),
        (changed(Valid=False), Reason.STRUCTURE),
        (changed(UserID=0), Reason.MMSI),
        (changed(UserID=1_000_000_000), Reason.MMSI),
        (changed(UserID="x"), Reason.MMSI),
        (changed(UserID=True), Reason.MMSI),
        (changed(Sog="12"), Reason.NUMBER),
        (changed(Latitude=float("nan")), Reason.NUMBER),
        (changed(Latitude=float("inf")), Reason.NUMBER),
        (changed(Longitude=[1]), Reason.NUMBER),
        (envelope("ShipStaticData", {**STATIC, "Name": 5}), Reason.STRUCTURE),
        (envelope("ShipStaticData", {**STATIC, "Eta": 5}), Reason.STRUCTURE),
        (b"x" * (LONGEST + 1), Reason.TOO_LONG),
    ],
)
def test_what_is_not_kept_is_a_reject_with_its_reason(line, reason):
    good = envelope("ShipStaticData", STATIC)
    batch = read(good, line, changed())
    assert (batch.lines, batch.kept, batch.rejects.rows) == (3, 2, 1)
    raw = line if isinstance(line, bytes) else json.dumps(line).encode()
    reject = row(batch.rejects)
    assert Reason(reject["reason"]) is reason
    assert (reject["seq"], reject["offset"]) == (1, len(json.dumps(good)) + 1)
    stripped = raw.removesuffix(b"\r")
    assert reject["raw"] == stripped[:KEPT] and reject["length"] == len(stripped)


def test_huge_numbers_do_no_harm():
    batch = read(changed(Sog=10**400, Timestamp=10**30, RepeatIndicator=10**30), changed(Latitude=-(10**30), Cog=1))
    assert batch.kept == 2 and batch.reports["sog"].tolist() == [65535, 0] and batch.reports["lat"][1] == I32


def test_the_same_message_within_30_seconds_is_a_reception():
    later = [HEARD, "2024-09-17 14:39:25 +0000 UTC", "2024-09-17 14:39:26 +0000 UTC", "2024-09-17 14:39:27 +0000 UTC"]
    batch = read(*(envelope("PositionReport", POSITION, time_utc=t) for t in later), changed(Cog=1))
    assert (batch.lines, batch.kept, batch.duplicates) == (5, 3, 2)
    assert batch.receptions["seq"].tolist() == [1, 3] and batch.receptions["first_seq"].tolist() == [0, 2]
    assert batch.receptions["mmsi"].tolist() == [538010505] * 2
    assert batch.reports["seq"].tolist() == [0, 2, 4]


def test_the_end_of_the_input():
    whole, broken = AisStreamReader(), AisStreamReader()
    line = json.dumps(changed()).encode()
    assert whole.feed(line, 1).lines == 0
    last = whole.flush()
    assert (last.lines, last.kept) == (1, 1)
    broken.feed(b"\n" + line[:-9], 9)
    last = broken.flush()
    assert (last.lines, last.kept) == (1, 0)
    assert row(last.rejects)["reason"] == Reason.TRUNCATED and row(last.rejects)["offset"] == 1
    assert row(last.rejects)["received"] == 9
