"""GeoJSON (RFC 7946): a feature for each row, a point or, where no position is known, no geometry.

Properties are the other columns in the given layout; their units stand once in the member ``units``. One feature a
line, so that a large file can be read line by line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, BinaryIO

import pyarrow as pa

from selat.exporters._cells import json_cells, positions, unit_of
from selat.exporters._stream import begin, pieces
from selat.model.ports import Exporter

_PLACE = ("lon", "lat")


def write(batches: Iterable[Any], out: BinaryIO) -> int:
    """Rows as a FeatureCollection; how many."""
    schema, batches = begin(batches)
    plain = [f for f in schema if f.name not in _PLACE and not pa.types.is_timestamp(f.type)]
    out.write(opening(schema, {f.name: unit_of(f) for f in plain if unit_of(f)}))
    rows = 0
    for batch in pieces(batches):
        lines = features(batch)
        text = ("" if rows == 0 else ",\n") + ",\n".join(lines)
        out.write(text.encode())
        rows += len(lines)
    out.write(CLOSING)
    return rows


CLOSING = b"\n]}\n"


def opening(schema: pa.Schema, units: dict[str, str]) -> bytes:
    """The collection up to its first feature."""
    name = (schema.metadata or {}).get(b"table", b"").decode()
    head = {"type": "FeatureCollection", **({"table": name} if name else {}), "units": units}
    return (json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [\n').encode()


def features(batch: pa.RecordBatch) -> list[str]:
    """JSON of each row."""
    names = batch.schema.names
    texts = {n: json_cells(batch.column(i), batch.schema.field(i)) for i, n in enumerate(names) if n not in _PLACE}
    key = next((k for k in ("id", "mmsi" if "declared" in names else "seq") if k in texts), None)
    ids = texts[key] if key else ["null"] * batch.num_rows
    heads = [json.dumps(n, ensure_ascii=False) + ":" for n in texts]
    lon, lat, placed = positions(batch)
    out = []
    values = zip(*texts.values(), strict=True) if texts else iter([()] * batch.num_rows)
    for name, x, y, known, row in zip(ids, lon.tolist(), lat.tolist(), placed.tolist(), values, strict=True):
        geometry = f'{{"type":"Point","coordinates":[{x!r},{y!r}]}}' if known else "null"
        properties = ",".join(h + v for h, v in zip(heads, row, strict=True))
        label = "" if name == "null" else f'"id":{name},'
        out.append(f'{{"type":"Feature",{label}"geometry":{geometry},"properties":{{{properties}}}}}')
    return out


EXPORTER = Exporter(
    name="geojson",
    suffixes=(".geojson", ".json"),
    media_type="application/geo+json",
    write=write,
    text="GeoJSON points (RFC 7946)",
    tables=("reports", "ships", "alerts"),
)
