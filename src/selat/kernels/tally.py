"""Traffic counted, report by report: ships by hour and type, by direction, by speed; reports by station and hour.

A ship counts once in each class that she was in. Rows come by ship and time, block after block in order of time; what a
ship was counted in already is kept by ship.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from selat.kernels._jit import bare
from selat.kernels.heat import COG_MOST, NO_TIME, SOG_MOST

MOVES = 20  #: 0.1 kn: faster than this a ship has a direction
OCTANTS = 8
SPEEDS = (5, 50, 100, 150, 200)  #: 0.1 kn: bounds of the classes of speed
CLASSES = len(SPEEDS) + 1


class Seen(NamedTuple):
    """By ship: ``kind`` her type, ``hour`` the last hour counted (-1: none), ``octants``, ``classes`` bits that were counted."""

    kind: Any
    hour: Any
    octants: Any
    classes: Any


class Counts(NamedTuple):
    """``hours`` (hours, types), ``octants`` (8, types), ``classes`` (classes of speed, types), ``types`` (types): ships;
    ``stations`` (stations, hours): reports; ``told`` (1): reports.
    """

    hours: Any
    octants: Any
    classes: Any
    types: Any
    stations: Any
    told: Any


def _tally(
    ship: Any, time: Any, sog: Any, cog: Any, station: Any, keep: Any, seen: Any, counts: Any,
    begin: int, end: int, hour: int, slow: int, quick: int,
) -> None:  # fmt: skip
    """Takes in rows. Times ns, ``hour`` ns of an hour; speeds ``slow`` to ``quick`` in 0.1 kn (below 0: any, also none)."""
    first = begin // hour
    for i in range(ship.size):
        s, t = ship[i], time[i]
        if keep[s] == 0 or t == NO_TIME or t < begin or t >= end:
            continue
        v = sog[i]
        if slow >= 0 and (v >= SOG_MOST or v < slow or v > quick):
            continue
        k, h = seen.kind[s], t // hour - first
        counts.told[0] += 1
        if station[i] < counts.stations.shape[0]:
            counts.stations[station[i], h] += 1
        if seen.hour[s] != h:
            if seen.hour[s] < 0:
                counts.types[k] += 1
            seen.hour[s] = h
            counts.hours[h, k] += 1
        if v >= SOG_MOST:
            continue
        c = 0
        while c < len(SPEEDS) and v >= SPEEDS[c]:
            c += 1
        if seen.classes[s] >> c & 1 == 0:
            seen.classes[s] |= 1 << c
            counts.classes[c, k] += 1
        if v >= MOVES and cog[i] < COG_MOST:
            o = (cog[i] + 225) // 450 % OCTANTS
            if seen.octants[s] >> o & 1 == 0:
                seen.octants[s] |= 1 << o
                counts.octants[o, k] += 1


tally = bare(_tally)
