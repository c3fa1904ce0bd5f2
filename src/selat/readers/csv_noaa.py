"""NOAA MarineCadastre AIS tables, both header eras.

*Old* (``AIS_2015_..`` to ``AIS_2024_..``, zip): ``MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,
VesselType,Status,Length,Width,Draft,Cargo,TransceiverClass`` (some years spell ``TranscieverClass``, or leave it out).
*New* (``ais-2025-01-01.csv.zst``): ``mmsi,base_date_time,longitude,latitude,...,transceiver``: longitude comes first,
and the time has a space. Columns go by name, so one layout reads both. Times are UTC.

Message type: A is 1, B is 18; where the class is not told, 1. COG 360.0 and heading 511.0 are "not available".
Vessel types above 99 (the four-digit codes of the early years) become null with ``Flag.NULLED``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from selat.model.ports import Batch, Format
from selat.readers.archive import read_members
from selat.readers.csv_layout import Layout
from selat.readers.csv_reader import CsvReader

LAYOUT = Layout(
    name="noaa",
    names={
        "mmsi": "mmsi", "basedatetime": "time", "lat": "lat", "latitude": "lat", "lon": "lon", "longitude": "lon",
        "sog": "sog", "cog": "cog", "heading": "heading", "vesselname": "name", "imo": "imo", "callsign": "callsign",
        "vesseltype": "ship_type", "status": "nav_status", "length": "length", "width": "width", "draft": "draught",
        "cargo": "cargo", "transceiverclass": "msg_type", "transcieverclass": "msg_type", "transceiver": "msg_type",
    },
    words={"msg_type": {"A": 1, "B": 18}},
)  # fmt: skip

_HEAD = re.compile(rb"^(?:\xef\xbb\xbf)?\s*[^\n]*\bbase_?date_?time\b", re.IGNORECASE)


def reader() -> CsvReader:
    """A reader of one MarineCadastre source."""
    return CsvReader(LAYOUT)


def sniff(head: bytes, name: str) -> bool:
    """True when the first line names ``BaseDateTime``."""
    return _HEAD.match(head) is not None


def read(source: str | Path | BinaryIO) -> Iterator[Batch]:
    """Batches of a file (plain, zip, gz, zst) or a binary stream."""
    return read_members(source, reader())


FORMAT = Format("noaa", "NOAA MarineCadastre AIS table (CSV)", sniff, read)
