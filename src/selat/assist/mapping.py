"""The register on the map, by tier: bases and what boats reach from them; for a donor hours by cell; for the public nothing."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from selat.assist.book import Book
from selat.assist.response import FINE, LAUNCH, Waters
from selat.assist.tiers import WHOLE
from selat.kernels import contour, geodesy
from selat.model.errors import ConfigError
from selat.model.units import KNOT, NAUTICAL_MILE

Array = NDArray[Any]
HOURS = (1.0, 2.0, 3.0)  #: of the isochrones, from the call
READY = frozenset({"in_service"})
_CELLS = 160  #: nodes of the grid along its longer side, at the least step of 0.01 degrees
_EMPTY: dict[str, Any] = {"type": "FeatureCollection", "features": []}


def bases(book: Book, now: int, programmes: set[str] | None = None) -> list[dict[str, Any]]:
    """Places where items are kept, with their units, items, and craft: (class, speed m/s) of those in service."""
    out: dict[tuple[float, float], dict[str, Any]] = {}
    for item in book.ids("item"):
        keeper = book.keeper(item, now)
        if keeper is None or not keeper[4] or (programmes and book.value("item", item, "programme") not in programmes):
            continue
        lat, lon = keeper[4]
        base = out.setdefault(
            (lat, lon), {"lat": lat, "lon": lon, "units": set(), "items": [], "ready": 0, "craft": set()}
        )
        base["units"].add(keeper[1])
        base["items"].append(item)
        model = book.value("item", item, "model") or ""
        kind, knots = book.value("model", model, "class"), book.value("model", model, "speed_kn")
        if book.state(item, now) in READY:
            base["ready"] += 1
            if knots and kind in ("boat", "vessel", "uav"):
                base["craft"].add((kind, knots * KNOT))
    return [out[place] for place in sorted(out)]


def layers(book: Book, tier: str, now: int, programmes: set[str] | None = None) -> dict[str, Any]:
    """GeoJSON of what a tier sees: ``layer`` of each feature is base, reach (``hours``), area or cell (``hours``)."""
    if tier == "public":
        return _EMPTY
    features = _areas(book, programmes)
    if tier in WHOLE:
        found = bases(book, now, programmes)
        features += reach(found)
        features += [_base(b) for b in found]
    else:
        features += _cells(book, programmes)
    return {"type": "FeatureCollection", "features": features}


def _feature(geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _base(b: dict[str, Any]) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [b["lon"], b["lat"]]}
    return _feature(
        point, layer="base", units=", ".join(sorted(b["units"])), items=len(b["items"]), ready=b["ready"],
        fastest_kn=round(max((s for _, s in b["craft"]), default=0.0) / KNOT, 1),
    )  # fmt: skip


def _areas(book: Book, programmes: set[str] | None) -> list[dict[str, Any]]:
    out = []
    for p in book.ids("programme"):
        ring = book.value("programme", p, "area")
        if ring and (not programmes or p in programmes):
            closed = ring if ring[0] == ring[-1] else [*ring, ring[0]]
            out.append(_feature({"type": "Polygon", "coordinates": [closed]}, layer="area", programme=p))
    return out


def _cells(book: Book, programmes: set[str] | None) -> list[dict[str, Any]]:
    hours: dict[str, float] = {}
    for item, told in book.data["items"].items():
        if not programmes or book.value("item", item, "programme") in programmes:
            for month in told.get("cells", {}).values():
                for cell, spent in month.items():
                    hours[cell] = hours.get(cell, 0.0) + spent
    out = []
    for cell, spent in sorted(hours.items()):
        lat, lon = (int(part) for part in cell.split(","))
        ring = [[lon, lat], [lon + 1, lat], [lon + 1, lat + 1], [lon, lat + 1], [lon, lat]]
        out.append(_feature({"type": "Polygon", "coordinates": [ring]}, layer="cell", hours=round(spent, 1)))
    return out


@lru_cache(maxsize=4)
def _waters(west: float, south: float, east: float, north: float) -> Waters:
    """Bases and boats seldom change: the sea around them is kept."""
    return Waters.of_coast((west, south, east, north), 2 * FINE)


class _Grid(NamedTuple):
    """Latitudes and longitudes of the nodes of a map, evenly spaced."""

    lat: Array
    lon: Array


def reach(
    found: list[dict[str, Any]], hours: tuple[float, ...] = HOURS, launch: float = LAUNCH
) -> list[dict[str, Any]]:
    """What the soonest craft reaches within some hours of the call, ready at its base: boats over water, aircraft straight.

    ``craft`` of a feature is boat or uav: what flies hides nothing of what floats.
    """
    out = []
    for kinds in (("boat", "vessel"), ("uav",)):
        out += _reach(found, kinds, hours, launch)
    return out


def _reach(
    found: list[dict[str, Any]], kinds: tuple[str, ...], hours: tuple[float, ...], launch: float
) -> list[dict[str, Any]]:
    craft = [(b["lat"], b["lon"], kind, speed) for b in found for kind, speed in sorted(b["craft"]) if kind in kinds]
    if not craft:
        return []
    far = max(s for *_, s in craft) * max(0.0, max(hours) * 3600 - launch) / (60 * NAUTICAL_MILE)
    lats, lons = [c[0] for c in craft], [c[1] for c in craft]
    box = (
        min(lons) - far - 0.1,
        max(min(lats) - far - 0.1, -85.0),
        max(lons) + far + 0.1,
        min(max(lats) + far + 0.1, 85.0),
    )
    step = max(0.01, max(box[2] - box[0], box[3] - box[1]) / _CELLS)
    grid = _Grid(np.arange(box[1], box[3] + step / 2, step), np.arange(box[0], box[2] + step / 2, step))
    waters = None if kinds == ("uav",) else _waters(*box)
    soonest = np.full((len(grid.lat), len(grid.lon)), np.inf)
    for lat, lon, _, speed in craft:
        most = speed * max(0.0, max(hours) * 3600 - launch)
        soonest = np.minimum(soonest, launch + _away(waters, grid, lat, lon, 1.1 * most) / speed)
    out = []
    for h in sorted(hours, reverse=True):
        late = np.minimum(
            soonest, 2.0 * h * 3600 - launch
        )  # the shore lies about half way from a node at sea to one on land
        polygons = _polygons(contour.rings(-late, -h * 3600.0), grid)
        if polygons:
            out.append(
                _feature({"type": "MultiPolygon", "coordinates": polygons}, layer="reach", hours=h, craft=kinds[0])
            )
    return out


def _away(waters: Waters | None, grid: _Grid, lat: float, lon: float, most: float) -> Array:
    """Metres from a base to every node, over water or, without waters, straight; infinite far beyond ``most``."""
    if waters is None:
        y, x = np.repeat(grid.lat, len(grid.lon)), np.tile(grid.lon, len(grid.lat))
        metres = geodesy.distance(np.full(y.shape, lat), np.full(y.shape, lon), y, x)
        return np.asarray(metres).reshape(len(grid.lat), len(grid.lon))
    try:
        return waters.away((lat, lon), grid.lat, grid.lon, most)
    except ConfigError:
        return np.full((len(grid.lat), len(grid.lon)), np.inf)  # a base that lies inland: no boat leaves it


def _polygons(rings: list[Array], grid: _Grid) -> list[list[list[list[float]]]]:
    """Rings of (column, row) as GeoJSON polygons with their holes; rings against the clock are outer ones."""
    outer: list[tuple[Array, list[list[list[float]]]]] = []
    holes: list[tuple[Array, list[list[list[float]]]]] = []
    for ring in rings:
        if len(ring) < 4:
            continue
        (outer if _area(ring) > 0 else holes).append((ring, []))
    for ring, coordinates in outer:
        coordinates.append(_closed(ring, grid))
    for ring, _ in holes:
        around = [o for o in outer if _inside(ring[0], o[0])]
        if around:
            min(around, key=lambda o: _area(o[0]))[1].append(_closed(ring, grid))
    left = [[c[0], *(r for r in c[1:] if _area(np.array(r[:-1])) < 0)] for _, c in outer]
    return [
        c for c in left if _area(np.array(c[0][:-1])) > 0
    ]  # nothing may be left of a ring once its corners are rounded


def _area(ring: Array) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) / 2)


def _inside(point: Array, ring: Array) -> bool:
    x, y = ring[:, 0], ring[:, 1]
    nx, ny = np.roll(x, -1), np.roll(y, -1)
    over = (y > point[1]) != (ny > point[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        left = point[0] < (nx - x) * (point[1] - y) / (ny - y) + x
    return bool(np.count_nonzero(over & left) % 2)


def _closed(ring: Array, grid: _Grid) -> list[list[float]]:
    step = float(grid.lat[1] - grid.lat[0])
    points = [
        [round(float(grid.lon[0]) + c * step, 4), round(float(grid.lat[0]) + r * step, 4)] for c, r in ring.tolist()
    ]
    return [*points, points[0]]
