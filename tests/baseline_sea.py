"""Small seas for the rules of others: ships by metres from 5 N 105 E."""

from __future__ import annotations

import numpy as np

from selat.exercise.baselines import Positions
from selat.kernels import geodesy
from selat.model.clock import HOUR, SECOND

T0 = 1_800_000_000 * SECOND // HOUR * HOUR
NAN = float("nan")


def ship(mmsi, seconds, east=0.0, north=0.0, **more):
    """Positions ``east``, ``north`` m (numbers or one for each moment) from 5 N 105 E at so many seconds."""
    seconds = np.asarray(seconds, float)
    lat, lon = geodesy.moved(5.0, 105.0, np.broadcast_to(east, seconds.shape), np.broadcast_to(north, seconds.shape))
    columns = {"sog": 0.0, "cog": NAN, "heading": NAN, "status": 0, "type": 70, "length": 100.0, "beam": 16.0, "ahead": 0.0,
               "right": 0.0, "small": False, **more}  # fmt: skip
    columns = {k: np.array(np.broadcast_to(v, seconds.shape)) for k, v in columns.items()}
    return Positions(np.full(seconds.shape, mmsi), T0 + (seconds * SECOND).astype(np.int64), lat, lon, **columns)


def sea(*ships):
    return Positions(*(np.concatenate(x) for x in zip(*ships, strict=True)))


def every(step, until, begin=0.0):
    return np.arange(begin, until + 1e-9, step)


def at(metres):
    return lambda lat, lon: np.full(np.shape(lat), float(metres))


def pair(metres, lasts, step=60.0, **more):
    t = every(step, lasts)
    return sea(ship(1, t, **more), ship(2, t, east=metres, **more))


def seconds(row):
    return (row.start - T0) / SECOND, (row.told - T0) / SECOND
