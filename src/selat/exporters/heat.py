"""A map of traffic as CSV, GeoJSON, GeoParquet or a picture (PNG); passages of gates as a table.

Cells in which nobody was are left out (PNG: transparent). Columns: see :data:`COLUMNS`. GeoJSON: RFC 7946 polygons;
GeoParquet 1.1.0 with WKB polygons; PNG: ISO/IEC 15948, one pixel a cell in an equirectangular grid, north up.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from selat.exporters import csv, geoparquet
from selat.model.columns import Array
from selat.model.errors import ConfigError
from selat.tracks.gates import Passages
from selat.tracks.heat import Heat

COLUMNS = {
    "lat": ("deg", "Latitude of the middle of the cell"),
    "lon": ("deg", "Longitude of the middle of the cell"),
    "hours": ("h", "Time that ships spent in the cell"),
    "hours_per_km2": ("h/km2", "The same by the area of the cell"),
    "ships": ("1", "Ships that differ"),
    "speed": ("m/s", "Mean speed, weighted by time"),
    "percentile": ("m/s", "Speed below which the asked share of the time falls"),
}
MEASURES = ("hours", "hours_per_km2", "ships", "speed", "percentile")
#: colours from little to much, dark to light, also for who sees no red or green
RAMP = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))


def measure(heat: Heat, name: str) -> Array:
    """Values of a cell (rows, columns) as they are given out; NaN where nobody was. Raises :class:`ConfigError`."""
    there = heat.ships > 0
    if name == "percentile" and heat.percentile is None:
        raise ConfigError("no percentile was asked for", hint="--percentile 95, or percentile=95")
    if name not in MEASURES:
        raise ConfigError(f"{name!r} is no measure of a map", hint=f"one of {', '.join(MEASURES)}")
    hours = heat.seconds / 3600.0
    if name == "hours":
        values = hours
    elif name == "hours_per_km2":
        values = hours / (heat.grid.areas()[:, None] * 1e-6)
    elif name == "ships":
        values = heat.ships.astype(np.float64)
    else:
        values = heat.speed if name == "speed" or heat.percentile is None else heat.percentile
    return np.where(there, values, np.nan)


def table(heat: Heat) -> pa.Table:
    """Cells in which somebody was, from south-west on: columns :data:`COLUMNS`, without a percentile that was not asked."""
    there = heat.ships > 0
    row, column = np.nonzero(there)
    names = [n for n in COLUMNS if n != "percentile" or heat.percentile is not None]
    west, south, wide, high = _steps(heat)
    places = {"lat": south + (row + 0.5) * high, "lon": _lon(west + (column + 0.5) * wide)}
    arrays, fields = [], []
    for name in names:
        values = places[name] if name in places else measure(heat, name)[there]
        if name == "ships":
            arrays.append(pa.array(values.astype(np.int64)))
        else:
            arrays.append(pa.array(values if name in places else np.round(values, 6), from_pandas=True))
        unit, text = COLUMNS[name]
        fields.append(pa.field(name, arrays[-1].type, metadata={"unit": unit, "text": text}))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _steps(heat: Heat) -> tuple[float, float, float, float]:
    grid = heat.grid
    return grid.west, grid.south, grid.wide / grid.columns, (grid.north - grid.south) / grid.rows


def _lon(degrees: Array) -> Array:
    return (degrees + 180.0) % 360.0 - 180.0


def corners(heat: Heat) -> Array:
    """Rings of the cells in which somebody was, (n, 5, 2) degrees, counter-clockwise."""
    row, column = np.nonzero(heat.ships > 0)
    west, south, wide, high = _steps(heat)
    x, y = np.array([0, 1, 1, 0, 0]), np.array([0, 0, 1, 1, 0])
    lon = west + (column[:, None] + x) * wide
    lon -= np.where(lon.min(axis=1, keepdims=True) >= 180.0, 360.0, 0.0)
    return np.round(np.stack([lon, south + (row[:, None] + y) * high], axis=2), 7)


def write_csv(heat: Heat, out: BinaryIO, name: str) -> int:
    """Cells as CSV; how many."""
    return csv.write([table(heat)], out)


def write_geojson(heat: Heat, out: BinaryIO, name: str) -> int:
    """Cells as polygons; how many. Units of the properties are in the member ``units``."""
    cells = table(heat)
    names = [n for n in cells.column_names if n not in ("lat", "lon")]
    units = {n: COLUMNS[n][0] for n in names}
    head = {"type": "FeatureCollection", "units": units, "percentile": heat.share}
    out.write(json.dumps(head)[:-1].encode() + b', "features": [')
    columns = {n: cells[n].to_pylist() for n in names}
    for k, ring in enumerate(corners(heat).tolist()):
        feature = {
            "type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {n: columns[n][k] for n in names},
        }  # fmt: skip
        out.write((b",\n" if k else b"\n") + json.dumps(feature, separators=(",", ":")).encode())
    out.write(b"\n]}\n")
    return int(cells.num_rows)


def write_geoparquet(heat: Heat, out: BinaryIO, name: str) -> int:
    """Cells as polygons; how many."""
    cells, rings = table(heat), corners(heat)
    wkb = np.zeros(
        len(rings), np.dtype([("order", "u1"), ("type", "<u4"), ("rings", "<u4"), ("n", "<u4"), ("xy", "<f8", (5, 2))])
    )
    wkb["order"], wkb["type"], wkb["rings"], wkb["n"], wkb["xy"] = 1, 3, 1, 5, rings
    shapes = pa.array([w.tobytes() for w in wkb], pa.binary())
    box = np.array([*rings.min(axis=(0, 1)), *rings.max(axis=(0, 1))]) if len(rings) else np.full(4, np.inf)
    said = geoparquet.metadata(box)
    said["columns"]["geometry"]["geometry_types"] = ["Polygon"]
    whole = cells.append_column(pa.field("geometry", pa.binary()), shapes)
    pq.write_table(whole.replace_schema_metadata({"geo": json.dumps(said, sort_keys=True)}), out, compression="zstd")
    return int(cells.num_rows)


def write_png(heat: Heat, out: BinaryIO, name: str) -> int:
    """The measure ``name`` as a picture with a transparent ground; how many cells have a colour.

    Speeds are coloured evenly, all else by its logarithm: traffic differs by orders of magnitude.
    """
    values = measure(heat, name)
    pixels = coloured(values, not name.startswith(("speed", "percentile")))
    rows, columns = values.shape
    raw = np.zeros((rows, 1 + columns * 4), np.uint8)
    raw[:, 1:] = pixels[::-1].reshape(rows, -1)
    head = struct.pack(">IIBBBBB", columns, rows, 8, 6, 0, 0, 0)
    out.write(b"\x89PNG\r\n\x1a\n")
    for kind, data in ((b"IHDR", head), (b"IDAT", zlib.compress(raw.tobytes(), 9)), (b"IEND", b"")):
        out.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))
    return int((pixels[..., 3] > 0).sum())


def coloured(values: Array, by_logarithm: bool) -> Array:
    """RGBA (rows, columns, 4) of values along :data:`RAMP`, from the lowest to the 99.5th percentile."""
    known = np.isfinite(values) & ((values > 0) | (not by_logarithm))
    out = np.zeros((*values.shape, 4), np.uint8)
    if not known.any():
        return out
    v = np.log(values[known]) if by_logarithm else values[known]
    low, high = float(v.min()), float(np.percentile(v, 99.5))
    at = np.clip((v - low) / max(high - low, 1e-12), 0, 1) * (len(RAMP) - 1)
    ramp = np.array(RAMP, float)
    for c in range(3):
        out[known, c] = np.rint(np.interp(at, np.arange(len(RAMP)), ramp[:, c]))
    out[known, 3] = 255
    return out


Writer = Callable[[Heat, BinaryIO, str], int]
#: name -> (suffixes, media type, writer)
FORMATS: dict[str, tuple[tuple[str, ...], str, Writer]] = {
    "csv": ((".csv",), "text/csv; charset=utf-8; header=present", write_csv),
    "geojson": ((".geojson", ".json"), "application/geo+json", write_geojson),
    "geoparquet": ((".geoparquet", ".geo.parquet", ".parquet"), "application/vnd.apache.parquet", write_geoparquet),
    "png": ((".png",), "image/png", write_png),
}


def format_of(path: str, name: str = "") -> str:
    """The format by its name, or else by the end of a path. Raises :class:`ConfigError`."""
    found = name or next((f for f, (ends, _, _) in FORMATS.items() if path.lower().endswith(ends)), "")
    if found not in FORMATS:
        raise ConfigError(f"which format is {name or path!r}?", hint=f"formats: {', '.join(FORMATS)}")
    return found


def whole(heat: Heat, form: str, name: str = "hours") -> bytes:
    """The map as the bytes of a file."""
    out = BytesIO()
    FORMATS[form][2](heat, out, name)
    return out.getvalue()


def passages_table(found: Passages) -> pa.Table:
    """Passages in order of time, SI units; ``toward``: where the ship went, ``crossings``: of the line in one run."""
    arrays: dict[str, Any] = {
        "time": pa.array(found.time).cast(pa.timestamp("ns", "UTC")),
        "gate": pa.array([found.names[g] for g in found.gate.tolist()], pa.string()),
        "toward": pa.array(found.heading(), pa.string()),
        "mmsi": pa.array(found.mmsi),
        "lat": pa.array(np.round(found.lat, 6)),
        "lon": pa.array(np.round(found.lon, 6)),
        "sog": pa.array(np.round(found.speed, 3), from_pandas=True),
        "crossings": pa.array(found.crossings),
    }
    units = {"time": "ns UTC", "lat": "deg", "lon": "deg", "sog": "m/s"}
    fields = [pa.field(n, a.type, metadata={"unit": units.get(n, "1")}) for n, a in arrays.items()]
    return pa.Table.from_arrays(list(arrays.values()), schema=pa.schema(fields))
