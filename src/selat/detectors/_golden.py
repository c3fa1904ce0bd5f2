"""Small seas for golden examples: ships on straight courses, as the rows that a reader would make of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from selat.kernels import geodesy
from selat.model.clock import SECOND
from selat.model.columns import Columns, concat
from selat.model.schema import TimeQuality
from selat.model.units import KNOT

START = 1_800_000_000 * SECOND  #: 2027-01-15T08:00:00Z


def sail(
    mmsi: int,
    lat: float,
    lon: float,
    knots: float,
    course: float,
    seconds: Sequence[float],
    status: int = 0,
    msg_type: int = 1,
) -> Columns:
    """Reports of a ship that is at (lat, lon) at second 0 and keeps its course; ``seconds`` after :data:`START`."""
    s = np.asarray(seconds, dtype="f8")
    away = np.abs(s) * knots * KNOT
    heading = np.where(s < 0, (course + 180.0) % 360.0, course)
    lats, lons = geodesy.destination(lat, lon, heading, away)
    n = s.size
    time = START + np.round(s * 1e9).astype("i8")
    full = {
        "time": time, "received": time + SECOND // 2, "mmsi": np.full(n, mmsi), "msg_type": np.full(n, msg_type),
        "lat": np.round(lats * 1e7).astype("i4"), "lon": np.round(lons * 1e7).astype("i4"),
        "sog": np.full(n, round(knots * 10)), "cog": np.full(n, round(course * 10)),
        "heading": np.full(n, round(course)),
        "nav_status": np.full(n, status), "time_quality": np.full(n, TimeQuality.TAG_S),
    }  # fmt: skip
    return Columns("reports", full)


def numbered(*parts: Columns) -> Columns:
    """All rows in order of time, numbered as they would have arrived."""
    rows = concat(parts, parts[0].table)
    rows = rows.take(np.lexsort((rows["mmsi"], rows["time"])))
    return rows.replace(seq=np.arange(rows.rows))


def ship(mmsi: int, name: str, length: int = 0, beam: int = 0, ship_type: int = 0, second: float = 0.0) -> Columns:
    """Static data of a ship; its antenna stands in the middle."""
    time = np.array([START + round(second * 1e9)])
    data: dict[str, Any] = {
        "time": time, "received": time, "mmsi": np.array([mmsi]), "msg_type": np.array([5]),
        "name": np.array([name.encode()]), "ship_type": np.array([ship_type]),
    }  # fmt: skip
    if length:
        data |= {"to_bow": np.array([length - length // 2]), "to_stern": np.array([length // 2])}
        data |= {"to_port": np.array([beam - beam // 2]), "to_starboard": np.array([beam // 2])}
    return Columns("statics", data)


def text(mmsi: int, words: str, second: float, msg_type: int = 14) -> Columns:
    """A safety related text."""
    time = np.array([START + round(second * 1e9)])
    data = {
        "time": time, "received": time, "mmsi": np.array([mmsi]), "msg_type": np.array([msg_type]),
        "text": np.array([words], dtype=object), "nbits": np.array([40 + 6 * len(words)]),
        "payload": np.array([b""], dtype=object), "time_quality": np.array([TimeQuality.TAG_S]),
    }  # fmt: skip
    return Columns("messages", data)
