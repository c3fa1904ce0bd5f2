"""ITU-R M.1371 messages 1 to 28 as declared bit fields. The decoder and the encoder are both made from these lines.

Clauses: Recommendation ITU-R M.1371-5 (02/2014), Annex 8; Message 28 of M.1371-6. A field is ``(name, width, kind,
scale, unit, na, text)``: kind ``u`` unsigned, ``i`` two's complement, ``b`` one bit, ``t`` six-bit text, ``d`` raw bits,
``x`` spare. The value is ``raw * scale`` in ``unit``; ``na`` is the raw value that means "not available" (None: none).
A width of 0 takes all bits that are left (less ``Layout.tail``). Bits run from 0, first bit sent is the highest.

Plain tuples and no imports of engines, because kernels read these tables too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Field:
    """One field: see the module's text. ``width`` in bits."""

    name: str
    width: int
    kind: str = "u"
    scale: float = 1.0
    unit: str = "1"
    na: int | None = None
    text: str = ""


@dataclass(frozen=True)
class Layout:
    """One way a message is laid out.

    ``when``: (first bit, width, value) that selects it among the layouts of its type. ``min_bits``: fewer than this is
    no message (the fields that identify and locate are not whole). ``bits``: length by the standard; ``max_bits`` the
    longest by the standard. ``tail``: width of fields that stand at the very end, after a field of width 0.
    """

    type: int
    name: str
    fields: tuple[Field, ...]
    bits: int
    min_bits: int
    max_bits: int
    when: tuple[tuple[int, int, int], ...] = ()
    variant: str = ""
    lengths: tuple[int, ...] = ()
    tail: tuple[Field, ...] = ()

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """First bit of every field of ``fields``."""
        at, out = 0, []
        for f in self.fields:
            out.append(at)
            at += f.width
        return tuple(out)

    def start(self, name: str) -> int:
        """First bit of the field ``name``; KeyError if there is none."""
        for f, at in zip(self.fields, self.starts, strict=True):
            if f.name == name:
                return at
        raise KeyError(name)


F = Field
MINUTE_1E4 = 1 / 600_000  #: degrees: 1/10,000 minute
MINUTE_1E1 = 1 / 600  #: degrees: 1/10 minute
LON_NA, LAT_NA = 181 * 600_000, 91 * 600_000
LON_NA_10TH, LAT_NA_10TH = 181 * 600, 91 * 600


def _spare(width: int) -> Field:
    return F("spare", width, "x")


# --- fields that many messages share -------------------------------------------------------------------------------
HEAD = (F("msg_type", 6), F("repeat", 2, text="How often repeated; 3: do not repeat"), F("mmsi", 30, text="User ID of the sender"))
LON = F("lon", 28, "i", MINUTE_1E4, "deg", LON_NA, "Longitude, east positive")
LAT = F("lat", 27, "i", MINUTE_1E4, "deg", LAT_NA, "Latitude, north positive")
SOG = F("sog", 10, "u", 0.1, "kn", 1023, "Speed over ground; 1022: 102.2 kn or more")
COG = F("cog", 12, "u", 0.1, "deg", 3600, "Course over ground")
HEADING = F("heading", 9, "u", 1, "deg", 511, "True heading")
SECOND = F("second", 6, "u", 1, "s", 60, "UTC second of the fix; 61 manual, 62 dead reckoning, 63 inoperative")
ACCURACY = F("accuracy", 1, "b", text="1: better than 10 m")
RAIM = F("raim", 1, "b", text="1: RAIM in use")
RADIO = F("radio", 19, text="Communication state")
RADIO20 = F("radio", 20, text="Selector and communication state")
ASSIGNED = F("assigned", 1, "b", text="1: assigned mode")
EPFD = F("epfd", 4, na=0, text="Type of position fixing device")
SHIP_TYPE = F("ship_type", 8, na=0, text="Type of ship and cargo")
DTE = F("dte", 1, "b", text="0: data terminal available")
DIMENSIONS = (
    F("to_bow", 9, unit="m", text="A"), F("to_stern", 9, unit="m", text="B"),
    F("to_port", 6, unit="m", text="C"), F("to_starboard", 6, unit="m", text="D"),
)
AREA = (
    F("ne_lon", 18, "i", MINUTE_1E1, "deg", LON_NA_10TH), F("ne_lat", 17, "i", MINUTE_1E1, "deg", LAT_NA_10TH),
    F("sw_lon", 18, "i", MINUTE_1E1, "deg", LON_NA_10TH), F("sw_lat", 17, "i", MINUTE_1E1, "deg", LAT_NA_10TH),
)
_CLASS_A = (
    *HEAD, F("nav_status", 4, na=15, text="Navigational status"),
    F("rot", 8, "i", na=-128, text="ROT_AIS = 4.733 sqrt(deg/min), sign kept; +-127: over 5 deg in 30 s"),
    SOG, ACCURACY, LON, LAT, COG, HEADING, SECOND,
    F("maneuver", 2, na=0, text="Special manoeuvre indicator"), _spare(3), RAIM, RADIO,
)
_BASE = (
    *HEAD, F("year", 14, na=0, unit="a"), F("month", 4, na=0), F("day", 5, na=0), F("hour", 5, na=24, unit="h"),
    F("minute", 6, na=60, unit="min"), F("second", 6, na=60, unit="s"), ACCURACY, LON, LAT, EPFD,
    F("long_range", 1, "b", text="Transmission control for the long-range message"), _spare(9), RAIM, RADIO,
)


def _acks() -> tuple[Field, ...]:
    out: list[Field] = [_spare(2)]
    for k in "1234":
        out += [F("mmsi" + k, 30, na=0), F("mmsiseq" + k, 2)]
    return tuple(out)


def _slots() -> tuple[Field, ...]:
    out: list[Field] = [_spare(2)]
    for k in "1234":
        out += [F("offset" + k, 12, na=0, unit="slots"), F("number" + k, 4, unit="slots"),
                F("timeout" + k, 3, unit="min"), F("increment" + k, 11, unit="slots")]
    return tuple(out)


def _binary(number: int, name: str, tail: tuple[Field, ...]) -> tuple[Layout, ...]:
    """Messages 25 and 26: destination and application identifier are there only when their flags say so."""
    out = []
    for addressed in (0, 1):
        for structured in (0, 1):
            fields = [*HEAD, F("addressed", 1, "b"), F("structured", 1, "b")]
            fields += [F("dest_mmsi", 30)] * addressed + [F("dest_spare", 2, "x")] * addressed
            fields += [F("dac", 10), F("fid", 6)] * structured
            size = sum(f.width for f in fields)
            out.append(Layout(number, name, (*fields, F("data", 0, "d")), size, size, 168 if number == 25 else 1064,
                              ((38, 1, addressed), (39, 1, structured)),
                              ("addressed" if addressed else "broadcast") + ("_structured" if structured else ""), tail=tail))
    return tuple(out)


_CHANNELS = (*HEAD, _spare(2), F("channel_a", 12), F("channel_b", 12), F("txrx", 4), F("power", 1, "b"))
_CHANNELS_END = (F("addressed", 1, "b"), F("band_a", 1, "b"), F("band_b", 1, "b"), F("zonesize", 3, unit="nm"), _spare(23))
_PART = F("partno", 2, text="0: part A, 1: part B")
_24B = (*HEAD, _PART, SHIP_TYPE, F("vendorid", 18, "t"), F("model", 4), F("serial", 20), F("callsign", 42, "t"))

LAYOUTS: tuple[Layout, ...] = (
    *(Layout(n, name, _CLASS_A, 168, 149, 168) for n, name in (
        (1, "Position report, scheduled"), (2, "Position report, assigned"), (3, "Position report, interrogated"))),
    Layout(4, "Base station report", _BASE, 168, 134, 168),
    Layout(5, "Static and voyage related data", (
        *HEAD, F("ais_version", 2), F("imo", 30, na=0), F("callsign", 42, "t"), F("shipname", 120, "t"), SHIP_TYPE, *DIMENSIONS,
        EPFD, F("month", 4, na=0, text="ETA"), F("day", 5, na=0, text="ETA"), F("hour", 5, na=24, unit="h", text="ETA"),
        F("minute", 6, na=60, unit="min", text="ETA"), F("draught", 8, scale=0.1, unit="m", na=0), F("destination", 120, "t"), DTE, _spare(1)),
        424, 302, 424, lengths=(420, 422, 426)),
    Layout(6, "Binary addressed message", (
        *HEAD, F("seqno", 2), F("dest_mmsi", 30), F("retransmit", 1, "b"), _spare(1), F("dac", 10), F("fid", 6), F("data", 0, "d")), 88, 88, 1008),
    Layout(7, "Binary acknowledgement", (*HEAD, *_acks()), 168, 72, 168, lengths=(72, 104, 136, 168)),
    Layout(8, "Binary broadcast message", (*HEAD, _spare(2), F("dac", 10), F("fid", 6), F("data", 0, "d")), 56, 56, 1008),
    Layout(9, "SAR aircraft position report", (
        *HEAD, F("alt", 12, unit="m", na=4095, text="4094: that or more"), F("sog", 10, unit="kn", na=1023, text="1022: that or more"),
        ACCURACY, LON, LAT, COG, SECOND, F("reserved", 8), DTE, _spare(3), ASSIGNED, RAIM, RADIO20), 168, 134, 168),
    Layout(10, "UTC and date inquiry", (*HEAD, _spare(2), F("dest_mmsi", 30), _spare(2)), 72, 70, 72),
    Layout(11, "UTC and date response", _BASE, 168, 134, 168),
    Layout(12, "Addressed safety related message", (
        *HEAD, F("seqno", 2), F("dest_mmsi", 30), F("retransmit", 1, "b"), _spare(1), F("text", 0, "t")), 72, 72, 1008),
    Layout(13, "Safety related acknowledgement", (*HEAD, *_acks()), 168, 72, 168, lengths=(72, 104, 136, 168)),
    Layout(14, "Safety related broadcast message", (*HEAD, _spare(2), F("text", 0, "t")), 40, 40, 1008),
    Layout(15, "Interrogation", (
        *HEAD, _spare(2), F("mmsi1", 30), F("type1_1", 6), F("offset1_1", 12, unit="slots"), _spare(2), F("type1_2", 6),
        F("offset1_2", 12, unit="slots"), _spare(2), F("mmsi2", 30), F("type2_1", 6), F("offset2_1", 12, unit="slots"), _spare(2)),
        160, 88, 160, lengths=(88, 110, 112, 160)),
    Layout(16, "Assignment mode command", (
        *HEAD, _spare(2), F("mmsi1", 30), F("offset1", 12), F("increment1", 10), F("mmsi2", 30), F("offset2", 12), F("increment2", 10)),
        144, 92, 144, lengths=(92, 96, 144)),
    Layout(17, "DGNSS broadcast binary message", (
        *HEAD, _spare(2), F("lon", 18, "i", MINUTE_1E1, "deg", LON_NA_10TH), F("lat", 17, "i", MINUTE_1E1, "deg", LAT_NA_10TH), _spare(5),
        F("data", 0, "d")), 80, 80, 816),
    Layout(18, "Class B position report", (
        *HEAD, F("reserved", 8), SOG, ACCURACY, LON, LAT, COG, HEADING, SECOND, F("reserved2", 2), F("cs", 1, "b", text="1: carrier sense unit"),
        F("display", 1, "b"), F("dsc", 1, "b"), F("band", 1, "b"), F("msg22", 1, "b"), ASSIGNED, RAIM, RADIO20), 168, 139, 168),
    Layout(19, "Class B extended position report", (
        *HEAD, F("reserved", 8), SOG, ACCURACY, LON, LAT, COG, HEADING, SECOND, F("reserved2", 4), F("shipname", 120, "t"), SHIP_TYPE,
        *DIMENSIONS, EPFD, RAIM, DTE, ASSIGNED, _spare(4)), 312, 301, 312),
    Layout(20, "Data link management message", (*HEAD, *_slots()), 160, 70, 160, lengths=(70, 72, 100, 104, 130, 136, 160)),
    Layout(21, "Aid to navigation report", (
        *HEAD, F("aid_type", 5, na=0), F("name", 120, "t"), ACCURACY, LON, LAT, *DIMENSIONS, EPFD, SECOND, F("off_position", 1, "b"),
        F("aton_status", 8), RAIM, F("virtual_aid", 1, "b"), ASSIGNED, _spare(1), F("name_ext", 0, "t")), 272, 270, 360),
    Layout(22, "Channel management, area", (*_CHANNELS, *AREA, *_CHANNELS_END), 168, 145, 168, ((139, 1, 0),), "area"),
    Layout(22, "Channel management, addressed", (
        *_CHANNELS, F("dest1", 30), _spare(5), F("dest2", 30), _spare(5), *_CHANNELS_END), 168, 145, 168, ((139, 1, 1),), "addressed"),
    Layout(23, "Group assignment command", (
        *HEAD, _spare(2), *AREA, F("station_type", 4), F("ship_type", 8, na=0), _spare(22), F("txrx", 2), F("interval", 4),
        F("quiet", 4, unit="min"), _spare(6)), 160, 154, 160),
    Layout(24, "Static data report, part A", (*HEAD, _PART, F("shipname", 120, "t"), _spare(8)), 168, 154, 168,
           ((38, 2, 0),), "A", lengths=(156, 158, 160, 162, 168)),
    Layout(24, "Static data report, part B", (*_24B, *DIMENSIONS, F("epfd", 4, na=0), _spare(2)), 168, 132, 168, ((38, 2, 1),), "B", lengths=(158, 162, 168)),
    *_binary(25, "Single slot binary message", ()),
    *_binary(26, "Multiple slot binary message", (RADIO20,)),
    Layout(27, "Long-range position report", (
        *HEAD, ACCURACY, RAIM, F("nav_status", 4, na=15), F("lon", 18, "i", MINUTE_1E1, "deg", LON_NA_10TH),
        F("lat", 17, "i", MINUTE_1E1, "deg", LAT_NA_10TH), F("sog", 6, unit="kn", na=63), F("cog", 9, unit="deg", na=511),
        F("gnss", 1, "b", text="0: position is of the current fix, latency under 5 s"), _spare(1)), 96, 94, 168, lengths=(96, 168)),
    Layout(28, "Aid to navigation report, single slot", (
        *HEAD, SECOND, LON, LAT, F("restricted", 2), F("station_type", 3), F("aid_type", 7, na=0), F("iala_mrn", 17), F("dimension", 4),
        F("dimensions_a", 9), F("dimensions_b", 11), F("dimension_more", 1, "b"), F("charted", 1, "b"), F("station_status", 4),
        F("status_bits", 8), _spare(1), F("auth", 1, "b")), 168, 99, 168),
)

#: mother ship instead of dimensions in part B of Message 24, when the sender is an auxiliary craft (MMSI 98MIDxxxx)
MOTHERSHIP = F("mothership_mmsi", 30, na=0, text="MMSI of the mother ship")

TYPES = tuple(range(1, 29))
BY_TYPE: dict[int, tuple[Layout, ...]] = {n: tuple(x for x in LAYOUTS if x.type == n) for n in TYPES}
NAMES: dict[int, str] = {n: BY_TYPE[n][0].name for n in TYPES}
#: message types that carry a position, and become rows of the table reports
POSITION_TYPES = (1, 2, 3, 4, 9, 11, 18, 19, 21, 27, 28)
STATIC_TYPES = (5, 19, 21, 24)
#: reports of ships, aids and aircraft; a row of ``messages`` is made of every other type

NAV_STATUS = (
    "under way using engine", "at anchor", "not under command", "restricted manoeuvrability", "constrained by her draught",
    "moored", "aground", "engaged in fishing", "under way sailing", "reserved (HSC)", "reserved (WIG)",
    "power-driven vessel towing astern", "power-driven vessel pushing or towing alongside", "reserved",
    "AIS-SART, MOB or EPIRB active", "undefined",
)
EPFD_NAMES = ("undefined", "GPS", "GLONASS", "GPS/GLONASS", "Loran-C", "Chayka", "integrated navigation system", "surveyed", "Galileo")
_SIXBIT = "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ !\"#$%&'()*+,-./0123456789:;<=>?"
SIXBIT = _SIXBIT  #: M.1371-5 Table 47: character of six-bit value 0 to 63


def ship_type_name(code: int) -> str:
    """Words for a ship type (M.1371-5 Table 53)."""
    if code in _SPECIAL_TYPES:
        return _SPECIAL_TYPES[code]
    return _TYPE_TENS.get(code // 10, "unknown") if 20 <= code <= 99 else "unknown"


_SPECIAL_TYPES = {
    30: "fishing", 31: "towing", 32: "towing (large)", 33: "dredging or underwater operations", 34: "diving operations",
    35: "military operations", 36: "sailing", 37: "pleasure craft", 50: "pilot vessel", 51: "search and rescue vessel", 52: "tug",
    53: "port tender", 54: "anti-pollution", 55: "law enforcement", 58: "medical transport", 59: "ship of a state not in conflict",
}
_TYPE_TENS = {2: "wing in ground", 3: "vessel", 4: "high-speed craft", 5: "special craft", 6: "passenger", 7: "cargo", 8: "tanker", 9: "other"}
