"""What the sea of the exercise has learned before a scene begins: days of routine traffic, of a seed that no scene has.

The lanes that rules learn from history (:mod:`selat.tracks.lanes_learn`) need a history. Through ships sail their routes for
:data:`DAYS`; who goes between shores, along the coast or to and fro does so for one day. Nothing is staged in it.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from selat.exercise.scene import Scene
from selat.exercise.traffic import Loop, Shuttle
from selat.exercise.waters import COAST
from selat.model.clock import DAY, SECOND
from selat.model.columns import Columns, concat
from selat.model.units import KNOT
from selat.tracks.lanes_learn import Counts, group_of, learn, merge

SEED = 4000  #: neither for training nor for tests
DAYS = 12  #: as many as make 500 passages of each lane
_EVERY = 180.0  #: s between two positions


@cache
def history() -> Counts:
    """Traffic by cell and direction; the same in every process."""
    scene = Scene(SEED, ships=400, incidents=False, full=True, stations=COAST)
    through = [i for i, s in enumerate(scene.fleet) if isinstance(s.move, Loop)]
    others = [i for i, s in enumerate(scene.fleet) if isinstance(s.move, Shuttle)]
    parts = [_learned(scene, through, day, planned=True) for day in range(DAYS)]
    return merge([*parts, _learned(scene, others, DAYS - 1, planned=False)])


def _learned(scene: Scene, ships: list[int], day: int, *, planned: bool) -> Counts:
    """Counts of one day of these ships. ``planned``: they follow no timetable."""
    seconds = np.arange(0.0, 86_400.0, _EVERY)
    at = scene.traffic.planned if planned else scene.traffic.at
    parts = []
    shift = day * 86_400.0 if planned else 0.0
    for i in ships:
        s, ship = at(np.full(len(seconds), i), seconds + shift), scene.fleet[i]
        time = scene.start - (DAYS - day) * DAY + (seconds * SECOND).astype("i8")
        n = len(seconds)
        parts.append(Columns("reports", {
            "time": time, "received": time + SECOND // 2, "mmsi": np.full(n, ship.mmsi),
            "msg_type": np.full(n, 1 if ship.cls == "A" else 18),
            "lat": np.round(s.lat * 1e7).astype("i4"), "lon": np.round(s.lon * 1e7).astype("i4"),
            "sog": np.minimum(np.round(s.sog / KNOT * 10), 1022).astype("i8"),
            "cog": np.round(s.cog * 10).astype("i8") % 3600, "heading": np.round(s.cog).astype("i8") % 360,
            "nav_status": np.zeros(n, "i8"),
        }))  # fmt: skip
    if not parts:
        return Counts()
    reports = concat(parts, "reports")
    reports = reports.take(np.lexsort((reports["time"], reports["mmsi"])))
    known = sorted({(scene.fleet[i].mmsi, scene.fleet[i].ship_type, scene.fleet[i].length) for i in ships})
    mmsi, kind, length = (np.array(c) for c in zip(*known, strict=True))
    return learn(reports, mmsi, group_of(kind, length))


__all__ = ["DAYS", "SEED", "history"]
