"""What fails on our side: clocks, reach, a link that stalls, and the whole feed. Staged one after another at the end of a scene.

No ship does anything meanwhile: an alert about one that rests on such a silence is false. A storm of a rule is not staged;
it is a count of the other alerts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from selat.exercise.drills import _tools as tools
from selat.exercise.staged import Fault
from selat.exercise.traffic import Traffic
from selat.exercise.waters import Station

if TYPE_CHECKING:
    from selat.exercise.fleet import Yard

#: rule, kind of fault, value, seconds after the end of other incidents, seconds it lasts, all stations
PLAN = (
    ("clock_off", "clock", 75.0, 60.0, 420.0, False),
    ("coverage_drop", "short", 0.55, 560.0, 480.0, False),
    ("receiver_down", "late", 200.0, 1120.0, 360.0, False),  # nothing comes for so long: seen from here it is down
    ("feed_down", "dead", 0.0, 1700.0, 480.0, True),
)


_FIRST = (
    50.0  #: reports a minute that a station brings before others do, at least, for the loss of a part of them to show
)


def stage(yard: Yard, count: int) -> None:
    """One of each, whatever ``count``: there is only one coast."""
    del count
    begin = tools.last(yard)
    order = yard.rng.permutation(len(yard.scene.stations)).tolist()
    for k, (rule, kind, value, after, lasts, all_) in enumerate(PLAN):
        on = begin + after
        station = yard.scene.stations[order[k % len(order)]]
        if kind == "short":
            others = [
                order[n] for n in (1, 3, 4, 2) if n < len(order)
            ] or order  # not the one whose clock was off just now
            station = yard.scene.stations[_missed(yard, on, value, others)]
        yard.staged.faults.append(Fault("" if all_ else station.name, on, on + lasts, kind, value))
        tools.fact(yard, rule, (), on, on + lasts, (station.lat, station.lon), severity="high" if all_ else "medium",
                   note="" if all_ else station.name, known=on + 120.0)  # fmt: skip
        if all_:
            for other in ("dark", "sudden_loss", "reporting_rate"):
                tools.fact(
                    yard, other, (), on, on + lasts, (station.lat, station.lon), negative=True, note="the feed is down"
                )


def _missed(yard: Yard, on: float, share: float, order: list[int]) -> int:
    """The first station of ``order`` (numbers) whose far waters are missed when it hears only this share of its reach: of what it
    brings before the others do two fifths and more, and that is no few reports. Where there is none, the one that loses most.
    """
    stations = yard.scene.stations
    ships = [s for s in yard.fleet if s.cls in ("A", "B") and s.on <= on < s.off]
    s = Traffic(yard.routes, [x.move for x in ships]).planned(np.arange(len(ships)), np.full(len(ships), on))
    a = np.array([x.cls == "A" for x in ships])
    each = np.where(a, np.where(s.sog > 1.5, 7.0, 0.33), np.where(s.sog > 1.0, 2.0, 0.33))  # reports a minute
    lost = {}
    for n in order:
        rest = np.ones(len(ships))
        for k, other in enumerate(stations):
            if k != n:
                rest *= 1.0 - _sooner(other, stations[n]) * tools.chance((other,), s.lat, s.lon)
        whole, cut = (
            float((each * rest * tools.chance((stations[n],), s.lat, s.lon, part)).sum()) for part in (1.0, share)
        )
        if whole > _FIRST and whole - cut > 0.4 * whole:
            return n
        lost[n] = (whole - cut) / max(whole, _FIRST)
    return max(lost, key=lost.__getitem__)


def _sooner(a: Station, b: Station) -> float:
    """Chance that what both hear comes in from ``a`` first: delays of 0.5 and an exponential of mean 0.5, of the latency."""
    delay = 0.5 - 0.5 * np.log(1.0 - (np.arange(64) + 0.5) / 64.0)
    return float((a.latency * delay[:, None] < b.latency * delay[None, :]).mean())
