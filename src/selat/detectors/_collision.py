"""Limits of the rule :mod:`selat.detectors.collision`, and how soon before the pass it speaks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from selat.model.rule import Evidence, param
from selat.model.units import KNOT, NAUTICAL_MILE

NOT_UNDER_COMMAND = 2  #: navigational status


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters, SI."""

    warn: float = param(1200.0, "s", "Time to the closest approach below which a pair is watched", "selat, 20 min")
    alarm: float = param(
        360.0,
        "s",
        "... and below which it needs a look, if they will all but touch",
        "selat: who gives way has acted by now",
    )
    soon: float = param(
        240.0,
        "s",
        "... and below which it is an alarm, if they will touch",
        "selat: a large ship turns in it, and no more",
    )
    near: float = param(180.0, "s", "... and below which it is told of, if they will pass nearer than is good", "selat")
    acting: float = param(
        60.0, "m", "One acts: the distance of the pass changed by this ...", "selat: a turn of 2 degrees"
    )
    acted: float = param(60.0, "s", "... in so long", "selat")
    shift: float = param(
        15.0, "s", "... or the time of the pass, by this ...", "selat: a change of speed, not its error"
    )
    slower: float = param(0.15, "1", "... and by this share of what is left", "selat: errors of the two speeds")
    seen: float = param(
        40.0, "s", "... or they have been too close for less than this", "selat: a turn goes on so long"
    )
    late: float = param(
        60.0, "s", "Later than this nobody waits to see whether one acts", "selat: both act by rule 17(b)"
    )
    astray: float = param(50 * KNOT, "m/s", "A step of her track faster than this led her positions astray", "selat")
    agile_alarm: float = param(120.0, "s", "Needs a look: craft that stop and turn at will", "selat: they act late")
    agile_soon: float = param(75.0, "s", "An alarm: craft that stop and turn at will", "selat: a call, and a turn")
    large: float = param(
        150.0, "m", "Between such craft and ships of this length the times grow evenly", "selat: a turn takes 4 lengths"
    )
    passes: float = param(
        0.5,
        "1",
        "... and so much of them where one of the two lies still",
        "selat: she alone turns, round a known place",
    )
    halting: float = param(3 * KNOT, "m/s", "Slower within 5 minutes, one of two casts off or comes in ...", "selat")
    handling: float = param(
        8 * KNOT,
        "m/s",
        "... and if both are slower than this they handle their ships near a berth",
        "selat: harbour speed",
    )
    skin: float = param(
        80.0, "m", "All but touch: half of both lengths and so much", "selat: error of a course over 10 min"
    )
    berthing: float = param(
        7 * KNOT, "m/s", "Slower towards a stopped ship, she comes alongside", "selat: bunker tankers' speed"
    )
    beside: float = param(
        15.0, "m", "Overtaking, they touch with half of both beams and so much", "selat: error of positions"
    )
    limit: float = param(
        0.25 * NAUTICAL_MILE, "m", "Least distance of a safe pass", "selat: half of open water's 0.5 nm"
    )
    ahead: float = param(4.0, "lengths", "Length of the domain", "Fujii: 8 in open water, half of it in a strait")
    across: float = param(1.6, "lengths", "Width of the domain", "Fujii: 3.2 in open water, half of it in a strait")
    bend: float = param(
        180.0,
        "s",
        "Later than this, a pass that the bend of a known lane undoes is none",
        "selat: time to see her turn",
    )
    radius: float = param(6 * NAUTICAL_MILE, "m", "Ships farther apart are not judged", "selat: a strait bends")
    look: float = param(1.0, "s", "Judge so often", "selat: a watch that answers within 2 s of a report")
    still: float = param(0.5 * KNOT, "m/s", "Slower is stopped", "selat: swing and error of a ship at anchor")
    stopped: float = param(300.0, "s", "A stopped ship is in the way of another for so long ahead", "selat")
    leap: float = param(1000.0, "m", "Positions of 10 min more than this ahead of the speed, or behind it ...", "selat")
    odd: float = param(2.5, "1", "... and so many times what it makes, or less than a part of it: no place", "selat")
    reports: int = param(3, "1", "Positions that must have been heard of each", "DMA AisAbnormal: raise after 3")
    stale: float = param(180.0, "s", "Oldest position", "M.1371-5 Table 1: slowest interval of class A")
    together: float = param(300.0, "m", "Nearer and ...", "RTEC: tugging")
    together_speed: float = param(2 * KNOT, "m/s", "... slower to each other: they move together", "selat")
    parallel: float = param(30.0, "deg", "Courses that differ less are of one direction", "selat")
    beams: float = param(2.0, "beams", "Overtaking with more between the hulls is safe", "selat")
    narrow: float = param(10.0, "deg", "Head-on within this of reciprocal courses", "COLREGs rule 14; behaviours 7")
    agile: float = param(
        50.0, "m", "Shorter craft stop and turn at will: judged by the domain alone ...", "STRAITREP: 50 m"
    )
    agile_slow: float = param(
        3 * KNOT, "m/s", "... and not at all where one of two is slower: it lands or fishes", "selat"
    )
    agile_warn: float = param(300.0, "s", "... so long ahead", "selat")
    swing: float = param(2 * KNOT, "m/s", "Slower, a ship that says moored, anchored or aground is stopped", "selat")
    length_a: float = param(50.0, "m", "Length of a class A ship that did not say; judged as an agile craft", "selat")
    length_b: float = param(12.0, "m", "Length of a class B craft that did not say", "selat")
    raise_after: int = param(3, "1", "Judgements in a row before it is raised", "DMA AisAbnormal")
    clear_after: int = param(5, "1", "Judgements in a row before it ends", "DMA AisAbnormal")
    apart: float = param(10.0, "s", "... and judgements nearer in time than this count as one", "selat: a bad fix")
    again: float = param(600.0, "s", "The same pair again within this goes on with its alert", "selat")
    refresh: float = param(60.0, "s", "Least time between refreshes", "selat")


def times(p: Parameters, lengths: Iterable[float], still: Iterable[bool]) -> tuple[float, float]:
    """How long before two that will touch pass each other it needs a look, and is an alarm (s).

    ``lengths`` in m, ``still``: lies still. By the shorter of those that make way: who is short turns within a few lengths, and
    does so late.
    """
    moving = [length for length, lies in zip(lengths, still, strict=True) if not lies]
    share = min(max((min(moving, default=p.large) - p.agile) / (p.large - p.agile), 0.0), 1.0)
    part = 1.0 if len(moving) == 2 else p.passes
    return (
        part * (p.agile_alarm + share * (p.alarm - p.agile_alarm)),
        part * (p.agile_soon + share * (p.soon - p.agile_soon)),
    )


def handled(p: Parameters, e: Evidence) -> bool:
    """Whether two handle their ships near a berth: one of them hardly moved a moment ago, both are slow and neither is large."""
    a, b = e["ships"]
    least = min((x["least"] for x in (a, b) if x["least"] is not None), default=p.handling)
    crippled = NOT_UNDER_COMMAND in (a["status"], b["status"])
    large = max(a["length"], b["length"]) >= p.large
    return bool(least < p.halting and max(a["speed"], b["speed"]) < p.handling and not large and not crippled)
