"""Make the grid of distances to the shore: land from OpenStreetMap (by way of `roaring-landmask`).

Run in a throw-away environment; of these only numpy, numba and zstandard are dependencies of selat:

    python3 -m venv /tmp/coast && /tmp/coast/bin/pip install roaring-landmask shapely numpy numba zstandard
    /tmp/coast/bin/python scripts/make_coast.py

Writes `src/selat/tracks/data/coast.zst` and says how far it is off at random places. Needs about 3 GB of memory and two
minutes. Distances are those to the exact polygons at each node of the grid, in metres on WGS 84; between nodes
`selat.tracks.coast` interpolates.

The file is zstd of one line of JSON (what it is, and the layout) and whole numbers of 16 bits: a coarse grid from the
south-west, row after row, then the finer nodes of those of its cells that are near the shore; each as its difference to
west + south - south-west.

Land is ODbL data, (c) OpenStreetMap contributors (see NOTICE).
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

import numba
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from make_basemap import STRAIT, clip, polygons, world_land

from selat.kernels.zones import away_from
from selat.tracks.coast import Coast, packed

MARGIN = 4.0  # degrees of land round the grid that count too
PER_DEGREE = 400  # nodes a degree: 278 m
TIMES = 4  # beyond NEAR the nodes lie so many times farther apart
NEAR = 2500.0  # metres to the shore
STEP = 10.0  # metres in a unit of the file
OUT = Path(__file__).resolve().parent.parent / "src" / "selat" / "tracks" / "data" / "coast.zst"


def shore(window: tuple[float, float, float, float]) -> list[np.ndarray]:
    """Rings of the land in a window, joined, so that edges between neighbouring polygons are no shore."""
    import shapely

    land = shapely.union_all(clip(list(polygons(world_land())), shapely.box(*window), 0.0))
    rings = []
    for polygon in polygons(land):
        rings += [np.asarray(r.coords)[:, :2] for r in (polygon.exterior, *polygon.interiors)]
    return rings


def edges_of(rings: list[np.ndarray], window: tuple[float, float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    """(all edges, True for those that are shore and not the cut of the window)."""
    edges = np.concatenate([np.hstack([r[:-1], r[1:]]) for r in rings])
    west, south, east, north = window
    cut = np.zeros(len(edges), bool)
    for column, value in ((0, west), (0, east), (1, south), (1, north)):
        cut |= (edges[:, column] == value) & (edges[:, column + 2] == value)
    return edges, ~cut


@numba.njit
def inland(edges, west, south, per, nx, ny):
    """Parity of the edges west of each node: True on land."""
    out = np.zeros((ny, nx), np.uint8)
    for e in range(len(edges)):
        ax, ay, bx, by = edges[e]
        lo, hi = min(ay, by), max(ay, by)
        for r in range(max(math.ceil((lo - south) * per), 0), min(math.floor((hi - south) * per), ny - 1) + 1):
            y = south + r / per
            if (ay > y) == (by > y):
                continue
            x = ax + (y - ay) / (by - ay) * (bx - ax)
            c = max(math.floor((x - west) * per) + 1, 0)
            if c < nx:
                out[r, c] ^= 1
    for r in range(ny):
        for c in range(1, nx):
            out[r, c] ^= out[r, c - 1]
    return out


@numba.njit
def nearest(edges, west, south, per, nx, ny):
    """Metres to the nearest edge: edges are noted at the nodes round them, then handed on from node to node."""
    best = np.full((ny, nx), np.inf)
    whose = np.full((ny, nx), -1, np.int32)
    for e in range(len(edges)):
        ax, ay, bx, by = edges[e]
        steps = int(max(abs(bx - ax), abs(by - ay)) * per * 2) + 1
        for k in range(steps + 1):
            x, y = ax + (bx - ax) * k / steps, ay + (by - ay) * k / steps
            c0, r0 = math.floor((x - west) * per), math.floor((y - south) * per)
            for r in range(max(r0 - 1, 0), min(r0 + 3, ny)):
                for c in range(max(c0 - 1, 0), min(c0 + 3, nx)):
                    d = away_from(west + c / per, south + r / per, edges, e, e + 1)
                    if d < best[r, c]:
                        best[r, c], whose[r, c] = d, e
    for sweep in range(8):
        rows = np.arange(ny) if sweep % 2 == 0 else np.arange(ny)[::-1]
        columns = np.arange(nx) if sweep % 4 < 2 else np.arange(nx)[::-1]
        for r in rows:
            for c in columns:
                for dr in range(-1, 2):
                    for dc in range(-1, 2):
                        rr, cc = r + dr, c + dc
                        if rr < 0 or cc < 0 or rr >= ny or cc >= nx:
                            continue
                        e = whose[rr, cc]
                        if e < 0 or e == whose[r, c]:
                            continue
                        d = away_from(west + c / per, south + r / per, edges, e, e + 1)
                        if d < best[r, c]:
                            best[r, c], whose[r, c] = d, e
    return best


def grid_of(edges: np.ndarray, is_shore: np.ndarray, box: tuple[float, float, float, float], per: int) -> np.ndarray:
    """Signed metres at the nodes of a grid, land negative, from all the land of the margin."""
    west, south, east, north = box
    wide = math.floor(MARGIN)
    nx, ny = round((east - west + 2 * wide) * per) + 1, round((north - south + 2 * wide) * per) + 1
    away = nearest(edges[is_shore], west - wide, south - wide, per, nx, ny)
    away = away[wide * per : ny - wide * per, wide * per : nx - wide * per]
    land = inland(edges, west, south, per, away.shape[1], away.shape[0])
    return np.where(land == 1, -away, away)


def report(path: Path, edges: np.ndarray, box: tuple[float, float, float, float]) -> None:
    """How far the grid is off at random places near the shore, against the exact edges."""
    import shapely

    from selat.kernels.geodesy import plane

    rng = np.random.default_rng(7)
    places = edges[rng.integers(0, len(edges), 40_000)][:, :2] + rng.normal(0, 0.02, (40_000, 2))
    places = places[(places > np.array(box[:2])).all(1) & (places < np.array(box[2:])).all(1)]
    lon, lat = places.T
    tree = shapely.STRtree(shapely.linestrings(edges.reshape(-1, 2, 2)))
    points = shapely.points(places)
    lines = tree.geometries[tree.query_nearest(points, all_matches=False)[1]]
    foot = shapely.get_coordinates(shapely.line_interpolate_point(lines, shapely.line_locate_point(lines, points)))
    away = np.hypot(*plane(lat, lon, foot[:, 1], foot[:, 0]))
    off = np.abs(np.abs(Coast(path).distance(lat, lon)) - away)
    for name, some in (("up to 1.5 km", away < 1500), ("beyond", away >= 1500)):
        parts = ", ".join(f"{q:.0%} {np.quantile(off[some], q):.0f} m" for q in (0.5, 0.9, 0.99))
        print(f"{some.sum():,} places {name} from the shore: off by {parts}, most {off[some].max():.0f} m")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    window = (STRAIT[0] - MARGIN, STRAIT[1] - MARGIN, STRAIT[2] + MARGIN, STRAIT[3] + MARGIN)
    rings = shore(window)
    edges, is_shore = edges_of(rings, window)
    print(f"{len(rings):,} rings, {len(edges):,} edges")
    grid = grid_of(edges, is_shore, STRAIT, PER_DEGREE)
    head = {
        "source": "OpenStreetMap land polygons by way of roaring-landmask", "licence": "ODbL 1.0",
        "attribution": "© OpenStreetMap contributors", "west": STRAIT[0], "south": STRAIT[1], "per_degree": PER_DEGREE,
        "step": STEP, "times": TIMES, "near": round(NEAR / STEP),
    }  # fmt: skip
    data = packed(grid, head)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_bytes(data)
    print(f"{args.out.name}: {grid.shape[0]} x {grid.shape[1]} nodes, {len(data):,} bytes")
    report(args.out, edges[is_shore], STRAIT)


if __name__ == "__main__":
    main()
