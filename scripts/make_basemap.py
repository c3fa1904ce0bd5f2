"""Make the offline base map: land from OpenStreetMap (by way of `roaring-landmask`) and port names.

Run in a throw-away environment; neither package is a dependency of selat:

    python3 -m venv /tmp/basemap && /tmp/basemap/bin/pip install roaring-landmask shapely
    /tmp/basemap/bin/python scripts/make_basemap.py --ports world_port_index.csv

Writes `src/selat/web/basemap/land.json` and `ports.json`. Needs about 1 GB of memory and a minute.

Two levels of detail share one file and do not overlap: the strait at full detail, the seas round it coarser.
Polygons are lists of rings, a ring is a flat list of integers `x0, y0, dx, dy ...` in
1/100,000 degree.

Land is ODbL data, (c) OpenStreetMap contributors (see NOTICE).
The World Port Index is public domain (NGA Pub 150).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shapely.geometry.base import BaseGeometry

SCALE = 100_000  # five decimals: 1.1 m
STRAIT = (97.0, -2.0, 106.0, 8.0)
REGION = (88.0, -12.0, 126.0, 24.0)
# Half a pixel at zoom 13 (9.5 m a pixel), and a pixel at zoom 8 (306 m a pixel).
STRAIT_TOLERANCE = 0.00005
REGION_TOLERANCE = 0.0025
OVERLAP = 0.005  # the coarse part reaches under the fine one, so that simplifying leaves no gap between them
REGION_MIN_AREA = 1e-5  # square degrees, about 0.12 km2: islets smaller than a pixel at zoom 8
OUT = Path(__file__).resolve().parent.parent / "src" / "selat" / "web" / "basemap"


def world_land() -> BaseGeometry:
    """Every land polygon of the world, as roaring-landmask ships it (154 MB of WKB)."""
    import shapely
    from roaring_landmask import LandmaskProvider, Shapes

    return shapely.from_wkb(bytes(Shapes.wkb(LandmaskProvider.Osm)))


def polygons(shape: BaseGeometry) -> Iterator[BaseGeometry]:
    """The polygons in a geometry of any kind; lines and points left by clipping are dropped."""
    if shape.geom_type == "Polygon":
        if not shape.is_empty:
            yield shape
    elif hasattr(shape, "geoms"):
        for part in shape.geoms:
            yield from polygons(part)


def clip(parts: list[BaseGeometry], window: BaseGeometry, tolerance: float) -> list[BaseGeometry]:
    """Cut to the window, then simplify; the cut edges stay straight, so neighbours still meet."""
    import shapely

    tree = shapely.STRtree(parts)
    out: list[BaseGeometry] = []
    for index in sorted(tree.query(window)):
        cut = shapely.make_valid(parts[index]).intersection(window)
        for polygon in polygons(cut):
            out.extend(polygons(polygon.simplify(tolerance, preserve_topology=True)))
    return out


def ring_deltas(coordinates: Iterable[tuple[float, float]]) -> list[int]:
    """One ring as a first point and steps; points that fall on their neighbour after rounding are dropped."""
    points: list[tuple[int, int]] = []
    for lon, lat in coordinates:
        point = (round(lon * SCALE), round(lat * SCALE))
        if not points or point != points[-1]:
            points.append(point)
    if len(points) > 1 and points[0] == points[-1]:
        points.pop()  # the reader closes the ring
    if len(points) < 3:
        return []
    flat = list(points[0])
    for (x0, y0), (x1, y1) in pairwise(points):
        flat += (x1 - x0, y1 - y0)
    return flat


def pack(parts: list[BaseGeometry]) -> list[list[list[int]]]:
    """Polygons as integer rings, in a fixed order so that two runs give the same bytes."""
    packed = []
    for polygon in parts:
        outer = ring_deltas(polygon.exterior.coords)
        if outer:
            holes = [ring_deltas(hole.coords) for hole in polygon.interiors]
            packed.append([outer, *[hole for hole in holes if hole]])
    return sorted(packed)


def make_land() -> dict[str, object]:
    """The land file: strait in full, region round it coarser and without its smallest islets."""
    import shapely

    parts = list(polygons(world_land()))
    strait = shapely.box(*STRAIT)
    around = shapely.box(*REGION).difference(strait.buffer(-OVERLAP, join_style="mitre"))
    fine = clip(parts, strait, STRAIT_TOLERANCE)
    coarse = [p for p in clip(parts, around, REGION_TOLERANCE) if p.area >= REGION_MIN_AREA]
    return {
        "attribution": "© OpenStreetMap contributors, ODbL 1.0",
        "scale": SCALE,
        "strait": list(STRAIT),
        "region": list(REGION),
        "polygons": pack(fine) + pack(coarse),
    }


def make_ports(source: Path) -> dict[str, object]:
    """Port names in the region out of the World Port Index, as GeoJSON points with size L, M, S or V."""
    west, south, east, north = REGION
    features = []
    with source.open(newline="", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            lon, lat = float(row["port_longitude"]), float(row["port_latitude"])
            if not (west <= lon <= east and south <= lat <= north):
                continue
            features.append(
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": [round(lon, 4), round(lat, 4)]},
                    "properties": {"name": row["port_name"].title(), "size": row["harbor_size"] or "V"},
                }
            )
    features.sort(key=lambda f: (f["properties"]["name"], f["geometry"]["coordinates"]))
    return {"type": "FeatureCollection", "source": "NGA World Port Index (Pub 150)", "features": features}


def write(path: Path, content: dict[str, object]) -> None:
    """Compact JSON, one line; says how large it is raw and gzipped."""
    raw = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw + b"\n")
    print(f"{path.name}: {len(raw):,} bytes, {len(gzip.compress(raw, 9, mtime=0)):,} gzipped")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ports", type=Path, help="CSV of the World Port Index; without it ports stay as they are")
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    if args.ports:
        write(args.out / "ports.json", make_ports(args.ports))
    write(args.out / "land.json", make_land())


if __name__ == "__main__":
    main()
