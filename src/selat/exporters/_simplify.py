"""Tracks of fewer points on their way to a file (TD-TR, :mod:`selat.kernels.simplify`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from selat.exporters._cells import positions
from selat.exporters._stream import begin, of_ships, times_of
from selat.model.schema import NO_TIME
from selat.tracks.paths import simplify


def simplified(batches: Iterable[Any], metres: float) -> Iterator[pa.RecordBatch]:
    """The same rows, ship by ship, without the positions that the others tell within ``metres`` at their time.

    Rows without a position go too; those without a time stay, as do both ends of a silence of half an hour.
    """
    schema, batches = begin(batches)
    yield pa.RecordBatch.from_pylist([], schema=schema)
    for _, table in of_ships(batches):
        lon, lat, placed = positions(table)
        time = times_of(table)
        timed = placed & (time != NO_TIME)
        keep = placed & ~timed
        index = np.flatnonzero(timed)
        keep[index[simplify(time[index], lat[index], lon[index], metres)]] = True
        yield from table.filter(pa.array(keep)).to_batches()
