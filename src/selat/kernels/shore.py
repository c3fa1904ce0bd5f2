"""Running ashore: where the way of a particle first meets the land of a grid of distances to the shore.

The grid's distances change by no more than the way made, so a particle that far from the shore need not look: steps of
70 % of the distance (the rest is for interpolation), of at least 10 m; the place of the shore itself by halving,
to 0.1 m. No islet that the grid knows is jumped over, and no particle comes to lie on land.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from selat.kernels._jit import bare, fused, jit

Array = NDArray[Any]
TRUST = 0.7  #: share of the distance to the shore that is surely free of land
LEAST = 10.0  #: metres of a step along the way near the shore
FAR = 1e9  #: distance where nothing is known


def _depth(grid: Array, west: float, south: float, per: float, unit: float, lat: float, lon: float) -> float:
    """Metres to the shore, negative on land; :data:`FAR` outside the grid."""
    x, y = (lon - west) * per, (lat - south) * per
    if not (x >= 0.0 and y >= 0.0 and x <= grid.shape[1] - 1 and y <= grid.shape[0] - 1):
        return FAR
    c, r = min(int(x), grid.shape[1] - 2), min(int(y), grid.shape[0] - 2)
    u, v = x - c, y - r
    low = grid[r, c] * (1.0 - u) + grid[r, c + 1] * u
    return unit * (low * (1.0 - v) + (grid[r + 1, c] * (1.0 - u) + grid[r + 1, c + 1] * u) * v)


depth = fused(_depth)


def _meet(
    grid: Array,
    west: float,
    south: float,
    per: float,
    unit: float,
    lat: float,
    lon: float,
    dlat: float,
    dlon: float,
    way: float,
) -> tuple[float, float]:
    """(share of the way that is at sea, metres surely free beyond its end); the share is below 1 where land is met."""
    s, last = 0.0, 0.0
    while True:
        d = depth(grid, west, south, per, unit, lat + s * dlat, lon + s * dlon)
        if d <= 0.0:
            break
        if s >= 1.0:
            return 1.0, TRUST * d
        last = s
        s = min(1.0, s + max(TRUST * d, LEAST) / way) if way > 0.0 else 1.0
    while (s - last) * way > 0.1:
        middle = 0.5 * (s + last)
        if depth(grid, west, south, per, unit, lat + middle * dlat, lon + middle * dlon) > 0.0:
            last = middle
        else:
            s = middle
    return last, 0.0


meet = bare(_meet)


def _meet_all(
    grid: Array,
    west: float,
    south: float,
    per: float,
    unit: float,
    lat: Array,
    lon: Array,
    dlat: Array,
    dlon: Array,
    way: Array,
    out: Array,
) -> None:
    for i in range(lat.size):
        out[i] = meet(grid, west, south, per, unit, lat[i], lon[i], dlat[i], dlon[i], way[i])[0]


meet_all = jit(_meet_all)  #: ``out`` (n,): share of each way that is at sea
