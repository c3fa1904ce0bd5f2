"""Rows of tables as archives publish them: NOAA MarineCadastre (header of 2015 to 2024) and the Danish Maritime Authority.

What a table has no column for is lost, as it is there: texts, stations, times of receipt, fractions of a second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from selat.exercise.columns import stretches
from selat.exercise.scene import Scene
from selat.model.clock import format_time
from selat.model.columns import Columns
from selat.model.schema import DEGREES, I32
from selat.readers import csv_dma
from selat.tracks.kinds import Kind, kinds_of

NOAA = (
    "MMSI", "BaseDateTime", "LAT", "LON", "SOG", "COG", "Heading", "VesselName", "IMO", "CallSign", "VesselType", "Status",
    "Length", "Width", "Draft", "Cargo", "TransceiverClass",
)  # fmt: skip
DMA = csv_dma.COLUMNS
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


def noaa(r: Columns, i: int, said: Said) -> str:
    """Row ``i`` of reports as a line of a NOAA table, without its line end."""
    length, width = _size(said, "to_bow", "to_stern"), _size(said, "to_port", "to_starboard")
    kind = int(said.get("ship_type", 0))
    imo, draught = int(said.get("imo", 0)), int(said.get("draught", 0))
    return ",".join((
        f"{r['mmsi'][i]:09d}", format_time(int(r["time"][i]))[:19], _number(r["lat"][i], I32, DEGREES, 5),
        _number(r["lon"][i], I32, DEGREES, 5), _number(r["sog"][i], 65535, 0.1, 1), _number(r["cog"][i], 65535, 0.1, 1) or "360.0",
        _number(r["heading"][i], 65535, 1.0, 1) or "511.0", _words(said.get("name", b"")), f"IMO{imo}" if imo else "",
        _words(said.get("callsign", b"")), str(kind or ""), _number(r["nav_status"][i], 255, 1.0, 0),
        str(length or ""), str(width or ""), f"{draught / 10:.1f}" if draught else "", str(kind or ""),
        "B" if r["msg_type"][i] in (18, 19) else "A",
    ))  # fmt: skip


_STATUS = {v: k for k, v in reversed(csv_dma.WORDS["nav_status"].items())}
_TYPE = {v: k for k, v in reversed(csv_dma.WORDS["ship_type"].items())}
_MOBILE = {
    Kind.VESSEL: "Class A", Kind.CLASS_A: "Class A", Kind.CLASS_B: "Class B", Kind.BASE: "Base Station", Kind.ATON: "AtoN",
    Kind.AIRCRAFT: "SAR Airborne",
}  # fmt: skip
_BEACON = {970: "Search and Rescue Transponder", 972: "Man Overboard Device", 974: "Emergency PIRB"}


def dma(r: Columns, i: int, said: Said) -> str:
    """Row ``i`` of reports as a line of a Danish table, without its line end."""
    mmsi, when = int(r["mmsi"][i]), format_time(int(r["time"][i]))
    kind = int(said.get("ship_type", 0))
    sort = Kind(int(kinds_of(r["mmsi"][i : i + 1], r["msg_type"][i : i + 1])[0]))
    length, width = _size(said, "to_bow", "to_stern"), _size(said, "to_port", "to_starboard")
    sides = [str(said.get(n, 0)) if length else "" for n in ("to_bow", "to_stern", "to_port", "to_starboard")]
    draught = int(said.get("draught", 0))
    status = int(r["nav_status"][i])
    return ",".join((
        f"{when[8:10]}/{when[5:7]}/{when[:4]} {when[11:19]}", _BEACON.get(mmsi // 1_000_000) or _MOBILE[sort], str(mmsi),
        _number(r["lat"][i], I32, DEGREES, 6) or "91.000000", _number(r["lon"][i], I32, DEGREES, 6) or "0.000000",
        _STATUS.get(status, "Unknown value"), "", _number(r["sog"][i], 65535, 0.1, 1), _number(r["cog"][i], 65535, 0.1, 1),
        _number(r["heading"][i], 65535, 1.0, 0), str(said.get("imo") or "Unknown"), _words(said.get("callsign", b"")) or "Unknown",
        _words(said.get("name", b"")), _TYPE.get(kind) or _TYPE.get(kind // 10 * 10, "Undefined"), "", str(width or ""),
        str(length or ""), "GPS", f"{draught / 10:.1f}" if draught else "", _words(said.get("destination", b"")) or "Unknown", "",
        "AIS", *sides,
    ))  # fmt: skip


SHEETS: dict[str, tuple[tuple[str, ...], Callable[[Columns, int, Said], str]]] = {
    "noaa": (NOAA, noaa),
    "dma": (DMA, dma),
}


def lines(scene: Scene, minutes: float, sheet: str = "noaa") -> Iterator[str]:
    """The lines of a table of a scene, header first; as its receivers heard it, by time of arrival."""
    head, row = SHEETS[sheet]
    declared = Declared()
    yield ",".join(head)
    for part in stretches(scene, minutes * 60.0, live=False):
        declared.take(part.statics)
        order = np.argsort(part.reports["time"], kind="stable")
        reports = part.reports.take(order)
        for i in range(reports.rows):
            yield row(reports, i, declared.of(int(reports["mmsi"][i])))


def write_scene(path: str | Path, minutes: float, scene: Scene, sheet: str = "noaa") -> int:
    """Write a scene as a table; says how many rows. Nothing is kept in memory but what ships declared."""
    rows = -1
    with Path(path).open("w", encoding="utf-8", newline="") as out:
        for line in lines(scene, minutes, sheet):
            out.write(line + "\n")
            rows += 1
    return rows
