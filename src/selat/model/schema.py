"""Every column once.

A :class:`Column` says how a fact is *stored* (a scaled integer, as the standard sends it), how it is *given* to people
(SI, degrees, null where not available) and where it is defined. Arrow schemas, SQL tables, TypeScript types and the
reference pages are made from these lines; a test fails when they drift.

Stored layout (in memory between steps, and in the history files): NumPy arrays; "not available" is the sentinel
``Column.null``. Given layout (``sea.reports.arrow()``): ``stored * scale`` in ``unit``, null for the sentinel.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag

from selat.model.units import KNOT


class TimeQuality(IntEnum):
    """Where ``time`` comes from, least trusted first (reference: NMEA 0183 TAG block, IEC 62320-1)."""

    NONE = 0  #: the clock of whoever read the log: only the order means something
    CLOCK = 1  #: our own clock when the bytes came in
    CARRIED = 2  #: the last time seen on an earlier line of the same source
    SUFFIX = 3  #: epoch after the checksum
    PGHP = 4  #: the time in a $PGHP sentence of the base station
    TAG_S = 5  #: TAG block c: in seconds
    TAG_MS = 6  #: TAG block c: in milliseconds
    ARCHIVE = 7  #: as a table of an archive states it


class Flag(IntFlag):
    """Bits of the column ``flags``."""

    ACCURATE = 1  #: position accuracy high (<= 10 m), M.1371 "position accuracy"
    RAIM = 2  #: receiver autonomous integrity monitoring in use
    SECOND = 4  #: ``time`` was set to the second that the message itself carries
    LONG = 8  #: more bits than the standard's layout
    SHORT = 16  #: fewer bits than the standard's layout, the fields that are whole were read
    OWN_SHIP = 32  #: VDO: the receiver's own ship
    TAG_CHECKSUM = 64  #: the TAG block's checksum was wrong: its time is trusted less
    NULLED = 128  #: a value outside its range was made null
    ASSIGNED = 256  #: station in assigned mode
    OFF_POSITION = 512  #: aid to navigation off position
    VIRTUAL = 1024  #: virtual aid to navigation
    REPEATED = 2048  #: repeat indicator above 0: a repeater sent it again
    MANOEUVRE = 4096  #: engaged in special manoeuvre (inland)
    DEAD_RECKONED = 8192  #: time stamp 62 or 61: the position is estimated or typed by hand


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``stored`` NumPy dtype, ``given`` Arrow type, ``unit`` of the given value, ``null`` sentinel
    of the stored one (None: never null), ``scale`` from stored to given, ``clause`` of the standard, ``text``.
    """

    name: str
    stored: str
    given: str
    unit: str
    null: int | bytes | None
    clause: str
    text: str
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """A named list of columns; ``order`` is how rows are sorted at rest."""

    name: str
    text: str
    columns: tuple[Column, ...]
    order: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(c.name for c in self.columns)

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name!r}")


I32 = -(2**31)  #: sentinel of int32 columns
NO_TIME = -(2**63)  #: sentinel of time columns
DEGREES = 1e-7  #: stored step of latitude and longitude, degrees
_M = "ITU-R M.1371-5 Annex 8"

_WHEN = (
    Column("time", "i8", "timestamp", "ns UTC", NO_TIME, "IEC 61162-1; M.1371 time stamp", "When it was so: best time of the position itself"),
    Column("received", "i8", "timestamp", "ns UTC", NO_TIME, "IEC 62320-1 TAG c:", "When it was heard: by the receiver or, live, by us"),
    Column("seq", "i8", "int64", "1", None, "selat", "Arrival order: number of the line in the journal of the sea, counted from 0"),
)
_WHO = (
    Column("mmsi", "i4", "int32", "1", None, f"{_M}, user ID", "Maritime mobile service identity of the sender"),
    Column("msg_type", "u1", "uint8", "1", None, f"{_M}, message ID", "AIS message type 1 to 28; 0: not from AIS"),
)
_HOW = (
    Column("flags", "u2", "uint16", "bits", None, "selat", "Bits of selat.model.schema.Flag"),
    Column("time_quality", "u1", "uint8", "enum", None, "selat", "Where time comes from: selat.model.schema.TimeQuality"),
    Column("station", "u2", "uint16", "id", None, "IEC 62320-1 TAG s:", "Receiving station: row of the table stations; 0: unknown"),
)

REPORTS = Table(
    "reports",
    "Position reports: one row an observation as sent (AIS types 1-3, 4, 9, 11, 18, 19, 21, 27; archives)",
    (
        *_WHEN,
        *_WHO,
        Column("lat", "i4", "double", "deg", I32, f"{_M}, Message 1", "Latitude, WGS 84, north positive", DEGREES),
        Column("lon", "i4", "double", "deg", I32, f"{_M}, Message 1", "Longitude, WGS 84, east positive", DEGREES),
        Column("sog", "u2", "float", "m/s", 65535, f"{_M}, Message 1", "Speed over ground; stored in 0.1 knot; 102.2 kn (aircraft 1,022 kn) means that or more", 0.1 * KNOT),
        Column("cog", "u2", "float", "deg", 65535, f"{_M}, Message 1", "Course over ground, true; stored in 0.1 degree", 0.1),
        Column("heading", "u2", "float", "deg", 65535, f"{_M}, Message 1", "True heading"),
        Column("rot", "i2", "float", "deg/s", -32768, f"{_M}, Message 1", "Rate of turn, right positive; stored as the standard's ROT_AIS = 4.733 sqrt(deg/min); +-127: more than 5 deg in 30 s"),
        Column("nav_status", "u1", "uint8", "enum", 255, f"{_M}, Message 1", "Navigational status 0 to 15"),
        Column("altitude", "u2", "float", "m", 65535, f"{_M}, Message 9", "Altitude of an aircraft; 4,094 m means that or more"),
        *_HOW,
    ),
    order=("mmsi", "time", "seq"),
)

STATICS = Table(
    "statics",
    "Static and voyage data as declared (AIS types 5, 19, 21, 24; archives)",
    (
        *_WHEN,
        *_WHO,
        Column("imo", "u4", "uint32", "1", 0, f"{_M}, Message 5", "IMO ship identification number"),
        Column("callsign", "S7", "string", "text", b"", f"{_M}, Message 5", "Call sign"),
        Column("name", "S34", "string", "text", b"", f"{_M}, Messages 5, 19, 21, 24A", "Name of the ship or aid to navigation"),
        Column("ship_type", "u1", "uint8", "enum", 0, f"{_M}, Table 53", "Type of ship and cargo; aid type for Message 21"),
        Column("to_bow", "u2", "uint16", "m", 65535, f"{_M}, Fig. 41", "Antenna to bow (A); 511 means that or more"),
        Column("to_stern", "u2", "uint16", "m", 65535, f"{_M}, Fig. 41", "Antenna to stern (B)"),
        Column("to_port", "u1", "uint8", "m", 255, f"{_M}, Fig. 41", "Antenna to port side (C); 63 means that or more"),
        Column("to_starboard", "u1", "uint8", "m", 255, f"{_M}, Fig. 41", "Antenna to starboard side (D)"),
        Column("epfd", "u1", "uint8", "enum", 255, f"{_M}, Message 5", "Type of position fixing device"),
        Column("draught", "u1", "float", "m", 0, f"{_M}, Message 5", "Maximum present static draught; stored in 0.1 m", 0.1),
        Column("destination", "S20", "string", "text", b"", f"{_M}, Message 5", "Destination as typed"),
        Column("eta_month", "u1", "uint8", "month", 0, f"{_M}, Message 5", "Estimated time of arrival, month"),
        Column("eta_day", "u1", "uint8", "day", 0, f"{_M}, Message 5", "Estimated time of arrival, day"),
        Column("eta_hour", "u1", "uint8", "h", 24, f"{_M}, Message 5", "Estimated time of arrival, hour UTC"),
        Column("eta_minute", "u1", "uint8", "min", 60, f"{_M}, Message 5", "Estimated time of arrival, minute"),
        Column("vendor", "S3", "string", "text", b"", f"{_M}, Message 24B", "Vendor ID of a class B unit"),
        Column("mothership", "i4", "int32", "1", 0, f"{_M}, Message 24B", "MMSI of the mother ship of an auxiliary craft"),
        *_HOW,
    ),
    order=("mmsi", "time", "seq"),
)

MESSAGES = Table(
    "messages",
    "All other kept messages (texts, binary, control) with their payload, nothing thrown away",
    (
        *_WHEN,
        *_WHO,
        Column("dest_mmsi", "i4", "int32", "1", 0, f"{_M}, Messages 6, 12", "Addressee"),
        Column("dac", "i2", "int16", "1", -1, f"{_M}, Message 8", "Designated area code of a binary message"),
        Column("fi", "i2", "int16", "1", -1, f"{_M}, Message 8", "Function identifier of a binary message"),
        Column("text", "object", "string", "text", None, f"{_M}, Messages 12, 14", "Safety related text"),
        Column("nbits", "u2", "uint16", "bits", None, "IEC 61162-1", "Length of the message"),
        Column("payload", "object", "binary", "bits", None, "IEC 61162-1", "The message's bits, eight a byte, first bit highest"),
        *_HOW,
    ),
    order=("mmsi", "time", "seq"),
)

RECEPTIONS = Table(
    "receptions",
    "Lines that repeat a message already heard: who else heard it (the list of receivers)",
    (
        Column("seq", "i8", "int64", "1", None, "selat", "Number of the repeating line"),
        Column("first_seq", "i8", "int64", "1", -1, "selat", "Number of the line whose message was kept"),
        Column("received", "i8", "timestamp", "ns UTC", NO_TIME, "selat", "When it was heard"),
        Column("mmsi", "i4", "int32", "1", 0, f"{_M}, user ID", "Sender; 0 where only a fragment repeats"),
        Column("station", "u2", "uint16", "id", None, "IEC 62320-1 TAG s:", "Who heard it"),
    ),
    order=("seq",),
)

REJECTS = Table(
    "rejects",
    "Lines that were not kept, with the reason and their bytes",
    (
        Column("seq", "i8", "int64", "1", None, "selat", "Number of the line"),
        Column("received", "i8", "timestamp", "ns UTC", NO_TIME, "selat", "When it was heard"),
        Column("offset", "i8", "int64", "bytes", None, "selat", "Where the line begins in its source"),
        Column("reason", "u1", "uint8", "enum", None, "selat", "selat.model.errors.Reason"),
        Column("length", "i8", "int64", "bytes", None, "selat", "Length of the line, without its line end"),
        Column("raw", "object", "binary", "bytes", None, "selat", "The line, cut after 4,096 bytes"),
        Column("source", "u2", "uint16", "id", None, "selat", "Row of the table sources; 0: unknown"),
    ),
    order=("seq",),
)

OUTAGES = Table(
    "outages",
    "When a source was silent: absence is never inferred from a dead feed",
    (
        Column("source", "object", "string", "text", None, "selat", "Name of the source"),
        Column("began", "i8", "timestamp", "ns UTC", NO_TIME, "selat", "Last time something was heard before the silence"),
        Column("ended", "i8", "timestamp", "ns UTC", NO_TIME, "selat", "When something was heard again; null: still silent"),
        Column("reason", "object", "string", "text", None, "selat", "refused, lost, silent, closed, stopped, overrun"),
        Column("detail", "object", "string", "text", None, "selat", "What the system said"),
    ),
    order=("began",),
)

ALERTS = Table(
    "alerts",
    "What needs a look, and why (states: IMO MSC.302(87), IEC 62923)",
    (
        Column("id", "object", "string", "text", None, "selat", "Hash of rule, subjects and start: a replay makes the same"),
        Column("rule", "object", "string", "text", None, "selat", "Name of the rule"),
        Column("version", "object", "string", "text", None, "selat", "Version of the rule"),
        Column("priority", "object", "string", "enum", None, "MSC.302(87)", "emergency, alarm, warning, caution"),
        Column("state", "object", "string", "enum", None, "IEC 62923-1", "active, acknowledged, rectified, cleared, retracted"),
        Column("subjects", "object", "string", "json", None, "selat", "MMSI of the ships concerned, a JSON list"),
        Column("time", "i8", "timestamp", "ns UTC", NO_TIME, "selat", "When it began"),
        Column("last", "i8", "timestamp", "ns UTC", NO_TIME, "selat", "When it was last so"),
        Column("lat", "f8", "double", "deg", None, "WGS 84", "Latitude"),
        Column("lon", "f8", "double", "deg", None, "WGS 84", "Longitude"),
        Column("sentence", "object", "string", "text", None, "selat", "The reason in one sentence, measured value against threshold"),
        Column("evidence", "object", "string", "json", None, "selat", "Numbers and the seq of the lines they rest on"),
        Column("parameters", "object", "string", "json", None, "selat", "Parameters of the rule, SI"),
        Column("confidence", "f8", "double", "1", None, "selat", "How sure the rule is, 0 to 1: the product of the parts in detail"),
        Column("detail", "object", "string", "json", None, "selat", "Parts of the confidence, what would make it false, suggested action, source of the geometry"),
        Column("lead", "object", "string", "text", None, "selat", "Alert of the same event that stands for this one; empty: it stands for itself"),
    ),
    order=("time", "id"),
)

PLOTS = Table(
    "plots",
    "Plots of radars that send no tracks: one row an echo, as measured from the antenna. A tracker makes reports of them",
    (
        *_WHEN,
        Column("radar", "u2", "uint16", "id", None, "selat", "The radar: row of the table radars; 0: unknown"),
        Column("radar_lat", "i4", "double", "deg", I32, "selat", "Latitude of the antenna, WGS 84", DEGREES),
        Column("radar_lon", "i4", "double", "deg", I32, "selat", "Longitude of the antenna, WGS 84", DEGREES),
        Column("range", "u4", "double", "m", None, "EUROCONTROL I048/040, I010/040", "Distance from the antenna as measured, along the slant", 0.1),
        Column("azimuth", "i4", "double", "deg", None, "EUROCONTROL I048/040, I010/040", "Bearing from the antenna, true, 0 to 360", 1e-6),
        Column("doppler", "i2", "float", "m/s", -32768, "EUROCONTROL I048/120", "Radial speed, positive going away", 0.1),
        Column("amplitude", "i2", "float", "dB", -32768, "EUROCONTROL I048/130", "Strength of the echo as the radar states it", 0.1),
        Column("sigma_range", "u2", "float", "m", 65535, "selat", "Standard deviation of the range, where the radar or its setting says so", 0.1),
        Column("sigma_azimuth", "u2", "float", "deg", 65535, "selat", "Standard deviation of the azimuth, where the radar or its setting says so", 0.001),
        Column("scan", "i4", "int32", "1", -1, "selat", "Number of the turn of the antenna, counted by its north marks; null: unknown"),
    ),
    order=("radar", "time", "seq"),
)

TABLES: dict[str, Table] = {t.name: t for t in (REPORTS, STATICS, MESSAGES, RECEPTIONS, REJECTS, OUTAGES, ALERTS)}
