"""What fails on our side: clocks, reach, a link that stalls, and the whole feed. Staged one after another at the end of a scene.

No ship does anything meanwhile: an alert about one that rests on such a silence is false. A storm of a rule is not staged;
it is a count of the other alerts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from selat.exercise.drills import _tools as tools
from selat.exercise.staged import Fault

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard

#: rule, kind of fault, value, seconds after the end of other incidents, seconds it lasts, all stations
PLAN = (
    ("clock_off", "clock", 75.0, 60.0, 420.0, False),
    ("coverage_drop", "short", 0.55, 560.0, 480.0, False),
    ("receiver_down", "late", 200.0, 1120.0, 360.0, False),  # nothing comes for so long: seen from here it is down
    ("feed_down", "dead", 0.0, 1700.0, 480.0, True),
)


def stage(yard: Yard, count: int) -> None:
    """One of each, whatever ``count``: there is only one coast."""
    del count
    begin = tools.last(yard)
    order = yard.rng.permutation(len(yard.scene.stations))
    for k, (rule, kind, value, after, lasts, all_) in enumerate(PLAN):
        station = yard.scene.stations[int(order[k % len(order)])]
        on = begin + after
        yard.staged.faults.append(Fault("" if all_ else station.name, on, on + lasts, kind, value))
        tools.fact(yard, rule, (), on, on + lasts, (station.lat, station.lon), severity="high" if all_ else "medium",
                   note="" if all_ else station.name, known=on + 120.0)  # fmt: skip
        if all_:
            for other in ("dark", "sudden_loss", "reporting_rate"):
                tools.fact(
                    yard, other, (), on, on + lasts, (station.lat, station.lon), negative=True, note="the feed is down"
                )
