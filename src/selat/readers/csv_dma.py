"""Tables of the Danish Maritime Authority (aisdk-*.csv), 22 and 26 columns, and the headless ones before October 2016.

Times are day first, UTC. ``Unknown``, ``Undefined`` and ``Unknown value`` are null; latitude 91 is "no position" (the
row is kept). Until September 2016 files have no header, ``;`` between columns and a decimal comma: known by their
first character, a digit. About 70 % of the rows repeat an earlier one, byte for byte: several stations heard it.

Type of mobile to message type: Class A 1, Class B 18, Base Station 4, AtoN 21, SAR Airborne 9; the distress devices
(Search and Rescue Transponder, Emergency PIRB, Man Overboard Device) send Message 1, M.1371-5 Annex 9. ROT is in
degrees a minute. Columns A to D are taken as M.1371 names them: bow, stern, port, starboard.
Sources: header and values of the published files; DMA's own AisLib for the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from selat.kernels import csvnum
from selat.model.ports import Batch, Format
from selat.readers.archive import read_members
from selat.readers.csv_layout import Layout
from selat.readers.csv_reader import CsvReader

WORDS: dict[str, dict[str, int]] = {
    "msg_type": {
        "Class A": 1, "Class B": 18, "A": 1, "B": 18, "Base Station": 4, "AtoN": 21, "SAR Airborne": 9,
        "Search and Rescue Transponder": 1, "Emergency PIRB": 1, "Man Overboard Device": 1,
    },
    "nav_status": {
        "Under way using engine": 0, "At anchor": 1, "Not under command": 2, "Restricted maneuverability": 3,
        "Restricted manoeuvrability": 3, "Constrained by her draught": 4, "Moored": 5, "Aground": 6,
        "Engaged in fishing": 7, "Under way sailing": 8, "Under way": 8, "Reserved for future amendment [HSC]": 9,
        "Reserved for future amendment [WIG]": 10, "Power-driven vessel towing astern": 11,
        "Power-driven vessel pushing ahead or towing alongside": 12, "Reserved for future use": 13,
        "AIS-SART": 14, "AIS-SART (active)": 14, "AIS-SART is active": 14, "Not defined": 15, "Undefined": 15,
        "Unknown value": 255, "Unknown": 255,
    },
    "ship_type": {
        "Undefined": 0, "Unknown": 0, "WIG": 20, "Fishing": 30, "Towing": 31, "Towing long/wide": 32, "Dredging": 33,
        "Diving": 34, "Military": 35, "Sailing": 36, "Pleasure": 37, "Reserved": 0, "HSC": 40, "Pilot": 50, "SAR": 51,
        "Tug": 52, "Port tender": 53, "Anti-pollution": 54, "Law enforcement": 55, "Spare 1": 56, "Spare 2": 57,
        "Medical": 58, "Not party to conflict": 59, "Ships according to RR": 59, "Passenger": 60, "Cargo": 70,
        "Tanker": 80, "Other": 90,
    },
    "cargo": {
        "Category X": 1, "Category A": 1, "Category Y": 2, "Category B": 2, "Category Z": 3, "Category C": 3,
        "Category OS": 4, "Category D": 4, "No additional information": 9,
    },
    "epfd": {
        "GPS": 1, "GLONASS": 2, "Combined GPS/GLONASS": 3, "Loran-C": 4, "Chayka": 5,
        "Integrated navigation system": 6, "Surveyed": 7, "Galileo": 8, "Internal": 15, "Undefined": 0,
    },
}  # fmt: skip

COLUMNS = (
    "# Timestamp", "Type of mobile", "MMSI", "Latitude", "Longitude", "Navigational status", "ROT", "SOG", "COG",
    "Heading", "IMO", "Callsign", "Name", "Ship type", "Cargo type", "Width", "Length",
    "Type of position fixing device", "Draught", "Destination", "ETA", "Data source type", "A", "B", "C", "D",
)  # fmt: skip

LAYOUT = Layout(
    name="dma",
    names={
        "timestamp": "time", "typeofmobile": "msg_type", "mmsi": "mmsi", "latitude": "lat", "longitude": "lon",
        "navigationalstatus": "nav_status", "rot": "rot", "sog": "sog", "cog": "cog", "heading": "heading",
        "imo": "imo", "callsign": "callsign", "name": "name", "shiptype": "ship_type", "cargotype": "cargo",
        "width": "width", "length": "length", "typeofpositionfixingdevice": "epfd", "draught": "draught",
        "destination": "destination", "eta": "eta", "a": "to_bow", "b": "to_stern", "c": "to_port",
        "d": "to_starboard",
    },
    time_how=csvnum.DAY_FIRST,
    eta_how=csvnum.DAY_FIRST,
    words=WORDS,
    text_nulls=("Unknown", "Undefined", "Unknown value"),
)  # fmt: skip
OLD = replace(LAYOUT, delimiter=";", point=",", headless=COLUMNS[:22])

_HEAD = re.compile(rb"^(?:\xef\xbb\xbf)?\s*#?\s*timestamp\s*,[^\n]*\btype of mobile\b", re.IGNORECASE)
_OLD = re.compile(rb"^(?:\xef\xbb\xbf)?\s*\d\d/\d\d/\d{4} \d\d:\d\d:\d\d;(?:[^;\n]*;){20}[^;\n]*(?:\n|$)")


def reader(old: bool = False) -> CsvReader:
    """A reader of one Danish source; ``old`` for files without a header (before October 2016)."""
    return CsvReader(OLD if old else LAYOUT)


def sniff(head: bytes, name: str) -> bool:
    """True for the header with ``Timestamp`` and ``Type of mobile``."""
    return _HEAD.match(head) is not None


def sniff_old(head: bytes, name: str) -> bool:
    """True for a first row of 22 columns between ``;`` that begins with a time."""
    return _OLD.match(head) is not None


def read(source: str | Path | BinaryIO) -> Iterator[Batch]:
    """Batches of a file (plain, zip, gz, zst) or a binary stream, with a header or of the old kind."""
    return read_members(source, reader(), lambda head: reader(old=sniff_old(head, "")))


FORMAT = Format("dma", "Danish Maritime Authority AIS table (CSV)", lambda h, n: sniff(h, n) or sniff_old(h, n), read)
