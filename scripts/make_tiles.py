"""Cut the land of the base map into vector tiles, which a page draws without reading all of it.

    python3 scripts/make_tiles.py

Reads `src/selat/web/basemap/land.json`, writes `src/selat/web/basemap/land/ZOOM.tiles.gz`, one file a zoom level; the
page asks for the level that it shows. Needs no package, and a minute. Run it after `make_basemap.py`; a test holds the
tiles to the land they were cut from.

A file is the word `SLT1`, zoom, number of tiles and CRC-32 of `land.json`, then x, y, offset and length of each tile
(all u4, little-endian; offsets from the begin of the file), then the tiles: layers `land` (polygons) and `coast`
(lines) as Mapbox Vector Tile 2.1. What is not listed is sea.
"""

from __future__ import annotations

import gzip
import json
import math
import struct
import zlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

BASEMAP = Path(__file__).resolve().parent.parent / "src" / "selat" / "web" / "basemap"
ZOOMS = range(2, 12)  #: beyond the last one its tiles are drawn larger
COARSE, FINE = 4096, 8192  #: steps along the side of a tile; those of the last zoom are 2.4 m
OVER = 64  #: a tile reaches over its edges by this part of its side, so that a line on the edge is whole
TOLERANCE = 3.0  #: steps: three quarters of a pixel of a tile drawn at its largest; the last zoom keeps every point
LEAST = 1.0  #: steps: a ring smaller than this both ways is not seen
CUT = 0.008  #: degrees: a step that lies so near an edge of the boxes is a cut through land, and no coast
MAGIC = 0x31544C53

Point = tuple[float, float]
Ring = list[Point]
Box = tuple[float, float, float, float]


def rings_of(land: dict) -> Iterator[tuple[Ring, list[bool], bool]]:
    """(points in units of the world's side, whether the step to each from the one before is a coast, outer) of each ring."""
    scale, boxes = land["scale"], [land["strait"], land["region"]]
    for polygon in land["polygons"]:
        for k, flat in enumerate(polygon):
            x = y = 0
            degrees = []
            for dx, dy in zip(flat[::2], flat[1::2], strict=True):
                x, y = x + dx, y + dy
                degrees.append((x / scale, y / scale))
            coast = [not is_cut(degrees[i - 1], degrees[i], boxes) for i in range(len(degrees))]
            yield [(lon / 360 + 0.5, mercator(lat)) for lon, lat in degrees], coast, k == 0


def mercator(lat: float) -> float:
    """Share of the world's side, from the north."""
    return 0.5 - math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / (2 * math.pi)


def is_cut(a: Point, b: Point, boxes: list[list[float]]) -> bool:
    """Whether a step lies along an edge of a clipping box."""
    return any(
        abs(a[i] - edge) < CUT and abs(b[i] - edge) < CUT
        for box in boxes
        for i, edge in zip((0, 1, 0, 1), box, strict=True)
    )


def kept(points: Ring, first: int, last: int, tolerance: float, keep: list[bool]) -> None:
    """Mark the points between two that a line keeps (Douglas and Peucker 1973)."""
    todo = [(first, last)]
    while todo:
        a, b = todo.pop()
        (ax, ay), (bx, by) = points[a], points[b]
        dx, dy = bx - ax, by - ay
        long = dx * dx + dy * dy
        far, at = tolerance * tolerance, -1
        for k in range(a + 1, b):
            px, py = points[k][0] - ax, points[k][1] - ay
            t = min(max((px * dx + py * dy) / long, 0.0), 1.0) if long else 0.0
            away = (px - t * dx) ** 2 + (py - t * dy) ** 2
            if away > far:
                far, at = away, k
        if at >= 0:
            keep[at] = True
            todo += [(a, at), (at, b)]


def simplified(ring: Ring, coast: list[bool], tolerance: float) -> tuple[Ring, list[bool]]:
    """A ring with fewer points; ends of its coasts stay, so that a cut stays a cut."""
    n = len(ring)
    keep = [not coast[i] or not coast[(i + 1) % n] for i in range(n)]
    if not any(keep):  # an island: its first point and the one farthest from it
        x, y = ring[0]
        keep[0] = keep[max(range(n), key=lambda k: (ring[k][0] - x) ** 2 + (ring[k][1] - y) ** 2)] = True
    first = keep.index(True)
    points = ring[first:] + ring[: first + 1]
    marks = [*keep[first:], *keep[:first], True]
    stops = [k for k, mark in enumerate(marks) if mark]
    for a, b in pairwise(stops):
        kept(points, a, b, tolerance, marks)
    coasts = coast[first:] + coast[: first + 1]
    at = [k for k in range(n) if marks[k]]
    return [points[k] for k in at], [coasts[k] for k in at]


def lines_of(ring: Ring, coast: list[bool]) -> Iterator[Ring]:
    """The coasts of a ring as lines."""
    line: Ring = []
    for k in range(len(ring) + 1):
        i = k % len(ring)
        if k and not coast[i]:
            if len(line) > 1:
                yield line
            line = []
        line.append(ring[i])
    if len(line) > 1:
        yield line


def half_ring(ring: Ring, axis: int, edge: float, sign: int) -> Ring:
    """What of a ring is on one side of an edge (Sutherland and Hodgman 1974)."""
    out: Ring = []
    for a, b in zip([ring[-1], *ring], ring, strict=False):
        inside, was = (b[axis] - edge) * sign >= 0, (a[axis] - edge) * sign >= 0
        if inside != was:
            out.append(crossing(a, b, axis, edge))
        if inside:
            out.append(b)
    return out if len(out) > 2 else []


def half_line(line: Ring, axis: int, edge: float, sign: int) -> list[Ring]:
    """What of a line is on one side of an edge."""
    out: list[Ring] = []
    now: Ring = []
    for k, b in enumerate(line):
        inside = (b[axis] - edge) * sign >= 0
        if k and inside != ((line[k - 1][axis] - edge) * sign >= 0):
            now.append(crossing(line[k - 1], b, axis, edge))
            if not inside:
                out.append(now)
                now = []
        if inside:
            now.append(b)
    if now:
        out.append(now)
    return [part for part in out if len(part) > 1]


def crossing(a: Point, b: Point, axis: int, edge: float) -> Point:
    """Where a step meets an edge."""
    t = (edge - a[axis]) / (b[axis] - a[axis])
    other = a[1 - axis] + t * (b[1 - axis] - a[1 - axis])
    return (edge, other) if axis == 0 else (other, edge)


def tiles_of(
    rings: list[tuple[Ring, bool]], lines: list[Ring], x: int, y: int, size: int, extent: int = COARSE
) -> Iterator[tuple[int, int, list[tuple[Ring, bool]], list[Ring]]]:
    """(x, y, rings, lines) of each tile of a square of tiles that has land, cut in halves again and again."""
    if not rings and not lines:
        return
    if size == 1:
        yield x, y, rings, lines
        return
    half, over = size // 2, extent // OVER
    for k in (0, 1):
        west, east = (x + half) * extent - over, (x + half) * extent + over
        here = halved(rings, lines, 0, west, 1) if k else halved(rings, lines, 0, east, -1)
        for m in (0, 1):
            north, south = (y + half) * extent - over, (y + half) * extent + over
            part = halved(*here, 1, north, 1) if m else halved(*here, 1, south, -1)
            yield from tiles_of(*part, x + k * half, y + m * half, half, extent)


def halved(
    rings: list[tuple[Ring, bool]], lines: list[Ring], axis: int, edge: float, sign: int
) -> tuple[list[tuple[Ring, bool]], list[Ring]]:
    """Rings and lines on one side of an edge."""
    cut = [(half_ring(ring, axis, edge, sign), outer) for ring, outer in rings]
    return [r for r in cut if r[0]], [part for line in lines for part in half_line(line, axis, edge, sign)]


def varint(n: int) -> bytes:
    """As protocol buffers write a whole number."""
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def field(number: int, data: bytes) -> bytes:
    """A field of bytes."""
    return varint(number << 3 | 2) + varint(len(data)) + data


def stepped(points: Ring, x: int, y: int, extent: int) -> list[tuple[int, int]]:
    """Whole steps inside a tile; a point that falls on the one before is left out."""
    out: list[tuple[int, int]] = []
    for px, py in points:
        p = (round(px) - x * extent, round(py) - y * extent)
        if not out or p != out[-1]:
            out.append(p)
    return out


def geometry(parts: list[list[tuple[int, int]]], closed: bool) -> bytes:
    """Commands of a feature (Mapbox Vector Tile 2.1, 4.3)."""
    out = bytearray()
    x = y = 0
    for part in parts:
        for k, (px, py) in enumerate(part):
            if k == 0:
                out += varint(1 << 3 | 1)
            elif k == 1:
                out += varint(len(part) - 1 << 3 | 2)
            for d in (px - x, py - y):
                out += varint(d << 1 if d >= 0 else (-d << 1) - 1)
            x, y = px, py
        if closed:
            out += varint(1 << 3 | 7)
    return bytes(out)


def layer(name: str, kind: int, parts: list[list[tuple[int, int]]], extent: int) -> bytes:
    """A layer of one feature."""
    feature = varint(3 << 3) + varint(kind) + field(4, geometry(parts, kind == 3))
    body = varint(15 << 3) + varint(2) + field(1, name.encode()) + field(2, feature) + varint(5 << 3) + varint(extent)
    return field(3, body)


def area(ring: list[tuple[int, int]]) -> int:
    """Twice the area of a ring, above 0 where it goes round with the clock (y downward)."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))


def tile(rings: list[tuple[Ring, bool]], lines: list[Ring], x: int, y: int, extent: int = COARSE) -> bytes:
    """One tile, nothing where all of it is too small to be seen."""
    faces = []
    for ring, outer in rings:
        steps = stepped(ring, x, y, extent)
        if len(steps) > 1 and steps[0] == steps[-1]:
            steps.pop()
        twice = area(steps) if len(steps) > 2 else 0
        if twice:
            faces.append(steps if (twice > 0) == outer else steps[::-1])
    coasts = [steps for line in lines if len(steps := stepped(line, x, y, extent)) > 1]
    found = [("land", 3, faces), ("coast", 2, coasts)]
    return b"".join(layer(name, kind, parts, extent) for name, kind, parts in found if parts)


def level(world: list[tuple[Ring, list[bool], bool]], zoom: int, last: bool, crc: int) -> bytes:
    """The file of one zoom level."""
    extent = FINE if last else COARSE
    side = extent << zoom
    rings: list[tuple[Ring, bool]] = []
    lines: list[Ring] = []
    for points, coast, outer in world:
        ring = [(x * side, y * side) for x, y in points]
        xs, ys = [p[0] for p in ring], [p[1] for p in ring]
        if max(xs) - min(xs) < LEAST and max(ys) - min(ys) < LEAST:
            continue
        ring, shore = simplified(ring, coast, 0.0 if last else TOLERANCE)
        if len(ring) > 2:
            rings.append((ring, outer))
        lines += lines_of(ring, shore)
    cut = tiles_of(rings, lines, 0, 0, 1 << zoom, extent)
    packed = [(x, y, data) for x, y, r, li in cut if (data := tile(r, li, x, y, extent))]
    places: dict[bytes, int] = {}
    at, index, body = 16 + 16 * len(packed), bytearray(), bytearray()
    for x, y, data in sorted(packed):
        if data not in places:  # tiles that are land all over are alike
            places[data] = at + len(body)
            body += data
        index += struct.pack("<4I", x, y, places[data], len(data))
    return struct.pack("<4I", MAGIC, zoom, len(packed), crc) + bytes(index) + bytes(body)


def main() -> None:
    """Write all levels."""
    raw = (BASEMAP / "land.json").read_bytes()
    world = list(rings_of(json.loads(raw)))
    (BASEMAP / "land").mkdir(exist_ok=True)
    for zoom in ZOOMS:
        data = level(world, zoom, zoom == ZOOMS[-1], zlib.crc32(raw))
        packed = gzip.compress(data, 9, mtime=0)
        (BASEMAP / "land" / f"{zoom}.tiles.gz").write_bytes(packed)
        count = struct.unpack_from("<4I", data)[2]
        print(f"zoom {zoom}: {count:,} tiles, {len(data):,} bytes, {len(packed):,} packed")


if __name__ == "__main__":
    main()
