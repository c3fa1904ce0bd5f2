"""The land of the base map, for maps on paper."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files

import numpy as np

from selat.exporters.paper.ground import Land
from selat.model.errors import FormatError


@lru_cache(maxsize=1)
def land() -> Land:
    """Rings of land round the strait (fine) and the seas beyond (coarse); raises :class:`FormatError` where it cannot be read."""
    try:
        told = json.loads(files("selat").joinpath("web/basemap/land.json").read_text(encoding="utf-8"))
        rings = [
            np.cumsum(np.array(flat, np.int64).reshape(-1, 2), axis=0) / told["scale"]
            for polygon in told["polygons"]
            for flat in polygon[:1]
        ]
        boxes = tuple((w, s, e, n) for w, s, e, n in (told["strait"], told["region"]))
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise FormatError(f"the base map cannot be read ({e})", hint="install selat again") from None
    return Land(tuple(rings), boxes)
