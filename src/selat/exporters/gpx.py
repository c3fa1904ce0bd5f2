"""GPX 1.1: a track for each ship of a table of reports; waypoints for ships and alerts.

Elements come in the order of the schema (topografix.com/GPX/1/1). GPX 1.1 has no speed and course of its own: they
stand in Garmin's TrackPointExtension v2, in m/s and degrees, which most plotters read. Rows of reports must come ship by
ship in order of time; a segment ends where nothing was heard for six hours. GPX cannot hold a row without a position:
such rows are left out, and not counted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import pyarrow as pa

from selat.exporters._cells import gpx_place, positions, xml_text
from selat.exporters._stream import PIECE, begin, of_ships, pieces, stretches, times_of
from selat.model.clock import format_time
from selat.model.columns import Array
from selat.model.ports import Exporter
from selat.model.schema import NO_TIME

GPX = "http://www.topografix.com/GPX/1/1"
POINT = "http://www.garmin.com/xmlschemas/TrackPointExtension/v2"
_HEAD = f'<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="selat" xmlns="{GPX}" xmlns:p="{POINT}">\n'


def write(batches: Iterable[Any], out: BinaryIO) -> int:
    """Tracks or waypoints; how many rows had a position and so were written."""
    schema, batches = begin(batches)
    out.write(_HEAD.encode())
    rows = 0
    if "sog" in schema.names and "declared" not in schema.names:
        for mmsi, table in of_ships(batches):
            for n, text in _track(mmsi, table):
                out.write(text.encode())
                rows += n
    else:
        for batch in pieces(batches):
            texts = list(_waypoints(pa.Table.from_batches([batch])))
            out.write("".join(texts).encode())
            rows += len(texts)
    out.write(b"</gpx>\n")
    return rows


def _track(mmsi: int, table: pa.Table) -> Iterator[tuple[int, str]]:
    """(points in it, text) of the parts of one ship's track."""
    lon, lat, placed = positions(table)
    time = times_of(table)[placed]
    if not len(time):
        return
    x, y = lon[placed], lat[placed]
    speed, course = (_numbers(table, name, placed) for name in ("sog", "cog"))
    yield 0, f"<trk><name>{mmsi:09d}</name>\n"
    for a, b in stretches(time):
        yield 0, "<trkseg>\n"
        for at in range(a, b, PIECE):
            part = slice(at, min(at + PIECE, b))
            rows = zip(y[part].tolist(), x[part].tolist(), time[part].tolist(), speed[part], course[part], strict=True)
            lines = [f"<trkpt {gpx_place(*r[:2])}>{_time(r[2])}{_motion(*r[3:])}</trkpt>\n" for r in rows]
            yield len(lines), "".join(lines)
        yield 0, "</trkseg>\n"
    yield 0, "</trk>\n"


def _numbers(table: pa.Table, name: str, placed: Array) -> list[str | None]:
    """A column of float32 as the shortest texts that come back."""
    texts = table.column(name).combine_chunks().filter(pa.array(placed)).cast(pa.string())
    out: list[str | None] = texts.to_pylist()
    return out


def _time(time: int) -> str:
    if time == NO_TIME:
        return ""
    return f"<time>{format_time(time, 9 if time % 1_000_000_000 else 0)}</time>"


def _motion(speed: str | None, course: str | None) -> str:
    parts = f"<p:speed>{speed}</p:speed>" if speed is not None else ""
    if course is not None and 0.0 <= float(course) < 360.0:
        parts += f"<p:course>{course}</p:course>"
    if not parts:
        return ""
    return f"<extensions><p:TrackPointExtension>{parts}</p:TrackPointExtension></extensions>"


def _waypoints(table: pa.Table) -> Iterator[str]:
    lon, lat, placed = positions(table)
    times = times_of(table)
    names = [
        n
        for n in ("id", "rule", "priority", "sentence", "subjects", "mmsi", "name", "callsign")
        if n in table.column_names
    ]
    for i, row in enumerate(table.select(names).to_pylist()):
        if placed[i]:
            title, text, kind = _words(row)
            yield (
                f"<wpt {gpx_place(float(lat[i]), float(lon[i]))}>{_time(int(times[i]))}<name>{xml_text(title)}</name>"
                f"<desc>{xml_text(text)}</desc><type>{xml_text(kind)}</type></wpt>\n"
            )


def _words(row: dict[str, Any]) -> tuple[str, str, str]:
    """(name, description, type) of a waypoint."""
    if "sentence" in row:
        ships = ", ".join(f"{int(m):09d}" for m in json.loads(row["subjects"] or "[]"))
        return f"{row['rule']} {row['id']}", f"{row['sentence']} ({ships})", str(row["priority"])
    mmsi = f"{row['mmsi']:09d}"
    words = [mmsi, *(w for w in (row.get("callsign"),) if w)]
    return row.get("name") or mmsi, " ".join(words), "ship"


EXPORTER = Exporter(
    name="gpx",
    suffixes=(".gpx",),
    media_type="application/gpx+xml",
    write=write,
    text="GPX 1.1 tracks of ships, waypoints of alerts",
    tables=("reports", "ships", "alerts"),
    by_ship=True,
)
