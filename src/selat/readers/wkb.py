"""Well-known binary (OGC 06-103r4, clause 8) to geometry as GeoJSON has it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any


def from_wkb(data: bytes) -> dict[str, Any]:
    """Geometry as in GeoJSON of well-known binary (OGC 06-103r4, 8; Z and M are left out)."""
    geometry, end = _wkb(data, 0)
    if end != len(data):
        raise ValueError("well-known binary with a rest")
    return geometry


def _wkb(data: bytes, at: int) -> tuple[dict[str, Any], int]:
    order = "<" if data[at] else ">"
    (code,) = struct.unpack_from(f"{order}I", data, at + 1)
    at += 5
    flags, code = code >> 29, code & 0x1FFFFFFF
    extra = int(bool(flags & 4)) + int(bool(flags & 2)) + (0, 1, 1, 2)[code // 1000 % 4]
    code %= 1000

    def count() -> int:
        nonlocal at
        (n,) = struct.unpack_from(f"{order}I", data, at)
        at += 4
        return int(n)

    def points(n: int) -> list[list[float]]:
        nonlocal at
        size = 2 + extra
        flat = struct.unpack_from(f"{order}{n * size}d", data, at)
        at += 8 * n * size
        return [[flat[k * size], flat[k * size + 1]] for k in range(n)]

    def parts() -> Iterator[dict[str, Any]]:
        nonlocal at
        for _ in range(count()):
            part, at = _wkb(data, at)
            yield part

    if code == 1:
        return {"type": "Point", "coordinates": points(1)[0]}, at
    if code == 2:
        return {"type": "LineString", "coordinates": points(count())}, at
    if code == 3:
        return {"type": "Polygon", "coordinates": [points(count()) for _ in range(count())]}, at
    names = {4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon"}
    if code in names:
        return {"type": names[code], "coordinates": [p["coordinates"] for p in parts()]}, at
    if code == 7:
        return {"type": "GeometryCollection", "geometries": list(parts())}, at
    raise ValueError(f"geometry of type {code}")
