"""What the rules about cables and pipelines share: who is over one, and the sea for their examples."""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.detectors import _golden as made
from selat.detectors import _places as near
from selat.detectors._ships import Array
from selat.model.nouns import Zone
from selat.model.units import KNOT

KINDS = ("cable", "pipeline")
ALLOWED = ("anchorage", "port", "licensed")  #: where ships lie by right, whatever runs below
FALSE = ("the cable lies elsewhere than it is drawn", "the traffic service has told her to wait here")


def over_cables(at: near.Places, use: Array) -> tuple[Array, Array]:
    """Rows and zones of ships over cables or pipelines, each ship once; ``use``: rows to look at."""
    row, zone = at.inside(*KINDS)
    keep = use[row] & ~at.within(*ALLOWED)[row]
    row, zone = row[keep], zone[keep]
    first = np.unique(row, return_index=True)[1]
    return row[first], zone[first]


def cable() -> Zone:
    """A cable for examples that runs north at 104.1 east, with a buffer of 500 m to either side."""
    return Zone("golden cable", ((104.1, 1.10), (104.1, 1.40)), "made up", kind="cable", line=True, width=500.0)


def cast(first: int, *names: str) -> Any:
    """Static data of cargo ships of an example."""
    return made.numbered(*[made.ship(first + n, name, 150, 24, 70) for n, name in enumerate(names)])


def knots(speed: float) -> str:
    """A slow speed, with a tenth."""
    return f"{speed / KNOT:.1f} kn"
