"""GeoParquet 1.1.0: the columns of the table and a column ``geometry`` of WKB points, null where no position is known.

Coordinates are longitude, latitude on WGS 84 (OGC:CRS84). The bounding box is plain west to east, also for rows on both
sides of the antimeridian: points do not cross it. Reference: geoparquet.org/releases/v1.1.0; OGC 06-103r4 (WKB).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa

from selat.exporters._cells import positions
from selat.exporters._stream import begin, regroup
from selat.exporters.parquet import ROW_GROUP, parquet_writer
from selat.model.columns import Array
from selat.model.ports import Exporter

#: a point in well-known binary, little-endian: 21 bytes
_POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])
#: PROJJSON of OGC:CRS84, as the specification gives it
CRS84: dict[str, Any] = {
    "$schema": "https://proj.org/schemas/v0.5/projjson.schema.json",
    "type": "GeographicCRS",
    "name": "WGS 84 longitude-latitude",
    "datum": {
        "type": "GeodeticReferenceFrame",
        "name": "World Geodetic System 1984",
        "ellipsoid": {"name": "WGS 84", "semi_major_axis": 6378137, "inverse_flattening": 298.257223563},
    },
    "coordinate_system": {
        "subtype": "ellipsoidal",
        "axis": [
            {"name": "Geodetic longitude", "abbreviation": "Lon", "direction": "east", "unit": "degree"},
            {"name": "Geodetic latitude", "abbreviation": "Lat", "direction": "north", "unit": "degree"},
        ],
    },
    "id": {"authority": "OGC", "code": "CRS84"},
}
_GEOMETRY = pa.field("geometry", pa.binary(), metadata={"unit": "WKB", "text": "Position as a point"})


def write(batches: Iterable[Any], out: BinaryIO) -> int:
    """Rows as GeoParquet; how many."""
    schema, batches = begin(batches)
    box = np.array([np.inf, np.inf, -np.inf, -np.inf])
    rows = 0
    schema = schema.append(_GEOMETRY)
    with parquet_writer(out, schema.remove_metadata(), store_schema=False) as writer:
        for table in regroup(batches, ROW_GROUP):
            lon, lat, placed = positions(table)
            writer.write_table(
                table.replace_schema_metadata().append_column(_GEOMETRY, points(lon, lat, placed)),
                row_group_size=ROW_GROUP,
            )
            rows += table.num_rows
            if placed.any():
                x, y = lon[placed], lat[placed]
                box[:2] = np.minimum(box[:2], [x.min(), y.min()])
                box[2:] = np.maximum(box[2:], [x.max(), y.max()])
        writer.add_key_value_metadata(_file_metadata(schema, box))
    return rows


def _file_metadata(schema: pa.Schema, box: Array) -> dict[str, str]:
    """Written last, when the box is known. Readers on Arrow look only into the schema of their own, so it is there too."""
    pairs = {k.decode(): v.decode() for k, v in (schema.metadata or {}).items()}
    pairs["geo"] = json.dumps(metadata(box), sort_keys=True)
    whole = schema.with_metadata(pairs).serialize().to_pybytes()
    return {**pairs, "ARROW:schema": base64.b64encode(whole).decode()}


def points(lon: Array, lat: Array, placed: Array) -> pa.Array:
    """WKB points (n) of degrees, null where not ``placed``."""
    wkb = np.empty(len(lon), dtype=_POINT)
    wkb["order"], wkb["type"], wkb["x"], wkb["y"] = 1, 1, lon, lat
    kept = wkb[placed]
    offsets = np.zeros(len(lon) + 1, dtype=np.int32)
    np.cumsum(np.where(placed, _POINT.itemsize, 0), out=offsets[1:])
    valid = np.packbits(placed, bitorder="little")
    buffers = [pa.py_buffer(valid.tobytes()), pa.py_buffer(offsets.tobytes()), pa.py_buffer(kept.tobytes())]
    return pa.Array.from_buffers(pa.binary(), len(lon), buffers)


def metadata(box: Array) -> dict[str, Any]:
    """The file metadata ``geo``; ``box`` (4) is west, south, east, north, infinite where there is no position."""
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": ["Point"], "crs": CRS84}
    if np.isfinite(box).all():
        column["bbox"] = box.tolist()
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}


EXPORTER = Exporter(
    name="geoparquet",
    suffixes=(".geoparquet", ".geo.parquet"),
    media_type="application/vnd.apache.parquet",
    write=write,
    text="GeoParquet 1.1 with WKB points on WGS 84",
    tables=("reports", "ships", "alerts"),
)
