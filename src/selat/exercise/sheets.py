"""Rows of tables as archives publish them: NOAA MarineCadastre (header of 2015 to 2024) and the Danish Maritime Authority.

What a table has no column for is lost, as it is there: texts, stations, times of receipt, fractions of a second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from selat.exercise.columns import stretches
from selat.exercise.scene import Scene
from selat.model.clock import format_time
from selat.model.columns import Columns
from selat.model.errors import FormatError
from selat.model.schema import DEGREES, I32
from selat.readers import csv_dma, csv_noaa
from selat.tracks.kinds import Kind, kinds_of

NOAA = (
    "MMSI", "BaseDateTime", "LAT", "LON", "SOG", "COG", "Heading", "VesselName", "IMO", "CallSign", "VesselType", "Status",
    "Length", "Width", "Draft", "Cargo", "TransceiverClass",
)  # fmt: skip
Said = Mapping[str, Any]  #: a row of ``statics`` as plain values
_NOTHING: Said = {}


class Declared:
    """What each ship declared last."""

    def __init__(self) -> None:
        self.ships: dict[int, dict[str, Any]] = {}

    def take(self, statics: Columns) -> None:
        """Rows in the order in which they came; what is null in a row stays as it was."""
        for i in range(statics.rows):
            ship = self.ships.setdefault(int(statics["mmsi"][i]), {})
            for column in statics.table.columns:
                value = statics[column.name][i]
                if column.null is None or value != column.null:
                    ship[column.name] = value.item()

    def of(self, mmsi: int) -> Said:
        """The last of each value; missing where it was never told."""
        return self.ships.get(mmsi, _NOTHING)


def _number(value: Any, null: int, scale: float, digits: int) -> str:
    return "" if value == null else f"{value * scale:.{digits}f}"


def _words(value: bytes) -> str:
    text = value.decode("utf-8", "replace").replace(",", " ").replace('"', "'")
    return "".join(c if c.isprintable() else " " for c in text).strip()


def _size(said: Said, a: str, b: str) -> int:
    return int(said.get(a, 0)) + int(said.get(b, 0))


def noaa(r: Columns, i: int, said: Said) -> dict[str, str]:
    """Row ``i`` of reports as cells of a NOAA table, by quantity (:mod:`selat.readers.csv_noaa`)."""
    length, width = _size(said, "to_bow", "to_stern"), _size(said, "to_port", "to_starboard")
    kind = int(said.get("ship_type", 0))
    imo, draught = int(said.get("imo", 0)), int(said.get("draught", 0))
    return {
        "mmsi": f"{r['mmsi'][i]:09d}", "time": format_time(int(r["time"][i]))[:19], "lat": _number(r["lat"][i], I32, DEGREES, 5),
        "lon": _number(r["lon"][i], I32, DEGREES, 5), "sog": _number(r["sog"][i], 65535, 0.1, 1),
        "cog": _number(r["cog"][i], 65535, 0.1, 1) or "360.0", "heading": _number(r["heading"][i], 65535, 1.0, 1) or "511.0",
        "name": _words(said.get("name", b"")), "imo": f"IMO{imo}" if imo else "", "callsign": _words(said.get("callsign", b"")),
        "ship_type": str(kind or ""), "nav_status": _number(r["nav_status"][i], 255, 1.0, 0), "length": str(length or ""),
        "width": str(width or ""), "draught": f"{draught / 10:.1f}" if draught else "", "cargo": str(kind or ""),
        "msg_type": "B" if r["msg_type"][i] in (18, 19) else "A",
    }  # fmt: skip


_STATUS = {v: k for k, v in reversed(csv_dma.WORDS["nav_status"].items())}
_TYPE = {v: k for k, v in reversed(csv_dma.WORDS["ship_type"].items())}
_MOBILE = {
    Kind.VESSEL: "Class A", Kind.CLASS_A: "Class A", Kind.CLASS_B: "Class B", Kind.BASE: "Base Station", Kind.ATON: "AtoN",
    Kind.AIRCRAFT: "SAR Airborne",
}  # fmt: skip
_BEACON = {970: "Search and Rescue Transponder", 972: "Man Overboard Device", 974: "Emergency PIRB"}


def dma(r: Columns, i: int, said: Said) -> dict[str, str]:
    """Row ``i`` of reports as cells of a Danish table, by quantity (:mod:`selat.readers.csv_dma`)."""
    mmsi, when = int(r["mmsi"][i]), format_time(int(r["time"][i]))
    kind = int(said.get("ship_type", 0))
    sort = Kind(int(kinds_of(r["mmsi"][i : i + 1], r["msg_type"][i : i + 1])[0]))
    length, width = _size(said, "to_bow", "to_stern"), _size(said, "to_port", "to_starboard")
    draught = int(said.get("draught", 0))
    sides = {n: str(said.get(n, 0)) if length else "" for n in ("to_bow", "to_stern", "to_port", "to_starboard")}
    return sides | {
        "time": f"{when[8:10]}/{when[5:7]}/{when[:4]} {when[11:19]}",
        "msg_type": _BEACON.get(mmsi // 1_000_000) or _MOBILE[sort], "mmsi": str(mmsi),
        "lat": _number(r["lat"][i], I32, DEGREES, 6) or "91.000000", "lon": _number(r["lon"][i], I32, DEGREES, 6) or "0.000000",
        "nav_status": _STATUS.get(int(r["nav_status"][i]), "Unknown value"), "sog": _number(r["sog"][i], 65535, 0.1, 1),
        "cog": _number(r["cog"][i], 65535, 0.1, 1), "heading": _number(r["heading"][i], 65535, 1.0, 0),
        "imo": str(said.get("imo") or "Unknown"), "callsign": _words(said.get("callsign", b"")) or "Unknown",
        "name": _words(said.get("name", b"")), "ship_type": _TYPE.get(kind) or _TYPE.get(kind // 10 * 10, "Undefined"),
        "width": str(width or ""), "length": str(length or ""), "epfd": "GPS",
        "draught": f"{draught / 10:.1f}" if draught else "", "destination": _words(said.get("destination", b"")) or "Unknown",
    }  # fmt: skip


Cells = Callable[[Columns, int, Said], dict[str, str]]
SHEETS: dict[str, tuple[tuple[str, ...], Mapping[str, str], Cells]] = {
    "noaa": (NOAA, csv_noaa.LAYOUT.names, noaa),
    "dma": (csv_dma.COLUMNS, csv_dma.LAYOUT.names, dma),
}


class Sheet:
    """Writes lines under a header, whatever the order of its columns; a column that is not known stays empty.

    Raises :class:`FormatError` where the header has no column for who, when and where.
    """

    def __init__(self, name: str, header: Sequence[str] | None = None) -> None:
        columns, names, self._cells = SHEETS[name]
        self.header = tuple(header or columns)
        self._quantities = [names.get("".join(c for c in h.lower() if c.isalnum()), "") for h in self.header]
        missing = {"mmsi", "time", "lat", "lon"} - set(self._quantities)
        if missing:
            raise FormatError(f"the table has no column for {', '.join(sorted(missing))}", hint="has it a header line?")

    def line(self, r: Columns, i: int, said: Said) -> str:
        """Row ``i`` of reports, without its line end."""
        cells = self._cells(r, i, said)
        return ",".join(cells.get(q, "") for q in self._quantities)


def lines(scene: Scene, minutes: float, sheet: str = "noaa") -> Iterator[str]:
    """The lines of a table of a scene, header first; as its receivers heard it, by time of arrival."""
    out, declared = Sheet(sheet), Declared()
    yield ",".join(out.header)
    for part in stretches(scene, minutes * 60.0, live=False):
        declared.take(part.statics)
        reports = part.reports.take(np.argsort(part.reports["time"], kind="stable"))
        for i in range(reports.rows):
            yield out.line(reports, i, declared.of(int(reports["mmsi"][i])))


def write_scene(path: str | Path, minutes: float, scene: Scene, sheet: str = "noaa") -> int:
    """Write a scene as a table; says how many rows. Nothing is kept in memory but what ships declared."""
    rows = -1
    with Path(path).open("w", encoding="utf-8", newline="") as out:
        for line in lines(scene, minutes, sheet):
            out.write(line + "\n")
            rows += 1
    return rows
