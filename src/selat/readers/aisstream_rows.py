"""One message of aisstream.io as rows in the stored layout: fields, units, and what means "not available".

Codes and limits are those of ITU-R M.1371-5 Annex 8, as declared in :mod:`selat.model.messages`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from selat.model.clock import MINUTE, SECOND, parse_time
from selat.model.columns import Columns, empty
from selat.model.errors import Reason, UnitError
from selat.model.schema import DEGREES, TABLES, Flag, TimeQuality

#: the second in the message is taken for its time when the service heard it at most so long after
LATEST = 15 * SECOND
_GO_TIME = re.compile(r"\s*(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,9})?)\s*(Z|[+-]\d\d:?\d\d)?")
_HUGE = 1e12  # no field is larger, and no stored integer overflows below it
Row = dict[str, Any]


class Bad(Exception):
    """The line is not kept, for this reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.label)
        self.reason = reason


@dataclass(slots=True)
class Message:
    """What a line says: ``rows`` by table; ``key`` is equal for repetitions of one message."""

    mmsi: int
    received: int
    key: bytes
    rows: list[tuple[str, Row]] = field(default_factory=list)


class Body:
    """Fields of a message, read with their limits; what is out of range becomes null and sets a flag."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.flags = 0

    def number(self, key: str) -> float | None:
        """A number, or None where there is none. Raises :class:`Bad` for anything else."""
        value = self.data.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise Bad(Reason.NUMBER)
        if isinstance(value, float) and not math.isfinite(value):
            raise Bad(Reason.NUMBER)
        return value

    def code(self, key: str, na: int | None, least: int, most: int, null: int, step: float = 1.0) -> int:
        """A stored integer: the number over ``step``, or ``null`` where it is ``na`` or not in its range."""
        value = self.number(key)
        if value is None:
            return null
        raw = round(value / step) if abs(value) < _HUGE else None
        if raw is not None and raw == na:
            return null
        if raw is None or not least <= raw <= most:
            self.flags |= Flag.NULLED
            return null
        return raw

    def degrees(self, key: str, na: int) -> int:
        """Latitude or longitude in 1e-7 degree; ``na`` is 91 or 181."""
        null = TABLES["reports"]["lat"].null
        assert isinstance(null, int)
        most = round((na - 1) / DEGREES)
        return self.code(key, round(na / DEGREES), -most, most, null, DEGREES)

    def text(self, key: str, size: int, data: dict[str, Any] | None = None) -> bytes:
        """Six-bit text: ends at the first @, without the blanks that fill it."""
        value = (self.data if data is None else data).get(key)
        if value is None:
            return b""
        if not isinstance(value, str):
            raise Bad(Reason.STRUCTURE)
        return value.split("@", 1)[0].rstrip().encode("ascii", "replace")[:size]

    def part(self, key: str) -> Body:
        """An object within; empty where there is none. It shares no flags."""
        value = self.data.get(key)
        if value is not None and not isinstance(value, dict):
            raise Bad(Reason.STRUCTURE)
        return Body(value or {})

    def mark(self, key: str, flag: Flag) -> None:
        """Set ``flag`` where the field is true."""
        if self.data.get(key) is True:
            self.flags |= flag


def time_of(text: object) -> int | None:
    """Nanoseconds UTC, exact, of a time in Go's layout, which names the zone twice; None if ``text`` is none.

    Years outside 2000 to 2199 are none either: Go's zero time is of the year 1.

    >>> time_of("2024-07-30 06:17:43.375540658 +0000 UTC")
    1722320263375540658
    """
    found = _GO_TIME.match(text) if isinstance(text, str) else None
    if found is None or not "2000" <= found[1][:4] < "2200":
        return None
    try:
        return parse_time(found[1] + (found[2] or "Z"))
    except UnitError:
        return None


def fix_time(received: int, second: int | None) -> tuple[int, int]:
    """The time of a position: the last UTC ``second`` before ``received``, if that is not long ago; and its flag."""
    if second is not None and 0 <= second <= 59:
        late = (received - second * SECOND) % MINUTE
        if late <= LATEST:
            return received - late, Flag.SECOND
    return received, 0


def read_message(line: bytes, fallback: int) -> Message:
    """Rows of one line; ``fallback`` is when we heard it (ns UTC), for a message without a time.

    Raises :class:`Bad`.
    """
    kind, data, meta = _envelope(line)
    body = Body(data)
    who = data.get("UserID", meta.get("MMSI", meta.get("MMSI_String")))
    if isinstance(who, str) and who.isascii() and who.isdigit():
        who = int(who[:12])
    if isinstance(who, bool) or not isinstance(who, int) or not 0 < who <= 999_999_999:
        raise Bad(Reason.MMSI)
    heard = time_of(meta.get("time_utc"))
    received = fallback if heard is None else heard
    number = data.get("MessageID")
    known = isinstance(number, int) and not isinstance(number, bool) and 0 < number <= 28
    base: Row = {
        "received": received,
        "mmsi": who,
        "msg_type": number if known else _NUMBERS.get(kind, 0),
        "time_quality": TimeQuality.CLOCK if heard is None else TimeQuality.ARCHIVE,
    }
    if (body.number("RepeatIndicator") or 0) > 0:
        body.flags |= Flag.REPEATED
    body.mark("AssignedMode", Flag.ASSIGNED)
    key = json.dumps([kind, data], sort_keys=True, separators=(",", ":")).encode()
    message = Message(who, received, key)
    for table, row in _KINDS.get(kind, _other)(body, base, line):
        second = row.pop("second", None)
        time, flag = fix_time(received, second)
        message.rows.append((table, {**base, **row, "time": time, "flags": int(body.flags | flag)}))
    return message


def _envelope(line: bytes) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """(type, body, metadata) of a line."""
    try:
        data = json.loads(line)
    except UnicodeDecodeError:
        raise Bad(Reason.ENCODING) from None
    except (ValueError, RecursionError):
        raise Bad(Reason.JSON) from None
    if not isinstance(data, dict):
        raise Bad(Reason.JSON)
    kind, message, meta = data.get("MessageType"), data.get("Message"), data.get("MetaData", data.get("Metadata"))
    if kind is None:
        raise Bad(Reason.NOT_AIS)  # an error, or a confirmation
    if not isinstance(kind, str) or not isinstance(message, dict) or not isinstance(meta or {}, dict):
        raise Bad(Reason.STRUCTURE)
    body = message.get(kind)
    if body is None and kind not in _KINDS:
        body = message
    if not isinstance(body, dict) or body.get("Valid") is False:
        raise Bad(Reason.STRUCTURE)
    return kind, body, meta or {}


# --- kinds of messages: (table, row) each; "second" is the UTC second of the fix -----------------------------------
Kind = Callable[[Body, Row, bytes], list[tuple[str, Row]]]


def _position(m: Body) -> Row:
    m.mark("PositionAccuracy", Flag.ACCURATE)
    m.mark("Raim", Flag.RAIM)
    second = m.number("Timestamp")
    if second in {61, 62}:
        m.flags |= Flag.DEAD_RECKONED
    return {
        "lat": m.degrees("Latitude", 91),
        "lon": m.degrees("Longitude", 181),
        "second": int(second) if second is not None and abs(second) < _HUGE else None,
    }


def _motion(m: Body) -> Row:
    return {
        "sog": m.code("Sog", 1023, 0, 1022, 65535, 0.1),
        "cog": m.code("Cog", 3600, 0, 3599, 65535, 0.1),
        "heading": m.code("TrueHeading", 511, 0, 359, 65535),
    }


def _class_a(m: Body, base: Row, line: bytes) -> list[tuple[str, Row]]:
    if m.number("SpecialManoeuvreIndicator") == 2:
        m.flags |= Flag.MANOEUVRE
    row = {
        "rot": m.code("RateOfTurn", -128, -127, 127, -32768),
        "nav_status": m.code("NavigationalStatus", 15, 0, 14, 255),
    }
    return [("reports", {**_position(m), **_motion(m), **row})]


def _class_b(m: Body, base: Row, line: bytes) -> list[tuple[str, Row]]:
    return [("reports", {**_position(m), **_motion(m)})]


def _base_station(m: Body, base: Row, line: bytes) -> list[tuple[str, Row]]:
    second = m.code("UtcSecond", 60, 0, 59, 60)
    return [("reports", {**_position(m), "second": second})]


def _aircraft(m: Body, base: Row, line: bytes) -> list[tuple[str, Row]]:
    speed = m.code("Sog", 1023, 0, 1022, -1)  # whole knots
    row = {
        "sog": 65535 if speed < 0 else speed * 10,
        "cog": m.code("Cog", 3600, 0, 3599, 65535, 0.1),
        "altitude": m.code("Altitude", 4095, 0, 4094, 65535),
    }
    return [("reports", {**_position(m), **row})]


def _long_range(m: Body, base: Row, line: bytes) -> list[tuple[str, Row]]:
    speed, course = m.code("Sog", 63, 0, 62, -1), m.code("Cog", 511, 0, 359, -1)  # whole knots, whole degrees
    row = {
        "sog": 65535 if speed < 0 else speed * 10,
        "cog": 65535 if course < 0 else course * 10,
        "nav_status": m.code("NavigationalStatus", 15, 0, 14, 255),
    }
    return [("reports", {**_position(m), **row})]


def _dimension(m: Body) -> Row:
    """Antenna to bow, stern, port, starboard; a length or breadth of 0 is "not available" (M.1371-5 Fig. 41)."""
    d = m.part("Dimension")
    bow, stern = d.code("A", None, 0, 511, 0), d.code("B", None, 0, 511, 0)
    port, starboard = d.code("C", None, 0, 63, 0), d.code("D", None, 0, 63, 0)
    m.flags |= d.flags
    return {
        "to_bow": bow if bow + stern else 65535,
        "to_stern": stern if bow + stern else 65535,
        "to_port": port if port + starboard else 255,
        "to_starboard": starboard if port + starboard else 255,
    }


def _static(m: Body, base: Row, line: bytes) -> list[tuple[str, Row]]:
    eta = m.part("Eta")
    row = {
        **_dimension(m),
        "imo": m.code("ImoNumber", 0, 1, 2**30 - 1, 0),
        "callsign": m.text("CallSign", 7),
        "name": m.text("Name", 20),
        "ship_type": m.code("Type", 0, 1, 99, 0),
        "epfd": m.code("FixType", 0, 1, 15, 255),
        "draught": m.code("MaximumStaticDraught", 0, 1, 255, 0, 0.1),
        "destination": m.text("Destination", 20),
        "eta_month": eta.code("Month", 0, 1, 12, 0),
        "eta_day": eta.code("Day", 0, 1, 31, 0),
        "eta_hour": eta.code("Hour", 24, 0, 23, 24),
        "eta_minute": eta.code("Minute", 60, 0, 59, 60),
    }
    m.flags |= eta.flags
    return [("statics", row)]


def _extended_b(m: Body, base: Row, line: bytes) -> list[tuple[str, Row]]:
    row = {
        **_dimension(m),
        "name": m.text("Name", 20),
        "ship_type": m.code("Type", 0, 1, 99, 0),
        "epfd": m.code("FixType", 0, 1, 15, 255),
    }
    position = {**_position(m), **_motion(m)}
    return [("reports", position), ("statics", {**row, "second": position["second"]})]


def _aid(m: Body, base: Row, line: bytes) -> list[tuple[str, Row]]:
    m.mark("OffPosition", Flag.OFF_POSITION)
    m.mark("VirtualAtoN", Flag.VIRTUAL)
    row = {
        **_dimension(m),
        "name": (m.text("Name", 20) + m.text("NameExtension", 14))[:34],
        "ship_type": m.code("Type", 0, 1, 31, 0),
        "epfd": m.code("Fixtype" if "Fixtype" in m.data else "FixType", 0, 1, 15, 255),
    }
    position = _position(m)
    return [("reports", position), ("statics", {**row, "second": position["second"]})]


def _static_b(m: Body, base: Row, line: bytes) -> list[tuple[str, Row]]:
    """Message 24: part A is the name, part B the rest; both parts stand in the JSON, one of them is valid."""
    a, b = m.part("ReportA"), m.part("ReportB")
    second_part = m.data.get("PartNumber")  # a boolean in the definitions, a number in some captures
    if second_part is None:
        second_part = b.data.get("Valid") is True
    if not second_part:
        return [("statics", {"name": a.text("Name", 20)})]
    row: Row = {
        "callsign": b.text("CallSign", 7),
        "ship_type": b.code("ShipType", 0, 1, 99, 0),
        "vendor": b.text("VendorIDName", 3),
        "epfd": b.code("FixType", 0, 1, 15, 255),
    }
    if base["mmsi"] // 10_000_000 == 98:  # auxiliary craft: the bits of the dimensions are the mother ship's MMSI
        d = b.part("Dimension")
        bits = [d.code(k, None, 0, top, 0) for k, top in (("A", 511), ("B", 511), ("C", 63), ("D", 63))]
        mother = bits[0] << 21 | bits[1] << 12 | bits[2] << 6 | bits[3]
        row["mothership"] = mother if mother <= 999_999_999 else 0
    else:
        row |= _dimension(b)
    m.flags |= b.flags
    return [("statics", row)]


def _other(m: Body, base: Row, line: bytes) -> list[tuple[str, Row]]:
    """Anything else is kept whole: ``payload`` is the JSON (``nbits`` 0: it is not the message's bits)."""
    text, application = m.data.get("Text"), m.part("ApplicationID")
    row: Row = {"payload": line, "dest_mmsi": m.code("DestinationID", 0, 1, 999_999_999, 0)}
    row["dac"] = application.code("DesignatedAreaCode", None, 0, 1023, -1)
    row["fi"] = application.code("FunctionIdentifier", None, 0, 63, -1)
    row["text"] = text.split("@", 1)[0].rstrip() if isinstance(text, str) else None
    return [("messages", row)]


_KINDS: dict[str, Kind] = {
    "PositionReport": _class_a,
    "StandardClassBPositionReport": _class_b,
    "ExtendedClassBPositionReport": _extended_b,
    "ShipStaticData": _static,
    "StaticDataReport": _static_b,
    "LongRangeAisBroadcastMessage": _long_range,
    "StandardSearchAndRescueAircraftReport": _aircraft,
    "AidsToNavigationReport": _aid,
    "BaseStationReport": _base_station,
    "SafetyBroadcastMessage": _other,
    "AddressedSafetyMessage": _other,
}
#: message numbers, for a message that lacks its own
_NUMBERS = {
    **{"PositionReport": 1, "BaseStationReport": 4, "ShipStaticData": 5, "AddressedBinaryMessage": 6},
    **{"BinaryAcknowledge": 7, "BinaryBroadcastMessage": 8, "StandardSearchAndRescueAircraftReport": 9},
    **{"CoordinatedUTCInquiry": 10, "AddressedSafetyMessage": 12, "SafetyBroadcastMessage": 14, "Interrogation": 15},
    **{"AssignedModeCommand": 16, "GnssBroadcastBinaryMessage": 17, "StandardClassBPositionReport": 18},
    **{"ExtendedClassBPositionReport": 19, "DataLinkManagementMessage": 20, "AidsToNavigationReport": 21},
    **{"ChannelManagement": 22, "GroupAssignmentCommand": 23, "StaticDataReport": 24, "SingleSlotBinaryMessage": 25},
    **{"MultiSlotBinaryMessage": 26, "LongRangeAisBroadcastMessage": 27},
}


class Rows:
    """Rows gathered by table, turned into columns at the end."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Row]] = {}

    def add(self, table: str, row: Row) -> None:
        """Add one row; columns that it lacks are null."""
        self._rows.setdefault(table, []).append(row)

    def columns(self, table: str) -> Columns:
        """The rows of ``table`` as :class:`Columns`."""
        rows = self._rows.get(table)
        if not rows:
            return empty(table)
        used = {name for row in rows for name in row}
        data = {}
        for column in TABLES[table].columns:
            if column.name in used:
                null = column.null if column.null is not None else (None if column.stored == "object" else 0)
                values = [row.get(column.name, null) for row in rows]
                data[column.name] = np.array(values, dtype=column.stored)
        return Columns(table, data, len(rows))
