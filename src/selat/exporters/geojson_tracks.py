"""GeoJSON (RFC 7946) of tracks: a line for each ship.

Rows must come ship by ship in order of time. A line is cut where nothing was heard for six hours, and at the
antimeridian (RFC 7946 section 3.1.9), where a vertex is put on both sides. ``coordTimes`` gives the time of each vertex.
A place heard once is a line of two equal positions, which is the shortest that the standard knows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, BinaryIO

from selat.exporters._cells import PLACES, positions
from selat.exporters._stream import begin, of_ships, stretches, times_of
from selat.exporters.geojson import CLOSING, opening
from selat.model.clock import format_time
from selat.model.ports import Exporter
from selat.model.schema import NO_TIME

Vertex = tuple[float, float, int]  #: longitude, latitude in degrees, time in ns


def write(batches: Iterable[Any], out: BinaryIO) -> int:
    """A line a ship; how many rows had a position and so are part of a line."""
    schema, batches = begin(batches)
    out.write(opening(schema, {}))
    rows = ships = 0
    for mmsi, table in of_ships(batches):
        lon, lat, placed = positions(table)
        x, y, t = lon[placed].tolist(), lat[placed].tolist(), times_of(table)[placed]
        if x:
            whole = list(zip(x, y, t.tolist(), strict=True))
            lines = [line for a, b in stretches(t) for line in cut_at_antimeridian(whole[a:b])]
            out.write((",\n" if ships else "").encode() + feature(mmsi, len(x), lines).encode())
            rows, ships = rows + len(x), ships + 1
    out.write(CLOSING)
    return rows


def cut_at_antimeridian(line: list[Vertex]) -> list[list[Vertex]]:
    """The parts of a line on either side of 180 degrees; each has two vertices or more."""
    parts = [[line[0]]]
    for (x0, y0, t0), (x1, y1, t1) in pairwise(line):
        if abs(x1 - x0) > 180.0:
            edge = 180.0 if x0 > 0 else -180.0
            width = 360.0 - abs(x1 - x0)
            share = (180.0 - abs(x0)) / width if width > 0 else 0.0
            y = round(y0 + share * (y1 - y0), PLACES)
            t = t0 if NO_TIME in (t0, t1) else t0 + round(share * (t1 - t0))
            parts[-1].append((edge, y, t))
            parts.append([(-edge, y, t)])
        parts[-1].append((x1, y1, t1))
    return [part if len(part) > 1 else part * 2 for part in parts]


def feature(mmsi: int, reports: int, lines: list[list[Vertex]]) -> str:
    """JSON of one ship's track."""
    places: Any = [[[x, y] for x, y, _ in line] for line in lines]
    times: Any = [[_iso(t) for _, _, t in line] for line in lines]
    known = [t for line in lines for _, _, t in line if t != NO_TIME]
    single = len(lines) == 1
    shape = {"type": "LineString" if single else "MultiLineString", "coordinates": places[0] if single else places}
    properties = {
        "mmsi": mmsi,
        "reports": reports,
        "begin": _iso(min(known, default=NO_TIME)),
        "end": _iso(max(known, default=NO_TIME)),
        "coordTimes": times[0] if single else times,
    }
    whole = {"type": "Feature", "id": mmsi, "geometry": shape, "properties": properties}
    return json.dumps(whole, separators=(",", ":"), allow_nan=False)


def _iso(time: int) -> str | None:
    return None if time == NO_TIME else format_time(time, 9)


EXPORTER = Exporter(
    name="geojson-tracks",
    suffixes=(),
    media_type="application/geo+json",
    write=write,
    text="GeoJSON lines, one a ship (RFC 7946)",
    tables=("reports",),
    by_ship=True,
)
