"""Land as vector tiles: sound, in step with the land they were cut from, and land where land is. Read by a twin."""

from __future__ import annotations

import gzip
import importlib.util
import json
import math
import struct
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from selat.web.server import BASEMAP

ZOOMS = range(2, 12)
ROOT = Path(__file__).resolve().parents[1]


def extent(zoom: int) -> int:
    return 8192 if zoom == ZOOMS[-1] else 4096


@lru_cache
def level(zoom: int) -> tuple[int, dict[tuple[int, int], bytes]]:
    """(CRC-32 of the land, tiles) of a file."""
    data = gzip.decompress((BASEMAP / "land" / f"{zoom}.tiles.gz").read_bytes())
    magic, told, count, crc = struct.unpack_from("<4I", data)
    assert magic == int.from_bytes(b"SLT1", "little") and told == zoom
    places = [struct.unpack_from("<4I", data, 16 + 16 * k) for k in range(count)]
    assert [p[:2] for p in places] == sorted({p[:2] for p in places}), "sorted, none twice"
    assert all(at >= 16 + 16 * count and at + size <= len(data) and size for _, _, at, size in places)
    return crc, {(x, y): data[at : at + size] for x, y, at, size in places}


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Numbers and values of a protocol buffer that has only whole numbers and bytes."""
    at = 0

    def whole() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    while at < len(data):
        key = whole()
        if key & 7 == 0:
            yield key >> 3, whole()
        else:
            assert key & 7 == 2
            size = whole()
            yield key >> 3, data[at : at + size]
            at += size


def numbers(data: bytes) -> list[int]:
    out, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            out.append(value)
            value = shift = 0
    return out


def shapes(tile: bytes, side: int = 4096) -> dict[str, list[np.ndarray]]:
    """Parts (n, 2) of each layer, in steps; what the specification asks for holds (Mapbox Vector Tile 2.1)."""
    out = {}
    for number, body in fields(tile):
        assert number == 3 and isinstance(body, bytes)
        told = list(fields(body))
        layer = dict(told)
        assert layer[15] == 2 and layer[5] == side and sum(n == 2 for n, _ in told) == 1
        feature = dict(fields(layer[2]))
        closed = feature[3] == 3
        parts, words, at, x, y = [], numbers(feature[4]), 0, 0, 0
        while at < len(words):
            command, count = words[at] & 7, words[at] >> 3
            at += 1
            if command == 7:
                assert closed and count == 1
                continue
            assert command in (1, 2) and (command == 2 or count == 1)
            points = [] if command == 1 else parts[-1]
            for _ in range(count):
                x += words[at] >> 1 ^ -(words[at] & 1)
                y += words[at + 1] >> 1 ^ -(words[at + 1] & 1)
                at += 2
                points.append((x, y))
            if command == 1:
                parts.append(points)
        assert all(len(p) >= (3 if closed else 2) for p in parts)
        out[layer[1].decode()] = [np.array(p, np.int64) for p in parts]
    return out


def twice(ring: np.ndarray) -> int:
    x, y = ring[:, 0], ring[:, 1]
    return int((x * np.roll(y, -1) - np.roll(x, -1) * y).sum())


@pytest.mark.parametrize("zoom", ZOOMS)
def test_a_level_is_sound(zoom: int) -> None:
    crc, tiles = level(zoom)
    assert crc == zlib.crc32((BASEMAP / "land.json").read_bytes()), "run scripts/make_tiles.py"
    kinds = set()
    for (x, y), data in tiles.items():
        assert 0 <= x < 1 << zoom and 0 <= y < 1 << zoom
        found = shapes(data, extent(zoom))
        kinds |= found.keys()
        for part in (p for parts in found.values() for p in parts):
            assert part.min() >= -extent(zoom) // 60 and part.max() <= extent(zoom) * 61 // 60, "a little over the edge"
        if "land" in found:
            assert twice(found["land"][0]) > 0, "the first ring is an outer one"
            assert all(twice(ring) for ring in found["land"])
    assert kinds == {"land", "coast"}


def dry(zoom: int, lon: float, lat: float) -> bool:
    steps = extent(zoom)
    side = steps << zoom
    x = (lon / 360 + 0.5) * side
    y = (0.5 - math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / (2 * math.pi)) * side
    tile = level(zoom)[1].get((int(x // steps), int(y // steps)), b"")
    px, py = x % steps, y % steps
    winding = 0
    for ring in shapes(tile, steps).get("land", []):
        a, b = ring, np.roll(ring, -1, axis=0)
        up, down = (a[:, 1] <= py) & (b[:, 1] > py), (a[:, 1] > py) & (b[:, 1] <= py)
        left = (b[:, 0] - a[:, 0]) * (py - a[:, 1]) - (px - a[:, 0]) * (b[:, 1] - a[:, 1])
        winding += int((up & (left > 0)).sum()) - int((down & (left < 0)).sum())
    return winding != 0


@pytest.mark.parametrize(
    ("name", "lon", "lat", "land", "least"),
    [
        ("Pedra Branca", 104.4058, 1.3303, True, 11),
        ("Raffles lighthouse", 103.7408, 1.1602, True, 11),
        ("Singapore", 103.82, 1.36, True, 7),
        ("Kuala Lumpur", 101.69, 3.14, True, 3),
        ("Borneo, coarse part", 114.0, 1.0, True, 3),
        ("Singapore Strait", 103.95, 1.22, False, 8),
        ("Strait of Malacca", 100.0, 3.9, False, 3),
        ("South China Sea", 110.0, 8.0, False, 3),
    ],
)
def test_known_places_are_land_or_sea_at_every_level(name: str, lon: float, lat: float, land: bool, least: int) -> None:
    for zoom in (z for z in ZOOMS if z >= least):
        assert dry(zoom, lon, lat) is land, (name, zoom)


def test_a_cut_through_land_is_no_coast() -> None:
    """No coast runs along the edges of the fine part: there land meets land."""
    edges = json.loads((BASEMAP / "land.json").read_bytes())["strait"]
    zoom, side = 8, 4096 << 8
    west, east = ((lon / 360 + 0.5) * side for lon in (edges[0], edges[2]))
    along = 0
    for (x, _), data in level(zoom)[1].items():
        for part in shapes(data).get("coast", []):
            for edge in (west, east):
                near = np.abs(part[:, 0] + x * 4096 - edge) < 2
                steps = np.abs(np.diff(part[:, 1]))[near[1:] & near[:-1]]
                along += int((steps > 100).sum())
    assert along == 0


def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_tiles", ROOT / "scripts" / "make_tiles.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_square_with_a_hole_is_cut_into_tiles_of_the_same_area() -> None:
    make = maker()
    outer = [
        (5_000.0, 5_000.0),
        (15_000.0, 5_000.0),
        (15_000.0, 15_000.0),
        (5_000.0, 15_000.0),
    ]  # of four tiles of 4,096 a side
    hole = [(7_500.0, 7_500.0), (7_500.0, 10_000.0), (10_000.0, 10_000.0), (10_000.0, 7_500.0)]
    found = {(x, y): (r, li) for x, y, r, li in make.tiles_of([(outer, True), (hole, False)], [], 0, 0, 4)}
    area = 0.0
    for (x, y), (rings, lines) in found.items():
        assert not lines
        faces = shapes(make.tile(rings, lines, x, y))["land"]
        for ring in faces:  # without what reaches over the edges, area adds up
            inside = np.clip(ring, 0, 4096)
            area += twice(inside) / 2
    assert area == 10_000**2 - 2_500**2


def test_simplifying_keeps_within_half_a_pixel_and_never_moves_the_ends_of_a_coast() -> None:
    make = maker()
    dice = np.random.default_rng(3)
    angle = np.sort(dice.uniform(0, 2 * math.pi, 400))
    far = 1000 + dice.normal(0, 3, 400)
    ring = list(zip((far * np.cos(angle)).tolist(), (far * np.sin(angle)).tolist(), strict=True))
    coast = [True] * 400
    coast[100] = coast[101] = False
    less, shore = make.simplified(ring, coast, 4.0)
    assert 20 < len(less) < 300 and len(less) == len(shore) and shore.count(False) == 2
    assert {ring[99], ring[100], ring[101]} <= set(less)
    kept = np.array(less)
    for point in ring:
        a, b = kept, np.roll(kept, -1, axis=0)
        t = np.clip(((point - a) * (b - a)).sum(axis=1) / ((b - a) ** 2).sum(axis=1), 0, 1)
        assert np.hypot(*(a + t[:, None] * (b - a) - point).T).min() <= 4.0 + 1e-9
    lines = list(make.lines_of(less, shore))
    assert len(lines) <= 2 and sum(len(line) - 1 for line in lines) == len(less) - 2
